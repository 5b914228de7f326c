"""A search against time: the best calendar and the bound, as medians over the seeds. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import first_complete, gap_of, middle, sample_at
from benchmarks.record import Result, outcomes_of

EARLIEST: Final = 0.1
"""Seconds at which the curves begin."""
MOMENTS: Final = 160
"""Moments at which a search is looked at, evenly spread over the logarithm of time."""


@dataclass(frozen=True)
class Curve:
    """The runs of one congestion and limit. ``None`` is not yet.

    Attributes
    ----------
    seconds
        Moments, rising.
    best, bound, gap
        Medians at each moment.
    naive
        Median cost of first fit.
    """

    label: str
    runs: int
    limit: float
    seconds: tuple[float, ...]
    best: tuple[float | None, ...]
    bound: tuple[float | None, ...]
    gap: tuple[float | None, ...]
    first: float | None
    naive: float | None


def curves(results: Sequence[Result]) -> list[Curve]:
    """A curve a congestion, of Convene's runs with the longest limit."""
    ours = [one for one in results if one.order.method == "convene"]
    longest = max((one.order.seconds for one in ours), default=0.0)
    found = []
    for congestion in dict.fromkeys(one.order.congestion for one in ours):
        runs = [one for one in ours if (one.order.congestion, one.order.seconds) == (congestion, longest)]
        naive = [
            one.cost
            for one in outcomes_of(results)
            if (one.order.method, one.order.congestion) == ("first-fit", congestion)
        ]
        found.append(_curve(congestion, longest, runs, naive))
    return found


def _curve(label: str, limit: float, runs: Sequence[Result], naive: Sequence[float]) -> Curve:
    outcomes = outcomes_of(runs)
    absent = [None] * (len(runs) - len(outcomes))
    last = max((one.seconds for one in outcomes), default=limit)
    end = max(min(last, limit), 2 * EARLIEST)
    moments = [
        math.exp(math.log(EARLIEST) + index / (MOMENTS - 1) * math.log(end / EARLIEST))
        for index in range(MOMENTS)
    ]
    states = [[sample_at(one.samples, moment) for one in outcomes] for moment in moments]
    return Curve(
        label=label,
        runs=len(runs),
        limit=limit,
        seconds=tuple(moments),
        best=tuple(middle([*(state.cost if state else None for state in row), *absent]) for row in states),
        bound=tuple(
            middle([*(state.bound if state else None for state in row), *absent], never=-math.inf)
            for row in states
        ),
        gap=tuple(
            middle([*(gap_of(state.cost, state.bound) if state else None for state in row), *absent])
            for row in states
        ),
        first=middle([*(first_complete(one.samples) for one in outcomes), *absent]),
        naive=middle(naive),
    )
