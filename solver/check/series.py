"""Which chains of meetings the caseload's plans need: section 2 of ``solver/RULES.md``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from solver.check.days import Days
from solver.check.reviews import review_rule, seen_by_review
from solver.policy.clause import EventName
from solver.policy.model import MeetingRule, Policy, WindowRule
from solver.schema.base import MeetingKind, PlanType
from solver.schema.caseload import Caseload, Plan

DEFAULT_KIND: Final[dict[PlanType, MeetingKind]] = {
    "child_protection": "core_group",
    "child_in_need": "cin_review",
    "looked_after": "care_team_meeting",
}
"""Of a plan on whose type the policy is silent and that brings its own interval."""
DEFAULT_ANCHOR: Final[dict[PlanType, tuple[EventName, ...]]] = {
    "child_protection": ("initial_conference", "plan_start"),
    "child_in_need": ("plan_start", "assessment_due"),
    "looked_after": ("plan_start", "became_looked_after"),
}


@dataclass(frozen=True)
class Member:
    """A plan in its series.

    Attributes
    ----------
    rule : MeetingRule
        What the policy says of the plan's meetings.
    last_day : date
        The earlier of the horizon's end and the plan's own.
    """

    plan: Plan
    rule: MeetingRule
    last_day: date


@dataclass(frozen=True)
class Series:
    """One chain of meetings, of one plan or of a sibling group's plans together."""

    id: str
    kind: MeetingKind
    members: tuple[Member, ...]

    @property
    def rule(self) -> MeetingRule:
        """What the policy says of the whole meeting: the rule of the first plan."""
        return self.members[0].rule

    @property
    def minutes(self) -> int:
        """How long a meeting lasts, or one sitting of a split one."""
        return max(member.plan.minutes for member in self.members)

    @property
    def is_split(self) -> bool:
        """Whether every meeting is held in two sittings."""
        return any(member.plan.split is not None for member in self.members)

    @property
    def held(self) -> int:
        """How many meetings were held before this calendar."""
        return max(held_count(member.plan) for member in self.members)

    @property
    def last_meeting(self) -> date | None:
        """The latest meeting that was held before this calendar."""
        days = (member.plan.events.last_meeting for member in self.members)
        return max((day for day in days if day is not None), default=None)

    @property
    def last_day(self) -> date:
        """The last day on which the series can meet."""
        return max(member.last_day for member in self.members)

    def members_on(self, day: date) -> tuple[Member, ...]:
        """Return the plans that a meeting on the day is of."""
        return tuple(member for member in self.members if member.last_day >= day)


def held_count(plan: Plan) -> int:
    """Count the meetings of the plan held before this calendar."""
    if plan.events.held is not None:
        return plan.events.held
    return 0 if plan.events.last_meeting is None else 1


def rule_for(plan: Plan, policy: Policy) -> MeetingRule | None:
    """Return the plan's meeting rule: the policy's, else one of the plan's own interval, else none."""
    for rule in policy.meetings:
        if plan.type in rule.plan_types:
            return rule
    return None if plan.every_at_most is None else default_rule(plan, plan.every_at_most)


def default_rule(plan: Plan, interval: str) -> MeetingRule:
    """Return the rule that a plan's own interval makes by itself."""
    source = ("plan",)
    kind = DEFAULT_KIND[plan.type]
    first = WindowRule(applies="first", anchor=DEFAULT_ANCHOR[plan.type], maximum=(interval,), sources=source)
    later = WindowRule(applies="later", maximum=(interval,), sources=source)
    return MeetingRule(kind=kind, name=kind, plan_types=(plan.type,), windows=(first, later), sources=source)


def form_series(caseload: Caseload, policy: Policy, days: Days) -> list[Series]:
    """Return the series of a caseload, a plan's review after its meetings.

    Ended plans, and those on which the policy is silent, have none.
    """
    horizon = caseload.horizon
    groups: dict[tuple[str, MeetingKind], list[Member]] = {}
    for plan in caseload.plans:
        last_day = horizon.end if plan.ends is None else min(horizon.end, plan.ends)
        if last_day < horizon.start:
            continue
        found = [
            (rule_for(plan, policy), plan),
            (review_rule(days, policy, plan, horizon.start), seen_by_review(plan, horizon.start)),
        ]
        for rule, seen in found:
            if rule is not None:
                group = (plan.sibling_group or plan.id, rule.kind)
                groups.setdefault(group, []).append(Member(_in_meetings(seen, rule.kind), rule, last_day))
    return [
        Series(f"{name if len(members) > 1 else members[0].plan.id}.{kind}", kind, tuple(members))
        for (name, kind), members in groups.items()
    ]


def _in_meetings(plan: Plan, kind: MeetingKind) -> Plan:
    """Return a plan with those alone who have a part in its meetings of a kind."""
    if all(kind in part.meetings for part in plan.participants if part.meetings):
        return plan
    there = [part for part in plan.participants if kind in (part.meetings or (kind,))]
    return plan.model_copy(update={"participants": tuple(there)})
