"""Waiting for another program, never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], what: str, seconds: float = 20) -> Found:
    """The first true thing that `look` finds.

    Raises
    ------
    TimeoutError
        If there is none in time, saying what was waited for.
    """
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise TimeoutError(f"no {what} after {seconds} seconds")
        time.sleep(0.1)
    return found
