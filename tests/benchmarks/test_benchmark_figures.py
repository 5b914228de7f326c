from __future__ import annotations

import math

import pytest
from benchmark_results import ours, sample

from benchmarks.figures import (
    avoidable_share,
    first_complete,
    gap_at,
    gap_of,
    largest,
    middle,
    sample_at,
    seconds_to_gap,
)

SAMPLES = (sample(0.2), sample(0.5, 900), sample(1.0, 900, 450.0), sample(2.5, 500, 450.0))


def test_the_first_whole_calendar() -> None:
    assert first_complete(SAMPLES) == 0.5
    assert first_complete(SAMPLES[:1]) is None


@pytest.mark.parametrize(("mark", "cost"), [(0.3, None), (0.5, 900), (1.0, 900), (2.0, 900), (60.0, 500)])
def test_the_state_at_a_mark_is_the_last_by_then(mark: float, cost: int | None) -> None:
    found = sample_at(SAMPLES, mark)
    assert found is not None
    assert found.cost == cost


def test_before_the_first_sample_there_is_no_state() -> None:
    assert sample_at(SAMPLES, 0.1) is None


def test_the_gap_is_a_share_of_the_cost() -> None:
    assert gap_of(500, 450.0) == pytest.approx(0.1)
    assert gap_of(0, 0.0) == 0
    assert gap_of(None, 450.0) is None
    assert gap_of(500, None) is None


def test_the_gap_on_the_way() -> None:
    run = ours(1, 500, samples=SAMPLES)
    assert gap_at(run, 0.1) is None
    assert gap_at(run, 0.7) is None
    assert gap_at(run, 1.0) == pytest.approx(0.5)
    assert gap_at(run, 60.0) == pytest.approx(0.1)


def test_seconds_until_a_gap_is_proven() -> None:
    assert seconds_to_gap(SAMPLES, 0.5) == 1.0
    assert seconds_to_gap(SAMPLES, 0.2) == 2.5
    assert seconds_to_gap(SAMPLES, 0.01) is None


def test_the_share_left_of_the_avoidable_cost() -> None:
    assert avoidable_share(500, 450, 950) == pytest.approx(0.1)
    assert avoidable_share(450, 450, 950) == 0
    assert avoidable_share(450, 450, 450) is None


def test_the_median_counts_never_as_last() -> None:
    assert middle([3.0, None, 1.0]) == 3.0
    assert middle([None, None, 1.0]) is None
    assert middle([1.0, 2.0]) == 1.5
    assert middle([]) is None


def test_a_bound_that_is_not_there_is_below_all_others() -> None:
    assert middle([3.0, None, 1.0], never=-math.inf) == 1.0
    assert middle([None, None, 1.0], never=-math.inf) is None


def test_the_largest_of_what_is_known() -> None:
    assert largest([None, 3.0, 5.0]) == 5.0
    assert largest([None]) is None
