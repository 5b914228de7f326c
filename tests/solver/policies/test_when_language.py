"""What a policy can say about when: each construct with dates worked out by hand, in the solver, the checker and a plan."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from policy_cases import myshire_policy
from scenes import ONE, Meet, Scene, rules_of

from solver.check.case import Case
from solver.check.windows import next_window
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.calendar import Calendar
from solver.series import form_series, next_limits

Json = dict[str, Any]
FIRST: Json = {"applies": "first", "anchor": ["initial_conference"], "maximum": ["10 working days"]}
MONTHLY: Json = {"applies": "later", "maximum": ["28 days"]}
CONFERENCE = {"initial_conference": "2026-12-30"}
"""10 working days end on Thursday 14 January 2027: New Year's Day is a bank holiday."""
HELD = {"initial_conference": "2026-09-01", "last_meeting": "2026-12-21"}
"""28 days end on Monday 18 January 2027."""


def policy_of(*windows: Json, **changes: Any) -> Policy:
    data = myshire_policy(**changes)
    data["meetings"][0]["windows"] = [{"sources": ["T1"], **window} for window in windows]
    data["meetings"][0]["attendance"] = [
        {"roles": ["social_worker"], "level": "essential", "sources": ["T2"]}
    ]
    return load_policy(data)


def scene_of(policy: Policy, events: Json, *days: str, end: str = "2027-02-26") -> Scene:
    """The first plan of the scenes alone, from 4 January 2027, with meetings on these days."""
    scene = Scene(policy=policy)
    scene.data["authority"] = policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    scene.data["plans"] = [scene.plan(1)]
    scene.plan(1)["events"] = dict(events)
    scene.data["horizon"]["end"] = end
    scene.meets = [Meet(ONE, f"{day}T16:00", "room-1") for day in days]
    return scene


def due(scene: Scene, previous: str | None = None) -> tuple[str, str, str] | None:
    """Earliest, target and due of the next meeting, as the solver and the checker both have it; ``None`` for none."""
    day = None if previous is None else date.fromisoformat(previous)
    caseload, policy = scene.caseload, scene.policy
    (series,) = form_series(caseload, policy)
    limits = next_limits(series, day, working_calendar(caseload, policy))
    case = Case(caseload, policy)
    window = next_window(case, case.series[ONE], day)
    if limits is None:
        assert window is None or not window.imposes
        return None
    assert window is not None
    earliest = max(limits.earliest, caseload.horizon.start)
    assert (earliest, limits.target, limits.due) == (window.earliest, window.target, window.due)
    return f"{earliest}", f"{limits.target}", f"{limits.due}"


def due_day(scene: Scene, previous: str | None = None) -> str | None:
    found = due(scene, previous)
    return None if found is None else found[2]


def planned(scene: Scene) -> tuple[Calendar, list[date]]:
    calendar = plan(scene.caseload, scene.policy, deterministic=5, seed=1)
    report = scene.check(calendar)
    assert report.ok, report.violations
    return calendar, [meeting.start.date() for meeting in calendar.meetings]


class TestWithinTenDaysOfABirth:
    policy = policy_of(FIRST, MONTHLY, {"applies": "event", "anchor": ["birth"], "maximum": ["10 days"]})
    born = HELD | {"birth": "2027-01-26"}

    def test_the_next_meeting_after_one_before_the_birth_is_due_in_time_for_it(self) -> None:
        scene = scene_of(self.policy, self.born)
        assert due_day(scene) == "2027-01-18"
        # 28 days from 14 January are 11 February; ten from the birth are 5 February.
        assert due_day(scene, "2027-01-14") == "2027-02-05"
        assert due_day(scene, "2027-01-26") == "2027-02-05"

    def test_a_meeting_in_the_window_meets_it(self) -> None:
        scene = scene_of(self.policy, self.born)
        assert due_day(scene, "2027-01-27") == "2027-02-24"
        assert due_day(scene_of(self.policy, HELD | {"birth": "2026-12-20"})) == "2027-01-18"

    def test_a_birth_since_the_last_meeting_is_overdue_when_nobody_met(self) -> None:
        # Ten days from 22 December are New Year's Day, a bank holiday.
        assert due_day(scene_of(self.policy, HELD | {"birth": "2026-12-22"})) == "2026-12-31"

    def test_it_may_be_held_as_soon_as_the_window_opens(self) -> None:
        far = policy_of(
            FIRST, MONTHLY | {"minimum": "25 days"}, self.policy.meetings[0].windows[2].model_dump()
        )
        scene = scene_of(far, HELD | {"birth": "2027-01-05"})
        # 25 days after the meeting before would be 15 January, the day on which ten from the birth end.
        assert due(scene) == ("2027-01-06", "2027-01-12", "2027-01-15")
        assert scene_of(far, HELD | {"birth": "2027-01-05"}, "2027-01-06", "2027-02-02").check().ok

    def test_met_on_its_last_day_and_late_the_day_after(self) -> None:
        met = scene_of(self.policy, self.born, "2027-01-14", "2027-02-04", end="2027-02-12")
        assert (met.calendar().breaches, met.check().ok) == ((), True)
        late = scene_of(self.policy, self.born, "2027-01-14", "2027-02-08", end="2027-02-12")
        assert [(one.days, str(one.due)) for one in late.calendar().breaches] == [(3, "2027-02-05")]
        missed = scene_of(self.policy, self.born, "2027-01-14", end="2027-02-08")
        # From 5 to 9 February, the day after the last.
        assert [(one.meeting, one.days) for one in missed.calendar().breaches] == [(None, 4)]
        assert rules_of(missed.check(missed.calendar(breaches=()))) == {"series.complete"}

    def test_the_plan_keeps_to_it(self) -> None:
        _, days = planned(scene_of(self.policy, self.born))
        assert any(date(2027, 1, 27) <= day <= date(2027, 2, 5) for day in days)

    def test_one_meeting_serves_both_where_it_can(self) -> None:
        # The next is due on 18 January, and the window of the birth opens on 15 January, a Friday.
        scene = scene_of(self.policy, HELD | {"birth": "2027-01-14"})
        assert due(scene) == ("2027-01-04", "2027-01-15", "2027-01-18")
        scene = scene_of(self.policy, HELD | {"birth": "2027-01-16"})
        assert due(scene) == ("2027-01-04", "2027-01-18", "2027-01-18")


def test_again_after_a_meeting_without_a_quorum() -> None:
    again = {"applies": "event", "anchor": ["inquorate"], "maximum": ["10 working days"]}
    policy = policy_of(FIRST, MONTHLY, again)
    # 14, 15, 18 to 22, 25 to 27 January; the meeting that failed doesn't reset the 28 days, to 2 February.
    scene = scene_of(policy, CONFERENCE | {"last_meeting": "2027-01-03", "inquorate": "2027-01-13"})
    scene.data["horizon"]["start"] = "2027-01-14"
    assert due_day(scene) == "2027-01-27"
    assert due_day(scene, "2027-01-20") == "2027-02-17"
    _, days = planned(scene)
    assert days[0] <= date(2027, 1, 27)


def test_between_six_and_eight_weeks_after() -> None:
    both = {"applies": "event", "anchor": ["plan_start"], "minimum": "6 weeks", "maximum": ["8 weeks"]}
    policy = policy_of(FIRST, {"applies": "later", "maximum": ["2 months"]}, both)
    # Six weeks from 7 December are 18 January, eight are 1 February.
    scene = scene_of(policy, HELD | {"plan_start": "2026-12-07"})
    assert due(scene) == ("2027-01-04", "2027-01-27", "2027-02-01")
    assert due_day(scene, "2027-01-15") == "2027-02-01"
    assert due_day(scene, "2027-01-18") is None
    _, days = planned(scene)
    assert any(date(2027, 1, 18) <= day <= date(2027, 2, 1) for day in days)


def test_a_second_meeting_counted_from_the_conference_and_not_from_the_first() -> None:
    second = {
        "applies": "event", "anchor": ["initial_conference"], "minimum": "11 working days", "maximum": ["6 weeks"],
    }  # fmt: skip
    policy = policy_of(FIRST, {"applies": "later", "maximum": ["2 months"]}, second)
    scene = scene_of(policy, CONFERENCE)
    assert due_day(scene) == "2027-01-14"
    # Six weeks from 30 December are 10 February, whether the first is early or late in its window.
    assert due_day(scene, "2027-01-04") == due_day(scene, "2027-01-14") == "2027-02-10"
    assert due_day(scene, "2027-02-10") is None
    calendar, days = planned(scene)
    assert not calendar.breaches
    assert days[0] <= date(2027, 1, 14)
    assert date(2027, 1, 15) <= days[1] <= date(2027, 2, 10)


BACK: Json = {
    "applies": "event",
    "anchor": ["next_review"],
    "direction": "before",
    "minimum": "1 week",
    "maximum": ["3 weeks"],
}


class TestCountedBackFromTheNextReview:
    policy = policy_of(FIRST, {"applies": "later", "maximum": ["3 months"]}, BACK)

    def test_from_the_date_that_the_plan_gives(self) -> None:
        scene = scene_of(self.policy, HELD | {"reviews": ["2026-12-01", "2027-02-17", "2027-02-24"]})
        # Three weeks before 17 February are 27 January, a week before it is 10 February. Nothing asks for one before: three
        # months from 21 December end after the horizon.
        assert due(scene) == ("2027-01-27", "2027-02-05", "2027-02-10")
        assert due_day(scene, "2027-01-26") == "2027-02-10"
        assert due_day(scene, "2027-01-27") is None

    def test_from_the_day_on_which_it_is_due_by_law(self) -> None:
        reviews = [
            {
                "plan_type": "child_protection", "name": "Review conference", "anchor": "initial_conference",
                "first": ["3 months"], "later": ["6 months"], "sources": ["T1"],
            }
        ]  # fmt: skip
        data = self.policy.model_dump(mode="json", exclude_none=True) | {"reviews": reviews}
        scene = scene_of(load_policy(data), HELD | {"initial_conference": "2026-11-12"})
        # Three months from 12 November are Friday 12 February; the window is 22 January to 5 February.
        assert due_day(scene, "2027-01-21") == "2027-02-05"
        assert due_day(scene, "2027-01-22") is None

    def test_without_a_review_it_asks_for_nothing(self) -> None:
        assert due_day(scene_of(self.policy, HELD), "2027-01-04") is None

    def test_the_plan_keeps_to_it(self) -> None:
        _, days = planned(scene_of(self.policy, HELD | {"reviews": ["2027-02-17"]}))
        assert any(date(2027, 1, 27) <= day <= date(2027, 2, 10) for day in days)


def test_at_least_two_meetings_before_the_first_review() -> None:
    def window(opens: str, closes: str | None) -> Json:
        back = {"applies": "event", "anchor": ["next_review"], "direction": "before", "maximum": [opens]}
        return back if closes is None else back | {"minimum": closes}

    policy = policy_of(
        FIRST,
        {"applies": "later", "maximum": ["6 months"]},
        window("6 weeks", "22 days"),
        window("3 weeks", None),
    )
    scene = scene_of(policy, HELD | {"reviews": ["2027-02-24"]})
    # The windows are 13 January to 2 February and 3 to 24 February.
    assert due_day(scene) == "2027-02-02"
    assert due_day(scene, "2027-01-13") == due_day(scene, "2027-02-02") == "2027-02-24"
    assert due_day(scene, "2027-02-03") is None
    calendar, days = planned(scene)
    assert not calendar.breaches
    assert len([day for day in days if date(2027, 1, 13) <= day <= date(2027, 2, 24)]) >= 2


def test_an_event_that_only_this_authority_knows() -> None:
    hearing = {
        "applies": "event", "anchor": ["other:court_hearing"], "direction": "before",
        "minimum": "3 working days", "maximum": ["2 weeks"],
    }  # fmt: skip
    policy = policy_of(FIRST, {"applies": "later", "maximum": ["3 months"]}, hearing)
    scene = scene_of(policy, HELD | {"other": {"court_hearing": "2027-02-08", "not_asked_for": "2027-01-20"}})
    # Three working days before Monday 8 February are Wednesday 3 February; two weeks are 25 January.
    assert due(scene) == ("2027-01-25", "2027-01-29", "2027-02-03")
    assert due_day(scene, "2027-01-24") == "2027-02-03"
    assert due_day(scene, "2027-01-25") is None
    _, days = planned(scene)
    assert any(date(2027, 1, 25) <= day <= date(2027, 2, 3) for day in days)


@pytest.mark.parametrize(
    ("maximum", "direction", "day", "due_then"),
    [
        # The conference on Wednesday 30 December is the first working day: 31 December, 4 to 8 and 11 to 13 January.
        ("10 working days", "after", "2026-12-30", "2027-01-13"),
        ("14 days", "after", "2026-12-30", "2027-01-12"),
        ("2 weeks", "after", "2026-12-30", "2027-01-12"),
        ("1 month", "after", "2027-01-06", "2027-02-05"),
        # On a Saturday the first working day counted is the Monday after, as it would be anyway.
        ("5 working days", "after", "2027-01-09", "2027-01-15"),
        # Backwards the event's own day, Friday 29 January, is the first of the three.
        ("3 working days", "before", "2027-01-29", "2027-01-27"),
        ("7 days", "before", "2027-01-27", "2027-01-21"),
    ],
)
def test_the_day_counted_from_may_be_day_one(maximum: str, direction: str, day: str, due_then: str) -> None:
    if direction == "before":
        window = {"direction": "before", "minimum": maximum, "maximum": ["2 months"]}
    else:
        window = {"maximum": [maximum]}
    counted = {"applies": "first", "anchor": ["plan_start"], "count_day_zero": True, **window}
    scene = scene_of(policy_of(counted, MONTHLY), {"plan_start": day})
    assert due_day(scene) == due_then


def test_day_one_for_the_whole_policy_but_where_a_window_says_otherwise() -> None:
    policy = policy_of(FIRST, MONTHLY | {"count_day_zero": False}, count_day_zero=True)
    scene = scene_of(policy, CONFERENCE)
    assert due_day(scene) == "2027-01-13"
    assert due_day(scene, "2027-01-12") == "2027-02-09"
    scene = scene_of(policy_of(FIRST, MONTHLY, count_day_zero=True), CONFERENCE)
    assert due_day(scene, "2027-01-12") == "2027-02-08"
    planned(scene)


def test_two_first_windows_beside_each_other() -> None:
    beside = {
        "applies": "first",
        "anchor": ["strategy_discussion"],
        "maximum": ["15 working days"],
        "also": True,
    }
    policy = policy_of(FIRST, MONTHLY, beside)
    assert due_day(scene_of(policy, CONFERENCE)) == "2027-01-14"
    # 15 working days from Thursday 17 December: 18, 21 to 24, 29 to 31 December, 4 to 8, 11 and 12 January.
    scene = scene_of(policy, CONFERENCE | {"strategy_discussion": "2026-12-17"})
    assert due_day(scene) == "2027-01-12"
    assert form_limits_sources(scene) == ("T1",)
    planned(scene)


def form_limits_sources(scene: Scene) -> tuple[str, ...]:
    (series,) = form_series(scene.caseload, scene.policy)
    limits = next_limits(series, None, working_calendar(scene.caseload, scene.policy))
    assert limits is not None
    return limits.sources


def test_of_the_policys_own_and_the_laws_limit_the_tightest() -> None:
    windows = (FIRST | {"maximum": ["21 days"]}, MONTHLY)
    own = policy_of(*windows, extends="england")
    assert due_day(scene_of(own, CONFERENCE)) == "2027-01-20"
    tightest = policy_of(*windows, extends="england", precedence="tightest")
    scene = scene_of(tightest, CONFERENCE)
    assert due_day(scene) == "2027-01-14"
    assert form_limits_sources(scene) == ("WT2023:core-group",)
    assert due_day(scene, "2027-01-12") == "2027-02-09"
    planned(scene)


def test_of_two_versions_the_one_in_force_on_the_day_counted_from() -> None:
    newer = {"applies": "later", "maximum": ["14 days"], "effective_from": "2027-01-18"}
    policy = policy_of(FIRST, MONTHLY, newer)
    scene = scene_of(policy, HELD)
    assert due_day(scene) == "2027-01-18"
    assert due_day(scene, "2027-01-15") == "2027-02-12"
    assert due_day(scene, "2027-01-18") == "2027-02-01"
    calendar, days = planned(scene)
    assert not calendar.breaches
    for day, following in pairwise(days):
        assert following - day <= timedelta(days=14 if day >= date(2027, 1, 18) else 28)


def test_a_window_that_is_withdrawn_counts_from_no_later_day() -> None:
    birth = {"applies": "event", "anchor": ["birth"], "maximum": ["10 days"], "effective_until": "2027-01-20"}
    policy = policy_of(FIRST, MONTHLY, birth)
    assert due_day(scene_of(policy, HELD | {"birth": "2027-01-20"}), "2027-01-14") == "2027-01-29"
    assert due_day(scene_of(policy, HELD | {"birth": "2027-01-21"}), "2027-01-14") == "2027-02-11"


def test_a_first_window_by_the_version_of_the_conferences_day() -> None:
    newer = FIRST | {"maximum": ["5 working days"], "effective_from": "2027-01-01"}
    policy = policy_of(FIRST, newer, MONTHLY)
    assert due_day(scene_of(policy, CONFERENCE)) == "2027-01-14"
    assert due_day(scene_of(policy, {"initial_conference": "2027-01-04"})) == "2027-01-11"


class TestATeamsOwnInterval:
    policy = policy_of(FIRST, MONTHLY)

    def scene(self, interval: str, **plan_fields: Any) -> Scene:
        scene = scene_of(self.policy, HELD)
        scene.data["team"]["every_at_most"] = {"core_group": interval, "cin_review": "1 week"}
        scene.plan(1).update(plan_fields)
        return scene

    def test_it_tightens_what_the_policy_says(self) -> None:
        assert due_day(self.scene("21 days")) == "2027-01-11"
        assert due_day(self.scene("6 weeks")) == "2027-01-18"
        assert form_limits_sources(self.scene("21 days")) == ("T1", "team:every_at_most")

    def test_a_plans_own_counts_too_and_the_earliest_binds(self) -> None:
        assert due_day(self.scene("21 days", every_at_most="24 days")) == "2027-01-11"
        assert due_day(self.scene("24 days", every_at_most="21 days")) == "2027-01-11"

    def test_it_asks_for_no_meeting_by_itself(self) -> None:
        once = myshire_policy()
        once["meetings"][0]["once"] = True
        once["meetings"][0]["windows"].pop()
        scene = self.scene("21 days")
        scene.policy = load_policy(once)
        assert due_day(scene) is None

    def test_the_plan_keeps_to_it(self) -> None:
        calendar, days = planned(self.scene("14 days"))
        assert not [breach for breach in calendar.breaches if breach.days > 3]
        assert all(following - day <= timedelta(days=14) for day, following in pairwise(days))


class TestDaysKeptFreeAroundAReview:
    def scene(self, *days: str, **clause: int) -> Scene:
        data = policy_of(FIRST, MONTHLY).model_dump(mode="json", exclude_none=True)
        data["meetings"][0]["not_on_review_day"] = {"sources": ["T1"], **clause}
        return scene_of(load_policy(data), CONFERENCE | {"reviews": ["2027-02-03"]}, *days)

    @pytest.mark.parametrize(
        ("day", "broken"),
        [
            ("2027-01-29", False), ("2027-02-01", True), ("2027-02-02", True), ("2027-02-03", True),
            ("2027-02-04", True), ("2027-02-05", False),
        ],
    )  # fmt: skip
    def test_two_days_before_and_one_after(self, day: str, broken: bool) -> None:
        scene = self.scene("2027-01-12", day, days_before=2, days_after=1)
        assert rules_of(scene.check()) == ({"series.review_day"} if broken else set())

    def test_the_day_alone_where_nothing_more_is_said(self) -> None:
        assert rules_of(self.scene("2027-01-12", "2027-02-02").check()) == set()
        assert rules_of(self.scene("2027-01-12", "2027-02-03").check()) == {"series.review_day"}

    def test_the_plan_keeps_to_it(self) -> None:
        _, days = planned(self.scene(days_before=9, days_after=6))
        assert all(not date(2027, 1, 25) <= day <= date(2027, 2, 9) for day in days)


class TestMarks:
    def test_the_first_and_the_last_before_a_review(self) -> None:
        scene = scene_of(policy_of(FIRST, MONTHLY), CONFERENCE | {"reviews": ["2027-02-10"]})
        scene.meets = [
            Meet(ONE, f"{day}T16:00", "room-1") for day in ("2027-01-12", "2027-02-04", "2027-02-11")
        ]
        assert [meeting.marks for meeting in scene.calendar().meetings] == [
            ("first",),
            ("last_before_review",),
            (),
        ]

    def test_one_meeting_may_be_both(self) -> None:
        scene = scene_of(
            policy_of(FIRST, MONTHLY), CONFERENCE | {"reviews": ["2027-01-20"]}, "2027-01-12", "2027-02-09"
        )
        assert [meeting.marks for meeting in scene.calendar().meetings] == [
            ("first", "last_before_review"),
            (),
        ]

    def test_a_plan_that_has_met_has_no_first_and_a_review_after_the_horizon_no_last(self) -> None:
        scene = scene_of(
            policy_of(FIRST, MONTHLY), HELD | {"reviews": ["2027-03-01"]}, "2027-01-12", "2027-02-09"
        )
        assert [meeting.marks for meeting in scene.calendar().meetings] == [(), ()]

    def test_the_plan_has_them(self) -> None:
        calendar, days = planned(
            scene_of(policy_of(FIRST, MONTHLY), CONFERENCE | {"reviews": ["2027-02-10"]})
        )
        last = max(day for day in days if day < date(2027, 2, 10))
        for meeting, day in zip(calendar.meetings, days, strict=True):
            assert ("first" in meeting.marks) == (day == days[0])
            assert ("last_before_review" in meeting.marks) == (day == last)
