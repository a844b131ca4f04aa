# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy for an address: which one, which setting named it, and why it can't be used."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

try:
    import requests
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url
except Exception:  # _frame reports it before any call here: transport and limits keep it in IMPORT_ERROR
    pass

from .._errors import OptionError, TransportError

OPTION = "option proxy"
LOGIN_WANTED = 407
#: The status with which a proxy refuses a connection, in the text of the library's exception.
REFUSAL = re.compile(r"connection failed: (\d{3})")


@dataclass(frozen=True)
class Proxy:
    """A usable proxy.

    :param address: the address for the library, with the login if it has one.
    :param place: host and port, for messages.
    :param source: the setting that named it: ``option proxy`` or ``variable https_proxy``.
    """

    address: str
    place: str
    source: str

    def failure(self, host: str, error: str, status: int = 0) -> TransportError:
        """Return the error that says what is wrong with this proxy.

        :param host: the scheme, host and port behind the proxy.
        :param error: the text of the library's exception, or empty.
        :param status: the status of the proxy's own answer, or 0.
        """
        refusal = REFUSAL.search(error)
        status = int(refusal.group(1)) if refusal else status
        trouble = "answers with status %d" % status if status else _trouble(error)
        if status == LOGIN_WANTED:
            trouble = "requires a login, or a different one"
        message = "the proxy in front of %s can't be used: %s %s. Check the %s" % (host, self.place, trouble, self.source)
        if self.source != OPTION:
            message += ", or name %s in no_proxy" % urlsplit(host).hostname
        return TransportError(message, sent=False, final=status == LOGIN_WANTED)


@lru_cache(maxsize=64)
def proxy_for(url: str, option: str) -> Proxy | None:
    """Return the proxy for a URL: the option's, else the environment's, else None.

    The result is cached: reading the whole environment takes an eighth of the time of a loop's item.

    Raises :class:`OptionError` for an unusable proxy, before anything is sent.
    """
    if option.strip():
        return _usable(option.strip(), OPTION)
    found = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    return _usable(found.strip(), _variable(url, found)) if found and found.strip() else None


def _variable(url: str, value: str) -> str:
    """Return the name of the variable that holds the proxy for a URL."""
    scheme = urlsplit(url).scheme.lower()
    usual = [case for name in (scheme + "_proxy", "all_proxy") for case in (name, name.upper())]
    names = [*usual, *(name for name in os.environ if name.lower() in usual)]
    found = next((name for name in names if os.environ.get(name) == value), "")
    return "variable " + found if found else "machine's settings"


def _usable(text: str, source: str) -> Proxy:
    address = text if "://" in text else "http://" + text
    scheme = address.partition("://")[0].lower()
    if scheme.startswith("socks"):
        raise OptionError("the %s names a SOCKS proxy, which isn't supported: name an HTTP proxy, or none" % source)
    try:
        if re.search(r"\s", address):
            raise ValueError
        parts = parse_url(address)
        unquote(parts.auth or "").encode("latin-1")  # as the library sends it
    except (LocationParseError, ValueError):
        parts = None
    # An @ after the host means that the password holds /, ? or #: the parser took the login for the host.
    if parts is None or scheme not in ("http", "https") or not parts.host or "@" in str(parts[-3:]):
        raise OptionError(
            "the %s contains no usable proxy address: it must be like http://proxy.example.com:3128, "
            "where a password has %%2F for /, %%3F for ? and %%23 for #" % source
        )
    return Proxy(address, "%s:%d" % (parts.host, parts.port or (443 if scheme == "https" else 80)), source)


def _trouble(error: str) -> str:
    """Return why the library can't use a proxy: the end of a sentence that begins with the proxy's host."""
    for mark, trouble in (
        ("WRONG_VERSION_NUMBER|only use HTTP", "accepts http:// and not https://"),
        ("CERTIFICATE_VERIFY_FAILED", "has a TLS certificate that was not accepted"),
        ("NameResolution|getaddrinfo|not known", "is an unknown host name"),
    ):
        if re.search(mark, error):
            return trouble
    return "can't be reached"
