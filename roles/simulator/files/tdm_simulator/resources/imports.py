# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices from the platform's own CSV (C): each row is processed by itself, and a bad one doesn't affect the others."""

from __future__ import annotations

import csv
import email.parser
import email.policy
import io
from collections.abc import Iterator

from .. import Document
from ..api.filters import domain
from ..api.operations import Call, Operation, Parameter
from ..api.parameters import boolean, texts
from ..errors import IMPORT_FAULTS, ApiError
from ..http.jobs import Job, Later
from ..http.messages import Request, Response
from ..world.world import World
from . import device_rules as rules
from . import onboarding
from .devices import DEVICES
from .domains import domains

MOST_ERRORS = 100  # O: later rows are not processed
#: Columns A to AA, by the place that they have for both activations.
DIRECTIVE, DEVICE, ADDRESS, MODEL, FIFTH, SIXTH, _X, PLAN, ROUTE, MARKER, NAME, LATITUDE, LONGITUDE, INFO = range(14)
ALARM, CODE, MOTION, _GROUP, APP_VERSION, SERVERS, KEY_U, KEY_V, _N, EXCHANGE, OWNER, PROTOCOL, STATE = range(14, 27)
_ACTIVATIONS = {"": "ABP", "CREATE": "ABP", "CREATE_ABP": "ABP", "CREATE_OTAA": "OTAA"}
#: Column -> field, if the text is the value.
_SAME = {
    NAME: "name",
    INFO: "customerAdminData",
    ALARM: "alarm004",
    CODE: "verificationCode",
    MOTION: "motionIndicator",
    EXCHANGE: "exchangeKeyVersion",
    STATE: "suspension",  # ? the content of the column for the device state
}
_BY_ACTIVATION = {
    "OTAA": {
        FIFTH: "appEUI",
        SIXTH: "appKey",
        APP_VERSION: "hsmAppKeyVersion",
        KEY_U: "nwkKey",
        KEY_V: "hsmNwkKeyVersion",
        OWNER: "ownerToken",
    },
    "ABP": {ADDRESS: "nwAddress", FIFTH: "nwKey", SIXTH: "appKeys", KEY_U: "sNwkSIntKey", KEY_V: "nwkSEncKey"},
}
_NUMBERS = {MARKER: "markerID", LATITUDE: "adminLat", LONGITUDE: "adminLon"}
_FEATURES = {"NetworkGeolocation": "nwGeolocalization", "PassiveRoaming": "prAllowed"}
_NOT_IN_ENTERPRISE = (ROUTE, MARKER, CODE, APP_VERSION)


def upload(call: Call) -> Response:
    """POST the CSV: 200 without content, 200 and an error document whose message is CSV, or 202 (C).

    Slow rows are processed even if the client doesn't wait (?).
    """
    mode = rules.handling_mode(call)
    wanted = domains([domain(text) for text in call.values("domain")], "domain")
    rows = list(_rows(_csv_part(call.request)))
    faults: list[list[str]] = []

    def done_one_by_one() -> Iterator[bool]:
        for line, row in rows:
            try:
                _do(call, row, mode, wanted)
            except ApiError as refusal:
                faults.append([_cell(row, DEVICE), "line %d" % line, "[%d] %s" % (refusal.code, refusal.message)])
                job.seen["failed"] = len(faults)
            yield len(faults) < MOST_ERRORS

    job = Job("import", done_one_by_one(), len(rows), call.world.settings.import_row_ms / 1000.0)
    call.world.jobs.add(job)
    if boolean(call, "async"):
        return call.accepted(call.world.href("devices"), job)
    return Later(job, lambda: _told(call, faults))


_QUERY: tuple[Parameter, ...] = ("async", "forceDevAddrs", rules.MODE, *texts("domain"))
OPERATIONS = [Operation("POST", "/devices/import", upload, _QUERY, "error")]


def _do(call: Call, row: list[str], mode: str, wanted: list[Document]) -> None:
    world = call.world
    directive = _cell(row, DIRECTIVE).upper()
    if directive == "DELETE":
        device = world.devices.get(_cell(row, DEVICE).replace("-", "").upper())
        if device is None or not all(one in device["domains"] for one in wanted):
            raise ApiError("unknown_eui", _cell(row, DEVICE))
        world.remove(world.devices, device)
        return
    activation = _ACTIVATIONS.get(directive)
    if activation is None:
        raise ApiError("invalid", "column A", directive)
    body = _body(world, row, activation, mode)
    if wanted:
        body["domains"] = wanted
    device = DEVICES.made(call, DEVICES.shape.check("", body))
    address = _cell(row, ADDRESS)
    if activation == "OTAA" and address and boolean(call, "forceDevAddrs", True) and not world.settings.enterprise:
        device["nwAddress"] = address.upper()  # C: assigned permanently


def _body(world: World, row: list[str], activation: str, mode: str) -> Document:
    enterprise = world.settings.enterprise
    body: Document = {"activation": activation, "EUI": _cell(row, DEVICE).replace("-", "")}
    if _cell(row, DEVICE).startswith("LW:"):
        parts = onboarding.parse(_cell(row, DEVICE))
        body.update(EUI=parts["devEUI"], appEUI=parts["joinEUI"])
        found = world.catalogue.tr005.get(parts["profileID"], ())
        if len(found) == 1:
            body["model"] = {"ID": found[0]}
        if "ownerToken" in parts:
            body["ownerToken"] = parts["ownerToken"]
    columns = {**_SAME, **_BY_ACTIVATION[activation]}
    columns = {column: name for column, name in columns.items() if not (enterprise and column in _NOT_IN_ENTERPRISE)}
    for column, name in columns.items():
        text = _cell(row, column)
        if text:
            body[name] = text.replace("-", "") if name == "appEUI" else text
    if _cell(row, MODEL):
        body["model"] = {"ID": _cell(row, MODEL)}
    for column, name in _NUMBERS.items():
        text = _cell(row, column)
        if text and not (enterprise and column in _NOT_IN_ENTERPRISE):
            try:
                body[name] = int(text) if name == "markerID" else float(text)
            except ValueError:
                raise ApiError("invalid", name, text) from None
    if _cell(row, PROTOCOL):
        body["driverMetadata"] = {"application": _cell(row, PROTOCOL)}
    if _cell(row, SERVERS):
        body["appServers"] = [{"ID": text.strip()} for text in _cell(row, SERVERS).split(",")]
    if _cell(row, ROUTE) and not enterprise:
        body["appServersRoutingProfile"] = {"ID": _cell(row, ROUTE)}
    body.update(_plan(_cell(row, PLAN), mode))
    return body


def _told(call: Call, faults: list[list[str]]) -> Response:
    """The answer about a finished import."""
    if not faults:
        return call.answer(200)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(faults)
    text = stream.getvalue()
    return call.answer(200, {"code": IMPORT_FAULTS, "message": text, "csv": text})


def _plan(text: str, mode: str) -> Document:
    """Column H: an ID, or in mode BASIC a list of features (C)."""
    if mode == "ADVANCED":
        return {"networkSubscription": {"ID": text}} if text else {}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in _FEATURES:
            raise ApiError("invalid", "column H", name)
    return {"networkSubscription": {_FEATURES[name]: True for name in names}}


def _cell(row: list[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of each row, without comments."""
    reader = csv.reader(io.StringIO(text))
    try:
        for row in reader:
            if row and not row[0].lstrip().startswith("#") and any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as problem:
        raise ApiError("bad_body", problem) from None


def _csv_part(request: Request) -> str:
    """The part `csv` of multipart/form-data (C)."""
    if request.media_type() != "multipart/form-data":
        raise ApiError("unsupported_media", request.media_type())
    head = "Content-Type: %s\r\n\r\n" % request.headers["content-type"]
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head.encode("latin-1", "replace") + request.body)
    for part in message.iter_parts() if message.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "csv":
            try:
                return bytes(part.get_payload(decode=True)).decode("utf-8-sig")
            except UnicodeDecodeError:
                break
    raise ApiError("bad_body", "a part csv in UTF-8 is expected")
