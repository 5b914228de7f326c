"""The same caseload planned with resilience counting for nothing: what a calendar is compared with to see what slack is worth."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from solver.check import check_calendar
from solver.decode import Decoder
from solver.engine.order import order_starts
from solver.engine.search import Limits, Search
from solver.engine.state import Solution, empty_solution, fixed_commits
from solver.explain.alone import breach_days_alone
from solver.explain.whole import Effort
from solver.plan import CheckFailedError
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.layout import pack
from solver.problem.tables import Problem
from solver.rebook.seats import filled_as
from solver.repair.complete import refilled
from solver.replan.focus import place_of
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.writer import CalendarWriter, Outcome

UNEXPLAINED: Final = Effort(breaches=0, exceptions=0, each_breach=0, each_exception=0)
"""Nobody reads the calendar itself."""


@dataclass(frozen=True)
class PlainLimits:
    """What planning the calendar to compare with may take.

    Attributes
    ----------
    rounds : int or None
        Of the search; the same calendar on any machine. ``None``: seconds count.
    seconds : float
        Wall time, where no rounds are given.
    seed, workers : int
        As for `solver.plan.plan`.
    """

    rounds: int | None = 6
    seconds: float = 30.0
    seed: int = 1
    workers: int = 2


def plan_without_resilience(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    limits: PlainLimits,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Calendar:
    """Plan a caseload as if neither slack nor even spacing were worth anything.

    Nor is it worth anything that a meeting stays where it is booked, unless it is pinned: else a calendar planned again would be
    compared with itself. Rules, windows and all other points are as ever. The search begins with the calendar given, so what it
    finds costs no more than that, resilience and stability aside.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    calendar : Calendar
        Of the caseload, as it is planned.
    limits : PlainLimits
    clock : callable
        Seconds from any origin.

    Returns
    -------
    Calendar
        Checked, and scored as every calendar is, resilience included; nothing is proven of it.

    Raises
    ------
    CheckFailedError
        The checker found a fault in it: a fault of Convene, never of the caseload.
    """
    began = clock()
    scored = order_starts(compile_problem(caseload, policy))
    problem = _with_days_of(scored, compile_problem(caseload, policy, resilience=False))
    search = Search(
        problem,
        seed=limits.seed,
        workers=limits.workers,
        clock=lambda: clock() - began,
        stop=lambda: False,
        report=lambda _phase, _solution, _cost, _bound: None,
    )
    found = search.run(
        Limits(seconds=limits.seconds, rounds=limits.rounds), held=_as_it_stands(problem, calendar)
    )
    working = working_calendar(caseload, policy)
    decoded = Decoder(caseload, policy, scored, working).decode(found.solution)
    cost = sum(decoded.objective.values())
    written = CalendarWriter(caseload, policy, working).write(
        decoded,
        Outcome(cost, 0.0, 0, optimal=False, stopped=False),
        breach_days_alone(scored).__getitem__,
        seed=limits.seed,
        elapsed=0.0,
        moment=datetime.combine(caseload.horizon.start, datetime.min.time(), tzinfo=UTC),
        effort=UNEXPLAINED,
    )
    checked = check_calendar(caseload, policy, written)
    if not checked.ok:
        raise CheckFailedError(checked)
    return written


def _with_days_of(scored: Problem, plain: Problem) -> Problem:
    """Return a problem with what days cost in another one of the same caseload, and nothing gained by standing where booked.

    Starts and venues stay the same, and the starts' floors stay below what they cost.
    """
    days = plain.tables
    tables = scored.tables._replace(
        first_cost=days.first_cost,
        gap_index=days.gap_index,
        gap_cost=days.gap_cost,
        end_cost=days.end_cost,
        none_cost=days.none_cost,
        start_bonus_venue=np.full_like(scored.tables.start_bonus_venue, -1),
        start_bonus=np.zeros_like(scored.tables.start_bonus),
    )
    return dataclasses.replace(scored, tables=tables, packed=pack(tables))


def _as_it_stands(problem: Problem, calendar: Calendar) -> tuple[Solution, int] | None:
    """Return a calendar as a solution of a problem, with its cost; ``None`` where a meeting isn't possible there."""
    tab, commits, solution = problem.tables, fixed_commits(problem), empty_solution(problem)
    index = {series.id: s for s, series in enumerate(problem.series)}
    for meeting in sorted(calendar.meetings, key=lambda one: one.start):
        s = index.get(meeting.series, -1)
        if s < 0:
            return None
        i = int(solution.n[s])
        row = place_of(problem, commits, s, min(i, 1), meeting)
        choice = (
            None if row is None else filled_as(problem, int(tab.node_block[min(i, 1), s, row[0]]), meeting)
        )
        if row is None or choice is None:
            return None
        solution.n[s] = i + 1
        solution.rows[s, i] = row
        solution.choice[s, i, : len(choice) - 1] = choice[:-1]
    return refilled(problem, solution)
