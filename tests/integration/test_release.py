# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user installs: the archive, the quickstart out of it with nothing else around, and the image it is put into."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
#: What stands at the top of the archive beside pages for people, *.md, and nothing else.
TOP = {"CHANGELOG.rst", "CHANGELOG.rst.license", "LICENSE", "LICENSE.license", "LICENSES"}
TOP |= {"FILES.json", "MANIFEST.json", "bindep.txt", "requirements.txt"}
TOP |= {"changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles", "tests"}
#: What users need of the checkout, all of it.
NEEDED = ("docs", "extensions", "meta", "playbooks", "plugins", "roles")
#: The fresh environment's packages besides ansible-core's own.
LIBRARIES = {"ansible-core", "lxml", "openpyxl", "requests"}  # urllib3 comes with requests


def members(path: Path) -> set[str]:
    """Return the names of an archive's files."""
    with tarfile.open(path) as archive:
        return {member.name for member in archive.getmembers() if member.isfile()}


def test_archive_holds_what_users_need_and_no_more(tarball):
    names = members(tarball)
    tops = {name.partition("/")[0] for name in names}
    pages = {name for name in tops if name.endswith(".md")}
    assert "README.md" in pages and tops - pages == TOP
    odd = [name for name in names if any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))]
    assert odd == []
    assert not [name for name in names if name.startswith("tests/output/") or name.endswith((".pyc", ".tar.gz", ".log"))]
    tracked = set(subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines())
    needed = {name for name in tracked if name.startswith(tuple(folder + "/" for folder in NEEDED))}
    assert len(needed) > 100
    assert needed <= names <= tracked | {"FILES.json", "MANIFEST.json"}


def test_own_files_in_a_checkout_stay_out_of_the_archive(tmp_path):
    subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, tmp_path / "checkout"], check=True)
    (tmp_path / "checkout/Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "checkout/.venv").symlink_to(BIN.parent)
    for name in ("my-sensors.yml", "playbooks/my-keys.csv"):
        (tmp_path / "checkout" / name).write_text("secret")
    make = ["make", "--assume-old", ".venv/run", "build"]
    subprocess.run(make, check=True, cwd=tmp_path / "checkout", stdout=subprocess.DEVNULL)
    (archive,) = (tmp_path / "checkout/.build").glob("*.tar.gz")
    assert "README.md" in members(archive) and not [name for name in members(archive) if "my-" in name]


@pytest.fixture(scope="module")
def installed(tarball, tmp_path_factory) -> Path:
    """Return a folder with the collection and nothing else, installed as users do it."""
    path = tmp_path_factory.mktemp("collections")
    galaxy = [BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", path, tarball]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    subprocess.run(galaxy, check=True, env={**clean, "ANSIBLE_HOME": str(path / "home")}, stdout=subprocess.DEVNULL)
    assert [one.name for one in (path / "ansible_collections").iterdir() if one.is_dir()] == ["lorawan"]
    return path


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """Return the programs of an environment that has what the README asks for, in today's versions."""
    path = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", path], check=True)
    wanted = ["ansible-core==" + version("ansible-core"), "-r", ROOT / "requirements.txt"]
    pip = [path / "bin/python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *wanted], check=True)
    listed = subprocess.run([*pip, "list", "--not-required", "--format=json"], check=True, capture_output=True, text=True)
    assert {one["name"] for one in json.loads(listed.stdout)} - {"pip", "setuptools"} == LIBRARIES
    return path / "bin"


def keys_in(text: str) -> set[str]:
    """Return all that looks like a LoRaWAN key, in upper case."""
    return {key.upper() for key in re.findall(r"\b[0-9A-Fa-f]{32}\b", text)}


def test_quickstart_runs_from_the_archive_alone(installed, fresh, tmp_path):
    kept = {name: os.environ[name] for name in ("LC_ALL", "LANG") if name in os.environ}
    environment = {
        **kept,
        "PATH": "%s:/usr/bin:/bin" % fresh,
        "HOME": str(tmp_path),
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
    }
    done = subprocess.run(
        [fresh / "ansible-playbook", "lorawan.thingpark.quickstart", "-vvvv"],
        check=False,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    print(done.stdout)
    assert done.returncode == 0
    assert str(ROOT) not in done.stdout
    for sentence in ("200 created", "would leave 200 unchanged", "would update 2, leave 198 unchanged", "Done: 2 updated"):
        assert sentence in done.stdout
    assert '+    "name": "park-0042-east"' in done.stdout
    keys = keys_in((ROOT / "playbooks/files/quickstart-fleet.csv").read_text(encoding="utf-8"))
    assert len(keys) > 200
    assert not keys & keys_in(done.stdout)
    # The demo makes its password up in every run; where one is shown, it is shown beside its name.
    assert not re.search(r"TDM_SIMULATOR_PASSWORD[\"']?[=:]\s*[\"']?\w{8}", done.stdout)
    assert not re.search(r"(?:JSESSIONID|sessionToken|userAccessCode)[\"']?\s*[=:]\s*[\"']?[\w-]{8}", done.stdout)
    left = [path.name for path in (tmp_path / ".ansible/tdm").iterdir() if path.name.startswith("run-")]
    assert left == []  # neither a session nor its lock


def test_image_is_made_of_the_archive_and_what_it_needs(tarball, tmp_path):
    """What `make ee` says without a container engine, and what the image would be built from. One test: the folder is one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "ANSIBLE_"))}
    make = ["make", "ee", "EE_ENGINE=no-such-engine"]
    made = subprocess.run(make, check=False, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=120)
    print(made.stdout, made.stderr)
    assert made.returncode != 0
    assert "A working podman, docker or buildah is needed for the image; what it is built from lies in .build/ee." in made.stderr
    folder = ROOT / ".build/ee"

    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    build = (folder / "Containerfile").read_text()
    base = definition["images"]["base_image"]["name"]
    assert 'ARG EE_BASE_IMAGE="%s"' % base in build and "FROM $EE_BASE_IMAGE AS base" in build
    needs = [definition["dependencies"][name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    assert 'ARG ANSIBLE_INSTALL_REFS="%s"' % " ".join(needs) in build
    assert all(re.fullmatch(r"ansible-(core|runner)>=[\d.]+,<[\d.]+", need) for need in needs)
    (collection,) = yaml.safe_load((folder / "_build/requirements.yml").read_text())["collections"]
    assert collection["type"] == "file"
    assert members(folder / "_build" / collection["name"]) == members(tarball)

    # The two steps of the build that need no container: the collection from the context, and what it asks for.
    install = [BIN / "ansible-galaxy", "collection", "install", "-r", "requirements.yml", "--collections-path", tmp_path]
    environment = {**kept, "ANSIBLE_HOME": str(tmp_path / "home")}
    subprocess.run(install, check=True, cwd=folder / "_build", env=environment, stdout=subprocess.DEVNULL)
    written = {name: tmp_path / name for name in ("pip", "bindep")}
    introspect = [sys.executable, folder / "_build/scripts/introspect.py", "introspect", tmp_path]
    introspect += ["--write-%s=%s" % pair for pair in written.items()]
    subprocess.run(introspect, check=True, stdout=subprocess.DEVNULL)
    asked = [line.partition("  #")[0] for line in written["pip"].read_text().splitlines()]
    ours = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert sorted(asked) == sorted(ours)
    assert {re.match(r"[a-z0-9]+", line).group() for line in asked} == LIBRARIES - {"ansible-core"} | {"urllib3"}
    assert not written["bindep"].exists() or not written["bindep"].read_text().strip()
