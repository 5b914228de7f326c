"""A pinned meeting that breaks rules is kept and reported; the others have to respect it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import policies
import pytest
from scenes import ONE, TWO, Meet, Scene, hours, rules_of

from solver.check.report import Violation

Change = Callable[[Scene], Any]


def pin(scene: Scene, *indices: int) -> Scene:
    """Pin meetings of the scene where they stand."""
    scene.data["booked"] = [
        {
            "plans": [scene.meets[i].series.removesuffix(".core_group")],
            "start": scene.meets[i].start,
            "venue": scene.meets[i].venue,
            "pinned": True,
        }
        for i in indices
    ]
    return scene


def grid(scene: Scene) -> None:
    scene.meets[0].start = "2027-01-12T16:05"


def closure(scene: Scene) -> None:
    scene.data["closures"] = ["2027-01-12"]
    scene.meets[2].start = "2027-01-13T10:00"


def never(scene: Scene) -> None:
    scene.plan(1)["times"] = {"never": [{"start": "16:30", "end": "18:00"}]}


def refused(scene: Scene) -> None:
    scene.plan(1)["venue"] = {"never": ["room-1"]}


def kinds(scene: Scene) -> None:
    scene.plan(1)["venue"] = {"kinds": ["community"]}


def features(scene: Scene) -> None:
    scene.plan(1)["venue"] = {"needs": ["step_free"]}


def not_private(scene: Scene) -> None:
    scene.one("venues", "room-1")["features"] = ["hybrid"]


def too_small(scene: Scene) -> None:
    scene.one("venues", "room-1")["capacity"] = 2


def room_closed(scene: Scene) -> None:
    scene.one("venues", "room-1")["hours"] = hours("09:00", "16:00")


def room_busy(scene: Scene) -> None:
    scene.one("venues", "room-1")["busy"] = [
        {"start": f"2027-{day}T16:00", "end": f"2027-{day}T16:15"} for day in ("01-12", "02-09")
    ]


def essential_busy(scene: Scene) -> None:
    scene.one("people", "sw-1")["busy"] = [
        {"start": f"2027-{day}T00:00", "end": f"2027-{day}T20:00"} for day in ("01-12", "02-09")
    ]


def essential_away(scene: Scene) -> None:
    scene.one("people", "sw-1")["hours"] = {"mon": [["09:00", "18:00"]]}


def essential_child_at_school(scene: Scene) -> None:
    scene.plan(1)["participants"].append({"person": "child-1", "level": "essential"})
    scene.data["people"].append({"id": "child-1", "name": "Child 1", "role": "child"})
    scene.one("schools", "school-1")["day"] = {"start": "09:00", "end": "16:30"}


def review_day(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(not_on_review_day=policies.not_on_review_day()))
    scene.plan(1)["events"]["reviews"] = ["2027-01-12", "2027-02-09"]


def no_quorum(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(quorum=policies.quorum(4)))
    scene.plan(2)["ends"] = "2027-01-05"
    del scene.meets[2:]


BROKEN: list[tuple[str, Change]] = [
    ("start.grid", grid),
    ("day.open", closure),
    ("time.never", never),
    ("venue.refused", refused),
    ("venue.kind", kinds),
    ("venue.features", features),
    ("venue.private", not_private),
    ("venue.capacity", too_small),
    ("venue.hours", room_closed),
    ("venue.busy", room_busy),
    ("person.busy", essential_busy),
    ("person.hours", essential_away),
    ("school.hours", essential_child_at_school),
    ("series.review_day", review_day),
    ("quorum", no_quorum),
]


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_what_a_pin_forces_is_reported(rule: str, change: Change) -> None:
    scene = Scene()
    change(scene)
    pin(scene, 0, 1)
    calendar = scene.calendar()
    report = scene.check(calendar)
    assert report.ok, report.violations
    assert {violation.rule for violation in report.reported} == {rule}
    assert all(
        meeting.startswith("plan-1.") for violation in report.reported for meeting in violation.meetings
    )
    assert {exception.kind for exception in calendar.exceptions} == {rule}
    # Hidden, it stands against the calendar.
    hidden = scene.check(calendar.model_copy(update={"exceptions": ()}))
    assert rules_of(hidden) == {rule}
    assert not hidden.reported


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_nothing_else_can_be_excused(rule: str, change: Change) -> None:
    scene = Scene()
    change(scene)
    pin(scene, 0, 1)
    exceptions = scene.calendar().exceptions
    scene.data["booked"] = []
    report = scene.check(scene.calendar(exceptions=exceptions))
    assert rules_of(report) == {rule, "calendar.exceptions"}
    assert not report.reported


def test_those_who_need_not_come_do_not_break_rules_at_a_pinned_meeting() -> None:
    scene = pin(Scene(), 0, 1)
    scene.one("people", "hv-1")["busy"] = [{"start": "2027-01-12T00:00", "end": "2027-02-12T20:00"}]
    report = scene.check()
    assert rules_of(report) == {"person.busy"}
    assert {meeting for v in report.violations for meeting in v.meetings} >= {f"{ONE}.1", f"{ONE}.2"}
    scene.meets[0].but["hv-1"] = "deputy hv-2"
    scene.meets[1].but["hv-1"] = "report"
    del scene.meets[2:]
    scene.plan(2)["ends"] = "2027-01-05"
    assert scene.check().ok


def both_need(scene: Scene) -> Scene:
    """Let sw-1 be essential in both series, and the two meet at once on 9 February in different rooms."""
    scene.plan(2)["participants"] = [{"person": "sw-1"}, {"person": "mother-2"}]
    scene.meets[3] = Meet(TWO, "2027-02-09T16:00", "room-2")
    return scene


def violations_of(scene: Scene) -> list[Violation]:
    report = scene.check()
    return report.violations + report.reported


@pytest.mark.parametrize(
    ("place", "venue", "status", "excused"),
    [
        ("no", "video", "remote", True),
        ("no", "video", "attending", False),
        ("yes", "room-2", "attending", True),
        ("yes", "room-2", "remote", False),
        ("yes", "room-1", "attending", False),
        ("no", "room-1", "remote", False),
        ("if_needed", "room-2", "remote", False),
    ],
)
def test_where_a_pinned_venue_goes_against_an_essential_place_the_venue_decides(
    place: str, venue: str, status: str, excused: bool
) -> None:
    scene = Scene()
    scene.plan(2)["participants"] = [{"person": "sw-2", "remote": place}]
    for meet in scene.meets[2:]:
        meet.venue, meet.but = venue, {"sw-2": status}
    report = pin(scene, 2, 3).check()
    assert report.ok is excused
    assert {v.rule for v in report.violations + report.reported} == {"remote.allowed"}


def test_two_pinned_meetings_at_once_are_reported() -> None:
    scene = pin(both_need(Scene()), 1, 3)
    report = scene.check()
    assert report.ok
    (violation,) = report.reported
    assert (violation.rule, violation.people, violation.amount) == ("person.overlap", ("sw-1",), 60)
    exceptions = scene.calendar().exceptions
    assert [(e.meeting, e.kind) for e in exceptions] == [
        (f"{ONE}.2", violation.rule),
        (f"{TWO}.2", violation.rule),
    ]
    # Each of them has to own up to it.
    assert rules_of(scene.check(scene.calendar(exceptions=exceptions[:1]))) == {"person.overlap"}


@pytest.mark.parametrize("pinned", [(), (1,), (3,)])
def test_a_meeting_that_could_have_moved_is_not_excused(pinned: tuple[int, ...]) -> None:
    report = pin(both_need(Scene()), *pinned).check()
    assert rules_of(report) == {"person.overlap"}
    assert not report.reported


def test_travel_between_pinned_meetings_is_reported() -> None:
    scene = both_need(Scene())
    scene.meets[3].start = "2027-02-09T14:45"
    report = pin(scene, 1, 3).check()
    assert report.ok
    # From room-2 on the hill (30 minutes) to room-1 at the hall, where sw-1 is based.
    assert [(v.rule, v.amount) for v in report.reported] == [("person.travel", 15)]


@pytest.mark.parametrize("pinned", [1, 3])
def test_travel_to_a_meeting_that_could_have_moved_is_not_excused(pinned: int) -> None:
    scene = both_need(Scene())
    scene.meets[3].start = "2027-02-09T14:45"
    report = pin(scene, pinned).check()
    assert rules_of(report) == {"person.travel"}
    assert not report.reported


def test_a_cap_that_pinned_meetings_exceed_excuses_no_further_meeting() -> None:
    scene = both_need(Scene())
    scene.meets[3] = Meet(TWO, "2027-02-09T10:00", "room-2")
    scene.one("people", "sw-1")["max_meetings_per_day"] = 1
    scene.meets[2].start = "2027-01-11T10:00"
    scene.meets[3].start = "2027-02-08T10:00"
    scene.data["plans"].append(
        scene.plan(2) | {"id": "plan-3", "children": [scene.plan(2)["children"][0] | {"id": "child-3"}]}
    )
    scene.meets += [
        Meet("plan-3.core_group", "2027-01-12T10:00", "room-2"),
        Meet("plan-3.core_group", "2027-02-09T10:00", "room-2"),
    ]
    assert pin(scene, 0, 1, 4, 5).check().ok
    scene.meets[3].start = "2027-02-08T12:00"
    scene.meets[2] = Meet(TWO, "2027-01-12T12:00", "room-2")
    report = pin(scene, 0, 1, 4, 5).check()
    assert rules_of(report) == {"person.cap"}
    (violation,) = report.violations
    assert (len(violation.meetings), violation.amount) == (3, 2)
    assert {(v.rule, v.amount) for v in report.reported} == {("person.cap", 1)}


def test_pinned_meetings_that_meet_a_cap_exactly_break_nothing() -> None:
    scene = both_need(Scene())
    scene.meets[3] = Meet(TWO, "2027-02-09T10:00", "room-2")
    scene.one("people", "sw-1")["max_meetings_per_day"] = 2
    report = pin(scene, 0, 1, 2, 3).check()
    assert report.ok
    assert not report.reported


def test_a_pinned_meeting_that_comes_too_soon_is_reported_unless_one_that_could_move_is_the_cause() -> None:
    windows = policies.windows(minimum="20 working days")
    scene = Scene(policy=policies.make_policy(policies.core_group(windows=windows)))
    scene.meets[1].start = "2027-02-05T16:00"  # the 18th working day
    scene.meets[3].start = "2027-02-09T10:00"
    assert rules_of(pin(scene, 1).check()) == {"series.window"}
    report = pin(scene, 0, 1).check()
    assert report.ok
    assert [(v.rule, v.meetings, v.amount) for v in report.reported] == [
        ("series.window", (f"{ONE}.1", f"{ONE}.2"), 4)
    ]


def test_a_pinned_meeting_past_the_last_window_is_kept() -> None:
    scene = Scene()
    scene.meets.append(Meet(ONE, "2027-02-24T16:00", "room-1"))
    assert rules_of(scene.check()) == {"series.window"}
    assert pin(scene, 4).check().ok


def test_a_pinned_meeting_may_be_late_and_then_is_a_breach() -> None:
    scene = Scene()
    scene.meets[1].start = "2027-02-12T16:00"
    report = pin(scene, 1).check()
    assert report.ok
    assert [(b.meeting, b.days) for b in report.breaches] == [(f"{ONE}.2", 3)]


def test_a_pinned_meeting_keeps_the_id_it_was_booked_with() -> None:
    scene = pin(Scene(), 1)
    scene.data["booked"][0]["id"] = "booked-7"
    calendar = scene.calendar()
    assert calendar.meetings[1].id == "booked-7"
    assert scene.check(calendar).ok


def test_an_exception_names_nobody_or_one_of_those_concerned() -> None:
    scene = pin(both_need(Scene()), 1, 3)
    calendar = scene.calendar()

    def naming(person: str) -> set[str]:
        exceptions = tuple(e.model_copy(update={"person": person}) for e in calendar.exceptions)
        return rules_of(scene.check(calendar.model_copy(update={"exceptions": exceptions})))

    assert naming("sw-1") == set()
    assert naming("hv-1") == {"person.overlap", "calendar.exceptions"}
