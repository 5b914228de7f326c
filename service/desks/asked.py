"""What a desk is asked, and what it answers. All of it crosses between processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Papers:
    """A calendar and the caseload it answers, as documents."""

    name: str
    """Tells them from all others: the same name is always of the same documents."""
    caseload: bytes
    calendar: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """About one meeting."""

    meeting: str
    today: date
    changes: tuple[dict[str, Any], ...] = ()
    """Changed facts, see `solver.schema.changes`."""
    without: tuple[str, ...] = ()
    at: datetime | None = None
    """Look at no other start."""
    venue: str | None = None
    """Look at no other venue."""
    most: int = 8
    loosened: bool = False
    """Whether the meeting may be elsewhere although it is pinned: whoever put it there may think again."""


@dataclass(frozen=True, slots=True)
class Take:
    """One of the options that `ask` gives, to be taken."""

    ask: Ask
    number: int
    """Of the option; 1 for the best one at a start and venue."""
    now: datetime
    pin: bool = False
    """Whether the meeting is to stay there from now on."""


@dataclass(frozen=True, slots=True)
class Made:
    """A calendar that passed the checker."""

    calendar: bytes
    caseload: bytes | None
    """Where facts have changed, or something was pinned."""


class AskError(Exception):
    """It can't be done, and nothing was changed.

    Attributes
    ----------
    kind
        ``unknown_meeting``, ``cannot_move``, ``bad_change``, ``no_option``, ``refused``, ``essential``, ``too_large``.
    text
        A sentence, with ids and no names.
    """

    def __init__(self, kind: str, text: str, details: tuple[dict[str, Any], ...] = ()) -> None:
        super().__init__(kind, text, details)
        self.kind, self.text, self.details = kind, text, details


class PapersMissingError(Exception):
    """The process hasn't the papers any more: send them along."""


__all__ = ["Ask", "AskError", "Made", "Papers", "PapersMissingError", "Take"]
