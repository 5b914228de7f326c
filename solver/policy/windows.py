"""When a plan's next meeting may be held and is due: section 3 of ``solver/RULES.md``, one plan at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.policy.clause import OTHER_EVENT, EventName, IntervalText
from solver.policy.counting import chosen, count_after, count_before, in_force
from solver.policy.meeting_clauses import ManagerClause, SchoolHoursClause
from solver.policy.model import MeetingRule, Policy, ReviewRule, WindowRule
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
PLAN_SOURCE: Final = "plan:every_at_most"
"""The source of a limit that the plan itself brings."""
TEAM_SOURCE: Final = "team:every_at_most"
"""The source of a limit that the team itself brings."""


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


def event_date(plan: Plan, event: str) -> date | None:
    """Return the plan's date for an event that the caseload gives, if it has one."""
    if event.startswith(OTHER_EVENT):
        return plan.events.other.get(event.removeprefix(OTHER_EVENT))
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
    """Find the first window that is used for a plan, with the date of the event it counts from."""
    used, _, dates = _first_windows(plan, rule)
    return None if used is None else (used, dates[id(used)])


def _first_windows(
    plan: Plan, rule: MeetingRule
) -> tuple[WindowRule | None, list[WindowRule], dict[int, date]]:
    """Choose among the first windows; also the date that each counts from, by its identity."""
    dates: dict[int, date] = {}
    found = []
    for window in rule.windows:
        if window.applies == "first":
            day = next((day for event in window.anchor if (day := event_date(plan, event)) is not None), None)
            if day is not None and in_force(window, day):
                dates[id(window)] = day
                found.append(window)
    used, beside = chosen(found)
    return used, beside, dates


def first_limits(plan: Plan, rule: MeetingRule, cal: WorkingCalendar) -> Limits:
    """Compute the window of the plan's first meeting, counted from its anchor event.

    Raises
    ------
    ValueError
        If the plan has none of the events the rule counts from (validation reports that before planning).
    """
    used, beside, dates = _first_windows(plan, rule)
    if used is None:
        raise ValueError(f"plan {plan.id}: no date that a first {rule.name.lower()} could be counted from")
    return _both([window_limits(one, dates[id(one)], plan, cal) for one in (used, *beside)])


def later_limits(
    plan: Plan, rule: MeetingRule, previous: date, cal: WorkingCalendar, *, team: IntervalText | None = None
) -> Limits | None:
    """Compute the window of the meeting after one held on ``previous``; the plan's own interval counts too.

    Parameters
    ----------
    plan : Plan
    rule : MeetingRule
    previous : date
    cal : WorkingCalendar
    team : str, optional
        The team's own interval for meetings of the kind.

    Returns
    -------
    Limits or None
        ``None`` where nothing asks for a later meeting: neither the rule nor an interval of the plan's own.
    """
    own = plan.every_at_most
    used, beside = chosen(
        window for window in rule.windows if window.applies == "later" and in_force(window, previous)
    )
    if used is None:
        if own is None:
            return None
        used = WindowRule(applies="later", maximum=(own,), sources=(PLAN_SOURCE,))
    maxima, sources = used.maximum, used.sources
    for interval, source in ((own, PLAN_SOURCE), (team, TEAM_SOURCE)):
        if interval is not None and interval not in maxima:
            zero = used.count_day_zero
            limit = min(count_after(text, previous, cal, day_zero=zero) for text in maxima)
            maxima = (*maxima, interval)
            if count_after(interval, previous, cal, day_zero=zero) < limit:
                sources = (*sources, source)
    tightened = used.model_copy(update={"maximum": maxima, "sources": sources})
    return _both([window_limits(one, previous, plan, cal) for one in (tightened, *beside)])


def _both(limits: Sequence[Limits]) -> Limits:
    """Put windows that all hold into one: the earliest due date binds, and none is opened too early."""
    binding = min(limits, key=lambda one: one.due)
    if len(limits) == 1:
        return binding
    return replace(binding, earliest=min(binding.due, max(one.earliest for one in limits)))


def window_limits(window: WindowRule, anchor: date, plan: Plan, cal: WorkingCalendar) -> Limits:
    """Compute one window counted from a day.

    The target of an event window lies within the window; of any other, between the day counted from and the due date.
    """
    zero = window.count_day_zero
    if window.direction == "before":
        # The event itself is the deadline, so there is nothing before it to keep clear of.
        due = cal.pull_back(
            anchor if window.minimum is None else count_before(window.minimum, anchor, cal, day_zero=zero)
        )
        earliest = max(count_before(text, anchor, cal, day_zero=zero) for text in window.maximum)
        wanted = None if window.target is None else count_before(window.target, anchor, cal, day_zero=zero)
    else:
        limit = min(count_after(text, anchor, cal, day_zero=zero) for text in window.maximum)
        pulled = cal.pull_back(limit)
        due = pulled if pulled > anchor else limit
        earliest = anchor + timedelta(days=1)
        if window.minimum is not None:
            earliest = count_after(window.minimum, anchor, cal, day_zero=zero)
        wanted = None if window.target is None else count_after(window.target, anchor, cal, day_zero=zero)
    inside = window.direction == "before" or window.applies == "event"
    floor = earliest if inside else anchor + timedelta(days=1)
    target = cal.pull_back(cal.add_working_days(due, -SLACK_WANTED) if wanted is None else wanted)
    return Limits(
        earliest=min(earliest, due),
        target=min(max(target, floor), due),
        due=due,
        sources=window.sources,
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
    since = plan.events.last_review or event_date(plan, rule.anchor)
    return None if since is None else _pulled(review_limits(rule, plan, cal), since, cal)


def review_limits(rule: ReviewRule, plan: Plan, cal: WorkingCalendar) -> tuple[IntervalText, ...]:
    """Choose the limits of a plan's next review: the first's, else those to the second if the last was the first.

    The events don't number the reviews. The last one was the first if no earlier one is listed, and it was
    held nearer to when the first was due than to when the second was.
    """
    anchor, last = event_date(plan, rule.anchor), plan.events.last_review
    if last is None:
        return rule.first
    if not rule.second or anchor is None or any(day < last for day in plan.events.reviews):
        return rule.later
    first_due = _pulled(rule.first, anchor, cal)
    second_due = _pulled(rule.second, first_due, cal)
    return rule.second if last - first_due < second_due - last else rule.later


def _pulled(limits: tuple[IntervalText, ...], anchor: date, cal: WorkingCalendar) -> date:
    return cal.pull_back(min(count_after(text, anchor, cal) for text in limits))
