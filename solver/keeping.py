"""Calendars on the way: the best so far written out, for whoever keeps it, and searching on from one that was kept."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable

from solver.check import check_calendar
from solver.engine.planned import Plan
from solver.engine.state import Solution
from solver.policy.model import Policy
from solver.problem.tables import Problem
from solver.scale.held import Held, plan_of
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.writer import Alone, Outcome

KEEPING = 20.0
"""Times as long as writing out a calendar took, until it is done again for a better one: a twentieth of the time at most."""
Writing = Callable[[Solution, Outcome, Alone], Calendar]


class BestSoFar:
    """Hands over better calendars as they are found, each as complete and as well checked as a result.

    Parameters
    ----------
    caseload, policy
    write : callable
        Completes a solution.
    alone : callable
        Works out what series come to alone, when the first calendar is written.
    clock : callable
        Seconds from any origin.
    tell : callable
        Gets each calendar.
    """

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        write: Writing,
        alone: Callable[[], Alone],
        clock: Callable[[], float],
        tell: Callable[[Calendar], None],
    ) -> None:
        self._caseload, self._policy = caseload, policy
        self._write, self._work_out_alone = write, alone
        self._clock, self._tell = clock, tell
        self._alone: Alone | None = None
        self._waiting: tuple[Solution, int] | None = None
        self._next = -math.inf

    def step(self, solution: Solution | None, cost: int | None, bound: float | None) -> None:
        """Take note of a better solution, if there is one, and write out the latest if that is due."""
        if solution is not None and cost is not None:
            self._waiting = (solution, cost)
        began = self._clock()
        if self._waiting is None or began < self._next:
            return
        (found, points), self._waiting = self._waiting, None
        self._alone = self._alone or self._work_out_alone()
        proven = 0.0 if bound is None or bound < 0 else float(math.ceil(min(bound, points) - 1e-6))
        outcome = Outcome(points, proven, breach_floor=0, optimal=False, stopped=False)
        calendar = self._write(found, outcome, self._alone)
        # One that fails is a fault of Convene, and is not kept; the check of the result tells it.
        if check_calendar(self._caseload, self._policy, calendar).ok:
            self._tell(calendar)
        ended = self._clock()
        self._next = ended + KEEPING * (ended - began)


def planned_as(problem: Problem, calendar: Calendar) -> Plan:
    """What each series holds in a calendar of the same caseload, for a search to begin with."""
    chains: defaultdict[str, list[Held]] = defaultdict(list)
    for meeting in sorted(calendar.meetings, key=lambda meeting: meeting.number):
        minute = 60 * meeting.start.hour + meeting.start.minute
        chains[meeting.series].append(Held(meeting.start.toordinal(), minute, meeting.venue, ()))
    return plan_of(problem, [chains[series.id] for series in problem.series])


__all__ = ["KEEPING", "BestSoFar", "Writing", "planned_as"]
