"""People while they are being made up: what leave, cover and load still have to be added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from solver.schema.base import Hours, Role, Span, Weekday
from solver.schema.caseload import Person

WORK_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
DAY = timedelta(days=1)


def clock(hour: int, minute: int = 0) -> int:
    """Minutes after midnight."""
    return hour * 60 + minute


def span(day: date, start: int, end: int) -> Span:
    """Minutes ``start`` to ``end`` of a day."""
    midnight = datetime.combine(day, time())
    return Span(start=midnight + timedelta(minutes=start), end=midnight + timedelta(minutes=end))


def days_off(first: date, last: date) -> Span:
    """Whole days, both inclusive."""
    return Span(start=datetime.combine(first, time()), end=datetime.combine(last + DAY, time()))


def weekly(start: int, end: int, days: Iterable[Weekday] = WORK_WEEK) -> Hours:
    """The same hours on each of the days, in the order of the week."""
    chosen = set(days)
    return {day: ((start, end),) for day in WORK_WEEK if day in chosen}


@dataclass(eq=False)
class Draft:
    """A person in the making."""

    id: str
    name: str
    role: Role
    agency: str | None = None
    email: str | None = None
    site: str | None = None
    hours: Hours | None = None
    busy: list[Span] = field(default_factory=list)
    deputies: list[Draft] = field(default_factory=list)
    remote: bool | None = None
    cap: int | None = None
    load: float = 0
    """What the person already has to do, in whatever unit they are chosen by."""
    capacity: float = 1
    """Share of a full-time post."""
    away: list[tuple[date, date]] = field(default_factory=list)
    """Leave, both days inclusive."""

    def is_away(self, first: date, last: date) -> bool:
        """Whether any of the days is leave."""
        return any(a <= last and first <= b for a, b in self.away)

    def leave(self, first: date, last: date) -> None:
        """Take the days off."""
        self.away.append((first, last))
        self.busy.append(days_off(first, last))

    def person(self) -> Person:
        """The person as the caseload has them."""
        return Person(
            id=self.id,
            name=self.name,
            role=self.role,
            agency=self.agency,
            email=self.email,
            site=self.site,
            hours=self.hours,
            busy=tuple(sorted(self.busy, key=lambda busy: (busy.start, busy.end))),
            deputies=tuple(deputy.id for deputy in self.deputies),
            remote=self.remote,
            max_meetings_per_day=self.cap,
        )


def least_loaded(people: list[Draft]) -> Draft:
    """Who has the most room for one more; the first of them on a tie."""
    return min(people, key=lambda person: person.load / person.capacity)
