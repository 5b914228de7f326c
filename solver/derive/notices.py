"""What the reader should know of a plan that no calendar can mend, such as a deadline already passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from calendars.intervals import earliest_after, parse_interval
from calendars.workdays import WorkingCalendar
from solver.derive.escalations import open_concerns
from solver.policy.model import Deadline, MeetingRule, Policy, ReviewRule
from solver.policy.task_words import concern_words
from solver.policy.windows import event_date, manager_clause, review_due, rule_for
from solver.schema.base import Role
from solver.schema.calendar import Notice
from solver.schema.caseload import Caseload, Plan
from solver.series import held_before

_TYPE_WORDS: Final = {
    "child_protection": "child protection plan",
    "child_in_need": "child in need plan",
    "looked_after": "looked-after child's plan",
}


@dataclass(frozen=True)
class _Case:
    """One plan with what its notices are told from. The horizon's first day stands for today."""

    caseload: Caseload
    policy: Policy
    calendar: WorkingCalendar
    roles: Mapping[str, Role]
    """Of all people."""
    plan: Plan

    @property
    def today(self) -> date:
        return self.caseload.horizon.start

    @property
    def rule(self) -> MeetingRule | None:
        return rule_for(self.plan, self.policy)

    def has(self, role: Role) -> bool:
        """Whether a participant of the plan has this role."""
        return any(self.roles[part.person] == role for part in self.plan.participants)

    def notice(self, kind: str, text: str, sources: tuple[str, ...] = ()) -> Notice:
        return Notice(kind=kind, subject=self.plan.id, text=f"Plan {self.plan.id}: {text}", sources=sources)


def notices(caseload: Caseload, policy: Policy, calendar: WorkingCalendar) -> tuple[Notice, ...]:
    """List what to say of each plan.

    Returns
    -------
    tuple of Notice
        Plans in caseload order; ``subject`` is the plan's id. Of a plan that ended before the horizon only
        that is said. Kinds:

        ``plan_ended``
            It ended before the horizon, so nothing is planned.
        ``policy_silent``
            The policy has no rule for its type and it brings no ``every_at_most``: no meeting is invented
            (readings 17).
        ``deadline_missed``
            A deadline of the policy that had passed when the horizon began: its event came later, or has
            not come. A missing event counts only where the plan's meetings count from it: not every
            strategy discussion leads to a conference.
        ``review_late``
            The next review is given for a day after its statutory due date.
        ``review_missing``
            A review is due by the end of the horizon and none is given.
        ``no_social_worker``
            It has meetings and no social worker takes part in it.
        ``no_manager``
            The policy brings the team manager to its meetings, and the caseload has none.
        ``concern_overdue``
            A concern is open, and the day by which it was to be settled had passed when the horizon began.
        ``concern_without_limit``
            A concern is open, and the policy has no limit for its kind.

        Before them comes, of the policy and with its id as ``subject``, ``nothing_later``: it says when a first
        meeting of a kind is due and not when the next is, nor that there is one only.
    """
    roles = {person.id: person.role for person in caseload.people}
    cases = (_Case(caseload, policy, calendar, roles, plan) for plan in caseload.plans)
    return (
        *_nothing_later(caseload, policy),
        *(notice for case in cases for notice in _of_plan(case)),
    )


def _nothing_later(caseload: Caseload, policy: Policy) -> Iterator[Notice]:
    types = {plan.type for plan in caseload.plans}
    for rule in policy.meetings:
        said = {window.applies for window in rule.windows}
        if not rule.once and "later" not in said and types.intersection(rule.plan_types):
            text = (
                f"{policy.name} does not say when the {rule.name.lower()} after the first is due, so none is planned. "
                "If there is to be one only, let the policy say so (once = true)."
            )
            yield Notice(kind="nothing_later", subject=policy.id, text=text, sources=rule.sources)


def _of_plan(case: _Case) -> Iterator[Notice]:
    ends = case.plan.ends
    if ends is not None and ends < case.today:
        yield case.notice(
            "plan_ended", f"ended on {_words(ends)}, before the first day planned. It has no meetings."
        )
        return
    checks: tuple[Callable[[_Case], Iterator[Notice]], ...] = (
        _policy_silent,
        _deadline_missed,
        _review,
        _no_social_worker,
        _no_manager,
        _concerns,
    )
    for check in checks:
        yield from check(case)


def _policy_silent(case: _Case) -> Iterator[Notice]:
    if case.rule is None:
        yield case.notice(
            "policy_silent",
            f"{case.policy.name} does not say how often people meet on a {_TYPE_WORDS[case.plan.type]}, "
            "so it has no meetings. To plan them, give the plan an interval of its own (every_at_most).",
        )


def _deadline_missed(case: _Case) -> Iterator[Notice]:
    for deadline in case.policy.deadlines:
        anchor = event_date(case.plan, deadline.anchor)
        if anchor is None or deadline.event is None:
            continue
        due = earliest_after([parse_interval(text) for text in deadline.due], anchor, case.calendar)
        came = event_date(case.plan, deadline.event)
        rule = (
            f"{deadline.title} was due by {_words(due)}, {' or '.join(deadline.due)} "
            f"after {_words(anchor)} ({_event_words(deadline.anchor)})"
        )
        if came is not None and came > due:
            yield case.notice(
                "deadline_missed", f"{rule}. It took place on {_words(came)}.", deadline.sources
            )
        elif came is None and due < case.today and _counts_from_it(case.rule, deadline):
            yield case.notice("deadline_missed", f"{rule}. No date is given for it.", deadline.sources)


def _counts_from_it(rule: MeetingRule | None, deadline: Deadline) -> bool:
    return rule is not None and any(deadline.event in window.anchor for window in rule.windows)


def _review(case: _Case) -> Iterator[Notice]:
    due = review_due(case.plan, case.policy, case.calendar)
    rule = next((rule for rule in case.policy.reviews if rule.plan_type == case.plan.type), None)
    if due is None or rule is None:
        return
    given = min((day for day in case.plan.events.reviews if day >= case.today), default=None)
    if given is None:
        last_day = min(case.caseload.horizon.end, case.plan.ends or case.caseload.horizon.end)
        if due <= last_day:
            yield case.notice(
                "review_missing", f"{_due_words(rule, due, case)} and no date is given.", rule.sources
            )
    elif given > due:
        late = (given - due).days
        yield case.notice(
            "review_late",
            f"{_due_words(rule, due, case)}. The next date given is {_words(given)}, "
            f"{late} {'day' if late == 1 else 'days'} later.",
            rule.sources,
        )


def _due_words(rule: ReviewRule, due: date, case: _Case) -> str:
    return f"{rule.name} {'is' if due >= case.today else 'was'} due by {_words(due)}"


def _no_social_worker(case: _Case) -> Iterator[Notice]:
    if case.rule is not None and not case.has("social_worker"):
        yield case.notice(
            "no_social_worker", "no social worker takes part in it. Add one to its participants."
        )


def _no_manager(case: _Case) -> Iterator[Notice]:
    if case.rule is None or "team_manager" in case.roles.values():
        return
    clause = manager_clause(case.rule, first=held_before(case.plan) == 0, complex_plan=case.plan.complex)
    if clause is not None:
        yield case.notice(
            "no_manager",
            "the policy brings the team manager to its meetings, and the caseload has none.",
            clause.sources,
        )


def _concerns(case: _Case) -> Iterator[Notice]:
    limits = {one.concern.id: one for one in open_concerns(case.plan, case.policy, case.calendar)}
    for concern in case.plan.concerns:
        if concern.settled is not None:
            continue
        what = f"{concern_words(concern.kind)} ({concern.id}), raised on {_words(concern.raised)}, is open"
        if concern.id not in limits:
            yield case.notice(
                "concern_without_limit", f"{what}, and {case.policy.name} does not say by when to settle it."
            )
        elif limits[concern.id].due < case.today:
            one = limits[concern.id]
            yield case.notice(
                "concern_overdue",
                f"{what}. It was to be settled or taken further by {_words(one.due)}.",
                one.clause.sources,
            )


def _event_words(event: str) -> str:
    return event.replace("_", " ")


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
