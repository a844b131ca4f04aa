# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS: whose certificate is believed is the task's affair, whatever the environment holds."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.lorawan.thingpark.plugins.module_utils._http import limits, pools


class Authority:
    """A certificate authority of the test's own (the library comes with ansible-core)."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("Test authority")
        self.certificate = self._sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0), [])
        self.path = self._write("authority.pem", self.certificate)

    def issue(
        self, name: str, addresses: tuple = ("127.0.0.1",), days: int = 5, since: int = -30, phrase: bytes = b"", form="PKCS8"
    ) -> tuple:
        """Return the files with a certificate, valid for some days since a day, and its key, locked with a passphrase or not."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        certificate = self._sign(_name(name), key, constraints, names, days, since)
        return self._write(name + ".pem", certificate), self._write_key(name + ".key", key, phrase, form)

    def itself(self) -> tuple:
        """Return the files with the authority's own certificate and key."""
        return self.path, self._write_key("authority.key", self.key)

    def wrap(self, files: tuple = (), version: str = "TLSv1_3"):
        """Return what puts TLS, up to a version, on a server's socket, with a certificate and its key."""
        context = _lax(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), version)
        context.load_cert_chain(*(files or self.issue("server")))
        return lambda plain: context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)

    def _sign(self, name, key, constraints, names: list, days: int = 5, since: int = -30) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=-since))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(constraints, critical=True)
            # Python 3.13 and later want these of every certificate.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(_usage(constraints.ca), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _write_key(self, name: str, key, phrase: bytes = b"", form: str = "PKCS8") -> str:
        path = self.directory / name
        lock = serialization.BestAvailableEncryption(phrase) if phrase else serialization.NoEncryption()
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), lock))
        return str(path)

    def _write(self, name: str, certificate: x509.Certificate) -> str:
        path = self.directory / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)


def _lax(context: ssl.SSLContext, version: str = "TLSv1_3") -> ssl.SSLContext:
    """Let a context take every version of TLS up to this one, as far as this machine's OpenSSL knows them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(ca: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **dict.fromkeys(names, False))


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def plain(account_on):
    """Return a function that gives an account on a platform that never gets as far as asking who it is."""
    whose = SimpleNamespace(login="tester@example.com", password="not-a-real-passphrase")
    ways = {"client_id": "a/b", "client_secret": "not-a-real-secret", "subscriber_id": "100"}
    return lambda url, **options: account_on(whose, url, **ways, **options)


@pytest.fixture
def tls(simulator, start_meddler, authority):
    """Return a function that starts TLS in front of the test's simulator."""

    def tls(clients_of: str = "", **options: object):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("server", **options))
        if clients_of:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients_of)
        return start_meddler(
            simulator.origin,
            lambda plain: context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False),
        )

    return tls


def test_the_given_authority_is_believed(simulator, account_on, tls, authority):
    server = tls()
    result = account_on(simulator, server.url, ca_path=authority.path).tdm_subscriber_info()
    assert result["subscription"]["id"] == "100"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_gives_no_authority(simulator, account_on, tls, authority, monkeypatch, variable):
    server = tls()
    monkeypatch.setenv(variable, authority.path)
    result = account_on(simulator, server.url).tdm_subscriber_info(retries=0)
    assert result["failed"] and "its authority is not known here" in result["msg"]
    assert not server.seen


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("options", [{"validate_certs": False}, {}], ids=["no validation", "ca_path"])
def test_the_environment_takes_none_away(simulator, account_on, tls, authority, monkeypatch, tmp_path, variable, options):
    server = tls()
    (tmp_path / "other").mkdir()
    monkeypatch.setenv(variable, Authority(tmp_path / "other").path)
    given = options or {"ca_path": authority.path}
    assert "failed" not in account_on(simulator, server.url, **given).tdm_subscriber_info()


@pytest.mark.parametrize(
    "options,reason",
    [
        ({"addresses": ("127.0.0.2",)}, "it is for another host name"),
        ({"days": -2}, "it has expired"),
        ({"since": 2}, "it is not valid yet"),
    ],
)
def test_a_certificate_with_a_fault(plain, start_meddler, authority, options, reason):
    server = start_meddler("", authority.wrap(authority.issue("server", **options)))
    result = plain(server.url, ca_path=authority.path).tdm_subscriber_info(retries=0)
    assert result["failed"] and "(%s)" % reason in result["msg"] and not server.seen


def test_a_certificate_that_is_signed_by_itself(plain, start_meddler, authority):
    server = start_meddler("", authority.wrap(authority.itself()))
    result = plain(server.url).tdm_subscriber_info(retries=0)
    assert "(it is signed by itself): give its authority with ca_path" in result["msg"] and not server.seen


@pytest.mark.parametrize("way", ["html", "smp", "digest", "oauth2"])
def test_every_way_in_checks_the_certificate(plain, start_meddler, authority, way):
    server = start_meddler("", authority.wrap())
    result = plain(server.url, auth_method=way).tdm_subscriber_info(retries=0)
    assert "(its authority is not known here): give its authority with ca_path" in result["msg"] and not server.seen


@pytest.mark.parametrize("version", ["TLSv1_1", "TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("checked", [True, False])
def test_tls_1_2_is_the_least(plain, start_meddler, authority, monkeypatch, version, checked):
    def any_version(**options: object) -> ssl.SSLContext:
        """What old libraries make of a machine that takes everything."""
        return _lax(usual(**options))

    usual = limits.create_urllib3_context
    monkeypatch.setattr(limits, "create_urllib3_context", any_version)
    server = start_meddler("", authority.wrap(version=version))
    result = plain(server.url, ca_path=authority.path, validate_certs=checked).tdm_subscriber_info(retries=0)
    if version == "TLSv1_1":
        assert "offers no TLS 1.2 or newer, and an older one is never used: tell its operator" in result["msg"]
    assert bool(server.seen) == (version != "TLSv1_1")


def test_authorities_are_read_once_for_all_connections(simulator, account_on, tls, authority, rows, monkeypatch):
    made, connected = [], []
    usual, connect = limits.tls_context, limits._TlsConnection.connect
    monkeypatch.setattr(pools, "tls_context", lambda *arguments: made.append(arguments) or usual(*arguments))
    monkeypatch.setattr(limits._TlsConnection, "connect", lambda self: connected.append(self) or connect(self))
    result = account_on(simulator, tls().url, ca_path=authority.path).tdm_fleet(devices=rows(12), parallel=4)
    assert result["changed"] and len(connected) > 1
    assert made == [(authority.path, "", "")]


def test_a_certificate_of_ones_own(simulator, account_on, tls, authority):
    certificate, key = authority.issue("client")
    server = tls(clients_of=authority.path)
    account = account_on(simulator, server.url, ca_path=authority.path)
    assert "failed" not in account.tdm_subscriber_info(client_cert=certificate, client_key=key)
    both = authority.directory / "both.pem"
    both.write_bytes(Path(certificate).read_bytes() + Path(key).read_bytes())
    assert "failed" not in account.tdm_subscriber_info(client_cert=str(both))
    result = account.tdm_subscriber_info(retries=0)
    assert result["failed"] and "client_cert" in result["msg"] and simulator.password not in result["msg"]


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
@pytest.mark.parametrize("option", ["client_key", "client_cert"])
def test_a_key_with_a_passphrase(plain, start_meddler, authority, option, form):
    """OpenSSL would ask for it at the terminal, and the task would wait for ever."""
    certificate, key = authority.issue("client", phrase=b"hidden", form=form)
    server = start_meddler("", authority.wrap())
    options = {"client_cert": certificate, "client_key": key} if option == "client_key" else {"client_cert": key}
    result = plain(server.url, ca_path=authority.path, **options).tdm_subscriber_info()
    assert result["failed"] and result["msg"].startswith(option + " contains a key with a passphrase") and not server.seen


def test_files_that_are_not_there(simulator, account, tmp_path):
    for name in ("ca_path", "client_cert"):
        result = account.tdm_subscriber_info(**{name: str(tmp_path / "nowhere")})
        assert result["failed"] and result["msg"].startswith(name)
    result = account.tdm_subscriber_info(client_key=str(tmp_path))
    assert result["msg"] == "client_key is given without client_cert"
    assert simulator.requests()["total"] == 0


def test_an_authority_file_with_nonsense(simulator, account_on, tls, tmp_path):
    (tmp_path / "nonsense.pem").write_text("nonsense")
    server = tls()
    result = account_on(simulator, server.url, ca_path=str(tmp_path / "nonsense.pem")).tdm_subscriber_info(retries=0)
    assert result["failed"] and not server.seen


def test_tls_that_breaks_after_the_login_was_sent_is_no_login_that_stayed_here(plain, authority):
    """The password may have been refused: it isn't to be sent again at once."""
    requests = []

    def serve(listening: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("server"))
        while True:
            connection = context.wrap_socket(listening.accept()[0], server_side=True)
            requests.append(connection.recv(100_000))
            with socket.socket(fileno=connection.detach()) as bare:
                bare.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)  # a record that nobody encrypted

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        mine = plain("https://127.0.0.1:%d/rest" % listening.getsockname()[1], ca_path=authority.path)
        result = mine.tdm_subscriber_info()
        assert "broke before the answer was complete" in result["msg"]
        assert mine.tdm_subscriber_info()["held_back"]
    assert len(requests) == 1 and b"POST" in requests[0]
