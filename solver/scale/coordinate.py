"""A whole authority: shards planned one around the other, a few at a time, and bounded together.

Shards meet only through the people and rooms they share. Each is planned with these taken where others have them already, so
there is a lawful calendar of the whole from the first pass on. Where shards that were planned at the same time took the same,
the later one's series that are in the way are mended, around all others. Every other pass is over shards of families from
everywhere who need the same people (`solver.scale.linked`), as those could change places in no other way.

The bound is Lagrangian: what is shared has one price for all, each shard proves what it costs at those prices (Geoffrion
1974), and the prices move by Polyak's step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solver.policy.model import Policy
from solver.scale.executor import Executor
from solver.scale.extract import Extractor, group_of
from solver.scale.held import read_chains, read_uses
from solver.scale.ledger import Ledger
from solver.scale.linked import Links
from solver.scale.mend import Planned, mend
from solver.scale.named import hidden_uses, named_held, named_use, resource_tokens
from solver.scale.partition import partition, shared_ids
from solver.scale.pinned import held_by_pinned
from solver.scale.proving import Proofs
from solver.scale.pseudonyms import pseudonymise
from solver.scale.shard import improve
from solver.scale.wire import pack, unpack
from solver.schema.caseload import Caseload
from solver.series import form_series

FIRST_SHARE = 0.02
"""Share of the time in which every shard is planned for the first time."""
PROVE_SHARE = 0.35
"""Share of the time for the bound."""
PASSES_OF_PROOF = 4
"""Rounds of shared prices where passes are counted instead of seconds."""
LEAST_SECONDS = 0.5
"""Shortest search of a shard."""
PASS_SECONDS = 20.0
"""Longest search of a shard, so that there are several passes."""
PATIENCE = 120.0
"""Seconds beyond what it was given after which a search counts as hanging."""


@dataclass(frozen=True)
class ScaleLimits:
    """When to end.

    Attributes
    ----------
    seconds : float
    passes : int or None
        Passes over all shards, of ``rounds`` rounds each, instead of the clock: then the same seed and number of workers
        give the same calendar.
    rounds : int
    gap : float
        Ends once the proven gap is at most this.
    """

    seconds: float
    passes: int | None = None
    rounds: int = 40
    gap: float = 0.0


@dataclass
class Whole:
    """What is known of the whole.

    Attributes
    ----------
    shards : tuple of tuple of str
        Plan ids.
    ledger : Ledger
    series : int
        How many there are.
    bound : float
    stopped : bool
    """

    shards: tuple[tuple[str, ...], ...]
    ledger: Ledger
    series: int
    bound: float = -math.inf
    stopped: bool = False

    @property
    def cost(self) -> int | None:
        """Of the whole calendar, once there is one."""
        return self.ledger.cost() if len(self.ledger.costs) == self.series else None


@dataclass
class _Shard:
    plans: tuple[str, ...]
    caseload: Caseload
    series: tuple[str, ...]
    bound: float = -math.inf
    shares: frozenset[str] = frozenset()


class Coordinator:
    """Plans all shards of one caseload.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    executor : Executor
    seed : int
    size : int
        Most plans of a shard.
    report : callable
        Called with (phase, whole) whenever there is news.
    stop : callable
    clock : callable
    """

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        executor: Executor,
        *,
        seed: int,
        size: int,
        report: Callable[[str, Whole], None],
        stop: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._caseload = caseload
        self._policy = policy
        self._policy_document = policy.model_dump(mode="json", by_alias=True)
        self._executor = executor
        self._seed = seed
        self._size = size
        self._report = report
        self._stop = stop
        self._clock = clock
        self._extractor = Extractor(caseload, policy)
        self._tasks = 0
        ledger = Ledger(caseload, held_by_pinned(caseload, policy))
        plans = partition(caseload, policy, plans=size)
        self._shared = sorted(shared_ids(caseload, policy, plans))
        self._links = Links(caseload, policy, self._shared)
        self.whole = Whole(plans, ledger, 0)
        self._shards = [self._shard(one) for one in plans]
        self.whole.series = sum(len(shard.series) for shard in self._shards)

    def _shard(self, plans: tuple[str, ...]) -> _Shard:
        caseload = self._extractor.shard(plans, self.whole.ledger.sites)
        series = tuple(one.id for one in form_series(caseload, self._policy))
        resources = {f"person:{person.id}" for person in caseload.people}
        resources |= {f"venue:{venue.id}" for venue in caseload.venues if venue.kind != "virtual"}
        resources |= {f"person:{child.id}" for plan in caseload.plans for child in plan.children}
        return _Shard(plans, caseload, series, shares=frozenset(resources & set(self._shared)))

    # --- the way of a plan -----------------------------------------------------------------------

    def run(self, limits: ScaleLimits) -> Whole:
        """Plan, prove and improve until a limit."""
        if not self._shards:
            self.whole.bound = 0.0
            return self.whole
        began = self._clock()
        waves = self._waves(len(self._shards))
        first = max(LEAST_SECONDS, FIRST_SHARE * limits.seconds / waves)
        self._pass("planning", self._shards, first, limits)
        if not self._over(began, limits):
            self._prove(began, limits)
        done = 1
        while not self._over(began, limits) and (limits.passes is None or done < limits.passes):
            shards = self._next_shards(done)
            # Time that is left is given to whole passes.
            left = limits.seconds - (self._clock() - began)
            each = max(4 * LEAST_SECONDS, min(PASS_SECONDS, left / self._waves(len(shards))))
            self._pass("improving", shards, each, limits, began)
            done += 1
        return self.whole

    def _next_shards(self, done: int) -> Sequence[_Shard]:
        """Shards of the next pass: those of families who need the same people, and the first ones, in turn."""
        if done % 2 == 1 and self._shared:
            linked = self._links.shards(done // 2, self._size)
            if linked:
                return [self._shard(plans) for plans in linked]
        return sorted(self._shards, key=lambda shard: shard.bound - self._cost(shard))

    def _waves(self, shards: int) -> int:
        """How often every worker is needed for all shards; a cluster may be without any for a moment."""
        return math.ceil(shards / max(1, self._executor.workers))

    def _over(self, began: float, limits: ScaleLimits) -> bool:
        if self._stop():
            self.whole.stopped = True
            return True
        cost, bound = self.whole.cost, self.whole.bound
        if cost is not None and (bound >= cost or (cost > 0 and (cost - bound) / cost <= limits.gap)):
            return True
        return limits.passes is None and self._clock() - began >= limits.seconds

    def _cost(self, shard: _Shard) -> int:
        """What a shard's chains cost."""
        return sum(self.whole.ledger.costs.get(one, 0) for one in shard.series)

    def _prove(self, began: float, limits: ScaleLimits) -> None:
        """Raise the bound, for its share of the time."""
        caseloads = [shard.caseload for shard in self._shards]
        proofs = Proofs(caseloads, self._policy, self._executor, self._shared)
        until = (FIRST_SHARE + PROVE_SHARE) * limits.seconds
        each = None
        if limits.passes is None:
            waves = self._waves(len(self._shards))
            each = max(LEAST_SECONDS, PROVE_SHARE * limits.seconds / waves / (PASSES_OF_PROOF + 1))
        rounds = 0
        while True:
            more = proofs.climb([self._cost(shard) for shard in self._shards], each)
            self.whole.bound = proofs.bound
            for shard, bound in zip(self._shards, proofs.bounds, strict=True):
                shard.bound = bound
            self._report("proving", self.whole)
            rounds += 1
            enough = rounds > PASSES_OF_PROOF if limits.passes is not None else self._clock() - began >= until
            if not more or enough or self._over(began, limits):
                return

    # --- planning --------------------------------------------------------------------------------

    def _pass(
        self,
        phase: str,
        shards: Sequence[_Shard],
        seconds: float,
        limits: ScaleLimits,
        began: float | None = None,
    ) -> None:
        """Plan shards a few at a time, each around all others; until every shard has a calendar it goes on, if in haste."""
        waiting = list(shards)
        while waiting:
            if began is not None and self._over(began, limits):
                return
            if began is None and self._stop():
                seconds, limits = LEAST_SECONDS, replace(limits, rounds=1)
            wave = self._apart(waiting)
            waiting = [shard for shard in waiting if shard not in wave]
            self._wave(wave, seconds, limits)
            self._report(phase, self.whole)

    def _apart(self, waiting: list[_Shard]) -> list[_Shard]:
        """Choose the first shard that waits, and others that share as little as may be with those chosen."""
        wave = [waiting[0]]
        while len(wave) < min(self._executor.workers, len(waiting)):
            taken = frozenset().union(*(shard.shares for shard in wave))
            rest = [shard for shard in waiting if shard not in wave]
            wave.append(min(rest, key=lambda shard: len(taken & shard.shares)))
        return wave

    def _wave(self, wave: Sequence[_Shard], seconds: float, limits: ScaleLimits) -> None:
        """Plan some shards at once."""
        orders, names = [], []
        for shard in wave:
            document, tokens = self._improving(shard, seconds, limits)
            orders.append(pack(document))
            names.append(tokens)
        # How long a number of rounds takes nobody knows.
        patience = None if limits.passes is not None else seconds + PATIENCE
        answers = dict(self._executor.run(improve, orders, patience=patience))
        # In order of the wave, whichever ended first.
        for i, shard in enumerate(wave):
            self._take(shard, unpack(answers[i]), names[i])

    def _improving(
        self, shard: _Shard, seconds: float, limits: ScaleLimits
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        ledger = self.whole.ledger
        self._tasks += 1
        document, tokens = self._document(shard.caseload)
        standing = ledger.standing(shard.caseload, shard.series)
        chains = None
        if any(one in ledger.chains for one in shard.series):
            ids = resource_tokens(tokens)
            chains = [
                [
                    [held.day, held.minute, ids["venue", held.venue], held.choice]
                    for held in ledger.chains[one]
                ]
                for one in shard.series
            ]
        document |= {
            "chains": chains,
            "standing": hidden_uses(standing, tokens),
            "seconds": seconds,
            "rounds": limits.rounds if limits.passes is not None else None,
            "seed": self._seed + self._tasks,
        }
        return document, tokens

    def _document(self, caseload: Caseload) -> tuple[dict[str, Any], Mapping[str, str]]:
        hidden, tokens = pseudonymise(caseload, self._policy)
        return {
            "caseload": hidden.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "policy": self._policy_document,
        }, tokens

    def _take(self, shard: _Shard, answer: Any, tokens: Mapping[str, str]) -> None:
        """Keep what a worker has found, mended where others have come in its way meanwhile, if it is better than before."""
        ledger = self.whole.ledger
        chains = [[named_held(held, tokens) for held in chain] for chain in read_chains(answer["chains"])]
        uses = [[named_use(use, tokens) for use in one] for one in read_uses(answer["uses"])]
        before = {
            one: Planned(ledger.chains[one], ledger.uses(one), ledger.costs[one])
            for one in shard.series
            if one in ledger.chains
        }
        known = self.whole.cost
        for one in shard.series:
            ledger.take_out(one)
        left = {}
        for one, chain, taken, cost in zip(shard.series, chains, uses, answer["costs"], strict=True):
            if ledger.in_the_way({one}, taken):
                left[one] = chain
            else:
                ledger.put(one, chain, taken, cost)
        if left:
            plans = self._plans_of(shard, left)
            mended = mend(self._extractor, self._policy, ledger, left, plans, seed=self._seed + self._tasks)
            for one, planned in mended.items():
                ledger.put(one, planned.chain, planned.uses, planned.cost)
        now = self.whole.cost
        if known is not None and now is not None and now >= known:
            for one, planned in before.items():
                ledger.put(one, planned.chain, planned.uses, planned.cost)

    def _plans_of(self, shard: _Shard, series: Collection[str]) -> set[str]:
        """Plans of some series of a shard, with their sibling groups."""
        families = {
            group_of(plan)
            for one in form_series(shard.caseload, self._policy)
            if one.id in series
            for plan in one.plans
        }
        return {
            plan.id for plan in shard.caseload.plans if group_of(plan) in families and plan.id in shard.plans
        }
