# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read from the disk: regular files within bounds, and never by waiting."""

from __future__ import annotations

import os
import socket
import stat
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils import _files
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError


def refused(path: object) -> str:
    started = time.monotonic()
    with pytest.raises(OptionError) as caught:
        _files.read_source_file(str(path))
    assert time.monotonic() - started < 2
    return caught.value.message


def test_a_file_and_a_link_to_it(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"DELETE\n")
    (tmp_path / "b.csv").symlink_to("a.csv")
    assert _files.read_source_file(str(tmp_path / "a.csv")) == _files.read_source_file(str(tmp_path / "b.csv")) == b"DELETE\n"


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to("pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        for name, what in (("pipe.csv", "a pipe"), ("link.csv", "a pipe"), ("s", "a socket"), (".", "a directory")):
            assert "is %s: name a regular file" % what in refused(tmp_path / name)
    assert "/dev/zero is a device" in refused("/dev/zero")


def test_what_becomes_a_pipe_meanwhile_is_refused_too(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.csv")
    here = os.stat(__file__)
    monkeypatch.setattr(_files.os, "stat", lambda path, **_how: here)
    assert "is a pipe" in refused(tmp_path / "pipe.csv")


def test_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "LARGEST_SOURCE", 1024 * 1024)
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 1024 * 1024)
    assert len(_files.read_source_file(str(path))) == 1024 * 1024
    path.write_bytes(b"x" * (1024 * 1024 + 1))
    assert "is larger than 1 MiB" in refused(path)
    os.truncate(path, 1 << 40)  # of which the disk holds next to nothing
    assert "is larger than 1 MiB" in refused(path)


@pytest.mark.parametrize("name", ["missing.csv", "a\0b.csv", "x" * 5000, "loop"])
def test_what_can_not_be_read(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    assert "can't be read: " in refused("%s/%s" % (tmp_path, name))


def test_a_file_of_ours_that_is_a_pipe_makes_nobody_wait(tmp_path):
    os.mkfifo(tmp_path / "session", 0o600)
    with pytest.raises(OptionError, match="is a pipe: name a regular file"):
        _files.read_text(str(tmp_path / "session"))


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_is_no_file_is_not_replaced(tmp_path, kind):
    """As root, a report to /dev/null would take its place."""
    path = tmp_path / "it"
    os.mkfifo(path) if kind == "pipe" else socket.socket(socket.AF_UNIX).bind(str(path))
    with pytest.raises(OptionError, match="it is a %s: name a regular file" % kind):
        _files.refuse_unwritable("report", str(path))
    with pytest.raises(OptionError, match="report /dev/null is a device: name a regular file"):
        _files.refuse_unwritable("report", "/dev/null")


def test_a_link_is_replaced_and_its_target_is_kept(tmp_path):
    (tmp_path / "link").symlink_to("/dev/null")
    _files.refuse_unwritable("report", str(tmp_path / "link"))
    _files.write(str(tmp_path / "link"), b"content")
    assert not (tmp_path / "link").is_symlink() and stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_name_that_no_file_can_have_is_told_before_the_run(tmp_path):
    with pytest.raises(OptionError, match="can't be written: a file can't have that name"):
        _files.refuse_unwritable("metrics", str(tmp_path / "a\0.prom"))
