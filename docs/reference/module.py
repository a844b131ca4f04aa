# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module: its documentation, and the two files through which Ansible comes in."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from words import LICENCE, PLUGINS, dumped, filled, merged, short

NAME = "lorawan.thingpark"
#: How a task about a resource is made, by its kind.
MADE = {"one": "one({constant})", "many": 'many({constant}, "{module}")', "info": "info({constant})"}
#: What a documented option takes over from the task's.
FACTS = ("type", "elements", "required", "default", "choices", "aliases")
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
        task = importlib.import_module("%s.module_utils._tasks.%s" % (PLUGINS, self.kind))
        if not self._path:
            self.task: Any = task.TASK
            return
        resource = getattr(importlib.import_module("%s.module_utils._resources.%s" % (PLUGINS, self._path)), self._constant)
        self.task = getattr(task, self.kind)(resource, *([self.name] if self.kind == "many" else []))
        self._words = self._words_for(resource)
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
            "identifying": " or ".join("C(%s)" % each for each in identifying),
            "single": "tdm_" + resource.key,
            "actions": "V(created), V(updated), V(deleted), %sV(unchanged)"
            % ("V(suspended), V(resumed), " if resource.set_aside else ""),
            "sample": self._about["sample"],
        }

    def documentation(self) -> dict[str, Any]:
        """Return what DOCUMENTATION says."""
        entry = self._entry
        fragments = [NAME + ".tdm", NAME + ".tdm.actiongroup"]
        if "attributes" not in entry:
            fragments.append(NAME + ".tdm." + ("info" if self.name.endswith("_info") else "attributes"))
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
        if self.kind == "one":
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
        if self._is_never_older:
            told.pop("notes", None)
        return {
            name: {**value, **({"sample": short(value["sample"])} if "sample" in value else {})} for name, value in told.items()
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
        return merged(alike, self._entry.get(part, {}))

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
