"""A kind of meeting that is held once: first windows only, and nothing after."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import policies
import pytest
from solver_cases import hours, lone, plan_of, planned, read, room

from solver.check import check_calendar
from solver.policy.model import Policy
from solver.schema.calendar import Calendar

Json = dict[str, Any]


def once(*, said: bool = True, **rule: Any) -> Policy:
    """The first core group within ten working days, and no later one."""
    first = policies.windows()[:1]
    return policies.make_policy(policies.core_group(windows=first, once=said, **rule))


def held(calendar: Calendar) -> list[tuple[str, int]]:
    return [(meeting.series, meeting.number) for meeting in calendar.meetings]


@pytest.mark.parametrize("said", [True, False])
def test_one_meeting_and_no_other_is_planned(said: bool) -> None:
    calendar = planned(lone(once(said=said)))
    assert held(calendar) == [("plan-1.core_group", 1)]
    assert calendar.breaches == ()
    assert calendar.status == "optimal"
    assert [notice.kind for notice in calendar.notices] == ([] if said else ["nothing_later"])


def test_nothing_is_planned_for_a_plan_that_has_had_its_meeting() -> None:
    done = plan_of(1, {"person": "sw-1"}, events={"last_meeting": "2026-12-17"})
    calendar = planned(lone(once(), plans=[done, plan_of(2, {"person": "sw-1"})]))
    assert held(calendar) == [("plan-2.core_group", 1)]
    assert calendar.breaches == ()


def test_a_plan_with_an_interval_of_its_own_is_met_about_again() -> None:
    plan = plan_of(1, {"person": "sw-1"}, every_at_most="21 days")
    calendar = planned(lone(once(), plans=[plan]))
    days = [meeting.start.date() for meeting in calendar.meetings]
    assert len(days) >= 2
    assert calendar.meetings[0].window.due == date(2027, 1, 14)
    for day, following in zip(days, calendar.meetings[1:], strict=False):
        assert following.window.due == day + timedelta(days=21)
    assert calendar.breaches == ()


def test_the_one_meeting_that_cannot_be_held_is_a_breach() -> None:
    data = lone(once())
    data["venues"] = [room("room-1", hours=hours("09:00", "17:00", ["sat"]))]
    calendar = planned(data)
    assert held(calendar) == []
    (breach,) = calendar.breaches
    assert (breach.meeting, breach.due) == (None, date(2027, 1, 14))


def test_two_of_a_family_meet_once_together() -> None:
    plans = [plan_of(number, {"person": "sw-1"}, sibling_group="family") for number in (1, 2)]
    (meeting,) = planned(lone(once(), plans=plans)).meetings
    assert meeting.plans == ("plan-1", "plan-2")


class TestPinnedAfterTheOnlyOne:
    """A meeting that nothing asks for stands where somebody pinned it, in the window of its own day."""

    @staticmethod
    def calendar() -> Calendar:
        pinned = {"plans": ["plan-1"], "start": "2027-02-03T10:00", "venue": "room-1", "pinned": True}
        return planned(lone(once(), booked=[pinned]))

    def test_it_stands_and_the_first_is_held_all_the_same(self) -> None:
        calendar = self.calendar()
        first, second = calendar.meetings
        assert (first.number, first.pinned, first.breach_days) == (1, False, 0)
        assert first.window.due == date(2027, 1, 14)
        assert (second.number, second.pinned, second.start.date()) == (2, True, date(2027, 2, 3))
        assert set(second.window.model_dump().values()) == {date(2027, 2, 3)}
        assert (second.score["breach"], second.score["resilience"], second.slack_days) == (0, 0, 0)
        assert calendar.exceptions == ()

    def test_a_false_window_is_found(self) -> None:
        caseload, policy = read(lone(once(), booked=[
            {"plans": ["plan-1"], "start": "2027-02-03T10:00", "venue": "room-1", "pinned": True}
        ]))  # fmt: skip
        calendar = self.calendar()
        first, second = calendar.meetings
        wrong = second.model_copy(
            update={"window": second.window.model_copy(update={"due": date(2027, 2, 5)})}
        )
        report = check_calendar(caseload, policy, calendar.model_copy(update={"meetings": (first, wrong)}))
        assert [violation.rule for violation in report.violations] == ["series.window"]


def test_a_second_meeting_that_nobody_asked_for_is_found() -> None:
    caseload, policy = read(lone(once()))
    calendar = planned(lone(once()))
    (meeting,) = calendar.meetings
    again = meeting.model_copy(
        update={
            "id": "plan-1.core_group.2",
            "number": 2,
            "start": meeting.start.replace(month=2, day=3),
            "end": meeting.end.replace(month=2, day=3),
        }
    )
    report = check_calendar(caseload, policy, calendar.model_copy(update={"meetings": (meeting, again)}))
    assert "plan-1.core_group.2 is not needed" in " ".join(violation.text for violation in report.violations)
