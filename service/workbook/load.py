"""From tables to a caseload that can be planned, or to every fault at its cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.workbook.gather import Gathered, gather
from service.workbook.headings import Matched, match
from service.workbook.layout import sheets
from service.workbook.places import Found, Place, Places, Table
from service.workbook.rewording import reworded
from service.workbook.sheet import Sheet
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError, Fault
from solver.schema.load import load_caseload


class WorkbookError(ValueError):
    """A workbook that no caseload can be made of.

    Attributes
    ----------
    faults : tuple of Fault
        Everything wrong with it, each at its cell (`Fault.path`), in the order of the workbook; never empty.
    places : dict
        The sheet, row and column of each fault that is in one.
    """

    def __init__(self, faults: Iterable[Fault], places: Mapping[Fault, Place] | None = None) -> None:
        self.faults = tuple(faults)
        self.places = dict(places or {})
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Imported:
    """What a workbook holds.

    Attributes
    ----------
    caseload : Caseload
    ignored : tuple of str
        Extra sheets and columns that were left out, as it was asked for.
    """

    caseload: Caseload
    ignored: tuple[str, ...] = ()


def load_tables(tables: Sequence[Table], *, ignore_extra: bool = False) -> Imported:
    """Read tables as a caseload.

    Parameters
    ----------
    tables : sequence of Table
    ignore_extra : bool
        Leave out sheets and columns that aren't known, and tell which. By default each is a fault.

    Raises
    ------
    WorkbookError
    """
    matched = match(tables, ignore_extra=ignore_extra)
    if not any(sheet.title == "Team" for sheet, _, _ in matched.tables) and not matched.faults:
        problem = 'There is no sheet "Team", or nothing is in it.'
        raise WorkbookError(
            [
                Fault(
                    "",
                    "",
                    problem,
                    "Begin with the empty workbook (`convene template` writes one), which has it.",
                )
            ]
        )
    gathered = gather(matched.tables)
    caseload = None
    faults: Sequence[Fault] = ()
    try:
        caseload = load_caseload(json.dumps(gathered.data).encode())
    except CaseloadError as error:
        faults = error.faults
    if caseload is not None and not matched.faults and not gathered.faults:
        return Imported(caseload, tuple(matched.ignored))
    places = _told(matched, gathered, faults)
    raise WorkbookError(places, places)


def _told(matched: Matched, first: Gathered, faults: Iterable[Fault]) -> dict[Fault, Place]:
    """Return every fault once, at its cell: those of the sheets, those of cells, and those of the caseload."""
    found = [*matched.faults, *first.faults]
    # Where everything is, is only worked out for those who need it.
    places = Places()
    gather(matched.tables, places=places)
    said = {(one.place.sheet, one.place.row, one.place.column) for one in found}
    troubled = {one.place.sheet for one in found}
    missing = {
        (sheet.title, column.key)
        for sheet, _, columns in matched.tables
        for column in sheet.columns
        if column.needed and column.key not in columns
    }
    for fault in faults:
        place, rest = places.find(fault.path)
        if place is None:
            place = _of_collection(fault.path, matched)
        elif (place.sheet, place.row, place.column) in said or (
            place.column < 0 and fault.problem.startswith("The field ") and _in_missing(place, fault, missing)
        ):
            continue
        nested = _nested(rest)
        if nested is not None and sheets().index(nested) in troubled:
            # Rows that couldn't be placed are why there are none.
            continue
        found.append(Found(place, _at(place, fault, places, nested)))
    found.sort(key=lambda one: one.place[:3])
    once: dict[Fault, Place] = {}
    for one in found:
        once.setdefault(one.fault, one.place)
    return once


def _at(place: Place, fault: Fault, places: Places, nested: Sheet | None) -> Fault:
    head = "" if nested is None else f"In the sheet {nested.title}: "
    return Fault(
        place.label,
        # A list or a record is no cell's value.
        "" if fault.value.startswith(("{", "[")) else fault.value,
        head + reworded(places.named(fault.problem)),
        reworded(places.named(fault.remedy)),
        fault.subject,
    )


def _in_missing(place: Place, fault: Fault, missing: set[tuple[str, str]]) -> bool:
    """Whether a fault says of one row that a column is missing, which was said once for all."""
    title = sheets()[place.sheet].title
    steps = fault.path.replace("]", "").replace("[", ".").split(".")
    return any((title, ".".join(steps[start:])) in missing for start in range(len(steps)))


def _of_collection(path: str, matched: Matched) -> Place:
    """Return the place of what is in no cell: the sheet it would be in."""
    name = path.partition(".")[0].partition("[")[0]
    sheet = _sheet_for(name) or sheets()[0]
    table = next((table for one, table, _ in matched.tables if one is sheet), None)
    return Place(sheets().index(sheet), 0, 0, table.name if table is not None else f"sheet {sheet.title}")


def _nested(rest: str) -> Sheet | None:
    """Return the sheet of a list within an item, of which no row is there."""
    steps = [step for step in rest.replace("[", ".[").split(".") if step and not step.startswith("[")]
    return next(
        (sheet for step in reversed(steps) if (sheet := _sheet_for(step, owned=True)) is not None), None
    )


def _sheet_for(name: str, *, owned: bool = False) -> Sheet | None:
    """Return the sheet that a list of the caseload, or of one of its items, is in."""
    for sheet in sheets():
        steps = getattr(sheet.form, "steps", ())
        if (sheet.owner is not None) == owned and name in (*steps[-1:], sheet.title.lower()):
            return sheet
    return None
