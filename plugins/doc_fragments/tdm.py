# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules of this collection document together."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Base address of the Device Manager API, without a slash at its end.
      - The default is KPN's. Other operators of ThingPark have the same path on a host of their own.
      - If not given, the environment variable E(TDM_URL) is used.
    type: str
    default: https://www.kpn-lora.com/thingpark/wireless/rest
  auth_method:
    description:
      - How to log in.
      - V(html) is an end user's login with O(login) and O(password), as KPN's customers have it.
      - V(smp) and V(digest) are an administrator's login with O(login) and O(password), for the subscriber O(subscriber_id).
        V(smp) sends them as a JSON document, V(digest) sends a digest of the password, as HTTP knows it.
      - V(oauth2) are the client credentials of a service account, with O(client_id) and O(client_secret), as ThingPark
        Enterprise has them.
      - If not given, the environment variable E(TDM_AUTH_METHOD) is used.
    type: str
    default: html
    choices: [html, smp, digest, oauth2]
  login:
    description:
      - Email address or login of the ThingPark account, for every O(auth_method) but V(oauth2).
      - Blanks around it are left out, with a warning.
      - If not given, the environment variable E(TDM_LOGIN) is used.
    type: str
  password:
    description:
      - Password of the ThingPark account, for every O(auth_method) but V(oauth2).
      - B(Three wrong passwords lock the account, and only the operator unlocks it.) A refused password is sent once, however
        many hosts, forks and retries a play has. It is held back until it changes, or for 15 minutes, or until
        M(lorawan.thingpark.tdm_session) is told to forget it. One that got no clear answer is held back for a minute.
      - One with the end of a line in it, as C(echo) and text files leave one, is not sent at all.
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
      - Whether wrong ones lock the account isn't published. A refused one is held back like a password.
      - If not given, the environment variable E(TDM_CLIENT_SECRET) is used.
    type: str
  subscriber_id:
    description:
      - ID of the subscriber that an administrator logs in for. Required for O(auth_method=smp) and O(auth_method=digest).
      - If not given, the environment variable E(TDM_SUBSCRIBER_ID) is used.
    type: str
  module_id:
    description:
      - ID of the application that an administrator logs in to, for O(auth_method=smp) and O(auth_method=digest).
      - If not given, the environment variable E(TDM_MODULE_ID) is used.
    type: str
    default: TPW_SUBS
  login_url:
    description:
      - Address to log in at. The platform's owner does not publish it.
      - The default lies on the host of O(url). It is C(/thingpark/smp/rest/login) for O(auth_method=html),
        C(/thingpark/smp/rest/admins/login) for O(auth_method=smp), C(/thingpark/smp/rest/admins/id) for
        O(auth_method=digest), and C(/users-auth/protocol/openid-connect/token) for O(auth_method=oauth2).
      - If not given, the environment variable E(TDM_LOGIN_URL) is used.
    type: str
  session_url:
    description:
      - Address that turns the access code of a login into a session. The platform's owner does not publish it for end users.
      - The default is C(/customers) below O(url).
      - If not given, the environment variable E(TDM_SESSION_URL) is used.
    type: str
  login_field:
    description:
      - Name of the login form's field for the email address. The platform's owner does not publish it.
      - If not given, the environment variable E(TDM_LOGIN_FIELD) is used.
    type: str
    default: login
  password_field:
    description:
      - Name of the login form's field for the password. The platform's owner does not publish it.
      - If not given, the environment variable E(TDM_PASSWORD_FIELD) is used.
    type: str
    default: password
  body_format:
    description:
      - What requests and answers are written in. The results are the same, but for the subscription, of which XML tells less
        (M(lorawan.thingpark.tdm_subscriber_info)).
      - Leave it, unless your platform wants XML. XML is known from its schemas of a few resources only, and the others are
        written in their manner.
      - If not given, the environment variable E(TDM_BODY_FORMAT) is used.
    type: str
    default: json
    choices: [json, xml]
  session_file:
    description:
      - File with a session that M(lorawan.thingpark.tdm_session) opened, which returns it as
        RV(lorawan.thingpark.tdm_session#module:session_file).
      - A session is never used for another O(url), for another account, or with another password than it was opened with.
      - Without this option, the task opens a session of its own and closes it on every way out. With it, and with O(login) and
        O(password) as well, a session that died is opened again, once.
      - If not given, the environment variable E(TDM_SESSION_FILE) is used.
    type: path
  validate_certs:
    description:
      - Whether to check the platform's TLS certificate. Only turn it off against a simulator.
      - Whether or not it is checked, TLS is of version 1.2 at least.
      - If not given, the environment variable E(TDM_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory with the certificates of the authorities to trust. E(REQUESTS_CA_BUNDLE) does not override it.
      - The default is the bundle of the Python library certifi.
      - If not given, the environment variable E(TDM_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - File with a client certificate in PEM, where the platform asks for one. It may hold the key too.
      - A key with a passphrase can't be used, since nobody could type it.
      - If not given, the environment variable E(TDM_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert), when it isn't in that file.
      - If not given, the environment variable E(TDM_CLIENT_KEY) is used.
    type: path
  proxy:
    description:
      - Address of an HTTP proxy, such as V(http://proxy.example.com:3128). SOCKS is not supported.
      - Without it, the usual E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are used, in lower case first. One that
        is empty, or null in a task's C(environment), is none.
      - If not given, the environment variable E(TDM_PROXY) is used.
    type: str
  timeout:
    description:
      - Seconds to wait for a connection, and again for each part of an answer. A whole answer may take ten times as long.
      - If not given, the environment variable E(TDM_TIMEOUT) is used.
    type: float
    default: 30.0
  retries:
    description:
      - How often a request is tried again after a lost connection, a time-out, or an answer with status 429, 500, 502,
        503 or 504. All requests of a task have 300 retries together; every second good answer gives one back.
      - The waits grow, and C(Retry-After) is honoured up to two minutes. With status 429 it costs no retry up to then.
        A login is never repeated. A creation is looked up before it is repeated.
      - If not given, the environment variable E(TDM_RETRIES) is used.
    type: int
    default: 4
  max_requests_per_second:
    description:
      - How many requests the task may send in a second, all of its workers together. V(0) means no limit.
      - If not given, the environment variable E(TDM_MAX_REQUESTS_PER_SECOND) is used.
    type: float
    default: 0.0
requirements:
  - requests >= 2.25.1
  - urllib3 >= 1.26.5
  - lxml >= 4.6.3
notes:
  - What moves a terminal's cursor or turns the direction of writing in the platform's texts is shown as C(\u001b) and the like.
  - An option of the connection that is empty takes its default, where it has one.
  - All options of the connection can be set once for a play, with C(module_defaults) of the group C(lorawan.thingpark.tdm).
  - On a local connection the task runs in Ansible's own worker, which makes loops many times faster. With C(become),
    C(async), C(environment) or a remote connection, and where the variable C(tdm_frame) is V(module), it runs as a module.
"""

    ACTIONGROUP = r"""
attributes:
  action_group:
    description: Use C(group/lorawan.thingpark.tdm) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - lorawan.thingpark.tdm
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
    details: With O(update_keys=always), every run is a change, since keys can't be compared.
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
