"""Bringing a database to the present layout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from service.store.engine import Store, StoreError

_SCRIPTS: Final = Path(__file__).parent / "migrations"


def newest() -> str:
    """The name of the present layout."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is at least one migration"
    return head


def present(store: Store) -> str | None:
    """The name of a database's layout; ``None`` for an empty one."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(store: Store, to: str = "head") -> None:
    """Bring a database to a layout, the present one if none is named: all of it, or nothing.

    Raises
    ------
    StoreError
        If it was made by a later version.
    """
    config = _config()
    _known(present(store))
    # On SQLite this transaction has the only right to write; PostgreSQL takes a lock of its own (see migrations/env.py).
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def check(store: Store) -> None:
    """See that a database has the present layout.

    Raises
    ------
    StoreError
        If it hasn't, with what to do.
    """
    now = present(store)
    _known(now)
    if now is None:
        raise StoreError("the database is empty: run convene database migrate")
    if now != newest():
        raise StoreError(
            "the database has the layout of an earlier version of Convene: run convene database backup with that version, "
            "then convene database migrate with this one"
        )


def differences(connection: Connection) -> list[object]:
    """What the tables in the source have that the database hasn't, and the other way round."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - for tests alone

    from service.store.tables import Base  # noqa: PLC0415

    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _known(layout: str | None) -> None:
    known = {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}
    if layout is not None and layout not in known:
        raise StoreError(
            "the database was made by a later version of Convene: use that one, nothing was changed"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


__all__ = ["check", "differences", "migrate", "newest", "present"]
