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
        """[target, D] best beginning whose last meeting so far is on a day."""
        self._from: NDArray[np.int64] = np.full((max(1, target), days), -1, dtype=np.int64)
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
            last = self._forward[self._target - 1]
            total = np.where((last < _NO) & (gaps < _NO), last + gaps, _NO)
            i = int(np.argmin(total))
            if total[i] >= _NO:
                return None
            for position in reversed(range(self._target)):
                before.append(self._link[i])
                i = int(self._from[position, i])
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
        gaps = self._weighed(self._gap)
        self._forward = self._beginnings(gaps)
        days = len(self._node)
        backward = np.full(days, _NO, dtype=np.int64)
        ends = self._weighed(self._end)
        for i in reversed(np.nonzero(self._node < _NO)[0].tolist()):
            total = np.where((backward < _NO) & (gaps[i] < _NO), backward + gaps[i], _NO)
            j = int(np.argmin(total))
            if min(total[j], ends[i]) < _NO:
                self._to[i] = -1 if ends[i] <= total[j] else j
                backward[i] = min(total[j], ends[i]) + self._node[i]
        self._backward = backward

    def _beginnings(self, gaps: NDArray[np.int64]) -> NDArray[np.int64]:
        """As many meetings before the one that is moved as there are: it stays in its place in the order."""
        forward = np.full((max(1, self._target), len(self._node)), _NO, dtype=np.int64)
        if self._target == 0:
            return forward
        first = self._weighed(self._first)
        opens = (first < _NO) & self._may_be(0)
        forward[0] = np.where(opens, first + self._node, _NO)
        for position in range(1, self._target):
            last = forward[position - 1][:, None]
            total = np.where((last < _NO) & (gaps < _NO), last + gaps, _NO)
            best = total.min(axis=0)
            self._from[position] = total.argmin(axis=0)
            forward[position] = np.where((best < _NO) & self._may_be(position), best + self._node, _NO)
        return forward

    def _may_be(self, position: int) -> NDArray[np.bool_]:
        """Days on which the meeting at a position before the one that is moved may be."""
        possible: NDArray[np.bool_] = self._node < _NO
        own = self._kept[position]
        # What can be held when is known of later meetings: the first stays, unless it is like them and can't.
        stays = position < self._fixed or (
            position == 0 and (own is not None or self._problem.tables.series_same[self._s] == 0)
        )
        if not stays:
            return possible
        only = np.zeros_like(possible)
        if own is not None:
            only[own[0][0]] = possible[own[0][0]]
        return only

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
