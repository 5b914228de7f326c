"""What many runs say together, and a calendar against one that was planned without resilience."""

from __future__ import annotations

from functools import cache

import pytest
from stress_cases import held_on, team

from solver.check import check_calendar
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.replan.booking import book_again
from solver.schema.calendar import Calendar
from solver.schema.stress import Rates, Stress
from solver.stress.outcome import difference, percentile
from solver.stress.plain import PlainLimits, plan_without_resilience
from solver.stress.stress import OtherCaseloadError, stress


@cache
def found() -> Stress:
    return stress(*team(), runs=6, seed=4, plain=PlainLimits(rounds=1))


@pytest.mark.parametrize("congestion", ["typical", "hard"])
def test_the_calendar_compared_with_is_lawful_and_pays_nothing_for_slack(congestion: Congestion) -> None:
    caseload = generate(12, 5, congestion=congestion)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=4)
    plain = plan_without_resilience(caseload, policy, calendar, PlainLimits(rounds=1))
    assert check_calendar(caseload, policy, plain).ok

    def beside(one: Calendar) -> int:
        return sum(
            points for level, points in one.objective.items() if level not in ("resilience", "stability")
        )

    assert beside(plain) <= beside(calendar)
    assert plain.objective["resilience"] > calendar.objective["resilience"]


def test_a_calendar_planned_again_is_not_compared_with_itself() -> None:
    """Its meetings are all booked: that they stand is worth nothing to the calendar compared with."""
    caseload, policy, calendar = team()
    again = book_again(caseload, policy, calendar).caseload
    standing = plan(again, policy, deterministic=1)
    assert standing.objective["stability"] < 60 * len(calendar.meetings) / 2
    comparison = stress(again, policy, standing, runs=1, plain=PlainLimits(rounds=1)).comparison
    assert comparison is not None
    assert "stability" not in comparison.price
    assert sum(comparison.price.values()) >= 0
    assert comparison.other.slack["0"] > stress(again, policy, standing, runs=1).stressed.slack["0"] + 3


def test_the_price_is_of_everything_but_resilience() -> None:
    comparison = found().comparison
    assert comparison is not None
    assert not comparison.given
    assert comparison.late.low <= comparison.late.mean <= comparison.late.high
    assert sum(comparison.price.values()) >= 0
    assert "resilience" not in comparison.price


@pytest.mark.slow
def test_slack_shows() -> None:
    """A worker's caseload under a policy with short intervals: fewer meetings are late, and that isn't chance."""
    caseload = generate(18, 1, authority="barnsley")
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=1)
    comparison = stress(caseload, policy, calendar, runs=12, plain=PlainLimits(rounds=1)).comparison
    assert comparison is not None
    assert comparison.late.high < 0
    assert comparison.in_time_percent.low > 0


def test_differences_are_run_by_run() -> None:
    own, comparison = found().stressed, found().comparison
    assert comparison is not None
    pairs = list(zip(own.runs, comparison.other.runs, strict=True))
    assert [one.run for one, _ in pairs] == [two.run for _, two in pairs] == list(range(1, 7))
    late = [len(one.late) - len(two.late) for one, two in pairs]
    assert comparison.late.mean == round(sum(late) / len(late), 4)


def test_a_calendar_against_itself_differs_in_nothing() -> None:
    caseload, policy, calendar = team()
    comparison = stress(caseload, policy, calendar, runs=3, against=calendar).comparison
    assert comparison is not None
    assert comparison.given
    assert comparison.other.runs == stress(caseload, policy, calendar, runs=3).stressed.runs
    for one in (comparison.late, comparison.late_days, comparison.in_time_percent, comparison.lost):
        assert (one.mean, one.low, one.high) == (0, 0, 0)
    assert not any(comparison.price.values())
    assert comparison.price_meetings == 0


def test_the_same_again_to_the_byte() -> None:
    again = stress(*team(), runs=6, seed=4, plain=PlainLimits(rounds=1))
    assert again.model_dump_json() == found().model_dump_json()


def test_processes_find_the_same() -> None:
    two = stress(*team(), runs=6, seed=4, workers=2)
    assert two.stressed == found().stressed


def test_figures_add_up() -> None:
    one = found().stressed
    n = len(one.runs)
    assert sum(kind.late for kind in one.kinds) == pytest.approx(one.late.mean, abs=1e-3)
    assert sum(one.late_by.values()) == pytest.approx(one.late.mean, abs=1e-3)
    assert sum(one.by_fact.values()) == pytest.approx(one.lost.mean, abs=1e-3)
    assert sum(one.slack.values()) == one.meetings == sum(kind.planned for kind in one.kinds)
    assert one.in_time.mean == pytest.approx(sum(run.in_time for run in one.runs) / n, abs=1e-3)
    for run in one.runs:
        assert run.required == run.in_time + len(run.late)
        assert run.saved <= run.lost
    assert [cause.lost for cause in one.causes] == sorted((cause.lost for cause in one.causes), reverse=True)


def test_percentiles_and_intervals_by_hand() -> None:
    assert [percentile([4, 1, 3, 2], share) for share in (0, 50, 100)] == [1, 2.5, 4]
    assert percentile([0, 10], 5) == 0.5
    always = difference([-2, -2, -2], seed=1)
    assert (always.mean, always.low, always.high) == (-2, -2, -2)
    even = difference([-1, 1] * 50, seed=1)
    assert even.low < even.mean == 0 < even.high
    assert 0.15 < even.high < 0.25


def test_a_calendar_of_another_caseload_is_refused() -> None:
    caseload, policy, calendar = team()
    other = held_on("2027-01-14T10:00")[2]
    with pytest.raises(OtherCaseloadError, match="is of another caseload than"):
        stress(caseload, policy, other, runs=1)
    with pytest.raises(OtherCaseloadError):
        stress(caseload, policy, calendar, runs=1, against=other)


def test_rates_of_nothing_leave_everything_in_time() -> None:
    none = {name: 0 for name in Rates.model_fields if name.endswith(("_a_year", "_percent"))}
    case = held_on("2027-01-14T10:00")
    own = stress(*case, runs=2, rates=Rates.model_validate(none)).stressed
    assert (own.late.mean, own.lost.mean, own.in_time_percent.low, own.saved_percent) == (0, 0, 100, None)
