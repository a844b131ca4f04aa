# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types: one except clause catches all of them, and each says what its reader needs."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _errors


@pytest.mark.parametrize(
    "error",
    [
        _errors.OptionError("x"),
        _errors.BadInput("x", findings=[]),
        _errors.TransportError("x"),
        _errors.LoginError("x"),
        _errors.LoginRefused("x"),
        _errors.SessionDied("x"),
        _errors.ApiError("x", 400),
        _errors.Conflict("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_is_one_of_ours(error):
    assert isinstance(error, _errors.TdmError)
    assert error.message == str(error) == "x"
    assert isinstance(error.facts, dict)


def test_what_they_carry():
    assert _errors.BadInput("x", findings=[1]).facts == {"findings": [1]}
    assert _errors.TransportError("x").sent and not _errors.TransportError("x", sent=False).sent
    assert _errors.LoginRefused("x", held_back=True).facts == {"login_refused": True, "held_back": True}
    refused = _errors.ApiError("x", 403, 111, "exists")
    assert (refused.status, refused.code, refused.reason) == (403, 111, "exists")
    assert isinstance(_errors.LoginRefused("x"), _errors.LoginError)
