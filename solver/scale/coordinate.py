"""A whole authority: shards planned one around the other, a few at a time, and bounded together.

Shards meet only through the people and rooms they share. Each is planned with these busy where others have them already, so
there is a lawful calendar of the whole from the first pass on. Where shards that were planned at the same time took the same,
all but the first are mended, around it.

The bound is Lagrangian: what is shared has one price for all, each shard proves what it costs at those prices (Geoffrion
1974), and the prices move by Polyak's step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solver.engine.state import Floats
from solver.policy.model import Policy
from solver.scale.executor import Executor
from solver.scale.extract import Extractor
from solver.scale.held import Held, read_chains, read_uses
from solver.scale.ledger import Ledger
from solver.scale.named import named_held, named_use, resource_tokens
from solver.scale.partition import partition, shared_ids
from solver.scale.pinned import held_by_pinned
from solver.scale.pseudonyms import pseudonymise
from solver.scale.shard import improve, prove
from solver.scale.wire import dense, pack, sparse, unpack
from solver.schema.caseload import Caseload
from solver.series import form_series

FIRST_SHARE = 0.16
"""Share of the time in which every shard is planned for the first time."""
PROVE_SHARE = 0.35
"""Share of the time for the bound."""
LEAST_SECONDS = 0.5
"""Shortest search of a shard."""
FIRST_STEPS = 120
NEXT_STEPS = 60
"""Price steps of a shard: the first time, and whenever the shared prices have moved."""
STEP = 0.7
"""Share of Polyak's step, as the bound's shards aren't solved to the end."""
MENDING = 0.4
"""Share of a search that makes room for what another shard was given at the same time."""
PATIENCE = 120.0
"""Seconds beyond what it was given after which a task counts as hanging."""


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
    costs : list of int or None
        Of each shard's calendar.
    bound : float
    stopped : bool
    """

    shards: tuple[tuple[str, ...], ...]
    ledger: Ledger
    costs: list[int | None]
    bound: float = -math.inf
    stopped: bool = False

    @property
    def cost(self) -> int | None:
        """Of the whole calendar, once there is one."""
        known = [cost for cost in self.costs if cost is not None]
        return sum(known) if len(known) == len(self.costs) else None


@dataclass
class _Shard:
    plans: tuple[str, ...]
    caseload: Caseload
    series: tuple[str, ...]
    state: Any = None
    bound: float = -math.inf
    shares: frozenset[str] = frozenset()
    offered: dict[str, list[Held]] | None = None
    """Chains that were found, but another shard was given some of the same."""


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
        plans = partition(caseload, policy, plans=size)
        self._shared = sorted(shared_ids(caseload, policy, plans))
        self._shards = [self._shard(one) for one in plans]
        self._prices: Floats | None = None
        self.whole = Whole(plans, Ledger(caseload, held_by_pinned(caseload, policy)), [None] * len(plans))

    def _shard(self, plans: tuple[str, ...]) -> _Shard:
        caseload = self._extractor.shard(plans)
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
        waves = self._waves()
        first = max(LEAST_SECONDS, FIRST_SHARE * limits.seconds / waves)
        self._pass("planning", range(len(self._shards)), first, limits)
        if not self._over(began, limits):
            self._bound(began, limits)
        done = 1
        while not self._over(began, limits) and (limits.passes is None or done < limits.passes):
            left = limits.seconds - (self._clock() - began)
            order = sorted(range(len(self._shards)), key=lambda k: -self._room(k))
            # Time that is left is given to whole passes; a pass too short to be worth it goes to the worst shards.
            each = max(4 * LEAST_SECONDS, min(20.0, left / waves))
            before = self.whole.cost
            self._pass("improving", order, each, limits, began)
            done += 1
            if limits.passes is None and self.whole.cost == before and left < each * waves:
                break
        return self.whole

    def _waves(self) -> int:
        """How often every worker is needed for all shards; a cluster may be without any for a moment."""
        return math.ceil(len(self._shards) / max(1, self._executor.workers))

    def _over(self, began: float, limits: ScaleLimits) -> bool:
        if self._stop():
            self.whole.stopped = True
            return True
        cost, bound = self.whole.cost, self.whole.bound
        if cost is not None and (bound >= cost or (cost > 0 and (cost - bound) / cost <= limits.gap)):
            return True
        return limits.passes is None and self._clock() - began >= limits.seconds

    def _room(self, k: int) -> float:
        """How far a shard is above what is proven of it."""
        cost = self.whole.costs[k]
        return math.inf if cost is None else cost - self._shards[k].bound

    # --- planning --------------------------------------------------------------------------------

    def _pass(
        self,
        phase: str,
        order: Iterable[int],
        seconds: float,
        limits: ScaleLimits,
        began: float | None = None,
    ) -> None:
        """Plan shards a few at a time, each around all others; until every shard has a calendar it goes on, if in haste."""
        waiting = list(order)
        while waiting:
            if began is not None and self._over(began, limits):
                return
            if began is None and self._stop():
                seconds, limits = LEAST_SECONDS, replace(limits, rounds=1)
            wave = self._apart(waiting)
            waiting = [k for k in waiting if k not in wave]
            # Whoever has been given what another was given too goes first, around that other.
            waiting = self._wave(wave, seconds, limits) + waiting
            self._report(phase, self.whole)

    def _apart(self, waiting: list[int]) -> list[int]:
        """Choose the first shard that waits, and others that share as little as may be with those chosen."""
        wave = [waiting[0]]
        while len(wave) < min(self._executor.workers, len(waiting)):
            taken = frozenset().union(*(self._shards[k].shares for k in wave))
            wave.append(
                min(
                    (k for k in waiting if k not in wave),
                    key=lambda k: (len(taken & self._shards[k].shares), waiting.index(k)),
                )
            )
        return wave

    def _wave(self, wave: Sequence[int], seconds: float, limits: ScaleLimits) -> list[int]:
        """Plan some shards at once; returns those that have to be mended."""
        orders, names = [], []
        for k in wave:
            document, tokens = self._improving(k, seconds, limits)
            orders.append(pack(document))
            names.append(tokens)
        # How long a number of rounds takes nobody knows.
        patience = None if limits.passes is not None else seconds + PATIENCE
        answers = dict(self._executor.run(improve, orders, patience=patience))
        # In order of the wave, whichever ended first.
        return [
            k for i, k in enumerate(wave) if not self._take(k, unpack(answers[i]), names[i], first=i == 0)
        ]

    def _improving(
        self, k: int, seconds: float, limits: ScaleLimits
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        shard, ledger = self._shards[k], self.whole.ledger
        self._tasks += 1
        around = ledger.around(shard.caseload, shard.series)
        document, tokens = self._document(around)
        mending = shard.offered is not None
        begin = shard.offered or {one: ledger.chains[one] for one in shard.series if one in ledger.chains}
        chains = None
        if begin:
            ids = resource_tokens(tokens)
            chains = [
                [[held.day, held.minute, ids["venue", held.venue], held.choice] for held in begin[one]]
                for one in shard.series
            ]
        rounds = limits.rounds if limits.passes is not None else None
        document |= {
            "chains": chains,
            "seconds": max(LEAST_SECONDS, MENDING * seconds) if mending else seconds,
            "rounds": rounds if rounds is None or not mending else max(1, round(MENDING * rounds)),
            "seed": self._seed + self._tasks,
        }
        return document, tokens

    def _document(self, caseload: Caseload) -> tuple[dict[str, Any], Mapping[str, str]]:
        hidden, tokens = pseudonymise(caseload, self._policy)
        return {
            "caseload": hidden.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "policy": self._policy_document,
        }, tokens

    def _take(self, k: int, answer: Any, tokens: Mapping[str, str], *, first: bool) -> bool:
        """Keep what a worker has found, if it is lawful and no worse; ``False`` where it must be planned again.

        ``first`` is whoever is first of those planned at the same time, in whose way nobody has come meanwhile.
        """
        shard, ledger = self._shards[k], self.whole.ledger
        chains = [[named_held(held, tokens) for held in chain] for chain in read_chains(answer["chains"])]
        uses = [[named_use(use, tokens) for use in one] for one in read_uses(answer["uses"])]
        known = self.whole.costs[k]
        mended, shard.offered = shard.offered is not None, None
        if known is not None and answer["cost"] >= known:
            return True
        if ledger.in_the_way(set(shard.series), (use for one in uses for use in one)):
            if mended and known is not None:
                # Twice is enough for something that is good already.
                return True
            if first:
                # Planned around everybody, and everybody is still where they were: mending wouldn't ever end.
                raise RuntimeError(
                    f"the shard of {shard.plans[0]} is in the way of what it was planned around"
                )
            shard.offered = dict(zip(shard.series, chains, strict=True))
            return False
        for series, chain, taken in zip(shard.series, chains, uses, strict=True):
            ledger.put(series, chain, taken)
        self.whole.costs[k] = int(answer["cost"])
        return True

    # --- proving ---------------------------------------------------------------------------------

    def _bound(self, began: float, limits: ScaleLimits) -> None:
        """Raise the bound: first each shard alone, then at shared prices that move."""
        until = (FIRST_SHARE + PROVE_SHARE) * limits.seconds
        each = None
        if limits.passes is None:
            each = max(LEAST_SECONDS, PROVE_SHARE * limits.seconds / self._waves() / (PASSES_OF_PROOF + 1))
        answers = self._prove(None, FIRST_STEPS, each)
        prices = np.maximum.reduce([dense(answer["prices"]) for answer in answers])
        rise: float | None = None
        best = self._prices
        rounds = 0
        while True:
            answers = self._prove(prices, NEXT_STEPS, each)
            rounds += 1
            value = sum(answer["bound"] for answer in answers) - float(prices.sum())
            if value > self.whole.bound:
                self.whole.bound, best = value, prices
                self._prices = best
                for shard, answer in zip(self._shards, answers, strict=True):
                    shard.bound = answer["bound"]
                rise = None
            else:
                rise = 0.5 * (1.0 if rise is None else rise)
            self._report("proving", self.whole)
            enough = (
                rounds >= PASSES_OF_PROOF if limits.passes is not None else self._clock() - began >= until
            )
            if enough or self._over(began, limits) or not self._shared:
                return
            usage = np.sum([dense(answer["usage"]) for answer in answers], axis=0)
            slope = np.where((prices > 0) | (usage > 1), usage - 1.0, 0.0)
            norm = float((slope * slope).sum())
            cost = self.whole.cost
            if norm == 0.0 or cost is None:
                return
            step = STEP * (1.0 if rise is None else rise) * max(1.0, 0.05 * (cost - value)) / norm
            prices = np.maximum(0.0, prices + step * slope)

    def _prove(self, prices: Floats | None, steps: int, seconds: float | None) -> list[Any]:
        orders = []
        names = []
        for k, shard in enumerate(self._shards):
            document, tokens = self._document(shard.caseload)
            ids = resource_tokens(tokens)
            keys = [tuple(one.split(":", 1)) for one in self._shared]
            mine = [i for i, key in enumerate(keys) if key in ids]
            document |= {
                "shared": [f"{keys[i][0]}:{ids[keys[i]]}" for i in mine],
                "prices": None if prices is None else sparse(prices[mine]),
                "state": shard.state,
                "target": float(self.whole.costs[k] or 0) + 1.0,
                "steps": steps,
                "seconds": seconds,
            }
            orders.append(pack(document))
            names.append(mine)
        answers: list[Any] = [None] * len(orders)
        for i, content in self._executor.run(prove, orders, patience=PATIENCE):
            answer = unpack(content)
            self._shards[i].state = answer["state"]
            for part in ("usage", "prices"):
                answer[part] = self._spread(answer[part], names[i])
            answers[i] = answer
        return answers

    def _spread(self, part: Any, mine: list[int]) -> Any:
        """A shard's array of shared resources as one of all shared resources."""
        own = dense(part)
        whole = np.zeros((len(self._shared), *own.shape[1:]))
        whole[mine] = own
        return sparse(whole)


PASSES_OF_PROOF = 4
"""Rounds of shared prices where passes are counted instead of seconds."""
