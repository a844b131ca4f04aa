# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the connection that no login form could mean, or that come out empty: none of them costs an attempt."""

from __future__ import annotations

import base64
import os
from urllib.parse import urlsplit

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.connection import ENVIRONMENT, OPTIONS
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._arguments import without_empty

ENDS = ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
@pytest.mark.parametrize("option", ["login", "password", "client_id", "client_secret"])
def test_a_line_end_is_no_part_of_an_account(simulator, account, option, end):
    method = "oauth2" if option.startswith("client") else "html"
    mine = account.with_options(auth_method=method, client_id="sub-1/x", client_secret="a-client-secret")
    for text in ("something" + end, end + "something", "some" + end + "thing", end):
        for task in (mine.tdm_subscriber_info, mine.tdm_session):
            result = task(**{option: text})
            assert result["failed"] and result["msg"].startswith("%s contains a line end" % option)
            assert "trim" in result["msg"] and "something" not in result["msg"]
    assert simulator.requests()["total"] == 0


def test_a_line_end_of_another_way_in_does_not_matter(account):
    assert "failed" not in account.tdm_subscriber_info(client_secret="x\n")


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u200b", "\ufeff"], ids=ascii)
def test_blanks_around_a_login_are_left_out_with_a_warning(simulator, account, blank):
    mine = account.with_options(login=blank + simulator.login + blank)
    assert "failed" not in mine.tdm_subscriber_info()
    assert mine.warnings == ["login has spaces around it, which are ignored: remove them"]
    path = account.tdm_session()["session_file"]
    assert mine.tdm_session() == {**account.tdm_session(), "session_file": path, "changed": False}


def test_blanks_of_a_password_are_its_own(meddler, through):
    through.with_options(password=" a b ").tdm_subscriber_info()
    assert meddler.seen[0].body.endswith(b"&password=+a+b+")


@pytest.mark.parametrize("blank", ["", " ", "\n"])
@pytest.mark.parametrize("option", ["login_field", "password_field"])
def test_a_field_without_a_name_has_the_usual_one(meddler, through, option, blank):
    assert "failed" not in through.tdm_subscriber_info(**{option: blank})
    assert meddler.seen[0].body.startswith(b"login=") and b"&password=" in meddler.seen[0].body


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_an_option_that_is_empty_takes_its_default_or_is_none(simulator, account, option, blank):
    """Each option as a playbook gives it where a variable is empty; the frames leave out what has a default."""
    options = without_empty({"retries": 0, **account.options, option: blank}, OPTIONS)
    result = type(account)(options.pop("url", simulator.url), **options).tdm_subscriber_info()  # the default is KPN's
    assert "mistake" not in result.get("msg", "")
    if option in ("login", "password"):
        assert result["failed"] and "login and password must be given" in result["msg"] and simulator.requests()["total"] == 0
    else:
        assert "failed" not in result, result["msg"]


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_a_variable_of_the_environment_that_is_empty_is_none(simulator, account, monkeypatch, option):
    monkeypatch.setenv(ENVIRONMENT[option], " ")
    assert "failed" not in account.tdm_subscriber_info()


def test_an_empty_login_is_not_the_environments(simulator, account, monkeypatch):
    monkeypatch.setenv("TDM_LOGIN", simulator.login)
    assert "login and password must be given" in account.tdm_subscriber_info(login="")["msg"]
    assert "failed" not in account.with_options(login=None).tdm_subscriber_info()


def test_what_is_empty_and_has_no_default_stays():
    assert without_empty({"login": " ", "timeout": " ", "retries": 0, "src": " ", "url": None}, OPTIONS) == {
        "login": "",
        "retries": 0,
        "src": " ",
        "url": None,
    }


@pytest.mark.parametrize("option", ["url", "login_url", "session_url"])
def test_plain_http_is_warned_of_for_each_address(account, option):
    for address, warned in (("http://tdm.invalid/x", 1), ("http://127.example.invalid/", 1), ("https://tdm.invalid/", 0)):
        mine = account.with_options(**{option: address})
        mine.tdm_subscriber_info(retries=0)
        assert sum(warning.startswith(option + " is plain http") for warning in mine.warnings) == warned
    for host in ("127.1", "localhost", "[::1]", "LOCALHOST", "127.0.0.2"):
        mine = account.with_options(**{option: "http://%s:1/" % host})
        mine.tdm_subscriber_info(retries=0)
        assert not mine.warnings


ADDRESSES = ["x", "ftp://x/y", "https://", "//x/y", "https://me:hidden@x/", "me:hidden@x/y", "http://x:99999/", "http://[::1"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("option", ["url", "login_url", "session_url"])
def test_what_is_no_address_is_refused_before_the_login(simulator, account, option, address):
    result = account.tdm_subscriber_info(**{option: address})
    assert result["failed"] and result["msg"].startswith(option + " must be like https://") and "hidden" not in result["msg"]
    assert simulator.requests()["total"] == 0


@pytest.mark.parametrize("option", ["ca_path", "client_cert", "client_key"])
def test_a_certificate_that_is_a_pipe_makes_nobody_wait(simulator, account, tmp_path, option):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "cert").touch()
    others = {"client_cert": str(tmp_path / "cert")} if option == "client_key" else {}
    result = account.tdm_subscriber_info(**{**others, option: str(tmp_path / "pipe")})
    assert result["failed"] and result["msg"] == "%s names %s, which is not a regular file" % (option, tmp_path / "pipe")
    assert simulator.requests()["total"] == 0


@pytest.mark.parametrize("password", ["p%40ss", "p", "pass", "a-long-password", "%C3%A9t%C3%A9", "12345678"])
@pytest.mark.parametrize("place", ["option", "environment"])
def test_a_proxy_that_is_answered_back_shows_no_password(meddler, through, do, monkeypatch, password, place):
    """Over plain http, what the proxy gets goes to whoever is behind it, and may come back in a message."""
    proxy = "http://me:%s@%s" % (password, urlsplit(meddler.origin).netloc)
    seen = []

    def echo(request, _forward):
        seen.append(request.headers["Proxy-Authorization"])
        return do.says(400, {"code": 7, "message": "not with (%s)" % seen[-1]})(request, None)

    meddler.on("GET", "/customers", echo)
    options = {"proxy": proxy} if place == "option" else {}
    if place == "environment":
        monkeypatch.setenv("http_proxy", proxy)
    result = through.with_options(url=through.options["url"].replace("127.0.0.1", "tdm.invalid")).tdm_subscriber_info(**options)
    login = seen[0].partition(" ")[2] if seen else ""
    assert base64.b64decode(login).startswith(b"me:")
    assert result["failed"] and "not with (Basic ********" in result["msg"] and login not in result["msg"]
