#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device
short_description: Manage a LoRaWAN device in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Creates, changes, suspends and deletes one LoRaWAN device. For many devices, take M(lorawan.thingpark.tdm_fleet).
  - What isn't given is left alone. An empty text, list or dictionary takes away what can be taken away.
  - Only what differs is written.
  - An unquoted V(no), which YAML takes for false, is refused where a text is wanted and doesn't become a name.
    So are numbers with a fraction, lists and dictionaries. An option that is null isn't given.
  - B(Deleting a device takes its whole history and all its alarms with it, for ever.)
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
      - DevEUI of the device, 16 hexadecimal digits in any spelling. Quote it, or YAML may take it for a number.
      - One of O(dev_eui) and O(onboarding_tag) is required.
    type: str
  onboarding_tag:
    description:
      - The device's onboarding tag of LoRa Alliance's TR005, C(LW:D0:...). It gives DevEUI, JoinEUI and, for
        an external join server, the owner token.
      - Where O(device_profile) isn't given and the device is to be created, the platform is asked which one
        the tag stands for.
    type: str
  name:
    description: Name of the device. The platform makes one up when a device is created without.
    type: str
  device_profile:
    description: The device profile, by its ID or by its commercial name. Required to create a device.
    type: str
  activation:
    description: How the device is activated. Required to create a device; can't change afterwards.
    type: str
    choices: [OTAA, ABP]
  join_server:
    description:
      - Who holds the keys of an OTAA device, the platform (V(local)) or another join server (V(external)).
      - The platform takes it from the keys, and it can't change afterwards. A device with O(app_key) is V(local).
        To create one without O(app_key), say V(external) here, or give an O(owner_token), so that a forgotten
        key makes no such device.
      - Of a device that exists, it is compared.
    type: str
    choices: [local, external]
  join_eui:
    description: JoinEUI (AppEUI) of an OTAA device. Required with an external join server.
    type: str
    aliases: [app_eui]
  app_key:
    description:
      - AppKey of an OTAA device. A new one on the platform's own join server needs it, see O(join_server).
      - Like all keys, 32 hexadecimal digits, or encrypted as O(exchange_key_version) or O(hsm_app_key_version)
        says.
      - B(Keys can't be read from the platform.) They are sent when the device is created, see O(update_keys).
    type: str
  nwk_key:
    description: NwkKey of an OTAA device of LoRaWAN 1.1 on the platform's own join server.
    type: str
  owner_token:
    description: Token that proves the ownership of a device on an external join server. Can't change afterwards.
    type: str
  dev_addr:
    description:
      - DevAddr, 8 hexadecimal digits. Required for a new ABP device; can't change afterwards.
      - For an OTAA device it only counts at creation, since the network gives it another one when it joins.
    type: str
  nwk_s_key:
    description: NwkSKey of an ABP device; in LoRaWAN 1.1, its FNwkSIntKey. Required for a new ABP device.
    type: str
    aliases: [f_nwk_s_int_key]
  app_s_keys:
    description: AppSKeys of an ABP device, by ports. V(*) are all ports, V(1) is one, V(1,2) are two and V(10-20)
      is a range.
    type: dict
  s_nwk_s_int_key:
    description: SNwkSIntKey of an ABP device of LoRaWAN 1.1.
    type: str
  nwk_s_enc_key:
    description: NwkSEncKey of an ABP device of LoRaWAN 1.1.
    type: str
  exchange_key_version:
    description: Version of the RSA exchange key with which the keys are encrypted. They are Base64 then.
    type: str
  hsm_app_key_version:
    description: Version of the HSM's key with which O(app_key) is encrypted.
    type: str
  hsm_nwk_key_version:
    description: Version of the HSM's key with which O(nwk_key) is encrypted.
    type: str
  verification_code:
    description: Verification code of the DevEUI, or of DevAddr and DevEUI, where the operator asks for one.
    type: str
  connectivity_plan:
    description:
      - The connectivity plan (network subscription), by its ID or by its commercial name.
      - B(A device that is created without a plan is suspended), its packets are ignored, and the task warns
        of it. Only where ThingPark Enterprise chooses plans by their features, it gets one without those of
        O(network_geolocation) and O(passive_roaming).
      - An empty text takes the plan away, which suspends the device. A plan for a suspended device resumes
        it.
    type: str
  network_geolocation:
    description:
      - Choose a connectivity plan with (or without) network geolocation, in ThingPark Enterprise.
      - Can't be given together with O(connectivity_plan).
    type: bool
  passive_roaming:
    description:
      - Choose a connectivity plan with (or without) passive roaming, in ThingPark Enterprise.
      - Can't be given together with O(connectivity_plan).
    type: bool
  routing_profile:
    description:
      - The AS routing profile, by its ID or by its name, in ThingPark Wireless.
      - Can't be given together with O(application_servers).
    type: str
  application_servers:
    description:
      - The application servers, each by its ID or by its name.
      - Can't be given together with O(routing_profile).
    type: list
    elements: str
  suspended:
    description: Whether the device is suspended. The packets of a suspended device are ignored.
    type: bool
  tags:
    description: All tags of the device, of at most 40 characters each. To set one without knowing the others,
      use O(add_tags).
    type: list
    elements: str
  add_tags:
    description: Tags that the device gets, whichever it has besides. Doesn't go with O(tags).
    type: list
    elements: str
  remove_tags:
    description: Tags that the device loses, whichever it has besides. Doesn't go with O(tags).
    type: list
    elements: str
  domains:
    description:
      - 'All domains of the device, as C(group: name). A name may have parts, as in V(France/Paris).'
      - Where nothing else of the devices differs, up to 1,000 of them are moved in one request.
    type: dict
  add_domains:
    description:
      - 'Domains that the device gets, as C(group: name), whichever it has in other groups. A domain takes the
        place of the one of its group. Doesn''t go with O(domains).'
    type: dict
  remove_domains:
    description:
      - 'Domains that the device loses, as C(group: name), where it has just these. Doesn''t go with O(domains).'
    type: dict
  inactivity_alarm:
    description:
      - Thresholds of the alarm 004, "no uplink". At most two, the second with a higher level and a longer duration.
      - An empty list switches the alarm off.
    type: list
    elements: dict
    suboptions:
      level:
        description: Severity of the alarm, from 2 to 6.
        type: int
        required: true
      duration:
        description: How long the device may be silent, from V(PT1H) to V(P30D).
        type: str
        required: true
  latitude:
    description: Latitude in decimal degrees. O(longitude) is needed too. A difference of less than a metre
      doesn't count.
    type: float
  longitude:
    description: Longitude in decimal degrees. O(latitude) is needed too.
    type: float
  location_type:
    description: Which location counts. The default is V(manual) where O(latitude) and O(longitude) are given.
    type: str
    choices: [manual, network]
  marker_id:
    description: Number of the marker that stands for the device on maps.
    type: int
  customer_admin_data:
    description: Free text about the device, such as an address or a floor.
    type: str
  motion_indicator:
    description: How the device moves. Without it, the device profile decides.
    type: str
    choices: [NEAR_STATIC, WALKING_SPEED, BIKE_SPEED, VEHICLE_SPEED, RANDOM]
  driver_application:
    description: Protocol identifier of ThingPark X, such as V(abeeway:asset-tracker:1).
    type: str
  debug_network_geolocation:
    description: Whether debugging of the network geolocation is switched on for the device.
    type: bool
  lorawan_debug:
    description:
      - Whether LoRaWAN debugging is switched on for the device. M(lorawan.thingpark.tdm_request) gets its log.
      - Of a host in the inventory, the variable is C(lorawan_debug) too.
      - It is written by a request of its own, which takes the right C(ra) on the subscription. An account that
        is known not to have it is told before anything is written.
    type: bool
    aliases: [debug]
  replaces:
    description:
      - DevEUI of a device whose place this one takes. Where nothing else is said here, it gets the name, the
        location, the tags, domains, connectivity plan, routes, inactivity alarm, marker and administrative
        data of that one.
      - The other one goes only when this one is there and as described. A run that was interrupted goes on
        where it ended.
      - As long as O(replaces) is given and the other one is there, this one is kept so. Take it out when the
        work is done.
    type: str
  replaced:
    description: What becomes of the one that O(replaces) names. V(suspend) is what happens without it; V(keep)
      leaves it as it is.
    type: str
    choices: [suspend, delete, keep]
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates a device.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a
        change.
    type: str
    default: on_create
    choices: [on_create, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
  key_encryption:
    description:
      - V(exchange_key) encrypts O(app_key) and O(nwk_key) with the platform's public RSA exchange key before
        they are sent, so that they are never in clear on their way. The key is asked for once in a task, and
        only where one is to be sent.
      - The platform takes no other keys so. Where another one would have to be sent, nothing is written, and
        the fault is told.
      - With it, keys are described in clear, and none of O(exchange_key_version), O(hsm_app_key_version) and
        O(hsm_nwk_key_version) may be given.
      - It needs the Python library C(cryptography) where the task runs. Ansible's own machine has it.
    type: str
    default: none
    choices: [none, exchange_key]
  key_encryption_padding:
    description:
      - How a key is padded before it is encrypted with O(key_encryption=exchange_key).
      - B(Which padding the platform wants is published nowhere), nor that a key's 16 bytes are what it wants
        encrypted. Try it with one device, and see it join, before you describe a fleet so.
    type: str
    default: oaep_sha256
    choices: [oaep_sha256, oaep_sha1, pkcs1v15]
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: A parking sensor that joins over the air
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

# A loop shows its items, so no key may be in them. Many devices belong into lorawan.thingpark.tdm_fleet.
- name: A broken sensor was exchanged, and the new one takes its place
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000041
    replaces: 70B3D57ED0000001
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ app_key }}"

- name: A few, with their keys from a dictionary that Ansible Vault encrypts
  lorawan.thingpark.tdm_device:
    dev_eui: "{{ item.dev_eui }}"
    name: "{{ item.name }}"
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ new_keys[item.dev_eui] }}"
    connectivity_plan: kpn-cs/seldom
  loop: "{{ new_sensors }}"

- name: One whose AppKey is never in clear on its way
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000013
    device_profile: LORA/GenericA.1.0.4a_ETSI
    activation: OTAA
    app_key: "{{ app_key }}"
    connectivity_plan: kpn-cs/seldom
    key_encryption: exchange_key
    key_encryption_padding: pkcs1v15

- name: Support needs its log
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000001
    lorawan_debug: true

- name: Suspend it
  lorawan.thingpark.tdm_device:
    dev_eui: 70B3D57ED0000001
    suspended: true

- name: Remove it, with all its history
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
      message: 'is no key: it has 31 of 32 hexadecimal digits'
replaced_device:
  description: The device whose place this one took, and what became of it.
  returned: success and O(replaces), where that one is there
  type: dict
  sample: {dev_eui: 70B3D57ED0000002, action: suspended}
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for 15 minutes.
  returned: when the login was refused
  type: bool
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.one import one

TASK = one(DEVICE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
