# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of value: every spelling a user has, and no key in any sentence."""

from __future__ import annotations

import unicodedata

import pytest

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

EUI = Hex(16, "DevEUI")
KEY = Key()
DIGITS = "A3F07B1C9D2E48566F8190BACDE7F2D4"
SUSPENSION = Flag(("NONE", "SUBSCRIBER_SUSPENDED"))


def fault(kind: ValueType, raw: object) -> str:
    with pytest.raises(Fault) as caught:
        kind.parse(raw)
    return str(caught.value)


def leaks(text: str, secret: str, length: int = 6) -> bool:
    """Return whether ``text`` holds so many digits of ``secret`` in a row, in any spelling."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    secret = "".join(c for c in secret.upper() if c.isalnum())
    return any(secret[i : i + length] in plain for i in range(len(secret) - length + 1))


@pytest.mark.parametrize(
    "raw",
    [
        "F03D291000F00001",
        "f03d291000f00001",
        "F0-3D-29-10-00-F0-00-01",
        "f0:3d:29:10:00:f0:00:01",
        "F0 3D 29 10 00 F0 00 01",
        " F03D291000F00001\t",
        "F03D.2910.00F0.0001",
        "F03D_2910_00F0_0001",
        "F0\u00a03D\u00a029\u00a010\u00a000\u00a0F0\u00a000\u00a001",
        "\u00a0F03D291000F00001",
    ],
)
def test_every_spelling_of_an_eui_is_the_same(raw):
    assert EUI.parse(raw) == "F03D291000F00001"


@pytest.mark.parametrize(
    "kind, raw", [(EUI, 0x0004A30B001A2B3C), (EUI, 7083057000000001), (Hex(8, "DevAddr"), 0x01234567), (KEY, int("1" * 32))]
)
def test_a_number_may_have_been_written_otherwise(kind, raw):
    with pytest.raises(Fault, match="is a number, and may differ from what you wrote; quote it"):
        kind.parse(raw)


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ("F03D291000F0000", "15 of 16"),
        ("F03D291000F000011", "17 of 16"),
        ("F03D291000F0000G", "not 16 hexadecimal"),
        ("0xF03D291000F00001", "not 16"),
        ("7.08306E+15", "not 16"),
        ("Ｆ03D291000F00001", "not 16"),
        (5349, "quote it"),
        ("", "not 16"),
    ],
)
def test_what_is_no_eui(raw, part):
    text = fault(EUI, raw)
    assert part in text
    assert text.startswith("is not a DevEUI")


@pytest.mark.parametrize("spelled", [DIGITS, DIGITS.lower(), "-".join(DIGITS), "\u00a0".join(DIGITS), " %s " % DIGITS])
def test_every_spelling_of_a_key_is_the_same(spelled):
    assert KEY.parse(spelled) == DIGITS


@pytest.mark.parametrize("raw", ["AB" * 24, "Qm9+/" * 13, "Qm9+/" * 13 + "="])
def test_an_encrypted_key_is_known_as_one(raw):
    assert Key.is_encrypted(KEY.parse(raw))
    assert not Key.is_encrypted(DIGITS)


@pytest.mark.parametrize(
    "raw", [DIGITS[:-1], DIGITS + "0", DIGITS[:-1] + "X", "-".join(DIGITS[:30]), DIGITS * 2, {"key": DIGITS}, [DIGITS], ""]
)
def test_the_fault_of_a_key_holds_nothing_of_it(raw):
    assert not leaks(fault(KEY, raw), DIGITS)


@pytest.mark.parametrize(
    "kind",
    [EUI, Choice("OTAA", "ABP"), Integer(0, 9), Degrees(90), Flag(), Ports(), Domains()],
    ids=lambda kind: type(kind).__name__,
)
@pytest.mark.parametrize("given", [DIGITS, DIGITS.lower(), "-".join(DIGITS), ":".join(DIGITS), "Qm9+/" * 13])
def test_a_key_in_another_option_is_not_shown(kind, given):
    assert not leaks(fault(kind, given), given)


@pytest.mark.parametrize("given", ["<AppSKeys><AppSKey Port='1'>%s" % DIGITS, "x" * 10 + DIGITS, [DIGITS], {"a": DIGITS}])
def test_a_key_within_something_else_is_not_shown(given):
    assert not leaks(shown(given), DIGITS)


def test_what_is_shown_is_short_and_harmless():
    assert shown("a\x1b[31m\nb") == '"a(U+001B)[31m(U+000A)b"'
    assert len(shown("y z" * 100)) == 42
    assert shown("70B3D57ED0100001") == '"70B3D57ED0100001"'


@pytest.mark.parametrize("raw", [12, "12", 12.0, "12.0", " 12 ", "1.2e1"])
def test_whole_numbers_in_any_spelling(raw):
    value = Integer(0, 100).parse(raw)
    assert (value, type(value)) == (12, int)


@pytest.mark.parametrize(
    "raw", [True, False, "", "12.5", 12.5, "1,2", "twelve", "nan", "inf", "1e400", -1, 101, None, [1], "9" * 5000]
)
def test_what_is_no_whole_number_within_bounds(raw):
    assert fault(Integer(0, 100), raw)


@pytest.mark.parametrize(("raw", "value"), [("52.112446", 52.112446), (52, 52.0), ("-90", -90.0), (90, 90.0), ("5.2e1", 52.0)])
def test_degrees(raw, value):
    assert Degrees(90).parse(raw) == value


@pytest.mark.parametrize("raw", ["90.001", -91, "nan", "inf", "52,1", "", "52° 6'", True, None, "N52.1"])
def test_what_is_no_latitude(raw):
    assert fault(Degrees(90), raw)


def test_degrees_are_as_exact_as_the_platform_keeps_them():
    kind = Degrees(180)
    assert kind.same(5.108066, 5.10806608)
    assert not kind.same(5.10806, 5.10816)
    assert kind.same(1.0, 1)
    assert not kind.same(5.1, None)
    assert kind.show(5.10806608) == 5.10807
    assert kind.show("odd") == "odd"


@pytest.mark.parametrize("raw", [True, "true", "Yes", "ON", "y", 1, "1", 1.0, "1.0", " True "])
def test_yes(raw):
    assert Flag().parse(raw) is True
    assert SUSPENSION.parse(raw) is True


@pytest.mark.parametrize("raw", [False, "false", "No", "off", "n", 0, "0", 0.0, "0.0"])
def test_no(raw):
    assert Flag().parse(raw) is False
    assert SUSPENSION.parse(raw) is False


@pytest.mark.parametrize("raw", ["maybe", 2, "", None, [], {}])
def test_neither_yes_nor_no(raw):
    assert "true or false" in fault(Flag(), raw)


def test_a_flag_with_the_apis_own_words():
    assert SUSPENSION.read("SUBSCRIBER_SUSPENDED") is True
    assert SUSPENSION.read("NONE") is False
    assert SUSPENSION.read(None) is False
    assert SUSPENSION.read("BY_ALIENS") == "BY_ALIENS"
    assert (SUSPENSION.send(True), SUSPENSION.send(False)) == ("SUBSCRIBER_SUSPENDED", "NONE")
    assert Flag().send(True) is True


@pytest.mark.parametrize("raw", ["NEAR_STATIC", "near_static", "near-static", "Near Static", " NEAR_STATIC "])
def test_a_choice_in_any_case(raw):
    assert Choice("NEAR_STATIC", "RANDOM").parse(raw) == "NEAR_STATIC"


def test_an_unknown_word_of_the_api_is_kept_but_not_accepted():
    kind = Choice("NEAR_STATIC", "RANDOM")
    assert kind.read("TELEPORTING") == "TELEPORTING"
    assert "NEAR_STATIC, RANDOM" in fault(kind, "TELEPORTING")


@pytest.mark.parametrize(("raw", "value"), [("*", "*"), (1, "1"), ("255", "255"), ("1, 2,3", "1,2,3"), ("10 - 20", "10-20")])
def test_ports(raw, value):
    assert Ports().parse(raw) == value


@pytest.mark.parametrize("raw", ["", "0", "256", "1-", "-1", "1-2-3", "20-10", "a", "1,,2", "**", "²", "1" * 5000, "1.0"])
def test_what_are_no_ports(raw):
    assert "has ports" in fault(Ports(), raw)


def test_tags_are_a_set():
    kind = Tags()
    assert kind.parse(["b", "a", " b "]) == kind.parse("a, b,") == kind.read(["b", "a"]) == ("a", "b")
    assert kind.read([{"name": "b"}, {"name": "a"}]) == ("a", "b")
    assert kind.parse([7, "é"]) == ("7", "é")
    assert kind.parse([]) == kind.parse("") == kind.read(None) == ()
    assert kind.show(("a", "b")) == ["a", "b"]


@pytest.mark.parametrize(
    "raw", [["x" * 41], ["a<b"], ["a>b"], ["a\tb"], ["a\x7fb"], [None], [{"name": "a"}], [["a"]], {"a": 1}, 5, True]
)
def test_what_are_no_tags(raw):
    assert fault(Tags(), raw)


def test_the_longest_and_the_shortest_tag():
    assert Tags().parse(["x" * 40, "y", "a b"]) == ("a b", "x" * 40, "y")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("text", ["a%s", "%sa", "a%sb"])
def test_the_end_of_a_line_is_part_of_no_tag_and_of_no_domain(text, end):
    name = text % end
    domains = [{"Site": name}, {name: "x"}, ["S:" + name]]
    for kind, raw in [(Tags(), [name]), (Tags(), name), *((Domains(), one) for one in domains)]:
        assert "with a line end in it" in fault(kind, raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"Site": "France/Paris", "Use": "Heat"},
        ["Site:France/Paris", "Use: Heat"],
        [{"Use": "Heat"}, {"Site": "France/Paris"}],
        [{"name": "Heat", "group": {"name": "Use"}}, {"name": "France/Paris", "group": {"name": "Site"}}],
    ],
)
def test_domains_in_every_spelling(raw):
    kind = Domains()
    value = kind.parse(raw)
    assert kind.show(value) == {"Site": "France/Paris", "Use": "Heat"}
    assert kind.read(kind.send(value)) == value


@pytest.mark.parametrize(
    ("kind", "odd"),
    [(Tags(), 5), (Tags(), {"name": "a"}), (Domains(), [{"name": "P" * 21, "group": {"name": "Site"}}]), (Domains(), 5)],
)
def test_odd_tags_and_domains_stay_as_they_are(kind, odd):
    assert kind.show(kind.read(odd)) == odd


@pytest.mark.parametrize(
    "raw",
    [
        ["Site:Paris", "Site:Lyon"],
        {"Site": "Paris", " Site": "Lyon"},
        [{"Site": "Paris"}, {"Site": "Lyon"}],
        {"Site": ["a", "b"]},
    ],
)
def test_a_group_has_one_domain(raw):
    assert "Site" in fault(Domains(), raw)


def test_the_same_domain_twice_is_no_fault():
    assert Domains().parse(["Site:Paris", "Site: Paris"]) == (("Site", "Paris"),)


@pytest.mark.parametrize(
    "raw",
    [
        {"S" * 21: "x"},
        {"S:t": "x"},
        {"": "x"},
        {"Site": ""},
        {"Site": None},
        {"Site": "a/b/c/d/e/f"},
        {"Site": "a//b"},
        {"Site": "a/ b"},
        {"Site": "x" * 21},
        {"Site": "a<b"},
        ["Paris"],
        "Site:Paris",
        5,
    ],
)
def test_what_are_no_domains(raw):
    assert fault(Domains(), raw)


def test_the_deepest_domain():
    assert Domains().parse({"S" * 20: "a/b/c/d/" + "e" * 20})


def test_a_reference_is_met_by_id_or_by_name():
    kind = Reference("commercialName")
    actual = kind.read({"ID": "kpn-cs/seldom", "commercialName": "Seldom", "more": 1})
    assert kind.same("kpn-cs/seldom", actual) and kind.same("Seldom", actual)
    assert not kind.same("Seldo", actual) and not kind.same("", actual)
    assert kind.show(actual) == "kpn-cs/seldom"


def test_an_id_that_is_a_number_equals_its_text():
    assert Reference("name").same("100", Reference("name").read({"ID": 100}))
    assert References("name").same(("100",), References("name").read([{"ID": 100}]))


@pytest.mark.parametrize("api", [None, {}, {"ID": None}, {"ID": "", "commercialName": ""}])
def test_no_reference(api):
    kind = Reference("commercialName")
    assert kind.read(api) == ""
    assert kind.same("", kind.read(api))
    assert kind.send("") == {"ID": None}


@pytest.mark.parametrize("api", [{"ID": "kpn-cs/seldom"}, {"commercialName": "Seldom"}])
def test_no_reference_is_desired_but_half_of_one_is_shown(api):
    kind = Reference("commercialName")
    assert not kind.same("", kind.read(api))


def test_a_name_without_an_id_decides_nothing():
    kind = Reference("commercialName")
    assert not kind.decided(kind.read({"commercialName": "Seldom"}))
    assert kind.decided(kind.read({"ID": "x"})) and kind.decided("")


def test_references_have_no_order():
    kind = References("name")
    actual = kind.read([{"ID": "2", "name": "two"}, {"ID": "1", "name": "one"}])
    assert kind.same(kind.parse("one,2"), actual) and kind.same(kind.parse(["2", "1", "1"]), actual)
    assert not kind.same(("1",), actual) and not kind.same(("1", "2", "3"), actual) and not kind.same((), actual)
    assert kind.send(("1", "2")) == [{"ID": "1"}, {"ID": "2"}]
    assert kind.show(actual) == ["1", "2"]
    assert kind.same((), kind.read(None)) and kind.same((), kind.read([]))


@pytest.mark.parametrize("api", [[{"ID": "1"}, {}], [{"ID": "1"}, None], ["1"], [1, {"name": None}]])
def test_odd_lists_of_references_still_compare(api):
    kind = References("name")
    assert kind.same(("1",), kind.read(api))


def test_a_list_of_references_that_is_none_at_all_is_kept_as_it_is():
    kind = References("name")
    assert kind.read({"more": False}) == {"more": False}
    assert not kind.same(("1",), kind.read(7))
    assert kind.decided(kind.read(7)) and kind.show(7) == 7
    assert not References("name").decided((("", "one"),))


@pytest.mark.parametrize("raw", [5, {"ID": "1"}, [None], [{"ID": "1"}], [["1"]]])
def test_what_are_no_references(raw):
    assert fault(References("name"), raw)


@pytest.mark.parametrize("raw", [["a"], ("a",), {"a": 1}, "half \ud800"])
def test_what_is_no_text(raw):
    assert fault(ValueType(), raw)
    assert fault(Reference("name"), raw)


def test_plain_text():
    assert ValueType().parse(" a  b ") == "a  b"
    assert ValueType().parse(12) == "12"
    assert ValueType().read(None) == ""
    assert ValueType().send("a") == ValueType().show("a") == "a"
    assert Note.clears and not ValueType.clears


@pytest.mark.parametrize("raw, is_number", [(1122334455667788, True), (1e30, True), ("1122334455667788", False)])
def test_a_key_that_yaml_took_for_a_number_is_to_be_quoted(raw, is_number):
    with pytest.raises(Fault) as caught:
        KEY.parse(raw)
    assert ("quote it" in str(caught.value)) == is_number
    assert "112233" not in str(caught.value)


def test_every_horizontal_dash_and_every_space_of_unicode_is_one():
    vertical = "\ufe31\ufe32"
    marks = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Pd", "Zs") and c not in vertical]
    assert len(marks) > 35  # each Unicode has some more
    assert {Hex(16, "DevEUI").parse("70B3%sD57ED0100001" % mark) for mark in marks} == {"70B3D57ED0100001"}
