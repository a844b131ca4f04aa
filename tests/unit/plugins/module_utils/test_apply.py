# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deletion without an answer: whose it was."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.apply import Run
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.cache import Cache
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import Desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.plan import DELETE, Change, Observed
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.policy import Policy
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

EUI = "70B3D57ED0100001"


@pytest.mark.parametrize("sent,is_there,action", [(True, False, "deleted"), (False, False, "unchanged"), (False, True, "failed")])
def test_a_deletion_without_an_answer(sent, is_there, action):
    def delete(_identity):
        raise TransportError("no answer", sent=sent)

    api = SimpleNamespace(resource=DEVICE, delete=delete, brief=lambda _identity: {"EUI": EUI} if is_there else None)
    change = Change(Desired(EUI, {}, absent=True), DELETE, Observed(DEVICE, {"EUI": EUI}))
    (outcome,) = Run(api, Policy(parallel=1), Cache(DEVICE, "")).apply([change])
    assert outcome.action == action
