"""What the runs of one case, congestion, method and limit say together, over their seeds. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import avoidable_share, first_complete, gap_of, largest, middle, sample_at
from benchmarks.record import Missing, Outcome, Result, Sample, outcomes_of

LEVELS: Final = ("breach", "attendance", "family", "resilience", "stability", "convenience")


@dataclass(frozen=True)
class Moment:
    """Medians at one moment of a search; ``None`` is not yet."""

    seconds: float
    cost: float | None
    bound: float | None
    gap: float | None
    breaches: float | None
    levels: dict[str, float | None]


@dataclass(frozen=True)
class Summary:
    """Results of one case, congestion, method and limit, over its seeds.

    Attributes
    ----------
    proves
        Whether the method gives a bound.
    moments
        Medians at each mark up to the limit.
    share
        Median `avoidable_share` against first fit; ``None`` without first fit's outcomes.
    better
        Runs with a smaller cost than first fit on the same instance, of those that have one.
    lawful
        Runs with a calendar in which the checker found nothing.
    """

    case: str
    congestion: str
    method: str
    limit: float
    runs: int
    size: int
    proves: bool
    meetings: float | None
    first: float | None
    moments: tuple[Moment, ...]
    gap: float | None
    share: float | None
    better: int
    compared: int
    cost: float | None
    levels: dict[str, float]
    breaches: float | None
    breaches_proved: float | None
    seconds: float | None
    peak_mb: float | None
    lawful: int

    def gap_at(self, mark: float) -> float | None:
        """The median gap at a mark; ``None`` where none is known."""
        return next((moment.gap for moment in self.moments if moment.seconds == mark), None)


def summaries(results: Sequence[Result], marks: Sequence[float]) -> list[Summary]:
    """One summary a case, congestion, method and limit, in the order in which they ran."""
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        order = result.order
        key = (order.case, order.size, order.congestion, order.method, order.seconds, order.without)
        groups.setdefault(key, []).append(result)
    naive = [one for one in outcomes_of(results) if one.order.method == "first-fit"]
    return [summarise(group, naive, marks) for group in groups.values()]


def summarise(results: Sequence[Result], naive: Sequence[Outcome], marks: Sequence[float]) -> Summary:
    """Medians over the seeds of runs that differ in the seed alone; a run without a calendar never got there.

    Parameters
    ----------
    results
        At least one.
    naive
        Outcomes of first fit on the same instances; those of other instances are not looked at.
    marks
        Seconds at which a search is looked at; those past the limit are left out.
    """
    order, outcomes = results[0].order, outcomes_of(results)
    costs = {other.order.instance: other.cost for other in naive}
    against = [(one, costs[one.order.instance]) for one in outcomes if one.order.instance in costs]

    def over_runs(value: Callable[[Outcome], float | None]) -> float | None:
        return middle(value(one) if isinstance(one, Outcome) else None for one in results)

    return Summary(
        case=order.case,
        congestion=order.congestion,
        method=order.method,
        limit=order.seconds,
        runs=len(results),
        size=order.size,
        proves=any(one.bound is not None for one in outcomes),
        meetings=over_runs(lambda one: one.meetings),
        first=over_runs(lambda one: first_complete(one.samples)),
        moments=tuple(_moment(results, mark) for mark in marks if mark <= order.seconds),
        gap=over_runs(lambda one: gap_of(one.cost, one.bound)),
        share=middle(
            avoidable_share(one.cost, one.bound, cost) for one, cost in against if one.bound is not None
        ),
        better=sum(one.cost < cost for one, cost in against),
        compared=len(against),
        cost=over_runs(lambda one: one.cost),
        levels={
            level: middle(one.levels.get(level, 0) for one in outcomes) or 0.0
            for level in LEVELS
            if any(level in one.levels for one in outcomes)
        },
        breaches=over_runs(lambda one: one.breaches),
        breaches_proved=over_runs(lambda one: one.breaches_proved),
        seconds=over_runs(lambda one: one.seconds),
        peak_mb=largest(one.peak_mb for one in results),
        lawful=sum(not one.violations for one in outcomes),
    )


def missing(results: Sequence[Result]) -> list[str]:
    """Which methods gave no calendar and why: a line a reason, with how many runs and the first of them."""
    reasons: dict[tuple[str, str], list[Missing]] = {}
    for one in results:
        if isinstance(one, Missing):
            reasons.setdefault((one.order.method, one.words), []).append(one)
    return [
        f"{method}: {why} ({len(runs)} of the runs, the first of them {runs[0].order.words})"
        for (method, why), runs in reasons.items()
    ]


def _moment(results: Sequence[Result], mark: float) -> Moment:
    found = [sample_at(one.samples, mark) if isinstance(one, Outcome) else None for one in results]
    samples = [sample for sample in found if sample is not None]
    absent = [None] * (len(found) - len(samples))
    return Moment(
        seconds=mark,
        cost=middle([*(sample.cost for sample in samples), *absent]),
        bound=middle([*(sample.bound for sample in samples), *absent], never=-math.inf),
        gap=middle([*(gap_of(sample.cost, sample.bound) for sample in samples), *absent]),
        breaches=middle([*(sample.breaches for sample in samples), *absent]),
        levels={
            level: middle([*(_points(sample, level) for sample in samples), *absent])
            for level in (LEVELS if any(sample.levels is not None for sample in samples) else ())
        },
    )


def _points(sample: Sample, level: str) -> int | None:
    return None if sample.levels is None else sample.levels.get(level, 0)
