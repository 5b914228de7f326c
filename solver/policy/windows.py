"""When a plan's next meeting may be held and is due: section 3 of ``solver/RULES.md``, one plan at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from calendars.intervals import earliest_after, parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.model import (
    EventName,
    IntervalText,
    ManagerClause,
    MeetingRule,
    Policy,
    ReviewRule,
    SchoolHoursClause,
    WindowRule,
)
from solver.schema.base import Level, MeetingKind, PlanType, Role
from solver.schema.caseload import Caseload, Plan

SLACK_WANTED: Final = 3
"""Working days before the due date that a meeting aims at where the policy names no target."""
DEFAULT_KINDS: Final[dict[PlanType, MeetingKind]] = {
    "child_protection": "core_group",
    "child_in_need": "cin_review",
    "looked_after": "care_team_meeting",
}
DEFAULT_NAMES: Final[dict[MeetingKind, str]] = {
    "core_group": "Core group",
    "cin_review": "Child in need review",
    "care_team_meeting": "Care team meeting",
}
_DEFAULT_ANCHORS: Final[dict[PlanType, tuple[EventName, ...]]] = {
    "child_protection": ("initial_conference", "plan_start"),
    "child_in_need": ("plan_start", "assessment_due"),
    "looked_after": ("plan_start", "became_looked_after"),
}
_read = lru_cache(maxsize=256)(parse_interval)
"""The same few texts are read for every date that a search considers."""
PLAN_SOURCE: Final = "plan:every_at_most"
"""The source of a limit that the plan itself brings."""


@dataclass(frozen=True)
class Limits:
    """The lawful dates of a plan's next meeting.

    Attributes
    ----------
    earliest : date
        First day it may be held, not clipped to the horizon.
    target : date
        The day it aims at.
    due : date
        Last day without a breach, pulled back to an open day.
    sources : tuple of str
        The clauses that make it so, by their ids.
    plan : str
        Id of the plan whose limits these are.
    """

    earliest: date
    target: date
    due: date
    sources: tuple[str, ...]
    plan: str = ""


def event_date(plan: Plan, event: EventName) -> date | None:
    """Return the plan's date for an event, if it has one."""
    value: date | None = getattr(plan.events, event)
    return value


def rule_for(plan: Plan, policy: Policy) -> MeetingRule | None:
    """Find a plan's meeting rule: the policy's, else its own interval's, else ``None`` (no series)."""
    rule = policy.meeting_for(plan.type)
    if rule is None and plan.every_at_most is not None:
        return default_rule(plan)
    return rule


def default_rule(plan: Plan) -> MeetingRule:
    """Make the rule of a plan on whose type the policy is silent and that brings its own interval.

    Raises
    ------
    ValueError
        If the plan has no ``every_at_most``: then no meeting is required of it.
    """
    if plan.every_at_most is None:
        raise ValueError(f"plan {plan.id}: the policy is silent on its type and it has no every_at_most")
    kind = DEFAULT_KINDS[plan.type]
    sources = (PLAN_SOURCE,)
    limit = (plan.every_at_most,)
    return MeetingRule(
        kind=kind,
        name=DEFAULT_NAMES[kind],
        plan_types=(plan.type,),
        windows=(
            WindowRule(applies="first", anchor=_DEFAULT_ANCHORS[plan.type], maximum=limit, sources=sources),
            WindowRule(applies="later", maximum=limit, sources=sources),
        ),
        school_hours=SchoolHoursClause(sources=sources),
        sources=sources,
    )


def level_of(rule: MeetingRule | None, role: Role) -> Level:
    """Return how necessary a role is at a kind of meeting, ``invited`` where the policy doesn't say."""
    if rule is not None:
        for clause in rule.attendance:
            if role in clause.roles:
                return clause.level
    return "invited"


def manager_clause(rule: MeetingRule, *, first: bool, complex_plan: bool) -> ManagerClause | None:
    """Return the clause that brings the team manager to a meeting, if it does.

    Parameters
    ----------
    rule : MeetingRule
    first : bool
        Whether the meeting is a first one.
    complex_plan : bool
        Whether one of its plans is marked complex.
    """
    clause = rule.manager
    if clause is not None and (complex_plan or (first and clause.at == "first")):
        return clause
    return None


def working_calendar(caseload: Caseload, policy: Policy) -> WorkingCalendar:
    """Build the working and open days of a caseload under a policy."""
    changes = policy.working_days
    return WorkingCalendar(
        caseload.nation,
        add=changes.add if changes else (),
        remove=changes.remove if changes else (),
        closures=caseload.closures,
    )


def first_window(plan: Plan, rule: MeetingRule) -> tuple[WindowRule, date] | None:
    """Find the first window that counts from an event the plan has, with the date of that event."""
    for window in rule.windows:
        if window.applies == "first":
            for event in window.anchor:
                day = event_date(plan, event)
                if day is not None:
                    return window, day
    return None


def first_limits(plan: Plan, rule: MeetingRule, cal: WorkingCalendar) -> Limits:
    """Compute the window of the plan's first meeting, counted from its anchor event.

    Raises
    ------
    ValueError
        If the plan has none of the events the rule counts from (validation reports that before planning).
    """
    found = first_window(plan, rule)
    if found is None:
        raise ValueError(f"plan {plan.id}: no date that a first {rule.name.lower()} could be counted from")
    window, anchor = found
    return _limits(window, anchor, window.maximum, window.sources, plan, cal)


def later_limits(plan: Plan, rule: MeetingRule, previous: date, cal: WorkingCalendar) -> Limits | None:
    """Compute the window of the meeting after one held on ``previous``; the plan's own interval counts too.

    Returns
    -------
    Limits or None
        ``None`` where nothing asks for a later meeting: neither the rule nor an interval of the plan's own.
    """
    own = plan.every_at_most
    window = next((window for window in rule.windows if window.applies == "later"), None)
    if window is None:
        if own is None:
            return None
        window = WindowRule(applies="later", maximum=(own,), sources=(PLAN_SOURCE,))
    maxima, sources = window.maximum, window.sources
    if own is not None and own not in maxima:
        plain = earliest_after([_read(text) for text in maxima], previous, cal)
        maxima = (*maxima, own)
        if _read(own).after(previous, cal) < plain:
            sources = (*sources, PLAN_SOURCE)
    return _limits(window, previous, maxima, sources, plan, cal)


def _limits(
    window: WindowRule,
    anchor: date,
    maxima: tuple[IntervalText, ...],
    sources: tuple[str, ...],
    plan: Plan,
    cal: WorkingCalendar,
) -> Limits:
    if window.direction == "before":
        # The event itself is the deadline, so there is nothing before it to keep clear of.
        due = cal.pull_back(anchor if window.minimum is None else _read(window.minimum).before(anchor, cal))
        earliest = max(_read(text).before(anchor, cal) for text in maxima)
        floor = earliest
        wanted = None if window.target is None else _read(window.target).before(anchor, cal)
    else:
        limit = earliest_after([_read(text) for text in maxima], anchor, cal)
        pulled = cal.pull_back(limit)
        due = pulled if pulled > anchor else limit
        floor = anchor + timedelta(days=1)
        earliest = floor if window.minimum is None else _read(window.minimum).after(anchor, cal)
        wanted = None if window.target is None else _read(window.target).after(anchor, cal)
    target = cal.pull_back(cal.add_working_days(due, -SLACK_WANTED) if wanted is None else wanted)
    return Limits(
        earliest=min(earliest, due),
        target=min(max(target, floor), due),
        due=due,
        sources=sources,
        plan=plan.id,
    )


def review_due(plan: Plan, policy: Policy, cal: WorkingCalendar) -> date | None:
    """Compute when the plan's next statutory review is due.

    Counted from the last review, else from the event the rule names.

    Returns
    -------
    date or None
        ``None`` for a plan without statutory reviews or without a date to count from.
    """
    rule = next((rule for rule in policy.reviews if rule.plan_type == plan.type), None)
    if rule is None:
        return None
    anchor, last = event_date(plan, rule.anchor), plan.events.last_review
    if last is None:
        return None if anchor is None else _pulled(rule.first, anchor, cal)
    return _pulled(_after_review(rule, anchor, plan, last, cal), last, cal)


def _after_review(
    rule: ReviewRule, anchor: date | None, plan: Plan, last: date, cal: WorkingCalendar
) -> tuple[IntervalText, ...]:
    """Choose the limits that follow the last review: those to the second if it was the first.

    The events don't number the reviews. The last one was the first if no earlier one is listed, and it was
    held nearer to when the first was due than to when the second was.
    """
    if not rule.second or anchor is None or any(day < last for day in plan.events.reviews):
        return rule.later
    first_due = _pulled(rule.first, anchor, cal)
    second_due = _pulled(rule.second, first_due, cal)
    return rule.second if last - first_due < second_due - last else rule.later


def _pulled(limits: tuple[IntervalText, ...], anchor: date, cal: WorkingCalendar) -> date:
    return cal.pull_back(earliest_after([_read(text) for text in limits], anchor, cal))
