# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One pace for all workers, on a clock of the test's own."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._throttle import LONGEST_WAIT, SLOWEST, Pacer, seconds_to_wait


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
    return clock.now - before


def test_without_a_rate_nobody_waits(clock):
    assert seconds_for(clock, pacer(clock), 100) == 0
    assert clock.slept == []


def test_a_rate_is_not_exceeded(clock):
    assert seconds_for(clock, pacer(clock, 4), 9) == pytest.approx(2.0)


def test_a_pause_earns_no_burst(clock):
    pace = pacer(clock, 4)
    pace.wait()
    clock.now += 60
    assert seconds_for(clock, pace, 5) == pytest.approx(1.0)


def test_a_platform_that_has_too_much_is_left_alone(clock):
    pace = pacer(clock)
    pace.slow_down(7)
    assert seconds_for(clock, pace, 1) == pytest.approx(7)


def test_a_pause_is_bounded_and_never_shortened(clock):
    pace = pacer(clock)
    pace.slow_down(10_000)
    pace.slow_down(1)
    assert seconds_for(clock, pace, 1) == pytest.approx(LONGEST_WAIT)


def test_after_a_refusal_it_goes_on_more_slowly_then_faster_again(clock):
    pace = pacer(clock)
    pace.slow_down(0)
    first = seconds_for(clock, pace, 11)
    for _number in range(3):
        pace.slow_down(0)
    slower = seconds_for(clock, pace, 10)
    assert slower > 2 * first > 0
    for _number in range(20):
        pace.speed_up()
    assert seconds_for(clock, pace, 10) < slower
    for _number in range(1000):
        pace.speed_up()
    pace.wait()
    assert seconds_for(clock, pace, 10) == 0


def test_it_never_gets_slower_than_this(clock):
    pace = pacer(clock)
    for _number in range(100):
        pace.slow_down(0)
    pace.wait()
    assert seconds_for(clock, pace, 3) == pytest.approx(3 * SLOWEST)


def test_speeding_up_never_beats_the_rate(clock):
    pace = pacer(clock, 2)
    pace.slow_down(0)
    pace.wait()
    assert seconds_for(clock, pace, 4) == pytest.approx(2.0)
    for _number in range(1000):
        pace.speed_up()
    pace.wait()
    assert seconds_for(clock, pace, 4) == pytest.approx(2.0)


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
