# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One pace for all workers, on a clock of the test's own."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._http.throttle import (
    FULL,
    LONGER,
    LONGEST_WAIT,
    RESERVE,
    SETTLED,
    SLOWEST,
    START,
    Budget,
    Pacer,
    seconds_to_wait,
)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pacer(clock: Clock, rate: float = 0) -> Pacer:
    return Pacer(rate, clock, clock.sleep)


def seconds_for(clock: Clock, pace: Pacer, requests: int) -> float:
    before = clock.now
    for _number in range(requests):
        pace.wait()
        pace.done()
    return clock.now - before


def rate_of(clock: Clock, pace: Pacer) -> float:
    """Return the requests per second that it lets go now, 0 for no bound."""
    seconds = seconds_for(clock, pace, 2) and seconds_for(clock, pace, 10)
    return 10 / seconds if seconds else 0.0


def answer(clock: Clock, pace: Pacer, count: int, latency: float = 0.0) -> None:
    """Let requests go, each with a good answer."""
    for _number in range(count):
        sent = pace.wait()
        clock.now += latency
        pace.speed_up(sent)
        pace.done()


def burst(clock: Clock, pace: Pacer, count: int = 64, asked: float | None = None) -> None:
    """Let requests go together, and have trouble with each."""
    sent = [pace.wait() for _number in range(count)]
    clock.now += 0.1
    for one in sent:
        pace.slow_down(one, asked=asked)
        pace.done()


def test_without_a_rate_nobody_waits(clock):
    assert seconds_for(clock, pacer(clock), 100) == 0
    assert clock.slept == []


def test_a_rate_is_not_exceeded(clock):
    assert seconds_for(clock, pacer(clock, 4), 9) == pytest.approx(2.0)


@pytest.mark.parametrize("rate", [0.5, 1, 50])
def test_no_rate_is(clock, rate):
    assert seconds_for(clock, pacer(clock, rate), 11) == pytest.approx(10 / rate)


def test_a_pause_earns_no_burst(clock):
    pace = pacer(clock, 4)
    pace.wait()
    clock.now += 60
    assert seconds_for(clock, pace, 5) == pytest.approx(1.0)


def test_waking_up_late_does_not_slow_down():
    clock = Clock()
    pace = Pacer(4, clock, lambda seconds: clock.sleep(seconds + 0.01))
    assert seconds_for(clock, pace, 41) == pytest.approx(10.0, abs=0.02)


def test_a_platform_that_has_too_much_is_left_alone(clock):
    pace = pacer(clock)
    pace.slow_down(pace.wait(), asked=7)
    assert seconds_for(clock, pace, 1) == pytest.approx(7)


def test_a_pause_is_bounded_and_never_shortened(clock):
    pace = pacer(clock)
    sent = pace.wait()
    pace.slow_down(sent, asked=10_000)
    pace.slow_down(sent, asked=1)
    pace.slow_down(sent)
    assert seconds_for(clock, pace, 1) == pytest.approx(LONGEST_WAIT)


@pytest.mark.parametrize("asked", [None, 2.0])
@pytest.mark.parametrize("count", [1, 8, 64, 1000])
def test_a_burst_is_one_event(clock, count, asked):
    pace = pacer(clock)
    answer(clock, pace, 100, 1 / 640)  # 640 a second, and then all at once
    burst(clock, pace, count, asked)
    assert seconds_for(clock, pace, 1) <= (asked or 0.0) + 1 / START
    assert rate_of(clock, pace) == pytest.approx(64 / (63 / 640 + 0.1) / 2, rel=0.01)


def test_trouble_that_comes_one_after_the_other_is_one_event_too(clock):
    pace = pacer(clock)
    for _number in range(40):  # each is sent after the last slowing down, before that can have shown
        burst(clock, pace, 1)
        clock.now -= 0.095
    assert rate_of(clock, pace) == pytest.approx(START)


def test_a_retry_after_is_waited_for_once(clock):
    pace = pacer(clock)
    burst(clock, pace, 64, 2.0)
    began = clock.now
    for _number in range(64):
        pace.rest(2.0)  # in 64 threads at once
        clock.now = began
    assert clock.slept == [2.0] * 64
    assert seconds_for(clock, pace, 1) == pytest.approx(2.0)


def test_the_platform_is_left_alone_also_by_what_failed_otherwise(clock):
    pace = pacer(clock)
    pace.slow_down(pace.wait(), asked=30)
    pace.rest(0.5)
    assert clock.slept == [30]


def test_the_first_trouble_leaves_a_sane_start(clock):
    pace = pacer(clock)
    answer(clock, pace, 3, 0.5)  # two a second: that was the login
    burst(clock, pace)
    assert rate_of(clock, pace) == pytest.approx(START)


def test_what_the_platform_gives_is_halved(clock):
    pace = pacer(clock)
    burst(clock, pace)
    clock.now += SETTLED
    answer(clock, pace, 200, 1 / 30)  # good answers raise the pace, but they come at 30 a second
    burst(clock, pace, 1)
    assert rate_of(clock, pace) == pytest.approx(15, rel=0.1)


def test_full_speed_is_back_within_seconds(clock):
    pace = pacer(clock)
    answer(clock, pace, 100, 1 / 640)
    burst(clock, pace)
    clock.now += SETTLED
    begin = before = clock.now
    answer(clock, pace, 20)
    while clock.now - before > 20 / 640:
        before = clock.now
        answer(clock, pace, 20)
    assert 1 < clock.now - begin < 4


def test_good_answers_from_before_raise_nothing(clock):
    pace = pacer(clock)
    before = [pace.wait() for _number in range(1000)]
    burst(clock, pace, 1)
    for sent in before:
        pace.speed_up(sent)
    assert rate_of(clock, pace) == pytest.approx(START)


def test_a_platform_that_is_away_is_asked_less_and_less(clock):
    pace = pacer(clock)
    rates = []
    for number in range(10):
        burst(clock, pace, 1)
        rates.append(rate_of(clock, pace))
        clock.now += SETTLED * LONGER**number
    assert rates[:4] == pytest.approx([START, START / 2, START / 4, START / 8])
    assert rates[-1] == pytest.approx(1 / SLOWEST)
    answer(clock, pace, 8)  # it is back: what it took before is reached at once, since that it was away says nothing about it
    assert rate_of(clock, pace) >= START


def test_a_burst_of_many_that_fail_at_once_is_no_outage(clock):
    pace, began = pacer(clock), clock.now
    for _number in range(128):
        burst(clock, pace, 1)
        clock.now -= 0.1  # it was answered without delay
    assert clock.now - began < 5
    assert rate_of(clock, pace) >= START / 8


def test_a_wait_that_was_asked_for_halves_the_pace_once(clock):
    pace = pacer(clock)
    for _number in range(8):
        burst(clock, pace, 1, 2.0)
        clock.now += 2.0
    assert rate_of(clock, pace) == pytest.approx(START)


def test_who_has_waited_as_asked_goes_whatever_others_are_asked_meanwhile(clock):
    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        pace.slow_down(clock.now, True, asked=2.0)

    pace = Pacer(0, clock, sleep)
    pace.slow_down(pace.wait(), asked=2.0)
    assert seconds_for(clock, pace, 1) == pytest.approx(2.0)


def test_what_fails_again_while_others_are_fine_slows_down_nobody(clock):
    pace = pacer(clock)
    for number in range(20):
        answer(clock, pace, 20, 0.1)
        pace.slow_down(pace.wait(again=number > 0), again=True)
    assert rate_of(clock, pace) == 0


def test_what_is_sent_again_goes_first():
    pace = Pacer()
    pace.use_fewer(pace.wait())  # one at a time, and this one is under way
    went: list = []

    def go(again: bool) -> None:
        pace.wait(again)
        went.append(again)
        pace.done()

    threads = [threading.Thread(target=go, args=(again,)) for again in [False] * 5 + [True] * 3]
    for thread in threads:
        thread.start()
    while pace._repeated < 3:
        time.sleep(0.001)
    pace.done()
    for thread in threads:
        thread.join(30)
    assert went == [True] * 3 + [False] * 5


def test_what_is_sent_again_has_waited_already(clock):
    pace = pacer(clock)
    pace.slow_down(pace.wait(), asked=30)
    clock.now += 10
    before = clock.now
    pace.wait(again=True)  # it was told 10 seconds
    assert clock.now == before


def test_speeding_up_never_beats_the_rate(clock):
    pace = pacer(clock, 2)
    pace.slow_down(pace.wait())
    assert seconds_for(clock, pace, 4) == pytest.approx(2.0)
    answer(clock, pace, 1000)
    assert rate_of(clock, pace) == pytest.approx(2.0)


def test_no_measure_is_beyond_what_a_process_sends(clock):
    pace = pacer(clock)
    answer(clock, pace, 64)  # in no time
    burst(clock, pace, 1)
    assert 0 < rate_of(clock, pace) <= FULL / 2


@pytest.mark.parametrize(("under_way", "most"), [(1, 1), (2, 1), (41, 20), (64, 32)])
def test_a_machine_without_room_has_half_under_way(clock, under_way, most):
    pace = pacer(clock)
    sent = [pace.wait() for _number in range(under_way)]
    for one in sent:
        pace.use_fewer(one)
    for _number in sent:
        pace.done()
    assert under_way_at_most(pace) == most
    assert clock.slept == []


def under_way_at_most(pace: Pacer, tries: int = 100) -> int:
    """Return how many requests may be under way at once."""
    came, may_end = threading.Semaphore(0), threading.Event()

    def go() -> None:
        pace.wait()
        came.release()
        may_end.wait(30)
        pace.done()

    threads = [threading.Thread(target=go) for _number in range(tries)]
    for thread in threads:
        thread.start()
    count = 0
    while came.acquire(timeout=0.2):
        count += 1
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return count


def test_one_burst_leaves_retries_for_others():
    budget = Budget()
    assert sum(budget.spend() for _number in range(64)) == 64
    assert sum(budget.spend() for _number in range(RESERVE)) >= 3 * 64


def test_patience_ends_for_each_request_and_for_the_task(clock):
    budget = Budget(clock)
    assert budget.may_wait(LONGEST_WAIT)
    assert not budget.may_wait(LONGEST_WAIT + 1)
    clock.now += LONGEST_WAIT + 1
    assert not budget.may_wait(1)
    budget.earn()
    assert budget.may_wait(1)


NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("100000", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("nan", None),
        ("", None),
        (None, None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 09:28:30 +0200", 30.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
        ("Thu, 22 Oct 2015 07:28:00 GMT", LONGEST_WAIT),
        ("Wed, 99 Oct 2015", None),
    ],
)
def test_retry_after(header, seconds):
    assert seconds_to_wait(header, NOW) == seconds
