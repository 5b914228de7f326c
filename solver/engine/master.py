"""The restricted master: the best prices for the meetings that are known, as a linear programme.

It is written from the side of the prices: a variable for the price of every largest set of meetings that exclude each
other, for the rebate on breach days, for the value of every series, and for what a chain costs from each known node on; a
row for every known meeting and step. Its optimum is an upper bound of the Lagrangian bound once no price is at the edge of
its box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from ortools.linear_solver.python import model_builder_helper as mbh

from solver.engine.columns import Known, Pool, in_arrays
from solver.engine.point import Capacity
from solver.engine.rebate import BREACH_DAY, Rebates
from solver.engine.state import Floats
from solver.problem.tables import Problem

DEARER = 1e-4
"""Share by which capacity counts as larger than it is: of equally good prices the lower ones, which are less often wrong."""
LARGE = 7_000
"""Rows of a master that takes as long as a hundred passes."""
MANY = 4_500
"""Rows from which the interior point method is quicker than the simplex method."""
SIMPLEX = ("glop", "")
INTERIOR = ("highs", "solver=ipm,run_crossover=off,threads=1,output_flag=false")


class Priced(NamedTuple):
    """What the master found.

    Attributes
    ----------
    value : float
        Its optimum, without the constant.
    prices : tuple of arrays
        Slot, cap and soft prices, shaped as in ``Dual``.
    rebate : float
        On each breach day.
    inside : bool
        Whether no price is at the edge of its box: then ``value`` bounds the bound.
    """

    value: float
    prices: tuple[Floats, Floats, Floats]
    rebate: float
    inside: bool


Uses = list[list[tuple[int, float]]]
"""Price variables and coefficients of each meeting."""
Finish = Callable[[Floats, int], Priced]
"""Turns the solution of the linear programme into prices."""


@njit(cache=True)
def cliques(takes: Any, owner: Any, series: Any, slots: int, cells: Any, rows: Any, columns: Any) -> Any:
    """Find, per resource and day, the slots whose meetings are no part of another slot's.

    Parameters
    ----------
    takes, owner : [n, 4], [n]
        Sorted by resource and day.
    series : [meetings]
    cells, rows, columns : arrays
        Written: (resource, day, slot) in one number; which meeting (column) takes which cell (row).

    Returns
    -------
    tuple of int
        Cells and pairs written.
    """
    n = len(takes)
    n_cells = pairs = 0
    begin = 0
    while begin < n:
        end = begin
        while end < n and takes[end, 0] == takes[begin, 0]:
            end += 1
        starts = np.zeros(slots + 1, dtype=np.bool_)
        stops = np.zeros(slots + 1, dtype=np.bool_)
        for i in range(begin, end):
            starts[takes[i, 1]] = True
            stops[takes[i, 2]] = True
        last = -1
        for slot in range(slots + 1):
            # The meetings of the last slot at which one starts are as many as there get before one stops.
            if stops[slot] and last >= 0:
                first_pair, one, several = pairs, -1, False
                for i in range(begin, end):
                    if takes[i, 1] <= last < takes[i, 2]:
                        rows[pairs] = n_cells
                        columns[pairs] = owner[i]
                        pairs += 1
                        several |= one >= 0 and one != series[owner[i]]
                        one = series[owner[i]]
                if several:
                    cells[n_cells] = takes[begin, 0] * slots + last
                    n_cells += 1
                else:
                    pairs = first_pair
                last = -1
            if starts[slot]:
                last = slot
        begin = end
    return n_cells, pairs


class Terms:
    """A linear programme being put together: minimise over rows that are at most their right-hand sides."""

    def __init__(self) -> None:
        self.model: Any = mbh.ModelBuilderHelper()

    def variables(self, low: Floats, high: Floats, cost: Floats) -> int:
        """Add variables; returns the number of the first."""
        first = self.model.num_variables()
        self.model.add_var_array_with_bounds(low, high, np.zeros(len(low), dtype=np.bool_), "")
        for i in np.nonzero(cost)[0].tolist():
            self.model.set_var_objective_coefficient(first + i, float(cost[i]))
        return int(first)

    def row(self, most: float, terms: list[tuple[int, float]]) -> None:
        """Add a row."""
        row = self.model.add_linear_constraint()
        self.model.set_constraint_upper_bound(row, most)
        self.model.set_constraint_lower_bound(row, -np.inf)
        for variable, coefficient in terms:
            self.model.add_term_to_constraint(row, variable, coefficient)


class Master:
    """Solves the master over a pool.

    Parameters
    ----------
    problem : Problem
    capacity : Capacity
    soft_limit : [R, D]
        Most that one meeting beyond the soft cap costs.
    """

    def __init__(self, problem: Problem, capacity: Capacity, soft_limit: Floats) -> None:
        self._problem = problem
        self._capacity = capacity
        self._soft_limit = soft_limit
        self._rebates = Rebates(problem)

    def solve(self, pool: Pool, box: float, least_days: int) -> Priced | None:
        """Find the best prices of at most ``box`` for what is in the pool; ``None`` if that fails.

        Parameters
        ----------
        pool : Pool
        box : float
        least_days : int
            Proven least number of breach days.
        """
        if not pool.node:
            return None
        tab = self._problem.tables
        known = in_arrays(self._problem, self._rebates, pool)
        n = len(self._problem.series)
        terms = Terms()
        free = np.full(len(known.nodes), np.inf)
        none_days = self._rebates.none[:n]
        counted = least_days > 0
        highest = np.array([float(BREACH_DAY) if counted else 0.0])
        rebate = terms.variables(np.zeros(1), highest, np.array([-float(least_days)]))
        none = np.where(none_days > 0, np.inf, tab.none_cost[:n].astype(np.float64))
        value = terms.variables(np.full(n, -np.inf), none, np.full(n, -1.0))
        enter = terms.variables(-free, free, np.zeros(len(free)))
        leave = terms.variables(-free, free, np.zeros(len(free)))
        for s in np.nonzero(none_days)[0].tolist():
            terms.row(float(tab.none_cost[s]), [(value + s, 1.0), (rebate, float(none_days[s]))])
        steps = (known.before, known.after, known.price, known.late, known.of)
        for before, after, price, late, s in zip(*(part.tolist() for part in steps), strict=True):
            row = [(leave + before, 1.0) if before >= 0 else (value + s, 1.0)]
            if after >= 0:
                row.append((enter + after, -1.0))
            if late and counted:
                row.append((rebate, float(late)))
            terms.row(price, row)
        uses, finish = self._priced(terms, known, box)
        for i, (x, cost) in enumerate(zip(known.node.tolist(), known.cost.tolist(), strict=True)):
            terms.row(cost, [(enter + x, 1.0), (leave + x, -1.0), *uses[i]])
        name, parameters = INTERIOR if len(known.node) + len(known.before) > MANY else SIMPLEX
        solver = mbh.ModelSolverHelper(name)
        solver.enable_output(False)
        solver.set_solver_specific_parameters(parameters)
        solver.solve(terms.model)
        if not solver.has_solution():
            return None
        return finish(np.array(solver.variable_values()), least_days)

    def _priced(self, terms: Terms, known: Known, box: float) -> tuple[Uses, Finish]:
        """Add the price variables; returns the terms of each meeting and what turns a solution into prices."""
        here = self._capacity
        slots, n = self._problem.tables.slots, len(self._problem.series)
        takes, owner = known.takes, known.owner
        order = np.argsort(takes[:, 0], kind="stable")
        most = int((takes[:, 2] - takes[:, 1]).sum()) + 1
        cells, rows, columns = (np.zeros(most, dtype=np.int64) for _ in range(3))
        series = known.series[known.node]
        n_cells, pairs = cliques(takes[order], owner[order], series, slots, cells, rows, columns)
        uses: Uses = [[] for _ in known.node]
        first = terms.variables(np.zeros(n_cells), np.full(n_cells, box), np.full(n_cells, 1.0 + DEARER))
        for row, column in zip(rows[:pairs].tolist(), columns[:pairs].tolist(), strict=True):
            uses[column].append((first + row, -1.0))
        person = takes[:, 3] == 1
        pair, count = np.unique(np.stack([takes[person, 0], owner[person]]), axis=1, return_counts=True)
        crowd = np.bincount(pair[0], count, here.cap.size)
        kinds = []
        for capacity, highest in (
            (here.cap.ravel(), np.full(here.cap.size, box)),
            (here.soft.ravel(), self._soft_limit.ravel()),
        ):
            tight = np.nonzero((crowd > capacity) & (highest > 0.0))[0]
            begin = terms.variables(np.zeros(len(tight)), highest[tight], capacity[tight] * (1.0 + DEARER))
            where = {int(x): begin + i for i, x in enumerate(tight)}
            for (x, column), times in zip(pair.T.tolist(), count.tolist(), strict=True):
                if x in where:
                    uses[column].append((where[x], -float(times)))
            kinds.append((tight, begin))

        def finish(solution: Floats, least_days: int) -> Priced:
            shapes = (here.slot.shape, here.cap.shape, here.soft.shape)
            slot, cap, soft = (np.zeros(int(np.prod(shape))) for shape in shapes)
            slot[cells[:n_cells]] = solution[first : first + n_cells]
            for price, (tight, begin) in zip((cap, soft), kinds, strict=True):
                price[tight] = solution[begin : begin + len(tight)]
            for price in (slot, cap, soft):
                np.clip(price, 0.0, None, out=price)
            soft = np.minimum(soft, self._soft_limit.ravel())
            # The rebate is the first variable, the values of the series come next.
            rebate = float(min(max(solution[0], 0.0), BREACH_DAY))
            value = float(solution[1 : 1 + n].sum()) + rebate * least_days
            value -= float(slot.sum() + cap @ here.cap.ravel() + soft @ here.soft.ravel())
            inside = bool(max(slot.max(initial=0.0), cap.max(initial=0.0)) < 0.999 * box)
            a, b, c = (price.reshape(shape) for price, shape in zip((slot, cap, soft), shapes, strict=True))
            return Priced(value, (a, b, c), rebate, inside)

        return uses, finish
