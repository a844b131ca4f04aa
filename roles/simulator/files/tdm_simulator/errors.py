# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All errors of the simulator in one table of status, code and text."""

from __future__ import annotations

from collections.abc import Iterable

#: key -> (HTTP status, code of the error document, text, source mark).
#: Codes of 9000 and above are the simulator's own (mark ?), because the
#: real ones are not public.
TABLE = {
    # Sessions (O for the codes, ? for which of 401 and 403 comes with them)
    "session_expired": (401, 4, "Access denied, user not logged in or session expired", "O"),
    "auth_failed": (401, 141, "Authentication failed", "O"),
    "invalid_session": (401, 163, "Invalid session", "O"),
    "not_authenticated": (401, 164, "Not authenticated", "O"),
    "other_subscription": (403, 9001, "Access to this subscription is denied", "?"),
    "read_only": (403, 9002, "This user may only read", "?"),
    "no_right": (403, 9003, "This user lacks the right {0} on the subscription", "?"),
    # Devices
    "device_exists": (409, 111, "A Device report already exists for the given EUI", "O"),
    "unknown_model": (400, 222, "No device profile for the given ID : {0}", "C"),
    "device_not_found": (404, 9010, "No {0} for the given uid : {1}", "?"),
    "stale": (409, 9011, "The resource was modified meanwhile: expected version {0}, got {1}", "?"),
    "occ_missing": (400, 9012, "occContext.version is required to update this resource", "?"),
    "update_forbidden": (400, 9013, "{0} cannot be changed after the creation", "?"),
    "create_forbidden": (400, 9014, "{0} is forbidden at the creation", "?"),
    "missing": (400, 9015, "{0} is mandatory", "?"),
    "invalid": (400, 9016, "Invalid value for {0}: {1}", "?"),
    "forbidden": (400, 9017, "{0} is forbidden: {1}", "?"),
    "activation_unsupported": (400, 9018, "The device profile {0} does not support {1}", "?"),
    "model_incompatible": (400, 9019, "The device profile {0} is not compatible with {1}", "?"),
    "unknown_plan": (400, 9020, "No network subscription for the given ID : {0}", "?"),
    "no_plan_matches": (400, 9021, "No network subscription matches the requested flags", "?"),
    "licences_used_up": (403, 9022, "All licenses of the network subscription {0} are in use", "?"),
    "unknown_server": (400, 9023, "No application server for the given ID : {0}", "?"),
    "unknown_route": (400, 9024, "No AS routing profile for the given ID : {0}", "?"),
    "unknown_eui": (400, 9025, "No device for the given EUI : {0}", "?"),
    "too_many": (400, 9026, "Too many devices in one request: {0}, the maximum is {1}", "?"),
    "tag_not_found": (404, 9027, "No tag for the given uid : {0}", "?"),
    "bad_onboarding_tag": (400, 9028, "Invalid onboarding tag: {0}", "?"),
    "exists": (409, 9030, "The {0} exists already: {1}", "?"),
    "in_use": (409, 9031, "The {0} is in use: {1}", "?"),
    "resource_not_found": (404, 9029, "No {0} for the given uid : {1}", "?"),
    # Requests
    "bad_request": (400, 9040, "Bad request: {0}", "?"),
    "bad_body": (400, 9041, "The body is not a valid document: {0}", "?"),
    "bad_parameter": (400, 9042, "Invalid query parameter {0}: {1}", "?"),
    "not_found": (404, 9043, "No such resource", "?"),
    "method_not_allowed": (405, 9044, "Method not allowed", "?"),
    "unsupported_media": (415, 9045, "Unsupported media type: {0}", "?"),
    "not_acceptable": (406, 9049, "No format of the Accept header is supported", "?"),
    "too_large": (413, 9046, "The request body is too large", "?"),
    "headers_too_large": (431, 9047, "The request headers are too large", "?"),
    "rate_limited": (429, 9048, "Too many requests", "?"),
    "internal": (500, 9099, "Internal error of the simulator", "?"),
}

#: Codes shown by the login page. 50 and 108 are P; the code of a locked account
#: was lost from P, so 110 is this simulator's choice (?).
LOGIN_WRONG_PASSWORD = 50
LOGIN_UNKNOWN_ACCOUNT = 108
LOGIN_LOCKED = 110
#: Code of the error document of an import (C, in its example).
IMPORT_FAULTS = 1


class ApiError(Exception):
    """A refusal; the client gets it as an error document (C `Error`)."""

    def __init__(self, key: str, *args: object, headers: Iterable[tuple[str, str]] = ()) -> None:
        status, code, text, _source = TABLE[key]
        super().__init__(key)
        self.key = key
        self.status = status
        self.code = code
        self.message = text.format(*[_short(arg) for arg in args])
        self.headers = list(headers)

    def document(self) -> dict[str, int | str]:
        """The error document: code and message (C)."""
        return {"code": self.code, "message": self.message}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "..."
