"""Who has a place at a meeting: section 2 of RULES.md."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
import pytest
from scenes import ONE, Scene

from solver.check.case import Case
from solver.check.places import Place, places_at

DAY = date(2027, 2, 9)


def places(scene: Scene, *, series: str = ONE, day: date = DAY, first: bool = False) -> dict[str, Place]:
    case = Case(scene.caseload, scene.policy)
    return {place.person: place for place in places_at(case, case.series[series], day, is_first=first)}


def siblings(scene: Scene) -> Scene:
    for number in (1, 2):
        scene.plan(number)["sibling_group"] = "elm"
    return scene


def under(**rule: Any) -> Scene:
    return Scene(policy=policies.make_policy(policies.core_group(**rule)))


def test_order_levels_and_remote() -> None:
    found = places(Scene())
    assert list(found) == ["child-1", "sw-1", "hv-1", "mother-1", "teacher-1"]
    assert found["child-1"] == Place("child-1", "child", "expected", "no", None)
    assert found["sw-1"] == Place("sw-1", "social_worker", "essential", "if_needed", None)
    assert found["mother-1"] == Place("mother-1", "parent", "expected", "no", None)


@pytest.mark.parametrize(
    ("attends", "level"), [("yes", "expected"), ("if_possible", "invited"), ("no", None)]
)
def test_a_childs_level(attends: str, level: str | None) -> None:
    scene = Scene()
    scene.plan(1)["children"][0]["attends"] = attends
    child = places(scene).get("child-1")
    assert (child and child.level) == level


def test_a_role_that_the_policy_does_not_name_is_invited() -> None:
    scene = Scene()
    scene.plan(1)["participants"] += [{"person": "tm-1"}, {"person": "father-1", "level": "essential"}]
    assert places(scene)["tm-1"].level == "invited"
    assert places(scene)["father-1"].level == "essential"


@pytest.mark.parametrize(
    ("own", "person", "remote"),
    [
        ("yes", None, "yes"),
        ("no", True, "no"),
        (None, True, "if_needed"),
        (None, False, "no"),
        (None, None, "no"),
    ],
)
def test_a_parents_remote(own: str | None, person: bool | None, remote: str) -> None:
    scene = Scene()
    scene.part(1, "mother-1")["remote"] = own
    scene.one("people", "mother-1")["remote"] = person
    assert places(scene)["mother-1"].remote == remote


def test_a_professional_who_cannot_join_remotely() -> None:
    scene = Scene()
    scene.one("people", "hv-1")["remote"] = False
    assert places(scene)["hv-1"].remote == "no"


@pytest.mark.parametrize(("day", "there"), [(8, False), (9, True), (11, True), (12, False)])
def test_from_and_until_are_inclusive(day: int, there: bool) -> None:
    scene = Scene()
    scene.part(1, "hv-1").update({"from": "2027-02-09", "until": "2027-02-11"})
    assert ("hv-1" in places(scene, day=date(2027, 2, day))) is there


def test_the_receiving_worker_is_invited_from_the_handover_on() -> None:
    scene = Scene()
    scene.plan(1)["handover"] = {"date": "2027-02-09", "person": "sw-2"}
    assert places(scene)["sw-2"].level == "invited"
    assert "sw-2" not in places(scene, day=date(2027, 2, 8))


def test_the_receiving_worker_who_is_there_already_keeps_the_stronger_level() -> None:
    scene = Scene()
    scene.part(1, "hv-1")["remote"] = "yes"
    scene.plan(1)["handover"] = {"date": "2027-01-04", "person": "hv-1"}
    found = places(scene)["hv-1"]
    assert (found.level, found.remote) == ("expected", "if_needed")


def test_one_place_in_a_joint_meeting() -> None:
    scene = siblings(Scene())
    scene.part(1, "hv-1").update(level="invited", remote="yes")
    scene.part(2, "hv-1").update(level="essential", remote="no")
    found = places(scene, series="elm.core_group")
    assert list(found) == ["child-1", "sw-1", "hv-1", "mother-1", "teacher-1", "sw-2", "mother-2"]
    assert (found["hv-1"].level, found["hv-1"].remote) == ("essential", "no")


def test_an_ended_plan_brings_nobody() -> None:
    scene = siblings(Scene())
    scene.plan(2)["ends"] = "2027-02-08"
    assert "sw-2" not in places(scene, series="elm.core_group")
    assert "sw-2" in places(scene, series="elm.core_group", day=date(2027, 2, 8))


@pytest.mark.parametrize(
    ("sittings", "one"), [(("A", "A"), "A"), (("A", "B"), None), (("A", None), None), ((None, "B"), None)]
)
def test_a_sitting_only_if_all_agree(sittings: tuple[str | None, str | None], one: str | None) -> None:
    scene = siblings(Scene())
    scene.plan(2)["split"] = {"reason": "Separate sittings"}
    for number, sitting in enumerate(sittings, start=1):
        scene.part(number, "hv-1")["sitting"] = sitting
    assert places(scene, series="elm.core_group")["hv-1"].sitting == one


def test_no_sittings_in_a_meeting_that_is_not_split() -> None:
    scene = Scene()
    scene.part(1, "mother-1")["sitting"] = "A"
    assert places(scene)["mother-1"].sitting is None


@pytest.mark.parametrize(
    ("at", "first", "held", "is_complex", "there"),
    [
        ("first", True, 0, False, True),
        ("first", True, 1, False, False),
        ("first", False, 0, False, False),
        ("first", False, 0, True, True),
        ("complex", True, 0, False, False),
        ("complex", False, 0, True, True),
    ],
)
def test_when_the_manager_comes(at: str, first: bool, held: int, is_complex: bool, there: bool) -> None:
    scene = under(manager=policies.manager(at, "essential"))
    scene.plan(1)["events"]["held"] = held
    scene.plan(1)["complex"] = is_complex
    found = places(scene, first=first)
    assert ("tm-1" in found) is there
    if there:
        assert list(found)[-1] == "tm-1"
        assert found["tm-1"].level == "essential"


def test_no_second_manager() -> None:
    scene = under(manager=policies.manager("complex"))
    scene.plan(1)["complex"] = True
    scene.data["people"].append(scene.one("people", "tm-1") | {"id": "tm-2", "name": "Person tm-2"})
    scene.plan(1)["participants"].append({"person": "tm-2"})
    found = places(scene)
    assert "tm-1" not in found
    assert found["tm-2"].level == "invited"


@pytest.mark.parametrize("plan", [1, 2])
def test_one_complex_or_first_plan_of_a_joint_meeting_is_enough(plan: int) -> None:
    scene = siblings(under(manager=policies.manager("first")))
    for number in (1, 2):
        scene.plan(number)["events"]["held"] = 0 if number == plan else 3
    assert "tm-1" in places(scene, series="elm.core_group", first=True)
    assert "tm-1" not in places(scene, series="elm.core_group", first=False)
    scene.plan(plan)["events"]["held"] = 3
    assert "tm-1" not in places(scene, series="elm.core_group", first=True)
    scene.plan(plan)["complex"] = True
    assert "tm-1" in places(scene, series="elm.core_group", first=False)


def test_a_first_plan_that_has_ended_makes_no_first_meeting() -> None:
    scene = siblings(under(manager=policies.manager("first")))
    scene.plan(1)["events"]["held"] = 3
    scene.plan(2)["ends"] = "2027-02-08"
    assert "tm-1" not in places(scene, series="elm.core_group", first=True)
    assert "tm-1" in places(scene, series="elm.core_group", day=date(2027, 2, 8), first=True)
