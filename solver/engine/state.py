"""What is booked: the occupancy of shared resources, and a solution over all series."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from solver.problem.tables import Problem

Floats = NDArray[np.float64]
_T = TypeVar("_T", bound=np.generic)


class Commits(NamedTuple):
    """Meetings of each resource on each day."""

    n: NDArray[np.int16]
    """[R, D] how many."""
    rows: NDArray[np.int16]
    """[R, D, most, 4] begin and end in minutes after midnight, the site of an in-person meeting (-1: remote), and
    the series (-1: pinned)."""
    mark: NDArray[np.uint64]
    """[R, D] sum of a number for each meeting: alike only where the same is booked, so that what was worked out can be kept."""


class Memory(NamedTuple):
    """Best meetings worked out before, by kind of evaluation: see ``moves``."""

    key: NDArray[np.uint64]
    """[kinds, series, 2, D] what was booked of the block's resources then; 0 where nothing is known."""
    cost: Floats
    """[kinds, series, 2, D]"""
    pick: NDArray[np.int32]
    """[kinds, series, 2, D, 2] start and venue."""
    pointers: NDArray[np.int64]
    """[blocks + 1]"""
    resources: NDArray[np.int32]
    """Of each block."""


class Prices(NamedTuple):
    """Prices of a resource's time."""

    cumulative: Floats
    """[R, D, slots + 1] sum of slot prices up to each slot."""
    day: Floats
    """[R, D] price of one more meeting on the day."""


class Solution(NamedTuple):
    """One chain of meetings for every series."""

    n: NDArray[np.int32]
    """[series] meetings."""
    rows: NDArray[np.int32]
    """[series, M, 3] day, start and venue (row of the tables' flat venues) of each meeting."""
    choice: NDArray[np.int32]
    """[series, M, P] who fills each place, see ``kernels.fill_places``."""
    cost: NDArray[np.int64]
    """[series] cost of the chain without workload."""

    def copy(self) -> Solution:
        """Return an independent copy."""
        return Solution(self.n.copy(), self.rows.copy(), self.choice.copy(), self.cost.copy())


def resources(problem: Problem) -> int:
    """Rows of resource arrays (at least one, so that kernels always have one)."""
    return len(problem.tables.res_cap)


def most_commits(problem: Problem) -> int:
    """Meetings that one resource can have on one day: as many of the shortest as the day holds, and those that stand."""
    tab = problem.tables
    shortest = min(
        int(part.min(initial=tab.slots * tab.grid)) for part in (tab.block_length, tab.actor_length)
    )
    pinned = max(Counter(d for _, d in problem.pinned).values(), default=0)
    pinned += max(Counter((r, d) for r, d, *_ in problem.fixed_commits).values(), default=0)
    return pinned + max(1, tab.slots * tab.grid // max(shortest, tab.grid))


def fixed_commits(problem: Problem) -> Commits:
    """Occupancy by pinned meetings alone."""
    shape = (resources(problem), max(1, len(problem.days)))
    rows = np.zeros((*shape, most_commits(problem), 4), dtype=np.int16)
    commits = Commits(np.zeros(shape, dtype=np.int16), rows, np.zeros(shape, dtype=np.uint64))
    for r, d, start, end, site in problem.fixed_commits:
        commits.rows[r, d, commits.n[r, d]] = (start, end, site, -1)
        commits.n[r, d] += 1
    return commits


def no_prices(problem: Problem) -> Prices:
    """Prices of nothing."""
    r, d = resources(problem), max(1, len(problem.days))
    return Prices(np.zeros((r, d, problem.tables.slots + 1)), np.zeros((r, d)))


def empty_solution(problem: Problem, rows: int | None = None) -> Solution:
    """Nothing held yet, for all series or for ``rows`` of them."""
    n = max(1, len(problem.series)) if rows is None else rows
    longest = max(1, len(problem.days))
    places = int(np.diff(problem.tables.place_ptr).max(initial=1))
    return Solution(
        np.zeros(n, dtype=np.int32),
        np.zeros((n, longest, 3), dtype=np.int32),
        np.full((n, longest, max(1, places)), -1, dtype=np.int32),
        np.zeros(n, dtype=np.int64),
    )


def cumulative(values: NDArray[_T]) -> NDArray[_T]:
    """Prepend a zero to running sums over the last axis."""
    out = np.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=values.dtype)
    np.cumsum(values, axis=-1, out=out[..., 1:])
    return out
