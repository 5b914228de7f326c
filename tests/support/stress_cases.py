"""Small calendars to live through: one plan whose first core group is due on Thursday 14 January 2027, and a made-up team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from builder import Choice, build_calendar
from solver_cases import lone, read

from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.rebook.accept import with_meetings
from solver.schema.calendar import Attendee, Calendar
from solver.schema.caseload import Caseload
from solver.schema.stress import Rates
from solver.stress.diary import busy_on
from solver.stress.draws import Fact
from solver.stress.simulate import Lived, Simulation

NOTHING = Rates(
    sick_spells_a_year=0,
    called_away_percent=0,
    leave_a_year=0,
    room_lost_a_year=0,
    family_cancels_percent=0,
    school_closed_a_year=0,
)
SERIES = "plan-1.core_group"


def on(*days: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in days)


def sick(person: str, *days: str) -> Fact:
    """Known on the first of the days."""
    return Fact(on(*days)[0], "sick", person, on(*days))


def held_on(*starts: str, horizon_end: str = "2027-02-05", **more: Any) -> tuple[Caseload, Policy, Calendar]:
    """The lone plan with its meetings at these times, in room-1; without more of them due within the horizon after two."""
    data = lone(horizon={"start": "2027-01-04", "end": horizon_end}, **more)
    caseload, policy = read(data)
    attendees = tuple(
        Attendee(person=name, level=level, status="attending")
        for name, level in (("sw-1", "essential"), ("mother-1", "expected"))
    )
    levels = _levels(caseload, policy)
    attendees = tuple(one.model_copy(update={"level": levels[one.person]}) for one in attendees)
    choices = [Choice(SERIES, datetime.fromisoformat(start), "room-1", attendees) for start in starts]
    return caseload, policy, build_calendar(caseload, policy, choices)


def _levels(caseload: Caseload, policy: Policy) -> dict[str, Any]:
    found = plan(caseload, policy, deterministic=1)
    return {entry.person: entry.level for entry in found.meetings[0].attendees}


def lived(case: tuple[Caseload, Policy, Calendar], *facts: Fact, rates: Rates = NOTHING) -> Lived:
    """Live through a calendar once, with just these facts."""
    return Simulation(*case, rates).run(1, sorted(facts))


@cache
def team(plans: int = 8, seed: int = 3) -> tuple[Caseload, Policy, Calendar]:
    caseload = generate(plans, seed)
    policy = load_policy(caseload.authority)
    return caseload, policy, plan(caseload, policy, deterministic=1)


def as_it_turned_out(
    simulation: Simulation, facts: Iterable[Fact], run: Lived, calendar: Calendar
) -> Calendar:
    """Write the meetings of a run as a calendar of the caseload with everything that happened in it; the checker passes it."""
    away: dict[str, set[date]] = defaultdict(set)
    closed: dict[str, set[date]] = defaultdict(set)
    for fact in facts:
        if fact.kind == "room":
            closed[fact.subject].update(fact.days)
        elif fact.kind == "school":
            for name in simulation.rooms[fact.subject]:
                closed[name].update(fact.days)
            for name in simulation.staff[fact.subject]:
                away[name].update(fact.days)
        elif fact.kind != "family":
            away[fact.subject].update(fact.days)
    caseload = simulation.caseload
    caseload = caseload.model_copy(
        update={
            "people": tuple(
                one.model_copy(update={"busy": (*one.busy, *busy_on(away[one.id]))})
                for one in caseload.people
            ),
            "venues": tuple(
                one.model_copy(update={"busy": (*one.busy, *busy_on(closed[one.id]))})
                for one in caseload.venues
            ),
        }
    )
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    return with_meetings(caseload, simulation.policy, calendar, run.meetings, {}, now=moment)


def starts(run: Lived) -> Sequence[str]:
    return [f"{one.start:%Y-%m-%d}" for one in run.meetings]
