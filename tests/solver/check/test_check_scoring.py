"""Every term of the score, penalised and not, with exact points: section 5 of RULES.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import policies
import pytest
from scenes import ONE, TWO, Meet, Scene

from solver.schema.calendar import Score

Change = Callable[[Scene], Any]


def difference(change: Change, base: Change | None = None) -> Score:
    """Points by level that a change brings, on top of another that comes first."""
    before, after = Scene(), Scene()
    for scene in (before, after):
        if base is not None:
            base(scene)
    change(after)
    old, new = before.check(), after.check()
    assert old.ok
    assert new.ok, new.violations
    assert new.cost == sum(new.score.values())
    return {
        level: new.score[level] - old.score[level]
        for level in new.score
        if new.score[level] != old.score[level]
    }


def test_a_meeting_in_full() -> None:
    first, second, *_ = Scene().calendar().meetings
    # Tue 12 January, due on the 14th, aiming at Mon the 11th: 1 of 3 slack days missing and 1 day from the target.
    # To the hall (15 minutes, 3 points): all but sw-1, who is based there. Nine seats for five: 4 spare, 1 point.
    assert first.score == {
        "breach": 0,
        "attendance": 0,
        "family": 0,
        "resilience": 11,
        "convenience": 4 * 3 + 1,
    }
    # Tue 9 February, the due date itself, 5 days after the target; the same weekday.
    assert second.score == {"breach": 0, "attendance": 0, "family": 0, "resilience": 35, "convenience": 13}


def test_a_late_meeting() -> None:
    def late(scene: Scene) -> None:
        scene.meets[1].start = "2027-02-12T16:00"

    # 3 days late; 3 more from the target, the slack was none before; a Friday after a Tuesday.
    assert difference(late) == {"breach": 30_000, "resilience": 3, "convenience": 4}


def test_a_missing_meeting() -> None:
    def missing(scene: Scene) -> None:
        del scene.meets[1]

    # Due on 9 February; the day after the last day is 27 February, 18 days on.
    assert difference(missing) == {"breach": (18 + 28) * 10_000, "resilience": -35, "convenience": -13}


@pytest.mark.parametrize(
    ("but", "points"),
    [
        ({"mother-1": "absent"}, {"attendance": 1_200, "convenience": -3}),
        ({"child-1": "absent"}, {"attendance": 1_200, "convenience": -3}),
        ({"hv-1": "report"}, {"attendance": 900, "convenience": -3}),
        ({"hv-1": "deputy hv-2"}, {"attendance": 240}),
        ({"hv-1": "remote deputy hv-2"}, {"attendance": 240, "family": 10, "convenience": -3}),
        ({"hv-1": "remote"}, {"family": 10, "convenience": -3}),
        ({"sw-1": "remote"}, {"family": 10}),
    ],
)
def test_attendance_and_remote_joining(but: dict[str, str], points: Score) -> None:
    assert difference(lambda scene: scene.meets[0].but.update(but)) == points


def test_absent_though_invited() -> None:
    def invited(scene: Scene) -> None:
        scene.part(1, "teacher-1")["level"] = "invited"

    absent = difference(lambda scene: scene.meets[0].but.update({"teacher-1": "absent"}), invited)
    assert absent == {"attendance": 120, "convenience": -3}


def test_family_that_joins_remotely() -> None:
    def willing(scene: Scene) -> None:
        scene.part(1, "mother-1")["remote"] = "if_needed"

    remote = difference(lambda scene: scene.meets[0].but.update({"mother-1": "remote"}), willing)
    assert remote == {"family": 30, "convenience": -3}


def test_a_place_that_is_always_remote_costs_nothing_and_needs_no_seat() -> None:
    def remote(scene: Scene) -> None:
        scene.part(1, "teacher-1")["remote"] = "yes"
        scene.meets[0].but["teacher-1"] = scene.meets[1].but["teacher-1"] = "remote"

    assert difference(remote) == {"convenience": -3 * 2}  # 5 spare seats are still 1 point


@pytest.mark.parametrize(
    ("windows", "points"),
    [
        ([{"start": "16:00", "end": "17:00"}], {}),
        ([{"start": "15:00", "end": "16:30"}, {"start": "16:30", "end": "18:00"}], {"family": 80}),
        ([{"days": ["mon"], "start": "08:00", "end": "18:00"}], {"family": 80}),
        ([{"start": "08:00", "end": "10:00"}, {"days": ["tue"], "start": "15:00", "end": "17:00"}], {}),
    ],
)
def test_preferred_times(windows: list[dict[str, Any]], points: Score) -> None:
    assert difference(lambda scene: scene.plan(1).update(times={"prefer": windows})) == points


@pytest.mark.parametrize(("prefer", "points"), [(["room-3", "room-1"], {}), (["room-3"], {"family": 60})])
def test_preferred_venues(prefer: list[str], points: Score) -> None:
    assert difference(lambda scene: scene.plan(1).update(venue={"prefer": prefer})) == points


def test_preferences_count_for_every_plan_of_a_joint_meeting() -> None:
    def siblings(scene: Scene) -> None:
        scene.plan(1)["sibling_group"] = scene.plan(2)["sibling_group"] = "elm"
        scene.meets = [Meet("elm.core_group", f"2027-{day}T16:00", "room-1") for day in ("01-12", "02-09")]

    def prefer(scene: Scene) -> None:
        scene.plan(1)["venue"] = scene.plan(2)["venue"] = {"prefer": ["room-3"]}

    assert difference(prefer, siblings) == {"family": 30 * 2 * 2}


@pytest.mark.parametrize(
    ("day", "points"),
    [
        (
            "2027-02-05",
            {"resilience": -10 - 10 - 4, "convenience": 4},
        ),  # Friday: 2 working days of slack, 1 from the target
        ("2027-02-04", {"resilience": -30 - 5, "convenience": 4}),  # Thursday: 3 of slack, on the target
        ("2027-02-02", {"resilience": -30 - 3}),  # Tuesday: 5 of slack, 2 from the target
    ],
)
def test_slack_and_spacing(day: str, points: Score) -> None:
    def move(scene: Scene) -> None:
        scene.meets[1].start = f"{day}T16:00"

    assert difference(move) == points


@pytest.mark.parametrize(
    ("booked", "points"),
    [
        ({"start": "2027-02-09T16:00", "venue": "room-1"}, {}),
        ({"start": "2027-02-09T16:15", "venue": "room-1"}, {"stability": 60}),
        ({"start": "2027-02-09T16:00", "venue": "room-3"}, {"stability": 60}),
        ({"start": "2027-02-09T10:00", "venue": "room-2"}, {"stability": 60}),  # of the other series
    ],
)
def test_a_booked_meeting_that_is_moved(booked: dict[str, Any], points: Score) -> None:
    assert difference(lambda scene: scene.data.update(booked=[{"plans": ["plan-1"]} | booked])) == points


def test_stability_is_in_no_meetings_own_score() -> None:
    scene = Scene()
    scene.data["booked"] = [{"plans": ["plan-1"], "start": "2027-02-10T16:00", "venue": "room-1"}]
    calendar = scene.calendar()
    assert calendar.objective["stability"] == 60
    assert all(not meeting.score.get("stability") for meeting in calendar.meetings)


def test_travel_to_a_venue_without_a_site_and_the_room_for_it() -> None:
    def move(scene: Scene) -> None:
        scene.meets[0].venue = "room-3"

    # 15 minutes each for all five, sw-1 too; 25 spare seats of 30 would be 6 points: at most 5.
    assert difference(move) == {"convenience": (15 - 12) + (5 - 1)}


def test_travel_points_are_rounded_down() -> None:
    def nearer(scene: Scene) -> None:
        scene.data["sites"][0]["travel_minutes"] = 14

    assert difference(nearer) == {"convenience": -4 * 2}


def test_nobody_travels_to_a_virtual_room() -> None:
    def able(scene: Scene) -> None:
        scene.part(1, "mother-1")["remote"] = "if_needed"
        scene.plan(1)["children"][0]["attends"] = "no"

    def virtual(scene: Scene) -> None:
        people = ("sw-1", "hv-1", "mother-1", "teacher-1")
        scene.meets[0] = Meet(ONE, "2027-01-12T16:00", "video", dict.fromkeys(people, "remote"))

    assert difference(virtual, able) == {"family": 3 * 10 + 30, "convenience": -3 * 3 - 1}


def test_weekday_against_the_last_meeting_before_the_calendar() -> None:
    def last_meeting(day: str) -> Change:
        return lambda scene: scene.plan(1)["events"].update(last_meeting=day, held=1)

    # Due four weeks after a Tuesday or a Monday.
    tuesday, monday = Scene(), Scene()
    last_meeting("2026-12-22")(tuesday)
    last_meeting("2026-12-21")(monday)
    assert tuesday.calendar().meetings[0].score["convenience"] == 13
    assert monday.calendar().meetings[0].score["convenience"] == 13 + 4
    assert [m.number for m in monday.calendar().meetings] == [2, 3, 1, 2]


def test_a_third_meeting_of_a_social_worker_on_a_day() -> None:
    def busy_day(scene: Scene) -> None:
        plan = scene.plan(2)
        for number in (3, 4):
            children = [plan["children"][0] | {"id": f"child-{number}"}]
            people = [{"person": "sw-1"}, {"person": "sw-2"}]
            extra = plan | {
                "id": f"plan-{number}",
                "children": children,
                "participants": people,
                "ends": "2027-01-20",
            }
            scene.data["plans"].append(extra)
            scene.meets.append(Meet(f"plan-{number}.core_group", f"2027-01-12T{9 + number}:00", "room-2"))

    def tight(scene: Scene) -> None:
        busy_day(scene)
        scene.meets[-1].start = "2027-01-13T13:00"

    crowded, spread = Scene(), Scene()
    busy_day(crowded)
    tight(spread)
    calendar = crowded.calendar()
    assert crowded.check(calendar).ok
    convenience = {meeting.id: meeting.score["convenience"] for meeting in calendar.meetings}
    # sw-1 has 12:00, 13:00 and 16:00; sw-2 has 10:00, 12:00 and 13:00. The third of each day is charged.
    assert convenience[f"{ONE}.1"] == 13 + 10
    assert convenience["plan-4.core_group.1"] == convenience["plan-3.core_group.1"] + 10
    assert convenience[f"{TWO}.1"] == 13
    less = spread.check()
    assert crowded.check().score["convenience"] == less.score["convenience"] + 20


def test_a_deputys_workload_counts() -> None:
    scene = Scene(policy=policies.make_policy())
    scene.one("people", "hv-1")["deputies"] = ["sw-2"]
    scene.one("people", "hv-1")["busy"] = [{"start": "2027-01-12T15:00", "end": "2027-01-12T18:00"}]
    extra = scene.plan(2) | {"id": "plan-3", "ends": "2027-01-20", "participants": [{"person": "sw-2"}]}
    extra["children"] = [extra["children"][0] | {"id": "child-3"}]
    scene.data["plans"].append(extra)
    scene.meets.append(Meet("plan-3.core_group", "2027-01-12T11:00", "room-2"))
    scene.meets[0].but["hv-1"] = "deputy sw-2"
    calendar = scene.calendar()
    assert scene.check(calendar).ok
    assert calendar.meetings[0].score["convenience"] == 13 + 10
