from __future__ import annotations

import pytest
from benchmark_results import first_fit, none_in_time, order, ours, outcome

from benchmarks.comparison import ablate, compare, ratio
from benchmarks.record import Outcome, Result


def peer(seed: int, cost: int, **more: object) -> Outcome:
    return outcome(order(seed, method="one-shot"), cost, **more)


def test_ratios_are_taken_instance_by_instance() -> None:
    results: list[Result] = [
        ours(1, 100),
        ours(2, 200),
        ours(3, 300),
        peer(1, 150),
        peer(2, 200),
        peer(3, 270),
    ]
    found = compare(results, "one-shot", 10)
    assert (found.case, found.congestion, found.limit, found.instances) == ("team", "typical", 10, 3)
    assert found.median_ratio == pytest.approx(1.0)
    assert found.least_ratio == pytest.approx(0.9)
    assert (found.better, found.equal, found.worse, found.without) == (1, 1, 1, 0)


def test_no_lawful_calendar_is_worse_than_any() -> None:
    unlawful = peer(2, 1, violations={"venue.overlap": 1})
    results: list[Result] = [
        ours(1, 100),
        ours(2, 200),
        ours(3, 300),
        none_in_time(1, method="one-shot"),
        unlawful,
    ]
    found = compare([*results, peer(3, 330)], "one-shot", 10)
    assert (found.better, found.worse, found.without) == (3, 0, 2)
    assert found.median_ratio == pytest.approx(1.1)
    assert found.notes == ("no calendar in time (1)", "not lawful (1)")


def test_our_own_failure_counts_for_the_peer() -> None:
    found = compare([none_in_time(1), ours(2, 200), peer(1, 150), peer(2, 300)], "one-shot", 10)
    assert (found.instances, found.better, found.worse) == (2, 1, 1)


def test_only_runs_of_the_limit_are_compared_but_first_fit_has_none() -> None:
    results: list[Result] = [
        first_fit(1, 500),
        ours(1, 100),
        outcome(order(1, seconds=60), 80),
        peer(1, 150),
        outcome(order(1, method="one-shot", seconds=60), 88),
    ]
    assert compare(results, "one-shot", 10).median_ratio == pytest.approx(1.5)
    assert compare(results, "one-shot", 60).median_ratio == pytest.approx(1.1)
    assert compare(results, "first-fit", 60).median_ratio == pytest.approx(6.25)


def test_shares_of_the_avoidable_cost_are_by_our_bound() -> None:
    found = compare([first_fit(1, 500), ours(1, 120, 100.0), peer(1, 300)], "one-shot", 10)
    assert found.share == pytest.approx(0.5)
    assert found.our_share == pytest.approx(0.05)


def test_a_cost_of_nothing() -> None:
    assert ratio(0, 0) == 1
    assert ratio(5, 0) == float("inf")
    assert ratio(5, 4) == 1.25


def test_arms_are_compared_with_all_parts_and_with_the_best_bound_of_any() -> None:
    results: list[Result] = [
        ours(1, 100, 90.0),
        ours(2, 200, 190.0),
        outcome(order(1, without=("prices",)), 150, bound=50.0),
        outcome(order(2, without=("prices",)), 200, bound=195.0),
        outcome(order(1, without=("hints",)), 99, bound=80.0),
        none_in_time(2, without=("hints",)),
    ]
    whole, prices, hints = ablate(results)
    assert [arm.without for arm in (whole, prices, hints)] == [(), ("prices",), ("hints",)]
    assert whole.ratio == 1
    assert whole.gap == pytest.approx((0.1 + 0.025) / 2)
    assert whole.own_gap == pytest.approx((0.1 + 0.05) / 2)
    assert prices.ratio == pytest.approx(1.25)
    assert prices.gap == pytest.approx((0.4 + 0.025) / 2)
    assert prices.own_gap == pytest.approx((2 / 3 + 0.025) / 2)
    assert (prices.worse, hints.worse) == (1, 0)
    assert (hints.cost, hints.missing, hints.runs) == (None, 1, 2)


def test_an_ablation_without_all_parts_says_nothing() -> None:
    with pytest.raises(ValueError, match="all parts"):
        ablate([outcome(order(1, without=("hints",)), 99)])
