"""Where in a workbook the caseload's values came from, so that a fault is told at its cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from service.workbook.cells import Cell
from solver.schema.faults import Fault, Path, format_path

_PLACE = re.compile(r"\b(?:people|schools|sites|venues|plans|booked|held)\[[0-9]+\](?:\.\w+|\[[0-9]+\])*")


@dataclass
class Table:
    """A sheet as it was read: cells as they are, without what they mean.

    Attributes
    ----------
    name : str
        Of the sheet, or of the CSV file.
    rows : list
        Number of the row (of a CSV file, the line it begins on) and its cells. The first holds the headings.
    is_csv : bool
    merged : dict
        Cells (row number, column from 0) that are merged over several columns.
    """

    name: str
    rows: list[tuple[int, list[Cell | Broken]]]
    is_csv: bool = False
    merged: set[tuple[int, int]] = field(default_factory=set)

    def label(self, row: int, place: int | None, heading: str = "") -> str:
        """Name a cell as its reader would: ``Participants!C14``, or the file, the line and the column."""
        if self.is_csv:
            if place is None:
                return f"{self.name} line {row}"
            return f"{self.name} line {row}, column {heading or place + 1}"
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.name)
        sheet = self.name if plain else "'" + self.name.replace("'", "''") + "'"
        return f"{sheet}!{row}:{row}" if place is None else f"{sheet}!{letters(place)}{row}"


class Broken(NamedTuple):
    """A cell without a value that can be used: a formula that was never worked out, or one that failed."""

    problem: str
    remedy: str


class Place(NamedTuple):
    """A cell (or, without a column, a row) of a table; places sort in the order of the workbook."""

    sheet: int
    row: int
    column: int
    label: str
    heading: str = ""
    """Of the column, as the template has it."""


@dataclass(frozen=True)
class Found:
    """A fault with its place, for sorting."""

    place: Place
    fault: Fault


def letters(place: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


class Places:
    """From paths in the caseload to cells. Only kept where there is a fault to tell."""

    def __init__(self) -> None:
        self._at: dict[str, Place] = {}

    def note(self, path: Path, place: Place) -> None:
        """Say where what is at a path came from; what was said first holds."""
        self._at.setdefault(format_path(path), place)

    def find(self, path: str) -> tuple[Place | None, str]:
        """Return the cell of a path or of the nearest that holds it, and what of the path is left."""
        end = len(path)
        while end > 0:
            if path[:end] in self._at:
                return self._at[path[:end]], path[end:]
            end = max(path.rfind(".", 0, end), path.rfind("[", 0, end))
        return None, path

    def named(self, text: str) -> str:
        """Return a sentence with cells in place of paths."""

        def cell(match: re.Match[str]) -> str:
            place, _ = self.find(match[0])
            return match[0] if place is None else place.label

        return _PLACE.sub(cell, text)
