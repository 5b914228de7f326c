"""One process at a time replaces a calendar: between looking whether it is still the one that was read, and writing."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.output.files import OutputError


@contextmanager
def replacing(path: Path) -> Iterator[None]:
    """Keep other processes of Convene from replacing files in the folder of ``path``; waits for one that does.

    The lock is the system's own (flock), so that a process that dies leaves none behind.

    Raises
    ------
    OutputError
        If the folder can't be opened.
    """
    folder = path.absolute().parent
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"{folder} can't be opened: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


__all__ = ["replacing"]
