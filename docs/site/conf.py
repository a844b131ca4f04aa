# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site: `make docs`."""

from __future__ import annotations

import re

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx import addnodes

project = "lorawan.thingpark"
author = "the lorawan.thingpark contributors"
copyright = "2026, " + author
html_title = "lorawan.thingpark"

extensions = ["sphinx_antsibull_ext"]
antsibull_ext_color_scheme = "none"  # site.css has them, in the colours of the theme
# antsibull-docs makes it of plugins that read the environment by a mechanism of Ansible's that modules don't have.
exclude_patterns = ["environment_variables.rst"]
default_role = "any"
nitpicky = True

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_static_path = ["static"]
html_css_files = ["site.css"]
highlight_language = "YAML+Jinja"
pygments_style = "ansible"
pygments_dark_style = "monokai"

#: Labels of Ansible's own documentation that antsibull-docs refers to, below its address.
#: An inventory of all of them would have to be fetched, and a build must not need the network.
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
LABELS = {
    "action_plugins": "plugins/action.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def to_ansible(_app, _env, node, contents):
    """Return a link to Ansible's documentation for one of its labels or settings."""
    name = node.get("reftarget")
    is_setting = node.get("reftype") == "envvar" and name.startswith("ANSIBLE_")
    target = "reference_appendices/config.html#envvar-" + name if is_setting else LABELS.get(name)
    if target is None:
        return None
    return nodes.reference("", "", contents, internal=False, refuri=ANSIBLE + target)


def claim(app, _doctree) -> None:
    """Have it told when index.rst doesn't lead to a page: antsibull-docs calls all of its pages orphans."""
    app.env.metadata[app.env.docname].pop("orphan", None)


def tidy(_app, doctree) -> None:
    """Leave out the lists of contents, which this theme shows beside the page, and call pages of plugins by their names."""
    for topic in list(doctree.findall(nodes.topic)):
        if "contents" in topic["classes"]:
            topic.parent.remove(topic)
    for title in [title for title in doctree.findall(nodes.title) if isinstance(title.parent, nodes.table)]:
        table = title.parent  # the theme writes the anchor of a table with a caption twice
        table.remove(title)
        table["ids"] = []
        table.parent.insert(table.parent.index(table), nodes.paragraph("", "", nodes.strong("", title.astext())))
    for title in doctree.findall(nodes.title):
        title.attributes.pop("refid", None)  # it led back to the list
    for section in [section for section in doctree.findall(nodes.section) if links_nowhere(section)]:
        section.parent.remove(section)
    for tree in doctree.findall(addnodes.toctree):
        tree["entries"] = [(title or short_name(page), page) for title, page in tree["entries"]]


def links_nowhere(section) -> bool:
    """Return whether a section has links to the addresses that galaxy.yml only has because it must have some."""
    links = [link.get("refuri", "") for link in section.findall(nodes.reference)]
    return "collection-links" in section["ids"] and all(link.startswith("https://example.com/") for link in links)


def short_name(page: str) -> str | None:
    """Return the name of the plugin that a page is about, None for other pages."""
    match = re.match(r"(\w+)_(module|filter|role|inventory|lookup)\Z", page)
    if match is None:
        return None
    name, kind = match.groups()
    return name if kind in ("module", "role") else "%s (%s)" % (name, kind)  # the filter and the inventory have one name


def setup(app) -> None:
    """Connect the functions above, and let rows of a table stand as they are: Pygments has no lexer for CSV."""
    app.add_lexer("csv", TextLexer)
    app.connect("missing-reference", to_ansible)
    app.connect("doctree-read", claim)
    app.connect("doctree-read", tidy, priority=100)  # before the list beside the page is made
