"""Meetings that already stand: the pinned ones stay whatever they break, the others stay when nothing speaks against it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import policies
import pytest
from solver_cases import hours, inline, lone, person, plan_of, planned, room

from solver.problem.blocks import CompileError
from solver.schema.calendar import Calendar, Meeting

Json = dict[str, Any]


def booked(start: str, plan: int = 1, venue: str = "room-1", **more: Any) -> Json:
    return {"plans": [f"plan-{plan}"], "start": start, "venue": venue, **more}


def pinned(start: str, plan: int = 1, venue: str = "room-1", **more: Any) -> Json:
    return booked(start, plan, venue, pinned=True, **more)


def with_booked(*meetings: Json, **changes: Any) -> Json:
    return lone(booked=list(meetings), **changes)


def two_plans(*meetings: Json) -> Json:
    """Two plans of one worker, and two rooms."""
    data = with_booked(*meetings)
    data["people"].append(person("mother-2", "parent"))
    data["venues"].append(room("room-2"))
    data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
    return data


def standing(calendar: Calendar) -> list[Meeting]:
    return [meeting for meeting in calendar.meetings if meeting.pinned]


def broken(calendar: Calendar) -> set[tuple[str, str]]:
    return {(one.meeting, one.kind) for one in calendar.exceptions}


FIRST, SECOND = "plan-1.core_group.1", "plan-2.core_group.1"


class TestPinned:
    def test_stays_where_nothing_would_have_put_it(self) -> None:
        calendar = planned(with_booked(pinned("2027-01-13T14:30", id="booked-7")))
        (meeting,) = standing(calendar)
        assert (meeting.id, str(meeting.start), meeting.venue) == (
            "booked-7",
            "2027-01-13 14:30:00",
            "room-1",
        )
        assert meeting.number == 1
        assert calendar.exceptions == ()
        assert calendar.status == "optimal"
        # The chain goes on from it.
        assert calendar.meetings[1].window.due == date(2027, 2, 10)

    @pytest.mark.parametrize(
        ("start", "rules"),
        [
            ("2027-01-09T10:00", {"day.open", "person.hours"}),  # a Saturday
            ("2027-01-12T10:10", {"start.grid"}),
            ("2027-01-12T19:00", {"day.span", "person.hours"}),
            ("2027-01-12T07:30", {"day.span", "person.hours"}),
            ("2027-01-12T16:30", {"day.span", "person.hours"}),
            ("2027-01-12T23:30", {"day.span", "person.hours"}),  # over midnight
        ],
    )
    def test_is_kept_and_what_it_breaks_is_said(self, start: str, rules: set[str]) -> None:
        calendar = planned(with_booked(pinned(start)))
        (meeting,) = standing(calendar)
        assert meeting.start == datetime.fromisoformat(start)
        assert broken(calendar) == {(FIRST, rule) for rule in rules}
        assert calendar.status == "optimal"
        assert not calendar.breaches

    def test_who_can_come_comes_whatever_the_grid_and_the_teams_day(self) -> None:
        """The mother is free at any time and nobody needs her elsewhere, also at 19:10."""
        for start in ("2027-01-12T10:10", "2027-01-12T19:10"):
            (meeting,) = standing(planned(with_booked(pinned(start))))
            assert [one.status for one in meeting.attendees] == ["attending", "attending"]

    def test_who_cannot_come_does_not_off_the_grid_either(self) -> None:
        data = with_booked(pinned("2027-01-12T10:10"))
        data["people"][1]["busy"] = [{"start": "2027-01-12T11:05", "end": "2027-01-12T12:00"}]
        (meeting,) = standing(planned(data))
        assert meeting.attendees[1].status == "absent"

    def test_a_pupil_off_the_grid(self) -> None:
        for start, status in (("2027-01-12T16:10", "attending"), ("2027-01-12T15:40", "absent")):
            data = with_booked(pinned(start))
            data["people"][0]["hours"] = hours("09:00", "18:00")
            data["schools"] = [
                {
                    "id": "s-1",
                    "name": "S",
                    "day": {"start": "09:00", "end": "15:30"},
                    "terms": [{"start": "2027-01-04", "end": "2027-02-26"}],
                }
            ]
            data["plans"][0]["children"][0] |= {"school": "s-1", "attends": "yes"}
            (meeting,) = standing(planned(data))
            assert [one.status for one in meeting.attendees if one.person == "child-1"] == [status]

    def test_on_a_bank_holiday(self) -> None:
        data = with_booked(pinned("2026-12-28T10:00"), horizon={"start": "2026-12-01", "end": "2027-02-26"})
        data["plans"][0]["events"] = {"initial_conference": "2026-12-15"}
        calendar = planned(data)
        assert str(standing(calendar)[0].start.date()) == "2026-12-28"
        assert broken(calendar) == {(FIRST, "day.open")}

    def test_on_a_closure_and_in_a_room_that_is_refused(self) -> None:
        data = with_booked(pinned("2027-01-12T10:00"), closures=["2027-01-12"])
        data["plans"][0]["venue"] = {"never": ["room-1"]}
        data["venues"].append(room("room-2"))
        calendar = planned(data)
        assert broken(calendar) == {(FIRST, "day.open"), (FIRST, "venue.refused")}
        assert calendar.meetings[1].venue == "room-2"

    def test_two_in_one_room_at_once(self) -> None:
        data = two_plans(pinned("2027-01-12T10:00"), pinned("2027-01-12T10:30", plan=2))
        data["people"].append(person("sw-2", "social_worker"))
        data["plans"][1]["participants"][0] = {"person": "sw-2"}
        calendar = planned(data)
        assert len(standing(calendar)) == 2
        assert broken(calendar) == {(FIRST, "venue.overlap"), (SECOND, "venue.overlap")}

    def test_two_of_one_worker_at_once(self) -> None:
        calendar = planned(two_plans(pinned("2027-01-12T10:00"), pinned("2027-01-12T10:00", 2, "room-2")))
        assert broken(calendar) == {(FIRST, "person.overlap"), (SECOND, "person.overlap")}

    def test_two_too_far_apart(self) -> None:
        data = two_plans(pinned("2027-01-12T10:00"), pinned("2027-01-12T11:00", 2, "room-2"))
        data["venues"][1]["site"] = "hill"
        calendar = planned(data)
        assert broken(calendar) == {(FIRST, "person.travel"), (SECOND, "person.travel")}

    def test_more_a_day_than_the_worker_takes(self) -> None:
        data = two_plans(pinned("2027-01-12T10:00"), pinned("2027-01-12T14:00", 2))
        data["people"][0]["max_meetings_per_day"] = 1
        calendar = planned(data)
        assert broken(calendar) == {(FIRST, "person.cap"), (SECOND, "person.cap")}

    def test_others_keep_out_of_its_way(self) -> None:
        data = two_plans(pinned("2027-01-14T10:00"))
        data["horizon"] = {"start": "2027-01-14", "end": "2027-01-14"}
        data["people"][0]["hours"] = hours("10:00", "12:00")
        calendar = planned(data)
        assert [f"{meeting.start:%H:%M}" for meeting in calendar.meetings] == ["10:00", "11:00"]

    def test_without_its_essential_people_being_free(self) -> None:
        data = with_booked(pinned("2027-01-12T10:00"))
        data["people"][0]["busy"] = [{"start": "2027-01-12T00:00", "end": "2027-01-13T00:00"}]
        calendar = planned(data)
        assert standing(calendar)[0].attendees[0].status == "attending"
        assert broken(calendar) == {(FIRST, "person.busy")}

    def test_late(self) -> None:
        """Pinned to the 18th, due on the 14th, and there is no earlier day on which it could be held as well."""
        data = with_booked(pinned("2027-01-18T10:00"))
        data["people"][0]["busy"] = [{"start": "2027-01-04T00:00", "end": "2027-01-18T00:00"}]
        calendar = planned(data)
        (breach,) = calendar.breaches
        assert (breach.meeting, breach.days) == (FIRST, 4)
        (reason,) = breach.reasons
        assert reason.rule == "pinned"
        assert reason.text == "It is pinned to Mon 18 Jan 2027 at 10:00, where it was booked."

    def test_the_one_before_it_is_added_where_it_would_be_late(self) -> None:
        calendar = planned(with_booked(pinned("2027-01-18T10:00")))
        assert [meeting.pinned for meeting in calendar.meetings[:2]] == [False, True]
        assert not calendar.breaches

    def test_that_no_plan_asks_for(self) -> None:
        """The plan ends before the second is due, and one was pinned all the same."""
        data = with_booked(pinned("2027-02-03T10:00"))
        data["plans"][0]["ends"] = "2027-02-05"
        calendar = planned(data)
        assert [str(meeting.start.date()) for meeting in calendar.meetings] == ["2027-01-11", "2027-02-03"]
        assert calendar.meetings[1].window.due == date(2027, 2, 8)
        assert calendar.meetings[1].slack_days == 3
        assert not calendar.breaches

    def test_after_every_plan_has_ended(self) -> None:
        data = with_booked(pinned("2027-02-10T10:00"))
        data["plans"][0]["ends"] = "2027-02-05"
        calendar = planned(data)
        (meeting,) = standing(calendar)
        assert (meeting.plans, meeting.attendees) == ((), ())
        assert (meeting.id, "series.window") in broken(calendar)

    def test_two_off_the_grid_in_one_slot(self) -> None:
        """10:10 to 11:10 and 11:10 to 12:10 share the slot from 11:00, and nobody is at both at once.

        Who is expected at both comes to both, and the bound must not take the slot for one meeting's.
        """
        data = two_plans(pinned("2027-01-12T10:10"), pinned("2027-01-12T11:10", 2))
        data["people"].append(person("hv-1", "health_visitor"))
        for plan in data["plans"]:
            plan["participants"].append({"person": "hv-1"})
        calendar = planned(data)
        assert calendar.status == "optimal"
        assert all(meeting.attendees[2].status == "attending" for meeting in standing(calendar))

    def test_more_than_the_room_could_ever_hold(self) -> None:
        """Thirty in one room on one day, some of them at the same time."""
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"}, grid_minutes=15)
        data["people"] = [person(f"sw-{i}", "social_worker") for i in range(30)]
        data["plans"] = [plan_of(i, {"person": f"sw-{i}"}) for i in range(30)]
        data["booked"] = [pinned(f"2027-01-14T{9 + i % 8:02d}:00", plan=i) for i in range(30)]
        calendar = planned(data, rounds=2)
        assert len(standing(calendar)) == 30
        assert {kind for _, kind in broken(calendar)} == {"venue.overlap"}

    def test_several_breaches_of_one_rule_are_one_exception(self) -> None:
        data = with_booked(pinned("2027-01-12T10:00"))
        data["venues"][0]["busy"] = [
            {"start": "2027-01-12T10:00", "end": "2027-01-12T10:20"},
            {"start": "2027-01-12T10:30", "end": "2027-01-12T10:40"},
        ]
        (exception,) = planned(data).exceptions
        assert exception.kind == "venue.busy"
        assert "10:00" in exception.reason
        assert "10:40" in exception.reason


class TestUnpinned:
    def test_is_kept_when_nothing_speaks_against_it(self) -> None:
        """A day later than would be best, in the afternoon: 60 points for moving it are more than it costs."""
        calendar = planned(with_booked(booked("2027-01-12T14:30", id="booked-7")))
        meeting = calendar.meetings[0]
        assert (meeting.id, str(meeting.start), meeting.pinned) == ("booked-7", "2027-01-12 14:30:00", False)
        assert calendar.objective["stability"] == 0

    def test_is_moved_when_its_room_closes(self) -> None:
        data = with_booked(booked("2027-01-12T14:30"))
        data["venues"][0]["busy"] = [{"start": "2027-01-12T12:00", "end": "2027-01-12T18:00"}]
        calendar = planned(data)
        assert str(calendar.meetings[0].start) == "2027-01-11 09:00:00"
        assert calendar.objective["stability"] == 60
        assert calendar.status == "optimal"

    @pytest.mark.parametrize("start", ["2027-01-12T14:10", "2027-01-09T10:00", "2027-01-12T19:00"])
    def test_is_moved_when_it_stands_where_none_may(self, start: str) -> None:
        calendar = planned(with_booked(booked(start)))
        assert calendar.objective["stability"] == 60
        assert calendar.exceptions == ()

    def test_is_kept_by_an_additional_meeting_before_it(self) -> None:
        """It would be late: one more meeting before it is cheaper than a breach."""
        calendar = planned(with_booked(booked("2027-01-25T14:30")))
        assert [str(meeting.start.date()) for meeting in calendar.meetings[:2]] == [
            "2027-01-04",
            "2027-01-25",
        ]
        assert calendar.objective["stability"] == 0

    def test_keeps_its_id_when_its_number_changes(self) -> None:
        """An additional meeting before it takes its number, and so another id than that number would give it."""
        calendar = planned(with_booked(booked("2027-01-25T14:30", id=FIRST)))
        assert [(meeting.number, meeting.id) for meeting in calendar.meetings] == [
            (1, f"{FIRST}.2"),
            (2, FIRST),
            (3, "plan-1.core_group.3"),
        ]

    def test_an_id_that_is_free_again_goes_with_its_number(self) -> None:
        data = with_booked(booked("2027-01-12T14:30", id=FIRST))
        data["venues"][0]["busy"] = [{"start": "2027-01-12T12:00", "end": "2027-01-12T18:00"}]
        assert [meeting.id for meeting in planned(data).meetings] == [FIRST, "plan-1.core_group.2"]

    def test_is_moved_to_come_before_its_due_date(self) -> None:
        data = with_booked(booked("2027-01-18T14:30"), horizon={"start": "2027-01-11", "end": "2027-01-19"})
        calendar = planned(data)
        assert not calendar.breaches
        assert str(calendar.meetings[0].start.date()) <= "2027-01-14"

    def test_twice_the_same_counts_twice(self) -> None:
        calendar = planned(with_booked(booked("2027-01-12T14:30"), booked("2027-01-12T14:30")))
        assert calendar.objective["stability"] == 0
        assert calendar.status == "optimal"

    def test_one_start_in_two_venues_is_refused(self) -> None:
        data = with_booked(booked("2027-01-12T14:30"), booked("2027-01-12T14:30", venue="room-2"))
        data["venues"].append(room("room-2"))
        with pytest.raises(CompileError, match=r"plan-1\.core_group is booked twice at 2027-01-12 14:30"):
            planned(data)

    def test_beside_a_pinned_one(self) -> None:
        data = with_booked(pinned("2027-01-12T14:30"), booked("2027-01-12T14:30"))
        assert planned(data).objective["stability"] == 0
        data["venues"].append(room("room-2"))
        data["booked"][1]["venue"] = "room-2"
        assert planned(data).objective["stability"] == 60


def test_the_manager_who_is_essential_at_first_meetings_only() -> None:
    """One hour, two first meetings, one of them pinned: the manager cannot be at the other."""
    policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
    data = two_plans(pinned("2027-01-12T10:00")) | {
        "authority": inline(policy),
        "horizon": {"start": "2027-01-12", "end": "2027-01-12"},
    }
    data["people"].append(person("tm-1", "team_manager", hours=hours("10:00", "11:00")))
    data["people"].append(person("sw-2", "social_worker"))
    data["plans"][1]["participants"][0] = {"person": "sw-2"}
    for plan in data["plans"]:
        plan["events"] = {"initial_conference": "2026-12-28"}
    calendar = planned(data)
    assert [meeting.id for meeting in calendar.meetings] == [FIRST]
    (breach,) = calendar.breaches
    assert breach.reasons[0].people == ("tm-1",)
