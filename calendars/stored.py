"""A meeting as an object in somebody's calendar collection (RFC 4791), which no server may schedule.

A collection is not a mailbox: what is put there has no METHOD, one UID and one component (RFC 4791 section 4.1). A server
that schedules would take an ORGANIZER with an ATTENDEE for its own task and send invites and replies for them, so both say
that the client sees to that (SCHEDULE-AGENT=CLIENT, RFC 6638 section 7.1), or neither is there.

What was written carries a mark of its content (`MARK`). By it an object is known to be ours when it is read again, and
known to be changed by its owner when its content does not match.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import icalendar
from icalendar.prop import vBroken

from calendars.components import Event, event_component, mailbox, new_calendar, written
from calendars.localtime import load_zone
from calendars.reading import LINE, CalendarFileError, Limits, read

MARK: Final = "X-CONVENE-WRITTEN"
"""Digest of what was written. Servers must keep what they don't know (RFC 4791 section 5.3.3)."""
_COMPARED: Final = (
    "SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND", "DURATION", "STATUS", "TRANSP", "CLASS",
    "ORGANIZER", "ATTENDEE", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
)  # fmt: skip
"""What a meeting says. When it was written, and whatever else clients add, makes it no other meeting."""
_ANSWERS: Final = frozenset({"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"})
_LIMITS: Final = Limits(octets=1_000_000, components=1_000)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object read from a collection."""

    uid: str
    said: tuple[tuple[str, tuple[str, ...]], ...]
    """What it says, to be compared."""
    mark: str | None
    sequence: int
    by_server: bool
    """Whether a server sees to its scheduling: it came by an invite, and isn't ours."""
    answer: str | None
    """PARTSTAT of its only attendee."""
    alarms: tuple[icalendar.Component, ...]

    @property
    def edited(self) -> bool:
        """Whether somebody changed it since we wrote it. An alarm or an answer is no change."""
        return self.mark is not None and self.mark != _digest(self.said)


class NotOneEventError(ValueError):
    """A stored object that is no single meeting: a task, or several of something."""


def stored(
    event: Event, *, zone: str, attendee: str | None = None, before: StoredObject | None = None
) -> bytes:
    """The object of a meeting.

    Parameters
    ----------
    event
        As the owner of the collection may see it.
    zone
        IANA name of the zone the times are in.
    attendee
        The owner's mailbox. ``None`` leaves ORGANIZER and ATTENDEE out, so that no server can schedule the meeting,
        whatever it makes of SCHEDULE-AGENT: for a meeting whose company is nobody's business.
    before
        What stands there: the owner's alarms are kept, and their answer as long as the time is the same. The sequence
        never falls.

    Returns
    -------
    bytes
        RFC 5545 text without METHOD: one VEVENT and its VTIMEZONE.

    Raises
    ------
    UnsupportedZoneError, ValueError
        See `calendars.components.event_component`; also if the attendee is no mailbox.
    """
    component = event_component(event, load_zone(zone))
    organiser = component.pop("ORGANIZER")
    if attendee is not None:
        organiser.params["SCHEDULE-AGENT"] = "CLIENT"
        component.add("organizer", organiser)
        component.add("attendee", _own(attendee))
    said = _said(component)
    component.add(MARK, _digest(said))
    if before is not None:
        component["SEQUENCE"] = icalendar.vInt(max(event.sequence, before.sequence))
        for alarm in before.alarms:
            component.add_component(alarm)
        if attendee is not None and before.answer and _time(before.said) == _time(said):
            component["ATTENDEE"].params["PARTSTAT"] = before.answer
    calendar = new_calendar(zone)
    calendar.add_component(component)
    return written(calendar)


def same(one: StoredObject, other: StoredObject) -> bool:
    """Whether two objects say the same, and both were written by us."""
    return one.said == other.said and one.mark == other.mark


def read_stored(data: bytes) -> StoredObject:
    """Read what stands in a collection, whoever wrote it.

    Raises
    ------
    CalendarFileError
        If it can't be read.
    NotOneEventError
        If it isn't one meeting: a task, or several meetings. Dates of a repeated one count as changes to it.
    """
    file = read(data, limits=_LIMITS)
    items = [part for calendar in file.calendars for part in calendar.subcomponents]
    uids = {str(item.get("UID", "")) for item in items}
    if len(uids) != 1 or uids == {""} or not all(isinstance(item, icalendar.Event) for item in items):
        raise NotOneEventError("there isn't one meeting in it")
    event = next((item for item in items if "RECURRENCE-ID" not in item), items[0])
    people = [*_values(event, "ORGANIZER"), *_values(event, "ATTENDEE")]
    attendees = _values(event, "ATTENDEE")
    mark = event.get(MARK)
    return StoredObject(
        uid=uids.pop(),
        said=_said(event) + tuple(("PART", (str(number),)) for number in range(1, len(items))),
        mark=None if mark is None else str(mark),
        sequence=_number(event.get("SEQUENCE")),
        by_server=mark is None and bool(attendees) and not any(_agent(one) == "CLIENT" for one in people),
        answer=_answer(attendees),
        alarms=tuple(
            _alarm(part) for part in event.subcomponents if part.name == "VALARM" and not part.errors
        ),
    )


def _own(email: str) -> icalendar.vCalAddress:
    address = mailbox(email)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["SCHEDULE-AGENT"] = "CLIENT"
    return address


def _said(event: icalendar.Component) -> tuple[tuple[str, tuple[str, ...]], ...]:
    values = ((name, tuple(sorted(map(_text, _values(event, name))))) for name in _COMPARED)
    return tuple((name, found) for name, found in values if found)


def _time(said: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [one for one in said if one[0] in {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE"}]


def _text(value: Any) -> str:
    """A value as it is compared: a time by its moment, an address whatever its case and how it is called."""
    if isinstance(value, vBroken):
        return f"broken: {value}"
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    if isinstance(value, icalendar.vCalAddress):
        return str(value).casefold()
    if isinstance(value, str):
        return "\n".join(value.splitlines())
    text = value.to_ical()
    return text.decode() if isinstance(text, bytes) else str(text)


def _values(event: icalendar.Component, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _param(value: Any, name: str) -> str | None:
    found = getattr(value, "params", {}).get(name)
    return None if found is None else str(found).upper()


def _answer(attendees: list[Any]) -> str | None:
    answer = _param(attendees[0], "PARTSTAT") if len(attendees) == 1 else None
    return answer if answer in _ANSWERS else None


def _alarm(part: icalendar.Component) -> icalendar.Component:
    part.pop(LINE, None)
    return part


def _agent(value: Any) -> str | None:
    return _param(value, "SCHEDULE-AGENT")


def _number(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**31 else 0


def _digest(said: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


__all__ = ["MARK", "CalendarFileError", "NotOneEventError", "StoredObject", "read_stored", "same", "stored"]
