"""`convene invites --preview`: what each person will see, for the manager who is about to publish."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from service.cli.inputs import BadInput
from service.cli.sending import Task
from service.delivery.issued import Method
from service.delivery.ledger import NAME, Ledger, LedgerError
from service.delivery.prepare import Prepared, find_changes
from service.delivery.preview import Preview, Way, previews
from service.output.places import ONLINE, SECURE
from service.output.render import Renderer
from service.words import count

Due = Counter[tuple[str, Method]]
"""Messages to be sent now, by recipient and method."""
_WAYS: Final[dict[Way, tuple[str, str]]] = {
    "mail": ("mail", "by mail"),
    "letter": ("letter", "by letter"),
    "shared_mailbox": (
        "NOBODY",
        "by nobody, as others read their mailbox who must not see all of it: tell them yourself",
    ),
    "team_mailbox": ("NOBODY", "by nobody, as invites come from their mailbox"),
}


def show_preview(task: Task, folder: Path | None, people: tuple[str, ...], *, as_json: bool) -> None:
    """Print what everybody, or only these people, would see, and what would be sent to them now.

    Raises
    ------
    BadInput
        For somebody who isn't in the caseload, or a ledger that can't be read.
    """
    from solver.schema.faults import did_you_mean  # noqa: PLC0415 - only for a name that isn't there

    known = [person.id for person in task.caseload.people]
    for one in people:
        if one not in known:
            hint = did_you_mean(one, known, "Give the id of a person of the caseload")
            raise BadInput(f"There is no person {one} in the caseload. {hint}".removesuffix("."))
    prepared = _prepared(task, folder)
    renderer = Renderer(task.caseload, task.calendar)
    seen = [
        one
        for one in previews(task.caseload, task.calendar, renderer, prepared.people.unreachable)
        if not people or one.person in people
    ]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in seen], indent=1, ensure_ascii=False))
        return
    due: Due = Counter((change.recipient, change.method) for change in prepared.difference.changes)
    if people:
        for preview in seen:
            _in_full(preview, due)
        for person in sorted(set(people) - {preview.person for preview in seen}):
            click.echo(f"{person} has no meeting, or takes part in none: nothing is sent to them.")
    else:
        _table(seen, due)


def _prepared(task: Task, folder: Path | None) -> Prepared:
    try:
        if folder is not None and (folder / NAME).is_file():
            with Ledger.read(folder / NAME) as ledger:
                return find_changes(
                    task.caseload, task.calendar, ledger, since=task.since, previous=task.previous
                )
    except LedgerError as error:
        raise BadInput(str(error)) from error
    return find_changes(task.caseload, task.calendar, None, since=task.since, previous=task.previous)


def _table(seen: list[Preview], due: Due) -> None:
    from rich import box  # noqa: PLC0415 - only for a table
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Person", no_wrap=True)
    table.add_column("Role", no_wrap=True, max_width=16)
    for heading in ("Meets", "Online", "Withheld", "Named", "Ask", "Cancel"):
        table.add_column(heading, justify="right", min_width=len(heading))
    table.add_column("Told by", min_width=7)
    for one in seen:
        places = Counter(shown.place for shown in one.meetings)
        table.add_row(
            Text(one.person),
            Text(one.role.replace("_", " ")),
            str(len(one.meetings)),
            str(places[ONLINE] or ""),
            str(places[SECURE] or ""),
            str(sum(shown.sees for shown in one.meetings) or ""),
            str(due[one.person, "REQUEST"] or ""),
            str(due[one.person, "CANCEL"] or ""),
            _WAYS[one.way][0],
        )
    console = Console()
    console.print(table)
    console.print(
        "Meets: meetings. Withheld: those whose place they are not told. Named: colleagues they see by name and role. "
        "Ask, Cancel: what would be sent to them now. Nobody else gets anything. --person ID shows all that somebody will see.",
        highlight=False,
    )


def _in_full(one: Preview, due: Due) -> None:
    click.echo(f"{one.name} ({one.person}, {one.role.replace('_', ' ')}) is told {_WAYS[one.way][1]}")
    new, gone = due[one.person, "REQUEST"], due[one.person, "CANCEL"]
    click.echo(f"To be sent now: {count(new, 'invite')} and {count(gone, 'cancellation')}")
    for shown in one.meetings:
        click.echo("")
        click.echo(f"  {shown.when}   [{shown.meeting}, which they do not see]")
        click.echo(f"  {shown.title}")
        click.echo(f"  Place: {shown.place}")
        for line in shown.lines:
            click.echo(f"  {line}")
    click.echo("")


__all__ = ["show_preview"]
