# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What groups of devices are called, and that their hosts can be selected one by one."""

from __future__ import annotations

import re

from ansible.inventory.manager import split_host_pattern
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.lorawan.thingpark.plugins.module_utils._engine.hosts import host_names
from ansible_collections.lorawan.thingpark.plugins.plugin_utils._group_names import Group, group_names

#: Ansible's own rule for a group's name.
GROUP = re.compile(r"[^\W\d]\w*\Z")
ALIKE = ["a b", "a_b", "A-B", "a/b", "a", "b", "", "!", "\u0130", "e\u0301", "\u00e9"]
WORDS = st.one_of(st.sampled_from(ALIKE), st.text(max_size=6))


def groups_of(*paths: tuple) -> tuple[dict, dict]:
    """Return the names of groups that stand for what they are called."""
    return group_names([Group(path, path) for path in paths])


def test_a_groups_name_is_what_it_stands_for():
    paths = [("tag", "Parking"), ("domain", "Site", "Utrecht", "Centraal"), ("domain", "Site"), ("tag", "Zürich – Süd")]
    names, alike = groups_of(*paths)
    assert [names[path] for path in paths] == ["tag_parking", "domain_site_utrecht_centraal", "domain_site", "tag_zürich_süd"]
    assert not alike


def test_groups_that_would_have_one_name_are_kept_apart_and_told():
    first, second, other = ("tag", "a/b"), ("tag", "A-B"), ("tag", "a")
    names, alike = groups_of(first, second, other)
    assert names[first] != names[second] and names[other] == "tag_a"
    assert all(re.match(r"tag_a_b_[0-9a-f]{6}\Z", names[key]) for key in (first, second))
    assert alike == {"tag_a_b": sorted([first, second])}
    # Who isn't there any more leaves the plain name, and who comes anew doesn't change the others' hashes.
    assert groups_of(first)[0][first] == "tag_a_b"
    assert groups_of(first, second, ("tag", "a b"))[0][first] == names[first]


def test_a_domain_is_kept_apart_from_the_parent_of_another_group():
    one, other = ("domain", "Site", "Utrecht"), ("domain", "Site Utrecht")
    names, _alike = groups_of(one, other)
    assert len(set(names.values())) == 2 and "domain_site_utrecht" not in names.values()


@given(st.lists(st.tuples(st.sampled_from(["tag", "domain"]), WORDS, WORDS), max_size=30))
def test_no_two_groups_have_one_name_and_ansible_takes_all(paths):
    names, _alike = groups_of(*paths)
    assert len(set(names.values())) == len(set(paths))
    assert all(GROUP.match(name) for name in names.values())


@given(st.lists(WORDS, max_size=40))
def test_a_hosts_name_selects_this_host_alone(names):
    for host in host_names({"70B3D57ED00000%02X" % number: name for number, name in enumerate(names)}).values():
        assert split_host_pattern(host) == [host]
