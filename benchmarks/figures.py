"""Figures of one run, and medians. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.record import Outcome, Sample


def first_complete(samples: Iterable[Sample]) -> float | None:
    """Seconds until there was a whole calendar, if there ever was one."""
    return next((sample.seconds for sample in samples if sample.cost is not None), None)


def sample_at(samples: Sequence[Sample], mark: float) -> Sample | None:
    """The state of a search after so many seconds; one that ended before then keeps its last."""
    past = [sample for sample in samples if sample.seconds <= mark]
    return past[-1] if past else None


def gap_of(cost: float | None, bound: float | None) -> float | None:
    """The proven gap, ``(cost - bound) / cost``: the calendar is at most that share above the best possible.

    0 where the cost is 0; ``None`` without a calendar or a bound.
    """
    if cost is None or bound is None:
        return None
    return (cost - bound) / cost if cost else 0.0


def gap_at(outcome: Outcome, mark: float) -> float | None:
    """The proven gap after so many seconds."""
    sample = sample_at(outcome.samples, mark)
    return gap_of(sample.cost, sample.bound) if sample else None


def seconds_to_gap(samples: Iterable[Sample], gap: float) -> float | None:
    """Seconds until the proven gap was at most this share, if it ever was."""
    for sample in samples:
        found = gap_of(sample.cost, sample.bound)
        if found is not None and found <= gap:
            return sample.seconds
    return None


def avoidable_share(best: float, bound: float, naive: float) -> float | None:
    """How much of the cost that could be avoided was left: ``(best - bound) / (naive - bound)``.

    Parameters
    ----------
    best, bound
        Cost of the calendar, and what none can be below.
    naive
        Cost of first fit on the same instance.

    Returns
    -------
    float or None
        0 is proven optimal, 1 no better than first fit. Costs that no calendar can avoid don't flatter it,
        as they do the gap. ``None`` where first fit left nothing to be avoided.
    """
    return (best - bound) / (naive - bound) if naive > bound else None


def middle(values: Iterable[float | None], *, never: float = math.inf) -> float | None:
    """The median, with ``None`` (not there yet) as ``never``: larger than any number, for bounds smaller.

    ``None`` of nothing, and where most are not there.
    """
    found = median([never if value is None else value for value in values] or [never])
    return None if math.isinf(found) else found


def largest(values: Iterable[float | None]) -> float | None:
    """The largest of those that are known."""
    return max((value for value in values if value is not None), default=None)
