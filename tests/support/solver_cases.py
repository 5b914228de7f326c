"""Small made-up caseloads for the tests of the solver, and ways to recount what it says.

``lone()`` is JSON data of one child protection plan under a policy whose windows can be counted by hand: the first core
group within ten working days of the conference on 30 December 2026 (due 14 January 2027), the next ones within 28 days.
Add people, rooms and plans with ``person``, ``room`` and ``plan_of``; ``planned`` reads, validates and plans.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

import any_caseload
import numpy as np
import policies
from builder import settle

from calendars.workdays import WorkingCalendar
from solver.check import check_calendar
from solver.decode import Decoded, Decoder
from solver.derive.marks import mark_meetings
from solver.derive.rota import assign_roles
from solver.engine.incumbent import Incumbent
from solver.engine.order import order_starts
from solver.engine.prices import Dual
from solver.engine.state import Commits, Solution
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.problem.travel import Travel
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.schema.load import load_caseload

Json = dict[str, Any]
WEEK = ("mon", "tue", "wed", "thu", "fri")


def hours(start: str, end: str, days: Sequence[str] = WEEK) -> Json:
    """The same hours on each of some weekdays."""
    return {day: [[start, end]] for day in days}


def person(name: str, role: str, **more: Any) -> Json:
    return {"id": name, "name": f"Person {name}", "role": role, **more}


def room(name: str, site: str | None = "hall", *features: str, **more: Any) -> Json:
    return {
        "id": name, "name": name, "kind": "office", "site": site, "features": ["private", *features], **more,
    }  # fmt: skip


def plan_of(number: int, *participants: Json, **more: Any) -> Json:
    """A child protection plan whose child does not attend; its first core group is due on 14 January 2027."""
    return {
        "id": f"plan-{number}",
        "type": "child_protection",
        "children": [
            {
                "id": f"child-{number}",
                "initials": "A.B.",
                "date_of_birth": "2020-11-04",
                "educated_elsewhere": True,
            }
        ],
        "events": {"initial_conference": "2026-12-30"},
        "participants": list(participants),
        **more,
    }


def inline(policy: Policy) -> Json:
    """A policy as the caseload can hold it."""
    return policy.model_dump(mode="json", by_alias=True, exclude_none=True)


def lone(policy: Policy | None = None, **changes: Any) -> Json:
    """One plan, one social worker, one mother and one room; eight weeks from 4 January 2027."""
    data: Json = {
        "format": "convene/1",
        "id": "lone",
        "nation": "ENG",
        "authority": inline(policy or policies.make_policy()),
        "team": {"id": "t", "name": "Team", "organiser": {"name": "Team", "email": "team@convene.example"}},
        "horizon": {"start": "2027-01-04", "end": "2027-02-26"},
        "grid_minutes": 30,
        "people": [
            person("sw-1", "social_worker", site="hall"),
            person("mother-1", "parent"),
        ],
        "sites": [
            {"id": "hall", "name": "Hall", "travel_minutes": 15},
            {"id": "hill", "name": "Hill", "travel_minutes": 30},
        ],
        "venues": [room("room-1")],
        "plans": [plan_of(1, {"person": "sw-1"}, {"person": "mother-1"})],
    }
    return data | changes


def read(data: Json) -> tuple[Caseload, Policy]:
    """Load and validate, as every command does.

    Raises
    ------
    CaseloadError
    """
    caseload = load_caseload(json.dumps(data).encode())
    return caseload, load_policy(caseload.authority)


def planned(data: Json, *, rounds: int = 30, seed: int = 1, **more: Any) -> Calendar:
    """Read, validate and plan; the calendar has passed the check."""
    caseload, policy = read(data)
    calendar = plan(caseload, policy, deterministic=rounds, seed=seed, **more)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    return calendar


@cache
def some_problem(seed: int) -> tuple[Caseload, Policy, Problem]:
    """A compiled caseload of ``any_caseload`` with at least one series; the same for a seed."""
    data = any_caseload.any_caseload(random.Random(seed))
    try:
        caseload, policy = read(data)
    except CaseloadError:
        return some_problem(seed + 10_000)
    problem = prepared(caseload, policy)
    return (caseload, policy, problem) if problem.series else some_problem(seed + 10_000)


@cache
def generated_problem(plans: int, seed: int, congestion: Congestion) -> tuple[Caseload, Policy, Problem]:
    """A compiled caseload of ``generate``."""
    caseload = generate(plans, seed, congestion=congestion)
    policy = load_policy(caseload.authority)
    return caseload, policy, prepared(caseload, policy)


def prepared(caseload: Caseload, policy: Policy) -> Problem:
    """Compile for the kernels."""
    return order_starts(compile_problem(caseload, policy))


def constructed(problem: Problem, seed: int = 1) -> Incumbent:
    """An incumbent after one insertion of every series in random order."""
    incumbent = Incumbent(problem, seed)
    order = np.random.default_rng(seed).permutation(len(problem.series)).astype(np.int64)
    incumbent.construct(None, order)
    return incumbent


def stepped(problem: Problem, target: float, steps: int) -> Dual:
    """Prices after some steps."""
    dual = Dual(problem, problem.constant)
    dual.evaluate()
    for _ in range(steps):
        dual.step(target)
    return dual


class Recount:
    """Works out what a solution costs from the calendar that it stands for, with the checker's arithmetic."""

    def __init__(self, caseload: Caseload, policy: Policy, problem: Problem) -> None:
        self.caseload = caseload
        self.policy = policy
        self.problem = problem
        self.calendar: WorkingCalendar = working_calendar(caseload, policy)
        self._decoder = Decoder(caseload, policy, problem, self.calendar)

    def decode(self, solution: Solution) -> Decoded:
        return self._decoder.decode(solution)

    def cost(self, solution: Solution) -> int:
        """The cost of a lawful solution; fails if it is not lawful."""
        decoded = self.decode(solution)
        meetings = mark_meetings(self.caseload, assign_roles(self.caseload, self.policy, decoded.meetings))
        calendar = settle(self.caseload, self.policy, meetings)
        report = check_calendar(self.caseload, self.policy, calendar)
        assert report.ok, report.violations
        assert sum(decoded.objective.values()) == report.cost
        return report.cost

    def occupancy(self, solution: Solution) -> dict[tuple[int, int], list[tuple[int, ...]]]:
        """What the calendar takes of shared people and rooms, in the form of ``occupancy`` below."""
        problem = self.problem
        resource = {name: r for r, name in enumerate(problem.resources)}
        sites = Travel(self.caseload).site_of
        numbers = {series.id: s for s, series in enumerate(problem.series)}
        taken: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        for r, d, *rest in problem.fixed_commits:
            taken.setdefault((r, d), []).append((*rest, -1))
        for meeting in self.decode(solution).meetings:
            d, s = problem.days.index(meeting.start.date()), numbers[meeting.series]
            spans = {None: (meeting.start, meeting.end)} | {
                half.id: (half.start, half.end) for half in meeting.sittings
            }
            users = [] if meeting.pinned else [(f"venue:{meeting.venue}", None, sites[meeting.venue])]
            users += [
                (f"person:{one.person}", one.sitting, -1 if one.remote else sites[meeting.venue])
                for one in meeting.attendees
                if one.status in ("attending", "remote", "deputy")
                and not (meeting.pinned and one.level == "essential")
            ]
            for name, sitting, site in users:
                if name in resource:
                    midnight = datetime.combine(meeting.start.date(), time())
                    begin, end = ((moment - midnight) // timedelta(minutes=1) for moment in spans[sitting])
                    taken.setdefault((resource[name], d), []).append((begin, end, site, s))
        return {key: sorted(rows) for key, rows in taken.items()}


def occupancy(commits: Commits) -> dict[tuple[int, int], list[tuple[int, ...]]]:
    """What is booked, by resource and day, in no particular order of booking."""
    return {
        (r, d): sorted(tuple(row) for row in commits.rows[r, d, : commits.n[r, d]].tolist())
        for r, d in np.argwhere(commits.n > 0).tolist()
    }
