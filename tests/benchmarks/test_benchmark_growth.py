from __future__ import annotations

from benchmark_results import first_fit, none_in_time, order, outcome, sample

from benchmarks.growth import points
from benchmarks.record import Result


def test_a_point_a_congestion_and_size() -> None:
    results: list[Result] = [
        outcome(
            order(1, size=300), 3000, bound=2985.0, samples=(sample(1.0, 3000), sample(4.0, 3000, 2985.0))
        ),
        outcome(order(1, size=18), 200, bound=200.0, samples=(sample(0.1, 200), sample(0.2, 200, 200.0))),
        first_fit(1, 900, size=300),
        none_in_time(1, size=18, congestion="hard"),
    ]
    small, large, hard = points(results)
    assert [(one.size, one.congestion) for one in (small, large, hard)] == [
        (18, "typical"),
        (300, "typical"),
        (18, "hard"),
    ]
    assert (small.first, small.to_gap, small.gap, small.naive) == (0.1, 0.2, 0.0, None)
    assert (large.first, large.to_gap, large.gap, large.naive) == (1.0, 4.0, 0.005, 900)
    assert (hard.first, hard.to_gap, hard.cost) == (None, None, None)


def test_a_gap_above_one_percent_is_never_reached() -> None:
    (found,) = points([outcome(order(1), 100, bound=98.0, samples=(sample(1.0, 100, 98.0),))])
    assert found.to_gap is None
    assert found.gap == 0.02
