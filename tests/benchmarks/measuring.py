# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""One run of a command, measured from outside: wall clock, processor, memory. And the machine that it runs on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from importlib import metadata
from pathlib import Path

LONGEST = 3600.0  # seconds, after which a run counts as hung
SAMPLE = 0.2  # seconds between two looks at the memory, unless a look takes long
PACKAGES = ("ansible-core", "ansible-runner", "requests", "urllib3", "lxml", "aiohttp")
#: The simulator's core and that of everything measured; one for all where there is only one.
CORES = sorted(os.sched_getaffinity(0))
MEASURED, SIMULATED = {CORES[0]}, {CORES[-1]}


class Memory(threading.Thread):
    """Watches a process and all below it; ``peak`` is the most that they had at one time, in bytes.

    It is the proportional set size, in which memory that processes share counts once. Looks from the simulator's core.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        import psutil  # not needed by the test of the requests

        self._psutil = psutil
        self._root = psutil.Process(pid)
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        """Look until told to end."""
        took = 0.0
        while not self._done.wait(max(SAMPLE, 20 * took)):
            started, total = time.monotonic(), 0
            try:
                for one in (self._root, *self._root.children(recursive=True)):
                    try:
                        total += one.memory_full_info().pss
                    except self._psutil.Error:
                        pass  # it ended meanwhile
            except self._psutil.Error:
                pass
            self.peak = max(self.peak, total)
            took = time.monotonic() - started

    def kill(self) -> None:
        """End all of them: Ansible's workers have sessions of their own, and outlive it."""
        for one in (*self._root.children(recursive=True), self._root):
            one.kill()

    def end(self) -> int:
        """Return the peak."""
        self._done.set()
        self.join()
        return self.peak


def measured(command: list[str], directory: Path, environment: dict[str, str]) -> dict:
    """Run a command on the core for what is measured; return figures, and its output under ``output``.

    Raises RuntimeError where it fails. Processor time is that of all its processes: each waits for its own children.
    """
    output = directory / "output.txt"
    with output.open("wb") as file:
        begun, started = time.time(), time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        os.sched_setaffinity(process.pid, MEASURED)  # what it starts inherits that
        memory = Memory(process.pid)
        memory.start()
        limit = threading.Timer(LONGEST, memory.kill)
        limit.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # an interruption: what runs ends with us, Ansible's workers too
            memory.kill()
            raise
        finally:
            limit.cancel()
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    text = output.read_text(encoding="utf-8", errors="replace")
    peak = memory.end()
    if process.returncode:
        raise RuntimeError("%s ended with %d:\n%s" % (" ".join(command)[:200], process.returncode, text[-3000:]))
    return {"begun": begun, "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak, "output": text}


def machine() -> dict[str, object]:
    """Return what ran here: processor, memory, system, versions."""
    words = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in words if line.startswith("model name")), platform.machine())
    installed = {one.metadata["Name"].lower() for one in metadata.distributions()}
    versions = {name: metadata.version(name) for name in PACKAGES if name in installed}
    return {
        "processor": model,
        "cores": len(CORES),
        "pinned": len(CORES) > 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": "%s %s" % (platform.system(), platform.release()),
        "versions": {"python": platform.python_version(), **versions, "wrk": _wrk()},
    }


def _wrk() -> str:
    if not shutil.which("wrk"):
        return ""
    said = subprocess.run(["wrk", "-v"], check=False, capture_output=True, text=True).stdout
    return said.split("[")[0].replace("wrk", "").strip()


def tool(name: str) -> str:
    """Return a program of this Python's environment."""
    return str(Path(sys.executable).with_name(name))
