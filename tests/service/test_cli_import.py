"""`convene template` and `convene import` as commands: what is written, what is told, how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caseloads import small_caseload
from click.testing import CliRunner, Result
from workbooks import book, plain_sheets, spoilt

from service.cli.main import cli
from solver.schema.load import digest, load_caseload

SMALL = json.dumps(small_caseload())


def run(*words: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], input=given, catch_exceptions=False)


def test_both_are_listed() -> None:
    said = run("--help").output
    assert "template" in said
    assert "import" in said


def test_a_workbook_becomes_a_caseload_on_standard_output(tmp_path: Path) -> None:
    source = tmp_path / "team.xlsx"
    source.write_bytes(book(plain_sheets()))
    done = run("import", source)
    assert done.exit_code == 0
    assert digest(load_caseload(done.stdout.encode())) == digest(load_caseload(SMALL.encode()))


def test_every_fault_is_told_with_its_cell_and_nothing_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "team.xlsx", tmp_path / "caseload.json"
    source.write_bytes(book(spoilt({"People!C2": "wizard", "Plans!G2": 5, "Participants!B2": "nobody"})))
    done = run("import", source, "-o", target)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "3 faults in" in done.stderr
    assert "Nothing was written." in done.stderr
    for cell in ('People!C2 = "wizard"', "Plans!G2 = 5", 'Participants!B2 = "nobody"'):
        assert cell in done.stderr
    assert not target.exists()


def test_a_template_of_csv_files_goes_there_and_back(tmp_path: Path) -> None:
    folder, target = tmp_path / "csv", tmp_path / "caseload.json"
    assert run("template", "--csv", "--from", "-", "-o", folder, given=SMALL).exit_code == 0
    assert (folder / "People.csv").read_bytes().startswith(b"\xef\xbb\xbfID,Name,Role")
    assert run("import", folder, "-o", target).exit_code == 0
    assert digest(load_caseload(target)) == digest(load_caseload(SMALL.encode()))


def test_an_empty_template_of_csv_files_has_every_sheet_and_its_example(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    assert run("template", "--csv", "-o", folder).exit_code == 0
    assert (
        (folder / "Participants.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()[1]
        .startswith("e.g. plan-1,sw-1")
    )
    assert "Team" in run("import", folder).stderr


def test_what_is_there_is_written_over_only_by_force(tmp_path: Path) -> None:
    book_there, folder = tmp_path / "team.xlsx", tmp_path / "csv"
    book_there.write_text("a week of work")
    folder.mkdir()
    (folder / "People.csv").write_text("a week of work")
    assert run("template", "-o", book_there).exit_code == 2
    assert run("template", "--csv", "-o", folder).exit_code == 2
    assert book_there.read_text() == (folder / "People.csv").read_text() == "a week of work"
    assert run("template", "-o", book_there, "--force").exit_code == 0
    assert book_there.read_bytes().startswith(b"PK")


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    source = tmp_path / "team.xlsx"
    source.write_bytes(book(spoilt({"People!K1": "Payroll", "People!K2": "7"})))
    assert run("import", source).exit_code == 2
    done = run("import", source, "--ignore-extra", "-o", tmp_path / "c.json")
    assert done.exit_code == 0
    assert "Left out, as asked: People!K1" in done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.xlsx", "no such file"),
        ("empty", "no .csv file"),
        ("old.xls", "old Excel file"),
        ("text.xlsx", "not an Excel"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    (tmp_path / "text.xlsx").write_text("ID,Name")
    done = run("import", tmp_path / name)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_template_is_named_as_what_it_is(tmp_path: Path) -> None:
    done = run("template", "-o", tmp_path / "team.xls")
    assert done.exit_code == 2
    assert ".xlsx" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_caseload_with_faults_makes_no_workbook(tmp_path: Path) -> None:
    done = run("template", "--from", "-", "-o", tmp_path / "team.xlsx", given="{}")
    assert done.exit_code == 2
    assert not list(tmp_path.iterdir())
