"""What passes have found is written down as it is: chains put together from it cost what the pass says they do."""

from __future__ import annotations

import math

import pytest
from solver_cases import constructed, generated_problem

from solver.engine.columns import OUTSIDE
from solver.engine.prices import Dual


def test_the_pool_prices_chains_as_the_pass_does() -> None:
    """The chains of a pass, put together from the pool, cost what the pass says they do."""
    _, _, problem = generated_problem(18, 2, "hard")
    cost = float(constructed(problem).cost)
    dual = Dual(problem, problem.constant)
    for _ in range(12):
        dual.step(cost)
    pool, tab = dual._pool, problem.tables
    dual.rest()
    n, days = len(problem.series), len(problem.days)
    slot = dual.slot_price
    day = (dual.cap_price + dual.soft_price).ravel()
    rows = slot.reshape(-1, slot.shape[2])
    node_cost: dict[int, float] = {}
    for node, own, takes in zip(pool.node, pool.cost, pool.takes, strict=True):
        priced = own + sum(
            float(rows[at, lo:hi].sum()) + (float(day[at]) if person else 0.0)
            for at, lo, hi, person in takes.tolist()
        )
        node_cost[node] = min(priced, node_cost.get(node, math.inf))
    after: dict[int, list[int]] = {}
    for a, b in pool.steps:
        after.setdefault(a, []).append(b)
    left: dict[int, float] = {}
    for node in sorted(node_cost, key=lambda x: -(x % days)):
        s, d = node // days % n, node % days
        tails = [
            float(tab.end_cost[s, d])
            if b == OUTSIDE
            else float(tab.gap_cost[tab.gap_index[s], d, b % days]) + left[b]
            for b in after.get(node, [])
        ]
        left[node] = node_cost[node] + min(tails, default=math.inf)
    for s in range(n):
        firsts = [b for b in after[OUTSIDE] if b // days % n == s]
        whole = min(
            (float(tab.first_cost[s, b % days]) + left[b] for b in firsts), default=float(tab.none_cost[s])
        )
        assert min(whole, float(tab.none_cost[s])) == pytest.approx(dual.values[s], abs=1e-4)
