"""`convene rebook`: what else is possible for a meeting, and the calendar in which it is so."""

# ruff: noqa: PLC0415 - what searches is imported when there is something to rebook
from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.facts import day_of, fact_options, read_facts
from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload
from service.cli.rebooking import Rebooking, Request, with_hint

if TYPE_CHECKING:
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.option("--meeting", metavar="ID", help="The meeting to rebook. Without it, all that can't stand.")
@click.option("--without", multiple=True, metavar="PERSON", help="Hold it without somebody. May be repeated.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    metavar="START",
    help="Only at this time, such as 2026-12-01T10:00: what that would mean.",
)
@fact_options
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Count notice from this day, and move nothing to it or before. Today, if not given.",
)
@click.option(
    "--options", "shown", type=click.IntRange(1, 100), default=8, show_default=True, help="Options to show."
)
@click.option("--accept", type=click.IntRange(min=1), metavar="N", help="Make option N the calendar.")
@click.option(
    "--together",
    is_flag=True,
    help="Rebook all that can't stand, moving the least that must be, and make it the calendar.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    default=10,
    show_default=True,
    help="With --together: time to search at most.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help="With --together: search so many rounds instead of seconds: the same calendar on any machine.",
)
@click.option(
    "--revision",
    type=click.IntRange(min=1),
    metavar="N",
    help="Of the calendar that the options were made from: refused if it is another by now.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the options, or what was done, as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the calendar here, and leave CALENDAR as it is.",
)
@click.pass_context
def rebook(
    context: click.Context,
    caseload: str,
    calendar: str,
    meeting: str | None,
    without: tuple[str, ...],
    at: datetime | None,
    busy: tuple[tuple[str, str, str], ...],
    closed: tuple[tuple[str, str, str], ...],
    changes: str | None,
    today: datetime | None,
    shown: int,
    accept: int | None,
    together: bool,
    seconds: float,
    rounds: int | None,
    revision: int | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Find another time, room or company for a meeting of a calendar that stands.

    Everybody else's meetings stay where they are. Options come best first, each with whom it asks to change, at what
    notice, and what it makes better or worse. Nothing is written unless one is accepted.

    With --accept N the option becomes the calendar, as its next revision; the revision before is kept beside it, and
    `convene undo` brings it back. Give the same options as before, and --revision to be sure that nobody else has changed
    it. Facts that were given (--busy, --closed, --changes) are written into CASELOAD then, which is kept likewise.

    Exit codes: 0 there are options, or the calendar has no breach; 1 nothing is possible, or it has; 2 bad input.
    """
    request = Request(
        caseload,
        calendar,
        meeting,
        without,
        accept,
        revision,
        together,
        seconds,
        rounds,
        shown,
        as_json,
        output,
        at,
    )
    _refuse_nonsense(request)
    loaded, policy = read_caseload(caseload)
    standing = read_calendar(calendar)
    _refuse_stale(standing, revision)
    edited = _edited(loaded, standing)
    if meeting is None and not (busy or closed or changes or edited):
        raise BadInput(
            "Say which meeting with --meeting, or what has changed with --busy, --closed or --changes"
        )
    facts = read_facts(loaded, policy, busy=busy, closed=closed, changes=changes)
    known = [one.id for one in standing.meetings]
    for name in facts.barred:
        if name not in known:
            raise BadInput(with_hint(f"The calendar has no meeting {name}.", name, known))
    day = day_of(today, facts.caseload, date.today)
    context.exit(Rebooking(request, facts, standing, day, edited=edited).run())


def _edited(caseload: Caseload, standing: Calendar) -> bool:
    """Whether facts have been changed in the caseload itself since the calendar was made."""
    from solver.schema.load import digest

    if standing.caseload.id != caseload.id:
        raise BadInput(
            f"The calendar is of the caseload {standing.caseload.id}, and this is {caseload.id}: give the one it was "
            "planned from"
        )
    if standing.caseload.digest == digest(caseload):
        return False
    click.echo("The caseload has been changed since the calendar was made: its facts of now count.", err=True)
    return True


def _refuse_nonsense(request: Request) -> None:
    if request.caseload == request.calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    if request.meeting is None and (request.without or request.accept or request.at):
        raise BadInput("--without, --at and --accept are about one meeting: give it with --meeting")
    if request.together and request.meeting is not None:
        raise BadInput("--together is about all meetings that can't stand: leave --meeting out")
    writes = request.accept is not None or request.together
    if request.output is not None and not writes:
        raise BadInput("-o says where to write an accepted calendar: give it with --accept or --together")
    if writes and request.output is None and STDIN in (request.caseload, request.calendar):
        raise BadInput("What comes from standard input can't be replaced: say with -o where to write")


def _refuse_stale(standing: Calendar, revision: int | None) -> None:
    from solver.rebook.accept import StaleError, check_revision

    try:
        check_revision(standing, revision)
    except StaleError as error:
        raise BadInput(str(error).removesuffix(".")) from error
