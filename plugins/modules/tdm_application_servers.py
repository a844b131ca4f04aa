#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/application_server.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_application_servers
short_description: Make the application servers in ThingPark's Device Manager match their description
version_added: 0.1.0
description:
  - Makes application servers match a list or a file, tells what it changed, and can be run again at any moment.
  - Those that are not described are left alone, unless O(purge) says so. One that is in use is never deleted.
  - Every description is checked before the first request, and all faults are reported together.
  - One bad application server spoils nothing. The others are done, then the task fails and still returns what became of
    each.
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
      - The application servers, each a dictionary with the options of M(lorawan.thingpark.tdm_application_server), of which
        C(id) or C(name) is required. C(state) and C(create) may be given for each.
      - Unknown options are faults. One of O(application_servers) and O(src) is required.
    type: list
    elements: dict
  select:
    description:
      - Instead of O(application_servers) and O(src), all application servers on the platform that match these filters get
        what O(set) says. None is made.
      - Run again, those that are as O(set) says already are left alone.
    type: dict
    suboptions:
      name:
        description: Only application servers whose name begins with these characters.
        type: str
      query:
        description: Only application servers that the platform finds by this text.
        type: str
      all:
        description: Every application server of the subscription; no filter goes with it.
        type: bool
        default: false
  set:
    description:
      - What all application servers that match O(select) shall be, as options of M(lorawan.thingpark.tdm_application_server).
        What isn't given is left alone.
    type: dict
  max_changes:
    description:
      - How many application servers may change, as a number, or as a percentage of all application servers that this run
        describes. If there are more, the task fails before anything is changed, and returns them as RV(change_candidates).
      - Without it, as many as are described; with O(select) no more than 100.
    type: raw
  src:
    description:
      - File that describes the application servers, on the machine where the task runs. With a local connection it is looked
        for beside the playbook and in the role's C(files) too.
      - JSON or YAML, a list like O(application_servers), or a dictionary with C(application_servers) and C(defaults). Texts
        and numbers stay as they are written, an unquoted C(no) too, and a key that is repeated in the same place is refused.
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
    description: Options for every application server that doesn't say otherwise, with C(create) among them.
    type: dict
  state:
    description: Whether the application servers should exist, unless an application server has a C(state) of its own.
    type: str
    default: present
    choices: [present, absent]
  create:
    description:
      - Whether application servers that aren't there may be created, unless an application server, O(defaults) or the file's
        C(defaults) say otherwise.
      - With V(false), an application server that isn't there fails and the others are done. What only a creation needs,
        such as keys, is not missing then.
    type: bool
    default: true
  update_keys:
    description:
      - V(on_create) sends keys and other write-only options when an application server is created, and never again.
      - V(always) sends them in every run, which is a change in every run, since nothing shows whether they differ.
    type: str
    default: on_create
    choices: [on_create, always]
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
      - V(continue) goes on with the other application servers when one fails.
      - V(stop) begins no further application server after the first failure. Those not begun are V(skipped).
    type: str
    default: continue
    choices: [continue, stop]
  max_failures:
    description: When more than this many application servers have failed, begin no further one.
    type: int
  max_deletions:
    description:
      - How many application servers that are described as C(absent) may be deleted, as a number, or as a percentage of
        all application servers that this run describes. If there are more, the task fails before anything is changed, and
        returns them as RV(deletion_candidates).
      - A purge has its own, O(purge.max).
    type: raw
    default: 10%
  backup:
    description:
      - File for what deleted application servers were, written before the first change of a run that deletes any. They
        stand there with C(create) V(false), and without their secrets, which can't be read from the platform. To make them
        again, add their secrets, say C(create) V(true) in the file's C(defaults), and give it as O(src). Without that,
        nothing is made, and each application server says what it lacks.
      - It must not exist yet. The default is a new file C(tdm/backup-*.json) below Ansible's home.
    type: path
  report:
    description:
      - A file for the outcomes, for people and their spreadsheets. It is a table in CSV with a row for each described application
        server, and its columns are C(name), C(where), C(action), C(error) and C(remedy).
      - It is written at once, whole or not at all, also when the run fails. A fault of the description has the action V(refused).
        Where the run ended before any application server, the only row says why and names no application server.
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
    description: Which application servers the result lists in RV(results). V(changed) are those that changed and those
      that failed.
    type: str
    default: changed
    choices: [all, changed, failed, none]
  purge:
    description:
      - Remove application servers that are not described. Without this option, nothing that isn't described is touched.
      - It is done last, and only when no described application server failed.
    type: dict
    suboptions:
      scope:
        description: Which application servers may go. All conditions given must hold, and one of them is required.
        type: dict
        required: true
        suboptions:
          domain:
            description: 'Domains that they have, as C(group: name).'
            type: dict
          name_prefix:
            description: First characters of their name.
            type: str
          all:
            description: All application servers of the subscription.
            type: bool
            default: false
      max:
        description:
          - How many may go, as a number, or as a percentage of the application servers in O(purge.scope). If there are
            more, the task fails before anything is changed, and returns them as RV(purge_candidates).
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
  - module: lorawan.thingpark.tdm_application_server
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Where the data of two customers go
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

- name: The customer has left
  lorawan.thingpark.tdm_application_servers:
    max_deletions: 1
    application_servers:
      - name: metering
        state: absent
"""

RETURN = r"""
summary:
  description: How many application servers were V(created), V(updated), V(deleted), V(unchanged), V(failed) and V(skipped).
  returned: when the platform was asked
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 4, failed: 0, skipped: 0}
results:
  description: The application servers that O(results) asks for.
  returned: when the platform was asked
  type: list
  elements: dict
  contains:
    id:
      description: The application server.
      type: str
    action:
      description: What became of it, in the words of RV(summary).
      type: str
    changed:
      description: Whether it changed.
      type: bool
    where:
      description: Where it is described, such as V(line 12) or V(application_servers[3]), or V(purge).
      type: str
    error:
      description: Why it failed or was skipped.
      type: str
    name:
      description: Its name, where it was meant by that.
      type: str
  sample:
    - name: parking
      id: TWA_100002581.1972.AS
      action: created
      changed: true
      where: application_servers[0]
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: when the platform was asked
  type: dict
  sample: {GET: 5, POST: 13, PUT: 3}
looked_up:
  description: How many application servers had to be fetched to be compared.
  returned: when the platform was asked
  type: int
  sample: 0
seconds:
  description: How long it took.
  returned: when the platform was asked
  type: float
  sample: 3.21
deletion_candidates:
  description: The application servers that would have been deleted, were they not more than O(max_deletions).
  returned: when the deletions were refused
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
change_candidates:
  description: The application servers that would have been changed, were they not more than O(max_changes).
  returned: when the changes were refused
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
purge_candidates:
  description: The application servers that a purge would have removed, were they not more than O(purge.max).
  returned: when a purge was refused
  type: list
  elements: str
  sample: [TWA_100002581.1972.AS]
report_file:
  description: The file that O(report) names.
  returned: when one was written
  type: str
  sample: reports/last_run.csv
backup_file:
  description: The file with the application servers that the run was about to delete.
  returned: when the run was about to delete application servers
  type: str
  sample: /home/operator/.ansible/tdm/backup-20260102T030405Z-1f2e3d4c.json
findings:
  description:
    - All faults of the description, each with C(where), C(id), C(option) and C(message).
    - A fault that many application servers have alike stands there once. Its C(where) names the first ones, its C(id) is empty,
      and its C(rows) are all of them, each with C(where) and C(id).
  returned: when the description has faults
  type: list
  elements: dict
  sample:
    - where: application_servers[1]
      id: parking
      option: as_id
      message: is given, but security_status is none
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
from ..module_utils._resources.application_server import APPLICATION_SERVER
from ..module_utils._tasks.many import many

TASK = many(APPLICATION_SERVER, "tdm_application_servers")


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
