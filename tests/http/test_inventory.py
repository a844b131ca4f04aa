# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory's hosts, variables and groups, what they cost in requests, and that they change nothing when they are applied."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.filter.devices import devices as as_devices
from ansible_collections.lorawan.thingpark.plugins.module_utils._errors import OptionError
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.module import result_of
from ansible_collections.lorawan.thingpark.plugins.module_utils._frame.task import Context
from ansible_collections.lorawan.thingpark.plugins.module_utils._resources.device.declaration import DEVICE
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._inventory import INVENTORY, KINDS, asked, read_options
from ansible_collections.lorawan.thingpark.tests.conftest import as_much_as
from ansible_collections.lorawan.thingpark.tests.worlds import PLAINLY, PLATFORMS, worlds

WORLDS = as_much_as(4, 15, 60)  # on each platform
READABLE = [each.name for each in DEVICE.fields if not each.secret and not each.edits]


class Inventory:
    """Asks for an inventory as an account."""

    def __init__(self, account) -> None:
        self.account = account
        self.warnings: list[str] = []

    def __call__(self, **options: object) -> dict:
        params = read_options({**self.account.options, **options})
        self.warnings.clear()
        return result_of(INVENTORY, params, Context(check=True, warn=self.warnings.append))

    def hosts(self, **options: object) -> dict[str, dict]:
        """Return the hosts by name."""
        result = self(**options)
        assert "failed" not in result, result
        assert len({host["name"] for host in result["hosts"]}) == len(result["hosts"])
        return {host["name"]: host for host in result["hosts"]}


@pytest.fixture
def inventory(account) -> Inventory:
    """Return the inventory of the test's simulator."""
    return Inventory(account)


def described(hosts: dict[str, dict]) -> list[dict]:
    """Return what the role makes of the hosts' variables."""
    return as_devices([{"inventory_hostname": name, **host["vars"]} for name, host in hosts.items()])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_it_gives_changes_nothing_when_it_is_applied(start_simulator, account_on, row, platform):
    options, way = PLATFORMS[platform]
    simulator = start_simulator(**options)
    account = account_on(simulator, **way)
    inventory = Inventory(account)
    names = st.one_of(st.just(["options"]), st.just(["all"]), st.lists(st.sampled_from(READABLE), min_size=1, unique=True))

    @settings(max_examples=WORLDS, **PLAINLY)
    @given(world=worlds(platform), names=names, gather=st.sampled_from(["briefs", "devices"]))
    def law(world, names, gather):
        euis = world.build(simulator, account, row)
        rows = described(inventory.hosts(hostvars=names, gather=gather))
        note(rows)
        assert sorted(one["dev_eui"] for one in rows) == sorted(euis)
        assert all(one["create"] is False and "{{" not in one["host"] for one in rows)
        before = simulator.devices()
        result = account.tdm_fleet(devices=rows, cache=False)
        assert "failed" not in result and not result["changed"], result
        assert simulator.devices() == before
        simulator.reset()
        result = account.tdm_fleet(devices=rows, cache=False)
        assert result["failed"] and not simulator.devices(), "made anew, devices would be without their keys"

    law()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_list_is_all_that_is_asked_for(start_simulator, account_on, platform):
    options, way = PLATFORMS[platform]
    simulator = start_simulator(**options)
    inventory = Inventory(account_on(simulator, **way))
    simulator.seed(1500)

    def asked_for(**options: object) -> Counter:
        simulator.forget_requests()
        assert len(inventory.hosts(**options)) == 1500
        return Counter({path: number for path, number in simulator.requests()["by_path"].items() if "/devices" in path})

    pages = asked_for()
    assert len(pages) == 1 and set(pages.values()) == {2}, "a thousand on a page"
    assert asked_for(hostvars=["all"], group_by=list(KINDS)) == pages
    assert asked_for(gather="devices", parallel=2).total() >= 1500


def test_groups_say_what_a_device_is_and_how_it_is(simulator, account, inventory, rows):
    domains = {"Site": "Utrecht/Centraal", "Use": "Parking"}
    account.tdm_fleet(devices=rows(1, tags=["Parking", "north"], domains=domains, name="one"))
    simulator.alarm("70B3D57ED1000001", 4, 5)
    result = inventory(group_by=list(KINDS))
    (host,) = result["hosts"]
    assert sorted(host["groups"]) == [
        "alarm_level_major",
        "connectivity_plan_testing",
        "device_profile_lora_generica_1_0_2a_etsi_rx2_sf12",
        "domain_site_utrecht_centraal",
        "domain_use_parking",
        "health_init",
        "routing_profile_sensor_platform",
        "tag_north",
        "tag_parking",
    ]
    assert result["parents"] == {
        "domain_site_utrecht_centraal": "domain_site_utrecht",
        "domain_site_utrecht": "domain_site",
        "domain_use_parking": "domain_use",
    }
    assert not inventory.warnings
    assert inventory.hosts(group_by=["health"])["one"]["groups"] == ["health_init"]
    assert inventory.hosts(group_by=[])["one"]["groups"] == []


def test_servers_make_groups(simulator, account, inventory, rows):
    servers = ["TWA_100002581.1972.AS", "TWA_100002581.1973.AS"]
    account.tdm_fleet(devices=rows(1, routing_profile=None, application_servers=servers))
    (host,) = inventory.hosts(group_by=["application_server"]).values()
    assert sorted(host["groups"]) == ["application_server_building_sensors", "application_server_parking_sensors"]


def test_groups_of_one_name_are_told(account, inventory, rows):
    account.tdm_fleet(devices=rows(1, tags=["a/b", "A B"]))
    (host,) = inventory.hosts(group_by=["tag"]).values()
    assert len(set(host["groups"])) == 2 and all(name.startswith("tag_a_b_") for name in host["groups"])
    assert inventory.warnings == [
        "tag A B and tag a/b would have the same name, tag_a_b, and get a hash as suffix: rename one of them"
    ]


def test_an_older_platform_shows_less_and_that_is_told(start_simulator, account_on):
    options, way = PLATFORMS["legacy"]
    simulator = start_simulator(**options)
    inventory = Inventory(account_on(simulator, **way))
    simulator.seed(2, tags=["parking"])
    assert all("tag_parking" not in host["groups"] for host in inventory.hosts().values())
    (warning,) = inventory.warnings
    assert "lacks the values for group_by tag, domain, health, application_server: use gather: devices" in warning
    assert all("tag_parking" in host["groups"] for host in inventory.hosts(gather="devices", group_by=["tag"]).values())
    assert not inventory.warnings


def test_hosts_without_names_of_their_own_are_called_by_their_dev_eui(simulator, account, inventory, rows):
    account.tdm_fleet(devices=rows(4))
    euis = sorted(simulator.devices())
    for eui, name in zip(euis, ["twice", "twice", "{{ lookup('pipe', 'id') }}"]):
        simulator.change_device(eui, name=name)
    hosts = inventory.hosts()
    assert sorted(hosts) == [*euis[:3], "row-0004"]
    assert [hosts[eui]["vars"]["lorawan_name"] for eui in euis[:2]] == ["twice", "twice"]
    assert inventory.warnings[0].startswith("3 devices have their DevEUI as host name") and euis[0] in inventory.warnings[0]
    assert sorted(inventory.hosts(hostname="dev_eui")) == euis and not inventory.warnings


@pytest.mark.parametrize("name", ["", None, {"a": "b"}])
def test_a_name_that_is_none_renames_no_device(simulator, account, through, meddler, do, rows, name):
    account.tdm_fleet(devices=rows(1))

    def change(data: dict) -> None:
        data["briefs"][0].update({"name": name, "ansible_connection": "ssh", "a b": 1, "{{ x }}": 2})

    meddler.on("GET", "/devices", do.edited(change), times=1)
    hosts = Inventory(through).hosts(hostvars=["all"])
    assert list(hosts) == ["70B3D57ED1000001"]
    (host,) = hosts.values()
    assert all(variable.startswith(("lorawan_", "thingpark_")) and variable.isidentifier() for variable in host["vars"])
    result = account.tdm_fleet(devices=described(hosts))
    assert "failed" not in result and not result["changed"], result


def test_variables_are_those_that_are_asked_for(account, inventory, rows):
    account.tdm_fleet(devices=rows(1, tags=["north"], customer_admin_data="floor 3"))

    def variables(**options: object) -> dict:
        (host,) = inventory.hosts(**options).values()
        return host["vars"]

    lean = variables()
    assert all(name.startswith("lorawan_") for name in lean)
    assert (lean["lorawan_name"], lean["lorawan_create"], lean["lorawan_tags"]) == ("row-0001", False, ["north"])
    every = variables(hostvars=["all"])
    assert lean.items() <= every.items() and every["thingpark_health_state"] == "INIT"
    assert variables(hostvars=["health_state", "alarm_level"]) == {"thingpark_health_state": "INIT", "thingpark_alarm_level": 0}
    assert variables(hostvars="tags", hostvars_prefix="lora_") == {
        "lora_dev_eui": "70B3D57ED1000001",
        "lora_create": False,
        "lora_tags": ["north"],
    }
    assert variables(hostvars=["options", "health_state"], facts_prefix="is_") == {**lean, "is_health_state": "INIT"}
    assert not inventory.warnings
    variables(hostvars=["helth_state", "tags"])
    hint = "which the platform shows for none of these devices: correct it, or remove it"
    assert inventory.warnings == ["hostvars names helth_state (did you mean health_state?), " + hint]


def test_filters_are_those_of_the_module_that_shows_devices(simulator, account, inventory, rows):
    account.tdm_fleet(devices=[*rows(2, tags=["north"]), *rows(3)[2:]])
    assert sorted(inventory.hosts(filters={"tag": "north"})) == ["row-0001", "row-0002"]
    assert sorted(inventory.hosts(filters={"eui_prefix": "70b3d57ed1000003", "connectivity_plan": "Testing"})) == ["row-0003"]
    assert inventory.hosts(filters={"silent_for": "PT1S", "tag": "south"}) == {} and not inventory.warnings
    result = inventory(filters={"tag": "no<tag>"})
    assert result["failed"] and result["msg"].startswith('tag has the tag "no<tag>"')


@pytest.mark.parametrize(
    "options,message",
    [
        ({"group_by": ["colour"]}, "the inventory has an invalid option: value of group_by must be one or more of"),
        ({"filters": {"tagg": "x"}}, "the inventory has no option filters.tagg (did you mean tag?): correct"),
        ({"filters": {"silent_for": "P1D", "last_up_before": "2020-01-01T00:00:00Z"}}, "mutually exclusive: last_up_before"),
        ({"filters": {"name": 1.10}}, "filters.name must be a text, but is a number with a fraction"),
        ({"password": ["a-secret-word"]}, "password must be a text, but is a list"),
        ({"timeout": "a-secret-word", "password": "a-secret-word"}, "timeout must be a number with a decimal point"),
        ({"hostvars_prefix": "ansible_"}, "hostvars_prefix must be a prefix for variable names"),
        ({"facts_prefix": ""}, "facts_prefix must be a prefix for variable names"),
        ({"hostvars": ["app_key"]}, "hostvars names app_key, which is a secret and can't be read: remove it"),
        ({"hostvars": ["add_tags"]}, "hostvars names add_tags, which describes a change and is not a value of a device"),
        ({"parallel": 0}, "parallel must be from 1 to 64, got 0"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_before_anything_is_sent(simulator, inventory, options, message):
    try:
        result = inventory(**options)
        found = result["msg"]
    except OptionError as error:
        found = error.message
    assert message in found and "a-secret-word" not in found.replace('got "a-secret-word"', "")
    assert simulator.requests()["by_path"] == {}


def test_a_refused_password_goes_out_once(simulator, account):
    wrong = Inventory(account.with_options(password="a-wrong-password"))
    results = [wrong() for _time in range(5)]
    assert all(result["failed"] and "a-wrong-password" not in result["msg"] for result in results)
    assert "It is held back for 15 minutes" in results[-1]["msg"]
    assert simulator.requests()["by_path"] == {"POST /thingpark/smp/rest/login": 1}
    assert Inventory(account)() == {"changed": False, "hosts": [], "parents": {}}


def test_a_session_in_a_file_is_used_and_left_open(simulator, account, inventory):
    simulator.seed(3)
    file = account.tdm_session()["session_file"]
    simulator.forget_requests()
    shared = Inventory(account.with_options(login=None, password=None, session_file=file))
    assert len(shared.hosts()) == 3 and len(shared.hosts()) == 3
    assert set(simulator.requests()["by_path"]) == {"GET /thingpark/wireless/rest/subscriptions/100/devices"}
    assert simulator.sessions()["sessions"] == 1


def test_a_cache_is_asked_by_what_would_be_asked_for(account):
    params = read_options(account.options)
    assert asked(params) == asked({**params, "password": "another"})
    others = [{"filters": {"tag": "x"}}, {"login": "other@example.com"}, {"hostvars": ["all"]}, {"group_by": []}]
    assert len({asked(read_options({**account.options, **other})) for other in [{}, *others]}) == 5
