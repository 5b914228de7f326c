"""Free slots against free minutes: a start is possible if every minute of the meeting is."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from any_caseload import any_caseload
from hypothesis import given, settings
from hypothesis import strategies as st
from solver_cases import Json, hours, lone, person

from calendars.availability import Availability
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.availability import PROFESSIONAL_HOURS, FreeTime
from solver.problem.days import Grid, make_grid
from solver.schema.base import FAMILY_ROLES, WEEKDAYS
from solver.schema.caseload import Caseload, TimeWindow


def free_time(data: Json) -> tuple[Caseload, Grid, FreeTime]:
    caseload = Caseload.model_validate(data)
    policy: Policy = load_policy(data["authority"])
    calendar = working_calendar(caseload, policy)
    grid = make_grid(caseload, calendar)
    return caseload, grid, FreeTime(caseload, grid, calendar)


class TestGrid:
    def test_the_teams_day_and_the_open_days(self) -> None:
        data = lone(closures=["2027-01-06"], horizon={"start": "2027-01-01", "end": "2027-01-10"})
        data["people"] += [
            person(
                "hv-1", "health_visitor", hours={"mon": [["07:50", "12:00"]], "sat": [["10:00", "18:20"]]}
            ),
            person("gran-1", "family", hours=hours("05:00", "23:00")),
        ]
        _, grid, _ = free_time(data)
        # New Year's Day is a bank holiday, the 6th closed; family hours don't make the team's day.
        assert [day.day for day in grid.days] == [4, 5, 7, 8]
        assert (grid.start, grid.slots, grid.minutes) == (8 * 60, 20, 30)

    def test_a_pinned_meetings_day_is_in_it_whatever_it_is(self) -> None:
        booked = [{"plans": ["plan-1"], "start": "2027-01-09T10:00", "venue": "room-1", "pinned": True}]
        booked.append(booked[0] | {"start": "2027-01-10T10:00", "pinned": False})
        _, grid, _ = free_time(lone(booked=booked, horizon={"start": "2027-01-08", "end": "2027-01-11"}))
        assert [day.day for day in grid.days] == [8, 9, 11]

    def test_without_professionals_the_day_has_24_hours(self) -> None:
        _, grid, _ = free_time(lone(people=[person("mother-1", "parent")], plans=[]))
        assert (grid.start, grid.slots) == (0, 48)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_start_is_free_if_all_its_minutes_are(seed: int) -> None:
    chance = random.Random(seed)
    data = any_caseload(chance)
    caseload, grid, free = free_time(data)
    if not grid.days or grid.slots == 0:
        return
    for one in caseload.people:
        default = None if one.role in FAMILY_ROLES else PROFESSIONAL_HOURS
        known = Availability(
            default if one.hours is None else one.hours, [(span.start, span.end) for span in one.busy]
        )
        offset, length = chance.randrange(3), chance.randint(1, 4)
        slots = free.attending(one.id, 20, offset, length)
        away = free.outside_lessons(one.id, 20, offset, length)
        for _ in range(5):
            d, slot = chance.randrange(len(grid.days)), chance.randrange(grid.slots)
            begin = grid.start + (slot + offset) * grid.minutes
            end = begin + length * grid.minutes
            inside = slot + offset + length <= grid.slots
            midnight = datetime.combine(grid.days[d], time())
            expected = known.is_free(midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end))
            assert free.is_free(one.id, grid.days[d], begin, end) == expected
            school = free.at_school(one.id, 20, grid.days[d], begin, end)
            assert free.can_attend(one.id, 20, grid.days[d], begin, end) == (expected and not school)
            if inside:
                assert away[d, slot] == (not school)
                assert slots[d, slot] == (expected and not school)
            else:
                assert not slots[d, slot]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True),
    st.integers(0, 140),
    st.integers(1, 60),
    st.integers(1, 6),
)
def test_weekly_windows(days: list[str], start: int, width: int, length: int) -> None:
    _, grid, free = free_time(lone(horizon={"start": "2027-01-04", "end": "2027-01-12"}))
    window = TimeWindow.model_validate(
        {"days": days, "start": start * 10, "end": min(start + width, 144) * 10}
    )
    within, touching = free.within((window,), length), free.touching((window,), length)
    for d, day in enumerate(grid.days):
        for slot in range(grid.slots):
            begin = grid.start + slot * grid.minutes
            end = begin + length * grid.minutes
            on_it = WEEKDAYS[day.weekday()] in days
            assert within[d, slot] == (on_it and window.start <= begin and end <= window.end)
            assert touching[d, slot] == (on_it and begin < window.end and window.start < end)


class TestSchool:
    def data(self, **school: object) -> Json:
        data = lone(grid_minutes=15)
        data["people"].append(person("sw-2", "social_worker", hours=hours("08:00", "18:00")))
        data["schools"] = [
            {
                "id": "s-1",
                "name": "S",
                "day": {"start": "09:00", "end": "15:10"},
                "terms": [{"start": "2027-01-05", "end": "2027-02-12"}],
                "closed": ["2027-01-07"],
            }
            | school
        ]
        data["plans"][0]["children"][0] |= {"school": "s-1", "attends": "yes"}
        return data

    @pytest.mark.parametrize(
        ("day", "begin", "end", "allowance", "away"),
        [
            ("2027-01-06", 480, 510, 30, True),
            ("2027-01-06", 480, 511, 30, False),
            ("2027-01-06", 939, 999, 30, False),
            ("2027-01-06", 940, 1000, 30, True),
            ("2027-01-06", 910, 970, 0, True),
            ("2027-01-07", 600, 660, 30, True),  # an INSET day
            ("2027-01-04", 600, 660, 30, True),  # before term
            ("2027-02-15", 600, 660, 30, True),  # after it
        ],
    )
    def test_its_day_with_the_time_to_get_there(
        self, day: str, begin: int, end: int, allowance: int, *, away: bool
    ) -> None:
        _, _, free = free_time(self.data())
        assert free.at_school("child-1", allowance, date.fromisoformat(day), begin, end) == (not away)
        assert free.can_attend("child-1", allowance, date.fromisoformat(day), begin, end) == away

    def test_a_day_of_its_own_for_each_weekday(self) -> None:
        _, grid, free = free_time(self.data(day={"mon": {"start": "09:00", "end": "12:00"}}))
        slots = free.outside_lessons("child-1", 0, 0, 4)
        noon = (12 * 60 - grid.start) // grid.minutes
        for d, day in enumerate(grid.days):
            assert slots[d, noon]
            assert slots[d, noon - 1] == (
                day.weekday() != 0 or day.isoformat() > "2027-02-12" or day.day == 4
            )

    def test_nobody_else_goes_to_it(self) -> None:
        _, _, free = free_time(self.data())
        assert not free.at_school("sw-1", 30, date(2027, 1, 6), 600, 660)
        assert free.outside_lessons("sw-1", 30, 0, 4).all()


def test_windows_that_the_day_does_not_hold() -> None:
    _, grid, free = free_time(lone())
    assert not free.window(
        "all", 0, grid.slots + 1, np.ones((len(grid.days), grid.slots), dtype=np.bool_)
    ).any()
    full = free.window("whole", 0, grid.slots, np.ones((len(grid.days), grid.slots), dtype=np.bool_))
    assert full[:, 0].all()
    assert not full[:, 1:].any()
