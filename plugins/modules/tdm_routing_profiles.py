#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/routing_profile.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_routing_profiles
short_description: Make AS routing profiles on ThingPark match a list or a file
version_added: 0.1.0
description:
  - Makes AS routing profiles match a list or a file, and reports each change. You can run the task again at any time.
  - Routing profiles that you don't describe stay untouched, unless you set O(purge). The task never deletes the default routing
    profile, and the platform refuses to delete a routing profile in use.
  - The task checks each description before the first request, and reports all faults together.
  - One bad routing profile doesn't stop the others. The task completes the others, then fails and returns the outcome of each.
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
      - The routing profiles. Each is a dictionary with the options of M(lorawan.thingpark.tdm_routing_profile). The option
        C(id) or C(name) is required in each. C(state) and C(create) can be set for each.
      - Unknown options are faults. One of O(routing_profiles) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Updates all routing profiles on the platform that match these filters with the options in O(set). Creates no routing
        profile. Use it instead of O(routing_profiles) and O(src).
      - A second run doesn't touch the routing profiles that already match O(set).
    type: dict
    suboptions:
      name:
        description: Only routing profiles whose name begins with these characters.
        type: str
      all:
        description: Every routing profile of the subscription, without other filters.
        type: bool
        default: false
  set:
    description:
      - Options of M(lorawan.thingpark.tdm_routing_profile) for all routing profiles that match O(select). Other options keep
        their values.
    type: dict
  max_changes:
    description:
      - Maximum number of routing profiles to change, or a percentage of all routing profiles that this run describes. If the
        run would change more, the task fails before the first change, and lists them in RV(change_candidates).
      - The default is no maximum, or 100 with O(select).
    type: raw
  src:
    description:
      - File that describes the routing profiles, on the machine where the task runs. With a local connection, a relative path
        is also searched beside the playbook and in the role's C(files).
      - A JSON or YAML file contains a list like O(routing_profiles), or a dictionary with C(routing_profiles) and C(defaults).
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
    description: Options for every routing profile that doesn't set them itself, also C(create).
    type: dict
  state:
    description: Whether the routing profiles should exist, unless a routing profile has its own C(state).
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create routing profiles that don't exist. A single description, O(defaults) and the file's C(defaults) can
        override it.
      - With V(false), a routing profile that doesn't exist fails, and the others continue. Options that only a creation needs,
        such as keys, are not required.
    type: bool
    default: true
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
      - V(continue) continues with the other routing profiles when one fails.
      - V(stop) starts no other routing profile after the first failure. The remaining routing profiles are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: Start no other routing profile after more than this number of routing profiles have failed.
    type: int
  max_deletions:
    description:
      - Maximum number of C(absent) routing profiles to delete, or a percentage of all routing profiles that this run describes.
        If the run would delete more, the task fails before the first change, and lists them in RV(deletion_candidates).
      - A purge has its own maximum, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - Backup file of the deleted routing profiles. A run that deletes routing profiles writes it before its first change.
        It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
      - The file contains no secrets, because the platform never shows them. To restore the routing profiles, add their secrets,
        set C(create) to V(true) in the file's C(defaults), and use the file as O(src). Without these edits, the file creates
        nothing, and each routing profile fails with a list of the missing options.
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
      - Whether a long run reports its progress every two seconds, on the standard error. Only works if the task runs in Ansible's
        worker process.
    type: bool
    default: true
  results:
    description: Selects the routing profiles in RV(results). V(changed) lists changed and failed ones.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Removes routing profiles that you don't describe. Without this option, they stay untouched.
      - The purge runs last, and only if no described routing profile failed.
    type: dict
    suboptions:
      scope:
        description: Conditions for the routing profiles to remove. One condition is required, and all conditions must match.
        type: dict
        required: true
        suboptions:
          name_prefix:
            description: First characters of the name.
            type: str
          all:
            description: All routing profiles of the subscription.
            type: bool
            default: false
      max:
        description:
          - Maximum number of routing profiles to remove, or a percentage of the routing profiles in O(purge.scope). If the
            run would remove more, the task fails before the first change, and lists them in RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes the routing profiles.
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
- name: Create or update the routing profiles of two customers
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

- name: Delete one of the routing profiles
  lorawan.thingpark.tdm_routing_profiles:
    max_deletions: 1
    routing_profiles:
      - name: parking
        state: absent
"""

RETURN = r"""
summary:
  description: Number of routing profiles that were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The routing profiles that O(results) selects, with the outcome of each.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    id:
      description: The routing profile.
      type: str
      sample: TWA_100002581.26000
    action:
      description: The outcome, one of the keys of RV(summary).
      type: str
      sample: skipped
    changed:
      description: Whether the routing profile changed.
      type: bool
      sample: false
    where:
      description: Place of the description, such as V(line 12) or V(routing_profiles[3]), or V(purge).
      type: str
      sample: routing_profiles[0]
    error:
      description: The reason why the routing profile failed or was skipped.
      type: str
      sample: 'not begun: 21 routing profiles had failed, and no more than 20 may'
    name:
      description: Name of the routing profile, if you described it by name.
      type: str
      sample: metering
  sample:
    - name: metering
      id: TWA_100002581.26000
      action: created
      changed: true
      where: routing_profiles[0]
requests:
  description: Number of requests by HTTP method, including the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: Number of routing profiles that the task fetched individually to compare them.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: Duration of the task, in seconds.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The routing profiles that the run would have deleted, if they were not more than O(max_deletions).
  returned: when there were too many deletions
  type: list
  elements: str
  sample: [TWA_100002581.26000]
change_candidates:
  description: The routing profiles that the run would have changed, if they were not more than O(max_changes).
  returned: when there were too many changes
  type: list
  elements: str
  sample: [TWA_100002581.26000]
purge_candidates:
  description: The routing profiles that the purge would have removed, if they were not more than O(purge.max).
  returned: when the purge had too many candidates
  type: list
  elements: str
  sample: [TWA_100002581.26000]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: Backup file with the routing profiles that the run deletes.
  returned: when a run has routing profiles to delete
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description. Each has C(where), C(id), C(option) and C(message).
    - If many routing profiles have the same fault, it is listed once. C(where) then names the first places, C(id) is empty,
      and C(rows) lists all routing profiles with C(where) and C(id).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: routing_profiles[1]
      id: metering
      option: routes
      message: 'has a route without destinations: give a list of them, each with an address'
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
from ..module_utils._resources.routing_profile import ROUTING_PROFILE
from ..module_utils._tasks.many import many

TASK = many(ROUTING_PROFILE, "tdm_routing_profiles")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
