"""What a worker does for one shard: improve its calendar, or prove how good it can be. Pure, from bytes to bytes."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from solver.engine.compiling import CompileTime
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.engine.search import Limits, Search
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.travel import Travel
from solver.scale.held import chains_of, plan_of, read_chains, uses_of
from solver.scale.wire import dense, pack, sparse, unpack
from solver.schema.caseload import Caseload


def improve(payload: bytes) -> bytes:
    """Plan the shard, from the chains it has if it has any.

    Parameters
    ----------
    payload : bytes
        ``caseload`` and ``policy``; ``chains`` or null; ``seconds`` of searching, or ``rounds``; ``seed``.

    Returns
    -------
    bytes
        ``chains``, ``uses`` and ``cost``.
    """
    order = unpack(payload)
    caseload = Caseload.model_validate(order["caseload"])
    problem = order_starts(compile_problem(caseload, Policy.model_validate(order["policy"])))
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
            "uses": uses_of(problem, found.solution, Travel(caseload).sites),
            "cost": found.cost,
        }
    )


def prove(payload: bytes) -> bytes:
    """Bound the shard's cost from below.

    Parameters
    ----------
    payload : bytes
        ``caseload`` and ``policy``; ``shared``: resources whose prices are set for all shards; ``prices`` of these
        [shared, D, slots] as `sparse` writes them, or null to set them here as if the shard were alone; ``state``, what
        an earlier proof of this shard returned, or null; ``target``: what the bound can't exceed; ``steps``, and ``seconds``
        for them, or null.

    Returns
    -------
    bytes
        ``bound``, without what the shared prices charge for capacity (none of it if they are set here); ``usage`` of the
        shared resources there; their ``prices``; ``state``.
    """
    order = unpack(payload)
    caseload = Caseload.model_validate(order["caseload"])
    names: list[str] = order["shared"]
    problem = order_starts(
        compile_problem(caseload, Policy.model_validate(order["policy"]), shared=frozenset(names))
    )
    row = {name: r for r, name in enumerate(problem.resources)}
    there = [(i, row[name]) for i, name in enumerate(names) if name in row]
    frozen = np.zeros(len(problem.tables.res_cap), dtype=np.bool_)
    given = order["prices"] is not None
    if given:
        frozen[[r for _, r in there]] = True
    dual = Dual(problem, problem.constant, frozen if given else None)
    slot, cap, soft = dual.slot_price.copy(), dual.cap_price.copy(), dual.soft_price.copy()
    if order["state"] is not None:
        slot, cap, soft = (dense(part) for part in order["state"])
    if given:
        prices = dense(order["prices"])
        for i, r in there:
            slot[r] = prices[i]
    dual.begin(slot, cap, soft)
    began = time.monotonic()
    for _ in range(order["steps"]):
        late = order["seconds"] is not None and time.monotonic() - began >= order["seconds"]
        if late or dual.settled:
            break
        dual.step(order["target"])
    dual.rest()
    shape = (len(names), *dual.slot_price.shape[1:])
    usage, own = np.zeros(shape), np.zeros(shape)
    place = {r: k for k, r in enumerate(np.nonzero(frozen)[0].tolist())}
    for i, r in there:
        own[i] = dual.slot_price[r]
        if given:
            usage[i] = dual.frozen_usage[place[r]]
    local = dual.slot_price.copy()
    local[frozen] = 0.0
    answer: dict[str, Any] = {
        "bound": dual.bound.value,
        "usage": sparse(usage),
        "prices": sparse(own),
        "state": [sparse(local), sparse(dual.cap_price), sparse(dual.soft_price)],
    }
    return pack(answer)
