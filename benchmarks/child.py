"""One run in a process of its own: an order as JSON on standard input, its result on standard output."""

from __future__ import annotations

import sys
from collections import Counter

from benchmarks.instances import instance_of
from benchmarks.memory import MemoryWatch
from benchmarks.methods import METHODS, Log, NotAvailableError
from benchmarks.peers.answer import OWN_SCORE
from benchmarks.record import Missing, Order, Outcome, Result, Sample
from solver.check import check_calendar


def run(order: Order) -> Result:
    """Plan the order's instance by its method, and have the result checked."""
    caseload, policy = instance_of(order)
    with MemoryWatch() as memory:
        log = Log()
        try:
            if order.method not in METHODS:
                raise NotAvailableError(f"{order.method} is not part of this version")
            calendar = METHODS[order.method](order, caseload, policy, log)
        except NotAvailableError as error:
            return Missing(order=order, why="not available", note=str(error))
        seconds = log.seconds
    if calendar is None:
        return Missing(order=order, why="no calendar in time", peak_mb=memory.peak_mb)
    report = check_calendar(caseload, policy, calendar)
    ours = order.method == "convene"
    bound = calendar.bound if ours else None
    levels = {level: points for level, points in report.score.items() if points}
    last = Sample(
        seconds=seconds, cost=report.cost, bound=bound, breaches=len(report.breaches), levels=levels
    )
    broken = (violation.rule for violation in report.violations)
    excused = frozenset() if ours else OWN_SCORE
    return Outcome(
        order=order,
        meetings=len(calendar.meetings),
        samples=(*log.samples, last),
        seconds=seconds,
        cost=report.cost,
        levels=levels,
        bound=bound,
        breaches=len(report.breaches),
        breaches_proved=sum(breach.proved for breach in calendar.breaches),
        violations=dict(Counter(rule for rule in broken if rule not in excused)),
        peak_mb=memory.peak_mb,
    )


def main() -> None:
    """Answer one order."""
    result = run(Order.model_validate_json(sys.stdin.read()))
    sys.stdout.write(result.model_dump_json())


if __name__ == "__main__":
    main()
