"""What sending needs of whatever keeps the messages: the file of a folder, or the service's database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from service.delivery.issued import Issued, State


class Book(Protocol):
    """Where messages are reserved. See `service.delivery.ledger.Ledger` for what each method promises."""

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states, or in any at all; in the order they were reserved."""

    def highest(self) -> dict[str, int]:
        """The highest sequence that was reserved of each UID, for whomever."""

    def reserve(self, new: Sequence[tuple[Issued, bytes]], replaced: Iterable[Issued] = ()) -> list[Issued]:
        """Reserve messages with their sequences, and give up others that nobody has: all or none."""

    def renew(self, message: Issued, content: bytes) -> None:
        """Put other words into a message that is still to go."""


class Post(Protocol):
    """What is sent from."""

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states, or in any at all; in the order they were reserved."""

    def content(self, message: int) -> bytes:
        """The mail of a message that is still to go."""

    def not_taken(self, message: Issued, state: Literal["due", "refused"], detail: str) -> None:
        """The server didn't want it before any of it was handed over."""

    def begin(self, message: Issued) -> None:
        """The message is about to be handed to the server: from here on it may arrive."""

    def end(self, message: Issued, state: State, detail: str = "") -> None:
        """How handing it over ended."""


__all__ = ["Book", "Post"]
