"""From a caseload to the rows of every sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.workbook.forms import Values
from service.workbook.sheet import Sheet
from solver.schema.caseload import Caseload


def data_of(caseload: Caseload) -> dict[str, Any]:
    """Return a caseload as JSON data, without what the format's defaults say."""
    data: dict[str, Any] = caseload.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return data


def rows_of(sheet: Sheet, data: dict[str, Any]) -> Iterator[Values]:
    """Give the rows of a sheet, as JSON values by the keys of its columns.

    Parameters
    ----------
    sheet : Sheet
    data
        A caseload's JSON data.
    """
    columns = [column for column in sheet.columns if not column.key.startswith("@")]
    if sheet.owner is None:
        yield from sheet.form.rows(data, columns)
        return
    for place, item in enumerate(data.get(sheet.owner.collection) or ()):
        owner = place + 1 if sheet.owner.key.startswith("#") else item[sheet.owner.key]
        for values in sheet.form.rows(item, columns):
            yield {"@owner": owner} | values
