"""What became of one answer, or of a mail without any: nothing that comes in is dropped without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from solver.schema.calendar import Answer

Kind = Literal[
    "taken", "known", "superseded", "older", "cancelled", "moved", "gone", "no_answer", "automatic", "foreign",
    "room", "stranger", "ambiguous", "nobody", "refresh", "future", "no_reply", "unreadable", "sealed", "written",
    "undelivered",
]  # fmt: skip
"""Stable names of what can become of a message."""

ATTENTION: Final[frozenset[Kind]] = frozenset(
    {"room", "stranger", "ambiguous", "nobody", "refresh", "future", "no_reply", "unreadable", "sealed", "written",
     "undelivered"}
)  # fmt: skip
"""What somebody has to look at."""
_LEFT: Final[frozenset[Kind]] = ATTENTION | {"foreign"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer."""

    source: str
    """Which message, as its place calls it."""
    kind: Kind
    text: str
    """For the manager: a sentence without full stop."""
    meeting: str | None = None
    person: str | None = None
    answer: Answer | None = None
    note: bool = False
    """Whether somebody wrote something with it, which isn't read here."""

    @property
    def attention(self) -> bool:
        """Whether somebody has to look at the message."""
        return self.note or self.kind in ATTENTION

    @property
    def settled(self) -> bool:
        """Whether nobody has to: then it is marked as read where it lies."""
        return not self.note and self.kind not in _LEFT


__all__ = ["ATTENTION", "Kind", "Outcome"]
