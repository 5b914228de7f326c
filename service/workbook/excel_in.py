"""The tables of an Excel workbook. Formulas are never worked out: what they gave when it was saved is taken."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from service.workbook.cells import Cell
from service.workbook.limits import CELLS, refusal, too_large
from service.workbook.load import WorkbookError
from service.workbook.places import Broken, Table
from service.workbook.unpack import Looked, unpack

_UNWORKED = Broken(
    "This cell has a formula that was never worked out.",
    "Open the workbook, let it calculate, and save it again.",
)
_FAILED = Broken(
    "The formula in this cell has failed.", "Correct the formula, or write the value in its place."
)
_SAVE = "Open it in a spreadsheet program, and save it again as an Excel workbook (.xlsx)."


def excel_tables(data: bytes, name: str) -> list[Table]:
    """Read a workbook.

    Parameters
    ----------
    data : bytes
        An .xlsx or .xlsm file. Macros, links to other files, pictures and comments are never read.
    name : str
        What the file is called in messages.

    Returns
    -------
    list of Table
        One for each sheet, hidden ones too.

    Raises
    ------
    WorkbookError
    """
    clean, looked = unpack(data, name)
    try:
        parts = _parts(clean)
        with CalamineWorkbook.from_filelike(io.BytesIO(clean)) as workbook:
            return [
                _table(workbook, index, sheet.name, looked.get(parts.get(sheet.name, ""), Looked()))
                for index, sheet in enumerate(workbook.sheets_metadata)
            ]
    except WorkbookError:
        raise
    except (CalamineError, ET.ParseError, KeyError, ValueError, OverflowError, OSError) as error:
        raise refusal(name, "This workbook can't be read.", _SAVE) from error
    except BaseException as error:
        # The reader is not written in Python: where it gives up altogether, that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal(name, "This workbook can't be read.", _SAVE) from error


def _table(workbook: CalamineWorkbook, index: int, name: str, looked: Looked) -> Table:
    sheet = workbook.get_sheet_by_index(index)
    rows: list[tuple[int, list[Any]]] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        rows.append((number, list(cells)))
    table = Table(name, rows)
    ranges = sheet.merged_cell_ranges or []
    if sum(min(last, len(rows)) - first for (first, _), (last, _) in ranges if first < len(rows)) > CELLS:
        raise too_large(name, f"{CELLS // 1_000_000} million merged cells")
    _put_merged(table, ranges)
    for found, broken in ((looked.unworked, _UNWORKED), (looked.failed, _FAILED)):
        for number, column in found:
            _put(table, number, column, broken)
    table.rows = [(number, cells) for number, cells in rows if any(cell not in ("", None) for cell in cells)]
    return table


def _put_merged(table: Table, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every row what a cell says that is merged over several of them; note those over several columns."""
    for (first, left), (last, right) in ranges:
        if first >= len(table.rows) or left >= len(table.rows[first][1]):
            continue
        value = table.rows[first][1][left]
        if value == "":
            continue
        for row in range(first, min(last, len(table.rows) - 1) + 1):
            table.rows[row][1][left] = value
            if right > left:
                table.merged.add((row + 1, left))


def _put(table: Table, number: int, column: int, value: Cell | Broken) -> None:
    """Put a value in a cell, also beyond the cells that have one."""
    while len(table.rows) < number:
        table.rows.append((len(table.rows) + 1, []))
    cells = table.rows[number - 1][1]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value


def _parts(clean: bytes) -> dict[str, str]:
    """Return which part of the zip file each sheet is in. The XML was looked through before."""
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            found[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))[
                1:
            ]
    return found
