"""What a meeting takes up of one person or room."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """A stretch of one person's or one room's day."""

    resource: str
    """``person:<id>`` or ``venue:<id>``."""
    day: int
    """Ordinal of its date."""
    begin: int
    """In minutes after midnight, as is ``end``."""
    end: int
    site: str
    """Where, for somebody who is there in person; else empty. A venue without a site is the site ``venue:<id>``."""
