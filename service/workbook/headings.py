"""Which sheet a table is, and which of its columns is which: found however they are ordered, spaced and capitalised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.workbook.columns import Column
from service.workbook.layout import sheets
from service.workbook.places import Found, Place, Table
from service.workbook.sheet import Sheet, plain_name
from solver.schema.faults import Fault, did_you_mean, listed

OURS = frozenset({"readme", "words"})
"""Sheets of the template that hold nothing of the caseload."""


@dataclass
class Matched:
    """What was found of the sheets and columns.

    Attributes
    ----------
    tables : list of (Sheet, Table, dict)
        In the order of the sheets; the columns' positions by their keys.
    faults : list of Found
    ignored : list of str
        What was left out because it was asked for.
    """

    tables: list[tuple[Sheet, Table, dict[str, int]]] = field(default_factory=list)
    faults: list[Found] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def match(tables: Iterable[Table], *, ignore_extra: bool) -> Matched:
    """Find the sheets and columns that tables are.

    Parameters
    ----------
    tables : iterable of Table
    ignore_extra : bool
        Leave out sheets and columns that aren't known; by default each is a fault.
    """
    found = Matched()
    taken: dict[str, str] = {}
    for table in tables:
        if _is_ours(table):
            continue
        sheet = _sheet_of(table)
        if sheet is None:
            if ignore_extra:
                found.ignored.append(table.name)
            elif table.rows:
                found.faults.append(_unknown_sheet(table))
        elif sheet.title in taken:
            problem = f'This is the sheet "{sheet.title}", and so is {taken[sheet.title]}.'
            found.faults.append(
                Found(_whole(sheet, table), _fault(table.name, problem, "Keep one of the two."))
            )
        else:
            taken[sheet.title] = table.name
            if table.rows:
                found.tables.append((sheet, table, _columns(sheet, table, found, ignore_extra=ignore_extra)))
    found.tables.sort(key=lambda one: _rank(one[0]))
    return found


def _is_ours(table: Table) -> bool:
    """Whether it only explains the other sheets; LibreOffice puts the workbook's name before it: ``team-Read me.csv``."""
    name = table.name.rpartition(".")[0] if table.is_csv else table.name
    return plain_name(name) in OURS or (table.is_csv and plain_name(name.rpartition("-")[2]) in OURS)


def _rank(sheet: Sheet) -> int:
    return sheets().index(sheet)


def _whole(sheet: Sheet | None, table: Table) -> Place:
    return Place(len(sheets()) if sheet is None else _rank(sheet), 0, 0, table.name)


def _sheet_of(table: Table) -> Sheet | None:
    """Return the sheet that a name means: its title among other words, numbers or dates, the longest there is."""
    name = re.sub(r"\.[A-Za-z]{3}$", "", table.name) if table.is_csv else table.name
    words = _words(name)
    titles = {tuple(_words(sheet.title)): sheet for sheet in sheets()}
    together = {"".join(title): sheet for title, sheet in titles.items()}
    if (whole := together.get("".join(words))) is not None:
        return whole
    fitting = [
        (len(title), start, sheet)
        for title, sheet in titles.items()
        for start in range(len(words))
        if tuple(words[start : start + len(title)]) == title
    ]
    # "Oak team people" is about the people: where two titles fit, the last one says what it is.
    return max(fitting, key=lambda one: one[:2], default=(0, 0, None))[2]


def _words(name: str) -> list[str]:
    """Return a name's words as they are in titles: small, and without the s of a plural."""
    return [word if len(word) < 4 else word.removesuffix("s") for word in re.findall(r"[a-z]+", name.lower())]


def _columns(sheet: Sheet, table: Table, found: Matched, *, ignore_extra: bool) -> dict[str, int]:
    """Return the positions of the columns by their keys, and tell of those that are missing, extra or there twice."""
    number, cells = table.rows[0]
    names = sheet.column_names
    rank = _rank(sheet)
    places: dict[str, int] = {}
    extra: list[int] = []
    twice: set[str] = set()
    faults: list[Found] = []

    def tell(place: int | None, problem: str, remedy: str) -> None:
        label = table.label(number, place)
        faults.append(
            Found(Place(rank, number, -1 if place is None else place, label), _fault(label, problem, remedy))
        )

    for place, cell in enumerate(cells):
        column = names.get(plain_name(cell)) if isinstance(cell, str) else None
        if column is not None and column.key in places:
            twice.add(column.key)
            tell(place, f'There are two columns "{column.heading}".', "Keep one of the two.")
        elif column is not None:
            places[column.key] = place
        elif not empty(cell) or any(len(row) > place and not empty(row[place]) for _, row in table.rows[1:]):
            extra.append(place)
    free = [column.heading for column in sheet.columns if column.key not in places]
    for key in twice:
        # Which of the two is meant can't be told, so neither is read.
        del places[key]
    for place in extra:
        if ignore_extra:
            found.ignored.append(table.label(number, place))
            continue
        otherwise = f"Rename it to {listed(free, most=30)}, remove it, or have extra columns left out."
        if not free:
            otherwise = "Remove it, or have extra columns left out."
        heading = cells[place]
        # What the heading says isn't shown: where the row of headings is missing, it is about somebody.
        remedy = did_you_mean(heading, free, otherwise) if isinstance(heading, str) else otherwise
        tell(place, "There is no column of this name in this sheet.", remedy)
    missing = [column for column in sheet.columns if column.needed and column.key not in {*places, *twice}]
    if not places and not twice:
        # Without a single heading that is known, nothing more can be said about the columns.
        faults.clear()
        remedy = f"Begin the sheet with a row of headings: {listed([one.heading for one in sheet.columns], most=30)}."
        tell(None, "The first row holds none of this sheet's headings.", remedy)
    elif len(table.rows) > 1:
        for column in missing:
            remedy = f'Give a column the heading "{column.heading}": {_described(column)}'
            tell(None, f'The column "{column.heading}" is missing.', remedy)
    found.faults += faults
    return places


def empty(cell: object) -> bool:
    """Whether there is nothing in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _described(column: Column) -> str:
    return column.note[0].lower() + column.note[1:] if column.note else column.kind


def _unknown_sheet(table: Table) -> Found:
    name = table.name.rpartition(".")[0] if table.is_csv else table.name
    titles = [sheet.title for sheet in sheets()]
    noun = "file" if table.is_csv else "sheet"
    remedy = f"Rename it, remove it, or have extra ones left out. There are {listed(titles, most=40)}."
    return Found(
        _whole(None, table),
        _fault(table.name, f"There is no {noun} of this name.", did_you_mean(name, titles, remedy)),
    )


def _fault(label: str, problem: str, remedy: str) -> Fault:
    return Fault(label, "", problem, remedy)
