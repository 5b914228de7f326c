"""What a series would come to if it were the only one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.engine.kernels import best_chain
from solver.problem.layout import pack
from solver.problem.tables import BIG, Problem
from solver.score import WEIGHTS


def breach_days_alone(problem: Problem) -> dict[str, int]:
    """Least breach points of each series when no other series exists: what no calendar can avoid.

    Returns
    -------
    dict
        Series id to points of level ``breach``.
    """
    tab = problem.tables
    unit = WEIGHTS["breach_day"]

    def breach_only(costs: NDArray[np.int32]) -> NDArray[np.int32]:
        # Everything else a chain's days cost stays below one breach day.
        return np.where(costs >= BIG, costs, costs // unit * unit).astype(np.int32)

    only = tab._replace(
        first_cost=breach_only(tab.first_cost),
        gap_cost=breach_only(tab.gap_cost),
        end_cost=breach_only(tab.end_cost),
        none_cost=breach_only(tab.none_cost),
    )
    packed = pack(only)
    chain = np.zeros(max(1, len(problem.days)), dtype=np.int32)
    least = {}
    for s, series in enumerate(problem.series):
        node_cost = np.where(tab.node_block[:, s, :] >= 0, 0.0, float(BIG))
        cost, _ = best_chain(packed, s, node_cost, chain)
        least[series.id] = round(cost)
    return least
