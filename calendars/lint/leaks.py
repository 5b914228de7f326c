"""Rules of what may be in a file at all: nothing but what is known to tell nobody anything.

Properties and parameters are those on a list. Whatever else a library, or a later version of it, puts in is a fault
until somebody has looked at what it tells: CN has a name, CATEGORIES and COMMENT the case, GEO a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from calendars.lint.common import Kind
from calendars.lint.reading import Component, Finding, Property, called

_ITEM: Final = frozenset({
    "CLASS", "DESCRIPTION", "DTSTAMP", "SEQUENCE", "STATUS", "SUMMARY", "UID", "URL", "LAST-MODIFIED", "CREATED",
})  # fmt: skip
_EVENT: Final = frozenset({
    "ATTENDEE", "DTSTART", "DTEND", "DURATION", "LOCATION", "ORGANIZER", "RECURRENCE-ID", "TRANSP",
    "X-MICROSOFT-CDO-BUSYSTATUS",
})  # fmt: skip
_OBSERVANCE: Final = frozenset({"DTSTART", "RDATE", "RRULE", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"})
_KNOWN: Final[dict[str, frozenset[str]]] = {
    "VCALENDAR": frozenset({
        "CALSCALE", "METHOD", "NAME", "PRODID", "REFRESH-INTERVAL", "UID", "VERSION", "X-PUBLISHED-TTL", "X-WR-CALNAME",
    }),
    "VEVENT": _ITEM | _EVENT,
    "VTODO": _ITEM | {"DTSTART", "DUE", "COMPLETED", "PERCENT-COMPLETE"},
    "VALARM": frozenset({"ACTION", "DESCRIPTION", "TRIGGER"}),
    "VTIMEZONE": frozenset({"TZID"}),
    "STANDARD": _OBSERVANCE,
    "DAYLIGHT": _OBSERVANCE,
}  # fmt: skip
_PARAMETERS: Final = frozenset({"CUTYPE", "PARTSTAT", "ROLE", "RSVP", "SCHEDULE-AGENT", "TZID", "VALUE"})
_MARK: Final = "X-CONVENE-WRITTEN"
"""By which what we stored is known again; of no use in a message."""
_CALENDAR_NAMES: Final = ("NAME", "X-WR-CALNAME")
_REFERENCE: Final = r", ref (?=[0-9]*[A-Z])(?=[A-Z]*[0-9])[0-9A-Z]{4,16}"
_SUMMARIES: Final = {
    "VEVENT": re.compile("Meeting" + _REFERENCE),
    "VTODO": re.compile(
        "(?:Task|Report|Agenda|Next date|Apologies|Attendance|Contact details|Minutes|Preparation|Record|Actions|Dates"
        "|Transport)" + _REFERENCE
    ),
}
"""Whatever a reference is of, four characters with a digit and a letter are nobody's name or initials."""
_HTTPS: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?][^\s@]*)?")


def leaks(calendar: Component, kind: Kind) -> Iterator[Finding]:
    """What one VCALENDAR holds beyond what is known to be safe."""
    for component in calendar.walk():
        if kind == "stored" and component.name == "VALARM":
            continue  # the owner's own, which is kept
        known = _KNOWN.get(component.name)
        if known is None:
            yield Finding(
                "leaking-property", component.line, f"{called(component.name)} is in none of our files"
            )
            continue
        if kind == "stored" and component.name == "VEVENT":
            known |= {_MARK}
        for prop in component.properties:
            if prop.name not in known:
                yield Finding(
                    "leaking-property",
                    prop.line,
                    f"{called(prop.name)} is in no {called(component.name)} of ours",
                )
            yield from _parameters(prop)
            if prop.name == "URL" and not _HTTPS.fullmatch(prop.value):
                yield Finding("url", prop.line, "the URL is no https address without a user's name")
        yield from _summary(component)
    for prop in calendar.properties:
        if prop.name in _CALENDAR_NAMES and prop.value != "Meetings":
            yield Finding("summary", prop.line, 'a calendar is called "Meetings", whosever it is')


def _parameters(prop: Property) -> Iterator[Finding]:
    for name in prop.params:
        if name == "CN":
            yield Finding(
                "display-name",
                prop.line,
                f"{called(prop.name)} has CN, the name that an address is shown with",
            )
        elif name not in _PARAMETERS:
            yield Finding(
                "leaking-parameter",
                prop.line,
                f"{called(prop.name)} has {called(name)}, as in none of our files",
            )


def _summary(component: Component) -> Iterator[Finding]:
    form = _SUMMARIES.get(component.name)
    for prop in component.all("SUMMARY") if form else ():
        if form is not None and not form.fullmatch(prop.value.replace("\\,", ",")):
            yield Finding(
                "summary", prop.line, f"SUMMARY is not what every {called(component.name)} of ours is called"
            )


__all__ = ["leaks"]
