"""Two calendars side by side: what is moved, new, cancelled or filled otherwise, and whom that concerns."""

from __future__ import annotations

import pytest
from made_calendars import made_calendar, made_policy, made_team
from scenes import ONE, TWO, Meet, Scene

from solver.replan.diff import diff_calendars
from solver.schema.calendar import Calendar
from solver.schema.diff import CalendarDiff, Presence


def scenes(change: str) -> tuple[Calendar, Calendar]:
    """The scene's calendar, and the same after one change."""
    scene = Scene()
    before = scene.calendar()
    match change:
        case "later":
            scene.meets[1] = Meet(ONE, "2027-02-10T16:00", "room-1")
        case "elsewhere":
            scene.meets[1] = Meet(ONE, "2027-02-09T16:00", "room-3")
        case "cancelled":
            scene.meets.pop()
        case "deputy":
            scene.meets[0].but["hv-1"] = "deputy hv-2"
        case "report":
            scene.meets[0].but["teacher-1"] = "report"
        case "chair":
            scene.meets[0].chair = "hv-1" if before.meetings[0].chair != "hv-1" else "sw-1"
    return before, scene.calendar()


def found(change: str) -> CalendarDiff:
    return diff_calendars(*scenes(change))


def test_nothing_changes() -> None:
    diff = found("nothing")
    assert diff.empty
    assert diff.same == 4
    assert diff.people == {}


@pytest.mark.parametrize(
    ("change", "start", "venue"),
    [("later", "2027-02-10T16:00", "room-1"), ("elsewhere", "2027-02-09T16:00", "room-3")],
)
def test_a_meeting_that_is_moved(change: str, start: str, venue: str) -> None:
    before, after = scenes(change)
    diff = diff_calendars(before, after)
    (moved,) = diff.moved
    assert (moved.meeting, diff.same) == (f"{ONE}.2", 3)
    assert moved.before is not None
    assert moved.after is not None
    assert f"{moved.before.start:%Y-%m-%dT%H:%M}" == "2027-02-09T16:00"
    assert (f"{moved.after.start:%Y-%m-%dT%H:%M}", moved.after.venue) == (start, venue)
    assert set(moved.people) == {"child-1", "sw-1", "hv-1", "mother-1", "teacher-1"}
    assert set(diff.people) >= set(moved.people)
    assert moved.slack_before == before.meetings[1].slack_days
    assert moved.slack_after == next(m.slack_days for m in after.meetings if m.id == moved.meeting)
    assert not diff.added
    assert not diff.cancelled


def test_a_meeting_too_late_is_a_new_breach_and_back_again_it_is_gone() -> None:
    diff = found("later")
    assert [breach.meeting for breach in diff.breaches_new] == [f"{ONE}.2"]
    assert [(diff.moved[0].breach_days_before, diff.moved[0].breach_days_after)] == [(0, 1)]
    back = diff_calendars(*reversed(scenes("later")))
    assert [breach.meeting for breach in back.breaches_gone] == [f"{ONE}.2"]
    assert back.breaches_new == ()


def test_a_meeting_that_is_cancelled_or_new() -> None:
    diff = found("cancelled")
    (gone,) = diff.cancelled
    assert (gone.meeting, gone.after, diff.same) == (f"{TWO}.2", None, 3)
    assert set(gone.people) == {"sw-2", "hv-1", "mother-2"}
    assert [(breach.series, breach.meeting) for breach in diff.breaches_new] == [(TWO, None)]
    back = diff_calendars(*reversed(scenes("cancelled")))
    (new,) = back.added
    assert (new.meeting, new.before) == (f"{TWO}.2", None)


def test_somebody_else_comes() -> None:
    diff = found("deputy")
    assert not diff.moved
    (place,) = diff.attendance
    assert place.person == "hv-1"
    assert place.before == Presence(person="hv-1", status="attending", remote=False)
    assert place.after == Presence(person="hv-2", status="deputy", remote=False)
    assert {"hv-1", "hv-2"} <= set(diff.people)
    assert diff.same == 3


def test_a_report_is_a_new_exception() -> None:
    diff = found("report")
    assert [(one.person, one.kind) for one in diff.exceptions_new] == [("teacher-1", "report")]
    assert [place.person for place in diff.attendance] == ["teacher-1"]


def test_somebody_else_chairs() -> None:
    before, after = scenes("chair")
    roles = {role.role: (role.before, role.after) for role in diff_calendars(before, after).roles}
    assert roles["chair"] == (before.meetings[0].chair, after.meetings[0].chair)


def test_each_person_is_counted_once_a_meeting() -> None:
    scene = Scene()
    before = scene.calendar()
    scene.meets[2] = Meet(TWO, "2027-01-13T10:00", "room-2", {"hv-1": "report"})
    scene.meets[3] = Meet(TWO, "2027-02-10T10:00", "room-2")
    assert diff_calendars(before, scene.calendar()).people["hv-1"] == 2


def test_it_is_json_and_back() -> None:
    diff = found("later")
    assert CalendarDiff.model_validate_json(diff.model_dump_json(by_alias=True)) == diff


def test_two_plans_of_a_team() -> None:
    """Every meeting is in one place of the difference."""
    team, policy = made_team(60), made_policy()
    one, other = (made_calendar(team, policy, seed=seed) for seed in (1, 2))
    diff = diff_calendars(one, other)
    ids = {change.meeting for change in (*diff.moved, *diff.added, *diff.cancelled)}
    assert len(ids) == len(diff.moved) + len(diff.added) + len(diff.cancelled)
    assert {change.meeting for change in diff.cancelled} == {m.id for m in one.meetings} - {
        m.id for m in other.meetings
    }
    touched = ids | {place.meeting for place in diff.attendance} | {role.meeting for role in diff.roles}
    assert diff.same == len({meeting.id for meeting in other.meetings} - touched)
    starts = [change.after.start for change in diff.moved if change.after]
    assert starts == sorted(starts)
