from __future__ import annotations

from pathlib import Path

import pytest
from benchmark_results import outcome, sample

from benchmarks import publish
from benchmarks.cases import CASES
from benchmarks.kept import Kept
from benchmarks.record import Order, Result
from benchmarks.runner import Runs
from benchmarks.studies import Scope, Study, case_study

SCOPE = Scope(seeds=(1,), congestion=("typical",), seconds=(10,), authority="wandsworth", workers=2)


@pytest.fixture
def study() -> Study:
    return case_study(CASES["worker"], SCOPE)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(publish, "README", tmp_path / "README.md")
    monkeypatch.setattr(publish, "FIGURES", tmp_path / "figures")
    (tmp_path / "README.md").write_text("# Results\n\n<!-- more results -->\n", encoding="utf-8")
    return tmp_path


def answer(order: Order) -> Result:
    ours = order.method == "convene"
    return outcome(
        order,
        500 if ours else 900,
        bound=495.0 if ours else None,
        samples=(sample(0.4, 700, 300.0), sample(1.2, 500, 495.0)) if ours else (sample(0.1, 900),),
    )


def unlawful(order: Order) -> Result:
    return outcome(order, 500, violations={"venue.overlap": 1})


def test_a_study_is_shown_and_nothing_written(
    study: Study, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (place / "README.md").read_text(encoding="utf-8")
    runs = Runs(Kept(place / "kept"), resume=False, execute=answer)
    assert publish.publish(study, "python -m benchmarks worker", runs, marked_up=False, write=False) == 0
    said = capsys.readouterr().out
    assert said.startswith("`python -m benchmarks worker`, 20")
    assert "1.00 %" in said
    assert (place / "README.md").read_text(encoding="utf-8") == before
    assert not (place / "figures").exists()


def test_a_calendar_that_is_not_lawful_is_a_failure(
    study: Study, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = Runs(Kept(place / "kept"), resume=False, execute=unlawful)
    assert publish.publish(study, "command", runs, marked_up=False, write=False) == 1
    assert "NOT LAWFUL: {'venue.overlap': 1}" in capsys.readouterr().err


def test_a_written_study_has_its_section_and_its_plot(study: Study, place: Path) -> None:
    for _ in range(2):
        runs = Runs(Kept(place / "kept"), resume=True, execute=answer)
        publish.publish(study, "python -m benchmarks worker", runs, marked_up=False, write=True)
    readme = (place / "README.md").read_text(encoding="utf-8")
    assert readme.count("<!-- results: worker -->") == 1
    assert "](figures/worker.svg)" in readme
    assert "| worker | typical | convene | 10 s |" in readme
    assert (place / "figures" / "worker.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_the_time_expected_is_the_limits_and_something_for_each_run() -> None:
    assert publish.expected([]) == 0
    study = case_study(CASES["worker"], SCOPE)
    assert 10 < publish.expected(study.orders) < 30
