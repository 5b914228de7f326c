"""Repair: what stands stays as it is, what must move moves, and what is new is filled in around."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from solver_cases import lone, person, plan_of, planned, read, room

from solver.check import check_calendar
from solver.events import ProgressEvent
from solver.repair.repair import Repaired, RepairLimits, repair
from solver.schema.calendar import Calendar, Meeting

Json = dict[str, Any]
ROUNDS = RepairLimits(rounds=3, workers=1)


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


def repaired(data: Json, calendar: Calendar, **more: Any) -> Repaired:
    caseload, policy = read(data)
    found = repair(caseload, policy, calendar, limits=ROUNDS, **more)
    report = check_calendar(found.caseload, policy, found.calendar)
    assert report.ok, report.violations
    assert found.calendar.revision == calendar.revision + 1
    return found


def busy(data: Json, who: str, meeting: Meeting) -> None:
    span = {"start": meeting.start.isoformat()[:16], "end": meeting.end.isoformat()[:16]}
    for one in (*data["people"], *data["venues"]):
        if one["id"] == who:
            one.setdefault("busy", []).append(span)


def slots(calendar: Calendar) -> dict[str, tuple[object, str]]:
    return {meeting.id: (meeting.start, meeting.venue) for meeting in calendar.meetings}


def essential(data: Json, who: str) -> None:
    for plan in data["plans"]:
        for part in plan["participants"]:
            if part["person"] == who:
                part["level"] = "essential"


def test_where_nothing_has_happened_nothing_changes() -> None:
    data, calendar = published()
    found = repaired(data, calendar)
    assert found.calendar.meetings == calendar.meetings
    assert (found.moved, found.disruption, found.proved) == ((), 0, True)


def test_who_is_needed_and_away_moves_their_meeting_alone_and_it_keeps_its_id() -> None:
    data, _ = published()
    essential(data, "sw-1")
    calendar = planned(data, rounds=6)
    meeting = next(one for one in calendar.meetings if one.series == "plan-1.core_group")
    busy(data, "sw-1", meeting)
    found = repaired(data, calendar)
    assert found.moved == (meeting.id,)
    assert found.proved
    before, after = slots(calendar), slots(found.calendar)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == [meeting.id]
    others = [one for one in found.calendar.meetings if one.id != meeting.id]
    assert [(one.chair, one.minutes) for one in others] == [
        (one.chair, one.minutes) for one in calendar.meetings if one.id != meeting.id
    ]


def test_who_can_be_missed_moves_nothing_unless_it_may_improve() -> None:
    data, calendar = published()
    meeting = calendar.meetings[0]
    mother = next(one.person for one in meeting.attendees if one.person.startswith("mother"))
    busy(data, mother, meeting)
    stands = repaired(data, calendar)
    assert stands.moved == ()
    assert slots(stands.calendar) == slots(calendar)
    missing = [one for one in stands.calendar.meetings if one.id == meeting.id]
    assert any(one.person == mother and one.status == "absent" for one in missing[0].attendees)
    better = repaired(data, calendar, improve=True)
    assert better.moved == (meeting.id,)
    assert better.disruption == 0
    assert better.calendar.cost < stands.calendar.cost


def test_what_is_fixed_stays_whatever_happens() -> None:
    data, calendar = published()
    meeting = calendar.meetings[0]
    busy(data, meeting.venue, meeting)
    found = repaired(data, calendar, fixed_until=meeting.start.date())
    assert found.moved == ()
    stays = next(one for one in found.calendar.meetings if one.id == meeting.id)
    assert (stays.start, stays.venue, stays.pinned) == (meeting.start, meeting.venue, True)
    assert any(one.kind == "venue.busy" for one in found.calendar.exceptions)
    assert repaired(data, calendar).moved == (meeting.id,)


def test_a_new_plan_is_filled_in_around() -> None:
    data, calendar = published()
    data["people"].append(person("mother-3", "parent"))
    data["plans"].append(plan_of(3, {"person": "sw-1", "level": "essential"}, {"person": "mother-3"}))
    found = repaired(data, calendar)
    assert found.moved == ()
    new = {one.id for one in found.calendar.meetings} - slots(calendar).keys()
    assert new == {"plan-3.core_group.1", "plan-3.core_group.2"}
    assert slots(calendar).items() <= slots(found.calendar).items()
    assert not found.calendar.breaches


def test_a_longer_horizon_is_filled_and_the_past_is_gone() -> None:
    data, calendar = published()
    week = timedelta(days=7)
    gone = [one for one in calendar.meetings if one.start.date() < date(2027, 1, 18)]
    for meeting in gone:
        for plan in data["plans"]:
            if plan["id"] in meeting.plans:
                plan["events"] |= {"last_meeting": str(meeting.start.date()), "held": meeting.number}
    data["horizon"] = {"start": "2027-01-18", "end": str(date(2027, 2, 26) + 5 * week)}
    found = repaired(data, calendar)
    assert {one.meeting for one in found.dropped} == {one.id for one in gone}
    assert found.moved == ()
    after, before = slots(found.calendar), slots(calendar)
    assert after.keys() > before.keys() - {one.id for one in gone}
    assert all(after[name] == before[name] for name in before if name in after)
    assert not found.calendar.breaches


def test_rounds_give_the_same_calendar() -> None:
    data, calendar = published()
    busy(data, calendar.meetings[1].venue, calendar.meetings[1])
    assert repaired(data, calendar).calendar == repaired(data, calendar).calendar


def test_stopped_at_once_it_is_a_lawful_calendar_all_the_same() -> None:
    data, calendar = published()
    busy(data, calendar.meetings[1].venue, calendar.meetings[1])
    found = repaired(data, calendar, stop=lambda: True)
    assert found.calendar.status in ("stopped", "optimal")
    assert found.moved == (calendar.meetings[1].id,)


def test_progress_is_told_without_a_bound_that_holds_only_where_meetings_stand() -> None:
    data, calendar = published()
    events: list[ProgressEvent] = []
    found = repaired(data, calendar, on_event=events.append)
    assert [one.phase for one in events][:3] == [
        "reading the caseload", "what must move", "present calendar",
    ]  # fmt: skip
    assert all(one.bound is None for one in events)
    assert found.calendar.bound <= found.calendar.cost


@pytest.mark.parametrize("measure", ["people", "meetings"])
def test_disruption_is_measured_as_asked(measure: str) -> None:
    data, calendar = published()
    last = calendar.meetings[-1]
    busy(data, last.venue, last)
    found = repaired(data, calendar, measure=measure)
    comes = sum(one.status in ("attending", "remote", "deputy") for one in last.attendees)
    assert found.disruption == (comes if measure == "people" else 1)
