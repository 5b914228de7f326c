"""Leave, training and duty: when the people of a caseload are away."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final

from solver.generate.draft import DAY, Draft, clock, span
from solver.generate.people import Team
from solver.generate.shape import Shape

WEEK: Final = 7 * DAY
SETTLED_WEEKS: Final = 3
"""Nobody's leave begins earlier: whatever falls due first can still be met about."""
LONG_LEAVE_WEEKS: Final = 3
DUTY_TEAM: Final = 6
"""Fewest workers of a team that keeps a duty rota."""

LONGEST_GAP: Final = 25
LONGEST_GAP_TIED: Final = 18
"""Most calendar days from a worker's last day before a leave to the first one after it, weekends, bank holidays and
closures included: some days less than the shortest interval between meetings, four weeks or for a few three."""
APART: Final = 2 * WEEK
"""Least time between two leaves of one person."""


@dataclass
class Commitments:
    """What people's leave must respect, by their ids."""

    windows: dict[str, list[tuple[date, date]]] = field(default_factory=dict)
    """Days that no leave may touch, both ends inclusive: windows of first meetings above all."""
    tied: set[str] = field(default_factory=set)
    """Workers of families who are met about every three weeks, or only on an interpreter's few days."""

    def present(self, person: Draft, first: date, last: date) -> None:
        """Have the person there from one day to another, both inclusive."""
        self.windows.setdefault(person.id, []).append((first, last))


class Absences:
    """Adds absences to people, so that those who stand in for each other aren't away together.

    Parameters
    ----------
    rng, shape : the source of chance and the rates.
    days : the horizon's open days.
    """

    def __init__(self, rng: Random, shape: Shape, days: list[date]) -> None:
        self._rng, self._shape, self._days = rng, shape, days
        monday = days[0] + DAY * (-days[0].weekday() % 7) + WEEK * SETTLED_WEEKS
        self._mondays = [monday + WEEK * n for n in range((days[-1] - monday).days // 7)]

    def team(self, team: Team, keep: Commitments) -> None:
        """Leave of the team's staff and partners, the workers' duty days, training.

        Parameters
        ----------
        keep : what the leave must respect.
        """
        holidays = team.area.schools[0].holidays
        if team.long_leave is not None:
            self._leave(team.long_leave, LONG_LEAVE_WEEKS, [], keep, [], whole=True)
        for worker in team.workers:
            if not worker.away:
                self._leave(worker, self._rng.choice((1, 2, 2, 3)), team.workers, keep, holidays)
        for person in (team.manager, *team.seniors, *team.support):
            self._leave(person, 2, [team.manager, *team.seniors], keep, holidays)
        partners = [person for pool in team.partners.values() for person in pool]
        for pool in team.partners.values():
            for person in pool:
                self._leave(person, self._shape.leave_weeks, pool, keep, holidays)
        if len(team.workers) >= DUTY_TEAM:
            for index, day in enumerate(self._days):
                # The worker on duty takes what comes in that day, and no meetings.
                team.workers[index % len(team.workers)].busy.append(span(day, clock(9), clock(17, 30)))
        self._training([*team.workers, *team.seniors, *partners])

    def pool(self, people: list[Draft], keep: Commitments, holidays: list[tuple[date, date]]) -> None:
        """Leave and training of the people of an agency who carry cases for several teams.

        Parameters
        ----------
        holidays : weeks without pupils, when half of them would rather be away.
        """
        for person in people:
            self._leave(person, self._shape.leave_weeks, people, keep, holidays)
        self._training(people)

    def interpreters(self, people: list[Draft], workers: dict[str, list[Draft]], keep: Commitments) -> None:
        """Leave of the interpreters, not just before or after that of a worker with whom they meet families.

        Parameters
        ----------
        workers : by interpreter id.
        """
        for person in people:
            for worker in workers.get(person.id, []):
                for first, last in worker.away:
                    keep.present(person, first - APART, last + APART)
            self._leave(person, 1, people, keep, [])

    def _training(self, people: list[Draft]) -> None:
        for person in people:
            for day in self._rng.sample(self._days, 2):
                person.busy.append(span(day, clock(9), clock(17)))

    def _leave(
        self,
        person: Draft,
        weeks: int,
        cover: list[Draft],
        keep: Commitments,
        holidays: list[tuple[date, date]],
        *,
        whole: bool = False,
    ) -> None:
        """Give ``weeks`` of leave, at most two at once unless ``whole``, while most of the cover is there."""
        pieces = [weeks] if whole or weeks < LONG_LEAVE_WEEKS else [2, weeks - 2]
        for length in pieces:
            for monday in self._candidates(holidays):
                last = monday + WEEK * length - DAY
                if self._possible(person, monday, last, cover, keep):
                    person.leave(monday, last)
                    break

    def _candidates(self, holidays: list[tuple[date, date]]) -> list[date]:
        """Mondays to try, in order: school holidays first for half of the people."""
        mondays = self._rng.sample(self._mondays, len(self._mondays))
        if self._rng.random() < 0.5:
            mondays.sort(key=lambda monday: not any(a <= monday <= b for a, b in holidays))
        return mondays[:12]

    def _possible(
        self, person: Draft, first: date, last: date, cover: list[Draft], keep: Commitments
    ) -> bool:
        others = [other for other in cover if other is not person]
        away = [other for other in others if other.is_away(first, last)]
        return (
            not person.is_away(first - APART, last + APART)
            and 3 * len(away) <= len(others)
            and self._gap(first, last) <= (LONGEST_GAP_TIED if person.id in keep.tied else LONGEST_GAP)
            and not any(a <= last and first <= b for a, b in keep.windows.get(person.id, ()))
            and not any(deputy.is_away(first, last) for deputy in person.deputies)
            and not any(person in other.deputies for other in away)
        )

    def _gap(self, first: date, last: date) -> int:
        """Days from the last open day before a leave to the first one after it, which there must be."""
        # Leave begins SETTLED_WEEKS into the horizon, so there always is a day before it.
        before, after = bisect_left(self._days, first), bisect_right(self._days, last)
        end = self._days[after] if after < len(self._days) else date.max
        return (end - self._days[before - 1]).days
