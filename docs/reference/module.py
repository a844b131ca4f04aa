# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module: its documentation, and the two files through which Ansible comes in."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

from words import LICENCE, PLUGINS, dumped, filled, merged, short

NAME = "lorawan.thingpark"
#: How a task about a resource is made, by its kind.
MADE = {
    "one": "one({constant})",
    "settings": "settings({constant})",
    "many": 'many({constant}, "{module}")',
    "info": "info({constant})",
}
#: What a documented option takes over from the task's.
FACTS = ("type", "elements", "required", "default", "choices", "aliases")
#: Where the first sentence of a text ends.
END = re.compile(r"\.(?=\s)")
LINK = re.compile(r"\b[OB]\(([^()]*)\)")
OPTION = re.compile(r"\bO\((\w+)")
MODULE = '''\
#!/usr/bin/python
{licence}
# Written by `make reference`, from docs/reference/{subject}.yml.

from __future__ import annotations

DOCUMENTATION = r"""
{documentation}"""

EXAMPLES = r"""
{examples}"""

RETURN = r"""
{returned}"""

from ..module_utils._frame.module import main as run_module
{imports}
{task}

def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
'''
ACTION = '''\
{licence}
# Written by `make reference`.

from __future__ import annotations

{imports}
from ..plugin_utils._action import TdmAction


class ActionModule(TdmAction):
    """{module}, in the worker."""

    task = {task}
'''


#: What is said of every module.
NEEDED = ("module", "task", "row", "short_description", "description", "seealso", "examples")


def _as_value(told: Any, spec: dict[str, Any]) -> dict[str, Any]:
    """Return an option as a return value: its first sentence, and its type."""
    words = told if isinstance(told, dict) else {"description": told}
    text = words["description"] if isinstance(words["description"], str) else words["description"][0]
    value = {"description": LINK.sub(r"C(\1)", END.split(text, 1)[0].rstrip(".") + "."), "type": spec["type"]}
    if "elements" in spec:
        value["elements"] = spec["elements"]
    if "options" in spec:
        value["contains"] = {name: _as_value(words["suboptions"][name], one) for name, one in spec["options"].items()}
    return value


def exemplified(value: dict[str, Any], example: Any, place: str) -> dict[str, Any]:
    """Return a return value whose fields all have samples.

    :param example: one whole value, with all fields; of a list, an element is enough.
    :param place: where the value stands, for the :class:`ValueError` when the example has other fields than the value.
    """
    if "contains" not in value:
        return {**value, "sample": short(example)}
    one = example[0] if isinstance(example, list) else example
    fields = {name: each for name, each in value.items() if name != "example"}
    others = sorted(set(one) ^ set(value["contains"]))
    if others:
        raise ValueError("%s: the example and the documented fields differ in %s" % (place, ", ".join(others)))
    below = {name: exemplified(each, one[name], "%s.%s" % (place, name)) for name, each in value["contains"].items()}
    return {**fields, "contains": below}


def _in_place(told: str | list[str], below: dict[str, Any]) -> str | list[str]:
    """Return words in which the options that are suboptions of ``select`` here are called so."""
    if isinstance(told, list):
        return [str(_in_place(line, below)) for line in told]
    return OPTION.sub(lambda found: "O(select.%s" % found.group(1) if found.group(1) in below else found.group(0), told)


class Module:
    """One module.

    :param subject: the name of the file that describes it; ``about`` what that holds, ``entry`` its part about this module.
    :param common: what is said alike of every resource.
    """

    def __init__(self, subject: str, about: dict[str, Any], entry: dict[str, Any], common: dict[str, Any]) -> None:
        lacking = [each for each in NEEDED if not entry.get(each)]
        if lacking:
            whose = entry.get("module", "a module")
            raise ValueError("docs/reference/%s.yml: %s lacks %s" % (subject, whose, ", ".join(lacking)))
        self.subject, self.name, self.row = subject, entry["module"], entry["row"]
        self._about, self._entry, self._common = about, entry, common
        self.kind: str = entry["task"]
        self._path, _colon, self._constant = about.get("resource", "").partition(":")
        self._words: dict[str, str] = {}
        self._is_never_older = False
        self._shown: dict[str, Any] = {}
        task = importlib.import_module("%s.module_utils._tasks.%s" % (PLUGINS, self.kind))
        if not self._path:
            self.task: Any = task.TASK
            return
        resource = getattr(importlib.import_module("%s.module_utils._resources.%s" % (PLUGINS, self._path)), self._constant)
        self.task = getattr(task, self.kind)(resource, *([self.name] if self.kind == "many" else []))
        self._words = self._words_for(resource)
        self._shown = self._shown_of(resource) if self.kind == "info" else {}
        self._is_never_older = not resource.newer

    def _words_for(self, resource: Any) -> dict[str, str]:
        """Return what takes the place of the words that the common texts leave open."""
        identity = resource.identity
        identifying = [identity.option, *filter(None, [identity.named_by]), *resource.rules.identifying]
        return {
            "a": "an" if resource.name[0] in "aeiou" else "a",
            "one": resource.name,
            "many": resource.plural,
            "key": resource.key,
            "keys": resource.keys,
            "identity": identity.option,
            "reported": identity.named_by or identity.option,
            "identifying": " or ".join("C(%s)" % each for each in identifying),
            "single": "tdm_" + resource.key,
            "actions": "V(created), V(updated), V(deleted), %sV(unchanged)"
            % ("V(suspended), V(resumed), " if resource.set_aside else ""),
            "sample": self._about.get("sample", ""),
        }

    def _shown_of(self, resource: Any) -> dict[str, Any]:
        """Return the options that can be read of a resource, as a return value documents them: with their first sentences."""
        shown = {resource.identity.option: _as_value(self._about["options"][resource.identity.option], {"type": "str"})}
        for each in resource.fields:
            if each.seen not in ("never", "edit") and not each.secret:
                shown[each.name] = _as_value(self._about["options"][each.name], each.argument())
        return shown

    def documentation(self) -> dict[str, Any]:
        """Return what DOCUMENTATION says."""
        entry = self._entry
        fragments = [NAME + ".tdm", NAME + ".tdm.actiongroup"]
        if "attributes" not in entry:
            written = "attributes" if "update_keys" in self.task.options else "idempotent"
            fragments.append(NAME + ".tdm." + ("info" if self.name.endswith("_info") else written))
        result = {
            "module": self.name,
            "short_description": entry["short_description"],
            "version_added": "0.1.0",
            "description": entry["description"],
            "author": "The lorawan.thingpark contributors (@lorawan)",
            "extends_documentation_fragment": fragments,
            **({"attributes": entry["attributes"]} if "attributes" in entry else {}),
        }
        told = self.told_of("options")
        if self.kind in ("one", "settings"):
            told = {**self._about["options"], **told}
        requirements = self._common.get(self.kind, {}).get("requirements")
        if requirements:
            result["requirements"] = requirements
        if self.task.options:
            result["options"] = {name: self._option(name, spec, told.get(name)) for name, spec in self.task.options.items()}
        result["seealso"] = [{"module": "%s.%s" % (NAME, each)} for each in entry["seealso"]]
        return result

    def returned(self) -> dict[str, Any]:
        """Return what RETURN says."""
        told = {**self.told_of("return"), **self._common["return"]}
        if self._shown:
            keys = self._words["keys"]
            contains = {**self._shown, **told[keys].get("contains", {})}  # null takes one out
            told[keys] = {**told[keys], "contains": {name: each for name, each in contains.items() if each is not None}}
        if self._is_never_older:
            told.pop("notes", None)
        where = "docs/reference/%s.yml: %s, " % (self.subject, self.name)
        return {
            name: exemplified({**value, "sample": short(value["sample"])}, value.get("example", value["sample"]), where + name)
            for name, value in told.items()
        }

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the path and the text of its two files."""
        imports = ["from ..module_utils._tasks.%s import TASK" % self.kind]
        task = "TASK"
        if self._path:
            imports = [
                "from ..module_utils._resources.%s import %s" % (self._path, self._constant),
                "from ..module_utils._tasks.%s import %s" % (self.kind, self.kind),
            ]
            task = MADE[self.kind].format(constant=self._constant, module=self.name)
        common = {"licence": LICENCE.rstrip(), "imports": "\n".join(imports)}
        yield (
            "plugins/modules/%s.py" % self.name,
            MODULE.format(
                subject=self.subject,
                documentation=dumped(self.documentation()),
                examples=self._entry["examples"],
                returned=dumped(self.returned()),
                task="" if task == "TASK" else "\nTASK = %s\n" % task,
                **common,
            ),
        )
        yield "plugins/action/%s.py" % self.name, ACTION.format(module=self.name, task=task, **common)

    def told_of(self, part: str) -> dict[str, Any]:
        """Return what is told of the options or the return values, in common words and in its own."""
        alike = filled(self._common.get(self.kind, {}).get(part, {}), self._words)
        if part == "options":  # some are of some resources only
            alike = {name: words for name, words in alike.items() if name in self.task.options}
            if "select" in alike:
                alike = merged(alike, {"select": {"suboptions": self._filters()}})
        return merged(alike, self._entry.get(part, {}))

    def _filters(self) -> dict[str, Any]:
        """Return what the module that only tells says of its filters, as suboptions of ``select``."""
        entry = next(each for each in self._about["modules"] if each["task"] == "info")
        below = self.task.options["select"]["options"]
        told = {name: words for name, words in entry.get("options", {}).items() if name in below}
        return {name: _in_place(words, below) for name, words in told.items()}

    def _option(self, name: str, spec: dict[str, Any], words: Any) -> dict[str, Any]:
        """Return an option with what it is, from its task, and what it means; raises :class:`ValueError` without words."""
        told = words if isinstance(words, dict) else {"description": words}
        if not told.get("description"):
            raise ValueError("docs/reference/%s.yml has no words for the option %s of %s" % (self.subject, name, self.name))
        result: dict[str, Any] = {"description": told["description"]}
        result.update((fact, spec[fact]) for fact in FACTS if spec.get(fact) is not None)
        result.update((fact, short(result[fact])) for fact in ("choices", "aliases") if fact in result)
        if "options" in spec:
            below = told.get("suboptions", {})
            result["suboptions"] = {each: self._option(each, one, below.get(each)) for each, one in spec["options"].items()}
        return result
