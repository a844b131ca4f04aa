# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quick search for secrets finds all that Ansible's own would mask."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.lorawan.thingpark.plugins.plugin_utils._action import masked

SECRETS = [
    "plain",
    'a "quoted" one',
    "back\\slash",
    "cl\u00e9 d'acc\u00e8s",
    "\U0001f511 key",
    "tab\tand\nline",
    "4711",
    "</x>",
    " ",
]


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize(
    "hide",
    [
        lambda secret: {"msg": secret},
        lambda secret: {"msg": "before%safter" % secret},
        lambda secret: {"results": [{"deep": [None, True, {"er": "x" + secret}]}]},
        lambda secret: {"number": 347118},
        lambda secret: {"diff": {"before": {}, "after": {"n": 1.4711}}},
    ],
    ids=["alone", "inside", "deep", "number", "fraction"],
)
def test_what_ansible_masks_is_masked(secret, hide):
    result = {"changed": True, **hide(secret)}
    assert masked(result, {secret, "another"}) == remove_values(result, {secret, "another"})
    assert masked({"msg": secret}, {secret})["msg"] != secret


def test_a_result_without_a_secret_is_the_same():
    result = {"changed": False, "devices": [{"dev_eui": "70B3D57ED0000001"}] * 3}
    assert masked(result, {"plain"}) is result
    assert masked(result, set()) is result
