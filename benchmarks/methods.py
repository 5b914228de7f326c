"""The ways to plan that are compared, all called alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from benchmarks.peers import one_shot, timefold
from benchmarks.peers.answer import calendar_of
from benchmarks.peers.first_fit import FirstFit
from benchmarks.record import Method, Order, Sample
from solver.engine.settings import Parts
from solver.events import ProgressEvent
from solver.plan import plan
from solver.policy import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


class NotAvailableError(RuntimeError):
    """What the method needs is not on this machine; the message says what."""


@dataclass
class Log:
    """Notes the states of a search by the benchmark's own clock, whatever the search says of the time."""

    clock: Callable[[], float] = time.perf_counter
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def seconds(self) -> float:
        """Seconds since the search was asked to plan."""
        return self.clock() - self._started

    def better(self, _: float, cost: int) -> None:
        """Note that a peer says that it has a calendar of this cost; when, is seen here."""
        self.samples.append(Sample(seconds=self.seconds, cost=cost, bound=None, breaches=None))

    def watch(self, event: ProgressEvent) -> None:
        """Note what a search tells."""
        self.samples.append(
            Sample(
                seconds=self.seconds,
                cost=event.cost,
                bound=event.bound,
                breaches=event.breaches,
                levels=event.best,
            )
        )


Plan = Callable[[Order, Caseload, Policy, Log], Calendar | None]
"""Plans an instance, noting what it has on the way; ``None`` where it has no calendar when its time is up."""


def _convene(order: Order, caseload: Caseload, policy: Policy, log: Log) -> Calendar:
    return plan(
        caseload,
        policy,
        seconds=order.seconds,
        seed=order.seed,
        workers=order.workers,
        on_event=log.watch,
        parts=Parts(**dict.fromkeys(order.without, False)),
    )


def _first_fit(order: Order, caseload: Caseload, policy: Policy, log: Log) -> Calendar:
    del log
    return calendar_of(caseload, policy, *FirstFit(caseload, policy).run(), seed=order.seed)


def _one_shot(order: Order, caseload: Caseload, policy: Policy, log: Log) -> Calendar | None:
    return _watched(one_shot.solve, order, caseload, policy, log)


def _timefold(order: Order, caseload: Caseload, policy: Policy, log: Log) -> Calendar | None:
    missing = timefold.missing()
    if missing is not None:
        raise NotAvailableError(missing)
    return _watched(timefold.solve, order, caseload, policy, log)


def _watched(
    solve: Callable[..., Calendar | None], order: Order, caseload: Caseload, policy: Policy, log: Log
) -> Calendar | None:
    return solve(
        caseload,
        policy,
        seconds=order.seconds,
        seed=order.seed,
        workers=order.workers,
        watch=log.better,
    )


METHODS: Final[dict[Method, Plan]] = {
    "convene": _convene,
    "first-fit": _first_fit,
    "one-shot": _one_shot,
    "timefold": _timefold,
}
