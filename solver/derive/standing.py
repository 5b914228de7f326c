"""Reading the meetings of a calendar: whose plans, under which rule, who takes part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from solver.policy.model import MeetingRule, Policy
from solver.policy.windows import rule_for
from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Attendee, Meeting
from solver.schema.caseload import Caseload, Participant, Person, Plan
from solver.series import form_series, held_before

TAKES_PART: Final = frozenset({"attending", "remote", "deputy"})
"""The statuses of a place that somebody fills, in person or remotely."""
COMES_THEMSELVES: Final = frozenset({"attending", "remote"})
"""The statuses of a place that the person whose place it is fills."""
SUPPORTS_THE_MEETING: Final[frozenset[Role]] = frozenset({"advocate", "interpreter", "business_support"})
"""Roles that help others to take part, or run the meeting: no agency of the plan."""


@dataclass(frozen=True)
class Standing:
    """A caseload and its policy, looked up by the ids that meetings carry."""

    caseload: Caseload
    policy: Policy
    people: Mapping[str, Person]
    plans: Mapping[str, Plan]

    @classmethod
    def of(cls, caseload: Caseload, policy: Policy) -> Standing:
        """Index a caseload."""
        return cls(
            caseload=caseload,
            policy=policy,
            people={person.id: person for person in caseload.people},
            plans={plan.id: plan for plan in caseload.plans},
        )

    def plans_of(self, meeting: Meeting) -> tuple[Plan, ...]:
        """Return the plans a meeting serves, in the meeting's order, as its series sees them."""
        seen = self._chains.get(meeting.series, {})
        return tuple(seen[plan][0] if plan in seen else self.plans[plan] for plan in meeting.plans)

    def rule_of(self, meeting: Meeting) -> MeetingRule:
        """Return the rule a meeting is held under: that of the first of its plans.

        A pinned meeting that stands after its last plan has ended serves none: then it is that of its series.

        Raises
        ------
        ValueError
            No rule asks for the meeting, so it is not one of this caseload under this policy.
        """
        chain = self._chains.get(meeting.series, {})
        rule: MeetingRule | None = None
        if not meeting.plans:
            rule = next((own for _, own in chain.values()), None)
        elif meeting.plans[0] in chain:
            rule = chain[meeting.plans[0]][1]
        else:
            rule = rule_for(self.plans[meeting.plans[0]], self.policy)
        if rule is None:
            raise ValueError(f"meeting {meeting.id}: the policy {self.policy.id} asks for no such meeting")
        return rule

    @cached_property
    def _chains(self) -> Mapping[str, Mapping[str, tuple[Plan, MeetingRule]]]:
        """The plans of each series with their rules, by the ids of both."""
        return {
            chain.id: {plan.id: (plan, rule) for plan, rule in zip(chain.plans, chain.rules, strict=True)}
            for chain in form_series(self.caseload, self.policy)
        }

    def is_first(self, meeting: Meeting, chain: Sequence[Meeting]) -> bool:
        """Whether a meeting is a *first* one: it opens its chain, and one of its plans has had none."""
        return meeting.id == chain[0].id and self.has_first(meeting)

    def has_first(self, meeting: Meeting) -> bool:
        """Whether one of the meeting's plans has had no meeting before the calendar."""
        return any(held_before(plan) == 0 for plan in self.plans_of(meeting))

    def role(self, person: str) -> Role:
        """Return the role of an attendee; a child may have no person record."""
        known = self.people.get(person)
        return known.role if known else "child"

    def is_family(self, person: str) -> bool:
        """Whether an attendee is of the family rather than a professional."""
        return self.role(person) in FAMILY_ROLES


def day_of(meeting: Meeting) -> date:
    """Return the date of a meeting."""
    return meeting.start.date()


def place_owner(attendee: Attendee) -> str:
    """Return the person whose place it is, also where a deputy fills it."""
    return attendee.for_ or attendee.person


def comes_themselves(meeting: Meeting) -> frozenset[str]:
    """Return the people who take part in a place of their own."""
    return frozenset(entry.person for entry in meeting.attendees if entry.status in COMES_THEMSELVES)


def participants_on(plan: Plan, day: date) -> tuple[Participant, ...]:
    """Return the participants of a plan on a day, in the plan's order."""
    return tuple(
        part
        for part in plan.participants
        if (part.from_ is None or part.from_ <= day) and (part.until is None or day <= part.until)
    )


def in_order(meetings: Iterable[Meeting]) -> list[Meeting]:
    """Return meetings by start, those at one time by id."""
    return sorted(meetings, key=lambda meeting: (meeting.start, meeting.id))


def by_series(meetings: Iterable[Meeting]) -> dict[str, Sequence[Meeting]]:
    """Group meetings by series, each in order of start."""
    groups: dict[str, list[Meeting]] = {}
    for meeting in in_order(meetings):
        groups.setdefault(meeting.series, []).append(meeting)
    return dict(groups)
