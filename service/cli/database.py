"""`convene database`: the layout, backups, and erasing what is no longer needed."""

# ruff: noqa: PLC0415 - the database is opened by the command that runs
from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.inputs import BadInput

if TYPE_CHECKING:
    from service.store.engine import Store


@click.group()
def database() -> None:
    """Look after the service's database: DATABASE_URL, or convene.sqlite in this folder."""


@database.command()
def migrate() -> None:
    """Bring the database to the layout of this version. Make a backup first: there is no way back."""
    with opened() as store:
        from service.store.migrate import migrate as bring
        from service.store.migrate import newest, present

        before = present(store)
        bring(store)
    was = "" if before == newest() else f"; it was {before or 'empty'}"
    click.echo(f"The layout is {newest()}{was}.")


@database.command()
def check() -> None:
    """Check the layout, and that the audit log is whole. Exit code 1 if something is wrong."""
    from service.store import audit
    from service.store.engine import StoreError
    from service.store.migrate import check as see
    from service.store.tenants import tenants

    with opened() as store:
        try:
            see(store)
        except StoreError as error:
            click.echo(f"{error}.", err=True)
            raise SystemExit(1) from error
        wrong = False
        with store.reading() as session:
            for tenant in tenants(session):
                for flaw in audit.flaws(session, tenant):
                    wrong = True
                    click.echo(f"Audit log of {tenant}, entry {flaw.number}: {flaw.text}.", err=True)
    if wrong:
        raise SystemExit(1)
    click.echo("The layout is right, and the audit log is whole.")


@database.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the rows by table as JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Write everything to FILE, while the service goes on. It holds all families' data: keep it as safe as the database."""
    from service.store.backup import backup as write

    with opened() as store:
        counts = write(store, file, now=datetime.now(UTC))
    click.echo(
        json.dumps(counts) if as_json else f"{sum(counts.values()):,} rows of {len(counts)} tables in {file}."
    )


@database.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring a backup back, into a database that is migrated and empty; SQLite or PostgreSQL, whatever it was made from."""
    from service.store.backup import restore as bring

    with opened() as store:
        counts = bring(store, file)
    click.echo(f"{sum(counts.values()):,} rows of {len(counts)} tables are back.")


@database.command()
@click.option("--tenant", help="The authority; CONVENE_TENANT, if not given.")
@click.option("--team", metavar="ID", help="With --caseload: whose it is.")
@click.option("--caseload", metavar="ID", help="Erase this caseload and all that was made of it.")
@click.option(
    "--ended-days-ago",
    type=click.IntRange(min=0),
    help="Erase all whose horizon ended so many days ago, or earlier.",
)
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase(
    tenant: str | None, team: str | None, caseload: str | None, ended_days_ago: int | None, yes: bool
) -> None:
    """Erase a caseload, its calendars, invites and feeds for good. The audit log keeps that it was done, by ids alone."""
    if (caseload is None) == (ended_days_ago is None) or (caseload is None) != (team is None):
        raise BadInput("Say what to erase: --team and --caseload, or --ended-days-ago")
    from service.settings import read_settings
    from service.store.erasure import NothingToEraseError, erase_caseload, overdue
    from service.store.scope import Scoped, system
    from service.store.tenants import tenants

    with opened() as store:
        with store.reading() as session:
            whose = tenant or read_settings(os.environ).tenant
            if whose not in tenants(session):
                raise BadInput(f"There is no authority {whose} in the database: name one with --tenant")
            who = system(whose)
            if caseload is not None and team is not None:
                found = [(team, caseload)]
            else:
                before = date.today() - timedelta(days=ended_days_ago or 0)
                found = overdue(Scoped(session, who), before)
        if not found:
            click.echo("There is nothing to erase.")
            return
        if not yes:
            click.echo("\n".join(f"  {name} of team {of}" for of, name in found))
            click.confirm("Erase these for good?", abort=True)
        for of, name in found:
            try:
                with store.writing() as session:
                    counts = erase_caseload(Scoped(session, who), of, name, at=datetime.now(UTC))
            except NothingToEraseError as error:
                raise BadInput(str(error)) from error
            rows = ", ".join(f"{number} {table}" for table, number in counts.items())
            click.echo(f"Erased {name} of team {of}: {rows}.")


@contextmanager
def opened() -> Iterator[Store]:
    """The database of the environment.

    Raises
    ------
    BadInput
        If it can't be used.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from service.settings import SettingsError, read_settings
    from service.store.engine import Store, StoreError

    try:
        store = Store(read_settings(os.environ).database)
        try:
            yield store
        finally:
            store.close()
    except (SettingsError, StoreError) as error:
        raise BadInput(str(error).removesuffix(".")) from error
    except SQLAlchemyError as error:
        # Its own words may hold the password of the address.
        raise BadInput(
            f"The database can't be used ({type(error).__name__}): see that DATABASE_URL is right and that it runs"
        ) from error
