"""Faults as they are shown: by sheet, of a kind together, and as a file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io

from workbooks import book, spoilt

from service.pages.upload_view import faults_view
from service.uploads.faults import (
    MOST_IN_FILE,
    MOST_KINDS,
    Row,
    as_json,
    by_sheet,
    csv_of,
    from_json,
    rows_of,
)
from service.workbook.read import WorkbookError, read_bytes
from solver.schema.faults import Fault


def row(number: int, **more: object) -> Row:
    given = {"sheet": "People", "where": f"C{number}", "heading": "Role", "subject": "", "value": "x",
             "problem": "Wrong.", "remedy": "Right."}  # fmt: skip
    return Row(**(given | more))  # type: ignore[arg-type]


def rows_in(data: bytes) -> list[Row]:
    try:
        read_bytes(data, "team.xlsx")
    except WorkbookError as error:
        return rows_of(error.faults, error.places)
    return []


def test_many_of_a_kind_are_counted_after_the_first_few() -> None:
    (sheet,) = by_sheet([row(number) for number in range(2, 125)])
    assert [(one.where, one.more, one.until) for one in sheet.rows] == [
        ("C2", 0, ""),
        ("C3", 0, ""),
        ("C4", 120, "C124"),
    ]
    assert sheet.count == 123
    (few,) = by_sheet([row(number) for number in range(2, 6)])
    assert [one.more for one in few.rows] == [0, 0, 0, 0]


def test_numbers_in_a_sentence_make_no_other_kind_but_columns_do() -> None:
    rows = [
        row(number, problem=f"This is also the id of People!{number}:{number}.") for number in range(2, 20)
    ]
    rows += [row(2, heading="Email", where="E2", problem="This is also the id of People!2:2.")]
    (sheet,) = by_sheet(rows)
    assert [one.more for one in sheet.rows] == [0, 0, 15, 0]


def test_more_kinds_than_anybody_corrects_are_counted() -> None:
    rows = [row(2, problem="Wrong" + "!" * number) for number in range(MOST_KINDS + 5)]
    (sheet,) = by_sheet(rows)
    assert (len(sheet.rows), sheet.unshown, sheet.count) == (MOST_KINDS, 5, MOST_KINDS + 5)
    assert from_json(as_json(sheet)) == sheet


def test_sheets_are_in_the_order_of_the_workbook() -> None:
    rows = rows_in(
        book(spoilt({"Plans!G2": 5, "People!C2": "wizard", "Hours!B2": "someday", "Wizards!A1": "x"}))
    )
    assert [sheet.title for sheet in by_sheet(rows)] == ["People", "Hours", "Plans", "The file"]
    assert [one.where for one in rows] == ["C2", "B2", "G2", "Wizards"]


def test_a_column_and_a_whole_row_are_told_as_such() -> None:
    rows = rows_in(
        book(spoilt({"Team!A3": "second", "People!K1": "Payroll", "People!K2": "1", "People!C1": "Rolle"}))
    )
    assert [one.where for one in rows] == ["row 3", "row 1", "C1", "K1"]


def test_what_is_shown_is_one_printable_line_of_bounded_length() -> None:
    fault = Fault("people[0]", "\ud800\x00\u202e", "x" * 10_000, "a\nb\tc", "plan plan-1")
    (one,) = rows_of([fault])
    for text in vars(one).values():
        if isinstance(text, str):
            assert text.isprintable()
            assert len(text) <= 600
            text.encode()
    assert one.subject == "plan-1"


def test_the_file_holds_no_formula_and_all_that_was_said() -> None:
    wrong = ["=1+1", "+1", "-1", "@x", "\t=1", 'a "quoted", b', "plain"]
    made = csv_of([row(2, value=value) for value in wrong])
    assert made.startswith(b"\xef\xbb\xbf")
    _, *cells = csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))
    values = [one[4] for one in cells]
    assert values == ["'=1+1", "'+1", "'-1", "'@x", "'\t=1", 'a "quoted", b', "plain"]


def test_the_file_and_the_page_are_bounded() -> None:
    rows = [
        row(number, problem="Wrong " + chr(97 + number % 26) * (number % 300)) for number in range(100_000)
    ]
    made = csv_of(rows)
    assert made.count(b"\r\n") == MOST_IN_FILE + 1
    view = faults_view(
        {"names": ["t.xlsx"], "count": len(rows), "sheets": [as_json(one) for one in by_sheet(rows)]}, made
    )
    assert view.csv_cut
    assert len(view.csv) < 2_000_000
    assert sum(len(one.rows) for one in view.sheets) < 200


def test_few_faults_are_linked_one_by_one_and_many_by_sheet() -> None:
    def view(rows: list[Row]) -> object:
        sheets = [as_json(one) for one in by_sheet(rows)]
        return faults_view({"names": ["t.xlsx"], "count": len(rows), "sheets": sheets}, b"")

    few = faults_view(
        {
            "names": ["a.csv", "b.csv"],
            "count": 2,
            "sheets": [as_json(one) for one in by_sheet([row(2), row(2)])],
        },
        b"",
    )
    assert few.files == "2 CSV files"
    assert [one.to for one in few.links] == ["people-c2", "people-c2-2"]
    assert few.links[0].text == "People, C2: Wrong."
    many = faults_view(
        {
            "names": ["t.xlsx"],
            "count": 20,
            "sheets": [as_json(one) for one in by_sheet([row(n) for n in range(20)])],
        },
        b"",
    )
    assert [(one.to, one.text) for one in many.links] == [("sheet-people", "Sheet People: 20 faults")]
