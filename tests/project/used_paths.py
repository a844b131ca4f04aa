# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026, the lorawan.thingpark contributors

"""Which modules use which paths of the API: what each of them really sends to simulated platforms.

On an operator's platform, on Enterprise and on an older one, each module does all it has paths for. A test holds the paths
that came together against those that the sources make.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from tests.conftest import Simulator

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
}
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
    {"dev_eui": DEVICE["dev_eui"], "state": "absent"},
    {"dev_eui": "70B3D57ED1000002", "state": "absent"},
)
ROUTED = {**DEVICE, "dev_eui": "70B3D57ED1000003", "application_servers": None, "routing_profile": "Sensor platform"}
#: Of a multicast group, which no module makes as yet: these fail, since it isn't there.
ATTEMPTS = [
    ("tdm_alarm_info", {"multicast_group": "70B3D57ED1FFFFFF"}),
    ("tdm_alarm_ack", {"multicast_group": "70B3D57ED1FFFFFF"}),
    ("tdm_statistics_info", {"multicast_group": "70B3D57ED1FFFFFF", "gather": ["frames"]}),
    ("tdm_statistics_info", {"multicast_group": "70B3D57ED1FFFFFF", "gather": ["frame_totals"]}),
    ("tdm_downlink", {"multicast_group": "70B3D57ED1FFFFFF", "payload": "00", "f_port": 1}),
]
#: A device that was there before, with an alarm.
SEEDED: list[str] = []
OF_DEVICES = ["frames", "frame_totals", "battery_levels", "locations", "spreading_factors"]
GONE = {"dev_eui": ROUTED["dev_eui"], "state": "absent"}
ROUTES = ({}, {"routes": [{"destinations": [{"address": "https://a.example"}]}]}, {"state": "absent"})
#: A directory that isn't there: check mode writes nothing.
ADOPTED = "not-there"
#: What becomes of a routing profile.
ROUTING = (
    *(("tdm_routing_profile", {"name": "one", **wish}) for wish in ROUTES),
    *(("tdm_routing_profiles", {"routing_profiles": [{"name": "one", **wish}], "max_deletions": 1}) for wish in ROUTES),
    ("tdm_routing_profile_info", {"gather": "routing_profiles"}),
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
        *(("tdm_fleet", {"devices": [device], "max_deletions": 1}) for device in life),
        ("tdm_device_info", {"gather": "devices"}),
        ("tdm_adopt", {"dest": ADOPTED, "resources": ["devices", "application_servers"]}),
        *([] if profile == "enterprise" else [("tdm_adopt", {"dest": ADOPTED, "resources": ["routing_profiles"]})]),
        *(("tdm_application_server", {"name": "one", **wish}) for wish in ({}, {"description": "x"}, {"state": "absent"})),
        *(
            ("tdm_application_servers", {"application_servers": [{"name": "one", **wish}], "max_deletions": 1})
            for wish in ({}, {"description": "x"}, {"state": "absent"})
        ),
        ("tdm_application_server_info", {"gather": "application_servers"}),
        *([] if profile == "enterprise" else ROUTING),
    ]


def used() -> dict[str, set[str]]:
    """Return the modules that use each path, as ``/subscriptions/mine/devices``; those outside a subscription too."""
    # Names that tests.conftest gives.
    from ansible_collections.lorawan.thingpark.tests.http.conftest import Account

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
            for module, wish in [*deeds(profile), *ATTEMPTS]:
                given = {name: value for name, value in {**login, **wish}.items() if value is not None}
                simulator.forget_requests()
                result = getattr(Account(simulator.url, **given), module)(check=module == "tdm_adopt")
                assert (module, wish) in ATTEMPTS or not result.get("failed"), result
                for request in simulator.requests()["by_path"]:
                    path = request.partition(" ")[2].replace("/thingpark/wireless/rest", "")
                    found[path.replace("/subscriptions/100", "/subscriptions/mine")].add(module)
    return dict(found)
