"""What holds a calendar up: the room or the person that is short, and never more said to be saved than can be."""

from __future__ import annotations

from typing import Any

import pytest
from explain_cases import explained
from solver_cases import hours, lone, person, plan_of, room

from service.explanations import calendar_lines
from solver.explain.bottlenecks import bottlenecks
from solver.explain.edits import with_venue
from solver.explain.explainer import Explainer
from solver.plan import plan
from solver.schema.explanation import Bottleneck, CalendarExplanation

Json = dict[str, Any]


def crowded(plans: int) -> Json:
    """As many plans with workers of their own, and one room that is open for an hour on Thursdays."""
    data = lone(
        horizon={"start": "2027-01-04", "end": "2027-01-15"},
        venues=[room("room-1", hours=hours("10:00", "11:00", ["thu"]))],
    )
    for number in range(2, plans + 1):
        worker, mother = f"sw-{number}", f"mother-{number}"
        data["people"] += [person(worker, "social_worker", site="hall"), person(mother, "parent")]
        data["plans"].append(plan_of(number, {"person": worker}, {"person": mother}))
    return data


def found(explainer: Explainer) -> tuple[Bottleneck, ...]:
    told = bottlenecks(explainer.caseload, explainer.policy, explainer.calendar)
    assert told is not None
    return told


def test_of_too_many_plans_it_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which isn't the same as that nothing is short."""
    explainer = explained(crowded(4))
    monkeypatch.setattr("solver.explain.bottlenecks.LARGEST", 3)
    assert bottlenecks(explainer.caseload, explainer.policy, explainer.calendar) is None
    told = CalendarExplanation(calendar="c", revision=1, bottlenecks=None)
    assert "is not worked out" in "\n".join(calendar_lines(told, explainer.calendar))


def test_the_one_room_that_all_want() -> None:
    explainer = explained(crowded(4))
    (room_1,) = found(explainer)
    assert (room_1.resource, room_1.weekday) == ("venue:room-1", "Thursdays")
    assert room_1.price > 0
    assert room_1.text.startswith("room-1: its time, above all on Thursdays, is worth ")
    assert "With one more on Thursdays alone, a calendar planned from this one saves " in room_1.text


def test_no_more_is_saved_than_is_said_to_be_possible() -> None:
    """A second room halves what is missing, and a calendar planned with it costs what was promised at most."""
    explainer = explained(crowded(4))
    (room_1,) = found(explainer)
    assert room_1.saved is not None
    assert room_1.at_most is not None
    assert 0 < room_1.saved <= room_1.at_most
    like = explainer.caseload.venues[0]
    second = with_venue(like.model_copy(update={"id": "room-1-2"}), explainer.caseload)(explainer.caseload)
    better = plan(second, explainer.policy, deterministic=20)
    assert better.status == "optimal"
    assert explainer.calendar.cost - better.cost == room_1.saved


def test_somebody_whom_all_need() -> None:
    data = crowded(3)
    data["venues"] = [room(f"room-{number}") for number in range(1, 4)]
    data["people"].append(person("int-1", "interpreter", hours=hours("10:00", "11:00", ["tue"])))
    for one in data["plans"]:
        one["participants"].append({"person": "int-1", "level": "essential"})
    explainer = explained(data)
    (interpreter,) = found(explainer)
    assert interpreter.resource == "person:int-1"
    assert interpreter.saved is None
    assert interpreter.text.startswith("Person int-1 (int-1): their time, above all on Tuesdays, is worth ")


def test_where_nothing_is_short_nothing_is_told() -> None:
    assert found(explained(lone())) == ()


def test_the_same_every_time() -> None:
    explainer = explained(crowded(3))
    assert found(explainer) == found(explainer)
