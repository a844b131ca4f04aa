# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every target below targets/, played by ansible-playbook against a simulator of each platform.

Every day, each is played on each platform that makes a difference to it, and in one frame of a task unless the frames are
what it is about; with ``--thorough``, on all and in all. ansible-test does the same with the oldest and the newest core.
"""

from __future__ import annotations

import runpy

import pytest

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES
from ansible_collections.lorawan.thingpark.tests.integration.playing import (
    ABOUT_FRAMES,
    PLATFORMS,
    ROOT,
    faults_of,
    options,
    play,
    targets,
)

#: Platform and frame -> the targets to which they make a difference of their own; all, where nothing is said.
MATTERS = {
    ("kpn", "module"): ABOUT_FRAMES,
    # Lists that show little, addresses by number, an administrator's login.
    ("legacy", "auto"): ["tdm_device_info", "tdm_fleet", "tdm_session"],
}
if list((ROOT.parent / "shared/api").glob("*.openapi.yaml")):
    # With the contract, tests/contract/test_prism.py plays all targets on this platform, and looks for the same faults.
    MATTERS["enterprise", "auto"] = []


PLAYED = [(profile, frame) for profile, platform in PLATFORMS.items() for frame in platform["frames"]]


def case(target: str, profile: str, frame: str):
    """Return the parameters of one play, and whether it is for a thorough run only."""
    is_for_every_day = target in MATTERS.get((profile, frame), targets())
    return pytest.param(target, profile, frame, marks=() if is_for_every_day else pytest.mark.thorough)


@pytest.mark.parametrize("target, profile, frame", [case(target, *where) for target in targets() for where in PLAYED])
def test_target(target, profile, frame, start_simulator, tmp_path, child_environment):
    simulator = start_simulator(**options(profile))
    output = play(target, profile, frame, simulator, tmp_path, child_environment)
    assert faults_of(target, profile, simulator, output, tmp_path) == []


def test_every_profile_is_played():
    known = runpy.run_path(str(ROOT / "roles/simulator/files/tdm_simulator/platforms.py"))["PROFILES"]
    assert set(PLATFORMS) == set(known)


def test_every_module_has_a_target():
    assert set(MODULES) <= set(targets())


def test_every_target_that_matters_is_there():
    assert {target for some in MATTERS.values() for target in some} <= set(targets())
    assert set(MATTERS) <= set(PLAYED)
