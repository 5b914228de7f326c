"""Small policies built by hand, so that the checker's tests need no policy files."""

from __future__ import annotations

from datetime import date
from typing import Any

from solver.policy.meeting_clauses import (
    AttendanceClause,
    ChairClause,
    ChildClause,
    ManagerClause,
    QuorumClause,
    ReviewDayClause,
    SchoolHoursClause,
    SlotClause,
    VenueClause,
)
from solver.policy.model import MeetingRule, Policy, ReviewRule, WindowRule

MADE_UP = ("made-up",)

LEVELS = (
    AttendanceClause(roles=("social_worker",), level="essential", sources=MADE_UP),
    AttendanceClause(
        roles=("child", "parent", "school", "health_visitor"), level="expected", sources=MADE_UP
    ),
)


def windows(
    *,
    first: str = "10 working days",
    later: str | tuple[str, ...] = "4 weeks",
    minimum: str | None = None,
    target: str | None = None,
    anchor: tuple[Any, ...] = ("initial_conference", "plan_start", "became_looked_after"),
) -> tuple[WindowRule, WindowRule]:
    """A first and a later window."""
    maxima = (later,) if isinstance(later, str) else later
    return (
        WindowRule(applies="first", anchor=anchor, maximum=(first,), sources=MADE_UP),
        WindowRule(applies="later", minimum=minimum, target=target, maximum=maxima, sources=MADE_UP),
    )


def before(anchor: Any) -> WindowRule:
    """A first window that ends a week before an event."""
    return WindowRule(
        applies="first",
        anchor=(anchor,),
        direction="before",
        minimum="1 week",
        maximum=("3 weeks",),
        sources=MADE_UP,
    )


def core_group(**changes: Any) -> MeetingRule:
    """The meetings of a child protection plan, with `changes` to the rule's fields."""
    fields: dict[str, Any] = {
        "kind": "core_group",
        "name": "Core group",
        "plan_types": ("child_protection",),
        "windows": windows(),
        "attendance": LEVELS,
        "sources": MADE_UP,
    }
    return MeetingRule(**(fields | changes))


def cin_review(**changes: Any) -> MeetingRule:
    """The meetings of a child in need plan, with `changes` to the rule's fields."""
    fields: dict[str, Any] = {
        "kind": "cin_review",
        "name": "Child in need review",
        "plan_types": ("child_in_need",),
    }
    return core_group(**(fields | changes))


REVIEWS = (
    ReviewRule(
        plan_type="child_protection",
        name="Review conference",
        anchor="initial_conference",
        first=("3 months", "91 days"),
        later=("6 months", "183 days"),
        sources=MADE_UP,
    ),
)


def make_policy(*rules: MeetingRule, **changes: Any) -> Policy:
    """A whole policy of the rules given, else of core groups alone, with `changes` to the policy's fields."""
    fields: dict[str, Any] = {
        "id": "made-up",
        "name": "Made-up policy",
        "version": "1",
        "effective_from": date(2026, 1, 1),
        "source": "Made up for tests",
        "meetings": rules or (core_group(),),
        "references": {"made-up": "Made up for tests"},
    }
    return Policy(**(fields | changes))


def quorum(professionals: int) -> QuorumClause:
    return QuorumClause(professionals=professionals, sources=MADE_UP)


def manager(at: Any, level: Any = "expected") -> ManagerClause:
    return ManagerClause(at=at, level=level, sources=MADE_UP)


def venue(**fields: Any) -> VenueClause:
    return VenueClause(sources=MADE_UP, **fields)


def chairing(**fields: Any) -> ChairClause:
    return ChairClause(sources=MADE_UP, **fields)


def school_hours(minutes: int, *, wherever_possible: bool = False) -> SchoolHoursClause:
    return SchoolHoursClause(travel_minutes=minutes, wherever_possible=wherever_possible, sources=MADE_UP)


def slot(*roles: Any, name: str = "health", count: int = 1) -> SlotClause:
    return SlotClause(name=name, roles=roles, count=count, sources=MADE_UP)


def child(**fields: Any) -> ChildClause:
    return ChildClause(sources=MADE_UP, **fields)


def not_on_review_day(**fields: Any) -> ReviewDayClause:
    return ReviewDayClause(sources=MADE_UP, **fields)
