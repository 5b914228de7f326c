"""Peers beside Convene on the same instances, and Convene beside itself with parts off. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.figures import avoidable_share, first_complete, gap_of, middle
from benchmarks.record import Missing, Outcome, Part, Result, outcomes_of

Instance = tuple[str, int, str, int]


@dataclass(frozen=True)
class Comparison:
    """One peer against Convene at one case, congestion and limit.

    Attributes
    ----------
    median_ratio, least_ratio
        The peer's cost as a multiple of ours on the same instance; instances where it has no lawful calendar are left
        out. ``None`` where it has none at all.
    better, equal, worse
        Instances on which *our* calendar is the better, as good, or the worse; no lawful calendar is worse than any.
    without
        Instances on which the peer has no lawful calendar.
    share, our_share
        Median `avoidable_share` that they and we left, by our bound, of those instances.
    notes
        Why the peer has no calendar, each reason once, with how often.
    """

    case: str
    congestion: str
    limit: float
    peer: str
    instances: int
    median_ratio: float | None
    least_ratio: float | None
    better: int
    equal: int
    worse: int
    without: int
    share: float | None
    our_share: float | None
    notes: tuple[str, ...]


def compare(results: Sequence[Result], peer: str, limit: float) -> Comparison:
    """Compare a peer's runs with Convene's of the same limit.

    Parameters
    ----------
    results
        Of one case and congestion: Convene's, the peer's and first fit's, of any limits.
    limit
        Seconds; first fit, which has no limit, is compared at all.
    """
    ours, theirs = _of(results, "convene", limit), _of(results, peer, limit)
    here, there = _lawful(ours), _lawful(theirs)
    both = [(mine, there[instance]) for instance, mine in here.items() if instance in there]
    instances = {one.order.instance for one in (*ours, *theirs)}
    naive = {one.order.instance: one.cost for one in outcomes_of(results) if one.order.method == "first-fit"}
    order = results[0].order
    return Comparison(
        case=order.case,
        congestion=order.congestion,
        limit=limit,
        peer=peer,
        instances=len(instances),
        median_ratio=middle(ratio(other.cost, mine.cost) for mine, other in both),
        least_ratio=min((ratio(other.cost, mine.cost) for mine, other in both), default=None),
        better=len(here.keys() - there.keys()) + sum(mine.cost < other.cost for mine, other in both),
        equal=sum(mine.cost == other.cost for mine, other in both),
        worse=len(there.keys() - here.keys()) + sum(mine.cost > other.cost for mine, other in both),
        without=len(instances) - len(there),
        share=_share((other.cost, mine, naive) for mine, other in both),
        our_share=_share((mine.cost, mine, naive) for mine, _ in both),
        notes=_notes(theirs),
    )


def ratio(theirs: float, ours: float) -> float:
    """Their cost as a multiple of ours; 1 where both are 0, without end where only ours is."""
    if ours == 0:
        return 1.0 if theirs == 0 else float("inf")
    return theirs / ours


@dataclass(frozen=True)
class Arm:
    """Convene with some parts off, beside all of it on the same instances and limit.

    Attributes
    ----------
    gap
        Median share of the cost above the best bound that any arm proved on the instance.
    own_gap
        The same by its own bound; ``None`` where it proves none.
    ratio
        Median of its cost as a multiple of the cost with all parts.
    worse
        Instances on which it costs more than with all parts.
    """

    case: str
    congestion: str
    limit: float
    without: tuple[Part, ...]
    runs: int
    first: float | None
    cost: float | None
    gap: float | None
    own_gap: float | None
    ratio: float | None
    worse: int
    missing: int


def ablate(results: Sequence[Result]) -> list[Arm]:
    """The arms of one case, congestion and limit, in the order in which they ran.

    Raises
    ------
    ValueError
        None of the results is of all parts.
    """
    outcomes = outcomes_of(results)
    whole = {one.order.seed: one.cost for one in outcomes if not one.order.without}
    if not any(not one.order.without for one in results):
        raise ValueError("an ablation needs runs with all parts to compare with")
    bounds: dict[int, float] = {}
    for one in outcomes:
        if one.bound is not None:
            bounds[one.order.seed] = max(one.bound, bounds.get(one.order.seed, one.bound))
    arms = []
    for without in dict.fromkeys(one.order.without for one in results):
        mine = [one for one in results if one.order.without == without]
        arms.append(_arm(mine, whole, bounds))
    return arms


def _arm(results: Sequence[Result], whole: dict[int, int], bounds: dict[int, float]) -> Arm:
    order, outcomes = results[0].order, outcomes_of(results)
    absent = [None] * (len(results) - len(outcomes))
    paired = [(one.cost, whole[one.order.seed]) for one in outcomes if one.order.seed in whole]
    return Arm(
        case=order.case,
        congestion=order.congestion,
        limit=order.seconds,
        without=order.without,
        runs=len(results),
        first=middle([*(first_complete(one.samples) for one in outcomes), *absent]),
        cost=middle([*(one.cost for one in outcomes), *absent]),
        gap=middle([*(gap_of(one.cost, bounds.get(one.order.seed)) for one in outcomes), *absent]),
        own_gap=middle([*(gap_of(one.cost, one.bound) for one in outcomes), *absent]),
        ratio=middle(ratio(cost, all_parts) for cost, all_parts in paired),
        worse=sum(cost > all_parts for cost, all_parts in paired),
        missing=len(absent),
    )


def _of(results: Iterable[Result], method: str, limit: float) -> list[Result]:
    return [one for one in results if one.order.method == method and one.order.seconds in (limit, 0.0)]


def _lawful(results: Iterable[Result]) -> dict[Instance, Outcome]:
    return {one.order.instance: one for one in outcomes_of(results) if not one.violations}


def _share(figures: Iterable[tuple[float, Outcome, dict[Instance, int]]]) -> float | None:
    """Median share of the avoidable cost in each cost, by the bound of our outcome on its instance."""
    return middle(
        avoidable_share(cost, mine.bound, naive[mine.order.instance])
        for cost, mine, naive in figures
        if mine.bound is not None and mine.order.instance in naive
    )


def _notes(results: Iterable[Result]) -> tuple[str, ...]:
    reasons: dict[str, int] = {}
    for one in results:
        if isinstance(one, Missing):
            reasons[one.words] = reasons.get(one.words, 0) + 1
        elif one.violations:
            reasons["not lawful"] = reasons.get("not lawful", 0) + 1
    return tuple(f"{reason} ({count})" for reason, count in reasons.items())
