"""Reading a workbook, or a folder of CSV files, as a caseload."""

from __future__ import annotations

from pathlib import Path

from service.workbook.csv_in import csv_table, csv_tables
from service.workbook.excel_in import excel_tables
from service.workbook.limits import FILE_BYTES, refusal
from service.workbook.load import Imported, WorkbookError, load_tables


def read_workbook(source: Path, *, ignore_extra: bool = False) -> Imported:
    """Read a workbook, or a folder of CSV files.

    Parameters
    ----------
    source : Path
    ignore_extra : bool
        Leave out sheets and columns that aren't known, and tell which.

    Raises
    ------
    WorkbookError
        With every fault at its cell.
    """
    try:
        if source.is_dir():
            return load_tables(csv_tables(source), ignore_extra=ignore_extra)
        with source.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise refusal(
            str(source), "There is no such file.", "Give an .xlsx file, or a folder of .csv files."
        ) from error
    except OSError as error:
        problem = f"This can't be read: {error.strerror}."
        raise refusal(str(source), problem, "Give an .xlsx file, or a folder of .csv files.") from error
    return read_bytes(data, source.name, ignore_extra=ignore_extra)


def read_bytes(data: bytes, name: str, *, ignore_extra: bool = False) -> Imported:
    """Read a workbook that is at hand as bytes, such as one that was uploaded.

    Raises
    ------
    WorkbookError
    """
    if name.lower().endswith(".csv"):
        return load_tables([csv_table(data, name)], ignore_extra=ignore_extra)
    return load_tables(excel_tables(data, name), ignore_extra=ignore_extra)


__all__ = ["Imported", "WorkbookError", "read_bytes", "read_workbook"]
