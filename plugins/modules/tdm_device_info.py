#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_info
short_description: Show LoRaWAN devices in ThingPark's Device Manager
version_added: 0.1.0
description:
  - Returns devices by DevEUI, or all that match the filters, however many pages the platform's list
    has.
  - Without DevEUIs and filters, returns all devices of the subscription.
  - A device has to match all of the filters. What no filter can hold is refused before the login.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description: The devices with these DevEUIs. Those that aren't there are left out. Can't be given
      together with filters.
    type: list
    elements: str
  eui_prefix:
    description:
      - Only devices whose DevEUI begins with these hexadecimal digits, 1 to 16 of them, in any spelling
        of a DevEUI.
      - Put it between quotation marks. Without them, YAML takes digits such as V(0012) or V(10.10)
        for a number and changes them.
    type: str
  name:
    description: Only devices whose name begins with these characters, in this case. Blanks at the end
      count.
    type: str
  tag:
    description:
      - Only devices with this tag, or with all of these tags; one of them isn't enough. For devices
        with any of several tags, run the task for each of them.
      - Where an older platform's list doesn't show a device's tags, it is left to the platform how
        it combines several.
    type: list
    elements: str
  domain:
    description: 'Only devices with this domain, as C(group: name), or with all of these domains, one
      of each group.'
    type: dict
  connectivity_plan:
    description:
      - Only devices with this connectivity plan, by ID or name. V(_any) are those with any plan, V(_unset)
        those without one.
      - A name takes two requests more than an ID. One that the platform doesn't know is an error.
    type: str
  application_server:
    description:
      - Only devices that are associated directly with this application server, or with all of these,
        by ID or name. A way through an AS routing profile doesn't count.
      - A name takes two requests more, as that of O(connectivity_plan) does. One that the platform
        doesn't know is an error.
    type: list
    elements: str
  health_state:
    description: Only devices in one of these health states, which are V(INIT), V(ACTIVE), V(RF_CNX_ERROR)
      and V(SUSPENDED). Upper and lower case don't matter.
    type: list
    elements: str
  query:
    description: Only devices whose name begins with these characters, or whose DevEUI, written without
      separators, does.
    type: str
  created_from:
    description:
      - Only devices that were created at this time or later, such as V(2018-08-24T09:27:59Z), with
        or without quotation marks.
      - Without an offset such as V(Z) or V(+02:00), the time is the platform's own. A date alone is
        its first moment there.
    type: str
  created_to:
    description: Only devices that were created at this time or earlier, as O(created_from) has it.
      A date alone is the whole day.
    type: str
  last_up_before:
    description:
      - Only devices whose last uplink came before this time, such as V(2018-08-24T09:27:59+02:00).
        Its offset from UTC has to be said.
      - A device that never sent anything counts, however new it is. To leave out the newest, say O(created_to)
        too.
    type: str
  silent_for:
    description:
      - Only devices that sent nothing for at least so long, as an ISO 8601 duration such as V(P2D)
        or V(PT12H), by the clock of the machine where the task runs.
      - A device that never sent anything counts as silent, however new it is. To leave out the newest,
        say O(created_to) too.
    type: str
  network_geolocation:
    description:
      - Only devices whose connectivity plan has network geolocation, or with V(false) hasn't.
      - Ignored with O(connectivity_plan).
    type: bool
  passive_roaming:
    description:
      - Only devices whose connectivity plan allows passive roaming, or with V(false) doesn't.
      - Ignored with O(connectivity_plan).
    type: bool
  alarm_level:
    description: Only devices with an alarm of this level or above that nobody has acknowledged.
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  battery_level:
    description:
      - Only devices whose battery level is this or below.
      - LoRaWAN knows levels from 1, the lowest, to 254, the highest. Devices with power from outside
        are left out.
    type: int
  max_rssi:
    description: Only devices whose average RSSI is this or below, in dBm, from -200 to 20.
    type: float
  max_snr:
    description: Only devices whose average SNR is this or below, in dB, from -50 to 50.
    type: float
  min_snr:
    description: Only devices whose average SNR is this or above, in dB, from -50 to 50.
    type: float
  min_latitude:
    description: Only devices that lie north of this latitude, in decimal degrees.
    type: float
  max_latitude:
    description: Only devices that lie south of this latitude, in decimal degrees.
    type: float
  min_longitude:
    description: Only devices that lie east of this longitude, in decimal degrees.
    type: float
  max_longitude:
    description:
      - Only devices that lie west of this longitude, in decimal degrees.
      - It can't be less than O(min_longitude). For an area across 180 degrees, run the task for each
        side.
    type: float
  parallel:
    description: How many requests are under way at once with O(gather=devices) or O(gather=options).
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns what the platform's list shows, many devices in one request.
      - V(devices) fetches each whole device too, with its inactivity alarm and its location, in a request
        for each. On an older platform, whose list lacks the tags, it takes two.
      - V(options) returns each device in exactly the options that M(lorawan.thingpark.tdm_device) and
        M(lorawan.thingpark.tdm_fleet) take, and nothing else. Given back to them with C(create) V(false),
        they change nothing. What the list doesn't show is fetched, in as many requests.
    type: str
    default: briefs
    choices: [briefs, devices, options]
seealso:
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: All suspended devices in Utrecht
  lorawan.thingpark.tdm_device_info:
    domain:
      Site: Utrecht/Centraal
    health_state: [SUSPENDED]
  register: suspended

- name: One device as a whole
  lorawan.thingpark.tdm_device_info:
    dev_eui: 70B3D57ED0000001
    gather: devices

- name: Who has been silent for two days
  lorawan.thingpark.tdm_device_info:
    silent_for: P2D
  register: silent

- name: The parking sensors, as they would be described
  lorawan.thingpark.tdm_device_info:
    tag: [parking]
    gather: options
  register: parking

- name: Given back, they change nothing
  lorawan.thingpark.tdm_fleet:
    devices: "{{ parking.devices }}"
    create: false
  check_mode: true
"""

RETURN = r"""
devices:
  description:
    - The devices with all fields of the platform, in snake_case, and with the options of M(lorawan.thingpark.tdm_device).
      Fields without a value are left out. Secrets are never included.
  returned: success
  type: list
  elements: dict
  contains:
    dev_eui:
      description: Which device it is.
      type: str
    name:
      description: Name of the device.
      type: str
    device_profile:
      description: The device profile, by its ID or by its commercial name.
      type: str
    activation:
      description: How the device is activated.
      type: str
    join_server:
      description: Who holds the keys of an OTAA device, the platform (V(local)) or another join server
        (V(external)).
      type: str
    join_eui:
      description: JoinEUI (AppEUI) of an OTAA device.
      type: str
    dev_addr:
      description: DevAddr, 8 hexadecimal digits.
      type: str
    connectivity_plan:
      description: The connectivity plan (network subscription), by its ID or by its commercial name.
      type: str
    routing_profile:
      description: The AS routing profile, by its ID or by its name, in ThingPark Wireless.
      type: str
    application_servers:
      description: The application servers, each by its ID or by its name.
      type: list
      elements: str
    suspended:
      description: Whether the device is suspended.
      type: bool
    tags:
      description: All tags of the device, of at most 40 characters each.
      type: list
      elements: str
    domains:
      description: 'All domains of the device, as C(group: name).'
      type: dict
    inactivity_alarm:
      description: Thresholds of the alarm 004, "no uplink".
      type: list
      elements: dict
      contains:
        level:
          description: Severity of the alarm, from 2 to 6.
          type: int
        duration:
          description: How long the device may be silent, from V(PT1H) to V(P30D).
          type: str
    latitude:
      description: Latitude in decimal degrees.
      type: float
    longitude:
      description: Longitude in decimal degrees.
      type: float
    location_type:
      description: Which location counts.
      type: str
    marker_id:
      description: Number of the marker that stands for the device on maps.
      type: int
    customer_admin_data:
      description: Free text about the device, such as an address or a floor.
      type: str
    motion_indicator:
      description: How the device moves.
      type: str
    driver_application:
      description: Protocol identifier of ThingPark X, such as V(abeeway:asset-tracker:1).
      type: str
    debug_network_geolocation:
      description: Whether debugging of the network geolocation is switched on for the device.
      type: bool
    lorawan_debug:
      description: Whether LoRaWAN debugging is switched on for the device.
      type: bool
    vendor:
      description: The device's vendor, with C(commercial_name), C(commercial_description) and C(logo).
      type: dict
    model:
      description: The device profile of RV(devices[].device_profile) with its C(commercial_name), its
        LoRaWAN version (C(mac_major_version), C(mac_minor_version)), its class (C(type)), its C(type_mac),
        C(connectivity) and C(logo).
      type: dict
    network_subscription:
      description: The connectivity plan of RV(devices[].connectivity_plan) with its C(commercial_name),
        its C(supplier), and whether it has C(nw_geolocalization) and C(pr_allowed), passive roaming.
      type: dict
    app_servers_routing_profile:
      description: The AS routing profile of RV(devices[].routing_profile) with its C(name).
      type: dict
    app_servers:
      description: The application servers of RV(devices[].application_servers), each with its C(name).
      type: list
      elements: dict
    driver_metadata:
      description: The driver of RV(devices[].driver_application), with its C(model) and the C(supported_applications).
      type: dict
    debug:
      description: Whether debugging is C(allowed), and whether that of LoRaWAN is on (C(lorawan)) and
        since when (C(lorawan_since), in milliseconds since 1970, UTC). Its C(nw_geoloc) is deprecated,
        see RV(devices[].debug_network_geolocation).
      type: dict
    health_state:
      description: V(INIT) before its first uplink, V(ACTIVE), V(RF_CNX_ERROR) while an alarm says that
        it is silent, V(SUSPENDED).
      type: str
    connectivity:
      description: How the device is connected, always V(LORAWAN).
      type: str
    current_class:
      description: The LoRaWAN class that the device uses now, V(A), V(B) or V(C).
      type: str
    class_b_state:
      description: Whether class B is active, V(1), or not, V(0).
      type: int
    ping_slot_period:
      description: Period of the ping slots of class B, in seconds.
      type: int
    payload_encryption:
      description: Whether payloads are handed on encrypted.
      type: bool
    creation_date:
      description: When the device was created, in milliseconds since 1970, UTC.
      type: int
    first_up_timestamp:
      description: When the first uplink came, in milliseconds since 1970, UTC.
      type: int
    last_up_timestamp:
      description: When the last uplink came, in milliseconds since 1970, UTC. It is missing as long
        as none did.
      type: int
    last_dw_timestamp:
      description: When the last downlink was sent, in milliseconds since 1970, UTC.
      type: int
    now:
      description: The time of the platform when it answered, in milliseconds since 1970, UTC.
      type: int
    history_up_daily:
      description: Uplinks of the day before RV(devices[].last_up_timestamp), as C(val), numbers for
        two hours each.
      type: dict
    history_dw_daily:
      description: Downlinks of the day before RV(devices[].last_dw_timestamp), as C(val), numbers for
        two hours each.
      type: dict
    avg_rssi:
      description: Average RSSI, in dBm.
      type: float
    avg_snr:
      description: Average SNR, in dB.
      type: float
    avg_esp:
      description: Average ESP (estimated signal power), in dBm.
      type: float
    last_rssi:
      description: RSSI of the last uplink, in dBm.
      type: float
    last_snr:
      description: SNR of the last uplink, in dB.
      type: float
    last_esp:
      description: ESP of the last uplink, in dBm.
      type: float
    last_sf:
      description: Spreading factor of the last uplink, from 7 to 12.
      type: int
    last_instant_per:
      description: Packet error rate of the last uplinks. The API names no unit, and its examples are
        fractions of 1.
      type: float
    last_mean_per:
      description: Packet error rate over the whole history, as RV(devices[].last_instant_per).
      type: float
    last_nb_trans:
      description: How often the device sends each uplink, a number without unit.
      type: float
    last_tx_power:
      description: Power with which the device sends, in dBm.
      type: float
    last_bat_level:
      description: 'Battery level: V(0) is power from outside, from V(1), the lowest, to V(254), the
        highest, and V(255) is not measured.'
      type: int
    last_bat_level_timestamp:
      description: When the battery level came, in milliseconds since 1970, UTC.
      type: int
    last_bat_changed:
      description: When the battery was replaced, in milliseconds since 1970, UTC.
      type: int
    last_bat_change_by:
      description: When the battery will have to be replaced, as it is estimated, in milliseconds since
        1970, UTC.
      type: int
    best_lrr:
      description: The base station (LRR) that receives it best, by its C(id).
      type: dict
    lrrs:
      description: The base stations that received the last uplink, three at most and the best one first,
        each with C(id), C(rssi) and C(esp) in dBm, C(snr) in dB, C(instant_per), and its C(lat) and
        C(lon) in decimal degrees.
      type: list
      elements: dict
    lat:
      description: Latitude of the location that counts, in decimal degrees, as RV(devices[].location_type)
        says; one that was given is RV(devices[].latitude).
      type: float
    lon:
      description: Longitude of the location that counts, in decimal degrees.
      type: float
    radius:
      description: How exact a location is that the network found, in metres.
      type: int
    last_geo_lat:
      description: Latitude that the network found last, in decimal degrees.
      type: float
    last_geo_lon:
      description: Longitude that the network found last, in decimal degrees.
      type: float
    last_geo_radius:
      description: How exact that is, in metres.
      type: int
    last_geo_timestamp:
      description: When the network found it, in milliseconds since 1970, UTC.
      type: int
    alarm_count:
      description: How many alarms nobody has acknowledged.
      type: int
    alarm_level:
      description: The highest severity of these alarms, from V(1), cleared, to V(6), critical, and
        V(0) without any.
      type: int
    alarm1:
      description: How many cleared alarms nobody has acknowledged.
      type: int
    alarm2:
      description: The same of indeterminate ones.
      type: int
    alarm3:
      description: The same of warnings.
      type: int
    alarm4:
      description: The same of minor ones.
      type: int
    alarm5:
      description: The same of major ones.
      type: int
    alarm6:
      description: The same of critical ones.
      type: int
    occ_context:
      description: Who changed the device last (C(who)), when (C(last_update), in milliseconds since
        1970, UTC), and its C(version).
      type: dict
    href:
      description: Its address in the API.
      type: str
    eui:
      description: B(Deprecated.) The same as RV(devices[].dev_eui).
      type: str
    app_eui:
      description: B(Deprecated.) The same as RV(devices[].join_eui).
      type: str
    nw_address:
      description: B(Deprecated.) The same as RV(devices[].dev_addr).
      type: str
    suspension:
      description: B(Deprecated.) The same as RV(devices[].suspended), in the API's words.
      type: str
    alarm004:
      description: B(Deprecated.) The same as RV(devices[].inactivity_alarm), in XML.
      type: str
    admin_lat:
      description: B(Deprecated.) The same as RV(devices[].latitude), in decimal degrees.
      type: float
    admin_lon:
      description: B(Deprecated.) The same as RV(devices[].longitude), in decimal degrees.
      type: float
  sample:
    - dev_eui: 70B3D57ED0000001
      name: park-00001
      activation: OTAA
      device_profile: LORA/GenericA.1.0.4a_ETSI
      connectivity_plan: kpn-cs/seldom
      health_state: ACTIVE
      last_up_timestamp: 1577836800000
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(dev_eui), C(option), and the
      reason in C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample: []
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes,
    or for 15 minutes.
  returned: when the login was refused
  type: bool
held_back:
  description: Whether the password was not sent at all, because the platform had refused it shortly
    before.
  returned: when the login was refused
  type: bool
"""

from ..module_utils._frame.module import main as run_module
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.info import info

TASK = info(DEVICE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
