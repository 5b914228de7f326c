"""What is shown while a search runs: a live panel on a terminal, else a plain line now and then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from service.words import count
from solver.events import ProgressEvent
from solver.schema.calendar import LEVELS

LINE_EVERY_SECONDS = 1.0
ABORTED = "Aborted: nothing was written."


class Progress(Protocol):
    """Takes the search's events, from whichever thread they come."""

    def on_event(self, event: ProgressEvent) -> None:
        """Show the state of the search."""

    def stopping(self) -> None:
        """Show that the search was asked to stop."""

    def aborted(self) -> None:
        """Show that the program ends now, with nothing written."""


class Silent:
    """Shows nothing."""

    def on_event(self, event: ProgressEvent) -> None:
        """Ignore the event."""

    def stopping(self) -> None:
        """Say nothing."""

    def aborted(self) -> None:
        """Say nothing."""


class Lines:
    """One plain line for each improvement, at most one a second, and the last one whenever it came."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: tuple[int | None, float | None, str] | None = None
        self._shown_at = -LINE_EVERY_SECONDS
        self._waiting: ProgressEvent | None = None

    def on_event(self, event: ProgressEvent) -> None:
        """Print the event if it says something new and the last line is old enough."""
        if (event.cost, event.bound, event.phase) == self._shown:
            return
        self._waiting = event
        if event.seconds - self._shown_at >= LINE_EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Print what was held back."""
        event, self._waiting = self._waiting, None
        if event is None:
            return
        self._shown, self._shown_at = (event.cost, event.bound, event.phase), event.seconds
        parts = [f"{event.seconds:6.1f} s", event.phase]
        if event.cost is not None:
            parts.append(f"cost {event.cost:,}")
        if event.bound is not None:
            parts.append(f"bound {event.bound:,.0f}")
        if event.gap is not None:
            parts.append(f"gap {100 * event.gap:.1f} %")
        if event.breaches is not None:
            parts.append(count(event.breaches, "breach", "breaches"))
        self._print("  ".join(parts))

    def stopping(self) -> None:
        """Say that the search was asked to stop."""
        self._print("Stopping; the best calendar so far is kept. Ctrl-C again aborts and writes nothing.")

    def aborted(self) -> None:
        """Say that nothing was written."""
        self._print(ABORTED)

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class LivePanel:
    """A panel that redraws itself: rich asks it for its state at each refresh."""

    def __init__(self, console: Console, title: str, seconds: float) -> None:
        self.live = Live(self, console=console, refresh_per_second=4, transient=True)
        self._title = title
        self._limit = seconds
        self._began = monotonic()
        self._event: ProgressEvent | None = None
        self._stopping = False

    def on_event(self, event: ProgressEvent) -> None:
        """Show the event at the next refresh."""
        self._event = event

    def stopping(self) -> None:
        """Show that the search was asked to stop."""
        self._stopping = True

    def aborted(self) -> None:
        """Give the terminal back as it was, and say that nothing was written."""
        self.live.stop()
        self.live.console.print(ABORTED)

    def __rich__(self) -> RenderableType:
        """Draw the state as it is now."""
        event = self._event
        rows = Table.grid(padding=(0, 2))
        rows.add_column(style="bold", no_wrap=True, min_width=10)
        rows.add_column()
        phase = (
            "stopping, keeping the best so far" if self._stopping else event.phase if event else "starting"
        )
        rows.add_row("Time", f"{monotonic() - self._began:.0f} s of {self._limit:g} s: {phase}")
        if event is not None and event.cost is not None:
            best = event.best or {}
            levels = [f"{level} {best.get(level, 0):,}" for level in LEVELS if best.get(level, 0)]
            detail = f" = {' + '.join(levels)}" if levels else ""
            rows.add_row("Best", f"{event.cost:,} points{detail}")
        else:
            rows.add_row("Best", "no complete calendar yet")
        if event is not None and event.bound is not None:
            gap = "" if event.gap is None else f", gap {100 * event.gap:.1f} %"
            rows.add_row("Bound", f"{event.bound:,.0f} points{gap}")
        if event is not None and event.breaches is not None:
            rows.add_row("Breaches", f"{event.breaches:,}")
        hint = (
            "Ctrl-C again aborts, nothing written"
            if self._stopping
            else "Ctrl-C stops and keeps the best so far"
        )
        return Panel(
            rows, title=self._title, title_align="left", subtitle=hint, subtitle_align="left", width=100
        )


@contextmanager
def show_progress(console: Console, title: str, *, seconds: float, quiet: bool) -> Iterator[Progress]:
    """Show a search's progress for the length of the block, in the way that suits `console`.

    Parameters
    ----------
    seconds
        The time limit, shown beside the time gone by.
    quiet
        Show nothing.
    """
    if quiet:
        yield Silent()
    elif console.is_terminal:
        panel = LivePanel(console, title, seconds)
        with panel.live:
            yield panel
    else:
        lines = Lines(console)
        try:
            yield lines
        finally:
            lines.flush()
