"""A meeting of the calendar with everything that it refers to looked up, and who is really there and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from solver.check.case import Case, minute_of
from solver.check.places import Place, places_at
from solver.check.series import Member, Series
from solver.check.windows import Limits, next_window
from solver.schema.base import SittingId
from solver.schema.calendar import Attendee, Meeting
from solver.schema.caseload import BookedMeeting, Plan, Venue


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody who is at a meeting, as themselves or as a deputy.

    Attributes
    ----------
    place : Place or None
        Whose place it is; ``None`` if there is no such place.
    start, end : datetime
        When they are held: the meeting, or the one sitting of their place.
    is_forced : bool
        The meeting is pinned and the place essential: nobody could have let them stay away.
    """

    person: str
    place: Place | None
    start: datetime
    end: datetime
    is_remote: bool
    is_forced: bool


class Held:
    """A meeting of a known series.

    Parameters
    ----------
    case : Case
    series : Series
    meeting : Meeting
    previous : Meeting or None
        The series' previous meeting in the calendar.
    """

    def __init__(self, case: Case, series: Series, meeting: Meeting, previous: Held | None = None) -> None:
        self.case = case
        self.series = series
        self.meeting = meeting
        self.previous = previous
        self.id = meeting.id
        self.day: date = meeting.start.date()
        self.start = minute_of(meeting.start, self.day)
        self.end = minute_of(meeting.end, self.day)
        self.venue: Venue | None = case.venues.get(meeting.venue)
        self.members: tuple[Member, ...] = series.members_on(self.day)
        self.is_pinned = any(b.pinned and self.stands_at(b) for b in case.booked[series.id])
        self.places: dict[str, Place] = {
            place.person: place for place in places_at(case, series, self.day, is_first=previous is None)
        }
        self.limits: Limits | None = next_window(case, series, None if previous is None else previous.day)
        self.presences: tuple[Presence, ...] = tuple(self._presences())

    @property
    def plans(self) -> Iterable[Plan]:
        """The plans that the meeting is of."""
        return (member.plan for member in self.members)

    @property
    def breach_days(self) -> int:
        """Calendar days after the due date."""
        return 0 if self.limits is None else max(0, (self.day - self.limits.due).days)

    @property
    def is_virtual(self) -> bool:
        """Whether everyone joins remotely."""
        return self.venue is not None and self.venue.kind == "virtual"

    def stands_at(self, booked: BookedMeeting) -> bool:
        """Whether the meeting has the start and the venue of a booked one."""
        return self.meeting.start == booked.start and self.meeting.venue == booked.venue

    def place_of(self, attendee: Attendee) -> Place | None:
        """Return the place that an attendee fills."""
        return self.places.get(holder(attendee))

    def occupied(self, sitting: SittingId | None) -> tuple[datetime, datetime]:
        """Return when a place is held: the meeting, or its one sitting of a split meeting."""
        for half in self.meeting.sittings:
            if sitting is not None and half.id == sitting:
                return half.start, half.end
        return self.meeting.start, self.meeting.end

    def _presences(self) -> Iterable[Presence]:
        for attendee in self.meeting.attendees:
            if is_present(attendee):
                place = self.place_of(attendee)
                start, end = self.occupied(None if place is None else place.sitting)
                is_own = attendee.status != "deputy"
                is_forced = self.is_pinned and is_own and place is not None and place.level == "essential"
                yield Presence(attendee.person, place, start, end, joins_remotely(attendee), is_forced)


def holder(attendee: Attendee) -> str:
    """Return whose place an attendee fills: their own, or that of the person they stand in for."""
    return attendee.for_ if attendee.status == "deputy" and attendee.for_ is not None else attendee.person


def is_present(attendee: Attendee) -> bool:
    """Whether the attendee is at the meeting, in the room or remotely."""
    return attendee.status in ("attending", "remote", "deputy")


def joins_remotely(attendee: Attendee) -> bool:
    """Whether a present attendee isn't in the room."""
    return attendee.status == "remote" or (attendee.status == "deputy" and attendee.remote)


def hold_chain(case: Case, series: Series, meetings: Iterable[Meeting]) -> list[Held]:
    """Look up the meetings of one series, in the order in which they are held."""
    chain: list[Held] = []
    for meeting in sorted(meetings, key=lambda one: (one.start, one.number, one.id)):
        chain.append(Held(case, series, meeting, chain[-1] if chain else None))
    return chain
