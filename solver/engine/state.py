"""What is booked: the occupancy of shared resources, and a solution over all series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.problem.tables import MAX_COMMITS, Problem

Floats = NDArray[np.float64]


class Commits(NamedTuple):
    """Meetings of each resource on each day, in minutes after midnight."""

    n: NDArray[np.int16]
    """[R, D]"""
    start: NDArray[np.int16]
    """[R, D, MAX_COMMITS]"""
    end: NDArray[np.int16]
    site: NDArray[np.int16]
    """Site of an in-person meeting, -1 where the resource takes part remotely."""


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
    day: NDArray[np.int32]
    """[series, M]"""
    start: NDArray[np.int32]
    venue: NDArray[np.int32]
    """[series, M] row of the tables' flat venues."""
    choice: NDArray[np.int32]
    """[series, M, P] who fills each place, see ``kernels.fill_places``."""
    cost: NDArray[np.int64]
    """[series] cost of the chain without workload."""

    def copy(self) -> Solution:
        """Return an independent copy."""
        return Solution(*(array.copy() for array in self))


def resources(problem: Problem) -> int:
    """Rows of resource arrays (at least one, so that kernels always have one)."""
    return len(problem.tables.res_cap)


def fixed_commits(problem: Problem) -> Commits:
    """Occupancy by pinned meetings alone."""
    shape = (resources(problem), max(1, len(problem.days)))
    commits = Commits(
        np.zeros(shape, dtype=np.int16),
        np.zeros((*shape, MAX_COMMITS), dtype=np.int16),
        np.zeros((*shape, MAX_COMMITS), dtype=np.int16),
        np.zeros((*shape, MAX_COMMITS), dtype=np.int16),
    )
    for r, d, start, end, site in problem.fixed_commits:
        n = commits.n[r, d]
        commits.start[r, d, n], commits.end[r, d, n], commits.site[r, d, n] = start, end, site
        commits.n[r, d] += 1
    return commits


def no_prices(problem: Problem) -> Prices:
    """Prices of nothing."""
    r, d = resources(problem), max(1, len(problem.days))
    return Prices(np.zeros((r, d, problem.tables.slots + 1)), np.zeros((r, d)))


def empty_solution(problem: Problem) -> Solution:
    """Nothing held yet."""
    n = max(1, len(problem.series))
    days = max(1, len(problem.days))
    places = int(np.diff(problem.tables.place_ptr).max(initial=1))
    longest = min(days, 200)
    return Solution(
        np.zeros(n, dtype=np.int32),
        np.zeros((n, longest), dtype=np.int32),
        np.zeros((n, longest), dtype=np.int32),
        np.zeros((n, longest), dtype=np.int32),
        np.full((n, longest, max(1, places)), -1, dtype=np.int32),
        problem.tables.none_cost.astype(np.int64).copy(),
    )
