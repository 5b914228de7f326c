"""Makes whole calendars out of bare decisions, with the checker's own arithmetic and none of the solver's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from solver.check import check_calendar, scoring
from solver.check.case import Case
from solver.check.exceptions import required_absences
from solver.check.held import Held
from solver.check.owed import owed_tasks, reviews_in
from solver.check.rules_attendance import roles
from solver.check.rules_record import digest
from solver.check.rules_series import marks_of
from solver.check.rules_time import SITTING_GAP_MINUTES
from solver.check.series import Series
from solver.check.view import View
from solver.check.windows import next_review, slack_days
from solver.policy.model import Policy
from solver.schema.calendar import (
    Attendee,
    Breach,
    Calendar,
    CalendarException,
    CaseloadRef,
    Kpis,
    Meeting,
    PolicyRef,
    Reason,
    Sitting,
    Window,
)
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

NO_KPIS = Kpis(
    meetings=0,
    series=0,
    first_core_groups=0,
    first_core_groups_in_time_percent=None,
    in_timescale_percent=None,
    slack_histogram={},
    expected_attendance_percent=None,
    child_attended_percent=None,
    outside_school_hours_percent=None,
    deputies=0,
    reports=0,
    exceptions=0,
    breaches=0,
    breach_days=0,
)


@dataclass(frozen=True)
class Choice:
    """What is decided of a meeting: all the rest follows."""

    series: str
    start: datetime
    venue: str
    attendees: tuple[Attendee, ...]
    chair: str | None = None
    """``None``: the builder names somebody."""


def build_calendar(caseload: Caseload, policy: Policy, choices: Iterable[Choice], **changes: Any) -> Calendar:
    """Make the calendar of these meetings, with every figure and exception as the checker wants it.

    `changes` are to the calendar's fields, last of all.
    """
    case = Case(caseload, policy)
    by_series: dict[str, list[Choice]] = {}
    for choice in choices:
        by_series.setdefault(choice.series, []).append(choice)
    meetings = [
        meeting
        for series, chosen in by_series.items()
        for meeting in _chain(case, case.series[series], sorted(chosen, key=lambda one: one.start))
    ]
    return settle(caseload, policy, meetings, **changes)


def settle(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting], **changes: Any) -> Calendar:
    """Put the right score, breaches and exceptions to meetings, whatever else is wrong with them."""
    view = View(Case(caseload, policy), _bare(caseload, policy, meetings))
    scores = {id(held.meeting): view.meeting_score(held) for held in view.meetings}
    reviews = reviews_in(view)
    marks = {
        id(held.meeting): marks_of(held, chain, reviews) for chain in view.chains.values() for held in chain
    }
    scored = tuple(
        m.model_copy(update={"score": scores[id(m)], "marks": marks[id(m)]}) if id(m) in scores else m
        for m in meetings
    )
    breaches = tuple(
        Breach(
            series=one.series,
            meeting=one.meeting,
            due=one.due,
            days=one.days,
            proved=True,
            reasons=(Reason(rule="series.window", text="No better calendar exists."),),
        )
        for one in view.breaches
    )
    calendar = _bare(caseload, policy, scored).model_copy(
        update={
            "objective": view.score,
            "cost": view.cost,
            "bound": float(view.cost),
            "breaches": breaches,
            "tasks": tuple(owed_tasks(view)),
            "exceptions": tuple(
                CalendarException(
                    meeting=meeting,
                    person=person,
                    kind=kind,
                    reason="Nobody else can come.",
                    agree=next(
                        (p.line_manager for p in caseload.people if p.id == person and kind == "report"), None
                    ),
                )
                for meeting, person, kind in required_absences(view)
            ),
        }
    )
    return _with_pinned_exceptions(caseload, policy, calendar).model_copy(update=changes)


def _with_pinned_exceptions(caseload: Caseload, policy: Policy, calendar: Calendar) -> Calendar:
    forced = [one for one in check_calendar(caseload, policy, calendar).violations if one.forced]
    pairs = dict.fromkeys((meeting, one.rule) for one in forced for meeting in one.meetings)
    owned = tuple(
        CalendarException(meeting=meeting, person=None, kind=rule, reason="The meeting is pinned.")
        for meeting, rule in pairs
    )
    return calendar.model_copy(update={"exceptions": (*calendar.exceptions, *owned)})


def _bare(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting]) -> Calendar:
    return Calendar(
        id=f"{caseload.id}-calendar",
        caseload=CaseloadRef(id=caseload.id, digest=digest(caseload)),
        policy=PolicyRef(id=policy.id, version=policy.version),
        horizon=caseload.horizon,
        created="2026-01-01T00:00:00Z",
        status="optimal",
        objective={},
        cost=0,
        weights=dict(WEIGHTS),
        bound=0.0,
        gap=0.0,
        seconds=0.0,
        seed=0,
        meetings=tuple(meetings),
        kpis=NO_KPIS,
    )


def _chain(case: Case, series: Series, choices: Sequence[Choice]) -> list[Meeting]:
    chain: list[Held] = []
    for number, choice in enumerate(choices, start=series.held + 1):
        previous = chain[-1] if chain else None
        draft = draft_meeting(case, series, choice, number)
        if choice.chair is None:
            draft = _with_lawful_roles(Held(case, series, draft, previous))
        chain.append(Held(case, series, finish(Held(case, series, draft, previous)), previous))
    return [held.meeting for held in chain]


def _with_lawful_roles(held: Held) -> Meeting:
    """Give the meeting a chair and a minute-taker as the policy wants them, by trying everybody."""
    if not any(roles(held)):
        return held.meeting
    there = [presence.person for presence in held.presences]
    for chair, minutes in product([*there, None], repeat=2):
        meeting = held.meeting.model_copy(update={"chair": chair, "minutes": minutes})
        if not any(roles(Held(held.case, held.series, meeting, held.previous))):
            return meeting
    return held.meeting


def draft_meeting(case: Case, series: Series, choice: Choice, number: int) -> Meeting:
    """Make a meeting whose window and figures are still to be filled in."""
    start, minutes = choice.start, timedelta(minutes=series.minutes)
    sittings: tuple[Sitting, ...] = ()
    end = start + minutes
    if series.is_split:
        grid = case.caseload.grid_minutes
        second = end + timedelta(minutes=-(-SITTING_GAP_MINUTES // grid) * grid)
        sittings = (
            Sitting(id="A", start=start, end=end),
            Sitting(id="B", start=second, end=second + minutes),
        )
        end = second + minutes
    booked = [b for b in case.booked[series.id] if (b.start, b.venue) == (start, choice.venue)]
    own_id = next((b.id for b in booked if b.id is not None), None)
    chair, minute_taker = _roles(case, series, choice)
    return Meeting(
        id=own_id or f"{series.id}.{number}",
        series=series.id,
        kind=series.kind,
        plans=tuple(member.plan.id for member in series.members_on(start.date())),
        number=number,
        start=start,
        end=end,
        venue=choice.venue,
        window=Window(earliest=date.min, due=date.max, target=date.max),
        slack_days=0,
        attendees=choice.attendees,
        sittings=sittings,
        chair=chair,
        minutes=minute_taker,
        pinned=any(b.pinned for b in booked),
    )


def finish(held: Held) -> Meeting:
    """Fill in the window of a meeting and the figures that follow from it."""
    limits = held.limits
    assert limits is not None
    reviews = [next_review(held.case, plan) for plan in held.plans]
    return held.meeting.model_copy(
        update={
            "window": Window(earliest=limits.earliest, due=limits.due, target=limits.target),
            "slack_days": slack_days(held.case, held.day, limits.due),
            "breach_days": held.breach_days,
            "provisional": bool(reviews) and all(day is not None and day < held.day for day in reviews),
            "score": scoring.meeting_score(held),
        }
    )


def _roles(case: Case, series: Series, choice: Choice) -> tuple[str | None, str | None]:
    there = [
        attendee.person
        for attendee in choice.attendees
        if attendee.status in ("attending", "remote", "deputy")
        and attendee.sitting is None
        and not case.is_family(attendee.person)
    ]
    there.sort(key=lambda person: case.people[person].role != "social_worker")
    differ = any(clause.differ for clause in series.rule.chairing)
    alone = None if differ else (there[0] if there else None)
    chair = choice.chair or (there[0] if there else None)
    return chair, next((person for person in there if person != chair), alone)
