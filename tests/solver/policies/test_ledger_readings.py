"""For each item of the sources that a policy answers in words: that what the words say is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from ledger_scenes import ledger_scene
from scenes import Meet, Scene, rules_of

from service.output.ics_files import ics_files
from solver.derive.rota import assign_roles
from solver.plan import plan
from solver.schema.calendar import Calendar, ScoreLevel

CONFERENCE = {"initial_conference": "2026-12-30"}
CORE_GROUPS = ("2027-01-12T16:00", "2027-02-09T16:00")
Answer = Callable[[str], None]


def core_groups(authority: str) -> Scene:
    """Core groups on two Tuesdays four weeks apart, which the checker finds right."""
    scene = ledger_scene(authority, "core_group", CONFERENCE, CORE_GROUPS)
    assert scene.check().ok, [violation.text for violation in scene.check().violations]
    return scene


def planned(scene: Scene) -> Calendar:
    """What Convene makes of the scene's caseload."""
    calendar = plan(scene.caseload, scene.policy, deterministic=6)
    assert scene.check(calendar).ok
    return calendar


def score(scene: Scene, level: ScoreLevel) -> int:
    """The points of a level over all meetings."""
    assert scene.check().ok
    return sum(meeting.score[level] for meeting in scene.calendar().meetings)


def needs_are_met(authority: str) -> None:
    scene = core_groups(authority)
    scene.plan(1)["venue"] = {"needs": ["step_free"]}
    assert rules_of(scene.check()) == {"venue.features"}
    scene.one("venues", "room-1")["features"].append("step_free")
    assert scene.check().ok


def refusals_hold(authority: str) -> None:
    scene = core_groups(authority)
    scene.plan(1)["venue"] = {"never": ["room-1"]}
    assert rules_of(scene.check()) == {"venue.refused"}


def suitable_and_not_refused(authority: str) -> None:
    needs_are_met(authority)
    refusals_hold(authority)


def wishes_count(authority: str) -> None:
    refusals_hold(authority)
    scene = core_groups(authority)
    scene.plan(1)["venue"] = {"only": ["room-2"]}
    assert rules_of(scene.check()) == {"venue.only"}
    scene.plan(1)["venue"] = {}
    without = score(scene, "family")
    scene.plan(1)["venue"] = {"prefer": ["room-2"]}
    assert score(scene, "family") > without


def members_are_those_of_the_plan(authority: str) -> None:
    scene = core_groups(authority)
    calendar = scene.calendar()
    members = {"child-1", "sw-1", "hv-1", "mother-1", "teacher-1"}
    assert all({one.person for one in meeting.attendees} == members for meeting in calendar.meetings)
    first = calendar.meetings[0]
    more = first.attendees[-1].model_copy(update={"person": "hv-3"})
    changed = first.model_copy(update={"attendees": (*first.attendees, more)})
    broken = calendar.model_copy(update={"meetings": (changed, *calendar.meetings[1:])})
    assert "attend.place" in rules_of(scene.check(broken))


def the_agreed_date_stands(authority: str) -> None:
    scene = core_groups(authority)
    agreed = {"plans": ["plan-1"], "start": CORE_GROUPS[0], "end": "2027-01-12T17:00", "venue": "room-1"}
    scene.data["booked"] = [agreed | {"pinned": True}]
    first = planned(scene).meetings[0]
    assert (f"{first.start:%Y-%m-%dT%H:%M}", first.venue, first.pinned) == (CORE_GROUPS[0], "room-1", True)
    scene.meets[0] = Meet("plan-1.core_group", "2027-01-11T16:00", "room-1")
    assert "pinned" in rules_of(scene.check())


def the_next_is_always_booked(authority: str) -> None:
    scene = core_groups(authority)
    scene.meets.pop()
    assert rules_of(scene.check(scene.calendar(breaches=()))) == {"series.complete"}


def six_months_are_booked(authority: str) -> None:
    scene = core_groups(authority)
    scene.data["horizon"]["end"] = "2027-07-02"
    scene.one("schools", "school-1")["terms"].append({"start": "2027-04-12", "end": "2027-07-21"})
    days = [meeting.start.date() for meeting in planned(scene).meetings]
    gaps = [(b - a).days for a, b in pairwise(days)]
    assert days[0] <= date(2027, 1, 14)
    assert max(gaps) <= 42
    assert (date(2027, 7, 2) - days[-1]).days < 42


def everybody_has_a_file(authority: str) -> None:
    scene = core_groups(authority)
    calendar = planned(scene)
    files = ics_files(scene.caseload, calendar)
    for person in ("sw-1", "hv-1", "mother-1", "teacher-1"):
        text = files[f"people/{person}.ics"].decode()
        assert text.count("BEGIN:VEVENT") == len(calendar.meetings) == 2


def booked_ahead_for_everybody(authority: str) -> None:
    the_next_is_always_booked(authority)
    everybody_has_a_file(authority)


def a_named_deputy_may_come(authority: str) -> None:
    scene = core_groups(authority)
    scene.meets[0].but["hv-1"] = "deputy hv-2"
    assert scene.check().ok
    scene.meets[0].but["hv-1"] = "deputy hv-3"
    assert rules_of(scene.check()) == {"attend.deputy"}


def a_report_is_an_exception(authority: str) -> None:
    scene = core_groups(authority)
    scene.meets[0].but["hv-1"] = "report"
    calendar = scene.calendar()
    assert [(one.person, one.kind) for one in calendar.exceptions] == [("hv-1", "report")]
    assert scene.check(calendar).ok
    assert not scene.check(calendar.model_copy(update={"exceptions": ()})).ok


def who_stays_away_is_told(authority: str) -> None:
    scene = core_groups(authority)
    everybody = planned(scene)
    assert not everybody.exceptions
    assert everybody.kpis.expected_attendance_percent == 100.0
    teacher = scene.one("people", "teacher-1")
    teacher.update(hours={"mon": [["09:00", "09:15"]]}, deputies=[])
    calendar = planned(scene)
    assert {(one.person, one.kind) for one in calendar.exceptions} == {("teacher-1", "report")}
    assert calendar.kpis.reports == len(calendar.meetings)
    percent = calendar.kpis.expected_attendance_percent
    assert percent is not None
    assert percent < 100.0


def jobs_go_round(authority: str) -> None:
    scene = core_groups(authority)
    scene.data["horizon"]["end"] = "2027-07-02"
    scene.one("schools", "school-1")["terms"].append({"start": "2027-04-12", "end": "2027-07-21"})
    calendar = planned(scene)
    meetings = assign_roles(scene.caseload, scene.policy, calendar.meetings)
    professionals = {"sw-1", "hv-1", "teacher-1"}
    for job in ("chair", "minutes"):
        had = Counter(getattr(meeting, job) for meeting in meetings)
        assert set(had) == professionals
        assert max(had.values()) - min(had.values()) <= 1
    assert all(meeting.chair != meeting.minutes for meeting in meetings)


def nothing_after_the_end(authority: str) -> None:
    scene = core_groups(authority)
    scene.plan(1)["ends"] = "2027-02-01"
    assert not scene.check().ok
    assert [meeting.start.date() < date(2027, 2, 1) for meeting in planned(scene).meetings] == [True]


def the_networks_of_all_siblings(authority: str) -> None:
    scene = Scene(policy=core_groups(authority).policy)
    scene.data["authority"] = authority
    for number in (1, 2):
        scene.plan(number)["sibling_group"] = "elm"
    scene.meets = [Meet("elm.core_group", start, "room-1") for start in CORE_GROUPS]
    calendar = scene.calendar()
    assert scene.check(calendar).ok
    first = calendar.meetings[0]
    assert first.plans == ("plan-1", "plan-2")
    there = {one.person for one in first.attendees}
    assert there >= {"sw-1", "hv-1", "mother-1", "teacher-1", "sw-2", "mother-2"}
    fewer = tuple(one for one in first.attendees if one.person != "mother-2")
    broken = first.model_copy(update={"attendees": fewer})
    assert "attend.place" in rules_of(
        scene.check(calendar.model_copy(update={"meetings": (broken, *calendar.meetings[1:])}))
    )


def the_receiving_worker_comes_from_the_handover_on(authority: str) -> None:
    scene = core_groups(authority)
    for handover, there in (("2027-02-09", [False, True]), ("2027-02-10", [False, False])):
        scene.plan(1)["handover"] = {"date": handover, "person": "sw-2"}
        calendar = scene.calendar()
        assert ["sw-2" in {one.person for one in m.attendees} for m in calendar.meetings] == there
        assert scene.check(calendar).ok


def a_shorter_interval_counts(authority: str) -> None:
    scene = core_groups(authority)
    assert [meeting.breach_days for meeting in scene.calendar().meetings] == [0, 0]
    scene.plan(1)["every_at_most"] = "21 days"
    calendar = scene.calendar()
    assert [meeting.breach_days for meeting in calendar.meetings] == [0, 7]
    assert scene.check(calendar).ok
    scene.meets[1].start = "2027-02-02T16:00"
    scene.meets.append(Meet("plan-1.core_group", "2027-02-23T16:00", "room-1"))
    assert scene.check().ok
    assert [meeting.breach_days for meeting in scene.calendar().meetings] == [0, 0, 0]


def two_sittings_and_never_both_parents(authority: str) -> None:
    scene = core_groups(authority)
    scene.plan(1)["split"] = {"reason": "made up"}
    scene.part(1, "mother-1")["sitting"] = "A"
    father: dict[str, Any] = {"person": "father-1", "sitting": "B", "level": "expected"}
    scene.plan(1)["participants"].append(father)
    for person in ("sw-1", "hv-1", "teacher-1"):
        scene.one("people", person)["hours"] = {"tue": [["09:00", "18:30"]]}
    assert scene.check().ok, [violation.text for violation in scene.check().violations]
    meeting = scene.calendar().meetings[0]
    assert [sitting.id for sitting in meeting.sittings] == ["A", "B"]
    father["sitting"] = "A"
    assert "split" in rules_of(scene.check())


def journeys_count(authority: str) -> None:
    near, far = core_groups(authority), core_groups(authority)
    for meet in far.meets:
        meet.venue = "room-2"
    assert score(far, "convenience") != score(near, "convenience")
    teacher = far.one("people", "teacher-1")
    before = score(far, "convenience")
    teacher["site"] = "hall"
    assert score(far, "convenience") > before


def remotely_only_where_the_venue_can(authority: str) -> None:
    scene = core_groups(authority)
    scene.meets[0].but["hv-1"] = "remote"
    assert scene.check().ok
    scene.one("venues", "room-1")["features"].remove("hybrid")
    assert rules_of(scene.check()) == {"remote.allowed"}


ANSWERS: dict[str, tuple[str, Answer]] = {
    "W4": ("wandsworth", the_networks_of_all_siblings),
    "W5": ("wandsworth", six_months_are_booked),
    "W6": ("wandsworth", who_stays_away_is_told),
    "W12a": ("wandsworth", wishes_count),
    "W16": ("wandsworth", the_receiving_worker_comes_from_the_handover_on),
    "U2": ("south-west", a_shorter_interval_counts),
    "U11": ("south-west", booked_ahead_for_everybody),
    "B4": ("barnsley", needs_are_met),
    "B5": ("barnsley", members_are_those_of_the_plan),
    "B6": ("barnsley", the_agreed_date_stands),
    "B10": ("barnsley", the_next_is_always_booked),
    "B11": ("barnsley", jobs_go_round),
    "B13": ("barnsley", the_next_is_always_booked),
    "B17": ("barnsley", everybody_has_a_file),
    "B20": ("barnsley", a_named_deputy_may_come),
    "B21": ("barnsley", a_report_is_an_exception),
    "B24": ("barnsley", jobs_go_round),
    "B25": ("barnsley", jobs_go_round),
    "B34": ("barnsley", nothing_after_the_end),
    "C3": ("carefirst", a_shorter_interval_counts),
    "C4": ("carefirst", a_shorter_interval_counts),
    "C8": ("carefirst", two_sittings_and_never_both_parents),
    "C14": ("carefirst", suitable_and_not_refused),
    "C15": ("carefirst", journeys_count),
    "C16": ("carefirst", remotely_only_where_the_venue_can),
    "C19": ("carefirst", refusals_hold),
}


@pytest.mark.parametrize("item", ANSWERS)
def test_answered(item: str) -> None:
    authority, answer = ANSWERS[item]
    answer(authority)
