"""Faults in who agrees to reports, who needs notice, and who was to chair."""

from __future__ import annotations

from typing import Any

import pytest
from solver_cases import lone, person, read

from solver.schema.faults import CaseloadError

Json = dict[str, Any]


def faults(data: Json) -> list[tuple[str, str]]:
    with pytest.raises(CaseloadError) as error:
        read(data)
    return [(fault.path, fault.problem) for fault in error.value.faults]


def booked(**changes: Any) -> Json:
    return {"plans": ["plan-1"], "start": "2027-01-12T10:00", "venue": "room-1", **changes}


def test_all_of_it_sound() -> None:
    data = lone(booked=[booked(chair="sw-1", minutes="sw-1")])
    data["people"] += [
        person("tm-1", "team_manager"),
        person("int-1", "interpreter", line_manager="tm-1", notice_working_days=10),
    ]
    caseload, _ = read(data)
    assert caseload.people[-1].line_manager == "tm-1"
    assert caseload.booked[0].chair == "sw-1"


@pytest.mark.parametrize(
    ("person_has", "path", "problem"),
    [
        (
            {"line_manager": "nobody"},
            "people[2].line_manager",
            "There is no person with this id.",
        ),
        ({"line_manager": "hv-1"}, "people[2].line_manager", "Nobody is their own line manager."),
        (
            {"notice_working_days": -1},
            "people[2].notice_working_days",
            "This is less than 0, the least that is allowed.",
        ),
        (
            {"notice_working_days": 61},
            "people[2].notice_working_days",
            "This is more than 60, the most that is allowed.",
        ),
    ],
)
def test_of_a_person(person_has: Json, path: str, problem: str) -> None:
    data = lone()
    data["people"].append(person("hv-1", "health_visitor", **person_has))
    ((where, told),) = faults(data)
    assert (where, told) == (path, problem)


@pytest.mark.parametrize("job", ["chair", "minutes"])
def test_of_a_booked_meeting(job: str) -> None:
    found = faults(lone(booked=[booked(**{job: "nobody"})]))
    assert found == [(f"booked[0].{job}", "There is no person with this id.")]
