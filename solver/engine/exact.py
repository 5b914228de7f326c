"""Exact neighbourhoods: CP-SAT over any chosen set of series, with everything else fixed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.cpsat import solve_model
from solver.engine.incumbent import Incumbent
from solver.engine.model import ExactModel
from solver.engine.point import Priced
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution
from solver.engine.subproblem import make_subproblem
from solver.problem.tables import Problem


@dataclass(frozen=True)
class ExactBudget:
    """What CP-SAT may spend.

    Attributes
    ----------
    seconds, deterministic : float
        Wall time, building the model included, and CP-SAT's deterministic time.
    workers : int
    seed : int
    patterns : int
        Most starts (by group of venues) the model may hold: a larger one takes longer to build than to solve.
    stop : callable
        Whether to end now.
    parts : Parts
    """

    seconds: float
    deterministic: float
    workers: int
    seed: int
    patterns: int
    stop: Callable[[], bool]
    parts: Parts = EVERYTHING


@dataclass(frozen=True)
class ExactResult:
    """Result of one exact neighbourhood.

    Attributes
    ----------
    solution : Solution
        Rows of the freed series are new.
    cost : int
        Cost of the whole calendar with them.
    bound : float
        Lower bound on that cost, everything else as it is.
    finished : bool
        CP-SAT proved the neighbourhood optimal.
    """

    solution: Solution
    cost: int
    bound: float
    finished: bool


def solve_series(
    incumbent: Incumbent, dual: Priced, series: list[int], budget: ExactBudget
) -> ExactResult | None:
    """Solve the chosen series exactly with all others as they are.

    Parameters
    ----------
    incumbent : Incumbent
        Its working solution is the start and the hint; left as it was.
    dual : Priced
        Prices that prune.
    series : list of int
        The series to free.
    budget : ExactBudget

    Returns
    -------
    ExactResult or None
        ``None`` where the neighbourhood is too large to model; the present solution where nothing better was found in time.
    """
    ends = time.monotonic() + budget.seconds
    problem = incumbent.problem
    commits, before = incumbent.commits, incumbent.work_cost
    saved = incumbent.work.copy()
    rest = incumbent.remove(series)
    try:
        sub = make_subproblem(problem, dual, commits, series, before - rest, budget.patterns, budget.parts)
        if sub is None:
            return None
        model = ExactModel(problem, sub)
    finally:
        incumbent.restore(series, saved, before)
    if budget.parts.hints:
        model.hint(saved)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = budget.workers
    solver.parameters.random_seed = budget.seed
    solver.parameters.max_deterministic_time = budget.deterministic
    solver.parameters.linearization_level = 2
    # CP-SAT's own handler of Ctrl-C would end the process; stopping is the caller's business.
    solver.parameters.catch_sigint_signal = False
    bound = rest + sub.bound
    while time.monotonic() < ends:
        solver.parameters.max_time_in_seconds = max(0.05, ends - time.monotonic())
        status = solve_model(solver, model.cp, budget.stop)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            return None
        # Without the travel rule, or out of time, what CP-SAT proved is a bound all the same.
        bound = max(bound, rest + solver.best_objective_bound)
        if status == cp_model.UNKNOWN:
            break
        chosen = {i for i, value in enumerate(solver.response_proto.solution) if value}
        if not model.forbid_travel(chosen):
            cost = rest + model.read(solver, saved)
            for s in series:
                saved.cost[s] = _chain_cost(problem, saved, s)
            return ExactResult(saved, cost, min(float(cost), bound), status == cp_model.OPTIMAL)
        if status == cp_model.FEASIBLE:
            break
    return ExactResult(saved, before, min(float(before), bound), finished=False)


def _chain_cost(problem: Problem, solution: Solution, s: int) -> int:
    """Cost of a chain without workload."""
    tab = problem.tables
    n = int(solution.n[s])
    if n == 0:
        return int(tab.none_cost[s])
    days = solution.rows[s, :n, 0].tolist()
    gap = tab.gap_cost[tab.gap_index[s]]
    total = int(tab.first_cost[s, days[0]]) + int(tab.end_cost[s, days[-1]])
    total += sum(int(gap[i, j]) for i, j in pairwise(days))
    for i in range(n):
        _, start, v = solution.rows[s, i].tolist()
        b = int(tab.node_block[0 if i == 0 else 1, s, days[i]])
        group = int(np.searchsorted(tab.venue_ptr, v, side="right")) - 1
        o0 = int(tab.option_ptr[int(tab.place_ptr[b])])
        options = int(tab.option_ptr[int(tab.place_ptr[b + 1])]) - o0
        mode0 = int(tab.mode_ptr[b]) + (group - int(tab.group_ptr[b])) * options
        total += int(tab.start_cost[start]) + int(tab.venue_cost[v])
        if tab.start_bonus_venue[start] == tab.venue_id[v]:
            total -= int(tab.start_bonus[start])
        for p in range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])):
            choice = int(solution.choice[s, i, p - int(tab.place_ptr[b])])
            if choice < 0:
                total += int(tab.place_fallback[p])
            else:
                mode = tab.mode_remote if choice % 2 else tab.mode_in_person
                total += int(tab.option_cost[o0 + choice // 2]) + int(mode[mode0 + choice // 2])
    return total
