"""What the tests of the joint model, the prover and the levels share."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np
import pytest
from brute import best_calendar
from optima import tiny_best
from ortools.sat.python import cp_model
from solver_cases import (
    Json,
    generated_problem,
    hours,
    lone,
    person,
    plan_of,
    prepared,
    read,
    room,
    some_problem,
    stepped,
)
from tiny import tiny_caseload, tiny_policy

from solver.engine.incumbent import Incumbent
from solver.engine.joint import SCALE, JointBudget, JointModel
from solver.engine.point import PricePoint
from solver.engine.prices import Dual
from solver.engine.settings import EVERYTHING, Parts
from solver.engine.state import Solution
from solver.generate.shape import Congestion
from solver.policy.model import Policy
from solver.problem.tables import Problem
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

QUICK = (99, 183, 323, 439, 549, 586, 610, 682)
"""Tiny ones that together show every feature: splits, pins, deputies, a quorum, caps, breaches, travel."""
MORE = (
    41, 45, 73, 93, 139, 195, 240, 253, 255, 283, 291, 303, 325, 409, 417, 487, 535, 565, 605, 631, 637, 665, 671,
    681, 683,
)  # fmt: skip
TINY = [*QUICK, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MORE)]
"""The quick ones by default, more of them in the slow part."""
PARTS = {
    "everything": EVERYTHING,
    "no prices": Parts(prices=False),
    "no neighbourhoods": Parts(neighbourhoods=False),
    "no joint": Parts(joint=False),
    "no pruning": Parts(pruning=False),
    "no hints": Parts(hints=False),
    "nothing": Parts(prices=False, neighbourhoods=False, joint=False, pruning=False, hints=False),
}
QUANTITIES = frozenset(
    {
        "breach_day", "unheld_days", "slack_days_wanted", "travel_minutes_per_point", "spare_seats_per_point",
        "spare_seats_cap", "workload_meetings_a_day",
    }
)  # fmt: skip
"""Weights that are no points but what points are counted by, and those of a breach."""
Case = tuple[Caseload, Any, Problem]


@cache
def tiny_case(seed: int) -> tuple[Caseload, Policy, Problem]:
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    return caseload, policy, prepared(caseload, policy)


@cache
def tiny_optimum(seed: int) -> int:
    return tiny_best(seed)[2].cost


def any_case(kind: str, number: int, congestion: str = "") -> Case:
    if kind == "tiny":
        return tiny_case(number)
    if kind == "any":
        return some_problem(number)
    return generated_problem(number, 3, cast("Congestion", congestion))


def priced(problem: Problem, target: float, steps: int) -> PricePoint:
    """Prices after some steps."""
    dual = stepped(problem, target, steps)
    dual.evaluate()
    return dual.point()


def random_prices(problem: Problem, seed: int, scale: float, share: float) -> PricePoint:
    """Prices that nobody would ask: a bound holds at any."""
    rng = np.random.default_rng(seed)
    dual = Dual(problem, problem.constant)
    shape = dual.slot_price.shape
    asked = rng.exponential(scale, shape) * (rng.random(shape) < share)
    dual.begin(asked, np.zeros_like(dual.cap_price), np.zeros_like(dual.soft_price))
    return dual.point()


def at_prices(problem: Problem, point: PricePoint) -> float:
    """What the prices prove by themselves."""
    return float(point.values.sum()) + problem.constant - point.charge()


def enough(deterministic: float = 20.0, seed: int = 1) -> JointBudget:
    """No clock: CP-SAT counts its own steps."""
    return JointBudget(3600.0, deterministic, seed, lambda: False)


def value_of_hint(model: JointModel) -> float:
    """What the model makes of its hint alone."""
    assert len(model._cp.proto.solution_hint.vars) == model.literals
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = True
    assert solver.solve(model._cp) == cp_model.OPTIMAL
    return model._constant + solver.objective_value / SCALE


def rivals(families: int, room_hours: tuple[str, str], weekdays: tuple[str, ...], **changes: Any) -> Json:
    """Families with a worker each, and all with one interpreter, in one room that is seldom there."""
    data = lone(grid_minutes=60, **changes)
    data["venues"] = [room("room-1", hours=hours(*room_hours, weekdays))]
    data["people"] = [person("int-1", "interpreter")]
    data["plans"] = []
    for number in range(1, families + 1):
        data["people"] += [person(f"sw-{number}", "social_worker"), person(f"mother-{number}", "parent")]
        data["plans"].append(
            plan_of(
                number,
                {"person": f"sw-{number}"},
                {"person": f"mother-{number}"},
                {"person": "int-1", "level": "essential"},
            )
        )
    return data


def ready(data: Json) -> tuple[Caseload, Policy, Problem]:
    caseload, policy = read(data)
    return caseload, policy, prepared(caseload, policy)


FOUR_WEEKS = {"start": "2027-01-04", "end": "2027-01-31"}
SHUT = [f"2027-02-{day:02d}" for day in range(1, 27)]
RIVALS: list[tuple[int, tuple[str, str], tuple[str, ...], Json]] = [
    (4, ("10:00", "12:00"), ("thu",), {"horizon": FOUR_WEEKS}),
    (2, ("10:00", "13:00"), ("mon", "thu"), {}),
    (3, ("10:00", "11:00"), ("tue", "wed"), {"horizon": FOUR_WEEKS}),
    # All of February is shut: the second meetings cannot be held, and fall due sooner where the first are sooner.
    (3, ("10:00", "11:00"), ("tue",), {"closures": SHUT}),
]


@cache
def rival_case(which: int) -> tuple[Case, int]:
    """Nobody who can be missed is at two families': all that they share is in the model. With the least cost there is."""
    families, room_hours, weekdays, changes = RIVALS[which]
    caseload, policy, problem = ready(rivals(families, room_hours, weekdays, **changes))
    return (caseload, policy, problem), best_calendar(caseload, policy).cost


def held(solution: Solution, s: int) -> list[tuple[int, int, int]]:
    """Meetings of a series as (day, start, venue)."""
    return [tuple(row) for row in solution.rows[s, : int(solution.n[s])].tolist()]


def as_plan(incumbent: Incumbent) -> dict[int, tuple[tuple[int, int, int], ...]]:
    """The working calendar, by series."""
    return {s: tuple(held(incumbent.work, s)) for s in range(len(incumbent.problem.series))}


def fewest_breach_points(caseload: Caseload, policy: Policy) -> int:
    """The least breach points of any calendar, by brute force with all other weights at zero."""
    with pytest.MonkeyPatch.context() as patch:
        for term in WEIGHTS.keys() - QUANTITIES:
            patch.setitem(WEIGHTS, term, 0)
        patch.setitem(WEIGHTS, "travel_minutes_per_point", 10**9)
        patch.setitem(WEIGHTS, "spare_seats_cap", 0)
        return best_calendar(caseload, policy).cost


def breach_points_of(calendar: Calendar) -> int:
    return calendar.objective.get("breach", 0)
