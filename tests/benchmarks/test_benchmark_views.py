from __future__ import annotations

from benchmark_results import first_fit, none_in_time, order, ours, outcome, sample

from benchmarks import views
from benchmarks.comparison import ablate, compare
from benchmarks.growth import points
from benchmarks.record import Result
from benchmarks.summary import summaries
from benchmarks.tables import Table

RESULTS = [
    first_fit(1, 950, congestion="hard"),
    outcome(
        order(1, congestion="hard"),
        500,
        bound=450.0,
        breaches=2,
        breaches_proved=1,
        samples=(sample(0.456, 900, 400.0, breach=600, family=300), sample(2.0, 500, 450.0, family=500)),
    ),
]


def cells(table: Table, row: int = 1) -> dict[str, str]:
    return dict(zip(table[0], table[row], strict=True))


def test_results_have_a_cell_for_every_head() -> None:
    table = views.results(summaries(RESULTS, (1.0, 3.0)), (1.0, 3.0))
    naive, found = cells(table), cells(table, 2)
    assert (naive["method"], naive["limit"], naive["gap at 1 s"], naive["cost"]) == (
        "first-fit",
        "–",
        "–",
        "950",
    )
    assert naive["breaches (proved)"] == "0"
    assert found["first calendar"] == "0.46 s"
    assert (found["gap at 1 s"], found["gap at 3 s"]) == ("55.56 %", "10.00 %")
    assert (found["gap at the end"], naive["gap at the end"]) == ("10.00 %", "–")
    assert found["share left"] == "10.00 %"
    assert found["better than first fit"] == "1 of 1"
    assert found["breaches (proved)"] == "2 (1)"
    assert found["lawful"] == "1 of 1"
    assert found["peak memory"] == "101 MB"


def test_levels_have_a_column_each() -> None:
    found = [ours(1, 12345, levels={"family": 2345, "breach": 10000})]
    assert views.levels(summaries(found, ())) == [
        ("case", "congestion", "method", "limit", "breach", "family"),
        ("team", "typical", "convene", "10 s", "10,000", "2,345"),
    ]


def test_moments_have_a_row_each_and_no_column_of_zeros() -> None:
    table = views.moments(summaries(RESULTS[1:], (0.1, 1.0, 3.0)))
    assert table[0] == (
        *("case", "congestion", "limit", "at", "cost", "bound", "gap", "breaches"),
        *("breach", "family"),
    )
    assert table[1][3:] == ("0.1 s", "–", "–", "–", "–", "–", "–")
    assert table[2][3:] == ("1 s", "900", "400", "55.56 %", "–", "600", "300")
    assert table[3][3:] == ("3 s", "500", "450", "10.00 %", "–", "0", "500")


def test_peers_have_a_row_each_that_says_why_there_is_nothing() -> None:
    mine: list[Result] = [first_fit(1, 500), ours(1, 120, 100.0)]
    theirs: list[Result] = [outcome(order(1, method="one-shot"), 300), none_in_time(1, method="timefold")]
    found = [compare([*mine, *theirs], peer, 10) for peer in ("one-shot", "timefold")]
    one_shot, timefold = cells(views.comparisons(found)), cells(views.comparisons(found), 2)
    assert one_shot["peer's cost by ours, median"] == "2.5 ×"
    assert one_shot["Convene better"] == "1 of 1"
    assert (one_shot["share left, peer"], one_shot["share left, Convene"]) == ("50.00 %", "5.00 %")
    assert timefold["peer's cost by ours, median"] == "–"
    assert timefold["no lawful calendar of the peer"] == "1"
    assert timefold["why none"] == "no calendar in time (1)"


def test_arms_are_named_by_what_is_off() -> None:
    results: list[Result] = [ours(1, 100, 90.0), outcome(order(1, without=("prices", "hints")), 150)]
    table = views.arms(ablate(results))
    assert cells(table)["parts"] == "all"
    assert cells(table)["dearer than all parts"] == "–"
    off = cells(table, 2)
    assert (off["parts"], off["by all parts' cost"]) == ("without prices, hints", "1.500 ×")
    assert (off["above the best bound"], off["own gap"]) == ("40.00 %", "–")
    assert off["dearer than all parts"] == "1 of 1"


def test_growth_is_by_plan() -> None:
    run = outcome(order(1), 3000, bound=2985.0, samples=(sample(4.0, 3000, 2985.0),))
    found = cells(views.growth(points([first_fit(1, 9000), run])))
    assert (found["plans"], found["cost by plan"], found["first fit by plan"]) == ("150", "20", "60")
    assert found["to a gap of 1 %"] == "4.00 s"
    assert found["gap at the limit"] == "0.50 %"
