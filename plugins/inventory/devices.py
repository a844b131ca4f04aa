# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The devices of a ThingPark subscription as an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: devices
short_description: Devices of a ThingPark subscription as hosts
version_added: 0.1.0
author: The lorawan.thingpark contributors (@lorawan)
description:
  - Each device is a host, in groups by what it is, where it belongs and how it is. One request for each page of the platform's
    list gives all of it.
  - The file that describes the inventory ends in C(thingpark.yml) or C(thingpark.yaml).
  - By default, a host's variables are the device's options, under the names by which the role P(lorawan.thingpark.fleet#role)
    takes them. Applied as they are, they change nothing, and make no device.
  - Every host is in the group C(lorawan_devices).
  - The platform is only read from. A refused password goes out once, however often the inventory is asked for.
  - Nothing is set that tells Ansible how to connect to a host, since devices can't be connected to. A play about them has
    C(hosts=localhost).
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [lorawan.thingpark.devices]
  filters:
    description:
      - Which devices there are. Without it, all of them.
      - The filters are those of M(lorawan.thingpark.tdm_device_info), by the names of its options, such as C(tag), C(domain),
        C(eui_prefix), C(health_state), C(alarm_level) and C(silent_for). A device has to match all of them.
    type: dict
  gather:
    description:
      - V(briefs) takes what the platform's list shows, and asks for no device by itself.
      - V(devices) asks for each device besides, which costs a request for each. It gives the options that the list doesn't show,
        such as C(inactivity_alarm), and on older platforms tags and domains.
    type: str
    choices: [briefs, devices]
    default: briefs
  parallel:
    description: How many devices are asked for at the same time, with O(gather=devices).
    type: int
    default: 8
  hostname:
    description:
      - What a host is called.
      - V(name) is the device's name. In it, characters other than letters, digits, blanks, C(.), C(_) and C(-) become C(_).
        Devices without a name, devices that share one, and those whose name can't be a host's are called by their DevEUI, with a
        warning. No host's name can be a path, a pattern, a template, an option of a command, a group's, or this machine's.
      - V(dev_eui) is the DevEUI, which nobody can change.
    type: str
    choices: [name, dev_eui]
    default: name
  hostvars:
    description:
      - Which variables a host has.
      - V(options) are the options of M(lorawan.thingpark.tdm_device) that hold something and are known for certain.
      - V(all) is all that the platform tells besides, as M(lorawan.thingpark.tdm_device_info) returns it. A host takes several
        times the memory.
      - Anything else is the name of one option or of one thing told, such as C(tags) or C(last_up_timestamp). A list may have
        several.
      - An option that can only be set together with another one, such as C(latitude), brings that one too.
      - Where there is any option, C(dev_eui) is there as well, C(create) with the value V(false), and C(name) where the host has
        another one. The first says which device it is, the others keep a run that applies the variables from making and renaming
        devices.
    type: list
    elements: str
    default: [options]
  hostvars_prefix:
    description: What stands in front of an option in the name of its variable.
    type: str
    default: lorawan_
  facts_prefix:
    description:
      - What stands in front of the name of what is told besides options, such as C(thingpark_health_state).
      - It differs from O(hostvars_prefix), so that nothing is taken for an option that is none.
    type: str
    default: thingpark_
  group_by:
    description:
      - What groups there are. An empty list makes none.
      - V(tag) makes groups such as C(tag_parking).
      - V(domain) makes groups such as C(domain_site_utrecht_centraal), which lies in C(domain_site_utrecht), which lies in
        C(domain_site). A device of a domain is in the last of them, and so in all.
      - V(device_profile) makes groups by the IDs of these, such as C(device_profile_lora_generica_1_0_2b_etsi), since several
        have the same name.
      - V(connectivity_plan), V(application_server) and V(routing_profile) make groups by the names of these, such as
        C(connectivity_plan_often).
      - V(health) makes C(health_init), C(health_active), C(health_rf_cnx_error) and C(health_suspended).
      - V(alarm_level) makes C(alarm_level_major) and the like, by the worst alarm that nobody has acknowledged. Its words are
        those of M(lorawan.thingpark.tdm_alarm_info).
      - A name is in lower case, and what is neither a letter nor a digit is C(_) there. Where two groups would have the same
        name, each gets a piece of a hash behind it, with a warning.
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
  - Templates are rendered in O(filters) and in the options of the connection.
  - What the platform says is never rendered as a template, so that a device called C({{ lookup('pipe', 'id') }}) does nothing.
  - With O(cache), what the platform said is kept as long as the file asks for the same, whatever becomes of O(compose), O(groups)
    and O(keyed_groups). No secret is kept.
seealso:
  - module: lorawan.thingpark.tdm_device_info
  - plugin: lorawan.thingpark.devices
    plugin_type: filter
"""

EXAMPLES = r"""
# parking.thingpark.yml: some devices, and groups of one's own
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
from ..plugin_utils._inventory import ALL_DEVICES, INVENTORY, SPEC, UNKNOWN_OPTIONS, asked, read_options
from ..plugin_utils._untrusted import untrusted

ENDINGS = ("thingpark.yml", "thingpark.yaml")
NO_TEMPLATE = "an option of the inventory can't be rendered: %s"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The inventory, for Ansible."""

    NAME = "lorawan.thingpark.devices"

    _given: dict[str, Any] = {}
    _others: dict[str, Any] = {}

    def verify_file(self, path: str) -> bool:
        """Return whether a file is one of this plugin's."""
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Keep this plugin's own options from Ansible, which would show a password in what it says of a wrong type."""
        self._given = {name: value for name, value in (direct or {}).items() if name in SPEC}
        self._others = {name: value for name, value in (direct or {}).items() if name not in SPEC}
        super().set_options(task_keys, var_options, self._others)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory; raises AnsibleParserError."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            unknown = sorted(set(self._others) - set(self._options))
            if unknown:
                raise AnsibleParserError(UNKNOWN_OPTIONS % ", ".join(unknown))
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
        """Return hosts and groups: from the cache, as long as the same is asked for, or from the platform."""
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
            # Groups may be made of what is composed: it comes first.
            self._set_composite_vars(compose, variables, name, strict=strict)
            self._add_host_to_composed_groups(more[0], {}, name, strict=strict)
            self._add_host_to_keyed_groups(more[1], {}, name, strict=strict)
