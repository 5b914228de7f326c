"""`convene tenants`, `teams`, `accounts`, `keys`: who may use the service. They work on the database itself."""

# ruff: noqa: PLC0415 - the database is imported when it is used
from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from service.cli.inputs import BadInput

if TYPE_CHECKING:
    from service.store.accounts import Accounts
    from service.store.engine import Store
    from service.store.tables import Account, ApiKey, Team

_ROLES: Final = ("manager", "worker", "support", "integrator", "auditor", "admin")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _of_tenant(command: _Command) -> _Command:
    option = click.option(
        "--tenant", metavar="ID", help="Whose authority. CONVENE_TENANT, or authority, if not given."
    )
    return option(command)


_as_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group()
def tenants() -> None:
    """Authorities that share a database, each seeing nothing of the others (DATABASE_URL says which database)."""


@tenants.command("add")
@click.argument("id")
@click.argument("name")
@_as_json
def new_tenant(id: str, name: str, as_json: bool) -> None:  # noqa: A002 - click names it
    """Add an authority: ID is for commands and settings, NAME for people."""
    from service.store.accounts import add_tenant

    with _store() as (store, _), store.writing() as session:
        tenant = add_tenant(session, id, name, _now())
        _tell({"id": tenant.id, "name": tenant.name}, f"Added {tenant.id}", as_json)


@click.group()
def teams() -> None:
    """The teams of an authority, by the ids that their caseloads give them."""


@teams.command("add")
@click.argument("id")
@click.argument("name")
@_of_tenant
@_as_json
def add_team(id: str, name: str, tenant: str | None, as_json: bool) -> None:  # noqa: A002 - click names it
    """Add a team: ID is what its caseloads call it, NAME is for people."""
    with _accounts(tenant) as accounts:
        _tell(_team(accounts.add_team(id, name)), f"Added {id}", as_json)


@teams.command("list")
@_of_tenant
@_as_json
def list_teams(tenant: str | None, as_json: bool) -> None:
    """List the teams."""
    with _accounts(tenant, reading=True) as accounts:
        _table([_team(team) for team in accounts.teams()], as_json)


@click.group()
def accounts() -> None:
    """Who may use the service, and as what: people and programs."""


@accounts.command("add")
@click.argument("subject")
@click.argument("role", type=click.Choice(_ROLES))
@click.option(
    "--team", "of_teams", multiple=True, metavar="ID", help="Theirs. May be repeated; * is all of them."
)
@click.option(
    "--person", metavar="ID", help="Who they are in the caseloads; a worker sees the plans they take part in."
)
@_of_tenant
@_as_json
def add_account(
    subject: str, role: str, of_teams: tuple[str, ...], person: str | None, tenant: str | None, as_json: bool
) -> None:
    """Add an account.

    SUBJECT is whom the identity provider means (the sub of its tokens), or a program's name. ROLE is manager (of their
    teams), worker (their own plans), support (no free text), integrator (a program), auditor (reads) or admin (accounts and keys,
    and no family's data).
    """
    with _accounts(tenant) as kept:
        account = kept.add(subject, role, of_teams, person)
        _tell(_account(account), f"Added {account.id}", as_json)


@accounts.command("list")
@_of_tenant
@_as_json
def list_accounts(tenant: str | None, as_json: bool) -> None:
    """List the accounts, those that are disabled as well."""
    with _accounts(tenant, reading=True) as kept:
        _table([_account(account) for account in kept.all()], as_json)


@accounts.command("disable")
@click.argument("account")
@_of_tenant
@_as_json
def disable_account(account: str, tenant: str | None, as_json: bool) -> None:
    """End what ACCOUNT (its id or subject) may do, at once: its keys, its tokens and where it is signed in."""
    with _accounts(tenant) as kept:
        disabled = kept.disable(account)
        _tell(_account(disabled), f"Disabled {disabled.id}", as_json)


@click.group("keys")
def keys() -> None:
    """API keys of accounts. A key is shown once, when it is made: only a hash of it is kept."""


@keys.command("new")
@click.argument("account")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="All the key is good for, such as calendar.read or "
              "rebooking.*; may be repeated. All that the account may do, if not given.")  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="For how long it is good."
)
@_of_tenant
@_as_json
def new_key(account: str, scopes: tuple[str, ...], days: int, tenant: str | None, as_json: bool) -> None:
    """Make a key for ACCOUNT (its id or subject), and print it."""
    from service.access import keys as making
    from service.access.rights import scopes_of, unknown_scopes
    from service.store.credentials import role_of

    with _accounts(tenant) as kept:
        owner = kept.get(account)
        role = role_of(owner)
        if unknown := unknown_scopes(scopes, role):
            known = ", ".join(scopes_of(role))
            raise BadInput(
                f"{', '.join(unknown)} means nothing for this account, whose role is {role}. Scopes are {known}"
            )
        made = making.new_key()
        key = kept.add_key(owner, made.prefix, made.hash, scopes, _now() + timedelta(days=days))
        given = _key(key, owner)
    # Printed once it is kept, and nowhere else.
    _tell_key(given, made.text, as_json)


@keys.command("list")
@_of_tenant
@_as_json
def list_keys(tenant: str | None, as_json: bool) -> None:
    """List the keys by their prefixes, those that are over as well."""
    with _accounts(tenant, reading=True) as kept:
        owners = {account.id: account for account in kept.all()}
        _table([_key(key, owners[key.account]) for key in kept.all_keys()], as_json)


@keys.command("revoke")
@click.argument("prefix")
@_of_tenant
@_as_json
def revoke_key(prefix: str, tenant: str | None, as_json: bool) -> None:
    """End a key at once."""
    with _accounts(tenant) as kept:
        key = kept.revoke(_prefix(prefix))
        _tell(_key(key, kept.get(key.account)), f"Revoked {key.prefix}", as_json)


@keys.command("rotate")
@click.argument("prefix")
@click.option("--overlap", type=click.IntRange(0, 8760), default=24, show_default=True, metavar="HOURS",
              help="For how long the old key stays good.")  # fmt: skip
@_of_tenant
@_as_json
def rotate_key(prefix: str, overlap: int, tenant: str | None, as_json: bool) -> None:
    """Make a key that follows another one with the same scopes, and print it."""
    from service.access import keys as making

    made = making.new_key()
    with _accounts(tenant) as kept:
        old, new = kept.rotate(_prefix(prefix), made.prefix, made.hash, timedelta(hours=overlap))
        given = _key(new, kept.get(new.account))
        ends = old.expires
    _tell_key(given, made.text, as_json)
    click.echo(f"The old key {old.prefix} is good until {ends:%Y-%m-%d %H:%M} UTC.", err=True)


@contextmanager
def _store() -> Iterator[tuple[Store, str]]:
    from service.cli.database import opened
    from service.settings import read_settings
    from service.store.migrate import check

    with opened() as store:
        check(store)
        yield store, read_settings(os.environ).tenant


@contextmanager
def _accounts(tenant: str | None, *, reading: bool = False) -> Iterator[Accounts]:
    from service.store.accounts import Accounts
    from service.store.scope import Scoped, system

    with _store() as (store, usual), store.reading() if reading else store.writing() as session:
        yield Accounts(Scoped(session, system(tenant or usual, "command")), _now())


def _now() -> datetime:
    return datetime.now(UTC)


def _prefix(text: str) -> str:
    """A key's prefix; a whole key is taken as well, since it is what people have at hand."""
    return text.split("_")[1] if text.startswith("convene_") else text


def _team(team: Team) -> dict[str, Any]:
    return {"id": team.id, "name": team.name}


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "subject": account.subject,
        "role": account.role,
        "teams": account.teams,
        "person": account.person,
        "disabled": _time(account.disabled),
    }


def _key(key: ApiKey, owner: Account) -> dict[str, Any]:
    over = (
        "revoked" if key.revoked is not None
        else "expired" if key.expires is not None and key.expires <= _now()
        else "disabled" if owner.disabled is not None
        else "good"
    )  # fmt: skip
    return {
        "prefix": key.prefix,
        "account": owner.id,
        "subject": owner.subject,
        "scopes": key.scopes,
        "state": over,
        "expires": _time(key.expires),
        "last_used": _time(key.last_used),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _tell(row: dict[str, Any], words: str, as_json: bool) -> None:
    click.echo(json.dumps(row, ensure_ascii=False, indent=1) if as_json else words)


def _tell_key(row: dict[str, Any], secret: str, as_json: bool) -> None:
    _tell({**row, "key": secret}, secret, as_json)
    click.echo(f"Keep it now: it is shown this once. It is good until {row['expires']}.", err=True)


def _table(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo("There are none.")
        return
    lines = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)


__all__ = ["accounts", "keys", "teams", "tenants"]
