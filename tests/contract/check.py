# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Holds recorded exchanges to the contract: ``python -m tests.contract.check FILE``.

Any test run records them with ``SIMULATOR_RECORD=FILE`` in its environment. Answers of both editions are judged
where they are JSON; what Wireless adds to the contract is named below.
Requests that the simulator refused are left out: a test that tries what is forbidden is no fault of the client.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulator.contract import Contract

BASE = "/thingpark/wireless/rest/subscriptions/"
#: Seen in public clients and not in the contract: these operations, and this field of a device.
#: The list of devices lacks what the contract requires of it without ever describing it.
WIRELESS_PATHS = ("/appServersRoutingProfiles", "/tasks/{taskUid}")
WIRELESS_FIELDS = ("appServersRoutingProfile",)
#: Public clients were seen to leave it out of an update.
WIRELESS_MAY_LACK = "'occContext' is a required"
XML = ("application/xml", "text/xml")


@dataclass
class Report:
    """How many exchanges were judged, by operation, and what was wrong."""

    answers: Counter = field(default_factory=Counter)
    requests: Counter = field(default_factory=Counter)
    faults: dict = field(default_factory=lambda: defaultdict(Counter))

    def lines(self) -> Iterable[str]:
        """Yield the report: a line for each operation, and one for each kind of fault."""
        for operation in sorted({*self.answers, *self.requests}):
            yield "%-80s %6d requests %6d answers" % (" ".join(operation), self.requests[operation], self.answers[operation])
        for operation, found in sorted(self.faults.items()):
            for fault, times in found.most_common():
                yield "%s: %s (%d times)" % (" ".join(operation), fault, times)


def judge(contract: Contract, lines: Iterable[str]) -> Report:
    """Return what the contract says of recorded exchanges, each a line of JSON."""
    report = Report()
    for line in lines:
        one = json.loads(line)
        operation = _operation(one)
        if operation is None:
            continue
        accepted = one["status"] < 400
        if accepted or one["status"] >= 500:
            report.requests[operation] += 1
            _note(report, operation, "request", _request_faults(contract, operation, one))
        old = one["few_briefs"] and "briefs" in one["answer"]  # lists of old platforms, of which no contract is known
        if old or one["answer_type"] in XML:
            continue
        report.answers[operation] += 1
        answer = _plain(one["answer"]) if one["edition"] == "wireless" and operation[1].startswith("/devices") else one["answer"]
        _note(report, operation, "answer", contract.answer_faults(*operation, one["status"], one["answer_type"], answer))
        if one["status"] >= 500:
            _note(report, operation, "answer", ["status %d" % one["status"]])
    return report


def _operation(one: dict) -> tuple[str, str] | None:
    """Return method and path below the subscription, None for what the contract doesn't have."""
    if not one["path"].startswith(BASE) or one["status"] == 405:
        return None
    path = one["path"][len(BASE) :].partition("/")
    below = path[1] + path[2]
    if below.startswith(WIRELESS_PATHS) or (one["status"] == 404 and "{" not in below and below not in _known()):
        return None
    return one["method"], below


def _known() -> set[str]:
    if not hasattr(_known, "paths"):
        _known.paths = {path for _method, path in Contract().operations()}
    return _known.paths


def _request_faults(contract: Contract, operation: tuple[str, str], one: dict) -> list[str]:
    if operation not in contract.operations():
        return ["the contract has no %s %s" % operation]
    media_type, body = one["request_type"], one["request"]
    if media_type in XML:  # only the query can be judged
        return contract.query_faults(*operation, one["query"])
    if one["edition"] == "enterprise":
        return contract.request_faults(*operation, one["query"], media_type, body)
    faults = contract.request_faults(*operation, one["query"], media_type, _plain(body) if media_type.endswith("json") else body)
    return [fault for fault in faults if WIRELESS_MAY_LACK not in fault]


def _plain(text: str) -> str:
    """Return a document without the fields that only Wireless has."""
    if not text.startswith("{"):
        return text
    document = json.loads(text)
    for each in (document, *document.get("briefs", ())):
        for name in WIRELESS_FIELDS:
            if isinstance(each, dict):
                each.pop(name, None)
    if "cursors" in document or "count" in document:
        document.setdefault("motionIndicator", None)
    return json.dumps(document)


def _note(report: Report, operation: tuple[str, str], what: str, faults: list[str]) -> None:
    for fault in faults:
        report.faults[operation]["%s: %s" % (what, fault)] += 1


def main(paths: list[str]) -> int:
    """Print the report of some files; 1 when anything was wrong or nothing was judged."""
    lines = []
    for path in paths:
        with open(path, encoding="utf-8") as stream:
            lines += stream.readlines()
    report = judge(Contract(), lines)
    print("\n".join(report.lines()))
    return 1 if report.faults or not report.answers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
