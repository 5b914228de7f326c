"""Rules of time: every time has a zone, the zone is in the file, and its rules are those of the world.

The onsets of a VTIMEZONE are worked out here from its bytes (RFC 5545 section 3.6.5) and held against ``zoneinfo``
on every day of the years that the file has dates in, and to the second at every change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from calendars.lint.reading import Component, Finding, Property, called, moment, written, zone_of

_TIMES: Final = frozenset({"DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"})
_OFFSET: Final = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")
_WEEKDAY: Final = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SECOND: Final = timedelta(seconds=1)
_YEARS: Final = range(1900, 2200)
"""Beyond these no VTIMEZONE is held against anything: nobody knows what the law will be."""

_Onset = tuple[datetime, timedelta]
"""The instant of a change in UTC, naive, and the offset from then on."""


class _UnreadableError(ValueError):
    """A rule that is none of those that every client reads."""


def zones(calendar: Component) -> Iterator[Finding]:
    """What is wrong with the times of one VCALENDAR."""
    known: dict[str, Component] = {}
    for child in calendar.children:
        tzid = child.first("TZID") if child.name == "VTIMEZONE" else None
        if tzid is not None:
            known[tzid.value] = child
    years: set[int] = set()
    for component in calendar.walk():
        if component.name in {"VTIMEZONE", "STANDARD", "DAYLIGHT"}:
            continue
        for prop in component.properties:
            zone = prop.params.get("TZID")
            if zone is not None and zone not in known:
                yield Finding("timezone", prop.line, f"{called(prop.name)} has a TZID without its VTIMEZONE")
            if prop.name in _TIMES:
                yield from _time(prop)
                value = written(prop)
                if value is not None:
                    years.add(value.year)
    for name, component in known.items():
        problem = _compared(_signature(component), name, frozenset(years & set(_YEARS)))
        if problem:
            yield Finding("timezone-rules", component.line, problem)


def _time(prop: Property) -> Iterator[Finding]:
    value = written(prop)
    if (
        value is None
        or value.tzinfo is not None
        or prop.params.get("VALUE") == "DATE"
        or "T" not in prop.value
    ):
        return
    name = prop.params.get("TZID")
    if name is None:
        yield Finding(
            "floating-time", prop.line, f"{prop.name} is in no zone: it is read in the reader's own"
        )
        return
    instant = moment(prop)
    zone = zone_of(name)
    if instant is not None and zone is not None and instant.astimezone(zone).replace(tzinfo=None) != value:
        yield Finding("skipped-time", prop.line, f"{prop.name} is a time that the clocks skip")


_Signature = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""The observances of a VTIMEZONE, each with its properties; equal ones are compared once."""


def _signature(zone: Component) -> _Signature:
    return tuple(
        (part.name, tuple((prop.name, prop.value) for prop in part.properties)) for part in zone.children
    )


@lru_cache(maxsize=256)
def _compared(zone: _Signature, name: str, years: frozenset[int]) -> str | None:
    """What is wrong with a zone's rules in these years, if anything."""
    real = zone_of(name)
    if real is None:
        return "is no zone of the IANA database, so its rules can't be checked"
    try:
        onsets = sorted(
            onset for _, properties in zone for onset in _onsets(dict(properties), max(years, default=2000))
        )
    except _UnreadableError as error:
        return str(error)
    starts = [start for start, _ in onsets]
    for year in sorted(years):
        within = [start for start in starts if start.year == year]
        for instant in _instants(year, within):
            before = bisect_right(starts, instant)
            if not before:
                return f"says nothing of {instant:%Y-%m-%d}"
            if onsets[before - 1][1] != _real(instant, real):
                return f"is wrong on {instant:%Y-%m-%d} at {instant:%H:%M:%S} UTC"
    return None


def _instants(year: int, onsets: Iterable[datetime]) -> Iterator[datetime]:
    day = datetime(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
    for onset in onsets:
        yield from (onset - _SECOND, onset)


def _real(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(0)


def _onsets(properties: dict[str, str], last: int) -> Iterator[_Onset]:
    """Every change of one observance up to the end of the year `last`."""
    before, after = _offset(properties, "TZOFFSETFROM"), _offset(properties, "TZOFFSETTO")
    first = written(Property("DTSTART", {}, properties.get("DTSTART", ""), 0))
    if first is None or first.tzinfo is not None:
        raise _UnreadableError("an observance begins at no local time")
    if "RDATE" in properties:
        # Thunderbird and ical.js take several dates of one RDATE an hour out.
        raise _UnreadableError("an observance has RDATE, which clients read differently")
    rule = properties.get("RRULE")
    moments = [first] if rule is None else _yearly(first, rule, last)
    for local in moments:
        try:
            yield local - before, after
        except OverflowError:
            raise _UnreadableError("an observance begins at no date of the calendar") from None


def _yearly(first: datetime, rule: str, last: int) -> Iterator[datetime]:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    weekday = _WEEKDAY.fullmatch(parts.get("BYDAY", ""))
    month = parts.get("BYMONTH", "")
    usual = set(parts) == {"FREQ", "BYDAY", "BYMONTH"} and parts["FREQ"] == "YEARLY"
    if not usual or weekday is None or not month.isdecimal() or not 1 <= int(month) <= 12:
        raise _UnreadableError("an observance has a rule other than one day of one month every year")
    for year in range(first.year, last + 1):
        day = _nth(year, int(month), int(weekday[1]), _DAYS.index(weekday[2]))
        if day is None:
            continue
        local = datetime.combine(day, first.time())
        if year == first.year and local != first:
            raise _UnreadableError("an observance begins on a day that its own rule doesn't give")
        yield local


def _nth(year: int, month: int, number: int, weekday: int) -> date | None:
    """The n-th such weekday of a month; counted from its end where the number is negative."""
    begin = date(year, month, 1)
    days = [begin + timedelta(days=ahead) for ahead in range(31)]
    found = [day for day in days if day.month == month and day.weekday() == weekday]
    place = number - 1 if number > 0 else number
    return found[place] if -len(found) <= place < len(found) else None


def _offset(properties: dict[str, str], name: str) -> timedelta:
    match = _OFFSET.fullmatch(properties.get(name, ""))
    if match is None:
        raise _UnreadableError(f"an observance has no {name}")
    length = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -length if match[1] == "-" else length


__all__ = ["zones"]
