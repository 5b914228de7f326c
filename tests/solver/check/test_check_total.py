"""The checker never raises, whatever is in a calendar, and no change of when, where or who goes by unnoticed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import policies
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scenes import Scene, attendee, edit, edit_attendee

from solver.check import check_calendar
from solver.schema.calendar import Calendar

Json = Any
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _scene() -> Scene:
    """A split series, a pinned meeting, a report and a breach, so that there is something of everything to corrupt."""
    scene = Scene(policy=policies.make_policy(reviews=policies.REVIEWS))
    scene.plan(1)["split"] = {"reason": "Separate sittings"}
    scene.plan(1)["children"][0]["attends"] = "if_possible"
    scene.part(1, "mother-1")["sitting"] = "A"
    scene.plan(1)["participants"].append({"person": "father-1", "sitting": "B"})
    for meet in scene.meets[:2]:
        meet.start = meet.start.replace("T16", "T14")
        meet.but |= {"child-1": "absent", "teacher-1": "report"}
    scene.meets[3].start = "2027-02-10T10:00"
    scene.data["booked"] = [
        {"plans": ["plan-2"], "start": scene.meets[2].start, "venue": "room-2", "pinned": True}
    ]
    return scene


SCENE = _scene()
CASELOAD, POLICY, CALENDAR = SCENE.caseload, SCENE.policy, SCENE.calendar()
DATA: Json = json.loads(CALENDAR.model_dump_json(by_alias=True))

ODD_VALUES: list[Json] = [
        None, "", "x", "sw-1", "hv-1", "child-1", "mother-2", "plan-1", "plan-2.core_group", "plan-1.core_group.2",
        "room-1", "room-2", "video", "attending", "remote", "deputy", "absent", "report", "essential", "A", "B",
        0, 1, -1, 7, 10**30, -(10**400), 0.5, float("inf"), float("-inf"), float("nan"), True, False, [], {},
        "2027-02-09", "0001-01-01", "9999-12-31", "2027-02-09T16:00", "0001-01-01T00:00", "9999-12-31T23:45",
    "2027-01-12T23:45", "person.overlap", "optimal",
]  # fmt: skip


def _paths(value: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in _paths(part, (*path, key)))]


PATHS = [path for path in _paths(DATA) if path]


def _corrupt(data: Json, path: tuple[Any, ...], how: str, value: Json) -> None:
    holder = data
    for key in path[:-1]:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return  # an earlier corruption took it away
    key = path[-1]
    is_there = (isinstance(holder, dict) and key in holder) or (
        isinstance(holder, list) and key < len(holder)
    )
    if not is_there:
        return
    if how == "replace":
        holder[key] = value
    elif how == "remove":
        del holder[key]
    elif isinstance(holder, list):
        holder.append(holder[key])


CORRUPTIONS = st.lists(
    st.tuples(
        st.sampled_from(PATHS),
        st.sampled_from(["replace", "replace", "remove", "repeat"]),
        st.sampled_from(ODD_VALUES),
    ),
    min_size=1,
    max_size=5,
)


def test_the_calendar_to_corrupt_is_whole() -> None:
    assert SCENE.check(CALENDAR).ok


@settings(FEW, max_examples=400)
@given(CORRUPTIONS)
def test_never_raises(corruptions: list[tuple[tuple[Any, ...], str, Json]]) -> None:
    data = json.loads(json.dumps(DATA))
    for path, how, value in corruptions:
        _corrupt(data, path, how, value)
    assert_no_error(data)


def assert_no_error(data: Json) -> None:
    try:
        calendar = Calendar.model_validate(data)
    except ValidationError:
        return
    report = check_calendar(CASELOAD, POLICY, calendar)
    assert report.ok == (not report.violations)
    for violation in report.violations:
        assert violation.rule
        assert violation.text


@pytest.mark.slow
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: repr(value)[:20])
def test_never_raises_whatever_one_field_says(value: Json) -> None:
    for path in PATHS:
        data = json.loads(json.dumps(DATA))
        _corrupt(data, path, "replace", value)
        assert_no_error(data)


def test_a_split_meeting_at_the_end_of_time_is_no_error() -> None:
    for path in PATHS:
        if path[-1] in ("start", "end"):
            data = json.loads(json.dumps(DATA))
            _corrupt(data, path, "replace", "9999-12-31T23:45")
            assert_no_error(data)


INDICES = st.integers(0, len(CALENDAR.meetings) - 1)


@FEW
@given(INDICES, st.integers(-60 * 24 * 400, 60 * 24 * 400).filter(bool), st.sampled_from(["start", "end"]))
def test_another_start_or_end_is_caught(index: int, minutes: int, name: str) -> None:
    moment = getattr(CALENDAR.meetings[index], name) + timedelta(minutes=minutes)
    assert not check_calendar(CASELOAD, POLICY, edit(CALENDAR, index, **{name: moment})).ok


@FEW
@given(INDICES, st.integers(1, 400), st.booleans())
def test_another_day_is_caught(index: int, days: int, back: bool) -> None:
    shift = timedelta(days=-days if back else days)
    meeting = CALENDAR.meetings[index]
    halves = tuple(
        half.model_copy(update={"start": half.start + shift, "end": half.end + shift})
        for half in meeting.sittings
    )
    moved = edit(CALENDAR, index, start=meeting.start + shift, end=meeting.end + shift, sittings=halves)
    assert not check_calendar(CASELOAD, POLICY, moved).ok


@FEW
@given(INDICES, st.sampled_from([venue.id for venue in CASELOAD.venues] + ["room-9", ""]))
def test_another_venue_is_caught(index: int, venue: str) -> None:
    report = check_calendar(CASELOAD, POLICY, edit(CALENDAR, index, venue=venue))
    assert report.ok == (venue == CALENDAR.meetings[index].venue)


PEOPLE = st.sampled_from([person.id for person in CASELOAD.people] + ["child-1", "child-2", "nobody"])
CHANGES = st.one_of(
    st.tuples(st.just("person"), PEOPLE),
    st.tuples(st.just("for_"), st.one_of(st.none(), PEOPLE)),
    st.tuples(st.just("status"), st.sampled_from(["attending", "remote", "deputy", "report", "absent"])),
    st.tuples(st.just("level"), st.sampled_from(["essential", "expected", "invited"])),
    st.tuples(st.just("sitting"), st.sampled_from([None, "A", "B"])),
    st.tuples(st.just("remote"), st.booleans()),
)


@FEW
@given(INDICES, st.data())
def test_another_attendee_is_caught(index: int, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(CALENDAR.meetings[index].attendees))
    name, value = data.draw(CHANGES)
    changed = edit_attendee(CALENDAR, index, one.person, **{name: value})
    assert check_calendar(CASELOAD, POLICY, changed).ok == (getattr(one, name) == value)


@FEW
@given(INDICES, st.data())
def test_an_attendee_left_out_or_brought_in_is_caught(index: int, data: st.DataObject) -> None:
    listed = CALENDAR.meetings[index].attendees
    gone = data.draw(st.integers(0, len(listed) - 1))
    fewer = edit(CALENDAR, index, attendees=listed[:gone] + listed[gone + 1 :])
    assert not check_calendar(CASELOAD, POLICY, fewer).ok
    guest = attendee(
        data.draw(PEOPLE), "invited", data.draw(st.sampled_from(["attending", "remote", "absent"]))
    )
    assert not check_calendar(CASELOAD, POLICY, edit(CALENDAR, index, attendees=(*listed, guest))).ok
