#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/report.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_report
short_description: Count how a fleet does, with tables for people and metrics for Prometheus
version_added: 0.1.0
description:
  - Counts the devices that are alive and silent, the alarms, the batteries to change and the licences that are left, by domain
    and by model. It also tells what the last run of M(lorawan.thingpark.tdm_fleet) did, and what drifted.
  - Writes the tables as CSV files, and the counts for Prometheus. The role P(lorawan.thingpark.report#role) makes a page of
    HTML from its result.
  - The platform is only read. 10,000 devices take 10 requests, and a few for the alarms and the licences.
  - What the account may not see is left out, with a warning.
  - Files are written at once, whole or not at all. Texts that a spreadsheet would take for formulas have an apostrophe in front.
    No secrets are in the files.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: none
    details: Files change with the time that stands in them.
options:
  dest:
    description:
      - The directory for the tables, on the machine where the task runs. It is made if it isn't there.
      - The files are C(silent.csv), C(batteries.csv), C(alarms.csv), C(licences.csv), C(device_profiles.csv), C(domains.csv),
        C(last_run.csv) and C(drift.csv). All are written each time, an empty table with its headings alone.
      - Without it no tables are written.
    type: path
  metrics:
    description:
      - A file for the textfile collector of C(node_exporter), whose name ends in C(.prom). Everybody may read it.
      - No label is a device's, so that a fleet of any size makes the same few series.
    type: path
  filters:
    description:
      - Only devices that match these filters of M(lorawan.thingpark.tdm_device_info), such as C(tag) and C(domain), and their
        alarms. Licences are always those of the whole subscription.
    type: dict
  silent_after:
    description: How long a device may send nothing before it counts as silent, a duration of ISO 8601.
    type: str
    default: P2D
  battery_below:
    description:
      - A battery with less than this many percent is to be changed. So is one whose device has the alarm C(battery_low).
    type: int
    default: 20
  last_run:
    description:
      - The file that O(lorawan.thingpark.tdm_fleet#module:report) names. Its time counts as the time of the run.
      - As long as no run has written it, the report says so.
    type: path
  drift:
    description: The result of M(lorawan.thingpark.tdm_fleet) in check mode, best with C(diff) V(true), as it was registered.
    type: raw
  limit:
    description:
      - How many rows of each table the result has, V(1000) at most. The files in O(dest) have all.
    type: int
    default: 20
  mode:
    description:
      - The permissions of the tables, in octal digits and quotation marks.
    type: raw
    default: '0600'
seealso:
  - module: lorawan.thingpark.tdm_fleet
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_alarm_info
  - module: lorawan.thingpark.tdm_statistics_info
"""

EXAMPLES = r"""
- name: Tables for people, and figures for Prometheus
  lorawan.thingpark.tdm_report:
    dest: reports
    metrics: textfile/thingpark.prom

- name: The figures of one site alone
  lorawan.thingpark.tdm_report:
    filters:
      domain: {Site: Utrecht}
    silent_after: P7D
  register: utrecht
"""

RETURN = r"""
report:
  description: What there is to report. Times are in UTC.
  returned: success
  type: dict
  contains:
    created:
      description: When the platform was asked.
      type: str
    platform:
      description: Its host.
      type: str
    silent_after_hours:
      description: After how many hours a device counts as silent.
      type: float
    battery_below:
      description: The option.
      type: int
    devices:
      description: How many devices there are (C(total)), of which C(alive), C(silent), C(never_heard) and C(suspended), and
        how many have a battery to change (C(battery_low)).
      type: dict
    health:
      description: How many devices have which health state.
      type: dict
    last_heard:
      description: How many devices were heard within the last C(hour), C(day), C(week), C(month) or C(quarter), C(longer) ago,
        and C(never). Each counts once, suspended ones not at all.
      type: dict
    batteries:
      description: How many devices tell of a battery (C(measured)), of external power or of neither (C(unknown)), and how many
        batteries have how many C(tens) of percent.
      type: dict
    alarms:
      description: How many alarms are active (C(total)), and not acknowledged (C(not_acked)), C(by_severity) and C(by_alarm).
        Missing where this account may not see them.
      type: dict
    licences:
      description: The connectivity plans with their licences. Missing where this account may not see them.
      type: list
      elements: dict
    last_run:
      description: When the last run C(ended), whether it C(succeeded), and how many devices met which of the C(actions). Missing
        without O(last_run).
      type: dict
    drift:
      description: How many devices (C(total)) are not as described, by C(actions). Missing without O(drift).
      type: dict
    tables:
      description: The tables, each with the C(total) of its rows, its C(columns), the first C(rows), and its C(file).
      type: dict
  sample:
    created: '2026-01-02T03:04:05Z'
    devices:
      total: 2000
      alive: 1791
      silent: 93
      never_heard: 116
files:
  description: The files, each with its whole path (C(file)), how many C(rows) it has, and C(action), which is V(written) or
    V(unchanged).
  returned: success
  type: list
  elements: dict
  sample:
    - {file: /srv/reports/silent.csv, rows: 31, action: written}
requests:
  description: How many requests were sent, by verb, with those of the login.
  returned: success
  type: dict
  sample: {GET: 18, POST: 1}
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 4.2
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
from ..module_utils._tasks.report import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
