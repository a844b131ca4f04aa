# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A meter falls silent: a rulebook of the collection, the real ansible-rulebook, a simulated ThingPark and a ticket system.

Run by `make demo-events`; the tests of the rulebooks use its parts.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
LOGIN = "olivia@example.com"
PREFIX = "70B3D57ED0"
NO_UPLINK, CLEARED, MAJOR = 4, 1, 5
SECONDS = 40  # for each step, on a machine that is busy
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
NO_JAVA = (
    "ansible-rulebook needs Java 17 or newer, and none is here: install it, on Debian and Ubuntu by "
    "'apt-get install default-jre-headless', or set JAVA_HOME"
)


def java_version() -> int:
    """Return the version of the Java that ansible-rulebook would find, 0 without one."""
    home = os.environ.get("JAVA_HOME")
    try:
        program = str(Path(home, "bin/java")) if home else "java"
        said = subprocess.run([program, "-version"], check=True, capture_output=True, text=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


class Webhook:
    """A ticket system that keeps what it is sent."""

    def __init__(self) -> None:
        self.received: list[dict] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                webhook.received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/tickets" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Rulebook:
    """The real ansible-rulebook.

    :param rulebook: a file, or the whole name of one in a collection.

    :param directory: for all that it writes; its output is in ``rulebook.log`` there.
    :param url: the platform's, and ``password`` that of LOGIN.
    :param variables: the rulebook's own.
    """

    def __init__(self, rulebook: str, directory: Path, url: str, password: str, **variables: object) -> None:
        self.log = directory / "rulebook.log"
        (directory / "inventory.yml").write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n")
        (directory / "vars.json").write_text(json.dumps(variables))
        command = [PROGRAMS / "ansible-rulebook", "--rulebook", rulebook]
        command += ["--inventory", directory / "inventory.yml", "--vars", directory / "vars.json"]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TDM_", "ANSIBLE_"))}
        account = {"TDM_URL": url, "TDM_LOGIN": LOGIN, "TDM_PASSWORD": password}
        ansible = {
            "HOME": str(directory),
            "ANSIBLE_HOME": str(directory / "home"),
            "ANSIBLE_CONFIG": str(ROOT / "tests/ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_NOCOLOR": "true",
            **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1"),  # all that it talks to; a proxy can't reach it
            "PATH": "%s:%s" % (PROGRAMS, os.environ["PATH"]),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env={**kept, **account, **ansible}, cwd=directory, stdout=log, stderr=subprocess.STDOUT
            )

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, condition: Callable[[], object]) -> bool:
        """Return whether something came about while it runs."""
        return wait_for(lambda: condition() or self.process.poll() is not None) and self.process.poll() is None

    def stop(self) -> int:
        """End it as a service manager does; return its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Platform:
    """A simulated ThingPark with some meters, on a free port."""

    def __init__(self, directory: Path) -> None:
        self.password = secrets.token_urlsafe(18)
        ready = directory / "ready.json"
        command = [sys.executable, ROOT / "roles/simulator/files/tdm_simulator", "--port", "0", "--login", LOGIN]
        with (directory / "simulator.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--ready-file", ready],
                env={**os.environ, "TDM_SIMULATOR_PASSWORD": self.password},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(ready.exists)
        self.origin = json.loads(ready.read_text())["url"]
        self.url = self.origin + "/thingpark/wireless/rest"

    def inspect(self, method: str, path: str, body: object = None):
        """Send a request to ``/_simulator/{path}``; return the answer's JSON."""
        data = None if body is None else json.dumps(body).encode()
        head = {"Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.origin + "/_simulator/" + path, data, head, method=method)
        with NO_PROXY.open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def looks(self) -> int:
        """Return how often somebody has asked for the alarms of all devices."""
        counts = self.inspect("GET", "requests")["by_path"]
        return sum(number for path, number in counts.items() if path.endswith("/devices/alarms"))

    def is_acknowledged(self, eui: str) -> bool:
        """Return whether no alarm of a device waits for anybody."""
        return not sum(self.inspect("GET", "devices/" + eui)["alarms"])

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def wait_for(condition: Callable[[], object], seconds: float = SECONDS) -> bool:
    """Return whether something came about in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tell(text: str) -> None:
    print("%s  %s" % (time.strftime("%H:%M:%S"), text), flush=True)  # noqa: T201


def main() -> int:
    """Tell the story; return 0 where it came to its end."""
    if java_version() < 17:
        print(NO_JAVA, file=sys.stderr)  # noqa: T201
        return 1
    for ending in (signal.SIGTERM, signal.SIGHUP):  # of make, and of a terminal that is closed: nothing is left running
        signal.signal(ending, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        platform, tickets = Platform(directory), Webhook()
        rulebook = None
        try:
            platform.inspect("POST", "seed", {"count": 3, "prefix": PREFIX})
            eui = PREFIX + "000002"
            place = [{"name": "Utrecht", "group": {"name": "Site"}}]
            platform.inspect("PUT", "devices/" + eui, {"name": "meter-0002", "domains": place, "alarms": [0] * 6})
            tell("A simulated ThingPark runs, with three meters.")
            variables = {"interval": 1, "ticket_url": tickets.url}
            rulebook = Rulebook("lorawan.thingpark.silent_meter", directory, platform.url, platform.password, **variables)
            return 0 if _story(platform, tickets, rulebook, eui) else _failed(rulebook)
        finally:
            for one in filter(None, (rulebook, platform, tickets)):
                one.stop()


def _story(platform: Platform, tickets: Webhook, rulebook: Rulebook, eui: str) -> bool:
    """Tell it step by step; return whether each step came."""
    began = time.monotonic()
    if not rulebook.wait_for(lambda: platform.looks() > 1):
        return False
    tell("ansible-rulebook watches its alarms, by the rulebook lorawan.thingpark.silent_meter.")
    platform.inspect("PUT", "alarms/" + eui, {"id": NO_UPLINK, "state": MAJOR, "details": ["PT48H"]})
    tell("meter-0002 falls silent: ThingPark raises the alarm no_uplink, major.")
    if not rulebook.wait_for(lambda: tickets.received):
        return False
    ticket = tickets.received[0]
    tell("The rule fires, and its playbook makes a ticket:")
    for key in ("title", "severity", "since", "dev_eui", "domains"):
        print("            %-9s %s" % (key, ticket[key]), flush=True)  # noqa: T201
    if not rulebook.wait_for(lambda: platform.is_acknowledged(eui)):
        return False
    tell("The playbook acknowledges the alarm on ThingPark, in the name of %s." % LOGIN)
    platform.inspect("PUT", "alarms/" + eui, {"id": NO_UPLINK, "state": CLEARED})
    tell("The meter sends again, and ThingPark clears the alarm.")
    print("One silent meter, one ticket, in %d s." % (time.monotonic() - began))  # noqa: T201
    return len(tickets.received) == 1


def _failed(rulebook: Rulebook) -> int:
    print("The story stopped here. This is what ansible-rulebook said:\n" + rulebook.output(), file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
