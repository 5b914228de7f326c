"""Schools: their day, their year, and the room they lend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from solver.generate.draft import WORK_WEEK, clock, days_off
from solver.generate.names import TREES
from solver.generate.terms import holidays_between, school_years
from solver.schema.base import DateRange, Hours, Weekday
from solver.schema.caseload import DaySpan, School, Site, Venue


@dataclass(eq=False)
class SchoolPlace:
    """A school, its site, and its meeting room."""

    school: School
    secondary: bool
    site: Site
    venue: Venue
    holidays: list[tuple[date, date]]
    """Weeks without pupils within the horizon, both days inclusive."""


class SchoolMaker:
    """Makes up schools, numbered through the caseload.

    Parameters
    ----------
    rng, start, end : the source of chance, and the horizon that the terms cover.
    address : gives the next unused address.
    """

    def __init__(self, rng: Random, start: date, end: date, address: Callable[[], str]) -> None:
        self._rng, self._start, self._end, self._address = rng, start, end, address
        self._count = 0

    def schools(self, count: int) -> list[SchoolPlace]:
        """The schools of one area: every third is a secondary school, and of two the second."""
        return [self._school(secondary=index % 3 == (1 if count == 2 else 2)) for index in range(count)]

    def _school(self, *, secondary: bool) -> SchoolPlace:
        rng = self._rng
        number = self._count = self._count + 1
        name = f"Test {TREES[number % len(TREES)]} {'Academy' if secondary else 'Primary School'} {number}"
        site = Site(
            id=f"site-school-{number}",
            name=f"Site of {name}",
            travel_minutes=rng.choice((10, 15, 15, 20, 25)),
        )
        year = school_years(self._start, self._end, rng)
        begin = clock(8, rng.choice((25, 30))) if secondary else clock(8) + rng.choice((45, 50, 60))
        finish = begin + clock(6, 30 if secondary else rng.choice((15, 30, 30)))
        school = School(
            id=f"school-{number}",
            name=name,
            site=site.id,
            day=self._day(begin, finish, secondary=secondary),
            terms=tuple(DateRange(start=a, end=b) for a, b in year.terms),
            closed=year.closed,
        )
        holidays = holidays_between(year, self._start, self._end)
        room = Venue(
            id=f"school-room-{number}",
            name=f"Meeting room at {name}",
            kind="school",
            site=site.id,
            address=self._address(),
            capacity=rng.choice((8, 8, 10, 12)),
            features=(
                "private",
                *(feature for feature in ("step_free", "parking", "quiet") if rng.random() < 0.6),
            ),
            hours=self._room_hours(finish),
            busy=tuple(days_off(a, b) for a, b in holidays),
        )
        return SchoolPlace(school, secondary, site, room, holidays)

    def _day(self, begin: int, finish: int, *, secondary: bool) -> DaySpan | dict[Weekday, DaySpan]:
        whole = DaySpan(start=begin, end=finish)
        if not secondary or self._rng.random() < 0.5:
            return whole
        # Many secondary schools close early on one day a week.
        early: Weekday = self._rng.choice(("wed", "fri"))
        short = DaySpan(start=begin, end=finish - 60)
        return {day: short if day == early else whole for day in WORK_WEEK}

    def _room_hours(self, finish: int) -> Hours:
        """After school every day; in half of the schools also during it on two days a week."""
        after = (-(-finish // 15) * 15, clock(17, 30))
        all_day = self._rng.sample(WORK_WEEK, self._rng.choice((0, 2)))
        return {day: ((clock(9), clock(17, 30)) if day in all_day else after,) for day in WORK_WEEK}
