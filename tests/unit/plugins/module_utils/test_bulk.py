# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How imports and single requests share changes, which of the two is taken, and what a row of an import says."""

from __future__ import annotations

import json
import threading
from collections import deque
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._api.imports import Imports, Refusal
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.bulk import FIRST, LEAST, MOST, Load, Pace, Work
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.plan import CREATE
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import Answer
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.import_rows import creation

EUIS = ["70B3D57ED10000%02X" % number for number in range(120)]


def change(number: int) -> SimpleNamespace:
    return SimpleNamespace(identity=str(number))


def load(*numbers: int) -> Load:
    return Load(CREATE, (), deque(change(number) for number in numbers))


def test_a_load_is_cut_and_its_rows_are_settled_once():
    work = Work([], [load(1, 2, 3), load(4)])
    first = work.load(2)
    assert [one.identity for one in first.changes] == ["1", "2"]
    assert work.settled(first.changes[0]) and not work.settled(first.changes[0])
    work.put_back(first, [first.changes[1]])
    assert [[one.identity for one in work.load(5).changes] for _time in range(3)] == [["2"], ["3"], ["4"]]
    assert work.load(5) is None


def test_single_requests_get_their_own_then_what_is_left_then_what_is_under_way():
    work = Work([change(9)], [load(1, 2, 3, 4)])
    taken = work.load(2)
    work.open()
    got = [work.single() for _time in range(5)]
    assert [(one.identity, is_imported) for one, is_imported in got] == [
        ("9", False),
        ("4", False),
        ("3", False),
        ("2", True),
        ("1", True),
    ]
    assert work.lent == 4 and work.single() is None and not any(work.settled(one) for one in taken.changes)
    assert work.wait(Future(), 0)  # nobody needs that import any more


@pytest.mark.parametrize("end", ["hand over", "close"])
def test_single_requests_wait_for_what_an_import_may_leave(end):
    work, got = Work([], [load(1)]), []
    taken = work.load(1)
    thread = threading.Thread(target=lambda: got.append(work.single()))
    thread.start()
    thread.join(0.05)
    assert thread.is_alive() and not work.wait(Future(), 0.01)
    if end == "hand over":
        work.hand_over(taken.changes)
    else:
        work.close()
    thread.join(5)
    assert got == ([(taken.changes[0], False)] if end == "hand over" else [None])


def test_imports_grow_as_long_as_they_are_quick():
    pace = Pace(False, 16, 10_000)
    sizes = []
    for _time in range(5):
        sizes.append(pace.size)
        pace.note(pace.size, 0.001 * pace.size)
    assert sizes == [FIRST, 100, 200, 400, MOST] and pace.goes_on and pace.patience(500) is None
    pace.note(MOST, 6.0)  # aims at three seconds
    assert pace.size == 250
    pace.note(3, 1.0)  # what is left of a load tells little
    assert pace.size == 250
    pace.note(250, 250.0)
    assert pace.size == LEAST
    pace.begin_again()
    assert pace.size == FIRST


@pytest.mark.parametrize(
    "total,each,goes_on", [(10_000, 0.0005, True), (10_000, 0.0013, False), (200, 0.0005, True)], ids=["quick", "slow", "few"]
)
def test_imports_have_to_be_faster_than_single_requests(total, each, goes_on):
    pace = Pace(True, 16, total)
    pace.note_single(0.020, 0.0)  # 1.25 ms for each of sixteen at once
    assert pace.patience(FIRST) == pytest.approx(min(FIRST, total / 10) * 0.00125)
    pace.note(FIRST, FIRST * each)
    assert pace.goes_on is goes_on


def test_what_single_requests_really_took_counts_and_what_they_may():
    pace = Pace(True, 4, 1000)
    pace.note_single(0.001, 0.0)
    assert pace.patience(50) == pytest.approx(50 * 0.001)  # a process sends no more than a thousand in a second
    pace.note_single(0.020, 0.5)  # a rate was asked for
    assert pace.patience(50) == pytest.approx(25.0)
    pace.note(50, 10.0, lent=20, beside=8.0)  # 0.4 s each, while the import took 0.2 s
    assert pace.goes_on and pace.patience(50) == pytest.approx(20.0)
    assert Pace(True, 1, 1000).patience(50) is None


WORDS = {
    "name": "a",
    "device_profile": {"ID": "P"},
    "activation": "OTAA",
    "join_eui": "70B3D57ED0000000",
    "app_key": "C5" * 16,
    "connectivity_plan": {"ID": "plan"},
}


def row(enterprise: bool = False, described: dict | None = None, **words: object) -> list | None:
    sent = {name: word for name, word in {**WORDS, **words}.items() if word is not None}
    return creation(EUIS[0], {**dict.fromkeys(sent), **(described or {})}, sent, enterprise)


def test_a_row_is_as_long_as_it_has_to_be():
    assert row() == ["CREATE_OTAA", EUIS[0], "", "P", "70B3D57ED0000000", "C5" * 16, "", "plan", "", "", "a"]
    assert row(latitude=0.00001, longitude=-4.0)[11:] == ["0.00001", "-4"]
    assert row(application_servers=[{"ID": "A"}, {"ID": "B"}])[19] == "A,B"
    assert row(connectivity_plan={"ID": None})[7] == "" and row(marker_id=7)[9] == "7"


@pytest.mark.parametrize(
    "words",
    [
        {"name": "two\nlines"},
        {"name": "two\u2028lines"},
        {"name": " blank"},
        {"application_servers": [{"ID": "A,B"}]},
        {"dev_addr": "01020304"},
        {"activation": None},
        {"debug_network_geolocation": False},
        {"network_geolocation": True, "connectivity_plan": None},
        {"described": {"location_type": "network"}},
        {"described": {"lorawan_debug": True}},
        {"described": {"suspended": True}},
        {"described": {"suspended": False}, "connectivity_plan": None},
        {"described": {"join_server": "external"}},
        *({"enterprise": True, name: "7"} for name in ("routing_profile", "marker_id", "verification_code", "nwk_key")),
    ],
    ids=str,
)
def test_what_no_row_can_say(words):
    assert row(**words) is None


ITSELF = [{"suspended": False}, {"location_type": "manual"}, {"join_server": "local"}, {"tags": ()}]


@pytest.mark.parametrize("words", ITSELF, ids=str)
def test_what_comes_about_by_itself(words):
    assert row(latitude=1.0, longitude=1.0, described=words) is not None


def test_enterprise_chooses_plans_by_features():
    wanted = {"enterprise": True, "connectivity_plan": None}
    assert row(**wanted, network_geolocation=True, passive_roaming=True)[7] == "NetworkGeolocation,PassiveRoaming"
    assert row(**wanted, network_geolocation=False)[7] == ""


class Platform:
    """Answers an import with a text."""

    def __init__(self, text: str) -> None:
        self.client = self
        self.resource = DEVICE
        self.shown = SimpleNamespace(imports=SimpleNamespace(is_late=False, is_task=None, is_refused=False))
        self._body = b"" if not text else ('{"code": 1, "message": %s}' % json.dumps(text)).encode()

    def call(self, _call: object) -> Answer:
        return Answer(200, self._body, "application/json", {}, None)


def told(text: str, *secrets: str):
    imports = Imports(Platform(text), DEVICE.importing)
    return imports.send({eui: ["CREATE_OTAA", eui] for eui in EUIS}, {}, secrets)


def fault(number: int, *texts: str) -> str:
    return ",".join([EUIS[number - 1], "line %d" % number, *(texts or ("[111] exists",))])


def test_an_empty_answer_says_that_all_were_done():
    found = told("")
    assert (found.seen, found.refusals, found.is_told) == (120, {}, True)


def test_faults_are_read_as_the_contract_shows_them():
    several = fault(7, "[111] exists", "[222] No device profile: a", " b")
    text = "\n\n".join([fault(6), several, EUIS[8].lower() + ',"line 9",[-1]'])
    assert told(text).refusals == {
        6: Refusal(111, "exists"),
        7: Refusal(111, "exists; No device profile: a, b"),
        9: Refusal(-1, ""),
    }


@pytest.mark.parametrize(
    "text",
    [
        fault(6).replace("line 6", "line 7"),
        fault(6).replace("line 6", "line 0"),
        fault(6).replace("line 6", "line 121"),
        fault(6).replace("line 6", "6"),
        fault(6) + "\n" + fault(7).replace("[", "<"),
        EUIS[5] + ",line 6",
        EUIS[5],
        "nonsense",
        '"' + fault(6),
    ],
)
def test_faults_that_can_not_be_understood(text):
    with pytest.raises(TransportError, match="can't be understood"):
        told(text)


@pytest.mark.parametrize(
    "count,more,seen,doubtful", [(99, 0, 120, False), (100, 0, 100, False), (101, 0, 120, False), (60, 1, 60, True)]
)
def test_it_stops_at_a_hundred_faults(count, more, seen, doubtful):
    found = told("\n".join(fault(number + 1, *["[1] a"] * (1 + more)) for number in range(count)))
    assert (len(found.refusals), found.seen, found.is_doubtful) == (count, seen, doubtful)


def test_a_fault_holds_no_rows_key():
    found = told(fault(1, "[7] like %s" % ("C5" * 16)) + "\n" + fault(2, "[7] and %s" % ("c6" * 16)), "C5" * 16, "C6" * 16)
    assert [one.reason for one in found.refusals.values()] == ["like ********", "and ********"]
