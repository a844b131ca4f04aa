# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which proxy is used, who named it, and what is said of one that can't be used; its password is never said."""

from __future__ import annotations

import socket
import threading

import pytest
import urllib3
from urllib3 import exceptions

from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError, TdmError, TransportError
from ansible_collections.lorawan.thingpark.plugins.module_utils._http import proxies
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.pools import HttpSettings
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.proxies import proxy_for
from ansible_collections.lorawan.thingpark.plugins.module_utils._http.transport import Request, Transport

PLATFORM = "https://platform.example.com/thingpark"


@pytest.fixture
def nobody() -> str:
    """Return a host and port where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % listener.getsockname()[1]


@pytest.fixture
def say():
    """Return a function that starts a server which says one thing to whoever connects, and gives its host and port."""
    listeners = []

    def say(answer: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        return "127.0.0.1:%d" % listener.getsockname()[1]

    yield say
    for listener in listeners:
        listener.close()


def failure(url: str, **options: object) -> TdmError:
    """Return the error of a request."""
    with pytest.raises(TdmError) as raised:
        Transport(HttpSettings(retries=0, **options)).send(Request("GET", url))
    assert "hidden" not in str(raised.value)
    return raised.value


APPLY = [
    ({}, None),
    ({"https_proxy": "http://a:1"}, ("https_proxy", "a:1")),
    ({"HTTPS_PROXY": "http://a:1"}, ("HTTPS_PROXY", "a:1")),
    ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"}, ("https_proxy", "a:1")),
    ({"all_proxy": "http://a:1"}, ("all_proxy", "a:1")),
    ({"ALL_PROXY": "http://a:1"}, ("ALL_PROXY", "a:1")),
    ({"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://b:1"}, ("HTTPS_PROXY", "b:1")),
    ({"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://a:1"}, ("HTTPS_PROXY", "a:1")),
    ({"http_proxy": "http://a:1"}, None),
    ({"https_proxy": "", "http_proxy": "http://a:1"}, None),
    ({"https_proxy": "", "HTTPS_PROXY": "", "ALL_PROXY": ""}, None),
    ({"https_proxy": " "}, None),
    ({"https_proxy": " a:1 "}, ("https_proxy", "a:1")),
    ({"https_proxy": "a.example.com"}, ("https_proxy", "a.example.com:80")),
    ({"https_proxy": "https://a.example.com"}, ("https_proxy", "a.example.com:443")),
    ({"https_proxy": "http://me:hid%2Fden@a:1/"}, ("https_proxy", "a:1")),
    ({"https_proxy": "http://me:hid@den@a:1"}, ("https_proxy", "a:1")),
    ({"https_proxy": "http://[::1]:3128"}, ("https_proxy", "[::1]:3128")),
    ({"https_proxy": "http://a:1", "no_proxy": "platform.example.com"}, None),
    ({"https_proxy": "http://a:1", "NO_PROXY": "other.example, .example.com"}, None),
    ({"https_proxy": "http://a:1", "no_proxy": "*"}, None),
    ({"https_proxy": "http://a:1", "no_proxy": ""}, ("https_proxy", "a:1")),
    ({"https_proxy": "http://a:1", "no_proxy": ".example.local"}, ("https_proxy", "a:1")),
    ({"https_proxy": "socks5://a:1", "no_proxy": "example.com"}, None),
]


@pytest.mark.parametrize("variables,expected", APPLY, ids=[str(variables) for variables, _expected in APPLY])
def test_which_proxy_applies(monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(PLATFORM, "")
    assert (found and (found.source, found.place)) == (expected and ("variable " + expected[0], expected[1]))


def test_the_option_counts_before_all_variables(monkeypatch):
    for name in ("https_proxy", "no_proxy"):
        monkeypatch.setenv(name, "platform.example.com")
    found = proxy_for(PLATFORM, " b:2 ")
    assert (found.source, found.place, found.address) == ("option proxy", "b:2", "http://b:2")


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_the_variable_that_applies_is_named(monkeypatch, nobody, name):
    monkeypatch.setenv(name, "http://user:hidden@" + nobody)
    monkeypatch.setenv("https_proxy", "http://other.example.com")
    error = failure("http://platform.example.com/x")
    assert isinstance(error, TransportError) and not error.sent
    assert "the proxy in front of http://platform.example.com can't be used: %s can't be reached. " % nobody in str(error)
    assert str(error).endswith("Check the variable %s, or name platform.example.com in no_proxy" % name)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_option_is_named(nobody, scheme):
    error = failure(scheme + "://platform.example.com/x", proxy="http://user:hidden@" + nobody)
    assert str(error).endswith("%s can't be reached. Check the option proxy" % nobody)


@pytest.mark.parametrize("scheme", ["socks", "socks4", "SOCKS4a", "socks5", "socks5h"])
@pytest.mark.parametrize("name", ["proxy", "HTTPS_PROXY", "all_proxy"])
def test_socks_is_not_supported(monkeypatch, scheme, name):
    address = scheme + "://user:hidden@127.0.0.1:1080"
    if name != "proxy":
        monkeypatch.setenv(name, address)
    error = failure(PLATFORM, proxy=address if name == "proxy" else "")
    assert isinstance(error, OptionError)
    source = "option proxy" if name == "proxy" else "variable " + name
    assert str(error).startswith("the %s names a SOCKS proxy, which isn't supported" % source)


ODD = ["http://", "://", "http:///x", "http://[::1", "ftp://a:1", "odd://me:hidden@[::1", "http://:3128", "http://a:99999"]
ODD += ["http://a b:1", "http://me:hid/den@a:1", "http://me:12/hidden@a:1", "http://me:12#hidden@a:1", "http://me:1?hidden@a:1"]
ODD += ["http://me:hidden\u20ac@a:1", "http://a:port", "http:a:1", "socks5:a:1"]


@pytest.mark.parametrize("address", ODD)
@pytest.mark.parametrize("by", ["option", "variable"])
def test_an_address_that_is_none(monkeypatch, address, by):
    if by == "variable":
        monkeypatch.setenv("https_proxy", address)
    error = failure(PLATFORM, proxy=address if by == "option" else "")
    assert isinstance(error, OptionError)
    source = "option proxy" if by == "option" else "variable https_proxy"
    assert str(error).startswith("the %s contains no usable proxy address" % source)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("status,trouble", [(407, "requires a login, or a different one"), (403, "answers with status 403")])
def test_a_proxy_that_refuses(say, scheme, status, trouble):
    place = say(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
    url, proxy = scheme + "://platform.example.com/x", "http://user:hidden@" + place
    if (scheme, status) == ("http", 403):  # it may be the platform's own
        assert Transport(HttpSettings(retries=0, proxy=proxy)).send(Request("GET", url)).status == 403
        return
    error = failure(url, proxy=proxy)
    assert "%s %s" % (place, trouble) in str(error)
    assert (error.sent, error.final) == (False, status == 407)  # a password is not tried again


def test_a_proxy_without_tls(say):
    place = say(b"HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n")
    assert "%s accepts http:// and not https://" % place in str(failure(PLATFORM, proxy="https://" + place))


def test_a_proxy_whose_name_is_not_known():
    assert "proxy.invalid:3128 is an unknown host name" in str(failure(PLATFORM, proxy="proxy.invalid:3128"))


def test_a_proxy_that_takes_no_connection(monkeypatch):
    """An older library says no more than that a connection took too long."""

    def urlopen(*_arguments, **_options):
        raise exceptions.ConnectTimeoutError

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)
    assert "a:1 can't be reached" in str(failure(PLATFORM, proxy="http://a:1"))
    assert "didn't take a connection" in str(failure(PLATFORM))


def test_the_machines_own_settings(monkeypatch, nobody):
    """macOS and Windows keep a proxy elsewhere than in the environment."""
    monkeypatch.setattr(proxies.requests.utils, "get_environ_proxies", lambda _url: {"https": "http://" + nobody})
    assert str(failure(PLATFORM)).endswith("Check the machine's settings, or name platform.example.com in no_proxy")


@pytest.mark.parametrize("by", ["environment", "option"])
def test_a_process_looks_into_the_environment_once_for_each_host(simulator, account_on, meddler, rows, monkeypatch, tmp_path, by):
    """The items of a loop are tasks of one process."""
    looks = []
    usual = proxies.requests.utils.get_environ_proxies
    monkeypatch.setattr(proxies.requests.utils, "get_environ_proxies", lambda url: looks.append(url) or usual(url))
    options = {"session_file": str(tmp_path / "session.json"), "proxy": meddler.origin if by == "option" else None}
    mine = account_on(simulator).with_options(**options)
    assert all(mine.tdm_device(**row)["changed"] for row in rows(3))
    assert "failed" not in mine.tdm_session(state="absent")
    assert looks == ([simulator.origin] if by == "environment" else [])
    assert bool(meddler.seen) == (by == "option")
