# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML within a field: the inactivity alarm and the AppSKeys."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.embedded_xml import (
    AppSKeys,
    InactivityAlarm,
    Routes,
    duration_of,
    seconds_of,
)
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import UNKNOWN

ALARM = InactivityAlarm()
KEYS = AppSKeys()
ROUTES = Routes()
DAY = 86_400
TWO = ((3, 2 * DAY), (5, 7 * DAY))
K1, K2 = "A3F07B1C9D2E48566F8190BACDE7F2D4", "0F1E2D3C4B5A69788796A5B4C3D2E1F0"


def fault(kind, raw) -> str:
    with pytest.raises(Fault) as caught:
        kind.parse(raw)
    return str(caught.value)


def alarm(one: str, two: str = "") -> str:
    second = "<threshold2 %s/>" % two if two else ""
    return "<alarm004><threshold1 %s/>%s</alarm004>" % (one, second)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1H", 3600),
        ("pt90m", 5400),
        ("P2D", 2 * DAY),
        ("P1W", 7 * DAY),
        ("P1DT12H", 129_600),
        (" PT3600S ", 3600),
        ("PT1H1M1S", 3661),
    ],
)
def test_durations(text, seconds):
    assert seconds_of(text) == seconds
    assert seconds_of(duration_of(seconds)) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1H", "PT1", "P1M", "P1Y", "PT1.5H", "-PT1H", "PT" + "9" * 5000 + "H", None, 3600, "P1W2D"]
)
def test_what_is_no_duration(text):
    with pytest.raises(Fault):
        seconds_of(text)


@pytest.mark.parametrize(
    "raw",
    [
        '<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/>'
        '<threshold2 status="ENABLE" level="5" duration="P7D"/></alarm004>',
        "<alarm004>\n  <threshold1 duration='PT48H' level='3' status='ENABLE' />\r\n\t<threshold2 level='5'"
        " status='ENABLE' duration='P1W'></threshold2>\n</alarm004>\n",
        '<?xml version="1.0" encoding="UTF-8"?><alarm004><threshold2 status="enable" level="5" duration="P7D"/>'
        '<threshold1 status="Enable" level="3" duration="PT172800S"/></alarm004>',
        [{"level": 3, "duration": "P2D"}, {"level": "5", "duration": "p7d"}],
        ({"level": 3, "duration": "PT48H"}, {"level": 5, "duration": "PT168H"}),
    ],
)
def test_every_writing_of_an_alarm_is_the_same(raw):
    assert ALARM.parse(raw) == TWO


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        [],
        "<alarm004/>",
        "<alarm004></alarm004>",
        alarm('status="DISABLE" level="2" duration="PT1H"'),
        alarm('status="DISABLE" level="3" duration="P2D"', 'status="DISABLE" level="5" duration="P7D"'),
        alarm('level="3" duration="P2D"'),
    ],
)
def test_no_alarm(raw):
    assert ALARM.parse(raw) == ()


def test_a_second_threshold_that_is_off_does_not_count():
    both = alarm('status="ENABLE" level="3" duration="P2D"', 'status="DISABLE" level="1" duration="never"')
    assert ALARM.parse(both) == ((3, 2 * DAY),)


@pytest.mark.parametrize("value", [(), TWO, ((2, 3600),), ((6, 30 * DAY),), ((2, 3661), (6, 30 * DAY))])
def test_what_is_sent_reads_back(value):
    assert ALARM.read(ALARM.send(value)) == value
    assert ALARM.parse(ALARM.show(value)) == value


def test_an_alarm_taken_away_is_sent_as_disabled():
    assert 'status="DISABLE"' in ALARM.send(())


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (alarm('status="DISABLE"', 'status="ENABLE" level="5" duration="P7D"'), "without the first"),
        ("<alarm004><threshold2 status='ENABLE' level='5' duration='P7D'/></alarm004>", "without the first"),
        ([{"level": 3, "duration": "P2D"}] * 3, "at most two"),
        ([{"level": 1, "duration": "P2D"}], "level"),
        ([{"level": 7, "duration": "P2D"}], "level"),
        ([{"level": True, "duration": "P2D"}], "level"),
        ([{"duration": "P2D"}], "level"),
        ([{"level": 3}], "duration"),
        ([{"level": 3, "duration": "PT59M"}], "PT1H to P30D"),
        ([{"level": 3, "duration": "P31D"}], "PT1H to P30D"),
        ([{"level": 3, "duration": "P30DT1S"}], "PT1H to P30D"),
        ([{"level": 3, "duration": "2 days"}], "PT12H"),
        ([{"level": 5, "duration": "P2D"}, {"level": 3, "duration": "P7D"}], "higher level"),
        ([{"level": 3, "duration": "P2D"}, {"level": 3, "duration": "P7D"}], "higher level"),
        ([{"level": 3, "duration": "P7D"}, {"level": 5, "duration": "P2D"}], "longer duration"),
        ([{"level": 3, "duration": "P2D"}, {"level": 5, "duration": "PT48H"}], "longer duration"),
        ([{"level": 3, "duration": "P2D", "status": "on"}], "status"),
        (["P2D"], "list of thresholds"),
        ({"level": 3}, "list of thresholds"),
        (5, "list of thresholds"),
        ("P2D", "well-formed"),
        ("<alarm004><threshold1", "well-formed"),
        ("<alarm4/>", "<alarm004>"),
        ('<alarm004 xmlns="urn:x"/>', "<alarm004>"),
        ('<?xml version="1.0" encoding="UTF-16"?><alarm004/>', "well-formed"),
        ("<alarm004>%s</alarm004>" % ("<x/>" * 5000), "has 20021 characters"),
        ("<alarm004>\x00</alarm004>", "U+0000"),
        ("<alarm004>\ud800</alarm004>", "half a character"),
    ],
)
def test_what_is_no_alarm(raw, part):
    assert part in fault(ALARM, raw)


@pytest.mark.parametrize(
    "raw",
    [
        '<!DOCTYPE alarm004 SYSTEM "file:///etc/passwd"><alarm004/>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><alarm004>&b;</alarm004>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><alarm004>&a;</alarm004>',
    ],
)
def test_documents_with_declarations_are_refused_unread(raw):
    assert "declarations" in fault(ALARM, raw)
    assert "declarations" in fault(KEYS, raw.replace("alarm004", "AppSKeys"))


def test_an_alarm_of_the_platform_that_nobody_understands_is_kept():
    odd = '<alarm004><threshold1 status="ENABLE" level="9" duration="P2D"/></alarm004>'
    assert ALARM.read(odd) == odd
    assert ALARM.show(odd) == odd
    assert not ALARM.same(TWO, odd)
    assert ALARM.read(None) == ()


@pytest.mark.parametrize(
    "raw",
    [
        "<AppSKeys><AppSKey Port=\"1-2\">%s</AppSKey><AppSKey Port='*'>%s</AppSKey></AppSKeys>" % (K1, K2.lower()),
        "<AppSKeys>\n <AppSKey Port=' 1 - 2 '>\n%s\n</AppSKey>\n <AppSKey>%s</AppSKey>\n</AppSKeys>" % ("-".join(K1), K2),
        {"1-2": K1, "*": K2},
        {"*": " ".join(K2), " 1-2": K1.lower()},
    ],
)
def test_every_writing_of_the_appskeys_is_the_same(raw):
    value = KEYS.parse(raw)
    assert dict(value) == {"1-2": K1, "*": K2}
    assert KEYS.parse(KEYS.send(value)) == value


def test_ports_may_be_numbers():
    assert dict(KEYS.parse({1: K1, 2: K2})) == {"1": K1, "2": K2}


def test_appskeys_encrypted_as_a_whole_are_left_alone():
    text = "Qm9+/" * 20 + "=="
    assert KEYS.parse(text) == KEYS.send(text) == text


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ({}, "no key"),
        ("<AppSKeys/>", "no key"),
        ("<AppSKeys><Key Port='1'>%s</Key></AppSKeys>" % K1, "no key"),
        ({"1": K1, " 1": K2}, "two keys"),
        ("<AppSKeys><AppSKey Port='1'>%s</AppSKey><AppSKey Port='1'>%s</AppSKey></AppSKeys>" % (K1, K2), "two keys"),
        ({"1": K1[:-1]}, "31 of 32"),
        ({"1": None}, "not nothing"),
        ({"0": K1}, "ports"),
        ({K1: "1-2"}, "ports"),
        ("<AppSKeys><AppSKey Port='%s'>1</AppSKey></AppSKeys>" % K1, "ports"),
        ("<AppSKeys><AppSKey Port='1'>%s</AppSKeys>" % K1, "well-formed"),
        ("<AppSKey Port='1'>%s</AppSKey>" % K1, "<AppSKeys>"),
        (K1, "well-formed"),
        ([K1], "dictionary"),
        (7, "dictionary"),
    ],
)
def test_what_are_no_appskeys(raw, part):
    text = fault(KEYS, raw)
    assert part in text
    assert not any(secret[i : i + 6] in text for secret in (K1, K2) for i in range(27))


PLACES = (
    '<dests><dest type="HTTP" address="https://a.example"/><dest type="HTTP" address="https://b.example/?x=1&amp;y=2"/></dests>'
)
ROUTE = {"sourcePort": "*", "strategy": "BURST", "destinations": PLACES}
TWO_PLACES = (("*", "BURST", (("HTTP", "https://a.example"), ("HTTP", "https://b.example/?x=1&y=2"))),)


def test_routes_are_sent_as_they_are_read():
    assert ROUTES.read([ROUTE]) == TWO_PLACES and ROUTES.send(TWO_PLACES) == [ROUTE]
    assert ROUTES.parse(ROUTES.show(TWO_PLACES)) == TWO_PLACES
    assert ROUTES.read([]) == ROUTES.read(None) == ROUTES.parse("") == ROUTES.parse([]) == ()


@pytest.mark.parametrize(
    "odd",
    [
        "x",
        [None],
        [{}],
        [{**ROUTE, "strategy": "RANDOM"}],
        [{**ROUTE, "strategy": ["BURST"]}],
        [{**ROUTE, "sourcePort": "0"}],
        [{**ROUTE, "destinations": "<dests"}],
        [{**ROUTE, "destinations": [{}]}],
        [{**ROUTE, "destinations": "<dests><dest type='HTTP'/></dests>"}],
    ],
)
def test_routes_that_nobody_understands_are_kept(odd):
    assert ROUTES.read(odd) == ROUTES.show(odd) == odd
    assert not ROUTES.same(TWO_PLACES, odd) and ROUTES.like(TWO_PLACES, odd) == TWO_PLACES


def test_two_words_for_one_strategy():
    shown = ROUTES.read([{**ROUTE, "strategy": "BLAST"}])
    assert ROUTES.same(TWO_PLACES, shown) and ROUTES.show(shown) == ROUTES.show(TWO_PLACES)
    assert ROUTES.send(ROUTES.like(TWO_PLACES, shown)) == [{**ROUTE, "strategy": "BLAST"}]
    assert ROUTES.like(TWO_PLACES, UNKNOWN) == TWO_PLACES
