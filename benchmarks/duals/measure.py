"""One run of one method on one instance, pass by pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.duals.level import Level
from benchmarks.duals.plain import Plain
from benchmarks.duals.volume import Volume
from solver.engine.climb import Climb
from solver.engine.incumbent import Incumbent
from solver.engine.lagrangian import Lagrangian
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.policy import load_policy
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem

Method = Callable[[Problem, int], Lagrangian]
METHODS: Final[dict[str, Method]] = {
    "engine": Dual,
    "climb": Climb,
    "level": Level,
    "plain": Plain,
    "volume": Volume,
}


@dataclass(frozen=True)
class Point:
    """The best bound after some passes and seconds of processor time."""

    passes: int
    seconds: float
    bound: float


@dataclass(frozen=True)
class Trace:
    """What one run did: one point for every step that made the bound better, and the last."""

    method: str
    points: tuple[Point, ...]

    @property
    def bound(self) -> float:
        """Best bound."""
        return self.points[-1].bound

    def reaches(self, value: float) -> Point | None:
        """Return the first point whose bound is at least ``value``."""
        return next((point for point in self.points if point.bound >= value), None)


def prepare(plans: int, seed: int, congestion: Congestion) -> tuple[Problem, float]:
    """Compile an instance; also returns the cost of a first calendar, which the methods aim at."""
    caseload = generate(plans, seed, congestion=congestion)
    problem = order_starts(compile_problem(caseload, load_policy(caseload.authority)))
    incumbent = Incumbent(problem, seed)
    order = np.argsort(-problem.tables.none_cost[: len(problem.series)], kind="stable").astype(np.int64)
    incumbent.construct(None, order)
    return problem, float(incumbent.cost)


def run(method: str, problem: Problem, target: float, seconds: float) -> Trace:
    """Step until the method has settled or its processor time is over."""
    dual = METHODS[method](problem, problem.constant)
    begin = time.process_time()
    dual.evaluate()
    points = [Point(1, time.process_time() - begin, dual.bound.value)]
    while not dual.settled and points[-1].seconds < seconds:
        dual.step(target)
        now = Point(dual.iterations, time.process_time() - begin, dual.bound.value)
        if len(points) > 1 and now.bound <= points[-2].bound:
            points.pop()
        points.append(now)
    return Trace(method, tuple(points))
