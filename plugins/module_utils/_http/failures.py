# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Explains a library's exception: one sentence with a remedy, and whether the request may have reached the platform."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
import zlib

try:
    from urllib3 import exceptions as kinds
except Exception:  # _frame reports it before any call here: transport and limits keep it in IMPORT_ERROR
    kinds = None  # type: ignore[assignment]

from .._errors import NoRoom, TransportError, passwords_in, without
from .addresses import host_of
from .limits import TooMuch, was_before_sending
from .pools import HttpSettings
from .proxies import Proxy

#: Exceptions that the network, an answer or a file may cause. Any other exception is a bug, and must look like one.
CAUSES: tuple[type[Exception], ...] = (http.client.HTTPException, OSError, EOFError, ValueError, zlib.error, TooMuch)
if kinds:
    CAUSES += (kinds.HTTPError,)
#: OpenSSL's words when the two sides have no version of TLS in common.
OLD_TLS = ("PROTOCOL_VERSION", "PROTOCOL VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW")
#: The words of OpenSSL's versions for an answer that is not TLS, for example plain HTTP.
NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
#: OpenSSL's words when the platform ended TLS before it got a whole request. TLS 1.3 can do so during the request.
TLS_IS_OVER = ("alert", "EOF occurred")
#: The system's error codes when the process, or the machine, can open no more files and connections.
SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def explained(error: Exception, url: str, wire: HttpSettings, proxy: Proxy | None = None) -> TransportError:
    """Return the TransportError that explains a library's exception; it never shows the query of the URL."""
    host = host_of(url)
    if _is_short(error):
        return NoRoom("this process may open no more files or connections: raise ulimit -n, or lower parallel")
    if isinstance(error, TooMuch):
        return TransportError("the answer of %s %s" % (host, error), final=True)
    # In older versions of urllib3, a refused connection (NewConnectionError) is a kind of ConnectTimeoutError.
    is_late = isinstance(error, kinds.ConnectTimeoutError) and not isinstance(error, kinds.NewConnectionError)
    if proxy and (is_late or isinstance(error, kinds.ProxyError)):  # the failed connection was to the proxy
        return proxy.failure(host, str(error))
    if isinstance(error, (kinds.SSLError, ssl.SSLError)):
        return _of_tls(error, host)
    if is_late:
        return TransportError(
            "%s didn't take a connection within %g s: check url and the network" % (host, wire.timeout), sent=False
        )
    if isinstance(error, kinds.NewConnectionError):
        return TransportError("%s can't be reached%s" % (host, _why_not_reached(error)), sent=False)
    if isinstance(error, kinds.TimeoutError) or "timed out" in str(error):
        return TransportError("%s didn't answer within %g s: raise timeout, or lower parallel" % (host, wire.timeout))
    if isinstance(error, kinds.LocationValueError) or isinstance(error.__context__, http.client.InvalidURL):
        return TransportError("%s is not a usable address: check url, login_url and session_url" % host, sent=False)
    if isinstance(error, (OSError, ValueError)):  # for example a ca_path or client_cert that doesn't exist
        reason = without(str(error).split("\n", maxsplit=1)[0], passwords_in(wire.proxy))
        return TransportError("%s can't be used: %s" % (host, reason[:200]), sent=False)
    return TransportError("the connection to %s broke before the answer was complete" % host)


def _why_not_reached(error: BaseException | None) -> str:
    """Return why no connection was made, and the remedy: the end of a sentence."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return ", since its host name can't be resolved: check url, and the DNS of this machine"
        if isinstance(error, ConnectionRefusedError):
            return ", since the connection was refused: check the host and port in url, and whether the platform runs"
        if isinstance(error, OSError) and error.strerror:
            return " (%s): check url and the network" % error.strerror
        error = error.__cause__ or error.__context__
    return ": check url and the network"


def _of_tls(error: Exception, host: str) -> TransportError:
    text = str(error)
    if any(mark in text.upper().replace(" ", "_") for mark in NO_TLS):
        return TransportError(
            "%s doesn't speak TLS on this port: check the port in url, or begin url with http:// for a simulator" % host,
            sent=False,
        )
    if any(mark in text.upper() for mark in OLD_TLS):
        return TransportError(
            "%s offers no TLS 1.2 or newer, and an older one is never used: tell its operator" % host, sent=False
        )
    if was_before_sending(error) or any(mark in text for mark in TLS_IS_OVER):
        return TransportError(
            "the TLS certificate of %s was not accepted (%s): give its authority with ca_path, "
            "or a client_cert where the platform asks for one" % (host, _tls_reason(text)),
            sent=False,
        )
    return TransportError("the connection to %s broke before the answer was complete" % host)


def _is_short(error: BaseException | None) -> bool:
    """Return whether an exception, or one of its causes, means that the system can open no more files or connections."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in SHORT:
            return True
        if isinstance(error, socket.gaierror):  # a name lookup needs a file too, but doesn't report that it got none
            try:
                os.close(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                return True
        error = error.__cause__ or error.__context__
    return False


def _tls_reason(text: str) -> str:
    for mark, reason in (
        ("certificate has expired", "it has expired"),
        ("not yet valid", "it is not valid yet"),
        ("Hostname mismatch", "it is for another host name"),
        ("doesn't match", "it is for another host name"),
        ("IP address mismatch", "it is for another host name"),
        ("self-signed", "it is signed by itself"),
        ("self signed", "it is signed by itself"),
        ("unable to get local issuer", "its authority is not known here"),
        ("alert", "the platform refused ours"),
    ):
        if mark in text:
            return reason
    return "TLS failed"
