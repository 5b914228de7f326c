"""Our own lint of calendar files.

The validators of other people (libical, the parsers) pass files that mail clients then drop, or show to whom
they should not: two UIDs in one request, a TZID without its VTIMEZONE, bare line feeds, somebody's name in a
folded line. This reads the bytes by itself, without the library that wrote them, so that a fault of that
library shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Rule = Literal[
    "attendee-in-publish",
    "calendar-uid",
    "control-character",
    "dtstamp",
    "duplicate-uid",
    "encoding",
    "end-before-start",
    "forbidden-text",
    "line-end",
    "line-length",
    "method",
    "no-uid",
    "not-private",
    "structure",
    "timezone",
    "todo-in-invite",
    "two-uids",
    "valarm-in-invite",
]
MAX_OCTETS = 75
"""Longest line, without its CRLF (RFC 5545 section 3.1)."""

_NAME = "[A-Za-z0-9-]+"
_ONE = r'(?:"[^"]*"|[^";:,]*)'
_VALUES = f"{_ONE}(?:,{_ONE})*"
_LINE = re.compile(f"(?P<name>{_NAME})(?P<params>(?:;{_NAME}={_VALUES})*):(?P<value>.*)", re.DOTALL)
_PARAM = re.compile(f";({_NAME})=({_VALUES})")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^(.)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. The text never repeats what a forbidden string was: findings are logged and shown."""

    rule: Rule
    line: int
    """Of the file as it is, counted from 1."""
    text: str


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    params: dict[str, str]
    value: str
    line: int


@dataclass(slots=True)
class _Component:
    name: str
    line: int
    properties: list[_Property] = field(default_factory=list)
    children: list[_Component] = field(default_factory=list)

    def first(self, name: str) -> _Property | None:
        return next((prop for prop in self.properties if prop.name == name), None)

    def walk(self) -> Iterator[_Component]:
        yield self
        for child in self.children:
            yield from child.walk()


def lint(data: bytes, *, forbidden: Iterable[str] = (), forbidden_words: Iterable[str] = ()) -> list[Finding]:
    """Every fault of a calendar file, in the order of its lines.

    Parameters
    ----------
    data
        The file as written.
    forbidden
        Strings that must be nowhere in it: looked for in every line after unfolding and undoing backslash,
        caret (RFC 6868) and percent escapes, whatever their case and spacing.
    forbidden_words
        The same for whole words in just this case, such as a child's initials.

    Returns
    -------
    list of Finding
        Empty for a file without fault.
    """
    findings = list(_bytes(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding("encoding", data.count(b"\n", 0, error.start) + 1, "is not UTF-8"))
        text = data.decode("utf-8", errors="replace")
    lines = list(_unfold(text))
    calendars, faults = _parse(lines)
    findings += faults
    for calendar in calendars:
        if calendar.name == "VCALENDAR":
            findings += _calendar(calendar)
    findings += _texts(lines, forbidden, forbidden_words)
    return sorted(findings, key=lambda finding: (finding.line, finding.rule))


def _bytes(data: bytes) -> Iterator[Finding]:
    """What is wrong with the lines as octets."""
    lines = data.removesuffix(b"\n").split(b"\n")
    for number, line in enumerate(lines, 1):
        content = line.removesuffix(b"\r")
        if content == line or (number == len(lines) and not data.endswith(b"\n")):
            yield Finding("line-end", number, "does not end in CRLF")
        if b"\r" in content:
            yield Finding("line-end", number, "has a carriage return within")
        if len(content) > MAX_OCTETS:
            yield Finding("line-length", number, f"has {len(content)} octets, more than {MAX_OCTETS}")


def _unfold(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the first line of each."""
    start, content = 0, ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if start and line[:1] in {" ", "\t"}:
            content += line[1:]
            continue
        if start:
            yield start, content
        start, content = number, line
    if content:
        yield start, content


def _parse(lines: list[tuple[int, str]]) -> tuple[list[_Component], list[Finding]]:
    calendars: list[_Component] = []
    stack: list[_Component] = []
    findings: list[Finding] = []
    for number, line in lines:
        if any(unicodedata.category(mark) in {"Cc", "Zl", "Zp"} and mark != "\t" for mark in line):
            findings.append(Finding("control-character", number, "has a control character or line separator"))
        match = _LINE.fullmatch(line)
        if match is None:
            findings.append(Finding("structure", number, "is no content line"))
            continue
        params = {key.upper(): value.replace('"', "") for key, value in _PARAM.findall(match["params"])}
        prop = _Property(match["name"].upper(), params, match["value"], number)
        if prop.name == "BEGIN":
            component = _Component(prop.value.upper(), number)
            (stack[-1].children if stack else calendars).append(component)
            stack.append(component)
        elif prop.name == "END":
            if not stack or stack.pop().name != prop.value.upper():
                findings.append(Finding("structure", number, "END without its BEGIN"))
        elif stack:
            stack[-1].properties.append(prop)
        else:
            findings.append(Finding("structure", number, "stands outside every component"))
    findings += [Finding("structure", open_.line, f"{open_.name} has no END") for open_ in stack]
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        findings.append(Finding("structure", 1, "is not made of VCALENDAR components"))
    return calendars, findings


def _calendar(calendar: _Component) -> Iterator[Finding]:
    """What is wrong with one VCALENDAR."""
    method = calendar.first("METHOD")
    verb = method.value.upper() if method else ""
    if method and method.value != verb:
        yield Finding("method", method.line, "METHOD is not in capitals")
    own = calendar.first("UID")
    if own:
        yield Finding("calendar-uid", own.line, "the calendar has a UID, which sync tools take for its key")
    items = [child for child in calendar.children if child.name != "VTIMEZONE"]
    yield from _uids(items, verb)
    yield from _zones(calendar)
    for item in items:
        yield from _item(item, verb)


def _uids(items: list[_Component], verb: str) -> Iterator[Finding]:
    seen: Counter[tuple[str, str]] = Counter()
    uids: set[str] = set()
    for item in items:
        uid = item.first("UID")
        if uid is None or not uid.value.strip():
            yield Finding("no-uid", item.line, f"{item.name} has no UID")
            continue
        recurrence = item.first("RECURRENCE-ID")
        key = (uid.value, recurrence.value if recurrence else "")
        seen[key] += 1
        if seen[key] > 1:
            yield Finding("duplicate-uid", uid.line, f"{item.name} has the UID of another")
        uids.add(uid.value)
        if verb not in {"", "PUBLISH"} and len(uids) > 1 and seen[key] == 1:
            yield Finding("two-uids", uid.line, f"a {verb} is about one UID")


def _zones(calendar: _Component) -> Iterator[Finding]:
    known = {
        prop.value
        for child in calendar.children
        if child.name == "VTIMEZONE"
        for prop in child.properties
        if prop.name == "TZID"
    }
    for component in calendar.walk():
        for prop in component.properties:
            zone = prop.params.get("TZID")
            if zone is not None and zone not in known:
                yield Finding("timezone", prop.line, f"{prop.name} has a TZID without its VTIMEZONE")


def _item(item: _Component, verb: str) -> Iterator[Finding]:
    """What is wrong with one VEVENT, VTODO or other item."""
    stamp = item.first("DTSTAMP")
    if stamp is None:
        yield Finding("dtstamp", item.line, f"{item.name} has no DTSTAMP")
    elif not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", stamp.value):
        yield Finding("dtstamp", stamp.line, "DTSTAMP is not in UTC")
    if item.name in {"VEVENT", "VTODO"}:
        private = item.first("CLASS")
        if private is None or private.value != "PRIVATE":
            yield Finding("not-private", item.line, f"{item.name} is not CLASS:PRIVATE")
    if verb == "PUBLISH":
        for prop in item.properties:
            if prop.name == "ATTENDEE":
                yield Finding("attendee-in-publish", prop.line, "a published file names an attendee")
    elif verb:
        if item.name == "VTODO":
            yield Finding("todo-in-invite", item.line, f"a task in a {verb}")
        for child in item.walk():
            if child.name == "VALARM":
                yield Finding("valarm-in-invite", child.line, f"an alarm in a {verb}")
    yield from _span(item)


def _span(item: _Component) -> Iterator[Finding]:
    start = item.first("DTSTART")
    end = item.first("DTEND") or item.first("DUE")
    length = item.first("DURATION")
    if length is not None and length.value.startswith("-"):
        yield Finding("end-before-start", length.line, "a negative DURATION")
    if start is None or end is None:
        return
    first, last = _moment(start), _moment(end)
    if first is None or last is None or (first.tzinfo is None) != (last.tzinfo is None):
        yield Finding("end-before-start", end.line, f"DTSTART and {end.name} cannot be compared")
    elif last <= first:
        yield Finding("end-before-start", end.line, f"{end.name} is not after DTSTART")


def _moment(prop: _Property) -> datetime | None:
    """The instant of a date or time; without a zone, as written. ``None`` if it is neither."""
    for form in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            value = datetime.strptime(prop.value, form)
        except ValueError:
            continue
        if form.endswith("Z"):
            return value.replace(tzinfo=UTC)
        zone = prop.params.get("TZID")
        if zone is None:
            return value
        try:
            return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except (ZoneInfoNotFoundError, ValueError):
            return None
    return None


def _texts(lines: list[tuple[int, str]], forbidden: Iterable[str], words: Iterable[str]) -> Iterator[Finding]:
    """Where a forbidden string stands, told by its number in the caller's list."""
    wanted = [(number, _folded(text)) for number, text in enumerate(forbidden, 1)]
    wanted = [(number, text) for number, text in wanted if text]
    whole = {word: number for number, word in enumerate(words, 1)}
    for line, content in lines:
        name = re.match(r"[A-Za-z0-9-]*", content)
        label = name.group() if name else ""
        forms = _forms(content)
        plain = "\n".join(_folded(form) for form in forms)
        for number, text in wanted:
            if text in plain:
                yield Finding("forbidden-text", line, f"{label} holds forbidden string {number}")
        if whole:
            for word in sorted({word for form in forms for word in _WORD.findall(form)} & whole.keys()):
                yield Finding("forbidden-text", line, f"{label} holds forbidden word {whole[word]}")


def _forms(content: str) -> set[str]:
    """A content line as every reader might show it."""
    unescaped = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], content)
    caret = _CARET.sub(lambda match: {"n": " ", "'": '"', "^": "^"}.get(match[1], match[0]), unescaped)
    return {content, unescaped, caret, unquote(content), unquote(caret)}


def _folded(text: str) -> str:
    """A text without the differences that a reader does not see: case, width, spacing, marks not shown."""
    usual = unicodedata.normalize("NFKC", text)
    return " ".join("".join(mark for mark in usual if unicodedata.category(mark) != "Cf").casefold().split())


__all__ = ["MAX_OCTETS", "Finding", "Rule", "lint"]
