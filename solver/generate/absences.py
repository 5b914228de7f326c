"""Leave, training and duty: when the people of a caseload are away."""

from __future__ import annotations

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

Windows = dict[str, list[tuple[date, date]]]
"""By person: stretches of which leave may not take a part, both days inclusive."""


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

    def team(self, team: Team, keep: Windows) -> None:
        """Leave of the team's staff and partners, the workers' duty days, training.

        Parameters
        ----------
        keep : first windows that a worker's leave must leave alone.
        """
        holidays = team.area.schools[0].holidays
        if self._shape.uncovered_leave:
            self._uncovered(team, keep)
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
        for person in (*team.workers, *team.seniors, *partners):
            for day in self._rng.sample(self._days, 2):
                person.busy.append(span(day, clock(9), clock(17)))

    def shared(self, people: list[Draft], keep: Windows) -> None:
        """Leave of people who belong to no team, such as interpreters."""
        for person in people:
            self._leave(person, 1, people, keep, [])

    def _uncovered(self, team: Team, keep: Windows) -> None:
        """Send one worker away for three weeks with nobody to stand in."""
        worker = self._rng.choice(team.workers)
        worker.deputies.clear()
        self._leave(worker, LONG_LEAVE_WEEKS, [], keep, [], whole=True)

    def _leave(
        self,
        person: Draft,
        weeks: int,
        cover: list[Draft],
        keep: Windows,
        holidays: list[tuple[date, date]],
        *,
        whole: bool = False,
    ) -> None:
        """Give ``weeks`` of leave, at most two at once unless ``whole``, while most of the cover is there."""
        pieces = [weeks] if whole or weeks < LONG_LEAVE_WEEKS else [2, weeks - 2]
        for length in pieces:
            for monday in self._candidates(holidays):
                last = monday + WEEK * length - DAY
                if self._possible(person, monday, last, cover, keep.get(person.id, [])):
                    person.leave(monday, last)
                    break

    def _candidates(self, holidays: list[tuple[date, date]]) -> list[date]:
        """Mondays to try, in order: school holidays first for half of the people."""
        mondays = self._rng.sample(self._mondays, len(self._mondays))
        if self._rng.random() < 0.5:
            mondays.sort(key=lambda monday: not any(a <= monday <= b for a, b in holidays))
        return mondays[:12]

    @staticmethod
    def _possible(
        person: Draft, first: date, last: date, cover: list[Draft], keep: list[tuple[date, date]]
    ) -> bool:
        others = [other for other in cover if other is not person]
        away = [other for other in others if other.is_away(first, last)]
        return (
            not person.is_away(first, last)
            and 3 * len(away) <= len(others)
            and not any(a <= last and first <= b for a, b in keep)
            and not any(deputy.is_away(first, last) for deputy in person.deputies)
            and not any(person in other.deputies for other in away)
        )
