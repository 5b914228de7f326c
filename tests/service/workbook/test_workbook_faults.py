"""What is said of spoilt cells, and where; and what is no fault because people write it so."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from workbooks import GONE, Formula, book, faults_in, plain_sheets, spoilt

from service.workbook.csv_in import csv_table
from service.workbook.headings import match
from service.workbook.read import WorkbookError, read_bytes
from solver.schema.load import digest

SPOILT: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"People!C2": "wizard"}, [("People!C2", "none of the words")]),
    ({"People!B2": GONE}, [("People!B2", "This cell is empty, and a value is needed")]),
    ({"People!A3": "sw-1", "Hours!A2": "sw-1"}, [("People!A3", "also the id of People!2:2")]),
    ({"People!A2": date(2026, 1, 2)}, [("People!A2", "turned this id into a date")]),
    ({"People!J2": "three"}, [("People!J2", "text, where a whole number belongs")]),
    ({"People!J2": 2.5}, [("People!J2", "a number, where a whole number belongs")]),
    ({"People!I2": "perhaps"}, [("People!I2", "text, where yes or no belongs")]),
    ({"Participants!B2": "nobody"}, [("Participants!B2", "no person with this id")]),
    ({"Participants!A2": "plan-9"}, [("Participants!A2", "no plan with this id")]),
    ({"Participants!A2": GONE}, [("Participants!A2", "This cell is empty")]),
    ({"Participants!C2": "vital"}, [("Participants!C2", "none of the words")]),
    ({"Children!D2": "31/02/2016"}, [("Children!D2", "can't be read as a date")]),
    ({"Children!D2": "12/31/2015"}, [("Children!D2", "month comes first")]),
    ({"Children!D2": "04/05/16"}, [("Children!D2", "can't be read as a date")]),
    ({"Children!D2": 42000}, [("Children!D2", "a number, where a date")]),
    ({"Children!A2": "nothing"}, [("Children!A2", "no plan with this id")]),
    ({"Plans!G2": 5}, [("Plans!G2", "less than 15")]),
    ({"Team!F2": "wandswort"}, [("Team!F2", "no built-in policy")]),
    ({"Team!H2": GONE}, [("Team!H2", "This cell is empty")]),
    ({"Team!A3": "second"}, [("Team!3:3", "a row for this already")]),
    ({"Terms!C2": date(2026, 9, 1)}, [("Terms!C2", '"End" is before "Start"')]),
    ({"Hours!B2": "someday"}, [("Hours!B2", "none of the words")]),
    ({"Hours!D2": time(8, 0)}, [("Hours!C2", "end at 08:00")]),
    ({"Hours!D2": GONE}, [("Hours!D2", "This cell is empty")]),
    ({"Busy!B2": datetime(2026, 11, 30, 9, 0)}, [("Busy!C2", "is not after")]),
    ({"Travel!C2": 999}, [("Travel!C2", "0 to 480 minutes")]),
    ({"Venue wishes!B2": "demands"}, [("'Venue wishes'!B2", "none of the words")]),
    ({"Venue wishes!C3": "room-99"}, [("'Venue wishes'!C3", "no venue with this id")]),
    ({"Time wishes!C2": "tue; someday"}, [("'Time wishes'!C2", "none of the words")]),
    ({"Booked!F2": "soon"}, [("Booked!F2", "can't be read as a date and time")]),
    ({"Booked!E2": "plan-3; plan-33"}, [("Booked!E2", "no plan with this id")]),
    ({"Booked attendees!A2": 7}, [("'Booked attendees'!A2", "no row with this number")]),
    ({"People!B2": Formula("=1/0", "#DIV/0!")}, [("People!B2", "has failed")]),
    ({"People!B2": Formula("=A9", None)}, [("People!B2", "never worked out")]),
    ({"People!K1": "Payroll", "People!K2": "1"}, [("People!K1", "no column of this name")]),
    ({"People!C1": "Rolle"}, [("People!1:1", '"Role" is missing'), ("People!C1", "no column of this name")]),
    ({"People!D1": "Email"}, [("People!E1", 'two columns "Email"')]),
    ({"Wizards!A1": "x"}, [("Wizards", "no sheet of this name")]),
    ({"School days!A1": "School", "School days!B1": "Day", "School days!A2": "hill-school", "School days!B2": "mon"},
     [("'School days'!2:2", "has times for every day")]),
    ({"Policy!A1": "Place", "Policy!B1": "Value", "Policy!A2": "id", "Policy!B2": '"x"'},
     [("Policy!A2", "names a policy, and this sheet writes one out")]),
    ({"People!C2": "wizard", "Plans!G2": 5, "Children!D2": "no date"},
     [("People!C2", "words"), ("Plans!G2", "less"), ("Children!D2", "date")]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "wanted"), SPOILT, ids=[str(list(changes)) for changes, _ in SPOILT])
def test_a_spoilt_cell_is_told_where_it_is(changes: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    faults = faults_in(book(spoilt(changes)))
    for where, what in wanted:
        assert any(fault.path == where and what in fault.problem for fault in faults), faults
        assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    "changes",
    [changes for changes, wanted in SPOILT if len(changes) == 1 and len(wanted) == 1],
    ids=[str(list(changes)) for changes, wanted in SPOILT if len(changes) == 1 and len(wanted) == 1],
)
def test_one_spoilt_cell_is_one_fault(changes: dict[str, Any]) -> None:
    """Nothing is said about what only follows from it, but for ids that others name."""
    assert len({fault.path for fault in faults_in(book(spoilt(changes)))}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"People!C2": " Social Worker ", "People!A2": " sw-1 "},
        {"Children!D2": "04/05/2015"},
        {"Children!D2": "2015-05-04"},
        {"Children!D2": "4.5.2015"},
        {"Children!D2": "04-May-2015"},
        {"Children!D2": "4 May 2015"},
        {"Children!D2": "2015-05-04 00:00:00"},
        {"Children!D2": datetime(2015, 5, 4)},
        {"Children!F2": True},
        {"Children!F2": "Y"},
        {"Hours!C2": "9:00"},
        {"Hours!C2": "09.00"},
        {"Hours!C2": "9am"},
        {"Hours!C2": "09:00:00"},
        {"Hours!C2": 0.375},
        {"Hours!B2": "Monday"},
        {"Plans!E2": "Yes"},
        {"Plans!E2": True},
        {"Plans!E2": 1},
        {"People!J2": "3"},
        {"People!J2": 3.0},
        {"People!J2": Formula("=1+2", 3)},
        {"People!B2": Formula('="Testworker"&" Alder"', "Testworker Alder")},
        {"Booked!F2": "26/11/2026 10:00"},
        {"Booked!F2": "2026-11-26T10:00"},
        {"Booked!F2": "26/11/2026 10:00:00"},
        {"Travel!C2": "25"},
        {"People!A40": "   ", "People!B41": ""},
        {"People!B1": " NAME ", "People!J1": "max_meetings_per_day", "Children!D1": "Date Of Birth"},
        {"Time wishes!C2": "Tuesday, WED"},
    ],
    ids=str,
)
def test_what_people_and_case_systems_write_is_understood(changes: dict[str, Any]) -> None:
    """Each says in another way what is there already."""
    plain = read_bytes(book(plain_sheets()), "team.xlsx").caseload
    assert digest(read_bytes(book(spoilt(changes)), "team.xlsx").caseload) == digest(plain)


def test_columns_in_another_order_are_the_same() -> None:
    pages = plain_sheets()
    turned = {title: [list(reversed(row)) for row in rows] for title, rows in pages.items()}
    assert digest(read_bytes(book(turned), "t.xlsx").caseload) == digest(
        read_bytes(book(pages), "t.xlsx").caseload
    )


def test_a_cell_merged_over_rows_counts_for_each_of_them() -> None:
    pages = plain_sheets()
    merged = book(pages, {"Participants": "A2:A6"})
    assert {row[0] for row in pages["Participants"][1:6]} == {"plan-1"}
    assert digest(read_bytes(merged, "t.xlsx").caseload) == digest(read_bytes(book(pages), "t.xlsx").caseload)


def test_a_cell_merged_over_columns_is_a_fault() -> None:
    faults = faults_in(book(plain_sheets(), {"People": "B2:C2"}))
    assert ("People!B2", "This cell is merged with those beside it.") in [
        (one.path, one.problem) for one in faults
    ]


def test_faults_are_in_the_order_of_the_workbook() -> None:
    changes = {"Plans!G3": 5, "People!C2": "wizard", "Plans!B2": "x", "Team!H2": "x", "People!J2": "x"}
    paths = [fault.path for fault in faults_in(book(spoilt(changes)))]
    assert paths == ["Team!H2", "People!C2", "People!J2", "Plans!B2", "Plans!G3"]


def test_a_missing_column_is_told_once_and_not_for_every_row() -> None:
    pages = plain_sheets()
    pages["Children"] = [row[:2] + row[3:] for row in pages["Children"]]
    assert [(one.path, one.problem) for one in faults_in(book(pages))] == [
        ("Children!1:1", 'The column "Initials" is missing.')
    ]


def test_without_headings_nothing_of_the_rows_is_shown() -> None:
    pages = plain_sheets()
    pages["People"] = pages["People"][1:]
    faults = faults_in(book(pages))
    assert ("People!1:1", "The first row holds none of this sheet's headings.") in [
        (one.path, one.problem) for one in faults
    ]
    assert "Alder" not in "".join(str(one) for one in faults)


@pytest.mark.parametrize("cell", ["People!B2", "People!E2", "Children!C2", "Venues!E2", "Team!D2"])
@pytest.mark.parametrize(
    "value", ["Secretperson\tSecretname", 4711.25, date(2026, 1, 1), Formula("=1", "#N/A")]
)
def test_no_fault_says_who_somebody_is(cell: str, value: Any) -> None:
    changes = {cell: value, "People!C2": "wizard", "People!K1": "Secretperson", "People!K2": "x"}
    said = "".join(str(fault) for fault in faults_in(book(spoilt(changes))))
    assert "wizard" in said
    assert "Secret" not in said
    assert "4711" not in said


def test_extra_sheets_and_columns_are_named_when_they_are_left_out() -> None:
    changes = {"People!K1": "Payroll", "People!K2": "1", "Wizards!A1": "x"}
    found = read_bytes(book(spoilt(changes)), "t.xlsx", ignore_extra=True)
    assert found.ignored == ("People!K1", "Wizards")


def test_nothing_without_a_team() -> None:
    pages = {title: rows for title, rows in plain_sheets().items() if title != "Team"}
    (fault,) = faults_in(book(pages))
    assert fault.problem == 'There is no sheet "Team", or nothing is in it.'


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("people.csv", "People"),
        ("PARTICIPANTS.CSV", "Participants"),
        ("plan participants 2026-11-22.csv", "Participants"),
        ("export_booked_attendees.csv", "Booked attendees"),
        ("BookedAttendees.csv", "Booked attendees"),
        ("school.csv", "Schools"),
        ("School closed days (2).csv", "School closed days"),
    ],
)
def test_names_of_files_are_matched_loosely(name: str, title: str) -> None:
    found = match([csv_table(b"ID,Name\n", name)], ignore_extra=False)
    assert [sheet.title for sheet, _, _ in found.tables] == [title]


def test_two_files_of_one_sheet_are_a_fault() -> None:
    found = match([csv_table(b"ID\n", "people.csv"), csv_table(b"ID\n", "people 2.csv")], ignore_extra=True)
    assert [one.fault.path for one in found.faults] == ["people 2.csv"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n"])
def test_csv_files_of_any_make_are_read(delimiter: str, encoding: str, first: str) -> None:
    text = (
        first.format(delimiter)
        + delimiter.join(["ID", "Name"])
        + "\r\n"
        + delimiter.join(["a", '"Zoë\n""x"""'])
    )
    table = csv_table(f"{text}\r\n\r\n{delimiter.join('bc')}".encode(encoding), "people.csv")
    lines = [0, 1, 4] if not first else [1, 2, 5]
    assert table.rows == [
        (lines[0] + 1, ["ID", "Name"]), (lines[1] + 1, ["a", 'Zoë\n"x"']), (lines[2] + 1, ["b", "c"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'ID\na\n"b', "people.csv line 3"),
        (b"ID\na\x81\n", "people.csv line 2"),
        (b'ID\n"' + b"x" * 200_000, "people.csv line 2"),
    ],
)
def test_csv_that_cannot_be_read_is_told_by_its_line(data: bytes, where: str) -> None:
    with pytest.raises(WorkbookError) as caught:
        csv_table(data, "people.csv")
    assert caught.value.faults[0].path == where
