"""Reading an untrusted calendar file into ``icalendar`` components.

Everything from outside goes through here: replies, people's own calendars, schools' terms. Whatever the bytes
are, the outcome is components or a `CalendarFileError`; the work is bounded by `Limits`; and what isn't asked for
is dropped before it is parsed.

Time zones are settled here, per file and by name (`calendars.zone_names`). ``icalendar`` keeps every VTIMEZONE it
has ever parsed under its TZID, so that one file would set the clocks of the next; and it takes a TZID it doesn't
know for local time without a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

import icalendar
from icalendar.timezone import tzp

from calendars.content_lines import (
    CalendarFileError,
    Limits,
    Notice,
    RawComponent,
    components_of,
    text_of,
)
from calendars.zone_names import iana_name

LINE: Final = "X-CONVENE-LINE"
"""Property that every component read carries: the line it begins at."""

_DATES: Final = frozenset({"DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE"})
_ZONE: Final = re.compile(r';TZID=("?)(?P<id>.*?)\1(?=;[A-Za-z-]+=|$)', re.IGNORECASE)
_ZONE_KEPT: Final = frozenset(
    {"TZID", "X-LIC-LOCATION", "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "RDATE"}
)
_STANDARDS: Final = frozenset({"VERSION", "CALSCALE"})
_ZONE_PARTS: Final = frozenset({"VTIMEZONE", "STANDARD", "DAYLIGHT"})
_YEARLY: Final = re.compile(
    r"FREQ=YEARLY(?:;(?:INTERVAL=0*[1-9][0-9]{0,3}|COUNT=[0-9]{1,4}|UNTIL=[0-9TZ]{8,16}|WKST=[A-Z]{2}"
    r"|BY(?:MONTH|MONTHDAY|DAY|YEARDAY|WEEKNO|SETPOS)=[0-9A-Z,+-]{1,80}|BY(?:HOUR|MINUTE|SECOND)=[0-9]{1,2}))*+",
    re.IGNORECASE,
)
_OBSERVANCES: Final = 200
"""STANDARD and DAYLIGHT of one zone. Every use of the zone looks at each."""
_READING: Final = Lock()


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What was read of a file."""

    calendars: tuple[icalendar.Calendar, ...]
    notices: tuple[Notice, ...]
    """What was read otherwise than written; to be shown to whoever gave the file."""


def read(
    data: bytes,
    *,
    limits: Limits | None = None,
    components: Iterable[str] | None = None,
    properties: Iterable[str] | None = None,
) -> CalendarFile:
    """Read a calendar file that may hold anything.

    Parameters
    ----------
    data
        The file as it came: UTF-8, UTF-16 or a Western European encoding, any line ends, one VCALENDAR or several.
    limits
        How much of it is read; the usual, if not given.
    components, properties
        Names of the components within VCALENDAR and of the properties to keep. Not given, all are kept. VTIMEZONE is
        always read, and stands in no result: times carry their zone.

    Returns
    -------
    CalendarFile
        Each VCALENDAR with its components. A property that is broken inside a component that is well otherwise is
        an ``icalendar.vBroken`` there, and is in the component's ``errors``. Every component has `LINE`. A time in a
        zone that can't be made out is left without zone, with a notice.

    Raises
    ------
    CalendarFileError
        And no other exception, whatever the bytes.
    """
    bounds = limits or Limits()
    text, notices = text_of(data, bounds)
    wanted = None if components is None else frozenset(components) | _ZONE_PARTS
    named = None if properties is None else frozenset(properties)

    def keeps(component: str, name: str) -> bool:
        if component in _ZONE_PARTS:
            return name in _ZONE_KEPT
        return named is None or name in named or (component == "VCALENDAR" and name in _STANDARDS)

    raw, more = components_of(text, bounds, components=wanted, keeps=keeps)
    notices += more
    calendars = []
    for calendar in raw:
        _refuse_other_standards(calendar)
        lines, unknown = _written(calendar)
        notices += unknown
        calendars.append(_parsed(calendar, lines))
    return CalendarFile(tuple(calendars), tuple(notices))


def line_of(component: icalendar.Component) -> int | None:
    """The line of the file that a component of `read` begins at."""
    value = component.get(LINE)
    return int(value) if value is not None else None


def _refuse_other_standards(calendar: RawComponent) -> None:
    for number, line in calendar.lines:
        name, _, value = line.partition(":")
        name, value = name.partition(";")[0].upper(), value.strip().upper()
        if name == "VERSION" and value.startswith("1"):
            raise CalendarFileError(
                "this is vCalendar 1.0, which has other rules", "export as iCalendar 2.0 (.ics)", line=number
            )
        if name == "CALSCALE" and value != "GREGORIAN":
            raise CalendarFileError("the calendar is not Gregorian", "export as Gregorian", line=number)


def _written(calendar: RawComponent) -> tuple[list[str], list[Notice]]:
    """The content lines of a VCALENDAR for ``icalendar``: its own zones first, every TZID one that it understands."""
    zones: dict[str, str] = {}
    lines: list[str] = []
    for child in calendar.children:
        if child.name == "VTIMEZONE":
            _define_zone(child, zones, lines)
    unknown: Counter[str] = Counter()
    first: dict[str, int] = {}
    body = _lines_of(calendar, zones, unknown, first)
    notices = [
        Notice(first[name], "the time zone is not known and not defined in the file; read as local time")
        for name in sorted(unknown, key=first.__getitem__)
    ]
    return ["BEGIN:VCALENDAR", *lines, *body[1:]], notices


def _define_zone(zone: RawComponent, zones: dict[str, str], lines: list[str]) -> None:
    """Note what a VTIMEZONE's TZID means: a zone we know by name, else the definition itself under a name of ours."""
    values = {
        line.partition(":")[0].partition(";")[0].upper(): line.partition(":")[2] for _, line in zone.lines
    }
    tzid = values.get("TZID", "").strip()
    known = iana_name(tzid) or iana_name(values.get("X-LIC-LOCATION", "").strip())
    if known is not None:
        zones[tzid] = known
        return
    parts = [part for part in zone.children if part.name in _ZONE_PARTS]
    if not tzid or not parts or len(parts) > _OBSERVANCES:
        raise CalendarFileError(
            "a time zone is not defined as one", "export the calendar again", line=zone.line
        )
    name = zones.setdefault(tzid, f"zone-{len(zones) + 1}")
    lines += ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for part in parts:
        lines.append(f"BEGIN:{part.name}")
        for number, line in part.lines:
            head, _, value = line.partition(":")
            prop = head.partition(";")[0].upper()
            if prop == "RRULE" and not _YEARLY.fullmatch(value.strip()):
                raise CalendarFileError(
                    "the rule of a time zone is not a yearly one", "export the calendar again", line=number
                )
            lines.append(line)
        lines.append(f"END:{part.name}")
    lines.append("END:VTIMEZONE")


def _lines_of(
    component: RawComponent, zones: dict[str, str], unknown: Counter[str], first: dict[str, int]
) -> list[str]:
    lines = [f"BEGIN:{component.name}", f"{LINE}:{component.line}"]
    for number, line in component.lines:
        head, _, value = line.rpartition(":")
        name = line.partition(":")[0].partition(";")[0].upper()
        match = _ZONE.search(head) if name in _DATES else None
        if match is not None:
            tzid = match["id"].strip()
            meant = zones.get(tzid) or iana_name(tzid)
            if meant is None:
                unknown[tzid] += 1
                first.setdefault(tzid, number)
            rest = head[: match.start()] + head[match.end() :]
            lines.append(f"{rest}{f';TZID={meant}' if meant else ''}:{value.strip()}")
        elif name == "RRULE":
            # Some programs put spaces into lists, and write an empty rule where there is none.
            rule = "".join(value.split())
            lines += [f"{head}:{rule}"] if rule else []
        elif name != LINE:
            lines.append(line)
    for child in component.children:
        if child.name != "VTIMEZONE":
            lines += _lines_of(child, zones, unknown, first)
    lines.append(f"END:{component.name}")
    return lines


def _parsed(raw: RawComponent, lines: list[str]) -> icalendar.Calendar:
    calendar = _tried(lines)
    if calendar is None:
        # The parser's own error repeats the content, so it is not raised, nor chained to.
        raise CalendarFileError(
            "what stands here can't be read", "export the calendar again", line=_line_at_fault(raw)
        )
    calendar.subcomponents = [part for part in calendar.subcomponents if part.name != "VTIMEZONE"]
    return calendar


def _tried(lines: list[str]) -> icalendar.Calendar | None:
    # What a file says of its own zones is good for that file alone.
    with _READING:
        tzp.use_default()
        try:
            return icalendar.Calendar.from_ical("\r\n".join(lines) + "\r\n")
        except Exception:
            return None
        finally:
            tzp.use_default()


def _line_at_fault(raw: RawComponent) -> int:
    """Where the first line is that can't be read by itself, else where the first such part begins."""
    for child in raw.children:
        if child.name == "VTIMEZONE" or _tried(_alone(raw, child)) is not None:
            continue
        for part in _walked(child):
            for number, line in part.lines:
                if _tried(_alone(raw, RawComponent(part.name, part.line, [(number, line)]))) is None:
                    return number
        return child.line
    return raw.line


def _alone(raw: RawComponent, child: RawComponent) -> list[str]:
    return _written(RawComponent(raw.name, raw.line, [], [child]))[0]


def _walked(component: RawComponent) -> Iterator[RawComponent]:
    yield component
    for child in component.children:
        yield from _walked(child)


__all__ = ["LINE", "CalendarFile", "CalendarFileError", "Limits", "Notice", "line_of", "read"]
