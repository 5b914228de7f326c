"""What somebody might do otherwise, as changes to a caseload: no more than was asked for."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from solver_cases import hours, lone, person, read, room

from solver.explain.edits import (
    beyond,
    can_after_all,
    cut,
    freed,
    in_place_of,
    only_on,
    with_person,
    with_venue,
)
from solver.schema.base import DateRange, Hours, Span
from solver.schema.caseload import Caseload

DAYS = DateRange(start=date(2027, 1, 4), end=date(2027, 1, 31))
NINE, TEN, NOON = (datetime(2027, 1, 11, hour) for hour in (9, 10, 12))
MORNINGS: Hours = {"mon": ((600, 720),)}


def small() -> Caseload:
    return read(lone())[0]


def span(start: datetime, end: datetime) -> Span:
    return Span(start=start, end=end)


def test_a_time_is_cut_out_of_an_absence() -> None:
    away = (span(datetime(2027, 1, 4), datetime(2027, 1, 15)), span(NOON, datetime(2027, 1, 11, 13)))
    assert cut(away, NINE, TEN) == (
        span(datetime(2027, 1, 4), NINE),
        span(TEN, datetime(2027, 1, 15)),
        away[1],
    )
    assert cut((span(NINE, TEN),), NINE, TEN) == ()


@pytest.mark.parametrize(
    ("start", "end", "minutes"), [(9, 11, 60), (10, 12, 0), (11, 13, 60), (8, 9, None), (9, 13, None)]
)
def test_how_much_longer_a_day_would_have_to_be(start: int, end: int, minutes: int | None) -> None:
    moments = (datetime(2027, 1, 11, hour) for hour in (start, end))
    assert beyond(MORNINGS, *moments) == minutes


def test_longer_hours_are_taken_back_on_other_weeks() -> None:
    worker = small().people[0].model_copy(update={"hours": MORNINGS})
    found = freed(worker, NINE, TEN, DAYS)
    assert found.hours == {"mon": ((540, 720),)}
    assert [(one.start, one.end) for one in found.busy] == [
        (datetime(2027, 1, day, 9), datetime(2027, 1, day, 10)) for day in (4, 18, 25)
    ]
    assert freed(worker, TEN, NOON, DAYS) == worker


def test_a_room_for_one_day() -> None:
    assert only_on(date(2027, 1, 11), DAYS) == (
        span(datetime(2027, 1, 4), datetime(2027, 1, 11)),
        span(datetime(2027, 1, 12), datetime(2027, 2, 1)),
    )


def test_somebody_takes_anothers_place_on_one_day_in_one_kind_of_meeting() -> None:
    (plan,) = small().plans
    day = date(2027, 1, 11)
    parts = in_place_of("sw-1", "sw-2", day, "core_group", {plan.id})(plan).participants
    assert [
        (one.person, one.from_, one.until)
        for one in parts
        if "core_group" in (one.meetings or ("core_group",))
    ] == [
        ("sw-1", None, date(2027, 1, 10)),
        ("sw-2", day, day),
        ("sw-1", date(2027, 1, 12), None),
        ("mother-1", None, None),
    ]
    others = [one for one in parts if one.meetings and "core_group" not in one.meetings]
    assert [(one.person, one.from_, one.until) for one in others] == [("sw-1", day, day)]
    assert in_place_of("sw-1", "sw-2", day, "core_group", {"plan-9"})(plan) == plan


def test_a_family_that_can_after_all_can_at_that_time_alone() -> None:
    data = lone()
    data["plans"][0]["times"] = {"never": [{"days": ["mon", "tue"], "start": "08:00", "end": "12:00"}]}
    (plan,) = read(data)[0].plans
    never = can_after_all(NINE, TEN)(plan).times.never
    assert [(one.days, one.start, one.end) for one in never] == [
        (("tue",), 480, 720),
        (("mon",), 480, 540),
        (("mon",), 600, 720),
    ]


def test_a_deputy_who_is_not_there_is_left_out() -> None:
    """Whom a small caseload doesn't know would count as always free."""
    caseload = small()
    worker = caseload.people[0].model_copy(update={"deputies": ("mother-1", "unknown")})
    assert with_person(worker)(caseload).people[0].deputies == ("mother-1",)


def test_a_venue_that_is_refused_stays_refused_when_it_is_added() -> None:
    data = lone(venues=[room("room-1"), room("room-2", hours=hours("09:00", "17:00"))])
    data["people"].append(person("sw-2", "social_worker"))
    data["plans"][0]["venue"] = {"never": ["room-2"]}
    whole, _ = read(data)
    plans = tuple(
        plan.model_copy(update={"venue": whole.plans[0].venue.model_copy(update={"never": ()})})
        for plan in whole.plans
    )
    without = whole.model_copy(update={"venues": whole.venues[:1], "plans": plans})
    found = with_venue(whole.venues[1], whole)(without)
    assert [one.id for one in found.venues] == ["room-1", "room-2"]
    assert found.plans[0].venue.never == ("room-2",)
