"""Who takes part if a meeting is held at one time in one room, as far as their diaries allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.peers.diary import Diaries, Stretch
from calendars.schools import SchoolCalendar
from calendars.workdays import WorkingCalendar
from solver.schema.base import WEEKDAYS, SittingId
from solver.schema.calendar import Attendee, Status
from solver.schema.caseload import Caseload, DaySpan, Venue
from solver.series import Place, Series


@dataclass(frozen=True)
class Slot:
    """A time for a meeting: the whole of it, and its sittings if it is split."""

    day: date
    whole: Stretch
    sittings: tuple[tuple[SittingId, Stretch], ...] = ()

    def of(self, sitting: SittingId | None) -> Stretch:
        """The stretch that a place with this sitting (or both) takes up."""
        return next((stretch for name, stretch in self.sittings if name == sitting), self.whole)


class Attendance:
    """Fills the places of meetings from the diaries."""

    def __init__(self, caseload: Caseload, calendar: WorkingCalendar, diaries: Diaries) -> None:
        self._diaries = diaries
        self._schools: dict[str, SchoolCalendar] = {}
        for school in caseload.schools:
            days = school.day
            by_weekday = dict.fromkeys(WEEKDAYS[:5], days) if isinstance(days, DaySpan) else days
            self._schools[school.id] = SchoolCalendar(
                {weekday: (span.start, span.end) for weekday, span in by_weekday.items()},
                [(term.start, term.end) for term in school.terms],
                school.closed,
                calendar,
            )
        self._school_of = {
            child.id: child.school for plan in caseload.plans for child in plan.children if child.school
        }

    def possible(self, series: Series, places: Sequence[Place], slot: Slot, *, everyone: bool) -> bool:
        """Whether those who must come are free at all; saves looking at rooms where they aren't."""
        return all(
            self._is_able(place.person, place, series, slot)
            or (place.level == "expected" and (not everyone or self._has_deputy(place, series, places, slot)))
            for place in places
            if place.level != "invited"
        )

    def fill(
        self, series: Series, places: Sequence[Place], slot: Slot, venue: Venue, *, everyone: bool
    ) -> list[Attendee] | None:
        """Say who fills each place.

        Parameters
        ----------
        everyone
            Whether expected people must come or send a deputy. Otherwise a professional who can't may
            report and a member of the family may be absent. Essential people must come, invited ones come
            if they can.

        Returns
        -------
        list of Attendee, or None
            In the order of the places; ``None`` where somebody who must come can't, or the quorum isn't
            reached.
        """
        filled: list[Attendee] = []
        standing_in: set[str] = set()
        for place in places:
            entry = self._fill_one(place, series, places, slot, venue, standing_in)
            if entry.status in ("report", "absent") and (
                place.level == "essential" or (place.level == "expected" and everyone)
            ):
                return None
            if entry.status == "deputy":
                standing_in.add(entry.person)
            filled.append(entry)
        quorum = series.rule.quorum
        if quorum is not None:
            there = sum(
                not place.family and entry.status not in ("report", "absent")
                for place, entry in zip(places, filled, strict=True)
            )
            if there < quorum.professionals:
                return None
        return filled

    def _fill_one(
        self,
        place: Place,
        series: Series,
        places: Sequence[Place],
        slot: Slot,
        venue: Venue,
        standing_in: set[str],
    ) -> Attendee:
        remote = self._takes_part(place.person, place, series, slot, venue)
        if remote is not None:
            return _attendee(place, series, place.person, "remote" if remote else "attending")
        if place.level == "expected":
            for deputy in self._deputies(place, places):
                if deputy not in standing_in:
                    remote = self._takes_part(deputy, place, series, slot, venue)
                    if remote is not None:
                        return _attendee(place, series, deputy, "deputy", remote=remote)
        nobody: Status = "report" if place.level == "expected" and not place.family else "absent"
        return _attendee(place, series, place.person, nobody)

    def _takes_part(self, who: str, place: Place, series: Series, slot: Slot, venue: Venue) -> bool | None:
        """Whether they join remotely (else in person); ``None`` where they can do neither."""
        if not self._is_able(who, place, series, slot):
            return None
        stretch = slot.of(place.sitting if series.split else None)
        in_person = venue.kind != "virtual" and place.remote != "yes"
        if in_person and self._diaries.can_travel(who, slot.day, stretch, venue):
            return False
        joins = place.remote != "no" and (venue.kind == "virtual" or "hybrid" in venue.features)
        return True if joins else None

    def _is_able(self, who: str, place: Place, series: Series, slot: Slot) -> bool:
        stretch = slot.of(place.sitting if series.split else None)
        return (
            self._diaries.is_free(who, slot.day, stretch)
            and self._diaries.has_room_in_the_day(who, slot.day)
            and (not place.child or self._is_out_of_school(who, series, slot))
        )

    def _is_out_of_school(self, child: str, series: Series, slot: Slot) -> bool:
        school, clause = self._school_of.get(child), series.rule.school_hours
        if school is None or clause is None:
            return True
        blocked = self._schools[school].blocked(slot.day, clause.travel_minutes)
        return blocked is None or slot.whole.end <= blocked[0] or blocked[1] <= slot.whole.start

    def _deputies(self, place: Place, places: Sequence[Place]) -> list[str]:
        members = {other.person for other in places}
        stand_ins = place.stand_ins(self._diaries.people.get(place.person))
        return [deputy for deputy in stand_ins if deputy not in members]

    def _has_deputy(self, place: Place, series: Series, places: Sequence[Place], slot: Slot) -> bool:
        return any(self._is_able(who, place, series, slot) for who in self._deputies(place, places))


def _attendee(place: Place, series: Series, person: str, status: Status, *, remote: bool = False) -> Attendee:
    return Attendee(
        person=person,
        level=place.level,
        status=status,
        for_=place.person if status == "deputy" else None,
        sitting=place.sitting if series.split else None,
        remote=remote or status == "remote",
    )
