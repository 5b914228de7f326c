"""The one renderer: what one recipient may see of one meeting.

Nothing in iCalendar hides anything, so safety is in what is written. Every byte about a meeting that leaves,
in a file, a feed, a mail, a page or an error, is made from a `MeetingView`, and a view holds only what its
recipient may see: what no rule below allows is not in it.

- Nobody sees a child's or a family's name, initials, case type, agency or our own ids. A meeting is its
  reference.
- Family members, and whoever's role is not known to be a professional's, have a UID of their own and see no
  one else.
- Professionals share one UID and see each other's names and roles, unless kept to different sittings.
- A family sees which professionals come, by role alone, where all plans of the meeting say that it may.
- A room is told when it is taken and nothing else, and a protected place not even that.
- Who takes part in one sitting sees that sitting's time and nothing of the other.
- A place is told only if it is no family home, placement or confidential venue, and its text names none.
- Who sends a report or is absent sees nothing: there is no event for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final, Literal

from calendars.components import plain
from calendars.itip import Part
from service.output.identity import default_key, references, uid
from service.output.places import ONLINE, SECURE, Secrets, is_protected, told_places
from solver.schema.base import Role
from solver.schema.calendar import Attendee, Calendar, Meeting, Task
from solver.schema.caseload import Caseload

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


@dataclass(frozen=True, slots=True)
class Room:
    """A venue's own calendar or mailbox, which tells when it is taken."""

    venue: str
    """Its id."""


Recipient = str | Literal[Audience.TEAM] | Room
"""A person's id, the team, or a room."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A professional whom another professional of the same meeting may know of."""

    name: str
    """Empty where it names a family, such as "Interpreter for …": then they are known by their role."""
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
    roles: tuple[Role, ...] = ()
    """Of the professionals who come, where a family may know them."""
    part: Part = "REQ-PARTICIPANT"
    room: str | None = None
    """The room's own mailbox, for those professionals who are told where it is."""
    restricted: bool = False
    """Whether the meeting is split or at a place that isn't told, or the recipient no professional: then no server may
    schedule anything because of it."""


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
        secrets = Secrets(caseload)
        self._places = told_places(caseload, secrets)
        self._names = {
            one.id: "" if secrets.named_in(one.name) else plain(one.name)
            for one in caseload.people
            if one.role in PROFESSIONAL_ROLES
        }
        self._mailboxes = _rooms_mailboxes(caseload)
        self._open = {plan.id for plan in caseload.plans if plan.family_sees_roles}
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
        meetings = self._of.get(recipient, ()) if isinstance(recipient, str) else self._calendar.meetings
        seen = (self.view(meeting, recipient) for meeting in meetings)
        return tuple(sorted((view for view in seen if view), key=lambda view: (view.start, view.uid)))

    def view(self, meeting: Meeting, recipient: Recipient) -> MeetingView | None:
        """What the recipient may see of a meeting of this calendar.

        Parameters
        ----------
        meeting
            Of the calendar the renderer was made for.
        recipient
            A person's id, the team, or a room.

        Returns
        -------
        MeetingView or None
            ``None`` for who does not take part, who is unknown, for a child without a person record, and for a
            room that the meeting isn't in or that isn't told.

        Raises
        ------
        ValueError
            If the recipient is in a sitting that the meeting does not have.
        """
        reference = self._references[meeting.series]
        professional = True
        if not isinstance(recipient, str):
            if isinstance(recipient, Room) and not self._tells(recipient, meeting):
                return None
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
            professional = person.role in PROFESSIONAL_ROLES
            identity = uid(self._key, "meeting", meeting.id, *(() if professional else (recipient,)))
            notes = _parts(meeting, recipient, mine)
        if meeting.provisional:
            notes.append("This meeting may not be needed.")
        location = self._location(meeting, mine)
        colleagues = () if isinstance(recipient, Room) else self._colleagues(meeting, recipient, mine)
        told = professional and isinstance(recipient, str)
        return MeetingView(
            uid=identity,
            reference=reference,
            summary=f"Meeting, ref {reference}",
            start=start,
            end=end,
            location=location,
            notes=tuple(notes),
            provisional=meeting.provisional,
            sequence=self._calendar.revision - 1,
            stamp=self._stamp,
            organiser=self._organiser,
            colleagues=colleagues if professional else (),
            roles=() if professional else self._roles(meeting, colleagues),
            part=_part(meeting, recipient, mine),
            room=self._mailboxes.get(meeting.venue) if told and location not in {ONLINE, SECURE} else None,
            restricted=bool(meeting.sittings)
            or self._places.get(meeting.venue, SECURE) == SECURE
            or not professional,
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
        """The professionals of the recipient's own part of the meeting."""
        apart = bool(meeting.sittings) and bool(mine) and all(place.sitting for place in mine)
        sittings = {place.sitting for place in mine} | {None}
        seen = {}
        for place in meeting.attendees:
            person = self._people.get(place.person)
            if person is None or person.id == recipient or person.role not in PROFESSIONAL_ROLES:
                continue
            if place.status in PRESENT and (not apart or place.sitting in sittings):
                seen[person.id] = Colleague(self._names[person.id], person.role)
        return tuple(seen.values())

    def _tells(self, room: Room, meeting: Meeting) -> bool:
        return meeting.venue == room.venue and self._places.get(room.venue, SECURE) != SECURE

    def _roles(self, meeting: Meeting, colleagues: Iterable[Colleague]) -> tuple[Role, ...]:
        if not all(plan in self._open for plan in meeting.plans):
            return ()
        return tuple(dict.fromkeys(colleague.role for colleague in colleagues))


def _rooms_mailboxes(caseload: Caseload) -> dict[str, str | None]:
    """The mailbox of each room, where it is nobody's and no protected place's: the same may be in the caseload twice."""
    others = [mailbox for one in caseload.people for mailbox in (one.email, *one.aliases)]
    others += [venue.email for venue in caseload.venues if is_protected(venue)]
    taken = {mailbox.casefold() for mailbox in others if mailbox is not None}
    return {
        venue.id: None if (venue.email or "").casefold() in taken else venue.email
        for venue in caseload.venues
    }


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


def _part(meeting: Meeting, recipient: Recipient, mine: Iterable[Attendee]) -> Part:
    if isinstance(recipient, Room):
        return "NON-PARTICIPANT"
    if meeting.chair is not None and meeting.chair == recipient:
        return "CHAIR"
    levels = {place.level for place in mine}
    return "OPT-PARTICIPANT" if levels == {"invited"} else "REQ-PARTICIPANT"


def _utc(created: str) -> datetime:
    """The time of a calendar's making; one without an offset is UTC, as its format says."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        raise ValueError('created must be a time in UTC such as "2026-11-01T09:00:00Z"') from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


__all__ = [
    "PRESENT", "PROFESSIONAL_ROLES", "TEAM", "Audience", "Colleague", "MeetingView", "Recipient", "Renderer", "Room",
    "TaskView",
]  # fmt: skip
