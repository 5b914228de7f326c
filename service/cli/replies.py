"""`convene replies`: what people answered to the invites, and what has to be done about it."""

# ruff: noqa: PLC0415 - what reads, matches and searches is imported when there is something to do
from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.facts import day_of
from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload
from service.cli.replies_text import Request, Teller, Told

if TYPE_CHECKING:
    from service.delivery.issued import Issued
    from service.replies.openings import Delegation, Opening
    from service.replies.sources import Source
    from service.replies.take import Message
    from solver.policy.model import Policy
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload

MOST_WORKED_OUT = 12
"""Open meetings whose options are worked out at once."""


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE|DIR]...")
@click.option(
    "--sent",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="The folder that convene invites wrote, or the sent.sqlite in it: what is answered.",
)
@click.option(
    "--maildir",
    "maildirs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A maildir: what nobody has read yet. May be repeated.",
)
@click.option(
    "--imap",
    metavar="URL",
    help="A mailbox, such as imaps://USER@HOST/INBOX: what nobody has read yet. The password comes from "
    "CONVENE_IMAP_PASSWORD_FILE, or CONVENE_IMAP_PASSWORD.",
)
@click.option(
    "--move-to", "move", metavar="FOLDER", help="With --imap: move there what nobody has to look at."
)
@click.option(
    "--accept-delegations",
    is_flag=True,
    help="Let named deputies come instead where the rules allow it, as the calendar's next revision.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Count notice from this day, and move nothing to it or before. Today, if not given.",
)
@click.option(
    "--options", "shown", type=click.IntRange(1, 100), default=3, show_default=True, help="Options to show."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done, and what is open, as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the calendar here, and leave CALENDAR as it is.",
)
@click.pass_context
def replies(
    context: click.Context,
    caseload: str,
    calendar: str,
    files: tuple[Path, ...],
    sent: Path | None,
    maildirs: tuple[Path, ...],
    imap: str | None,
    move: str | None,
    accept_delegations: bool,
    today: datetime | None,
    shown: int,
    as_json: bool,
    output: Path | None,
) -> None:
    """Put what people answered to their invites into the calendar.

    Answers are read from files and folders of them (.eml, .ics), from maildirs, and from a mailbox. Each is matched with
    what was sent: who answers, to which invite, and whether it is the last one. What is taken, what is not and why is told.
    Mails that nobody has to look at are then marked as read; the others stay unread. Reading the same ones again does no
    harm.

    Where somebody the meeting can't be held without declines, or another time is proposed, the options are worked out as
    `convene rebook` does; without any files, for what is still open. An answer changes nothing of the plan, so the
    calendar keeps its revision.

    Exit codes: 0 done; 1 done, and somebody has to look at something; 2 bad input, nothing written and nothing marked.
    """
    request = Request(caseload, calendar, accept_delegations, shown, as_json, output)
    given = bool(files or maildirs or imap)
    _refuse_nonsense(request, given=given, sent=sent, imap=imap, move=move)
    loaded, policy = read_caseload(caseload)
    standing = read_calendar(calendar)
    if standing.caseload.id != loaded.id:
        raise BadInput(
            f"The calendar is of the caseload {standing.caseload.id}, and this is {loaded.id}: give the one it was "
            "planned from"
        )
    issued = _issued(sent) if given and sent is not None else []
    now = datetime.now(UTC)
    if today is not None:
        now = max(now, today.replace(hour=23, minute=59, tzinfo=UTC))
    work = Replies(request, loaded, policy, standing, day_of(today, loaded, date.today), now)
    with ExitStack() as stack:
        context.exit(work.run(_sources(stack, files, maildirs, imap, move), issued))


def _refuse_nonsense(
    request: Request, *, given: bool, sent: Path | None, imap: str | None, move: str | None
) -> None:
    if request.caseload == request.calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    if given and sent is None:
        raise BadInput("Say with --sent what was sent: the folder that convene invites wrote")
    if move is not None and imap is None:
        raise BadInput("--move-to is about a mailbox: give it with --imap")
    if request.output is None and request.calendar == STDIN and (given or request.accept_delegations):
        raise BadInput("What comes from standard input can't be replaced: say with -o where to write")


def _issued(sent: Path) -> list[Issued]:
    from service.delivery.ledger import NAME, Ledger, LedgerError

    try:
        with Ledger.read(sent / NAME if sent.is_dir() else sent) as ledger:
            return ledger.issued()
    except LedgerError as error:
        raise BadInput(str(error)) from error


def _sources(
    stack: ExitStack, files: Sequence[Path], maildirs: Sequence[Path], imap: str | None, move: str | None
) -> list[Source]:
    from service.delivery.settings import SettingsError
    from service.replies.imap import ImapBox, read_account
    from service.replies.sources import Files, Maildir, SourceError

    try:
        found: list[Source] = [Files(files)] if files else []
        found += [Maildir(path) for path in maildirs]
        if imap is not None:
            found.append(stack.enter_context(ImapBox(read_account(imap, os.environ), move=move)))
    except SettingsError as error:
        raise BadInput(str(error)) from error
    except SourceError as error:
        raise BadInput(str(error)) from error
    return found


class Replies:
    """Takes answers into one calendar, and tells what is open."""

    def __init__(
        self,
        request: Request,
        caseload: Caseload,
        policy: Policy,
        calendar: Calendar,
        today: date,
        now: datetime,
    ) -> None:
        self.request = request
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        self.today = today
        self.now = now

    def run(self, sources: Sequence[Source], issued: Sequence[Issued]) -> int:
        """Do it; returns the exit code."""
        from service.output.identity import default_key, is_ours
        from service.replies.openings import still_open
        from service.replies.sources import SourceError
        from service.replies.take import Reader

        key = default_key(self.caseload)
        reader = Reader(
            self.caseload, self.calendar, issued, now=self.now, ours=lambda uid: is_ours(key, uid)
        )
        origin: dict[str, Source] = {}
        try:
            taken = reader.take(_messages(sources, origin))
        except SourceError as error:
            raise BadInput(str(error)) from error
        after = taken.calendar
        decided: tuple[Delegation, ...] = ()
        if self.request.accept_delegations:
            after, decided = self._delegated(after)
        written = self._written(after)
        unmarked = [
            name
            for source in sources
            for name in source.settle([one for one in origin if origin[one] is source and taken.settled(one)])
        ]
        told = Told(
            taken.outcomes,
            decided,
            written,
            tuple(unmarked),
            _notes(sources),
            still_open(after, self.today),
            tuple(self._openings(after)),
            after,
        )
        Teller(self.request, self.today).tell(told)
        attention = any(one.attention for one in taken.outcomes) or bool(told.open)
        return 1 if attention or unmarked or told.notes else 0

    def _delegated(self, calendar: Calendar) -> tuple[Calendar, tuple[Delegation, ...]]:
        from service.replies.openings import Openings

        return Openings(
            self.caseload, self.policy, calendar, today=self.today, now=self.now
        ).accept_delegations()

    def _openings(self, calendar: Calendar) -> list[Opening]:
        from service.replies.openings import Openings, open_meetings

        meetings = open_meetings(calendar, self.today)
        if not meetings:
            return []
        if not self.request.as_json:
            click.echo("Working out what can be done …", err=True)
        desk = Openings(self.caseload, self.policy, calendar, today=self.today, now=self.now)
        return [desk.work_out(one, self.request.shown) for one in meetings[:MOST_WORKED_OUT]]

    def _written(self, after: Calendar) -> tuple[Path, ...]:
        """Write the calendar whole, or not at all; beside it, where it is another revision, what people look at."""
        from service.output.files import OutputError
        from service.output.lock import replacing
        from service.output.plan_files import is_plan_of, write_beside

        request = self.request
        if after == self.calendar and request.output is None:
            return ()
        alone = nullcontext() if request.output is not None else replacing(Path(request.calendar))
        try:
            with alone:
                if request.output is None and read_calendar(request.calendar) != self.calendar:
                    raise BadInput(
                        f"{request.calendar} has been changed meanwhile, and no message has been marked: run it again"
                    )
                written = self._replaced(after)
        except OutputError as error:
            raise BadInput(str(error)) from error
        shown: tuple[Path, ...] = ()
        another = after.revision != self.calendar.revision
        if another and request.output is None and is_plan_of(Path(request.calendar)):
            try:
                shown = write_beside(Path(request.calendar), self.caseload, self.policy, after)
            except OutputError as error:
                stale = (
                    f"The report and the calendar files beside {request.calendar} are still those of revision"
                )
                click.echo(f"{stale} {self.calendar.revision}: {error}.", err=True)
        return (*written, *shown)

    def _replaced(self, after: Calendar) -> tuple[Path, ...]:
        from service.output.files import write_file
        from service.output.revisions import replace_revision

        request = self.request
        path = None if request.calendar == STDIN else Path(request.calendar)
        if request.output is None and path is not None and after.revision == self.calendar.revision:
            write_file(path, (after.model_dump_json(by_alias=True, indent=1) + "\n").encode())
            return (path,)
        return replace_revision(
            after,
            None,
            calendar_path=path,
            caseload_path=None,
            output=request.output,
            revision=self.calendar.revision,
        ).written


def _messages(sources: Sequence[Source], origin: dict[str, Source]) -> Iterator[Message]:
    for source in sources:
        for message in source.messages():
            origin[message.source] = source
            yield message


def _notes(sources: Sequence[Source]) -> tuple[str, ...]:
    from service.replies.imap import ImapBox
    from service.replies.sources import Files
    from service.words import count

    notes = []
    for source in sources:
        if isinstance(source, Files) and source.passed_over:
            names = ", ".join(path.name for path in source.passed_over[:8])
            more = len(source.passed_over) - 8
            notes.append(
                f"Neither mails nor calendars (.eml, .ics): {names}{f' and {more} more' if more > 0 else ''}"
            )
        if isinstance(source, ImapBox) and source.left:
            notes.append(f"{count(source.left, 'message')} left in the mailbox: run it again")
    return tuple(notes)


__all__ = ["replies"]
