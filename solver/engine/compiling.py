"""How long the kernels have been compiling: seconds on a machine's first plan, nothing after."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from numba.core import event


class _Stopwatch(event.Listener):
    """Adds up the time between the outermost start and end of compiling."""

    def __init__(self) -> None:
        self.total = 0.0
        self._depth = 0
        self._since = 0.0

    def on_start(self, event: event.Event) -> None:
        """Note the start of a compilation."""
        if self._depth == 0:
            self._since = time.monotonic()
        self._depth += 1
        del event

    def on_end(self, event: event.Event) -> None:
        """Note the end of a compilation."""
        self._depth -= 1
        if self._depth == 0:
            self.total += time.monotonic() - self._since
        del event


class CompileTime:
    """Measures compiling while it is open; ``seconds`` is what it has taken so far."""

    def __init__(self) -> None:
        self._watch = _Stopwatch()

    @property
    def seconds(self) -> float:
        """Seconds spent compiling since it was opened."""
        return self._watch.total

    def __enter__(self) -> Self:
        event.register("numba:compile", self._watch)  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        event.unregister("numba:compile", self._watch)  # type: ignore[no-untyped-call]
