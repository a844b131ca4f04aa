# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends any other request to the API, with this collection's session, pace and masking."""

from __future__ import annotations

import os
import re
from typing import Any

from .. import _files
from .._api.resources import Client
from .._api.session import Call
from .._errors import ApiError, OptionError, TdmError
from .._frame.connection import connected
from .._frame.task import Context, Task
from .._http.transport import Answer, as_form
from .._resources.application_server import APPLICATION_SERVER
from .._resources.device.declaration import DEVICE
from .._schema.texts import shown
from .._text import in_short

#: The API's keys of secrets, in bodies and answers: older platforms return keys (O).
SECRET = frozenset(field.path[-1] for resource in (DEVICE, APPLICATION_SERVER) for field in resource.fields if field.secret)
#: An allowed path: no characters that a proxy or server could interpret differently.
PATH = re.compile(r"/(?:[A-Za-z0-9._~@:+,=-]+(?:/|\Z))*\Z")
DOTS = re.compile(r"(?:\A|/)\.\.?(?:/|\Z)")
HIDDEN = "(secret)"
ELSEWHERE = "path must be like /devices/e70B3D57ED0000001, or an href of the platform, got %s"
OTHER = "path belongs to another subscription than the session (%s): give the part after it, such as /devices"
UNCLEAR = "%s may have taken effect, and is not sent again: %s. Check its effect before you run again"


def run(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Send one request; only requests that are known to be repeatable are retried."""
    method, dest, body = params["method"], params.get("dest"), params.get("body")
    _check(params)
    source = params.get("src")
    # Contract: the part of /devices/import is named csv.
    upload = as_form(params["part"], os.path.basename(source), _files.read_source_file(source)) if source else None
    writes = method != "GET"
    with connected(params, context) as client:
        path = _path(client, params["path"])
        if writes and context.check:
            return {"changed": True, "skipped": True}
        if params["all_pages"]:
            pages = client.pages(path, params.get("query"))
            return {"changed": False, "data": {"briefs": [_open(brief) for page in pages for brief in page]}}
        call = Call(
            method,
            path,
            params.get("query"),
            None if isinstance(body, str) else body,
            params["document"],
            text=body if isinstance(body, str) else "",
            repeatable=method != "POST",
            secrets=tuple(_secrets_in(body)),
            accept=params["accept"],
            upload=upload,
            raw=bool(dest),
        )
        try:
            answer = client.call(call)
        except TdmError as error:
            if writes and error.unclear and not isinstance(error, ApiError):
                raise TdmError(UNCLEAR % ("%s %s" % (method, path), error.message)) from None
            raise
    if dest is not None:
        return _stored(answer, dest, writes, context.check)
    return {"changed": writes, "data": _open(answer)}


def _check(params: dict[str, Any]) -> None:
    method = params["method"]
    if method == "GET" and (params.get("body") is not None or params.get("src")):
        option = "src" if params.get("src") else "body"
        raise OptionError("%s can't be combined with method GET: remove it, or give another method" % option)
    if not isinstance(params.get("body"), (dict, str, type(None))):
        raise OptionError("body must be a dictionary, or a text, which is sent unchanged")
    if params["all_pages"] and (method != "GET" or params.get("dest")):
        raise OptionError("all_pages needs method GET and no dest, because it returns all pages together in data")
    tail, origin = _tail(params["path"])
    is_here = not origin or origin == "/".join((params["url"] or "").split("/")[:3])
    if not is_here or not PATH.match(tail) or DOTS.search(tail):
        raise OptionError(ELSEWHERE % shown(params["path"]))


def _tail(path: str) -> tuple[str, str]:
    """Return a path without its scheme and host, and both of these."""
    scheme, mark, rest = path.partition("://")
    host, _slash, tail = rest.partition("/")
    return ("/" + tail, "%s://%s" % (scheme, host)) if mark else (path, "")


def _path(client: Client, given: str) -> str:
    """Return the path below the subscription; raises :class:`OptionError` for another host or subscription."""
    path = client.session.path_of(given)
    if not path.startswith("/subscriptions/") and path != "/subscriptions":
        return "" if path == "/" else path.rstrip("/")
    own = client.session.subscription
    if path != own and not path.startswith(own + "/"):
        raise OptionError(OTHER % own)
    return path[len(own) :].rstrip("/")


def _secrets_in(body: object) -> list[str]:
    """Return the secrets in a body, for masking messages; a text is a secret as a whole."""
    if isinstance(body, str):
        return [body]
    if isinstance(body, dict):
        own = [str(value) for key, value in body.items() if key in SECRET and isinstance(value, str)]
        return own + [text for value in body.values() for text in _secrets_in(value)]
    return [text for each in body for text in _secrets_in(each)] if isinstance(body, list) else []


def _open(data: Any) -> Any:
    """Return data without secrets."""
    if isinstance(data, dict):
        return {key: HIDDEN if key in SECRET and value else _open(value) for key, value in data.items()}
    return [_open(each) for each in data] if isinstance(data, list) else data


def _stored(answer: object, dest: str, writes: bool, check: bool) -> dict[str, Any]:
    """Write an answer atomically to a file, unless the file has this content already."""
    content, kind = (answer.body, answer.content_type) if isinstance(answer, Answer) else (b"", "")
    if os.path.lexists(dest) and not os.path.isfile(dest):
        raise OptionError("dest %s exists, but is not a regular file: name another file" % dest)
    try:
        with open(dest, "rb") as file:
            is_there = file.read() == content
    except FileNotFoundError:
        is_there = False
    except OSError as error:
        raise OptionError("dest %s can't be read: %s" % (dest, error.strerror)) from None
    if not is_there and not check:
        _files.write(dest, content)
    return {"changed": writes or not is_there, "file": dest, "size": len(content), "content_type": in_short(kind)}


TASK = Task(
    {
        "method": {"type": "str", "choices": ["GET", "POST", "PUT", "DELETE"], "default": "GET"},
        "path": {"type": "str", "required": True},
        "query": {"type": "dict"},
        "body": {"type": "raw"},
        "document": {"type": "str", "default": "document"},
        "src": {"type": "path"},
        "part": {"type": "str", "default": "csv"},
        "dest": {"type": "path"},
        "accept": {"type": "str", "default": ""},
        "all_pages": {"type": "bool", "default": False},
    },
    run,
    {"mutually_exclusive": [("body", "src")]},
    ("body",),
    SECRET,
)
