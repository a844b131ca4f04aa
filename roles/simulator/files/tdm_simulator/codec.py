# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents to bytes and back: the one place that knows about body formats."""

from __future__ import annotations

import json

from .errors import ApiError
from .httpmsg import Response

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _refuse_constant(name):
    raise ValueError("%s is not JSON" % name)


def encode(request, status, document=None, headers=()):
    """An answer holding a document in the format that the client asked for (JSON; P)."""
    if document is None:
        return Response(status, b"", headers=headers)
    return Response(status, _COMPACT(document).encode("utf-8"), headers=headers)


def decode(request):
    """The object in a request's body; ApiError when there is none or it is malformed."""
    media_type = request.media_type()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise ApiError("unsupported_media", media_type)
    try:
        text = request.body.decode("utf-8-sig")
        document = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            _COMPACT(document).encode("utf-8")  # a lone surrogate is no text
    except (ValueError, RecursionError) as problem:
        raise ApiError("bad_body", str(problem) or "nesting") from None
    if not isinstance(document, dict):
        raise ApiError("bad_body", "an object is expected")
    return document
