"""`convene generate`: made-up caseloads."""

# ruff: noqa: PLC0415 - the generator is imported when it is wanted
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from service.cli.inputs import BadInput, read_policy


@click.command()
@click.option("--plans", type=click.IntRange(1, 20_000), help="Children with an open plan.")
@click.option(
    "--one-off",
    type=click.IntRange(1, 20_000),
    help="Instead of --plans: so many meetings that are each held once, under a policy of their own.",
)
@click.option("--seed", type=int, required=True, help="The same seed gives the same caseload.")
@click.option("--authority", help="Id of a built-in policy (convene policies).  [default: wandsworth]")
@click.option(
    "--congestion",
    type=click.Choice(["easy", "typical", "hard"]),
    help="How hard rooms and people are to find.  [default: typical]",
)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day of the half-year to plan.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: standard output]",
)
def generate(
    plans: int | None,
    one_off: int | None,
    seed: int,
    authority: str | None,
    congestion: Literal["easy", "typical", "hard"] | None,
    start: datetime | None,
    output: Path | None,
) -> None:
    """Make up a realistic caseload: a team's, or with more than 150 plans that of several teams.

    Its people, schools and places are obviously not real.
    """
    from service.output.files import OutputError, write_file
    from solver.generate import generate as make_up
    from solver.generate import generate_one_off, to_json

    if (plans is None) == (one_off is None):
        raise click.UsageError("Give one of --plans and --one-off.")
    if one_off is not None:
        for option, value in (("authority", authority), ("congestion", congestion), ("start", start)):
            if value is not None:
                raise click.UsageError(f"--{option} goes with --plans: --one-off has its own.")
        content = to_json(generate_one_off(one_off, seed))
    else:
        assert plans is not None
        policy = authority or "wandsworth"
        read_policy(policy)
        first = start.date() if start else None
        content = to_json(
            make_up(plans, seed, authority=policy, congestion=congestion or "typical", start=first)
        )
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        write_file(output, content)
    except OutputError as error:
        raise BadInput(str(error)) from error
