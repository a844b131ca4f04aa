#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/multicast_group.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_multicast_groups
short_description: Make the multicast groups in ThingPark's Device Manager match their description
version_added: 0.1.0
description:
  - Makes multicast groups match a list or a file, tells what it changed, and can be run again at any moment.
  - Those that are not described are left alone, unless O(purge) says so.
  - Every description is checked before the first request, and all faults are reported together.
  - One bad multicast group spoils nothing. The others are done, then the task fails and still returns what became of each.
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
      - The multicast groups, each a dictionary with the options of M(lorawan.thingpark.tdm_multicast_group), of which C(dev_eui)
        is required. C(state) and C(create) may be given for each.
      - Unknown options are faults. One of O(multicast_groups) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Instead of O(multicast_groups) and O(src), all multicast groups on the platform that match these filters get what
        O(set) says. None is made.
      - Run again, those that are as O(set) says already are left alone.
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
        description: Only multicast groups with this tag of base stations, whoever's it is.
        type: str
      domain:
        description: 'Only multicast groups with all of these domains, as C(group: name).'
        type: dict
      connectivity_plan:
        description: Only multicast groups on this connectivity plan, by its ID or by its commercial name. V(_any) stands
          for every plan and V(_unset) for none.
        type: str
      application_server:
        description: Only multicast groups with all of these application servers, each by its ID or by its name.
        type: list
        elements: str
      alarm_level:
        description: Only multicast groups with an alarm that nobody acknowledged, of this level or worse, from V(1), cleared,
          to V(6), critical.
        type: int
        choices: [1, 2, 3, 4, 5, 6]
      query:
        description: Only multicast groups whose DevEUI or name begins with this.
        type: str
      all:
        description: Every multicast group of the subscription; no filter goes with it.
        type: bool
        default: false
  set:
    description:
      - What all multicast groups that match O(select) shall be, as options of M(lorawan.thingpark.tdm_multicast_group).
        What isn't given is left alone.
    type: dict
  max_changes:
    description:
      - How many multicast groups may change, as a number, or as a percentage of all multicast groups that this run describes.
        If there are more, the task fails before anything is changed, and returns them as RV(change_candidates).
      - Without it, as many as are described; with O(select) no more than 100.
    type: raw
  src:
    description:
      - File that describes the multicast groups, on the machine where the task runs. With a local connection it is looked
        for beside the playbook and in the role's C(files) too.
      - JSON or YAML, a list like O(multicast_groups), or a dictionary with C(multicast_groups) and C(defaults). Texts and
        numbers stay as they are written, an unquoted C(no) too, and a key that is repeated in the same place is refused.
      - A table with a row of headings, C(.csv), C(.tsv) and C(.txt), or an Excel workbook, C(.xlsx) and C(.xlsm), for which
        openpyxl has to be installed where the task runs. An empty cell says nothing.
      - A regular file of at most 64 MiB.
    type: path
  columns:
    description:
      - What the headings of a table in O(src) mean that are no option's name, as C(heading=option). Upper and lower case,
        blanks and signs of a heading don't matter.
      - C(OPTION:KEY) is one key of an option that is a dictionary.
    type: dict
  ignore_columns:
    description: Headings of columns of a table in O(src) that are left out. Any other heading that is no option is a fault.
    type: list
    elements: str
  sheet:
    description: The sheet of a workbook in O(src). Without it, the first one that isn't hidden is read.
    type: str
  defaults:
    description: Options for every multicast group that doesn't say otherwise, with C(create) among them.
    type: dict
  state:
    description: Whether the multicast groups should exist, unless a multicast group has a C(state) of its own.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether multicast groups that aren't there may be created, unless a multicast group, O(defaults) or the file's C(defaults)
        say otherwise.
      - With V(false), a multicast group that isn't there fails and the others are done. What only a creation needs, such
        as keys, is not missing then.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options when a multicast group is created, and never again.
      - V(on_change) does that too, and sends the keys in O(keys) or O(keys_src) again, once, where they are others than
        in the last run. A salted fingerprint of each multicast group's keys is kept below Ansible's home for it, and no
        key. What the first run with a multicast group sees counts as written.
      - V(always) sends them in every run, which is a change in every run, since nothing shows whether they differ.
    type: str
    default: on_create
    choices: [on_create, on_change, always]
  force:
    description: Override the platform's optimistic locking, so that another writer's change at the same moment is overwritten.
    type: bool
    default: false
  parallel:
    description: How many requests are under way at once, from 1 to 64.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) goes on with the other multicast groups when one fails.
      - V(stop) begins no further multicast group after the first failure. Those not begun are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: When more than this many multicast groups have failed, begin no further one.
    type: int
  max_deletions:
    description:
      - How many multicast groups that are described as C(absent) may be deleted, as a number, or as a percentage of all
        multicast groups that this run describes. If there are more, the task fails before anything is changed, and returns
        them as RV(deletion_candidates).
      - A purge has its own, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - File for what deleted multicast groups were, written before the first change of a run that deletes any. They stand
        there with C(create) V(false), and without their secrets, which can't be read from the platform. To make them again,
        add their secrets, say C(create) V(true) in the file's C(defaults), and give it as O(src). Without that, nothing
        is made, and each multicast group says what it lacks.
      - It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
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
      - Whether a long run says every two seconds how far it is, on the standard error. Only where the task runs in Ansible's
        worker.
    type: bool
    default: true
  results:
    description: Which multicast groups the result lists in RV(results). V(changed) are those that changed and those that
      failed.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Remove multicast groups that are not described. Without this option, nothing that isn't described is touched.
      - It is done last, and only when no described multicast group failed.
    type: dict
    suboptions:
      scope:
        description: Which multicast groups may go. All conditions given must hold, and one of them is required.
        type: dict
        required: true
        suboptions:
          domain:
            description: 'Domains that they have, as C(group: name).'
            type: dict
          base_station_tag:
            description: A tag of the operator that they have.
            type: str
          name_prefix:
            description: First characters of their name.
            type: str
          eui_prefix:
            description: First digits of their DevEUI.
            type: str
          all:
            description: All multicast groups of the subscription.
            type: bool
            default: false
      max:
        description:
          - How many may go, as a number, or as a percentage of the multicast groups in O(purge.scope). If there are more,
            the task fails before anything is changed, and returns them as RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes them.
        type: str
        default: delete
        choices: [delete]
      backup:
        description: The same as O(backup).
        type: path
  keys:
    description:
      - Keys that stand apart from the description, as dictionaries of options such as C(app_key), by dev_eui. What the
        description itself says counts. Those of multicast groups that aren't described are of no use here, and do no harm.
      - Of a file that Vault has encrypted, the lookup C(ansible.builtin.unvault) and the filter C(from_yaml) make it.
    type: dict
  keys_src:
    description:
      - A file with multicast groups as O(src) has them, of which only the keys are read, instead of O(keys).
    type: path
seealso:
  - module: lorawan.thingpark.tdm_multicast_group
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: The street lights of two districts
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

- name: The second one is no longer needed
  lorawan.thingpark.tdm_multicast_groups:
    max_deletions: 1
    multicast_groups:
      - dev_eui: 70B3D57ED00000F1
        state: absent
"""

RETURN = r"""
summary:
  description: How many multicast groups were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The multicast groups that O(results) asks for.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    dev_eui:
      description: The multicast group.
      type: str
    action:
      description: What became of it, in the words of RV(summary).
      type: str
    changed:
      description: Whether it changed.
      type: bool
    where:
      description: Where it is described, such as V(line 12) or V(multicast_groups[3]), or V(purge).
      type: str
    error:
      description: Why it failed or was skipped.
      type: str
  sample:
    - dev_eui: 70B3D57ED00000F0
      action: created
      changed: true
      where: multicast_groups[0]
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: How many multicast groups had to be fetched to be compared.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: How long it took.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The multicast groups that would have been deleted, were they not more than O(max_deletions).
  returned: when the deletions were refused
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
change_candidates:
  description: The multicast groups that would have been changed, were they not more than O(max_changes).
  returned: when the changes were refused
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
purge_candidates:
  description: The multicast groups that a purge would have removed, were they not more than O(purge.max).
  returned: when a purge was refused
  type: list
  elements: str
  sample: [70B3D57ED00000F0]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: The file with the multicast groups that the run was about to delete.
  returned: when the run was about to delete multicast groups
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description, each with C(where), C(dev_eui), C(option) and C(message).
    - A fault that many multicast groups have alike stands there once. Its C(where) names the first ones, its C(dev_eui) is
      empty, and its C(rows) are all of them, each with C(where) and C(dev_eui).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: multicast_groups[1]
      dev_eui: 70B3D57ED00000F1
      option: ping_slot_period
      message: 'is missing: class B needs it'
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
from ..module_utils._resources.multicast_group import MULTICAST_GROUP
from ..module_utils._tasks.many import many

TASK = many(MULTICAST_GROUP, "tdm_multicast_groups")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
