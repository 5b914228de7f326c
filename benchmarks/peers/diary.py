"""Who and what is free: the diaries of people and rooms, as kept by somebody who books by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from calendars.availability import Availability
from solver.schema.base import FAMILY_ROLES, WEEKDAYS, Hours
from solver.schema.caseload import Caseload, Person, Venue

WORKING_HOURS: Final[Hours] = dict.fromkeys(WEEKDAYS[:5], ((9 * 60, 17 * 60),))
"""Of a professional whose hours are not given."""
NO_SITE_MINUTES: Final = 15
"""To reach a venue without a site."""


@dataclass(frozen=True)
class Stretch:
    """Part of a day, in minutes after midnight, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class _Entry:
    stretch: Stretch
    venue: Venue | None
    """``None`` for one who joins remotely."""


class Diaries:
    """The diaries of everybody and every room. Free time is one bit a slot of the grid."""

    def __init__(self, caseload: Caseload) -> None:
        self._grid = caseload.grid_minutes
        self._travel: Mapping[str, Mapping[str, int]] = caseload.travel
        self._sites = {site.id: site.travel_minutes for site in caseload.sites}
        self.people: dict[str, Person] = {person.id: person for person in caseload.people}
        self.venues: dict[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self._hours: dict[str, Availability] = {}
        for person in caseload.people:
            default = None if person.role in FAMILY_ROLES else WORKING_HOURS
            hours = person.hours if person.hours is not None else default
            self._hours[person.id] = Availability(hours, [(span.start, span.end) for span in person.busy])
        for venue in caseload.venues:
            self._hours[venue.id] = Availability(venue.hours, [(span.start, span.end) for span in venue.busy])
        self._always = Availability()
        self._free: dict[tuple[str, date], int] = {}
        self._entries: dict[tuple[str, date], list[_Entry]] = defaultdict(list)

    def is_free(self, who: str, day: date, stretch: Stretch) -> bool:
        """Whether a person or a room is within hours and has nothing else; an unknown child always is."""
        wanted = self._bits(stretch)
        return self._free_bits(who, day) & wanted == wanted

    def has_room_in_the_day(self, person: str, day: date) -> bool:
        """Whether one more meeting keeps within the person's meetings a day."""
        record = self.people.get(person)
        cap = record.max_meetings_per_day if record else None
        return cap is None or len(self._entries.get((person, day), ())) < cap

    def can_travel(self, person: str, day: date, stretch: Stretch, venue: Venue) -> bool:
        """Whether the person reaches the venue from the meeting before, and the meeting after from it."""
        for entry in self._entries.get((person, day), ()):
            if entry.venue is not None and entry.venue.id != venue.id:
                gap = max(stretch.start - entry.stretch.end, entry.stretch.start - stretch.end)
                if gap < self._minutes_between(person, entry.venue, venue):
                    return False
        return True

    def book(self, who: str, day: date, stretch: Stretch, venue: Venue | None = None) -> None:
        """Enter a meeting in a diary, with the venue where it is attended in person."""
        self._free[who, day] = self._free_bits(who, day) & ~self._bits(stretch)
        self._entries[who, day].append(_Entry(stretch, venue))

    def minutes_to(self, person: str | None, venue: Venue) -> int:
        """Minutes that somebody is allowed to reach a venue, none at their own site."""
        if venue.site is None:
            return NO_SITE_MINUTES
        record = self.people.get(person) if person else None
        if record is not None and record.site == venue.site:
            return 0
        return self._sites.get(venue.site, NO_SITE_MINUTES)

    def _minutes_between(self, person: str, one: Venue, other: Venue) -> int:
        if one.site is not None and other.site is not None:
            if one.site == other.site:
                return 0
            for a, b in ((one.site, other.site), (other.site, one.site)):
                given = self._travel.get(a, {}).get(b)
                if given is not None:
                    return given
        return self.minutes_to(person, one) + self.minutes_to(person, other)

    def _free_bits(self, who: str, day: date) -> int:
        known = self._free.get((who, day))
        if known is None:
            known = 0
            for start, end in self._hours.get(who, self._always).free(day):
                # A slot that is free in part only is not free.
                known |= _ones(-(-start // self._grid), end // self._grid)
            self._free[who, day] = known
        return known

    def _bits(self, stretch: Stretch) -> int:
        return _ones(stretch.start // self._grid, -(-stretch.end // self._grid))


def _ones(start: int, end: int) -> int:
    return ((1 << (end - start)) - 1) << start if end > start else 0


def team_day(people: Sequence[Person]) -> Stretch:
    """From the earliest start to the latest end of any professional's hours."""
    spans = [
        span
        for person in people
        if person.role not in FAMILY_ROLES
        for spans in (WORKING_HOURS if person.hours is None else person.hours).values()
        for span in spans
    ]
    if not spans:
        return Stretch(0, 24 * 60)
    return Stretch(min(start for start, _ in spans), max(end for _, end in spans))
