# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the other systems in the documentation: HashiCorp Vault, NetBox and a ticket system, on one address.

It serves the few requests that the collections community.hashi_vault and netbox.netbox send, and stores the tickets.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from ansible_collections.lorawan.thingpark.tests.meddler import Server

#: The addresses of the systems in the documentation.
ADDRESSES = ("https://vault.example.com", "https://netbox.example.com", "https://tickets.example.com")
#: The environment variables with which the collections and the examples log in.
ENVIRONMENT = {"VAULT_TOKEN": "a-vault-token", "NETBOX_TOKEN": "a-netbox-token", "TICKET_TOKEN": "a-ticket-token"}
#: The token's header, by the start of a path.
LOGINS = {
    "/v1/": ("X-Vault-Token", "a-vault-token"),
    "/api/tickets": ("Authorization", "Bearer a-ticket-token"),
    "/api/": ("Authorization", "Token a-netbox-token"),
}
SITE = {"id": 1, "name": "Utrecht", "slug": "utrecht", "prefix_count": 0}
#: Two sensors, and a device without a DevEUI.
ASSETS = [
    {"id": 1, "name": "meter-0001", "asset_tag": "A-1001", "custom_fields": {"dev_eui": "70B3D57ED0000071"}},
    {"id": 2, "name": "meter-0002", "asset_tag": "A-1002", "custom_fields": {"dev_eui": "70B3D57ED0000072"}},
    {"id": 3, "name": "switch-1", "asset_tag": "A-1003", "custom_fields": {"dev_eui": None}},
]
#: A part of NetBox's OpenAPI document: the query parameters of its lists.
LIST = {"get": {"parameters": [{"name": "role"}, {"name": "site"}]}}
SCHEMA = {"info": {"version": "4.2.0"}, "paths": {"/api/dcim/devices/": LIST, "/api/virtualization/virtual-machines/": LIST}}


class OtherSystems:
    """A server with the secrets of a vault, the assets of NetBox, and the tickets that a playbook has opened.

    :param secrets: the secrets of the vault's engine ``secret``, by path.
    """

    def __init__(self, secrets: dict[str, dict]) -> None:
        self.tickets: list[dict] = []
        self.asked: set[str] = set()
        self._secrets = secrets
        self.server = Server(("127.0.0.1", 0), self._handler())
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop the server."""
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, path: str, headers: object, body: bytes) -> tuple[int, object]:
        name, token = next(login for start, login in LOGINS.items() if path.startswith(start))
        if headers.get(name) != token:
            return 403, {"errors": ["permission denied"]}
        self.asked.add(path)
        if body:
            self.tickets.append(json.loads(body))
            return 201, {"id": len(self.tickets)}
        secret = self._secrets.get(path.removeprefix("/v1/secret/data/"))
        if secret is not None:
            return 200, {"data": {"data": secret, "metadata": {"version": 1}}}
        assets = [{**asset, "site": SITE, "status": {"value": "active"}, "tags": []} for asset in ASSETS]
        if path in ("/api/status/", "/api/schema/"):
            return 200, {"netbox-version": "4.2.0", **SCHEMA}
        rows = {"/api/dcim/devices/": assets, "/api/dcim/sites/": [SITE]}.get(path, [])
        return 200, {"count": len(rows), "next": None, "results": rows}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        systems = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = systems._answer(urlsplit(self.path).path, self.headers, body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
