"""`convene invites`: one invite for each meeting and each person whose calendar it changes."""

# ruff: noqa: PLC0415 - what writes and sends is imported when there is something to send
from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload

if TYPE_CHECKING:
    from solver.policy.model import Policy
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of the team's invites: always the same one, as it holds what was sent.",
)
@click.option(
    "--previous",
    metavar="CALENDAR",
    help="The calendar whose invites everybody has, where DIR doesn't know of any yet.",
)
@click.option(
    "--previous-caseload",
    metavar="CASELOAD",
    help="The caseload that it answered, where that is another file.",
)
@click.option(
    "--smtp",
    is_flag=True,
    help="Send them by mail as well. The server is set in CONVENE_SMTP_HOST and so on.",
)
@click.option(
    "--resend",
    is_flag=True,
    help="Send again, as an update, what was refused and what may not have arrived.",
)
@click.option("--preview", is_flag=True, help="Show what each person would see. Nothing is written or sent.")
@click.option(
    "--person", "people", multiple=True, metavar="ID", help="With --preview: only this person, in full."
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Leave out meetings before this day. Today, if not given; all are in where today isn't in the horizon.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done, or the preview, as JSON.")
@click.pass_context
def invites(
    context: click.Context,
    caseload: str,
    calendar: str,
    output: Path | None,
    previous: str | None,
    previous_caseload: str | None,
    smtp: bool,
    resend: bool,
    preview: bool,
    people: tuple[str, ...],
    today: datetime | None,
    as_json: bool,
) -> None:
    """Write, and with --smtp send, the invites of a calendar.

    One REQUEST for each meeting that is new or other than before, to each person who takes part and whom that concerns; one
    CANCEL for what is gone; nothing for what stays. DIR gets each as .ics and as a mail ready to be sent (.eml), and
    remembers in sent.sqlite what everybody has: run it again after every revision, with the same DIR, and only what has
    changed goes out. A run that was broken off goes on where it was, and nothing is sent twice.

    Without --smtp a message counts as handed over once it is written. Exit code 1 if something could not be sent, or if
    the calendar doesn't keep the rules (nothing is written then).
    """
    given = [one for one in (caseload, calendar, previous, previous_caseload) if one == STDIN]
    if len(given) > 1:
        raise BadInput("Only one of the files can come from standard input")
    if preview and (smtp or resend):
        raise BadInput("--preview sends nothing: leave out --smtp and --resend")
    if people and not preview:
        raise BadInput("--person goes with --preview")
    if previous_caseload is not None and previous is None:
        raise BadInput("--previous-caseload goes with --previous")
    if output is None and not preview:
        raise BadInput("Name the folder of the team's invites with -o")
    loaded, policy = read_caseload(caseload)
    planned = read_calendar(calendar)
    before = None
    if previous is not None:
        then = loaded if previous_caseload is None else read_caseload(previous_caseload)[0]
        before = (then, read_calendar(previous))
    _check_time_zone(loaded)
    _check_rules(loaded, policy, planned)
    from service.cli.sending import Sending, Task
    from service.delivery.prepare import counted_from
    from service.interrupt import run_interruptibly

    since = counted_from(loaded, date.today()) if today is None else today.date()
    task = Task(loaded, planned, before, since, smtp=smtp, resend=resend)
    if preview:
        from service.cli.preview import show_preview

        show_preview(task, output, people, as_json=as_json)
        return
    assert output is not None
    sending = Sending(task, output, quiet=as_json)
    run_interruptibly(
        sending.run,
        on_ask=lambda: click.echo("Stopping after the mail that is being sent.", err=True),
        on_abort=lambda: click.echo("Aborted: what was being sent may have arrived.", err=True),
    )
    click.echo(
        json.dumps(sending.document(), indent=1, ensure_ascii=False)
        if as_json
        else "\n".join(sending.lines())
    )
    context.exit(1 if sending.needs_attention else 0)


def _check_time_zone(caseload: Caseload) -> None:
    from calendars.vtimezone import UnsupportedZoneError, vtimezone

    try:
        vtimezone(caseload.timezone)
    except UnsupportedZoneError as error:
        raise BadInput(str(error)) from error


def _check_rules(caseload: Caseload, policy: Policy, calendar: Calendar) -> None:
    """Nobody is invited to a calendar that the checker doesn't agree with.

    A mailbox may have been corrected since it was planned, so the calendar needn't be of just this file.
    """
    from service.words import count
    from solver.check import check_calendar
    from solver.schema.calendar import CaseloadRef
    from solver.schema.load import digest

    if calendar.caseload.id != caseload.id:
        raise BadInput(
            f"The calendar is of the caseload {calendar.caseload.id} and not of {caseload.id}: give the two that belong together"
        )
    now = CaseloadRef(id=caseload.id, digest=digest(caseload))
    report = check_calendar(caseload, policy, calendar.model_copy(update={"caseload": now}))
    if not report.ok:
        found = count(len(report.violations), "violation")
        click.echo(
            f"The calendar doesn't keep the rules with this caseload: {found}. Nothing was written.", err=True
        )
        for violation in report.violations[:10]:
            click.echo(f"  {violation.rule}: {violation.text}", err=True)
        click.echo("convene check shows all of them; convene rebook mends what can't stand.", err=True)
        raise SystemExit(1)
