"""A made-up caseload of meetings that are each held once: many people's diaries and few rooms, and no chains."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any, Final, NamedTuple

from calendars.workdays import WorkingCalendar
from solver.generate.draft import DAY, WORK_WEEK, Draft, clock, span, weekly
from solver.generate.names import DOMAIN, Numbering, address, initials
from solver.schema.base import DateRange, Hours, Role
from solver.schema.caseload import (
    FORMAT,
    Caseload,
    Child,
    Events,
    Organiser,
    Participant,
    Plan,
    Site,
    Team,
    TimeWindow,
    TimeWishes,
    Venue,
    VenueWishes,
)

NATION: Final = "ENG"
FIRST_DAY: Final = date(2027, 1, 4)
LONGEST_WINDOW: Final = 15
"""Open days within which a meeting falls due, where the horizon is long enough."""
PEAK_USE: Final = 0.85
"""Share of the rooms' hours that the meetings of the fullest week take, each spread evenly over its window."""
BUSY_SEASON: Final = 1.6
"""How much more falls due in the middle third of the horizon than before and after."""
ESSENTIAL_SHARE: Final = 0.25
"""Share of the partners who are essential, as far as days enough are left."""
ENOUGH_DAYS: Final = 6
"""Days of its window, at least, on which all who are essential to a meeting work, where the window is whole."""
MINUTES: Final = (45, 60, 75, 90)
LONGEST: Final = MINUTES[-1]
EARLIEST, LATEST = clock(9), clock(17)
FEWEST_PEOPLE: Final = 6
FEWEST_DAYS: Final = 20


class Staff(NamedTuple):
    """The people of one role."""

    role: Role
    prefix: str
    word: str
    agency: str
    share: float
    """Of all people."""


WORKERS: Final = Staff("social_worker", "sw", "Testworker", "Example Council", 0.25)
PARTNERS: Final = (
    Staff("family_support", "fs", "Testsupporter", "Example Family Support", 0.25),
    Staff("health_visitor", "hv", "Testvisitor", "Example Community Health", 0.2),
    Staff("school_nurse", "sn", "Testnurse", "Example Community Health", 0.15),
    Staff("police", "pol", "Testofficer", "Example Police", 0.1),
    Staff("housing", "hou", "Testhousing", "Example Housing", 0.05),
)


def generate_one_off(
    meetings: int = 800, seed: int = 1, *, people: int = 40, rooms: int = 5, days: int = 72
) -> Caseload:
    """Make up a caseload whose plans need one meeting each, in a window of its own.

    Each meeting has a social worker and two to five partners, of whom some are essential and most may send a
    deputy. The rooms seat from four people up, two more each. Their hours are such that the fullest week takes
    most of them.

    Parameters
    ----------
    meetings : at least 1.
    seed : the same one gives the same caseload, to the byte.
    people : shared by all meetings, at least 6.
    rooms : at least 2.
    days : open days of the horizon, at least 20.

    Returns
    -------
    Caseload
        With its policy inline: one kind of meeting, with a first window and no later one.

    Raises
    ------
    ValueError
        There is too little of something.
    """
    for name, given, least in (
        ("meetings", meetings, 1), ("people", people, FEWEST_PEOPLE), ("rooms", rooms, 2), ("days", days, FEWEST_DAYS),
    ):  # fmt: skip
        if given < least:
            raise ValueError(f"{name} = {given}: it must be at least {least}")
    return _Maker(meetings, seed, people, rooms, days).caseload()


def one_off_policy(window: int) -> dict[str, Any]:
    """The policy in the shape of a policy file: one meeting within ``window`` working days of the start of the plan."""
    sources = ["one-off"]
    return {
        "id": "one-off",
        "name": "One-off meetings",
        "version": "1",
        "effective_from": "2026-01-01",
        "source": "Made up for benchmarks",
        "meetings": [
            {
                "kind": "cin_review",
                "name": "Planning meeting",
                "plan_types": ["child_in_need"],
                "once": True,
                "windows": [
                    {
                        "applies": "first",
                        "anchor": ["plan_start"],
                        "maximum": [f"{window} working days"],
                        "sources": sources,
                    }
                ],
                "attendance": [
                    {"roles": ["social_worker"], "level": "essential", "sources": sources},
                    {"roles": [staff.role for staff in PARTNERS], "level": "expected", "sources": sources},
                ],
                "tasks": [
                    {
                        "kind": "minutes",
                        "title": "Send the minutes to everyone",
                        "owner": "minutes",
                        "due": "5 working days",
                        "sources": sources,
                    }
                ],
                "sources": sources,
            }
        ],
        "references": {"one-off": "Made up: each meeting is held once"},
    }


class _Maker:
    def __init__(self, meetings: int, seed: int, people: int, rooms: int, days: int) -> None:
        self._meetings, self._seed, self._people_count, self._rooms = meetings, seed, people, rooms
        calendar = WorkingCalendar(NATION)
        self._days: list[date] = []
        day = FIRST_DAY
        while len(self._days) < days:
            if calendar.is_open_day(day):
                self._days.append(day)
            day += DAY
        self._calendar = calendar
        self._window = min(LONGEST_WINDOW, days // 2)
        self._sites = [
            Site(id=f"office-{number}", name=f"Example Council Office {number}", travel_minutes=15)
            for number in (1, 2)
        ]
        self._there: dict[str, set[date]] = {}
        self._width = len(str(meetings))

    def caseload(self) -> Caseload:
        """Everything, put together."""
        groups = self._groups()
        self._there = {person.id: self._days_of(person) for group in groups for person in group}
        plans = self._plans(groups)
        name = "Example Team"
        return Caseload(
            format=FORMAT,
            id=f"generated-one-off-{self._meetings}-{self._seed}",
            nation=NATION,
            authority=one_off_policy(self._window),
            team=Team(
                id="example-team",
                name=name,
                organiser=Organiser(name=f"{name}: meetings", email=f"meetings@council.{DOMAIN}"),
            ),
            horizon=DateRange(start=self._days[0], end=self._days[-1]),
            people=tuple(person.person() for group in groups for person in group),
            sites=tuple(self._sites),
            venues=tuple(self._venues(plans)),
            plans=tuple(plans),
        )

    def _stream(self, name: str) -> Random:
        return Random(f"{self._seed}/one-off/{name}")

    # --- people ---

    def _groups(self) -> list[list[Draft]]:
        """The social workers, then the people of each partner."""
        rng = self._stream("people")
        left = self._people_count
        groups = []
        for place, staff in enumerate((WORKERS, *PARTNERS)):
            others = len(PARTNERS) - place
            count = max(1, min(left - others, round(staff.share * self._people_count))) if others else left
            left -= count
            groups.append(self._group(rng, staff, count))
        return groups

    def _group(self, rng: Random, staff: Staff, count: int) -> list[Draft]:
        numbers = Numbering(staff.prefix, staff.word, count)
        domain = staff.agency.removeprefix("Example ").replace(" ", "-").lower()
        group = []
        for index in range(count):
            ident, name = numbers.next()
            site = rng.choice(self._sites).id if staff is WORKERS else None
            person = Draft(ident, name, staff.role, staff.agency, f"{ident}@{domain}.{DOMAIN}", site)
            # One in three of the partners works four days a week.
            part_time = staff is not WORKERS and index % 3 == 2
            person.hours = weekly(EARLIEST, LATEST, rng.sample(WORK_WEEK, 4 if part_time else 5))
            person.cap = 4
            self._absent(rng, person, index)
            group.append(person)
        for person, deputy in pairwise(group):
            if staff is not WORKERS:
                person.deputies.append(deputy)
        return group

    def _absent(self, rng: Random, person: Draft, index: int) -> None:
        """A week's leave, of colleagues in turn, and two days of training."""
        week = 5 * (index % max(1, len(self._days) // 5))
        person.leave(self._days[week], self._days[min(week + 4, len(self._days) - 1)])
        for day in rng.sample(self._days, 2):
            if not person.is_away(day, day):
                person.busy.append(span(day, EARLIEST, LATEST))

    def _days_of(self, person: Draft) -> set[date]:
        """The days on which somebody works all day."""
        away = {busy.start.date() for busy in person.busy}
        return {
            day
            for day in self._days
            if WORK_WEEK[day.weekday()] in (person.hours or {})
            and day not in away
            and not person.is_away(day, day)
        }

    # --- plans ---

    def _plans(self, groups: list[list[Draft]]) -> list[Plan]:
        rng = self._stream("plans")
        return [self._plan(rng, number, groups) for number in range(1, self._meetings + 1)]

    def _plan(self, rng: Random, number: int, groups: list[list[Draft]]) -> Plan:
        ident = str(number).zfill(self._width)
        workers, *partners = groups
        everybody = [person for group in partners for person in group]
        others = rng.sample(everybody, rng.choices((2, 3, 4, 5), weights=(3, 4, 2, 1))[0])
        due, times = self._due(rng), self._times(rng)
        never = {day for window in times.never for day in window.days}
        window = {day for day in self._of_window(due) if WORK_WEEK[day.weekday()] not in never}
        by_load = sorted(rng.sample(workers, len(workers)), key=lambda worker: worker.load)
        least = min(ENOUGH_DAYS, len(window) // 2)
        worker = next(
            (one for one in by_load if len(window & self._there[one.id]) >= least),
            max(by_load, key=lambda one: len(window & self._there[one.id])),
        )
        essential, common = {worker}, window & self._there[worker.id]
        for person in others:
            # Those who can't stay away leave days enough to choose from.
            together = common & self._there[person.id]
            if rng.random() < ESSENTIAL_SHARE and len(together) >= ENOUGH_DAYS:
                essential.add(person)
                common = together
        worker.load += 1
        return Plan(
            id=f"plan-{ident}",
            type="child_in_need",
            children=(
                Child(
                    id=f"child-{ident}",
                    initials=initials(rng),
                    date_of_birth=FIRST_DAY - DAY * rng.randrange(400, 6000),
                ),
            ),
            events=Events(plan_start=self._calendar.add_working_days(self._days[due], -self._window)),
            minutes=rng.choices(MINUTES, weights=(1, 5, 2, 2))[0],
            participants=(
                Participant(person=worker.id),
                *(Participant(person=p.id, level="essential" if p in essential else None) for p in others),
            ),
            times=times,
            venue=VenueWishes(needs=("step_free",) if rng.random() < 0.1 else ()),
        )

    def _due(self, rng: Random) -> int:
        """Which day of the horizon a meeting is due on, most often one of its middle third."""
        days, third = range(self._window // 2, len(self._days)), len(self._days) // 3
        weights = [BUSY_SEASON if third <= day < 2 * third else 1 for day in days]
        return rng.choices(days, weights=weights)[0]

    def _of_window(self, due: int) -> list[date]:
        """The days on which a meeting that is due on a day of the horizon can be held."""
        return self._days[max(0, due - self._window + 1) : due + 1]

    @staticmethod
    def _times(rng: Random) -> TimeWishes:
        wish = rng.random()
        if wish < 0.25:
            return TimeWishes(prefer=(TimeWindow(start=clock(9, 30), end=clock(14, 30)),))
        if wish < 0.35:
            return TimeWishes(never=(TimeWindow(days=(rng.choice(WORK_WEEK),), start=0, end=clock(24)),))
        return TimeWishes()

    # --- rooms ---

    def _venues(self, plans: list[Plan]) -> Iterable[Venue]:
        rng = self._stream("rooms")
        minutes = self._minutes_a_day(plans)
        for index in range(self._rooms):
            number = str(index + 1).zfill(len(str(self._rooms)))
            features = ["private", *(["step_free"] if index % 2 else []), *(["hybrid"] if index % 3 else [])]
            yield Venue(
                id=f"room-{number}",
                name=f"Meeting room {number}",
                kind="office",
                site=self._sites[index % len(self._sites)].id,
                address=address(index + 1),
                capacity=4 + 2 * index,
                features=tuple(features),
                hours=self._hours(rng, minutes),
            )

    def _minutes_a_day(self, plans: list[Plan]) -> float:
        """Minutes that a room is open a day."""
        load = [0.0] * len(self._days)
        place = {day: index for index, day in enumerate(self._days)}
        for plan in plans:
            start = plan.events.plan_start
            assert start is not None
            window = self._of_window(place[self._calendar.add_working_days(start, self._window)])
            for day in window:
                load[place[day]] += plan.minutes / len(window)
        weeks = [load[day : day + 5] for day in range(max(1, len(load) - 4))]
        return max(sum(week) / len(week) for week in weeks) / self._rooms / PEAK_USE

    @staticmethod
    def _hours(rng: Random, minutes: float) -> Hours:
        """A stretch of each day, of ``minutes`` on average and on the grid, that begins at a time of its own."""
        hours: Hours = {}
        for day in WORK_WEEK:
            length = min(
                LATEST - EARLIEST, max(LONGEST, 15 * round((minutes + rng.choice((-30, 0, 30))) / 15))
            )
            begin = EARLIEST + 15 * rng.randrange((LATEST - EARLIEST - length) // 15 + 1)
            hours[day] = ((begin, begin + length),)
        return hours
