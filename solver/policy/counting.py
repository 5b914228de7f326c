"""Counting from a day, and which windows count from it: section 3 of ``solver/RULES.md``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from calendars.intervals import parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.model import WindowRule

_ONE_DAY: Final = timedelta(days=1)
_read = lru_cache(maxsize=256)(parse_interval)
"""The same few texts are read for every date that a search considers."""


def count_after(text: str, day: date, cal: WorkingCalendar, *, day_zero: bool | None = False) -> date:
    """Count an interval on from a day.

    Parameters
    ----------
    text : str
        Such as "10 working days".
    day : date
    cal : WorkingCalendar
    day_zero : bool, optional
        Whether the day itself is counted, as day 1.
    """
    interval = _read(text)
    if not day_zero:
        return interval.after(day, cal)
    if interval.unit == "working days":
        return interval.after(day - _ONE_DAY, cal)
    return interval.after(day, cal) - _ONE_DAY


def count_before(text: str, day: date, cal: WorkingCalendar, *, day_zero: bool | None = False) -> date:
    """Count an interval back from a day. See `count_after`."""
    interval = _read(text)
    if not day_zero:
        return interval.before(day, cal)
    if interval.unit == "working days":
        return interval.before(day + _ONE_DAY, cal)
    return interval.before(day, cal) + _ONE_DAY


def in_force(window: WindowRule, day: date) -> bool:
    """Whether a window counts from this day, and not an earlier or a later version of it."""
    start, end = window.effective_from, window.effective_until
    return (start is None or start <= day) and (end is None or day <= end)


def chosen(windows: Iterable[WindowRule]) -> tuple[WindowRule | None, list[WindowRule]]:
    """Of windows of one sort that apply, return the one that is used and those that hold beside it."""
    found = list(windows)
    plain = [window for window in found if not window.also]
    if plain:
        # The latest version; ``max`` keeps the first of equals.
        used = max(plain, key=lambda window: window.effective_from or date.min)
    elif found:
        used = found[0]
    else:
        return None, []
    return used, [window for window in found if window.also and window is not used]
