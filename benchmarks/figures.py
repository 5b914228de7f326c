"""From the outcomes of runs to the figures that are published. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def middle(values: Iterable[float | None]) -> float | None:
    """The median, with ``None`` (never reached) larger than any number; ``None`` of nothing."""
    ordered = sorted(float("inf") if value is None else value for value in values)
    found = median(ordered) if ordered else float("inf")
    return None if found == float("inf") else found


@dataclass(frozen=True)
class Summary:
    """Outcomes of one case, congestion, method and limit, over its seeds.

    Attributes
    ----------
    gaps
        Median gap at each mark up to the limit, by seconds.
    share
        Median `avoidable_share` against first fit; ``None`` without first fit's outcomes.
    better
        Runs with a smaller cost than first fit on the same instance, of those that have one.
    lawful
        Runs in which the checker found nothing.
    """

    case: str
    congestion: str
    method: str
    limit: float
    runs: int
    plans: int
    meetings: float | None
    first: float | None
    gaps: dict[float, float | None]
    gap: float | None
    share: float | None
    better: int
    compared: int
    cost: float | None
    levels: dict[str, float]
    breaches: float | None
    breaches_proved: float | None
    seconds: float | None
    peak_mb: float
    lawful: int


def summarise(outcomes: Sequence[Outcome], naive: Sequence[Outcome], marks: Sequence[float]) -> Summary:
    """Medians over the seeds of runs that differ in the seed alone.

    Parameters
    ----------
    outcomes
        At least one.
    naive
        Outcomes of first fit on the same instances, found by seed; those of other instances are not looked
        at.
    marks
        Seconds at which the gap is read; those past the limit are left out.
    """
    order = outcomes[0].order
    costs = {
        other.order.seed: other.cost
        for other in naive
        if (other.order.case, other.order.congestion) == (order.case, order.congestion)
    }
    proving = [one for one in outcomes if one.bound is not None]
    against = [(one, costs[one.order.seed]) for one in outcomes if one.order.seed in costs]
    return Summary(
        case=order.case,
        congestion=order.congestion,
        method=order.method,
        limit=order.seconds,
        runs=len(outcomes),
        plans=order.plans,
        meetings=middle(one.meetings for one in outcomes),
        first=middle(first_complete(one.samples) for one in outcomes),
        gaps={
            mark: middle(_gap_at(one, mark) for one in outcomes) for mark in marks if mark <= order.seconds
        },
        gap=middle(gap_of(one.cost, one.bound) for one in proving),
        share=middle(
            avoidable_share(one.cost, one.bound, cost) for one, cost in against if one.bound is not None
        ),
        better=sum(one.cost < cost for one, cost in against),
        compared=len(against),
        cost=middle(one.cost for one in outcomes),
        levels={
            level: middle(one.levels.get(level, 0) for one in outcomes) or 0.0
            for level in dict.fromkeys(level for one in outcomes for level in one.levels)
        },
        breaches=middle(one.breaches for one in outcomes),
        breaches_proved=middle(one.breaches_proved for one in outcomes),
        seconds=middle(one.seconds for one in outcomes),
        peak_mb=max(one.peak_mb for one in outcomes),
        lawful=sum(not one.violations for one in outcomes),
    )


def _gap_at(outcome: Outcome, mark: float) -> float | None:
    sample = sample_at(outcome.samples, mark)
    return gap_of(sample.cost, sample.bound) if sample else None
