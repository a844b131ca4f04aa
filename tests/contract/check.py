# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Holds recorded exchanges to the contract: ``python -m tests.contract.check FILE``.

A run of the tests with ``-p tests.contract.plugin`` records and judges them itself. Judged is every request of the
collection, and every answer of the simulator in JSON, whoever asked; what Wireless adds to the contract is named below.
Answers in XML are only counted: of them the contract has no schema.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulator.contract import Contract

BASE = "/thingpark/wireless/rest/subscriptions/"
#: Seen in public clients and not in the contract. (A field more than the contract has is allowed by it.)
WIRELESS_PATHS = ("/appServersRoutingProfiles", "/tasks/{taskUid}")
#: How the collection names itself; the tests' own clients try what is forbidden, too.
COLLECTION = "lorawan.thingpark/"
XML = ("application/xml", "text/xml")


@dataclass
class Report:
    """How many exchanges were judged, by operation, and what was wrong."""

    requests: Counter = field(default_factory=Counter)
    answers: Counter = field(default_factory=Counter)
    xml: Counter = field(default_factory=Counter)
    faults: dict = field(default_factory=lambda: defaultdict(Counter))

    def lines(self) -> Iterable[str]:
        """Yield the report: a line for each operation, the sums, and a line for each kind of fault."""
        row = "%-76s %8s %8s %8s"
        yield row % ("operation", "requests", "answers", "in XML")
        for operation in sorted({*self.answers, *self.requests, *self.xml}, key=lambda pair: (pair[1], pair[0])):
            counts = self.requests[operation], self.answers[operation], self.xml[operation] or ""
            yield row % ("%-6s %s" % operation, *counts)
        yield row % ("in all", self.requests.total(), self.answers.total(), self.xml.total())
        for operation, found in sorted(self.faults.items()):
            for fault, times in found.most_common():
                yield "%s %s: %s (%d times)" % (*operation, fault, times)


def judge(contract: Contract, lines: Iterable[str]) -> Report:
    """Return what the contract says of recorded exchanges, each a line of JSON."""
    report = Report()
    known = {path for _method, path in contract.operations()}
    for line in lines:
        one = json.loads(line)
        operation = _operation(one, known)
        if operation is None:
            continue
        if one["client"].startswith(COLLECTION):
            report.requests[operation] += 1
            _note(report, operation, "request", _request_faults(contract, operation, one))
        if one["status"] >= 500:
            _note(report, operation, "answer", ["status %d" % one["status"]])
        if one["answer_type"] in XML:
            report.xml[operation] += 1
            continue
        if one["few_briefs"] and "briefs" in one["answer"]:  # lists of old platforms, of which no contract is known
            continue
        report.answers[operation] += 1
        answer = _complete(one["answer"]) if one["edition"] == "wireless" else one["answer"]
        _note(report, operation, "answer", contract.answer_faults(*operation, one["status"], one["answer_type"], answer))
    return report


def _operation(one: dict, known: set[str]) -> tuple[str, str] | None:
    """Return method and path below the subscription, None for what the contract doesn't have."""
    if not one["path"].startswith(BASE) or one["status"] == 405:
        return None
    path = one["path"][len(BASE) :].partition("/")
    below = path[1] + path[2]
    if below.startswith(WIRELESS_PATHS) or (one["status"] == 404 and "{" not in below and below not in known):
        return None
    return one["method"], below


def _request_faults(contract: Contract, operation: tuple[str, str], one: dict) -> list[str]:
    if operation not in contract.operations():
        return ["the contract has no %s %s" % operation]
    media_type, body = one["request_type"], one["request"]
    if media_type in XML:  # only the query can be judged
        return contract.query_faults(*operation, one["query"])
    return contract.request_faults(*operation, one["query"], media_type, body)


def _complete(text: str) -> str:
    """Return a list of devices with what the contract requires of it without ever describing it."""
    document = json.loads(text) if text.startswith("{") else {}
    return json.dumps({"motionIndicator": None, **document}) if "briefs" in document else text


def _note(report: Report, operation: tuple[str, str], what: str, faults: list[str]) -> None:
    for fault in faults:
        report.faults[operation]["%s: %s" % (what, fault)] += 1


def main(paths: list[str]) -> int:
    """Print the report of some files; 1 when anything was wrong or nothing was judged."""

    def lines() -> Iterable[str]:
        for path in paths:
            with open(path, encoding="utf-8") as stream:
                yield from stream

    report = judge(Contract(), lines())
    print("\n".join(report.lines()))
    return 1 if report.faults or not report.answers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
