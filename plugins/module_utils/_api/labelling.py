# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labels that one request adds to resources and removes from them: a tag, domains, a tag of base stations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .._schema.resource import Resource
from .._schema.values import Value

#: The statuses of a platform that doesn't know a path.
NO_SUCH_PATH = (404, 405, 501)


class Labelling(NamedTuple):
    """The labels of one option that a request adds and removes (canonical)."""

    option: str
    add: tuple[Value, ...] = ()
    remove: tuple[Value, ...] = ()

    def told(self, resource: Resource) -> tuple[str, str]:
        """Return the labels' names for a sentence, and the verb: added, removed or both."""
        some = [label if isinstance(label, str) else ":".join(label) for label in (*self.add, *self.remove)]
        word = resource.labels[self.option].word + ("s" if len(some) > 1 else "")
        done = " and ".join(done for labels, done in ((self.add, "added"), (self.remove, "removed")) if labels)
        return "%s %s" % (word, ", ".join(some)), done

    def body(self, resource: Resource, identities: list[str]) -> dict[str, Any]:
        """Return the body of the request for many resources."""
        declared, send = resource.labels[self.option], resource.by_name[self.option].type.send
        if declared.lists is None:
            return {**self.label(resource), declared.members: identities}
        lists = zip(declared.lists, (self.add, self.remove))
        return {**{key: send(labels) for key, labels in lists if labels}, declared.members: identities}

    def label(self, resource: Resource) -> dict[str, Any]:
        """Return the only label in the API's form."""
        sent: Any = resource.by_name[self.option].type.send(self.add or self.remove)
        return dict(sent[0])


def labellings(
    resource: Resource, add: dict[str, tuple[Value, ...]], remove: dict[str, tuple[Value, ...]]
) -> Iterator[Labelling]:
    """Yield the requests that add and remove labels of one resource.

    :param add: option -> labels to add; ``remove`` the same for labels to remove.
    """
    for option, declared in resource.labels.items():
        more, less = add.get(option, ()), remove.get(option, ())
        if declared.lists is not None:
            if more or less:
                yield Labelling(option, more, less)
            continue
        yield from (Labelling(option, remove=(label,)) for label in less)
        yield from (Labelling(option, add=(label,)) for label in more)
