"""What happens in a run, drawn by chance: a matter of the caseload alone, so that all its calendars meet the same fate.

Everybody and everything has numbers of its own for each day of the horizon, whether or not there is a meeting on that day. So
another calendar of the caseload, one more person in it or another rate elsewhere changes nothing of what happens to the rest.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.scale.extract import group_of
from solver.schema.base import FAMILY_ROLES, HOME_KINDS
from solver.schema.caseload import Caseload
from solver.schema.stress import FactKind, Rates

YEAR: Final = 253
"""Working days."""


@dataclass(frozen=True, order=True)
class Fact:
    """Something that happens.

    Attributes
    ----------
    known : date
        The first day on which anybody knows.
    kind : FactKind
    subject : str
        Id of a person, a venue, a school, or of a sibling group or plan.
    days : tuple of date
        On which it is so; none before ``known``.
    """

    known: date
    kind: FactKind
    subject: str
    days: tuple[date, ...]


class Draws:
    """Draws what happens in the runs of one caseload.

    Parameters
    ----------
    caseload : Caseload
    working : WorkingCalendar
        The caseload's.
    rates : Rates
    seed : int
    """

    def __init__(self, caseload: Caseload, working: WorkingCalendar, rates: Rates, seed: int) -> None:
        self._rates = rates
        self._seed = seed
        span = (caseload.horizon.end - caseload.horizon.start).days + 1
        days = (caseload.horizon.start + timedelta(days=i) for i in range(span))
        self._days: Sequence[date] = tuple(day for day in days if working.is_working_day(day))
        self._people = sorted(one.id for one in caseload.people if one.role not in FAMILY_ROLES)
        self._rooms = sorted(
            one.id for one in caseload.venues if one.kind != "virtual" and one.kind not in HOME_KINDS
        )
        self._schools = sorted(one.id for one in caseload.schools)
        self._families = sorted({group_of(plan) for plan in caseload.plans})

    def run(self, run: int) -> tuple[Fact, ...]:
        """Draw what happens in a run, in the order in which it becomes known.

        Parameters
        ----------
        run : int
            From 1. The same number with the same seed is the same fate.
        """
        rates = self._rates
        facts: list[Fact] = []
        for person in self._people:
            facts += self._illness(run, person)
            facts += self._single(run, "called_away", person, rates.called_away_percent / 100, 0)
            facts += self._leave(run, person)
        for room in self._rooms:
            share = min(1.0, rates.room_lost_a_year / YEAR)
            facts += self._single(run, "room", room, share, rates.room_known_days)
        for school in self._schools:
            share = min(1.0, rates.school_closed_a_year / YEAR)
            facts += self._single(run, "school", school, share, rates.school_known_days)
        for family in self._families:
            share = rates.family_cancels_percent / 100
            facts += self._single(run, "family", family, share, rates.family_known_days)
        return tuple(sorted(facts))

    def _chance(self, run: int, kind: FactKind, subject: str) -> random.Random:
        # Seeded with text, which is the same in every version and process.
        return random.Random(f"{self._seed}/{run}/{kind}/{subject}")

    def _known(self, at: int, ahead: int) -> date | None:
        """The day so many working days before one of the horizon's; ``None`` before its first: that was planned with."""
        return self._days[at - ahead] if at >= ahead else None

    def _single(self, run: int, kind: FactKind, subject: str, share: float, ahead: int) -> Iterator[Fact]:
        if share <= 0:
            return
        chance = self._chance(run, kind, subject)
        for at, day in enumerate(self._days):
            known = self._known(at, ahead) if chance.random() < share else None
            if known is not None:
                yield Fact(known, kind, subject, (day,))

    def _illness(self, run: int, person: str) -> Iterator[Fact]:
        rates = self._rates
        begins = min(1.0, rates.sick_spells_a_year / YEAR)
        if begins <= 0:
            return
        chance = self._chance(run, "sick", person)
        well = 0
        for at in range(len(self._days)):
            # Two numbers a day whatever comes of them, so that other rates don't shift those of later days.
            first, second = chance.random(), chance.random()
            if first >= begins or at < well:
                continue
            spell = self._days[at : at + _length(second, rates.sick_days)]
            well = at + len(spell)
            for told in range(0, len(spell), rates.sick_note_days):
                days = tuple(spell[told : told + rates.sick_note_days])
                yield Fact(days[0], "sick", person, days)

    def _leave(self, run: int, person: str) -> Iterator[Fact]:
        rates = self._rates
        begins = min(1.0, rates.leave_a_year / YEAR)
        if begins <= 0:
            return
        chance = self._chance(run, "leave", person)
        back = 0
        for at in range(len(self._days)):
            if chance.random() >= begins or at < back:
                continue
            back = at + rates.leave_days
            known = self._known(at, rates.leave_known_days)
            if known is not None:
                yield Fact(known, "leave", person, tuple(self._days[at:back]))


def _length(chance: float, mean: float) -> int:
    """Days of a spell: geometric, with a mean of so many."""
    if mean <= 1:
        return 1
    return 1 + int(math.log(1 - chance) / math.log(1 - 1 / mean))
