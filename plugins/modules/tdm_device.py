#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device
short_description: Manage a LoRaWAN device on ThingPark
version_added: 0.1.0
description:
  - Creates, changes, suspends or deletes one LoRaWAN device. For many devices, use M(lorawan.thingpark.tdm_fleet).
  - Options that you don't set keep their values. An empty text, list or dictionary removes the value, if the platform
    allows it.
  - The task writes only differences.
  - A text option refuses an unquoted V(no), which YAML reads as false, and numbers with a fraction, lists and dictionaries.
    An option with the value null counts as not set.
  - B(Deleting a device also deletes its whole history and all its alarms, for ever.)
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
options:
  state:
    description: Whether the device should exist.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create the device if it doesn't exist. With V(false), the task fails instead, and the options
        that only a creation needs are not required.
    type: bool
    default: true
  dev_eui:
    description:
      - DevEUI of the device, 16 hexadecimal digits in any spelling. Quote it, because YAML can read it as a number.
      - One of O(dev_eui) and O(onboarding_tag) is required.
    type: str
  onboarding_tag:
    description:
      - TR005 tag of the device, from the QR code of the LoRa Alliance, C(LW:D0:...). It contains the DevEUI, the
        JoinEUI and, for an external join server, the owner token.
      - For a new device without O(device_profile), the task asks the platform for the device profile of the tag.
    type: str
  name:
    description: Name of the device. If a new device has no name, the platform invents one.
    type: str
  device_profile:
    description: Device profile, by ID or commercial name. Required to create a device.
    type: str
  activation:
    description: Activation of the device, OTAA or ABP. Required to create a device; can't change afterwards.
    type: str
    choices: [OTAA, ABP]
  join_server:
    description:
      - Join server with the keys of an OTAA device, either the platform (V(local)) or another one (V(external)).
      - The platform derives the join server from the keys, and it can't change afterwards. A device with O(app_key)
        is V(local). To create a device without O(app_key), set V(external) or an O(owner_token). Otherwise, a forgotten
        key would create an external device.
      - For an existing device, the task compares the value.
    type: str
    choices: [local, external]
  join_eui:
    description: JoinEUI (AppEUI) of an OTAA device. Required with an external join server.
    type: str
    aliases: [app_eui]
  app_key:
    description:
      - AppKey of an OTAA device. Required for a new device on the platform's own join server, see O(join_server).
      - 32 hexadecimal digits, like all keys, or encrypted according to O(exchange_key_version) or O(hsm_app_key_version).
      - B(The platform never shows keys.) The task sends them when it creates the device, see O(update_keys).
    type: str
  nwk_key:
    description: NwkKey of an OTAA device of LoRaWAN 1.1 on the platform's own join server.
    type: str
  owner_token:
    description: Token that proves ownership of a device on an external join server. Can't change afterwards.
    type: str
  dev_addr:
    description:
      - DevAddr, 8 hexadecimal digits. Required for a new ABP device; can't change afterwards.
      - For an OTAA device, it counts only at creation, because the network assigns another one at the join.
    type: str
  nwk_s_key:
    description: NwkSKey of an ABP device; in LoRaWAN 1.1, its FNwkSIntKey. Required for a new ABP device.
    type: str
    aliases: [f_nwk_s_int_key]
  app_s_keys:
    description: AppSKeys of an ABP device, by port. V(*) means all ports, V(1) one port, V(1,2) two ports, and
      V(10-20) a range.
    type: dict
  s_nwk_s_int_key:
    description: SNwkSIntKey of an ABP device of LoRaWAN 1.1.
    type: str
  nwk_s_enc_key:
    description: NwkSEncKey of an ABP device of LoRaWAN 1.1.
    type: str
  exchange_key_version:
    description: Version of the RSA exchange key that encrypts the keys. The keys are then Base64.
    type: str
  hsm_app_key_version:
    description: Version of the HSM key that encrypts O(app_key).
    type: str
  hsm_nwk_key_version:
    description: Version of the HSM key that encrypts O(nwk_key).
    type: str
  verification_code:
    description: Verification code of the DevEUI, or of DevAddr and DevEUI, if the operator requires one.
    type: str
  connectivity_plan:
    description:
      - Connectivity plan (network subscription), by ID or commercial name.
      - B(A new device without a plan is suspended.) The platform ignores its packets, and the task warns. As an
        exception, ThingPark Enterprise can choose a plan by features. It then chooses a plan that lacks the features
        of O(network_geolocation) and O(passive_roaming), unless you set them.
      - An empty text removes the plan, which suspends the device. Assigning a plan to a suspended device resumes
        it.
    type: str
  network_geolocation:
    description:
      - In ThingPark Enterprise, chooses a connectivity plan with or without network geolocation.
      - Can't be combined with O(connectivity_plan).
    type: bool
  passive_roaming:
    description:
      - In ThingPark Enterprise, chooses a connectivity plan with or without passive roaming.
      - Can't be combined with O(connectivity_plan).
    type: bool
  routing_profile:
    description:
      - AS routing profile, by ID or name, in ThingPark Wireless.
      - Can't be combined with O(application_servers).
    type: str
  application_servers:
    description:
      - Application servers, each by ID or name.
      - Can't be combined with O(routing_profile).
    type: list
    elements: str
  suspended:
    description: Whether the device is suspended. The platform ignores the packets of a suspended device.
    type: bool
  tags:
    description: All device tags, with at most 40 characters each. To keep other tags, use O(add_tags).
    type: list
    elements: str
  add_tags:
    description: Device tags to add. Other tags stay. Can't be combined with O(tags).
    type: list
    elements: str
  remove_tags:
    description: Device tags to remove. Other tags stay. Can't be combined with O(tags).
    type: list
    elements: str
  domains:
    description:
      - 'All domains of the device, as C(group: name). A name can have parts, such as V(France/Paris).'
      - If only the domains differ, one request moves up to 1,000 devices.
    type: dict
  add_domains:
    description:
      - 'Domains to add, as C(group: name). A new domain replaces the old domain of the same group. Domains of other
        groups stay. Can''t be combined with O(domains).'
    type: dict
  remove_domains:
    description:
      - 'Domains to remove, as C(group: name). A device loses a domain only if the whole name matches. Can''t be
        combined with O(domains).'
    type: dict
  inactivity_alarm:
    description:
      - Thresholds of the alarm 004, "no uplink". There are at most two. The second one has a higher level and a
        longer duration.
      - An empty list switches the alarm off.
    type: list
    elements: dict
    suboptions:
      level:
        description: Severity of the alarm, from 2 to 6.
        type: int
        required: true
      duration:
        description: Time without an uplink that raises the alarm, as an ISO 8601 duration from V(PT1H) to V(P30D).
        type: str
        required: true
  latitude:
    description: Latitude in decimal degrees. Requires O(longitude). A difference of less than a meter doesn't count.
    type: float
  longitude:
    description: Longitude in decimal degrees. Requires O(latitude).
    type: float
  location_type:
    description: Source of the device's location. The default is V(manual) if O(latitude) and O(longitude) are set.
    type: str
    choices: [manual, network]
  marker_id:
    description: Number of the device's marker on maps.
    type: int
  customer_admin_data:
    description: Free text about the device, such as an address or a floor.
    type: str
  motion_indicator:
    description: Mobility of the device. The default comes from the device profile.
    type: str
    choices: [NEAR_STATIC, WALKING_SPEED, BIKE_SPEED, VEHICLE_SPEED, RANDOM]
  driver_application:
    description: Protocol identifier of ThingPark X, such as V(abeeway:asset-tracker:1).
    type: str
  debug_network_geolocation:
    description: Whether debugging of the network geolocation is on for the device.
    type: bool
  lorawan_debug:
    description:
      - Whether LoRaWAN debugging is on for the device. M(lorawan.thingpark.tdm_request) reads the log.
      - For an inventory host, the variable is also C(lorawan_debug).
      - A separate request writes this option. It needs the permission C(ra) on the subscription. If the account
        is known to lack it, the task fails before the first change.
    type: bool
    aliases: [debug]
  replaces:
    description:
      - DevEUI of a device that this device replaces. Unless you set them, this device gets the other device's name,
        location, tags, domains, connectivity plan, routes, inactivity alarm, marker and administrative data.
      - The task changes the replaced device only after this device exists and matches its description. You can
        run an interrupted task again.
      - While O(replaces) is set and the other device exists, every run copies these values again. Remove the option
        after the replacement.
    type: str
  replaced:
    description: Treatment of the device in O(replaces). The default is V(suspend). V(keep) leaves the device unchanged.
    type: str
    choices: [suspend, delete, keep]
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates a device.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
  key_encryption:
    description:
      - V(exchange_key) encrypts O(app_key) and O(nwk_key) with the platform's public RSA exchange key before sending
        them. The task fetches the exchange key once, and only if it sends a key.
      - The platform accepts no other encrypted keys. If the task had to send another key, it fails before the first
        change.
      - Describe the keys unencrypted. O(exchange_key_version), O(hsm_app_key_version) and O(hsm_nwk_key_version)
        must not be set.
      - This needs the Python library C(cryptography) where the task runs. The machine with Ansible has it.
    type: str
    default: none
    choices: [none, exchange_key]
  key_encryption_padding:
    description:
      - Padding of a key before the encryption with O(key_encryption=exchange_key).
      - B(The platform's padding is not published.) It is also not published whether the platform expects the key's
        16 bytes. Try one device first, and check that it joins, before you use the option for a fleet.
    type: str
    default: oaep_sha256
    choices: [oaep_sha256, oaep_sha1, pkcs1v15]
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Create or update a device with OTAA
  lorawan.thingpark.tdm_device:
    dev_eui: 70-B3-D5-7E-D0-00-00-01
    name: park-00001
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    join_eui: 70B3D57ED0FFFFFF
    app_key: "{{ app_key }}"
    connectivity_plan: kpn-cs/seldom
    routing_profile: DEFAULT
    tags: [parking, north]
    domains:
      Site: Utrecht/Centraal
    inactivity_alarm:
      - level: 3
        duration: P2D
      - level: 5
        duration: P7D
    latitude: 52.0893
    longitude: 5.1101

- name: Replace a broken device
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000041
    replaces: 70B3D57ED0000001
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ app_key }}"

# A loop shows its items, so keep keys out of them. For many devices, use lorawan.thingpark.tdm_fleet.
- name: Create a few devices, with keys from a dictionary that Ansible Vault encrypts
  lorawan.thingpark.tdm_device:
    dev_eui: "{{ item.dev_eui }}"
    name: "{{ item.name }}"
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ new_keys[item.dev_eui] }}"
    connectivity_plan: kpn-cs/seldom
  loop: "{{ new_sensors }}"

- name: Encrypt the AppKey before sending it
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000013
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ app_key }}"
    connectivity_plan: kpn-cs/seldom
    key_encryption: exchange_key
    key_encryption_padding: pkcs1v15

- name: Switch on the debugging log
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000001
    lorawan_debug: true

- name: Suspend a device
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000001
    suspended: true

- name: Delete a device with all its history
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000001
    state: absent
"""

RETURN = r"""
action:
  description: The change, or in check mode the change that a run would make. One of V(created), V(updated), V(deleted),
    V(suspended), V(resumed), V(unchanged) and V(failed).
  returned: when the platform was asked
  type: str
  sample: created
dev_eui:
  description: The device's DevEUI, 16 upper-case hexadecimal digits.
  returned: when the platform was asked
  type: str
  sample: 70B3D57ED0000001
device:
  description:
    - The device after the task, or in check mode after a run, with the names and values of this module's options. It contains
      the options that the task compared, and no secrets.
  returned: success and O(state=present)
  type: dict
  sample:
    dev_eui: 70B3D57ED0000001
    name: park-00001
    activation: OTAA
    connectivity_plan: kpn-cs/seldom
findings:
  description:
    - All faults of the options. Each has C(where), C(dev_eui), C(option) and C(message). C(where) is always V(options).
  returned: when the options have faults
  type: list
  elements: dict
  sample:
    - where: options
      dev_eui: 70B3D57ED0000001
      option: app_key
      message: 'is not a key: it has 31 of 32 hexadecimal digits'
replaced_device:
  description: DevEUI and outcome of the replaced device.
  returned: success and O(replaces), if the replaced device exists
  type: dict
  sample: {dev_eui: 70B3D57ED0000002, action: suspended}
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for 15 minutes.
  returned: when the login was refused
  type: bool
  sample: true
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
  sample: false
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.one import one

TASK = one(DEVICE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
