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
from solver.engine.planned import Plan
from solver.engine.search import Limits, Search
from solver.engine.state import fixed_commits
from solver.explain.alone import breach_days_alone
from solver.explain.whole import Effort
from solver.plan import CheckFailedError
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.layout import pack
from solver.problem.tables import Problem
from solver.replan.focus import place_of
from solver.schema.calendar import Calendar, Meeting
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
    found = search.run(Limits(seconds=limits.seconds, rounds=limits.rounds), start=_chains(scored, calendar))
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


def _chains(problem: Problem, calendar: Calendar) -> Plan | None:
    """Return where a calendar's meetings are in a problem; ``None`` where one isn't in it."""
    commits = fixed_commits(problem)
    chains: dict[str, list[Meeting]] = {series.id: [] for series in problem.series}
    for meeting in sorted(calendar.meetings, key=lambda one: one.start):
        if meeting.series not in chains:
            return None
        chains[meeting.series].append(meeting)
    found = {}
    for s, series in enumerate(problem.series):
        rows = [place_of(problem, commits, s, min(i, 1), one) for i, one in enumerate(chains[series.id])]
        if None in rows:
            return None
        found[s] = tuple(row for row in rows if row is not None)
    return found
