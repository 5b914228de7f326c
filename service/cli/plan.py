"""`convene plan` and `convene demo`: from a caseload to a directory with its calendar."""

# ruff: noqa: PLC0415 - the solver and what draws are imported when there is something to plan
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.again import Before, changes_as_data, disruption_line, tell_dropped
from service.cli.diff import difference_lines
from service.cli.inputs import STDIN, BadInput, name_of, read_calendar, read_caseload, read_policy

if TYPE_CHECKING:
    from solver.events import ProgressEvent
    from solver.policy.model import Policy
    from solver.repair.repair import Repaired
    from solver.scale.executor import Executor
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload

T = TypeVar("T")
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
    help="Threads; for a caseload of more than 8,000 plans, processes.",
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
@click.option(
    "--improve",
    is_flag=True,
    help="With --previous: meetings that needn't move do so too, where that gains more than it costs.",
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
    improve: bool,
) -> None:
    """Plan a caseload and write its calendar.

    CASELOAD is a JSON file, or - for standard input. The output directory gets calendar.json, team.ics,
    people/<id>.ics, rooms/<id>.ics, tasks.ics and report.html: all of them, or nothing if anything fails.

    With --previous the meetings of that calendar are booked already. They move only where they have to, with the fewest
    people asked to change, at short notice least of all; what is new is planned around them. With --improve others move too
    where that gains more than it costs. The result is the next revision, and what changes is told.
    """
    loaded, policy = read_caseload(caseload)
    run = Run(seconds, seed, workers, rounds, cluster, quiet, as_json)
    if previous is None:
        if fixed_until is not None:
            raise BadInput("--fixed-until says what stays of a calendar: give it with --previous")
        if improve:
            raise BadInput("--improve says what may change of a calendar: give it with --previous")
        context.exit(plan_and_write(loaded, policy, output, run))
    if previous == caseload == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    from solver.generate import to_json
    from solver.replan.booking import book_again

    standing = read_calendar(previous)
    fixed = None if fixed_until is None else fixed_until.date()
    again = book_again(loaded, policy, standing, fixed_until=fixed)
    if standing.meetings and len(again.dropped) == len(standing.meetings):
        raise BadInput(
            f"No meeting of {name_of(previous)} can stand in {name_of(caseload)}: {again.dropped[0].reason} "
            "Is it a calendar of this team, for these months?"
        )
    tell_dropped(again.dropped)
    also = {"caseload.json": to_json(again.caseload)}
    before = Before(loaded, standing, fixed, improve)
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


def plan_and_write(
    caseload: Caseload,
    policy: Policy,
    output: Path,
    run: Run,
    also: dict[str, bytes] | None = None,
    before: Before | None = None,
) -> int:
    """Plan, write the output directory, print the closing table.

    Parameters
    ----------
    also
        Content of further files by name.
    before
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
    from service.output.plan_files import write_plan_files
    from service.table import closing_json, print_closing_table
    from solver.replan.diff import diff_calendars

    try:
        check_target(output)
        calendar, repaired = _make(caseload, policy, run, before)
        with output_directory(output) as staging:
            names = write_plan_files(staging, caseload, policy, calendar, also or {})
    except OutputError as error:
        raise BadInput(str(error)) from error
    written = [output / name for name in names]
    if run.as_json:
        found = closing_json(caseload.team.name, calendar, written)
        click.echo(json.dumps(found | changes_as_data(before, calendar, repaired), indent=1))
    else:
        print_closing_table(Console(), caseload.team.name, calendar, written)
        if before is not None:
            told = [] if repaired is None else [disruption_line(repaired)]
            changes = difference_lines(diff_calendars(before.calendar, calendar))
            click.echo("\n".join(["", *told, *changes]))
    return 1 if calendar.breaches else 0


def _make(
    caseload: Caseload, policy: Policy, run: Run, before: Before | None
) -> tuple[Calendar, Repaired | None]:
    """Plan anew, or repair the calendar that stands."""
    from solver.plan import ONE_PIECE
    from solver.replan.answers import next_revision

    if before is None:
        return _search(caseload, policy, run), None
    if run.cluster is not None or len(caseload.plans) > ONE_PIECE:
        # In shards, what must move isn't singled out: meetings stay for the points that moving them costs.
        calendar = _search(caseload, policy, run)
        return next_revision(before.calendar, calendar), None
    repaired = _repair(before, policy, run)
    return repaired.calendar, repaired


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
    from service.words import count
    from solver.plan import plan as search

    title = f"Planning {caseload.team.name}: {count(len(caseload.plans), 'plan')}"
    with _cluster(run.cluster) as executor:
        return _watched(
            title,
            run,
            lambda on_event, stop: search(
                caseload,
                policy,
                seconds=run.seconds,
                seed=run.seed,
                workers=run.workers,
                deterministic=run.rounds,
                on_event=on_event,
                stop=stop,
                now=datetime.now(UTC),
                executor=executor,
            ),
        )


def _repair(before: Before, policy: Policy, run: Run) -> Repaired:
    from solver.repair.repair import RepairLimits, repair

    return _watched(
        f"Planning {before.caseload.team.name} again",
        run,
        lambda on_event, stop: repair(
            before.caseload,
            policy,
            before.calendar,
            fixed_until=before.fixed_until,
            improve=before.improve,
            limits=RepairLimits(run.seconds, run.rounds, run.seed, run.workers),
            on_event=on_event,
            stop=stop,
            now=datetime.now(UTC),
        ),
    )


def _watched(
    title: str, run: Run, work: Callable[[Callable[[ProgressEvent], None], Callable[[], bool]], T]
) -> T:
    """Do what takes long: shown as it goes, and stopped by Ctrl-C."""
    from rich.console import Console

    from service.interrupt import run_interruptibly
    from service.progress import show_progress
    from solver.plan import CheckFailedError
    from solver.problem.blocks import CompileError

    try:
        with show_progress(Console(stderr=True), title, seconds=run.seconds, quiet=run.quiet) as progress:
            return run_interruptibly(
                lambda stop: work(progress.on_event, stop),
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
