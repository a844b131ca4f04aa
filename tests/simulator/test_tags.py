# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags and domains of devices, one by one and in bulk; and the onboarding tag of a QR code."""

from __future__ import annotations

from .conftest import SITE


def test_tags_of_a_device(wireless):
    before = wireless.made()["occContext"]
    for name in ("b tag", "a"):
        status, document, headers = wireless.api("POST", "/devices/5000/tags", {"name": name})
        assert (status, document) == (201, {"name": name}) and "/tags/" in headers["Location"]
    briefs = wireless.api("GET", "/devices/5000/tags")[1]["briefs"]
    assert [one["name"] for one in briefs] == ["a", "b tag"]
    assert wireless.listed()["briefs"][0]["tags"] == [{"name": "a"}, {"name": "b tag"}]
    assert "tags" not in wireless.api("GET", "/devices/5000")[1]
    place = briefs[0]["href"].partition("/subscriptions/100")[2]
    assert wireless.api("DELETE", place)[0] == 204
    assert wireless.api("DELETE", place)[0] == 404
    assert wireless.api("GET", "/devices/5000")[1]["occContext"] == before
    for bad in ("", " a", "a" * 41, "a<b", 5, None):
        assert wireless.api("POST", "/devices/5000/tags", {"name": bad})[0] == 400


def test_tags_in_bulk(wireless):
    made = ["70B3D57ED000000%d" % number for number in range(3)]
    for eui in made:
        wireless.made(EUI=eui)
    status, document, _headers = wireless.api("POST", "/devices/tags", {"name": "t", "devEUIs": made[:2]}, {"action": "TAG"})
    assert (status, document) == (200, {"name": "t"})
    assert wireless.listed([("tag", "t")])["count"] == 2
    status, document, _headers = wireless.api("POST", "/devices/tags", {"name": "u", "devEUIs": [made[2], "AA00000000000000"]})
    assert status == 400 and "AA00000000000000" in document["message"]
    assert wireless.listed([("tag", "u")])["count"] == 0
    assert wireless.api("POST", "/devices/tags", {"name": "t"}, [("action", "UNTAG"), ("devEUI", made[0])])[0] == 200
    assert [brief["EUI"] for brief in wireless.listed([("tag", "t")])["briefs"]] == [made[1]]
    wireless.inspect("PUT", "settings", {"page_size_min": 1, "page_size_max": 2})
    assert wireless.api("POST", "/devices/tags", {"name": "t", "devEUIs": made})[0] == 400
    assert wireless.api("POST", "/devices/tags", {"name": "v"})[0] == 200
    assert wireless.listed([("tag", "v")])["count"] == 1
    wireless.inspect("PUT", "settings", {"page_size_min": 100, "page_size_max": 5000})
    assert wireless.api("POST", "/devices/tags", {"name": "t"}, {"action": "X"})[0] == 400
    assert wireless.api("POST", "/devices/tags", {"name": "t", "devEUIs": "x"})[0] == 400
    assert wireless.api("GET", "/devices/tags/suggestions", query={"query": "T"})[1]["briefs"] == [{"name": "t"}]


def test_domains_in_bulk(wireless):
    for number in (1, 2):
        wireless.made(EUI="70B3D57ED000000%d" % number, domains=[SITE])
    version = wireless.api("GET", "/devices/5000")[1]["occContext"]["version"]
    caen = {"name": "France/Caen", "group": {"name": "Site"}}
    energy = {"name": "Energy", "group": {"name": "Vertical"}}
    body = {"addedDomains": [caen], "removedDomains": [energy], "devEUIs": ["70B3D57ED0000001"]}
    status, document, _headers = wireless.api("POST", "/devices/domains", body)
    assert (status, document) == (204, None)
    shown = wireless.api("GET", "/devices/5000")[1]
    assert shown["domains"] == [caen] and shown["occContext"]["version"] > version
    assert wireless.api("GET", "/devices/5001")[1]["domains"] == [SITE]
    for change in (
        {"devEUIs": []},
        {"devEUIs": None},
        {"addedDomains": []},
        {"removedDomains": [SITE]},
        {"addedDomains": [caen, SITE]},
        {"devEUIs": ["AA00000000000000"]},
    ):
        assert wireless.api("POST", "/devices/domains", dict(body, **change))[0] == 400, change


TAG = "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C"


def read_tag(client, text, media_type="text/plain"):
    """(status, document) of readOnboardingTag."""
    return client.api("POST", "/devices/readOnboardingTag", text, headers={"Content-Type": media_type})[:2]


def test_onboarding_tags(wireless):
    status, document = read_tag(wireless, TAG)
    assert status == 200
    assert document["parts"]["checksum"] == "AF2C" and document["parts"]["serNum"] == "YYWWNNNNNN"
    assert document["device"]["ownerToken"] == "AABBCCDDEEFF"
    assert document["models"] == [] and "model" not in document["device"]
    document = read_tag(wireless, "LW:D0:1122334455667788:aabbccddeeff0011:03380000")[1]
    assert document["device"]["model"]["ID"] == "MCLI/TVLVEA.1.0.1a_ETSI"
    assert document["device"]["EUI"] == "AABBCCDDEEFF0011"
    assert document["vendors"][0]["ID"] == "mclimate"
    # Several rows with one profile are not ambiguous, several profiles are.
    document = read_tag(wireless, "LW:D0:1122334455667788:AABBCCDDEEFF0011:01490001")[1]
    assert len(document["models"]) == 1 and "model" in document["device"]
    document = read_tag(wireless, "LW:D0:1122334455667788:AABBCCDDEEFF0011:01280001")[1]
    assert len(document["models"]) > 1 and "model" not in document["device"]
    for bad in (
        TAG[:-1] + "D",
        TAG + ":S1",
        "LW:D1" + TAG[5:],
        TAG[:40],
        "",
        "x",
        TAG + "é",
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB112:S1",
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:Z1",
    ):
        assert read_tag(wireless, bad.encode())[0] == 400, bad
    assert read_tag(wireless, TAG, "application/json")[0] == 415
