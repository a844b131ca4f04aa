# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that were misread or changed on their way are refused by every kind; those that only look so are kept."""

from __future__ import annotations

import datetime
import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import ProtocolIdentifier
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.embedded_xml import AppSKeys, InactivityAlarm
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.references import Domains, Reference, References, Tags
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.structures import Ports
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault, shown
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import (
    Choice,
    Degrees,
    Flag,
    Hex,
    Integer,
    Key,
    Note,
    ValueType,
)

DIGITS = "A3F07B1C9D2E48566F8190BACDE7F2D4"
TEXTS = [ValueType(), Note(), Reference("name"), ProtocolIdentifier(), Hex(16, "DevEUI"), Key(), Choice("OTAA", "ABP"), Ports()]
NUMBERS = [Integer(0, 9), Degrees(90)]
OTHERS = [Flag(), Tags(), Domains(), References("name"), InactivityAlarm(), AppSKeys()]


def kinds(kinds_: list):
    return pytest.mark.parametrize("kind", kinds_, ids=lambda kind: type(kind).__name__)


def fault(kind: ValueType, raw: object) -> str:
    with pytest.raises(Fault) as caught:
        kind.parse(raw)
    return str(caught.value)


@kinds(TEXTS)
@pytest.mark.parametrize("raw", [True, False])
def test_yes_and_no_are_no_text(kind, raw):
    assert "is true or false instead of a text" in fault(kind, raw)
    assert "quote it" in fault(kind, raw)


@pytest.mark.parametrize(
    ("kind", "raw", "part"),
    [
        (Tags(), ["se", False], "has a tag that is true or false"),
        (References("name"), [True], "has a name that is true or false"),
        (Domains(), {"Country": False}, 'has a domain of the group "Country" that is true or false'),
        (Domains(), {False: "NO"}, "has a group that is true or false"),
        (Domains(), [{True: "NO"}], "has a group that is true or false"),
        (AppSKeys(), {True: DIGITS}, "has ports that is true or false"),
        (AppSKeys(), {"1": True}, "has for the ports 1 what is true or false"),
        (InactivityAlarm(), [{"level": True, "duration": "PT12H"}], "has the level"),
        (InactivityAlarm(), [{"level": 3, "duration": False}], "has the duration"),
        (InactivityAlarm(), [{"level": 3, None: 1, True: 2}], "unknown option"),
        (Integer(0, 9), True, "whole number"),
        (Degrees(90), False, "number of degrees"),
    ],
)
def test_yes_and_no_within_something_else(kind, raw, part):
    assert part in fault(kind, raw)


@kinds([ValueType(), Note(), Reference("name"), Choice("a"), Ports()])
def test_a_number_with_a_fraction_may_have_been_written_otherwise(kind):
    assert "is a number with a fraction" in fault(kind, 1.1)
    assert "1.1" not in fault(kind, 1.1), "it may be a token"


@kinds([*TEXTS, *NUMBERS, *OTHERS])
def test_nothing_in_the_wrong_shape_costs_or_shows_anything(kind):
    nested: object = DIGITS
    for _number in range(100_000):
        nested = [nested]
    wide = [[DIGITS] * 1000] * 1000
    started = time.monotonic()
    shapes = (nested, wide, {"a": wide}, ({"a": wide},), {(1,)}, b"x", None)
    for raw in (*shapes, 16**9000, -(16**9000), [16**9000], "x" * 10_000_000):
        assert DIGITS[:6] not in fault(kind, raw) and len(fault(kind, raw)) < 300
    assert time.monotonic() - started < 2


@kinds([*TEXTS, *NUMBERS, *OTHERS])
@pytest.mark.parametrize("raw", ["#N/A", "#¡VALOR!", "Err:504", "Loading…"])
def test_an_error_value_is_one_for_every_kind(kind, raw):
    if isinstance(kind, Domains):
        kind, raw = Tags(), [raw]
    assert "an error value of a spreadsheet" in fault(kind, raw)
    assert kind.read(raw) == raw or isinstance(kind, (Tags, Reference, References))


@pytest.mark.parametrize("raw", [{"Country": "#N/A"}, ["Country:#N/A"], {"#REF!": "a"}])
def test_an_error_value_among_domains(raw):
    assert "an error value of a spreadsheet" in fault(Domains(), raw)


LAWFUL = [
    "\U0001f469\u200d\U0001f52c lab",  # a woman, joined with a microscope
    "\u2764\ufe0f\u200d\U0001f525",
    "1\ufe0f\u20e3",  # a keycap
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # a Persian word
    "\u0915\u094d\u200d\u0937",  # a Hindi conjunct
    "\u845b\U000e0100",  # an ideograph's variant
    "Zürich – Süd",
    "a\u00a0b",
    "two\nlines\tand a tab",
]


@pytest.mark.parametrize("text", LAWFUL)
def test_what_does_something_where_it_stands_is_kept(text):
    assert ValueType().parse(text) == text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a\u200db", "U+200D as character 2"),
        ("caf\u00e9\u200c", "U+200C as character 5"),
        ("\u0645\u200c", "U+200C as character 2"),
        ("a\ufe0f", "U+FE0F as character 2"),
        ("12\ufe0f", "U+FE0F as character 3"),
        ("x\U000e0067", "U+E0067"),
        ("\u05d0\u200f", "U+200F"),
        ("Auf\u00adlage", "U+00AD as character 4"),
        ("a\x07", "U+0007"),
        ("a\x9f", "U+009F"),
        ("\u200b", "U+200B as character 1"),
    ],
)
def test_what_does_nothing_is_named(text, part):
    assert part in fault(ValueType(), text)
    assert ValueType().read(text) == text


def test_the_platforms_own_odd_texts_are_read_as_they_are():
    for odd in ("#N/A", "a\u200b", True, 1.5, {"a": 1}, "x" * 20_000):
        assert ValueType().read(odd) == odd


@pytest.mark.parametrize("kind", [ValueType(), Note()])
def test_a_date_is_a_text(kind):
    assert kind.parse(datetime.date(2024, 1, 5)) == "2024-01-05"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("kpn\u2011cs", '"kpn(U+2011)cs"'),
        ("a\u200bb", '"a(U+200B)b"'),
        ("a\u00a0b", '"a(U+00A0)b"'),
        ([DIGITS], "a list"),
        ({"a": DIGITS}, "a dictionary"),
        (True, '"True"'),
    ],
)
def test_what_is_shown(raw, said):
    assert shown(raw) == said
    assert shown(16**9000) == '"(very large)"'


@pytest.mark.parametrize("between", ["\u2011", "\u200b", " \u200b", "\u202f", "\u00ad", "-", ": "])
def test_a_key_is_hidden_however_it_is_spelled(between):
    pairs = [DIGITS[i : i + 2] for i in range(0, 32, 2)]
    for spelled in (between.join(DIGITS), between.join(pairs), DIGITS[:13] + between + DIGITS[13:]):
        assert "hidden" in shown(spelled)
        assert not any(DIGITS[i : i + 4] in shown("x" * 1990 + spelled, 5000) for i in range(28))


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (float("inf"), "YAML or an INI inventory read it"),
        (2.4e125, "YAML or an INI inventory read it"),
        ("2.4e+125", "YAML or an INI inventory read it"),
        ("7,01346E+15", "a spreadsheet converted it to a number"),
        ("0x" + DIGITS, "give only the digits"),
        ("1" * 31, "if leading zeros are missing"),
        ("\uff21" + DIGITS[1:], "is not a hexadecimal digit, but U+FF21"),
    ],
)
def test_what_became_of_a_key_is_said_without_it(raw, part):
    said = fault(Key(), raw)
    assert part in said
    assert not any(DIGITS[i : i + 4] in said for i in range(28)) and "1111" not in said
