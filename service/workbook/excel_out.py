"""A workbook to fill in, or with a caseload in it: drop-downs, checks, notes, an example row, ready to print."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from service.workbook.cells import EXAMPLE, to_cell
from service.workbook.columns import Column, Kind
from service.workbook.flatten import rows_of
from service.workbook.forms import Values
from service.workbook.layout import sheets
from service.workbook.limits import TEXT, refusal
from service.workbook.read_me import SHEETS_NEEDED, read_me
from service.workbook.sheet import Sheet
from service.workbook.text_out import date_text
from solver.schema.base import WEEKDAYS

WORDS: Final = "Words"
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Written into every workbook as when it was made, so that equal caseloads give equal files."""
_SPARE: Final = 1_000
"""Empty rows that have drop-downs and checks."""
_FORMATS: Final[dict[Kind, str]] = {
    "date": "dd/mm/yyyy",
    "local_time": "dd/mm/yyyy hh:mm",
    "clock": "hh:mm",
    "number": "0",
}
_WIDTHS: Final[dict[Kind, int]] = {
    "id": 16, "text": 26, "date": 13, "clock": 9, "local_time": 18, "yes_no": 9, "number": 9, "words": 18, "list": 30,
    "value": 30,
}  # fmt: skip
_WIDEST: Final = 50
_FIRST_DAY: Final = date(1901, 1, 1)
"""Excel has no days before 1900, and one too many in that year: earlier ones are written as text."""


def excel_workbook(data: dict[str, Any] | None = None) -> bytes:
    """Write the workbook.

    Parameters
    ----------
    data : dict, optional
        A caseload's JSON data to put into it. By default its sheets are empty.

    Raises
    ------
    WorkbookError
        A text is longer than a cell may be.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": "Caseload", "created": _MADE})
        styles = _Styles(workbook)
        read_me(workbook)
        pages = [(sheet, workbook.add_worksheet(sheet.title)) for sheet in sheets()]
        lists = _words(workbook)
        for sheet, page in pages:
            _write(sheet, page, data or {}, styles, lists)
    return target.getvalue()


class _Styles:
    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        common = {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#B1B4B6"}
        self.heading = workbook.add_format(common | {"bg_color": "#F3F2F1"})
        self.needed = workbook.add_format(common | {"bg_color": "#BCD6EA"})
        self._plain = {kind: workbook.add_format(_form(kind)) for kind in _WIDTHS}
        example = {"italic": True, "font_color": "#505A5F", "bg_color": "#FAFAFA"}
        self._example = {kind: workbook.add_format(_form(kind) | example) for kind in _WIDTHS}

    def of(self, column: Column, *, example: bool = False) -> Format:
        return (self._example if example else self._plain)[column.kind]


def _form(kind: Kind) -> dict[str, Any]:
    return {"num_format": _FORMATS.get(kind, "@"), "align": "left"}


def _words(workbook: xlsxwriter.Workbook) -> dict[tuple[str, ...], str]:
    """Write every closed list of words into a hidden sheet, and return where each is."""
    page = workbook.add_worksheet(WORDS)
    page.hide()
    found: dict[tuple[str, ...], str] = {}
    lists = dict.fromkeys(_choices(column) for sheet in sheets() for column in sheet.columns)
    for place, words in enumerate(words for words in lists if words):
        for row, word in enumerate(words):
            page.write_string(row, place, word)
        letter = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
        found[words] = f"={WORDS}!{letter}$1:{letter}${len(words)}"
    return found


def _choices(column: Column) -> tuple[str, ...]:
    """Return what the drop-down of a column offers."""
    if column.kind == "yes_no":
        return ("yes", "no")
    return column.words if column.kind == "words" else ()


def _write(
    sheet: Sheet, page: Worksheet, data: dict[str, Any], styles: _Styles, lists: dict[tuple[str, ...], str]
) -> None:
    rows = list(rows_of(sheet, data))
    last = len(rows) + 1 + _SPARE
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _width(column, rows), styles.of(column))
        page.write_string(0, place, column.heading, styles.needed if column.needed else styles.heading)
        note = {"x_scale": 2.2, "y_scale": 1 + len(column.hint) / 130, "author": "Convene", "font_size": 9}
        page.write_comment(0, place, column.hint, note)
        _check(page, place, column, last, lists)
    _example(sheet, page, styles)
    for number, values in enumerate(rows, start=2):
        for place, column in enumerate(sheet.columns):
            if column.key in values:
                _cell(page, number, place, to_cell(values[column.key], column), styles.of(column), sheet)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(1, len(rows) + 1), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&L&A&RPage &P of &N")
    if sheet.title in SHEETS_NEEDED:
        page.set_tab_color("#1D70B8")


def _width(column: Column, rows: list[Values]) -> int:
    """Return a column's width in characters: that of what is in it, within reason."""
    longest = max((len(str(row.get(column.key, ""))) for row in rows), default=0)
    return max(_WIDTHS[column.kind], len(column.heading) + 3, min(longest, _WIDEST) + 2)


def _example(sheet: Sheet, page: Worksheet, styles: _Styles) -> None:
    for place, column in enumerate(sheet.columns):
        form = styles.of(column, example=True)
        if place == 0:
            page.write_string(1, 0, f"{EXAMPLE} {date_text(column)}", form)
        elif column.example != "":
            _cell(page, 1, place, to_cell(_json(column), column), form, sheet)


def _json(column: Column) -> Any:
    """Return a column's example as JSON has it."""
    if column.kind == "list":
        return [part.strip() for part in str(column.example).split(";")]
    return column.example if column.kind != "value" else "core_group"


def _cell(page: Worksheet, row: int, place: int, value: Any, form: Format, sheet: Sheet) -> None:
    """Write a cell by its kind: never as a formula or a link, whatever the text looks like."""
    if value is None:
        return
    if isinstance(value, bool):
        page.write_string(row, place, "yes" if value else "no", form)
    elif isinstance(value, int):
        page.write_number(row, place, value, form)
    elif isinstance(value, time) or (isinstance(value, date) and _day_of(value) >= _FIRST_DAY):
        page.write_datetime(row, place, value, form)
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
        if len(text) > TEXT:
            problem = f"A text of this row is longer than the {TEXT} characters that a cell holds."
            remedy = "Write CSV files instead: `convene template --csv`."
            raise refusal(f"row {row} of {sheet.title}", problem, remedy)
        page.write_string(row, place, text, form)


def _day_of(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _check(page: Worksheet, place: int, column: Column, last: int, lists: dict[tuple[str, ...], str]) -> None:
    """Give a column a drop-down, or let Excel check what is typed."""
    options: dict[str, Any] = {"ignore_blank": True, "error_title": column.heading[:32]}
    words = _choices(column)
    if words:
        long = "Choose one of the list." if len(words) > 7 else f"Write one of: {', '.join(words)}."
        options |= {"validate": "list", "source": lists[words], "error_message": long}
        if words[:7] == WEEKDAYS:
            options["error_type"] = "warning"
    elif column.refers:
        options |= {
            "validate": "list",
            "source": f"='{column.refers}'!$A$3:$A${_SPARE * 5}",
            "error_type": "warning",
        }
        options["error_message"] = f"The sheet {column.refers} has no such id yet."
    elif column.kind in ("date", "local_time"):
        options |= {"validate": "date", "criteria": ">=", "value": _FIRST_DAY}
        options["error_message"] = "Write a date such as 24/12/2026" + (
            " 09:30." if column.kind == "local_time" else "."
        )
    elif column.kind == "clock":
        options |= {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        options["error_message"] = "Write a time such as 09:30."
    elif column.kind == "number":
        least, most = column.limits
        options |= {
            "validate": "integer",
            "criteria": "between",
            "minimum": least or 0,
            "maximum": most or 9_999,
        }
        options["error_message"] = f"Write a whole number from {least or 0} to {most or 9_999}."
    else:
        return
    page.data_validation(2, place, last, place, options)
