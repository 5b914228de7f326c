"""What was sent to whom: one SQLite file, so that nothing is sent twice and nothing is forgotten.

A message is reserved with its sequence before anybody gets it, and each step of its way is on the disk before the
next one is taken. While the file is open for writing no other process has it: of two at once, one is told to wait.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

from service.delivery.issued import ARRIVED, Issued, State, Told, all_last_told

NAME: Final = "sent.sqlite"
"""Of the file, in the folder of the invites."""
VERSION: Final = 1
_TABLE: Final = """
create table message (
  id integer primary key,
  recipient text not null, uid text not null, meeting text not null, reference text not null, address text not null,
  method text not null check (method in ('REQUEST', 'CANCEL')),
  sequence integer not null check (sequence >= 0),
  stamp text not null, start text not null, "end" text not null, place text not null, notes text not null,
  state text not null, detail text not null default '', attempts integer not null default 0,
  content blob,
  unique (recipient, uid, sequence)
) strict;
create index by_state on message (state);
"""
_COLUMNS: Final = (
    'id, recipient, uid, meeting, reference, address, method, sequence, stamp, start, "end", place, notes, state, '
    "detail, attempts"
)


class LedgerError(Exception):
    """The ledger can't be used; the message says why and what to do."""


class Ledger:
    """The messages of one folder of invites.

    Use it as a context manager. `open` it to send, `read` it to look.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """Open the ledger for writing, alone; a new one where there is none.

        A message that was being sent when a process died is from now on ``unknown``.

        Raises
        ------
        LedgerError
            If another process has it, it is no ledger, or one of a later version.
        """
        with _told(path):
            # It holds everybody's address, and so does its journal, which gets the permissions that it has itself.
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, timeout=1, isolation_level=None)
        try:
            with _told(path):
                # Held until the connection is closed, or the process ends in whatever way.
                connection.execute("pragma locking_mode = exclusive")
                connection.execute("pragma synchronous = full")
                connection.execute("begin exclusive")
                _made(connection, path)
                connection.execute(
                    "update message set state = 'unknown', detail = 'sending was broken off' where state = 'sending'"
                )
                connection.execute("commit")
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Open the ledger to look at it.

        Raises
        ------
        LedgerError
            If there is none, another process is writing it, or it is no ledger.
        """
        if not path.is_file():
            raise LedgerError(f"{path} is not there: name the folder that convene invites wrote")
        with _told(path):
            # For writing, if that is allowed: what a process left half done when it died is taken back first.
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw", timeout=1, isolation_level=None, uri=True
            )
        try:
            with _told(path):
                connection.execute("pragma query_only = on")
                if not connection.execute("pragma user_version").fetchone()[0]:
                    raise LedgerError(
                        f"{path} is no record of invites: name the folder that convene invites wrote"
                    )
                _made(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    def __enter__(self) -> Ledger:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let others have it."""
        self._connection.close()

    def issued(self) -> list[Issued]:
        """What each recipient last got, or may have got, of each meeting: in the order it was reserved."""
        return all_last_told(self.messages(*sorted(ARRIVED)))

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states, or in any at all; in the order they were reserved."""
        marks = ",".join("?" * len(states))
        where = f"where state in ({marks})" if states else ""
        rows = self._connection.execute(f"select {_COLUMNS} from message {where} order by id", states)
        return [_issued(row) for row in rows]

    def highest(self) -> dict[str, int]:
        """The highest sequence that was reserved of each UID, for whomever."""
        return dict(self._connection.execute("select uid, max(sequence) from message group by uid"))

    def content(self, message: int) -> bytes:
        """The mail of a message that is still to go.

        Raises
        ------
        LedgerError
            If its content is not kept any more.
        """
        row = self._connection.execute("select content from message where id = ?", (message,)).fetchone()
        if row is None or row[0] is None:
            raise LedgerError(f"message {message} is not kept: it has been sent, or replaced")
        return bytes(row[0])

    def reserve(self, new: Sequence[tuple[Issued, bytes]], replaced: Iterable[Issued] = ()) -> list[Issued]:
        """Reserve messages with their sequences, and give up others that nobody has: all or none.

        Parameters
        ----------
        new
            Each with the mail that goes out. A state other than ``due`` says that it is known to have gone already.
        replaced
            ``due`` or ``refused``.

        Returns
        -------
        list of Issued
            The new ones with their ids.

        Raises
        ------
        LedgerError
            If the recipient has had a sequence of that UID that isn't lower, or one to be replaced is not there to be.
        """
        kept = []
        with self._transaction():
            for one in replaced:
                self._step(one, ("due", "refused"), "replaced", forget=True)
            for one, content in new:
                told = one.told
                self._check_rising(one)
                cursor = self._connection.execute(
                    "insert into message (recipient, uid, meeting, reference, address, method, sequence, stamp, start,"
                    ' "end", place, notes, state, content) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
                    (
                        one.recipient, one.uid, one.meeting, one.reference, one.address, one.method, one.sequence,
                        one.stamp.astimezone(UTC).isoformat(), told.start.isoformat(), told.end.isoformat(),
                        told.place, told.notes, one.state, content if one.state == "due" else None,
                    ),
                )  # fmt: skip
                kept.append(replace(one, id=int(cursor.lastrowid or 0)))
        return kept

    def renew(self, message: Issued, content: bytes) -> None:
        """Put other words into a message that is still to go: who comes may be others since it was reserved.

        Raises
        ------
        LedgerError
            If it isn't ``due`` any more.
        """
        with self._transaction():
            done = self._connection.execute(
                "update message set content = ? where id = ? and state = 'due'", (content, message.id)
            )
            if done.rowcount != 1:
                raise LedgerError(f"message {message.id} is not due: it can't be renewed")

    def give(self, messages: Iterable[Issued]) -> None:
        """Files of these have been written, for somebody to send or hand over."""
        with self._transaction():
            for one in messages:
                self._step(one, ("due",), "given", forget=True)

    def not_taken(self, message: Issued, state: Literal["due", "refused"], detail: str) -> None:
        """The server didn't want it before any of it was handed over: ``refused`` for good, or still ``due``."""
        with self._transaction():
            self._step(message, ("due",), state, detail=detail, tried=1)

    def begin(self, message: Issued) -> None:
        """The message is about to be handed to the server: from here on it may arrive."""
        with self._transaction():
            self._step(message, ("due",), "sending", tried=1)

    def end(self, message: Issued, state: State, detail: str = "") -> None:
        """How handing it over ended: ``sent``, ``refused`` for good, ``unknown``, or ``due`` to be tried again."""
        with self._transaction():
            self._step(message, ("sending",), state, detail=detail, forget=state in {"sent", "unknown"})

    def _step(
        self,
        message: Issued,
        before: Sequence[State],
        after: State,
        *,
        detail: str = "",
        forget: bool = False,
        tried: int = 0,
    ) -> None:
        content = ", content = null" if forget else ""
        marks = ",".join("?" * len(before))
        done = self._connection.execute(
            f"update message set state = ?, detail = ?, attempts = attempts + ?{content} where id = ?"
            f" and state in ({marks})",
            (after, detail, tried, message.id, *before),
        )
        if done.rowcount != 1:
            raise LedgerError(f"message {message.id} is not {' or '.join(before)}: it can't become {after}")

    def _check_rising(self, new: Issued) -> None:
        (highest,) = self._connection.execute(
            "select max(sequence) from message where recipient = ? and uid = ?", (new.recipient, new.uid)
        ).fetchone()
        if highest is not None and new.sequence <= highest:
            raise LedgerError(
                f"a message of sequence {new.sequence} can't be reserved after one of {highest}: sequences only rise"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told(self._path):
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{path} can't be made ({error.strerror}): name a folder that can be written"
        ) from error
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise LedgerError(
                f"another process is sending from {path.parent}: wait until it has ended"
            ) from error
        if "full" in str(error):
            raise LedgerError(
                f"there is no room to write {path}: make some and start again, nothing in it is lost"
            ) from error
        raise LedgerError(
            f"{path} can't be used ({error}): name another folder, or bring back a copy"
        ) from error


def _made(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("pragma user_version").fetchone()[0]
    if version == 0:
        if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
            raise LedgerError(f"{path} is another program's: name another folder")
        for statement in _TABLE.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"pragma user_version = {VERSION}")
    elif version != VERSION:
        raise LedgerError(f"{path} was written by a later version of Convene: use that one")
    connection.execute(f"select {_COLUMNS}, content from message limit 0")
    (fault,) = connection.execute("pragma quick_check(1)").fetchone()
    if fault != "ok":
        raise LedgerError(f"{path} is damaged: bring back a copy, or name another folder")


def _issued(row: Sequence[Any]) -> Issued:
    told = Told(datetime.fromisoformat(row[9]), datetime.fromisoformat(row[10]), row[11], row[12])
    return Issued(
        id=row[0], recipient=row[1], uid=row[2], meeting=row[3], reference=row[4], address=row[5], method=row[6],
        sequence=row[7], stamp=datetime.fromisoformat(row[8]), told=told, state=row[13], detail=row[14],
        attempts=row[15],
    )  # fmt: skip


__all__ = ["NAME", "VERSION", "Ledger", "LedgerError"]
