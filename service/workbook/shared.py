"""Columns that several sheets have, and those that no field of the schema is behind."""

from __future__ import annotations

from dataclasses import replace

from service.workbook.columns import Column, column
from service.workbook.forms import Form
from service.workbook.sheet import Owner, Sheet
from solver.schema.base import WEEKDAYS, Span
from solver.schema.caseload import DaySpan, HeldMeeting, Person, Plan, School, Site, TimeWindow, Venue


def own_column(key: str, heading: str, like: Column, note: str, words: tuple[str, ...] = ()) -> Column:
    """A column that no field of the schema is behind."""
    kind = "words" if words else like.kind
    return replace(
        like,
        key=key,
        heading=heading,
        kind=kind,
        words=words,
        note=note,
        needed=True,
        own=True,
        limits=(None, None),
    )


PERSON = column(
    Person, "id", "sw-1", "A short id for the person, used wherever the person is named. No two are alike."
)
SCHOOL = column(School, "id", "school-1", "A short id for the school. No two are alike.")
SITE = column(Site, "id", "town-hall", "A short id for the place. No two are alike.")
VENUE = column(Venue, "id", "room-1", "A short id for the room. No two are alike.")
PLAN = column(
    Plan,
    "id",
    "plan-1",
    "The plan's own id, as in the case system, without anybody's name. No two are alike.",
)
NUMBER = replace(
    own_column("#number", "Number", column(HeldMeeting, "plans", 1), "Numbers the meetings 1, 2, 3, so that the sheet Booked "
         "attendees can name them."), kind="number", needed=False,
)  # fmt: skip


def owned_by(sheet: str, collection: str, like: Column, noun: str) -> tuple[Owner, Column]:
    """Say whose items the rows of a sheet belong to, and give the column that names them."""
    note = f"Which {noun} this is about."
    return Owner(sheet, collection), replace(
        own_column("@owner", noun.capitalize(), like, note), refers=sheet
    )


OF_PERSON = owned_by("People", "people", PERSON, "person")
OF_SCHOOL = owned_by("Schools", "schools", SCHOOL, "school")
OF_VENUE = owned_by("Venues", "venues", VENUE, "venue")
OF_PLAN = owned_by("Plans", "plans", PLAN, "plan")
OF_BOOKED = (
    Owner("Booked", "booked", "#number"),
    replace(NUMBER, key="@owner", heading="Booked number", note="Which booked meeting this is about.", needed=True,
            refers="Booked"),
)  # fmt: skip


def made_sheet(
    title: str, about: str, form: Form, *columns: Column, of: tuple[Owner, Column] | None = None
) -> Sheet:
    """Make a sheet; one whose rows belong to something begins with the column that names it."""
    return Sheet(
        title, about, form, columns if of is None else (of[1], *columns), None if of is None else of[0]
    )


def day_column(note: str, *more: str) -> Column:
    """A column for a weekday, and for more words in its place."""
    return own_column("day", "Day", column(TimeWindow, "days", "mon"), note, (*WEEKDAYS, *more))


def start_end(note: str, *, needed: bool) -> tuple[Column, Column]:
    """Two columns, for a time of day at which something begins and one at which it ends."""
    start = column(DaySpan, "start", "09:00", f"When {note} begins.", needed=needed)
    return start, column(DaySpan, "end", "17:00", f"When {note} ends.", needed=needed)


def busy_columns() -> tuple[Column, ...]:
    """The columns of a stretch in which somebody or some room is taken."""
    return (
        column(Span, "start", "2026-12-22T09:00", "From when."),
        column(Span, "end", "2027-01-02T00:00", "Until when: free again from then on."),
        column(Span, "source", "hv-1.ics"),
    )


def mark(like: Column, key: str, heading: str, note: str, example: str, refers: str = "") -> Column:
    """A column that no field of the schema is behind, with an example of its own."""
    return replace(own_column(key, heading, like, note), example=example, refers=refers)
