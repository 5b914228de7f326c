"""One run in a process of its own: an order as JSON on standard input, its outcome on standard output."""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable

from benchmarks.peers.answer import OWN_SCORE, calendar_of
from benchmarks.peers.first_fit import FirstFit
from benchmarks.record import Order, Outcome, Sample
from solver.check import check_calendar
from solver.events import ProgressEvent
from solver.generate import generate
from solver.plan import plan
from solver.policy import Policy, load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def run(order: Order) -> Outcome:
    """Plan the order's instance by its method, and have the result checked."""
    caseload = generate(order.plans, order.seed, authority=order.authority, congestion=order.congestion)
    policy = load_policy(caseload.authority)
    started = time.perf_counter()
    calendar, samples = METHODS[order.method](order, caseload, policy)
    seconds = time.perf_counter() - started
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report = check_calendar(caseload, policy, calendar)
    broken = (violation.rule for violation in report.violations)
    excused = frozenset() if order.method == "convene" else OWN_SCORE
    return Outcome(
        order=order,
        meetings=len(calendar.meetings),
        samples=tuple(samples),
        seconds=seconds,
        cost=report.cost,
        levels={level: points for level, points in report.score.items() if points},
        bound=calendar.bound if order.method == "convene" else None,
        breaches=len(report.breaches),
        breaches_proved=sum(breach.proved for breach in calendar.breaches),
        violations=dict(Counter(rule for rule in broken if rule not in excused)),
        peak_mb=peak / 1024,
    )


def _convene(order: Order, caseload: Caseload, policy: Policy) -> tuple[Calendar, list[Sample]]:
    samples: list[Sample] = []
    started = time.perf_counter()

    def watch(event: ProgressEvent) -> None:
        samples.append(
            Sample(
                # Our own clock: what the search says of the time is not what is measured.
                seconds=time.perf_counter() - started,
                cost=event.cost,
                bound=event.bound,
                breaches=event.breaches,
            )
        )

    calendar = plan(
        caseload, policy, seconds=order.seconds, seed=order.seed, workers=order.workers, on_event=watch
    )
    return calendar, samples


def _first_fit(order: Order, caseload: Caseload, policy: Policy) -> tuple[Calendar, list[Sample]]:
    return calendar_of(caseload, policy, *FirstFit(caseload, policy).run(), seed=order.seed), []


METHODS: dict[str, Callable[[Order, Caseload, Policy], tuple[Calendar, list[Sample]]]] = {
    "convene": _convene,
    "first-fit": _first_fit,
}


def main() -> None:
    """Answer one order."""
    outcome = run(Order.model_validate_json(sys.stdin.read()))
    sys.stdout.write(outcome.model_dump_json())


if __name__ == "__main__":
    main()
