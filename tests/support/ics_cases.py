"""A made-up family whose parents meet apart, and calendars built by hand, for tests of what leaves.

`family()` is a caseload with every kind of person and place that the privacy rules tell apart: two parents of
one plan, a child with a person record, somebody of role ``other``, professionals of several agencies, a room,
a home, a placement, a refuge's room, a virtual room, and the home once more as a place of no kind.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from solver.schema.calendar import (
    Attendee,
    Calendar,
    CaseloadRef,
    Kpis,
    Meeting,
    PolicyRef,
    Sitting,
    Task,
    Window,
)
from solver.schema.caseload import Caseload

CREATED = "2026-11-01T09:30:00Z"
PROFESSIONALS = ("sw-1", "sw-2", "tm-1", "hv-1", "int-1")
HOME_ADDRESS = "12 Nowhere Lane, Madeup, ZZ9 9ZZ"


def family(**changes: Any) -> Caseload:
    """The caseload, with the top-level fields in `changes` put in place of its own."""
    data: dict[str, Any] = {
        "format": "convene/1",
        "id": "team-yew-winter",
        "nation": "ENG",
        "authority": "wandsworth",
        "team": {
            "id": "yew",
            "name": "Yew Child Protection Team (made up)",
            "organiser": {"name": "Yew Child Protection Team", "email": "yew@convene.example"},
        },
        "horizon": {"start": "2026-10-01", "end": "2027-04-30"},
        "people": [
            {
                "id": "sw-1",
                "name": "Testworker Yew",
                "role": "social_worker",
                "agency": "council",
                "deputies": ["sw-2"],
            },
            {"id": "sw-2", "name": "Testworker Box", "role": "social_worker", "agency": "council"},
            {"id": "tm-1", "name": "Testmanager Oak", "role": "team_manager"},
            {
                "id": "hv-1",
                "name": "Testvisitor Ash",
                "role": "health_visitor",
                "agency": "Made-up Health Trust",
            },
            {"id": "int-1", "name": "Interpreter 7", "role": "interpreter"},
            {"id": "mother-1", "name": "Person 21", "role": "parent", "email": "person-21@convene.example"},
            {"id": "father-1", "name": "Person 22", "role": "parent", "email": "person-22@convene.example"},
            {"id": "child-1", "name": "Person 23", "role": "child"},
            {"id": "friend-1", "name": "Person 24", "role": "other"},
        ],
        "venues": [
            {"id": "room", "name": "Room 4", "kind": "office", "address": "1 Made-up Square"},
            {"id": "home", "name": "House of mother-1", "kind": "family_home", "address": HOME_ADDRESS},
            {"id": "placement", "name": "Placement 9", "kind": "placement", "address": "3 Hidden Close"},
            {
                "id": "refuge",
                "name": "Garden Room",
                "kind": "community",
                "address": "5 Secret Way",
                "confidential": True,
            },
            {"id": "video", "name": "Video of Yew Team", "kind": "virtual"},
            {
                "id": "twin",
                "name": "Side door",
                "kind": "community",
                "address": "12, Nowhere Lane; Madeup  zz9 9zz",
            },
        ],
        "plans": [
            {
                "id": "plan-21",
                "type": "child_protection",
                "sibling_group": "grove",
                "children": [
                    {"id": "child-1", "initials": "QZ", "date_of_birth": "2015-03-09", "attends": "yes"},
                    {"id": "child-2", "initials": "VZ", "date_of_birth": "2018-07-30", "attends": "yes"},
                ],
                "split": {"reason": "non-molestation order"},
            }
        ],
    }
    return Caseload.model_validate(data | changes)


def place(person: str, status: str = "attending", **more: Any) -> Attendee:
    """One attendee, expected unless `more` says otherwise."""
    return Attendee.model_validate({"person": person, "level": "expected", "status": status, **more})


def meeting(number: int = 1, start: str = "2026-11-10T10:00", *attendees: Attendee, **more: Any) -> Meeting:
    """A one-hour meeting of the family's core group in the room, everybody's places as given."""
    begin = datetime.fromisoformat(start)
    day = begin.date()
    data: dict[str, Any] = {
        "id": f"plan-21.core_group.{number}",
        "series": "plan-21.core_group",
        "kind": "core_group",
        "plans": ("plan-21",),
        "number": number,
        "start": begin,
        "end": begin + timedelta(hours=1),
        "venue": "room",
        "window": Window(earliest=day, due=day + timedelta(days=7), target=day),
        "slack_days": 5,
        "attendees": attendees or (place("sw-1"), place("mother-1")),
    }
    return Meeting(**(data | more))


def split_meeting(number: int = 1, start: str = "2026-11-10T10:00", **more: Any) -> Meeting:
    """Two sittings of an hour, half an hour apart: the mother in A with an interpreter, the father in B."""
    begin = datetime.fromisoformat(start)
    hour = timedelta(hours=1)
    second = begin + timedelta(minutes=90)
    sittings = (
        Sitting(id="A", start=begin, end=begin + hour),
        Sitting(id="B", start=second, end=second + hour),
    )
    attendees = (
        place("sw-1"),
        place("hv-1"),
        place("int-1", sitting="A"),
        place("tm-1", sitting="B"),
        place("mother-1", sitting="A"),
        place("father-1", sitting="B"),
    )
    return meeting(number, start, *attendees, end=second + hour, sittings=sittings, **more)


def task(identity: str, owner: str, due: date, **more: Any) -> Task:
    """A task whose title says all that a title must not."""
    title = "Send the child protection plan of QZ to Person 21"
    data = {"kind": "agree-plan", "meeting": None, "source": "B1", "title": title, **more}
    return Task(id=identity, owner=owner, due=due, **data)


def calendar(*meetings: Meeting, **changes: Any) -> Calendar:
    """A calendar of these meetings, with the fields in `changes` put in place of its own."""
    kpis: dict[str, Any] = dict.fromkeys(
        name for name, field in Kpis.model_fields.items() if field.is_required()
    )
    counts = (
        "meetings",
        "series",
        "first_core_groups",
        "deputies",
        "reports",
        "exceptions",
        "breaches",
        "breach_days",
    )
    kpis |= dict.fromkeys(counts, 0) | {"slack_histogram": {}}
    data: dict[str, Any] = {
        "id": "calendar-1",
        "caseload": CaseloadRef(id="team-yew-winter", digest="0" * 64),
        "policy": PolicyRef(id="wandsworth", version="1"),
        "horizon": {"start": date(2026, 10, 1), "end": date(2027, 4, 30)},
        "created": CREATED,
        "status": "optimal",
        "objective": {},
        "cost": 0,
        "weights": {},
        "bound": 0.0,
        "gap": 0.0,
        "seconds": 1.0,
        "seed": 1,
        "meetings": meetings,
        "kpis": Kpis(**kpis),
    }
    return Calendar(**(data | changes))
