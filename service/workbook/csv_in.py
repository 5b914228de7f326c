"""The tables of a folder of CSV files, as Excel and case systems export them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from pathlib import Path

from service.workbook.limits import CELLS, COLUMNS, FILE_BYTES, TEXT, refusal, too_large
from service.workbook.places import Table

_DELIMITERS = (",", ";", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def csv_tables(folder: Path) -> list[Table]:
    """Read every .csv file of a folder.

    Raises
    ------
    WorkbookError
    """
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if not files:
        raise refusal(
            str(folder), "There is no .csv file in this folder.", "Give a folder with one for each sheet."
        )
    left = FILE_BYTES
    cells = CELLS
    tables = []
    for path in files:
        with path.open("rb") as source:
            data = source.read(left + 1)
        left -= len(data)
        if left < 0:
            raise too_large(str(folder), f"{FILE_BYTES // 1_000_000} MB")
        table = csv_table(data, path.name, most=cells)
        cells -= sum(len(row) for _, row in table.rows)
        tables.append(table)
    return tables


def csv_uploaded(files: Iterable[tuple[str, bytes]]) -> list[Table]:
    """Read files that are at hand by their names, such as those of a form.

    Raises
    ------
    WorkbookError
    """
    cells = CELLS
    tables = []
    for name, data in sorted(files):
        table = csv_table(data, name, most=cells)
        cells -= sum(len(row) for _, row in table.rows)
        tables.append(table)
    return tables


def csv_table(data: bytes, name: str, *, most: int = CELLS) -> Table:
    """Read one CSV file: UTF-8 or Windows text, with commas, semicolons or tabs.

    Parameters
    ----------
    data : bytes
    name : str
        What the file is called in messages.
    most : int
        Cells that it may have.

    Raises
    ------
    WorkbookError
    """
    text = _decoded(data, name)
    first, _, rest = text.partition("\n")
    skipped = 0
    first = first.removesuffix("\r").lower()
    if first.startswith("sep=") and len(first) == 5:
        delimiter, text, skipped = first[4], rest, 1
    else:
        delimiter = max(_DELIMITERS, key=lambda one: _width(text, one))
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            most -= len(cells)
            if most < 0:
                raise too_large(name, f"{CELLS // 1_000_000} million cells")
            if len(cells) > COLUMNS:
                raise too_large(name, f"{COLUMNS} columns")
            if any(cell.strip() for cell in cells):
                rows.append((line + skipped, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        problem = f"The quotes of this line can't be read, or it holds a cell of more than {csv.field_size_limit()} characters."
        remedy = "Put a text with a comma, a quote or a line break in double quotes, and write a quote within it twice."
        raise refusal(f"{name} line {line + skipped}", problem, remedy) from error
    for number, cells in rows:
        if any(len(cell) > 4 * TEXT for cell in cells):
            raise too_large(f"{name} line {number}", f"{4 * TEXT} characters in a cell")
    return Table(name, rows, is_csv=True)  # type: ignore[arg-type]


def _decoded(data: bytes, name: str) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for attempt in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return data.decode(attempt)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(10) + 1
    raise refusal(f"{name} line {line}", "This file is not text.", 'Save it as "CSV UTF-8".')


def _width(text: str, delimiter: str) -> int:
    """Return how many columns the headings have if they are separated so."""
    try:
        return len(next(csv.reader(io.StringIO(text[: 4 * TEXT], newline=""), delimiter=delimiter), []))
    except csv.Error:
        return 0
