"""Windows counted by hand: section 3 of RULES.md."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
import pytest
from scenes import ONE, Scene

from solver.check.case import Case
from solver.check.windows import Limits, next_review, next_window
from solver.policy.model import WindowRule

ANCHOR = date(2026, 12, 30)
"""The initial conference of the scene, a Wednesday; New Year's Day is a bank holiday."""


def window(scene: Scene, previous: date | None = None, series: str = ONE) -> Limits:
    case = Case(scene.caseload, scene.policy)
    found = next_window(case, case.series[series], previous)
    assert found is not None
    return found


def under(*windows: WindowRule, **rule: Any) -> Scene:
    return Scene(policy=policies.make_policy(policies.core_group(windows=windows, **rule)))


def test_first_window_counts_working_days_from_the_conference() -> None:
    found = window(Scene())
    # 31 December, then 4 to 8, 11 to 14 January.
    assert found == Limits(date(2027, 1, 4), date(2027, 1, 11), date(2027, 1, 14), imposes=True)


def test_later_window_counts_from_the_previous_meeting() -> None:
    found = window(Scene(), date(2027, 1, 12))
    assert found == Limits(date(2027, 1, 13), date(2027, 2, 4), date(2027, 2, 9), imposes=True)


def test_a_plan_with_a_last_meeting_starts_with_a_later_window() -> None:
    scene = Scene()
    scene.plan(1)["events"]["last_meeting"] = "2026-12-21"
    assert window(scene).due == date(2027, 1, 18)


def test_a_due_date_that_is_not_open_is_pulled_back() -> None:
    scene = Scene()
    scene.data["closures"] = ["2027-01-14", "2027-01-13"]
    assert window(scene).due == date(2027, 1, 12)


def test_pulling_back_stops_short_of_the_anchor() -> None:
    scene = under(*policies.windows(later="2 days"))
    friday, sunday = date(2027, 1, 15), date(2027, 1, 17)
    assert window(scene, friday).due == sunday
    assert window(scene, date(2027, 1, 14)).due == friday


def test_the_earliest_maximum_binds_and_the_plans_own_counts_for_later_ones_only() -> None:
    scene = under(*policies.windows(first="28 days", later=("3 months", "60 working days")))
    assert window(scene, date(2027, 1, 12)).due == date(
        2027, 4, 8
    )  # 60 working days, over Easter: before 12 April
    scene.plan(1)["every_at_most"] = "2 weeks"
    assert window(scene, date(2027, 1, 12)).due == date(2027, 1, 26)
    assert window(scene).due == date(2027, 1, 27)


def test_a_target_is_pulled_back_and_kept_between_the_anchor_and_the_due_date() -> None:
    assert window(under(*policies.windows(target="12 days")), date(2027, 1, 12)).target == date(2027, 1, 22)
    assert window(under(*policies.windows(target="3 months")), date(2027, 1, 12)).target == date(2027, 2, 9)
    tight = window(under(*policies.windows(later="2 working days")), date(2027, 1, 12))
    assert (tight.target, tight.due) == (date(2027, 1, 13), date(2027, 1, 14))


def test_a_minimum_makes_the_earliest_but_never_later_than_due() -> None:
    assert window(under(*policies.windows(minimum="5 working days")), date(2027, 1, 12)).earliest == date(
        2027, 1, 19
    )
    late = window(under(*policies.windows(minimum="3 months")), date(2027, 1, 12))
    assert late.earliest == late.due


def test_an_overdue_window_stays_what_it_is_but_for_its_earliest_day() -> None:
    scene = Scene()
    scene.plan(1)["events"]["initial_conference"] = "2026-11-30"
    found = window(scene)
    assert found.due == date(2026, 12, 14)
    assert found.target == date(2026, 12, 9)
    assert found.earliest == date(2027, 1, 4)
    assert found.imposes


def test_a_window_backwards_ends_on_its_anchor() -> None:
    before = WindowRule(
        applies="first",
        anchor=("plan_start",),
        direction="before",
        minimum="1 week",
        target="2 weeks",
        maximum=("1 month", "20 working days"),
        sources=("made-up",),
    )
    scene = under(before, policies.windows()[1])
    scene.plan(1)["events"]["plan_start"] = "2027-02-07"  # a Sunday
    found = window(scene)
    assert found == Limits(date(2027, 1, 11), date(2027, 1, 22), date(2027, 1, 29), imposes=True)


def test_the_first_window_with_an_anchor_that_the_plan_has() -> None:
    conference = WindowRule(
        applies="first", anchor=("strategy_discussion",), maximum=("15 working days",), sources=("made-up",)
    )
    scene = under(conference, *policies.windows())
    assert window(scene).due == date(2027, 1, 14)
    scene.plan(1)["events"]["strategy_discussion"] = "2026-12-30"
    assert window(scene).due == date(2027, 1, 21)


def test_the_plan_with_the_earliest_due_date_decides_in_a_joint_series() -> None:
    scene = Scene()
    for number in (1, 2):
        scene.plan(number)["sibling_group"] = "elm"
    scene.plan(2)["every_at_most"] = "3 weeks"
    assert window(scene, date(2027, 1, 12), "elm.core_group").due == date(2027, 2, 2)
    # A plan that ends before its due date asks for nothing.
    scene.plan(2)["ends"] = "2027-02-01"
    assert window(scene, date(2027, 1, 12), "elm.core_group").due == date(2027, 2, 9)


def test_no_window_past_the_last_day() -> None:
    assert not window(Scene(), date(2027, 2, 9)).imposes
    scene = Scene()
    scene.plan(1)["ends"] = "2027-01-13"
    assert not window(scene).imposes


def test_a_plan_that_has_ended_has_no_series_and_leaves_its_sibling_alone() -> None:
    scene = Scene()
    for number in (1, 2):
        scene.plan(number)["sibling_group"] = "elm"
    scene.plan(2)["ends"] = "2027-01-03"
    assert list(Case(scene.caseload, scene.policy).series) == [ONE]


def test_a_plan_on_which_the_policy_is_silent_meets_at_its_own_interval() -> None:
    scene = Scene()
    scene.plan(1)["type"] = "child_in_need"
    scene.plan(1)["events"]["plan_start"] = "2026-12-28"
    assert "plan-1.cin_review" not in Case(scene.caseload, scene.policy).series
    scene.plan(1)["every_at_most"] = "3 weeks"
    assert window(scene, series="plan-1.cin_review").due == date(2027, 1, 18)
    assert window(scene, date(2027, 1, 12), "plan-1.cin_review").due == date(2027, 2, 2)


@pytest.mark.parametrize(
    ("events", "review"),
    [
        ({}, date(2027, 3, 30)),  # three months, a day before 91 days
        ({"reviews": ["2027-03-01", "2027-01-04", "2026-12-31"]}, date(2027, 1, 4)),
        ({"last_review": "2026-12-31"}, date(2027, 6, 30)),
        ({"initial_conference": "2026-09-01"}, None),
    ],
)
def test_next_review(events: dict[str, Any], review: date | None) -> None:
    scene = Scene(policy=policies.make_policy(reviews=policies.REVIEWS))
    scene.plan(1)["events"] |= events
    case = Case(scene.caseload, scene.policy)
    assert next_review(case, scene.caseload.plans[0]) == review


@pytest.mark.parametrize(
    ("last", "earlier", "review"),
    [
        # Held on the day it was due; two months on is a Sunday.
        ("2027-03-30", None, date(2027, 5, 28)),
        # Held late: 29 days after the first was due, 30 before the second.
        ("2027-04-28", None, date(2027, 6, 28)),
        # Held a day later, which is nearer to the second's: six months, or 183 days.
        ("2027-04-29", None, date(2027, 10, 29)),
        # There was one before it.
        ("2027-03-30", "2027-01-11", date(2027, 9, 29)),
    ],
)
def test_the_second_review_may_have_a_limit_of_its_own(last: str, earlier: str | None, review: date) -> None:
    rule = policies.REVIEWS[0].model_copy(update={"second": ("2 months",)})
    scene = Scene(policy=policies.make_policy(reviews=(rule,)))
    scene.plan(1)["events"]["last_review"] = last
    if earlier is not None:
        scene.data["horizon"]["start"] = "2027-01-12"
        scene.plan(1)["events"]["reviews"] = [earlier]
    case = Case(scene.caseload, scene.policy)
    assert next_review(case, scene.caseload.plans[0]) == review


def test_child_in_need_plans_have_no_review() -> None:
    scene = Scene(policy=policies.make_policy(policies.cin_review()))
    scene.plan(1)["type"] = "child_in_need"
    scene.plan(1)["events"]["reviews"] = ["2027-02-01"]
    assert next_review(Case(scene.caseload, scene.policy), scene.caseload.plans[0]) is None
