"""When each person and venue is free on the problem's grid, and when a child is at school."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from calendars.availability import Availability
from calendars.schools import SchoolCalendar
from calendars.workdays import WorkingCalendar, weekday_of
from solver.problem.days import DEFAULT_DAY, Grid
from solver.schema.base import FAMILY_ROLES, Hours, Span, Weekday
from solver.schema.caseload import Caseload, DaySpan, School, TimeWindow

Slots = NDArray[np.bool_]
"""[D, slots]: whether the whole slot is free."""

PROFESSIONAL_HOURS: Hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (DEFAULT_DAY,))


class FreeTime:
    """Free slots by person and venue, worked out once each.

    Parameters
    ----------
    caseload : Caseload
    grid : Grid
    calendar : WorkingCalendar
    """

    def __init__(self, caseload: Caseload, grid: Grid, calendar: WorkingCalendar) -> None:
        self._grid = grid
        self._people = {person.id: person for person in caseload.people}
        self._venues = {venue.id: venue for venue in caseload.venues}
        self._schools = {school.id: self._school(school, calendar) for school in caseload.schools}
        self._schools_of: dict[str, set[str]] = {}
        for child in (child for plan in caseload.plans for child in plan.children):
            if child.school is not None:
                self._schools_of.setdefault(child.id, set()).add(child.school)
        self._calendar, self._today = calendar, caseload.horizon.start
        self._known: dict[str, Availability] = {}
        self._slots: dict[str, Slots] = {}
        self._windows: dict[tuple[str, int, int], Slots] = {}

    @staticmethod
    def _school(school: School, calendar: WorkingCalendar) -> SchoolCalendar:
        if isinstance(school.day, DaySpan):
            weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
            times = dict.fromkeys(weekdays, (school.day.start, school.day.end))
        else:
            times = {day: (span.start, span.end) for day, span in school.day.items()}
        terms = [(term.start, term.end) for term in school.terms]
        return SchoolCalendar(times, terms, frozenset(school.closed), calendar)

    def _free(self, key: str, availability: Availability) -> Slots:
        if key not in self._slots:
            grid = self._grid
            self._slots[key] = availability.free_slots(grid.days, grid.start, grid.minutes, grid.slots)
        return self._slots[key]

    def _hours_of(self, person_id: str) -> Availability:
        if person_id not in self._known:
            person = self._people.get(person_id)
            hours: Hours | None = None
            busy: tuple[Span, ...] = ()
            if person is not None:
                default = None if person.role in FAMILY_ROLES else PROFESSIONAL_HOURS
                hours, busy = default if person.hours is None else person.hours, person.busy
            self._known[person_id] = Availability(hours, [(span.start, span.end) for span in busy])
        return self._known[person_id]

    def person(self, person_id: str) -> Slots:
        """[D, slots] when the person is within hours and not busy; any time for a child without a record."""
        return self._free(f"person:{person_id}", self._hours_of(person_id))

    def from_day(self, person_id: str) -> date | None:
        """Day from which somebody who has to be booked ahead can come to a meeting that isn't booked yet."""
        person = self._people.get(person_id)
        if person is None or not person.notice_working_days:
            return None
        return self._calendar.add_working_days(self._today, person.notice_working_days)

    def noticed(self, person_id: str) -> Slots | None:
        """[D, 1] whether a day leaves the notice that somebody needs; ``None`` where they need none."""
        first = self.from_day(person_id)
        return None if first is None else np.array([[day >= first] for day in self._grid.days])

    def venue(self, venue_id: str) -> Slots:
        """[D, slots] when the venue is open and not busy."""
        venue = self._venues[venue_id]
        hours = Availability(venue.hours, [(span.start, span.end) for span in venue.busy])
        return self._free(f"venue:{venue_id}", hours)

    def attending(self, person_id: str, allowance: int, offset: int, length: int) -> Slots:
        """[D, slots] by start: whether somebody can be there, for a pupil ``allowance`` minutes clear of school."""
        free = self.window(f"person:{person_id}", offset, length, self.person(person_id))
        if person_id not in self._schools_of:
            return free
        return free & self.outside_lessons(person_id, allowance, offset, length)

    def outside_lessons(self, person_id: str, allowance: int, offset: int, length: int) -> Slots:
        """[D, slots] by start: whether somebody is ``allowance`` minutes clear of school, if they go to one."""
        found = np.ones((len(self._grid.days), self._grid.slots), dtype=np.bool_)
        for school in self._schools_of.get(person_id, ()):
            found &= self.outside_school(school, allowance, offset, length)
        return found

    def can_attend(self, person_id: str, allowance: int, day: date, begin: int, end: int) -> bool:
        """Whether somebody can be there on ``day`` from minute ``begin`` to ``end``, on the grid or off it."""
        return self.is_free(person_id, day, begin, end) and not self.at_school(
            person_id, allowance, day, begin, end
        )

    def is_free(self, person_id: str, day: date, begin: int, end: int) -> bool:
        """Whether somebody is within hours and not busy on ``day`` from minute ``begin`` to ``end``."""
        midnight = datetime.combine(day, time())
        return self._hours_of(person_id).is_free(
            midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)
        )

    def at_school(self, person_id: str, allowance: int, day: date, begin: int, end: int) -> bool:
        """Whether a pupil is at school, or on the way, within these minutes of the day."""
        spans = (
            self._schools[school].blocked(day, allowance) for school in self._schools_of.get(person_id, ())
        )
        return any(span is not None and begin < span[1] and span[0] < end for span in spans)

    def window(self, key: str, offset: int, length: int, free: Slots) -> Slots:
        """[D, slots] by start: whether ``free`` holds from ``offset`` slots after it for ``length`` slots."""
        found = self._windows.get((key, offset, length))
        if found is None:
            slots = self._grid.slots
            taken = np.zeros((free.shape[0], slots + 1), dtype=np.int32)
            np.cumsum(~free, axis=1, out=taken[:, 1:])
            found = np.zeros_like(free)
            starts = slots - offset - length + 1
            if starts > 0:
                found[:, :starts] = (
                    taken[:, offset + length : offset + length + starts] == taken[:, offset : offset + starts]
                )
            self._windows[key, offset, length] = found
        return found

    def outside_school(self, school_id: str, allowance: int, offset: int, length: int) -> Slots:
        """[D, slots] by start: whether a pupil can be there, ``allowance`` minutes clear of the school's day."""
        key = f"school:{school_id}:{allowance}"
        if key not in self._slots:
            grid, school = self._grid, self._schools[school_id]
            free = np.ones((len(grid.days), grid.slots), dtype=np.bool_)
            minutes = grid.start + np.arange(grid.slots) * grid.minutes
            for i, day in enumerate(grid.days):
                blocked = school.blocked(day, allowance)
                if blocked is not None:
                    free[i] = (minutes + grid.minutes <= blocked[0]) | (minutes >= blocked[1])
            self._slots[key] = free
        return self.window(key, offset, length, self._slots[key])

    def within(self, windows: tuple[TimeWindow, ...], length: int) -> Slots:
        """[D, slots] by start: whether one of the weekly windows holds the whole meeting."""
        return self._by_weekday(windows, length, overlap=False)

    def touching(self, windows: tuple[TimeWindow, ...], length: int) -> Slots:
        """[D, slots] by start: whether the meeting overlaps one of the weekly windows."""
        return self._by_weekday(windows, length, overlap=True)

    def _by_weekday(self, windows: tuple[TimeWindow, ...], length: int, *, overlap: bool) -> Slots:
        grid = self._grid
        begin = grid.start + np.arange(grid.slots) * grid.minutes
        end = begin + length * grid.minutes
        rows: dict[Weekday, Slots] = {}
        out = np.zeros((len(grid.days), grid.slots), dtype=np.bool_)
        for i, day in enumerate(grid.days):
            name = weekday_of(day)
            if name not in rows:
                row = np.zeros(grid.slots, dtype=np.bool_)
                for window in windows:
                    if name in window.days:
                        row |= (
                            (begin < window.end) & (window.start < end)
                            if overlap
                            else (window.start <= begin) & (end <= window.end)
                        )
                rows[name] = row
            out[i] = rows[name]
        return out
