"""From the rows of every sheet to a caseload's JSON, with every cell that can't be read so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.workbook.cells import EXAMPLE, UnreadableError, from_cell
from service.workbook.columns import Column
from service.workbook.forms import Fields, Json, Values
from service.workbook.headings import empty
from service.workbook.layout import sheets
from service.workbook.places import Broken, Found, Place, Places, Table
from service.workbook.sheet import Sheet
from solver.schema.caseload import FORMAT, Caseload
from solver.schema.faults import Fault, Path, did_you_mean, listed, show
from solver.schema.validation.references import MOST_SUGGESTIONS

EMPTY = "This cell is empty, and a value is needed."


@dataclass
class Gathered:
    """A caseload's JSON, and what was said about the cells it came from."""

    data: Json = field(default_factory=dict)
    faults: list[Found] = field(default_factory=list)
    places: Places | None = None


def gather(
    matched: Iterable[tuple[Sheet, Table, dict[str, int]]], *, places: Places | None = None
) -> Gathered:
    """Put the rows of the sheets together.

    Parameters
    ----------
    matched
        Sheets with their tables and the positions of the columns, in the order of the sheets.
    places : Places, optional
        Filled with where everything came from.
    """
    found = Gathered({"format": FORMAT}, places=places)
    indexes: dict[tuple[str, str], dict[Any, int]] = {}
    for sheet, table, columns in matched:
        _Reader(sheet, table, columns, found, indexes).read()
    order = [field.alias or name for name, field in Caseload.model_fields.items()]
    found.data = {name: found.data[name] for name in order if name in found.data}
    return found


class _Reader:
    """Reads the rows of one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        table: Table,
        columns: dict[str, int],
        found: Gathered,
        indexes: dict[tuple[str, str], dict[Any, int]],
    ) -> None:
        self.sheet = sheet
        self.table = table
        self.found = found
        self.columns = [(column, columns.get(column.key)) for column in sheet.columns]
        self.filled = [(column, column.path) for column in sheet.columns if column.key[0] not in "@#"]
        self.rank = sheets().index(sheet)
        self.indexes = indexes
        self.suggested = 0
        self.orphaned = False
        self.places: dict[str, int] = columns
        self.headings = {column.key: column.heading for column in sheet.columns}
        # Fields of the caseload itself, or of an item, that have no list around them.
        self.once: set[Any] | None = set() if isinstance(sheet.form, Fields) else None

    def read(self) -> None:
        for number, cells in self.table.rows[1:]:
            if all(empty(cell) for cell in cells) or self._is_example(cells):
                continue
            row = _Row(self, number, cells)
            if row.usable:
                self._place(row)

    def _is_example(self, cells: list[Any]) -> bool:
        place = self.places.get(self.sheet.columns[0].key)
        cell = cells[place] if place is not None and place < len(cells) else None
        return isinstance(cell, str) and cell.strip().lower().startswith(EXAMPLE)

    def _place(self, row: _Row) -> None:
        holder, at = self.found.data, ()
        owner = self.sheet.owner
        key = row.values.get("@owner")
        if owner is not None:
            place = self._index(owner.collection, owner.key).get(key)
            if place is None:
                self._tell_no_owner(row, key)
                return
            holder, at = holder[owner.collection][place], (owner.collection, place)  # type: ignore[assignment]
        if self.once is not None:
            if key in self.once:
                row.fault(
                    "@owner" if owner else None,
                    "There is a row for this already.",
                    "Keep one of the two rows.",
                )
                return
            self.once.add(key)
        numbered = row.values.get("#number")
        if numbered is not None:
            index = self._index(self._collection(), "#number")
            if numbered in index:
                row.fault("#number", "This number is there twice.", "Give every row a number of its own.")
            else:
                index[numbered] = len(self.found.data.get(self._collection()) or ())
        self.sheet.form.add(holder, at, row)

    def _collection(self) -> str:
        steps: tuple[str, ...] = getattr(self.sheet.form, "steps", ())
        return steps[0]

    def _index(self, collection: str, key: str) -> dict[Any, int]:
        """Return the positions of a list's items by what other sheets call them; of two alike the first."""
        index = self.indexes.get((collection, key))
        if index is None:
            index = {}
            if not key.startswith("#"):
                for place, item in enumerate(self.found.data.get(collection) or ()):
                    index.setdefault(item.get(key), place)
            self.indexes[collection, key] = index
        return index

    def _tell_no_owner(self, row: _Row, key: Any) -> None:
        """Say that a row belongs to nothing, unless it may belong to what can't be read, or nothing is there at all."""
        assert self.sheet.owner is not None
        index = self._index(self.sheet.owner.collection, self.sheet.owner.key)
        if None in index or (not index and self.orphaned):
            return
        self.orphaned = True
        row.fault("@owner", *self._no_owner(key))

    def _no_owner(self, key: Any) -> tuple[str, str]:
        owner = self.sheet.owner
        assert owner is not None
        heading = self.sheet.columns[0].heading
        if owner.key.startswith("#"):
            return (
                f"There is no row with this number in the sheet {owner.sheet}.",
                "Correct it, or number that row.",
            )
        noun = heading.lower()
        remedy = f"Correct the id, or add the {noun} to the sheet {owner.sheet}."
        if self.suggested < MOST_SUGGESTIONS:
            self.suggested += 1
            known = [str(one) for one in self._index(owner.collection, owner.key) if one is not None]
            remedy = did_you_mean(str(key), known, remedy)
        return f"There is no {noun} with this id.", remedy


class _Row:
    """A row that is being put in its place."""

    def __init__(self, reader: _Reader, number: int, cells: list[Any]) -> None:
        self.reader = reader
        self.number = number
        self.values: Values = {}
        self.usable = True
        """Whether it can be put anywhere: what says where is there and can be read."""
        for column, place in reader.columns:
            cell = cells[place] if place is not None and place < len(cells) else None
            self._read(column, place, cell)

    def _read(self, column: Column, place: int | None, cell: Any) -> None:
        if empty(cell):
            if column.own and column.needed:
                self.usable = False
                # Where the column is missing, that was said once for all rows.
                if place is not None:
                    self.fault(column.key, EMPTY, _wanted(column))
            return
        if place is not None and (self.number, place) in self.reader.table.merged:
            self.fault(
                column.key,
                "This cell is merged with those beside it.",
                "Unmerge the cells, and fill in each.",
            )
            self.usable = self.usable and not column.own
            return
        if isinstance(cell, Broken):
            self.fault(column.key, cell.problem, cell.remedy)
            self.usable = self.usable and not column.own
            return
        try:
            value = from_cell(cell, column)
        except UnreadableError as error:
            self.fault(column.key, error.problem, error.remedy)
            self.usable = self.usable and not column.own
            return
        self.values[column.key] = value
        if column.own and column.words and value not in column.words:
            remedy = did_you_mean(str(value), column.words, f"Write {listed(column.words, most=30)}.")
            self.fault(column.key, "This is none of the words allowed here.", remedy)
            self.usable = False

    def note(self, path: Path, key: str | None = None) -> None:
        """Say where what is at a path came from."""
        if self.reader.found.places is not None:
            self.reader.found.places.note(path, self._at(key))

    def fill(self, item: Json, path: Path) -> None:
        """Put every value into an item, and say where each came from."""
        noting = self.reader.found.places is not None
        if noting:
            self.note(path)
        for column, steps in self.reader.filled:
            if column.own:
                continue
            if noting:
                for length in range(1, len(steps) + 1):
                    # The last step is this column's alone; what holds it is where its first column is.
                    self.note((*path, *steps[:length]), column.key)
            if column.key not in self.values:
                continue
            holder = item
            for step in steps[:-1]:
                holder = holder.setdefault(step, {})
            holder[steps[-1]] = self.values[column.key]

    def fault(self, key: str | None, problem: str, remedy: str) -> None:
        """Say what is wrong with a cell, or with the row."""
        place = self._at(key)
        value = "" if key is None or key not in self.values else show(self.values[key], self._shown_as(key))
        self.reader.found.faults.append(Found(place, Fault(place.label, value, problem, remedy)))

    def _shown_as(self, key: str) -> tuple[str, ...]:
        """Return a path for a value, by which it is known whether it says who somebody is."""
        steps = getattr(self.reader.sheet.form, "steps", ())
        return (*steps, *key.split("."))

    def _at(self, key: str | None) -> Place:
        reader = self.reader
        place = None if key is None else reader.places.get(key)
        heading = "" if key is None else reader.headings[key]
        label = reader.table.label(self.number, place, heading)
        return Place(reader.rank, self.number, -1 if place is None else place, label, heading)


def _wanted(column: Column) -> str:
    if column.words:
        return f"Give {listed(column.words, most=30)}."
    if column.refers:
        return f"Give an id of the sheet {column.refers}."
    return f"Give it: {column.note[0].lower()}{column.note[1:]}"
