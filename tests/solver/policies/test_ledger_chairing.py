"""For each item of the sources on who chairs and takes the minutes: roles that keep it, and roles that don't."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from ledger_scenes import ledger_scene
from scenes import Scene, edit, rules_of

from solver.derive.rota import assign_roles
from solver.policy import load_policy
from solver.schema.calendar import Calendar

CONFERENCE = {"initial_conference": "2026-12-30"}
CORE_GROUPS = ("2027-01-12T16:00", "2027-02-09T16:00")


@dataclass(frozen=True)
class Case:
    """Roles at a plan's first core group under an authority's policy.

    Attributes
    ----------
    kept, broken : dict
        ``chair`` and ``minutes``; what is broken is ``roles``.
    but : dict
        Who does not simply attend.
    """

    authority: str
    kept: dict[str, str | None]
    broken: dict[str, str | None]
    but: dict[str, str] = field(default_factory=dict)


CASES = {
    # Barnsley: one chairs and another takes the minutes, in turn; a family may chair its own meeting.
    "B11": Case(
        "barnsley",
        {"chair": "hv-1", "minutes": "sw-1"},
        {"chair": "teacher-1", "minutes": "sw-1"},
        but={"teacher-1": "report"},
    ),
    "B23": Case("barnsley", {"chair": "hv-1", "minutes": "teacher-1"}, {"chair": "hv-1", "minutes": "hv-1"}),
    "B24": Case("barnsley", {"chair": "teacher-1", "minutes": "hv-1"}, {"chair": None, "minutes": "hv-1"}),
    "B25": Case("barnsley", {"chair": "sw-1", "minutes": "teacher-1"}, {"chair": "hv-1", "minutes": None}),
    "B33": Case("barnsley", {"chair": "mother-1", "minutes": "hv-1"}, {"chair": "hv-1", "minutes": "mother-1"}),
    # Sefton: the record is shared by the professionals; nothing is said of a family's chairing.
    "S4": Case("sefton", {"chair": "hv-1", "minutes": "hv-1"}, {"chair": "hv-1", "minutes": "mother-1"}),
    # The social worker chairs wherever they attend.
    "U6": Case("south-west", {"chair": "sw-1", "minutes": "hv-1"}, {"chair": "hv-1", "minutes": "sw-1"}),
    "C5": Case("carefirst", {"chair": "sw-1", "minutes": "sw-1"}, {"chair": "sw-1", "minutes": None}),
    "C21": Case("carefirst", {"chair": "sw-1", "minutes": "hv-1"}, {"chair": "teacher-1", "minutes": "hv-1"}),
}  # fmt: skip


def scene_of(case: Case) -> Scene:
    scene = ledger_scene(case.authority, "core_group", CONFERENCE, CORE_GROUPS)
    scene.meets[0].but = dict(case.but)
    return scene


def with_roles(scene: Scene, roles: dict[str, Any]) -> Calendar:
    return scene.owing(edit(scene.calendar(), 0, **roles))


@pytest.mark.parametrize("item", CASES)
def test_kept_and_broken(item: str) -> None:
    case = CASES[item]
    scene = scene_of(case)
    report = scene.check(with_roles(scene, case.kept))
    assert report.ok, [violation.text for violation in report.violations]
    assert rules_of(scene.check(with_roles(scene, case.broken))) == {"roles"}


@pytest.mark.parametrize("authority", ["wandsworth", "south-west", "sefton", "carefirst"])
def test_elsewhere_a_parent_chairs_only_where_their_entry_says_so(authority: str) -> None:
    scene = scene_of(Case(authority, {}, {}))
    minutes = {"minutes": "hv-1"}
    assert rules_of(scene.check(with_roles(scene, {"chair": "mother-1", **minutes}))) == {"roles"}
    scene.part(1, "mother-1")["chairs"] = True
    assert scene.check(with_roles(scene, {"chair": "mother-1", **minutes})).ok


@pytest.mark.parametrize(
    ("authority", "worker_chairs"),
    [
        ("wandsworth", False),
        ("south-west", True),
        ("barnsley", False),
        ("sefton", False),
        ("carefirst", True),
    ],
)
def test_what_is_proposed_keeps_the_policy_and_is_shared(authority: str, worker_chairs: bool) -> None:
    scene = scene_of(Case(authority, {}, {}))
    calendar = scene.calendar()
    proposed = assign_roles(scene.caseload, scene.policy, calendar.meetings)
    assert scene.check(scene.owing(calendar.model_copy(update={"meetings": proposed}))).ok
    turns = Counter(person for one in proposed for person in (one.chair, one.minutes))
    if worker_chairs:
        assert {one.chair for one in proposed} == {"sw-1"}
    else:
        assert max(turns.values()) - min(turns.values()) <= 1
    assert all(one.chair != one.minutes for one in proposed)


def test_the_items_are_those_of_the_policies() -> None:
    """Every item that a clause on chairing names, and no other."""
    named = {
        source
        for name in ("wandsworth", "south-west", "barnsley", "sefton", "carefirst")
        for rule in load_policy(name).meetings
        for clause in rule.chairing
        for source in clause.sources
    }
    assert {source for source in named if ":" not in source} == set(CASES)
