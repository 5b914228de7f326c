"""Planned calendars of brothers and sisters, and of parents who must not meet."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from solver_cases import hours, lone, person, plan_of, planned, room

from solver.schema.calendar import Calendar, Meeting

Json = dict[str, Any]
TERM = [{"start": "2027-01-04", "end": "2027-03-26"}]


def school(name: str, start: str, end: str) -> Json:
    return {"id": name, "name": name, "day": {"start": start, "end": end}, "terms": TERM}


def child(number: int, **more: Any) -> Json:
    return {"id": f"child-{number}", "initials": "A.B.", "date_of_birth": "2014-05-04", **more}


def family(**second: Any) -> Json:
    """A boy and a girl with a social worker and a mother between them, and a network each."""
    data = lone()
    data["people"] = [
        person("sw-1", "social_worker", site="hall", hours=hours("09:00", "18:00")),
        person("mother-1", "parent"),
        person("hv-1", "health_visitor", hours=hours("09:00", "18:00")),
        person("teacher-1", "school", hours=hours("09:00", "18:00")),
    ]
    both = [{"person": "sw-1"}, {"person": "mother-1"}]
    data["plans"] = [
        plan_of(1, *both, {"person": "teacher-1"}, sibling_group="elm"),
        plan_of(2, *both, {"person": "hv-1"}, sibling_group="elm", **second),
    ]
    return data


def people(meeting: Meeting) -> set[str]:
    return {entry.person for entry in meeting.attendees}


def in_order(calendar: Calendar, series: str) -> list[Meeting]:
    return sorted((one for one in calendar.meetings if one.series == series), key=lambda one: one.start)


class TestOneKind:
    def test_one_meeting_of_both_networks(self) -> None:
        calendar = planned(family())
        assert {one.series for one in calendar.meetings} == {"elm.core_group"}
        for one in calendar.meetings:
            assert one.plans == ("plan-1", "plan-2")
            assert people(one) == {"sw-1", "mother-1", "teacher-1", "hv-1"}

    def test_the_tightest_limit_binds(self) -> None:
        alone = planned(family())
        tight = planned(family(every_at_most="14 days"))
        assert max(gaps(tight)) <= timedelta(days=14) < max(gaps(alone))
        # The first is due by whichever conference was first.
        data = family()
        data["plans"][0]["events"] = {"initial_conference": "2027-01-06"}
        assert min(one.window.due for one in planned(data).meetings) == date(2027, 1, 14)

    def test_a_longer_hour_of_one_is_the_hour_of_both(self) -> None:
        assert {one.end - one.start for one in planned(family(minutes=90)).meetings} == {
            timedelta(minutes=90)
        }

    def test_outside_the_school_hours_of_each(self) -> None:
        data = family()
        data["schools"] = [school("early", "08:00", "14:00"), school("late", "10:30", "16:00")]
        for number, name in ((1, "early"), (2, "late")):
            data["plans"][number - 1]["children"] = [child(number, school=name, attends="yes")]
        for one in planned(data).meetings:
            # Half an hour after the later school's end; before the schools there is no room for a meeting.
            assert (one.start.hour, one.start.minute) >= (16, 30)
            assert {entry.status for entry in one.attendees if entry.person.startswith("child")} == {
                "attending"
            }

    def test_after_one_plan_ends_the_other_goes_on_with_its_own_network(self) -> None:
        calendar = planned(family(ends="2027-01-31"))
        for one in calendar.meetings:
            both = one.start.date() <= date(2027, 1, 31)
            assert one.plans == (("plan-1", "plan-2") if both else ("plan-1",))
            assert ("hv-1" in people(one)) == both
        assert {len(one.plans) for one in calendar.meetings} == {1, 2}

    def test_the_tasks_are_those_of_each_childs_own_social_worker(self) -> None:
        data = family()
        data["authority"] = "wandsworth"
        data["people"].append(person("sw-2", "social_worker", hours=hours("09:00", "18:00")))
        data["plans"][1]["participants"][0] = {"person": "sw-2"}
        calendar = planned(data)
        told = [task for task in calendar.tasks if task.kind == "tell-the-child"]
        assert calendar.meetings
        for one in calendar.meetings:
            assert {task.owner for task in told if task.meeting == one.id} == {"sw-1", "sw-2"}


def gaps(calendar: Calendar) -> list[timedelta]:
    starts = [one.start for one in in_order(calendar, "elm.core_group")]
    return [later - earlier for earlier, later in pairwise(starts)]


class TestTwoKinds:
    def test_each_kind_is_a_series_of_its_own_and_nobody_is_in_two_places(self) -> None:
        data = family(type="child_in_need", every_at_most="21 days", events={"plan_start": "2026-12-30"})
        calendar = planned(data)
        assert not calendar.breaches
        assert {one.series for one in calendar.meetings} == {"plan-1.core_group", "plan-2.cin_review"}
        for series, who in (("plan-1.core_group", "teacher-1"), ("plan-2.cin_review", "hv-1")):
            for one in in_order(calendar, series):
                assert people(one) == {"sw-1", "mother-1", who}
        in_turn = sorted(calendar.meetings, key=lambda one: one.start)
        assert all(one.end <= other.start for one, other in pairwise(in_turn))

    def test_three_of_whom_two_are_of_one_kind(self) -> None:
        data = family(type="child_in_need", every_at_most="21 days", events={"plan_start": "2026-12-30"})
        data["plans"].append(plan_of(3, {"person": "sw-1"}, {"person": "mother-1"}, sibling_group="elm"))
        calendar = planned(data)
        assert {one.series for one in calendar.meetings} == {"elm.core_group", "plan-2.cin_review"}
        assert {one.plans for one in in_order(calendar, "elm.core_group")} == {("plan-1", "plan-3")}


class TestSplit:
    def parents_apart(self, **more: Any) -> Json:
        data = lone()
        data["people"] = [
            person("sw-1", "social_worker", site="hall"),
            person("hv-1", "health_visitor"),
            person("mother-1", "parent"),
            person("father-1", "parent"),
        ]
        parts = [
            {"person": "sw-1"},
            {"person": "hv-1"},
            {"person": "mother-1", "sitting": "A"},
            {"person": "father-1", "sitting": "B"},
        ]
        data["plans"] = [plan_of(1, *parts, split={"reason": "They must not meet."})]
        return data | more

    def test_two_sittings_with_the_same_professionals_and_never_both_parents(self) -> None:
        calendar = planned(self.parents_apart())
        assert calendar.meetings
        for one in calendar.meetings:
            first, second = one.sittings
            assert first.end + timedelta(minutes=30) <= second.start
            assert first.start.date() == second.start.date()
            assert (one.start, one.end) == (first.start, second.end)
            in_sitting = {entry.person: entry.sitting for entry in one.attendees}
            assert in_sitting == {"sw-1": None, "hv-1": None, "mother-1": "A", "father-1": "B"}
            assert one.chair in ("sw-1", "hv-1")

    def test_the_room_and_the_professionals_are_held_for_the_whole(self) -> None:
        data = self.parents_apart(venues=[room("room-1", hours=hours("10:00", "12:30"))])
        data["people"].append(person("mother-2", "parent"))
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
        calendar = planned(data)
        for one in in_order(calendar, "plan-1.core_group"):
            for other in in_order(calendar, "plan-2.core_group"):
                assert one.start.date() != other.start.date()

    @pytest.mark.parametrize(("opens", "held"), [("10:00", True), ("10:30", False)])
    def test_both_sittings_or_none(self, opens: str, held: bool) -> None:
        """An hour each and half an hour between: the room has to be there for two and a half."""
        data = self.parents_apart(venues=[room("room-1", hours=hours(opens, "12:30"))])
        if held:
            assert not planned(data).breaches
            return
        data["venues"].append(room("room-2", hours={"fri": [["09:00", "17:00"]]}))
        assert {one.venue for one in planned(data).meetings} == {"room-2"}

    def test_a_parent_who_is_free_for_their_own_sitting_alone_comes(self) -> None:
        data = self.parents_apart(venues=[room("room-1", hours=hours("10:00", "12:30"))])
        data["people"][2]["hours"] = hours("10:00", "11:00")
        data["people"][3]["hours"] = hours("11:30", "12:30")
        for one in planned(data).meetings:
            assert {entry.status for entry in one.attendees} == {"attending"}
