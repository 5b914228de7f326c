"""Who is at how many meetings in which week: the heat table of the report and of the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from service.views.names import Names
from service.views.weeks import Weeks
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Calendar
from solver.schema.caseload import Person

TEAM_ROLES: tuple[Role, ...] = ("social_worker", "senior_practitioner", "team_manager", "business_support")
"""Roles of the team itself, shown first; the others are shown folded."""
TAKES_PART = frozenset({"attending", "remote", "deputy"})
HEAT = (2, 4, 6)
"""Most meetings a week in each shade but the last."""


@dataclass(frozen=True)
class WorkloadWeek:
    """One professional's meetings in one week."""

    meetings: int
    shade: int
    """0 to 4."""
    busiest: date | None
    """The day with most of them, the first of those that have as many; ``None`` in a week without any."""
    most: int
    """Meetings on that day."""


@dataclass(frozen=True)
class FullDay:
    """A day on which somebody has as many meetings as the caseload lets them have, or more."""

    day: date
    meetings: int


@dataclass(frozen=True)
class WorkloadRow:
    """One professional's weeks, one for each column."""

    person: str
    """Id."""
    name: str
    role: str
    weeks: tuple[WorkloadWeek, ...]
    total: int
    busiest_week: int
    busiest_day: int
    hours: float
    limit: int | None
    """Most meetings a day, by the caseload; ``None`` where it sets none."""
    full: tuple[FullDay, ...]


@dataclass(frozen=True)
class Workload:
    """The team's own rows, everyone else's, and the meetings of all plans by week."""

    team: tuple[WorkloadRow, ...]
    others: tuple[WorkloadRow, ...]
    meetings: tuple[int, ...]


def build_workload(calendar: Calendar, names: Names, weeks: Weeks) -> Workload:
    """Count every professional's meetings by week, as themselves or as a deputy."""
    counts: dict[str, Counter[date]] = defaultdict(Counter)
    minutes: Counter[str] = Counter()
    meetings: Counter[int] = Counter()
    for meeting in calendar.meetings:
        meetings[weeks.index_of(meeting.start.date())] += 1
        for attendee in {entry.person for entry in meeting.attendees if entry.status in TAKES_PART}:
            counts[attendee][meeting.start.date()] += 1
    for entry in calendar.workload:
        minutes[entry.person] = entry.minutes
    team: list[tuple[int, WorkloadRow]] = []
    others: list[WorkloadRow] = []
    for person in names.people.values():
        if person.role in FAMILY_ROLES or person.id not in counts:
            continue
        row = _row(person, counts[person.id], minutes[person.id], weeks)
        if person.role in TEAM_ROLES:
            team.append((TEAM_ROLES.index(person.role), row))
        else:
            others.append(row)
    team.sort(key=lambda item: item[0])
    others.sort(key=lambda row: (-row.total, row.name))
    return Workload(
        tuple(row for _, row in team), tuple(others), tuple(meetings[index] for index in range(weeks.count))
    )


def _row(person: Person, days: Counter[date], minutes: int, weeks: Weeks) -> WorkloadRow:
    by_week: dict[int, Counter[date]] = defaultdict(Counter)
    for day, number in days.items():
        by_week[weeks.index_of(day)][day] = number
    columns = tuple(_week(by_week[index]) for index in range(weeks.count))
    limit = person.max_meetings_per_day
    full = () if limit is None else tuple(
        FullDay(day, number) for day, number in sorted(days.items()) if number >= limit
    )  # fmt: skip
    return WorkloadRow(
        person=person.id,
        name=person.name,
        role=ROLE_WORDS[person.role],
        weeks=columns,
        total=days.total(),
        busiest_week=max(week.meetings for week in columns),
        busiest_day=max(days.values()),
        hours=minutes / 60,
        limit=limit,
        full=full,
    )


def _week(days: Counter[date]) -> WorkloadWeek:
    busiest = min(days, key=lambda day: (-days[day], day), default=None)
    return WorkloadWeek(days.total(), shade(days.total()), busiest, 0 if busiest is None else days[busiest])


def shade(number: int) -> int:
    """0 for none, then 1 to 4 from light to dark."""
    return 0 if number == 0 else 1 + sum(number > most for most in HEAT)
