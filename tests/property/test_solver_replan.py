"""Planning again from a published calendar: its meetings are booked now, some of them pinned, and something has happened."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from deep import first
from solver_duties import accounted_for

from solver.check import check_calendar
from solver.generate import generate
from solver.plan import plan
from solver.policy import builtin_policies, load_policy
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.validate import validate

Json = dict[str, Any]
POLICIES = [name for name in builtin_policies() if name != "england"]
CONGESTION = ("easy", "typical", "hard")


def published(seed: int, plans: int, rounds: int) -> tuple[Caseload, Policy, Calendar]:
    caseload = generate(
        plans, seed, authority=POLICIES[seed % len(POLICIES)], congestion=CONGESTION[seed % len(CONGESTION)]
    )
    policy = load_policy(caseload.authority)
    return caseload, policy, plan(caseload, policy, deterministic=rounds, seed=seed)


def booked_from(caseload: Caseload, calendar: Calendar, pinned: set[str]) -> Json:
    """The caseload as data, with the calendar's meetings booked."""
    data: Json = caseload.model_dump(mode="json", by_alias=True)
    data["booked"] = [
        {
            "id": meeting.id,
            "series": meeting.series,
            "kind": meeting.kind,
            "plans": list(meeting.plans),
            "start": meeting.start.isoformat()[:16],
            "end": meeting.end.isoformat()[:16],
            "venue": meeting.venue,
            "pinned": meeting.id in pinned,
            "chair": meeting.chair,
            "minutes": meeting.minutes,
        }
        for meeting in calendar.meetings
    ]
    return data


def replanned(data: Json, policy: Policy, seed: int, rounds: int) -> Calendar:
    caseload = Caseload.model_validate(data)
    assert validate(caseload, policy) == []
    calendar = plan(caseload, policy, deterministic=rounds, seed=seed)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    accounted_for(caseload, policy, calendar)
    assert Counter(meeting.id for meeting in calendar.meetings).most_common(1)[0][1] == 1
    return calendar


def somebody_is_away(data: Json, calendar: Calendar, chance: random.Random, count: int) -> None:
    for person in chance.sample(data["people"], count):
        day = chance.choice(calendar.meetings).start.date()
        person["busy"] = [*person["busy"], {"start": f"{day}T00:00", "end": f"{day}T23:45"}]


def again(seed: int, plans: int) -> None:
    chance = random.Random(seed)
    caseload, policy, before = published(seed, plans, rounds=2)
    share = chance.choice([0.0, 0.2, 0.6])
    pinned = {meeting.id for meeting in before.meetings if chance.random() < share}
    data = booked_from(caseload, before, pinned)
    somebody_is_away(data, before, chance, 4)
    after = replanned(data, policy, seed + 1, rounds=2)
    where = {(meeting.id, meeting.start, meeting.venue) for meeting in after.meetings}
    assert {(m.id, m.start, m.venue) for m in before.meetings if m.id in pinned} <= where
    moved = sum(
        (meeting.start, meeting.venue)
        not in {(one.start, one.venue) for one in after.meetings if one.series == meeting.series}
        for meeting in before.meetings
        if meeting.id not in pinned
    )
    assert after.objective["stability"] == 60 * moved
    keeps_its_roles(before, after)


def keeps_its_roles(before: Calendar, after: Calendar) -> None:
    """Meetings that stand, with everybody who was to come, have the chair and the minute-taker that they had."""
    roles = {(m.id, m.start, m.venue, m.attendees): (m.chair, m.minutes) for m in before.meetings}
    for meeting in after.meetings:
        had = roles.get((meeting.id, meeting.start, meeting.venue, meeting.attendees))
        assert had is None or had == (meeting.chair, meeting.minutes)


@pytest.mark.parametrize("seed", range(6))
def test_after_something_has_happened(seed: int) -> None:
    again(seed, plans=8 + seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", first(14, range(6, 60)))
def test_after_something_has_happened_over_and_over(seed: int) -> None:
    again(seed, plans=8 + seed % 20)


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_an_optimal_calendar_stays_as_it_is_when_nothing_has_happened(seed: int) -> None:
    caseload, policy, before = published(seed, plans=8, rounds=12)
    assert before.status == "optimal"
    after = replanned(booked_from(caseload, before, set()), policy, seed + 1, rounds=12)
    assert after.cost == before.cost
    assert after.objective["stability"] == 0
    assert [(m.id, m.start, m.venue) for m in after.meetings] == [
        (m.id, m.start, m.venue) for m in before.meetings
    ]
    assert after.status == "optimal"
    keeps_its_roles(before, after)
