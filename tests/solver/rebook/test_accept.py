"""Accepting an option: the next revision is what the option said, by the checker, and nothing else has moved."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from solver_cases import lone, person, plan_of, planned, read, room, some_problem

from solver.check import check_calendar
from solver.generate import generate
from solver.plan import plan
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.rebook.accept import RefusedError, StaleError, accept
from solver.rebook.missed import lacking_series, missed_meetings
from solver.rebook.options import CannotMoveError, Desk, Found
from solver.rebook.refusal import essential
from solver.rebook.together import rebook_together
from solver.repair.repair import RepairLimits
from solver.replan.changes import apply_changes
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.changes import CHANGES

Json = dict[str, Any]
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@cache
def team() -> tuple[Caseload, Policy, Calendar]:
    caseload = generate(20, seed=5, congestion="hard")
    policy = load_policy(caseload.authority)
    return caseload, policy, plan(caseload, policy, deterministic=3, seed=1)


def same_but_score(one: Meeting, other: Meeting) -> bool:
    """Whatever doesn't follow from other meetings stays: workload does, and which is the last before a planned review."""
    derived: Json = {"score": {}, "marks": ()}
    return one.model_copy(update=derived) == other.model_copy(update=derived)


def accepted(caseload: Caseload, policy: Policy, calendar: Calendar, found: Found) -> Calendar:
    """Accept, and see that all is as it was said."""
    after = accept(caseload, policy, calendar, found, now=NOW, revision=calendar.revision)
    assert check_calendar(caseload, policy, after).ok
    assert after.revision == calendar.revision + 1
    said = {level: calendar.objective[level] + points for level, points in found.option.levels.items()}
    assert after.objective == said
    series = found.meetings[0].series
    new = {one.id: one for one in after.meetings}
    for meeting in calendar.meetings:
        if meeting.series != series:
            assert same_but_score(meeting, new[meeting.id])
    for number, position in enumerate(found.kept):
        if position >= 0:
            # Those of the series that stand keep who comes, who chairs and who takes the minutes.
            old = [one for one in calendar.meetings if one.series == series][position]
            now = [one for one in after.meetings if one.series == series][number]
            assert (old.start, old.venue, old.attendees) == (now.start, now.venue, now.attendees)
            if old.id == now.id:
                assert (old.chair, old.minutes) == (now.chair, now.minutes)
    return after


@pytest.mark.slow
def test_every_option_accepted_is_what_it_said() -> None:
    caseload, policy, calendar = team()
    desk = Desk(caseload, policy, calendar)
    repaired = 0
    for number, meeting in enumerate(calendar.meetings):
        found = desk.options(meeting.id, n=5).found
        assert found
        for one in (found[number % len(found)], *(one for one in found[:1] if one.option.also)):
            after = accepted(caseload, policy, calendar, one)
            repaired += bool(one.option.also)
            assert after.bound == calendar.bound
            assert after.gap == pytest.approx((after.cost - after.bound) / after.cost)
            # The chain stays one, in its order.
            chain = sorted(
                (m for m in after.meetings if m.series == one.meetings[0].series), key=lambda m: m.number
            )
            assert all(a.start < b.start for a, b in pairwise(chain))
    assert repaired > 0


@pytest.mark.parametrize("seed", [*range(0, 24, 2), 138])
def test_options_of_any_caseload_are_what_they_say(seed: int) -> None:
    caseload, policy, _ = some_problem(seed)
    calendar = plan(caseload, policy, deterministic=2, seed=1)
    desk = Desk(caseload, policy, calendar)
    for meeting in calendar.meetings:
        try:
            found = desk.options(meeting.id, n=3).found
        except CannotMoveError:
            assert meeting.pinned or meeting.start.date() < caseload.horizon.start
            continue
        for one in found:
            accepted(caseload, policy, calendar, one)


def test_a_stale_revision_is_refused() -> None:
    caseload, policy, calendar = team()
    found = Desk(caseload, policy, calendar).options(calendar.meetings[0].id, n=1).found[0]
    with pytest.raises(StaleError, match="revision 1, and the options were made from revision 7"):
        accept(caseload, policy, calendar, found, now=NOW, revision=7)


def test_rebooking_twice_and_back() -> None:
    caseload, policy, calendar = team()
    meeting = calendar.meetings[4]
    once = accepted(caseload, policy, calendar, Desk(caseload, policy, calendar).options(meeting.id).found[0])
    back = next(
        one
        for one in Desk(caseload, policy, once).options(meeting.id, n=60).found
        if one.option.start.date() == meeting.start.date()
    )
    twice = accepted(caseload, policy, once, back)
    assert twice.revision == calendar.revision + 2
    assert {one.id for one in twice.meetings} == {one.id for one in calendar.meetings}


def small() -> tuple[Json, Calendar]:
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["venues"].append(room("room-2"))
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    return data, planned(data, rounds=6)


def with_facts(data: Json, *changes: Json) -> tuple[Caseload, Policy]:
    caseload = apply_changes(read(data)[0], CHANGES.validate_python(changes))
    return caseload, load_policy(caseload.authority)


def away(person_id: str, day: date) -> Json:
    return {"kind": "person_away", "person": person_id, "start": day.isoformat(), "end": day.isoformat()}


def test_what_cannot_stand_is_told_with_the_rule() -> None:
    data, calendar = small()
    first = calendar.meetings[0]
    worker = next(entry.person for entry in first.attendees if entry.level == "essential")
    caseload, policy = with_facts(data, away(worker, first.start.date()))
    missed = missed_meetings(caseload, policy, calendar, barred=[calendar.meetings[-1].id])
    assert [one.meeting for one in missed] == [first.id, calendar.meetings[-1].id]
    assert worker in missed[0].reason
    assert "busy" in missed[0].reason
    assert "must not stay" in missed[1].reason
    later = missed_meetings(caseload, policy, calendar, today=first.start.date() + timedelta(days=1))
    assert later == ()


def test_somebody_who_leaves_is_named_with_who_succeeds_them() -> None:
    data, calendar = small()
    leaves = {"kind": "person_leaves", "person": "sw-1", "date": "2027-01-04", "successor": "sw-2"}
    caseload, policy = with_facts(data, leaves)
    missed = missed_meetings(caseload, policy, calendar)
    assert {one.meeting for one in missed} == {m.id for m in calendar.meetings if m.plans == ("plan-1",)}
    for one in missed:
        assert "sw-1 has no place there any more. sw-2 has a place there now." in one.reason
        assert "busy" not in one.reason
    done = rebook_together(
        caseload, policy, calendar, now=NOW, today=date(2027, 1, 4), limits=RepairLimits(rounds=2)
    )
    assert check_calendar(done.caseload, policy, done.calendar).ok
    assert all(entry.person != "sw-1" for one in done.calendar.meetings for entry in one.attendees)


def test_series_that_come_late_under_a_shorter_interval_lack_a_meeting() -> None:
    data, calendar = small()
    caseload, policy = with_facts(
        data, {"kind": "policy_interval", "meetings": "core_group", "at_most": "12 days"}
    )
    assert lacking_series(Desk(caseload, policy, calendar)) == ("plan-1.core_group", "plan-2.core_group")
    assert lacking_series(Desk(*read(data), calendar)) == ()


def test_sickness_of_a_day() -> None:
    data, calendar = small()
    first = calendar.meetings[0]
    worker = next(entry.person for entry in first.attendees if entry.level == "essential")
    caseload, policy = with_facts(data, away(worker, first.start.date()))
    answer = Desk(caseload, policy, calendar).options(first.id, stay=True)
    assert not answer.rebooking.stands
    assert all(one.start.date() != first.start.date() for one in answer.rebooking.options)
    after = accept(caseload, policy, calendar, answer.found[0], now=NOW)
    assert check_calendar(caseload, policy, after).ok
    # Nothing is proven of the caseload with the facts of now.
    assert after.bound == 0
    assert after.status != "optimal"


def test_an_option_alone_is_refused_where_others_cannot_stand_either() -> None:
    data, calendar = small()
    day_of = {one.id: one.start.date() for one in calendar.meetings}
    worker = {one.id: one.attendees[0].person for one in calendar.meetings}
    first = next(one.id for one in calendar.meetings if one.plans == ("plan-1",))
    second = next(one.id for one in calendar.meetings if one.plans == ("plan-2",))
    caseload, policy = with_facts(
        data, away(worker[first], day_of[first]), away(worker[second], day_of[second])
    )
    found = Desk(caseload, policy, calendar).options(first, stay=True).found[0]
    with pytest.raises(RefusedError, match=second):
        accept(caseload, policy, calendar, found, now=NOW)


def test_together_moves_the_least_and_holds_what_is_new() -> None:
    data, calendar = small()
    first = calendar.meetings[0]
    worker = next(entry.person for entry in first.attendees if entry.level == "essential")
    new = plan_of(3, {"person": "sw-1"}, {"person": "mother-3"})
    caseload, policy = with_facts(
        data,
        away(worker, first.start.date()),
        {"kind": "new_plan", "plan": new, "people": [person("mother-3", "parent")]},
    )
    assert lacking_series(Desk(caseload, policy, calendar)) == ("plan-3.core_group",)
    done = rebook_together(
        caseload, policy, calendar, now=NOW, today=date(2027, 1, 4), limits=RepairLimits(rounds=2)
    )
    assert done.moved == (first.id,)
    assert check_calendar(done.caseload, policy, done.calendar).ok
    old = {one.id: (one.start, one.venue) for one in calendar.meetings}
    new_slots = {one.id: (one.start, one.venue) for one in done.calendar.meetings}
    assert {name for name in old if old[name] != new_slots[name]} == {first.id}
    assert {one.series for one in done.calendar.meetings if one.id not in old} == {"plan-3.core_group"}


def test_a_barred_meeting_goes_elsewhere() -> None:
    data, calendar = small()
    caseload, policy = read(data)
    barred = calendar.meetings[1]
    done = rebook_together(
        caseload,
        policy,
        calendar,
        now=NOW,
        today=date(2027, 1, 4),
        barred=[barred.id],
        limits=RepairLimits(rounds=2),
    )
    new = next(one for one in done.calendar.meetings if one.id == barred.id)
    assert new.start != barred.start
    assert {one.id for one in done.calendar.meetings} == {one.id for one in calendar.meetings}


def test_nobody_essential_can_be_left_out() -> None:
    data, calendar = small()
    desk = Desk(*read(data), calendar)
    meeting = next(one for one in calendar.meetings if one.plans == ("plan-1",))
    reason = essential(desk, meeting.id, "sw-1")
    assert reason is not None
    assert reason.rule == "attend.essential"
    assert reason.sources
    assert "Person sw-1" in reason.text
    assert essential(desk, meeting.id, "mother-1") is None
    with pytest.raises(ValueError, match="sw-2 has no place"):
        essential(desk, meeting.id, "sw-2")


@pytest.mark.parametrize("seed", range(3))
def test_one_rebooking_after_the_other(seed: int) -> None:
    """Any meeting, any of its options, ten times: each revision is lawful, and the last one differs by what was moved."""
    chance = random.Random(seed)
    caseload, policy, calendar = team()
    now, touched = calendar, set()
    for _ in range(10):
        meeting = chance.choice(now.meetings)
        desk = Desk(caseload, policy, now, today=date(2027, 3, 8) if chance.random() < 0.3 else None)
        try:
            found = desk.options(meeting.id, n=4).found
        except CannotMoveError:
            assert meeting.start.date() < date(2027, 3, 8)
            continue
        if found:
            now = accepted(caseload, policy, now, chance.choice(found))
            touched.add(meeting.series)
    assert now.revision > calendar.revision + 3
    assert now.bound == calendar.bound
    old = {one.id: one for one in calendar.meetings}
    for one in now.meetings:
        if one.series not in touched:
            assert same_but_score(one, old[one.id])
