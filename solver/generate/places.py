"""Schools with their year, sites, and rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from calendars.workdays import WorkingCalendar
from solver.generate.draft import WORK_WEEK, days_off, span, weekly
from solver.generate.names import TREES, address
from solver.generate.shape import Shape, scaled
from solver.generate.terms import SchoolYear, holidays_between, school_years
from solver.schema.base import DateRange, Span, Weekday
from solver.schema.caseload import DaySpan, School, Site, Venue

VIRTUAL_ID: Final = "virtual-1"


@dataclass(eq=False)
class SchoolPlace:
    """A school, its site, and the room it may lend."""

    school: School
    secondary: bool
    site: Site
    venue: Venue
    holidays: list[tuple[date, date]]
    pupils: int = 0


@dataclass(eq=False)
class Area:
    """Where one team works."""

    number: int
    plans: int
    offices: list[Site] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    rooms: list[Venue] = field(default_factory=list)
    schools: list[SchoolPlace] = field(default_factory=list)

    @property
    def clinic(self) -> Site:
        """The health centre, where health visitors and school nurses are based."""
        return self.sites[-1]


class Places:
    """Sites and rooms of the whole authority, made area by area with ids counted through."""

    def __init__(self, rng: Random, shape: Shape, start: date, end: date, calendar: WorkingCalendar) -> None:
        self._rng, self._shape, self._start, self._end = rng, shape, start, end
        self._days = calendar.open_days(start, end)
        self._offices = self._rooms = self._centres = self._schools = self._streets = 0

    def area(self, number: int, plans: int, school_count: int) -> Area:
        """The places of one team."""
        area = Area(number, plans)
        rooms = max(1 if plans < 40 else 2, scaled(self._shape.rooms, plans))
        for index in range(1 if rooms < 4 else 2):
            self._offices += 1
            site = Site(
                id=f"office-{self._offices}",
                name=f"Example Council Office {self._offices}",
                travel_minutes=self._rng.choice((10, 15, 15, 20)),
            )
            area.offices.append(site)
            share = rooms if rooms < 4 else (rooms - rooms // 3, rooms // 3)[index]
            area.rooms += [self._office_room(site, position) for position in range(share)]
        area.rooms += [self._community_room(area) for _ in range(self._community(plans))]
        clinic = self._site("clinic", "Example Health Centre", len(area.offices) + number)
        area.sites.append(clinic)
        area.schools = [self._school(index, school_count) for index in range(school_count)]
        return area

    def virtual(self) -> Venue:
        """The video meeting, which holds any number at once."""
        return Venue(id=VIRTUAL_ID, name="Video meeting", kind="virtual", features=("hybrid", "private"))

    def home(self, number: str, family: Random) -> Venue:
        """A family's home, which only its own plan may name."""
        return Venue(
            id=f"home-{number}",
            name=f"Home of family {number}",
            kind="family_home",
            address=self._address(),
            capacity=family.choice((8, 10, 12)),
            features=("private", "step_free", "ground_floor", "breastfeeding", "quiet"),
            confidential=family.random() < 0.2,
        )

    def placement(self, number: str) -> Venue:
        """A looked-after child's placement."""
        return Venue(
            id=f"placement-{number}",
            name=f"Placement {number}",
            kind="placement",
            address=self._address(),
            capacity=10,
            features=("private", "step_free", "quiet"),
            confidential=True,
        )

    def _community(self, plans: int) -> int:
        return scaled(self._shape.community_rooms, plans, least=0) if plans >= 3 else 0

    def _address(self) -> str:
        self._streets += 1
        return address(self._streets)

    def _site(self, prefix: str, name: str, number: int) -> Site:
        return Site(
            id=f"{prefix}-{number}",
            name=f"{name} {number}",
            travel_minutes=self._rng.choice((10, 15, 20, 25)),
        )

    def _office_room(self, site: Site, position: int) -> Venue:
        self._rooms += 1
        # The first room of an office is large and open to everybody, so that every family has one.
        features = ["private", "hybrid", "step_free", "hearing_loop"] if position == 0 else ["private"]
        chances = (
            ("hybrid", 0.7),
            ("step_free", 0.7),
            ("quiet", 0.4),
            ("breastfeeding", 0.5),
            ("parking", 0.5),
        )
        features += [name for name, chance in chances if name not in features and self._rng.random() < chance]
        if position == 0:
            features += ["ground_floor", "changing_place"]
            features += [name for name in ("breastfeeding", "quiet") if name not in features]
        return Venue(
            id=f"room-{self._rooms}",
            name=f"Meeting room {self._rooms}",
            kind="office",
            site=site.id,
            address=f"{site.name}, {address(self._offices)}",
            capacity=16 if position == 0 else self._rng.choice((8, 10, 12)),
            features=tuple(features),
            hours=weekly(8 * 60 + 30, 18 * 60) if position == 0 else weekly(9 * 60, 17 * 60 + 30),
            busy=self._bookings(0.6 if position == 0 else 1.0),
        )

    def _community_room(self, area: Area) -> Venue:
        self._centres += 1
        site = self._site("centre", "Example Community Centre", self._centres)
        area.sites.append(site)
        days: list[Weekday] = self._rng.sample(WORK_WEEK, 3)
        return Venue(
            id=f"community-{self._centres}",
            name=f"Room at community centre {self._centres}",
            kind="community",
            site=site.id,
            address=self._address(),
            capacity=self._rng.choice((8, 10, 14)),
            features=("private", "step_free", "ground_floor", "breastfeeding", "changing_place", "hybrid"),
            hours={day: ((9 * 60 + 30, 17 * 60),) for day in WORK_WEEK if day in days},
        )

    def _bookings(self, factor: float) -> tuple[Span, ...]:
        chance = self._shape.room_booked * factor
        return tuple(
            span(day, *half)
            for day in self._days
            for half in ((9 * 60, 12 * 60 + 30), (13 * 60, 17 * 60))
            if self._rng.random() < chance
        )

    def _school(self, index: int, count: int) -> SchoolPlace:
        rng = self._rng
        self._schools += 1
        number, tree = self._schools, TREES[(self._schools - 1) % len(TREES)]
        # A third are secondary schools; one school alone takes every age.
        secondary = index % 3 == 2
        name = f"Test {tree} {'Academy' if secondary else 'Primary School'} {number}"
        site = Site(
            id=f"site-school-{number}", name=f"{name} site", travel_minutes=rng.choice((10, 15, 15, 20, 25))
        )
        year = school_years(self._start, self._end, rng)
        begin = (
            rng.choice((8 * 60 + 25, 8 * 60 + 30))
            if secondary
            else rng.choice((8 * 60 + 45, 8 * 60 + 50, 9 * 60))
        )
        finish = begin + (6 * 60 + 30 if secondary or rng.random() < 0.7 else 6 * 60 + 15)
        day: DaySpan | dict[Weekday, DaySpan] = DaySpan(start=begin, end=finish)
        if secondary and rng.random() < 0.5:
            # Secondary schools often close early on one day a week.
            short = DaySpan(start=begin, end=finish - 60)
            early = rng.choice(("wed", "fri"))
            day = {
                weekday: short if weekday == early else DaySpan(start=begin, end=finish)
                for weekday in WORK_WEEK
            }
        school = School(
            id=f"school-{number}",
            name=name,
            site=site.id,
            day=day,
            terms=tuple(DateRange(start=a, end=b) for a, b in year.terms),
            closed=year.closed,
        )
        holidays = holidays_between(year, self._start, self._end)
        return SchoolPlace(
            school, secondary, site, self._school_room(number, name, site, year, finish, holidays), holidays
        )

    def _school_room(
        self,
        number: int,
        name: str,
        site: Site,
        year: SchoolYear,
        finish: int,
        holidays: list[tuple[date, date]],
    ) -> Venue:
        rng = self._rng
        after = (finish - finish % 15, 17 * 60 + 30)
        if rng.random() < 0.5:
            hours = dict.fromkeys(WORK_WEEK, (after,))
        else:
            all_day = rng.sample(WORK_WEEK, 2)
            hours = {day: ((9 * 60, 17 * 60 + 30) if day in all_day else after,) for day in WORK_WEEK}
        fields: dict[str, Any] = {"busy": tuple(days_off(a, b) for a, b in holidays)}
        return Venue(
            id=f"school-room-{number}",
            name=f"Meeting room at {name}",
            kind="school",
            site=site.id,
            address=self._address(),
            capacity=rng.choice((8, 8, 10, 12)),
            features=tuple(
                ["private"] + [n for n in ("step_free", "parking", "quiet") if rng.random() < 0.6]
            ),
            hours=hours,
            **fields,
        )
