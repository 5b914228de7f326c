"""Chains of meetings as the model sees them: read from a calendar, costed, and written out as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.peers.answer import calendar_of
from solver.decode import Decoded, Decoder
from solver.derive.marks import mark_meetings
from solver.derive.rota import assign_roles
from solver.engine.state import empty_solution
from solver.explain.absences import line_managers
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.days import local_minute
from solver.problem.tables import Problem
from solver.schema.calendar import Breach, Calendar, CalendarException, Meeting, Reason
from solver.schema.caseload import Caseload


@dataclass(frozen=True)
class Held:
    """One meeting.

    Attributes
    ----------
    day, start, venue
        Index of the day, of the tables' starts and of the tables' venues of blocks.
    choice
        Who fills each place: twice the option within the block, one more if remotely; -1 for nobody.
    """

    day: int
    start: int
    venue: int
    choice: tuple[int, ...]


Chains = tuple[tuple[Held, ...], ...]
"""The meetings of every series, in order."""


def group_of(problem: Problem, venue: int) -> int:
    """The group that a venue of a block belongs to."""
    return int(np.searchsorted(problem.tables.venue_ptr, venue, side="right")) - 1


def read_meetings(problem: Problem, meetings: Iterable[Meeting]) -> Chains:
    """Find the meetings of a lawful calendar in the compiled tables."""
    tab = problem.tables
    series = {one.id: s for s, one in enumerate(problem.series)}
    days = {day: d for d, day in enumerate(problem.days)}
    venues = {venue: v for v, venue in enumerate(problem.venues)}
    chains: list[list[Held]] = [[] for _ in problem.series]
    for meeting in sorted(meetings, key=lambda one: one.number):
        s, d = series[meeting.series], days[meeting.start.date()]
        k = 1 if chains[s] else 0
        b = int(tab.node_block[k, s, d])
        lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
        start = lo + tab.start_minute[lo:hi].tolist().index(local_minute(meeting.start))
        first = int(tab.venue_ptr[tab.group_ptr[b]])
        last = int(tab.venue_ptr[tab.group_ptr[b + 1]])
        venue = first + tab.venue_id[first:last].tolist().index(venues[meeting.venue])
        actors = problem.blocks[b].actors
        p0 = int(tab.place_ptr[b])
        o0 = int(tab.option_ptr[p0])
        choice = []
        for p, attendee in enumerate(meeting.attendees, start=p0):
            if attendee.status in ("report", "absent"):
                choice.append(-1)
                continue
            options = range(int(tab.option_ptr[p]), int(tab.option_ptr[p + 1]))
            o = next(o for o in options if actors[int(tab.option_actor[o])] == attendee.person)
            choice.append(2 * (o - o0) + int(attendee.remote))
        chains[s].append(Held(d, start, venue, tuple(choice)))
    return tuple(tuple(chain) for chain in chains)


class Writer:
    """Costs chains and writes them out."""

    def __init__(self, caseload: Caseload, policy: Policy, problem: Problem) -> None:
        self._caseload, self._policy, self._problem = caseload, policy, problem
        self._decoder = Decoder(caseload, policy, problem, working_calendar(caseload, policy))

    def cost(self, chains: Chains) -> int:
        """Points of the whole calendar."""
        return sum(self._decode(chains).objective.values())

    def calendar(self, chains: Chains, *, seed: int) -> Calendar:
        """The calendar, without a score of its own."""
        decoded = self._decode(chains)
        meetings = mark_meetings(self._caseload, assign_roles(self._caseload, self._policy, decoded.meetings))
        return calendar_of(
            self._caseload,
            self._policy,
            sorted(meetings, key=lambda meeting: (meeting.start, meeting.id)),
            _breaches(decoded),
            _exceptions(self._caseload, meetings),
            seed=seed,
        )

    def _decode(self, chains: Chains) -> Decoded:
        solution = empty_solution(self._problem)
        for s, chain in enumerate(chains):
            solution.n[s] = len(chain)
            for i, held in enumerate(chain):
                solution.rows[s, i] = (held.day, held.start, held.venue)
                solution.choice[s, i, : len(held.choice)] = held.choice
        return self._decoder.decode(solution)


def _breaches(decoded: Decoded) -> list[Breach]:
    late = Reason(rule="series.window", text="No better calendar was found in time.")
    missing = Reason(rule="series.complete", text="No better calendar was found in time.")
    return [
        *(
            Breach(
                series=meeting.series,
                meeting=meeting.id,
                due=meeting.window.due,
                days=meeting.breach_days,
                proved=False,
                reasons=(late,),
            )
            for meeting in decoded.meetings
            if meeting.breach_days
        ),
        *(
            Breach(
                series=one.series, meeting=None, due=one.due, days=one.days, proved=False, reasons=(missing,)
            )
            for one in decoded.unheld
        ),
    ]


def _exceptions(caseload: Caseload, meetings: Sequence[Meeting]) -> list[CalendarException]:
    agree = line_managers(caseload)
    return [
        CalendarException(
            meeting=meeting.id,
            person=attendee.person,
            kind=attendee.status,
            agree=agree.get((attendee.person, attendee.status)),
            reason="Not free, or only at a higher cost.",
        )
        for meeting in meetings
        for attendee in meeting.attendees
        if attendee.level == "expected" and attendee.status in ("report", "absent")
    ]
