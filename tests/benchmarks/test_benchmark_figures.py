from __future__ import annotations

from typing import Any

import pytest

from benchmarks.figures import avoidable_share, first_complete, gap_of, middle, sample_at, summarise
from benchmarks.record import Order, Outcome, Sample


def sample(seconds: float, cost: int | None = None, bound: float | None = None) -> Sample:
    return Sample(seconds=seconds, cost=cost, bound=bound, breaches=None)


def outcome(
    seed: int, cost: int, *, method: str = "convene", bound: float | None = None, **more: Any
) -> Outcome:
    order = {
        "case": more.pop("case", "team"),
        "plans": 150,
        "seed": seed,
        "congestion": "typical",
        "authority": "wandsworth",
        "method": method,
        "seconds": 10,
        "workers": 2,
    }
    whole = {
        "order": Order.model_validate(order),
        "meetings": 400,
        "samples": (),
        "seconds": 9.5,
        "cost": cost,
        "levels": {"family": cost},
        "bound": bound,
        "breaches": 0,
        "breaches_proved": 0,
        "violations": {},
        "peak_mb": 100.0 + seed,
    }
    return Outcome.model_validate(whole | more)


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


def test_the_share_left_of_the_avoidable_cost() -> None:
    assert avoidable_share(500, 450, 950) == pytest.approx(0.1)
    assert avoidable_share(450, 450, 950) == 0
    assert avoidable_share(450, 450, 450) is None


def test_the_median_counts_never_as_last() -> None:
    assert middle([3.0, None, 1.0]) == 3.0
    assert middle([None, None, 1.0]) is None
    assert middle([1.0, 2.0]) == 1.5
    assert middle([]) is None


def test_a_summary_takes_medians_over_seeds_and_the_worst_memory() -> None:
    runs = [
        outcome(1, 500, bound=450.0, samples=SAMPLES),
        outcome(2, 600, bound=570.0, samples=(sample(3.0, 600, 570.0),)),
        outcome(3, 700, bound=700.0, samples=(sample(0.1, 700, 700.0),), violations={"venue.overlap": 2}),
    ]
    first_fit = [
        outcome(1, 950, method="first-fit"),
        outcome(2, 590, method="first-fit"),
        outcome(1, 1, method="first-fit", case="worker"),
    ]
    found = summarise(runs, first_fit, marks=(1.0, 3.0, 30.0))
    assert found.first == 0.5
    assert found.gaps == {1.0: pytest.approx(0.5), 3.0: pytest.approx(0.05)}
    assert found.gap == pytest.approx(0.05)
    assert found.share == pytest.approx((0.1 + 1.5) / 2)
    assert (found.better, found.compared) == (1, 2)
    assert found.cost == 600
    assert found.levels == {"family": 600}
    assert found.peak_mb == 103.0
    assert (found.lawful, found.runs) == (2, 3)


def test_a_method_that_proves_nothing_has_no_gap_and_no_share() -> None:
    runs = [outcome(1, 950, method="first-fit")]
    found = summarise(runs, runs, marks=(1.0,))
    assert found.gap is None
    assert found.share is None
    assert found.cost == 950
