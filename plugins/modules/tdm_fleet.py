#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_fleet
short_description: Make LoRaWAN devices on ThingPark match a list or a file
version_added: 0.1.0
description:
  - Makes LoRaWAN devices on ThingPark match a list or a file, and reports each change. You can run the task again
    at any time.
  - The task reads the platform's device list once. It fetches a device individually only if the device list lacks
    a field that you set. It writes only differences. If all devices already match, the task only reads the device
    list.
  - All faults are reported together, before the first change. The task checks each row before the login. After
    the login, it checks the names of connectivity plans, device profiles and servers, missing options of new devices,
    and free licenses.
  - One bad device doesn't stop the others. The task completes the other devices, then fails and returns the outcome
    of each device.
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
      - The devices. Each is a dictionary with the options of M(lorawan.thingpark.tdm_device). C(dev_eui) or C(onboarding_tag)
        is required in each. C(state) and C(create) can be set for each.
      - C(host) is a name for the device in messages. The filter P(lorawan.thingpark.devices#filter) sets it to
        the inventory host.
      - Unknown options are faults. One of O(devices) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Updates all devices on the platform that match these filters with the options in O(set). Creates no device.
        Use it instead of O(devices) and O(src).
      - A second run doesn't touch the devices that already match O(set).
    type: dict
    suboptions:
      eui_prefix:
        description:
          - Only devices whose DevEUI begins with these 1 to 16 hexadecimal digits, in any spelling.
          - Quote the digits. Otherwise, YAML reads digits such as V(0012) or V(10.10) as a number and changes them.
        type: str
      name:
        description: Only devices whose name begins with these characters. Case matters, and so do blanks at the
          end.
        type: str
      tag:
        description:
          - Only devices with this tag, or with all of these tags. For devices with any of several tags, run the
            task once per tag.
          - If an older platform's list doesn't show tags, the platform decides how it combines several tags.
        type: list
        elements: str
      domain:
        description: 'Only devices with this domain, as C(group: name), or with all of these domains, one per group.'
        type: dict
      connectivity_plan:
        description:
          - Only devices with this connectivity plan, by ID or name. V(_any) selects devices with any plan, and
            V(_unset) devices without a plan.
          - A name needs two more requests than an ID. An unknown name is an error.
        type: str
      application_server:
        description:
          - Only devices with this application server, or with all of these, by ID or name. Servers of the device's
            AS routing profile don't count.
          - A name needs two more requests than an ID. An unknown name is an error.
        type: list
        elements: str
      health_state:
        description: Only devices in one of these health states, V(INIT), V(ACTIVE), V(RF_CNX_ERROR) or V(SUSPENDED).
          Case doesn't matter.
        type: list
        elements: str
      query:
        description: Only devices whose name, or DevEUI without separators, begins with these characters.
        type: str
      created_from:
        description:
          - Only devices that were created at this time or later, such as V(2018-08-24T09:27:59Z), with or without
            quotation marks.
          - Without an offset such as V(Z) or V(+02:00), the time is the platform's local time. A date means the
            start of the day.
        type: str
      created_to:
        description: Only devices that were created at this time or earlier, in the format of O(select.created_from).
          A date means the end of the day.
        type: str
      last_up_before:
        description:
          - Only devices whose last uplink came before this time, such as V(2018-08-24T09:27:59+02:00). The offset
            from UTC is required.
          - A device without any uplink counts, even a new one. To exclude new devices, also set O(select.created_to).
        type: str
      silent_for:
        description:
          - Only devices without an uplink for at least this time, as an ISO 8601 duration such as V(P2D) or V(PT12H).
            The clock is that of the machine where the task runs.
          - A device without any uplink counts as silent, even a new one. To exclude new devices, also set O(select.created_to).
        type: str
      network_geolocation:
        description:
          - Only devices whose connectivity plan has network geolocation, or with V(false) lacks it.
          - Ignored with O(select.connectivity_plan).
        type: bool
      passive_roaming:
        description:
          - Only devices whose connectivity plan allows passive roaming, or with V(false) doesn't allow it.
          - Ignored with O(select.connectivity_plan).
        type: bool
      alarm_level:
        description: Only devices with an unacknowledged alarm of this level or a higher one.
        type: int
        choices: [1, 2, 3, 4, 5, 6]
      battery_level:
        description:
          - Only devices with at most this battery level.
          - LoRaWAN has levels from 1 (lowest) to 254 (highest). Devices with an external power supply are excluded.
        type: int
      max_rssi:
        description: Only devices with at most this average RSSI, in dBm, from -200 to 20.
        type: float
      max_snr:
        description: Only devices with at most this average SNR, in dB, from -50 to 50.
        type: float
      min_snr:
        description: Only devices with at least this average SNR, in dB, from -50 to 50.
        type: float
      min_latitude:
        description: Only devices north of this latitude, in decimal degrees.
        type: float
      max_latitude:
        description: Only devices south of this latitude, in decimal degrees.
        type: float
      min_longitude:
        description: Only devices east of this longitude, in decimal degrees.
        type: float
      max_longitude:
        description:
          - Only devices west of this longitude, in decimal degrees.
          - It can't be less than O(select.min_longitude). For an area across 180 degrees, run the task once per
            side.
        type: float
      all:
        description: Every device of the subscription, without other filters.
        type: bool
        default: false
  set:
    description:
      - Options of M(lorawan.thingpark.tdm_device) for all devices that match O(select). Other options keep their
        values.
    type: dict
  max_changes:
    description:
      - Maximum number of devices to change, or a percentage of all devices that this run describes. If the run
        would change more, the task fails before the first change, and lists them in RV(change_candidates).
      - The default is no maximum, or 100 with O(select).
    type: raw
  src:
    description:
      - File that describes the devices, on the machine where the task runs. With a local connection, a relative
        path is also searched beside the playbook and in the role's C(files).
      - A text file (C(.csv), C(.tsv), C(.txt)) has ThingPark's import format, with columns A to AA and without
        headings. Or it is a table with headings in the first row, such as C(DevEUI) and C(AppKey), in any order.
        An Excel workbook (C(.xlsx), C(.xlsm)) has headings. Workbooks need openpyxl where the task runs.
      - A JSON or YAML file contains a list like O(devices), or a dictionary with C(devices) and C(defaults). Texts
        and numbers stay as written, also an unquoted C(no). A duplicate key is a fault.
      - The file must be a regular file of at most 64 MiB.
      - An empty cell leaves the device's value as it is. Latitude and longitude can have a decimal comma if semicolons
        or tabs separate the cells. Column G (ThingPark X configuration) has no field in the API and is ignored
        with a warning.
    type: path
  columns:
    description:
      - Maps headings of a table in O(src) to options, as C(heading=option). Case, blanks and punctuation in a heading
        don't matter.
      - C(OPTION:KEY) sets one key of an option that is a dictionary, such as V(domains:Site).
    type: dict
  ignore_columns:
    description: Headings of columns in O(src) to ignore. Any other unknown heading is a fault.
    type: list
    elements: str
  sheet:
    description: The sheet of a workbook in O(src). The default is the first sheet that isn't hidden.
    type: str
  defaults:
    description: Options for every device that doesn't set them itself, also C(create).
    type: dict
  state:
    description:
      - Whether the devices should exist, unless a device has its own C(state).
      - V(absent) is a fault for a CSV with C(CREATE) or C(UPDATE) rows.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create devices that don't exist. A device, O(defaults) and the file's C(defaults) can override
        it. C(UPDATE) rows of a CSV never create devices.
      - With V(false), a device that doesn't exist fails, and the others continue. Options that only a creation
        needs, such as keys, are not required.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates a device.
      - V(on_change) also sends the keys in O(keys) or O(keys_src) once if they differ from the last run. To recognize
        a change, the task stores a salted fingerprint of each device's keys below Ansible's home, but no key. The
        keys in the first run with a device count as already written.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, on_change, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
  key_encryption:
    description:
      - V(exchange_key) encrypts C(app_key) and C(nwk_key) with the platform's public RSA exchange key before sending
        them. The task fetches the exchange key once, and only if it sends a key.
      - The platform accepts no other encrypted keys. If the task had to send another key, it fails before the first
        change.
      - Describe the keys unencrypted. C(exchange_key_version), C(hsm_app_key_version) and C(hsm_nwk_key_version)
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
  parallel:
    description: How many requests to send at the same time, from 1 to 64.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) continues with the other devices when one fails.
      - V(stop) starts no other device after the first failure. The remaining devices are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: Start no other device after more than this number of devices have failed.
    type: int
  max_deletions:
    description:
      - Maximum number of C(absent) devices to delete, or a percentage of all devices that this run describes. If
        the run would delete more, the task fails before the first change, and lists them in RV(deletion_candidates).
      - A purge has its own maximum, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - Backup file of the deleted devices. A run that deletes devices writes it before its first change. It must
        not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
      - The file contains no secrets, because the platform never shows them. To restore the devices, add their secrets,
        set C(create) to V(true) in the file's C(defaults), and use the file as O(src). Without these edits, the
        file creates nothing, and each device fails with a list of the missing options.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described
        device, and its columns are C(dev_eui), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the
        action V(refused). Where the run ended before any device, the only row says why and names no device.
      - Texts that a spreadsheet would take for formulas have an apostrophe in front. No secrets are in it.
      - In check mode it is not written. M(lorawan.thingpark.tdm_report) reads it.
    type: path
  check_licences:
    description:
      - Whether to check that each connectivity plan has enough free licenses for the devices that will get it.
        If not, the task fails before the first change.
      - The task reads the list of connectivity plans anyway, for their names.
    type: bool
    default: true
  progress:
    description:
      - Whether a long run reports its progress every two seconds, on the standard error. Only works if the task
        runs in Ansible's worker process.
    type: bool
    default: true
  results:
    description: Selects the devices in RV(results). V(changed) lists changed and failed ones.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  cache:
    description:
      - Whether to cache, in a file below Ansible's home, the fields of a device that the platform's list doesn't
        show, with the time of its last change. While the list shows the same time, the next run doesn't fetch the
        device.
      - Without the cache, each run fetches every device that has such an option.
    type: bool
    default: true
  purge:
    description:
      - Removes devices that you don't describe. Without this option, they stay untouched.
      - The purge runs last, and only if no described device failed.
    type: dict
    suboptions:
      scope:
        description: Conditions for the devices to remove. One condition is required, and all conditions must match.
        type: dict
        required: true
        suboptions:
          tag:
            description: A tag of the devices.
            type: str
          domain:
            description: 'Domains of the devices, as C(group: name).'
            type: dict
          name_prefix:
            description: First characters of the name.
            type: str
          eui_prefix:
            description: First digits of the DevEUI, from 1 to 16 hexadecimal digits in any spelling. Quote them.
            type: str
          all:
            description: All devices of the subscription.
            type: bool
            default: false
      max:
        description:
          - Maximum number of devices to remove, or a percentage of the devices in O(purge.scope). If the run would
            remove more, the task fails before the first change, and lists them in RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes the devices with all their history. V(suspend) suspends them.
        type: str
        default: delete
        choices: [delete, suspend]
      backup:
        description: The same as O(backup).
        type: path
      bulk:
        description: Allows the platform's import to delete these devices too, unless O(bulk=never).
        type: bool
        default: false
  bulk:
    description:
      - Creates and deletes devices with the platform's own import. One import carries up to 500 devices.
      - V(never) sends one request per device. This is the default because we tested the import on our simulator
        only, never on a real platform. Try V(auto) with a test subscription first.
      - V(auto) needs at least 50 devices. The task times one single request, then an import of 50 devices. It goes
        on importing as long as the import takes less time per device than single requests. Single requests continue
        during a slow import. The platform may still work on it when the task ends, so don't delete these devices
        within the next minutes.
      - V(always) imports every device that a row of the import can describe, at any speed.
      - The option changes only how devices are created and deleted. Validation, the plan, check mode, the outcome
        of each device, labels and the next run stay the same. Updates are always single requests.
      - Some devices are always created by single requests, because no row can describe them. These are devices
        with C(debug_network_geolocation), C(lorawan_debug), C(location_type) V(network) or C(suspended), OTAA devices
        with a C(dev_addr), and texts with line breaks, backslashes, or blanks at an end. On ThingPark Enterprise,
        and with C(auth_method) V(oauth2) on any platform, these are also devices with C(routing_profile), C(marker_id),
        C(verification_code), C(nwk_key) or the version of a key that encrypts others.
      - The task imports nothing with O(on_error=stop), O(max_failures) or O(update_keys=always), because an import
        can't stop at its first failure. It imports a purge only with O(purge.bulk).
      - If an import gets no usable answer, the task reads the device list until the list stays the same. Single
        requests then create the missing devices. After all imports, the task reads the list once more and corrects
        what differs from the description. It also reads one of the new devices, because the platform may have ignored
        a column of the import. If it did, the next run reads all of them and corrects them.
      - If the platform or the account has no import (status 403, 404, 405 or 415), the task sends single requests.
      - If an import refuses all of its devices, single requests try them once more, because the platform may refuse
        the import itself. After three such imports, the task sends no more imports.
    type: str
    default: never
    choices: [never, auto, always]
  keys:
    description:
      - Keys that you keep apart from the description, as dictionaries of options such as C(app_key), by dev_eui.
        Keys in the description take precedence. Keys of other devices are ignored.
      - To read a file that Ansible Vault encrypts, use the lookup C(ansible.builtin.unvault) and the filter C(from_yaml).
    type: dict
  keys_src:
    description:
      - A file with devices in one of the formats of O(src), and in the same places. Only its keys are used. Use
        it instead of O(keys), but not for a file that Ansible Vault encrypts.
    type: path
seealso:
  - module: lorawan.thingpark.tdm_device
  - module: lorawan.thingpark.tdm_session
"""

EXAMPLES = r"""
- name: Make the platform match a file in ThingPark's import format
  lorawan.thingpark.tdm_fleet:
    src: fleet.csv

- name: Create the devices of a vendor's delivery list
  lorawan.thingpark.tdm_fleet:
    src: delivery.csv
    columns:
      SN: name
    ignore_columns: [Type, Shipped]
    defaults:
      device_profile: LORA/GenericA.1.0.4a_ETSI
      activation: OTAA
      connectivity_plan: kpn-cs/seldom

- name: Update existing devices only, without keys
  lorawan.thingpark.tdm_fleet:
    create: false
    devices:
      - dev_eui: 70B3D57ED0000031
        name: floor-00001, moved

- name: Delete a device
  lorawan.thingpark.tdm_fleet:
    state: absent
    max_deletions: 1
    devices:
      - dev_eui: 70B3D57ED0000032

- name: Assign another routing profile to all devices of a building
  lorawan.thingpark.tdm_fleet:
    select:
      domain: {Site: Utrecht}
    set:
      routing_profile: Sensor platform
    max_changes: 500

- name: Read the keys from a separate variable, and write changed keys once
  lorawan.thingpark.tdm_fleet:
    devices: "{{ new_sensors }}"
    keys: "{{ safe }}"
    defaults:
      device_profile: LORA/GenericA.1.0.4a_ETSI
      activation: OTAA
      connectivity_plan: kpn-cs/seldom
    update_keys: on_change

- name: Create or update these devices, and delete other devices with the tag
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
  description: Number of devices that were V(created), V(updated), V(deleted), V(suspended), V(resumed), V(unchanged), V(failed)
    and V(skipped).
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
  description: The devices that O(results) selects, with the outcome of each.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    dev_eui:
      description: The device.
      type: str
      sample: 70B3D57ED0000001
    action:
      description: The outcome, one of the keys of RV(summary).
      type: str
      sample: skipped
    changed:
      description: Whether the device changed.
      type: bool
      sample: false
    where:
      description: Place of the description, such as V(line 12) or V(devices[3]), or V(purge).
      type: str
      sample: devices[0]
    error:
      description: The reason why the device failed or was skipped.
      type: str
      sample: 'not begun: 21 devices had failed, and no more than 20 may'
  sample:
    - {dev_eui: 70B3D57ED0000001, action: created, changed: true, where: line 2}
requests:
  description: Number of requests by HTTP method, including the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: Number of devices that the task fetched individually to compare them.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: Duration of the task, in seconds.
  returned: when the platform was asked
  type: float
  sample: 3.21
notes:
  description:
    - Notes about the run, such as that the platform is an older one. C(-v) shows them.
  returned: when there is a note
  type: list
  elements: str
  sample:
    - 'This is an older platform, whose list shows little of a device: the run fetched 200 of them one by one, as every run
      has to'
deletion_candidates:
  description: The devices that the run would have deleted, if they were not more than O(max_deletions).
  returned: when there were too many deletions
  type: list
  elements: str
  sample: [70B3D57ED0000001]
change_candidates:
  description: The devices that the run would have changed, if they were not more than O(max_changes).
  returned: when there were too many changes
  type: list
  elements: str
  sample: [70B3D57ED0000001]
purge_candidates:
  description: The devices that the purge would have removed, if they were not more than O(purge.max).
  returned: when the purge had too many candidates
  type: list
  elements: str
  sample: [70B3D57ED0000001]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: Backup file with the devices that the run deletes.
  returned: when a run has devices to delete
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description. Each has C(where), C(dev_eui), C(option) and C(message).
    - If many devices have the same fault, it is listed once. C(where) then names the first places, C(dev_eui) is empty, and
      C(rows) lists all devices with C(where) and C(dev_eui).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - {where: line 7, dev_eui: '', option: dev_eui (column B), message: is missing}
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
from ..module_utils._tasks.many import many

TASK = many(DEVICE, "tdm_fleet")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
