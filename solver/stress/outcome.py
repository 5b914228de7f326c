"""What many runs say together: figures of a calendar, and of one calendar against another."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from solver.schema.base import MeetingKind
from solver.schema.calendar import Calendar, Score
from solver.schema.stress import Cause, Comparison, Difference, FactKind, KindFigures, Run, Spread, Stressed
from solver.stress.simulate import Lived, Trouble

RESAMPLES: Final = 2_000
"""Of the runs, for a confidence interval."""
MOST_CAUSES: Final = 12
LATE_BY: Final[tuple[tuple[str, int], ...]] = (("1-7", 7), ("8-14", 14), ("15-28", 28))
"""How late, in calendar days, and the last day of each."""
SLACK: Final[tuple[tuple[str, int], ...]] = (("0", 0), ("1", 1), ("2", 2), ("3-5", 5), ("6-10", 10))


def stressed(calendar: Calendar, lived: Sequence[Lived]) -> Stressed:
    """Sum up the runs of a calendar; at least one."""
    runs = tuple(one.run for one in lived)
    lost = sum(run.lost for run in runs)
    return Stressed(
        calendar=calendar.id,
        meetings=len(calendar.meetings),
        late_as_planned=len(calendar.breaches),
        in_time=_spread([run.in_time for run in runs]),
        in_time_percent=_spread([run.in_time_percent for run in runs]),
        late=_spread([len(run.late) for run in runs]),
        late_days=_spread([run.late_days for run in runs]),
        lost=_spread([run.lost for run in runs]),
        moved=_spread([run.moved for run in runs]),
        asked=_spread([run.asked for run in runs]),
        saved_percent=100 * sum(run.saved for run in runs) / lost if lost else None,
        late_by=_late_by(runs),
        kinds=_kinds(calendar, lived),
        causes=_causes(lived),
        by_fact=_by_fact(lived),
        slack=_slack(calendar),
        runs=runs,
    )


def compared(
    calendar: Calendar, own: Stressed, other_calendar: Calendar, other: Stressed, *, given: bool, seed: int
) -> Comparison:
    """Compare two calendars run by run; both have the same runs."""
    levels = dict.fromkeys((*calendar.objective, *other_calendar.objective))
    price: Score = {
        level: calendar.objective.get(level, 0) - other_calendar.objective.get(level, 0)
        for level in levels
        if level not in ("resilience", "stability")
    }

    def paired(figure: Callable[[Run], float]) -> Difference:
        pairs = zip(own.runs, other.runs, strict=True)
        return difference([figure(one) - figure(two) for one, two in pairs], seed)

    return Comparison(
        given=given,
        other=other,
        late=paired(lambda run: len(run.late)),
        late_days=paired(lambda run: run.late_days),
        in_time_percent=paired(lambda run: run.in_time_percent),
        lost=paired(lambda run: run.lost),
        price=price,
        price_meetings=len(calendar.meetings) - len(other_calendar.meetings),
    )


def difference(values: Sequence[float], seed: int) -> Difference:
    """Return the mean with its 95 % confidence interval: percentiles of the means of resampled runs."""
    mean = sum(values) / len(values)
    chance = random.Random(f"{seed}/bootstrap")
    means = [sum(chance.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES)]
    return Difference(mean=_round(mean), low=percentile(means, 2.5), high=percentile(means, 97.5))


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile, between two values in proportion."""
    ordered = sorted(values)
    at = share / 100 * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return _round(ordered[below] + (at - below) * (ordered[above] - ordered[below]))


def _spread(values: Sequence[float]) -> Spread:
    mean = _round(sum(values) / len(values))
    return Spread(mean=mean, low=percentile(values, 5), high=percentile(values, 95))


def _round(value: float) -> float:
    return round(value, 4)


def _late_by(runs: Sequence[Run]) -> dict[str, float]:
    number = Counter(
        next((name for name, last in LATE_BY if late.days <= last), "29+") if late.held else "not held"
        for run in runs
        for late in run.late
    )
    names = (*(name for name, _ in LATE_BY), "29+", "not held")
    return {name: _round(number[name] / len(runs)) for name in names}


def _kinds(calendar: Calendar, lived: Sequence[Lived]) -> tuple[KindFigures, ...]:
    planned: Counter[MeetingKind] = Counter(one.kind for one in calendar.meetings)
    lost: Counter[MeetingKind] = Counter()
    late: Counter[MeetingKind] = Counter()
    days: Counter[MeetingKind] = Counter()
    required: Counter[MeetingKind] = Counter()
    for one in lived:
        lost += one.lost_kinds
        required += one.kinds
        for missed in one.run.late:
            late[missed.kind] += 1
            days[missed.kind] += missed.days
    n = len(lived)
    return tuple(
        KindFigures(
            kind=kind,
            planned=planned[kind],
            lost=_round(lost[kind] / n),
            late=_round(late[kind] / n),
            late_days=_round(days[kind] / n),
            in_time_percent=_round(100 * (required[kind] - late[kind]) / required[kind])
            if required[kind]
            else 100.0,
        )
        for kind in sorted(planned.keys() | required.keys())
    )


def _causes(lived: Sequence[Lived]) -> tuple[Cause, ...]:
    lost: Counter[Trouble] = Counter()
    late: Counter[tuple[FactKind | None, str | None]] = Counter()
    for one in lived:
        lost += one.lost
        late.update((missed.cause, missed.subject) for missed in one.run.late)
    most = sorted(lost, key=lambda one: (-lost[one], -late[one.kind, one.subject], one))
    return tuple(
        Cause(
            kind=one.kind,
            subject=one.subject,
            lost=_round(lost[one] / len(lived)),
            late=_round(late[one.kind, one.subject] / len(lived)),
        )
        for one in most[:MOST_CAUSES]
    )


def _by_fact(lived: Sequence[Lived]) -> dict[FactKind, float]:
    number: Counter[FactKind] = Counter()
    for one in lived:
        for trouble, times in one.lost.items():
            number[trouble.kind] += times
    return {kind: _round(times / len(lived)) for kind, times in sorted(number.items())}


def _slack(calendar: Calendar) -> dict[str, int]:
    number = Counter(
        "late" if one.breach_days else next((name for name, last in SLACK if one.slack_days <= last), "11+")
        for one in calendar.meetings
    )
    return {name: number[name] for name in ("late", *(name for name, _ in SLACK), "11+")}
