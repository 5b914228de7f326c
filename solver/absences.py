"""Why somebody who is expected at a meeting does not come, and why no deputy does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from calendars.workdays import WorkingCalendar
from solver.problem.availability import FreeTime
from solver.problem.blocks import school_allowance
from solver.problem.days import local_minute, make_grid
from solver.reasons import name_of
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Attendee, Meeting
from solver.schema.caseload import Caseload, Person
from solver.series import Membership, Series


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
        person = self._people.get(attendee.person)
        texts = [
            f"{name_of(self._people, attendee.person)} {self._why_not(meeting, attendee, attendee.person, meetings_of)}"
        ]
        if person is not None and person.role not in FAMILY_ROLES:
            texts += [
                f"the deputy {name_of(self._people, deputy)} {self._why_not(meeting, attendee, deputy, meetings_of)}"
                for deputy in person.deputies
            ]
            if not person.deputies:
                texts.append("no deputy is named")
        return "; ".join(texts) + "."

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
        if self._free.at_school(person_id, school_allowance(series), day, minute, until):
            return "is at school then"
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
        places = self._membership.places(series, day, first=meeting.number == series.held + 1)
        remote = next((place.remote for place in places if place.person == attendee.person), "if_needed")
        venue = self._venues[meeting.venue]
        if venue.kind == "virtual" and remote == "no":
            return "cannot join remotely, and the meeting is virtual"
        if venue.kind != "virtual" and "hybrid" not in venue.features and remote == "yes":
            return f"joins remotely only, and {venue.id} has no link"
        if any(other.start.date() == day for other in others):
            return "could not get there from another meeting that day, or has enough meetings that day"
        return "would make another meeting worse by coming"
