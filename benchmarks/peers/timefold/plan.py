"""A caseload planned by Timefold, from the caseload to a calendar."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from benchmarks.peers.answer import OWN_SCORE, calendar_of
from benchmarks.peers.timefold.machine import Machine, Row, by_series
from solver.check import check_calendar
from solver.decode import Decoded, Decoder
from solver.derive.marks import mark_meetings
from solver.derive.rota import assign_roles
from solver.engine.state import Solution, empty_solution
from solver.explain.absences import line_managers
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.schema.calendar import Breach, Calendar, CalendarException, Meeting, Reason
from solver.schema.caseload import Caseload

Watch = Callable[[float, int], None]
"""Told of a better calendar: seconds since planning began, and its cost."""

_log = logging.getLogger(__name__)


def solve(
    caseload: Caseload,
    policy: Policy,
    *,
    seconds: float,
    seed: int,
    workers: int,
    watch: Watch | None = None,
) -> Calendar:
    """Plan a caseload.

    Parameters
    ----------
    caseload : Caseload
        Without booked meetings: this peer starts from an empty calendar.
    policy : Policy
    seconds : float
        Wall time for reading the caseload into arrays, handing them over and searching. As for the others, the start of
        the process is not counted (0.3 s for the virtual machine and Timefold's classes), nor is writing the calendar.
    seed : int
    workers : int
        Processors for the virtual machine. Timefold searches on one thread: more are for its Enterprise Edition alone.
    watch : callable, optional

    Returns
    -------
    Calendar
        Without any meeting that would break a hard rule.

    Raises
    ------
    ValueError
        Meetings are booked already.
    """
    if caseload.booked:
        raise ValueError("Timefold starts from an empty calendar: leave booked out")
    with Machine(seed=seed, workers=workers) as machine:
        machine.wait()
        began, until = time.perf_counter(), time.time() + seconds
        problem = compile_problem(caseload, policy)
        answer = machine.plan(
            problem,
            until=until,
            watch=None if watch is None else lambda cost: watch(time.perf_counter() - began, cost),
        )
    writer = Writer(caseload, policy, problem, seed)
    calendar, struck = writer.lawful(answer.rows)
    if struck:
        _log.warning("%d meetings that Timefold planned break a rule and are struck out", struck)
    return calendar


class Writer:
    """Writes Timefold's answers to one problem as calendars."""

    def __init__(self, caseload: Caseload, policy: Policy, problem: Problem, seed: int) -> None:
        self._caseload, self._policy, self._problem, self._seed = caseload, policy, problem, seed
        self._decoder = Decoder(caseload, policy, problem, working_calendar(caseload, policy))

    def lawful(self, rows: Sequence[Row]) -> tuple[Calendar, int]:
        """Write a calendar in which the checker finds nothing.

        A meeting that breaks a rule is struck out, and what follows it in its series, as their windows hang on it.

        Returns
        -------
        calendar : Calendar
        struck : int
            How many meetings are struck out. The model knows every hard rule, so there should be none.
        """
        chains = by_series(rows)
        struck = 0
        while True:
            calendar = self._calendar(chains)
            report = check_calendar(self._caseload, self._policy, calendar)
            faulty = {
                violation.meetings[-1]
                for violation in report.violations
                if violation.meetings and violation.rule not in OWN_SCORE
            }
            if not faulty:
                return calendar, struck
            for s, series in enumerate(self._problem.series):
                chain = chains.get(s, [])
                ids = [f"{series.id}.{series.held + i + 1}" for i in range(len(chain))]
                stands = next((i for i, one in enumerate(ids) if one in faulty), len(chain))
                struck += len(chain) - stands
                del chain[stands:]

    def _calendar(self, chains: dict[int, list[Row]]) -> Calendar:
        decoded = self._decoder.decode(self._solution(chains))
        meetings = sorted(decoded.meetings, key=lambda meeting: (meeting.start, meeting.id))
        standing = mark_meetings(self._caseload, assign_roles(self._caseload, self._policy, meetings))
        return calendar_of(
            self._caseload,
            self._policy,
            standing,
            tuple(_breaches(decoded)),
            tuple(_exceptions(self._caseload, standing)),
            seed=self._seed,
        )

    def _solution(self, chains: dict[int, list[Row]]) -> Solution:
        solution = empty_solution(self._problem)
        for s, chain in chains.items():
            solution.n[s] = len(chain)
            for i, row in enumerate(chain):
                solution.rows[s, i] = (row.day, row.start, row.venue)
                solution.choice[s, i, : len(row.choices)] = row.choices
        return solution


def _breaches(decoded: Decoded) -> Iterator[Breach]:
    for meeting in decoded.meetings:
        if meeting.breach_days:
            yield Breach(
                series=meeting.series,
                meeting=meeting.id,
                due=meeting.window.due,
                days=meeting.breach_days,
                proved=False,
                reasons=(Reason(rule="series.window", text="Nothing better was found in the window."),),
            )
    for missing in decoded.unheld:
        yield Breach(
            series=missing.series,
            meeting=None,
            due=missing.due,
            days=missing.days,
            proved=False,
            reasons=(Reason(rule="series.complete", text="No day was found for it."),),
        )


def _exceptions(caseload: Caseload, meetings: Iterable[Meeting]) -> Iterator[CalendarException]:
    agree = line_managers(caseload)
    for meeting in meetings:
        for entry in meeting.attendees:
            if entry.level == "expected" and entry.status in ("report", "absent"):
                yield CalendarException(
                    meeting=meeting.id,
                    person=entry.person,
                    kind=entry.status,
                    agree=agree.get((entry.person, entry.status)),
                    reason="Elsewhere or not free.",
                )
