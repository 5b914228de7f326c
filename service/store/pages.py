"""Lists by the page: each next page begins after the last row of the one before, however many came meanwhile."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import tuple_

from service.store.scope import Scoped
from service.store.tables import Base

MOST: Final = 200
"""Rows of a page."""
_Row = TypeVar("_Row", bound=Base)


class CursorError(ValueError):
    """A cursor that no page has given."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, and how to ask for the next ones."""

    rows: Sequence[Any]
    next: str | None
    """``None`` for the last page."""


def newest(scoped: Scoped, table: type[_Row], *criteria: Any, after: str | None, limit: int) -> Page:
    """Return a page of rows that have ``created`` and ``id``, newest first.

    Raises
    ------
    CursorError
    """
    columns: Any = table
    query = scoped.select(table).where(*criteria)
    if after is not None:
        created, name = _moment(after)
        query = query.where(tuple_(columns.created, columns.id) < tuple_(created, name))
    query = query.order_by(columns.created.desc(), columns.id.desc()).limit(limit + 1)
    rows: list[Any] = list(scoped.session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, cursor_at(rows[-1].created.isoformat(), rows[-1].id) if more else None)


def cursor_at(*key: str) -> str:
    """Write down where a page ended."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str, parts: int) -> tuple[str, ...]:
    """Read where a page ended, in so many parts.

    Raises
    ------
    CursorError
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise CursorError("the cursor is none that a page has given") from None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise CursorError("the cursor is none that a page has given")
    return tuple(key)


def _moment(cursor: str) -> tuple[datetime, str]:
    created, name = key_of(cursor, 2)
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        raise CursorError("the cursor is none that a page has given") from None
    if moment.tzinfo is None:
        raise CursorError("the cursor is none that a page has given")
    return moment, name


__all__ = ["MOST", "CursorError", "Page", "cursor_at", "key_of", "newest"]
