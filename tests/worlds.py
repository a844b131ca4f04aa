# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random platforms: devices as people, web pages and other programs leave them, not only as this collection would."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.error import HTTPError

from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

#: How worlds are tried: the same ones every day. A failure isn't made smaller, since each try costs a platform.
PLAINLY = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}

#: Each kind of platform, by its simulator's options and its account's.
OAUTH = {"auth_method": "oauth2", "client_id": "a/b", "client_secret": "c", "login": None, "password": None}
DIGEST = {"auth_method": "digest", "subscriber_id": "100002581"}
PLATFORMS = {
    "kpn": ({"profile": "kpn"}, {}),
    "kpn in XML": ({"profile": "kpn"}, {"body_format": "xml"}),
    "kpn after its upgrade": ({"profile": "kpn", "null_briefs": True}, {}),
    "enterprise": ({"profile": "enterprise", "client_id": "a/b", "client_secret": "c"}, OAUTH),
    "legacy": ({"profile": "legacy"}, DIGEST),
}
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<>"), min_size=1, max_size=40)
NAMES = st.one_of(
    st.sampled_from(
        ["park-1", "park-2", "NO", "1E+20", "no", "007", "Zürich: Bahnhof #3", "'n \"o'", "{{ 7 * 7 }}", "a, b; c", "=1+1"]
    ),
    TEXTS.map(str.strip).filter(bool),
)
TAGS = st.lists(st.sampled_from(["north", "south", "on", "2026-01-01", "{{ x }}", "a/b", "A/B"]), unique=True, max_size=3)
ALARMS = st.sampled_from(
    [
        None,
        '<alarm004><threshold1 status="ENABLE" level="3" duration="P2D"/></alarm004>',
        '<alarm004><threshold1 status="ENABLE" level="3" duration="PT48H"/>'
        '<threshold2 status="ENABLE" level="5" duration="P7D"/></alarm004>',
        '<alarm004><threshold1 status="DISABLE" level="2" duration="PT1H"/></alarm004>',
        '<alarm004><threshold1 status="ENABLE" level="3" duration="P40D"/></alarm004>',  # longer than the contract allows
    ]
)
PLACES = st.one_of(
    st.just({}),
    st.builds(
        lambda latitude, longitude, kind: {"adminLat": latitude, "adminLon": longitude, "locationType": kind},
        st.sampled_from([52.0893, -33.87, 0.0, 1e-7]),
        st.sampled_from([5.1101, 151.21, 0.0]),
        st.sampled_from([0, 1]),
    ),
    st.just({"network": [52.5, 4.5, 100], "locationType": 1}),
)
#: What others may set of any device, in the API's words.
COMMON = {
    "name": NAMES,
    "domains": st.dictionaries(st.sampled_from(["Site", "Use"]), st.sampled_from(["Utrecht/Centraal", "on", "12"])).map(
        lambda some: [{"name": name, "group": {"name": group}} for group, name in some.items()]
    ),
    "alarm004": ALARMS,
    "markerID": st.integers(0, 200),
    "customerAdminData": st.one_of(st.sampled_from(["floor 3\nleft", "{% raw %}", " edge "]), TEXTS),
    "motionIndicator": st.sampled_from(["RANDOM", "WALKING_SPEED"]),
    "driverMetadata": st.just({"application": "abeeway:asset-tracker:1"}),
    "debug": st.booleans().map(lambda on: {"nwGeoloc": on}),
    "networkSubscription": st.sampled_from([{"ID": "kpn-cs/seldom"}, {"ID": None}]),
    "suspension": st.just("SUBSCRIBER_SUSPENDED"),
    "nwAddress": st.just("12345678"),
}
EXTERNAL = {"activation": "OTAA", "join_server": "external", "app_key": None}
ABP = {"activation": "ABP", "app_key": None, "join_eui": None, "dev_addr": "0A0B0C0D", "nwk_s_key": "0F" * 16}
SERVERS = ["TWA_100002581.1972.AS", "TWA_100002581.1973.AS"]


@dataclass
class World:
    """A platform's devices: ``(how it was made, what others made of it)`` each, of which several are alike."""

    devices: list[tuple[dict, dict]]

    def build(self, simulator, account, row) -> list[str]:
        """Bring a simulator to this world; return the DevEUIs."""
        simulator.reset()
        rows = [row(number, **made) for number, (made, _changed) in enumerate(self.devices)]
        result = account.tdm_fleet(devices=rows, cache=False)
        assert "failed" not in result, result
        for one, (_made, changed) in zip(rows, self.devices):
            _change(simulator, one["dev_eui"], changed)
        return [one["dev_eui"] for one in rows]


def _change(simulator, eui: str, fields: dict) -> None:
    """Set fields of a device behind the client's back; those that the platform doesn't take stay as they are."""
    try:
        if fields:
            simulator.change_device(eui, **fields)
    except HTTPError:
        for name, value in fields.items() if len(fields) > 1 else ():
            _change(simulator, eui, {name: value} if name not in ("adminLat", "adminLon") else {})


def worlds(platform: str) -> st.SearchStrategy[World]:
    """Return random worlds for one of ``PLATFORMS``."""
    kinds = [{}, {}, EXTERNAL, *([ABP] if not platform.startswith("kpn") else [])]
    ways = [{"routing_profile": None, "application_servers": some} for some in ([], SERVERS[:1], SERVERS)]
    if platform != "enterprise":
        ways += [{}, {}]
    made = st.builds(
        lambda kind, way, tags: {**kind, **way, "tags": tags if platform != "legacy" else None},
        *(st.sampled_from(kinds), st.sampled_from(ways), TAGS),
    )
    one = st.tuples(
        made, st.builds(lambda common, place: {**common, **place}, st.fixed_dictionaries({}, optional=COMMON), PLACES)
    )
    return st.builds(
        lambda first, alike, others: World([first] * alike + others),
        *(one, st.sampled_from([0, 0, 1, 10, 20]), st.lists(one, min_size=1, max_size=4)),
    )
