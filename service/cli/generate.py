"""`convene generate`: made-up caseloads."""

# ruff: noqa: PLC0415 - the generator is imported when it is wanted
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from service.cli.inputs import BadInput, read_policy


@click.command()
@click.option("--plans", type=click.IntRange(1, 20_000), required=True, help="Children with an open plan.")
@click.option("--seed", type=int, required=True, help="The same seed gives the same caseload.")
@click.option(
    "--authority", default="wandsworth", show_default=True, help="Id of a built-in policy (convene policies)."
)
@click.option(
    "--congestion",
    type=click.Choice(["easy", "typical", "hard"]),
    default="typical",
    show_default=True,
    help="How hard rooms and people are to find.",
)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day of the half-year to plan.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: standard output]",
)
def generate(
    plans: int,
    seed: int,
    authority: str,
    congestion: Literal["easy", "typical", "hard"],
    start: datetime | None,
    output: Path | None,
) -> None:
    """Make up a realistic caseload.

    Its people, schools and places are obviously not real.
    """
    from service.output.files import OutputError, write_file
    from solver.generate import generate as make_up
    from solver.generate import to_json

    read_policy(authority)
    first = start.date() if start else None
    content = to_json(make_up(plans, seed, authority=authority, congestion=congestion, start=first))
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        write_file(output, content)
    except OutputError as error:
        raise BadInput(str(error)) from error
