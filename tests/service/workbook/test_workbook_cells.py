"""Values and their cells: each way, and there and back through a whole file whatever the text is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from caseloads import small_caseload
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workbook.cells import UnreadableError, from_cell, quoted, to_cell
from service.workbook.columns import Column
from service.workbook.csv_in import csv_table
from service.workbook.excel_out import excel_workbook
from service.workbook.flatten import data_of
from service.workbook.layout import sheets
from service.workbook.load import load_tables
from service.workbook.read import read_bytes
from service.workbook.text_out import csv_files
from solver.generate import generate_one_off
from solver.schema.base import Model
from solver.schema.caseload import Caseload
from solver.schema.expected import choices, fields
from solver.schema.load import digest, load_caseload

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "",
        " ",
        "=1+1",
        "+a",
        "-a",
        "@a",
        '"',
        '""',
        '"a',
        "e.g. x",
        "_x0041_",
        "a\r\nb",
        "a\nb",
        "\x00",
        "\ufeffa",
        "\u2028",
    ]
)


def column_of(sheet: str, key: str) -> Column:
    return next(one for at in sheets() if at.title == sheet for one in at.columns if one.key == key)


def by_both(caseload: Caseload) -> tuple[Caseload, Caseload]:
    data = data_of(caseload)
    tables = [csv_table(content, name) for name, content in csv_files(data).items()]
    return read_bytes(excel_workbook(data), "team.xlsx").caseload, load_tables(tables).caseload


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_any_text_comes_back_from_its_cell_and_is_no_formula(text: str) -> None:
    column = column_of("People", "name")
    cell = to_cell(text, column)
    assert isinstance(cell, str)
    assert cell.strip() == cell
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "|", "%"))
    assert from_cell(cell, column) == text


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_any_list_of_texts_comes_back_from_one_cell(texts: list[str]) -> None:
    column = column_of("Venues", "features")
    assert from_cell(to_cell(texts, column), column) == texts  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=3))
def test_any_text_comes_back_through_whole_files(agency: str, address: str, features: list[str]) -> None:
    data = small_caseload()
    for person in data["people"]:
        person["agency"] = agency
    data["venues"][0] |= {"address": address, "features": ["private", "step_free", "hybrid", *features]}
    data["plans"][0]["venue"] = {"needs": ["step_free"], "prefer": ["room-1"]}
    caseload = load_caseload(json.dumps(data).encode())
    for back in by_both(caseload):
        assert back == caseload
        assert digest(back) == digest(caseload)


ODD: dict[str, Any] = {
    "no hours at all": ("people", 8, {"hours": {}}),
    "a day without hours": ("people", 8, {"hours": {"mon": [], "tue": [["00:00", "24:00"]]}}),
    "aliases": ("people", 0, {"aliases": ["a@b.example", "c@d.example"]}),
    "days of a school's own": ("schools", 0, {"day": {"mon": {"start": "09:00", "end": "12:00"},
                                                     "tue": {"start": "08:45", "end": "15:15"}}}),
    "where busy times came from": ("people", 0, {"busy": [
        {"start": "2026-11-16T00:00", "end": "2026-11-21T23:59", "source": "https://a.example/x.ics"}]}),
    "a plan with everything": ("plans", 2, {
        "minutes": 75, "every_at_most": "5 weeks", "complex": True, "family_sees_roles": True, "ends": "2027-04-01",
        "concerns": [{"id": "c-1", "kind": "disagreement", "raised": "2026-10-30", "about": "=threshold"}]}),
}  # fmt: skip


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_what_is_rarely_there_comes_back(change: tuple[str, int, dict[str, Any]]) -> None:
    data = small_caseload()
    collection, place, more = change
    data[collection][place] |= more
    caseload = load_caseload(json.dumps(data).encode())
    assert all(digest(back) == digest(caseload) for back in by_both(caseload))


@pytest.mark.parametrize(
    "change",
    [
        {"travel": {"town-hall": {}, "hill": {"library": 0}}},
        {"team": {"id": "oak", "name": "Oak", "organiser": {"name": "Oak", "email": "a@b.example"},
                  "every_at_most": {"core_group": "21 days"}}},
        {"closures": []},
        {"held": [{"plans": ["plan-1"], "start": "2026-10-06T10:00", "attended": ["sw-1", "child-1"],
                   "minutes_sent": "2026-10-08"}]},
    ],
    ids=str,
)  # fmt: skip
def test_what_the_whole_caseload_has_comes_back(change: dict[str, Any]) -> None:
    caseload = load_caseload(json.dumps(small_caseload() | change).encode())
    assert all(digest(back) == digest(caseload) for back in by_both(caseload))


def test_a_policy_that_is_written_out_comes_back() -> None:
    caseload = generate_one_off(12, 3)
    assert isinstance(caseload.authority, dict)
    assert all(digest(back) == digest(caseload) for back in by_both(caseload))


def test_equal_caseloads_give_equal_workbooks() -> None:
    data = data_of(load_caseload(json.dumps(small_caseload()).encode()))
    assert excel_workbook(data) == excel_workbook(data)


def models(model: type[Model]) -> set[type[Model]]:
    """The parts that a caseload is made of."""
    found = {model}
    pending = list(fields(model).values())
    while pending:
        hint = pending.pop()
        for one in choices(hint):
            if isinstance(one, type) and issubclass(one, Model):
                if one not in found:
                    found.add(one)
                    pending += fields(one).values()
            else:
                pending += [part for part in getattr(one, "__args__", ()) if part is not Ellipsis]
    return found


def test_every_field_of_the_schema_is_written_in_some_sheet() -> None:
    """A field that is added to the schema needs a column: else it would be lost on its way through a workbook."""
    known = {step for sheet in sheets() for column in sheet.columns for step in column.path}
    for sheet in sheets():
        known |= {*getattr(sheet.form, "steps", ()), *getattr(sheet.form, "forms", ())}
    # Written by forms of their own, or the same in every caseload.
    known |= {"format", "hours", "travel", "times"}
    assert {name for model in models(Caseload) for name in fields(model)} <= known


def test_every_column_says_what_it_means_and_gives_an_example() -> None:
    for sheet in sheets():
        assert sheet.about.endswith(".")
        for column in sheet.columns:
            assert column.note.endswith("."), (sheet.title, column.heading)
            assert column.example is not None
            assert "``" not in column.hint


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.title)
def test_the_examples_can_be_read(sheet: Any) -> None:
    for column in sheet.columns:
        if column.example != "" and column.kind not in ("list", "value"):
            assert from_cell(to_cell(column.example, column), column) == column.example


@pytest.mark.parametrize("text", ["25:00", "9", "12:60", "13:00 pm", "0:00am", "noon", "9:00:30"])
def test_what_is_no_time_of_day_is_left_as_it_stands(text: str) -> None:
    assert from_cell(text, column_of("Hours", "start")) == text


def test_an_id_that_became_a_time_is_not_guessed_at() -> None:
    from datetime import time

    with pytest.raises(UnreadableError):
        from_cell(time(1, 2), column_of("People", "id"))


def test_plain_text_is_written_as_it_is() -> None:
    assert [quoted(text) for text in ("Zoë O'Neill", "1 Road\nTown", "0012", "TRUE")] == [
        "Zoë O'Neill", "1 Road\nTown", "0012", "TRUE",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["12/24/2026", "12/24/2026 00:00", "2.13.2026"])
def test_a_date_with_the_month_first_says_what_was_meant(text: str) -> None:
    with pytest.raises(UnreadableError, match="month comes first") as told:
        from_cell(text, column_of("Reviews", "value"))
    assert "24/12/2026 or 2026-12-24" in told.value.remedy or "13/02/2026 or 2026-02-13" in told.value.remedy


def test_a_time_with_the_month_first_says_what_was_meant() -> None:
    with pytest.raises(UnreadableError, match="month comes first"):
        from_cell("12/24/2026 09:30", column_of("Busy", "start"))


@pytest.mark.parametrize("text", ["31/31/2026", "0/24/2026", "24/12/2026", "01/02/2026", "12/32/2026"])
def test_what_is_no_date_with_the_month_first_is_not_called_one(text: str) -> None:
    from_cell(text, column_of("Reviews", "value"))
