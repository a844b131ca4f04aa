# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random fleets on a platform that goes wrong: whatever happens, running the task again reaches the described state.

After every run, what it says is held against what the platform's devices were before and are after it. `make chaos`
tries more schedules, with SCHEDULES=1000 as many as are wanted and with SEED=7 others.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import bulk, importing
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import NOT_KNOWN
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as

SCHEDULES = int(os.environ.get("SCHEDULES") or as_much_as(20, 60, 300))  # on each of four platforms
FLEET, STRAYS, OTHERS, PASSING = "70B3D57ED1", "70B3D57ED1F", "70B3D57EDE", "70B3D57EDF"  # which come and go
SIZE = 6
LARGE, PARALLEL = 80, 64  # a fleet that keeps all workers busy
SEED = os.environ.get("SEED", "")
REPLAY = "this is replayed by: make chaos SCHEDULES=%d%s" % (SCHEDULES, SEED and " SEED=" + SEED)
RUNS = 12  # before the platform is well again, at the latest
LAST_RUNS = 2  # on a platform that is well
#: What the collection can describe, as the simulator stores it.
DESCRIBED = ("name", "tags", "plan", "adminLat", "adminLon", "model", "keys", "markerID", "route", "suspension")
#: Option -> what the simulator stores just as it was described.
SAME = {"name": "name", "marker_id": "markerID", "latitude": "adminLat", "connectivity_plan": "plan"}
PLACES = [
    ("", "/(login|admins/id|accessCode|token)"),
    ("GET", "/customers"),
    ("GET", "/devices"),
    ("POST", "/devices"),
    ("POST", "/devices/import"),
    ("GET", "/devices/[^/]+"),
    ("PUT", "/devices/[^/]+"),
    ("DELETE", "/devices/[^/]+"),
    ("POST", "/devices/tags"),
    ("GET", "/networkSubscriptions"),
    ("", "/subscriptions/.*"),
]
FAULTS = (
    *("reset_before", "reset_after", "silence_before", "silence_after", "error_before", "error_after"),
    *("bad_gateway", "unavailable", "gateway_timeout", "rate_seconds", "rate_date", "rate_absurd", "rate_bare"),
    *("cut", "short_length", "maintenance", "garbage", "session_401", "session_403_4", "session_403_163", "session_403_164"),
    *("session_page", "new_cookie", "drip", "other_writer", "shifting_list", "licences_out", "rival", "half", "wrong_lines"),
)

rules = st.builds(
    lambda fault, place, skip, times: {"fault": fault, "method": place[0], "path": place[1], "skip": skip, "times": times},
    st.sampled_from(FAULTS),
    st.sampled_from(PLACES),
    st.integers(0, 4),
    st.sampled_from([1, 1, 1, 2, 3, 8]),
)
descriptions = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "Zürich"]),
        "tags": st.lists(st.sampled_from(["north", "south"]), unique=True, max_size=2),
        "connectivity_plan": st.sampled_from(["kpn-cs/testing", "kpn-cs/seldom"]),
        "marker_id": st.integers(1, 3),
        "latitude": st.just(52.5),
        "longitude": st.just(4.5),
        "suspended": st.booleans(),
    },
)
#: Of a device: whether it is there at the start as "other" options describe it, and how the fleet describes it.
devices = st.tuples(st.booleans(), descriptions, st.sampled_from(["present", "present", "present", "absent"]), descriptions)


@dataclass
class Case:
    """One fleet and the faults that meet it.

    :param strays: devices that nobody describes, in the scope of a purge.
    :param maximum: how many a purge may take, None for no purge.
    :param refused: how many connections are refused, and how many come before them.
    :param bulk: how imports are used.
    :param row_ms: milliseconds that an import takes for each row.
    """

    fleet: list
    rules: list
    parallel: int
    strays: int
    maximum: int | None
    refused: tuple = (0, 0)
    bulk: str = "never"
    row_ms: int = 0

    def rows(self, row, lacks: str) -> tuple[list, list]:
        """Return the rows of the start and those of the fleet, without an option that a platform lacks."""
        start, fleet = [], []
        for number, (is_there, before, state, after) in enumerate(self.fleet):
            if is_there:
                start.append(row(number, **_whole(before, lacks)))
            if state == "absent":
                fleet.append({"dev_eui": row(number)["dev_eui"], "state": "absent"})
            else:
                fleet.append(row(number, **_whole(after, lacks)))
        return start, fleet

    @property
    def is_too_much(self) -> bool:
        """Whether the purge would take more than it may."""
        return self.maximum is not None and self.strays > self.maximum


def _whole(options: dict, lacks: str) -> dict:
    """Return options of which none goes without its other half."""
    one_of_two = ("latitude" in options) != ("longitude" in options)
    left_out = (lacks, *(("latitude", "longitude") if one_of_two else ()))
    return {name: value for name, value in options.items() if name not in left_out}


cases = st.builds(
    Case,
    st.lists(devices, min_size=SIZE, max_size=SIZE),
    st.lists(rules, min_size=1, max_size=5),
    st.sampled_from([1, 4]),
    st.integers(0, 3),
    st.sampled_from([None, None, 1, 3]),
)
#: With imports, half of what goes wrong meets those. Some are still at work when their time is out, and when the run is over.
imported = st.builds(
    Case,
    st.lists(devices, min_size=2 * SIZE, max_size=2 * SIZE),
    st.lists(
        st.one_of(rules, rules.map(lambda rule: {**rule, "method": "POST", "path": "/devices/import"})), min_size=1, max_size=5
    ),
    st.sampled_from([1, 4]),
    st.integers(0, 3),
    st.sampled_from([None, 3]),
    bulk=st.sampled_from(["always", "always", "auto"]),
    row_ms=st.sampled_from([0, 0, 20, 150]),
)
#: What a platform says, or doesn't, to all that is under way.
BURSTS = ("rate_bare", "rate_seconds", "rate_date", "unavailable", "bad_gateway", "error_before", "reset_before", "reset_after")
bursts = st.builds(
    lambda fault, place, skip, times: {"fault": fault, "method": place[0], "path": place[1], "skip": skip, "times": times},
    st.sampled_from(BURSTS),
    st.sampled_from([place for place in PLACES if "devices/" in place[1] or place[0] == "POST"]),
    st.integers(0, LARGE),
    st.sampled_from([PARALLEL, 2 * PARALLEL]),
)
storms = st.builds(
    Case,
    st.lists(devices, min_size=SIZE, max_size=SIZE).map(lambda some: (some * LARGE)[:LARGE]),
    st.lists(bursts, min_size=1, max_size=2),
    st.just(PARALLEL),
    st.integers(0, 3),
    st.sampled_from([None, 3]),
    st.tuples(st.sampled_from([0, PARALLEL]), st.integers(0, PARALLEL)),
)


class Platform:
    """A simulator that goes wrong, and somebody who sees through it."""

    def __init__(self, simulator, account, home, lacks: str = "", **servers: object) -> None:
        assert sorted(FAULTS) == sorted(simulator.inspect("GET", "faults")["known"]), "a fault isn't tried"
        self.simulator = simulator
        self.servers = servers
        self.lacks = lacks
        self.account = account.with_options(timeout=0.6)
        self.home = home

    def begin(self, start: list, strays: int) -> None:
        """Bring the platform to the start, with devices that nobody describes: of the fleet, and of somebody else's."""
        self.simulator.reset()
        shutil.rmtree(self.home, ignore_errors=True)
        self.simulator.seed(2, prefix=OTHERS, tags=["north"])
        if strays:
            self.simulator.seed(strays, prefix=STRAYS)
        if start:
            assert "failed" not in self.account.tdm_fleet(devices=start)

    def seen(self) -> dict:
        """Return what counts of each device, by EUI."""
        return {
            eui: {name: device.get(name) for name in DESCRIBED}
            for eui, device in self.simulator.devices().items()
            if not eui.startswith(PASSING)
        }

    def at_rest(self) -> dict:
        """Return what counts of each device, once no import is at work any more."""
        while any(job["state"] != "FINISHED" for job in self.simulator.inspect("GET", "jobs")["jobs"]):
            time.sleep(0.01)
        return self.seen()

    def rivals(self) -> list:
        """Return the devices that somebody else made right before a request that wanted to."""
        return [one["eui"] for one in self.simulator.inspect("GET", "faults")["struck"] if "eui" in one]

    def run(self, fleet: list, parallel: int, maximum: int | None = None, bulk: str = "never") -> dict:
        """Run the task once; what it says must be true, and what it did must have been allowed."""
        scope = {"scope": {"eui_prefix": FLEET}, "max": maximum, "bulk": bulk != "never"}
        options = {"parallel": parallel, "results": "all", "max_deletions": "100%", "bulk": bulk}
        before, known = self.at_rest(), len(self.rivals())
        result = {
            "results": [],
            **self.account.tdm_fleet(devices=fleet, **options, **({} if maximum is None else {"purge": scope})),
        }
        note("%d outcomes; %s" % (len(result["results"]), result["msg"]))
        for held in (self.home / "tdm").glob("login-*.json"):  # a quarter of an hour passes
            held.unlink()
        after = self.at_rest()
        for rival in self.rivals()[known:]:
            before.setdefault(rival, {"name": "somebody else's"})  # made meanwhile, and not by this run
        for one in result["results"]:
            note("%(dev_eui)s %(action)s %(changed)s" % one + " " + one.get("error", ""))
        described = {one["dev_eui"] for one in fleet}
        gone = []
        for eui in {*before, *after} - described:
            if maximum is not None and eui.startswith(STRAYS) and eui not in after:
                gone.append(eui)
            else:
                assert before.get(eui) == after.get(eui), "%s is not described, and was touched" % eui
        assert len(gone) <= (maximum or 0), "a purge took %s" % gone
        told = {one["dev_eui"]: one for one in result["results"]}
        assert len(told) == len(result["results"]), "two outcomes for one device"
        assert not told or described <= set(told), "an outcome is missing"
        for eui in described.union(told, gone):
            _true(told.get(eui), before.get(eui), after.get(eui))
        return result


def _true(told: dict | None, before: dict | None, after: dict | None) -> None:
    """Hold an outcome against the device before and after the run."""
    if told is None:  # the run ended before the first write
        assert before == after, "a device was changed by a run that told of none"
        return
    action = told["action"]
    if action == "created":
        assert before is None and after is not None, told
    elif action == "deleted":
        assert after is None, told  # before it was there, or an unclear answer was looked up
    elif action in ("updated", "suspended", "resumed"):
        assert before is not None and after is not None and before != after, told
    elif told["changed"]:
        assert before != after, told  # what failed in the end had changed something before
    elif action in ("unchanged", "skipped") or not told["changed"] and NOT_KNOWN not in told["error"]:
        assert before == after, told


@pytest.fixture(params=["wireless", "in XML", "enterprise", "older"])
def platform(request, start_simulator, account_on, home, hurried):
    """Return a platform of each kind; one of them has short pages."""
    print(REPLAY)
    if request.param == "enterprise":
        simulator = start_simulator(edition="enterprise", client_id="a/b", client_secret="c")
        oauth = {"auth_method": "oauth2", "client_id": "a/b", "client_secret": "c"}
        account = account_on(simulator, login=None, password=None, **oauth)
        return Platform(simulator, account, home, routing_profile=None, application_servers=["TWA_100002581.1972.AS"])
    if request.param == "older":
        simulator = start_simulator(profile="legacy")
        account = account_on(simulator, auth_method="digest", subscriber_id="100002581")
        return Platform(simulator, account, home, lacks="tags")
    if request.param == "in XML":
        simulator = start_simulator(page_size_min=1, page_size_max=3)
        return Platform(simulator, account_on(simulator, body_format="xml"), home)
    simulator = start_simulator()
    return Platform(simulator, account_on(simulator), home)


def schedules(count: int) -> settings:
    """Return how a test tries as many schedules."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=not SEED,
        database=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@schedules(SCHEDULES)
@given(case=cases)
def test_a_fleet_converges(platform, row, case):
    _converges(platform, row, case)


@schedules(max(SCHEDULES // 10, 2))
@given(case=storms)
def test_a_fleet_converges_under_bursts_at_full_parallelism(platform, row, refuse, case):
    platform.simulator.settings(latency_ms=20)  # so that all are under way at once
    _converges(platform, row, case, refuse)


@schedules(max(SCHEDULES // 4, 2))
@given(case=imported)
def test_a_fleet_converges_by_imports(platform, row, few_rows, case):
    platform.simulator.settings(import_row_ms=case.row_ms)
    _converges(platform, row, case)


@pytest.fixture
def few_rows(monkeypatch):
    """Make imports so small that a fleet needs several."""
    for module, name, value in ((bulk, "FIRST", 3), (importing, "FIRST", 3), (bulk, "MOST", 6), (bulk, "LEAST", 2)):
        monkeypatch.setattr(module, name, value)


def _converges(platform, row, case, refuse=None) -> None:
    start, fleet = case.rows(lambda number, **options: row(number, **{**platform.servers, **options}), platform.lacks)
    platform.begin(start, case.strays)
    platform.simulator.inspect("PUT", "faults", {"rules": case.rules})
    if refuse is not None:
        refuse(*case.refused)
    runs = 0
    result = {"failed": True}
    while result.get("failed") and runs < RUNS:
        result = platform.run(fleet, case.parallel, case.maximum, case.bulk)
        runs += 1
    for one in platform.simulator.inspect("GET", "faults")["struck"]:
        event(one["fault"])
    platform.simulator.inspect("DELETE", "faults")
    maximum = case.maximum
    if case.is_too_much:
        before = platform.seen()
        result = platform.run(fleet, case.parallel, maximum, case.bulk)
        assert "purge would delete %d of" % case.strays in result["msg"] and platform.seen() == before, result
        maximum = None
    for _time in range(LAST_RUNS):
        if result.get("failed"):
            result = platform.run(fleet, case.parallel, maximum, case.bulk)
    assert "failed" not in result, result["msg"]
    _reached(fleet, platform.seen())
    strays = [eui for eui in platform.seen() if eui.startswith(STRAYS)]
    assert len(strays) == (case.strays if maximum is None else 0)
    last = platform.run(fleet, case.parallel, maximum)
    assert not last["changed"] and last["summary"]["unchanged"] == len(fleet), last


def _reached(fleet: list, seen: dict) -> None:
    for one in fleet:
        device = seen.get(one["dev_eui"])
        if one.get("state") == "absent":
            assert device is None, one
            continue
        assert device is not None, one
        for option, name in SAME.items():
            assert option not in one or device[name] == one[option], (option, device)
        assert "tags" not in one or device["tags"] == sorted(one["tags"]), device
        assert "suspended" not in one or (device["suspension"] == "NONE") != one["suspended"], device
        assert device["keys"]["appKey"] == one["app_key"], one["dev_eui"]
