# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An import CSV as spreadsheets, mail programs and vendors leave it: nothing in it is misread, and each fault has its place."""

from __future__ import annotations

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import BadInput, OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.import_csv import LETTERS

E1, E2, E3 = "70B3D57ED0100001", "70B3D57ED0100002", "70B3D57ED0100003"
KEY, JOIN = "A3F07B1C9D2E48566F8190BACDE7F2D4", "1122334455667788"
LEGAL = "CREATE_OTAA;%s;;PROFILE;%s;%s" % (E1, JOIN, KEY)
WORDS = """
    #N/A #NV #REF! #BEZUG! #VALUE! #WERT! #WAARDE! #NAME? #NAAM? #DIV/0! #DEEL/0! #NUM! #GETAL! #NULL! #LEEG!
    #SPILL! #ÜBERLAUF! #OVERLOOP! #CALC! #GETTING_DATA #BLOCKED! #VALEUR! #NOM? #¡VALOR! #¿NOMBRE? #RIF! #N/D #N/V
    Err:502 Fout:508 #ERROR! Loading... Laden… #JAKO/0! #DĚLENÍ_NULOU! #ЗНАЧ! #Н/Д #HIÁNYZIK #ARG! #n/a #ref!
    ####### #Error #Fehler! #FEHLER #Type! #ADR! #SAKNAS! #ССЫЛ! #ΔΙΑΙΡ./0! Fehler:502 ＃N/A ＃ＲＥＦ！
"""
ERRORS = WORDS.split()


def read(text: str) -> list:
    source = read_source(DEVICE, text.encode(), "fleet.csv")
    return read_desired(DEVICE, source.rows, source.defaults)


def found(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BadInput) as caught:
        read(text)
    return [(each["where"], each["option"], each["message"]) for each in caught.value.facts["findings"]]


def refused(text: str) -> str:
    with pytest.raises(OptionError) as caught:
        read(text)
    return caught.value.message


def otaa(**cells: str) -> str:
    """Return a row for the first device with more cells, by letter."""
    given = {"A": "CREATE_OTAA", "B": E1, "D": "PROFILE", "E": JOIN, "F": KEY, **cells}
    return ";".join(given.get(letter, "") for letter in LETTERS)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_error_value_in_column_a_is_no_comment(error, delimiter):
    rows = [LEGAL, "%s;%s;;PROFILE" % (error, E2), '"%s";%s;;PROFILE' % (error, E3)]
    faults = found("\n".join(rows).replace(";", delimiter))
    places = [(where, option) for where, option, message in faults if "error value" in message]
    assert places == [("lines 2, 3", "directive (column A)")]


def test_a_file_of_error_values_is_neither_empty_nor_another_table():
    assert [place[:2] for place in found("#N/A;%s\n#REF!;%s\n#ARG!;#ARG!" % (E1, E2))] == [
        ("line 1", "directive (column A)"),
        ("line 2", "directive (column A)"),
        ("line 3", "directive (column A)"),
        ("line 3", "dev_eui (column B)"),
    ]
    assert [place[0] for place in found("#NAME?")] == ["line 1", "line 1"]


@pytest.mark.parametrize("letter", LETTERS[1:])
def test_an_error_value_is_found_in_every_column(letter):
    for error in ERRORS:
        (one,) = found(otaa(**{"L": "5", "M": "5", letter: error}))
        assert one[0] == "line 1" and one[1].lower().endswith("column %s)" % letter.lower()) or one[1] == "column %s" % letter
        assert "an error value of a spreadsheet" in one[2]


@pytest.mark.parametrize("row", ["DELETE;%s;;#N/A", "UPDATE_OTAA;%s;;#N/A", "CREATE_ABP;%s;04F5F519;#N/A;%s"])
def test_an_error_value_is_found_in_every_row(row):
    (one,) = found(row.replace("%s", E1, 1).replace("%s", KEY))
    assert one[0] == "line 1" and "column D" in one[1]


@pytest.mark.parametrize(
    "comment",
    [
        "# text",
        "#type,DevEUI,devAddr",
        "#type;DevEUI;devAddr",
        "#CREATE_OTAA;%s;;PROFILE" % E2,
        "#N/A means: not delivered; 3 of them",
        "#ACHTUNG!;nicht sortieren",
        "#WICHTIG!;siehe Zeile 3",
        "#Achtung!",
        "#;%s" % E2,
        "#DELETE;%s" % E2,
        "##CREATE-ABP;%s" % E2,
        "#CREATE_CELLULAR;%s" % E2,
        '#"DELETE";"%s"' % E2,
        "#error: %s is missing" % E2,
        "#note",
        "#note;",
        "#note;see 12 May",
        "# N/A;%s" % E2,
        "#" * 40,
        "# REF! 12",
        "#!shebang",
        '"#note; 1"',
        "\ufeff# at the head of a second file",
        "#1;2",
    ],
)
def test_a_real_comment_still_is_one(comment):
    assert [desired.where for desired in read("%s\n%s" % (comment, LEGAL))] == ["line 2"]
    assert [desired.where for desired in read("%s\n%s" % (LEGAL, comment))] == ["line 1"]


SPELLED = [E2, E2.lower(), "-".join(E2), "'" + E2, "0x" + E2, "7,01346E+15", "LW:D0:%s:%s:00110022" % (JOIN, E2), "#ADR!", "#N/A"]


@pytest.mark.parametrize("word", ["#Deleted", "#ОЖИДАНИЕ_ДАННЫХ", "#正在获取数据", "#Ref", "#12", "#CREATE_OTA", "#Tor!", "#x/0"])
@pytest.mark.parametrize("eui", SPELLED)
def test_a_word_before_a_device_may_be_an_error_value(word, eui):
    for delimiter in ",;\t":
        row = '%s%s"%s"%sPROFILE' % (word, delimiter, eui, delimiter)
        told = [one for one in found(row + "\n" + row) if one[1] == "directive (column A)"]
        assert told and told[0][0] == "lines 1, 2"
        assert "looks like an error value of a spreadsheet" in told[0][2] and "put a space after the #" in told[0][2]


@pytest.mark.parametrize("row", ["#ADR!", "#SAKNAS!;", "#ССЫЛ!;;;PROFILE", "#ADR!;70B3D57EDO100001", "#ADR!;-", "####;####"])
def test_what_has_an_error_values_shape_is_a_comment_only_before_prose(row):
    assert ("line 2", "directive (column A)") in [one[:2] for one in found("%s\n%s" % (LEGAL, row))]


NAMES = "N/A|#7|#north|Err: 502|Bld:501|REF!|#3 Hall!|loading|Halle:5|#Tor!|...|.."


@pytest.mark.parametrize("name", NAMES.split("|"))
def test_a_name_that_only_resembles_an_error_value_is_kept(name):
    (desired,) = read(otaa(K=name))
    assert desired.values["name"] == name


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;;", "\ufeffsep=;", "Sep=; ", "# note\nsep=;", "sep="])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_line_about_the_separator(first, end):
    lines = [*first.split("\n"), "CREATE_OTAA;%s;;PROFILE;%s;%s;;;;;a, b;52,1;5,5" % (E1, JOIN, KEY)]
    (desired,) = read(end.join(lines))
    assert (desired.values["name"], desired.values["latitude"]) == ("a, b", 52.1)
    assert desired.where == "line %d" % len(lines)


@pytest.mark.parametrize(("told", "mark"), [("\t", "\t"), ("\\t", "\t"), (",", ","), ("|", "|"), (":", ":")])
def test_it_says_which_one_it_is(told, mark):
    row = mark.join(["CREATE_OTAA", E1, "", "PROFILE", JOIN, KEY, "", "", "", "", "a; b"])
    (desired, other) = read("sep=%s\n%s\n%s" % (told, row, mark.join(["DELETE", E2])))
    assert (desired.values["name"], other.identity) == ("a; b", E2)


def test_the_line_about_the_separator_of_a_second_file_is_none_either():
    assert len(read("sep=;\n%s\nsep=;\nDELETE;%s" % (LEGAL, E2))) == 2
    assert [place[0] for place in found("sep=;\n%s\nsep=,\nDELETE;%s" % (LEGAL, E2))] == ["line 3"]


@pytest.mark.parametrize("directive", ["\ufeffDELETE", "\u00a0DELETE ", "DELETE\u3000", '\ufeff"DELETE"'])
def test_marks_and_spaces_around_a_directive(directive):
    assert [desired.absent for desired in read("%s\n%s;%s" % (LEGAL, directive, E2))] == [False, True]


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
def test_a_dash_is_a_dash(dash):
    spelled = dash.join(E2[i : i + 2] for i in range(0, 16, 2))
    text = "CREATE%sOTAA;%s;;PROFILE;%s;%s;;;;;Hall %s 2;%s4,5;5;;;;NEAR%sSTATIC" % (
        dash,
        spelled,
        dash.join(JOIN),
        dash.join(KEY),
        dash,
        dash,
        dash,
    )
    (desired,) = read(text)
    assert (desired.identity, desired.values["join_eui"], desired.values["app_key"]) == (E2, JOIN, KEY)
    assert (desired.values["name"], desired.values["latitude"]) == ("Hall %s 2" % dash, -4.5)
    assert desired.values["motion_indicator"] == "NEAR_STATIC"


@pytest.mark.parametrize("code", [0x7F, 0xAD, 0x61C, 0x200B, 0x200C, 0x200D, 0x200E, 0x202D, 0x2060, 0x3164, 0xFE0F, 0xFEFF])
@pytest.mark.parametrize("letter", ["A", "B", "D", "E", "F", "G", "H", "K", "L", "N", "Y", "AA"])
def test_a_character_that_nobody_can_see_is_named(code, letter):
    given = {"A": "CREATE_OTAA", "B": E1, "E": JOIN, "F": KEY, "L": "5", "AA": "ACTIVE"}.get(letter, "plan")
    for cell in (given + chr(code), given[:2] + chr(code) + given[2:]):
        messages = [one[2] for one in found(otaa(**({"F": ""} if letter == "Y" else {}), **{letter: cell}))]
        assert any("U+%04X as character" % code in message for message in messages)
        assert KEY[:6] not in "".join(messages)


@pytest.mark.parametrize("rows", [["SN,DevEUI,AppKey", "6785C42,%s,%s" % (E1, KEY), "6785C43,%s,%s" % (E2, KEY)]])
@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_vendors_table_is_one_fault(rows, heading, delimiter):
    if heading and delimiter != "|":
        (one,) = found("\n".join(rows).replace(",", delimiter))
        assert one[:2] == ("line 1", "column SN") and "ignore_columns" in one[2]
        return
    said = refused("\n".join(rows[not heading :]).replace(",", delimiter))
    assert "is not ThingPark's import CSV" in said and "Put headings such as" in said
    assert KEY[:6] not in said


def test_one_directive_makes_it_an_import_csv():
    assert [place[0] for place in found("SN;code\nDELETE;%s\nx;%s" % (E1, E2))] == ["line 1", "line 3"]
    assert "has headings in its first row, but line 2 is a row of" in refused("SN;DevEUI\nDELETE;%s\nx;%s" % (E1, E2))
    assert [place[0] for place in found("CREATE_CELLULAR;%s\nx;%s" % (E1, E2))] == ["line 1", "line 2"]
    assert [place[0] for place in found("CREATE_OTA;%s" % E1)] == ["line 1"]


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("7,01346E+15", "a spreadsheet converted it to a number"),
        ("7.01346E+15", "a spreadsheet converted it to a number"),
        ("7.013460000000E15", "a spreadsheet converted it to a number"),
        ("7083057000000001.0", "a spreadsheet converted it to a number"),
        ("1E+16", "a spreadsheet converted it to a number"),
        ("70830570000001", "if leading zeros are missing"),
        ("7.01346e+15", "a spreadsheet converted it to a number"),
        ("inf", "a spreadsheet converted it to a number"),
        ("2.4e+125", "a spreadsheet converted it to a number"),
        ("7.083.057.000.000.000", "a spreadsheet converted it to a number"),
        ("7,083,057,000,000,000", "a spreadsheet converted it to a number"),
        ("7\u202f083\u202f057\u202f000\u202f000\u202f000", "a spreadsheet converted it to a number"),
        ("7 083 057 000 000 000", "a spreadsheet converted it to a number"),
        ("0x" + E1, "give only the digits"),
        ("'" + E1, "give only the digits"),
        ('"=""%s"""' % E1, "give only the digits"),
        ("\u0410" + E1[1:], "is not a hexadecimal digit, but U+0410"),
        ("O" + E1[1:], "O is a letter, did you mean 0?"),
        ("l" + E1[1:], "L is a letter, did you mean 1?"),
        ("%s:%s" % (E1, E2), "it looks like two EUIs"),
        ("24E12412345678", "has 14 of 16 hexadecimal digits"),
    ],
)
def test_what_became_of_an_eui_is_said(cell, part):
    for letter in "BE":
        (one,) = found(otaa(**{letter: cell}))
        assert part in one[2] and "is not a %s" % ("DevEUI" if letter == "B" else "JoinEUI") in one[2]


@pytest.mark.parametrize("letter", ["K", "P", "Y"])
@pytest.mark.parametrize("cell", ["1,5E+20", "7.01346E+15", "2e-07"])
def test_a_name_or_token_that_became_a_number_is_refused(letter, cell):
    (one,) = found(otaa(**{"F": "" if letter == "Y" else KEY, letter: cell}))
    assert one[1].endswith("(column %s)" % letter) and "a spreadsheet converted it to a number" in one[2] and cell not in one[2]


@pytest.mark.parametrize("name", ["2.5E3", "E+20", "1E5", "Hall 1E+15", "1.500", "12345.0"])
def test_a_name_of_digits_is_one(name):
    assert read(otaa(K=name))[0].values["name"] == name


@pytest.mark.parametrize(
    "cell",
    [
        *("7083 0570 0000 0001", "70.83.05.70.00.00.00.01", "24E1241234567890"),
        *("8340000000000001", "7E15000000000000", "0012345670123456"),
    ],
)
def test_an_eui_that_looks_like_a_number_is_one(cell):
    assert read(otaa(B=cell))[0].identity == cell.replace(" ", "").replace(".", "")


def test_long_lines_and_cells():
    (one,) = found("%s\n%s;%s" % (LEGAL, "x" * 200_000, "y" * 200_000))
    assert one[0] == "line 2" and "characters in its line" in one[2]
    (two,) = found(otaa(K="x" * 20_000))
    assert two[1] == "name (column K)" and "no option takes more than 16384" in two[2]
