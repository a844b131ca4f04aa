#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/application_server.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_application_servers
short_description: Make application servers on ThingPark match a list or a file
version_added: 0.1.0
description:
  - Makes application servers match a list or a file, and reports each change. You can run the task again at any
    time.
  - Application servers that you don't describe stay untouched, unless you set O(purge). The task never deletes
    one in use.
  - The task checks each description before the first request, and reports all faults together.
  - One bad application server doesn't stop the others. The task completes the others, then fails and returns the
    outcome of each.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.attributes
requirements:
  - openpyxl >= 3.0.10, for a workbook as O(src)
options:
  application_servers:
    description:
      - The application servers. Each is a dictionary with the options of M(lorawan.thingpark.tdm_application_server).
        The option C(id) or C(name) is required in each. C(state) and C(create) can be set for each.
      - Unknown options are faults. One of O(application_servers) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Updates all application servers on the platform that match these filters with the options in O(set). Creates
        no application server. Use it instead of O(application_servers) and O(src).
      - A second run doesn't touch the application servers that already match O(set).
    type: dict
    suboptions:
      name:
        description: Only application servers whose name begins with these characters.
        type: str
      query:
        description: Only application servers that match this text in the platform's search.
        type: str
      all:
        description: Every application server of the subscription, without other filters.
        type: bool
        default: false
  set:
    description:
      - Options of M(lorawan.thingpark.tdm_application_server) for all application servers that match O(select).
        Other options keep their values.
    type: dict
  max_changes:
    description:
      - Maximum number of application servers to change, or a percentage of all application servers that this run
        describes. If the run would change more, the task fails before the first change, and lists them in RV(change_candidates).
      - The default is no maximum, or 100 with O(select).
    type: raw
  src:
    description:
      - File that describes the application servers, on the machine where the task runs. With a local connection,
        a relative path is also searched beside the playbook and in the role's C(files).
      - A JSON or YAML file contains a list like O(application_servers), or a dictionary with C(application_servers)
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
    description: Options for every application server that doesn't set them itself, also C(create).
    type: dict
  state:
    description: Whether the application servers should exist, unless an application server has its own C(state).
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether to create application servers that don't exist. A single description, O(defaults) and the file's
        C(defaults) can override it.
      - With V(false), an application server that doesn't exist fails, and the others continue. Options that only
        a creation needs, such as keys, are not required.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options only when it creates an application server.
      - V(always) sends them in every run. The platform doesn't show these values, so every run counts as a change.
    type: str
    default: on_create
    choices: [on_create, always]
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
      - V(continue) continues with the other application servers when one fails.
      - V(stop) starts no other application server after the first failure. The remaining application servers are
        V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: Start no other application server after more than this number of application servers have failed.
    type: int
  max_deletions:
    description:
      - Maximum number of C(absent) application servers to delete, or a percentage of all application servers that
        this run describes. If the run would delete more, the task fails before the first change, and lists them
        in RV(deletion_candidates).
      - A purge has its own maximum, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - Backup file of the deleted application servers. A run that deletes application servers writes it before
        its first change. It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's
        home.
      - The file contains no secrets, because the platform never shows them. To restore the application servers,
        add their secrets, set C(create) to V(true) in the file's C(defaults), and use the file as O(src). Without
        these edits, the file creates nothing, and each application server fails with a list of the missing options.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described
        application server, and its columns are C(name), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the
        action V(refused). Where the run ended before any application server, the only row says why and names no
        application server.
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
    description: Selects the application servers in RV(results). V(changed) lists changed and failed ones.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Removes application servers that you don't describe. Without this option, they stay untouched.
      - The purge runs last, and only if no described application server failed.
    type: dict
    suboptions:
      scope:
        description: Conditions for the application servers to remove. One condition is required, and all conditions
          must match.
        type: dict
        required: true
        suboptions:
          domain:
            description: 'Domains of the application servers, as C(group: name).'
            type: dict
          name_prefix:
            description: First characters of the name.
            type: str
          all:
            description: All application servers of the subscription.
            type: bool
            default: false
      max:
        description:
          - Maximum number of application servers to remove, or a percentage of the application servers in O(purge.scope).
            If the run would remove more, the task fails before the first change, and lists them in RV(purge_candidates).
        type: raw
        default: 10%
      action:
        description: V(delete) deletes the application servers.
        type: str
        default: delete
        choices: [delete]
      backup:
        description: The same as O(backup).
        type: path
seealso:
  - module: lorawan.thingpark.tdm_application_server
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Create or update the application servers of two customers
  lorawan.thingpark.tdm_application_servers:
    defaults:
      content_type: json
    application_servers:
      - name: parking
        destinations:
          - addresses: [https://parking.example.com/uplinks]
      - name: metering
        destinations:
          - addresses: [https://metering.example.com/uplinks]

- name: Delete an application server
  lorawan.thingpark.tdm_application_servers:
    max_deletions: 1
    application_servers:
      - name: metering
        state: absent
"""

RETURN = r"""
summary:
  description: Number of application servers that were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The application servers that O(results) selects, with the outcome of each.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    id:
      description: The application server.
      type: str
      sample: TWA_100002581.1972.AS
    action:
      description: The outcome, one of the keys of RV(summary).
      type: str
      sample: skipped
    changed:
      description: Whether the application server changed.
      type: bool
      sample: false
    where:
      description: Place of the description, such as V(line 12) or V(application_servers[3]), or V(purge).
      type: str
      sample: application_servers[0]
    error:
      description: The reason why the application server failed or was skipped.
      type: str
      sample: 'not begun: 21 application servers had failed, and no more than 20 may'
    name:
      description: Name of the application server, if you described it by name.
      type: str
      sample: parking
  sample:
    - name: parking
      id: TWA_100002581.1972.AS
      action: created
      changed: true
      where: application_servers[0]
requests:
  description: Number of requests by HTTP method, including the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: Number of application servers that the task fetched individually to compare them.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: Duration of the task, in seconds.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The application servers that the run would have deleted, if they were not more than O(max_deletions).
  returned: when there were too many deletions
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
change_candidates:
  description: The application servers that the run would have changed, if they were not more than O(max_changes).
  returned: when there were too many changes
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
purge_candidates:
  description: The application servers that the purge would have removed, if they were not more than O(purge.max).
  returned: when the purge had too many candidates
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: Backup file with the application servers that the run deletes.
  returned: when a run has application servers to delete
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description. Each has C(where), C(id), C(option) and C(message).
    - If many application servers have the same fault, it is listed once. C(where) then names the first places, C(id) is empty,
      and C(rows) lists all application servers with C(where) and C(id).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: application_servers[1]
      id: parking
      option: as_id
      message: 'is given, but security_status is none: remove it, or use security_status as_key'
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
from ..module_utils._resources.application_server import APPLICATION_SERVER
from ..module_utils._tasks.many import many

TASK = many(APPLICATION_SERVER, "tdm_application_servers")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
