#!/usr/bin/python
# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by `make reference`, from docs/reference/device.yml.

from __future__ import annotations

DOCUMENTATION = r"""
module: tdm_device_info
short_description: Show LoRaWAN devices on ThingPark
version_added: 0.1.0
description:
  - Returns devices by DevEUI, or all devices that match the filters. The task reads all pages of the platform's list.
  - Without DevEUIs and filters, returns all devices of the subscription.
  - A device must match all filters. An invalid filter fails before the login.
author: The lorawan.thingpark contributors (@lorawan)
extends_documentation_fragment:
  - lorawan.thingpark.tdm
  - lorawan.thingpark.tdm.actiongroup
  - lorawan.thingpark.tdm.info
options:
  dev_eui:
    description: DevEUIs of the devices to return. Unknown DevEUIs are ignored. Can't be combined with filters.
    type: list
    elements: str
  eui_prefix:
    description:
      - Only devices whose DevEUI begins with these 1 to 16 hexadecimal digits, in any spelling.
      - Quote the digits. Otherwise, YAML reads digits such as V(0012) or V(10.10) as a number and changes them.
    type: str
  name:
    description: Only devices whose name begins with these characters. Case matters, and so do blanks at the end.
    type: str
  tag:
    description:
      - Only devices with this tag, or with all of these tags. For devices with any of several tags, run the task once per
        tag.
      - If an older platform's list doesn't show tags, the platform decides how it combines several tags.
    type: list
    elements: str
  domain:
    description: 'Only devices with this domain, as C(group: name), or with all of these domains, one per group.'
    type: dict
  connectivity_plan:
    description:
      - Only devices with this connectivity plan, by ID or name. V(_any) selects devices with any plan, and V(_unset) devices
        without a plan.
      - A name needs two more requests than an ID. An unknown name is an error.
    type: str
  application_server:
    description:
      - Only devices with this application server, or with all of these, by ID or name. Servers of the device's AS routing
        profile don't count.
      - A name needs two more requests than an ID. An unknown name is an error.
    type: list
    elements: str
  health_state:
    description: Only devices in one of these health states, V(INIT), V(ACTIVE), V(RF_CNX_ERROR) or V(SUSPENDED). Case doesn't
      matter.
    type: list
    elements: str
  query:
    description: Only devices whose name, or DevEUI without separators, begins with these characters.
    type: str
  created_from:
    description:
      - Only devices that were created at this time or later, such as V(2018-08-24T09:27:59Z), with or without quotation
        marks.
      - Without an offset such as V(Z) or V(+02:00), the time is the platform's local time. A date means the start of the
        day.
    type: str
  created_to:
    description: Only devices that were created at this time or earlier, in the format of O(created_from). A date means
      the end of the day.
    type: str
  last_up_before:
    description:
      - Only devices whose last uplink came before this time, such as V(2018-08-24T09:27:59+02:00). The offset from UTC
        is required.
      - A device without any uplink counts, even a new one. To exclude new devices, also set O(created_to).
    type: str
  silent_for:
    description:
      - Only devices without an uplink for at least this time, as an ISO 8601 duration such as V(P2D) or V(PT12H). The clock
        is that of the machine where the task runs.
      - A device without any uplink counts as silent, even a new one. To exclude new devices, also set O(created_to).
    type: str
  network_geolocation:
    description:
      - Only devices whose connectivity plan has network geolocation, or with V(false) lacks it.
      - Ignored with O(connectivity_plan).
    type: bool
  passive_roaming:
    description:
      - Only devices whose connectivity plan allows passive roaming, or with V(false) doesn't allow it.
      - Ignored with O(connectivity_plan).
    type: bool
  alarm_level:
    description: Only devices with an unacknowledged alarm of this level or a higher one.
    type: int
    choices: [1, 2, 3, 4, 5, 6]
  battery_level:
    description:
      - Only devices with at most this battery level.
      - LoRaWAN has levels from 1 (lowest) to 254 (highest). Devices with an external power supply are excluded.
    type: int
  max_rssi:
    description: Only devices with at most this average RSSI, in dBm, from -200 to 20.
    type: float
  max_snr:
    description: Only devices with at most this average SNR, in dB, from -50 to 50.
    type: float
  min_snr:
    description: Only devices with at least this average SNR, in dB, from -50 to 50.
    type: float
  min_latitude:
    description: Only devices north of this latitude, in decimal degrees.
    type: float
  max_latitude:
    description: Only devices south of this latitude, in decimal degrees.
    type: float
  min_longitude:
    description: Only devices east of this longitude, in decimal degrees.
    type: float
  max_longitude:
    description:
      - Only devices west of this longitude, in decimal degrees.
      - It can't be less than O(min_longitude). For an area across 180 degrees, run the task once per side.
    type: float
  parallel:
    description: How many requests to send at the same time, from 1 to 64, with O(gather=devices) or O(gather=options).
    type: int
    default: 8
  gather:
    description:
      - V(briefs) returns the fields of the platform's list, with many devices per request.
      - V(devices) also fetches each device, with its inactivity alarm and location. This needs one request per device,
        or two on an older platform whose list lacks the tags.
      - V(options) returns exactly the options of M(lorawan.thingpark.tdm_device) and M(lorawan.thingpark.tdm_fleet). Passed
        to them with C(create) V(false), they change nothing. The task fetches fields that the list doesn't show, with as
        many requests.
    type: str
    default: briefs
    choices: [briefs, devices, options]
seealso:
  - module: lorawan.thingpark.tdm_device
"""

EXAMPLES = r"""
- name: List the suspended devices in Utrecht
  lorawan.thingpark.tdm_device_info:
    domain:
      Site: Utrecht/Centraal
    health_state: [SUSPENDED]
  register: suspended

- name: Show all fields of one device
  lorawan.thingpark.tdm_device_info:
    dev_eui: 70B3D57ED0000001
    gather: devices

- name: List devices that have been silent for two days
  lorawan.thingpark.tdm_device_info:
    silent_for: P2D
  register: silent

- name: Get the options of the parking sensors
  lorawan.thingpark.tdm_device_info:
    tag: [parking]
    gather: options
  register: parking

- name: Check that these options change nothing
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
      description: DevEUI of the device, 16 hexadecimal digits in any spelling.
      type: str
      sample: 70B3D57ED0000001
    name:
      description: Name of the device.
      type: str
      sample: park-00001
    device_profile:
      description: Device profile, by ID or commercial name.
      type: str
      sample: LORA/GenericA.1.0.4a_ETSI
    activation:
      description: Activation of the device, OTAA or ABP.
      type: str
      sample: OTAA
    join_server:
      description: Join server with the keys of an OTAA device, either the platform (V(local)) or another one (V(external)).
      type: str
      sample: local
    join_eui:
      description: JoinEUI (AppEUI) of an OTAA device.
      type: str
      sample: 70B3D57ED0FFFFFF
    dev_addr:
      description: DevAddr, 8 hexadecimal digits.
      type: str
      sample: 14A09C35
    connectivity_plan:
      description: Connectivity plan (network subscription), by ID or commercial name.
      type: str
      sample: kpn-cs/seldom
    routing_profile:
      description: AS routing profile, by ID or name, in ThingPark Wireless.
      type: str
      sample: TWA_100002581.26000
    application_servers:
      description: Application servers, each by ID or name.
      type: list
      elements: str
      sample: [TWA_100002581.1972.AS]
    suspended:
      description: Whether the device is suspended.
      type: bool
      sample: false
    tags:
      description: All device tags, with at most 40 characters each.
      type: list
      elements: str
      sample: [north, parking]
    domains:
      description: 'All domains of the device, as C(group: name).'
      type: dict
      sample: {Site: Utrecht/Centraal}
    inactivity_alarm:
      description: Thresholds of the alarm 004, "no uplink".
      type: list
      elements: dict
      contains:
        level:
          description: Severity of the alarm, from 2 to 6.
          type: int
          sample: 3
        duration:
          description: Time without an uplink that raises the alarm, as an ISO 8601 duration from V(PT1H) to V(P30D).
          type: str
          sample: P2D
    latitude:
      description: Latitude in decimal degrees.
      type: float
      sample: 52.0893
    longitude:
      description: Longitude in decimal degrees.
      type: float
      sample: 5.1101
    location_type:
      description: Source of the device's location.
      type: str
      sample: manual
    marker_id:
      description: Number of the device's marker on maps.
      type: int
      sample: 7
    customer_admin_data:
      description: Free text about the device, such as an address or a floor.
      type: str
      sample: Level 2, bay 14
    motion_indicator:
      description: Mobility of the device.
      type: str
      sample: NEAR_STATIC
    driver_application:
      description: Protocol identifier of ThingPark X, such as V(abeeway:asset-tracker:1).
      type: str
      sample: abeeway:asset-tracker:1
    debug_network_geolocation:
      description: Whether debugging of the network geolocation is on for the device.
      type: bool
      sample: false
    lorawan_debug:
      description: Whether LoRaWAN debugging is on for the device.
      type: bool
      sample: true
    vendor:
      description: Vendor of the device, with C(commercial_name), C(commercial_description) and C(logo).
      type: dict
      sample:
        commercial_name: Generic
        logo: /thingpark/wireless/rest/resources/files/logo/deviceVendor/22
    model:
      description: The device profile of RV(devices[].device_profile) with its C(commercial_name), its LoRaWAN version
        (C(mac_major_version), C(mac_minor_version)), its class (C(type)), its C(type_mac), C(connectivity) and
        C(logo).
      type: dict
      sample:
        id: LORA/GenericA.1.0.4a_ETSI
        commercial_name: LoRaWAN 1.0.4 revA - class A - Rx2_SF9
        connectivity: LORAWAN
        type: A
        type_mac: LoRaMAC
        mac_major_version: 0
        mac_minor_version: 6
        logo: /thingpark/wireless/rest/resources/files/logo/deviceProfile/68
    network_subscription:
      description: Connectivity plan of RV(devices[].connectivity_plan) with its C(commercial_name) and C(supplier).
        The flags C(nw_geolocalization) and C(pr_allowed) show network geolocation and passive roaming.
      type: dict
      sample:
        id: kpn-cs/seldom
        commercial_name: Seldom
        supplier:
          id: kpn-cs
          commercial_name: KPN Connectivity
        nw_geolocalization: false
        pr_allowed: false
        href: /thingpark/wireless/rest/subscriptions/100/networkSubscriptions/87
    app_servers_routing_profile:
      description: The AS routing profile of RV(devices[].routing_profile) with its C(name).
      type: dict
      sample:
        id: TWA_100002581.26000
        name: metering
        href: /thingpark/wireless/rest/subscriptions/100/appServersRoutingProfiles/26000
    app_servers:
      description: The application servers of RV(devices[].application_servers), each with its C(name).
      type: list
      elements: dict
      sample:
        - id: TWA_100002581.1972.AS
          name: parking
          href: /thingpark/wireless/rest/subscriptions/100/appServers/1972
    driver_metadata:
      description: The driver of RV(devices[].driver_application), with its C(model) and the C(supported_applications).
      type: dict
      sample:
        model: abeeway:asset-tracker:1
        application: abeeway:asset-tracker:1
        supported_applications:
          - abeeway:asset-tracker:1
    debug:
      description: Debugging of the device. C(allowed) shows whether it is allowed, and C(lorawan) whether LoRaWAN
        debugging is on. C(lorawan_since) is the start in milliseconds since 1970, UTC. C(nw_geoloc) is deprecated,
        see RV(devices[].debug_network_geolocation).
      type: dict
      sample: {allowed: true, lorawan: true, lorawan_since: 1795651200000, nw_geoloc: false}
    health_state:
      description: Health of the device. V(INIT) before the first uplink, V(ACTIVE), V(RF_CNX_ERROR) during an inactivity
        alarm, or V(SUSPENDED).
      type: str
      sample: ACTIVE
    connectivity:
      description: Type of connectivity, always V(LORAWAN).
      type: str
      sample: LORAWAN
    current_class:
      description: Current LoRaWAN class of the device, V(A), V(B) or V(C).
      type: str
      sample: A
    class_b_state:
      description: State of class B, V(1) if active and V(0) if not.
      type: int
      sample: 0
    ping_slot_period:
      description: Period of the ping slots of class B, in seconds.
      type: int
      sample: 8
    payload_encryption:
      description: Whether the platform forwards payloads encrypted.
      type: bool
      sample: false
    creation_date:
      description: When the device was created, in milliseconds since 1970, UTC.
      type: int
      sample: 1793750400000
    first_up_timestamp:
      description: When the first uplink came, in milliseconds since 1970, UTC.
      type: int
      sample: 1793754000000
    last_up_timestamp:
      description: When the last uplink came, in milliseconds since 1970, UTC. Missing before the first uplink.
      type: int
      sample: 1795737600000
    last_dw_timestamp:
      description: When the last downlink was sent, in milliseconds since 1970, UTC.
      type: int
      sample: 1795734000000
    now:
      description: Time of the platform's answer, in milliseconds since 1970, UTC.
      type: int
      sample: 1795741200000
    history_up_daily:
      description: Uplinks in the 24 hours before RV(devices[].last_up_timestamp). C(val) lists a number per two
        hours.
      type: dict
      sample: {val: [2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2]}
    history_dw_daily:
      description: Downlinks in the 24 hours before RV(devices[].last_dw_timestamp). C(val) lists a number per two
        hours.
      type: dict
      sample: {val: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]}
    avg_rssi:
      description: Average RSSI, in dBm.
      type: float
      sample: -86.0
    avg_snr:
      description: Average SNR, in dB.
      type: float
      sample: 7.5
    avg_esp:
      description: Average ESP (estimated signal power), in dBm.
      type: float
      sample: -86.7
    last_rssi:
      description: RSSI of the last uplink, in dBm.
      type: float
      sample: -88.0
    last_snr:
      description: SNR of the last uplink, in dB.
      type: float
      sample: 6.0
    last_esp:
      description: ESP of the last uplink, in dBm.
      type: float
      sample: -89.0
    last_sf:
      description: Spreading factor of the last uplink, from 7 to 12.
      type: int
      sample: 8
    last_instant_per:
      description: Packet error rate of the last uplinks, without a documented unit. The examples of the API are
        fractions of 1.
      type: float
      sample: 0.0
    last_mean_per:
      description: Packet error rate over the whole history, in the unit of RV(devices[].last_instant_per).
      type: float
      sample: 0.02
    last_nb_trans:
      description: Number of transmissions per uplink.
      type: float
      sample: 1.0
    last_tx_power:
      description: Transmission power of the device, in dBm.
      type: float
      sample: 14.0
    last_bat_level:
      description: Battery level from V(1) (lowest) to V(254) (highest). V(0) is an external power supply, and V(255)
        means not measured.
      type: int
      sample: 180
    last_bat_level_timestamp:
      description: Time of the battery level, in milliseconds since 1970, UTC.
      type: int
      sample: 1795737600000
    last_bat_changed:
      description: When the battery was replaced, in milliseconds since 1970, UTC.
      type: int
      sample: 1793750400000
    last_bat_change_by:
      description: Estimated time of the next battery replacement, in milliseconds since 1970, UTC.
      type: int
      sample: 1920067200000
    best_lrr:
      description: Base station (LRR) with the best reception, with its C(id).
      type: dict
      sample: {id: '10000779'}
    lrrs:
      description: Up to three base stations that received the last uplink, the best one first. Each has C(id),
        C(rssi) and C(esp) in dBm, C(snr) in dB, C(instant_per), and C(lat) and C(lon) in decimal degrees.
      type: list
      elements: dict
      sample:
        - id: '10000779'
          rssi: -88.0
          esp: -89.0
          snr: 6.0
          instant_per: 0.0
          lat: 52.0907
          lon: 5.1214
    lat:
      description: Latitude of the effective location, in decimal degrees. RV(devices[].location_type) is its source,
        and RV(devices[].latitude) the manual latitude.
      type: float
      sample: 52.0893
    lon:
      description: Longitude of the effective location, in decimal degrees.
      type: float
      sample: 5.1101
    radius:
      description: Accuracy of a location from the network, in meters.
      type: int
      sample: 120
    last_geo_lat:
      description: Last latitude from the network, in decimal degrees.
      type: float
      sample: 52.0891
    last_geo_lon:
      description: Last longitude from the network, in decimal degrees.
      type: float
      sample: 5.1112
    last_geo_radius:
      description: Accuracy of the last location from the network, in meters.
      type: int
      sample: 120
    last_geo_timestamp:
      description: Time of the last network location, in milliseconds since 1970, UTC.
      type: int
      sample: 1795730400000
    alarm_count:
      description: Number of unacknowledged alarms.
      type: int
      sample: 1
    alarm_level:
      description: Highest severity of the unacknowledged alarms, from V(1) (cleared) to V(6) (critical), or V(0)
        without alarms.
      type: int
      sample: 4
    alarm1:
      description: Number of unacknowledged alarms that are cleared.
      type: int
      sample: 0
    alarm2:
      description: Number of unacknowledged alarms with severity indeterminate.
      type: int
      sample: 0
    alarm3:
      description: Number of unacknowledged alarms with severity warning.
      type: int
      sample: 0
    alarm4:
      description: Number of unacknowledged alarms with severity minor.
      type: int
      sample: 1
    alarm5:
      description: Number of unacknowledged alarms with severity major.
      type: int
      sample: 0
    alarm6:
      description: Number of unacknowledged alarms with severity critical.
      type: int
      sample: 0
    occ_context:
      description: 'Last change of the device: its author (C(who)), its time (C(last_update), in milliseconds since
        1970, UTC), and the resulting C(version).'
      type: dict
      sample: {version: 3, last_update: 1795651200000, who: Olivia Operator}
    href:
      description: Address of the device in the API.
      type: str
      sample: /thingpark/wireless/rest/subscriptions/100/devices/5000
    eui:
      description: B(Deprecated.) The same as RV(devices[].dev_eui).
      type: str
      sample: 70B3D57ED0000001
    app_eui:
      description: B(Deprecated.) The same as RV(devices[].join_eui).
      type: str
      sample: 70B3D57ED0FFFFFF
    nw_address:
      description: B(Deprecated.) The same as RV(devices[].dev_addr).
      type: str
      sample: 14A09C35
    suspension:
      description: B(Deprecated.) The same as RV(devices[].suspended), in the API's words.
      type: str
      sample: NONE
    alarm004:
      description: B(Deprecated.) The same as RV(devices[].inactivity_alarm), in XML.
      type: str
      sample: <alarm004><threshold1 duration="P2D" level="3" status="ENABLE"/></alarm004>
    admin_lat:
      description: B(Deprecated.) The same as RV(devices[].latitude), in decimal degrees.
      type: float
      sample: 52.0893
    admin_lon:
      description: B(Deprecated.) The same as RV(devices[].longitude), in decimal degrees.
      type: float
      sample: 5.1101
  sample:
    - dev_eui: 70B3D57ED0000001
      name: park-00001
      activation: OTAA
      device_profile: LORA/GenericA.1.0.4a_ETSI
      connectivity_plan: kpn-cs/seldom
      health_state: ACTIVE
      last_up_timestamp: 1795737600000
left_out:
  description:
    - Options that can't be described, such as secrets. Each entry has C(dev_eui), C(option), and the reason in
      C(message). The options keep their values on the platform.
  returned: O(gather=options)
  type: list
  elements: dict
  sample:
    - dev_eui: 70B3D57ED0000001
      option: name
      message: 'contains U+0007 as character 2, an invisible character: write the text again by hand, or remove
        that character'
login_refused:
  description: Whether the platform refused the login. The password is then held back until it changes, or for 15
    minutes.
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
from ..module_utils._resources.device.declaration import DEVICE
from ..module_utils._tasks.info import info

TASK = info(DEVICE)


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
