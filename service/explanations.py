"""Explanations as a reader at a terminal sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from service.figures import series_kinds
from service.views.attention import EXCEPTION_NAMES, meeting_words, unheld_words
from service.words import costs_words, count, day, moment, trial_words
from solver.schema.calendar import Breach, Calendar, CalendarException, Reason, Remedy
from solver.schema.explanation import CalendarExplanation, MeetingExplanation, NotThen

SETTLED = frozenset({"series.window", "series.order", "series.complete", "pinned", "day.open", "day.span"})
"""Rules of causes that nobody could do anything about."""
MOST_MISSING = 5
"""People who are named for being missing most often."""


def print_calendar(told: CalendarExplanation, calendar: Calendar) -> None:
    """Print every breach, everybody missing and the bottlenecks."""
    _print(calendar_lines(told, calendar))


def print_breach(told: Breach, calendar: Calendar) -> None:
    """Print why one meeting is late or not held."""
    _print(_breach_lines(told, calendar))


def print_meeting(told: MeetingExplanation) -> None:
    """Print why one meeting is where it is."""
    _print(_meeting_lines(told))


def print_not_then(told: NotThen) -> None:
    """Print why a meeting is not at some time."""
    _print(_not_then_lines(told))


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        click.echo(
            click.wrap_text(line.strip(), width=100, initial_indent=indent, subsequent_indent=indent + "  ")
            if line.strip()
            else ""
        )


def calendar_lines(told: CalendarExplanation, calendar: Calendar) -> Iterator[str]:
    """Tell every breach, everybody missing and the bottlenecks."""
    if told.breaches:
        yield f"{count(len(told.breaches), 'meeting')} late or not held"
        for breach in told.breaches:
            yield ""
            yield from _breach_lines(breach, calendar)
    else:
        yield "Every meeting is held by its due date."
    yield ""
    yield from _exception_lines(told.exceptions, calendar)
    yield ""
    if told.bottlenecks is None:
        yield "What holds a calendar of so many plans up is not worked out."
    elif told.bottlenecks:
        yield "What holds the calendar up"
        for one in told.bottlenecks:
            yield f"  {one.text}"
    else:
        yield "Nobody's time and no room is so short that it costs anything."


def _breach_lines(breach: Breach, calendar: Calendar) -> Iterator[str]:
    held = next((one for one in calendar.meetings if one.id == breach.meeting), None)
    kind = series_kinds(calendar).get(breach.series)
    what = meeting_words(held) if held else unheld_words(breach.series, kind)
    outcome = f"held on {moment(held.start)}, {count(breach.days, 'day')} late" if held else "not held"
    proved = "proved unavoidable" if breach.proved else "not proved unavoidable"
    sources = f" [{', '.join(breach.sources)}]" if breach.sources else ""
    yield f"{what}: due by {day(breach.due)}{sources}, {outcome} ({proved})"
    yield from _why(breach.reasons)
    yield from _help(breach, breach.remedies)


def _exception_lines(exceptions: Sequence[CalendarException], calendar: Calendar) -> Iterator[str]:
    if not exceptions:
        yield "Nobody who is expected is missing."
        return
    yield count(len(exceptions), "exception")
    missing = Counter(one.person for one in exceptions if one.person is not None).most_common(MOST_MISSING)
    if missing and missing[0][1] > 1:
        words = [f"{person} ({number})" for person, number in missing if number > 1]
        yield f"  Missing most often: {', '.join(words)}"
    meetings = {one.id: one for one in calendar.meetings}
    for one in exceptions:
        yield ""
        held = meetings.get(one.meeting)
        what = meeting_words(held) if held else one.meeting
        when = f", {moment(held.start)}" if held else ""
        yield f"{what}{when}: {EXCEPTION_NAMES.get(one.kind, one.kind).lower()}"
        yield from _missing(one)


def _missing(one: CalendarException) -> Iterator[str]:
    yield f"  {one.reason}"
    if one.reasons:
        yield "  At no other time in its window either:"
        yield from _why(one.reasons, "    ")
    yield from _help(one, one.remedies)


def _meeting_lines(told: MeetingExplanation) -> Iterator[str]:
    sources = f" [{', '.join(told.sources)}]" if told.sources else ""
    yield f"{told.meeting}: from {day(told.earliest)} to {day(told.due)}{sources}"
    yield f"  {told.text}"
    if told.narrowing:
        yield ""
        yield "What is open to it"
        width = max(len(f"{one.times:,}") for one in told.narrowing)
        for one in told.narrowing:
            yield f"  {one.times:>{width},} {one.what}"
    if told.alternatives:
        yield ""
        yield "The next best"
        for alternative in told.alternatives:
            yield f"  {alternative.text}"
    if told.breach is not None:
        yield ""
        yield f"Why it is {count(told.breach.days, 'day')} late"
        yield from _why(told.breach.reasons)
        yield from _help(told.breach, told.breach.remedies)
    for exception in told.exceptions:
        yield ""
        yield EXCEPTION_NAMES.get(exception.kind, exception.kind)
        yield from _missing(exception)


def _not_then_lines(told: NotThen) -> Iterator[str]:
    yield told.text
    yield from _why(told.reasons)
    yield from _help(told, told.remedies)


def _why(reasons: Sequence[Reason], indent: str = "  ") -> Iterator[str]:
    for reason in reasons:
        sources = f" [{', '.join(reason.sources)}]" if reason.sources else ""
        yield f"{indent}{reason.text}{sources}"
    if len(reasons) > 1 and all(one.alone for one in reasons):
        yield f"{indent}Any one of these being otherwise would make it possible."
    elif reasons and not any(one.alone or one.rule in SETTLED for one in reasons):
        yield f"{indent}None of this being otherwise would be enough: something else is in the way each time."


def _help(one: Breach | CalendarException | NotThen, remedies: Sequence[Remedy]) -> Iterator[str]:
    for remedy in remedies:
        yield f"  + {remedy.text} ({costs_words(remedy.costs)})"
    words = trial_words(one)
    if words:
        yield f"  {words}"
