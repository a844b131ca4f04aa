# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TR005 onboarding tags."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.tr005 import (
    crc16_modbus,
    looks_like_tr005,
    parse_tr005,
)
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault

CORE = "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122"
#: The example of the contract's readOnboardingTag.
CONTRACT = CORE + ":OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C"
TOKEN = "Zk4Qw9Tr7Lm2"


def fault(text: str) -> str:
    with pytest.raises(Fault) as caught:
        parse_tr005(text)
    return str(caught.value)


def with_checksum(text: str) -> str:
    return "%s:C%04X" % (text, crc16_modbus(text.encode()))


def test_the_checksum_is_modbus():
    assert crc16_modbus(b"123456789") == 0x4B37


def test_the_contracts_example():
    tag = parse_tr005(CONTRACT)
    assert (tag.join_eui, tag.dev_eui, tag.profile_id) == ("1122334455667788", "AABBCCDDEEFF0011", "AABB1122")
    assert tag.owner_token == "AABBCCDDEEFF"
    assert tag.text == CONTRACT


@pytest.mark.parametrize("text", [CORE, " %s\n" % CORE, CORE + ":SX1", CORE + ":PX1:SX1", CONTRACT.replace("CAF2C", "Caf2c")])
def test_tags_that_are_right(text):
    assert parse_tr005(text).dev_eui == "AABBCCDDEEFF0011"


def test_lower_case_is_read_and_left_as_it_is():
    text = with_checksum(CORE.lower())
    assert parse_tr005(text).dev_eui == "AABBCCDDEEFF0011"
    assert parse_tr005(text).text == text


@pytest.mark.parametrize("text", [CONTRACT, CONTRACT[: -len(":CAF2C")]])
def test_a_tag_that_was_made_small_as_a_whole_is_made_large_again(text):
    tag = parse_tr005(text.lower())
    assert (tag.text, tag.owner_token) == (text, "AABBCCDDEEFF")


def test_without_an_owner_token_there_is_none():
    assert parse_tr005(with_checksum(CORE)).owner_token == ""


@pytest.mark.parametrize(
    ("text", "is_tag"),
    [
        (CORE, True),
        ("lw:d0", True),
        ("URN:DEV:LW:11", True),
        ("https://lw.example/LW:D0:11", True),
        ("AABBCCDDEEFF0011", False),
        ("AA:BB:CC:DD:EE:FF:00:11", False),
        ("", False),
        ("LW", False),
    ],
)
def test_what_looks_like_a_tag(text, is_tag):
    assert looks_like_tr005(text) is is_tag


@pytest.mark.parametrize("place", range(len(CONTRACT) - len(":CAF2C")))
def test_one_wrong_character_anywhere_is_found(place):
    wrong = "B" if CONTRACT[place] != "B" else "C"
    assert fault(CONTRACT[:place] + wrong + CONTRACT[place + 1 :])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (CONTRACT.replace("AF2C", "AF2D"), "doesn't agree"),
        (CORE + ":C", "doesn't agree"),
        (CORE + ":CAF2C:SX1", "not its last part"),
        (CORE + ":SX1:SX2", "unexpected"),
        (CORE + ":X1", "unexpected"),
        (CORE + ":", "part 6 is empty"),
        (CORE + ":::", "part 6 is empty"),
        (CORE + ":SX1::PX1", "part 7 is empty"),
        (CORE + ":O:S12", "part 6 is empty"),
        (CORE + ":S", "part 6 is empty"),
        (CORE + ":PFOO:BAR", 'part 7 is unexpected: it begins with "B"'),
        ("URN:DEV:LW:1122334455667788_AABBCCDDEEFF0011_AABB1122_VAABBCCDDEEFF", 'a draft of TR005 ("URN:DEV:LW")'),
        ("urn:lw:dp:1122334455667788:AABBCCDDEEFF0011:AABB1122:%VAABBCCDDEEFF", 'a draft of TR005 ("urn:lw:dp")'),
        ("https://lw.example/" + CORE, "something before the onboarding tag"),
        ("https://lw.example/?tag=" + CORE.lower(), "something before the onboarding tag"),
        (CORE[:10] + "\u200b" + CORE[10:], "U+200B as character 11"),
        ("#N/A", "error value"),
        ("LW:D0:1122334455667788:AABBCCDDEEFF0011", "is not an onboarding tag"),
        ("LW:D1" + CORE[5:], "is not an onboarding tag"),
        ("LX" + CORE[2:], "is not an onboarding tag"),
        (CORE.replace("1122334455667788", "112233445566778"), "JoinEUI"),
        (CORE.replace("0011", "00GG"), "DevEUI"),
        (CORE.replace("AABB1122", "AABB11222"), "ProfileID"),
        ("", "is not an onboarding tag"),
    ],
)
def test_tags_that_are_wrong(text, part):
    assert part in fault(text)


@pytest.mark.parametrize(
    "text",
    [
        CORE + ":O" + TOKEN + ":O" + TOKEN,
        CORE + ":" + TOKEN,
        CORE + ":O" + TOKEN + ":C0000",
        CORE.replace("D0", "D1") + ":O" + TOKEN,
        "LW:D0:O" + TOKEN,
        CORE.replace(":AABB1122", "") + ":O" + TOKEN,
    ],
)
def test_the_owner_token_is_never_shown(text):
    said = fault(text)
    assert not any(TOKEN[i : i + 6] in said for i in range(len(TOKEN) - 5))
