"""Series of which another shard was given some of the same at the same time: planned again, around everybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from solver.engine.incumbent import Incumbent
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.travel import Travel
from solver.problem.uses import Use
from solver.scale.extract import Extractor
from solver.scale.held import Held, chains_of, plan_of, uses_of
from solver.scale.ledger import Ledger

MOVES = 200
"""Moves for each series."""


@dataclass(frozen=True)
class Planned:
    """A series' chain.

    Attributes
    ----------
    chain : list of Held
    uses : list of Use
    cost : int
        Without workload, which others' meetings may add to.
    """

    chain: list[Held]
    uses: list[Use]
    cost: int


def mend(
    extractor: Extractor,
    policy: Policy,
    ledger: Ledger,
    series: Mapping[str, list[Held]],
    plans: Collection[str],
    *,
    seed: int,
) -> dict[str, Planned]:
    """Plan a few series where everybody else leaves room, as near as may be to what they were to have.

    Parameters
    ----------
    extractor : Extractor
    policy : Policy
    ledger : Ledger
        Without these series.
    series : mapping
        Series id to the chain that it was to have.
    plans : collection of str
        Whose series they are, with their sibling groups.
    seed : int

    Returns
    -------
    dict of str to Planned
        A chain for every series, even if it holds nothing.
    """
    caseload = extractor.shard(plans, ledger.sites)
    standing = ledger.standing(caseload, series.keys())
    problem = order_starts(compile_problem(caseload, policy, standing=standing, only=series.keys()))
    names = [one.id for one in problem.series]
    incumbent = Incumbent(problem, seed)
    incumbent.construct_planned(plan_of(problem, [series[name] for name in names]), len(problem.days), None)
    order = np.argsort(-problem.tables.none_cost[: len(names)], kind="stable").astype(np.int64)
    incumbent.construct(None, order)
    dual = Dual(problem, problem.constant)
    dual.evaluate()
    incumbent.restart()
    incumbent.improve(None, dual.point(), MOVES * len(names), 0.0)
    assert incumbent.best is not None
    chains = chains_of(problem, incumbent.best)
    uses = uses_of(problem, incumbent.best, Travel(caseload, {use.site for use in standing}).sites)
    return {
        name: Planned(chain, taken, int(cost))
        for name, chain, taken, cost in zip(names, chains, uses, incumbent.best.cost.tolist(), strict=False)
    }
