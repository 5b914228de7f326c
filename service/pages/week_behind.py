"""What lies behind a week's meetings: days on which nobody meets and, for who may see the caseload, what takes people's time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from calendars.workdays import WorkingCalendar
from service.pages.week_whose import comers
from service.store.calendars import Standing
from service.views.drawing import school_calendar
from service.views.names import Names
from solver.policy.load import load_policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind."""

    closed: dict[date, str]
    """Why nobody meets on a day of the week."""
    taken: dict[str, list[Json]]
    """By meeting: when its children are at school, and when its people are elsewhere."""


def behind(
    standing: Standing, seen: Calendar, shown: tuple[Meeting, ...], monday: date, *, facts: bool
) -> Behind:
    """Gather it for a week.

    Parameters
    ----------
    standing
    seen
        The calendar, as far as it is the viewer's business.
    shown
        The week's meetings.
    monday
    facts
        Whether the viewer may see the caseload: otherwise nobody's other times are told.
    """
    caseload = standing.caseload
    working = working_calendar(caseload, load_policy(caseload.authority))
    days = [monday + timedelta(days=number) for number in range(7)]
    closed = {day: text for day in days if (text := _closed(caseload, working, day))}
    if not facts:
        return Behind(closed, {})
    names = Names(caseload)
    week = [one for one in seen.meetings if monday <= one.start.date() <= days[-1]]
    taken = {
        meeting.id: [
            *_school(caseload, working, meeting, days),
            *_elsewhere(caseload, names, meeting, week, {one.id for one in shown}, days),
        ]
        for meeting in shown
    }
    return Behind(closed, taken)


def _closed(caseload: Caseload, working: WorkingCalendar, day: date) -> str:
    horizon = caseload.horizon
    if not horizon.start <= day <= horizon.end:
        return "Outside the time that was planned"
    if day in caseload.closures:
        return "The authority is closed"
    if working.is_bank_holiday(day) and not working.is_working_day(day):
        return "Bank holiday"
    return "" if working.is_open_day(day) or day.weekday() > 4 else "Nobody meets"


def _school(
    caseload: Caseload, working: WorkingCalendar, meeting: Meeting, days: list[date]
) -> Iterator[Json]:
    schools = {one.id: one for one in caseload.schools}
    wanted = dict.fromkeys(
        child.school
        for plan in caseload.plans
        if plan.id in meeting.plans
        for child in plan.children
        if child.school is not None and child.attends != "no"
    )
    for name in wanted:
        pupils = school_calendar(schools[name], working)
        for day in days:
            span = pupils.day_span(day)
            if span is not None:
                first, last = (datetime.combine(day, time()) + timedelta(minutes=one) for one in span)
                yield _span(first, last, "School")


def _elsewhere(
    caseload: Caseload, names: Names, meeting: Meeting, week: list[Meeting], shown: set[str], days: list[date]
) -> Iterator[Json]:
    first, last = datetime.combine(days[0], time()), datetime.combine(days[-1], time.max)
    people = set(comers(meeting))
    for person in caseload.people:
        if person.id not in people:
            continue
        for span in person.busy:
            if span.start < last and first < span.end:
                yield _span(max(span.start, first), min(span.end, last), f"{names.person(person.id)}: busy")
    for other in week:
        # Those that are shown are there to be seen.
        mine = people & set(comers(other))
        if other.id not in shown and mine:
            who = ", ".join(sorted({names.person(one) for one in mine}))
            yield _span(other.start, other.end, f"{who}: another meeting")


def _span(start: datetime, end: datetime, text: str) -> Json:
    return {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}", "text": text}


__all__ = ["Behind", "behind"]
