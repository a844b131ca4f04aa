#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/routing_profile.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_routing_profiles
short_description: Make the AS routing profiles in ThingPark's Device Manager match their description
version_added: 0.1.0
description:
  - Makes AS routing profiles match a list or a file, tells what it changed, and can be run again at any moment.
  - Those that are not described are left alone, unless O(purge) says so. The default one is never deleted, and the platform
    refuses to delete one that devices use.
  - Every description is checked before the first request, and all faults are reported together.
  - One bad routing profile spoils nothing. The others are done, then the task fails and still returns what became of each.
  - ThingPark Wireless has routing profiles. ThingPark Enterprise has none; use M(lorawan.thingpark.tdm_application_servers)
    there.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
requirements:
  - openpyxl >= 3.0.10, for a workbook as O(src)
options:
  routing_profiles:
    description:
      - The routing profiles, each a dictionary with the options of M(lorawan.thingpark.tdm_routing_profile), of which C(id)
        or C(name) is required. C(state) and C(create) may be given for each.
      - Unknown options are faults. One of O(routing_profiles) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Instead of O(routing_profiles) and O(src), all routing profiles on the platform that match these filters get what O(set)
        says. None is made.
      - Run again, those that are as O(set) says already are left alone.
    type: dict
    suboptions:
      name:
        description: Only routing profiles whose name begins with these characters.
        type: str
      all:
        description: Every routing profile of the subscription; no filter goes with it.
        type: bool
        default: false
  set:
    description:
      - What all routing profiles that match O(select) shall be, as options of M(lorawan.thingpark.tdm_routing_profile). What
        isn't given is left alone.
    type: dict
  max_changes:
    description:
      - How many routing profiles may change, as a number, or as a percentage of all routing profiles that this run describes.
        If there are more, the task fails before anything is changed, and returns them as RV(change_candidates).
      - Without it, as many as are described; with O(select) no more than 100.
    type: raw
  src:
    description:
      - File that describes the routing profiles, on the machine where the task runs. With a local connection it is looked for
        beside the playbook and in the role's C(files) too.
      - JSON or YAML, a list like O(routing_profiles), or a dictionary with C(routing_profiles) and C(defaults). Texts and numbers
        stay as they are written, an unquoted C(no) too, and a key that is repeated in the same place is refused.
      - A table with a row of headings, C(.csv), C(.tsv) and C(.txt), or an Excel workbook, C(.xlsx) and C(.xlsm), for which
        openpyxl has to be installed where the task runs. An empty cell says nothing.
      - A regular file of at most 64 MiB.
    type: path
  columns:
    description:
      - What the headings of a table in O(src) mean that are no option's name, as C(heading=option). Upper and lower case, blanks
        and signs of a heading don't matter.
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
    description: Options for every routing profile that doesn't say otherwise, with C(create) among them.
    type: dict
  state:
    description: Whether the routing profiles should exist, unless a routing profile has a C(state) of its own.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether routing profiles that aren't there may be created, unless a routing profile, O(defaults) or the file's C(defaults)
        say otherwise.
      - With V(false), a routing profile that isn't there fails and the others are done. What only a creation needs, such as
        keys, is not missing then.
    type: bool
    default: true
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
      - V(continue) goes on with the other routing profiles when one fails.
      - V(stop) begins no further routing profile after the first failure. Those not begun are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: When more than this many routing profiles have failed, begin no further one.
    type: int
  max_deletions:
    description:
      - How many routing profiles that are described as C(absent) may be deleted, as a number, or as a percentage of all routing
        profiles that this run describes. If there are more, the task fails before anything is changed, and returns them as
        RV(deletion_candidates).
      - A purge has its own, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - File for what deleted routing profiles were, written before the first change of a run that deletes any. They stand there
        with C(create) V(false), and without their secrets, which can't be read from the platform. To make them again, add their
        secrets, say C(create) V(true) in the file's C(defaults), and give it as O(src). Without that, nothing is made, and
        each routing profile says what it lacks.
      - It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described routing
        profile, and its columns are C(name), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the action V(refused).
        Where the run ended before any routing profile, the only row says why and names no routing profile.
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
    description: Which routing profiles the result lists in RV(results). V(changed) are those that changed and those that failed.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Remove routing profiles that are not described. Without this option, nothing that isn't described is touched.
      - It is done last, and only when no described routing profile failed.
    type: dict
    suboptions:
      scope:
        description: Which routing profiles may go. All conditions given must hold, and one of them is required.
        type: dict
        required: true
        suboptions:
          name_prefix:
            description: First characters of their name.
            type: str
          all:
            description: All routing profiles of the subscription.
            type: bool
            default: false
      max:
        description:
          - How many may go, as a number, or as a percentage of the routing profiles in O(purge.scope). If there are more, the
            task fails before anything is changed, and returns them as RV(purge_candidates).
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
seealso:
  - module: lorawan.thingpark.tdm_routing_profile
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Where the data of two customers go
  lorawan.thingpark.tdm_routing_profiles:
    routing_profiles:
      - name: parking
        routes:
          - destinations:
              - address: https://parking.example.com/uplinks
      - name: metering
        routes:
          - destinations:
              - address: https://metering.example.com/uplinks

- name: The customer has left
  lorawan.thingpark.tdm_routing_profiles:
    max_deletions: 1
    routing_profiles:
      - name: parking
        state: absent
"""

RETURN = r"""
summary:
  description: How many routing profiles were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The routing profiles that O(results) asks for.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    id:
      description: The routing profile.
      type: str
    action:
      description: What became of it, in the words of RV(summary).
      type: str
    changed:
      description: Whether it changed.
      type: bool
    where:
      description: Where it is described, such as V(line 12) or V(routing_profiles[3]), or V(purge).
      type: str
    error:
      description: Why it failed or was skipped.
      type: str
    name:
      description: Its name, where it was meant by that.
      type: str
  sample:
    - name: metering
      id: TWA_100002581.26000
      action: created
      changed: true
      where: routing_profiles[0]
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: How many routing profiles had to be fetched to be compared.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: How long it took.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The routing profiles that would have been deleted, were they not more than O(max_deletions).
  returned: when the deletions were refused
  type: list
  elements: str
  sample: [TWA_100002581.26000]
change_candidates:
  description: The routing profiles that would have been changed, were they not more than O(max_changes).
  returned: when the changes were refused
  type: list
  elements: str
  sample: [TWA_100002581.26000]
purge_candidates:
  description: The routing profiles that a purge would have removed, were they not more than O(purge.max).
  returned: when a purge was refused
  type: list
  elements: str
  sample: [TWA_100002581.26000]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: The file with the routing profiles that the run was about to delete.
  returned: when the run was about to delete routing profiles
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description, each with C(where), C(id), C(option) and C(message).
    - A fault that many routing profiles have alike stands there once. Its C(where) names the first ones, its C(id) is empty,
      and its C(rows) are all of them, each with C(where) and C(id).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: routing_profiles[1]
      id: metering
      option: routes
      message: 'has a route without destinations: give a list of them, each with an address'
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
from ..module_utils._resources.routing_profile import ROUTING_PROFILE
from ..module_utils._tasks.many import many

TASK = many(ROUTING_PROFILE, "tdm_routing_profiles")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
