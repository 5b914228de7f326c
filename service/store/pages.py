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
        created, name = _read(after)
        query = query.where(tuple_(columns.created, columns.id) < tuple_(created, name))
    query = query.order_by(columns.created.desc(), columns.id.desc()).limit(limit + 1)
    rows: list[Any] = list(scoped.session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, _cursor(rows[-1]) if more else None)


def _cursor(row: Any) -> str:
    return (
        base64.urlsafe_b64encode(json.dumps([row.created.isoformat(), row.id]).encode()).decode().rstrip("=")
    )


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        created, name = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(created)
    except (ValueError, TypeError):
        raise CursorError("the cursor is none that a page has given") from None
    if moment.tzinfo is None or not isinstance(name, str):
        raise CursorError("the cursor is none that a page has given")
    return moment, name


__all__ = ["MOST", "CursorError", "Page", "newest"]
