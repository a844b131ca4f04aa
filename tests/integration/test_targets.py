# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Every target below targets/, played by ansible-playbook against a simulator of each platform.

Nothing secret may be in Ansible's output, however much of it is asked for.
A module's own target makes it return each value that its documentation names, and none that it doesn't name.
"""

from __future__ import annotations

import json
import re
import runpy

import pytest

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, NAME, misfits, return_values, undocumented
from ansible_collections.lorawan.thingpark.tests.integration.playing import (
    CLIENT_SECRET,
    PLATFORMS,
    PLAYED,
    ROOT,
    TARGETS,
    options,
    play,
    targets,
)

#: The platform whose runs return all that is documented.
WHOLE = "kpn"

KEY = re.compile(r"\b[0-9A-Fa-f]{32}\b")
# A session in clear: in a cookie, a query or a body. Masked ones begin with a star or Ansible's own words.
SESSION = re.compile(
    r"(?:JSESSIONID|sessionToken|access_token|userAccessCode|adminAccessCode)[\"']?\s*[=:]\s*[\"']?"
    r"(?!\*|VALUE_SPECIFIED|null|None|$)[\w.~%+/-]{6,}"
)


def keys_of(target: str, simulator) -> set[str]:
    """Return the device keys that the target's files or the simulator hold."""
    texts = [json.dumps(simulator.devices())]
    texts += [path.read_text(errors="replace") for path in (TARGETS / target).rglob("*") if path.is_file()]
    return {key.lower() for text in texts for key in KEY.findall(text)}


def faults_of(module: str, records: list[dict], whole: bool) -> list[str]:
    """Return where a module's results and its documentation differ; ``records`` are lines of the recorder.

    :param whole: everything that is documented has to be returned.
    """
    own = [record for record in records if record["action"] == "%s.%s" % (NAME, module)]
    faults = ["%s is returned and not documented" % key for one in own for key in undocumented(module, one["result"])]
    for name, entry in return_values(module).items():
        values = [one["result"][name] for one in own if name in one["result"]]
        faults += never_returned(name, entry, values) if whole else []
        faults += [fault for value in values for fault in misfits(entry, value, name)]
        if entry["returned"] == "success":
            faults += ["%s lacks" % name for one in own if one["status"] == "ok" and name not in one["result"]]
    return faults


def never_returned(place: str, entry: dict, values: list) -> list[str]:
    """Return what is documented at and below ``entry`` and is in none of the values."""
    if not values:
        return ["%s is documented and never returned" % place]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    faults = []
    for name, below in entry.get("contains", {}).items():
        faults += never_returned("%s.%s" % (place, name), below, [item[name] for item in items if name in item])
    return faults


@pytest.mark.parametrize("profile, frame", PLAYED)
@pytest.mark.parametrize("target", targets())
def test_target(target, profile, frame, start_simulator, tmp_path, child_environment):
    simulator = start_simulator(**options(profile))
    output = play(target, profile, frame, simulator, tmp_path, child_environment)
    assert simulator.password not in output and CLIENT_SECRET not in output
    assert not SESSION.findall(output)
    shown = {key.lower() for key in KEY.findall(output)}
    assert not shown & keys_of(target, simulator)
    if target in MODULES:
        records = [json.loads(line) for line in (tmp_path / "results").read_text().splitlines()]
        assert faults_of(target, records, whole=profile == WHOLE) == []


def test_every_profile_is_played():
    known = runpy.run_path(str(ROOT / "roles/simulator/files/tdm_simulator/platforms.py"))["PROFILES"]
    assert set(PLATFORMS) == set(known)


def test_every_module_has_a_target():
    assert set(MODULES) <= set(targets())
