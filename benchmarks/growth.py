"""How time, memory and cost grow with the size of the caseload. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import first_complete, gap_of, largest, middle, seconds_to_gap
from benchmarks.record import Outcome, Result, outcomes_of

GAP: Final = 0.01
"""Proven gap that a search is timed to."""


@dataclass(frozen=True)
class Point:
    """Medians over the seeds of one size; ``None`` where most runs never got there.

    Attributes
    ----------
    to_gap
        Seconds to a proven gap of `GAP`.
    peak_mb
        The largest over the seeds.
    """

    size: int
    congestion: str
    limit: float
    runs: int
    meetings: float | None
    first: float | None
    to_gap: float | None
    peak_mb: float | None
    cost: float | None
    bound: float | None
    gap: float | None
    naive: float | None
    naive_seconds: float | None


def points(results: Sequence[Result]) -> list[Point]:
    """A point a congestion, limit and size, by size within each."""
    ours = [one for one in results if one.order.method == "convene"]
    keys = {(one.order.congestion, one.order.seconds, one.order.size): None for one in ours}
    found = []
    for congestion, limit, size in keys:
        mine = [
            one
            for one in ours
            if (one.order.congestion, one.order.seconds, one.order.size) == (congestion, limit, size)
        ]
        naive = [
            one
            for one in outcomes_of(results)
            if (one.order.method, one.order.congestion, one.order.size) == ("first-fit", congestion, size)
        ]
        found.append(_point(mine, naive))
    order = list(dict.fromkeys((point.congestion, point.limit) for point in found))
    return sorted(found, key=lambda point: (order.index((point.congestion, point.limit)), point.size))


def _point(results: Sequence[Result], naive: Sequence[Outcome]) -> Point:
    order, outcomes = results[0].order, outcomes_of(results)
    absent = [None] * (len(results) - len(outcomes))
    return Point(
        size=order.size,
        congestion=order.congestion,
        limit=order.seconds,
        runs=len(results),
        meetings=middle([*(one.meetings for one in outcomes), *absent]),
        first=middle([*(first_complete(one.samples) for one in outcomes), *absent]),
        to_gap=middle([*(seconds_to_gap(one.samples, GAP) for one in outcomes), *absent]),
        peak_mb=largest(one.peak_mb for one in results),
        cost=middle([*(one.cost for one in outcomes), *absent]),
        bound=middle([*(one.bound for one in outcomes), *absent]),
        gap=middle([*(gap_of(one.cost, one.bound) for one in outcomes), *absent]),
        naive=middle(one.cost for one in naive),
        naive_seconds=middle(one.seconds for one in naive),
    )
