"""`convene plan` and `convene demo`: from a caseload to a directory with its calendar."""

# ruff: noqa: PLC0415 - the solver and what draws are imported when there is something to plan
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.diff import difference_lines
from service.cli.inputs import STDIN, BadInput, name_of, read_calendar, read_caseload, read_policy

if TYPE_CHECKING:
    from solver.policy.model import Policy
    from solver.replan.booking import Dropped
    from solver.scale.executor import Executor
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload

DIRECTORY = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True)
class Run:
    """How to search and what to show. ``rounds`` replaces ``seconds`` where the result must not depend on the machine."""

    seconds: float
    seed: int = 1
    workers: int = 2
    rounds: int | None = None
    cluster: str | None = None
    quiet: bool = False
    as_json: bool = False


def _shared(seconds: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    options = (
        click.option(
            "--seconds",
            type=click.FloatRange(min=0, min_open=True, max=86_400),
            default=seconds,
            show_default=True,
            help="Time to search. Ctrl-C ends the search sooner and keeps the best so far.",
        ),
        click.option("--quiet", is_flag=True, help="Show no progress."),
        click.option("--json", "as_json", is_flag=True, help="Print the closing table as JSON."),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.command()
@click.argument("caseload")
@click.option("-o", "--output", type=DIRECTORY, required=True, help="Directory to write to.")
@_shared(seconds=30)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the search.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Threads; for a caseload of more than 1,000 plans, processes.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Plan in shards on a Dask cluster, whose scheduler has this address (tcp://host:8786).",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    help="Search so many rounds instead of seconds: the same calendar on any machine.",
)
@click.option(
    "--previous",
    metavar="CALENDAR",
    help="Plan again from a calendar that stands: its meetings stay where they can. Writes caseload.json too.",
)
@click.option(
    "--fixed-until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --previous: its meetings up to this day stay where they are, come what may.",
)
@click.pass_context
def plan(
    context: click.Context,
    caseload: str,
    output: Path,
    seconds: float,
    quiet: bool,
    as_json: bool,
    seed: int,
    workers: int,
    rounds: int | None,
    cluster: str | None,
    previous: str | None,
    fixed_until: datetime | None,
) -> None:
    """Plan a caseload and write its calendar.

    CASELOAD is a JSON file, or - for standard input. The output directory gets calendar.json, team.ics,
    people/<id>.ics, tasks.ics and report.html: all of them, or nothing if anything fails.

    With --previous the meetings of that calendar are booked already: they move only where they have to, or where
    moving gains more than it costs. The result is its next revision, and what changes is told.
    """
    loaded, policy = read_caseload(caseload)
    run = Run(seconds, seed, workers, rounds, cluster, quiet, as_json)
    if previous is None:
        if fixed_until is not None:
            raise BadInput("--fixed-until says what stays of a calendar: give it with --previous")
        context.exit(plan_and_write(loaded, policy, output, run))
    if previous == caseload == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    from solver.generate import to_json
    from solver.replan.booking import book_again

    before = read_calendar(previous)
    again = book_again(
        loaded, policy, before, fixed_until=None if fixed_until is None else fixed_until.date()
    )
    if before.meetings and len(again.dropped) == len(before.meetings):
        raise BadInput(
            f"No meeting of {name_of(previous)} can stand in {name_of(caseload)}: {again.dropped[0].reason} "
            "Is it a calendar of this team, for these months?"
        )
    _tell_dropped(again.dropped)
    also = {"caseload.json": to_json(again.caseload)}
    context.exit(plan_and_write(again.caseload, policy, output, run, also, before))


@click.command()
@click.option(
    "-o", "--output", type=DIRECTORY, default=Path("out"), show_default=True, help="Directory to write to."
)
@click.option(
    "--plans", type=click.IntRange(1, 2_000), default=150, show_default=True, help="Children with a plan."
)
@_shared(seconds=20)
@click.pass_context
def demo(
    context: click.Context, output: Path, plans: int, seconds: float, quiet: bool, as_json: bool
) -> None:
    """Plan a made-up team, as a first look.

    Writes what `convene plan` writes, and the caseload it made up.
    """
    from solver.generate import generate, to_json

    caseload = generate(plans, seed=1)
    run = Run(seconds, quiet=quiet, as_json=as_json)
    policy = read_policy(caseload.authority)
    context.exit(plan_and_write(caseload, policy, output, run, {"caseload.json": to_json(caseload)}))


def _tell_dropped(dropped: Sequence[Dropped]) -> None:
    from service.words import count

    if dropped:
        click.echo(f"{count(len(dropped), 'meeting')} of the previous calendar can't stand:", err=True)
        for one in dropped:
            click.echo(f"  {one.meeting}: {one.reason}", err=True)


def plan_and_write(
    caseload: Caseload,
    policy: Policy,
    output: Path,
    run: Run,
    also: dict[str, bytes] | None = None,
    previous: Calendar | None = None,
) -> int:
    """Plan, write the output directory, print the closing table.

    Parameters
    ----------
    also
        Content of further files by name.
    previous
        The calendar that stands: the new one is its next revision, and the difference is told.

    Returns
    -------
    int
        Exit code: 0 with nothing breached, else 1.

    Raises
    ------
    BadInput
        If the directory can't be written to, or the caseload is too large.
    InternalError
        If the checker doesn't agree with the calendar found; nothing is written then.
    """
    from rich.console import Console

    from service.output.files import OutputError, check_target, output_directory
    from service.table import closing_json, print_closing_table
    from solver.replan.diff import diff_calendars

    try:
        check_target(output)
        calendar = _search(caseload, policy, run)
        if previous is not None:
            calendar = calendar.model_copy(update={"revision": previous.revision + 1})
        with output_directory(output) as staging:
            names = _write(staging, caseload, policy, calendar, also or {})
    except OutputError as error:
        raise BadInput(str(error)) from error
    written = [output / name for name in names]
    if run.as_json:
        found = closing_json(caseload.team.name, calendar, written)
        click.echo(json.dumps(found | _changes(previous, calendar), indent=1))
    else:
        print_closing_table(Console(), caseload.team.name, calendar, written)
        if previous is not None:
            click.echo("\n".join(["", *difference_lines(diff_calendars(previous, calendar))]))
    return 1 if calendar.breaches else 0


def _changes(previous: Calendar | None, calendar: Calendar) -> dict[str, object]:
    if previous is None:
        return {}
    from solver.replan.diff import diff_calendars

    diff = diff_calendars(previous, calendar)
    return {"changes": diff.model_dump(mode="json", by_alias=True)}


@contextmanager
def _cluster(address: str | None) -> Iterator[Executor | None]:
    """Reach the cluster that was asked for, if one was."""
    if address is None:
        yield None
        return
    from solver.scale.dask_executor import DaskExecutor, NoWorkersError

    try:
        executor = DaskExecutor(address)
    except (ImportError, OSError) as error:
        raise BadInput(f"--cluster {address}: {error}. Nothing was written.") from error
    try:
        yield executor
    except NoWorkersError as error:
        raise BadInput(f"--cluster {address}: {error}. Nothing was written.") from error
    finally:
        executor.close()


def _search(caseload: Caseload, policy: Policy, run: Run) -> Calendar:
    from rich.console import Console

    from service.interrupt import run_interruptibly
    from service.progress import show_progress
    from service.words import count
    from solver.plan import CheckFailedError
    from solver.plan import plan as search
    from solver.problem.blocks import CompileError

    title = f"Planning {caseload.team.name}: {count(len(caseload.plans), 'plan')}"
    console = Console(stderr=True)
    try:
        with (
            _cluster(run.cluster) as executor,
            show_progress(console, title, seconds=run.seconds, quiet=run.quiet) as progress,
        ):
            return run_interruptibly(
                lambda stop: search(
                    caseload,
                    policy,
                    seconds=run.seconds,
                    seed=run.seed,
                    workers=run.workers,
                    deterministic=run.rounds,
                    on_event=progress.on_event,
                    stop=stop,
                    now=datetime.now(UTC),
                    executor=executor,
                ),
                on_ask=progress.stopping,
                on_abort=progress.aborted,
            )
    except CompileError as error:
        raise BadInput(f"This caseload can't be planned in one go: {error}") from error
    except CheckFailedError as error:
        raise InternalError(str(error)) from error


class InternalError(click.ClickException):
    """A fault of Convene's own. Exit code 1, as for any failed check."""

    def format_message(self) -> str:
        """Say that nothing was written, what was found, and what to do."""
        return (
            f"internal, nothing was written: {self.message}\n"
            "This is a fault of Convene, not of the caseload. Please report it with the lines above; planning again "
            "with another --seed may succeed."
        )


def _write(
    directory: Path, caseload: Caseload, policy: Policy, calendar: Calendar, also: dict[str, bytes]
) -> list[Path]:
    """Write every file, and return their paths within the directory."""
    from service.output.ics_files import write_ics_files
    from service.report import render_report

    for name, content in also.items():
        (directory / name).write_bytes(content)
    document = calendar.model_dump_json(by_alias=True, indent=1)
    (directory / "calendar.json").write_text(document + "\n", encoding="utf-8")
    (directory / "report.html").write_text(render_report(caseload, policy, calendar), encoding="utf-8")
    invites = write_ics_files(directory, caseload, calendar)
    own = [Path(name) for name in ("report.html", "calendar.json", *also)]
    return [*own, *(path.relative_to(directory) for path in invites)]
