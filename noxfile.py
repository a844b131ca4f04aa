# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates: the sessions of antsibull-nox.toml by default (`make lint`), ansible-test by name (`make gates`)."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import sys
from pathlib import Path

import antsibull_nox
import nox
import tomllib
from antsibull_nox.ansible import AnsiblePackage, get_ansible_core_info, get_ansible_core_package_name
from antsibull_nox.python.versions import get_installed_python_versions
from antsibull_nox.sessions import ansible_test
from antsibull_nox.utils import Version

ROOT = Path(__file__).resolve().parent
CORES = tomllib.loads((ROOT / "tests/matrix.toml").read_text())["ansible-core"]

# ansible-test downloads get-pip.py from its own host, for each core's version of pip. Instead, this script uses Python's own
# pip, and installs the rest from the package registry. Unpacking pip takes a tenth of ensurepip's time, and a matrix needs it
# ninety times.
PIP_VERSIONS = ["23.1.2", "24.2", "25.2"]
GET_PIP = """\
import ensurepip, pathlib, runpy, subprocess, sys, sysconfig, zipfile
wheels = list(pathlib.Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl"))
if wheels:
    zipfile.ZipFile(wheels[0]).extractall(sysconfig.get_path("purelib"))
else:  # where a distribution keeps it elsewhere
    subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
rest = [each for each in sys.argv[1:] if not each.startswith(("pip==", "--"))]
if rest:
    sys.argv = ["pip", "install", "--quiet", *rest]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
# ansible-test 2.22 takes dill from GitHub until a release supports Python 3.15. The release is enough for older Pythons, and the
# package registry has it.
DILL = re.compile(r"(?m)^dill @ .*$")
# For ansible-test's many small environments, which are used only once.
PIP_CONFIG = """\
[global]
no-compile = true
disable-pip-version-check = true
cache-dir = %s
""" % (ROOT / ".cache/pip")
PARAMETERS = {
    "sanity": ["sanity", "--local"],
    "units": ["units", "--venv", "--num-workers", "1"],
    "integration": ["integration", "--venv"],
}


#: Tests in which releases between the oldest and the newest may differ: documentation, options, routing.
REDUCED = ["action-plugin-docs", "ansible-doc", "runtime-metadata", "validate-modules"]


def with_real_pythons(path: str) -> str:
    """Return a PATH on which pyenv's shims, which only fail until a version is chosen, give way to its versions."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    versions = [each for each in root.glob("*") if re.fullmatch(r"3\.\d+\.\d+", each.name)]
    versions.sort(key=lambda each: [int(part) for part in each.name.split(".")], reverse=True)
    real = [str(each / "bin") for each in versions]
    return os.pathsep.join(one for each in path.split(os.pathsep) for one in (real if each.endswith("/shims") else [each]))


def with_candidates(core: Version, **source: str) -> AnsiblePackage:
    """Return a release of ansible-core for pip; of the newest, what comes before its release counts as well.

    antsibull-nox asks for 2.22 or newer, and 2.22.0rc1 is older than that.
    """
    package = get_ansible_core_package_name(core, **source)
    if str(core) != next(reversed(CORES)):
        return package
    return dataclasses.replace(package, name=package.name.replace(">=%s" % core, ">=%s.dev0" % core))


ansible_test.get_ansible_core_package_name = with_candidates


def newest_python(core: str) -> str:
    """Return the Python that antsibull-nox runs a release of ansible-core with: the newest one that is here."""
    allowed = get_ansible_core_info(Version.parse(core)).controller_python_versions
    return str(max(set(allowed) & set(get_installed_python_versions()) or allowed))


def add_ansible_test(core: str, suite: str) -> None:
    """Add a session that runs a suite of ansible-test with a release of ansible-core, in a home of their own."""
    home = ROOT / ".cache/matrix" / core
    # Sanity runs whole with all Pythons on the oldest and the newest release, and reduced with one Python on the others.
    # The units run with all Pythons on the oldest release, and with the newest Python on the others.
    oldest, newest = next(iter(CORES)), next(reversed(CORES))
    has_all_pythons = core in {"sanity": (oldest, newest), "units": (oldest,), "integration": (oldest, newest)}[suite]
    python = [] if has_all_pythons else ["--python", newest_python(core)]
    if suite == "sanity" and core not in (oldest, newest):
        python += [word for name in REDUCED for word in ("--test", name)]

    def before() -> None:
        os.environ["HOME"] = str(home)
        cache = home / ".ansible/test/cache"
        cache.mkdir(parents=True, exist_ok=True)
        (home / ".config/pip").mkdir(parents=True, exist_ok=True)
        (home / ".config/pip/pip.conf").write_text(PIP_CONFIG)
        for version in PIP_VERSIONS:
            (cache / ("get_pip_%s.py" % version.replace(".", "_"))).write_text(GET_PIP)
        installed = Path(nox.options.envdir, re.sub(r"\W", "-", "%s-%s" % (suite, core)), "lib")
        for requirements in installed.glob("python*/site-packages/ansible_test/_data/requirements/sanity.pylint.txt"):
            requirements.write_text(DILL.sub("dill", requirements.read_text()))

    antsibull_nox.add_ansible_test_session(
        name="%s-%s" % (suite, core),
        description="ansible-test %s with ansible-core %s" % (suite, core),
        ansible_test_params=[*PARAMETERS[suite], *python, "--color", "no"],
        default=False,
        ansible_core_version=core,
        ansible_core_source="pypi",
        callback_before=before,
        # A link in this directory breaks antsibull-nox's copy.
        callback_after=lambda: shutil.rmtree("tests/output/.tmp", ignore_errors=True),
    )


# The caches are where `make clean` and the linters expect them. Programs of nox's own environment (shellcheck) come last.
nox.options.envdir = os.environ.get("NOX_ENVDIR") or ".cache/nox"
os.environ["PATH"] = with_real_pythons(os.environ["PATH"]) + os.pathsep + str(Path(sys.executable).parent)
antsibull_nox.load_antsibull_nox_toml()


# Linters change their rules, so each stays within a series.
RUFF = "ruff>=0.14,<0.16"


@nox.session
def ruff(session: nox.Session) -> None:
    """Check the style of every Python file: ruff check and ruff format."""
    session.install(RUFF)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(default=False)
def format(session: nox.Session) -> None:
    """Put every Python file into the house's style."""
    session.install(RUFF)
    session.run("ruff", "check", "--fix")
    session.run("ruff", "format")


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog's fragments: antsibull-changelog lint."""
    session.install("antsibull-changelog>=0.34,<1")
    session.run("antsibull-changelog", "lint")


for each_core, suites in CORES.items():
    for each_suite in suites:
        add_ansible_test(each_core, each_suite)

if __name__ == "__main__":
    nox.main()
