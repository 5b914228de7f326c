"""`convene check`: the independent checker on a calendar."""

# ruff: noqa: PLC0415 - the checker and rich are imported when there is something to check
from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from service.cli.inputs import STDIN, BadInput, read_calendar, read_caseload

if TYPE_CHECKING:
    from solver.check import CheckReport, Violation


@click.command()
@click.argument("caseload")
@click.argument("calendar")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def check(context: click.Context, caseload: str, calendar: str, as_json: bool) -> None:
    """Check a calendar, independently of the solver.

    CASELOAD and CALENDAR are files; one of them may be - for standard input. The checker shares no arithmetic with
    the solver: it works out every rule and the score anew. Exit code 1 if it finds anything, or if meetings breach
    their due dates.
    """
    if caseload == calendar == STDIN:
        raise BadInput("Only one of the two can come from standard input")
    from solver.check import check_calendar

    loaded, policy = read_caseload(caseload)
    report = check_calendar(loaded, policy, read_calendar(calendar))
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=1))
    else:
        _print(report)
    context.exit(0 if report.ok and not report.breaches else 1)


def _as_json(report: CheckReport) -> dict[str, object]:
    return {
        "ok": report.ok,
        "violations": [asdict(violation) for violation in report.violations],
        "reported": [asdict(violation) for violation in report.reported],
        "breaches": [asdict(breach) | {"due": breach.due.isoformat()} for breach in report.breaches],
        "objective": dict(report.score),
        "cost": report.cost,
    }


def _print(report: CheckReport) -> None:
    from rich.console import Console

    from service.words import count

    console = Console()
    if report.ok:
        console.print("The calendar keeps every rule, and its score is right.", style="bold")
    else:
        console.print(f"{count(len(report.violations), 'violation')} found.", style="bold")
        console.print(_table(report.violations))
    if report.reported:
        console.print(f"\n{count(len(report.reported), 'rule')} broken by pinned meetings and owned up to:")
        console.print(_table(report.reported))
    if report.breaches:
        console.print(f"\n{count(len(report.breaches), 'breach', 'breaches')} of due dates:")
        for breach in report.breaches:
            what = breach.meeting or f"{breach.series}, not held"
            console.print(f"  {what}: due {breach.due}, {count(breach.days, 'day')}", highlight=False)
    levels = ", ".join(f"{level} {points:,}" for level, points in report.score.items() if points)
    console.print(f"\nCost {report.cost:,} points{f': {levels}' if levels else ''}", highlight=False)


def _table(violations: list[Violation]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Rule", no_wrap=True)
    table.add_column("What is wrong")
    for violation in violations:
        table.add_row(violation.rule, Text(violation.text))
    return table
