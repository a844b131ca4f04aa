# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a filter takes, in which spelling it goes on, and what it refuses."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.rules import EUI
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.filters import (
    EUI_PREFIX,
    Choices,
    Measure,
    Prefix,
    Time,
    moment,
)
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.texts import Fault
from ansible_collections.lorawan.thingpark.plugins.module_utils._schema.values import SEPARATORS


@pytest.mark.parametrize("separator", [chr(code) for code in SEPARATORS])
def test_a_prefix_is_spelled_as_its_eui(separator):
    for whole in ("24E124785C421885", "0012345678901234"):
        pairs = [whole[at : at + 2].lower() for at in range(0, 16, 2)]
        assert EUI.parse(separator.join(pairs)) == whole
        for count in range(1, 9):
            assert EUI_PREFIX.parse(separator.join(pairs[:count])) == whole[: 2 * count]
            assert EUI_PREFIX.parse(separator.join(pairs[:count]) + separator) == whole[: 2 * count]
    assert EUI_PREFIX.parse(" 24e12 ") == "24E12" and EUI_PREFIX.parse(24) == "24"


NO_PREFIXES = ["0x24E124", "24E124*", "2.4e+125", "24E124785C4218850000", "milesight", "", " ", "-", "24E1%", "24,E1", "²4"]
NO_PREFIXES += ["10.1", "24.0", "2.4e12", "1.0E5", 10.12, float("inf"), float("nan"), "inf", None, ["24"], True]


@pytest.mark.parametrize("text", NO_PREFIXES)
def test_what_is_no_prefix(text):
    with pytest.raises(Fault, match="must be 1 to 16 hexadecimal digits|is the number"):
        EUI_PREFIX.parse(text)


TIMES = [
    ("2018-08-24T09:27:59Z", "2018-08-24T09:27:59Z"),
    ("2018-08-24T09:27:59.512Z", "2018-08-24T09:27:59.512Z"),
    ("2018-08-24t09:27:59z", "2018-08-24T09:27:59Z"),
    ("2018-08-24T09:27", "2018-08-24T09:27:00"),
    ("2018-08-24T09:27:59+02:00", "2018-08-24T09:27:59+02:00"),
    ("2018-08-24T09:27:59-0230", "2018-08-24T09:27:59-02:30"),
    ("2018-08-24T09:27:59+02", "2018-08-24T09:27:59+02:00"),
    ("2018-08-24 09:27:59+00:00", "2018-08-24T09:27:59+00:00"),
    ("2018-08-24 09:27:59.5 -05:00", "2018-08-24T09:27:59.500-05:00"),
    ("2018-08-24 09:27:59.123456", "2018-08-24T09:27:59.123"),
    (" 2018-08-24T09:27:59Z\n", "2018-08-24T09:27:59Z"),
    ("2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z"),
]


@pytest.mark.parametrize("given,sent", TIMES)
def test_a_time_goes_on_in_one_spelling(given, sent):
    assert Time().parse(given) == Time(ends=True).parse(given) == sent
    assert moment(sent).minute == 27 or moment(sent).day == 29


UTC = datetime.timezone.utc
BARE = [
    datetime.datetime(2018, 8, 24, 9, 27, 59, tzinfo=UTC),
    datetime.datetime(2018, 8, 24, 9, 27, 59),
    datetime.datetime(2018, 8, 24, 9, 27, 59, 512000, tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))),
]


@pytest.mark.parametrize("time", BARE)
def test_times_without_quotation_marks(time):
    """YAML makes them Python's times, and the frames make texts of those, one way or the other."""
    for given in (time, str(time), time.isoformat()):
        assert moment(Time().parse(given)) == time


@pytest.mark.parametrize("day", ["2018-08-24", datetime.date(2018, 8, 24)])
def test_a_date_alone_is_the_whole_day(day):
    assert (Time().parse(day), Time(ends=True).parse(day)) == ("2018-08-24T00:00:00", "2018-08-24T23:59:59.999")


NO_TIMES = ["yesterday", "2018-02-30", "2018-02-30T00:00:00Z", "2018-13-01T00:00:00Z", "2018-08-24T24:00:00Z", "20180824"]
NO_TIMES += ["2018-08-24T09:27:59+25:00", "2018-08-24T09:60Z", "2018-08-24T09", "2018-08-24T", "1535102879", 1535102879, "", "Z"]
NO_TIMES += ["0000-01-01T00:00:00Z", "2018-08-24T09:27:59Z tomorrow", "２018-08-24", ["2018-08-24"], True, 2018.5]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time(text):
    with pytest.raises(Fault, match="must be a date and time like|must be a text|quote it"):
        Time().parse(text)


@pytest.mark.parametrize("given,value", [(-10.5, -10.5), ("-10.5", -10.5), (20, 20.0), (-200, -200.0)])
def test_a_measure(given, value):
    assert Measure(-200, 20).parse(given) == value


@pytest.mark.parametrize("given", ["nan", float("nan"), float("inf"), "-inf", 110, -201, "much", True, "1e999", "10,5", None])
def test_what_is_no_measure(given):
    with pytest.raises(Fault, match="must be a number from -200 to 20, got "):
        Measure(-200, 20).parse(given)


@pytest.mark.parametrize("given,value", [("park", "park"), (" Room 1 ", "Room 1 "), ("park\n", "park"), ("\u00a0", ""), (7, "7")])
def test_how_a_name_begins(given, value):
    assert Prefix().parse(given) == value


def test_some_words():
    states = Choices("ACTIVE", "RF_CNX_ERROR")
    assert states.parse(["active", " RF-cnx error"]) == ("ACTIVE", "RF_CNX_ERROR") and states.parse("Active") == ("ACTIVE",)
    with pytest.raises(Fault, match='must be one of ACTIVE, RF_CNX_ERROR, got "gone"'):
        states.parse(["ACTIVE", "gone"])
