"""For each item of the sources on who attends: who is needed how much, a calendar that keeps it, and one that doesn't.

The plan is that of ``ledger_scenes`` with more people on it, one of each sort that the item is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from ledger_scenes import ledger_scene
from scenes import Scene, hours, rules_of

from solver.policy import load_policy
from solver.score import WEIGHTS
from solver.series import Membership, form_series

CONFERENCE = {"initial_conference": "2026-12-30"}
CORE_GROUPS = ("2027-01-12T16:00", "2027-02-09T16:00")
STARTED = {"plan_start": "2026-12-30", "assessment_due": "2027-01-29"}
REVIEW = ("2027-01-26T16:00",)
ROLES = {
    "mid": "midwife", "nurse": "school_nurse", "gran": "family", "adv": "advocate", "int": "interpreter", "pol": "police",
    "carer": "carer", "early": "early_years", "iro": "iro",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A plan's first meeting under an authority's policy.

    Attributes
    ----------
    levels : dict
        Who of the plan has a place, and how much they are needed; ``None``: no place. Those not named don't matter.
    kept : dict
        Who does something else than attend, and all is well.
    broken : dict
        What they do that breaks ``rules``.
    silent : bool
        Whether what breaks them is that the calendar does not say so in its exceptions.
    plan, child : dict
        Changes to the plan and to its child.
    """

    authority: str
    levels: dict[str, str | None]
    broken: dict[str, str]
    rules: set[str]
    kept: dict[str, str] = field(default_factory=dict)
    kind: str = "core_group"
    silent: bool = False
    more: tuple[dict[str, Any], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    child: dict[str, Any] = field(default_factory=dict)

    def scene(self) -> Scene:
        is_core_group = self.kind == "core_group"
        events, starts = (CONFERENCE, CORE_GROUPS) if is_core_group else (STARTED, REVIEW)
        scene = ledger_scene(self.authority, self.kind, events, starts)
        working = hours("09:00", "18:00")
        for part in self.more:
            name = part["person"]
            role = ROLES.get(name.partition("-")[0])
            if role is not None:
                person = {"id": name, "name": f"Person {name}", "role": role, "hours": working}
                scene.data["people"].append(person)
        scene.one("venues", "room-1")["capacity"] = 15
        plan = scene.plan(1)
        plan["participants"] += self.more
        plan.update(self.plan)
        plan["children"][0].update(self.child)
        return scene


def part(person: str, **more: Any) -> dict[str, Any]:
    return {"person": person, **more}


ESSENTIAL = {"attend.essential", "attend.report"}
"""What is broken where somebody essential is absent."""
UNREPORTED = {"attend.report"}
LEFT_OUT = {"attend.place"}

CASES = {
    # Wandsworth
    "W8": Case(
        "wandsworth",
        {"mother-1": "expected", "carer-1": "expected", "gran-1": "expected"},
        more=(part("carer-1"), part("gran-1")),
        kept={"gran-1": "absent"},
        broken={"gran-1": "absent"},
        silent=True,
        rules=UNREPORTED,
    ),
    "W9a": Case(
        "wandsworth",
        {"child-1": "invited"},
        child={"attends": "if_possible"},
        kept={"child-1": "absent"},
        broken={"child-1": "left out"},
        rules=LEFT_OUT,
    ),
    "W20": Case("wandsworth", {"sw-1": "essential"}, kept={"sw-1": "remote"}, broken={"sw-1": "absent"}, rules=ESSENTIAL),
    "W21": Case("wandsworth", {"tm-1": "expected"}, kept={"tm-1": "report"}, broken={"tm-1": "absent"}, rules=UNREPORTED),
    # The South West
    "U4": Case(
        "south-west",
        {
            "sw-1": "essential", "child-1": None, "adv-1": "expected", "mother-1": "expected", "gran-1": "expected",
            "hv-1": "expected", "teacher-1": "expected",
        },
        more=(part("adv-1"), part("gran-1")),
        child={"attends": "no"},
        kept={"adv-1": "report"},
        broken={"adv-1": "absent"},
        rules=UNREPORTED,
    ),
    "U6": Case("south-west", {"sw-1": "essential"}, kept={"sw-1": "remote"}, broken={"sw-1": "absent"}, rules=ESSENTIAL),
    "U8": Case(
        "south-west",
        {"hv-1": "expected", "teacher-1": "expected", "pol-1": "expected"},
        more=(part("pol-1"),),
        kept={"hv-1": "deputy hv-2", "pol-1": "report"},
        broken={"pol-1": "absent"},
        rules=UNREPORTED,
    ),
    # Barnsley
    "B1": Case(
        "barnsley",
        {"mother-1": "expected", "gran-1": "invited", "pol-1": "expected"},
        more=(part("gran-1"), part("pol-1")),
        kept={"gran-1": "absent"},
        broken={"gran-1": "report"},
        rules=UNREPORTED,
    ),
    "B14": Case(
        "barnsley",
        {"child-1": "expected"},
        kept={"child-1": "absent"},
        broken={"child-1": "absent"},
        silent=True,
        rules=UNREPORTED,
    ),
    "B15": Case(
        # One of the three represents health: the first is expected, and either of the others may come instead.
        "barnsley",
        {"hv-1": "expected", "mid-1": None, "nurse-1": None},
        more=(part("mid-1"), part("nurse-1")),
        kept={"hv-1": "deputy nurse-1"},
        broken={"hv-1": "deputy hv-3"},
        rules={"attend.deputy"},
    ),
    "B16": Case(
        "barnsley",
        {"teacher-1": "expected", "early-1": None},
        more=(part("early-1"),),
        kept={"teacher-1": "deputy early-1"},
        broken={"teacher-1": "absent"},
        rules=UNREPORTED,
    ),
    "B20": Case(
        "barnsley",
        {"hv-1": "expected"},
        kept={"hv-1": "deputy hv-2"},
        broken={"hv-1": "deputy hv-3"},
        rules={"attend.deputy"},
    ),
    "B29": Case(
        "barnsley",
        {"sw-1": "expected"},
        kind="cin_review",
        kept={"sw-1": "report"},
        broken={"sw-1": "absent"},
        rules=UNREPORTED,
    ),
    "B30": Case("barnsley", {"sw-1": "essential"}, kept={"sw-1": "remote"}, broken={"sw-1": "report"}, rules=ESSENTIAL),
    "B31": Case(
        # The child in need meeting goes ahead without the social worker, and says so.
        "barnsley",
        {"sw-1": "expected"},
        kind="cin_review",
        kept={"sw-1": "report"},
        broken={"sw-1": "report"},
        silent=True,
        rules=UNREPORTED,
    ),
    "B35": Case(
        "barnsley", {"teacher-1": "expected"}, kept={"teacher-1": "report"}, broken={"teacher-1": "absent"}, rules=UNREPORTED
    ),
    "B36": Case(
        "barnsley",
        {"mother-1": "expected", "carer-1": "expected"},
        more=(part("carer-1"),),
        kept={"carer-1": "absent"},
        broken={"carer-1": "report"},
        rules=UNREPORTED,
    ),
    "B37": Case(
        "barnsley",
        {"gran-1": "invited"},
        more=(part("gran-1"),),
        kept={"gran-1": "absent"},
        broken={"gran-1": "left out"},
        rules=LEFT_OUT,
    ),
    "B38": Case(
        "barnsley",
        {"pol-1": "expected"},
        more=(part("pol-1"),),
        kept={"pol-1": "report"},
        broken={"pol-1": "absent"},
        rules=UNREPORTED,
    ),
    # Sefton
    "S5": Case(
        "sefton",
        {"sw-1": "expected"},
        kept={"sw-1": "report"},
        broken={"sw-1": "report"},
        silent=True,
        rules=UNREPORTED,
    ),
    # CareFirst
    "C7": Case(
        "carefirst",
        {"mother-1": "expected"},
        kept={"mother-1": "absent"},
        broken={"mother-1": "absent"},
        silent=True,
        rules=UNREPORTED,
    ),
    "C9": Case(
        "carefirst",
        {"int-1": "essential", "adv-1": "expected"},
        more=(part("int-1"), part("adv-1")),
        kept={"int-1": "remote", "adv-1": "report"},
        broken={"int-1": "absent"},
        rules=ESSENTIAL,
    ),
    "C11": Case(
        "carefirst",
        {"child-1": "expected"},
        kept={"child-1": "absent"},
        broken={"child-1": "left out"},
        rules=LEFT_OUT,
    ),
    "C21": Case("carefirst", {"sw-1": "essential"}, kept={"sw-1": "remote"}, broken={"sw-1": "report"}, rules=ESSENTIAL),
}  # fmt: skip


def levels(scene: Scene, day: date = date(2027, 1, 12), *, first: bool = True) -> dict[str, str]:
    """Who has a place at the plan's meeting on a day, as the solver sees it."""
    caseload = scene.caseload
    (series,) = form_series(caseload, scene.policy)
    return {place.person: place.level for place in Membership(caseload).places(series, day, first=first)}


@pytest.mark.parametrize("item", CASES)
def test_kept_and_broken(item: str) -> None:
    case = CASES[item]
    scene = case.scene()
    day = date.fromisoformat(scene.meets[0].start[:10])
    found = levels(scene, day)
    told = {entry.person: entry.level for entry in scene.calendar().meetings[0].attendees}
    assert {person: found.get(person) for person in case.levels} == case.levels
    assert told == found
    scene.meets[0].but = dict(case.kept)
    report = scene.check()
    assert report.ok, [violation.text for violation in report.violations]
    left_out = {person for person, does in case.broken.items() if does == "left out"}
    scene.meets[0].but = {person: does for person, does in case.broken.items() if person not in left_out}
    calendar = scene.calendar(exceptions=()) if case.silent else scene.calendar()
    if left_out:
        first = calendar.meetings[0]
        there = tuple(one for one in first.attendees if one.person not in left_out)
        calendar = calendar.model_copy(
            update={
                "meetings": (first.model_copy(update={"attendees": there}), *calendar.meetings[1:]),
                "exceptions": (),
            }
        )
    broken = rules_of(scene.check(calendar))
    # Somebody who is not there costs no travel any more, and is owed other things: what is told of the score and of the
    # tasks does not fit either.
    scored = {"meeting.score", "calendar.objective", "tasks"} if left_out else set()
    assert broken - scored == case.rules


@pytest.mark.parametrize(
    ("authority", "kind", "goes_ahead"),
    [
        ("wandsworth", "core_group", False),
        ("wandsworth", "cin_review", False),
        ("south-west", "core_group", False),
        ("barnsley", "core_group", False),  # B30
        ("barnsley", "cin_review", True),  # B31
        ("sefton", "core_group", True),  # S5
        ("carefirst", "core_group", False),
        ("carefirst", "cin_review", False),
        ("carefirst", "care_team_meeting", False),
    ],
)
def test_which_meetings_go_ahead_without_the_social_worker(
    authority: str, kind: str, goes_ahead: bool
) -> None:
    scene = Case(authority, {}, {}, set(), kind=kind).scene()
    scene.meets[0].but["sw-1"] = "report"
    assert scene.check().ok == goes_ahead


@pytest.mark.parametrize("authority", ["wandsworth", "barnsley"])
def test_the_manager_comes_to_first_core_groups_and_complex_plans_in_wandsworth(authority: str) -> None:
    scene = Case(authority, {}, {}, set()).scene()
    at = [
        "tm-1" in levels(scene, first=True),
        "tm-1" in levels(scene, date(2027, 2, 9), first=False),
    ]
    scene.plan(1)["complex"] = True
    at += ["tm-1" in levels(scene, date(2027, 2, 9), first=False)]
    assert at == ([True, False, True] if authority == "wandsworth" else [False, False, False])


def test_the_manager_comes_to_reviews_of_complex_plans_alone() -> None:
    scene = Case("wandsworth", {}, {}, set(), kind="cin_review").scene()
    assert "tm-1" not in levels(scene, date(2027, 1, 26))
    scene.plan(1)["complex"] = True
    assert levels(scene, date(2027, 1, 26))["tm-1"] == "expected"
    assert scene.check().ok


@pytest.mark.parametrize(
    ("handover", "invited"), [("2027-02-08", True), ("2027-02-09", True), ("2027-02-10", False)]
)
def test_the_receiving_worker_is_invited_from_the_handover_date(handover: str, invited: bool) -> None:
    """W16: the day before, the day of, and the day after the second core group on Tuesday 9 February."""
    scene = Case("wandsworth", {}, {}, set()).scene()
    scene.data["people"].append(
        {"id": "new-1", "name": "New", "role": "receiving_worker", "hours": hours("09:00", "18:00")}
    )
    scene.plan(1)["handover"] = {"date": handover, "person": "new-1"}
    first, second = (
        {one.person: one.level for one in meeting.attendees} for meeting in scene.calendar().meetings
    )
    assert "new-1" not in first
    assert second.get("new-1") == ("invited" if invited else None)
    assert levels(scene, date(2027, 2, 9), first=False) == second
    assert scene.check().ok


@pytest.mark.parametrize(
    ("attends", "level"), [("yes", "invited"), ("if_possible", "expected"), ("no", "expected")]
)
def test_an_advocate_is_expected_where_the_child_is_not(attends: str, level: str) -> None:
    """U4: the child (if appropriate) or an advocate."""
    scene = Case("south-west", {}, {}, set(), more=(part("adv-1"),), child={"attends": attends}).scene()
    assert levels(scene)["adv-1"] == level
    assert scene.check().ok


def test_an_absent_invited_relative_costs_what_is_published() -> None:
    scene = CASES["B37"].scene()
    before = scene.calendar().objective.get("attendance", 0)
    scene.meets[0].but["gran-1"] = "absent"
    assert scene.calendar().objective["attendance"] - before == WEIGHTS["absent_invited"]


def test_the_items_are_those_of_the_policies() -> None:
    """Every item that a clause on attendance names, and no other."""
    named = set()
    for name in ("wandsworth", "south-west", "barnsley", "sefton", "carefirst"):
        for rule in load_policy(name).meetings:
            clauses = [*rule.attendance, *rule.slots, *filter(None, (rule.child, rule.manager, rule.quorum))]
            named |= {source for clause in clauses for source in clause.sources}
    assert {source for source in named if ":" not in source} == set(CASES)
