"""A calendar file read from its bytes: octets, content lines, components.

It shares nothing with ``icalendar``, so that a fault of that library shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

Rule = Literal[
    "alarm-in-invite",
    "attendee-in-publish",
    "attendee-parameters",
    "calendar-uid",
    "cancel-status",
    "cancel-text",
    "control-character",
    "display-name",
    "dtstamp",
    "duplicate-uid",
    "encoding",
    "end-before-start",
    "feed-refresh",
    "floating-time",
    "forbidden-text",
    "leaking-parameter",
    "leaking-property",
    "line-end",
    "line-length",
    "method",
    "no-uid",
    "not-private",
    "organiser-invited",
    "other-attendee",
    "property-count",
    "request-status",
    "schedule-agent",
    "sequence",
    "skipped-time",
    "structure",
    "summary",
    "timezone",
    "timezone-rules",
    "todo-in-invite",
    "two-uids",
    "url",
]
MAX_OCTETS: Final = 75
"""Longest line, without its CRLF (RFC 5545 section 3.1)."""

_NAMES: Final = frozenset({
    "VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "AVAILABLE", "VALARM", "VTIMEZONE",
    "STANDARD", "DAYLIGHT", "CALSCALE", "METHOD", "PRODID", "VERSION", "NAME", "REFRESH-INTERVAL", "SOURCE", "COLOR",
    "IMAGE", "CONFERENCE", "ATTACH", "CATEGORIES", "CLASS", "COMMENT", "DESCRIPTION", "GEO", "LOCATION",
    "PERCENT-COMPLETE", "PRIORITY", "RESOURCES", "STATUS", "SUMMARY", "COMPLETED", "DTEND", "DUE", "DTSTART", "DURATION",
    "FREEBUSY", "TRANSP", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "TZURL", "ATTENDEE", "CONTACT", "ORGANIZER",
    "RECURRENCE-ID", "RELATED-TO", "URL", "UID", "EXDATE", "RDATE", "RRULE", "ACTION", "REPEAT", "TRIGGER", "CREATED",
    "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "REQUEST-STATUS", "ALTREP", "CN", "CUTYPE", "DELEGATED-FROM", "DELEGATED-TO",
    "DIR", "EMAIL", "ENCODING", "FMTTYPE", "FBTYPE", "LABEL", "LANGUAGE", "MEMBER", "PARTSTAT", "RANGE", "RELATED",
    "RELTYPE", "ROLE", "RSVP", "SENT-BY", "VALUE", "SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND",
})  # fmt: skip
_NAME = "[A-Za-z0-9-]+"
_ONE = r'(?:"[^"]*"|[^";:,]*)'
_VALUES = f"{_ONE}(?:,{_ONE})*"
_LINE = re.compile(f"(?P<name>{_NAME})(?P<params>(?:;{_NAME}={_VALUES})*):(?P<value>.*)", re.DOTALL)
_PARAM = re.compile(f";({_NAME})=({_VALUES})")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. The text never repeats what a forbidden string was: findings are logged and shown."""

    rule: Rule
    line: int
    """Of the file as it is, counted from 1."""
    text: str


def called(name: str) -> str:
    """A name as findings may repeat it: one of RFC 5545 and its extensions, as any other could be anybody's."""
    return name.upper() if name.upper() in _NAMES else "what has no name of the standard"


@dataclass(frozen=True, slots=True)
class Property:
    """A content line, unfolded, its value still escaped."""

    name: str
    params: dict[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """What stands between a BEGIN and its END."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Its own properties of a name."""
        return [prop for prop in self.properties if prop.name == name]

    def first(self, name: str) -> Property | None:
        """The first of them."""
        return next((prop for prop in self.properties if prop.name == name), None)

    def walk(self) -> Iterator[Component]:
        """Itself and all that is in it."""
        yield self
        for child in self.children:
            yield from child.walk()


def octets(data: bytes) -> Iterator[Finding]:
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


def unfold(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the first line of each."""
    start, parts = 0, list[str]()
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if start and line[:1] in {" ", "\t"}:
            parts.append(line[1:])
            continue
        if start:
            yield start, "".join(parts)
        start, parts = number, [line]
    if content := "".join(parts):
        yield start, content


def parse(lines: list[tuple[int, str]]) -> tuple[list[Component], list[Finding]]:
    """The calendars that the lines make up, and where they make up none."""
    calendars: list[Component] = []
    stack: list[Component] = []
    findings: list[Finding] = []
    for number, line in lines:
        if any(unicodedata.category(mark) in {"Cc", "Zl", "Zp"} and mark != "\t" for mark in line):
            findings.append(Finding("control-character", number, "has a control character or line separator"))
        match = _LINE.fullmatch(line)
        if match is None:
            findings.append(Finding("structure", number, "is no content line"))
            continue
        params = {key.upper(): value.replace('"', "") for key, value in _PARAM.findall(match["params"])}
        prop = Property(match["name"].upper(), params, match["value"], number)
        if prop.name == "BEGIN":
            component = Component(prop.value.upper(), number)
            (stack[-1].children if stack else calendars).append(component)
            stack.append(component)
        elif prop.name == "END":
            if not stack or stack.pop().name != prop.value.upper():
                findings.append(Finding("structure", number, "END without its BEGIN"))
        elif stack:
            stack[-1].properties.append(prop)
        else:
            findings.append(Finding("structure", number, "stands outside every component"))
    findings += [Finding("structure", open_.line, f"{called(open_.name)} has no END") for open_ in stack]
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        findings.append(Finding("structure", 1, "is not made of VCALENDAR components"))
    return calendars, findings


def written(prop: Property) -> datetime | None:
    """The date or time of a property as it stands there; only one in UTC is aware. ``None`` if it is neither."""
    for form in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            value = datetime.strptime(prop.value, form)
        except ValueError:
            continue
        return value.replace(tzinfo=UTC) if form.endswith("Z") else value
    return None


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of a TZID, or ``None`` if it is no IANA name."""
    try:
        return ZoneInfo(name)
    # A malformed name fails in the way of the file system that zoneinfo looks for it in.
    except (KeyError, ValueError, OSError):
        return None


def moment(prop: Property) -> datetime | None:
    """The instant of a date or time; without a zone that is known, as written. ``None`` if it is neither."""
    value = written(prop)
    zone = zone_of(prop.params.get("TZID", ""))
    if value is None or value.tzinfo is not None or zone is None:
        return value
    try:
        return value.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


__all__ = [
    "MAX_OCTETS", "Component", "Finding", "Property", "Rule", "called", "moment", "octets", "parse", "unfold", "written",
    "zone_of",
]  # fmt: skip
