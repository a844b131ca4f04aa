# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulators as subprocesses, and a plain client for them."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlencode
from urllib.request import parse_http_list, parse_keqv_list

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "roles" / "simulator" / "files" / "tdm_simulator"
#: The operator's contract is no part of the project: without it, its test is not collected.
CONTRACT = ROOT.parent / "shared" / "api" / "device-manager-7.3.openapi.yaml"
collect_ignore = [] if CONTRACT.exists() else ["test_contract.py"]

BASE = "/thingpark/wireless/rest"
LOGIN = "/thingpark/smp/rest/login"
ADMINS = "/thingpark/smp/rest/admins"
TOKEN = "/users-auth/protocol/openid-connect/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PASSWORD = "simulator-demo"
SECRET = "simulator-demo-secret"


def md5(*parts):
    """What HTTP Digest hashes (RFC 7616)."""
    return hashlib.md5(":".join(parts).encode()).hexdigest()


class Client:
    """One connection to a simulator."""

    def __init__(self, port, edition):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.port = port
        self.edition = edition
        self.headers = {}
        self.query = {}
        self.root = BASE + "/subscriptions/" + ("mine" if edition == "enterprise" else "100")

    def raw(self, method, path, body=None, headers=None):
        """(status, headers, body as bytes)."""
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def call(self, method, path, body=None, headers=None):
        """(status, document, headers) of a JSON request anywhere."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        status, found, data = self.raw(method, path, body, headers)
        return status, json.loads(data) if data else None, found

    def api(self, method, path, body=None, query=(), headers=None):
        """(status, document, headers) of a request below the subscription, logged in."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        status, found, data = self.send(method, path, body, query, headers)
        return status, json.loads(data) if data else None, found

    def send(self, method, path, body=None, query=(), headers=None):
        """(status, headers, body as bytes) of a request below the subscription, logged in."""
        pairs = list(self.query.items()) + list(query.items() if isinstance(query, dict) else query)
        mark = "?" + urlencode(pairs) if pairs else ""
        return self.raw(method, self.root + path + mark, body, dict(self.headers, **(headers or {})))

    def inspect(self, method, path, body=None):
        """The document of an inspection request; it must succeed."""
        status, document, _headers = self.call(method, "/_simulator/" + path, body)
        assert status < 300, (status, document)
        return document

    # -- ways in ---------------------------------------------------------------

    def login_page(self, login="operator@example.com", password=PASSWORD):
        """(status, {span: text}, page) of the login page."""
        status, headers, data = self.raw("POST", LOGIN, urlencode({"login": login, "password": password}), FORM)
        page = data.decode()
        assert headers["Content-Type"].startswith("text/html")
        return status, dict(re.findall(r"<span id=['\"](\w+)['\"]>([^<]*)</span>", page)), page

    def access_code(self):
        """An access code by the right password."""
        _status, spans, _page = self.login_page()
        return re.search(r"userAccessCode=([^&]+)&gmaps=", spans["redirectURI"]).group(1)

    def customers(self, code):
        """Start a session with an access code."""
        return self.call("GET", BASE + "/customers?" + urlencode({"userAccessCode": code, "type": "SUBSCRIBER"}))

    def token(self, secret=SECRET, client_id="sub-100002581/simulator"):
        """(status, document) of the token endpoint."""
        return self.call(
            "POST", TOKEN, urlencode({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}), FORM
        )[:2]

    def call_raw(self, method, path):
        """(status, headers) of an empty request."""
        return self.raw(method, path)[:2]

    def access_code_of(self, way, login="operator@example.com", password=PASSWORD):
        """An administrator's access code by smp or digest."""
        what = {"subscriberID": "100002581", "moduleID": "TPW_SUBS"}
        if way == "smp":
            status, document, headers = self.call("POST", ADMINS + "/login", {"login": login, "password": password})
        else:
            status, document, headers = self.digest(login, password)
        assert status == 200, document
        cookie = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
        token = "?sessionToken=" + document["sessionToken"] if way == "smp" else ""
        path = "%s/%s/accessCode%s" % (ADMINS, document["thingparkID"], token)
        status, document, _headers = self.call("POST", path, what, cookie)
        assert status == 200, document
        return document["accessCode"]

    def digest(self, login, password, path=ADMINS + "/id", **changes):
        """(status, document, headers) of a request with HTTP Digest, as RFC 7616 has it."""
        challenge = self.raw("GET", path)[1]["WWW-Authenticate"]
        given = parse_keqv_list(parse_http_list(challenge.partition(" ")[2]))
        secret = md5(login, given["realm"], password)
        parts = {"nonce": given["nonce"], "nc": "00000001", "cnonce": "abc", "qop": "auth", **changes}
        answer = md5(secret, *parts.values(), md5("GET", path))
        fields = {"username": login, "realm": given["realm"], "uri": path, "response": answer, **parts}
        header = "Digest " + ", ".join('%s="%s"' % pair for pair in fields.items())
        return self.call("GET", path, headers={"Authorization": header})

    def enter(self, way=""):
        """Log in by a way, by default that of the edition."""
        if way:
            query = urlencode({"adminAccessCode": self.access_code_of(way), "type": "SUBSCRIBER"})
            return self._entered(self.call("GET", BASE + "/customers?" + query))
        if self.edition == "enterprise":
            _status, document = self.token()
            self.headers = {"Authorization": "Bearer " + document["access_token"]}
            return document
        return self._entered(self.customers(self.access_code()))

    def _entered(self, answer):
        _status, document, headers = answer
        self.headers = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
        self.query = {"sessionToken": document["sessionToken"]} if ("sessionToken" in document) else {}
        return document

    # -- devices ---------------------------------------------------------------

    def create(self, body=None, query=(), **fields):
        """POST an OTAA device with some fields changed; None takes a field away."""
        return self.api("POST", "/devices", otaa(**fields) if body is None else body, query)

    def made(self, **fields):
        """Create a device that must be accepted; its document."""
        status, document, _headers = self.create(**fields)
        assert status == 201, (status, document)
        return document

    def put(self, eui, body, query=()):
        """PUT a device by its EUI."""
        return self.api("PUT", "/devices/e" + eui, body, query)

    def get(self, eui):
        """The document of a device."""
        status, document, _headers = self.api("GET", "/devices/e" + eui)
        assert status == 200, (status, document)
        return document

    def listed(self, query=()):
        """The document of the list."""
        status, document, _headers = self.api("GET", "/devices", query=query)
        assert status == 200, (status, document)
        return document


def without(body, changes):
    """A body with changes; None takes a field away, ... keeps it as null."""
    for name, value in changes.items():
        if value is None:
            body.pop(name, None)
        else:
            body[name] = None if value is ... else value
    return body


#: An application server of the catalogue, and a domain.
SERVER = {"ID": "TWA_100002581.1972.AS"}
SITE = {"name": "France/Paris", "group": {"name": "Site"}}


def otaa(**changes):
    """A valid OTAA device."""
    return without(
        {
            "EUI": "70B3D57ED0000001",
            "activation": "OTAA",
            "appEUI": "73A0000C6D07EF7B",
            "appKey": "E90D3593AD699FC1F7CD5BB2E35CBF0F",
            "model": {"ID": "LORA/GenericA.1.0.3a_ETSI"},
        },
        changes,
    )


def abp(**changes):
    """A valid ABP device."""
    return without(
        {
            "EUI": "70B3D57ED0000002",
            "activation": "ABP",
            "nwAddress": "147d8dc8",
            "nwKey": "F3450E1F6CA7321DE656CB67B2A1E154",
            "model": {"ID": "LORA/GenericA.1.0.3a_ETSI"},
        },
        changes,
    )


class Started:
    """A simulator that runs."""

    def __init__(self, process, ready_file, edition):
        self.process = process
        self.ready_file = ready_file
        self.ready = json.loads(ready_file.read_text())
        self.port = self.ready["port"]
        self.edition = edition

    def client(self, enter=True):
        """A client, logged in unless told otherwise."""
        one = Client(self.port, self.edition)
        if enter:
            one.enter()
        return one

    def stop(self):
        """End it by SIGTERM; the exit status."""
        self.process.terminate()
        return self.process.wait(10)


@contextlib.contextmanager
def simulator(*options, edition="wireless", env=None):
    """A simulator with options, ended afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        ready = pathlib.Path(directory) / "ready.json"
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *(("--edition", edition) if edition else ()), "--ready-file", str(ready), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        try:
            until = time.monotonic() + 20
            while not ready.exists():
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < until
                time.sleep(0.01)
            yield Started(process, ready, edition)
        finally:
            if process.poll() is None:
                process.terminate()
            _out, errors = process.communicate(timeout=10)
            assert "Traceback" not in errors, errors


@pytest.fixture(scope="session")
def package():
    """The simulator's package, imported into this process; where it lies must not hide other modules."""
    sys.path.append(str(PROGRAM.parent))
    try:
        return importlib.import_module("tdm_simulator")
    finally:
        sys.path.remove(str(PROGRAM.parent))


@pytest.fixture(scope="session")
def operations(package):
    """The operations that a Wireless and an Enterprise simulator declare below the subscription, in that order."""
    application = importlib.import_module("tdm_simulator.application")
    settings = importlib.import_module("tdm_simulator.settings")
    found = {}
    for edition in ("wireless", "enterprise"):
        served = application.Application(settings.Settings(edition=edition)).operations
        found.update({(one.method, one.path): one for one in served})
    return list(found.values())


@pytest.fixture(scope="session")
def wireless_simulator():
    """A Wireless simulator for all tests."""
    with simulator("--licences", "kpn-cs/testing=2") as one:
        yield one


@pytest.fixture(scope="session")
def enterprise_simulator():
    """An Enterprise simulator for all tests."""
    with simulator(edition="enterprise") as one:
        yield one


@pytest.fixture
def wireless(wireless_simulator):
    """A logged-in client of an empty Wireless simulator."""
    one = wireless_simulator.client(enter=False)
    one.inspect("POST", "reset")
    one.enter()
    yield one
    one.connection.close()


@pytest.fixture
def enterprise(enterprise_simulator):
    """A logged-in client of an empty Enterprise simulator."""
    one = enterprise_simulator.client(enter=False)
    one.inspect("POST", "reset")
    one.enter()
    yield one
    one.connection.close()
