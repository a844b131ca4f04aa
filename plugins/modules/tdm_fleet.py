#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_fleet
short_description: Make a fleet of LoRaWAN devices in ThingPark's Device Manager match its description
version_added: 0.1.0
description:
  - Makes devices match a list or a file, tells what it changed, and can be run again at any moment.
  - The platform's list is read once. A device is fetched only where something is described that its line
    in the list doesn't show. Only what differs is written. A fleet that is as described costs the list
    and nothing else.
  - Every row is checked before the first request, and all faults that it shows by itself are reported together.
    Names of plans, profiles and servers are looked up after the login, before the first write, and so is
    what devices lack that have to be created, and how many licences there are for them.
  - One bad device spoils nothing. The others are done, then the task fails and still returns what became
    of each.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
requirements:
  - openpyxl >= 3.0.10, for a workbook as O(src)
options:
  devices:
    description:
      - The devices, each a dictionary with the options of M(lorawan.thingpark.tdm_device), of which C(dev_eui)
        or C(onboarding_tag) is required. C(state) and C(create) may be given for each.
      - C(host) may say what messages call a device. The filter P(lorawan.thingpark.devices#filter) puts
        the inventory's host there.
      - Unknown options are faults. One of O(devices) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Instead of O(devices) and O(src), all devices on the platform that match these filters get what
        O(set) says. None is made.
      - Run again, those that are as O(set) says already are left alone.
    type: dict
    suboptions:
      eui_prefix:
        description:
          - Only devices whose DevEUI begins with these hexadecimal digits, 1 to 16 of them, in any spelling
            of a DevEUI.
          - Put it between quotation marks. Without them, YAML takes digits such as V(0012) or V(10.10)
            for a number and changes them.
        type: str
      name:
        description: Only devices whose name begins with these characters, in this case. Blanks at the end
          count.
        type: str
      tag:
        description:
          - Only devices with this tag, or with all of these tags; one of them isn't enough. For devices
            with any of several tags, run the task for each of them.
          - Where an older platform's list doesn't show a device's tags, it is left to the platform how
            it combines several.
        type: list
        elements: str
      domain:
        description: 'Only devices with this domain, as C(group: name), or with all of these domains, one
          of each group.'
        type: dict
      connectivity_plan:
        description:
          - Only devices with this connectivity plan, by ID or name. V(_any) are those with any plan, V(_unset)
            those without one.
          - A name takes two requests more than an ID. One that the platform doesn't know is an error.
        type: str
      application_server:
        description:
          - Only devices that are associated directly with this application server, or with all of these,
            by ID or name. A way through an AS routing profile doesn't count.
          - A name takes two requests more, as that of O(select.connectivity_plan) does. One that the platform
            doesn't know is an error.
        type: list
        elements: str
      health_state:
        description: Only devices in one of these health states, which are V(INIT), V(ACTIVE), V(RF_CNX_ERROR)
          and V(SUSPENDED). Upper and lower case don't matter.
        type: list
        elements: str
      query:
        description: Only devices whose name begins with these characters, or whose DevEUI, written without
          separators, does.
        type: str
      created_from:
        description:
          - Only devices that were created at this time or later, such as V(2018-08-24T09:27:59Z), with
            or without quotation marks.
          - Without an offset such as V(Z) or V(+02:00), the time is the platform's own. A date alone is
            its first moment there.
        type: str
      created_to:
        description: Only devices that were created at this time or earlier, as O(select.created_from) has
          it. A date alone is the whole day.
        type: str
      last_up_before:
        description:
          - Only devices whose last uplink came before this time, such as V(2018-08-24T09:27:59+02:00).
            Its offset from UTC has to be said.
          - A device that never sent anything counts, however new it is. To leave out the newest, say O(select.created_to)
            too.
        type: str
      silent_for:
        description:
          - Only devices that sent nothing for at least so long, as an ISO 8601 duration such as V(P2D)
            or V(PT12H), by the clock of the machine where the task runs.
          - A device that never sent anything counts as silent, however new it is. To leave out the newest,
            say O(select.created_to) too.
        type: str
      network_geolocation:
        description:
          - Only devices whose connectivity plan has network geolocation, or with V(false) hasn't.
          - Ignored with O(select.connectivity_plan).
        type: bool
      passive_roaming:
        description:
          - Only devices whose connectivity plan allows passive roaming, or with V(false) doesn't.
          - Ignored with O(select.connectivity_plan).
        type: bool
      alarm_level:
        description: Only devices with an alarm of this level or above that nobody has acknowledged.
        type: int
        choices: [1, 2, 3, 4, 5, 6]
      battery_level:
        description:
          - Only devices whose battery level is this or below.
          - LoRaWAN knows levels from 1, the lowest, to 254, the highest. Devices with power from outside
            are left out.
        type: int
      max_rssi:
        description: Only devices whose average RSSI is this or below, in dBm, from -200 to 20.
        type: float
      max_snr:
        description: Only devices whose average SNR is this or below, in dB, from -50 to 50.
        type: float
      min_snr:
        description: Only devices whose average SNR is this or above, in dB, from -50 to 50.
        type: float
      min_latitude:
        description: Only devices that lie north of this latitude, in decimal degrees.
        type: float
      max_latitude:
        description: Only devices that lie south of this latitude, in decimal degrees.
        type: float
      min_longitude:
        description: Only devices that lie east of this longitude, in decimal degrees.
        type: float
      max_longitude:
        description:
          - Only devices that lie west of this longitude, in decimal degrees.
          - It can't be less than O(select.min_longitude). For an area across 180 degrees, run the task
            for each side.
        type: float
      all:
        description: Every device of the subscription; no filter goes with it.
        type: bool
        default: false
  set:
    description:
      - What all devices that match O(select) shall be, as options of M(lorawan.thingpark.tdm_device). What
        isn't given is left alone.
    type: dict
  max_changes:
    description:
      - How many devices may change, as a number, or as a percentage of all devices that this run describes.
        If there are more, the task fails before anything is changed, and returns them as RV(change_candidates).
      - Without it, as many as are described; with O(select) no more than 100.
    type: raw
  src:
    description:
      - File that describes the devices, on the machine where the task runs. With a local connection it
        is looked for beside the playbook and in the role's C(files) too.
      - C(.csv), C(.tsv) and C(.txt) are ThingPark's own import format, columns A to AA, without headings,
        or a table whose first row has headings, such as C(DevEUI) and C(AppKey), in any order. C(.xlsx)
        and C(.xlsm) are Excel workbooks with headings, for which openpyxl has to be installed where the
        task runs.
      - JSON and YAML are a list like O(devices), or a dictionary with C(devices) and C(defaults). Their
        texts and numbers stay as they are written, an unquoted C(no) too, and a key that is repeated in
        the same place is refused.
      - A regular file of at most 64 MiB.
      - An empty cell leaves alone what the device has. Latitude and longitude may have a decimal comma
        where semicolons or tabs separate the cells, and nowhere else. Column G (ThingPark X configuration)
        has no field in the API and is left out with a warning.
    type: path
  columns:
    description:
      - What the headings of a table in O(src) mean that are no option's name, as C(heading=option). Upper
        and lower case, blanks and signs of a heading don't matter.
      - C(OPTION:KEY) is one key of an option that is a dictionary, such as V(domains:Site).
    type: dict
  ignore_columns:
    description: Headings of columns of a table in O(src) that are left out. Any other heading that is no
      option is a fault.
    type: list
    elements: str
  sheet:
    description: The sheet of a workbook in O(src). Without it, the first one that isn't hidden is read.
    type: str
  defaults:
    description: Options for every device that doesn't say otherwise, with C(create) among them.
    type: dict
  state:
    description:
      - Whether the devices should exist, unless a device has a C(state) of its own.
      - V(absent) is refused for a CSV whose rows say C(CREATE) or C(UPDATE).
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether devices that aren't there may be created, unless a device, O(defaults) or the file's C(defaults)
        say otherwise. In a CSV, C(UPDATE) rows say that they may not.
      - With V(false), a device that isn't there fails and the others are done. What only a creation needs,
        such as keys, is not missing then.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options when a device is created, and never again.
      - V(on_change) does that too, and sends the keys in O(keys) or O(keys_src) again, once, where they
        are others than in the last run. A salted fingerprint of each device's keys is kept below Ansible's
        home for it, and no key. What the first run with a device sees counts as written.
      - V(always) sends them in every run, which is a change in every run, since nothing shows whether they
        differ.
    type: str
    default: on_create
    choices: [on_create, on_change, always]
  force:
    description: Override the platform's optimistic locking, so that another writer's change at the same
      moment is overwritten.
    type: bool
    default: false
  key_encryption:
    description:
      - V(exchange_key) encrypts C(app_key) and C(nwk_key) with the platform's public RSA exchange key before
        they are sent, so that they are never in clear on their way. The key is asked for once in a task,
        and only where one is to be sent.
      - The platform takes no other keys so. Where another one would have to be sent, nothing is written,
        and the fault is told.
      - With it, keys are described in clear, and none of C(exchange_key_version), C(hsm_app_key_version)
        and C(hsm_nwk_key_version) may be given.
      - It needs the Python library C(cryptography) where the task runs. Ansible's own machine has it.
    type: str
    default: none
    choices: [none, exchange_key]
  key_encryption_padding:
    description:
      - How a key is padded before it is encrypted with O(key_encryption=exchange_key).
      - B(Which padding the platform wants is published nowhere), nor that a key's 16 bytes are what it
        wants encrypted. Try it with one device, and see it join, before you describe a fleet so.
    type: str
    default: oaep_sha256
    choices: [oaep_sha256, oaep_sha1, pkcs1v15]
  parallel:
    description: How many requests are under way at once, from 1 to 64.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) goes on with the other devices when one fails.
      - V(stop) begins no further device after the first failure. Those not begun are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: When more than this many devices have failed, begin no further one.
    type: int
  max_deletions:
    description:
      - How many devices that are described as C(absent) may be deleted, as a number, or as a percentage
        of all devices that this run describes. If there are more, the task fails before anything is changed,
        and returns them as RV(deletion_candidates).
      - A purge has its own, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - File for what deleted devices were, written before the first change of a run that deletes any. They
        stand there with C(create) V(false), and without their secrets, which can't be read from the platform.
        To make them again, add their secrets, say C(create) V(true) in the file's C(defaults), and give
        it as O(src). Without that, nothing is made, and each device says what it lacks.
      - It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
    type: path
  check_licences:
    description:
      - Whether to compare the licences of each connectivity plan with the devices that are to be created
        with it or to get it. If there are too few, the task fails before anything is changed.
      - The platform's list of plans is read for their names anyway.
    type: bool
    default: true
  progress:
    description:
      - Whether a long run says every two seconds how far it is, on the standard error. Only where the task
        runs in Ansible's worker.
    type: bool
    default: true
  results:
    description: Which devices the result lists in RV(results). V(changed) are those that changed and those
      that failed.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  cache:
    description:
      - Whether to remember, in a file below Ansible's home, what lists of the platform don't show of a
        device, together with the time of its last change. As long as that time is the same, the device
        needs not be fetched again.
      - Without it, each run fetches every device that has such an option.
    type: bool
    default: true
  purge:
    description:
      - Remove devices that are not described. Without this option, nothing that isn't described is touched.
      - It is done last, and only when no described device failed.
    type: dict
    suboptions:
      scope:
        description: Which devices may go. All conditions given must hold, and one of them is required.
        type: dict
        required: true
        suboptions:
          tag:
            description: A tag that they have.
            type: str
          domain:
            description: 'Domains that they have, as C(group: name).'
            type: dict
          name_prefix:
            description: First characters of their name.
            type: str
          eui_prefix:
            description: First digits of their DevEUI, 1 to 16 hexadecimal ones in any spelling of a DevEUI.
              Quote them.
            type: str
          all:
            description: All devices of the subscription.
            type: bool
            default: false
      max:
        description:
          - How many may go, as a number, or as a percentage of the devices in O(purge.scope). If there
            are more, the task fails before anything is changed, and returns them as RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes them with all their history. V(suspend) suspends them.
        type: str
        default: delete
        choices: [delete, suspend]
      backup:
        description: The same as O(backup).
        type: path
      bulk:
        description: Whether the platform's import may delete them too, where O(bulk) is not V(never).
        type: bool
        default: false
  bulk:
    description:
      - Whether devices are created and deleted by the platform's own import, which takes up to 500 of them
        in one request, instead of one request for each.
      - V(never) sends one request for each device. This is the default because the import was tried on
        the collection's simulator and never on a real platform. Try V(auto) with a test subscription first.
      - V(auto) takes 50 or more devices. It times one device by a request of its own and then an import
        of 50. Imports go on as long as they take less time for a device than single requests would. An
        import that is slow keeps nothing waiting, since single requests go on beside it.
      - V(always) imports whatever a row of an import can say, at any speed.
      - Only how devices are created and deleted changes. Validation, the plan, check mode, the result for
        each device, labels and what the next run does stay the same. Changes of existing devices are single
        requests, always.
      - These devices are created by single requests in any case, since no row can say it. Devices with
        C(debug_network_geolocation), C(lorawan_debug), C(location_type) V(network) or C(suspended), OTAA
        devices with a C(dev_addr), and texts with line breaks or with blanks around them. On ThingPark
        Enterprise, and with C(auth_method) V(oauth2) on any platform, also devices with C(routing_profile),
        C(marker_id), C(verification_code), C(nwk_key) or the version of a key that encrypts others.
      - Nothing is imported with O(on_error=stop), O(max_failures) or O(update_keys=always), since an import
        can't end at its first failure. A purge is imported only with O(purge.bulk).
      - An import that gets no usable answer is looked up in the device list until that stays the same.
        What is missing then goes by single requests. After all imports the list is read once more, and
        what it shows otherwise than described is mended.
      - A platform or an account without the import (status 403, 404, 405 or 415) gets single requests.
    type: str
    default: never
    choices: [never, auto, always]
  keys:
    description:
      - Keys that stand apart from the description, as dictionaries of options such as C(app_key), by dev_eui.
        What the description itself says counts. Those of devices that aren't described are of no use here,
        and do no harm.
      - Of a file that Vault has encrypted, the lookup C(ansible.builtin.unvault) and the filter C(from_yaml)
        make it.
    type: dict
  keys_src:
    description:
      - A file with devices as O(src) has them, of which only the keys are read, instead of O(keys).
    type: path
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_session
"""

EXAMPLES = r"""
- name: The fleet of a file in ThingPark's import format
  lorawan.thingpark.tdm_fleet:
    src: fleet.csv

- name: What a vendor's delivery list says, and what it doesn't
  lorawan.thingpark.tdm_fleet:
    src: delivery.csv
    columns:
      SN: name
    ignore_columns: [Type, Shipped]
    defaults:
      device_profile: LORA/GenericA.1.0.4a_ETSI
      activation: OTAA
      connectivity_plan: kpn-cs/seldom

- name: Only what is there already, and no keys are needed
  lorawan.thingpark.tdm_fleet:
    create: false
    devices:
      - dev_eui: 70B3D57ED0000031
        name: floor-00001, moved

- name: A sensor was taken off its pole
  lorawan.thingpark.tdm_fleet:
    state: absent
    max_deletions: 1
    devices:
      - dev_eui: 70B3D57ED0000032

- name: What is in one building gets another routing profile
  lorawan.thingpark.tdm_fleet:
    select:
      domain: {Site: Utrecht}
    set:
      routing_profile: Sensor platform
    max_changes: 500

- name: The keys are in a safe, and a key that was changed there is written once
  lorawan.thingpark.tdm_fleet:
    devices: "{{ new_sensors }}"
    keys: "{{ safe }}"
    defaults:
      device_profile: LORA/GenericA.1.0.4a_ETSI
      activation: OTAA
      connectivity_plan: kpn-cs/seldom
    update_keys: on_change

- name: A fleet from the inventory, and nothing else that carries its tag
  lorawan.thingpark.tdm_fleet:
    devices: "{{ parking_sensors }}"
    defaults:
      device_profile: LORA/GenericA.1.0.4a_ETSI
      activation: OTAA
      connectivity_plan: kpn-cs/seldom
      routing_profile: DEFAULT
      tags: [parking]
    purge:
      scope:
        tag: parking
      max: 5%
"""

RETURN = r"""
summary:
  description: How many devices were V(created), V(updated), V(deleted), V(suspended), V(resumed), V(unchanged), V(failed) and
    V(skipped).
  returned: when the platform was asked
  type: dict
  sample:
    created: 12
    updated: 3
    deleted: 0
    unchanged: 1985
    failed: 0
    skipped: 0
    suspended: 0
    resumed: 0
results:
  description: The devices that O(results) asks for.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    dev_eui:
      description: The device.
      type: str
    action:
      description: What became of it, in the words of RV(summary).
      type: str
    changed:
      description: Whether it changed.
      type: bool
    where:
      description: Where it is described, such as V(line 12) or V(devices[3]), or V(purge).
      type: str
    error:
      description: Why it failed or was skipped.
      type: str
  sample:
    - {dev_eui: 70B3D57ED0000001, action: created, changed: true, where: line 2}
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: How many devices had to be fetched to be compared.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: How long it took.
  returned: when the platform was asked
  type: float
  sample: 3.21
notes:
  description:
    - What there is to know of how the platform was dealt with, such as that it is an older one; seen with C(-v).
  returned: when there is something
  type: list
  elements: str
  sample:
    - 'This platform is an older one, whose list shows little of a device: 200 of them were fetched one by one, ...'
deletion_candidates:
  description: The devices that would have been deleted, were they not more than O(max_deletions).
  returned: when the deletions were refused
  type: list
  elements: str
  sample: [70B3D57ED0000001]
change_candidates:
  description: The devices that would have been changed, were they not more than O(max_changes).
  returned: when the changes were refused
  type: list
  elements: str
  sample: [70B3D57ED0000001]
purge_candidates:
  description: The devices that a purge would have removed, were they not more than O(purge.max).
  returned: when a purge was refused
  type: list
  elements: str
  sample: [70B3D57ED0000001]
backup_file:
  description: The file with the devices that the run was about to delete.
  returned: when the run was about to delete devices
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description, each with C(where), C(dev_eui), C(option) and C(message).
    - A fault that many devices have alike stands there once. Its C(where) names the first ones, its C(dev_eui) is empty, and
      its C(rows) are all of them, each with C(where) and C(dev_eui).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - {where: line 7, dev_eui: '', option: dev_eui (column B), message: is missing}
login_refused:
  description: The platform refused the login. It is not tried again until the password changes or 15 minutes have passed.
  returned: when the login was refused
  type: bool
held_back:
  description: The password was not even sent, since it was refused shortly before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.many import many

TASK = many(DEVICE, "tdm_fleet")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
