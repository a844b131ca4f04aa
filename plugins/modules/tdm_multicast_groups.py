#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_groups
short_description: Make multicast groups on ThingPark match a list or a file
version_added: 0.1.0
description:
  - Makes multicast groups match a list or a file, and reports each change. You can run the task again at any time.
  - Multicast groups that you don't describe stay untouched, unless you set O(purge).
  - The task checks each description before the first request, and reports all faults together.
  - One bad multicast group doesn't stop the others. The task completes the others, then fails and returns the outcome of each.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
requirements:
  - openpyxl >= 3.0.10, for a workbook as O(src)
options:
  multicast_groups:
    description:
      - The multicast groups. Each is a dictionary with the options of M(lorawan.thingpark.tdm_multicast_group). The option
        C(dev_eui) is required in each. C(state) and C(create) can be set for each.
      - Unknown options are faults. One of O(multicast_groups) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Updates all multicast groups on the platform that match these filters with the options in O(set). Creates no multicast
        group. Use it instead of O(multicast_groups) and O(src).
      - A second run doesn't touch the multicast groups that already match O(set).
    type: dict
    suboptions:
      eui_prefix:
        description: Only multicast groups whose DevEUI begins with these digits.
        type: str
      addr_prefix:
        description: Only multicast groups whose DevAddr begins with these digits.
        type: str
      name:
        description: Only multicast groups whose name begins with these characters.
        type: str
      base_station_tag:
        description: Only multicast groups with this base station tag, of any namespace.
        type: str
      domain:
        description: 'Only multicast groups with all of these domains, as C(group: name).'
        type: dict
      connectivity_plan:
        description: Only multicast groups with this connectivity plan, by ID or commercial name. V(_any) selects groups with
          any plan, and V(_unset) groups without a plan.
        type: str
      application_server:
        description: Only multicast groups with all of these application servers, each by ID or name.
        type: list
        elements: str
      alarm_level:
        description: Only multicast groups with an unacknowledged alarm of at least this level, from V(1) (cleared) to V(6)
          (critical).
        type: int
        choices: [1, 2, 3, 4, 5, 6]
      query:
        description: Only multicast groups whose DevEUI or name begins with this text.
        type: str
      all:
        description: Every multicast group of the subscription, without other filters.
        type: bool
        default: false
  set:
    description:
      - Options of M(lorawan.thingpark.tdm_multicast_group) for all multicast groups that match O(select). Other options keep
        their values.
    type: dict
  max_changes:
    description:
      - Maximum number of multicast groups to change, or a percentage of all multicast groups that this run describes. If the
        run would change more, the task fails before the first change, and lists them in RV(change_candidates).
      - The default is no maximum, or 100 with O(select).
    type: raw
  src:
    description:
      - File that describes the multicast groups, on the machine where the task runs. With a local connection, a relative path
        is also searched beside the playbook and in the role's C(files).
      - A JSON or YAML file contains a list like O(multicast_groups), or a dictionary with C(multicast_groups) and C(defaults).
        Texts and numbers stay as written, also an unquoted C(no). A duplicate key is a fault.
      - A table needs a row of headings. It is a text file (C(.csv), C(.tsv), C(.txt)) or an Excel workbook (C(.xlsx), C(.xlsm)).
        Workbooks need openpyxl where the task runs. An empty cell leaves the value as it is.
      - The file must be a regular file of at most 64 MiB.
    type: path
  columns:
    description:
      - Maps headings of a table in O(src) to options, as C(heading=option). Case, blanks and punctuation in a heading don't
        matter.
      - C(OPTION:KEY) sets one key of an option that is a dictionary.
    type: dict
  ignore_columns:
    description: Headings of columns in O(src) to ignore. Any other unknown heading is a fault.
    type: list
    elements: str
  sheet:
    description: The sheet of a workbook in O(src). The default is the first sheet that isn't hidden.
    type: str
  defaults:
    description: Options for every multicast group that doesn't set them itself, also C(create).
    type: dict
  state:
    description: Whether the multicast groups should exist, unless a multicast group has its own C(state).
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create multicast groups that don't exist. A single description, O(defaults) and the file's C(defaults) can
        override it.
      - With V(false), a multicast group that doesn't exist fails, and the others continue. Options that only a creation needs,
        such as keys, are not required.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates a multicast group.
      - V(on_change) also sends the keys in O(keys) or O(keys_src) once if they differ from the last run. To recognize a change,
        the task stores a salted fingerprint of each multicast group's keys below Ansible's home, but no key. The keys in the
        first run with a multicast group count as already written.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, on_change, always]
  force:
    description: Overwrite another user's change at the same moment, in spite of the platform's optimistic locking.
    type: bool
    default: false
  parallel:
    description: How many requests to send at the same time, from 1 to 64.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) continues with the other multicast groups when one fails.
      - V(stop) starts no other multicast group after the first failure. The remaining multicast groups are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: Start no other multicast group after more than this number of multicast groups have failed.
    type: int
  max_deletions:
    description:
      - Maximum number of C(absent) multicast groups to delete, or a percentage of all multicast groups that this run describes.
        If the run would delete more, the task fails before the first change, and lists them in RV(deletion_candidates).
      - A purge has its own maximum, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - Backup file of the deleted multicast groups. A run that deletes multicast groups writes it before its first change.
        It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
      - The file contains no secrets, because the platform never shows them. To restore the multicast groups, add their secrets,
        set C(create) to V(true) in the file's C(defaults), and use the file as O(src). Without these edits, the file creates
        nothing, and each multicast group fails with a list of the missing options.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described multicast
        group, and its columns are C(dev_eui), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the action V(refused).
        Where the run ended before any multicast group, the only row says why and names no multicast group.
      - Texts that a spreadsheet would take for formulas have an apostrophe in front. No secrets are in it.
      - In check mode it is not written. M(lorawan.thingpark.tdm_report) reads it.
    type: path
  progress:
    description:
      - Whether a long run reports its progress every two seconds, on the standard error. Only works if the task runs in Ansible's
        worker process.
    type: bool
    default: true
  results:
    description: Selects the multicast groups in RV(results). V(changed) lists changed and failed ones.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Removes multicast groups that you don't describe. Without this option, they stay untouched.
      - The purge runs last, and only if no described multicast group failed.
    type: dict
    suboptions:
      scope:
        description: Conditions for the multicast groups to remove. One condition is required, and all conditions must match.
        type: dict
        required: true
        suboptions:
          domain:
            description: 'Domains of the multicast groups, as C(group: name).'
            type: dict
          base_station_tag:
            description: An operator's base station tag of the multicast groups.
            type: str
          name_prefix:
            description: First characters of the name.
            type: str
          eui_prefix:
            description: First digits of the DevEUI.
            type: str
          all:
            description: All multicast groups of the subscription.
            type: bool
            default: false
      max:
        description:
          - Maximum number of multicast groups to remove, or a percentage of the multicast groups in O(purge.scope). If the
            run would remove more, the task fails before the first change, and lists them in RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes the multicast groups.
        type: str
        default: delete
        choices: [delete]
      backup:
        description: The same as O(backup).
        type: path
  keys:
    description:
      - Keys that you keep apart from the description, as dictionaries of options such as C(app_key), by dev_eui. Keys in the
        description take precedence. Keys of other multicast groups are ignored.
      - To read a file that Ansible Vault encrypts, use the lookup C(ansible.builtin.unvault) and the filter C(from_yaml).
    type: dict
  keys_src:
    description:
      - A file with multicast groups in one of the formats of O(src), and in the same places. Only its keys are used. Use it
        instead of O(keys), but not for a file that Ansible Vault encrypts.
    type: path
seealso:
  - module: lorawan.thingpark.tdm_multicast_group
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Create or update the multicast groups of two districts
  lorawan.thingpark.tdm_multicast_groups:
    defaults:
      class: C
      connectivity_plan: Multicast
      base_station_tags: [city]
    multicast_groups:
      - dev_eui: 70B3D57ED00000F0
        dev_addr: "1400F00D"
        nwk_s_key: "{{ group_keys.nwk_s_key }}"
        domains:
          Site: North
      - dev_eui: 70B3D57ED00000F1
        dev_addr: "1400F00E"
        nwk_s_key: "{{ group_keys.nwk_s_key }}"
        domains:
          Site: South

- name: Delete a multicast group
  lorawan.thingpark.tdm_multicast_groups:
    max_deletions: 1
    multicast_groups:
      - dev_eui: 70B3D57ED00000F1
        state: absent
"""

RETURN = r"""
summary:
  description: Number of multicast groups that were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The multicast groups that O(results) selects, with the outcome of each.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    dev_eui:
      description: The multicast group.
      type: str
      sample: 70B3D57ED00000F0
    action:
      description: The outcome, one of the keys of RV(summary).
      type: str
      sample: skipped
    changed:
      description: Whether the multicast group changed.
      type: bool
      sample: false
    where:
      description: Place of the description, such as V(line 12) or V(multicast_groups[3]), or V(purge).
      type: str
      sample: multicast_groups[0]
    error:
      description: The reason why the multicast group failed or was skipped.
      type: str
      sample: 'not begun: 21 multicast groups had failed, and no more than 20 may'
  sample:
    - dev_eui: 70B3D57ED00000F0
      action: created
      changed: true
      where: multicast_groups[0]
requests:
  description: Number of requests by HTTP method, including the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: Number of multicast groups that the task fetched individually to compare them.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: Duration of the task, in seconds.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The multicast groups that the run would have deleted, if they were not more than O(max_deletions).
  returned: when there were too many deletions
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
change_candidates:
  description: The multicast groups that the run would have changed, if they were not more than O(max_changes).
  returned: when there were too many changes
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
purge_candidates:
  description: The multicast groups that the purge would have removed, if they were not more than O(purge.max).
  returned: when the purge had too many candidates
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: Backup file with the multicast groups that the run deletes.
  returned: when a run has multicast groups to delete
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description. Each has C(where), C(dev_eui), C(option) and C(message).
    - If many multicast groups have the same fault, it is listed once. C(where) then names the first places, C(dev_eui) is empty,
      and C(rows) lists all multicast groups with C(where) and C(dev_eui).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: multicast_groups[1]
      dev_eui: 70B3D57ED00000F1
      option: ping_slot_period
      message: 'is missing: class B needs it'
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
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.many import many

TASK = many(MULTICAST_GROUP, "tdm_multicast_groups")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
