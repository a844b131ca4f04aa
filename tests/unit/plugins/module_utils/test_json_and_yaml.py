# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON and YAML files: as they are written, each key once, and no larger than they look."""

from __future__ import annotations

import time

import pytest

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine import documents
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.desired import read_desired
from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.sources import read_source
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE

E1, E2 = "70B3D57ED0100001", "70B3D57ED0100002"
KEY = "A3F07B1C9D2E48566F8190BACDE7F2D4"


def data(text: str, name: str = "f.yml") -> object:
    return (documents.read_json if name.endswith("json") else documents.read_yaml)(text, name)


def refused(text: str, name: str = "f.yml") -> str:
    with pytest.raises(OptionError) as caught:
        read_source(DEVICE, text.encode(), name)
    assert name in caught.value.message
    return caught.value.message


def values(text: str, name: str = "f.yml") -> dict:
    source = read_source(DEVICE, text.encode(), name)
    (desired,) = read_desired(DEVICE, source.rows, source.defaults)
    return desired.values


YAML_WORDS = "no NO off on yes y True 0x10 010 1_000 1.10 .inf .nan 12:30:45 2024-01-05 = 24E12 '~' \"null\" nULL"


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("word", YAML_WORDS.split())
def test_yaml_words_are_texts_as_written(word, loader, monkeypatch):
    monkeypatch.setattr(documents.yaml, "CSafeLoader", getattr(documents.yaml, loader))
    assert data("a: %s" % word) == {"a": word.strip("'\"")}
    assert data("{%s: [%s]}" % (word, word)) == {word.strip("'\""): [word.strip("'\"")]}


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL", "!!null ''"])
def test_what_yaml_has_for_nothing_is_nothing(word):
    assert data("a: %s" % word) == {"a": None}


def test_norway_and_the_flags_of_one_file():
    texts = "name: NO, tags: [no, se], domains: {Country: NO, on: off}"
    assert values("[{dev_eui: 0070B3D57ED01000, %s, suspended: no, marker_id: 012}]" % texts) == {
        "name": "NO",
        "tags": ("no", "se"),
        "domains": (("Country", "NO"), ("on", "off")),
        "suspended": False,
        "marker_id": 12,
    }


def test_json_numbers_are_texts_as_written_too():
    text = '[{"dev_eui": 24E1241234567890, "name": 1.10, "marker_id": 3, "suspended": true, "latitude": 5.21e1, "longitude": -4}]'
    source = read_source(DEVICE, text.encode(), "f.json")
    (desired,) = read_desired(DEVICE, source.rows)
    assert (desired.identity, desired.values["name"]) == ("24E1241234567890", "1.10")
    assert (desired.values["marker_id"], desired.values["suspended"]) == (3, True)
    assert (desired.values["latitude"], desired.values["longitude"]) == (52.1, -4.0)
    assert data("[%s]" % ("9" * 5000), "f.json") == ["9" * 5000]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_programs_write_for_no_number_is_refused(word):
    with pytest.raises(OptionError, match="^src f.json holds %s in line 3, which is not valid JSON" % word):
        data('[{"dev_eui": "NaN Infinity"},\n{\n"name": %s}]' % word, "f.json")


REPEATED = [
    ("devices:\n- dev_eui: %s\ndevices:\n- dev_eui: %s\n" % (E1, E2), '"devices" in line 3'),
    ("- dev_eui: %s\n  name: a\n  app_key: %s\n  name: b" % (E1, KEY), '"name" in line 4'),
    ("- dev_eui: %s\n  domains: {Site: a,\n   Use: b, Site: c}" % E1, '"Site" in line 3'),
    ("- dev_eui: %s\n  inactivity_alarm:\n  - level: 3\n    level: 4\n    duration: P2D" % E1, '"level" in line 4'),
    ("defaults: {}\ndevices: []\ndefaults: {}", '"defaults" in line 3'),
    ("- {dev_eui: %s, 'name': a, ? name : b}" % E1, '"name" in line 1'),
    ('- {dev_eui: %s, yes: a, "yes": b}' % E1, '"yes" in line 1'),
    ("- &a name\n- {*a : b, name: c}", '"name" in line 2'),
]


@pytest.mark.parametrize(("text", "part"), REPEATED)
def test_repeated_keys_in_yaml(text, part):
    said = refused(text)
    assert part in said
    assert KEY[:6] not in said and E1 not in said and E2 not in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"devices": [],\n "devices": []}', '"devices" in line 2'),
        ('[{"dev_eui": "%s",\n"app_key": "%s",\n "app_key":\n "x"}]' % (E1, KEY), '"app_key" in line 3'),
        ('[{"domains": {"Site": "a:{[",\r\n"S\\u0069te": "b"}}]', '"Site" in line 2'),
        ('{"devices": [[{"level": {"a": "\\"", "b": 1}, "c": [1, {}]}, {}]], "defaults": {"x": 1,\n\n"x": 1}}', '"x" in line 3'),
    ],
)
def test_repeated_keys_in_json(text, part):
    said = refused(text, "f.json")
    assert part in said
    assert KEY[:6] not in said and E1 not in said


def test_all_repetitions_are_told_but_for_a_flood():
    assert '"a" in line 2, "b" in line 3. ' in refused("a: {b: 1}\na: {b: 1,\n  b: 2}\n")
    assert "and 7 more" in refused("\n".join("a: 1" for _number in range(13)))
    assert "and 7 more" in refused("{%s}" % ",\n".join('"a": 1' for _number in range(13)), "f.json")


def test_the_same_key_in_another_place_is_no_repetition():
    assert data("a: {a: {a: 1}}\nb: [{a: 1}, {a: 2}]") == {"a": {"a": {"a": "1"}}, "b": [{"a": "1"}, {"a": "2"}]}
    assert data('{"a": {"a": "a"}, "b": [{"a": 1}, {"a": 2}]}', "f.json")["a"] == {"a": "a"}


MERGED = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: %s"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{<<: *x, b: 3}", {"a": "1", "b": "3"}),
        ("{b: 3, <<: *x}", {"a": "1", "b": "3"}),
        ("{<<: [*x, *y]}", {"a": "1", "b": "1", "c": "2"}),
        ("{<<: *x, <<: *y}", {"a": "1", "b": "1", "c": "2"}),
        ("{<<: [*y, *x], c: 3}", {"a": "1", "b": "2", "c": "3"}),
        ("{<<: {d: *x}}", {"d": {"a": "1", "b": "1"}}),
        ("{'<<': *x}", {"<<": {"a": "1", "b": "1"}}),
        ("[*x, *x]", [{"a": "1", "b": "1"}] * 2),
    ],
)
def test_merge_keys_and_aliases(text, expected):
    assert data(MERGED % text)["z"] == expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: *b", 'the alias "b" in line 1 without an anchor'),
        ("a: &a\n  b: *a", 'the alias "a" in line 2 inside the value that it refers to'),
        ("a: 1\n<<: 2", "<< in line 2 without a dictionary"),
        ("? [a]\n: 1", "a key that is not a text in line 1"),
        ("- 1\n---\n- 2", "second YAML document from line 2"),
        ("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61", 'the tag "!vault" in line 1'),
        ("a: !!python/object/apply:os.system [ls]", "the tag"),
        ("a: !!binary aGk=", "the tag"),
        ("a: 1\nb: \x1b[31m", "U+001B in line 2"),
        ("a: %s%s" % ("[" * 101, "]" * 101), "nested too deeply (line 1)"),
        ("a: %s" % ("[" * 100_000), "nested too deeply (line 1)"),  # one of the two parsers has a limit of its own
        ("a: %s" % ("{a: " * 100_000), "nested too deeply (line 1)"),
        ("- " * 5000, "nested too deeply (line 1)"),
        ("a:\n\t- b", "is not valid YAML (line 2)"),
        ("a: 'b", "is not valid YAML (line 1)"),
        ("", "is empty"),
        ("# nothing", "must be a list of devices"),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_yaml_that_is_refused(text, part, loader, monkeypatch):
    monkeypatch.setattr(documents.yaml, "CSafeLoader", getattr(documents.yaml, loader))
    assert part in refused(text)


def laughs(depth: int, width: int) -> str:
    lines = ["a0: &a0 [%s]" % ", ".join("x" for _number in range(width))]
    return "\n".join(lines + ["a%d: &a%d [%s]" % (n, n, ", ".join(["*a%d" % (n - 1)] * width)) for n in range(1, depth)])


@pytest.mark.parametrize(
    "text",
    [
        laughs(9, 10),
        laughs(30, 3),
        "a: &a {%s}\nb: [%s]" % (", ".join("k%d: v" % n for n in range(4000)), ", ".join(["{<<: *a}"] * 4000)),
    ],
)
def test_aliases_that_multiply_are_refused_at_once(text):
    started = time.monotonic()
    assert "when its aliases are expanded (line" in refused(text)
    assert time.monotonic() - started < 5


def test_aliases_for_a_large_fleet_are_fine():
    device = "- {<<: *all, dev_eui: %016X, inactivity_alarm: *alarm}"
    lines = ["defaults: {tags: &tags [a, b], domains: &all {tags: *tags}, inactivity_alarm: &alarm [{level: 3, duration: P2D}]}"]
    text = "\n".join([*lines, "devices:", *(device % number for number in range(2000))])
    source = read_source(DEVICE, text.encode(), "f.yml")
    assert len(source.rows) == 2000 and source.rows[1999].raw["inactivity_alarm"] == [{"level": "3", "duration": "P2D"}]


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_json_that_is_too_deep(text):
    assert "nested too deeply" in refused(text, "f.json")


def test_without_pyyaml_the_sentence_says_so(monkeypatch):
    monkeypatch.setattr(documents, "HAS_YAML", False)
    assert "PyYAML is missing" in refused("[]")
    assert read_source(DEVICE, b'[{"dev_eui": "%s"}]' % E1.encode(), "f.json").rows


def test_a_mark_between_files_pasted_together_is_dropped():
    text = "\ufeff\ufeffdevices:\n\ufeff- {dev_eui: %s, name: a}" % E1
    assert values(text)["name"] == "a"
    assert '"devices" in line 2' in refused("devices: []\n\ufeffdevices: []")
