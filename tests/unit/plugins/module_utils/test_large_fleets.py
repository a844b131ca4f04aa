# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shorter ways that most rows and briefs of a large fleet take: what comes of them is the same, and little of it is kept."""

from __future__ import annotations

import csv
import gc
import weakref
from contextlib import suppress
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.cache import Cache
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.policy import Policy, Purge
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.prepare import make_plan
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.purge import read_scope
from ansible_collections.lorawan.thingpark.plugins.module_utils._memory import all_kept
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.application_server import APPLICATION_SERVER
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.multicast_group import MULTICAST_GROUP
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.routing_profile import ROUTING_PROFILE
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.row import Row
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.tables import TextTable
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault

RESOURCES = (DEVICE, APPLICATION_SERVER, MULTICAST_GROUP, ROUTING_PROFILE)
#: What every option takes, and what the platform may answer for any.
WRITTEN = ("a", " a ", "A1", "0", "OTAA", "otaa", "LOCAL", "local", "NONE", "true", "12", "1122334455667788", "04f5f519", "")
SHOWN = (*WRITTEN, None, 0, 1, True, [], {}, {"ID": ""}, {"ID": None}, *({"ID": each, "name": "n"} for each in WRITTEN))
COUNT = 12  # more than are asked for one by one


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_what_a_list_plainly_shows_is_the_same_when_it_is_read(resource):
    for each, written in product(resource.fields, WRITTEN):
        with suppress(Fault):
            value = each.type.parse(written)
            plain = [shown for shown in (*SHOWN, value) if each.type.is_shown_by(value, shown)]
            assert all(each.type.same(value, each.type.read(shown)) for shown in plain), (each.name, written, plain)
            assert plain or not isinstance(value, str) or not value, (each.name, written)


@settings(max_examples=300, deadline=None)
@given(st.text('ab ;,\t#\u00a0\x0b\u2028"', max_size=12), st.sampled_from(",;\t"))
def test_a_line_is_cut_as_a_reader_of_csv_cuts_it(line, mark):
    text = "x%sy\n%s\n" % (mark, line)
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True), [])]
    except csv.Error:
        cells = []
    expected = [cells] if any(cells) and line.strip() else []
    found = [cut for _number, cut in TextTable(text, lambda _cells: False).records(lambda _cells: False, lambda *_line: True)][1:]
    assert '"' in line or found == expected


class Plan(dict):
    """A connectivity plan in a brief; of it can be seen whether anything still holds it."""


def brief(number: int, **shown: object) -> dict:
    references = {"model": {"ID": "profile"}, "networkSubscription": Plan(ID="plan", commercialName="Plan")}
    base = {"EUI": "70B3D57ED01%05X" % number, "name": "n%d" % number, "activation": "OTAA", "joinServer": "LOCAL"}
    return {**base, **references, **shown}


def changes_of(briefs: list, policy: Policy, **options: object) -> list:
    """Return what has to happen to a fleet on a platform that lists these briefs.

    :param options: of the last device.
    """
    session = SimpleNamespace(is_mine=False)
    client = SimpleNamespace(session=session, rights=None)
    shown = SimpleNamespace(is_older=False)
    api = SimpleNamespace(resource=DEVICE, encrypts=False, client=client, shown=shown, briefs=lambda: iter([briefs]))
    alike = {"activation": "otaa", "app_key": "A3" * 16, "device_profile": "profile", "connectivity_plan": "Plan"}
    raw = [{"dev_eui": "70b3d57ed01%05x" % number, "name": "n%d" % number, **alike} for number in range(COUNT)]
    raw[-1].update(options)
    described = read_desired(DEVICE, [Row("line %d" % number, each) for number, each in enumerate(raw, 1)])
    return make_plan(api, described, policy, Cache(DEVICE, "")).changes


@pytest.mark.parametrize("is_purged", [False, True])
def test_of_a_device_that_is_as_described_no_brief_is_kept_unless_a_purge_counts_it(is_purged):
    briefs = [brief(number) for number in range(COUNT)]
    plans = [weakref.ref(each["networkSubscription"]) for each in briefs]
    purge = Purge(read_scope(DEVICE, {"all": True}), 0) if is_purged else None
    changes = changes_of(briefs, Policy(purge=purge))
    briefs.clear()
    gc.collect()
    assert [change.action for change in changes] == ["nothing"] * COUNT
    assert sum(each() is not None for each in plans) == (COUNT if is_purged else 0)


def test_a_device_that_the_platform_would_refuse_to_change_is_refused_in_a_large_fleet():
    briefs = [brief(number, **({"joinServer": "EXTERNAL"} if number == 3 else {})) for number in range(COUNT)]
    changes = changes_of(briefs, Policy())
    assert [number for number, change in enumerate(changes) if change.action == "refuse"] == [3]
    assert "external join server" in changes[3].message


def test_keys_are_written_again_in_a_large_fleet():
    changes = changes_of([brief(number) for number in range(COUNT)], Policy(update_keys=True))
    assert [change.action for change in changes] == ["update"] * COUNT
    assert {change.observed.address for change in changes} == {brief(number)["EUI"] for number in range(COUNT)}


def test_only_the_device_that_differs_is_changed():
    changes = changes_of([brief(number) for number in range(COUNT)], Policy(), name="new")
    assert [change.action for change in changes] == ["nothing"] * (COUNT - 1) + ["update"]
    assert changes[-1].before == {"name": "n%d" % (COUNT - 1)} and changes[-1].after == {"name": "new"}


def test_garbage_is_looked_for_again_afterwards():
    assert gc.isenabled()
    with pytest.raises(KeyError), all_kept():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
