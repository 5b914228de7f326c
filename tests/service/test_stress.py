"""`convene stress`: a table, JSON, a page that stands alone, rates with clear faults; and nothing is changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stress_cases import held_on, team

import solver.stress.plain
from service.cli.main import cli
from service.report.stress import build_plot
from service.stress_words import verdict
from solver.check import CheckReport, Violation
from solver.generate import to_json
from solver.schema.caseload import Caseload
from solver.schema.stress import Late, Rates, Spread, Stress
from solver.stress.plain import PlainLimits
from solver.stress.stress import stress

Json = dict[str, Any]
FEW = ("--runs", "4", "--rounds", "1")


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin, catch_exceptions=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar = tmp_path / "caseload.json", tmp_path / "calendar.json"
    loaded, _, standing = team()
    caseload.write_bytes(to_json(loaded))
    calendar.write_text(standing.model_dump_json(by_alias=True))
    return caseload, calendar


@cache
def example() -> tuple[Caseload, Stress]:
    caseload, policy, calendar = team()
    return caseload, stress(caseload, policy, calendar, runs=4, plain=PlainLimits(rounds=1))


def test_the_table_says_what_slack_is_worth(files: tuple[Path, Path]) -> None:
    before = [path.read_bytes() for path in files]
    result = run("stress", *files, *FEW)
    assert result.exit_code == 0
    assert "4 runs" in result.stdout
    for words in (
        "this calendar",
        "without resilience",
        "Late in the end",
        "beside resilience",
        "Behind most of",
    ):
        assert words in result.stdout
    assert [path.read_bytes() for path in files] == before
    assert run("stress", *files, *FEW).stdout == result.stdout


def test_json_holds_every_run(files: tuple[Path, Path]) -> None:
    asked = ("stress", *files, "--runs", "4", "--alone", "--json", "--rate", "sick_days", "6")
    result = run(*asked)
    found = json.loads(result.stdout)
    assert found.pop("written") == []
    read = Stress.model_validate(found)
    assert len(read.stressed.runs) == 4
    assert read.rates == Rates(sick_days=6)
    assert run(*asked).stdout == result.stdout
    assert run(*asked, "--seed", "2").stdout != result.stdout


def test_alone_and_against(files: tuple[Path, Path]) -> None:
    alone = json.loads(run("stress", *files, "--runs", "2", "--alone", "--json").stdout)
    assert alone["comparison"] is None
    against = json.loads(run("stress", *files, "--runs", "2", "--against", files[1], "--json").stdout)
    assert against["comparison"]["given"]
    assert against["comparison"]["late"]["mean"] == 0
    assert (
        "no clear difference in late meetings"
        in run("stress", *files, "--runs", "2", "--against", files[1]).stdout
    )
    assert "Difference" not in run("stress", *files, "--runs", "2", "--alone").stdout


def test_the_page_stands_alone(files: tuple[Path, Path], tmp_path: Path) -> None:
    page, whole = tmp_path / "stress.html", tmp_path / "whole.html"
    result = run("stress", *files, *FEW, "--report", page, "--whole-report", whole)
    assert result.exit_code == 0
    assert f"Written  {page}, {whole}" in result.stdout
    for path in (page, whole):
        text = path.read_text(encoding="utf-8")
        assert "Under stress" in text
        assert '<svg viewBox="0 0 760' in text
        assert not re.search(r"(?:src|href)=[\"'](?!#)", text)
        assert "url(http" not in text
    assert "Every meeting" in whole.read_text(encoding="utf-8")


def test_the_page_names_no_family(files: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "stress.html"
    run("stress", *files, *FEW, "--report", page)
    text = page.read_text(encoding="utf-8")
    caseload = team()[0]
    for person in caseload.people:
        if person.role in ("child", "parent", "carer", "family"):
            assert person.name not in text


def test_the_plot_has_a_bar_for_every_number_of_late_meetings() -> None:
    _, found = example()
    plot = build_plot(found)
    assert len(plot.halves) == 2
    assert found.comparison is not None
    for half, one in zip(plot.halves, (found.stressed, found.comparison.other), strict=True):
        assert len(half.bars) == len({len(done.late) for done in one.runs})
        assert half.low <= half.mean <= half.high
        assert all(plot.left <= bar.x and bar.x + bar.width <= plot.right for bar in half.bars)
    own, other = plot.halves
    assert all(bar.y + bar.height == pytest.approx(plot.axis, abs=0.11) for bar in own.bars)
    assert all(bar.y == plot.axis + 1 for bar in other.bars)


@pytest.mark.parametrize("most", [0, 1, 25, 26, 60, 700])
def test_the_plot_fits_its_frame_whatever_the_numbers(most: int) -> None:
    """Many late meetings share bars; there are ticks, and the mean of runs that are all alike is in their bar."""
    _, found = example()
    late = Late(meeting="m", series="s", kind="core_group", days=1, held=True, cause=None, subject=None)
    runs = tuple(one.model_copy(update={"late": (late,) * most}) for one in found.stressed.runs)
    alike = Spread(mean=most, low=most, high=most)
    own = found.stressed.model_copy(update={"runs": runs, "late": alike})
    plot = build_plot(found.model_copy(update={"stressed": own, "comparison": None}))
    (half,) = plot.halves
    (bar,) = half.bars
    assert bar.x + bar.width <= plot.right
    assert bar.x - 1.1 <= half.mean <= bar.x + bar.width + 1.1
    assert 1 <= len(plot.ticks) <= 14
    assert most == 0 or len(plot.ticks) > 1


def test_one_calendar_makes_half_a_plot() -> None:
    found = example()[1].model_copy(update={"comparison": None})
    plot = build_plot(found)
    assert len(plot.halves) == 1
    assert plot.height < build_plot(example()[1]).height
    assert list(verdict(found)) == []


def test_a_clear_difference_is_told_as_one() -> None:
    _, found = example()
    assert found.comparison is not None
    sure = found.comparison.late.model_copy(update={"mean": -2.0, "low": -3.0, "high": -1.0})
    told = list(
        verdict(found.model_copy(update={"comparison": found.comparison.model_copy(update={"late": sure})}))
    )
    assert told[0].startswith("2.0 fewer meetings are late")
    assert "1.0 to 3.0" in told[0]
    unsure = sure.model_copy(update={"high": 0.5})
    told = list(
        verdict(found.model_copy(update={"comparison": found.comparison.model_copy(update={"late": unsure})}))
    )
    assert "no clear difference" in told[0]


def test_all_faults_of_the_rates_are_told(files: tuple[Path, Path]) -> None:
    result = run(
        "stress",
        *files,
        "--rate",
        "sick_day",
        "3",
        "--rate",
        "leave_days",
        "x",
        "--rate",
        "family_cancels_percent",
        "400",
    )
    assert result.exit_code == 2
    assert "3 faults in the rates. Nothing was written." in result.stderr
    assert 'Did you mean "sick_days"?' in result.stderr
    assert "less than or equal to 100" in result.stderr
    assert "valid integer" in result.stderr


def test_rates_come_from_a_file_and_the_command_line_comes_last(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    rates = tmp_path / "rates.json"
    rates.write_text('{"sick_days": 7, "leave_a_year": 0}')
    found = json.loads(
        run(
            "stress", *files, "--runs", "1", "--alone", "--rates", rates, "--rate", "sick_days", "3", "--json"
        ).stdout
    )
    assert (found["rates"]["sick_days"], found["rates"]["leave_a_year"]) == (3, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", "is not an object with rates"),
        ("{", "is not JSON"),
        ('{"sick_days": 0.5}', "greater than or equal to 1"),
        ('{"sick_days": NaN}', "finite number"),
    ],
)
def test_a_file_that_holds_no_rates(
    files: tuple[Path, Path], tmp_path: Path, content: str, words: str
) -> None:
    rates = tmp_path / "rates.json"
    rates.write_text(content)
    result = run("stress", *files, "--rates", rates)
    assert result.exit_code == 2
    assert words in result.stderr


def test_what_does_not_go_together(files: tuple[Path, Path], tmp_path: Path) -> None:
    for arguments, words in (
        ((*files, "--alone", "--against", files[1]), "--alone compares with nothing"),
        (("-", "-"), "Only one of the files can come from standard input"),
        ((*files, "--rates", tmp_path / "none.json"), "can't be read"),
        ((*files, "--report", tmp_path / "none" / "page.html"), "isn't a directory"),
        ((*files, "--runs", "0"), "0 is not in the range"),
    ):
        result = run("stress", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr


def test_a_calendar_of_another_caseload(files: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(held_on("2027-01-14T10:00")[2].model_dump_json(by_alias=True))
    result = run("stress", files[0], other)
    assert result.exit_code == 2
    assert "give the caseload that it was planned from" in result.stderr


def test_a_fault_of_convene_is_told_as_one(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    violation = Violation(
        "person.overlap", ("m-1",), ("sw-1",), 1, "sw-1 is at m-1 and m-2 at once.", forced=False
    )
    report = CheckReport([violation], [], {}, 0, [])
    monkeypatch.setattr(solver.stress.plain, "check_calendar", lambda *_: report)
    result = run("stress", *files, "--runs", "1", "--rounds", "1")
    assert result.exit_code == 1
    assert "sw-1 is at m-1 and m-2 at once." in result.stderr
    assert "a fault of Convene" in result.stderr


def test_rates_are_listed_with_what_they_mean() -> None:
    result = run("stress", "--list-rates")
    assert result.exit_code == 0
    assert [line.split(" = ")[0] for line in result.stdout.splitlines()[::2]] == list(Rates.model_fields)
    assert all(line.startswith("    ") and len(line) > 20 for line in result.stdout.splitlines()[1::2])


def test_its_words_can_be_imported_first() -> None:
    """As the command does it, before anything else of the report is there."""
    subprocess.run([sys.executable, "-c", "import service.stress_words"], check=True, timeout=60)
