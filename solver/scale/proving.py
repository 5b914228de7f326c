"""The bound of the whole from proofs of its shards, with one rent for what they share.

Each shard alone, with all that is shared to itself, proves a bound, and their sum is one of the whole. What is shared then gets
a rent, the same in every shard, and the shards' own prices of it come down by as much: where two of them had a price, the charge
for its capacity is now made once. From there on the rent moves by Polyak's step (Geoffrion 1974 on such bounds).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from solver.engine.state import Floats
from solver.policy.model import Policy
from solver.scale.executor import Executor
from solver.scale.named import resource_tokens
from solver.scale.pseudonyms import pseudonymise
from solver.scale.shard import prove
from solver.scale.wire import dense, pack, sparse, unpack
from solver.schema.caseload import Caseload

FIRST_STEPS = 120
NEXT_STEPS = 60
"""Price steps of a shard: the first time, and whenever the rent has moved."""
STEP = 0.7
"""Share of Polyak's step, as shards aren't solved to the end."""
FIRST_RISE = 0.02
"""What the first step aims at, above the bound and as a share of it: far above a good one no step is of use."""
PATIENCE = 600.0
"""Seconds after which a proof counts as hanging."""


class Proofs:
    """Proofs of all shards, round after round.

    Parameters
    ----------
    shards : sequence of Caseload
    policy : Policy
    executor : Executor
    shared : sequence of str
        ``person:<id>`` and ``venue:<id>`` that several shards need.

    Attributes
    ----------
    bound : float
        Of the whole.
    bounds : list of float
        Of each shard, at the rent that the bound goes with.
    """

    def __init__(
        self, shards: Sequence[Caseload], policy: Policy, executor: Executor, shared: Sequence[str]
    ) -> None:
        self._documents: list[dict[str, Any]] = []
        self._mine: list[list[int]] = []
        keys = [tuple(one.split(":", 1)) for one in shared]
        for caseload in shards:
            hidden, tokens = pseudonymise(caseload, policy)
            ids = resource_tokens(tokens)
            mine = [i for i, key in enumerate(keys) if key in ids]
            self._mine.append(mine)
            self._documents.append(
                {
                    "caseload": hidden.model_dump(mode="json", by_alias=True, exclude_defaults=True),
                    "policy": policy.model_dump(mode="json", by_alias=True),
                    "shared": [f"{keys[i][0]}:{ids[keys[i]]}" for i in mine],
                }
            )
        self._executor = executor
        self._shared = len(shared)
        self._best: tuple[Floats | None, list[Any]] = (None, [])
        """The rent of the best bound, and what the shards answered there."""
        self._rent: Floats | None = None
        self._rise = FIRST_RISE
        self.bound = -math.inf
        self.bounds: list[float] = [-math.inf] * len(shards)

    def climb(self, costs: Sequence[int], seconds: float | None) -> bool:
        """Make one round; returns whether there can be another.

        Parameters
        ----------
        costs : sequence of int
            Of each shard's calendar: no proof goes beyond it.
        seconds : float or None
            For each shard.
        """
        answers = self._prove(costs, seconds)
        charge = 0.0 if self._rent is None else float(self._rent.sum())
        value = sum(answer["bound"] for answer in answers) - charge
        if value > self.bound:
            self.bound, self.bounds = value, [answer["bound"] for answer in answers]
            self._best = (self._rent, answers)
        else:
            self._rise *= 0.5
        return self._shared > 0 and self._move()

    def _move(self) -> bool:
        """Set the next rent, from that of the best bound; ``False`` where it could not be better."""
        rent, answers = self._best
        if rent is None and len(answers) > 1:
            # Where two shards have a price, one of the two charges for the same capacity is taken back.
            self._rent = np.sort(np.stack([answer["prices"] for answer in answers]), axis=0)[-2]
            return True
        if rent is None:
            return False
        usage = np.sum([answer["usage"] for answer in answers], axis=0)
        slope = np.where((rent > 0) | (usage > 1), usage - 1.0, 0.0)
        norm = float((slope * slope).sum())
        if norm == 0.0:
            return False
        step = STEP * self._rise * max(1.0, abs(self.bound)) / norm
        self._rent = np.maximum(0.0, rent + step * slope)
        return True

    def _prove(self, costs: Sequence[int], seconds: float | None) -> list[Any]:
        """Have every shard prove what it costs at the present rent, from what it knew at the best one."""
        before, known = self._best
        orders = []
        for k, (document, mine) in enumerate(zip(self._documents, self._mine, strict=True)):
            charge = 0.0 if self._rent is None else float(self._rent[mine].sum())
            orders.append(
                pack(
                    document
                    | {
                        "rent": None if self._rent is None else sparse(self._rent[mine]),
                        "before": None if before is None else sparse(before[mine]),
                        "state": known[k]["state"] if known else None,
                        "target": costs[k] + charge + 1.0,
                        "steps": NEXT_STEPS if known else FIRST_STEPS,
                        "seconds": seconds,
                    }
                )
            )
        answers: list[Any] = [None] * len(orders)
        for i, content in self._executor.run(prove, orders, patience=PATIENCE):
            answer = unpack(content)
            for part in ("usage", "prices"):
                answer[part] = self._spread(dense(answer[part]), self._mine[i])
            answers[i] = answer
        return answers

    def _spread(self, own: Floats, mine: list[int]) -> Floats:
        """A shard's array of shared resources as one of all shared resources."""
        whole = np.zeros((self._shared, *own.shape[1:]))
        whole[mine] = own
        return whole
