"""The joint model: all series at once on contested time, one literal for each start and venue.

The Lagrangian bound lets half a meeting of one series and half of another share a room. Here CP-SAT decides where every series
meets, and lets no two have the same contested room, or person who cannot be missed, at once. Attendance of people who can be
missed, and time that isn't looked at, stay at their prices. So over a whole problem the model is a relaxation: what CP-SAT proves
is a bound, and what it finds is nearly a calendar. With true costs and everything else as it is, it is a neighbourhood.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.chains import (
    CLOSE,
    NEVER,
    Chain,
    Scene,
    chain_of,
    dearest_now,
    essential_resources,
    free_chain,
    meetings_in,
    node_values,
)
from solver.engine.cpsat import solve_model
from solver.engine.planned import Plan
from solver.engine.point import PricePoint
from solver.engine.state import Commits, Prices, Solution, cumulative, no_prices
from solver.problem.tables import BIG, Problem

SCALE = 16
"""CP-SAT counts whole numbers: points are counted in sixteenths, rounded down, so that a bound stays one."""
CHEAP = 0.1
"""Points below which a price doesn't make a slot contested."""
DEAREST = 60_000.0
"""Most by which a series in a neighbourhood may be dearer than its best chain, in points: six days of a breach."""


@dataclass(frozen=True)
class JointBudget:
    """What CP-SAT may spend; see `solver.engine.exact.ExactBudget`."""

    seconds: float
    deterministic: float
    seed: int
    stop: Callable[[], bool]


@dataclass(frozen=True)
class JointResult:
    """What CP-SAT made of it.

    Attributes
    ----------
    bound : float
        Lower bound on every calendar of the problem, its constant included. Means nothing for a neighbourhood.
    plan : dict
        Series to all its meetings in the days looked at, as (day, start, venue); one that is missing (in the relaxation) is
        free to have its best chain. Empty where CP-SAT found nothing in time.
    finished : bool
        Proven optimal.
    value : float
        What the plan costs as the model counts it; infinite without one.
    """

    bound: float
    plan: Plan
    finished: bool
    value: float = math.inf


def relaxation(
    problem: Problem,
    point: PricePoint,
    upper: float,
    present: Solution | None,
    *,
    days: int,
    most: int,
    everywhere: bool = False,
) -> JointModel | None:
    """Build the relaxation of the whole problem that is exact in the first ``days`` days.

    Parameters
    ----------
    problem : Problem
        With ordered starts.
    point : PricePoint
    upper : float
        Cost of the best calendar: what cannot be part of a better one is left out.
    present : Solution or None
        That calendar, as the hint.
    days, most : int
        ``most`` literals for starts.
    everywhere : bool
        Count all time of rooms and of essential people as contested; else only what has a price.

    Returns
    -------
    JointModel or None
        ``None`` where there would be more literals.
    """
    needed, only = essential_resources(problem)
    hot = np.broadcast_to(needed[:, None, None], point.slot_price.shape).copy()
    if not everywhere:
        hot &= point.slot_price > CHEAP
    hot[:, days:] = False
    removed = np.where(hot & only[:, None, None], point.slot_price, 0.0)
    scene = Scene(
        point.capacity.commits,
        point.prices,
        Prices(cumulative(point.slot_price - removed), point.prices.day),
        cumulative(removed),
        cumulative(hot.astype(np.int32)),
        0,
        days,
    )
    values = [node_values(problem, scene, s) for s in range(len(problem.series))]
    least = problem.constant - point.charge() + sum(best for _, _, _, best in values)
    spare = upper - least + CLOSE * max(1.0, abs(upper))
    chains = []
    for s, value in enumerate(values):
        chain = chain_of(problem, scene, s, value, value[3] + spare, most)
        if chain is None:
            return None
        most -= len(chain.rows)
        chains.append(chain)
    constant = problem.constant - point.charge() + float(removed.sum())
    return JointModel(problem, scene, [(chain, chain.best + spare) for chain in chains], constant, present)


def neighbourhood(
    problem: Problem,
    commits: Commits,
    solution: Solution,
    series: list[int],
    begin: int,
    end: int,
    *,
    most: int,
) -> JointModel | None:
    """Build the model of what some series do from day ``begin`` to ``end``, at true costs, everything else as it is.

    Parameters
    ----------
    commits : Commits
        Without the meetings that are freed.
    solution : Solution
        With them.
    series : list of int
    most : int
        Most literals for starts.

    Returns
    -------
    JointModel or None
        ``None`` where there would be more.
    """
    needed, _ = essential_resources(problem)
    free = no_prices(problem)
    hot = np.zeros((*free.cumulative.shape[:2], problem.tables.slots), dtype=np.int32)
    hot[needed, begin:end] = 1
    nothing = np.zeros_like(free.cumulative)
    scene = Scene(commits, free, free, nothing, cumulative(hot), begin, end, solution)
    chains = []
    for s in series:
        value = node_values(problem, scene, s)
        limit = max(value[3] + DEAREST, dearest_now(problem, solution, s))
        chain = chain_of(problem, scene, s, value, limit, most)
        if chain is None:
            return None
        most -= len(chain.rows)
        chains.append((chain, limit))
    return JointModel(problem, scene, chains, 0.0, solution)


class JointModel:
    """The model of some chains.

    Parameters
    ----------
    problem : Problem
    scene : Scene
    chains : list of (Chain, float)
        With the most that each may cost.
    constant : float
        Part of the bound.
    present : Solution or None
        Hint.
    """

    def __init__(
        self,
        problem: Problem,
        scene: Scene,
        chains: list[tuple[Chain, float]],
        constant: float,
        present: Solution | None,
    ) -> None:
        self._problem = problem
        self._tab = problem.tables
        self._scene = scene
        self._constant = constant
        self._cp = cp_model.CpModel()
        self._variables: list[cp_model.IntVar] = []
        self._costs: list[int] = []
        self._on: set[int] = set()
        self._uses: defaultdict[tuple[int, int], list[tuple[int, int, cp_model.IntVar, int]]] = defaultdict(
            list
        )
        self._literals: dict[int, tuple[Chain, list[cp_model.IntVar | None]]] = {}
        self._free: dict[int, tuple[tuple[int, int, int], ...]] = {}
        for chain, limit in chains:
            self._add(chain, limit, present)
        self._no_two_at_once()
        self._cp.minimize(cp_model.LinearExpr.weighted_sum(self._variables, self._costs))
        if present is not None:
            for variable in self._variables:
                self._cp.add_hint(variable, int(variable.index in self._on))

    @property
    def literals(self) -> int:
        """How many there are."""
        return len(self._variables)

    def _bool(self, cost: float) -> cp_model.IntVar:
        variable = self._cp.new_bool_var("")
        self._variables.append(variable)
        self._costs.append(int(np.floor(cost * SCALE)))
        return variable

    def _add(self, chain: Chain, limit: float, present: Solution | None) -> None:
        tab, s = self._tab, chain.series
        free = free_chain(self._problem, self._scene, chain)
        if free is not None:
            # The series can have its best chain without touching anything contested.
            self._constant += chain.best
            if self._scene.stays is not None:
                self._free[s] = free
            return
        rows = chain.rows.tolist()
        held = meetings_in(self._scene, present, s) if present is not None else []
        gap = tab.gap_cost[tab.gap_index[s]]
        days = sorted({d for _, d, _, _, _ in rows})
        total = chain.reach[:, None] + np.where(gap >= BIG, NEVER, gap) + chain.onward
        following = {i: [j for j in days if j > i and total[i, j] <= limit] for i in days}
        nodes: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        entering: list[cp_model.IntVar] = []
        into: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        literals: list[cp_model.IntVar | None] = []
        if chain.without <= limit:
            entering.append(self._bool(chain.without))
            if not held:
                self._on.add(entering[-1].index)
        linked = {j for i in days for j in following[i]}
        for (k, d, start, venue, contested), own in zip(rows, chain.costs.tolist(), strict=True):
            cost = own
            cost += chain.entry[k, d] if k == 0 or d not in linked else 0.0
            cost += 0.0 if following[d] else chain.after[d]
            if cost >= BIG:
                literals.append(None)
                continue
            literal = self._bool(cost)
            literals.append(literal)
            nodes[k, d].append(literal)
            if k == 0 or d not in linked:
                entering.append(literal)
            if contested:
                self._use(s, k, d, start, venue, literal)
        self._hint_rows(rows, literals, held)
        for d in days:
            both = nodes[0, d] + nodes[1, d]
            if len(both) > 1:
                self._cp.add_at_most_one(both)
            if following[d] and both:
                out = [self._bool(chain.after[d])] if chain.after[d] < BIG else []
                if out and held and held[-1][1] == d:
                    self._on.add(out[0].index)
                for j in following[d]:
                    if nodes[1, j]:
                        out.append(self._bool(float(gap[d, j])))
                        into[j].append(out[-1])
                        if any((d, j) == (a[1], b[1]) for a, b in pairwise(held)):
                            self._on.add(out[-1].index)
                self._cp.add(sum(out) == sum(both))
        for d in sorted(linked):
            if not nodes[1, d]:
                continue
            if chain.entry[1, d] < BIG:
                entering.append(self._bool(chain.entry[1, d]))
                into[d].append(entering[-1])
                if held and held[0][:2] == (1, d):
                    self._on.add(entering[-1].index)
            self._cp.add(sum(nodes[1, d]) == sum(into[d]))
        self._cp.add_exactly_one(entering)
        self._literals[s] = (chain, literals)

    def _hint_rows(
        self,
        rows: list[list[int]],
        literals: list[cp_model.IntVar | None],
        held: list[tuple[int, int, int, int]],
    ) -> None:
        """Mark the literal of each meeting that is held now, or of one that stands for it."""
        for k, d, start, venue in held:
            best, found = -1, None
            for (number, day, at, where, contested), literal in zip(rows, literals, strict=True):
                if (number, day) != (k, d) or literal is None:
                    continue
                likeness = 2 * (at == start) + (where == venue) + (not contested)
                if likeness > best:
                    best, found = likeness, literal
            if found is not None:
                self._on.add(found.index)

    def _use(self, s: int, k: int, d: int, start: int, venue: int, literal: cp_model.IntVar) -> None:
        tab = self._tab
        b = int(tab.node_block[k, s, d])
        minute = int(tab.start_minute[start])
        taken = [(int(tab.venue_res[venue]), minute, minute + int(tab.block_length[b]))]
        for p in range(int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])):
            if tab.place_fallback[p] >= BIG:
                a = int(tab.actor_ptr[b]) + int(tab.option_actor[int(tab.option_ptr[p])])
                begin = minute + int(tab.actor_offset[a])
                taken.append((int(tab.actor_res[a]), begin, begin + int(tab.actor_length[a])))
        hot = self._scene.hot
        for r, begin, end in taken:
            if r >= 0:
                lo, hi = self._slots(begin, end)
                if hot[r, d, hi] > hot[r, d, lo]:
                    self._uses[r, d].append((lo, hi, literal, s))

    def _slots(self, begin: int, end: int) -> tuple[int, int]:
        """Slots wholly within a stretch of minutes, as ``filling.slot_window`` counts them."""
        tab = self._tab
        lo = min(max(-((tab.span_start - begin) // tab.grid), 0), tab.slots)
        return lo, min(max((end - tab.span_start) // tab.grid, lo), tab.slots)

    def _no_two_at_once(self) -> None:
        for (r, d), found in self._uses.items():
            hot = np.diff(self._scene.hot[r, d])
            seen: set[frozenset[int]] = set()
            for slot in np.nonzero(hot)[0].tolist():
                taking = [(literal, s) for lo, hi, literal, s in found if lo <= slot < hi]
                key = frozenset(literal.index for literal, _ in taking)
                if len({s for _, s in taking}) > 1 and key not in seen:
                    seen.add(key)
                    self._cp.add_at_most_one([literal for literal, _ in taking])

    def solve(self, budget: JointBudget) -> JointResult:
        """Solve it."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = budget.seed
        solver.parameters.linearization_level = 2
        # Probing and symmetry cost more than the whole search on these models.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_deterministic_time = budget.deterministic
        solver.parameters.max_time_in_seconds = budget.seconds
        solver.parameters.catch_sigint_signal = False
        status = solve_model(solver, self._cp, budget.stop)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            # What stands now is among what is left, so this proves nothing, and nothing is made of it.
            return JointResult(-np.inf, {}, finished=False)
        bound = self._constant + float(solver.best_objective_bound) / SCALE
        plan = {}
        if status != cp_model.UNKNOWN:
            held = {s: self._held(chain, literals, solver) for s, (chain, literals) in self._literals.items()}
            plan = self._free | held
        value = self._constant + solver.objective_value / SCALE if plan else math.inf
        return JointResult(bound, plan, status == cp_model.OPTIMAL, value)

    @staticmethod
    def _held(
        chain: Chain, literals: list[cp_model.IntVar | None], solver: cp_model.CpSolver
    ) -> tuple[tuple[int, int, int], ...]:
        rows = zip(chain.rows.tolist(), literals, strict=True)
        return tuple(
            sorted(
                (d, start, venue)
                for (_, d, start, venue, _), literal in rows
                if literal is not None and solver.boolean_value(literal)
            )
        )
