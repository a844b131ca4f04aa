# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Which modules send which operations of the API: what each of them really sends to simulated platforms.

On an operator's platform, on Enterprise and on an older one, each module does all it has operations for, and tdm_request sends
every one of the contract. A test holds the paths that came together against those that the sources make.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from tests.conftest import Simulator
from tests.project.every_operation import reach

CLIENT = {"client_id": "sub-100002581/paths", "client_secret": "not-a-real-secret"}
#: The profile of a simulator, further options of it, and of the account.
PLATFORMS = (
    ("kpn", {}, {}),
    ("enterprise", CLIENT, {"auth_method": "oauth2", "login": None, "password": None, **CLIENT}),
    ("legacy", {}, {"auth_method": "digest", "subscriber_id": "100002581"}),
)
DEVICE = {
    "dev_eui": "70B3D57ED1000001",
    "name": "one",
    "activation": "OTAA",
    "app_key": "%032X" % (0xC6 << 120),
    "device_profile": "LORA/GenericA.1.0.4a_ETSI",
    "connectivity_plan": "Testing",
    "application_servers": ["Parking sensors"],
    "inactivity_alarm": [{"level": 3, "duration": "PT6H"}],
    "tags": ["a"],
    "domains": {"Site": "West"},
}
#: Its key goes encrypted; sent again it needs no other one.
SEALED = {"key_encryption": "exchange_key", "key_encryption_padding": "pkcs1v15", "update_keys": "always"}
#: The platform is asked which device profile such a tag stands for.
TAGGED = {
    **{name: value for name, value in DEVICE.items() if name not in ("dev_eui", "device_profile")},
    "onboarding_tag": "LW:D0:70B3D57ED0000000:70B3D57ED1000002:03380000",
}
#: What becomes of a device; routing profiles are for operators' platforms.
LIFE = (
    DEVICE,
    TAGGED,
    {**DEVICE, "name": "other", "tags": ["b"]},
    {**DEVICE, "name": "other", "tags": ["b"], **SEALED},
    {**DEVICE, "name": "other", "tags": ["b"], "domains": {"Site": "East"}},
    {"dev_eui": DEVICE["dev_eui"], "state": "absent"},
    {"dev_eui": "70B3D57ED1000002", "state": "absent"},
)
ROUTED = {**DEVICE, "dev_eui": "70B3D57ED1000003", "application_servers": None, "routing_profile": "Sensor platform"}
#: A device that was there before, with an alarm.
SEEDED: list[str] = []
OF_DEVICES = ["frames", "frame_totals", "battery_levels", "locations", "spreading_factors"]
GONE = {"dev_eui": ROUTED["dev_eui"], "state": "absent"}
USER = "tpk-100002581"
#: What becomes of an alarm subscription.
TOLD = ({"minimum_severity": 3}, {"minimum_severity": 4}, {"state": "absent"})
ROUTES = ({}, {"routes": [{"destinations": [{"address": "https://a.example"}]}]}, {"state": "absent"})
#: A directory that isn't there: check mode writes nothing.
ADOPTED = "not-there"
#: What becomes of a routing profile.
ROUTING = (
    *(("tdm_routing_profile", {"name": "one", **wish}) for wish in ROUTES),
    *(("tdm_routing_profiles", {"routing_profiles": [{"name": "one", **wish}], "max_deletions": 1}) for wish in ROUTES),
    ("tdm_routing_profile_info", {"gather": "routing_profiles"}),
)
GROUP = "70B3D57ED10000F0"
KEPT = {"dev_eui": GROUP, "dev_addr": "1400F00D", "class": "C", "nwk_s_key": DEVICE["app_key"], "base_station_tags": ["city"]}
#: What becomes of a multicast group.
GROUPS = (
    {**KEPT, "downlink_data_rate": 3, "connectivity_plan": "Multicast", "application_servers": ["Parking sensors"]},
    {"dev_eui": GROUP, "domains": {"Site": "West"}},
    {"dev_eui": GROUP, "base_station_tags": ["harbour"], "connectivity_plan": ""},
    {"dev_eui": GROUP, "connectivity_plan": "Multicast"},
)
#: And what is done with it, and seen of it.
CASTING = (
    *(("tdm_multicast_group", wish) for wish in GROUPS),
    *(("tdm_multicast_group_info", {"gather": what}) for what in ("multicast_groups", "base_stations")),
    *(("tdm_downlink", {"multicast_group": GROUP, "payload": "00", "f_port": port}) for port in (1, 2)),
    *(("tdm_alarm_info", {"multicast_group": GROUP, "history": past}) for past in (False, True)),
    ("tdm_alarm_ack", {"multicast_group": GROUP}),
    ("tdm_statistics_info", {"multicast_group": GROUP, "gather": ["frames", "frame_totals"]}),
    ("tdm_multicast_group", {"dev_eui": GROUP, "state": "absent"}),
    *(("tdm_multicast_groups", {"multicast_groups": [wish]}) for wish in GROUPS),
    ("tdm_multicast_groups", {"multicast_groups": [{"dev_eui": GROUP, "state": "absent"}], "max_deletions": 1}),
)


def deeds(profile: str) -> list[tuple[str, dict]]:
    """Return what is done on a platform: modules and their options."""
    from ansible_collections.lorawan.thingpark.plugins.module_utils._tasks.catalogue_info import KINDS

    life = [*LIFE, *([] if profile == "enterprise" else [ROUTED, GONE])]
    return [
        *(("tdm_alarm_info", {"dev_eui": SEEDED, **wish}) for wish in ({}, {"history": True}, {"domain": {"a": "b"}})),
        *(("tdm_alarm_info", wish) for wish in ({"history": True}, {"gather": "summary"})),
        ("tdm_alarm_ack", {"dev_eui": SEEDED}),
        ("tdm_downlink", {"dev_eui": SEEDED[0], "payload": "00", "f_port": 1}),
        ("tdm_device_reset", {"dev_eui": SEEDED[0]}),
        ("tdm_statistics_info", {"dev_eui": SEEDED, "gather": OF_DEVICES}),
        ("tdm_statistics_info", {"gather": ["counters", "frame_totals"]}),
        ("tdm_statistics_info", {"gather": ["frames", "frame_totals"], "scope": "multicast_groups"}),
        ("tdm_catalogue_info", {"gather": list(KINDS), "query": "c", "base_station_tag": "city", "details": True}),
        ("tdm_request", {"path": "/ismBands"}),
        ("tdm_session", {}),
        ("tdm_session", {}),  # is it alive?
        ("tdm_session", {"state": "absent"}),
        ("tdm_subscriber_info", {}),
        *(("tdm_device", device) for device in life),
        *(("tdm_fleet", _as_fleet(device)) for device in life),
        *(("tdm_fleet", {**_as_fleet(device), "bulk": "always"}) for device in life[-2:]),
        ("tdm_device_info", {"gather": "devices"}),
        ("tdm_adopt", {"dest": ADOPTED, "resources": ["devices", "application_servers"]}),
        ("tdm_report", {}),
        *([] if profile == "enterprise" else [("tdm_adopt", {"dest": ADOPTED, "resources": ["routing_profiles"]})]),
        *(("tdm_application_server", {"name": "one", **wish}) for wish in ({}, {"description": "x"}, {"state": "absent"})),
        *(
            ("tdm_application_servers", {"application_servers": [{"name": "one", **wish}], "max_deletions": 1})
            for wish in ({}, {"description": "x"}, {"state": "absent"})
        ),
        ("tdm_application_server_info", {"gather": "application_servers"}),
        *(("tdm_subscription", {name: value}) for name, value in (("ns_id", "0" * 16), ("segregation_id", "0" * 8))),
        ("tdm_subscription", {"default_ism_bands": ["us915"]}),
        ("tdm_device", {"dev_eui": SEEDED[0], "lorawan_debug": True}),
        ("tdm_fleet", {"devices": [{"dev_eui": SEEDED[0], "lorawan_debug": False}]}),
        *(("tdm_alarm_subscription", {"thingpark_id": USER, **wish}) for wish in TOLD),
        *(
            ("tdm_alarm_subscriptions", {"alarm_subscriptions": [{"thingpark_id": USER, **wish}], "max_deletions": 1})
            for wish in TOLD
        ),
        ("tdm_alarm_subscriptions", {"alarm_subscriptions": [{"thingpark_id": one} for one in "abcdefghijk"], "state": "absent"}),
        ("tdm_alarm_subscription_info", {}),
        ("tdm_alarm_subscription_info", {"thingpark_id": [USER]}),
        *([] if profile == "enterprise" else ROUTING),
        *CASTING,
    ]


def _as_fleet(device: dict) -> dict:
    """Return the options of a fleet with this device alone."""
    own = {name: value for name, value in device.items() if name in SEALED}
    return {"devices": [{name: value for name, value in device.items() if name not in own}], "max_deletions": 1, **own}


def used() -> dict[str, set[str]]:
    """Return the modules that send each operation, as ``GET /subscriptions/mine/devices``; those outside a subscription too."""
    found: dict[str, set[str]] = defaultdict(set)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TDM_")}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {**environment, "ANSIBLE_HOME": folder}, clear=True))
        for profile, options, account in PLATFORMS:
            place = Path(folder, profile)
            place.mkdir()
            simulator = Simulator(place, profile=profile, **options)
            stack.callback(simulator.stop)
            login = {"login": simulator.login, "password": simulator.password, **account}
            SEEDED[:] = [simulator.seed(1)["first"]]
            simulator.alarm(SEEDED[0], 4, 5)
            run = Run(simulator, login, found)
            for module, wish in deeds(profile):
                result = run.play(module, wish, check=module == "tdm_adopt")
                assert not result.get("failed"), result
            if profile == "enterprise":
                simulator.alarm(SEEDED[0], 1, 5)
                reach(run.ask, simulator, SEEDED[0], place)
    return dict(found)


class Run:
    """Plays modules on one platform, and notes what each of them sends."""

    def __init__(self, simulator: Simulator, login: dict, found: dict[str, set[str]]) -> None:
        self._simulator, self._login, self._found = simulator, login, found

    def play(self, module: str, wish: dict, check: bool = False) -> dict:
        """Return the result of a module."""
        # A name that tests.conftest gives.
        from ansible_collections.lorawan.thingpark.tests.http.conftest import Account

        given = {name: value for name, value in {**self._login, **wish}.items() if value is not None}
        self._simulator.forget_requests()
        result = getattr(Account(self._simulator.url, **given), module)(check=check)
        for request in self._simulator.requests()["by_path"]:
            operation = request.replace("/thingpark/wireless/rest", "").replace("/subscriptions/100", "/subscriptions/mine")
            self._found[operation].add(module)
        return result

    def ask(self, path: str, method: str = "GET", **options: object) -> object:
        """Return what tdm_request gets as an answer."""
        result = self.play("tdm_request", {"path": path, "method": method, **options})
        assert not result.get("failed"), (method, path, result)
        return result.get("data")
