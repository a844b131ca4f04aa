# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: options, start, run and end of the simulator."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any, Callable

from . import lifecycle
from . import settings as defaults
from .platforms import PROFILES
from .settings import Settings

SAVE_EVERY = 3.0


def parser() -> argparse.ArgumentParser:
    """All options; secrets may also come from the environment."""
    one = argparse.ArgumentParser(
        prog="tdm_simulator",
        description="A simulator of the ThingPark Device Manager API. Secrets can be given in "
        "TDM_SIMULATOR_PASSWORD, TDM_SIMULATOR_CLIENT_SECRET and TDM_SIMULATOR_UPLINKS_KEY.",
    )
    one.add_argument(
        "--secrets-from-stdin",
        action="store_true",
        help="read password, client_secret and uplinks_key as JSON from the standard input",
    )
    one.add_argument("--host", default="127.0.0.1", help="address to listen on")
    one.add_argument("--allow-remote", action="store_true", help="allow an address that other hosts can reach")
    one.add_argument("--port", type=_number(0, 65535), default=0, help="0 takes a free port")
    one.add_argument("--ready-file", metavar="PATH", help="JSON with url, port and pid, there as long as the simulator listens")
    one.add_argument("--daemon", action="store_true", help="return once the simulator listens and leave it running")
    one.add_argument("--status", action="store_true", help="say as JSON whether the simulator of the ready file runs, and end")
    one.add_argument("--stop", action="store_true", help="end the simulator of the ready file, if it runs")
    one.add_argument("--stop-timeout", type=float, default=30.0, metavar="S", help="how long to wait for that end")
    one.add_argument("--log-file", metavar="PATH", default=os.devnull, help="where a daemon writes what it has to say")
    one.add_argument("--profile", choices=sorted(PROFILES), help="imitate this platform: its settings, unless they are given")
    one.add_argument("--password", default=None)
    one.add_argument("--client-secret", default=None)
    _add_settings(one)
    one.add_argument("--state-file", metavar="PATH", help="keep the state here across restarts")
    one.add_argument("--profiles-csv", metavar="PATH", help="device profiles instead of the built-in")
    one.add_argument("--tr005-csv", metavar="PATH", help="TR005 identifiers instead of the built-in")
    one.add_argument(
        "--licences",
        type=_licences,
        action="append",
        default=[],
        metavar="PLAN=N",
        help="licenses granted for a plan; repeatable",
    )
    one.add_argument(
        "--seed", type=_number(0), default=0, metavar="N", help="devices to make up at the start when there are none"
    )
    one.add_argument(
        "--record",
        metavar="PATH",
        default=os.environ.get("SIMULATOR_RECORD"),
        help="append every exchange as a line of JSON, secrets included: for tests only; SIMULATOR_RECORD does the same",
    )
    return one


def _add_settings(one: argparse.ArgumentParser) -> None:
    """An option for each declared setting; an option not given is None, so that a profile can set it."""
    for name, setting in defaults.declared().items():
        about = setting.metadata
        names = ["--" + name.replace("_", "-")] + (["--latency"] if name == "latency_ms" else [])
        if isinstance(setting.default, bool):
            one.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=about["help"])
        elif about["many"]:
            one.add_argument(*names, type=_words(about["choices"]), metavar="A,B", help=about["help"])
        elif about["choices"]:
            one.add_argument(*names, choices=about["choices"], help=about["help"])
        else:
            default: Any = setting.default
            low, high = about["bounds"] or (0, 0)
            kind = str if isinstance(default, str) else _number(low, high, type(default))
            one.add_argument(*names, type=kind, metavar="X", help="%s (%s)" % (about["help"], default))


def _words(choices: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def convert(text: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in text.split(","))
        if not set(words) <= set(choices):
            raise argparse.ArgumentTypeError("some of %s are expected" % ",".join(choices))
        return words

    return convert


def _number(low: float, high: float = 10**9, kind: Callable[[str], float] = int) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError("must lie between %s and %s" % (low, high))
        return value

    return convert


def _licences(text: str) -> tuple[str, int]:
    plan, equals, count = text.rpartition("=")
    if not equals or not plan or not count.isdigit():
        raise argparse.ArgumentTypeError("PLAN=N is expected")
    return plan, int(count)


def to_settings(options: argparse.Namespace) -> Settings:
    """Settings from options; ValueError with one sentence if they are invalid."""
    if not defaults.is_loopback(options.host) and not options.allow_remote:
        raise ValueError(
            "refusing to listen on %s: it can be reached from other hosts, and the simulator "
            "protects nothing. Use 127.0.0.1, or --allow-remote if you mean it." % options.host
        )
    password, secret, key = options.password, options.client_secret, None
    if options.secrets_from_stdin:
        given = json.load(sys.stdin)
        password, secret, key = (given.get(name) for name in ("password", "client_secret", "uplinks_key"))
    if password is None:
        password = os.environ.get("TDM_SIMULATOR_PASSWORD") or defaults.DEFAULT_PASSWORD
    if secret is None:
        secret = os.environ.get("TDM_SIMULATOR_CLIENT_SECRET") or defaults.DEFAULT_CLIENT_SECRET
    key = key or os.environ.get("TDM_SIMULATOR_UPLINKS_KEY") or defaults.DEFAULT_UPLINKS_KEY
    given = {name: getattr(options, name) for name in defaults.declared() if getattr(options, name) is not None}
    chosen = {**PROFILES.get(options.profile, {}), **given}
    return Settings(password=password, client_secret=secret, uplinks_key=key, licences=dict(options.licences), **chosen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator until SIGTERM or SIGINT; returns the exit status."""
    options = parser().parse_args(arguments)
    report = _Report()
    try:
        if options.status or options.stop:
            return _look_or_stop(options)
        settings = to_settings(options)
        _make_directories(options.ready_file, options.state_file, options.log_file)
        if options.daemon and report.detach(options.log_file):
            return report.wait()
        asyncio.run(_run(options, settings, report))
    except (ImportError, OSError, ValueError) as problem:
        report.failed("tdm_simulator: %s" % problem)
        return 1
    return 0


def _look_or_stop(options: argparse.Namespace) -> int:
    if not options.ready_file:
        raise ValueError("--status and --stop need --ready-file")
    if options.status:
        print(json.dumps(lifecycle.status(options.ready_file)))
    elif lifecycle.stop(options.ready_file, options.stop_timeout):
        print("stopped")
    else:
        print("not running")
    return 0


def _make_directories(*paths: str | None) -> None:
    for path in paths:
        if path:
            os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)


class _Report:
    """Tells the starting process that the simulator listens, or why it failed."""

    def __init__(self) -> None:
        self._pipe: int | None = None  # the daemon's end
        self._parent_end = -1

    def detach(self, log_file: str) -> bool:
        """Fork into the background; True in the user's process."""
        reading, writing = os.pipe()
        log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sys.stdout.flush()
        sys.stderr.flush()
        if os.fork():
            os.close(writing)
            os.close(log)
            self._parent_end = reading
            return True
        os.close(reading)
        os.setsid()
        if os.fork():
            os._exit(0)  # pylint: disable=protected-access
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.close(null)
        os.close(log)
        self._pipe = writing
        return False

    def wait(self) -> int:
        """In the starting process: pass on the daemon's report; returns the exit status."""
        with os.fdopen(self._parent_end, encoding="utf-8") as stream:
            text = stream.read()
        if text.startswith("ready "):
            print(text[len("ready ") :].rstrip("\n"))
            return 0
        print(text.rstrip("\n") or "tdm_simulator: the daemon died at its start", file=sys.stderr)
        return 1

    def ready(self, line: str) -> None:
        """Report that the simulator listens."""
        if self._pipe is None:
            print(line, flush=True)
            return
        os.write(self._pipe, ("ready " + line).encode("utf-8"))
        os.close(self._pipe)
        self._pipe = None

    def failed(self, line: str) -> None:
        """Report that the simulator did not start, or died."""
        print(line, file=sys.stderr, flush=True)
        if self._pipe is not None:
            os.write(self._pipe, line.encode("utf-8"))
            os.close(self._pipe)
            self._pipe = None


async def _run(options: argparse.Namespace, settings: Settings, report: _Report) -> None:
    from .application import Application
    from .http.server import Front, listen
    from .testing.recorder import Recorder
    from .testing.seeding import seed
    from .world.catalogue import Catalogue
    from .world.world import World, write_atomically

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    world = World(settings, Catalogue(settings, options.profiles_csv, options.tr005_csv))
    application = Application(settings, world)
    accounts = application.accounts
    if options.state_file:
        accounts_state = world.restore(options.state_file)
        if accounts_state is not None:
            accounts.restore(accounts_state)
    if options.seed and not world.devices:
        seed(world, options.seed)

    saved: list[Any] = [world.revision, accounts.state()]

    def save() -> None:
        current: list[Any] = [world.revision, accounts.state()]
        if not options.state_file or (current == saved and os.path.exists(options.state_file)):
            return
        write_atomically(options.state_file, world.snapshot(current[1]))
        saved[:] = current

    save()
    front = Front(application, settings, Recorder(options.record) if options.record else None)
    server, port = await listen(front, options.host, options.port)
    url = "http://%s" % front.address
    sending = asyncio.create_task(application.uplinks.run()) if settings.uplinks_url else None
    try:
        if options.ready_file:
            write_atomically(options.ready_file, json.dumps({"url": url, "port": port, "pid": os.getpid()}))
        report.ready(url)
        pause = SAVE_EVERY
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), pause if options.state_file else None)
            except asyncio.TimeoutError:
                began = time.monotonic()
                save()
                # A large world is saved less often, to leave time for answers.
                pause = max(SAVE_EVERY, 20 * (time.monotonic() - began))
    finally:
        if sending is not None:
            sending.cancel()
        server.close()
        for connection in list(front.connections):
            connection.abort()
        if options.ready_file:
            _remove_own(options.ready_file)
        save()


def _remove_own(path: str) -> None:
    """Remove the ready file unless another simulator has taken it over."""
    try:
        with open(path, encoding="utf-8") as stream:
            if json.load(stream).get("pid") == os.getpid():
                os.unlink(path)
    except (OSError, ValueError):
        pass
