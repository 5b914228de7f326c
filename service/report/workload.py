"""Who is at how many meetings in which week: the heat table of the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from service.report.names import Names
from service.report.weeks import Weeks
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Calendar

TEAM_ROLES: tuple[Role, ...] = ("social_worker", "senior_practitioner", "team_manager", "business_support")
"""Roles of the team itself, shown first; the others are shown folded."""
TAKES_PART = frozenset({"attending", "remote", "deputy"})
HEAT = (2, 4, 6)
"""Most meetings a week in each shade but the last."""


@dataclass(frozen=True)
class WorkloadRow:
    """One professional's weeks. ``weeks`` holds (meetings, shade 0 to 4) for each column."""

    name: str
    role: str
    weeks: tuple[tuple[int, int], ...]
    total: int
    busiest_week: int
    busiest_day: int
    hours: float


@dataclass(frozen=True)
class Workload:
    """The team's own rows, everyone else's, and the meetings of all plans by week."""

    team: tuple[WorkloadRow, ...]
    others: tuple[WorkloadRow, ...]
    meetings: tuple[int, ...]


def build_workload(calendar: Calendar, names: Names, weeks: Weeks) -> Workload:
    """Count every professional's meetings by week, as themselves or as a deputy."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    meetings: Counter[int] = Counter()
    for meeting in calendar.meetings:
        index = weeks.index_of(meeting.start.date())
        meetings[index] += 1
        for attendee in {entry.person for entry in meeting.attendees if entry.status in TAKES_PART}:
            counts[attendee][index] += 1
    asked = {entry.person: entry for entry in calendar.workload}
    team: list[tuple[int, WorkloadRow]] = []
    others: list[WorkloadRow] = []
    for person in names.people.values():
        if person.role in FAMILY_ROLES or person.id not in counts:
            continue
        by_week = [counts[person.id][index] for index in range(weeks.count)]
        entry = asked.get(person.id)
        row = WorkloadRow(
            name=person.name,
            role=ROLE_WORDS[person.role],
            weeks=tuple((number, shade(number)) for number in by_week),
            total=sum(by_week),
            busiest_week=max(by_week),
            busiest_day=entry.busiest_day if entry else 0,
            hours=entry.minutes / 60 if entry else 0.0,
        )
        if person.role in TEAM_ROLES:
            team.append((TEAM_ROLES.index(person.role), row))
        else:
            others.append(row)
    team.sort(key=lambda item: item[0])
    others.sort(key=lambda row: (-row.total, row.name))
    return Workload(
        tuple(row for _, row in team), tuple(others), tuple(meetings[index] for index in range(weeks.count))
    )


def shade(number: int) -> int:
    """0 for none, then 1 to 4 from light to dark."""
    return 0 if number == 0 else 1 + sum(number > most for most in HEAT)
