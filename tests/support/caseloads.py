"""A small made-up caseload that is valid as it stands, for any test to start from.

``small_caseload()`` is plain JSON data, new at every call: change what you like in it. It holds one team
over a winter half-year, with

- ``plan-1`` and ``plan-2``: two siblings (group ``elm``) on child protection plans since the same conference,
  with the first core group still to come. Child 1 is on roll at the school and attends, child 2 is under
  school age;
- ``plan-3``: a child in need plan with a last review;
- a school with its site and a room, two rooms at the office, a community room, a family home and a virtual
  room.
"""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

WEEK = ("mon", "tue", "wed", "thu", "fri")
HALF_TERM = [(date(2027, 2, 15) + timedelta(days=i)).isoformat() for i in range(5)]


def _plan(number: int, kind: str, children: list[Json], worker: str, others: list[Json], **more: Any) -> Json:
    return {
        "id": f"plan-{number}",
        "type": kind,
        "children": children,
        "participants": [{"person": worker, "level": "essential"}, *others],
        **more,
    }


SMALL: Json = {
    "format": "convene/1",
    "id": "team-oak-winter",
    "timezone": "Europe/London",
    "nation": "ENG",
    "authority": "wandsworth",
    "team": {
        "id": "oak",
        "name": "Oak Team (made up)",
        "organiser": {"name": "Oak Team", "email": "oak-team@convene.example"},
    },
    "horizon": {"start": "2026-11-02", "end": "2027-04-30"},
    "grid_minutes": 15,
    "closures": ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31"],
    "people": [
        {
            "id": "sw-1",
            "name": "Testworker Alder",
            "role": "social_worker",
            "agency": "council",
            "email": "sw-1@convene.example",
            "site": "town-hall",
            "deputies": ["sw-2"],
            "busy": [{"start": "2026-11-16T00:00", "end": "2026-11-21T00:00"}],
            "max_meetings_per_day": 3,
        },
        {
            "id": "sw-2",
            "name": "Testworker Birch",
            "role": "social_worker",
            "agency": "council",
            "site": "town-hall",
            "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu")},
        },
        {
            "id": "tm-1",
            "name": "Testmanager Cedar",
            "role": "team_manager",
            "agency": "council",
            "site": "town-hall",
            "hours": {day: [["09:00", "12:30"], ["13:00", "17:00"]] for day in WEEK},
        },
        {
            "id": "hv-1",
            "name": "Testvisitor Dogwood",
            "role": "health_visitor",
            "agency": "health",
            "deputies": ["hv-2"],
        },
        {"id": "hv-2", "name": "Testvisitor Elder", "role": "health_visitor", "agency": "health"},
        {
            "id": "dsl-1",
            "name": "Testteacher Fir",
            "role": "school",
            "agency": "Hill School (made up)",
            "site": "hill",
            "hours": {day: [["08:30", "16:30"]] for day in WEEK},
        },
        {"id": "int-1", "name": "Interpreter 1", "role": "interpreter", "agency": "language service"},
        {"id": "mother-1", "name": "Person 11", "role": "parent", "email": "person-11@convene.example"},
        {
            "id": "father-1",
            "name": "Person 12",
            "role": "parent",
            "hours": {day: [["08:00", "18:00"]] for day in WEEK},
            "remote": True,
        },
        {"id": "mother-3", "name": "Person 13", "role": "parent"},
    ],
    "schools": [
        {
            "id": "hill-school",
            "name": "Hill School (made up)",
            "site": "hill",
            "day": {"start": "08:45", "end": "15:15"},
            "terms": [
                {"start": "2026-09-02", "end": "2026-12-18"},
                {"start": "2027-01-04", "end": "2027-03-26"},
                {"start": "2027-04-12", "end": "2027-07-21"},
            ],
            "closed": ["2027-01-04", *HALF_TERM],
        }
    ],
    "sites": [
        {"id": "town-hall", "name": "Town Hall (made up)", "travel_minutes": 15},
        {"id": "hill", "name": "Hill School site (made up)", "travel_minutes": 20},
        {"id": "library", "name": "Library (made up)", "travel_minutes": 15},
    ],
    "venues": [
        {
            "id": "room-1",
            "name": "Room 1",
            "kind": "office",
            "site": "town-hall",
            "address": "1 Made-up Street",
            "capacity": 10,
            "features": ["private", "step_free", "hybrid"],
            "hours": {day: [["08:00", "18:00"]] for day in WEEK},
        },
        {
            "id": "room-2",
            "name": "Room 2",
            "kind": "office",
            "site": "town-hall",
            "capacity": 8,
            "features": ["private", "hybrid"],
            "busy": [{"start": "2026-11-10T09:00", "end": "2026-11-10T12:00"}],
        },
        {
            "id": "school-room",
            "name": "Meeting room at Hill School",
            "kind": "school",
            "site": "hill",
            "capacity": 8,
            "features": ["private", "step_free"],
            "hours": {day: [["09:00", "17:00"]] for day in WEEK},
        },
        {
            "id": "library-room",
            "name": "Library room",
            "kind": "community",
            "site": "library",
            "capacity": 6,
            "features": ["private", "step_free", "quiet"],
        },
        {
            "id": "home-3",
            "name": "Home of plan-3",
            "kind": "family_home",
            "capacity": 6,
            "confidential": True,
        },
        {"id": "video", "name": "Video meeting", "kind": "virtual"},
    ],
    "plans": [
        _plan(
            1,
            "child_protection",
            [
                {
                    "id": "child-1",
                    "initials": "A.B.",
                    "date_of_birth": "2015-05-04",
                    "school": "hill-school",
                    "attends": "yes",
                }
            ],
            "sw-1",
            [
                {"person": "mother-1", "level": "expected", "remote": "no"},
                {"person": "father-1", "level": "invited", "remote": "if_needed"},
                {"person": "dsl-1", "level": "expected"},
                {"person": "int-1", "level": "essential", "remote": "yes"},
            ],
            sibling_group="elm",
            events={
                "strategy_discussion": "2026-10-14",
                "initial_conference": "2026-10-28",
                "reviews": ["2027-01-27"],
            },
            complex=True,
            venue={"needs": ["step_free"], "never": ["school-room"], "prefer": ["library-room"]},
            times={"prefer": [{"days": ["tue", "wed"], "start": "15:30", "end": "18:00"}]},
        ),
        _plan(
            2,
            "child_protection",
            [{"id": "child-2", "initials": "C.B.", "date_of_birth": "2024-02-10", "attends": "no"}],
            "sw-1",
            [
                {"person": "mother-1", "level": "expected", "remote": "no"},
                {"person": "hv-1", "level": "expected"},
            ],
            sibling_group="elm",
            events={
                "strategy_discussion": "2026-10-14",
                "initial_conference": "2026-10-28",
                "reviews": ["2027-01-27"],
            },
        ),
        _plan(
            3,
            "child_in_need",
            [
                {
                    "id": "child-3",
                    "initials": "D.E.",
                    "date_of_birth": "2012-09-20",
                    "school": "hill-school",
                    "attends": "if_possible",
                }
            ],
            "sw-2",
            [{"person": "mother-3", "level": "expected"}, {"person": "dsl-1", "until": "2027-03-31"}],
            events={"plan_start": "2026-08-03", "last_meeting": "2026-10-20", "held": 2},
            ends="2027-04-16",
            every_at_most="6 weeks",
            venue={"kinds": ["office", "family_home"], "prefer": ["home-3"]},
            times={"never": [{"days": ["mon"], "start": "00:00", "end": "12:00"}]},
            handover={"date": "2027-02-01", "person": "sw-1"},
        ),
    ],
    "travel": {"town-hall": {"hill": 25, "library": 10}},
    "booked": [
        {
            "plans": ["plan-3"],
            "start": "2026-11-26T10:00",
            "end": "2026-11-26T11:00",
            "venue": "room-2",
            "attendees": [{"person": "sw-2"}, {"person": "mother-3"}],
        }
    ],
}


def small_caseload(**changes: Any) -> Json:
    """JSON data of the small caseload, with the top-level fields in `changes` put in place of its own."""
    return copy.deepcopy(SMALL) | changes
