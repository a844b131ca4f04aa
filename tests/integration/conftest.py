# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of whole runs share: AWX's way with a credential, and the search for secrets in what a run left behind."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

ROOT = Path(__file__).resolve().parents[2]
CREDENTIAL_TYPE = ROOT / "playbooks/awx/files/credential_type.yml"
KEY = re.compile(r"[0-9A-F]{32}")


def spellings(secret: str) -> set[str]:
    """Return the ways in which a secret may stand in a text, in lower case where case doesn't matter."""
    found = {secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret), secret.encode().hex()}
    found |= {json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    if KEY.fullmatch(secret.upper()):
        pairs = [secret[at : at + 2] for at in range(0, 32, 2)]
        found |= {mark.join(pairs) for mark in ":- "}
    for shift in range(3):  # in the middle of something longer, base64 has three ways
        text = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        inner = text[(0, 2, 3)[shift] :].rstrip("=")
        inner = inner if len(secret.encode()) % 3 == -shift % 3 else inner[:-1]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {one.lower() for one in found}


def leaks(texts: dict[str, str], secrets: list[str]) -> list[tuple[str, str]]:
    """Return where a secret stands: the text's name and the spelling."""
    needles = {one for secret in secrets for one in spellings(secret)}
    return [(name, one) for name, text in texts.items() for low in [text.lower()] for one in needles if one in low]


def texts_below(directory: Path) -> dict[str, str]:
    """Return what the files below a directory hold, by their paths."""
    paths = [path for path in sorted(directory.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(directory)): path.read_text(encoding="utf-8", errors="replace") for path in paths}


def injected(inputs: dict[str, str], directory: Path) -> dict[str, str]:
    """Return the environment that AWX makes of a credential of the collection's type; files go into ``directory``.

    AWX renders with Jinja's sandbox, leaves empty inputs undefined, and writes every file.
    """
    injectors = yaml.safe_load(CREDENTIAL_TYPE.read_text(encoding="utf-8"))["injectors"]
    jinja = ImmutableSandboxedEnvironment()
    names = {name: value for name, value in inputs.items() if value}
    files = SimpleNamespace()
    for label, template in injectors["file"].items():
        name = label.partition(".")[2]
        path = directory / ("awx-" + name)
        path.write_text(jinja.from_string(template).render(**names), encoding="utf-8")
        path.chmod(0o600)
        setattr(files, name, str(path))
    tower = SimpleNamespace(filename=files)
    return {name: jinja.from_string(template).render(tower=tower, **names) for name, template in injectors["env"].items()}


@pytest.fixture
def find_leaks():
    """Return the function :func:`leaks`."""
    return leaks


@pytest.fixture
def read_below():
    """Return the function :func:`texts_below`."""
    return texts_below


@pytest.fixture
def inject():
    """Return the function :func:`injected`."""
    return injected


@pytest.fixture(scope="session")
def tarball(tmp_path_factory) -> Path:
    """Return the collection's archive, built as for a release."""
    directory = tmp_path_factory.mktemp("built")
    subprocess.run(["make", "build", "ARCHIVES=%s" % directory], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return next(directory.glob("lorawan-thingpark-*.tar.gz"))
