# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Prism between a client and a simulator: a public validator that knows OpenAPI, and nothing of this project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

from tests.meddler import Meddler, Request, passed_on
from tests.simulator.contract import Contract

BASE = "/thingpark/wireless/rest"
LISTENING = re.compile(r"Prism is listening on http://([\d.:]+)")
START_SECONDS = 60


class Router(Meddler):
    """Sends what the contract knows through Prism, and everything else (login, inspection) straight to the simulator.

    :param prism: host and port.
    """

    def __init__(self, target: str, prism: str) -> None:
        self.prism = prism
        self.answered: Counter = Counter()
        self.violations: list[str] = []
        super().__init__(target)

    def _forward(self, request: Request) -> tuple:
        if not request.path.startswith(BASE + "/subscriptions/"):
            return super()._forward(request)
        status, headers, body = passed_on(request, self.prism, request.target[len(BASE) :])
        self.answered[request.method, status] += 1
        told = next((value for name, value in headers.items() if name.lower() == "sl-violations"), "[]")
        if headers.get("content-type") == "application/problem+json":  # Prism's own answer
            told = json.dumps([{"location": ["prism"], "message": body.decode()}])
        for one in json.loads(told):
            where = ".".join(map(str, one["location"]))
            self.violations.append("%s %s, status %d, %s: %s" % (request.method, request.path, status, where, one["message"]))
        return status, headers, body


class Prism:
    """Prism in a process of its own, in front of a server.

    :param command: the program.
    :param upstream: the API's base.
    :param directory: for the contract and the log.
    """

    def __init__(self, command: Path, upstream: str, directory: Path) -> None:
        document, self.log = directory / "contract.json", directory / "prism.log"
        document.write_text(json.dumps(Contract().plain()))
        words = [command, "proxy", document, upstream, "--port", "0", "--cors", "false"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                words, env={**os.environ, "NO_PROXY": "*"}, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self.host = self._wait()

    def _wait(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while not (found := LISTENING.search(self.log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("Prism does not start:\n" + self.log.read_text())
            time.sleep(0.05)
        return found.group(1)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(10)
