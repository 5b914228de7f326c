"""`convene availability`: when somebody is busy, by their own calendar; and a school's terms."""

# ruff: noqa: PLC0415 - what reads and fetches is imported when there is something to read
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from service.cli.availability_request import Request
from service.cli.inputs import STDIN, BadInput


@click.command()
@click.argument("caseload")
@click.argument("sources", nargs=-1, metavar="[FILE|URL]...")
@click.option("--person", metavar="ID", help="Whose calendar it is.")
@click.option("--venue", metavar="ID", help="Which room's calendar it is.")
@click.option("--school", metavar="ID", help="Which school's term dates they are: .ics or a CSV table.")
@click.option(
    "--caldav",
    metavar="URL",
    help="Ask a CalDAV server, such as https://USER@HOST/. The password comes from CONVENE_CALDAV_PASSWORD_FILE, "
    "or CONVENE_CALDAV_PASSWORD.",
)
@click.option("--collection", metavar="NAME", help="With --caldav: which calendar, if there are several.")
@click.option(
    "--as",
    "named",
    metavar="NAME",
    help="What the source is called. A file's own name, if not given; for an address its server and a digest.",
)
@click.option(
    "--forget", multiple=True, metavar="NAME", help="Take out what this source gave. May be repeated."
)
@click.option(
    "--calendar",
    metavar="CALENDAR",
    help="The calendar that stands: its own meetings don't count as busy, and those that now clash are listed.",
)
@click.option(
    "--tentative",
    type=click.Choice(["busy", "free"]),
    default="busy",
    show_default=True,
    help="What tentative time counts as.",
)
@click.option(
    "--allow-private", is_flag=True, help="Let addresses be inside the house, and without TLS there."
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --calendar: meetings before this day are past. Today, if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what changed as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the caseload here, and leave CASELOAD as it is.",
)
@click.pass_context
def availability(
    context: click.Context,
    caseload: str,
    sources: tuple[str, ...],
    person: str | None,
    venue: str | None,
    school: str | None,
    caldav: str | None,
    collection: str | None,
    named: str | None,
    forget: tuple[str, ...],
    calendar: str | None,
    tentative: str,
    allow_private: bool,
    today: datetime | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Put when somebody is busy into a caseload, out of their own calendar; or a school's terms.

    Give calendar files (.ics), addresses of published calendars (https:, webcal:), or - for standard input. Only times are
    kept, and how firmly they are taken: what the events are about is dropped before it is read. Meetings of ours that are in
    the calendar don't count. Reading a source again replaces what it gave before; what was entered by hand stays.

    The caseload is written whole or not at all, and the one before is kept beside it.

    Exit codes: 0 done; 1 done, and somebody has to look at something; 2 bad input, nothing written.
    """
    chosen = [
        (kind, name)
        for kind, name in (("person", person), ("venue", venue), ("school", school))
        if name is not None
    ]
    if len(chosen) != 1:
        raise BadInput("Say whose time it is: one of --person, --venue and --school")
    kind, identity = chosen[0]
    request = Request(
        caseload,
        calendar,
        kind,  # type: ignore[arg-type]  # one of the three above
        identity,
        sources,
        caldav,
        collection,
        named,
        forget,
        allow_private,
        tentative == "busy",
        today.date() if today else None,
        as_json,
        output,
    )
    _refuse_nonsense(request)
    from service.cli.availability_work import Intake

    context.exit(Intake(request).run())


def _refuse_nonsense(request: Request) -> None:
    given = len(request.sources) + (request.caldav is not None)
    if not given and not request.forget:
        raise BadInput("Give the calendar: a file, an address, or --caldav")
    if request.sources.count(STDIN) + (request.caseload == STDIN) + (request.calendar == STDIN) > 1:
        raise BadInput("Only one of them can come from standard input")
    if request.named is not None and given != 1:
        raise BadInput("--as names one source: give one at a time")
    if STDIN in request.sources and request.named is None and request.kind != "school":
        raise BadInput("What comes from standard input has no name: give it one with --as")
    if request.collection is not None and request.caldav is None:
        raise BadInput("--collection is about a CalDAV account: give it with --caldav")
    if request.kind == "school" and (len(request.sources) != 1 or request.caldav or request.forget):
        raise BadInput("A school's terms come from one file or address, which replaces all there were")
    if request.output is None and request.caseload == STDIN:
        raise BadInput("What comes from standard input can't be replaced: say with -o where to write")


__all__ = ["availability"]
