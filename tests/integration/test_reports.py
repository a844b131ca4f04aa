# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report's page: of thousands of devices, with names that HTML would obey, in a real browser, on a screen and a phone."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as, environment

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LARGEST = 5_000_000  # bytes
#: Each table of the page has as many rows as it may have, whatever the number of devices.
ROWS = 1000
DEVICES = as_much_as(2 * ROWS, 10_000, 10_000)
EVIL = "</td><script>console.error('obeyed')</script>\"'\\&<img src=x onerror=alert(1)>{{ 7 * 7 }}"
#: What loads something, by element and attribute; a link (``a``) loads nothing until somebody follows it.
LOADS = {"src", "srcset", "data", "poster", "background", "action", "xlink:href"}
#: A page that shows the report as wide as a phone and as a screen, and says what it sees. Only here a script may look inside.
LOOK = """<!DOCTYPE html><html><body><script>
function look(width) {
  return new Promise(function (done) {
    const frame = document.createElement("iframe");
    frame.width = width; frame.height = 1000; frame.src = "report.html"; frame.style.border = 0;
    frame.onload = function () {
      const page = frame.contentDocument, root = page.scrollingElement;
      const wide = [...page.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > width + 1);
      done({width: root.scrollWidth, height: root.scrollHeight, scripts: page.scripts.length, images: page.images.length,
            wide: wide.slice(0, 3).map(one => one.outerHTML.slice(0, 200)), text: page.body.innerText.slice(0, 4000),
            loaded: frame.contentWindow.performance.getEntriesByType("resource").map(one => one.name)});
    };
    document.body.append(frame);
  });
}
(async function () {
  const seen = [await look(400), await look(1280)];
  document.body.textContent = JSON.stringify(seen);
}());
</script></body></html>
"""


def played(directory: Path, playbook, *arguments: str, **account: str) -> str:
    """Play a playbook, a name or a list of plays; return what it said."""
    if not isinstance(playbook, str):
        (directory / "play.yml").write_text(json.dumps(playbook), encoding="utf-8")
        playbook = "play.yml"
    login = {"TDM_LOGIN": "tester@example.com", "TDM_PASSWORD": "not-a-real-passphrase"}
    done = subprocess.run(
        [PLAYBOOK, playbook, *arguments],
        check=False,
        cwd=directory,
        env=environment(ANSIBLE_HOME=str(directory / "home"), **{**login, **account}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    print(done.stdout)
    assert done.returncode == 0
    return done.stdout


@pytest.fixture(scope="module")
def page(tmp_path_factory, simulators) -> Path:
    """Return the page of a large fleet, made by the playbook, with as many rows as there may be."""
    directory = tmp_path_factory.mktemp("report")
    simulator = simulators.take({})
    simulator.seed(DEVICES, prefix="70B3D57ED9")
    first, second, *_others = simulator.devices()
    simulator.change_device(first, name=EVIL, domains=[{"name": "a & b", "group": {"name": "x" * 20}}])
    simulator.change_device(second, name="W" * 250)
    simulator.alarm(first, 4, 6)
    simulator.alarm(second, 1, 4)

    variables = {
        "tdm_report_dest": str(directory),
        "tdm_report_title": EVIL.replace("{", "").replace("}", ""),
        "tdm_report_limit": ROWS,
        "tdm_report_silent_after": "PT1S",
        "tdm_report_drift": True,
        "tdm_fleet_devices": [
            {"dev_eui": first, "name": "otherwise"},
            {"dev_eui": "70B3D57ED9FFFFFF", "name": "not there", "create": False},
        ],
    }
    account = {"TDM_URL": simulator.url, "TDM_LOGIN": simulator.login, "TDM_PASSWORD": simulator.password}
    played(directory, "lorawan.thingpark.report", "-e", json.dumps(variables), **account)
    simulators.give_back(simulator, {})
    return directory / "report.html"


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loading: list[tuple[str, str]] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.tags.add(tag)
        self.loading += [(name, value or "") for name, value in attrs if name in LOADS or name.startswith("on")]
        self.loading += [("style", value or "") for name, value in attrs if name == "style"]
        if tag == "link":
            self.loading += [(name, value or "") for name, value in attrs if name == "href" and value != "data:,"]
        self.links |= {value or "" for name, value in attrs if name == "href" and tag == "a"}


def test_the_page_is_small_and_loads_nothing(page):
    content = page.read_text(encoding="utf-8")
    assert len(content.encode("utf-8")) < LARGEST
    seen = Seen()
    seen.feed(content)
    assert not {"script", "iframe", "img", "object", "embed", "base", "form"} & seen.tags
    assert seen.loading == []
    assert "url(" not in content and "@import" not in content
    assert content.count("<tr>") > ROWS
    assert f"{DEVICES:,}" in content and "{{ 7 * 7 }}" in content  # a name is no template
    assert {link for link in seen.links if not link.startswith("#")} == {
        path.name for path in page.parent.glob("*.csv") if path.name != "last_run.csv"
    }
    assert {link[1:] for link in seen.links if link.startswith("#")} <= set(re.findall(r'id="(\w+)"', content))


def test_all_rows_are_beside_it(page):
    rows = (page.parent / "device_profiles.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(int(row.rsplit(",", 7)[1]) for row in rows[1:]) == DEVICES
    silent = (page.parent / "silent.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(silent) == DEVICES + 1  # a second after it was heard, every device is silent


@pytest.mark.skipif(CHROMIUM is None, reason="no browser is here to look at the page: apt-get install chromium")
def test_a_browser_shows_it_without_errors_or_sideways_scrolling(page, tmp_path):
    (page.parent / "look.html").write_text(LOOK, encoding="utf-8")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--hide-scrollbars", "--allow-file-access-from-files"),
            *("--enable-logging=stderr", "--user-data-dir=%s" % tmp_path, "--virtual-time-budget=20000"),
            *("--dump-dom", page.with_name("look.html").as_uri()),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    phone, screen = json.loads(html.unescape(re.findall(r"<body>(\[.*\])</body>", done.stdout, re.DOTALL)[0]))
    for seen in (phone, screen):
        assert seen["loaded"] == [] and seen["scripts"] == 0 and seen["images"] == 0
        assert f"{DEVICES:,}" in seen["text"] and "not as described" in seen["text"]
    assert phone["width"] == 400 and screen["width"] == 1280, (phone["wide"], screen["wide"])
    assert phone["height"] > screen["height"]


def test_both_frames_report_the_same_bytes(start_simulator, tmp_path):
    device = {"device_profile": "LORA/GenericA.1.0.4a_ETSI", "activation": "OTAA", "connectivity_plan": "kpn-cs/seldom"}
    key = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"
    devices = [
        {**device, "dev_eui": "70B3D57ED0000001", "name": "=1+1 \u00e9", "app_key": key},
        {"dev_eui": "70B3D57ED0000002", "create": False},
    ]
    plays = []
    for frame in ("auto", "module"):
        task = {"devices": devices, "report": str(tmp_path / frame), "url": start_simulator(page_size_max=len(plays) + 500).url}
        plays.append({"lorawan.thingpark.tdm_fleet": task, "vars": {"tdm_frame": frame}, "ignore_errors": True})
    done = played(tmp_path, [{"hosts": "localhost", "gather_facts": False, "tasks": plays}])
    assert (tmp_path / "auto").read_bytes() == (tmp_path / "module").read_bytes()
    assert (tmp_path / "auto").read_text(encoding="utf-8").count("\n") == 3
    assert key not in done + (tmp_path / "auto").read_text(encoding="utf-8")
