"""Whose time, and which room, a calendar's cost comes from: by its prices, and by what more of it saves at most, or did save."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from solver.engine.incumbent import Incumbent
from solver.engine.order import order_starts
from solver.engine.planned import Plan
from solver.engine.prices import Dual
from solver.engine.state import Floats, fixed_commits
from solver.explain.edits import also_in, with_venue
from solver.explain.words import counted, name_of
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.problem.layout import pack
from solver.problem.tables import Problem
from solver.replan.focus import Focus, place_of
from solver.schema.base import DAY_MINUTES, WEEKDAYS
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.explanation import Bottleneck

MOST: Final = 3
"""Bottlenecks that are told."""
STEPS: Final = 50
"""Passes over all series that set the prices, and half as many for what each of the dearest could save."""
MOVES: Final = 1_500
"""Moves by which a calendar is bettered, with the room it has and with one more."""
LARGEST: Final = 1_000
"""Plans beyond which prices would take too long."""
WORTH_TELLING: Final = 0.02
"""Share of the dearest resource's worth from which another is told of."""
STANDS_OUT: Final = 0.4
"""Share of the worth on one day of the week from which the day is named."""
WEEKDAY_NAMES: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def bottlenecks(caseload: Caseload, policy: Policy, calendar: Calendar) -> tuple[Bottleneck, ...] | None:
    """Find what a calendar's cost comes from most.

    Parameters
    ----------
    caseload : Caseload
        That the calendar was planned for.
    policy : Policy
    calendar : Calendar

    Returns
    -------
    tuple of Bottleneck or None
        The dearest first, empty where no time is short; ``None`` for a caseload of more than ``LARGEST`` plans, where it isn't
        worked out.
    """
    if len(caseload.plans) > LARGEST:
        return None
    problem = order_starts(compile_problem(caseload, policy))
    if not problem.series or not problem.resources:
        return ()
    finder = _Finder(caseload, policy, calendar, problem)
    return tuple(finder.tell(r) for r in finder.dearest())


class _Finder:
    def __init__(self, caseload: Caseload, policy: Policy, calendar: Calendar, problem: Problem) -> None:
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        self.problem = problem
        self.cost = sum(calendar.objective.values())
        self.dual = self._climbed(problem, None, STEPS)
        slot, cap, _ = self.dual.bound.prices
        capacity = self.dual.point().capacity
        # [R, D]: what all of a day's time of a resource is worth.
        self.worth: Floats = (slot * capacity.slot).sum(axis=2) + (cap * capacity.cap).sum(axis=2)
        self._plain: int | None = None

    def _climbed(self, problem: Problem, prices: tuple[Floats, ...] | None, steps: int) -> Dual:
        dual = Dual(problem, problem.constant)
        if prices is None:
            dual.evaluate()
        else:
            dual.begin(*prices)
        for _ in range(steps):
            if dual.settled:
                break
            dual.step(float(self.cost))
        dual.rest()
        return dual

    def dearest(self) -> list[int]:
        """Resources by what their time is worth."""
        total = self.worth.sum(axis=1)
        order = sorted(range(len(self.problem.resources)), key=lambda r: (-total[r], r))
        least = max(1.0, WORTH_TELLING * float(total.max(initial=0.0)))
        return [r for r in order[:MOST] if total[r] >= least]

    def tell(self, r: int) -> Bottleneck:
        kind, _, key = self.problem.resources[r].partition(":")
        price, weekday = round(float(self.worth[r].sum())), self._weekday(r)
        at_most = self._at_most(r)
        saved = self._saved(key, weekday) if kind == "venue" else None
        day = "" if weekday is None else f", above all on {WEEKDAY_NAMES[weekday]},"
        if kind == "venue":
            text = f"{key}: its time{day} is worth {counted(price, 'point')}. "
            text += f"However many more rooms like it there were, they would save {counted(at_most, 'point')} at most. "
            one = "one more" if weekday is None else f"one more on {WEEKDAY_NAMES[weekday]} alone"
            text += (
                f"With {one}, a calendar planned from this one saves {counted(saved, 'point')}."
                if saved
                else f"With {one}, no better calendar was found from this one."
            )
        else:
            people = {one.id: one for one in self.caseload.people}
            text = f"{name_of(people, key)}: their time{day} is worth {counted(price, 'point')}. "
            text += f"If they were never needed at two meetings at once, that would save {counted(at_most, 'point')} at most."
        return Bottleneck(
            resource=self.problem.resources[r],
            weekday=None if weekday is None else WEEKDAY_NAMES[weekday],
            price=price,
            at_most=at_most,
            saved=saved,
            text=text,
        )

    def _weekday(self, r: int) -> int | None:
        """The day of the week that most of a resource's worth falls on, if one stands out."""
        by_day = np.zeros(7)
        for d, day in enumerate(self.problem.days):
            by_day[day.weekday()] += self.worth[r, d]
        best = int(by_day.argmax())
        return best if by_day[best] >= STANDS_OUT * by_day.sum() else None

    def _at_most(self, r: int) -> int:
        """Points between this calendar and what is proven of all that have the resource without end."""
        tab = self.problem.tables
        free = tab._replace(
            actor_res=np.where(tab.actor_res == r, -1, tab.actor_res).astype(np.int32),
            venue_res=np.where(tab.venue_res == r, -1, tab.venue_res).astype(np.int32),
        )
        problem = dataclasses.replace(self.problem, tables=free, packed=pack(free))
        prices = tuple(part.copy() for part in self.dual.bound.prices)
        for part in prices:
            part[r] = 0.0
        bound = self._climbed(problem, prices, STEPS // 2).bound.value
        return max(0, math.floor(self.cost - bound + 1e-6))

    def _saved(self, venue: str, weekday: int | None) -> int:
        """Points that a calendar with one more such room saves beyond what the same search saves without it.

        Where a day of the week stands out, there is one more on that day alone.
        """
        if self._plain is None:
            self._plain = min(self.cost, self._bettered(self.caseload, self.problem, self.dual))
        like = next(one for one in self.caseload.venues if one.id == venue)
        taken = {one.id for one in self.caseload.venues}
        name = next(one for i in range(2, 99) if (one := f"{venue}-{i}") not in taken)
        room = like.model_copy(update={"id": name, "name": f"Another {like.name}"})
        if weekday is not None:
            day = WEEKDAYS[weekday]
            spans = ((0, DAY_MINUTES),) if like.hours is None else like.hours.get(day, ())
            room = room.model_copy(update={"hours": {day: spans}})
        more = also_in(venue, name)(with_venue(room, self.caseload)(self.caseload))
        problem = order_starts(compile_problem(more, self.policy))
        slot, cap, soft = self.dual.bound.prices
        rows = [
            self.problem.resources.index(one) if one in self.problem.resources else -1
            for one in problem.resources
        ]
        prices = tuple(_rows(part, rows, len(problem.tables.res_cap)) for part in (slot, cap, soft))
        dual = self._climbed(problem, prices, STEPS // 2)
        return max(0, self._plain - self._bettered(more, problem, dual))

    def _bettered(self, caseload: Caseload, problem: Problem, dual: Dual) -> int:
        """Cost of what the calendar becomes by some moves."""
        incumbent = Incumbent(problem, 1)
        incumbent.construct_planned(self._plan(caseload, problem), len(problem.days), None)
        point = dual.point()
        for _ in range(3):
            incumbent.improve(point.prices, point, MOVES // 3, 0.0)
        return incumbent.cost

    def _plan(self, caseload: Caseload, problem: Problem) -> Plan:
        """The calendar's meetings as starts and venues of a problem."""
        meetings = Focus(caseload, self.policy, self.calendar).meetings
        commits = fixed_commits(problem)
        plan = {}
        for s, series in enumerate(problem.series):
            rows = [
                place_of(problem, commits, s, min(i, 1), one) for i, one in enumerate(meetings[series.id])
            ]
            if all(row is not None for row in rows):
                plan[s] = tuple(row for row in rows if row is not None)
        return plan


def _rows(part: Floats, rows: list[int], number: int) -> Floats:
    """Prices of one problem's resources for another's, 0 for those that it doesn't have."""
    found = np.zeros((number, *part.shape[1:]))
    for i, r in enumerate(rows):
        if r >= 0:
            found[i] = part[r]
    return found
