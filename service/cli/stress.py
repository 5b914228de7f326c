"""`convene stress`: what becomes of a calendar when people fall ill, families cancel and rooms are lost."""

# ruff: noqa: PLC0415 - what simulates is imported when there is something to simulate
from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.inputs import STDIN, BadInput, name_of, read_calendar, read_caseload, read_json

if TYPE_CHECKING:
    from pydantic import ValidationError

    from solver.policy.model import Policy
    from solver.schema.calendar import Calendar
    from solver.schema.caseload import Caseload
    from solver.schema.faults import Fault
    from solver.schema.stress import Rates, Stress

HTML = click.Path(dir_okay=False, path_type=Path)


def _list_rates(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from solver.schema.stress import Rates

    for name, field in Rates.model_fields.items():
        click.echo(f"{name} = {field.default:g}")
        click.echo(f"    {' '.join((field.description or '').split())}")
    context.exit(0)


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="How often to live through it.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Of what happens: the same seed is the same fate."
)
@click.option(
    "--against",
    metavar="CALENDAR",
    help="Another calendar of the caseload to compare with, such as last week's.",
)
@click.option("--alone", is_flag=True, help="Compare with nothing.")
@click.option(
    "--rounds",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    help="Search so many rounds for the calendar without resilience that is compared with.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that do the runs; the result is the same with any number.",
)
@click.option(
    "--rate",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Another rate, such as sick_days 6. May be repeated.",
)
@click.option("--rates", metavar="FILE", help="JSON file with other rates, or - for standard input.")
@click.option(
    "--list-rates",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_rates,
    help="List the rates with what they mean, and stop.",
)
@click.option("--report", type=HTML, metavar="FILE", help="Write a page with the plot and the tables.")
@click.option(
    "--whole-report", type=HTML, metavar="FILE", help="Write the calendar's whole report with these in it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, every run included.")
def stress(
    caseload: str,
    calendar: str,
    runs: int,
    seed: int,
    against: str | None,
    alone: bool,
    rounds: int,
    workers: int,
    rate: tuple[tuple[str, str], ...],
    rates: str | None,
    report: Path | None,
    whole_report: Path | None,
    as_json: bool,
) -> None:
    """Live through a calendar many times, and count what is held in timescale.

    In every run people fall ill, are called away or take leave, families cancel, rooms are lost and schools closed, by stated
    rates. Whatever can't be held as booked is rebooked as soon as that is known, by what is known then. The same happens to a
    calendar of the same caseload planned without resilience (or to the one given with --against), so that the difference is the
    calendars' doing.

    Rates are assumptions: see --list-rates, and put your own in their place. Nothing is changed. Exit codes: 0; 2 bad input.
    """  # fmt: skip
    if [caseload, calendar, against, rates].count(STDIN) > 1:
        raise BadInput("Only one of the files can come from standard input")
    if alone and against is not None:
        raise BadInput("--alone compares with nothing: leave out --against, or --alone")
    for page in (report, whole_report):
        if page is not None and not page.parent.is_dir():
            raise BadInput(f"{page.parent} isn't a directory: make it first, or name another file")
    loaded, policy = read_caseload(caseload)
    standing = read_calendar(calendar)
    other = None if against is None else read_calendar(against)
    assumed = read_rates(rates, rate)
    from service.cli.plan import InternalError
    from solver.plan import CheckFailedError
    from solver.stress.plain import PlainLimits
    from solver.stress.stress import OtherCaseloadError
    from solver.stress.stress import stress as live_through

    try:
        found = live_through(
            loaded,
            policy,
            standing,
            runs=runs,
            seed=seed,
            rates=assumed,
            against=other,
            plain=None if alone else PlainLimits(rounds=rounds),
            workers=workers,
            on_run=_progress(runs),
        )
    except OtherCaseloadError as error:
        raise BadInput(f"{error}: give the caseload that it was planned from") from error
    except CheckFailedError as error:
        raise InternalError(str(error)) from error
    written = _write(loaded, policy, standing, found, report, whole_report)
    if as_json:
        click.echo(
            json.dumps(found.model_dump(mode="json") | {"written": [str(path) for path in written]}, indent=1)
        )
        return
    from service.stress_words import lines

    click.echo("\n".join(lines(found, loaded)))
    if written:
        click.echo(f"\nWritten  {', '.join(str(path) for path in written)}")


def read_rates(source: str | None, given: tuple[tuple[str, str], ...]) -> Rates:
    """Return the rates of a file and of the command line, which comes last; the defaults for the rest.

    Raises
    ------
    BadInput
        With every fault.
    """
    from pydantic import ValidationError

    from solver.schema.stress import Rates

    values: dict[str, Any] = {}
    if source is not None:
        values = _from_file(source)
    values |= dict(given)
    try:
        return Rates.model_validate(values)
    except ValidationError as error:
        raise BadInput.of(
            "the rates" if source is None else name_of(source), list(_faults(error, list(Rates.model_fields)))
        ) from error


def _from_file(source: str) -> dict[str, Any]:
    data = read_json(source)
    if not isinstance(data, dict):
        raise BadInput(
            f'{name_of(source)} is not an object with rates: write it as {{"sick_days": 6, "leave_a_year": 1}}'
        )
    return data


def _faults(error: ValidationError, known: list[str]) -> Iterator[Fault]:
    from solver.schema.faults import Fault, did_you_mean, show

    for one in error.errors(include_url=False):
        name = str(one["loc"][0])
        if one["type"] == "extra_forbidden":
            remedy = did_you_mean(name, known, "See `convene stress --list-rates`.")
            yield Fault(name, show(one["input"]), "There is no such rate.", remedy)
            continue
        limits = one.get("ctx", {})
        problem = f"{one['msg'].removeprefix('Value error, ')}."
        remedy = "Give a number; `convene stress --list-rates` says what it means."
        if "ge" in limits or "le" in limits:
            remedy = "`convene stress --list-rates` says what it means."
        yield Fault(name, show(one["input"]), problem, remedy)


def _progress(runs: int) -> Callable[[str, int], None] | None:
    """Tell on a terminal how far it is; elsewhere nothing."""
    if not sys.stderr.isatty():
        return None

    def tell(word: str, number: int) -> None:
        done = f"{word}: run {number} of {runs}" if number else word
        click.echo(f"\r\x1b[K{done}" if number < runs else "\r\x1b[K", nl=False, err=True)

    return tell


def _write(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    found: Stress,
    report: Path | None,
    whole_report: Path | None,
) -> list[Path]:
    from service.output.files import OutputError, write_file

    written = []
    try:
        if report is not None:
            from service.report.stress import render_stress

            write_file(report, render_stress(caseload, calendar, found).encode())
            written.append(report)
        if whole_report is not None:
            from service.report.render import render_report

            write_file(whole_report, render_report(caseload, policy, calendar, stress=found).encode())
            written.append(whole_report)
    except OutputError as error:
        raise BadInput(str(error)) from error
    return written
