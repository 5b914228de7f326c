"""The one renderer: what one recipient may see of one meeting.

Nothing in iCalendar hides anything, so safety is in what is written. Every byte about a meeting that leaves,
in a file, a feed, a mail, a page or an error, is made from a `MeetingView`, and a view holds only what its
recipient may see: what no rule below allows is not in it.

- Nobody sees a child's or a family's name, initials, case type, agency or our own ids. A meeting is its
  reference.
- Family members, and whoever's role is not known to be a professional's, have a UID of their own and see no
  one else.
- Professionals share one UID and see each other's names and roles, unless kept to different sittings.
- Who takes part in one sitting sees that sitting's time and nothing of the other.
- A place is told only if it is no family home, placement or confidential venue, and its text names none.
- Who sends a report or is absent sees nothing: there is no event for them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final, Literal

from calendars.components import plain
from service.output.identity import default_key, references, uid
from solver.schema.base import FAMILY_ROLES, HOME_KINDS, Role
from solver.schema.calendar import Attendee, Calendar, Meeting, Task
from solver.schema.caseload import Caseload, Venue

ONLINE: Final = "Online"
SECURE: Final = "See secure link"
PRESENT: Final = frozenset({"attending", "remote", "deputy"})
"""Statuses of those who take part. The others are not at the meeting."""
PROFESSIONAL_ROLES: Final[frozenset[Role]] = frozenset({
    "advocate", "interpreter", "social_worker", "team_manager", "senior_practitioner", "business_support",
    "conference_chair", "iro", "school", "early_years", "health_visitor", "school_nurse", "midwife", "police",
    "family_support", "therapist", "mental_health", "housing", "probation", "receiving_worker",
})  # fmt: skip
"""Roles that see colleagues' names. ``other`` may be a relative or a friend, and is none of them."""


class Audience(Enum):
    """Recipients that are no person."""

    TEAM = "team"


TEAM: Final = Audience.TEAM
"""The team's own file, for its manager."""
Recipient = str | Literal[Audience.TEAM]
"""A person's id, or the team."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A professional whom another professional of the same meeting may know of."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class MeetingView:
    """All that one recipient may see of one meeting. Times are local wall times in the caseload's zone."""

    uid: str
    reference: str
    summary: str
    start: datetime
    end: datetime
    location: str
    """A place, ``Online`` or ``See secure link``."""
    notes: tuple[str, ...]
    """What the recipient does there, in neutral words."""
    provisional: bool
    sequence: int
    stamp: datetime
    """UTC."""
    organiser: str
    """The team's role mailbox; its display name may tell which service it is, so it is left out."""
    colleagues: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """What the team's task file may hold of one task."""

    uid: str
    reference: str
    summary: str
    owner: str | None
    """Who owes it in one neutral word, never a name or an agency; ``None`` for a family member."""
    due: date
    sequence: int
    stamp: datetime
    remind: date | None = None
    own_date: bool = False
    """Whether the date is Convene's own, because the source names none."""


_TASKS: Final[dict[str, str]] = {
    "agency-report": "Report",
    "agenda": "Agenda",
    "agree-next-date": "Next date",
    "apologies": "Apologies",
    "ask-next-date": "Next date",
    "attendance-check": "Attendance",
    "attendance-log": "Attendance",
    "contact-details": "Contact details",
    "minutes": "Minutes",
    "note-remote": "Minutes",
    "prepare": "Preparation",
    "record": "Record",
    "review-actions": "Actions",
    "send-minutes": "Minutes",
    "share-contacts": "Contact details",
    "tell-line-manager": "Dates",
    "transport": "Transport",
}
"""Kinds of task that may be told. Any other is a "Task": the policy's own title may name the kind of case."""
_OWNERS: Final[dict[Role, str]] = {
    "social_worker": "worker",
    "senior_practitioner": "worker",
    "receiving_worker": "worker",
    "team_manager": "manager",
    "business_support": "support",
}
"""What the team's own people are called; other professionals are partners, so that no agency is told."""


class Renderer:
    """Views of one calendar.

    Parameters
    ----------
    caseload
        Whose meetings they are.
    calendar
        The calendar that answers it.
    key
        Secret of the UIDs and references; by default it follows from the caseload (see
        ``service.output.identity``).

    Raises
    ------
    ValueError
        If ``created`` of the calendar is no time.
    """

    def __init__(self, caseload: Caseload, calendar: Calendar, *, key: bytes | None = None) -> None:
        self._key = default_key(caseload) if key is None else key
        self._calendar = calendar
        self._people = {person.id: person for person in caseload.people}
        self._meetings = {meeting.id: meeting for meeting in calendar.meetings}
        self._references = references(
            self._key,
            {
                *(meeting.series for meeting in calendar.meetings),
                *(breach.series for breach in calendar.breaches),
                *(task.id for task in calendar.tasks if task.meeting not in self._meetings),
            },
        )
        self._places = _places(caseload)
        self._organiser = caseload.team.organiser.email
        self._stamp = _utc(calendar.created)
        self._of: defaultdict[str, list[Meeting]] = defaultdict(list)
        for meeting in calendar.meetings:
            for person in {place.person for place in meeting.attendees}:
                self._of[person].append(meeting)

    def reference(self, series: str) -> str:
        """The short code of a series of this calendar, such as ``7F3K``."""
        return self._references[series]

    def views(self, recipient: Recipient) -> tuple[MeetingView, ...]:
        """Every meeting the recipient may see, in order of time."""
        meetings = self._calendar.meetings if recipient is TEAM else self._of.get(recipient, ())
        seen = (self.view(meeting, recipient) for meeting in meetings)
        return tuple(sorted((view for view in seen if view), key=lambda view: (view.start, view.uid)))

    def view(self, meeting: Meeting, recipient: Recipient) -> MeetingView | None:
        """What the recipient may see of a meeting of this calendar.

        Parameters
        ----------
        meeting
            Of the calendar the renderer was made for.
        recipient
            A person's id, or the team.

        Returns
        -------
        MeetingView or None
            ``None`` for who does not take part, who is unknown, and for a child without a person record.

        Raises
        ------
        ValueError
            If the recipient is in a sitting that the meeting does not have.
        """
        reference = self._references[meeting.series]
        if recipient is TEAM:
            mine: tuple[Attendee, ...] = ()
            start, end = meeting.start, meeting.end
            identity = uid(self._key, "meeting", meeting.id)
            notes: list[str] = []
        else:
            person = self._people.get(recipient)
            mine = tuple(
                place for place in meeting.attendees if place.person == recipient and place.status in PRESENT
            )
            if person is None or not mine:
                return None
            start, end = _span(meeting, mine, reference)
            shared = person.role in PROFESSIONAL_ROLES
            identity = uid(self._key, "meeting", meeting.id, *(() if shared else (recipient,)))
            notes = _parts(meeting, recipient, mine)
        if meeting.provisional:
            notes.append("This meeting may not be needed.")
        return MeetingView(
            uid=identity,
            reference=reference,
            summary=f"Meeting, ref {reference}",
            start=start,
            end=end,
            location=self._location(meeting, mine),
            notes=tuple(notes),
            provisional=meeting.provisional,
            sequence=self._calendar.revision - 1,
            stamp=self._stamp,
            organiser=self._organiser,
            colleagues=self._colleagues(meeting, recipient, mine),
        )

    def task(self, task: Task) -> TaskView:
        """What the team's task file may hold of a task of this calendar."""
        meeting = self._meetings.get(task.meeting) if task.meeting else None
        # A task between the meetings of a series is known by the series' reference, which its id begins with.
        series = meeting.series if meeting else task.id.partition("/")[0]
        reference = self._references.get(series) or self._references[task.id]
        what = _TASKS.get(task.kind, "Task")
        owner = self._people.get(task.owner)
        told = _OWNERS.get(owner.role, "partner") if owner and owner.role in PROFESSIONAL_ROLES else None
        return TaskView(
            uid=uid(self._key, "task", task.id),
            reference=reference,
            summary=f"{what}, ref {reference}",
            owner=told,
            due=task.due,
            sequence=self._calendar.revision - 1,
            stamp=self._stamp,
            remind=task.warn,
            own_date=task.date_from == "convene",
        )

    def _location(self, meeting: Meeting, mine: tuple[Attendee, ...]) -> str:
        if mine and all(place.remote or place.status == "remote" for place in mine):
            return ONLINE
        return self._places.get(meeting.venue, SECURE)

    def _colleagues(
        self, meeting: Meeting, recipient: Recipient, mine: tuple[Attendee, ...]
    ) -> tuple[Colleague, ...]:
        if recipient is not TEAM and self._people[recipient].role not in PROFESSIONAL_ROLES:
            return ()
        apart = bool(meeting.sittings) and bool(mine) and all(place.sitting for place in mine)
        sittings = {place.sitting for place in mine} | {None}
        seen = {}
        for place in meeting.attendees:
            person = self._people.get(place.person)
            if person is None or person.id == recipient or person.role not in PROFESSIONAL_ROLES:
                continue
            if place.status in PRESENT and (not apart or place.sitting in sittings):
                seen[person.id] = Colleague(plain(person.name), person.role)
        return tuple(seen.values())


def _span(meeting: Meeting, mine: Iterable[Attendee], reference: str) -> tuple[datetime, datetime]:
    """The time of those who take part: their sitting's, or all of it."""
    wanted = {place.sitting for place in mine}
    if not meeting.sittings or None in wanted:
        return meeting.start, meeting.end
    halves = [sitting for sitting in meeting.sittings if sitting.id in wanted]
    if len(halves) != len(wanted):
        raise ValueError(f"meeting with ref {reference}: somebody's sitting has no time in the calendar")
    return min(half.start for half in halves), max(half.end for half in halves)


def _parts(meeting: Meeting, person: str, mine: Iterable[Attendee]) -> list[str]:
    said = [
        (meeting.chair == person, "You chair."),
        (meeting.minutes == person, "You take the minutes."),
        (any(place.status == "deputy" for place in mine), "You stand in for a colleague."),
    ]
    return [words for true, words in said if true]


def _places(caseload: Caseload) -> dict[str, str]:
    """What may be told of each venue, by its id.

    A text that names a protected venue, its address, or somebody of a family is withheld as well, whatever
    the venue is said to be: the same house may be in the caseload twice.
    """
    protected = [
        text for venue in caseload.venues if _protected(venue) for text in (venue.name, venue.address)
    ]
    family = [text for one in caseload.people if one.role in FAMILY_ROLES for text in (one.name, one.email)]
    secrets = {_words(text) for text in (*protected, *family) if text} - {""}
    told: dict[str, str] = {}
    for venue in caseload.venues:
        text = ", ".join(part for part in (plain(venue.name), plain(venue.address or "")) if part)
        words = _words(text)
        if venue.kind == "virtual":
            told[venue.id] = ONLINE
        elif _protected(venue) or not text or any(secret in words for secret in secrets):
            told[venue.id] = SECURE
        else:
            told[venue.id] = text
    return told


def _protected(venue: Venue) -> bool:
    return venue.confidential or venue.kind in HOME_KINDS


def _words(text: str) -> str:
    """The words of a text between single spaces, so that one text names another if it contains it.

    Marks that are not seen (a soft hyphen, a zero-width space) count for nothing.
    """
    usual = unicodedata.normalize("NFKC", plain(text))
    seen = "".join(mark for mark in usual if unicodedata.category(mark) != "Cf")
    words = re.findall(r"[^\W_]+", seen.casefold())
    return f" {' '.join(words)} " if words else ""


def _utc(created: str) -> datetime:
    """The time of a calendar's making; one without an offset is UTC, as its format says."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        raise ValueError('created must be a time in UTC such as "2026-11-01T09:00:00Z"') from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


__all__ = [
    "ONLINE", "PRESENT", "PROFESSIONAL_ROLES", "SECURE", "TEAM", "Audience", "Colleague", "MeetingView",
    "Recipient", "Renderer", "TaskView",
]  # fmt: skip
