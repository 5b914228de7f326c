"""What is shown while a search runs."""

from __future__ import annotations

import io

from rich.console import Console

from service.progress import LivePanel, show_progress
from solver.events import ProgressEvent


def event(
    seconds: float, cost: int | None, bound: float | None = None, phase: str = "prices"
) -> ProgressEvent:
    best = None if cost is None else {"breach": 0, "attendance": cost}
    gap = None if cost is None or bound is None else (cost - bound) / cost
    return ProgressEvent(seconds, phase, best, cost, bound, gap, None if cost is None else 1)


def lines(*events: ProgressEvent, quiet: bool = False) -> list[str]:
    stream = io.StringIO()
    with show_progress(Console(file=stream), "Planning", seconds=30, quiet=quiet) as progress:
        for one in events:
            progress.on_event(one)
    return stream.getvalue().splitlines()


def test_off_a_terminal_there_is_a_line_for_an_improvement() -> None:
    (line,) = lines(event(0.4, 1000, 900.0))
    assert line == "   0.4 s  prices  cost 1,000  bound 900  gap 10.0 %  1 breach"


def test_there_is_at_most_one_line_a_second_and_the_last_one_always() -> None:
    shown = lines(event(0.1, 1000), event(0.2, 990), event(0.9, 980), event(1.2, 970), event(1.3, 960))
    assert [line.split("cost ")[1].split()[0] for line in shown] == ["1,000", "970", "960"]


def test_what_was_said_already_is_not_said_again() -> None:
    assert len(lines(event(0.1, 1000, 900.0), event(5.0, 1000, 900.0))) == 1


def test_before_the_first_calendar_there_is_no_cost() -> None:
    (line,) = lines(event(0.1, None))
    assert "cost" not in line
    assert "breach" not in line


def test_quiet_shows_nothing() -> None:
    assert lines(event(0.1, 1000), quiet=True) == []


def test_a_terminal_gets_a_panel_with_the_state() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=110)
    panel = LivePanel(console, "Planning Oak Team", 30)
    console.print(panel)
    assert "no complete calendar yet" in stream.getvalue()
    panel.on_event(event(3, 1000, 987.0, phase="neighbourhoods"))
    console.print(panel)
    text = stream.getvalue()
    for words in (
        "Planning Oak Team",
        "neighbourhoods",
        "attendance 1,000",
        "987 points",
        "gap 1.3 %",
        "Ctrl-C stops",
    ):
        assert words in text
    panel.stopping()
    console.print(panel)
    assert "keeping the best so far" in stream.getvalue()


def test_the_panel_is_gone_when_the_search_is_over() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=110)
    with show_progress(console, "Planning", seconds=30, quiet=False) as progress:
        assert isinstance(progress, LivePanel)
        progress.on_event(event(1, 1000))
    assert not progress.live.is_started
