"""What pushing needs of a calendar collection, and how one can refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Held:
    """One object as it stands in the collection."""

    etag: str
    data: bytes


class Collection(Protocol):
    """A calendar collection. Resources are called by the last part of their path."""

    def etags(self) -> Mapping[str, str]:
        """The ETag of every object by its name."""

    def read(self, names: Sequence[str]) -> Mapping[str, Held]:
        """The objects of these names that are there."""

    def write(self, name: str, data: bytes, etag: str | None) -> None:
        """Put an object: in place of what has this ETag or, with ``None``, where there is nothing.

        Raises
        ------
        ChangedError
            If something else is there by now.
        UidTakenError
            If an object of another name has this UID.
        NotAllowedError
            If the server lets an attendee change nothing but their answer.
        """

    def remove(self, name: str, etag: str) -> None:
        """Delete the object that has this ETag.

        Raises
        ------
        ChangedError
            If something else is there by now. What is gone already is no error.
        """


class CollectionError(Exception):
    """The server can't be used, or refuses. The text may be shown: it holds no address, password or meeting."""


class ChangedError(CollectionError):
    """The object isn't what it was when it was read (RFC 9110 section 13.1)."""


class UidTakenError(CollectionError):
    """Another object of the owner's has the UID (RFC 4791 section 5.3.2.1, RFC 6638 section 3.2.4.1)."""


class NotAllowedError(CollectionError):
    """The server takes the change for one that only the organiser may make (RFC 6638 section 3.2.4.4)."""


__all__ = [
    "ChangedError",
    "Collection",
    "CollectionError",
    "Held",
    "NotAllowedError",
    "UidTakenError",
]
