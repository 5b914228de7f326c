"""`convene diff`: what changes from one calendar to another."""

# ruff: noqa: PLC0415 - the documents and rich are imported when there is something to compare
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from service.cli.inputs import STDIN, BadInput, read_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.schema.diff import AttendanceChange, CalendarDiff, MeetingChange, Presence, Slot

MOST_PEOPLE = 12
"""People listed by id; of the others only how many there are."""


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
@click.pass_context
def diff(context: click.Context, before: str, after: str, as_json: bool) -> None:
    """Say what changes from one calendar to another.

    BEFORE and AFTER are calendar files of one team; one of them may be - for standard input. Told are the meetings that
    are moved, new or cancelled, who comes otherwise, and whom all that concerns, by id: a calendar holds no names.
    Exit code 0 if nothing changes, 1 if something does.
    """
    if before == after == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    from solver.replan.diff import diff_calendars

    found = diff_calendars(read_calendar(before), read_calendar(after))
    if found.before.id != found.after.id:
        click.echo(
            f"These are calendars of different caseloads or teams: {found.before.id} and {found.after.id}.",
            err=True,
        )
    if as_json:
        click.echo(found.model_dump_json(by_alias=True, indent=1))
    else:
        click.echo("\n".join(difference_lines(found)))
    context.exit(0 if found.empty else 1)


def difference_lines(found: CalendarDiff) -> Iterator[str]:
    """Tell a difference in lines of text."""
    from service.words import count

    before, after = found.before, found.after
    yield f"Revision {before.revision} to {after.revision}: cost {before.cost:,} to {after.cost:,} points"
    levels = dict.fromkeys((*before.objective, *after.objective))
    shifted = [
        f"{level} {after.objective.get(level, 0) - before.objective.get(level, 0):+,}"
        for level in levels
        if after.objective.get(level, 0) != before.objective.get(level, 0)
    ]
    if shifted:
        yield f"  {', '.join(shifted)}"
    if found.empty:
        yield f"Nothing changes: {count(found.same, 'meeting')} as before."
        return
    yield f"{count(found.same, 'meeting')} as before"
    sections = (("moved", found.moved), ("new", found.added), ("cancelled", found.cancelled))
    for words, changes in sections:
        if changes:
            yield ""
            yield f"{count(len(changes), 'meeting')} {words}"
            for change in changes:
                yield from _change_lines(change)
    if found.attendance:
        yield ""
        yield f"{count(len(found.attendance), 'place')} filled otherwise"
        yield from (_place_line(place) for place in found.attendance)
    if found.roles:
        yield ""
        yield f"{count(len(found.roles), 'turn')} at chairing or minutes changed"
        for role in found.roles:
            words = {"chair": "chairs", "minutes": "takes the minutes"}[role.role]
            yield f"  {role.meeting}: {role.after or 'nobody'} {words} instead of {role.before or 'nobody'}"
    yield from _late_lines(found)
    yield ""
    names = [f"{person} ({number})" for person, number in found.people.items()]
    more = f" and {len(names) - MOST_PEOPLE} more" if len(names) > MOST_PEOPLE else ""
    yield f"{count(len(names), 'person', 'people')} to ask or tell, with how many meetings: " + (
        ", ".join(names[:MOST_PEOPLE]) + more
    )


def _change_lines(change: MeetingChange) -> Iterator[str]:
    from service.words import count

    slots = [_slot_words(slot) for slot in (change.before, change.after) if slot is not None]
    yield f"  {change.meeting}: {' -> '.join(slots)}"
    notes = []
    if change.slack_before != change.slack_after and None not in (change.slack_before, change.slack_after):
        notes.append(f"slack {change.slack_before} -> {change.slack_after} working days")
    if change.breach_days_after:
        notes.append(f"{count(change.breach_days_after, 'day')} late")
    elif change.breach_days_before:
        notes.append(
            "no longer late" if change.after else f"it was {count(change.breach_days_before, 'day')} late"
        )
    if notes:
        yield f"    {', '.join(notes)}"


def _slot_words(slot: Slot) -> str:
    return f"{_moment(slot.start)} to {slot.end:%H.%M}, {slot.venue}"


def _moment(value: datetime) -> str:
    from service.words import day

    return f"{day(value.date())} {value:%H.%M}"


def _place_line(place: AttendanceChange) -> str:
    return f"  {place.meeting}, {place.person}: {_presence(place.before)} -> {_presence(place.after)}"


def _presence(presence: Presence | None) -> str:
    if presence is None:
        return "no place"
    if presence.status == "deputy":
        return f"deputy {presence.person}{' remotely' if presence.remote else ''}"
    return presence.status


def _late_lines(found: CalendarDiff) -> Iterator[str]:
    from service.words import count, day

    for words, breaches in (("New breach", found.breaches_new), ("Breach gone", found.breaches_gone)):
        for breach in breaches:
            what = breach.meeting or f"{breach.series}, not held"
            yield f"{words}: {what}, due {day(breach.due)}, {count(breach.days, 'day')}"
    for words, exceptions in (
        ("New exception", found.exceptions_new),
        ("Exception gone", found.exceptions_gone),
    ):
        for one in exceptions:
            yield f"{words}: {one.meeting}, {one.kind}{f' of {one.person}' if one.person else ''}"
