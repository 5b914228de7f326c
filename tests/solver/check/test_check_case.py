"""Travel, school days, hours and booked meetings, each by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from scenes import ONE, TWO, Scene, hours

from solver.check.case import Case, minute_of, minutes_outside, minutes_shared
from solver.schema.base import Span
from solver.schema.caseload import BookedMeeting, Person, School

TUESDAY = date(2027, 1, 12)


def case(scene: Scene | None = None) -> Case:
    scene = scene or Scene()
    return Case(scene.caseload, scene.policy)


@pytest.mark.parametrize(
    ("person", "origin", "goal", "minutes"),
    [
        ("hv-1", "room-1", "room-1", 0),
        ("hv-1", "room-3", "room-3", 0),  # without a site, but one room
        ("hv-1", "room-1", "room-2", 15 + 30),
        ("sw-1", "room-1", "room-2", 30),  # based at the hall
        ("sw-2", "room-1", "room-2", 15),  # based on the hill
        ("hv-1", "room-1", "room-3", 15 + 15),  # a venue without a site is one of its own
        ("hv-1", "room-3", "room-4", 15 + 15),
        ("hv-1", "room-2", "room-5", 0),  # one site
        ("child-1", "room-1", "room-2", 15 + 30),  # nobody's record, nobody's base
    ],
)
def test_travel(person: str, origin: str, goal: str, minutes: int) -> None:
    scene = Scene()
    scene.data["venues"] += [
        scene.one("venues", "room-3") | {"id": "room-4"},
        scene.one("venues", "room-2") | {"id": "room-5"},
    ]
    known = case(scene)
    assert known.travel_minutes(person, known.venues[origin], known.venues[goal]) == minutes


def test_the_table_of_travel_comes_first_and_goes_both_ways() -> None:
    scene = Scene()
    scene.data["travel"] = {"hall": {"hill": 50}, "east": {"hall": 9}}
    known = case(scene)
    hall, hill = known.venues["room-1"], known.venues["room-2"]
    assert known.travel_minutes("sw-1", hall, hill) == 50
    assert known.travel_minutes("sw-1", hill, hall) == 50
    scene.data["travel"]["hill"] = {"hall": 40}
    assert case(scene).travel_minutes("sw-1", hill, hall) == 40
    assert case(scene).travel_minutes("sw-1", hall, hill) == 50


def test_to_a_venue_without_a_site() -> None:
    known = case()
    assert known.site_minutes("sw-1", known.venues["room-3"]) == 15
    assert known.site_minutes("sw-1", known.venues["room-1"]) == 0


@pytest.mark.parametrize(
    ("day", "teaches"),
    [
        (TUESDAY, True),
        (date(2027, 1, 4), True),  # the first day of term
        (date(2027, 3, 26), False),  # the last, Good Friday
        (date(2027, 3, 25), True),
        (date(2027, 1, 3), False),
        (date(2027, 3, 30), False),  # between two terms
        (date(2027, 4, 12), True),
        (date(2027, 7, 20), True),  # the last day of the second
        (date(2027, 7, 22), False),
        (date(2027, 2, 16), False),  # closed
        (date(2027, 1, 16), False),  # a Saturday
        (date(2027, 1, 13), False),  # a Wednesday, for which there are no times
    ],
)
def test_pupil_days(day: date, teaches: bool) -> None:
    scene = Scene()
    times = {"start": "09:00", "end": "15:15"}
    scene.one("schools", "school-1")["terms"].append({"start": "2027-04-12", "end": "2027-07-20"})
    scene.one("schools", "school-1")["day"] = dict.fromkeys(("mon", "tue", "thu", "fri", "sat"), times)
    known = case(scene)
    assert known.is_pupil_day(known.schools["school-1"], day) is teaches


def test_closures_and_what_a_policy_takes_out_are_no_matter_to_a_school() -> None:
    scene = Scene()
    scene.data["closures"] = [TUESDAY.isoformat()]
    known = case(scene)
    school: School = known.schools["school-1"]
    assert known.is_pupil_day(school, TUESDAY)


@pytest.mark.parametrize(
    ("start", "end", "outside"),
    [
        ("09:00", "10:00", 0),
        ("08:59", "09:30", 1),
        ("08:00", "08:30", 30),
        ("11:30", "12:30", 0),  # spans that touch are one
        ("12:00", "12:45", 0),
        ("12:30", "13:00", 15),
        ("12:15", "13:45", 45),
        ("13:00", "13:15", 15),
        ("13:30", "17:00", 0),
        ("16:30", "17:15", 15),
        ("17:00", "17:15", 15),
        ("08:00", "18:00", 60 + 45 + 60),
    ],
)
def test_hours(start: str, end: str, outside: int) -> None:
    spans = {"tue": [["13:30", "17:00"], ["09:00", "12:00"], ["12:00", "12:45"]]}
    person = Person.model_validate({"id": "p", "name": "Person 1", "role": "other", "hours": spans})
    first, last = (minute_of(datetime.fromisoformat(f"{TUESDAY}T{clock}"), TUESDAY) for clock in (start, end))
    assert minutes_outside(person.hours, TUESDAY, first, last) == outside
    assert minutes_outside(person.hours, date(2027, 1, 13), first, last) == last - first
    assert minutes_outside(None, TUESDAY, first, last) == 0


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("09:00", "10:00", 0),
        ("09:00", "10:01", 1),
        ("10:30", "10:45", 15),
        ("09:00", "13:00", 60),
        ("10:59", "12:00", 1),
        ("11:00", "12:00", 0),
    ],
)
def test_busy_minutes(start: str, end: str, minutes: int) -> None:
    busy = Span.model_validate({"start": "2027-01-12T10:00", "end": "2027-01-12T11:00"})
    first, last = (datetime.fromisoformat(f"{TUESDAY}T{clock}") for clock in (start, end))
    assert minutes_shared(first, last, busy) == minutes


def test_absent_hours() -> None:
    scene = Scene()
    for person in ("hv-1", "teacher-1"):
        del scene.one("people", person)["hours"]
    known = case(scene)
    for person, early, weekend in (("hv-1", False, False), ("mother-1", True, True), ("child-1", True, True)):
        usual = known.hours_of(person)
        assert minutes_outside(usual, TUESDAY, 9 * 60, 17 * 60) == 0
        assert (minutes_outside(usual, TUESDAY, 8 * 60, 9 * 60) == 0) is early
        assert (minutes_outside(usual, TUESDAY, 17 * 60, 18 * 60) == 0) is early
        assert (minutes_outside(usual, date(2027, 1, 16), 600, 660) == 0) is weekend


def test_the_teams_day_is_that_of_its_professionals() -> None:
    scene = Scene()
    scene.one("people", "hv-3")["hours"] = {"sat": [["07:30", "08:00"]], "mon": [["10:00", "19:15"]]}
    scene.one("people", "father-1")["hours"] = hours("05:00", "23:00")
    assert case(scene).team_day == (7 * 60 + 30, 19 * 60 + 15)
    scene.data["people"] = [one for one in scene.data["people"] if one["role"] == "parent"]
    assert case(scene).team_day == (0, 24 * 60)


@pytest.mark.parametrize(
    ("booked", "series"),
    [
        ({"plans": ["plan-1"]}, ONE),
        ({"plans": ["plan-2", "plan-1"]}, TWO),
        ({"plans": ["plan-1"], "series": TWO}, TWO),
        ({"plans": ["plan-1"], "series": "plan-7.core_group"}, ONE),
        ({"plans": ["plan-1"], "kind": "core_group"}, ONE),
        ({"plans": ["plan-1"], "kind": "cin_review"}, None),
        ({"plans": ["plan-3"]}, None),
        ({"plans": ["plan-3", "plan-2"]}, TWO),
    ],
)
def test_the_series_of_a_booked_meeting(booked: dict[str, Any], series: str | None) -> None:
    meeting = BookedMeeting.model_validate({"start": "2027-01-12T16:00", "venue": "room-1"} | booked)
    found = case().series_of(meeting)
    assert (found and found.id) == series
