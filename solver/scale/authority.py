"""A whole authority from its documents to its meetings: what the shards found, written out one shard at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import count

from calendars.workdays import WorkingCalendar
from solver.decode import Decoded, Decoder, Unheld, charge_workload
from solver.engine.order import order_starts
from solver.engine.state import empty_solution
from solver.explain.alone import breach_days_alone
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.scale.coordinate import Coordinator, ScaleLimits, Whole
from solver.scale.executor import Executor
from solver.scale.extract import Extractor
from solver.scale.held import solution_of
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload
from solver.series import Series, form_series
from solver.writer import Outcome

SHARD_PLANS = 600
"""Most plans of a shard: a locality's teams, which share most of whom they share."""


def plan_whole(
    caseload: Caseload,
    policy: Policy,
    executor: Executor,
    calendar: WorkingCalendar,
    limits: ScaleLimits,
    *,
    seed: int,
    report: Callable[[str, Whole], None],
    stop: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    plans: int = SHARD_PLANS,
) -> tuple[Decoded, Outcome, ShardsAlone]:
    """Plan a caseload in shards.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    executor : Executor
    calendar : WorkingCalendar
    limits : ScaleLimits
    seed : int
    report, stop, clock : callable
        See `Coordinator`.
    plans : int
        Most plans of a shard.

    Returns
    -------
    decoded : Decoded
    outcome : Outcome
    alone : ShardsAlone
    """
    coordinator = Coordinator(
        caseload, policy, executor, seed=seed, size=plans, report=report, stop=stop, clock=clock
    )
    whole = coordinator.run(limits)
    shards = Shards(caseload, policy, calendar, whole)
    decoded = shards.decode()
    cost = sum(decoded.objective.values())
    bound = max(0.0, math.ceil(min(whole.bound, cost) - 1e-6)) if whole.bound > -math.inf else 0.0
    outcome = Outcome(cost=cost, bound=bound, breach_floor=0, optimal=bound >= cost, stopped=whole.stopped)
    return decoded, outcome, ShardsAlone(shards)


class Shards:
    """The shards of a planned caseload, compiled one at a time: memory doesn't grow with the authority.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    calendar : WorkingCalendar
    whole : Whole
    """

    def __init__(self, caseload: Caseload, policy: Policy, calendar: WorkingCalendar, whole: Whole) -> None:
        self.calendar = calendar
        self.policy = policy
        self._caseload = caseload
        self._whole = whole
        self._extractor = Extractor(caseload, policy)
        self._shard_of = {plan: k for k, plans in enumerate(whole.shards) for plan in plans}
        self.series = form_series(caseload, policy)

    def shard_of(self, series: Series) -> int:
        """Return which shard has a series."""
        return self._shard_of[series.plans[0].id]

    def compiled(self, k: int) -> tuple[Caseload, Problem]:
        """Compile one shard."""
        caseload = self._extractor.shard(self._whole.shards[k])
        return caseload, order_starts(compile_problem(caseload, self.policy))

    def decode(self) -> Decoded:
        """Write out every shard's meetings, and charge workload over all of them."""
        meetings: list[Meeting] = []
        unheld: list[Unheld] = []
        stability = 0
        for k in range(len(self._whole.shards)):
            caseload, problem = self.compiled(k)
            chains = [self._whole.ledger.chains[one.id] for one in problem.series]
            solution = solution_of(problem, chains, empty_solution(problem))
            decoder = Decoder(caseload, self.policy, problem, self.calendar)
            decoded = decoder.decode(solution, workload=False)
            meetings += decoded.meetings
            unheld += decoded.unheld
            stability += decoded.stability
        people = {person.id: person for person in self._caseload.people}
        order = {one.id: i for i, one in enumerate(self.series)}
        meetings.sort(key=lambda meeting: (order[meeting.series], meeting.number))
        unheld.sort(key=lambda missing: order[missing.series])
        return Decoded(charge_workload(people, self._named(meetings)), tuple(unheld), stability)

    def _named(self, meetings: list[Meeting]) -> list[Meeting]:
        """Give no meeting the id of a booked one that stands in another shard, as ``Decoder`` does within one."""
        booked = {(one.id, one.start, one.venue) for one in self._caseload.booked if one.id is not None}
        own = [(meeting.id, meeting.start, meeting.venue) in booked for meeting in meetings]
        standing = {meeting.id for meeting, stands in zip(meetings, own, strict=True) if stands}
        return [
            meeting
            if stands or meeting.id not in standing
            else meeting.model_copy(
                update={"id": next(one for k in count(2) if (one := f"{meeting.id}.{k}") not in standing)}
            )
            for meeting, stands in zip(meetings, own, strict=True)
        ]


class ShardsAlone:
    """What series would come to alone, from the shard of each, compiled when it is first asked about."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._series = {one.id: one for one in shards.series}
        self._at = -1
        self._alone: dict[str, int] = {}

    def __call__(self, series: str) -> int:
        """Breach points that a series would have even if it were the only one."""
        k = self._shards.shard_of(self._series[series])
        if k != self._at:
            self._at, self._alone = k, breach_days_alone(self._shards.compiled(k)[1])
        return self._alone[series]
