# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML documents: the same objects as from JSON, and none of XML's traps."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from ansible_collections.lorawan.thingpark.plugins.module_utils._api import xml
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.codec import XML, NotData, decode, encode, error_document
from ansible_collections.lorawan.thingpark.plugins.module_utils._api.xml_types import CUSTOMERS, milliseconds_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.application_server import APPLICATION_SERVER
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

KIND = "application/xml;charset=UTF-8"
TYPES = {**CUSTOMERS, **DEVICE.json_types}
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def read(text: str) -> object:
    return decode(text.encode(), KIND, TYPES)


def within(inner: str, name: str = "device", attributes: str = "") -> str:
    return '<?xml version="1.0"?>\n<a:%s xmlns:a="http://www.actility.com/tpkwrls/ws/%s" %s>%s</a:%s>' % (
        name,
        name,
        attributes,
        inner,
        name,
    )


READ = [
    ("", {}),
    ("<name>x</name>", {"name": "x"}),
    ("<name/>", {"name": ""}),
    ("<name> two  words </name>", {"name": " two  words "}),
    ("<name>12</name><EUI>0012000000000012</EUI>", {"name": "12", "EUI": "0012000000000012"}),
    ("<markerID>12</markerID><lat>52.5</lat><lon>4</lon>", {"markerID": 12, "lat": 52.5, "lon": 4}),
    ("<markerID/><lat></lat>", {"markerID": None, "lat": None}),
    ("<more>true</more>", {"more": True}),
    ("<more> 0\n</more>", {"more": False}),
    ("<markerID>many</markerID><more>perhaps</more><lastUpdate>soon</lastUpdate>", None),
    ('<name xsi:nil="true"/><markerID xsi:nil="1"/>', {"name": None, "markerID": None}),
    ('<name xsi:nil="false">x</name>', {"name": "x"}),
    ("<networkSubscription>\n <ID>a</ID>\n</networkSubscription>", {"networkSubscription": {"ID": "a"}}),
    ("<occContext><version>3</version><who>J</who></occContext>", {"occContext": {"version": 3, "who": "J"}}),
    ("<alarm004>&lt;alarm004&gt;&lt;/alarm004&gt;</alarm004>", {"alarm004": "<alarm004></alarm004>"}),
    ("<alarm004><![CDATA[<alarm004/>]]></alarm004>", {"alarm004": "<alarm004/>"}),
    ("<!-- a --><name>a<!-- b -->c</name><?php ?>", {"name": "ac"}),
    ("<name>&#233;&amp;\u2713</name>", {"name": "é&✓"}),
]


@pytest.mark.parametrize("inner,data", READ, ids=[inner or "nothing" for inner, _data in READ])
def test_fields(inner, data):
    if data is None:  # what isn't of its type comes back as it is
        data = {"markerID": "many", "more": "perhaps", "lastUpdate": "soon"}
    assert read(within(inner, attributes=XSI)) == data


BRIEF = "<brief><EUI>%d</EUI><tags>%s</tags></brief>"
TAG = "<tag><name>%s</name></tag>"


@pytest.mark.parametrize("number", [0, 1, 2, 100])
@pytest.mark.parametrize("tags", [[], ["a"], ["a", "b", "c"]])
def test_lists_of_none_one_and_many(number, tags):
    briefs = "".join(BRIEF % (one, "".join(TAG % tag for tag in tags)) for one in range(number))
    data = read(within("<briefs>%s</briefs><more>false</more>" % briefs, "devices"))
    wanted = [{"EUI": str(one), "tags": [{"name": tag} for tag in tags]} for one in range(number)]
    assert data == {"briefs": wanted, "more": False}


LISTS = [
    ("<grantedPermissions><grantedPermission>x</grantedPermission></grantedPermissions>", ["x"]),
    ("<grantedPermissions>x</grantedPermissions><grantedPermissions>a</grantedPermissions>", ["x", "a"]),
    ("<grantedPermissions>x</grantedPermissions>", ["x"]),
    ("<val><val>1</val><val>2</val></val>", [1, 2]),
    ("<val>1</val><val>2</val>", [1, 2]),
    ("<val>1</val>", [1]),
    ("<val/>", []),
    ("<domains><name>b</name><group><name>a</name></group></domains>", [{"name": "b", "group": {"name": "a"}}]),
    ("<appServers><ID>1</ID></appServers><appServers><ID>2</ID></appServers>", [{"ID": "1"}, {"ID": "2"}]),
]


@pytest.mark.parametrize("inner,members", LISTS, ids=[inner for inner, _members in LISTS])
def test_lists_with_and_without_a_wrapper(inner, members):
    (found,) = read(within(inner)).values()
    assert found == members


def test_a_name_that_comes_twice_is_a_list():
    assert read(within("<novelty>a</novelty><novelty>b</novelty><other>c</other>")) == {"novelty": ["a", "b"], "other": "c"}


TIMES = [
    ("2020-01-01T00:00:00Z", 1577836800000),
    ("2020-01-01T01:00:00+01:00", 1577836800000),
    ("2019-12-31T19:30:00.000-04:30", 1577836800000),
    ("2020-01-01T00:00:00", 1577836800000),
    ("2020-01-01T00:00:00.1Z", 1577836800100),
    ("2020-01-01T00:00:00.123456789Z", 1577836800123),
    ("2019-12-31T24:00:00Z", 1577836800000),
    ("1969-12-31T23:59:59.5Z", -500),
    ("1577836800000", 1577836800000),
]


@pytest.mark.parametrize("text,milliseconds", TIMES)
def test_times(text, milliseconds):
    assert milliseconds_of(text) == milliseconds
    assert read(within("<occContext><lastUpdate>%s</lastUpdate></occContext>" % text)) == {
        "occContext": {"lastUpdate": milliseconds}
    }


@pytest.mark.parametrize(
    "text", ["2020-02-30T00:00:00Z", "2020-01-01", "99999-01-01T00:00:00Z", "yesterday", "2020-01-01T00:00:00+1"]
)
def test_what_is_no_time_stays_a_text(text):
    assert read(within("<lastUpdate>%s</lastUpdate>" % text)) == {"lastUpdate": text}


def test_a_lists_own_time_is_a_text_as_in_json():
    assert read(within("<now>2020-01-01T00:00:00Z</now><briefs/>"))["now"] == "2020-01-01T00:00:00Z"
    assert read(within("<now>2020-01-01T00:00:00Z</now>"))["now"] == 1577836800000


def test_the_error_document():
    text = within("<code>163</code><message>Invalid session</message><info1/><info2>x</info2>", "error")
    for kind in (KIND, "application/json", "", "text/xml", "application/vnd.actility+xml"):
        assert error_document(decode(text.encode(), kind)) == (163, "Invalid session, x")
    bare = b'<error xmlns="http://www.actility.com/smp/ws/common"><code>4</code></error>'
    assert error_document(decode(bare, "application/json")) == (4, "")


PAGES = [
    b"<html/>",
    b"<HTML><body>x</body></HTML>",
    b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="http://www.w3.org/1999/xhtml"></html>',
    b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    b"<!DOCTYPE html><html><br></html>",
]


@pytest.mark.parametrize("kind", [KIND, "application/json", ""])
@pytest.mark.parametrize("body", PAGES)
def test_a_page_is_never_data(body, kind):
    with pytest.raises(NotData, match="web page") as caught:
        decode(body, kind)
    assert caught.value.page


@pytest.mark.parametrize("body", [b"<div>Please log in</div>", b"<p>x", b"<device/>"])
def test_markup_that_nobody_called_xml_is_a_page(body):
    with pytest.raises(NotData) as caught:
        decode(body, "application/json")
    assert caught.value.page


BOMB = '<!DOCTYPE a [<!ENTITY a "%s">%s]><a>&z;</a>' % (
    "ha" * 10,
    "".join('<!ENTITY %s "&%s;&%s;&%s;&%s;">' % (n, *[chr(ord(n) - 1)] * 4) for n in "bcdefghijklmnopqrstuvwxyz"),
)
TRAPS = [
    BOMB,
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><name>&x;</name></a>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    '<!DOCTYPE a [<!ATTLIST a name CDATA "x">]><a/>',
    "<!DOCTYPE a><a/>",
    "<a>&undeclared;</a>",
    "<a>" * 33 + "</a>" * 33,
    "<a>" * 100_000,
]


@pytest.mark.parametrize("text", TRAPS, ids=range(len(TRAPS)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_traps(text, encoding):
    started = time.monotonic()
    with pytest.raises(NotData, match="XML") as caught:
        decode(text.encode(encoding), KIND)
    assert not caught.value.page and time.monotonic() - started < 1


def test_bounds(monkeypatch):
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 10)
    assert read(within("<a/>" * 9)) == {"a": [""] * 9}
    with pytest.raises(NotData, match="too large"):
        read(within("<a/>" * 10))


@pytest.mark.parametrize("body", [b"<a>", b"<a></b>", b"<a/><a/>", b"<a \xe9/>", b"<a>\x01</a>", b"<"])
def test_what_is_not_well_formed(body):
    with pytest.raises(NotData, match="not readable as XML") as caught:
        decode(body, KIND)
    assert not caught.value.page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding):
    text = '<?xml version="1.0" encoding="%s"?><a><name>é</name></a>' % encoding.replace("-sig", "")
    assert decode(text.encode(encoding), KIND) == {"name": "é"}


SENT = [
    {"EUI": "A" * 16, "name": "  é & <x>\r\n\t'\" ✓ ", "markerID": 5, "adminLat": 52.125, "customerAdminData": ""},
    {"networkSubscription": {"ID": None}, "occContext": {"version": 7}},
    {"networkSubscription": {"nwGeolocalization": True, "prAllowed": False}},
    {"appServers": [], "domains": [{"name": "France/Paris", "group": {"name": "Site"}}]},
    {"appServers": [{"ID": "a"}, {"ID": "b"}], "alarm004": '<alarm004><threshold1 level="3"/></alarm004>'},
    {"name": "t", "devEUIs": ["A" * 16, "B" * 16]},
]


@pytest.mark.parametrize("data", SENT)
def test_what_is_sent_reads_back(data):
    body = encode(data, XML, "device", TYPES)
    assert decode(body, KIND, TYPES) == data
    root = etree.fromstring(body)
    assert root.tag == "{http://www.actility.com/tpkwrls/ws/device}device"
    assert not [each for each in root.iterdescendants() if each.tag.startswith("{")]


def test_the_shape_of_a_list_that_is_sent():
    root = etree.fromstring(encode({"devEUIs": ["A", "B"], "networkSubscription": {"ID": None}}, XML, "tag", TYPES))
    assert [(each.tag, each.text) for each in root.find("devEUIs")] == [("devEUI", "A"), ("devEUI", "B")]
    assert root.find("networkSubscription/ID").attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}


def test_a_declaration_says_what_xml_does_not():
    values = {
        "destinations": ((("https://a", "https://b"), "*", "BLAST"),),
        "custom_http_headers": (("X-One", "1"), ("X-Two", "2")),
        "domains": (("Site", "Paris"),),
        "active": True,
        "max_timestamp_deviation": 5,
    }
    body, types = APPLICATION_SERVER.body(values), APPLICATION_SERVER.json_types
    document = encode(body, XML, "appServer", types)
    assert decode(document, KIND, types) == body
    assert [each.text for each in etree.fromstring(document).findall("destinations/destination/addresses/address")] == [
        "https://a",
        "https://b",
    ]


@pytest.mark.parametrize("text", ["\x01", "a\x00b", "\ufffe", "\x1f"])
def test_what_xml_can_not_carry(text):
    with pytest.raises(OptionError, match="name contains a control character.*body_format"):
        encode({"name": text}, XML, "device")
