# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure how easily the documentation reads. Run by `make readability`.

For each page: words, mean length of a sentence, Flesch-Kincaid grade (years of school; lower is easier), Flesch reading ease
(higher is easier), and vague words in a thousand: words that avoid a noun, such as "what" and "whoever". Below the table come the
hardest sentences of each page. Only prose counts. Code, tables, headings and directives are left out. A literal or a link counts
as one short word, since a page can't choose another name for an option.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import textstat
import yaml

ROOT = Path(__file__).resolve().parents[1]
#: What a literal, an option or a link is replaced with.
NAME = "name"
MARKUP = [
    (re.compile(r":[\w:.-]+:`[^`]+`"), NAME),  # a role of reStructuredText
    (re.compile(r"`{1,2}[^`]+`{1,2}:"), NAME + ":"),
    (re.compile(r"\b(?:O|V|RV|E|M|P|C|I|B|L|R|U)\([^)]*\)"), NAME),  # Ansible's markup
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),  # a link of Markdown
    (re.compile(r"`{1,2}[^`]+`{1,2}_{0,2}"), NAME),
    (re.compile(r"https?://\S+"), NAME),
    (re.compile(r"\*+"), ""),
]
#: Words that make a reader guess what a sentence is about.
VAGUE = re.compile(
    r"\b(?:what(?:ever)?|who(?:ever)?|nobody|somebody|those|such(?! as)|besides|told|tells?|wants?|of (?:its|their) own)\b",
    re.IGNORECASE,
)
UNDERLINE = re.compile(r"([=\-~^\"'`+*#])\1{2,}\s*\Z")
BULLET = re.compile(r"\s*(?:[-*]|#\.|\d+\.)\s+")


def pages() -> list[Path]:
    """Return the pages, the roles' variables and the reference texts."""
    patterns = ("README.md", "CONTRIBUTING.md", "docs/site/index.rst", "docs/docsite/rst/*.rst", "roles/*/README.md")
    texts = ("docs/reference/*.yml", "roles/*/meta/argument_specs.yml")
    return [path for pattern in (*patterns, *texts) for path in sorted(ROOT.glob(pattern))]


def paragraphs(path: Path) -> Iterator[str]:
    """Yield the paragraphs and list items of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        yield from described(yaml.safe_load(text))
        return
    block: list[str] = []
    for line in [*prose(text, path.suffix), ""]:
        bullet = BULLET.match(line)
        if not line.strip() or bullet:
            yield " ".join(block)
            block = [line[bullet.end() :]] if bullet else []
        else:
            block.append(line.strip())


def prose(text: str, suffix: str) -> Iterator[str]:
    """Yield the lines of a page without code, tables, headings and directives."""
    text = re.sub(r"<!--.*?-->|^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    inside = -1  # the indentation of a directive, whose body is indented further
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""]):
        indentation = len(line) - len(line.lstrip())
        if line.strip() and indentation <= inside:
            inside = -1
        if suffix == ".rst" and inside < 0 and line.lstrip().startswith(".."):
            inside = indentation if not line.lstrip().startswith(".. warning::") else -1
            yield ""
            continue
        is_heading = bool(UNDERLINE.match(line) or UNDERLINE.match(following) or (suffix == ".md" and line.startswith("#")))
        if inside >= 0 or is_heading or line.startswith("|"):
            yield ""
        else:
            yield line


def described(data: object, key: str = "") -> Iterator[str]:
    """Yield the texts of a reference file: descriptions, and the short texts of modules and return values."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in ("examples", "sample", "default", "choices"):
                yield from described(value, str(name))
    elif isinstance(data, list):
        for value in data:
            yield from described(value, key)
    elif isinstance(data, str) and " " in data:
        yield data


def sentences(path: Path) -> list[str]:
    """Return the sentences of a file, without markup."""
    found = []
    for paragraph in paragraphs(path):
        plain = paragraph
        for pattern, replacement in MARKUP:
            plain = pattern.sub(replacement, plain)
        for part in re.split(r"(?<=[.!?:])\s+(?=[A-Z(]|name\b)", plain):
            sentence = re.sub(r"[.!?](?=\S)", "", part).strip(" .:;|")
            if len(sentence.split()) > 2:
                found.append(sentence + ".")
    return found


def measured(each: list[str]) -> tuple[float, float]:
    """Return the Flesch-Kincaid grade and the reading ease of sentences; textstat's own functions round on the way."""
    text = " ".join(each)
    words = textstat.lexicon_count(text)
    length, syllables = words / len(each), textstat.syllable_count(text) / words
    return 0.39 * length + 11.8 * syllables - 15.59, 206.835 - 1.015 * length - 84.6 * syllables


def grade(sentence: str) -> float:
    """Return the grade of one sentence."""
    return measured([sentence])[0]


def table(found: dict[Path, list[str]]) -> Iterator[str]:
    """Yield the lines of the table; the last one is for all files together."""
    yield "%-45s %6s %6s %6s %6s %6s" % ("page", "words", "length", "grade", "ease", "vague")
    everything = [sentence for each in found.values() for sentence in each]
    for name, each in [*((path.relative_to(ROOT).as_posix(), each) for path, each in found.items()), ("all", everything)]:
        words = sum(len(sentence.split()) for sentence in each)
        vague = 1000 * len(VAGUE.findall(" ".join(each))) / words
        yield "%-45s %6d %6.1f %6.1f %6.1f %6.1f" % (name, words, words / len(each), *measured(each), vague)


def main() -> None:
    """Print the table and the hardest sentences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=20, help="how many sentences of each page to print (%(default)s)")
    parser.add_argument("pages", nargs="*", help="parts of the paths to measure; everything without any")
    options = parser.parse_args()
    wanted = [path for path in pages() if not options.pages or any(part in str(path) for part in options.pages)]
    found = {path: each for path in wanted if (each := sentences(path))}
    print("\n".join(table(found)))
    for path, each in found.items():
        if options.worst:
            print("\n" + path.relative_to(ROOT).as_posix())
        for sentence in sorted(each, key=grade, reverse=True)[: options.worst]:
            print(textwrap.fill(sentence, 120, initial_indent="%5.1f  " % grade(sentence), subsequent_indent=" " * 7))


if __name__ == "__main__":
    main()
