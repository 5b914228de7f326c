"""Peer 2, one shot: the whole caseload as one CP-SAT model, handed to the solver with a complete hint.

The hint is first fit's calendar. A small caseload is solved to a proof. For a larger one the model is the same but for the length
of the chains: no series has more meetings than keep to its targets, or than it has in the hint; and all threads look for
better calendars, none for a bound. ``model.py`` says what the model is, ``search.py`` how it is solved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from benchmarks.peers.first_fit import FirstFit
from benchmarks.peers.one_shot.diaries import Absences
from benchmarks.peers.one_shot.held import Writer, read_meetings
from benchmarks.peers.one_shot.journeys import Journeys
from benchmarks.peers.one_shot.limits import Limits
from benchmarks.peers.one_shot.model import OneShot
from benchmarks.peers.one_shot.search import Search
from benchmarks.peers.one_shot.windows import Windows
from solver.policy.model import Policy
from solver.problem.compile import compile_problem
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

__all__ = ["solve"]

PROVABLE: Final = 8
"""Series that can be solved to a proof in seconds."""


def solve(
    caseload: Caseload,
    policy: Policy,
    *,
    seconds: float,
    seed: int,
    workers: int,
    watch: Callable[[float, int], None] = lambda *_: None,
) -> Calendar | None:
    """Plan a caseload.

    Parameters
    ----------
    caseload : Caseload
        Without booked meetings: this peer starts from an empty calendar.
    policy : Policy
    seconds : float
        Wall time, with first fit and the building of the model.
    seed : int
    workers : int
        Threads of CP-SAT.
    watch : callable, optional
        Told of each better calendar: seconds since planning began, and its cost.

    Returns
    -------
    Calendar or None
        ``None`` where the time is up before there is a hint.

    Raises
    ------
    ValueError
        Meetings are booked already.
    CompileError
        A meeting has more people and deputies than the compiled tables hold.
    """
    began = time.monotonic()
    limits = Limits(began, began + seconds, seed, workers)
    meetings, _, _ = FirstFit(caseload, policy).run()
    problem = compile_problem(caseload, policy)
    start = read_meetings(problem, meetings)
    writer = Writer(caseload, policy, problem)
    cost = writer.cost(start)
    if limits.left <= 0:
        return None
    watch(limits.spent, cost)
    windows = Windows(problem, caseload, policy)
    absences = Absences(problem, caseload, policy, windows)
    exact = len(problem.series) <= PROVABLE
    try:
        model = OneShot(problem, windows, absences, start, cost, limits, exact=exact)
    except TimeoutError:
        return writer.calendar(start, seed=seed)
    search = Search(model, Journeys(problem), cost, limits, watch)
    search.run()
    return writer.calendar(search.best, seed=seed)
