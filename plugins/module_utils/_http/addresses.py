# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses and hosts in any spelling: checks one, compares two, and recognizes this machine."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from urllib.parse import SplitResult, unquote, urlsplit

THIS_MACHINE = "127.0.0.1"
USUAL_PORTS = {"http": 80, "https": 443}
#: A number in an IPv4 address as the C library reads it: decimal 127, hexadecimal 0x7f or octal 0177.
NUMBER = re.compile(r"0x[0-9a-f]*\Z|[0-9]+\Z")


def host_of(url: str) -> str:
    """Return the scheme, host and port of a URL, the only parts that a message may show."""
    scheme, _colon, rest = url.partition("://")
    return "%s://%s" % (scheme, re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2])


def parts_of(address: str) -> SplitResult | None:
    """Return the parts of an http or https address with a host and without a login, None for anything else."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises for an invalid port)
    except ValueError:  # an invalid port, or an IPv6 address without its closing bracket
        return None
    return parts if parts.scheme in USUAL_PORTS and parts.hostname and "@" not in parts.netloc else None


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, by its name or number."""
    return _is_loopback(same_host(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def same_host(host: str) -> str:
    """Return one spelling of a host: the same for ``host``, ``HOST`` and ``host.``, and for ``127.1`` and ``127.0.0.1``.

    A connection to ``0.0.0.0`` or ``::`` reaches this machine.
    """
    host = unquote(host).lower()
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        pass  # not a valid host name: keep it as it is
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return THIS_MACHINE
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        numbers = _from_numbers(host)
        if not numbers:
            return host
        address = ipaddress.ip_address(numbers)
    if address.version == 6:
        address = address.ipv4_mapped or address
    is_here = address.is_unspecified or (address.version == 6 and address.is_loopback)
    return THIS_MACHINE if is_here else str(address)


def _from_numbers(host: str) -> str:
    """Return the IPv4 address that the C library reads from one to four numbers, or an empty text.

    The last number fills all bytes that the others leave.
    """
    numbers = host.split(".")
    if len(numbers) > 4 or not all(NUMBER.match(number) for number in numbers):
        return ""
    try:
        values = [int(number, 16 if number[:2] == "0x" else 8 if number[0] == "0" else 10) for number in numbers]
    except ValueError:
        return ""
    total = values[-1]
    for place, value in enumerate(values[:-1]):
        if value > 255:
            return ""
        total += value << (24 - 8 * place)
    fits = values[-1] < 1 << (8 * (5 - len(values)))
    return str(ipaddress.IPv4Address(total)) if fits else ""


def same_server(address: str) -> str:
    """Return one spelling of an address's host and port, without its path."""
    parts = parts_of(address)
    return same_place(parts._replace(path="").geturl()) if parts else address


def same_place(address: str) -> str:
    """Return one spelling of an address's host, port and path.

    The scheme is left out, since an account is the same over http and https; so are the query and the fragment.
    """
    parts = parts_of(address)
    if parts is None:
        return address
    port = "" if parts.port in (None, USUAL_PORTS[parts.scheme]) else ":%d" % (parts.port or 0)
    return same_host(parts.hostname or "") + port + posixpath.normpath("/" + unquote(parts.path).lstrip("/"))
