from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest
from benchmark_results import outcome

from benchmarks.__main__ import PUBLISHED, main
from benchmarks.cases import CASES, case_of_size
from benchmarks.record import PARTS, Method, Missing, Order, Result
from benchmarks.studies import Scope, Study, ablation_study, case_study, growth_study, peers_study
from solver.engine.settings import Parts

SCOPE = Scope(seeds=(1, 2), congestion=("easy", "hard"), seconds=(), authority="wandsworth", workers=2)


def answered(study: Study, gone: Method | None = None) -> list[Result]:
    """A result for each of the orders; the more that is off or the shorter the limit the dearer."""
    return [
        Missing(order=one, why="not available", note="no JDK")
        if one.method == gone
        else outcome(
            one,
            1000 * (1 + len(one.without)) + (500 if one.method != "convene" else 0) - int(one.seconds),
            bound=900.0 if one.method == "convene" else None,
        )
        for one in study.orders
    ]


def kinds(study: Study) -> Counter[tuple[str, str, float]]:
    return Counter((one.congestion, one.method, one.seconds) for one in study.orders)


def test_the_cases_have_their_sizes_and_limits() -> None:
    sizes = {name: (case.size, case.seconds) for name, case in CASES.items()}
    assert sizes == {
        "family": (3, (10,)),
        "worker": (18, (10,)),
        "team": (150, (10, 60)),
        "service": (600, (10, 60)),
        "authority": (6000, (600,)),
        "one-off": (800, (10, 60)),
    }
    assert (case_of_size(150), case_of_size(37), case_of_size(800)) == ("team", "37 plans", "800 plans")


def test_a_case_is_run_once_by_first_fit_and_once_a_limit() -> None:
    study = case_study(CASES["team"], SCOPE)
    assert kinds(study) == {
        (congestion, method, seconds): 2
        for congestion in ("easy", "hard")
        for method, seconds in (("first-fit", 0), ("convene", 10), ("convene", 60))
    }
    results, levels, moments = study.tables(answered(study))
    assert len(results) == 1 + 6
    assert len(levels) == 1 + 6
    assert {row[2] for row in moments[1:]} == {"60 s"}
    assert study.notes(answered(study)) == []


def test_a_case_that_has_one_level_is_made_at_that() -> None:
    study = case_study(CASES["one-off"], SCOPE)
    assert {one.congestion for one in study.orders} == {"typical"}


def test_growth_takes_the_sizes_in_order_at_one_limit() -> None:
    study = growth_study([600, 3, 37], SCOPE)
    ours = [one for one in study.orders if one.method == "convene"]
    assert [one.size for one in ours[:6]] == [3, 3, 37, 37, 600, 600]
    assert [one.case for one in ours[:6:2]] == ["family", "37 plans", "service"]
    assert {one.seconds for one in ours} == {60}
    (table,) = study.tables(answered(study))
    assert [row[0] for row in table[1:]] == ["3", "37", "600"] * 2


def test_an_ablation_leaves_out_one_part_at_a_time() -> None:
    study = ablation_study([CASES["team"]], SCOPE)
    per_instance = [one.without for one in study.orders if (one.congestion, one.seed) == ("hard", 2)]
    assert per_instance == [(), *((part,) for part in PARTS)]
    assert set(PARTS) == {field.name for field in fields(Parts)}
    assert {one.seconds for one in study.orders} == {10}
    (table,) = study.tables(answered(study))
    assert len(table) == 1 + 2 * (1 + len(PARTS))
    assert [row[6] for row in table[1:3]] == ["1.000 ×", "2.0 ×"]


def test_peers_run_on_the_same_instances_and_limits() -> None:
    study = peers_study([CASES["team"]], ("first-fit", "one-shot", "timefold"), SCOPE)
    assert kinds(study) == {
        (congestion, method, seconds): 2
        for congestion in ("easy", "hard")
        for method, seconds in (
            ("first-fit", 0),
            *((method, limit) for method in ("convene", "one-shot", "timefold") for limit in (10, 60)),
        )
    }


def test_a_peer_that_is_not_there_is_said_and_nothing_fails() -> None:
    study = peers_study([CASES["team"]], ("first-fit", "timefold"), SCOPE)
    results = answered(study, gone="timefold")
    table = study.tables(results)[0]
    rows = {(row[1], row[2], row[3]): row for row in table[1:]}
    assert rows["hard", "timefold", "10 s"][-1] == "not available: no JDK (2)"
    assert rows["hard", "first-fit", "60 s"][6:9] == ("2 of 2", "0", "0")
    (note,) = study.notes(results)
    assert note.startswith("timefold: not available: no JDK (8 of the runs")


def test_what_is_published_can_be_listed_without_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["published", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(PUBLISHED) + 1
    assert all(f"python -m benchmarks {line}" in said for line, said in zip(PUBLISHED, lines, strict=False))
    assert main(["published", "--list", "--only", "peers", "growth"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_every_case_and_study_is_published() -> None:
    assert [line.split()[0] for line in PUBLISHED] == [*CASES, "growth", "ablation", "peers"]


def test_an_order_says_what_it_is() -> None:
    study = ablation_study([CASES["team"]], SCOPE)
    one: Order = study.orders[1]
    assert one.words == "team easy seed 1, convene without prices, 10 s"
