"""What a worker does for one shard: improve its calendar, or prove how good it can be. Pure, from bytes to bytes."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from solver.engine.climb import Climb
from solver.engine.compiling import CompileTime
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.engine.search import Limits, Search
from solver.engine.state import Floats
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.scale.held import chains_of, plan_of, read_chains, uses_of
from solver.scale.wire import dense, pack, sparse, unpack
from solver.schema.caseload import Caseload


def improve(payload: bytes) -> bytes:
    """Plan the shard, from the chains it has if it has any.

    Parameters
    ----------
    payload : bytes
        ``caseload`` and ``policy``; ``standing``: what others have of its people and rooms; ``chains`` or null; ``seconds`` of
        searching, or ``rounds``; ``seed``.

    Returns
    -------
    bytes
        ``chains``, ``uses``, and ``costs`` of each chain, without workload.
    """
    order = unpack(payload)
    caseload = Caseload.model_validate(order["caseload"])
    policy, standing = Policy.model_validate(order["policy"]), [Use(*use) for use in order["standing"]]
    problem = order_starts(compile_problem(caseload, policy, standing=standing))
    start = None
    if order["chains"] is not None:
        start = plan_of(problem, read_chains(order["chains"]))
    with CompileTime() as compiling:
        began = time.monotonic()
        search = Search(
            problem,
            seed=order["seed"],
            workers=1,
            clock=lambda: time.monotonic() - began - compiling.seconds,
            stop=lambda: False,
            report=lambda *_: None,
        )
        found = search.run(Limits(seconds=order["seconds"] or 0.0, rounds=order["rounds"]), start)
    return pack(
        {
            "chains": chains_of(problem, found.solution),
            "uses": uses_of(problem, found.solution, Travel(caseload, {use.site for use in standing}).sites),
            "costs": found.solution.cost[: len(problem.series)].tolist(),
        }
    )


def prove(payload: bytes) -> bytes:
    """Bound the shard's cost from below.

    Parameters
    ----------
    payload : bytes
        ``caseload`` and ``policy``; ``shared``: resources that other shards need as well; ``rent`` of these [shared, D, slots],
        as `sparse` writes it: what they cost in every shard alike, on top of the shard's own prices, or null; ``before``: the
        rent that ``state`` goes with, or null; ``state``: what an earlier proof of this shard returned, or null; ``target``:
        what the bound can't exceed; ``steps``, and ``seconds`` for them, or null.

    Returns
    -------
    bytes
        ``bound``, without what the rent charges for capacity; ``usage`` of the shared resources there, and the shard's own
        ``prices`` of them; ``state``.
    """
    order = unpack(payload)
    caseload = Caseload.model_validate(order["caseload"])
    names: list[str] = order["shared"]
    problem = order_starts(
        compile_problem(caseload, Policy.model_validate(order["policy"]), shared=frozenset(names))
    )
    row = {name: r for r, name in enumerate(problem.resources)}
    there = [(i, row[name]) for i, name in enumerate(names) if name in row]
    shape = (len(problem.tables.res_cap), max(1, len(problem.days)), problem.tables.slots)

    def of_all(part: Any) -> Floats:
        """Values of the shared resources as those of all the problem's."""
        whole, given = np.zeros(shape), dense(part)
        for i, r in there:
            whole[r] = given[i]
        return whole

    def of_shared(whole: Floats) -> Floats:
        part = np.zeros((len(names), *shape[1:]))
        for i, r in there:
            part[i] = whole[r]
        return part

    rent = None if order["rent"] is None else of_all(order["rent"])
    # What masters know of meetings would leave out what others charge for them.
    dual = Dual(problem, problem.constant) if rent is None else Climb(problem, problem.constant, rent)
    slot, cap, soft = dual.slot_price.copy(), dual.cap_price.copy(), dual.soft_price.copy()
    if order["state"] is not None:
        slot, cap, soft = (dense(part) for part in order["state"])
        # Where the rent is higher than before, the shard's own prices are lower, so that a meeting costs the same.
        higher = 0.0 if rent is None else rent
        lower = 0.0 if order["before"] is None else of_all(order["before"])
        slot = np.maximum(0.0, slot + lower - higher)
    dual.begin(slot, cap, soft)
    began = time.monotonic()
    for _ in range(order["steps"]):
        late = order["seconds"] is not None and time.monotonic() - began >= order["seconds"]
        if late or dual.settled:
            break
        dual.step(order["target"])
    dual.rest()
    answer: dict[str, Any] = {
        "bound": dual.bound.value,
        "usage": sparse(of_shared(dual.usage)),
        "prices": sparse(of_shared(dual.slot_price)),
        "state": [sparse(part) for part in (dual.slot_price, dual.cap_price, dual.soft_price)],
    }
    return pack(answer)
