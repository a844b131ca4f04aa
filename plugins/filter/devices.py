# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts inventory hosts to devices."""

from __future__ import annotations

DOCUMENTATION = r"""
name: devices
short_description: Convert inventory hosts to a list of devices for tdm_fleet
version_added: 0.1.0
author: The lorawan.thingpark contributors (@lorawan)
description:
  - Converts inventory hosts to devices. A device's options are the host's variables.
  - A variable is an option of M(lorawan.thingpark.tdm_device) with the prefix C(lorawan_), such as C(lorawan_dev_eui). The
    filter also passes unknown options, so that M(lorawan.thingpark.tdm_fleet) reports them.
  - A device without C(lorawan_name) has the host's name. Each device also has C(host), its name in messages.
positional: _input
options:
  _input:
    description: Variables of each host.
    type: list
    elements: dict
    required: true
  prefix:
    description: Prefix of the variables.
    type: str
    default: lorawan_
seealso:
  - module: lorawan.thingpark.tdm_fleet
"""

EXAMPLES = r"""
- name: Make the platform match the hosts of a group
  lorawan.thingpark.tdm_fleet:
    devices: "{{ groups['sensors'] | map('extract', hostvars) | lorawan.thingpark.devices }}"
"""

RETURN = r"""
_value:
  description: List of devices for O(lorawan.thingpark.tdm_fleet#module:devices).
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED0000001
      connectivity_plan: kpn-cs/seldom
      name: park-00001
      host: park-00001
"""

from collections.abc import Iterable
from typing import Any, Callable

from ansible.errors import AnsibleFilterError


def devices(hosts: Iterable[dict[str, Any]], prefix: str = "lorawan_") -> list[dict[str, Any]]:
    """Return a dictionary of device options for each host's variables."""
    if isinstance(hosts, (str, bytes, dict)):
        raise AnsibleFilterError("lorawan.thingpark.devices needs a list of hosts' variables")
    result = []
    for variables in hosts:
        device = {name[len(prefix) :]: variables[name] for name in variables if name.startswith(prefix)}
        device.setdefault("name", variables["inventory_hostname"])
        device["host"] = variables["inventory_hostname"]
        if device.get("state") == "absent":
            del device["name"]
        result.append(device)
    return result


class FilterModule:
    """Ansible's interface to the filter."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters of this file."""
        return {"devices": devices}
