# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is adopted changes nothing where it came from, makes nothing anywhere, and stays the same as long as the platform does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.filter.devices import devices as hosts_as_devices
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.worlds import PLAINLY, PLATFORMS, worlds

WORLDS = as_much_as(12, 60, 300)  # on each platform
#: What ThingPark's CSV has no column for.
NOT_IN_CSV = ["tags", "domains", "join_server", "location_type", "debug_network_geolocation"]
SPLITS = [{}, {}, {"split_by": "tag"}, {"split_by": "domain", "domain_group": "Site"}, {"split_by": "connectivity_plan"}]
SUBSETS = [
    *({}, {}, {"health_state": ["SUSPENDED"]}, {"connectivity_plan": "kpn-cs/seldom"}, {"name": "park"}),
    {"eui_prefix": "70B3D57ED100000"},
]


class _Inventory(yaml.SafeLoader):
    """Reads an inventory as Ansible does, whose values that are no templates are marked."""


_Inventory.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def described_in(path: Path, kind: str) -> dict:
    """Return how a fleet's task is given what a file describes."""
    if kind != "inventory":
        return {"src": str(path)}
    ((_group, content),) = yaml.load(path.read_text(), _Inventory).items()
    hosts = [{**content["vars"], **own, "inventory_hostname": name} for name, own in content["hosts"].items()]
    return {"devices": hosts_as_devices(hosts)}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_law(start_simulator, account_on, row, tmp_path, platform):
    options, way = PLATFORMS[platform]
    simulator = start_simulator(**options)
    account = account_on(simulator, **way)

    @settings(max_examples=WORLDS, **PLAINLY)
    @given(
        world=worlds(platform),
        kind=st.sampled_from(["yaml", "yaml", "json", "inventory", "csv"]),
        split=st.sampled_from(SPLITS),
        subset=st.sampled_from(SUBSETS),
        gather=st.sampled_from(["whole", "whole", "briefs"]),
    )
    def law(world, kind, split, subset, gather):
        dest = tmp_path / "adopted"
        shutil.rmtree(dest, ignore_errors=True)
        world.build(simulator, account, row)
        wanted = {"dest": str(dest), "format": kind, "filters": subset, "gather": gather, **split}
        if kind == "csv":
            by_column = {} if split.get("split_by") in ("tag", "domain") else split
            wanted = {"dest": str(dest), "format": kind, "filters": subset, "gather": gather, **by_column}
            wanted["leave_out"] = NOT_IN_CSV
        before = simulator.devices()
        simulator.forget_requests()
        told = account.tdm_adopt(**wanted)
        note(told)
        if kind == "csv" and gather == "briefs" and platform in ("legacy", "kpn after its upgrade") and "files" not in told:
            assert "no column for what some devices have: activation" in told["msg"] or not before
            return
        assert "failed" not in told, told
        fetched = simulator.requests()["by_path"]
        lists = sum(number for path, number in fetched.items() if path.endswith("/devices/{deviceUid}"))
        assert lists <= len(before), "at most one request a device"
        paths = [Path(one["file"]) for one in told["files"]]
        event("%s in %d files" % (kind, min(len(paths), 3)))
        for path in paths:
            note(path.read_text())
            result = account.tdm_fleet(**described_in(path, kind), cache=False)
            assert "failed" not in result and not result["changed"], result
        assert simulator.devices() == before
        again = account.tdm_adopt(**wanted)
        assert not again["changed"] and "failed" not in again, again
        simulator.reset()
        for path in paths:
            result = account.tdm_fleet(**described_in(path, kind), cache=False)
            assert result["failed"] and not result["changed"] and "create: false" in result["msg"], result
        assert simulator.devices() == {}

    law()
