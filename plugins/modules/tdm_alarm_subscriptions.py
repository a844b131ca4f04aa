#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/alarm_subscription.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_alarm_subscriptions
short_description: Make the alarm subscriptions of users on ThingPark match a list or a file
version_added: 0.1.0
description:
  - Makes the alarm subscriptions of users match a list or a file, and reports each change. You can run the task
    again at any time.
  - Alarm subscriptions that you don't describe stay untouched, unless you set O(purge).
  - The task checks each description before the first request, and reports all faults together.
  - One bad alarm subscription doesn't stop the others. The task completes the others, then fails and returns the
    outcome of each.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.idempotent
requirements:
  - openpyxl >= 3.0.10, for a workbook as O(src)
options:
  alarm_subscriptions:
    description:
      - The alarm subscriptions. Each is a dictionary with the options of M(lorawan.thingpark.tdm_alarm_subscription).
        The option C(thingpark_id) is required in each. C(state) and C(create) can be set for each.
      - Unknown options are faults. One of O(alarm_subscriptions) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Updates all alarm subscriptions on the platform that match these filters with the options in O(set). Creates
        no alarm subscription. Use it instead of O(alarm_subscriptions) and O(src).
      - A second run doesn't touch the alarm subscriptions that already match O(set).
    type: dict
    suboptions:
      all:
        description: Every alarm subscription of the subscription, without other filters.
        type: bool
        default: false
  set:
    description:
      - Options of M(lorawan.thingpark.tdm_alarm_subscription) for all alarm subscriptions that match O(select).
        Other options keep their values.
    type: dict
  max_changes:
    description:
      - Maximum number of alarm subscriptions to change, or a percentage of all alarm subscriptions that this run
        describes. If the run would change more, the task fails before the first change, and lists them in RV(change_candidates).
      - The default is no maximum, or 100 with O(select).
    type: raw
  src:
    description:
      - File that describes the alarm subscriptions, on the machine where the task runs. With a local connection,
        a relative path is also searched beside the playbook and in the role's C(files).
      - A JSON or YAML file contains a list like O(alarm_subscriptions), or a dictionary with C(alarm_subscriptions)
        and C(defaults). Texts and numbers stay as written, also an unquoted C(no). A duplicate key is a fault.
      - A table needs a row of headings. It is a text file (C(.csv), C(.tsv), C(.txt)) or an Excel workbook (C(.xlsx),
        C(.xlsm)). Workbooks need openpyxl where the task runs. An empty cell leaves the value as it is.
      - The file must be a regular file of at most 64 MiB.
    type: path
  columns:
    description:
      - Maps headings of a table in O(src) to options, as C(heading=option). Case, blanks and punctuation in a heading
        don't matter.
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
    description: Options for every alarm subscription that doesn't set them itself, also C(create).
    type: dict
  state:
    description: Whether the alarm subscriptions should exist, unless an alarm subscription has its own C(state).
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create alarm subscriptions that don't exist. A single description, O(defaults) and the file's
        C(defaults) can override it.
      - With V(false), an alarm subscription that doesn't exist fails, and the others continue. Options that only
        a creation needs, such as keys, are not required.
    type: bool
    default: true
  parallel:
    description: How many requests to send at the same time, from 1 to 64.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) continues with the other alarm subscriptions when one fails.
      - V(stop) starts no other alarm subscription after the first failure. The remaining alarm subscriptions are
        V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: Start no other alarm subscription after more than this number of alarm subscriptions have failed.
    type: int
  max_deletions:
    description:
      - Maximum number of C(absent) alarm subscriptions to delete, or a percentage of all alarm subscriptions that
        this run describes. If the run would delete more, the task fails before the first change, and lists them
        in RV(deletion_candidates).
      - A purge has its own maximum, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - Backup file of the deleted alarm subscriptions. A run that deletes alarm subscriptions writes it before
        its first change. It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's
        home.
      - The file contains no secrets, because the platform never shows them. To restore the alarm subscriptions,
        add their secrets, set C(create) to V(true) in the file's C(defaults), and use the file as O(src). Without
        these edits, the file creates nothing, and each alarm subscription fails with a list of the missing options.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described
        alarm subscription, and its columns are C(thingpark_id), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the
        action V(refused). Where the run ended before any alarm subscription, the only row says why and names no
        alarm subscription.
      - Texts that a spreadsheet would take for formulas have an apostrophe in front. No secrets are in it.
      - In check mode it is not written. M(lorawan.thingpark.tdm_report) reads it.
    type: path
  progress:
    description:
      - Whether a long run reports its progress every two seconds, on the standard error. Only works if the task
        runs in Ansible's worker process.
    type: bool
    default: true
  results:
    description: Selects the alarm subscriptions in RV(results). V(changed) lists changed and failed ones.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Removes alarm subscriptions that you don't describe. Without this option, they stay untouched.
      - The purge runs last, and only if no described alarm subscription failed.
    type: dict
    suboptions:
      scope:
        description: Conditions for the alarm subscriptions to remove. One condition is required, and all conditions
          must match.
        type: dict
        required: true
        suboptions:
          all:
            description: All alarm subscriptions of the subscription.
            type: bool
            default: false
      max:
        description:
          - Maximum number of alarm subscriptions to remove, or a percentage of the alarm subscriptions in O(purge.scope).
            If the run would remove more, the task fails before the first change, and lists them in RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes the alarm subscriptions.
        type: str
        default: delete
        choices: [delete]
      backup:
        description: The same as O(backup).
        type: path
seealso:
  - module: lorawan.thingpark.tdm_alarm_subscription
"""

EXAMPLES = r"""
- name: Notify these two users, and no other user
  lorawan.thingpark.tdm_alarm_subscriptions:
    alarm_subscriptions:
      - thingpark_id: tpk-100002581
        minimum_severity: major
      - thingpark_id: tpk-100002582
        minimum_severity: warning
    purge:
      scope:
        all: true
      max: 2
"""

RETURN = r"""
summary:
  description: Number of alarm subscriptions that were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The alarm subscriptions that O(results) selects, with the outcome of each.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    thingpark_id:
      description: The alarm subscription.
      type: str
      sample: tpk-100002581
    action:
      description: The outcome, one of the keys of RV(summary).
      type: str
      sample: skipped
    changed:
      description: Whether the alarm subscription changed.
      type: bool
      sample: false
    where:
      description: Place of the description, such as V(line 12) or V(alarm_subscriptions[3]), or V(purge).
      type: str
      sample: alarm_subscriptions[0]
    error:
      description: The reason why the alarm subscription failed or was skipped.
      type: str
      sample: 'not begun: 21 alarm subscriptions had failed, and no more than 20 may'
  sample:
    - thingpark_id: tpk-100002581
      action: created
      changed: true
      where: alarm_subscriptions[0]
requests:
  description: Number of requests by HTTP method, including the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: Number of alarm subscriptions that the task fetched individually to compare them.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: Duration of the task, in seconds.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The alarm subscriptions that the run would have deleted, if they were not more than O(max_deletions).
  returned: when there were too many deletions
  type: list
  elements: str
  sample: [tpk-100002581]
change_candidates:
  description: The alarm subscriptions that the run would have changed, if they were not more than O(max_changes).
  returned: when there were too many changes
  type: list
  elements: str
  sample: [tpk-100002581]
purge_candidates:
  description: The alarm subscriptions that the purge would have removed, if they were not more than O(purge.max).
  returned: when the purge had too many candidates
  type: list
  elements: str
  sample: [tpk-100002581]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: Backup file with the alarm subscriptions that the run deletes.
  returned: when a run has alarm subscriptions to delete
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description. Each has C(where), C(thingpark_id), C(option) and C(message).
    - If many alarm subscriptions have the same fault, it is listed once. C(where) then names the first places, C(thingpark_id)
      is empty, and C(rows) lists all alarm subscriptions with C(where) and C(thingpark_id).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: alarm_subscriptions[1]
      thingpark_id: tpk-100002582
      option: minimum_severity
      message: 'is missing: this user has no alarm subscription yet, and a new one needs it'
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
from ..module_utils._resources.alarm_subscription import ALARM_SUBSCRIPTION
from ..module_utils._tasks.many import many

TASK = many(ALARM_SUBSCRIPTION, "tdm_alarm_subscriptions")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
