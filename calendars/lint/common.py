"""Rules that hold for calendar files of every kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

from calendars.lint.reading import Component, Finding, called, moment

Kind = Literal["request", "cancel", "publish", "feed", "stored", "tasks"]
"""``stored``: one object on a CalDAV server."""
METHODS: Final[dict[Kind, str]] = {
    "request": "REQUEST", "cancel": "CANCEL", "publish": "PUBLISH", "feed": "PUBLISH", "stored": "", "tasks": "",
}  # fmt: skip
_KINDS: Final[dict[str, Kind]] = {"REQUEST": "request", "CANCEL": "cancel", "PUBLISH": "publish"}
_REFRESH: Final = ("REFRESH-INTERVAL", "X-PUBLISHED-TTL")
_ONCE: Final[dict[str, tuple[str, ...]]] = {
    "VCALENDAR": ("VERSION", "PRODID"),
    "VEVENT": ("DTSTART", "SEQUENCE", "SUMMARY"),
    "VTODO": ("SEQUENCE", "SUMMARY"),
}
"""What each component has once. RFC 5546 takes a SEQUENCE that is left out for 0; not every client does."""
_AT_MOST_ONCE: Final = (
    "DTEND", "DUE", "DURATION", "DTSTAMP", "UID", "LOCATION", "DESCRIPTION", "STATUS", "TRANSP", "CLASS", "METHOD",
    "CALSCALE", "URL", "ORGANIZER",
)  # fmt: skip


def kind_of(calendar: Component) -> Kind:
    """What a calendar is, by its METHOD and what it holds."""
    method = calendar.first("METHOD")
    if method is not None:
        return _KINDS.get(method.value.upper(), "publish")
    return "stored" if any(child.name == "VEVENT" for child in calendar.children) else "tasks"


def calendar_findings(calendar: Component, kind: Kind) -> Iterator[Finding]:
    """What is wrong with one VCALENDAR, whatever it is for."""
    method = calendar.first("METHOD")
    verb = method.value if method else ""
    if verb != METHODS[kind]:
        expected = f"METHOD:{METHODS[kind]}" if METHODS[kind] else "no METHOD"
        yield Finding(
            "method", method.line if method else calendar.line, f"this file has {expected}, in capitals"
        )
    own = calendar.first("UID")
    if own:
        yield Finding("calendar-uid", own.line, "the calendar has a UID, which sync tools take for its key")
    if kind == "feed":
        for name in _REFRESH:
            if calendar.first(name) is None:
                yield Finding("feed-refresh", calendar.line, f"a feed says by {name} how often it is fetched")
    yield from _counted(calendar)
    items = [child for child in calendar.children if child.name != "VTIMEZONE"]
    yield from _uids(items, one=kind in {"request", "cancel", "stored"})
    for item in items:
        yield from _item(item)
        if item.name == "VEVENT" and METHODS[kind] and item.first("ORGANIZER") is None:
            yield Finding("property-count", item.line, f"VEVENT has no ORGANIZER, as a {METHODS[kind]} must")


def _counted(component: Component) -> Iterator[Finding]:
    for name in _ONCE.get(component.name, ()):
        count = len(component.all(name))
        if count != 1:
            yield Finding(
                "property-count", component.line, f"{called(component.name)} has {count} {name} in place of 1"
            )
    for name in _AT_MOST_ONCE:
        if (more := component.all(name)[1:]) and name not in _ONCE.get(component.name, ()):
            yield Finding(
                "property-count", more[0].line, f"{called(component.name)} has more than one {name}"
            )


def _uids(items: list[Component], *, one: bool) -> Iterator[Finding]:
    seen: Counter[tuple[str, str]] = Counter()
    uids: set[str] = set()
    for item in items:
        uid = item.first("UID")
        if uid is None or not uid.value.strip():
            yield Finding("no-uid", item.line, f"{called(item.name)} has no UID")
            continue
        recurrence = item.first("RECURRENCE-ID")
        key = (uid.value, recurrence.value if recurrence else "")
        seen[key] += 1
        if seen[key] > 1:
            yield Finding("duplicate-uid", uid.line, f"{called(item.name)} has the UID of another")
        uids.add(uid.value)
        if one and len(uids) > 1 and seen[key] == 1:
            yield Finding("two-uids", uid.line, "a message, or an object on a server, is about one UID")


def _item(item: Component) -> Iterator[Finding]:
    """What is wrong with one VEVENT, VTODO or other item."""
    stamp = item.first("DTSTAMP")
    if stamp is None:
        yield Finding("dtstamp", item.line, f"{called(item.name)} has no DTSTAMP")
    elif not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", stamp.value):
        yield Finding("dtstamp", stamp.line, "DTSTAMP is not in UTC")
    if item.name in {"VEVENT", "VTODO"}:
        private = item.first("CLASS")
        if private is None or private.value != "PRIVATE":
            yield Finding("not-private", item.line, f"{called(item.name)} is not CLASS:PRIVATE")
        yield from _counted(item)
        sequence = item.first("SEQUENCE")
        if sequence is not None and not re.fullmatch("[0-9]{1,9}", sequence.value):
            yield Finding("sequence", sequence.line, "SEQUENCE is no number from 0 up")
    yield from _span(item)


def _span(item: Component) -> Iterator[Finding]:
    start = item.first("DTSTART")
    end = item.first("DTEND") or item.first("DUE")
    length = item.first("DURATION")
    if length is not None and length.value.startswith("-"):
        yield Finding("end-before-start", length.line, "a negative DURATION")
    if item.name == "VEVENT" and start is not None and end is None and length is None:
        yield Finding("property-count", item.line, "VEVENT has neither DTEND nor DURATION")
    if start is None or end is None:
        return
    first, last = moment(start), moment(end)
    if first is None or last is None or (first.tzinfo is None) != (last.tzinfo is None):
        yield Finding("end-before-start", end.line, f"DTSTART and {end.name} cannot be compared")
    elif last <= first:
        yield Finding("end-before-start", end.line, f"{end.name} is not after DTSTART")


__all__ = ["METHODS", "Kind", "calendar_findings", "kind_of"]
