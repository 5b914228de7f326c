"""The whole database as one file, and back: also from SQLite to PostgreSQL, or the other way.

A gzip file of JSON lines: what it is, each row of each table, and a seal over all of it. It is read in one consistent view,
while others write; it is brought back into an empty database, in one transaction.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Table, func, insert, select, text

from service.store.engine import Store, StoreError
from service.store.migrate import check, newest
from service.store.tables import Base

FORMAT: Final = "convene-backup/1"
_AT_ONCE: Final = 200


def backup(store: Store, path: Path, *, now: datetime) -> dict[str, int]:
    """Write all that a database holds.

    Parameters
    ----------
    store
        Of the present layout.
    path
        Of a new file, readable by its owner alone; it appears when it is whole.
    now
        Aware.

    Returns
    -------
    dict
        Rows by table.

    Raises
    ------
    StoreError
        If the file is there already, or can't be written.
    """
    check(store)
    if path.exists():
        raise StoreError(f"{path} is there already: name another file, nothing was written")
    beside = path.with_name(f".{path.name}.part")
    counts: Counter[str] = Counter()
    try:
        with _new(beside) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
            seal = hashlib.sha256()
            for line in _lines(store, now, counts):
                seal.update(line)
                file.write(line)
            file.write(_json({"seal": seal.hexdigest(), "rows": counts.total()}))
        beside.rename(path)
    except OSError as error:
        raise StoreError(f"{path} can't be written ({error.strerror}): nothing was written") from error
    finally:
        beside.unlink(missing_ok=True)
    return dict(counts)


def restore(store: Store, path: Path) -> dict[str, int]:
    """Bring a backup back.

    Parameters
    ----------
    store
        Of the present layout, and empty.
    path
        That `backup` wrote.

    Returns
    -------
    dict
        Rows by table.

    Raises
    ------
    StoreError
        If the database isn't empty, or the file is no backup, of another layout, or not whole. Nothing was changed.
    """
    check(store)
    _verify(path)
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    counts: Counter[str] = Counter()
    with store.engine.begin() as connection:
        for table in tables.values():
            if connection.execute(select(func.count()).select_from(table)).scalar():
                raise StoreError(
                    f"the database isn't empty ({table.name}): restore into a new one, nothing was changed"
                )
        waiting: dict[str, list[dict[str, Any]]] = {}
        last = ""
        for name, values in _rows(path):
            if (name != last or len(waiting.get(name, ())) >= _AT_ONCE) and waiting.get(last):
                connection.execute(insert(tables[last]), waiting.pop(last))
            last = name
            waiting.setdefault(name, []).append(_decoded(tables[name], values))
            counts[name] += 1
        if waiting.get(last):
            connection.execute(insert(tables[last]), waiting.pop(last))
        if not store.is_sqlite:
            # What counts messages goes on after the last one.
            connection.execute(
                text(
                    "select setval(pg_get_serial_sequence('message', 'id'), greatest((select max(id) from message), 1))"
                )
            )
    return dict(counts)


def _lines(store: Store, now: datetime, counts: Counter[str]) -> Iterator[bytes]:
    yield _json({"format": FORMAT, "layout": newest(), "created": now.isoformat()})
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table), execution_options={"yield_per": _AT_ONCE})
            for row in rows.mappings():
                counts[table.name] += 1
                yield _json(
                    {"table": table.name, "row": {name: _encoded(value) for name, value in row.items()}}
                )


def _verify(path: Path) -> None:
    """See that a file is a whole backup of the present layout, before anything is done with it."""
    seal, before, rows = hashlib.sha256(), b"", -1
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                if before:
                    seal.update(before)
                    rows += 1
                else:
                    first = json.loads(line)
                    if first.get("format") != FORMAT:
                        raise StoreError(f"{path} is no backup of Convene: nothing was changed")
                    if first.get("layout") != newest():
                        raise StoreError(
                            f"{path} is of another layout ({first.get('layout')}): restore it with the version that wrote it, "
                            "then migrate"
                        )
                before = line
        last = json.loads(before or b"{}")
    except (OSError, EOFError, ValueError, AttributeError) as error:
        raise StoreError(f"{path} can't be read, or isn't whole: nothing was changed") from error
    if not isinstance(last, dict) or last.get("seal") != seal.hexdigest() or last.get("rows") != rows:
        raise StoreError(f"{path} isn't whole, or was changed after it was written: nothing was changed")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(path, "rb") as file:
        for line in file:
            document = json.loads(line)
            if "table" in document:
                yield document["table"], document["row"]


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dict | list):
        return {"json": value}
    return value


def _decoded(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in table.columns.keys():  # noqa: SIM118 - of the columns, not of a dictionary
        value = values[name]
        if isinstance(value, dict):
            ((kind, inner),) = value.items()
            value = base64.b64decode(inner) if kind == "base64" else inner
            value = datetime.fromisoformat(inner) if kind == "moment" else value
        found[name] = value
    return found


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    path.touch(mode=0o600, exist_ok=True)
    with path.open("wb") as file:
        yield file
        file.flush()


__all__ = ["FORMAT", "backup", "restore"]
