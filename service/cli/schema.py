"""`convene schema`: the JSON Schema of what comes in and what goes out."""

# ruff: noqa: PLC0415 - the models are imported when a schema is wanted
from __future__ import annotations

import click


@click.command()
@click.argument("document", type=click.Choice(["caseload", "calendar"]))
def schema(document: str) -> None:
    """Print the JSON Schema of a caseload or a calendar."""
    from solver.schema.export import schemas

    click.echo(schemas()[f"{document}.schema.json"], nl=False)
