# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login page, sessions, tokens, and what is refused without them."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from .conftest import ADMINS, BASE, LOGIN, PASSWORD, TOKEN, simulator


def test_login_page_is_malformed_in_the_known_way(wireless):
    status, spans, page = wireless.login_page()
    assert status == 200
    assert spans["errorCode"] == "" and spans["info1"] == "" and spans["info2"] == ""
    assert "userAccessCode=" in spans["redirectURI"]
    assert spans["redirectURI"].endswith("&gmaps=")
    assert "<span id='errorCode'>" in page and '<span id="info1">' in page
    assert "</div>" not in page and "</body>" not in page and "</html>" not in page


@pytest.mark.parametrize(
    "login, password, code", [("operator@example.com", "wrong", "50"), ("nobody@example.com", "wrong", "108"), ("", "", "108")]
)
def test_wrong_login_answers_200_with_a_code(wireless, login, password, code):
    status, spans, _page = wireless.login_page(login, password)
    assert (status, spans["errorCode"], spans["redirectURI"]) == (200, code, "")


def test_three_wrong_passwords_lock_the_account_until_it_is_unlocked(wireless):
    for _attempt in range(3):
        assert wireless.login_page(password="wrong")[1]["errorCode"] == "50"
    spans = wireless.login_page()[1]
    assert spans["errorCode"] == "110" and spans["info1"]
    assert wireless.inspect("GET", "requests")["logins"] == {"attempts": 5, "refused": 4}
    wireless.inspect("POST", "accounts/unlock")
    assert wireless.login_page()[1]["errorCode"] == ""


def test_a_right_password_forgives_the_wrong_ones_before(wireless):
    for _round in range(2):
        for _attempt in range(2):
            wireless.login_page(password="wrong")
        document = wireless.enter()
        assert document["thingparkPreviousBadConsecutivePwd"] == 2


def test_session_start(wireless):
    status, document, headers = wireless.customers(wireless.access_code())
    assert status == 200
    assert document["subscription"]["href"] == "/subscriptions/100"
    assert document["sessionToken"] and document["user"]["lastName"]
    assert document["subscription"]["grantedPermissions"] and document["thingparkPreviousBadConsecutivePwd"] == 0
    assert isinstance(document["previousConnection"], int)
    assert headers["Set-Cookie"].startswith("JSESSIONID=")
    assert headers["Set-Cookie"].endswith("; Path=/; HttpOnly")


@pytest.mark.parametrize(
    "spelling, href",
    [("relative", "/subscriptions/100"), ("absolute", BASE + "/subscriptions/100"), ("slashless", "subscriptions/100")],
)
def test_the_subscriptions_address_has_a_spelling(wireless, spelling, href):
    wireless.inspect("PUT", "settings", {"subscription_href": spelling})
    try:
        assert wireless.customers(wireless.access_code())[1]["subscription"]["href"] == href
    finally:
        wireless.inspect("PUT", "settings", {"subscription_href": "relative"})


def test_an_access_code_works_once(wireless):
    code = wireless.access_code()
    assert wireless.customers(code)[0] == 200
    status, document, _headers = wireless.customers(code)
    assert (status, document["code"]) == (401, 141)
    assert wireless.customers("")[0] == 401


def test_cookie_and_token_are_both_needed(wireless):
    cookie, token = dict(wireless.headers), dict(wireless.query)
    for headers, query, code in (
        ({}, {}, 164),
        ({}, token, 164),
        (cookie, {}, 164),
        ({"Cookie": "JSESSIONID=ABC"}, token, 163),
        (cookie, {"sessionToken": "x"}, 163),
    ):
        wireless.headers, wireless.query = headers, query
        status, document, _headers = wireless.api("GET", "")
        assert (status, document["code"]) == (401, code), (headers, query)
    wireless.headers, wireless.query = cookie, token
    assert wireless.api("GET", "")[0] == 200


def test_a_token_does_not_fit_another_cookie(wireless):
    cookie = dict(wireless.headers)
    wireless.enter()
    wireless.headers = cookie
    assert wireless.api("GET", "")[0] == 401


def test_logout_kills_the_token(wireless):
    path = BASE + "/customers/logout?sessionToken=" + wireless.query["sessionToken"]
    assert wireless.call("GET", path)[0] == 401
    assert wireless.call("GET", path, headers=wireless.headers)[0] == 200
    status, document, _headers = wireless.api("GET", "")
    assert (status, document["code"]) == (401, 4)


def test_killed_sessions_are_expired(wireless):
    assert wireless.inspect("GET", "sessions")["sessions"] == 1
    wireless.inspect("POST", "sessions/kill")
    assert wireless.inspect("GET", "sessions")["sessions"] == 0
    status, document, _headers = wireless.api("GET", "")
    assert (status, document["code"]) == (401, 4)


def test_all_that_was_issued_is_told(wireless, enterprise):
    cookie = wireless.headers["Cookie"].partition("=")[2].partition(";")[0]
    issued = wireless.inspect("GET", "sessions/issued")["issued"]
    assert len(issued) == 3 and {cookie, wireless.query["sessionToken"]} < set(issued)  # the third is the access code
    wireless.inspect("POST", "sessions/kill")
    assert wireless.inspect("GET", "sessions/issued")["issued"] == issued
    (token,) = enterprise.inspect("GET", "sessions/issued")["issued"]
    assert enterprise.headers["Authorization"] == "Bearer " + token


def test_oauth(enterprise):
    status, document = enterprise.token()
    assert status == 200 and document["expires_in"] == 300
    assert document["token_type"] == "Bearer"
    assert enterprise.api("GET", "")[0] == 200
    status, document = enterprise.token(secret="wrong")
    assert (status, document["error"]) == (401, "invalid_client")
    assert enterprise.inspect("GET", "requests")["tokens"] == {"attempts": 3, "refused": 1}
    for headers, code in (({}, 164), ({"Authorization": "Bearer x"}, 163)):
        enterprise.headers = headers
        status, document, _headers = enterprise.api("GET", "")
        assert (status, document["code"]) == (401, code)


def test_tokens_and_sessions_run_out():
    with simulator("--token-lifetime", "0.2", edition="enterprise") as one:
        client = one.client()
        assert client.api("GET", "")[0] == 200
        time.sleep(0.3)
        status, document, _headers = client.api("GET", "")
        assert (status, document["code"]) == (401, 4)
    with simulator("--session-lifetime", "0.2") as one:
        client = one.client()
        time.sleep(0.3)
        assert client.api("GET", "")[1]["code"] == 4


def test_each_edition_refuses_the_other_way(wireless, enterprise):
    assert wireless.call("POST", TOKEN, "grant_type=client_credentials")[0] == 404
    assert enterprise.call("POST", LOGIN, "login=a&password=b")[0] == 404
    for client, other in ((wireless, "mine"), (enterprise, "100"), (wireless, "101")):
        client.root = BASE + "/subscriptions/" + other
        assert client.api("GET", "/devices")[0] in (403, 404)


def test_oauth_on_a_wireless_platform():
    with simulator("--ways-in", "html,oauth2") as one:
        client = one.client()
        for name in ("100", "mine"):  # a session knows both names too
            client.root = BASE + "/subscriptions/" + name
            assert client.api("GET", "/devices")[0] == 200
        client.headers, client.query = {"Authorization": "Bearer " + client.token()[1]["access_token"]}, {}
        assert client.made()["appServersRoutingProfile"]["ID"] == "DEFAULT"
        assert client.api("GET", "/devices/5000")[1]["occContext"]["who"] == "sub-100002581/simulator"
        client.root = BASE + "/subscriptions/100"
        assert client.api("GET", "/devices/5000")[0] == 200
        client.root = BASE + "/subscriptions/101"
        assert client.api("GET", "/devices/5000")[1]["code"] == 9001
        client.headers = {"Authorization": "Bearer none"}
        assert client.api("GET", "/devices/5000")[1]["code"] == 163
        client.headers = {}
        assert client.api("GET", "/devices/5000")[1]["code"] == 164
    with simulator("--ways-in", "oauth2") as one:
        client = one.client(enter=False)
        status, _document, headers = client.api("GET", "")
        assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer")


def test_cookie_only_operator():
    with simulator("--no-session-token") as one:
        client = one.client(enter=False)
        assert "sessionToken" not in client.enter()
        assert client.query == {} and client.api("GET", "")[0] == 200


def test_secrets_from_the_environment():
    with simulator(env={"TDM_SIMULATOR_PASSWORD": "from-env", "PATH": "/usr/bin:/bin"}) as one:
        client = one.client(enter=False)
        assert client.login_page()[1]["errorCode"] == "50"
        assert client.login_page(password="from-env")[1]["errorCode"] == ""


@pytest.mark.parametrize("way", ["smp", "digest"])
def test_an_administrator_enters(wireless, way):
    document = wireless.enter(way)
    assert document["subscription"]["href"] == "/subscriptions/100"
    assert wireless.api("GET", "/devices")[0] == 200


@pytest.mark.parametrize("way", ["smp", "digest"])
def test_an_access_code_stands_for_the_session_token(wireless, way):
    code = wireless.access_code_of(way)
    path = BASE + "/customers?type=SUBSCRIBER&adminAccessCode=" + code
    _status, _document, headers = wireless.call("GET", path)
    wireless.headers = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    wireless.query = {"adminAccessCode": code, "type": "SUBSCRIBER"}
    assert wireless.api("GET", "/devices")[0] == 200
    # Lists that have a filter of that name take it for no filter.
    assert len(wireless.api("GET", "/appServers")[1]["briefs"]) == 2
    wireless.query = {"adminAccessCode": "x", "type": "SUBSCRIBER"}
    assert wireless.api("GET", "/devices")[1]["code"] == 163


def test_codes_of_users_and_administrators_are_not_the_same(wireless):
    code = wireless.access_code_of("smp")
    assert wireless.customers(code)[1]["code"] == 141
    path = BASE + "/customers?type=SUBSCRIBER&adminAccessCode=" + wireless.access_code()
    assert wireless.call("GET", path)[1]["code"] == 141


def test_the_administrators_login_refuses(wireless):
    status, document, _headers = wireless.call("POST", ADMINS + "/login", {"login": "operator@example.com", "password": "x"})
    assert (status, document["code"]) == (401, 141)
    assert wireless.call("POST", ADMINS + "/login", {"login": "a"})[1]["code"] == 9015
    what = {"subscriberID": "100002581", "moduleID": "TPW_SUBS"}
    _status, document, headers = wireless.call("POST", ADMINS + "/login", {"login": "operator@example.com", "password": PASSWORD})
    cookie = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    path = ADMINS + "/%s/accessCode" % document["thingparkID"]
    assert wireless.call("POST", path, what, cookie)[0] == 401
    path += "?sessionToken=" + document["sessionToken"]
    assert wireless.call("POST", path, what)[0] == 401
    assert wireless.call("POST", path, dict(what, subscriberID="1"), cookie)[0] == 403
    assert wireless.call("POST", path, {}, cookie)[0] == 400


def test_the_administrators_login_in_xml(wireless):
    body = '<l:login xmlns:l="http://www.actility.com/smp/ws/admin"><login>operator@example.com</login><password>%s</password></l:login>'
    xml = {"Content-Type": "application/xml", "Accept": "application/xml"}
    status, _headers, answer = wireless.raw("POST", ADMINS + "/login", body % PASSWORD, xml)
    assert status == 200
    root = ElementTree.fromstring(answer)
    assert root.tag == "{http://www.actility.com/smp/ws/admin}login"
    assert root.find("thingParkID").text.startswith("tpk-") and root.find("sessionToken").text


def test_digest_challenges_and_refuses(wireless):
    status, headers, _data = wireless.raw("GET", ADMINS + "/id")
    assert status == 401 and headers["WWW-Authenticate"].startswith('Digest realm="')
    assert wireless.digest("operator@example.com", "wrong")[1]["code"] == 141
    assert wireless.digest("operator@example.com", PASSWORD, nonce="old")[0] == 401
    assert wireless.inspect("GET", "requests")["logins"] == {"attempts": 2, "refused": 1}
    assert wireless.digest("operator@example.com", PASSWORD)[1] == {"thingparkID": "tpk-100002581"}


def test_wrong_passwords_of_all_ways_lock_together(wireless):
    wireless.login_page(password="wrong")
    wireless.digest("operator@example.com", "wrong")
    wireless.call("POST", ADMINS + "/login", {"login": "operator@example.com", "password": "wrong"})
    assert wireless.inspect("GET", "accounts")["locked"]
    assert wireless.digest("operator@example.com", PASSWORD)[0] == 401
