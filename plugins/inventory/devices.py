# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory of the devices of a ThingPark subscription."""

from __future__ import annotations

DOCUMENTATION = r"""
name: devices
short_description: List the devices of a ThingPark subscription as hosts
version_added: 0.1.0
author: The lorawan.thingpark contributors (@lorawan)
description:
  - Lists each device as a host, in groups by tag, domain, device profile, connectivity plan, health and more. The plugin needs
    one request per page of the platform's device list.
  - The name of the inventory file must end in C(thingpark.yml) or C(thingpark.yaml).
  - By default, a host's variables are the device's options, for the role P(lorawan.thingpark.fleet#role). Applied without
    edits, they change nothing and create no device.
  - Every host is in the group C(lorawan_devices).
  - The plugin only reads the platform. It sends a wrong password only once, even if you read the inventory repeatedly.
  - Ansible can't connect to devices. A play about devices needs C(hosts=localhost).
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [lorawan.thingpark.devices]
  filters:
    description:
      - Filters for the devices. Without filters, the inventory contains all devices.
      - The names are options of M(lorawan.thingpark.tdm_device_info), such as C(tag), C(domain), C(eui_prefix), C(health_state),
        C(alarm_level) and C(silent_for). A device must match all filters.
    type: dict
  gather:
    description:
      - V(briefs) uses the fields of the platform's device list.
      - V(devices) also fetches each device, with one request per device. This adds options that the list doesn't show, such as
        C(inactivity_alarm), and on older platforms tags and domains.
    type: str
    choices: [briefs, devices]
    default: briefs
  parallel:
    description: How many requests to send at the same time, from 1 to 64, with O(gather=devices).
    type: int
    default: 8
  hostname:
    description:
      - Name of each host.
      - V(name) is the device's name. Characters other than letters, digits, C(.), C(_) and C(-) become C(_).
        If the name is empty, not unique, or not valid for a host, the host has the DevEUI as name, with a warning. Paths,
        patterns, templates, command options, file names such as C(edge.yml), names of groups and names of this machine are not
        valid. Upper and lower case make no difference.
      - V(dev_eui) is the DevEUI, which can't change.
    type: str
    choices: [name, dev_eui]
    default: name
  hostvars:
    description:
      - Variables of each host.
      - V(options) selects the options of M(lorawan.thingpark.tdm_device) that have a known value.
      - V(all) adds all other fields of M(lorawan.thingpark.tdm_device_info). Hosts then need several times the memory.
      - Any other value is the name of an option or field, such as C(tags) or C(last_up_timestamp). You can list several names.
      - If an option requires another one, such as C(latitude), the plugin adds both.
      - With any option, the plugin also adds C(dev_eui), C(create) with the value V(false), and C(name) if the host has another
        name. So a run with these variables creates and renames no device.
    type: list
    elements: str
    default: [options]
  hostvars_prefix:
    description: Prefix of a variable with an option.
    type: str
    default: lorawan_
  facts_prefix:
    description:
      - Prefix of a variable with another field, such as C(thingpark_health_state).
      - It must differ from O(hostvars_prefix), so that no field looks like an option.
    type: str
    default: thingpark_
  group_by:
    description:
      - Kinds of groups to create. An empty list creates none.
      - V(tag) creates groups such as C(tag_parking).
      - V(domain) creates groups such as C(domain_site_utrecht_centraal), a child of C(domain_site_utrecht), a child of
        C(domain_site). A device is in the last group, and so in its parents.
      - V(device_profile) creates groups by ID, such as C(device_profile_lora_generica_1_0_2b_etsi), because several device
        profiles can have the same name.
      - V(connectivity_plan), V(application_server) and V(routing_profile) create groups by name, such as
        C(connectivity_plan_often).
      - V(health) creates C(health_init), C(health_active), C(health_rf_cnx_error) and C(health_suspended).
      - V(alarm_level) creates groups such as C(alarm_level_major), by the most severe unacknowledged alarm. The levels are
        those of M(lorawan.thingpark.tdm_alarm_info).
      - Group names are lower case. Characters other than letters and digits become C(_). If two groups would have the same
        name, each gets a part of a hash, with a warning.
    type: list
    elements: str
    choices:
      - tag
      - domain
      - device_profile
      - connectivity_plan
      - health
      - alarm_level
      - application_server
      - routing_profile
    default: [tag, domain, device_profile, connectivity_plan, health, alarm_level, application_server]
notes:
  - The plugin renders templates in O(filters) and in the connection options.
  - The plugin never renders values of the platform as templates. A device called C({{ lookup('pipe', 'id') }}) does no harm.
  - With O(cache), the plugin caches the platform's answers until options of the file change, other than O(compose), O(groups) and
    O(keyed_groups). The cache contains no secrets.
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - plugin: lorawan.thingpark.devices
    plugin_type: filter
"""

EXAMPLES = r"""
# parking.thingpark.yml: some devices, with additional groups
plugin: lorawan.thingpark.devices
filters:
  tag: parking
  domain:
    Site: Utrecht
hostvars: [options, health_state, last_up_timestamp]
group_by: [domain, health]
compose:
  floor: lorawan_customer_admin_data | default('') | regex_search('[0-9]+')
groups:
  silent: thingpark_last_up_timestamp is not defined
keyed_groups:
  - prefix: floor
    key: floor
"""

from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils._errors import TdmError
from ..module_utils._frame.module import result_of
from ..module_utils._frame.task import Context
from ..module_utils._signals import ended_cleanly
from ..plugin_utils._home import take_home
from ..plugin_utils._inventory import ALL_DEVICES, INVENTORY, SPEC, UNKNOWN_OPTIONS, asked, read_options
from ..plugin_utils._unknown import unknown_options
from ..plugin_utils._untrusted import untrusted

ENDINGS = ("thingpark.yml", "thingpark.yaml")
NO_TEMPLATE = "the inventory has an option whose template can't be rendered: %s"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Ansible's interface to the inventory."""

    NAME = "lorawan.thingpark.devices"

    _given: dict[str, Any] = {}
    _others: dict[str, Any] = {}

    def verify_file(self, path: str) -> bool:
        """Return whether a file belongs to this plugin."""
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Hide this plugin's own options from Ansible, whose error about a wrong type would show a password."""
        self._given = {name: value for name, value in (direct or {}).items() if name in SPEC}
        self._others = {name: value for name, value in (direct or {}).items() if name not in SPEC}
        super().set_options(task_keys, var_options, self._others)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory; raises AnsibleParserError."""
        take_home()
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            unknown = sorted(set(self._others) - set(self._options))
            if unknown:
                known = {**INVENTORY.options, **SPEC, **dict.fromkeys(self._options, {})}
                raise AnsibleParserError(UNKNOWN_OPTIONS % unknown_options(unknown, known))
            self._fill(inventory, self._found(path, cache, read_options(self._rendered())))
        except TdmError as error:
            raise AnsibleParserError(error.message) from None

    def _rendered(self) -> dict[str, Any]:
        try:
            rendered: dict[str, Any] = self.templar.template(self._given)
        except AnsibleError as error:
            raise AnsibleParserError(NO_TEMPLATE % error) from None
        return rendered

    def _found(self, path: str, cache: bool, params: dict[str, Any]) -> dict[str, Any]:
        """Return hosts and groups: from the cache if the options are the same, otherwise from the platform."""
        if not self.get_option("cache"):
            return self._fetched(params)
        self.load_cache_plugin()
        key, question = self.get_cache_key(path), asked(params)
        kept = self._cache.get(key) if cache else None
        if isinstance(kept, dict) and kept.get("asked") == question:
            return kept
        self._cache[key] = {"asked": question, **self._fetched(params)}
        found: dict[str, Any] = self._cache[key]
        return found

    def _fetched(self, params: dict[str, Any]) -> dict[str, Any]:
        context = Context(check=True, warn=self.display.warning)
        with ended_cleanly():
            result = result_of(INVENTORY, params, context)
        if result.get("failed"):
            raise AnsibleParserError(result["msg"])
        return {name: result[name] for name in ("hosts", "parents")}

    def _fill(self, inventory: Any, found: dict[str, Any]) -> None:
        parents, hosts = found["parents"], found["hosts"]
        for group in sorted({ALL_DEVICES, *parents, *parents.values(), *(name for host in hosts for name in host["groups"])}):
            inventory.add_group(group)
        for group, above in parents.items():
            inventory.add_child(above, group)
        strict, compose, *more = map(self.get_option, ("strict", "compose", "groups", "keyed_groups"))
        for host in hosts:
            name, variables = host["name"], untrusted(host["vars"])
            for group in (ALL_DEVICES, *host["groups"]):
                inventory.add_host(name, group)
            for variable, value in variables.items():
                inventory.set_variable(name, variable, value)
            # Groups may use composed variables, so these come first.
            self._set_composite_vars(compose, variables, name, strict=strict)
            self._add_host_to_composed_groups(more[0], {}, name, strict=strict)
            self._add_host_to_keyed_groups(more[1], {}, name, strict=strict)
