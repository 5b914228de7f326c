"""Where availability comes from: a file, standard input, an address; each with a name that gives no secret away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.intake import fetch

STDIN: Final = "-"
LARGEST_FILE: Final = fetch.LARGEST
"""Bytes that are read of a file."""


class SourceError(Exception):
    """A source that can't be read. The text may be shown."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a source gave."""

    name: str
    data: bytes


def name_of(given: str) -> str | None:
    """What a source is called unless it is given a name: a file's own name, an address' server and digest.

    Standard input has none.

    Raises
    ------
    SourceError
        It is no address that is fetched.
    """
    if given == STDIN:
        return None
    if fetch.is_address(given):
        try:
            return fetch.name_of(given)
        except fetch.FetchError as error:
            raise SourceError(str(error)) from error
    return Path(given).name


def read(given: str, name: str, *, allow_private: bool, stdin: Callable[[], bytes]) -> Source:
    """Read a source.

    Raises
    ------
    SourceError
        It can't be read.
    """
    if given == STDIN:
        return Source(name, stdin())
    if fetch.is_address(given):
        try:
            return Source(name, fetch.fetch(given, allow_private=allow_private))
        except fetch.FetchError as error:
            raise SourceError(str(error)) from error
    try:
        with Path(given).open("rb") as file:
            # One byte more than is allowed: whoever reads it says that it is too large.
            return Source(name, file.read(LARGEST_FILE + 1))
    except OSError as error:
        raise SourceError(f"it can't be read: {error.strerror}") from error


__all__ = ["LARGEST_FILE", "STDIN", "Source", "SourceError", "name_of", "read"]
