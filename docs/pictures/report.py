# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report an invented fleet and take a picture of the page: docs/images/report.png. Run by `make picture`; needs chromium."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "docs/images/report.png"
sys.path.insert(0, str(ROOT / "tests/events"))
from story import LOGIN, PREFIX, Platform  # noqa: E402

DEVICES = 400
HOUR = 3_600_000  # milliseconds, as all times of the platform
#: As wide as a telephone, so that the picture can be read on one. Chromium's own window can't be that narrow: a frame is.
WIDTH, HEIGHT = 460, 975
FRAME = '<body style="margin:0"><iframe src="report.html" style="border:0;width:%dpx;height:%dpx"></iframe>'
BROWSER = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
#: Alarm -> how many silent or heard devices have it.
ALARMS = {4: 26, 1: 9, 14: 5, 8: 3}
MINOR, MAJOR, CRITICAL = 4, 5, 6


def invent(platform: Platform) -> None:
    """Fill the platform with devices that were heard at several times, with batteries and alarms."""
    rng = random.Random(4711)
    platform.inspect("POST", "seed", {"count": DEVICES})
    now = int(time.time() * 1000)
    euis = ["%s%06X" % (PREFIX, number) for number in range(1, DEVICES + 1)]
    for eui in euis:
        hours = rng.choices((rng.random(), rng.uniform(1, 24), rng.uniform(60, 2000), 0), (25, 60, 12, 3))[0]
        if not hours:
            platform.inspect("PUT", "devices/" + eui, {"health": "INIT", "radio": None})
            continue
        heard = now - int(hours * HOUR)
        level = 0 if rng.random() < 0.07 else int(rng.triangular(20, 254, 230))
        radio = {"lastUpTimestamp": heard, "lastBatLevel": level, "lastBatLevelTimestamp": heard}
        platform.inspect("PUT", "devices/" + eui, {"health": "ACTIVE" if hours < 48 else "RF_CNX_ERROR", "radio": radio})
    for number, count in ALARMS.items():
        for eui in rng.sample(euis, count):
            platform.inspect("PUT", "alarms/" + eui, {"id": number, "state": rng.choice((MINOR, MAJOR, MAJOR, CRITICAL))})


def playbook() -> str:
    """Return a playbook that changes a few devices and reports the fleet."""
    changed = [{"dev_eui": "%s%06X" % (PREFIX, number), "name": "meter-%04d" % number} for number in range(1, 41)]
    drifted = [{"dev_eui": "%s%06X" % (PREFIX, number), "name": "lamp-%04d" % number} for number in range(41, 44)]
    tasks = [
        {"lorawan.thingpark.tdm_fleet": {"devices": changed, "report": "outcomes.csv"}},
        {
            "ansible.builtin.include_role": {"name": "lorawan.thingpark.report"},
            "vars": {
                "tdm_report_dest": "report",
                "tdm_report_title": "Utrecht, meters and lights",
                "tdm_report_last_run": "outcomes.csv",
                "tdm_report_drift": True,
                "tdm_fleet_devices": drifted,
            },
        },
    ]
    return json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])


def main() -> None:
    """Invent, report and look."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        platform = Platform(directory)
        try:
            invent(platform)
            (directory / "play.yml").write_text(playbook(), encoding="utf-8")
            account = {"TDM_URL": platform.url, "TDM_LOGIN": LOGIN, "TDM_PASSWORD": platform.password}
            home = {"ANSIBLE_HOME": str(directory / "home")}
            program = Path(sys.executable).with_name("ansible-playbook")
            subprocess.run([program, "play.yml"], cwd=directory, env={**os.environ, **account, **home}, check=True)
        finally:
            platform.stop()
        page = directory / "report/look.html"
        page.write_text(FRAME % (WIDTH, HEIGHT), encoding="utf-8")
        command = ["chromium", *BROWSER, "--hide-scrollbars", "--user-data-dir=%s" % (directory / "browser")]
        size = "--window-size=%d,%d" % (WIDTH, HEIGHT)
        subprocess.run([*command, size, "--screenshot=%s" % IMAGE, page.as_uri()], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
