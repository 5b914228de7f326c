"""When something is possible, said in the few weekly rules that people's diaries are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
FAR = 1_000_000
"""Beyond every day and every start."""


@dataclass(frozen=True)
class Starts:
    """The possible starts of one class of a series' meetings, by day.

    Attributes
    ----------
    row : [n] index into the tables' starts
    day : [n] index of the day
    slot : [n]
    """

    row: Numbers
    day: Numbers
    slot: Numbers

    def between(self, first: int, last: int) -> Starts:
        """Those of the days from ``first`` to ``last``."""
        lo, hi = np.searchsorted(self.day, first), np.searchsorted(self.day, last, side="right")
        return Starts(self.row[lo:hi], self.day[lo:hi], self.slot[lo:hi])

    def where(self, keep: Flags) -> Starts:
        """Those chosen."""
        return Starts(self.row[keep], self.day[keep], self.slot[keep])


@dataclass
class Pattern:
    """Which starts are possible.

    Attributes
    ----------
    days : list of (first, last)
        Calendar days, one run after the other, that have no possible start.
    weekly : list of (weekdays, ends of stretches of slots)
        On these weekdays only these slots, if any.
    starts : list of (first, last)
        Runs of starts that are impossible beyond that.
    """

    days: list[tuple[int, int]] = field(default_factory=list)
    weekly: list[tuple[frozenset[int], list[int]]] = field(default_factory=list)
    starts: list[tuple[int, int]] = field(default_factory=list)


def runs(bad: Numbers, good: Numbers) -> list[tuple[int, int]]:
    """The longest runs of whole numbers that hold a bad one and no good one; both are ascending."""
    found = np.unique(np.searchsorted(good, bad))
    edges = np.concatenate([[-FAR], good, [FAR]])
    return [(int(edges[i]) + 1, int(edges[i + 1]) - 1) for i in found.tolist()]


def stretches(good: Numbers, bad: Numbers) -> list[int]:
    """Ends of the fewest stretches that hold all good numbers and no bad one: begin, end, begin, end, ..."""
    if not len(good):
        return []
    ends = [int(good[0])]
    for first, last in runs(bad[(bad > good[0]) & (bad < good[-1])], good):
        ends += [first - 1, last + 1]
    return [*ends, int(good[-1])]


class Patterns:
    """Finds patterns among the starts of one block.

    Parameters
    ----------
    starts : Starts
    days : [D]
        Calendar day of each day.
    weekdays : [D]
    day_slots : int
        What a day counts for in the number of a start.
    slots : int
        Of a day.
    """

    def __init__(self, starts: Starts, days: Numbers, weekdays: Numbers, day_slots: int, slots: int) -> None:
        self._starts, self._days, self._weekdays, self._day_slots = starts, days, weekdays, day_slots
        self._shape = (len(days), slots)
        self._some = self._matrix(np.ones(len(starts.row), dtype=np.bool_))
        self._held = self._some.any(axis=1)

    def _matrix(self, flags: Flags) -> Flags:
        matrix = np.zeros(self._shape, dtype=np.bool_)
        matrix[self._starts.day[flags], self._starts.slot[flags]] = True
        return matrix

    def find(self, possible: Flags) -> Pattern | None:
        """Describe the possible ones of the starts; ``None`` where all are."""
        if possible.all():
            return None
        good = self._matrix(possible)
        usual = [weekday for weekday in range(7) if good[self._weekdays == weekday].any()]
        open_days = good.any(axis=1) | ~np.isin(self._weekdays, usual)
        bad = self._some & ~good & open_days[:, None]
        pattern = Pattern(days=runs(self._days[self._held & ~open_days], self._days[open_days]))
        odd = np.zeros(self._shape, dtype=np.bool_)
        rules: list[tuple[set[int], Flags, Flags]] = []
        for weekday in range(7):
            rows = np.nonzero(self._weekdays == weekday)[0]
            goods: Flags = np.any(good[rows], axis=0)
            bads: Flags = np.any(bad[rows], axis=0)
            if not goods.any() and not bads.any():
                continue
            odd[rows] = bad[rows] & goods
            bads &= ~goods
            for weekdays, others_good, others_bad in rules:
                if not (goods & others_bad).any() and not (bads & others_good).any():
                    weekdays.add(weekday)
                    np.logical_or(others_good, goods, out=others_good)
                    np.logical_or(others_bad, bads, out=others_bad)
                    break
            else:
                rules.append(({weekday}, goods, bads))
        pattern.weekly = [
            (frozenset(weekdays), stretches(np.nonzero(goods)[0], np.nonzero(bads)[0]))
            for weekdays, goods, bads in rules
            if bads.any()
        ]
        if odd.any():
            pattern.starts = runs(self._numbers(odd), self._numbers(good))
        return pattern

    def _numbers(self, matrix: Flags) -> Numbers:
        days, slots = np.nonzero(matrix)
        return np.asarray(self._day_slots * self._days[days] + slots, dtype=np.int64)
