"""Faults of what has happened: meetings that were held, and concerns."""

from __future__ import annotations

from typing import Any

import pytest
from faulty import changed, faults_of, only_fault

HELD = {"plans": ["plan-1"], "start": "2026-10-06T10:00", "attended": ["sw-1"]}
CONCERN = {"id": "c-1", "kind": "disagreement", "raised": "2026-10-20"}

FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"held": [HELD | {"plans": ["plan-9"]}]}, "held[0].plans[0]", "no plan with this id", "plan-"),
    ({"held": [HELD | {"attended": ["sw-9"]}]}, "held[0].attended[0]", "no person with this id", "sw-"),
    ({"held": [HELD | {"attended": ["sw-1", "sw-1"]}]}, "held[0].attended[1]", "twice", "Keep one"),
    ({"held": [HELD | {"start": "2027-05-04T10:00"}]}, "held[0].start", "after the horizon's end", "leave out"),
    ({"held": [HELD | {"end": "2026-10-06T10:00"}]}, "held[0].end", "not later on the day", "Correct one"),
    ({"held": [HELD | {"end": "2026-10-07T11:00"}]}, "held[0].end", "not later on the day", "Correct one"),
    ({"held": [HELD | {"invited": "2026-10-07"}]}, "held[0].invited", "after the meeting", "Correct one"),
    ({"held": [HELD | {"minutes_sent": "2026-10-05"}]}, "held[0].minutes_sent", "before the meeting", "Correct one"),
    ({"plans[0].concerns": [CONCERN, CONCERN]}, "plans[0].concerns[1].id", "another concern", "another"),
    ({"plans[0].concerns": [CONCERN | {"raised": "2027-05-01"}]}, "plans[0].concerns[0].raised", "ahead", "leave out"),
    (
        {"plans[0].concerns": [CONCERN | {"settled": "2026-10-19"}]},
        "plans[0].concerns[0].settled",
        "before the concern was raised, on 2026-10-20",
        "Correct one",
    ),
    (
        {"plans[0].concerns": [CONCERN | {"settle_by": "2026-10-19"}]},
        "plans[0].concerns[0].settle_by",
        "before the concern was raised",
        "Correct one",
    ),
    (
        {"plans[0].concerns": [CONCERN | {"kind": "quarrel"}]},
        "plans[0].concerns[0].kind",
        "",
        "disagreement",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "problem", "remedy"), FAULTS)
def test_each_fault_is_told_alone(changes: dict[str, Any], path: str, problem: str, remedy: str) -> None:
    fault = only_fault(changed(changes))
    assert fault.path == path
    assert problem in fault.problem
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"held": [HELD, HELD | {"start": "2027-04-30T10:00", "attended": ["sw-1", "child-1"]}]},
        {"held": [HELD | {"invited": "2026-10-06", "minutes_sent": "2026-10-06"}]},
        {"plans[0].concerns": [CONCERN | {"settle_by": "2026-10-20", "settled": "2026-10-20"}]},
        {"plans[0].concerns": [CONCERN], "plans[1].concerns": [CONCERN]},
    ],
)
def test_what_can_be_is_no_fault(changes: dict[str, Any]) -> None:
    assert faults_of(changed(changes)) == []
