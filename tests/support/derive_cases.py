"""Hand-made calendars for the tests of what is derived from one: a policy, a caseload, meetings in a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from calendars.workdays import WorkingCalendar
from solver.policy.model import Policy
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload

Json = dict[str, Any]

HORIZON = (date(2026, 11, 2), date(2027, 4, 30))


def policy(
    *,
    chairing: Json | list[Json] | None = None,
    tasks: Iterable[Json] = (),
    manager: Json | None = None,
    **more: Any,
) -> Policy:
    """A made-up policy with core groups alone: the first within 10 working days, then every 28 days."""
    source = {"sources": ["X1"]}
    core_group = {
        "kind": "core_group",
        "name": "Core group",
        "plan_types": ["child_protection"],
        "windows": [
            {"applies": "first", "anchor": ["initial_conference"], "maximum": ["10 working days"], **source},
            {"applies": "later", "maximum": ["28 days"], **source},
        ],
        "chairing": chairing | source if isinstance(chairing, dict) else chairing,
        "manager": None if manager is None else manager | source,
        "tasks": [
            {"kind": "job", "title": "Do it", "owner": "social_worker", "sources": ["X2", "X3"]} | task
            for task in tasks
        ],
        **source,
    }
    whole = {
        "id": "made-up",
        "name": "Made-up",
        "version": "1",
        "effective_from": "2026-01-01",
        "source": "A made-up document",
        "meetings": [core_group],
    }
    return Policy.model_validate(whole | more)


def plan(number: int = 1, *people: str | Json, **more: Any) -> Json:
    """JSON data of a child protection plan with one child who doesn't attend, and these participants."""
    return {
        "id": f"plan-{number}",
        "type": "child_protection",
        "children": [{"id": f"child-{number}", "initials": "A.B.", "date_of_birth": "2016-05-04"}],
        "events": {"initial_conference": "2026-10-28"},
        "participants": [{"person": who} if isinstance(who, str) else who for who in people],
    } | more


def person(who: str, **more: Any) -> Json:
    """JSON data of a person whose role is the id up to the last hyphen: ``social_worker-1``."""
    return {"id": who, "name": f"Person {who}", "role": who.rpartition("-")[0]} | more


def caseload(people: Iterable[str | Json], plans: Iterable[Json], **more: Any) -> Caseload:
    """A caseload of these people and plans."""
    whole = {
        "format": "convene/1",
        "id": "made-up",
        "nation": "ENG",
        "authority": "made-up",
        "team": {
            "id": "oak",
            "name": "Oak (made up)",
            "organiser": {"name": "Oak", "email": "oak@convene.example"},
        },
        "horizon": {"start": HORIZON[0], "end": HORIZON[1]},
        "people": [person(who) if isinstance(who, str) else who for who in people],
        "plans": list(plans),
        "venues": [{"id": "room", "name": "Room 1", "kind": "office"}],
    }
    return Caseload.model_validate(whole | more)


def meeting(
    number: int, day: str, *attendees: str | Json, plans: Iterable[str] = ("plan-1",), **more: Any
) -> Meeting:
    """An hour's core group of plan 1, at ten; an attendee's id alone is an expected person who attends."""
    start = datetime.fromisoformat(f"{day}T10:00")
    series = more.get("series", "plan-1.core_group")
    whole = {
        "id": f"{series}.{number}",
        "series": series,
        "kind": "core_group",
        "plans": list(plans),
        "number": number,
        "start": start,
        "end": start + timedelta(hours=1),
        "venue": "room",
        "window": {"earliest": HORIZON[0], "target": HORIZON[1], "due": HORIZON[1]},
        "slack_days": 3,
        "attendees": [
            {"level": "expected", "status": "attending"} | ({"person": who} if isinstance(who, str) else who)
            for who in attendees
        ],
    }
    return Meeting.model_validate(whole | more)


def monthly(count: int) -> list[str]:
    """The first `count` of the days 28 days apart from a Tuesday in November 2026 on."""
    return [(date(2026, 11, 3) + timedelta(days=28 * index)).isoformat() for index in range(count)]


def england(*closures: date) -> WorkingCalendar:
    """England's working days."""
    return WorkingCalendar("ENG", closures=closures)
