"""Why an option ranks where it does, in a sentence."""

from __future__ import annotations

from typing import Final

from solver.rebook.ranked import Key
from solver.score import WEIGHTS

_LEVELS: Final = (
    ("breach", "more of a breach"),
    ("attendance", "fewer people come"),
    ("disruption", "more people are asked to change, or at shorter notice"),
    ("family", "further from what the family wants"),
    ("resilience", "less room to postpone, or further from the target date"),
    ("stability", "fewer booked meetings stay where they were"),
    ("convenience", "less convenient: travel, weekday, workload or room"),
)


def why_here(above: Key | None, key: Key) -> str:
    """Say what an option lacks that the one before it has.

    Parameters
    ----------
    above : Key or None
        Of the option before it; ``None``: it is the first.
    key : Key
    """
    if above is None:
        if key.breach == 0 and key.attendance == 0:
            return "The best there is: in time, and everybody comes."
        if key.breach == 0:
            return "The best there is: in time, with the fewest missing."
        return "The best there is: nothing is held any sooner."
    for name, words in _LEVELS:
        more = getattr(key, name) - getattr(above, name)
        if more:
            if name == "breach":
                days = more // WEIGHTS["breach_day"]
                return f"After the one above: {days:,} more breach {'day' if days == 1 else 'days'}."
            return f"After the one above: {words} ({more:,} {'point' if more == 1 else 'points'})."
    return "As good as the one above, and later."
