"""Why somebody who is expected at a meeting does not come, and why no deputy does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.explain.words import name_of, opening
from solver.problem.availability import FreeTime
from solver.problem.blocks import keeps_school_hours, school_allowance
from solver.problem.days import local_minute, make_grid
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Attendee, Meeting, Status
from solver.schema.caseload import Caseload, Person
from solver.series import Membership, Place, Series

NO_LINE_MANAGER: Final = (
    "The caseload does not say who their line manager is, who has to agree to a written report."
)


def line_managers(caseload: Caseload) -> dict[tuple[str, Status], str | None]:
    """Return by person and status the line manager who has to agree to it: of a written report alone."""
    return {(one.id, "report"): one.line_manager for one in caseload.people}


class Absences:
    """Finds reasons for the absences of one caseload's calendar.

    Parameters
    ----------
    caseload : Caseload
    series : tuple of Series
    calendar : WorkingCalendar
    """

    def __init__(self, caseload: Caseload, series: tuple[Series, ...], calendar: WorkingCalendar) -> None:
        self._series = {one.id: one for one in series}
        self._free = FreeTime(caseload, make_grid(caseload, calendar), calendar)
        self._membership = Membership(caseload)
        self._venues = {venue.id: venue for venue in caseload.venues}
        self._people: dict[str, Person] = {person.id: person for person in caseload.people}

    def reason(
        self, meeting: Meeting, attendee: Attendee, meetings_of: Callable[[str], list[Meeting]]
    ) -> str:
        """Say why somebody expected does not come, and why no deputy does."""
        place = self._place(meeting, attendee)
        person = self._people.get(attendee.person)
        texts = [
            f"{opening(name_of(self._people, attendee.person))} {self._why_not(meeting, attendee, attendee.person, meetings_of)}"
        ]
        if person is not None and person.role not in FAMILY_ROLES:
            instead = (*person.deputies, *(one for one in place.others if one not in person.deputies))
            texts += [
                f"{'the deputy ' if other in person.deputies else ''}{name_of(self._people, other)} "
                f"{self._why_not(meeting, attendee, other, meetings_of)}"
                for other in instead
            ]
            if not instead:
                texts.append("no deputy is named")
        agreement = f" {self._agreement(person)}" if attendee.status == "report" else ""
        return "; ".join(texts) + "." + agreement

    def _agreement(self, person: Person | None) -> str:
        """Who has to agree to a written report instead of somebody."""
        if person is None or person.line_manager is None:
            return NO_LINE_MANAGER
        return f"Their line manager {name_of(self._people, person.line_manager)} has to agree to a written report."

    def _place(self, meeting: Meeting, attendee: Attendee) -> Place:
        series = self._series[meeting.series]
        places = self._membership.places(
            series, meeting.start.date(), first=meeting.number == series.held + 1
        )
        return next(place for place in places if place.person == attendee.person)

    def _why_not(
        self,
        meeting: Meeting,
        attendee: Attendee,
        person_id: str,
        meetings_of: Callable[[str], list[Meeting]],
    ) -> str:
        """Why somebody does not fill the attendee's place, in words that follow their name."""
        if person_id != attendee.person and any(one.person == person_id for one in meeting.attendees):
            return "is at the meeting already"
        half = next((one for one in meeting.sittings if one.id == attendee.sitting), None)
        start, end = (meeting.start, meeting.end) if half is None else (half.start, half.end)
        others = [other for other in meetings_of(person_id) if other.id != meeting.id]
        for other in others:
            if other.start < end and start < other.end:
                return f"is at meeting {other.id} then"
        series = self._series[meeting.series]
        day, minute = start.date(), local_minute(start)
        until = minute + (end - start) // timedelta(minutes=1)
        if keeps_school_hours(series) and self._free.at_school(
            person_id, school_allowance(series), day, minute, until
        ):
            return "is at school then"
        first_day = self._free.from_day(person_id)
        if first_day is not None and day < first_day and not meeting.pinned:
            return f"can't be booked for a day before {first_day:%d %B %Y}"
        person = self._people.get(person_id)
        if person is not None:
            if any(span.start < end and start < span.end for span in person.busy):
                return "is away or busy then"
            if not self._free.is_free(person_id, day, minute, until):
                return (
                    "does not work at that time"
                    if person.role not in FAMILY_ROLES
                    else "cannot come at that time"
                )
        remote = self._place(meeting, attendee).remote
        venue = self._venues[meeting.venue]
        if venue.kind == "virtual" and remote == "no":
            return "cannot join remotely, and the meeting is virtual"
        if venue.kind != "virtual" and "hybrid" not in venue.features and remote == "yes":
            return f"joins remotely only, and {venue.id} has no link"
        if any(other.start.date() == day for other in others):
            return "could not get there from another meeting that day, or has enough meetings that day"
        return "would make another meeting worse by coming"
