"""The pages' benchmark: its tables, and once the whole of it on a small team."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.page_visits import CHROMIUM, Visit
from benchmarks.pages import PAGES, Measured, Verdicts, main, misses, shares, table, verdict_line

QUICK = Visit(20.0, 100.0, 120.0, 60_000)
SLOW = Visit(900.0, 1_500.0, 1_600.0, 400_000)


def test_a_page_is_a_line_of_the_table() -> None:
    lines = table([Measured("caseload", (QUICK, QUICK, SLOW), (QUICK,))])
    assert len({line.count("|") for line in lines}) == 1
    assert lines[-1].startswith("| caseload | 400 | 20 / 812 | 100 / 1360 |")
    assert lines[-1].endswith("| 60 | 20 / 20 | 100 / 100 | 120 / 120 |")


def test_what_misses_its_target_is_said() -> None:
    fine = Verdicts((50.0, 60.0), 900.0, 1)
    assert misses([Measured("caseload", (QUICK,), (QUICK,)), Measured("week", (SLOW,), (SLOW,))], fine) == []
    missed = misses([Measured("caseload", (SLOW,), (QUICK,))], Verdicts((400.0,), 900.0, 0))
    assert [one.partition(":")[0] for one in missed] == ["caseload", "caseload", "verdict of a move"]


def test_verdicts_in_a_sentence() -> None:
    said = verdict_line(Verdicts((50.0, 60.0), 900.0, 1))
    assert said.startswith("Verdict of a move, asked by the page: median 55 ms, p95 60 ms of 2 (1 possible)")
    assert said.endswith("the first of all 900 ms.")
    assert shares(()) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.web
def test_the_whole_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    if not Path(CHROMIUM).is_file():
        pytest.skip("Chromium isn't installed")
    main(["--plans", "2", "--times", "1", "--moves", "2"])
    said = capsys.readouterr()
    assert "`python -m benchmarks.pages --plans 2 --times 1 --moves 2`" in said.out
    assert all(f"| {page} |" in said.out or f"{page}: there is no such page" in said.err for page in PAGES)
    assert "Verdict of a move" in said.out
