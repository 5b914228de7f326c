"""What a task comes from: one meeting with what stands before and after it, and whether a clause asks for the task there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from solver.derive.standing import (
    SUPPORTS_THE_MEETING,
    TAKES_PART,
    Standing,
    comes_themselves,
    day_of,
    place_owner,
)
from solver.policy.task_clauses import TaskClause, TaskCondition
from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Meeting
from solver.schema.caseload import Plan


@dataclass(frozen=True)
class Occasion:
    """A meeting in its series.

    Attributes
    ----------
    standing : Standing
    meeting : Meeting
    previous : Meeting or None
        The one before it in the calendar.
    following : sequence of Meeting
        Those after it, in order.
    first : bool
        Whether it is a *first* meeting.
    reviews : mapping of str to list of date
        Days of the reviews in the calendar, by plan.
    """

    standing: Standing
    meeting: Meeting
    previous: Meeting | None
    following: Sequence[Meeting]
    first: bool
    reviews: Mapping[str, Sequence[date]]

    def of_each_plan(self) -> list[Occasion]:
        """Return the meeting as each of its plans alone would have it."""
        alone = [self.meeting.model_copy(update={"plans": (plan,)}) for plan in self.meeting.plans]
        return [
            replace(self, meeting=meeting, first=self.previous is None and self.standing.has_first(meeting))
            for meeting in alone
        ]

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans it serves."""
        return self.standing.plans_of(self.meeting)

    @property
    def professionals(self) -> list[str]:
        """Everyone with a place who works with the family, whether or not they come."""
        owners = dict.fromkeys(place_owner(entry) for entry in self.meeting.attendees)
        return [person for person in owners if self._works_with_the_family(person)]

    @property
    def not_there(self) -> list[str]:
        """Of these, the ones who do not come themselves, though a deputy may."""
        there = comes_themselves(self.meeting)
        return [person for person in self.professionals if person not in there]

    @property
    def missing(self) -> list[str]:
        """Professionals who are expected and for whom nobody comes: a report, or nothing."""
        return [
            entry.person
            for entry in self.meeting.attendees
            if entry.level != "invited"
            and entry.status not in TAKES_PART
            and self._works_with_the_family(entry.person)
        ]

    @property
    def remote(self) -> list[str]:
        """Everyone who joins remotely, deputies by their own id."""
        return [
            entry.person
            for entry in self.meeting.attendees
            if entry.status == "remote" or (entry.remote and entry.status in TAKES_PART)
        ]

    @property
    def interpreters(self) -> list[str]:
        """Interpreters who come, a deputy by the id of the person whose place it is."""
        return [
            place_owner(entry)
            for entry in self.meeting.attendees
            if self.standing.role(place_owner(entry)) == "interpreter" and entry.status in TAKES_PART
        ]

    @property
    def notices(self) -> list[int]:
        """Working days ahead that interpreters who come have to be booked, where that is known."""
        people = self.standing.people
        notices = [people[person].notice_working_days for person in self.interpreters if person in people]
        return [notice for notice in notices if notice is not None]

    def _works_with_the_family(self, person: str) -> bool:
        standing = self.standing
        return not standing.is_family(person) and standing.role(person) not in SUPPORTS_THE_MEETING


def planned_reviews(meetings: Iterable[Meeting]) -> Mapping[str, Sequence[date]]:
    """Return the days of the reviews among the meetings of a calendar, by plan."""
    found: dict[str, list[date]] = {}
    for meeting in meetings:
        if meeting.kind in REVIEW_KINDS.values():
            for plan in meeting.plans:
                found.setdefault(plan, []).append(day_of(meeting))
    return found


def occasions(
    standing: Standing, chain: Sequence[Meeting], reviews: Mapping[str, Sequence[date]]
) -> list[Occasion]:
    """Return the meetings of one series, which are in order, each as an occasion."""
    return [
        Occasion(
            standing=standing,
            meeting=meeting,
            previous=chain[position - 1] if position else None,
            following=chain[position + 1 :],
            first=standing.is_first(meeting, chain),
            reviews=reviews,
        )
        for position, meeting in enumerate(chain)
    ]


def applies(clause: TaskClause, occasion: Occasion) -> bool:
    """Whether every condition of a clause holds."""
    return all(_CONDITIONS[condition](occasion) for condition in clause.only)


def _last_before_review(occasion: Occasion) -> bool:
    """A review itself comes before none."""
    is_review = occasion.meeting.kind in REVIEW_KINDS.values()
    return not is_review and any(_is_last_before_review(plan, occasion) for plan in occasion.plans)


def _is_last_before_review(plan: Plan, occasion: Occasion) -> bool:
    """Whether no meeting of the plan lies between this one and a review that has a date, given or planned (S7).

    Reviews after the horizon are left for the calendar that reaches them: a meeting may still come before
    them.
    """
    day, end = day_of(occasion.meeting), occasion.standing.caseload.horizon.end
    following = [day_of(later) for later in occasion.following if plan.id in later.plans]
    return any(
        day < review <= end and not any(later < review for later in following)
        for review in (*plan.events.reviews, *occasion.reviews.get(plan.id, ()))
    )


def _child_absent(occasion: Occasion) -> bool:
    """Whether a child of one of the plans has no place or doesn't come (C12, W11)."""
    there = comes_themselves(occasion.meeting)
    return any(child.id not in there for plan in occasion.plans for child in plan.children)


def _parent_absent(occasion: Occasion) -> bool:
    """Whether a parent with a part in one of the plans doesn't come (C10)."""
    there = comes_themselves(occasion.meeting)
    return any(
        occasion.standing.role(part.person) == "parent" and part.person not in there
        for plan in occasion.plans
        for part in plan.participants
    )


def _late(occasion: Occasion) -> bool:
    """Whether the meeting is held after its due date, or is the next after one that was (B41, C24)."""
    previous = occasion.previous
    return occasion.meeting.breach_days > 0 or (previous is not None and previous.breach_days > 0)


_CONDITIONS: Final[Mapping[TaskCondition, Callable[[Occasion], bool]]] = {
    "first": lambda occasion: occasion.first,
    "later": lambda occasion: not occasion.first,
    "last_before_review": _last_before_review,
    "complex": lambda occasion: any(plan.complex for plan in occasion.plans),
    "child_absent": _child_absent,
    "parent_absent": _parent_absent,
    "professional_absent": lambda occasion: bool(occasion.not_there),
    "remote": lambda occasion: bool(occasion.remote),
    "interpreter": lambda occasion: bool(occasion.interpreters),
    "late": _late,
}
