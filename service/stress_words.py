"""What a stress test found, in words: shared by the command and the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from service.views.names import Names
from service.words import KIND_NAMES, count, opening
from solver.schema.caseload import Caseload
from solver.schema.stress import Cause, Difference, FactKind, Spread, Stress

FACT_WORDS: Final[dict[FactKind, str]] = {
    "sick": "illness",
    "called_away": "called away",
    "leave": "leave",
    "family": "family cancelled",
    "room": "room lost",
    "school": "school closed",
}
LABEL: Final = 32
COLUMN: Final = 24


def lines(found: Stress, caseload: Caseload) -> Iterator[str]:
    """Give the lines that `convene stress` prints."""
    own, comparison = found.stressed, found.comparison
    other = None if comparison is None else comparison.other
    yield f"{count(len(own.runs), 'run')} (seed {found.seed}): means, and in brackets from the 5th to the 95th percentile"
    yield ""
    heads = ["this calendar"]
    if comparison is not None:
        heads += ["the other calendar" if comparison.given else "without resilience", "difference (95 %)"]
    yield _row("", *heads)
    both = [own] if other is None else [own, other]
    yield _row("Meetings planned", *(f"{one.meetings:,}" for one in both))
    yield _row("Late as planned", *(f"{one.late_as_planned:,}" for one in both))
    differ = [] if comparison is None else [
        comparison.lost, comparison.late, comparison.in_time_percent, comparison.late_days,
    ]  # fmt: skip
    rows = ("Couldn't be held as booked", "Late in the end", "In timescale, %", "Days late, all together")
    for at, words in enumerate(rows):
        spreads = [(one.lost, one.late, one.in_time_percent, one.late_days)[at] for one in both]
        yield _row(
            words,
            *(spread_words(one) for one in spreads),
            *(difference_words(one) for one in differ[at : at + 1]),
        )
    yield _row("Of those lost, still in time, %", *(share_words(one.saved_percent) for one in both))
    yield _row("Moved", *(spread_words(one.moved) for one in both))
    yield _row("Times somebody was asked", *(spread_words(one.asked) for one in both))
    yield ""
    yield from verdict(found)
    yield ""
    yield "Late in the end, by kind"
    for kind in own.kinds:
        yield _row(
            f"  {opening(KIND_NAMES[kind.kind])}",
            f"{kind.late:.2f} of {kind.planned:,}",
            f"{kind.in_time_percent:.1f} % in time",
        )
    yield ""
    yield "Behind most of what couldn't be held as booked"
    names = Names(caseload)
    for cause in own.causes:
        yield _row(
            f"  {cause_words(cause, names)}",
            f"{cause.lost:.2f} a run",
            f"{cause.late:.2f} late in the end",
        )


def verdict(found: Stress) -> Iterator[str]:
    """Give the sentences that say what the slack is worth, and what it costs."""
    comparison = found.comparison
    if comparison is None:
        return
    late, days = comparison.late, comparison.late_days
    other = "the other calendar" if comparison.given else "a calendar planned without resilience"
    if late.high < 0 or late.low > 0:
        word = "fewer" if late.mean < 0 else "more"
        yield (
            f"{abs(late.mean):.1f} {word} meetings are late in a run than in {other} (95 % interval: "
            f"{_range(late, word == 'fewer')})."
        )
    else:
        yield f"These runs show no clear difference in late meetings from {other}: {difference_words(late)}."
    price = sum(comparison.price.values())
    parts = ", ".join(f"{level} {points:+,}" for level, points in comparison.price.items() if points)
    meetings = comparison.price_meetings
    number = (
        f", with {count(abs(meetings), 'meeting')} {'more' if meetings > 0 else 'fewer'}" if meetings else ""
    )
    cost = f"It {'costs' if price >= 0 else 'saves'} {abs(price):,} points beside resilience"
    yield f"{cost}{f' ({parts})' if parts else ''}{number}."
    saved = -days.mean * found.breach_day
    if days.high < 0 or days.low > 0:
        yield (
            f"{abs(days.mean):.1f} {'fewer' if days.mean < 0 else 'more'} days late at {found.breach_day:,} points each: "
            f"{abs(saved):,.0f} points {'saved' if saved > 0 else 'lost'}."
        )
    else:
        yield f"In days late there is no clear difference: {difference_words(days)}."


def cause_words(cause: Cause, names: Names) -> str:
    """Who or what is behind losses: a family goes by its plan."""
    subject = cause.subject
    if cause.kind in ("sick", "called_away", "leave"):
        subject = names.person(cause.subject)
    elif cause.kind == "room":
        subject = names.venue(cause.subject)
    return f"{subject}: {FACT_WORDS[cause.kind]}"


def spread_words(one: Spread) -> str:
    """``11.2 (5 to 19)``."""
    return f"{figure(one.mean)} ({figure(one.low)} to {figure(one.high)})"


def difference_words(one: Difference) -> str:
    """``-26.9 (-28.5 to -25.3)``."""
    return f"{one.mean:+.1f} ({one.low:+.1f} to {one.high:+.1f})"


def share_words(value: float | None) -> str:
    """``87.3``, or a dash."""
    return "–" if value is None else f"{value:.1f}"


def figure(value: float) -> str:
    """``1,234`` or ``12.3``."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}".removesuffix(".0")


def _range(one: Difference, fewer: bool) -> str:
    low, high = (-one.high, -one.low) if fewer else (one.low, one.high)
    return f"{low:.1f} to {high:.1f}"


def _row(label: str, *cells: str) -> str:
    return f"{label:{LABEL}}{''.join(f'{cell:>{COLUMN}}' for cell in cells)}".rstrip()
