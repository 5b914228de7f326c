"""One meeting of a chain on every day it could be moved to: what the rest of the chain makes of that.

Where the rest can stand as it is, it does. Where that would be late, or can't be, the meetings after and before it are put
elsewhere: for fewest breach days, then for fewest of them moved, then at the least cost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from solver.problem.tables import BIG, Problem
from solver.score import WEIGHTS

Row = tuple[int, int, int]
"""Day, start and venue."""
_BREACH: Final = WEIGHTS["breach_day"]
_MOVED: Final = 10**6
"""More than everything below a breach that a chain can cost."""
_LATE: Final = 10**10
"""More than all meetings of a chain moved."""
_NO: Final = 10**17


@dataclass(frozen=True)
class Link:
    """A meeting of the chain other than the one that is moved.

    Attributes
    ----------
    row : Row
    kept : int
        Position of the calendar's meeting that stands there; -1 for one put elsewhere.
    """

    row: Row
    kept: int


@dataclass(frozen=True)
class Around:
    """The chain around the meeting on one day.

    Attributes
    ----------
    before, after : tuple of Link
        In order.
    breach, resilience, weekdays : int
        Points of the whole chain, as far as days decide them.
    """

    before: tuple[Link, ...]
    after: tuple[Link, ...]
    breach: int
    resilience: int
    weekdays: int
    repaired: bool = False
    """Whether others of the series are elsewhere than in the calendar."""

    @property
    def links(self) -> tuple[Link, ...]:
        """All of them."""
        return (*self.before, *self.after)


class Chain:
    """The chain of one series, as the calendar has it and as it could be.

    Parameters
    ----------
    problem : Problem
    s : int
        The series.
    kept : sequence of (Row, int) or None
        The calendar's meetings where they still can be, in order, with what each costs apart from days; ``None`` for one that
        can't stand.
    target : int
        Position of the meeting that is moved.
    fixed : int
        How many meetings at the beginning don't move.
    free : mapping of int to (Row, int)
        By day the cheapest meeting that could be held there, other than a chain's first, with what it costs apart from days.
    """

    def __init__(
        self,
        problem: Problem,
        s: int,
        kept: Sequence[tuple[Row, int] | None],
        target: int,
        fixed: int,
        free: Mapping[int, tuple[Row, int]],
    ) -> None:
        tab = problem.tables
        self._problem = problem
        self._s = s
        self._target = target
        self._kept = kept
        self._fixed = min(fixed, target)
        days = len(problem.days)
        self._first: NDArray[np.int64] = tab.first_cost[s].astype(np.int64)
        self._gap: NDArray[np.int64] = tab.gap_cost[tab.gap_index[s]].astype(np.int64)
        self._end: NDArray[np.int64] = tab.end_cost[s].astype(np.int64)
        self._weekday = np.array([day.weekday() for day in problem.days], dtype=np.int64)
        self._link: dict[int, Link] = {}
        node: NDArray[np.int64] = np.full(days, _NO, dtype=np.int64)
        own = kept[target]
        barred = {own[0][0]} if own is not None else set()
        for d, (row, cost) in free.items():
            if d not in barred:
                node[d] = cost + _MOVED
                self._link[d] = Link(row, -1)
        for position, one in enumerate(kept):
            if one is not None and position != target:
                # A meeting that stands gains what one that is given up loses.
                node[one[0][0]] = one[1] - _MOVED
                self._link[one[0][0]] = Link(one[0], position)
        self._node = node
        self._forward: NDArray[np.int64] | None = None
        self._from: NDArray[np.int64] = np.full(days, -1, dtype=np.int64)
        self._backward: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._to: NDArray[np.int64] = np.full(days, -1, dtype=np.int64)

    def as_it_is(self, d: int) -> Around | None:
        """The chain with the meeting on day ``d`` and all others where they are; ``None`` where that can't be."""
        others = [one for position, one in enumerate(self._kept) if position != self._target]
        if any(one is None for one in others):
            return None
        links = [
            Link(one[0], position)
            for position, one in enumerate(self._kept)
            if one is not None and position != self._target
        ]
        before = tuple(link for link in links if link.kept < self._target)
        after = tuple(link for link in links if link.kept > self._target)
        return self._measured(before, d, after)

    def repaired(self, d: int) -> Around | None:
        """The chain with the meeting on day ``d`` and the others wherever they serve best."""
        self._prepare()
        assert self._forward is not None
        before: list[Link] = []
        if self._target > 0:
            gaps = self._weighed(self._gap[:, d])
            total = np.where((self._forward < _NO) & (gaps < _NO), self._forward + gaps, _NO)
            i = int(np.argmin(total))
            if total[i] >= _NO:
                return None
            while i >= 0:
                before.append(self._link[i])
                i = int(self._from[i])
            before.reverse()
        after = []
        j = self._next(d)
        if j is None:
            return None
        while j >= 0:
            after.append(self._link[j])
            j = int(self._to[j])
        found = self._measured(tuple(before), d, tuple(after))
        return None if found is None else dataclasses.replace(found, repaired=True)

    def _next(self, d: int) -> int | None:
        """Day of the meeting after one on day ``d``; -1 where there is to be none, ``None`` where nothing is possible."""
        gaps = self._weighed(self._gap[d])
        onward = np.where((self._backward < _NO) & (gaps < _NO), self._backward + gaps, _NO)
        j = int(np.argmin(onward))
        end = self._weighed(self._end[d : d + 1])[0]
        if min(onward[j], end) >= _NO:
            return None
        return -1 if end <= onward[j] else j

    @staticmethod
    def _weighed(costs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Costs of days with breach days above everything."""
        return np.where(costs >= BIG, _NO, costs // _BREACH * _LATE + costs % _BREACH)

    def _prepare(self) -> None:
        """Work out the best beginnings up to each day, and the best ends from each day on."""
        if self._forward is not None:
            return
        days = len(self._node)
        forward = np.full(days, _NO, dtype=np.int64)
        gaps = self._weighed(self._gap)
        usable = np.nonzero(self._node < _NO)[0].tolist()
        if self._fixed > 0:
            self._fixed_beginning(forward, gaps)
            last = int(np.nonzero(forward < _NO)[0].max(initial=-1))
            start_at = last + 1 if last >= 0 else days
        else:
            first = self._weighed(self._first)
            opening = self._kept[0]
            if self._target > 0 and opening is not None:
                d = opening[0][0]
                forward[d] = first[d] + self._node[d] if first[d] < _NO else _NO
            elif self._target > 0 and self._problem.tables.series_same[self._s] == 1:
                # What can be held at all is known of later meetings: here the first is like them.
                forward[:] = np.where((first < _NO) & (self._node < _NO), first + self._node, _NO)
            start_at = 0
        for j in usable:
            if j < start_at:
                continue
            total = np.where((forward[:j] < _NO) & (gaps[:j, j] < _NO), forward[:j] + gaps[:j, j], _NO)
            if j > 0 and total.min() < _NO and total.min() + self._node[j] < forward[j]:
                self._from[j] = int(np.argmin(total))
                forward[j] = total.min() + self._node[j]
        backward = np.full(days, _NO, dtype=np.int64)
        self._backward = backward
        ends = self._weighed(self._end)
        for i in reversed(usable):
            total = np.where((backward < _NO) & (gaps[i] < _NO), backward + gaps[i], _NO)
            j = int(np.argmin(total))
            if min(total[j], ends[i]) < _NO:
                self._to[i] = -1 if ends[i] <= total[j] else j
                backward[i] = min(total[j], ends[i]) + self._node[i]
        self._forward = forward

    def _fixed_beginning(self, forward: NDArray[np.int64], gaps: NDArray[np.int64]) -> None:
        before = -1
        total = 0
        for position in range(self._fixed):
            one = self._kept[position]
            if one is None:
                return
            d = one[0][0]
            step = self._weighed(self._first)[d] if before < 0 else gaps[before, d]
            if step >= _NO:
                return
            total += int(step) + int(self._node[d])
            self._from[d] = before
            before = d
        forward[before] = total

    def _measured(self, before: tuple[Link, ...], d: int, after: tuple[Link, ...]) -> Around | None:
        days = [*(link.row[0] for link in before), d, *(link.row[0] for link in after)]
        series = self._problem.series[self._s]
        breach = resilience = weekdays = 0
        previous = -1
        for day in days:
            cost = int(self._first[day] if previous < 0 else self._gap[previous, day])
            if cost >= BIG:
                return None
            if previous >= 0:
                changed = self._weekday[previous] != self._weekday[day]
            else:
                changed = series.previous is not None and series.previous.weekday() != self._weekday[day]
            weekday = WEIGHTS["weekday_changed"] * int(changed)
            breach += cost // _BREACH * _BREACH
            resilience += cost % _BREACH - weekday
            weekdays += weekday
            previous = day
        cost = int(self._end[previous])
        if cost >= BIG:
            return None
        return Around(before, after, breach + cost, resilience, weekdays)
