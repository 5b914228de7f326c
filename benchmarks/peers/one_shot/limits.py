"""The time, the threads and the seed of one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the search may use.

    Attributes
    ----------
    began, ends
        By the clock.
    """

    began: float
    ends: float
    seed: int
    workers: int
    clock: Callable[[], float] = time.monotonic

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self.ends - self.clock()

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return self.clock() - self.began
