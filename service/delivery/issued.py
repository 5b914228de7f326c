"""One message to one recipient, as the ledger knows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Method = Literal["REQUEST", "CANCEL"]
State = Literal["due", "sending", "sent", "given", "refused", "unknown", "replaced"]
"""``due``: reserved, and nobody has it. ``sending``: handed to the server at this moment. ``sent``: the server took
it. ``given``: written as a file, for somebody to send or hand over. ``refused``: the server said that it never will
take it. ``unknown``: the line broke before the server answered, so it may have arrived. ``replaced``: a newer message
was reserved before anybody had this one."""
ARRIVED: Final[frozenset[State]] = frozenset({"sending", "sent", "given", "unknown"})
"""States in which the recipient has the message, or may have it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of a meeting: it changes, or nothing needs sending. Times are local wall times."""

    start: datetime
    end: datetime
    place: str
    notes: str
    """The recipient's part, and whether it may not be needed."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One REQUEST or CANCEL to one recipient."""

    recipient: str
    """A person's id, or ``venue:`` and a venue's."""
    uid: str
    meeting: str
    reference: str
    address: str
    """A mailbox; empty where it is told by a letter."""
    method: Method
    sequence: int
    stamp: datetime
    """DTSTAMP, in UTC."""
    told: Told
    """Of a CANCEL: what it takes back."""
    state: State = "due"
    id: int = 0
    """Of the ledger; 0 until it is reserved."""
    detail: str = ""
    """What the server said last: its code and its words, if any."""
    attempts: int = 0

    @property
    def start(self) -> datetime:
        """When the meeting begins, as it was told."""
        return self.told.start

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.told.end


def last_told(messages: Iterable[Issued]) -> Issued | None:
    """What a recipient was told last of one meeting, of all messages about it; ``None`` if nothing arrived.

    An invite counts before a CANCEL that went later to a mailbox of before.
    """
    arrived = sorted((one for one in messages if one.state in ARRIVED), key=lambda one: one.sequence)
    asked = next((one for one in reversed(arrived) if one.method == "REQUEST"), None)
    if asked is None:
        return arrived[-1] if arrived else None
    return next(one for one in reversed(arrived) if one.address.casefold() == asked.address.casefold())


def all_last_told(messages: Iterable[Issued]) -> list[Issued]:
    """What each recipient was told last of each meeting, in the order it was reserved."""
    of: dict[tuple[str, str], list[Issued]] = {}
    for one in messages:
        of.setdefault((one.recipient, one.uid), []).append(one)
    found = (last_told(some) for some in of.values())
    return sorted((one for one in found if one is not None), key=lambda one: one.id)


__all__ = ["ARRIVED", "Issued", "Method", "State", "Told", "all_last_told", "last_told"]
