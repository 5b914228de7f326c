"""What a sheet of a workbook is: its columns, and whose items its rows belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.workbook.columns import Column
from service.workbook.forms import Form


@dataclass(frozen=True)
class Owner:
    """The items that the rows of a sheet belong to.

    Attributes
    ----------
    sheet : str
        The one that has them, a row each.
    collection : str
        The list of the caseload that they are in.
    key : str
        The column of `sheet` that the first column of this one refers to.
    """

    sheet: str
    collection: str
    key: str = "id"


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook."""

    title: str
    about: str
    form: Form
    columns: tuple[Column, ...]
    owner: Owner | None = None

    @property
    def column_names(self) -> dict[str, Column]:
        """Columns by what their headings may be, in one spelling: the headings and the names in JSON."""
        names = {plain_name(one.key): one for one in self.columns}
        return names | {plain_name(one.heading): one for one in self.columns}


def plain_name(text: str) -> str:
    """Return a heading or a sheet's name without what people write in different ways."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
