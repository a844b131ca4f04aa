# Copyright (c) 2026, the lorawan.thingpark contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML page that answers an end user's login.

It comes with status 200 whether or not the login succeeded, and it is not well-formed (P: the operator's page).
The result is in four hidden spans: ``errorCode``, ``info1``, ``info2`` and ``redirectURI``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

try:
    from lxml import etree
except Exception:  # _frame reports it before any call here
    pass

LARGEST_PAGE = 1_000_000  # bytes; a real one has a few thousand
ACCESS_CODE = re.compile(r"[?&;]userAccessCode=([^&#;\s\"'<>]+)")
#: The codes in P's table. Codes exist also for a locked account, and for one without access to this application; P lost them.
WRONG_PASSWORD = ("50", "108", "109", "123")
#: A word, also inside ACCOUNT_LOCKED and accountLocked.
WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
LOCKED = re.compile(r"\block(ed|out)?\b")
#: "is not locked", "isn't locked yet", "un-locked"; and threats, such as "will be locked after two more".
NOT_LOCKED = re.compile(r"\b((not|never|longer|un|t)( yet| been)?|(will|would|may|might|can|to)( be| get)?) lock(ed|out)?\b")


@dataclass(frozen=True)
class LoginAnswer:
    """The result in a login page: an access code, or an error code with its two notes."""

    access_code: str = ""
    error_code: str = ""
    info1: str = ""
    info2: str = ""


def read_login_page(body: bytes) -> LoginAnswer | None:
    """Return the result in the page, or None if it isn't a login page. An error counts more than an access code."""
    if len(body) > LARGEST_PAGE:
        return None
    try:
        page = etree.fromstring(body, _parser(body))
    except (etree.XMLSyntaxError, ValueError):
        return None
    if page is None:
        return None
    texts = {name: _text(page, name) for name in ("errorCode", "info1", "info2", "redirectURI")}
    infos = (texts["info1"] or "", texts["info2"] or "")
    if texts["errorCode"] is None and texts["redirectURI"] is None:
        return None
    if texts["errorCode"]:
        return LoginAnswer("", texts["errorCode"], *infos)
    # An ampersand may come escaped once, twice or not at all.
    match = ACCESS_CODE.search((texts["redirectURI"] or "").replace("&amp;", "&"))
    return LoginAnswer(unquote(match.group(1))) if match else LoginAnswer("", "", *infos)


def text_of(body: bytes) -> str:
    """Return the text that a person would read in an answer: a page, a document or plain text."""
    if len(body) > LARGEST_PAGE:
        return ""
    try:
        page = etree.fromstring(body, _parser(body))
    except (etree.XMLSyntaxError, ValueError):
        page = None
    if page is None:
        return body.decode("utf-8", "replace")
    return " ".join(page.xpath("//text()[not(parent::script or parent::style)]"))


def says_locked(text: str) -> bool:
    """Return whether the platform says, in whatever words, that an account is locked: ACCOUNT_LOCKED, "User is locked out"."""
    words = " ".join(WORD.findall(text)).lower()
    return bool(LOCKED.search(NOT_LOCKED.sub("", words)))


def _parser(body: bytes) -> etree.HTMLParser:
    return etree.HTMLParser(no_network=True, recover=True, remove_comments=True, encoding=_encoding(body))


def _encoding(body: bytes) -> str | None:
    """Return the encoding of a page that declares none, or None if it declares one; a byte order mark means UTF-16."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return None if b"charset" in body[:2000].lower() else "utf-8"


def _text(page: etree._Element, name: str) -> str | None:
    """Return the text of the first element with this ID, or None without such an element.

    If a page doesn't close its spans, the next span is inside this one, but is no part of its text.
    """
    found = page.xpath("(//*[@id=$name])[1]", name=name)
    if not found:
        return None
    own = found[0].xpath(".//text()[not(ancestor::*[@id][1][@id!=$name])]", name=name)
    return "".join(own).strip()
