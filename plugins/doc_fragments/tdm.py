# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that the modules of this collection share."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Base address of the Device Manager API, without a slash at its end.
      - The default is KPN's address. Other operators of ThingPark have the same path on another host.
      - If not given, the environment variable E(TDM_URL) is used.
    type: str
    default: https://www.kpn-lora.com/thingpark/wireless/rest
  auth_method:
    description:
      - Login method of the account.
      - V(html) is an end user's login with O(login) and O(password), such as the login of KPN's customers.
      - V(smp) and V(digest) are an administrator's login with O(login) and O(password), for the subscriber O(subscriber_id).
        V(smp) sends them in a JSON document. V(digest) sends an HTTP digest of the password.
      - V(oauth2) is a service account's login with O(client_id) and O(client_secret), for ThingPark Enterprise and Community.
      - If not given, the environment variable E(TDM_AUTH_METHOD) is used.
    type: str
    default: html
    choices: [html, smp, digest, oauth2]
  login:
    description:
      - Email address or login name of the ThingPark account, for every O(auth_method) except V(oauth2).
      - The task removes blanks around the login, with a warning.
      - If not given, the environment variable E(TDM_LOGIN) is used.
    type: str
  password:
    description:
      - Password of the ThingPark account, for every O(auth_method) except V(oauth2).
      - B(Three wrong passwords lock the account, and only the operator can unlock it.) So a wrong password is sent only once,
        even with many hosts, forks and retries. It is then held back until it changes, or for 15 minutes.
        O(lorawan.thingpark.tdm_session#module:forget_refusal) releases it earlier. A password without a clear answer is held
        back for a minute.
      - The task doesn't send a password that contains a line end, such as C(echo) and text files add.
      - If not given, the environment variable E(TDM_PASSWORD) is used.
    type: str
  client_id:
    description:
      - Client ID of the service account, for O(auth_method=oauth2).
      - If not given, the environment variable E(TDM_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - Client secret of the service account, for O(auth_method=oauth2).
      - It is not published whether wrong secrets lock the account. A refused secret is held back like a password.
      - If not given, the environment variable E(TDM_CLIENT_SECRET) is used.
    type: str
  subscriber_id:
    description:
      - ID of the subscriber for whom an administrator logs in. Required for O(auth_method=smp) and O(auth_method=digest).
      - If not given, the environment variable E(TDM_SUBSCRIBER_ID) is used.
    type: str
  module_id:
    description:
      - ID of the application to which an administrator logs in, for O(auth_method=smp) and O(auth_method=digest).
      - If not given, the environment variable E(TDM_MODULE_ID) is used.
    type: str
    default: TPW_SUBS
  login_url:
    description:
      - Address of the login. The operator doesn't publish it.
      - The default is on the host of O(url). It is C(/thingpark/smp/rest/login) for O(auth_method=html),
        C(/thingpark/smp/rest/admins/login) for O(auth_method=smp), C(/thingpark/smp/rest/admins/id) for
        O(auth_method=digest), and C(/users-auth/protocol/openid-connect/token) for O(auth_method=oauth2).
      - If not given, the environment variable E(TDM_LOGIN_URL) is used.
    type: str
  session_url:
    description:
      - Address that starts a session after the login. The operator doesn't publish it for end users.
      - The default is C(/customers) below O(url).
      - If not given, the environment variable E(TDM_SESSION_URL) is used.
    type: str
  login_field:
    description:
      - Name of the login form's field for the email address. The operator doesn't publish it.
      - If not given, the environment variable E(TDM_LOGIN_FIELD) is used.
    type: str
    default: login
  password_field:
    description:
      - Name of the login form's field for the password. The operator doesn't publish it.
      - If not given, the environment variable E(TDM_PASSWORD_FIELD) is used.
    type: str
    default: password
  body_format:
    description:
      - Format of requests and answers. The results are the same. Only the subscription has fewer fields in XML, see
        M(lorawan.thingpark.tdm_subscriber_info).
      - Change it only if your platform needs XML. Only a few resources have a published XML schema. The collection assumes the
        same form for the others.
      - If not given, the environment variable E(TDM_BODY_FORMAT) is used.
    type: str
    default: json
    choices: [json, xml]
  session_file:
    description:
      - File with an open session. M(lorawan.thingpark.tdm_session) opens the session and returns the file as
        RV(lorawan.thingpark.tdm_session#module:session_file).
      - The task uses the session only with the O(url), account and password that opened it.
      - Without this option, the task opens its own session and always closes it. With this option, O(login) and O(password), the
        task replaces an expired session, once.
      - If not given, the environment variable E(TDM_SESSION_FILE) is used.
    type: path
  validate_certs:
    description:
      - Whether to check the platform's TLS certificate. Only switch it off for a simulator.
      - TLS always has at least version 1.2.
      - If not given, the environment variable E(TDM_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory with certificates of trusted authorities. E(REQUESTS_CA_BUNDLE) doesn't override it.
      - The default is the bundle of the Python library certifi.
      - If not given, the environment variable E(TDM_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - File with a client certificate in PEM format, if the platform requires one. The file can also contain the key.
      - The key must not have a passphrase.
      - If not given, the environment variable E(TDM_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert), if the key is not in that file.
      - If not given, the environment variable E(TDM_CLIENT_KEY) is used.
    type: path
  proxy:
    description:
      - Address of an HTTP proxy, such as V(http://proxy.example.com:3128). SOCKS is not supported.
      - Without it, the task uses the environment variables E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY), in
        lower case first. A variable that is empty, or null in a task's C(environment), counts as not set.
      - If not given, the environment variable E(TDM_PROXY) is used.
    type: str
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer. A whole answer can take ten times as long.
      - If not given, the environment variable E(TDM_TIMEOUT) is used.
    type: float
    default: 30.0
  retries:
    description:
      - How often to retry a request after a lost connection, a timeout, or an answer with status 429, 500, 502, 503 or 504. All
        requests of a task share 300 retries, and every second good answer adds one.
      - The pauses between retries grow. The task respects C(Retry-After) up to two minutes. With status 429, such a pause
        doesn't count as a retry. The task never repeats a login, and checks whether a device exists before it repeats a
        creation.
      - If not given, the environment variable E(TDM_RETRIES) is used.
    type: int
    default: 4
  max_requests_per_second:
    description:
      - Maximum number of requests per second, for all workers of the task together. V(0) means no limit.
      - If not given, the environment variable E(TDM_MAX_REQUESTS_PER_SECOND) is used.
    type: float
    default: 0.0
requirements:
  - requests >= 2.25.1
  - urllib3 >= 1.26.5
  - lxml >= 4.6.3
notes:
  - Control characters in the platform's texts are shown as escape sequences such as C(\u001b).
  - An empty connection option has its default, if it has one.
"""

    ACTIONGROUP = r"""
attributes:
  action_group:
    description: Use C(group/lorawan.thingpark.tdm) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - lorawan.thingpark.tdm
notes:
  - To set the connection options once for a play, use C(module_defaults) of the group C(lorawan.thingpark.tdm).
  - With a local connection, the task runs in Ansible's own worker process, which makes loops many times faster. With C(become),
    C(async), C(environment), a remote connection, or the variable C(tdm_frame) set to V(module), it runs as a module.
  - With a local connection, a relative path starts at the directory in which Ansible was started.
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: partial
    details: With O(update_keys=always), every run counts as a change, because the platform never shows keys.
"""

    # Of a module without keys.
    IDEMPOTENT = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: This module only reads.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: N/A
    details: This module only reads.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
"""
