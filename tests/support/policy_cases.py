"""Made-up plans and policies for the tests of the policy language."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from calendars.workdays import WorkingCalendar
from solver.schema.base import PlanType
from solver.schema.caseload import Child, Events, Plan

Json = dict[str, Any]

MYSHIRE: Json = {
    "id": "myshire",
    "name": "Myshire",
    "version": "1",
    "effective_from": "2026-04-01",
    "source": "Myshire guidance",
    "meetings": [
        {
            "kind": "core_group",
            "name": "Core group",
            "plan_types": ["child_protection"],
            "sources": ["T1"],
            "windows": [
                {
                    "applies": "first",
                    "anchor": ["initial_conference"],
                    "maximum": ["10 working days"],
                    "sources": ["T1"],
                },
                {"applies": "later", "maximum": ["28 days"], "sources": ["T2"]},
            ],
        }
    ],
    "references": {"T1": "item 1", "T2": "item 2"},
}
"""A small policy that is whole without a layer."""


def myshire_policy(**changes: Any) -> Json:
    """The data of a small policy, with top-level fields put in place of its own."""
    return copy.deepcopy(MYSHIRE) | changes


def made_plan(plan_type: PlanType = "child_protection", every: str | None = None, **events: Any) -> Plan:
    """A plan of one made-up child with these events."""
    return Plan(
        id="plan-1",
        type=plan_type,
        children=(Child(id="child-1", initials="A.B.", date_of_birth=date(2018, 5, 1)),),
        events=Events.model_validate(events),
        every_at_most=every,
    )


def england(*, closures: tuple[date, ...] = ()) -> WorkingCalendar:
    """England's working days."""
    return WorkingCalendar("ENG", closures=closures)
