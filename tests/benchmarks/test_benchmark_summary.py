from __future__ import annotations

import pytest
from benchmark_results import first_fit, none_in_time, order, ours, outcome, sample

from benchmarks.record import Missing
from benchmarks.summary import missing, summaries, summarise

RUNS = (
    ours(1, 500, 450.0, samples=(sample(0.5, 900), sample(1.0, 900, 450.0), sample(2.5, 500, 450.0))),
    ours(2, 600, 570.0, samples=(sample(3.0, 600, 570.0),)),
    ours(3, 700, 700.0, samples=(sample(0.1, 700, 700.0),), violations={"venue.overlap": 2}),
)


def test_a_summary_takes_medians_over_seeds_and_the_worst_memory() -> None:
    naive = [first_fit(1, 950), first_fit(2, 590), first_fit(1, 1, case="worker")]
    found = summarise(RUNS, naive, marks=(1.0, 3.0, 30.0))
    assert found.first == 0.5
    assert [moment.seconds for moment in found.moments] == [1.0, 3.0]
    assert found.gap_at(1.0) == pytest.approx(0.5)
    assert found.gap_at(3.0) == pytest.approx(0.05)
    assert found.gap_at(30.0) is None
    assert found.gap == pytest.approx(0.05)
    assert found.share == pytest.approx((0.1 + 1.5) / 2)
    assert (found.better, found.compared) == (1, 2)
    assert found.cost == 600
    assert found.levels == {"family": 600}
    assert found.peak_mb == 103.0
    assert (found.lawful, found.runs) == (2, 3)


def test_a_moment_has_the_calendar_the_bound_and_the_points_by_level() -> None:
    runs = [
        ours(1, 500, samples=(sample(0.5, 700, 400.0, family=700), sample(2.0, 500, 450.0, family=500))),
        ours(2, 500, samples=(sample(0.5, 900, 300.0, family=800, breach=100),)),
        ours(3, 500, samples=(sample(1.5, 600, 350.0, family=600),)),
    ]
    early, late = summarise(runs, (), marks=(1.0, 3.0)).moments
    assert (early.cost, early.bound) == (900, 300.0)
    assert early.levels["family"] == 800
    assert (late.cost, late.bound) == (600, 350.0)
    assert (late.levels["family"], late.levels["breach"]) == (600, 0)


def test_a_method_that_proves_nothing_has_no_gap_and_no_share() -> None:
    runs = [first_fit(1, 950)]
    found = summarise(runs, runs, marks=(1.0,))
    assert not found.proves
    assert found.gap is None
    assert found.share is None
    assert found.cost == 950


def test_a_run_without_a_calendar_is_later_and_dearer_than_any() -> None:
    found = summarise([RUNS[0], RUNS[1], none_in_time(3)], (), marks=(1.0,))
    assert (found.cost, found.first, found.runs, found.lawful) == (600, 3.0, 3, 2)
    assert found.moments[0].cost is None
    assert summarise([RUNS[0], none_in_time(2), none_in_time(3)], (), marks=()).cost is None


def test_runs_that_differ_in_more_than_the_seed_are_apart() -> None:
    found = summaries(
        [
            first_fit(1, 950),
            RUNS[0],
            RUNS[1],
            outcome(order(1, seconds=60), 480),
            outcome(order(1, congestion="hard"), 900),
            outcome(order(1, without=("hints",)), 510),
        ],
        marks=(1.0,),
    )
    assert [(one.method, one.congestion, one.limit, one.runs) for one in found] == [
        ("first-fit", "typical", 0, 1),
        ("convene", "typical", 10, 2),
        ("convene", "typical", 60, 1),
        ("convene", "hard", 10, 1),
        ("convene", "typical", 10, 1),
    ]


def test_reasons_for_having_no_calendar_are_said_once() -> None:
    gone = [
        Missing(order=order(seed, method="timefold"), why="not available", note="no JDK") for seed in (1, 2)
    ]
    failed = Missing(order=order(3, method="one-shot"), why="failed", note="Traceback\n  line\nMemoryError\n")
    assert missing([RUNS[0], *gone, failed]) == [
        "timefold: not available: no JDK (2 of the runs, the first of them team typical seed 1, timefold, 10 s)",
        "one-shot: failed: MemoryError (1 of the runs, the first of them team typical seed 3, one-shot, 10 s)",
    ]
