"""Planning again from a calendar that stands: what is booked of it, what is not and why, and that it stays where it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from solver_cases import lone, person, plan_of, planned, read, room

from solver.plan import plan
from solver.replan.booking import book_again
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.validate import validate

Json = dict[str, Any]


def two_plans() -> Json:
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["venues"].append(room("room-2"))
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    return data


def published() -> tuple[Json, Calendar]:
    data = two_plans()
    calendar = planned(data, rounds=6)
    assert len(calendar.meetings) == 4
    return data, calendar


def standing(data: Json, calendar: Calendar, **more: Any) -> tuple[Caseload, dict[str, str]]:
    caseload, policy = read(data)
    found = book_again(caseload, policy, calendar, **more)
    assert validate(found.caseload, policy) == []
    return found.caseload, {one.meeting: one.reason for one in found.dropped}


def again(data: Json, calendar: Calendar, **more: Any) -> Calendar:
    caseload, _ = standing(data, calendar, **more)
    return planned(caseload.model_dump(mode="json", by_alias=True), rounds=6, seed=5)


def test_where_nothing_happened_nothing_changes() -> None:
    data, calendar = published()
    caseload, dropped = standing(data, calendar)
    assert dropped == {}
    assert [one.id for one in caseload.booked] == [meeting.id for meeting in calendar.meetings]
    diff = diff_calendars(calendar, again(data, calendar))
    assert diff.empty, diff


def test_only_what_has_to_moves() -> None:
    data, calendar = published()
    moved = calendar.meetings[-1]
    worker = next(entry.person for entry in moved.attendees if entry.level == "essential")
    day = moved.start.date().isoformat()
    record = next(one for one in data["people"] if one["id"] == worker)
    record["busy"] = [{"start": f"{day}T00:00", "end": f"{day}T23:30"}]
    diff = diff_calendars(calendar, again(data, calendar))
    assert [change.meeting for change in diff.moved] == [moved.id]
    assert not diff.added
    assert not diff.cancelled


def test_what_is_fixed_is_pinned() -> None:
    data, calendar = published()
    until = date(2027, 1, 20)
    caseload, _ = standing(data, calendar, fixed_until=until)
    assert {one.id for one in caseload.booked if one.pinned} == {
        meeting.id for meeting in calendar.meetings if meeting.start.date() <= until
    }
    assert any(not one.pinned for one in caseload.booked)


def without_plan_2(data: Json) -> None:
    data["plans"].pop()


def plan_2_ends(data: Json) -> None:
    data["plans"][1]["ends"] = "2027-01-22"


def without_its_room(data: Json) -> None:
    data["venues"] = [room("room-9")]


def a_month_later(data: Json) -> None:
    data["horizon"] = {"start": "2027-02-01", "end": "2027-04-30"}
    for one in data["plans"]:
        one["events"]["last_meeting"] = "2027-01-11"


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (without_plan_2, "None of its plans"),
        (plan_2_ends, "Its plans end on 2027-01-22."),
        (without_its_room, "not in the caseload any more"),
        (a_month_later, "before 2027-02-01"),
    ],
)
def test_what_cannot_be_booked_again_is_told(happened: Any, reason: str) -> None:
    data, calendar = published()
    happened(data)
    caseload, dropped = standing(data, calendar)
    assert dropped
    assert all(reason in why for why in dropped.values())
    assert {one.id for one in caseload.booked} == {meeting.id for meeting in calendar.meetings} - set(dropped)


def test_what_the_caseload_has_booked_itself_comes_first() -> None:
    data, calendar = published()
    first = calendar.meetings[0]
    own = {
        "id": first.id, "plans": list(first.plans), "start": f"{first.start.date()}T15:00", "venue": "room-2", "pinned": True,
    }  # fmt: skip
    data["booked"] = [own]
    caseload, dropped = standing(data, calendar)
    assert list(dropped) == [first.id]
    assert [one.start.hour for one in caseload.booked if one.id == first.id] == [15]


def test_chairs_are_kept_where_they_are_still_known() -> None:
    data, calendar = published()
    caseload, _ = standing(data, calendar)
    assert {one.id: one.chair for one in caseload.booked} == {m.id: m.chair for m in calendar.meetings}
    after = plan(*read(caseload.model_dump(mode="json", by_alias=True)), deterministic=4)
    assert {m.id: m.chair for m in after.meetings} == {m.id: m.chair for m in calendar.meetings}


def test_a_booking_without_an_id_is_the_calendar_s_meeting_at_its_time() -> None:
    """In whichever room the calendar has it: booked in two at once it could not be planned at all."""
    data, calendar = published()
    meeting = calendar.meetings[0]
    other = next(one["id"] for one in data["venues"] if one["id"] != meeting.venue)
    data["booked"] = [
        {"plans": list(meeting.plans), "start": meeting.start.isoformat(timespec="minutes"), "venue": other}
    ]
    caseload, dropped = standing(data, calendar)
    assert dropped == {}
    assert [one.id for one in caseload.booked] == [one.id for one in calendar.meetings]
    assert diff_calendars(calendar, again(data, calendar)).empty
