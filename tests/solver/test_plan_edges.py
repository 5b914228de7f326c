"""Odd and extreme caseloads, each with one clear outcome. Windows are those of ``solver_cases.lone``."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import policies
import pytest
from brute import best_calendar
from solver_cases import hours, inline, lone, person, plan_of, planned, read, room

from solver.check import check_calendar
from solver.explain.absences import NO_LINE_MANAGER
from solver.problem.blocks import CompileError
from solver.schema.calendar import Calendar
from solver.schema.faults import CaseloadError

Json = dict[str, Any]


def days(calendar: Calendar, series: str = "plan-1.core_group") -> list[str]:
    return [str(meeting.start.date()) for meeting in calendar.meetings if meeting.series == series]


def attendees(calendar: Calendar, number: int = 0) -> dict[str, str]:
    return {one.person: one.status for one in calendar.meetings[number].attendees}


def faults(data: Json) -> list[tuple[str, str]]:
    with pytest.raises(CaseloadError) as caught:
        read(data)
    return [(fault.path, fault.problem) for fault in caught.value.faults]


def without_hours(data: Json, who: str) -> Json:
    next(one for one in data["people"] if one["id"] == who)["hours"] = {}
    return data


def between(start: str, end: str, conference: str, **changes: Any) -> Json:
    data = lone(horizon={"start": start, "end": end}, **changes)
    data["plans"][0]["events"] = {"initial_conference": conference}
    return data


class TestHowMany:
    @pytest.mark.parametrize("gone", [("plans",), ("plans", "people", "venues", "sites")])
    def test_nothing_to_plan(self, gone: tuple[str, ...]) -> None:
        calendar = planned(lone(**{name: [] for name in gone}))
        assert calendar.status == "optimal"
        assert (calendar.cost, calendar.bound, calendar.gap) == (0, 0.0, 0.0)
        assert (calendar.meetings, calendar.breaches, calendar.notices) == ((), (), ())

    def test_one_plan(self) -> None:
        data = lone()
        calendar = planned(data)
        assert calendar.status == "optimal"
        assert days(calendar) == ["2027-01-11", "2027-02-01"]
        # Two days from the second target, and both come from elsewhere: mother 3 points a time.
        assert calendar.objective["resilience"] == 2
        assert calendar.objective["convenience"] == 6
        assert calendar.cost == best_calendar(*read(data)).cost == 8

    def test_more_meetings_in_a_room_than_the_day_has_hours(self) -> None:
        """33 quarters of an hour, 32 of which fit between 09:00 and 17:00."""
        count = 33
        calendar = planned(quarter_hours(count), rounds=2)
        assert len(calendar.meetings) == 32
        assert len({meeting.start for meeting in calendar.meetings}) == 32
        (breach,) = calendar.breaches
        (reason,) = breach.reasons
        assert breach.meeting is None
        assert reason.rule == "venue.overlap"
        assert len(reason.meetings) == 32
        assert reason.text.endswith("and 29 more.")

    def test_all_of_them_fit(self) -> None:
        calendar = planned(quarter_hours(32), rounds=2)
        assert not calendar.breaches
        assert len({meeting.start for meeting in calendar.meetings}) == 32

    def test_more_people_than_the_solver_can_hold(self) -> None:
        data = lone()
        data["people"] += [person(f"other-{i}", "other") for i in range(70)]
        data["plans"][0]["participants"] += [{"person": f"other-{i}"} for i in range(70)]
        with pytest.raises(CompileError, match=r"plan-1\.core_group has 72 people .* at most 63"):
            planned(data)

    def test_more_rooms_than_the_solver_can_hold(self) -> None:
        with pytest.raises(CompileError, match=r"plan-1\.core_group could use 70 venues.*venue\.only"):
            planned(lone(venues=[room(f"room-{i}") for i in range(70)]))


def quarter_hours(count: int) -> Json:
    data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"}, grid_minutes=15)
    data["people"] = [person(f"sw-{i}", "social_worker") for i in range(count)]
    data["plans"] = [plan_of(i, {"person": f"sw-{i}"}, minutes=15) for i in range(count)]
    return data


class TestPeople:
    def test_somebody_essential_is_never_there(self) -> None:
        calendar = planned(without_hours(lone(), "sw-1"))
        assert calendar.meetings == ()
        (breach,) = calendar.breaches
        assert (breach.meeting, breach.due, breach.days) == (None, date(2027, 1, 14), 44)
        assert breach.proved
        (reason,) = breach.reasons
        assert (reason.rule, reason.people) == ("person.hours", ("sw-1",))
        assert calendar.objective["breach"] == 10_000 * (44 + 28)

    def test_somebody_expected_is_never_there(self) -> None:
        data = lone()
        data["people"].append(person("hv-1", "health_visitor", hours={}))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        calendar = planned(data)
        assert not calendar.breaches
        assert attendees(calendar)["hv-1"] == "report"
        assert [(one.meeting, one.person, one.kind) for one in calendar.exceptions] == [
            (f"plan-1.core_group.{number}", "hv-1", "report") for number in (1, 2)
        ]
        assert {one.reason for one in calendar.exceptions} == {
            f"Person hv-1 (hv-1) does not work at that time; no deputy is named. {NO_LINE_MANAGER}"
        }

    def test_a_parent_is_never_there(self) -> None:
        calendar = planned(without_hours(lone(), "mother-1"))
        assert attendees(calendar)["mother-1"] == "absent"
        assert calendar.exceptions[0].reason == "Parent mother-1 cannot come at that time."

    def test_one_interpreter_in_the_one_slot_that_two_plans_need(self) -> None:
        data = two_plans()
        data["people"].append(person("int-1", "interpreter", hours=hours("10:00", "11:00", ["tue"])))
        data["people"][-1]["busy"] = [{"start": "2027-01-05T00:00", "end": "2027-01-06T00:00"}]
        for one in data["plans"]:
            one["participants"].append({"person": "int-1", "level": "essential"})
        calendar = planned(data)
        assert calendar.status == "optimal"
        (breach,) = calendar.breaches
        assert breach.days == 5
        assert [(reason.rule, reason.people) for reason in breach.reasons] == [
            ("person.busy", ("int-1",)),
            ("person.hours", ("int-1",)),
            ("person.overlap", ("int-1",)),
        ]
        assert len(breach.reasons[2].meetings) == 1

    def test_two_places_and_one_deputy(self) -> None:
        """Who stands in for two people at one meeting fills one of their places."""
        data = lone()
        data["people"] += [
            person("hv-1", "health_visitor", hours={}, deputies=["sub-1"]),
            person("hv-2", "health_visitor", hours={}, deputies=["sub-1"]),
            person("sub-1", "health_visitor"),
        ]
        data["plans"][0]["participants"] += [{"person": "hv-1"}, {"person": "hv-2"}]
        calendar = planned(data)
        for meeting in calendar.meetings:
            assert sorted(one.status for one in meeting.attendees[2:]) == ["deputy", "report"]
        assert "the deputy Person sub-1 (sub-1) is at the meeting already" in calendar.exceptions[0].reason

    def test_two_places_and_two_deputies(self) -> None:
        """The nearer deputy may stand for one only, the other for the other."""
        data = lone(venues=[room("room-1", "hill")])
        data["people"] += [
            person("hv-1", "health_visitor", hours={}, deputies=["near-1", "far-1"]),
            person("hv-2", "health_visitor", hours={}, deputies=["near-1", "far-1"]),
            person("near-1", "health_visitor", site="hill"),
            person("far-1", "health_visitor"),
        ]
        data["plans"][0]["participants"] += [{"person": "hv-1"}, {"person": "hv-2"}]
        calendar = planned(data)
        assert calendar.status == "optimal"
        assert calendar.objective["attendance"] == 4 * 240


class TestChildren:
    school: ClassVar[Json] = {
        "id": "school-1",
        "name": "School 1",
        "day": {"start": "09:00", "end": "15:30"},
        "terms": [{"start": "2027-01-04", "end": "2027-02-26"}],
        "closed": ["2027-01-11"],
    }

    def pupil(self, **more: Any) -> Json:
        data = lone(schools=[self.school])
        data["people"][0]["hours"] = hours("09:00", "18:00")
        child = {"educated_elsewhere": False, "school": "school-1", "attends": "yes"} | more
        data["plans"][0]["children"][0] |= child
        return data

    def test_of_school_age_without_a_school(self) -> None:
        data = lone()
        data["plans"][0]["children"][0] |= {"educated_elsewhere": False, "attends": "yes"}
        assert faults(data) == [
            (
                "plans[0].children[0].school",
                "This child is of school age and comes to the meetings, but has no school.",
            )
        ]

    def test_educated_elsewhere_comes_at_any_time(self) -> None:
        data = lone()
        data["plans"][0]["children"][0] |= {"attends": "yes"}
        calendar = planned(data)
        assert attendees(calendar)["child-1"] == "attending"
        assert [meeting.start.hour for meeting in calendar.meetings] == [9, 9]

    def test_comes_after_school_or_when_it_is_closed(self) -> None:
        calendar = planned(self.pupil())
        assert days(calendar) == ["2027-01-11", "2027-02-01"]
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["09:00", "16:00"]
        assert attendees(calendar, 1)["child-1"] == "attending"

    def test_who_need_not_come_is_not_waited_for(self) -> None:
        data = self.pupil(attends="if_possible")
        data["people"][0]["hours"] = hours("09:00", "15:00")
        calendar = planned(data)
        assert [attendees(calendar, number)["child-1"] for number in (0, 1)] == ["attending", "absent"]
        assert calendar.objective["attendance"] == 120

    def test_at_a_siblings_meeting_too(self) -> None:
        """A child on roll who takes part in another child's plan is out of school for it all the same."""
        data = self.pupil(attends="no")
        data["people"] += [person("child-1", "child"), person("mother-2", "parent")]
        data["plans"].append(
            plan_of(
                2, {"person": "sw-1"}, {"person": "mother-2"}, {"person": "child-1", "level": "essential"}
            )
        )
        calendar = planned(data)
        assert not calendar.breaches
        starts = [f"{m.start:%d %H:%M}" for m in calendar.meetings if m.series == "plan-2.core_group"]
        assert starts[-1] == "01 16:00"

    @pytest.mark.parametrize("first", [0, 1])
    def test_with_two_plans_one_of_which_names_the_school(self, first: int) -> None:
        data = self.pupil(attends="no")
        other = plan_of(2, {"person": "sw-1"}, {"person": "mother-1"})
        other["children"][0] |= {"id": "child-1", "attends": "yes"}
        data["plans"].insert(first, other)
        data["people"][0]["busy"] = [{"start": "2027-01-11T00:00", "end": "2027-01-12T00:00"}]
        calendar = planned(data)
        assert {m.start.hour for m in calendar.meetings if m.series == "plan-2.core_group"} == {16}


def two_plans() -> Json:
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["venues"].append(room("room-2"))
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    return data


def test_the_checker_too_knows_of_both_plans_of_a_child() -> None:
    """The meeting is the second plan's, which names no school; the first plan's school is the child's all the same."""
    data = TestChildren().pupil(attends="no")
    data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-1"}))
    data["plans"][1]["children"][0] |= {"id": "child-1", "attends": "yes"}
    caseload, policy = read(data)
    calendar = planned(data)
    late = next(m for m in calendar.meetings if m.series == "plan-2.core_group" and m.start.hour == 16)
    moved = late.model_copy(update={"start": late.start.replace(hour=12), "end": late.end.replace(hour=13)})
    changed = tuple(moved if meeting is late else meeting for meeting in calendar.meetings)
    report = check_calendar(caseload, policy, calendar.model_copy(update={"meetings": changed}))
    assert "school.hours" in {violation.rule for violation in report.violations}


class TestRooms:
    @pytest.mark.parametrize(
        ("wishes", "rule"),
        [
            ({"needs": ["step_free"]}, "venue.features"),
            ({"never": ["room-1"]}, "venue.refused"),
            ({"kinds": ["school"]}, "venue.kind"),
        ],
    )
    def test_none_is_possible(self, wishes: Json, rule: str) -> None:
        data = lone()
        data["plans"][0]["venue"] = wishes
        calendar = planned(data)
        assert calendar.meetings == ()
        (breach,) = calendar.breaches
        assert (breach.meeting, breach.proved) == (None, True)
        (reason,) = breach.reasons
        assert reason.rule == rule
        assert reason.text.startswith("It can't be in room-1: ")

    def test_there_is_none(self) -> None:
        (breach,) = planned(lone(venues=[])).breaches
        assert breach.reasons[0].text == "The caseload has no venue."

    def test_none_has_the_link_that_somebody_essential_needs(self) -> None:
        data = lone()
        data["people"].append(person("int-1", "interpreter"))
        data["plans"][0]["participants"].append({"person": "int-1", "level": "essential", "remote": "yes"})
        (breach,) = planned(data).breaches
        (reason,) = breach.reasons
        assert reason.rule == "remote.allowed"

    def test_all_of_it_is_remote_at_a_virtual_one(self) -> None:
        data = lone(venues=[{"id": "video", "name": "Video", "kind": "virtual"}])
        calendar = planned(data)
        # The mother may not join remotely, so she is away.
        assert attendees(calendar) == {"sw-1": "remote", "mother-1": "absent"}
        assert calendar.exceptions[0].reason == (
            "Parent mother-1 cannot join remotely, and the meeting is virtual."
        )

    def test_a_virtual_one_holds_any_number_at_once(self) -> None:
        data = quarter_hours(40)
        data["venues"] = [{"id": "video", "name": "Video", "kind": "virtual"}]
        calendar = planned(data, rounds=1)
        assert not calendar.breaches
        assert calendar.status == "optimal"


class TestTravel:
    def two_sites(self, travel: Json) -> Json:
        """One worker, one day, two rooms each for one family: from 10:00 in the hall and on the hill."""
        data = two_plans()
        data["horizon"] = {"start": "2027-01-14", "end": "2027-01-14"}
        data["people"][0] |= {"site": None, "hours": hours("10:00", "13:00")}
        data["plans"][1]["participants"][0] = {"person": "sw-1"}
        data["venues"] = [
            room("room-1", "hall", hours=hours("10:00", "11:00")),
            room("room-2", "hill", hours=hours("11:00", "13:00")),
        ]
        data["plans"][0]["venue"] = {"only": ["room-1"]}
        data["plans"][1]["venue"] = {"only": ["room-2"]}
        return data | {"travel": travel}

    def test_the_sum_of_both_allowances(self) -> None:
        calendar = planned(self.two_sites({}))
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "12:00"]

    def test_the_minutes_given(self) -> None:
        calendar = planned(self.two_sites({"hall": {"hill": 30}}))
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "11:30"]

    def test_the_minutes_of_the_way_back_where_only_those_are_given(self) -> None:
        calendar = planned(self.two_sites({"hill": {"hall": 30}}))
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "11:30"]

    def test_there_and_back_may_differ(self) -> None:
        calendar = planned(self.two_sites({"hall": {"hill": 0}, "hill": {"hall": 300}}))
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "11:00"]
        calendar = planned(self.two_sites({"hall": {"hill": 300}, "hill": {"hall": 0}}))
        assert len(calendar.breaches) == 1

    def test_where_there_is_no_time_one_of_the_two_is_not_held(self) -> None:
        calendar = planned(self.two_sites({"hall": {"hill": 61}}))
        (breach,) = calendar.breaches
        assert breach.meeting is None

    def test_none_at_the_site_where_they_are_based(self) -> None:
        data = self.two_sites({})
        data["people"][0]["site"] = "hill"
        calendar = planned(data)
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "11:30"]


class TestDates:
    def test_an_overdue_first_core_group(self) -> None:
        """The breach counts from its due date, before the horizon, and nothing could have been done about it."""
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2026-12-10"}
        calendar = planned(data)
        assert days(calendar)[0] == "2027-01-04"
        (breach,) = calendar.breaches
        assert (breach.due, breach.days, breach.proved) == (date(2026, 12, 24), 11, True)
        assert [reason.rule for reason in breach.reasons] == ["series.window"]
        assert calendar.meetings[0].breach_days == 11

    def test_a_conference_within_the_horizon(self) -> None:
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2027-02-01"}
        calendar = planned(data)
        assert days(calendar) == ["2027-02-10"]
        assert calendar.meetings[0].window.earliest == date(2027, 2, 2)

    def test_a_conference_whose_core_group_is_due_after_the_horizon(self) -> None:
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2027-02-20"}
        calendar = planned(data)
        assert (calendar.meetings, calendar.breaches, calendar.status) == ((), (), "optimal")

    def test_a_conference_after_the_horizon(self) -> None:
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2027-03-20"}
        assert faults(data)[0][0] == "plans[0].events.initial_conference"

    def test_over_christmas(self) -> None:
        """Ten working days from 14 December: 25 and 28 December are bank holidays, 29 to 31 closed but counted."""
        closures = ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31"]
        calendar = planned(between("2026-12-14", "2027-01-15", "2026-12-14", closures=closures))
        first = calendar.meetings[0]
        # Due on 30 December, which is closed, as are all days back to the 24th: the 23rd.
        assert first.window.due == date(2026, 12, 23)
        assert not calendar.breaches
        assert not {"2026-12-24", "2026-12-25", "2026-12-28", "2026-12-29"} & set(days(calendar))

    @pytest.mark.parametrize(("nation", "held"), [("ENG", []), ("SCT", ["2027-08-30"])])
    def test_over_august(self, nation: str, held: list[str]) -> None:
        """30 August is a bank holiday in England and not in Scotland, and the one day the worker is there."""
        policy = policies.make_policy(nations=("ENG", "SCT"))
        data = between("2027-08-03", "2027-09-10", "2027-08-02", authority=inline(policy), nation=nation)
        data["people"][0]["busy"] = [
            {"start": "2027-08-03T00:00", "end": "2027-08-30T00:00"},
            {"start": "2027-08-31T00:00", "end": "2027-09-12T00:00"},
        ]
        calendar = planned(data)
        assert days(calendar) == held
        (breach,) = calendar.breaches
        assert breach.proved
        assert {reason.people for reason in breach.reasons} == {("sw-1",)}

    @pytest.mark.parametrize(
        ("start", "end", "conference", "first"),
        [
            ("2027-03-22", "2027-04-23", "2027-03-22", "2027-04-02"),  # clocks go forward on 28 March
            ("2027-10-25", "2027-11-26", "2027-10-25", "2027-11-03"),  # and back on 31 October
        ],
    )
    def test_over_a_clock_change(self, start: str, end: str, conference: str, first: str) -> None:
        calendar = planned(between(start, end, conference))
        assert days(calendar) == [first]
        meeting = calendar.meetings[0]
        assert (meeting.start, meeting.end) == (
            datetime.fromisoformat(f"{first}T09:00"),
            datetime.fromisoformat(f"{first}T10:00"),
        )

    def test_pinned_in_the_hour_that_the_clocks_leave_out(self) -> None:
        """On the Sunday of the change; it stands, and what is wrong with it is said."""
        data = between("2027-03-22", "2027-04-23", "2027-03-22")
        start = "2027-03-28T01:30"
        data["booked"] = [{"plans": ["plan-1"], "start": start, "venue": "room-1", "pinned": True}]
        calendar = planned(data)
        assert [meeting.start for meeting in calendar.meetings if meeting.pinned] == [
            datetime.fromisoformat(start)
        ]
        assert {"day.open", "day.span", "person.hours"} <= {one.kind for one in calendar.exceptions}

    def test_one_day_on_which_it_is_due(self) -> None:
        calendar = planned(lone(horizon={"start": "2027-01-14", "end": "2027-01-14"}))
        assert days(calendar) == ["2027-01-14"]
        assert calendar.meetings[0].slack_days == 0
        assert calendar.objective["resilience"] == 3 * 10 + 3

    def test_one_day_on_which_nothing_is_due(self) -> None:
        calendar = planned(lone(horizon={"start": "2027-01-13", "end": "2027-01-13"}))
        assert (calendar.meetings, calendar.breaches, calendar.cost) == ((), (), 0)

    def test_a_weekend(self) -> None:
        calendar = planned(lone(horizon={"start": "2027-01-16", "end": "2027-01-17"}))
        (breach,) = calendar.breaches
        assert (breach.meeting, breach.days) == (None, 4)
        assert [reason.rule for reason in breach.reasons] == ["series.window", "day.open"]

    def test_every_day_is_closed(self) -> None:
        first = date(2027, 1, 4)
        calendar = planned(lone(closures=[str(first + timedelta(days=i)) for i in range(60)]))
        (breach,) = calendar.breaches
        # Pulled back over the closures to the last open day, New Year's Eve.
        assert (breach.meeting, breach.due, breach.days) == (None, date(2026, 12, 31), 58)
        assert [reason.rule for reason in breach.reasons] == ["series.window", "day.open"]

    def test_a_plan_that_ended_before_the_horizon(self) -> None:
        data = lone()
        data["plans"][0]["ends"] = "2027-01-03"
        calendar = planned(data)
        assert (calendar.meetings, calendar.breaches) == ((), ())
        assert [(notice.kind, notice.subject) for notice in calendar.notices] == [("plan_ended", "plan-1")]

    @pytest.mark.parametrize(
        ("ends", "held"),
        [
            ("2027-01-13", []),
            ("2027-01-14", ["2027-01-11"]),
            ("2027-02-07", ["2027-01-11"]),
            ("2027-02-08", ["2027-01-11", "2027-02-01"]),
        ],
    )
    def test_a_plan_that_ends_within_the_horizon(self, ends: str, held: list[str]) -> None:
        """The second meeting is due four weeks after the first, on 8 February."""
        data = lone()
        data["plans"][0]["ends"] = ends
        calendar = planned(data)
        assert days(calendar) == held
        assert not calendar.breaches


class TestPolicy:
    def test_silent(self) -> None:
        data = lone()
        data["plans"][0]["type"] = "looked_after"
        calendar = planned(data)
        assert (calendar.meetings, calendar.breaches, calendar.status) == ((), (), "optimal")
        assert [(notice.kind, notice.subject) for notice in calendar.notices] == [("policy_silent", "plan-1")]

    def test_silent_with_an_interval_of_the_plans_own(self) -> None:
        data = lone()
        data["plans"][0] |= {
            "type": "looked_after",
            "every_at_most": "3 weeks",
            "events": {"became_looked_after": "2026-12-30"},
        }
        calendar = planned(data)
        assert [meeting.id for meeting in calendar.meetings] == [
            f"plan-1.care_team_meeting.{number}" for number in (1, 2, 3)
        ]
        assert not calendar.notices

    def test_the_managers_clauses(self) -> None:
        policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
        data = lone(policy)
        data["people"].append(person("tm-1", "team_manager", site="hall"))
        calendar = planned(data)
        assert ["tm-1" in attendees(calendar, number) for number in (0, 1)] == [True, False]
        data["plans"][0]["complex"] = True
        calendar = planned(data)
        assert ["tm-1" in attendees(calendar, number) for number in (0, 1)] == [True, True]

    def test_no_meeting_on_a_review_day(self) -> None:
        clause = policies.not_on_review_day()
        policy = policies.make_policy(policies.core_group(not_on_review_day=clause))
        for rules, held in ((policy, "2027-01-08"), (None, "2027-01-11")):
            data = lone(rules)
            data["plans"][0]["events"]["reviews"] = ["2027-01-11"]
            assert days(planned(data))[0] == held

    def test_provisional_after_the_next_review(self) -> None:
        data = lone(policies.make_policy(reviews=policies.REVIEWS))
        data["plans"][0]["events"]["reviews"] = ["2027-01-11"]
        calendar = planned(data)
        assert days(calendar) == ["2027-01-11", "2027-02-01"]
        assert [meeting.provisional for meeting in calendar.meetings] == [False, True]

    def test_a_quorum_counts_deputies_of_those_expected(self) -> None:
        """A deputy stands in for an expected place only, so an empty invited one does not make the quorum."""
        data = lone(policies.make_policy(policies.core_group(quorum=policies.quorum(2))))
        data["people"] += [
            person("hv-1", "health_visitor", hours={}, deputies=["hv-2"]),
            person("hv-2", "health_visitor"),
        ]
        data["plans"][0]["participants"].append({"person": "hv-1", "level": "invited"})
        (breach,) = planned(data).breaches
        assert [reason.rule for reason in breach.reasons] == ["quorum"]
        data["plans"][0]["participants"][-1]["level"] = "expected"
        calendar = planned(data)
        assert not calendar.breaches
        assert attendees(calendar)["hv-2"] == "deputy"

    def test_a_quorum_waits_for_somebody_who_is_but_invited(self) -> None:
        data = lone(policies.make_policy(policies.core_group(quorum=policies.quorum(2))))
        away = [{"start": "2027-01-04T00:00", "end": "2027-01-14T12:00"}]
        data["people"].append(person("hv-1", "health_visitor", busy=away))
        data["plans"][0]["participants"].append({"person": "hv-1", "level": "invited"})
        assert days(planned(data))[0] == "2027-01-14"


class TestPlaces:
    def joining(self, **part: Any) -> Calendar:
        data = lone()
        data["people"].append(person("hv-1", "health_visitor"))
        data["plans"][0]["participants"].append({"person": "hv-1"} | part)
        return planned(data)

    def test_from_a_date_on(self) -> None:
        calendar = self.joining(**{"from": "2027-01-12"})
        assert ["hv-1" in attendees(calendar, number) for number in (0, 1)] == [False, True]

    def test_until_a_date(self) -> None:
        calendar = self.joining(until="2027-01-11")
        assert ["hv-1" in attendees(calendar, number) for number in (0, 1)] == [True, False]

    def test_the_receiving_worker_is_invited_from_the_handover_on(self) -> None:
        data = lone()
        data["people"].append(person("sw-2", "receiving_worker"))
        data["plans"][0]["handover"] = {"date": "2027-02-01", "person": "sw-2"}
        calendar = planned(data)
        assert ["sw-2" in attendees(calendar, number) for number in (0, 1)] == [False, True]
        assert calendar.meetings[1].attendees[-1].level == "invited"

    def test_who_is_essential_only_until_a_date_is_not_waited_for_after_it(self) -> None:
        data = without_hours(lone(), "sw-1")
        data["people"].append(person("sw-2", "social_worker"))
        data["plans"][0]["participants"][0]["until"] = "2027-01-11"
        data["plans"][0]["participants"].append({"person": "sw-2"})
        calendar = planned(data)
        assert days(calendar)[0] == "2027-01-12"


class TestSiblings:
    def joint(self, *changes: Json) -> Json:
        data = two_plans()
        for one, change in zip(data["plans"], changes, strict=True):
            one.update({"sibling_group": "elm"} | change)
        return data

    def test_of_one_kind(self) -> None:
        calendar = planned(self.joint({}, {}))
        assert {meeting.series for meeting in calendar.meetings} == {"elm.core_group"}
        assert {meeting.plans for meeting in calendar.meetings} == {("plan-1", "plan-2")}
        assert set(attendees(calendar)) == {"sw-1", "mother-1", "sw-2", "mother-2"}

    def test_whose_plans_end_on_different_days(self) -> None:
        calendar = planned(self.joint({"ends": "2027-01-20"}, {}))
        assert [meeting.plans for meeting in calendar.meetings] == [("plan-1", "plan-2"), ("plan-2",)]
        assert set(attendees(calendar, 1)) == {"sw-2", "mother-2"}

    def test_of_two_kinds(self) -> None:
        events = {"became_looked_after": "2026-12-30"}
        other = {"type": "looked_after", "every_at_most": "3 weeks", "events": events}
        calendar = planned(self.joint({}, other))
        assert {meeting.series for meeting in calendar.meetings} == {
            "plan-1.core_group",
            "plan-2.care_team_meeting",
        }

    def test_with_no_room_that_both_would_use_until_one_plan_ends(self) -> None:
        never = [{"venue": {"never": ["room-1"]}, "ends": "2027-02-03"}, {"venue": {"never": ["room-2"]}}]
        calendar = planned(self.joint(*never))
        (breach,) = calendar.breaches
        assert (breach.due, breach.days, breach.proved) == (date(2027, 1, 14), 21, True)
        assert [reason.rule for reason in breach.reasons] == ["venue.refused"]
        assert days(calendar, "elm.core_group") == ["2027-02-04"]
        assert calendar.meetings[0].venue == "room-1"
