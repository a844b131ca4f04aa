# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of many devices, told by cause; and a connectivity plan that is given up."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import Desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.outcomes import ALIKE, Outcome, Refusals, causes
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.plan import CREATE, Change, Observed
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import ApiError, TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE


def eui(number: int) -> str:
    return "70B3D57ED1%06X" % number


def outcome(number: int, error: str, action: str = "failed") -> Outcome:
    return Outcome(eui(number), action, "line %d" % number, error=error)


def test_failures_are_told_by_cause():
    put = "the platform refused PUT /devices/e%s (status 400)"
    failed = [outcome(number, put % eui(number)) for number in range(1, 6)]
    told = causes(DEVICE, [outcome(9, "skipped", "skipped"), outcome(7, "of its own " + eui(7)), *failed]).splitlines()
    first = "%s (line 1), %s (line 2), %s (line 3) and 2 more" % (eui(1), eui(2), eui(3))
    assert told == [
        "5 devices, %s: the platform refused PUT /devices/... (status 400)" % first,
        "device %s (line 7): of its own %s" % (eui(7), eui(7)),
        "device %s (line 9): skipped" % eui(9),
    ]


def test_many_causes_are_cut():
    told = causes(DEVICE, [outcome(number, "cause %d" % number) for number in range(15)]).splitlines()
    assert len(told) == 11 and told[-1] == "and 5 more causes, all of them in the return value results"


def creation(number: int, plan: str = "a") -> Change:
    return Change(Desired(eui(number), {}), CREATE, Observed(DEVICE), values={"connectivity_plan": plan})


def refused(number: int, reason: str = "used up") -> ApiError:
    return ApiError("the platform refused %s (%s)" % (eui(number), reason), 403)


def test_a_plan_is_given_up_after_refusals_that_are_alike():
    refusals = Refusals(DEVICE)
    for number in range(ALIKE):
        assert refusals.stopped(creation(99)) == ""
        refusals.note(creation(number), refused(number))
        refusals.note(creation(number, "b"), None)
    assert "%d devices in a row with connectivity_plan a were refused alike" % ALIKE in refusals.stopped(creation(99))
    assert refusals.stopped(creation(99, "b")) == ""


@pytest.mark.parametrize("between", [None, refused(5, "another reason"), TransportError("no answer"), ApiError("oops", 500)])
def test_anything_else_in_between_begins_anew(between):
    refusals = Refusals(DEVICE)
    for number in range(2 * ALIKE - 2):
        refusals.note(creation(number), between if number == ALIKE - 1 else refused(number))
    assert refusals.stopped(creation(99)) == ""


def test_a_refusal_that_may_have_taken_effect_is_none():
    refusals = Refusals(DEVICE)
    for number in range(2 * ALIKE - 2):
        error = refused(number)
        error.unclear = number == ALIKE - 1
        refusals.note(creation(number), error)
    assert refusals.stopped(creation(99)) == ""
