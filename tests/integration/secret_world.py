# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the search for secrets is made in: the secrets, a platform that repeats them, and the tasks of all modules."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
from pathlib import Path
from urllib.parse import parse_qs, quote

from ansible_collections.lorawan.thingpark.tests.documentation import MODULES, plugin

TASKS = [plugin("modules", name).TASK for name in MODULES]

#: Every secret that a user can give, by name. Those that a platform gives out, the simulator lists.
SECRETS = {
    "password": "Zeer-geheim+wachtwoord/42 &é",
    "wrong_password": "Fout-geheim+wachtwoord/43 &ü",
    "client_secret": "cliënt+secret/of=the service",
    "wrong_client_secret": "another+secret/of=no service",
    "proxy_password": "prøxy+password&44",
    "url_password": "url-userinfo-password-45",
    "app_key": "0a-9b-8c-7d-6e-5f-40-31-22-13-04-f5-e6-d7-c8-b9",
    "nwk_key": "1A9B8C7D6E5F40312213A4F5E6D7C8B9",
    "nwk_s_key": "2a:9b:8c:7d:6e:5f:40:31:22:13:b4:f5:e6:d7:c8:b9",
    "app_s_key": "3A9B8C7D6E5F40312213C4F5E6D7C8B9",
    "s_nwk_s_int_key": "4A9B8C7D6E5F40312213D4F5E6D7C8B9",
    "nwk_s_enc_key": "5A9B8C7D6E5F40312213E4F5E6D7C8B9",
    "new_key": "6a9b8c7d6e5f40312213f4f5e6d7c8b9",
    "long_key": "7A9B8C7D6E5F40312213A5F5E6D7C8B9FF",
    "owner_token": "0WN3RT0K3N0FTHEFLEET",
    "tag_token": "0WN3RT0K3N0FTHETAG00",
    "verification_code": "V3R1F1CATION-C0DE",
    "header": "Bearer h34d3r+of/the~server",
    "as_key": "8A9B8C7D6E5F40312213A4F5E6D7C8BA",
}
#: Options that may hold a secret, and the secrets that the tasks below put there.
OPTIONS = {
    "password": ["password", "wrong_password"],
    "client_secret": ["client_secret", "wrong_client_secret"],
    "proxy": ["proxy_password"],
    "onboarding_tag": ["tag_token"],
    "owner_token": ["owner_token"],
    "verification_code": ["verification_code"],
    "app_key": ["app_key", "new_key", "long_key"],
    "nwk_key": ["nwk_key"],
    "nwk_s_key": ["nwk_s_key"],
    "app_s_keys": ["app_s_key"],
    "s_nwk_s_int_key": ["s_nwk_s_int_key"],
    "nwk_s_enc_key": ["nwk_s_enc_key"],
    "devices": ["app_key", "nwk_key", "nwk_s_key", "app_s_key", "s_nwk_s_int_key", "nwk_s_enc_key", "owner_token"],
    "defaults": ["verification_code"],
    "set": ["app_key"],
    "custom_http_headers": ["header"],
    "as_key": ["as_key"],
    "application_servers": ["header", "as_key"],
    "routing_profiles": [],
    "alarm_subscriptions": [],
    "keys": ["new_key"],
    "multicast_groups": ["nwk_s_key", "app_s_key", "s_nwk_s_int_key", "nwk_s_enc_key", "verification_code"],
    "body": ["app_key"],
}

#: Secrets that stand in a device, and their fields in the API (contract, DeviceLorawan).
KEYS = {
    "app_key": "appKey",
    "nwk_key": "nwkKey",
    "nwk_s_key": "nwKey",
    "s_nwk_s_int_key": "sNwkSIntKey",
    "nwk_s_enc_key": "nwkSEncKey",
    "owner_token": "ownerToken",
    "verification_code": "verificationCode",
}

#: Those that a multicast group has, too.
OF_GROUPS = ("nwk_s_key", "s_nwk_s_int_key", "nwk_s_enc_key", "verification_code")

ECHO, CRASH = "echo-please", "crash-now"
TAG_OF_NO_PROFILE = "LW:D0:70B3D57ED0FFFFF0:70B3D57ED9000009:EC40EC40:O%s" % SECRETS["tag_token"]


def canonical(name: str) -> str:
    """Return a secret as the platform gets it: a key in plain digits."""
    digits = re.sub("[-:]", "", SECRETS[name]).upper()
    return digits if re.fullmatch("[0-9A-F]{32,34}", digits) else SECRETS[name]


def all_secrets(issued: list[str]) -> list[str]:
    """Return every secret to look for: as given, as sent, and what the platform gave out."""
    return [*SECRETS.values(), *(canonical(name) for name in SECRETS), *issued]


def repeated(*texts: str) -> str:
    """Return what a talkative platform says: all of these texts, and all of their words, in the spellings it may have."""
    words = {word for text in filter(None, texts) for word in (text, *re.findall(r"[^\s\"'{}=;&?:,<>]{12,}", text))}
    said = []
    for word in sorted(words):
        dashed = "-".join(re.findall("..", word.lower())) if re.fullmatch("[0-9A-Fa-f]{32}", word) else ""
        coded = base64.b64encode(word.encode()).decode()
        said += [word, word.lower(), word.upper(), quote(word, safe=""), coded, word.encode().hex(), dashed]
    return "refused: " + " | ".join(said)


def with_keys(path: str, status: int, headers: dict, body: bytes) -> tuple:
    """Return an answer whose devices or groups hold all of their keys, as on some old platforms; here it is one device's."""
    names = OF_GROUPS if "/multicastGroups" in path else KEYS
    keys = {KEYS[name]: canonical(name) for name in names}
    keys["appKeys"] = '<AppSKeys><AppSKey Port="*">%s</AppSKey></AppSKeys>' % canonical("app_s_key")
    if status < 300 and body.startswith(b"{"):
        data = json.loads(body)
        for device in data.get("briefs", [data]):
            if "EUI" in device:
                device.update(keys)
        body = json.dumps(data).encode()
    return status, headers, body


def refuse_loudly(request, forward) -> tuple:
    """Answer a request that asks for it with 400 and all of its secrets; pass the others on."""
    if request.path.endswith("/subscriptions/mine"):  # which the simulated platform, another edition's, hasn't
        return 200, {"Content-Type": "application/json"}, b'{"subscriber": {"name": "Service"}}'
    if ECHO not in request.target and ECHO.encode() not in request.body and b":EC40EC40:" not in request.body:
        return with_keys(request.path, *forward(request))
    values = [one for several in request.query.values() for one in several]
    heads = [request.headers.get("Cookie", ""), request.headers.get("Authorization", "")]
    message = repeated(request.body.decode(), request.target, *values, *heads)
    return 400, {"Content-Type": "application/json"}, json.dumps({"code": 1, "message": message}).encode()


def log_in_loudly(request, forward) -> tuple:
    """Refuse a wrong password with a page that repeats it, and with an error where a wrong client secret came."""
    given = parse_qs(request.body.decode())
    for field, names in (("password", "wrong_password"), ("client_secret", "wrong_client_secret")):
        if given.get(field) == [SECRETS[names]]:
            said = repeated(SECRETS[names])
            if field == "client_secret":
                return 401, {"Content-Type": "application/json"}, json.dumps({"error": said}).encode()
            spans = '<span id="errorCode">50</span><span id="info1">%s</span><span id="info2">%s</span>'
            page = "<html><body>" + spans % (said.replace("&", "&amp;"), "n") + '<span id="redirectURI"></span></body></html>'
            return 200, {"Content-Type": "text/html;charset=UTF-8"}, page.encode()
    return forward(request)


#: For every Python that Ansible starts: what a module writes to the system's log goes into a file, and a request that asks
#: for it makes the client crash with all that it was about to send in the exception's text.
SITE = """
import os, sys, syslog

def log(*arguments):
    with open(os.environ["SECRETS_SYSLOG"], "a") as file:
        file.write("%s\\n" % (arguments[-1],))

syslog.syslog = log
if any("ansible-playbook" in word or "AnsiballZ_tdm_" in word for word in sys.orig_argv):
    from urllib3 import HTTPConnectionPool
    send = HTTPConnectionPool.urlopen

    def crash(self, method, url, body=None, headers=None, *others, **named):
        said = "%s %s %s" % (url, body, headers)
        if "crash-now" in said:
            raise RuntimeError("a mistake that shows " + said)
        return send(self, method, url, body, headers, *others, **named)

    HTTPConnectionPool.urlopen = crash
"""


def otaa(number: int, **options: object) -> dict:
    """Return the options of a device of this world."""
    usual = {"device_profile": "LORA/GenericA.1.0.4a_ETSI", "connectivity_plan": "kpn-cs/seldom", "activation": "OTAA"}
    return {"dev_eui": "70B3D57ED90000%02d" % number, **usual, **options}


def described() -> list[dict]:
    """Return devices with every kind of key; the values are Ansible's templates."""
    newest = {"device_profile": "LORA/GenericA.1.1a_ETSI_Rx2-SF12"}
    abp = {
        "activation": "ABP",
        "device_profile": "ABEE/Badge-1.0.2b-ETSI",
        "nwk_s_key": "{{ nwk_s_key }}",
        "app_s_keys": {"*": "{{ app_s_key }}"},
    }
    pair = {"s_nwk_s_int_key": "{{ s_nwk_s_int_key }}", "nwk_s_enc_key": "{{ nwk_s_enc_key }}"}
    return [
        otaa(1, app_key="{{ app_key }}"),
        otaa(2, app_key="{{ app_key }}", nwk_key="{{ nwk_key }}", **newest),
        otaa(3, join_eui="70B3D57ED0FFFFF0", owner_token="{{ owner_token }}"),
        otaa(4, dev_addr="01000004", **abp),
        otaa(5, dev_addr="01000005", **{**abp, **pair, **newest}),
    ]


def plainly_described() -> list[dict]:
    """Return the same devices with their keys, as a file has them."""
    text = json.dumps(described())
    for name, secret in SECRETS.items():
        text = text.replace("{{ %s }}" % name, secret)
    return json.loads(text)


#: An application server, and a multicast group with every kind of key.
SERVER = {
    "name": "signed",
    "custom_http_headers": {"Authorization": "{{ header }}"},
    "security_status": "as_key",
    "as_key": "{{ as_key }}",
}
GROUP = {
    "dev_eui": "70B3D57ED90000F0",
    "dev_addr": "1400F00D",
    "class": "C",
    "nwk_s_key": "{{ nwk_s_key }}",
    "app_s_keys": {"*": "{{ app_s_key }}"},
    "s_nwk_s_int_key": "{{ s_nwk_s_int_key }}",
    "nwk_s_enc_key": "{{ nwk_s_enc_key }}",
    "verification_code": "{{ verification_code }}",
}
#: A device as the API takes it.
BODY = {"EUI": "70B3D57ED9000012", "activation": "OTAA", "appKey": "{{ app_key }}", "name": ECHO}
#: Tasks whose secrets take the same way in both frames as another task's do; a module's own process costs a second.
WORKER_ONLY = {
    "rekeyed", "service_asked", "in_xml", "tag_as_eui", "again", "no_service", "admin", "login_address", "start_address",
    "odd_proxy", "service", "long", "crash_later", "crash_device", "crash_session", "server", "server_shown", "many_servers",
    "group", "group_shown", "many_groups", "sealed", "safe", "set_to", "crash_group",
}  # fmt: skip


#: Keys that stand beside the devices.
KEPT_APART = {otaa(number)["dev_eui"]: {"app_key": "{{ new_key }}"} for number in (12, 13)}
#: Keys that go encrypted.
SEALED = {"key_encryption": "exchange_key", "key_encryption_padding": "pkcs1v15"}


def _of_servers_and_groups(kept: dict, show: dict) -> list[tuple]:
    """Return the steps of application servers and multicast groups, as :func:`steps` does; ``kept`` says which session."""
    servers = {"application_servers": [{**SERVER, "description": ECHO}], "update_keys": "always", **kept}
    groups = {"multicast_groups": [{**GROUP, "name": ECHO}], "update_keys": "always", **kept}
    return [
        ("server", "tdm_application_server", {**SERVER, **kept}, show, ""),
        ("server_refused", "tdm_application_server", {**SERVER, "description": ECHO, **kept}, show, "refused: "),
        ("many_servers", "tdm_application_servers", servers, show, "refused: "),
        ("server_shown", "tdm_application_server_info", {"gather": "application_servers", **kept}, {}, ""),
        ("group", "tdm_multicast_group", {**GROUP, **kept}, show, ""),
        ("group_refused", "tdm_multicast_group", {**GROUP, "name": ECHO, **kept}, show, "refused: "),
        ("many_groups", "tdm_multicast_groups", groups, show, "refused: "),
        ("group_shown", "tdm_multicast_group_info", {"gather": "multicast_groups", **kept}, {}, ""),
        ("crash_group", "tdm_multicast_group", {**GROUP, "name": CRASH, **kept}, {}, "RuntimeError"),
    ]


def steps(frame: str) -> list[tuple]:
    """Return ``(register, module, options, keywords of the task, what its message says)``; nothing for a success."""
    kept = {"session_file": "{{ place }}/session.json"}
    oauth = {"auth_method": "oauth2", "client_id": "{{ client_id }}", "client_secret": "{{ client_secret }}"}
    administrator = {"auth_method": "smp", "subscriber_id": "100002581"}
    show = {"diff": True}
    purge = {"scope": {"name_prefix": "purge-"}, "max": "100%", "backup": "{{ place }}/backup.json"}
    rows = {"devices": described(), "defaults": {"verification_code": "{{ verification_code }}"}, "results": "all"}
    sent = "refused: "
    found = [
        ("opened", "tdm_session", kept, {}, ""),
        ("checked", "tdm_fleet", {**rows, **kept}, {**show, "check_mode": True}, ""),
        ("made", "tdm_fleet", {**rows, **kept}, show, ""),
        ("rekeyed", "tdm_device", {**otaa(1, app_key="{{ new_key }}", update_keys="always"), **kept}, show, ""),
        ("doomed", "tdm_device", {**otaa(6, app_key="{{ new_key }}", name="purge-me"), **kept}, show, ""),
        ("listed", "tdm_device_info", {"gather": "devices", **kept}, {}, ""),
        ("purged", "tdm_fleet", {**rows, **kept, "update_keys": "always", "purge": purge}, show, ""),
        ("whose", "tdm_subscriber_info", {**kept, "client_secret": "{{ client_secret }}"}, {}, ""),
        ("service", "tdm_subscriber_info", oauth, {}, ""),
        ("service_asked", "tdm_device_info", {"name": ECHO, **oauth}, {}, sent),
        ("in_xml", "tdm_device_info", {"body_format": "xml", "eui_prefix": "70B3D57ED9"}, {}, ""),
        ("refused", "tdm_device", {**otaa(7, app_key="{{ app_key }}", name=ECHO), **kept}, show, sent),
        (
            "rows",
            "tdm_fleet",
            {"devices": [{**one, "name": ECHO} for one in described()], "update_keys": "always", **kept},
            show,
            sent,
        ),
        ("asked", "tdm_device_info", {"name": ECHO, **kept}, {}, sent),
        ("tagged", "tdm_device", {"onboarding_tag": "{{ tag }}", "connectivity_plan": "kpn-cs/seldom", **kept}, {}, sent),
        ("tag_as_eui", "tdm_device", {"dev_eui": "{{ tag }}", "connectivity_plan": "kpn-cs/seldom", **kept}, {}, sent),
        ("long", "tdm_device", {**otaa(8, app_key="{{ long_key }}"), **kept}, {}, "app_key"),
        ("no_list", "tdm_fleet", {"devices": ["{{ app_key }} {{ long_key }}"], **kept}, {}, "devices"),
        ("page", "tdm_subscriber_info", {"password": "{{ wrong_password }}"}, {}, "error code 50"),
        ("again", "tdm_session", {"password": "{{ wrong_password }}"}, {}, "was not sent again"),
        (
            "no_service",
            "tdm_device_info",
            {**oauth, "client_secret": "{{ wrong_client_secret }}"},
            {},
            "refused the client_secret",
        ),
        ("start", "tdm_session", {**kept, "session_file": "{{ place }}/none.json", "session_url": "{{ echo_url }}"}, {}, sent),
        ("admin", "tdm_device_info", {**administrator, "session_url": "{{ echo_url }}"}, {}, sent),
        ("proxy", "tdm_subscriber_info", {"proxy": "http://user:{{ proxy_password | urlencode }}@127.0.0.1:1"}, {}, "proxy"),
        ("address", "tdm_session", {"url": "http://user:{{ url_password }}@127.0.0.1/rest"}, {}, "without a login in it"),
        (
            "login_address",
            "tdm_fleet",
            {**rows, "login_url": "http://user:{{ url_password }}@127.0.0.1/"},
            {},
            "without a login",
        ),
        ("start_address", "tdm_device_info", {"session_url": "http://user:{{ url_password }}@127.0.0.1/"}, {}, "without a login"),
        ("misspelled", "tdm_subscriber_info", {"passwrod": "{{ wrong_password }}"}, {}, "Unsupported parameters"),
        (
            "odd_proxy",
            "tdm_device_info",
            {"proxy": "odd://user:{{ proxy_password }}@[::1", "timeout": 1},
            {},
            "no usable proxy address",
        ),
        *_of_servers_and_groups(kept, show),
        ("sealed", "tdm_device", {**otaa(10, app_key="{{ app_key }}"), **SEALED, **kept}, show, ""),
        ("sealed_refused", "tdm_device", {**otaa(11, app_key="{{ app_key }}", name=ECHO), **SEALED, **kept}, show, sent),
        ("safe", "tdm_fleet", {"devices": [otaa(12)], "keys": KEPT_APART, **kept}, show, ""),
        ("safe_refused", "tdm_fleet", {"devices": [otaa(13, name=ECHO)], "keys": KEPT_APART, **kept}, show, sent),
        ("set_to", "tdm_fleet", {"select": {"all": True}, "set": {"app_key": "{{ app_key }}"}, **kept}, show, "app_key"),
        ("any_call", "tdm_request", {"method": "POST", "path": "/devices", "body": BODY, **kept}, {}, sent),
        ("crash", "tdm_subscriber_info", {"login": CRASH}, {}, "the collection has a bug (RuntimeError"),
        ("crash_later", "tdm_device_info", {"name": CRASH, **kept}, {}, "the collection has a bug (RuntimeError"),
        ("crash_device", "tdm_device", {**otaa(9, app_key="{{ app_key }}", name=CRASH), **kept}, {}, "RuntimeError"),
        ("crash_fleet", "tdm_fleet", {**rows, "login": CRASH + "-2"}, {}, "the collection has a bug (RuntimeError"),
        ("crash_session", "tdm_session", {"login": CRASH + "-3"}, {}, "the collection has a bug (RuntimeError"),
    ]
    if frame == "module":
        # Ansible itself would put this into the module's command line.
        environment = {"TDM_PASSWORD": "{{ password }}", "TDM_LOGIN": "{{ login }}", "TDM_LOGIN_FIELD": ""}
        options = {"login": None, "password": None}
        found.append(("from_environment", "tdm_subscriber_info", options, {"environment": environment}, ""))
    return [step for step in found if frame == "worker" or step[0] not in WORKER_ONLY]


class Watch:
    """Notes the command lines and the environments of all processes that a run starts, as any user of the machine sees them.

    :param mark: a text in the environment by which such a process is known.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark.encode()
        self._done = threading.Event()
        self._before = set(os.listdir("/proc"))
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.commands: set[str] = set()
        self.environments: set[str] = set()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.02):
            for name in set(os.listdir("/proc")) - self._before:
                try:
                    variables = Path("/proc", name, "environ").read_bytes() if name.isdigit() else b""
                    if self._mark in variables:
                        self.environments.add(variables.decode(errors="replace"))
                        command = Path("/proc", name, "cmdline").read_bytes()
                        self.commands.add(command.replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue  # it ended meanwhile
