"""Real runs, each in a process of its own, as small as can be."""

from __future__ import annotations

from benchmark_results import order

from benchmarks.record import Missing, Outcome
from benchmarks.runner import run

FAMILY = {"case": "family", "size": 3, "seconds": 1}


def test_a_run_is_timed_measured_and_checked() -> None:
    result = run(order(1, **FAMILY))
    assert isinstance(result, Outcome)
    assert result.violations == {}
    assert result.bound is not None
    assert result.bound <= result.cost
    assert result.cost == sum(result.levels.values())
    assert result.samples[-1].cost == result.cost
    assert result.samples[-1].seconds == result.seconds
    assert [sample.seconds for sample in result.samples] == sorted(one.seconds for one in result.samples)
    assert result.peak_mb is None or result.peak_mb > 50


def test_parts_can_be_switched_off() -> None:
    result = run(order(1, **FAMILY, without=("prices", "neighbourhoods", "joint", "pruning", "hints")))
    assert isinstance(result, Outcome)
    assert result.violations == {}


def test_first_fit_proves_nothing() -> None:
    result = run(order(1, **FAMILY, method="first-fit"))
    assert isinstance(result, Outcome)
    assert (result.bound, result.violations) == (None, {})


def test_a_run_that_fails_is_a_result() -> None:
    result = run(order(1, **FAMILY, authority="nowhere"))
    assert isinstance(result, Missing)
    assert result.why == "failed"
    assert "nowhere" in result.note
