# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections that a process keeps, and the route to each host: direct or through a proxy, with the user's TLS settings.

This code doesn't use ``requests.Session``. A session would follow redirections, and keep cookies and hand them on to other
accounts and hosts. It would take certificates and passwords from the environment and .netrc instead of from the user. It would
also take half of a request's processor time.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

try:
    import urllib3
    from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_auth_from_url
    from urllib3.util import Url
except Exception:  # _frame reports it before any call here: transport and limits keep it in IMPORT_ERROR
    pass

from .limits import POOLS, tls_context
from .proxies import Proxy, proxy_for

#: The number of hosts whose connections are kept; the login, the session and the calls can be on three hosts.
HOSTS = 16
#: The number of connections that are kept per host.
KEPT = 64


@dataclass(frozen=True)
class HttpSettings:
    """How to reach the platform; equal settings share their connections.

    :param timeout: seconds to wait for a connection, and again for each part of an answer.
    :param retries: how often a request is tried again, as long as the task has retries left.
    :param rate: requests per second of the task, 0 for no limit.
    """

    validate_certs: bool = True
    ca_path: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: str = ""
    timeout: float = 30.0
    retries: int = 4
    rate: float = 0.0


class Route(NamedTuple):
    """The route to a host.

    :param pool: its connections.
    :param prefix: the text before the path in a request: a proxy needs the whole address if the request isn't inside TLS.
    """

    pool: urllib3.HTTPConnectionPool
    proxy: Proxy | None
    prefix: str


#: Keep-alive connections outlive a task: the items of a loop run in one worker process. Each process has its own, because the
#: inventory plugin connects in Ansible's main process: workers that inherit one connection would get each other's answers.
_MANAGERS: dict[tuple[int, HttpSettings, Proxy | None, bool], urllib3.PoolManager] = {}
_LOCK = threading.Lock()


def route_to(place: Url, wire: HttpSettings) -> Route:
    """Return the route to an address's host.

    Raises :class:`OptionError` for an unusable proxy, OSError for an unusable file, and urllib3's exceptions for an invalid
    address.
    """
    origin = "%s://%s" % (place.scheme, place.netloc)
    proxy = proxy_for(origin, wire.proxy)
    is_secure = origin.startswith("https:") or (proxy is not None and proxy.address.lower().startswith("https:"))
    with _LOCK:
        key = (os.getpid(), wire, proxy, is_secure)
        manager = _MANAGERS.get(key)
        if manager is None:
            manager = _MANAGERS[key] = _manager(proxy, _tls(wire) if is_secure else {})
        pool = manager.connection_from_host(place.host, place.port, place.scheme)
    return Route(pool, proxy, origin if proxy and place.scheme == "http" else "")


def _tls(wire: HttpSettings) -> dict[str, Any]:
    """Return urllib3's TLS options. The environment may name a proxy, but never a CA bundle."""
    if not wire.validate_certs:  # the user said so; a warning with each request would bury the playbook's output
        urllib3.disable_warnings()
    authorities = (wire.ca_path or DEFAULT_CA_BUNDLE_PATH) if wire.validate_certs else ""
    for path in (authorities, wire.client_cert, wire.client_key):
        if path and not os.path.exists(path):  # Python's own error doesn't name the file
            raise FileNotFoundError("%s isn't there" % path)
    context = tls_context(authorities, wire.client_cert, wire.client_key)
    return {"ssl_context": context, "cert_reqs": "CERT_REQUIRED" if authorities else "CERT_NONE"}


def _manager(proxy: Proxy | None, tls: dict[str, Any]) -> urllib3.PoolManager:
    options: dict[str, Any] = {"num_pools": HOSTS, "maxsize": KEPT, **tls}
    if proxy is None:
        manager = urllib3.PoolManager(**options)
    else:
        login = get_auth_from_url(proxy.address)
        headers = urllib3.make_headers(proxy_basic_auth="%s:%s" % login) if login[0] else {}
        context = tls.get("ssl_context")
        manager = urllib3.ProxyManager(proxy.address, proxy_headers=headers, proxy_ssl_context=context, **options)
    manager.pool_classes_by_scheme = POOLS
    return manager
