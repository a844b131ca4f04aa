#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/report.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_report
short_description: Count a fleet's devices, alarms, batteries and licenses, in tables and metrics for Prometheus
version_added: 0.1.0
description:
  - Counts alive and silent devices, alarms, batteries to change and free licenses, by domain and by device profile. It can
    also show the outcome of the last run of M(lorawan.thingpark.tdm_fleet), and the drift.
  - Writes the tables as CSV files, and the counts as metrics for Prometheus. The role P(lorawan.thingpark.report#role) writes
    an HTML page from the result.
  - The module only reads from the platform. 10,000 devices take 10 requests, plus a few for the alarms and the licenses.
  - If the account lacks a permission, the report leaves out the data in question, with a warning.
  - The module writes each file completely or not at all. A text that a spreadsheet would read as a formula gets an apostrophe
    in front. The files contain no secrets.
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
    details: The files contain the time of the report, so they change in each run.
options:
  dest:
    description:
      - Directory for the tables, on the machine where the task runs. The task creates a missing directory.
      - The files are C(silent.csv), C(batteries.csv), C(alarms.csv), C(licences.csv), C(device_profiles.csv), C(domains.csv),
        C(last_run.csv) and C(drift.csv). Each run writes all of them. An empty table has only its headings.
      - Without this option, the module writes no tables.
    type: path
  metrics:
    description:
      - File for the textfile collector of C(node_exporter). Its name must end in C(.prom). All users can read the file.
      - No label names a device, so a large fleet has as few series as a small one.
    type: path
  filters:
    description:
      - Restricts the report to the devices that match these filters of M(lorawan.thingpark.tdm_device_info), such as C(tag)
        and C(domain), and to their alarms. The licenses are always the licenses of the whole subscription.
    type: dict
  silent_after:
    description: Time without an uplink after which a device counts as silent, as an ISO 8601 duration.
    type: str
    default: P2D
  battery_below:
    description:
      - Battery level in percent. A battery below this level counts as a battery to change. A battery whose device has the alarm
        C(battery_low) counts too.
    type: int
    default: 20
  last_run:
    description:
      - File that O(lorawan.thingpark.tdm_fleet#module:report) has written. The file's time counts as the time of the run.
      - If the file doesn't exist yet, the report says that no run has written it.
    type: path
  drift:
    description: Registered result of M(lorawan.thingpark.tdm_fleet) in check mode, best with C(diff) V(true).
    type: raw
  limit:
    description:
      - Number of rows of each table in the result, V(1000) at most. The files in O(dest) have all rows.
    type: int
    default: 20
  mode:
    description:
      - Permissions of the tables, in octal digits and quotation marks.
    type: raw
    default: '0600'
seealso:
  - module: lorawan.thingpark.tdm_fleet
  - module: lorawan.thingpark.tdm_device_info
  - module: lorawan.thingpark.tdm_alarm_info
  - module: lorawan.thingpark.tdm_statistics_info
"""

EXAMPLES = r"""
- name: Write tables as CSV files, and metrics for Prometheus
  lorawan.thingpark.tdm_report:
    dest: reports
    metrics: textfile/thingpark.prom

- name: Report on one site
  lorawan.thingpark.tdm_report:
    filters:
      domain: {Site: Utrecht}
    silent_after: P7D
  register: utrecht
"""

RETURN = r"""
report:
  description: The figures of the report. Times are in UTC.
  returned: success
  type: dict
  contains:
    created:
      description: Time of the report, as ISO 8601 in UTC.
      type: str
      sample: '2026-01-02T03:04:05Z'
    platform:
      description: Host name of the platform.
      type: str
      sample: api.kpn-dm.preview.thingpark.com
    silent_after_hours:
      description: Time without an uplink after which a device counts as silent, in hours.
      type: float
      sample: 48.0
    battery_below:
      description: Value of the option O(battery_below), in percent.
      type: int
      sample: 20
    devices:
      description: Number of all devices (C(total)), and of devices that are C(alive), C(silent), C(never_heard) or C(suspended),
        or have a battery to change (C(battery_low)).
      type: dict
      sample: {total: 2000, alive: 1791, silent: 93, never_heard: 116, suspended: 0, battery_low: 12}
    health:
      description: Number of devices by health state.
      type: dict
      sample: {active: 1791, init: 116, rf_cnx_error: 93, suspended: 0, unknown: 0}
    last_heard:
      description: Number of devices by the age of the last uplink, C(hour), C(day), C(week), C(month), C(quarter), C(longer)
        or C(never). Each device counts once. Suspended devices don't count.
      type: dict
      sample: {hour: 320, day: 1399, week: 98, month: 40, quarter: 20, longer: 7, never: 116}
    batteries:
      description: Number of devices that report a battery (C(measured)), external power (C(external_power)) or neither
        (C(unknown)), and number of batteries by C(tens) of percent.
      type: dict
      sample:
        measured: 1800
        external_power: 50
        unknown: 150
        tens:
          - 4
          - 8
          - 30
          - 70
          - 120
          - 210
          - 330
          - 400
          - 380
          - 248
    alarms:
      description: Number of active alarms (C(total)), of alarms without an acknowledgement (C(not_acked)), and of alarms
        C(by_severity) and C(by_alarm). Missing if the account has no permission to read alarms.
      type: dict
      sample:
        total: 94
        not_acked: 60
        by_severity:
          critical: 1
          major: 93
          minor: 0
          warning: 0
          indeterminate: 0
        by_alarm:
          - alarm: no_uplink
            total: 93
            by_severity:
              critical: 0
              major: 93
              minor: 0
              warning: 0
              indeterminate: 0
          - alarm: battery_low
            total: 1
            by_severity:
              critical: 1
              major: 0
              minor: 0
              warning: 0
              indeterminate: 0
    licences:
      description: Connectivity plans with their licenses. Missing if the account has no permission to read them.
      type: list
      elements: dict
      sample:
        - connectivity_plan: kpn-cs/seldom
          plan_name: Seldom
          granted: 10000
          used: 1963
          left: 8037
          devices: 1963
    last_run:
      description: End of the last run (C(ended), as ISO 8601 in UTC), whether it C(succeeded), and number of devices by
        outcome (C(actions)). Missing without O(last_run).
      type: dict
      sample:
        ended: '2026-01-02T02:00:41Z'
        succeeded: true
        actions:
          created: 12
          updated: 3
          deleted: 0
          suspended: 0
          resumed: 0
          unchanged: 1985
          failed: 0
          skipped: 0
          refused: 0
    drift:
      description: Number of devices that differ from the description (C(total)), and by C(actions). C(compared) shows whether
        the run in check mode compared the devices, C(failed) whether it failed, and C(message) is its message. Missing
        without O(drift).
      type: dict
      sample:
        total: 3
        actions:
          updated: 3
          unchanged: 1997
        compared: true
        failed: false
        message: ''
    tables:
      description: Tables. Each has its number of rows (C(total)), its C(columns), the first C(rows), and its C(file).
      type: dict
      sample:
        silent:
          total: 209
          columns:
            - dev_eui
            - name
            - device_profile
            - connectivity_plan
            - domains
            - tags
            - last_up
            - silent_days
          rows:
            - dev_eui: 70B3D57ED0000001
              name: park-00001
              device_profile: LoRaWAN 1.0.4 revA - class A - Rx2_SF9
              connectivity_plan: kpn-cs/seldom
              domains: 'Site: Utrecht/Centraal'
              tags: north, parking
              last_up: '2025-12-28T03:04:05Z'
              silent_days: 5.0
          file: silent.csv
  sample:
    created: '2026-01-02T03:04:05Z'
    devices:
      total: 2000
      alive: 1791
      silent: 93
      never_heard: 116
      suspended: 0
      battery_low: 12
files:
  description: Files, each with its absolute path (C(file)), its number of C(rows), and C(action), which is V(written) or
    V(unchanged).
  returned: success
  type: list
  elements: dict
  sample:
    - {file: /srv/reports/silent.csv, rows: 209, action: written}
requests:
  description: Number of requests by HTTP method, including the login.
  returned: success
  type: dict
  sample: {GET: 18, POST: 1}
seconds:
  description: Duration of the task, in seconds.
  returned: success
  type: float
  sample: 4.2
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
from ..module_utils._tasks.report import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
