"""When shared people and rooms are away, beyond what is so every week."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.one_shot.patterns import runs
from benchmarks.peers.one_shot.windows import Windows
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.availability import FreeTime
from solver.problem.days import make_grid
from solver.problem.tables import Problem
from solver.schema.caseload import Caseload


class Absences:
    """The absences of a problem's resources, but of pupils: when they are at school depends on the meeting."""

    def __init__(self, problem: Problem, caseload: Caseload, policy: Policy, windows: Windows) -> None:
        calendar = working_calendar(caseload, policy)
        self._free = FreeTime(caseload, make_grid(caseload, calendar), calendar)
        self._problem, self._windows = problem, windows
        children = {f"person:{child.id}" for plan in caseload.plans for child in plan.children}
        self.known = {r for r, name in enumerate(problem.resources) if name not in children}

    def of(self, r: int) -> list[tuple[int, int]]:
        """Stretches of starts (end exclusive) in which a resource is away though it is there in other weeks."""
        kind, _, key = self._problem.resources[r].partition(":")
        free = self._free.person(key) if kind == "person" else self._free.venue(key)
        usual = np.zeros_like(free)
        for weekday in range(7):
            rows = self._windows.weekdays == weekday
            usual[rows] = free[rows].any(axis=0)
        return [(first, last + 1) for first, last in runs(self._numbers(usual & ~free), self._numbers(free))]

    def _numbers(self, matrix: np.ndarray) -> np.ndarray:
        days, slots = np.nonzero(matrix)
        return np.asarray(self._windows.day_slots * self._windows.days[days] + slots, dtype=np.int64)
