# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS: whose certificate is believed is the task's affair, whatever the environment holds."""

from __future__ import annotations

import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """A certificate authority of the test's own (the library comes with ansible-core)."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("Test authority")
        self.certificate = self._sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=0), [])
        self.path = self._write("authority.pem", self.certificate)

    def issue(self, name: str, addresses: tuple = ("127.0.0.1",), days: int = 5) -> tuple:
        """Return the files with a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        certificate = self._sign(_name(name), key, x509.BasicConstraints(ca=False, path_length=None), names, days)
        path = self.directory / (name + ".key")
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return self._write(name + ".pem", certificate), str(path)

    def _sign(self, name, key, constraints, names: list, days: int = 5) -> x509.Certificate:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
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

    def _write(self, name: str, certificate: x509.Certificate) -> str:
        path = self.directory / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(ca: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **dict.fromkeys(names, False))


@pytest.fixture
def authority(tmp_path) -> Authority:
    return Authority(tmp_path)


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
    ],
)
def test_a_certificate_with_a_fault(simulator, account_on, tls, authority, options, reason):
    server = tls(**options)
    result = account_on(simulator, server.url, ca_path=authority.path).tdm_subscriber_info(retries=0)
    assert result["failed"] and reason in result["msg"]
    assert simulator.requests()["total"] == 0


def test_a_certificate_of_ones_own(simulator, account_on, tls, authority):
    certificate, key = authority.issue("client")
    server = tls(clients_of=authority.path)
    account = account_on(simulator, server.url, ca_path=authority.path)
    assert "failed" not in account.tdm_subscriber_info(client_cert=certificate, client_key=key)
    result = account.tdm_subscriber_info(retries=0)
    assert result["failed"] and simulator.password not in result["msg"]


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
