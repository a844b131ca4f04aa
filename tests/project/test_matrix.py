# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""What is supported is stated in tests/matrix.toml, and nothing else says otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import tomllib
import yaml

ROOT = Path(__file__).resolve().parents[2]
MATRIX = tomllib.loads((ROOT / "tests/matrix.toml").read_text(encoding="utf-8"))
CORES = list(MATRIX["ansible-core"])
PYTHONS = MATRIX["python"]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_oldest_core_is_the_one_that_ansible_asks_for():
    assert yaml.safe_load(read("meta/runtime.yml"))["requires_ansible"] == ">=%s.0" % CORES[0]
    for role in sorted((ROOT / "roles").iterdir()):
        assert yaml.safe_load((role / "meta/main.yml").read_text())["galaxy_info"]["min_ansible_version"] == CORES[0]


def test_the_oldest_python_is_the_one_that_tools_look_for():
    assert yaml.safe_load(read("tests/config.yml"))["modules"]["python_requires"] == ">=" + PYTHONS[0]
    ruff = tomllib.loads(read("pyproject.toml"))["tool"]["ruff"]
    assert ruff["target-version"] == "py" + PYTHONS[0].replace(".", "")


def test_all_suites_run_on_the_oldest_and_the_newest_core():
    """A middle one is that of `make test`, which plays all targets too; another one runs the units."""
    whole = [core for core, suites in MATRIX["ansible-core"].items() if suites == ["sanity", "units", "integration"]]
    assert whole == [CORES[0], CORES[-1]]
    assert [core for core, suites in MATRIX["ansible-core"].items() if "units" in suites and core not in whole]
    assert all("sanity" in suites for suites in MATRIX["ansible-core"].values())
    minors = [int(core.split(".")[1]) for core in CORES]
    assert minors == list(range(minors[0], minors[-1] + 1))


def test_the_readme_names_each_core_and_python_and_no_other():
    text = read("README.md")
    assert sorted(set(re.findall(r"\b2\.\d\d\b", text))) == CORES
    assert set(re.findall(r"\b3\.(?:[6-9]|1\d)\b", text)) <= set(PYTHONS)
    assert PYTHONS[0] in text and PYTHONS[-1] in text


def test_the_readme_says_which_releases_have_ended():
    text = read("README.md")
    assert list(MATRIX["ended"]) == CORES[: len(MATRIX["ended"])]
    assert ", ".join("%s (%s)" % pair for pair in MATRIX["ended"].items()) + ":" in text


def test_the_page_of_versions_says_the_same():
    text = read("docs/docsite/rst/versions.rst")
    rows = re.findall(r"^   \* - (2\.\d+)\n     - (.+)\n     - (.+)$", text, re.MULTILINE)
    dates = {**MATRIX["ended"], **MATRIX["ends"]}
    assert rows == [(core, dates[core], ", ".join(suites)) for core, suites in MATRIX["ansible-core"].items()]
    assert ", ".join(PYTHONS) in text
    needs = re.findall(r"^(\w+)>=([\d.]+)$", read("requirements.txt"), re.MULTILINE)
    assert needs and all("``%s`` %s or newer" % need in text for need in needs)


def test_nothing_is_excepted_from_a_gate():
    """No ignore file of ansible-test, no rule that a linter is told to leave out for some files."""
    assert not list((ROOT / "tests").glob("sanity/ignore*"))
    for ignore in (".ansible-lint-ignore", ".gitleaksignore", ".flake8", "REUSE.toml"):
        assert not (ROOT / ignore).exists()
    lint = yaml.safe_load(read(".ansible-lint"))
    assert lint == {"profile": "production", "offline": True}
    assert "per-file-ignores" not in tomllib.loads(read("pyproject.toml"))["tool"]["ruff"]["lint"]
    nox = tomllib.loads(read("antsibull-nox.toml"))["sessions"]
    skipped = {key: value for session in nox.values() for key, value in session.items() if "skip" in key or "ignore" in key}
    assert skipped == {"no_trailing_whitespace_skip_paths": ["docs/images/report.png"]}  # the bytes of a picture are no lines
