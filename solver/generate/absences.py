"""Leave, training and duty: when the people of a caseload are away."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.generate.draft import Draft, span
from solver.generate.people import Team
from solver.generate.shape import Shape

DAY = timedelta(days=1)
SETTLED: Final = 14
"""Days from the start of the horizon before anybody's long leave: the first windows are open then."""


class Absences:
    """Adds absences to people, so that those who cover for each other aren't away together."""

    def __init__(self, rng: Random, shape: Shape, start: date, end: date, calendar: WorkingCalendar) -> None:
        self._rng, self._shape = rng, shape
        self._start, self._end, self._calendar = start, end, calendar
        self._days = calendar.open_days(start, end)
        first = start + DAY * (SETTLED + (-start.weekday() % 7))
        self._mondays = [first + 7 * DAY * week for week in range((end - first).days // 7)]

    def team(self, team: Team, firsts: dict[str, list[tuple[date, date]]]) -> None:
        """Leave of the team's staff and partners, the workers' duty days and training."""
        self._long_leave(team, firsts)
        for worker in team.workers:
            self._leave(worker, self._rng.choice((1, 2, 2, 3)), team.workers, firsts.get(worker.id, []))
        for person in (team.manager, *team.seniors, *team.support):
            self._leave(person, 2, team.seniors, [])
        for pool in team.partners.values():
            for person in pool:
                self._leave(person, self._shape.partner_leave_weeks, pool, [])
        self._duty(team)
        for person in (*team.workers, *team.seniors, *(p for pool in team.partners.values() for p in pool)):
            for day in sorted(self._rng.sample(self._days, 2)):
                person.busy.append(span(day, 9 * 60, 17 * 60))

    def alone(self, people: list[Draft]) -> None:
        """Leave of people who belong to no team, such as interpreters."""
        for person in people:
            self._leave(person, 1, people, [])

    def _long_leave(self, team: Team, firsts: dict[str, list[tuple[date, date]]]) -> None:
        """One worker away for three weeks with nobody to stand in."""
        if not self._shape.uncovered_leave or not team.workers:
            return
        worker = self._rng.choice(team.workers)
        worker.deputies.clear()
        mondays = [day for day in self._mondays if day + DAY * 20 <= self._end]
        if mondays:
            first = self._rng.choice(mondays)
            worker.leave(first, first + DAY * 20)

    def _leave(self, person: Draft, weeks: int, cover: list[Draft], keep: list[tuple[date, date]]) -> None:
        """``weeks`` of leave, in one piece or two, while at most a third of the cover is away."""
        if person.away and person.role == "social_worker":
            return
        pieces = [weeks] if weeks < 3 else [2, 1]
        for length in pieces:
            for monday in self._rng.sample(self._mondays, min(8, len(self._mondays))):
                last = monday + DAY * (7 * length - 1)
                away = sum(other.is_away(monday, last) for other in cover if other is not person)
                clashes = any(a <= last and monday <= b for a, b in keep)
                deputies = any(deputy.is_away(monday, last) for deputy in person.deputies)
                stood_in = any(person in other.deputies and other.is_away(monday, last) for other in cover)
                if (
                    away * 3 <= len(cover) - 1
                    and not clashes
                    and not deputies
                    and not stood_in
                    and not person.is_away(monday, last)
                ):
                    person.leave(monday, last)
                    break

    def _duty(self, team: Team) -> None:
        """Each working day one worker of the team is on duty and meets nobody."""
        if len(team.workers) < 4:
            return
        for index, day in enumerate(self._days):
            worker = (
                team.workers[index % (len(team.workers) + 3)]
                if index % (len(team.workers) + 3) < len(team.workers)
                else None
            )
            if worker is not None and not worker.is_away(day, day):
                worker.busy.append(span(day, 9 * 60, 13 * 60))
