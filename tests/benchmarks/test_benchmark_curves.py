from __future__ import annotations

import pytest
from benchmark_results import first_fit, none_in_time, order, outcome, sample

from benchmarks.curves import EARLIEST, curves
from benchmarks.record import Result

EARLY = (sample(0.5, 900), sample(2.0, 600, 300.0), sample(8.0, 500, 450.0))
LATE = (sample(1.0, 1000, 100.0), sample(4.0, 700, 500.0))


def test_a_curve_a_congestion_of_the_longest_limit() -> None:
    results = [
        first_fit(1, 2000),
        outcome(order(1, seconds=5), 1),
        outcome(order(1), 500, seconds=10.5, samples=EARLY),
        outcome(order(1, congestion="hard"), 700, seconds=4.5, samples=LATE),
    ]
    typical, hard = curves(results)
    assert (typical.label, typical.runs, typical.limit, typical.naive) == ("typical", 1, 10, 2000)
    assert typical.seconds[0] == pytest.approx(EARLIEST)
    assert typical.seconds[-1] == pytest.approx(10)
    assert typical.first == 0.5
    assert list(dict.fromkeys(typical.best)) == [None, 900, 600, 500]
    assert list(dict.fromkeys(typical.bound)) == [None, 300.0, 450.0]
    assert [gap for gap in dict.fromkeys(typical.gap) if gap is not None] == [0.5, 0.1]
    # It ended before its limit: so does its curve.
    assert hard.seconds[-1] == pytest.approx(4.5)
    assert hard.naive is None


def test_medians_over_the_seeds_at_each_moment() -> None:
    results: list[Result] = [
        outcome(order(1), 500, samples=EARLY),
        outcome(order(2), 700, samples=LATE),
        none_in_time(3),
    ]
    (found,) = curves(results)
    # With one run of three without a calendar the median is the worse of the other two.
    assert [best for best in dict.fromkeys(found.best) if best is not None] == [1000, 700]
    assert found.first == 1.0
    assert found.runs == 3
