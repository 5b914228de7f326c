"""Somewhere a meeting could be, and in which order such options come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.rebook.around import Around
from solver.rebook.seats import Row


class Key(NamedTuple):
    """What options are ranked by, in this order: points of the whole series, and of disruption."""

    breach: int
    attendance: int
    disruption: int
    family: int
    resilience: int
    stability: int
    convenience: int
    day: int
    minute: int
    venue: int


@dataclass(frozen=True)
class Ranked:
    """Somewhere the meeting could be."""

    key: Key
    around: Around
    row: Row

    @property
    def day(self) -> int:
        """Day of the problem."""
        return self.row[0]


def as_needed(options: Sequence[Ranked]) -> list[Ranked]:
    """Leave out those that move others of the series for nothing."""
    alone = min((one.key[:2] for one in options if not one.around.repaired), default=None)
    return [one for one in options if alone is None or not one.around.repaired or one.key[:2] < alone]


@dataclass(frozen=True)
class Ranking:
    """What a pass found.

    Attributes
    ----------
    best : tuple of Ranked
        The best of each day, best first.
    again : Ranked or None
        The best of the other half of the best day.
    count : int
        How many starts and venues there were on all days looked at.
    """

    best: tuple[Ranked, ...]
    again: Ranked | None
    count: int
