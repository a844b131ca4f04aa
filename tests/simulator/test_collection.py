# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of resource that nobody has heard of needs its declaration, and nothing else; files of older simulators are read."""

from __future__ import annotations

import importlib
import json

import pytest

BODY = {"name": "north", "colour": "red"}


class Kind:
    """Gates, declared here alone, and their operations on a platform of their own."""

    def __init__(self):
        def part(name):
            return importlib.import_module("tdm_simulator." + name)

        self.part = part
        shapes, filters = part("api.shapes"), part("api.filters")
        colours = shapes.Text(choices=("red", "green"))
        self.declared = part("api.collection").Collection(
            path="/gates",
            item="/gates/{gateUid}",
            title="gate",
            table="gates",
            roots=("gates", "gate"),
            shape=shapes.Thing(name=shapes.NAME, colour=colours, height=shapes.Number(1, 9), occContext=shapes.OCC),
            needed=("name", "colour"),
            refused=("occContext",),
            fixed=("colour",),
            stored=dict.fromkeys(("name", "colour", "height")),
            filters={"name": filters.begins("name")},
            order=("ID", "name"),
            new=lambda call, _body: {"ID": "G%d" % self.declared.of(call.world).next, "height": 1},
        )
        self.world = part("world.world").World(part("settings").Settings(page_size_min=2))
        self.routes = part("api.operations").Routes(self.declared.operations())

    def call(self, method, path, body=None, **query):
        """(status or key of the refusal, document) of a request."""
        request = self.part("http.messages").Request(method, path, {name: [text] for name, text in query.items()}, {})
        request.body = json.dumps(body).encode()
        methods, parts = self.routes.find(path)
        try:
            methods[method].check_query(request)
            answer = methods[method].handler(self.part("api.operations").Call(request, self.world, "me"), *parts)
        except self.part("errors").ApiError as refusal:
            return refusal.key, refusal.message
        return answer.status, json.loads(answer.body) if answer.body else None


@pytest.fixture
def gates(package):
    """The new kind of resource."""
    return Kind()


def test_it_is_created_read_updated_and_deleted(gates):
    status, made = gates.call("POST", "/gates", BODY)
    assert status == 201 and {**made, **BODY, "ID": "G1", "uid": 1, "version": 1, "who": "me"} == made
    assert gates.call("PUT", "/gates/1", {"height": 3, "occContext": {"version": 1}})[1]["height"] == 3
    assert gates.call("GET", "/gates/1")[1]["version"] == 2
    assert gates.call("DELETE", "/gates/1") == (204, None)
    assert gates.call("GET", "/gates/1") == ("resource_not_found", "No gate for the given uid : 1")


@pytest.mark.parametrize(
    "method, body, refusal",
    [
        ("POST", {"name": "north"}, "missing"),
        ("POST", {**BODY, "occContext": {"version": 1}}, "create_forbidden"),
        ("POST", {**BODY, "height": 10}, "invalid"),
        ("PUT", {"colour": "green"}, "update_forbidden"),
        ("PUT", {"name": "new", "occContext": {"version": 7}}, "stale"),
    ],
)
def test_its_rules_hold(gates, method, body, refusal):
    gates.call("POST", "/gates", BODY)
    assert gates.call(method, "/gates" if method == "POST" else "/gates/1", body)[0] == refusal
    assert gates.call("GET", "/gates/1")[1]["version"] == 1 and len(gates.world.tables["gates"]) == 1


def test_a_setting_makes_its_version_needed(gates):
    gates.call("POST", "/gates", BODY)
    gates.world.settings.occ_required = True
    assert gates.call("PUT", "/gates/1", {"name": "new"})[0] == "occ_missing"
    assert gates.call("PUT", "/gates/1", {"name": "new"}, force="true")[0] == 200


def test_it_is_listed_by_filter_order_and_page(gates):
    for name in ("north", "south", "northwest"):
        gates.call("POST", "/gates", {**BODY, "name": name})

    def names(**query):
        document = gates.call("GET", "/gates", **query)[1]
        return [one["name"] for one in document["briefs"]], document["more"]

    assert names() == (["north", "south"], True)
    assert names(pageIndex="2") == (["northwest"], False)
    assert names(sort="name,desc") == (["south", "northwest"], True)
    assert names(name="north") == (["north", "northwest"], False)


def test_it_is_kept_in_the_file(gates, tmp_path):
    gates.call("POST", "/gates", BODY)
    file = tmp_path / "state.json"
    file.write_text(gates.world.snapshot({"a": 1}))
    gates.world.reset()
    assert gates.call("GET", "/gates/1")[0] == "resource_not_found"
    assert gates.world.restore(str(file)) == {"a": 1}
    assert gates.call("GET", "/gates/1")[1]["name"] == "north"
    assert gates.call("POST", "/gates", BODY)[1]["uid"] == 2


def test_the_file_of_an_older_simulator_is_read(gates, tmp_path):
    seeding = gates.part("testing.seeding")
    (eui,) = seeding.seed(gates.world, 1)
    device, servers = gates.world.devices[eui], dict(gates.world.servers)
    old = {"devices": [device], "next_uid": 5001, "servers": servers, "next_server": 2003, "tag_uids": {}, "extra": {}}
    file = tmp_path / "state.json"
    file.write_text(json.dumps(old))
    gates.world.restore(str(file))
    assert gates.world.devices == {eui: device} and gates.world.devices.next == 5001
    assert gates.world.servers == servers and gates.world.servers.next == 2003
    assert gates.world.used[device["plan"]] == 1 and "DEFAULT" in gates.world.routes
