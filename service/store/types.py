"""Columns as both databases have them alike: moments in UTC, and documents."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, LargeBinary, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC: SQLite would drop the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment must say its offset from UTC")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Document(TypeDecorator[bytes]):
    """A JSON document as bytes, compressed: a team's calendar is some megabytes of the same words."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else zlib.decompress(value)


def new_id() -> str:
    """A name that nobody can guess: 32 hexadecimal digits."""
    return uuid4().hex


__all__ = ["Document", "Moment", "new_id"]
