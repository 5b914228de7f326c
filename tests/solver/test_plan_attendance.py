"""Planned calendars where who attends depends on slots, ages, notice, school hours and what was booked."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
import pytest
from brute import best_calendar
from scenes import Scene
from solver_cases import hours, lone, person, plan_of, planned, read, room

from solver.check.case import Case
from solver.check.places import places_at
from solver.schema.calendar import Calendar
from solver.score import WEIGHTS
from solver.series import Membership, birthday, form_series

Json = dict[str, Any]


def attendees(calendar: Calendar, number: int = 0) -> dict[str, tuple[str, str | None]]:
    """Status, and whose place it is, of each attendee of a meeting."""
    return {entry.person: (entry.status, entry.for_) for entry in calendar.meetings[number].attendees}


def one_meeting(*rules: Any, **changes: Any) -> Json:
    """A plan that has its one meeting on Thursday 14 January 2027, at ten or at three."""
    data = lone(policies.make_policy(*rules) if rules else None)
    data["closures"] = [f"2027-01-{day:02}" for day in range(4, 14)]
    data["horizon"] = {"start": "2027-01-04", "end": "2027-01-14"}
    data["venues"] = [room("room-1", hours={"thu": [["10:00", "11:00"], ["15:00", "16:00"]]})]
    return data | changes


def at(data: Json, who: str) -> Json:
    found: Json = next(one for one in data["people"] if one["id"] == who)
    return found


BUSY = [{"start": "2027-01-14T00:00", "end": "2027-01-15T00:00"}]


class TestSlots:
    def health(self, count: int = 1, *parts: Json, **first: Any) -> Json:
        slot = policies.slot("midwife", "health_visitor", "school_nurse", count=count)
        data = one_meeting(policies.core_group(slots=(slot,)))
        data["people"] += [
            person("hv-1", "health_visitor", **first),
            person("mid-1", "midwife"),
            person("nurse-1", "school_nurse"),
        ]
        listed = list(parts) or [{"person": name} for name in ("hv-1", "mid-1", "nurse-1")]
        data["plans"][0]["participants"] += listed
        return data

    def health_at(self, data: Json) -> dict[str, tuple[str, str | None]]:
        calendar = planned(data)
        assert calendar.cost == best_calendar(*read(data)).cost
        names = ("hv-1", "mid-1", "nurse-1")
        return {who: does for who, does in attendees(calendar).items() if who in names}

    def test_the_first_on_the_plan_comes(self) -> None:
        assert self.health_at(self.health()) == {"hv-1": ("attending", None)}

    def test_another_of_the_slot_comes_instead(self) -> None:
        found = self.health_at(self.health(busy=BUSY))
        assert set(found.values()) == {("deputy", "hv-1")}
        assert set(found) < {"mid-1", "nurse-1"}

    def test_two_are_wanted(self) -> None:
        assert self.health_at(self.health(2)) == {"hv-1": ("attending", None), "mid-1": ("attending", None)}
        found = self.health_at(self.health(2, busy=BUSY))
        assert found == {"nurse-1": ("deputy", "hv-1"), "mid-1": ("attending", None)}

    def test_nobody_of_the_slot_can_come(self) -> None:
        data = self.health(busy=BUSY)
        at(data, "mid-1")["busy"] = at(data, "nurse-1")["busy"] = BUSY
        assert self.health_at(data) == {"hv-1": ("report", None)}

    def test_who_is_asked_for_by_themselves_counts(self) -> None:
        parts = [{"person": "hv-1"}, {"person": "mid-1", "level": "expected"}]
        assert self.health_at(self.health(1, *parts)) == {"mid-1": ("attending", None)}

    def test_who_is_only_invited_by_themselves_does_not_count_and_does_not_stand_in(self) -> None:
        parts = [{"person": "hv-1"}, {"person": "mid-1", "level": "invited"}]
        data = self.health(1, *parts, busy=BUSY)
        assert self.health_at(data) == {"hv-1": ("report", None), "mid-1": ("attending", None)}

    def test_only_those_on_the_plan_that_day(self) -> None:
        parts = [{"person": "hv-1", "until": "2027-01-13"}, {"person": "mid-1"}]
        assert self.health_at(self.health(1, *parts)) == {"mid-1": ("attending", None)}

    def test_siblings_share_who_holds_a_slot_of_either(self) -> None:
        data = self.health(1, {"person": "mid-1"}, {"person": "hv-1"})
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "hv-1"}, {"person": "mid-1"}))
        for one in data["plans"]:
            one["sibling_group"] = "elm"
        # The midwife holds the slot for the first child; she is of the second child's slot too, and one is enough.
        assert self.health_at(data) == {"mid-1": ("attending", None)}


class TestChildren:
    def child(self, attends: str, born: str, **clause: Any) -> Json:
        data = one_meeting(policies.core_group(child=policies.child(**clause)))
        data["plans"][0]["children"][0] |= {"attends": attends, "date_of_birth": born}
        return data

    @pytest.mark.parametrize(
        ("attends", "born", "asked"),
        [
            ("if_possible", "2017-01-14", True),
            ("if_possible", "2017-01-15", False),
            ("yes", "2020-01-15", True),
            ("no", "2010-01-15", False),
        ],
    )
    def test_asked_from_an_age_on_the_day_of_the_meeting(self, attends: str, born: str, asked: bool) -> None:
        found = attendees(planned(self.child(attends, born, from_age=10)))
        assert ("child-1" in found) == asked

    def test_a_birthday_within_the_horizon(self) -> None:
        data = lone(policies.make_policy(policies.core_group(child=policies.child(from_age=10))))
        data["plans"][0]["children"][0] |= {"attends": "if_possible", "date_of_birth": "2017-02-01"}
        before, after = planned(data).meetings
        assert before.start.date() < date(2027, 2, 1) <= after.start.date()
        assert "child-1" not in {entry.person for entry in before.attendees}
        assert "child-1" in {entry.person for entry in after.attendees}

    def test_born_on_29_february(self) -> None:
        assert birthday(date(2020, 2, 29), 10) == date(2030, 3, 1)
        assert birthday(date(2020, 2, 29), 8) == date(2028, 2, 29)
        scene = Scene(policy=policies.make_policy(policies.core_group(child=policies.child(from_age=7))))
        scene.data["horizon"]["end"] = "2027-03-31"
        scene.plan(1)["children"][0] |= {"attends": "if_possible", "date_of_birth": "2020-02-29"}
        caseload = scene.caseload
        series = form_series(caseload, scene.policy)[0]
        case = Case(caseload, scene.policy)
        for day, asked in ((date(2027, 2, 28), False), (date(2027, 3, 1), True)):
            found = {place.person for place in Membership(caseload).places(series, day, first=False)}
            checked = {place.person for place in places_at(case, case.series[series.id], day, is_first=False)}
            assert found == checked
            assert ("child-1" in found) == asked

    def test_expected_if_the_policy_wants_those_who_may_come(self) -> None:
        data = self.child("if_possible", "2010-01-15", level="expected")
        entry = next(one for one in planned(data).meetings[0].attendees if one.person == "child-1")
        assert entry.level == "expected"


class TestNotice:
    """The policy's interpreters are essential; Thursday 14 January is the eighth working day after Monday the 4th."""

    def interpreted(self, notice: int, **changes: Any) -> Json:
        data = one_meeting(**changes)
        data["people"].append(person("int-1", "interpreter", notice_working_days=notice))
        data["plans"][0]["participants"].append({"person": "int-1", "level": "essential"})
        return data

    def test_just_in_time(self) -> None:
        assert not planned(self.interpreted(8)).breaches

    def test_too_late(self) -> None:
        (breach,) = planned(self.interpreted(9)).breaches
        assert breach.proved
        assert "person.notice" in {reason.rule for reason in breach.reasons}

    @pytest.mark.parametrize("pinned", [True, False])
    def test_who_is_booked_already_needs_no_notice(self, pinned: bool) -> None:
        booked = {
            "plans": ["plan-1"],
            "start": "2027-01-14T15:00",
            "venue": "room-1",
            "pinned": pinned,
            "chair": "sw-1",
        }
        calendar = planned(self.interpreted(9, booked=[booked]))
        assert not calendar.breaches
        assert calendar.meetings[0].start.hour == 15

    def test_an_interpreter_away_and_one_who_stands_in_without_notice(self) -> None:
        data = self.interpreted(0)
        data["plans"][0]["participants"][-1]["level"] = "expected"
        at(data, "int-1")["busy"] = BUSY
        at(data, "int-1")["deputies"] = ["int-2"]
        data["people"].append(person("int-2", "interpreter", notice_working_days=9))
        assert attendees(planned(data))["int-1"] == ("report", None)
        at(data, "int-2")["notice_working_days"] = 8
        assert attendees(planned(data))["int-2"] == ("deputy", "int-1")


class TestSchoolHoursWhereverPossible:
    def pupil(self, **changes: Any) -> Json:
        data = one_meeting(
            policies.core_group(school_hours=policies.school_hours(30, wherever_possible=True)), **changes
        )
        data["schools"] = [
            {
                "id": "s-1",
                "name": "S",
                "day": {"start": "09:00", "end": "14:30"},
                "terms": [{"start": "2027-01-04", "end": "2027-02-26"}],
            }
        ]
        data["plans"][0]["children"][0] |= {"school": "s-1", "attends": "yes"}
        return data

    def test_after_school_where_that_can_be(self) -> None:
        calendar = planned(self.pupil())
        assert calendar.meetings[0].start.hour == 15
        assert attendees(calendar)["child-1"] == ("attending", None)

    def test_in_school_hours_where_it_cannot_and_it_costs(self) -> None:
        data = self.pupil()
        later = planned(data)
        data["venues"][0]["hours"] = hours("10:00", "11:00")
        calendar = planned(data)
        assert calendar.meetings[0].start.hour == 10
        assert attendees(calendar)["child-1"] == ("attending", None)
        assert calendar.objective["family"] - later.objective["family"] == WEIGHTS["school_hours"]
        assert calendar.cost == best_calendar(*read(data)).cost

    def test_a_pinned_meeting_costs_it_too(self) -> None:
        booked = {"plans": ["plan-1"], "start": "2027-01-14T10:00", "venue": "room-1", "pinned": True}
        calendar = planned(self.pupil(booked=[booked]))
        assert calendar.objective["family"] == WEIGHTS["school_hours"]
        assert not calendar.exceptions

    def test_each_childs_own_sitting_counts(self) -> None:
        data = self.pupil()
        data["people"].append(person("father-1", "parent"))
        data["plans"][0] |= {"split": {"reason": "apart"}, "minutes": 60}
        data["plans"][0]["participants"][1]["sitting"] = "A"
        data["plans"][0]["participants"].append({"person": "father-1", "sitting": "B"})
        data["venues"][0]["hours"] = hours("13:30", "16:30")
        in_both = planned(data)
        data["plans"][0]["children"][0]["sitting"] = "B"
        in_the_second = planned(data)
        assert in_both.objective["family"] - in_the_second.objective["family"] == WEIGHTS["school_hours"]


def test_who_was_to_chair_does_so_again() -> None:
    data = lone(policies.make_policy(policies.core_group(chairing=policies.chairing(differ=True))))
    data["people"] += [person(name, "police") for name in ("pol-1", "pol-2", "pol-3")]
    data["plans"][0]["participants"] += [{"person": name} for name in ("pol-1", "pol-2", "pol-3")]
    first = planned(data)
    data["booked"] = [
        {
            "id": one.id,
            "plans": list(one.plans),
            "start": one.start.isoformat(timespec="minutes"),
            "venue": one.venue,
            "chair": "pol-3",
            "minutes": "pol-2",
        }
        for one in first.meetings
    ]
    again = planned(data)
    assert [one.start for one in again.meetings] == [one.start for one in first.meetings]
    assert {(one.chair, one.minutes) for one in again.meetings} == {("pol-3", "pol-2")}
    assert again.fairness is not None
    assert (again.fairness.series_spread, again.fairness.proven) == (2, True)
    data["people"][-1]["hours"] = {}
    assert "pol-3" not in {one.chair for one in planned(data).meetings}
