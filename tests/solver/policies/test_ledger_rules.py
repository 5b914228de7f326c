"""For each item of the sources that a rule on meetings, places or times keeps: a calendar that keeps it, and one that doesn't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ledger_scenes import ledger_scene, plan_type_of
from scenes import Scene, rules_of

from solver.schema.calendar import Calendar

Events = dict[str, Any]
CONFERENCE: Events = {"initial_conference": "2026-12-30"}
"""The first core group is due by Thursday 14 January 2027: New Year's Day is no working day."""
STARTED: Events = {"plan_start": "2026-12-30"}
CORE_GROUPS = ("2027-01-12T16:00", "2027-02-09T16:00")
REVIEW = ("2027-02-09T16:00",)


@dataclass(frozen=True)
class Case:
    """A plan's meetings under an authority's policy, and what breaks them.

    Attributes
    ----------
    rule : str
        Of ``solver/RULES.md``, that the broken calendar breaks.
    """

    authority: str
    kind: str
    events: Events
    starts: tuple[str, ...]
    breaking: Callable[[Scene], Calendar | None]
    rule: str

    def scene(self) -> Scene:
        return ledger_scene(self.authority, self.kind, self.events, self.starts)


def without_the_last(scene: Scene) -> Calendar:
    """The last meeting is neither held nor said to be missing."""
    scene.meets.pop()
    return scene.calendar(breaches=())


def in_a_room_that_is_not_private(scene: Scene) -> None:
    scene.one("venues", "room-1")["features"].remove("private")


def in_a_community_room_that_is_not_private(scene: Scene) -> None:
    scene.one("venues", "room-1").update(kind="community", features=["hybrid"])


def remotely_where_the_room_cannot(scene: Scene) -> None:
    scene.one("venues", "room-1")["features"].remove("hybrid")
    scene.meets[0].but["hv-1"] = "remote"


def in_school_hours(scene: Scene) -> None:
    scene.meets[0].start = "2027-01-12T14:00"


def on_the_day_of_a_review(scene: Scene) -> None:
    scene.plan(1)["events"]["reviews"] = ["2027-02-09"]


CASES = {
    "W1a": Case(
        "wandsworth", "cin_review", {"assessment_due": "2027-02-12"}, REVIEW, without_the_last, "series.complete"
    ),
    "W1b": Case("wandsworth", "core_group", CONFERENCE, CORE_GROUPS, without_the_last, "series.complete"),
    "W12b": Case("wandsworth", "core_group", CONFERENCE, CORE_GROUPS, in_school_hours, "school.hours"),
    "U1": Case("south-west", "core_group", CONFERENCE, CORE_GROUPS, without_the_last, "series.complete"),
    "U3": Case("south-west", "core_group", CONFERENCE, CORE_GROUPS, on_the_day_of_a_review, "series.review_day"),
    "B0": Case("barnsley", "cin_review", STARTED, REVIEW, without_the_last, "series.complete"),
    "B4": Case("barnsley", "core_group", CONFERENCE, CORE_GROUPS, in_a_room_that_is_not_private, "venue.private"),
    "B9": Case("barnsley", "core_group", CONFERENCE, CORE_GROUPS, without_the_last, "series.complete"),
    "B13": Case("barnsley", "cin_review", STARTED, REVIEW, without_the_last, "series.complete"),
    "S1": Case("sefton", "core_group", CONFERENCE, CORE_GROUPS, without_the_last, "series.complete"),
    "S2": Case("sefton", "core_group", CONFERENCE, CORE_GROUPS, without_the_last, "series.complete"),
    "C0": Case("carefirst", "care_team_meeting", STARTED, REVIEW, without_the_last, "series.complete"),
    "C2": Case("carefirst", "cin_review", STARTED, REVIEW, without_the_last, "series.complete"),
    "C11": Case("carefirst", "core_group", CONFERENCE, CORE_GROUPS, on_the_day_of_a_review, "series.review_day"),
    "C13": Case(
        "carefirst", "core_group", CONFERENCE, CORE_GROUPS, in_a_community_room_that_is_not_private, "venue.private"
    ),
    "C16": Case(
        "carefirst", "core_group", CONFERENCE, CORE_GROUPS, remotely_where_the_room_cannot, "remote.allowed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("item", CASES)
def test_kept_and_broken(item: str) -> None:
    case = CASES[item]
    scene = case.scene()
    assert scene.plan(1)["type"] == plan_type_of(case.authority, case.kind)
    report = scene.check()
    assert report.ok, [violation.text for violation in report.violations]
    broken = case.breaking(scene)
    assert rules_of(scene.check(broken)) == {case.rule}
