"""Rules of invites (RFC 5546), and of what is stored where a server could send invites by itself (RFC 6638)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from calendars.lint.common import Kind
from calendars.lint.reading import Component, Finding, Property

_ASKED: Final = ("CUTYPE", "ROLE", "PARTSTAT", "RSVP")
"""What Outlook, Google and Apple need each to show an invite with its buttons; the standard has all of them optional."""
_ROOMS: Final = frozenset({"ROOM", "RESOURCE"})
_SCHEDULED: Final = frozenset({"VEVENT", "VTODO"})


def scheduling(calendar: Component, kind: Kind) -> Iterator[Finding]:
    """What is wrong with one VCALENDAR as an invite, or as something that must not become one."""
    items = [child for child in calendar.children if child.name in _SCHEDULED]
    if kind in {"request", "cancel"}:
        for item in items:
            yield from _message(item, kind)
            yield from _request(item) if kind == "request" else _cancel(item)
    for item in items:
        attendees = item.all("ATTENDEE")
        if kind in {"publish", "feed"}:
            for prop in attendees:
                yield Finding("attendee-in-publish", prop.line, "a published file names an attendee")
        else:
            yield from _people(item, attendees)
        if kind == "stored":
            yield from _stored(item)


def _message(item: Component, kind: Kind) -> Iterator[Finding]:
    if item.name == "VTODO":
        yield Finding("todo-in-invite", item.line, f"a task in a {kind}")
        return
    for child in item.walk():
        if child.name == "VALARM":
            yield Finding("alarm-in-invite", child.line, f"an alarm in a {kind}")
    people = [prop for prop in item.all("ATTENDEE") if prop.params.get("CUTYPE", "").upper() not in _ROOMS]
    if not people and len(item.all("ATTENDEE")) != 1:
        # A room is the recipient of its own invite.
        yield Finding("other-attendee", item.line, f"a {kind} has its recipient as ATTENDEE")


def _people(item: Component, attendees: list[Property]) -> Iterator[Finding]:
    people = [prop for prop in attendees if prop.params.get("CUTYPE", "").upper() not in _ROOMS]
    for prop in people[1:]:
        yield Finding("other-attendee", prop.line, "somebody beside the recipient is an ATTENDEE")
    organisers = {_address(prop) for prop in item.all("ORGANIZER")}
    for prop in attendees:
        if _address(prop) in organisers:
            yield Finding(
                "organiser-invited",
                prop.line,
                "the ORGANIZER is an ATTENDEE: clients take the invite for sent, not got",
            )


def _request(item: Component) -> Iterator[Finding]:
    for prop in item.all("ATTENDEE"):
        missing = [name for name in _ASKED if not prop.params.get(name)]
        if missing:
            yield Finding("attendee-parameters", prop.line, f"the ATTENDEE has no {', '.join(missing)}")
    status = item.first("STATUS")
    if status is not None and status.value.upper() == "CANCELLED":
        yield Finding("request-status", status.line, "a REQUEST for what is cancelled")


def _cancel(item: Component) -> Iterator[Finding]:
    status = item.first("STATUS")
    if status is None or status.value != "CANCELLED":
        yield Finding(
            "cancel-status", status.line if status else item.line, "a CANCEL without STATUS:CANCELLED"
        )
    for name in ("LOCATION", "DESCRIPTION"):
        for prop in item.all(name):
            yield Finding(
                "cancel-text", prop.line, f"a CANCEL has a {name}, which its recipient may not see any more"
            )
    sequence = item.first("SEQUENCE")
    if sequence is not None and sequence.value.strip("0") == "":
        yield Finding("sequence", sequence.line, "a CANCEL has a SEQUENCE above that of what it cancels")


def _stored(item: Component) -> Iterator[Finding]:
    for prop in (*item.all("ORGANIZER"), *item.all("ATTENDEE")):
        if prop.params.get("SCHEDULE-AGENT") != "CLIENT":
            text = f"the server may send mail by itself: {prop.name} is not SCHEDULE-AGENT=CLIENT"
            yield Finding("schedule-agent", prop.line, text)


def _address(prop: Property) -> str:
    return unquote(prop.value).strip().casefold().removeprefix("mailto:")


__all__ = ["scheduling"]
