"""A proven least number of breach days as part of the bound.

Prices alone hardly see that some breaches can't be avoided: half a meeting on time and half a meeting late cost half a breach.
Once it is proven that every calendar has at least so many breach days, each can be made cheaper by a rebate, and the rebate for
the least number of them is added to the bound: a cutting plane with its multiplier (Geoffrion 1974).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from solver.problem.layout import pack
from solver.problem.tables import BIG, Ints, Problem
from solver.score import WEIGHTS

BREACH_DAY = WEIGHTS["breach_day"]
"""Points of one breach day: the largest rebate."""


def breach_days(costs: NDArray[np.int32]) -> Ints:
    """Return how many breach days are part of each cost of a day, of a step or of an end; 0 where it is impossible."""
    return np.where(costs >= BIG, 0, costs // BREACH_DAY).astype(np.int32)


class Rebates:
    """The problem with its breach days made cheaper.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    first, gap, end, none : arrays of int
        Breach days in ``first_cost``, ``gap_cost``, ``end_cost`` and ``none_cost``.
    """

    def __init__(self, problem: Problem) -> None:
        tab = problem.tables
        self._problem = problem
        self.first = breach_days(tab.first_cost)
        self.gap = breach_days(tab.gap_cost)
        self.end = breach_days(tab.end_cost)
        self.none = breach_days(tab.none_cost)

    def at(self, rebate: int, least_days: int) -> Problem:
        """Return the problem with every breach day ``rebate`` points cheaper, and with them for the least number of days on top.

        No calendar that has ``least_days`` breach days or more costs more there than it does in truth.

        Parameters
        ----------
        rebate : int
            0 to ``BREACH_DAY``.
        least_days : int
        """
        if rebate == 0:
            return self._problem
        tab = self._problem.tables
        cheaper = tab._replace(
            first_cost=tab.first_cost - rebate * self.first,
            gap_cost=tab.gap_cost - rebate * self.gap,
            end_cost=tab.end_cost - rebate * self.end,
            none_cost=tab.none_cost - rebate * self.none,
        )
        constant = self._problem.constant + rebate * least_days
        return dataclasses.replace(self._problem, tables=cheaper, packed=pack(cheaper), constant=constant)
