"""A caseload as a workbook or a folder of CSV files and back: nothing is lost, every fault is at its cell, nothing harms."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import random
import zipfile
from pathlib import Path

import pytest
from any_caseload import any_caseload
from caseloads import small_caseload as small_data
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from service.cli.main import cli
from service.workbook.excel_out import excel_workbook
from service.workbook.flatten import data_of
from service.workbook.read import WorkbookError, read_bytes, read_workbook
from service.workbook.text_out import csv_files
from solver.generate import generate
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.schema.load import digest, load_caseload


def small_caseload() -> Caseload:
    return load_caseload(json.dumps(small_data()).encode())


def by_excel(caseload: Caseload) -> Caseload:
    return read_bytes(excel_workbook(data_of(caseload)), "team.xlsx").caseload


def folder_of(caseload: Caseload, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in csv_files(data_of(caseload)).items():
        (folder / name).write_bytes(content)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_generated_team_comes_back_by_excel_and_by_csv(seed: int, tmp_path: Path) -> None:
    caseload = generate(18, seed)
    assert digest(by_excel(caseload)) == digest(caseload)
    assert digest(read_workbook(folder_of(caseload, tmp_path / "csv")).caseload) == digest(caseload)


def drawn(number: int) -> list[Caseload]:
    """Caseloads that can be planned: not every draw is one."""
    found: list[Caseload] = []
    for seed in itertools.count():
        with contextlib.suppress(CaseloadError):
            found.append(load_caseload(json.dumps(any_caseload(random.Random(seed))).encode()))
        if len(found) == number:
            return found
    raise AssertionError("unreachable")


DRAWN = drawn(25)


@pytest.mark.parametrize("place", range(25))
def test_any_valid_caseload_comes_back(place: int, tmp_path: Path) -> None:
    caseload = DRAWN[place]
    assert digest(by_excel(caseload)) == digest(caseload)
    assert digest(read_workbook(folder_of(caseload, tmp_path / "csv")).caseload) == digest(caseload)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44 20", "-x", "@SUM(A1)", "0012", "TRUE", "2027-01-02", " padded ", "a\tb", '"q"', "'x"],
)
def test_text_that_a_spreadsheet_would_take_for_something_else_stays_text(text: str, tmp_path: Path) -> None:
    caseload = small_caseload()
    people = tuple(one.model_copy(update={"agency": text}) for one in caseload.people)
    odd = caseload.model_copy(update={"people": people})
    assert {one.agency for one in by_excel(odd).people} == {text}
    assert {one.agency for one in read_workbook(folder_of(odd, tmp_path / "csv")).caseload.people} == {text}


def spoilt(folder: Path, sheet: str, before: str, after: str) -> Path:
    path = folder / sheet
    text = path.read_text(encoding="utf-8-sig")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("sheet", "before", "after", "where"),
    [
        ("People.csv", "social_worker", "social_wroker", "People.csv line 2, column Role"),
        ("Participants.csv", "sw-1", "nobody-at-all", "Participants.csv line 2, column Person"),
        ("People.csv", "Role", "Rolle", "People.csv"),
    ],
)
def test_a_fault_is_told_at_its_cell_and_nothing_is_written(
    tmp_path: Path, sheet: str, before: str, after: str, where: str
) -> None:
    folder = spoilt(folder_of(small_caseload(), tmp_path / "csv"), sheet, before, after)
    result = run("import", folder, "-o", tmp_path / "caseload.json")
    assert result.exit_code == 2
    assert where in result.stderr
    assert not (tmp_path / "caseload.json").exists()


def test_a_column_that_is_not_known_is_a_fault_or_left_out_when_asked(tmp_path: Path) -> None:
    folder = folder_of(small_caseload(), tmp_path / "csv")
    path = folder / "People.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text(
        "\n".join(
            f"{line},extra" if number else f"{line},Payroll number" for number, line in enumerate(lines)
        )
        + "\n"
    )
    with pytest.raises(WorkbookError, match="line 1, column 11"):
        read_workbook(folder)
    found = read_workbook(folder, ignore_extra=True)
    assert digest(found.caseload) == digest(small_caseload())
    assert len(found.ignored) == 1
    assert "People" in found.ignored[0]


def test_the_template_is_written_once_and_its_example_rows_are_skipped(tmp_path: Path) -> None:
    target = tmp_path / "team.xlsx"
    assert run("template", "-o", target).exit_code == 0
    first = target.read_bytes()
    again = run("template", "-o", target)
    assert again.exit_code == 2
    assert target.read_bytes() == first
    empty = run("import", target, "-o", tmp_path / "x.json")
    assert empty.exit_code == 2
    assert "Team" in empty.stderr
    assert not (tmp_path / "x.json").exists()


def test_the_commands_take_a_caseload_there_and_back(tmp_path: Path) -> None:
    source, book, back = tmp_path / "c.json", tmp_path / "team.xlsx", tmp_path / "back.json"
    source.write_text(small_caseload().model_dump_json(by_alias=True))
    assert run("template", "--from", source, "-o", book).exit_code == 0
    assert run("import", book, "-o", back).exit_code == 0
    assert digest(load_caseload(back)) == digest(small_caseload())


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no workbook", b"\xd0\xcf\x11\xe0" * 200, b"<html>"]
)
def test_bytes_that_are_no_workbook_are_refused(content: bytes) -> None:
    with pytest.raises(WorkbookError):
        read_bytes(content, "team.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 500_000_000)
    assert len(packed.getvalue()) < 1_000_000
    with pytest.raises(WorkbookError):
        read_bytes(packed.getvalue(), "team.xlsx")


BOOK = excel_workbook(data_of(small_caseload()))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, len(BOOK) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(place: int, junk: bytes) -> None:
    with contextlib.suppress(WorkbookError):
        read_bytes(BOOK[:place] + junk + BOOK[place + len(junk) :], "team.xlsx")
