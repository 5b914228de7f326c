"""The database: SQLite in one file by default, PostgreSQL by its URL; the same behaviour on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

BUSY_SECONDS: Final = 30
"""How long a writer waits for another one before it gives up (SQLite)."""
SILENT_SECONDS: Final = 30
"""How long a writer may leave the database without a word before its transaction is ended (PostgreSQL)."""
_READS: Final = "convene_reads"
_ENDED_AS_SILENT: Final = "25P03"
"""PostgreSQL's code for it (its appendix A)."""


class StoreError(Exception):
    """The database can't be used; the message says why and what to do."""


class Store:
    """A database.

    Parameters
    ----------
    url
        Such as ``sqlite:///convene.sqlite`` or ``postgresql+psycopg://user@host/name``; the password may be in it or, better,
        in PostgreSQL's own password file.

    Raises
    ------
    StoreError
        For a URL that isn't one, or of another database.
    """

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it is kept, or nothing.

        On SQLite it has the only right to write from its beginning, so that what it read still holds when it writes. On
        PostgreSQL a query that something depends on locks its rows, and whoever holds them and says nothing for
        `SILENT_SECONDS` loses them: its next statement fails, and nothing of the transaction is kept.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view. Nothing that is done in it is kept."""
        with Session(self.engine.execution_options(**{_READS: True}), expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            try:
                yield session
            finally:
                # Rows stay as they were read, also afterwards.
                session.expunge_all()
                session.rollback()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(
            "DATABASE_URL isn't one: give it as sqlite:///file or postgresql+psycopg://user@host/database"
        ) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        return url
    raise StoreError(f"Convene keeps its data in SQLite or PostgreSQL, not in {url.get_backend_name()}")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Transactions are begun by us: the driver's own would begin them too late, after the first read.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = wal",
            "foreign_keys = on",
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "synchronous = full",
        ):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql("begin" if reads else "begin immediate")

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A machine that stands still in the middle of a transaction would keep its rows for as long: nobody else could take
        # the job over that it was at. Said in the transaction, so that it also holds behind a pooler of connections.
        if not connection.get_execution_options().get(_READS, False):
            connection.exec_driver_sql(
                f"set local idle_in_transaction_session_timeout = {SILENT_SECONDS * 1000}"
            )

    @event.listens_for(engine, "handle_error")
    def _broken_off(context: ExceptionContext) -> Exception | None:
        # The connection is gone, as it is when the server goes: the driver takes this for an error of its own.
        error = context.original_exception
        if getattr(error, "sqlstate", None) != _ENDED_AS_SILENT:
            return None
        context.is_disconnect = True
        return OperationalError(context.statement, None, error)

    return engine


__all__ = ["BUSY_SECONDS", "SILENT_SECONDS", "Store", "StoreError"]
