"""Meetings that are each held once: what the caseload looks like, and that it is planned to the end."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache

import pytest

from calendars.workdays import WorkingCalendar
from solver.check import check_calendar
from solver.generate import generate_one_off, to_json
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.windows import first_limits, rule_for
from solver.schema.caseload import Caseload
from solver.schema.load import load_caseload

SEEDS = range(3)


@cache
def large(seed: int) -> Caseload:
    return generate_one_off(seed=seed)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert to_json(generate_one_off(40, 3)) == to_json(generate_one_off(40, 3))
    assert to_json(generate_one_off(40, 3)) != to_json(generate_one_off(40, 4))


@pytest.mark.parametrize(
    "sizes",
    [
        {"meetings": 1, "people": 6, "rooms": 2, "days": 20},
        {"meetings": 50, "people": 7, "rooms": 3, "days": 25},
        {"meetings": 300, "people": 90, "rooms": 12, "days": 40},
        {"meetings": 2000, "days": 120, "people": 100, "rooms": 12},
        {},
    ],
)
def test_any_size_is_a_valid_caseload(sizes: dict[str, int]) -> None:
    caseload = generate_one_off(**sizes, seed=5)
    assert load_caseload(to_json(caseload)) == caseload
    assert len(caseload.plans) == sizes.get("meetings", 800)
    assert len(caseload.people) == sizes.get("people", 40)
    assert len(caseload.venues) == sizes.get("rooms", 5)
    open_days = WorkingCalendar("ENG").open_days(caseload.horizon.start, caseload.horizon.end)
    assert len(open_days) == sizes.get("days", 72)


@pytest.mark.parametrize("name", ["meetings", "people", "rooms", "days"])
def test_too_little_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} = 0: it must be at least"):
        generate_one_off(**{name: 0})


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_shared_and_the_rooms_differ(seed: int) -> None:
    caseload = large(seed)
    sizes = Counter(len(one.participants) for one in caseload.plans)
    assert set(sizes) == {3, 4, 5, 6}
    load = Counter(part.person for one in caseload.plans for part in one.participants)
    assert set(load) == {person.id for person in caseload.people}
    assert min(load.values()) > 30
    assert len({venue.capacity for venue in caseload.venues}) == 5
    assert all(sum((venue.capacity or 0) >= size for venue in caseload.venues) >= 4 for size in sizes)
    roles = {person.id: person.role for person in caseload.people}
    deputies = {person.id: person.deputies for person in caseload.people}
    levels = Counter(
        "essential" if part.level or roles[part.person] == "social_worker" else "expected"
        for one in caseload.plans
        for part in one.participants
    )
    assert 0.3 < levels["essential"] / levels.total() < 0.6
    expected = [
        part.person
        for one in caseload.plans
        for part in one.participants
        if part.level is None and roles[part.person] != "social_worker"
    ]
    assert sum(bool(deputies[person]) for person in expected) > 0.6 * len(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_meeting_is_due_within_the_horizon_and_there_are_days_to_hold_it(seed: int) -> None:
    caseload = large(seed)
    policy = load_policy(caseload.authority)
    calendar = WorkingCalendar("ENG")
    people = {person.id: person for person in caseload.people}
    dues = set()
    for one in caseload.plans:
        rule = rule_for(one, policy)
        assert rule is not None
        assert rule.once
        limits = first_limits(one, rule, calendar)
        dues.add(limits.due)
        days = set(
            calendar.open_days(
                max(limits.earliest, caseload.horizon.start), min(limits.due, caseload.horizon.end)
            )
        )
        assert limits.due <= caseload.horizon.end
        for part in one.participants:
            if part.level == "essential" or people[part.person].role == "social_worker":
                for busy in people[part.person].busy:
                    days -= {
                        busy.start.date() + timedelta(days=n)
                        for n in range((busy.end - busy.start).days or 1)
                    }
        assert len(days) >= 3
    assert len(dues) > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fullest_weeks_nearly_fill_the_rooms(seed: int) -> None:
    caseload = large(seed)
    hours = sum(
        end - start
        for venue in caseload.venues
        for spans in (venue.hours or {}).values()
        for start, end in spans
    )
    calendar = WorkingCalendar("ENG")
    load: Counter[tuple[int, int]] = Counter()
    for one in caseload.plans:
        assert one.events.plan_start is not None
        due = calendar.add_working_days(one.events.plan_start, 15)
        first = max(one.events.plan_start + timedelta(days=1), caseload.horizon.start)
        window = calendar.open_days(first, due)
        for day in window:
            load[day.isocalendar()[:2]] += one.minutes / len(window)  # type: ignore[assignment]
    assert 0.75 <= max(load.values()) / hours <= 0.9


def test_a_small_one_is_planned_without_a_breach() -> None:
    caseload = generate_one_off(60, 2, people=12, rooms=2, days=30)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=12, seed=1)
    assert check_calendar(caseload, policy, calendar).ok
    assert len(calendar.meetings) == len({meeting.series for meeting in calendar.meetings}) == 60
    assert calendar.breaches == ()
    assert calendar.bound > 0
    assert {task.kind for task in calendar.tasks} == {"minutes"}
