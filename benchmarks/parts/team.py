"""A team with 150 plans, and what the parts need of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calendars.workdays import WorkingCalendar
from solver.engine.incumbent import Incumbent
from solver.engine.order import order_starts
from solver.engine.point import PricePoint
from solver.engine.prices import Dual
from solver.generate import generate
from solver.policy import Policy, load_policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.schema.caseload import Caseload

PLANS = 150
SEED = 1
STEPS = 40
"""Price steps before anything is timed: prices are then those of the middle of a search."""


@dataclass(frozen=True)
class Team:
    """A compiled team with its prices."""

    caseload: Caseload
    policy: Policy
    days: WorkingCalendar
    problem: Problem
    dual: Dual

    def incumbent(self) -> Incumbent:
        """A first calendar of the team."""
        found = Incumbent(self.problem, SEED)
        found.construct(self.point.prices, self.order)
        return found

    @property
    def order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The series, as they come."""
        return np.arange(len(self.problem.series), dtype=np.int64)

    @property
    def point(self) -> PricePoint:
        """The prices that prove most."""
        return self.dual.point()


def make_team() -> Team:
    """Make the team; whatever is compiled on first use is compiled here."""
    caseload = generate(PLANS, SEED)
    policy = load_policy(caseload.authority)
    problem = order_starts(compile_problem(caseload, policy))
    first = Incumbent(problem, SEED)
    first.construct(None, np.arange(len(problem.series), dtype=np.int64))
    dual = Dual(problem, problem.constant)
    for _ in range(STEPS):
        dual.step(float(first.cost))
    found = Team(caseload, policy, working_calendar(caseload, policy), problem, dual)
    found.incumbent().improve(found.point.prices, found.point, 1, 0.0)
    return found
