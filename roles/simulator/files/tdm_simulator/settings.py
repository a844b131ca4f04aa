# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's settings, each with its default, bounds and help."""

from __future__ import annotations

import ipaddress
from dataclasses import Field, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

DEFAULT_LOGIN = "operator@example.com"
DEFAULT_PASSWORD = "simulator-demo"
DEFAULT_CLIENT_ID = "sub-100002581/simulator"
DEFAULT_CLIENT_SECRET = "simulator-demo-secret"
DEFAULT_UPLINKS_KEY = "0123456789abcdef0123456789abcdef"
EDITIONS = ("wireless", "enterprise")
WAYS_IN = ("html", "smp", "digest", "oauth2")
FORMATS = ("json", "xml")
PADDINGS = ("pkcs1v15", "oaep-sha1", "oaep-sha256")
PERMISSIONS = ("x", "a", "ra", "rc", "s1")
SUBSCRIPTION_HREFS = ("relative", "absolute", "slashless")


def _option(
    help_text: str = "",
    choices: tuple[str, ...] = (),
    bounds: tuple[int, int] | None = None,
    runtime: bool = True,
    many: bool = False,
) -> dict[str, Any]:
    return {"help": help_text, "choices": choices, "bounds": bounds, "runtime": runtime, "many": many}


@dataclass
class Settings:
    """Options of the simulated platform. Unknown behavior (?) of the real platform is a setting here."""

    edition: str = field(default="wireless", metadata=_option("the edition of ThingPark", EDITIONS, runtime=False))
    login: str = field(default=DEFAULT_LOGIN, metadata=_option("the account of html, smp and digest", runtime=False))
    password: str = DEFAULT_PASSWORD
    client_id: str = field(default=DEFAULT_CLIENT_ID, metadata=_option("the OAuth client", runtime=False))
    client_secret: str = DEFAULT_CLIENT_SECRET
    ways_in: tuple[str, ...] = field(
        default=(),
        metadata=_option("the logins that are served, by default the edition's; oauth2 brings mine", WAYS_IN, many=True),
    )
    formats: tuple[str, ...] = field(
        default=(), metadata=_option("the formats of bodies, by default those of the edition", FORMATS, many=True)
    )
    latency_ms: float = field(
        default=0.0, metadata=_option("milliseconds by which every answer of the API is late", bounds=(0, 600000))
    )
    workers: int = field(
        default=0,
        metadata=_option(
            "requests that are worked on at a time, each for latency_ms; others wait; 0 is no limit", bounds=(0, 10000)
        ),
    )
    import_row_ms: float = field(
        default=0.0, metadata=_option("milliseconds that an import takes for each of its rows", bounds=(0, 600000))
    )
    page_size_min: int = field(
        default=100, metadata=_option("the smallest page, and the size of a page when none is asked for", bounds=(1, 100000))
    )
    page_size_max: int = field(
        default=5000, metadata=_option("the largest page, and the most devices of a bulk request", bounds=(1, 100000))
    )
    page_index_max: int = field(default=1000, metadata=_option("the largest page index", bounds=(1, 10**9)))
    cursors: bool = field(default=True, metadata=_option("lists sorted by EUI have cursors"))
    session_token: bool = field(default=True, metadata=_option("a session needs a token beside its cookie"))
    subscription_href: str = field(
        default="relative",
        metadata=_option("how the subscription's address comes: from the base, the host, or without slash", SUBSCRIPTION_HREFS),
    )
    occ_required: bool = field(
        default=False, metadata=_option("an update needs the version of what it changes, as the contract says")
    )
    old_bodies: bool = field(
        default=False, metadata=_option("bodies as clients of 2016 send them: no activation, null for what is absent")
    )
    null_briefs: bool = field(default=False, metadata=_option("briefs as after an upgrade to 7.0: several fields are null"))
    few_briefs: bool = field(default=False, metadata=_option("briefs with the few fields of old platforms"))
    eui_paths: bool = field(default=True, metadata=_option("a device can be addressed by e and its EUI"))
    keys_returned: bool = field(default=False, metadata=_option("devices hold their keys, as old platforms returned them"))
    otaa_only: bool = field(default=False, metadata=_option("devices activated by personalisation are refused"))
    exchange_padding: str = field(
        default="pkcs1v15", metadata=_option("how keys are padded before they are encrypted with RSA", PADDINGS)
    )
    read_only: bool = field(default=False, metadata=_option("the user may only read: all that writes is refused"))
    permissions: tuple[str, ...] = field(
        default=("x", "a", "ra", "s1"),
        metadata=_option("the rights of the user on the subscription, by default all but rc", PERMISSIONS, many=True),
    )
    token_lifetime: float = field(default=300.0, metadata=_option("the life of an OAuth token, in seconds", bounds=(0, 10**9)))
    session_lifetime: float = field(
        default=1800.0, metadata=_option("seconds that a session lives without being used", bounds=(0, 10**9))
    )
    rate_limit: float = field(
        default=0.0, metadata=_option("requests a second before 429 is answered; 0 is no limit", bounds=(0, 10**6))
    )
    uplinks_url: str = field(
        default="", metadata=_option("where uplinks of the devices are posted, a http address on this host", runtime=False)
    )
    uplinks_rate: float = field(default=1.0, metadata=_option("uplinks a second, at most", bounds=(0.01, 1000)))
    uplinks_as_id: str = field(
        default="TWA_100002581.1972.AS", metadata=_option("the AS ID under which uplinks are signed", runtime=False)
    )
    uplinks_key: str = DEFAULT_UPLINKS_KEY
    licences: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.ways_in:
            self.ways_in = ("oauth2",) if self.enterprise else ("html", "smp", "digest")
        if not self.formats:
            self.formats = ("json",) if self.enterprise else FORMATS
        self._check_pages(self.page_size_min, self.page_size_max)
        if self.uplinks_url and not is_here(self.uplinks_url):
            raise ValueError("uplinks_url (--uplinks-url) must be a http address on this host: nobody else is posted to")

    @property
    def enterprise(self) -> bool:
        """Whether this is the ThingPark Enterprise edition."""
        return self.edition == "enterprise"

    @property
    def oauth(self) -> bool:
        """Whether bearer tokens are accepted, and `mine` as a name of the subscription."""
        return self.enterprise or "oauth2" in self.ways_in

    def public(self) -> dict[str, Any]:
        """The settings without secrets."""
        shown = {name: _plain(getattr(self, name)) for name in declared() if name not in ("login", "client_id")}
        shown["licences"] = dict(self.licences)
        return shown

    def change(self, changes: dict[str, Any]) -> None:
        """Apply changes at run time; if one is invalid, raises ValueError and changes nothing."""
        known = {name: one for name, one in declared().items() if one.metadata["runtime"]}
        accepted = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError("unknown setting %s" % name)
            accepted[name] = _checked(name, value, known[name])
        self._check_pages(accepted.get("page_size_min", self.page_size_min), accepted.get("page_size_max", self.page_size_max))
        for name, value in accepted.items():
            setattr(self, name, value)

    @staticmethod
    def _check_pages(low: int, high: int) -> None:
        if low > high:
            raise ValueError("page_size_min (--page-size-min) must not exceed page_size_max (--page-size-max)")


def declared() -> dict[str, Field[Any]]:
    """{name: dataclass field} of declared settings: all but secrets and licenses."""
    return {one.name: one for one in fields(Settings) if one.metadata}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host's address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_here(url: str) -> bool:
    """Whether this is a plain HTTP address on this machine."""
    try:
        address = urlsplit(url)
        return address.scheme == "http" and is_loopback(address.hostname or "") and address.port != 0 and url.isascii()
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _checked(name: str, value: Any, one: Field[Any]) -> Any:
    kind, bounds, choices = type(one.default), one.metadata["bounds"], one.metadata["choices"]
    if one.metadata["many"]:
        if not isinstance(value, list) or not value or not set(value) <= set(choices):
            raise ValueError("%s must be a list of %s" % (name, ", ".join(choices)))
        return tuple(value)
    if choices and value not in choices:
        raise ValueError("%s must be one of %s" % (name, ", ".join(choices)))
    if kind is bool and not isinstance(value, bool):
        raise ValueError("%s must be a boolean" % name)
    if kind in (int, float):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("%s must be a number" % name)
        if kind is int and not isinstance(value, int):
            raise ValueError("%s must be an integer" % name)
        if not bounds[0] <= value <= bounds[1]:
            raise ValueError("%s must lie between %s and %s" % (name, *bounds))
    return value
