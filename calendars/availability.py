"""When somebody is free: weekly hours less busy times, in local wall time.

All stretches are half-open: one that ends at 12:00 and one that starts at 12:00 don't overlap, and together
are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from calendars.workdays import WEEKDAYS, Weekday

DAY_MINUTES = 24 * 60
MinuteSpan = tuple[int, int]
"""Minutes after midnight, end exclusive."""

_WHOLE_DAY: tuple[MinuteSpan, ...] = ((0, DAY_MINUTES),)


def check_span(span: MinuteSpan, what: str) -> MinuteSpan:
    """Return the span, if it is a stretch of one day.

    Raises
    ------
    ValueError
        It is empty, ends before it starts, or leaves the day; ``what`` names it in the message.
    """
    start, end = span
    if not 0 <= start < end <= DAY_MINUTES:
        raise ValueError(
            f"{what} is {start} to {end}: it must start before it ends, from 0 to {DAY_MINUTES} minutes"
        )
    return start, end


def join_spans(spans: Iterable[MinuteSpan]) -> tuple[MinuteSpan, ...]:
    """The same minutes in order; overlapping and adjacent spans are one: 09:00-12:00 and 12:00-17:00 join."""
    joined: list[MinuteSpan] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _epoch_minute(local: datetime) -> int:
    """Wall-clock minutes since the start of the calendar; the seconds are dropped."""
    if local.tzinfo is not None:
        raise ValueError(f"{local.isoformat()} carries an offset: give local wall time")
    return local.toordinal() * DAY_MINUTES + local.hour * 60 + local.minute


def _epoch_minute_up(local: datetime) -> int:
    """`_epoch_minute`, but a minute that has begun counts."""
    return _epoch_minute(local) + bool(local.second or local.microsecond)


class Availability:
    """The free time of one person or one venue.

    Parameters
    ----------
    hours
        By weekday, stretches of minutes after midnight in any order; a weekday that is absent is not
        available. ``None``: any time, on any day.
    busy
        Start and end of what is already taken, as naive local wall times in any order, end exclusive; they
        may overlap and may span many days. A minute that is partly taken is taken. One without length takes
        nothing.

    Raises
    ------
    ValueError
        An hour is not a stretch of a day, a busy time ends before it starts, or it carries an offset.
    """

    __slots__ = ("_busy_ends", "_busy_starts", "_days", "_week")

    def __init__(
        self,
        hours: Mapping[Weekday, Sequence[MinuteSpan]] | None = None,
        busy: Iterable[tuple[datetime, datetime]] = (),
    ) -> None:
        self._week = tuple(
            _WHOLE_DAY
            if hours is None
            else join_spans(check_span(span, f"an opening on {weekday}") for span in hours.get(weekday, ()))
            for weekday in WEEKDAYS
        )
        taken: list[MinuteSpan] = []
        for start, end in busy:
            if end < start:
                raise ValueError(
                    f"a busy time ends at {end}, before its start at {start}: give the start first"
                )
            if start < end:
                taken.append((_epoch_minute(start), _epoch_minute_up(end)))
        joined = join_spans(taken)
        self._busy_starts = np.array([start for start, _ in joined], dtype=np.int64)
        self._busy_ends = np.array([end for _, end in joined], dtype=np.int64)
        self._days: dict[date, tuple[MinuteSpan, ...]] = {}

    def _taken(self, day: date) -> list[MinuteSpan]:
        """Busy minutes of the day, in order and disjoint."""
        midnight = day.toordinal() * DAY_MINUTES
        first = int(np.searchsorted(self._busy_ends, midnight, side="right"))
        last = int(np.searchsorted(self._busy_starts, midnight + DAY_MINUTES, side="left"))
        return [
            (max(0, int(start) - midnight), min(DAY_MINUTES, int(end) - midnight))
            for start, end in zip(self._busy_starts[first:last], self._busy_ends[first:last], strict=True)
        ]

    def free(self, day: date) -> tuple[MinuteSpan, ...]:
        """The free stretches of the day, in order; no two touch.

        Returns
        -------
        tuple of (start, end)
            Minutes after midnight, end exclusive; empty if the day has none.
        """
        known = self._days.get(day)
        if known is None:
            taken = self._taken(day)
            # What is left lies between the end of one busy time and the start of the next.
            gaps = [
                (end, start)
                for (_, end), (start, _) in pairwise([(0, 0), *taken, (DAY_MINUTES, DAY_MINUTES)])
            ]
            known = tuple(
                (max(start, low), min(end, high))
                for start, end in self._week[day.weekday()]
                for low, high in gaps
                if max(start, low) < min(end, high)
            )
            self._days[day] = known
        return known

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Whether every minute from ``start`` to ``end`` is free, over midnight too.

        Parameters
        ----------
        start, end
            Naive local wall times, end exclusive.

        Raises
        ------
        ValueError
            The end is not after the start, or one carries an offset.
        """
        low, high = _epoch_minute(start), _epoch_minute_up(end)
        if high <= low:
            raise ValueError(f"a stretch from {start} to {end} has no length: give an end after the start")
        day = start.date()
        while low < high:
            midnight = day.toordinal() * DAY_MINUTES
            until = min(high, midnight + DAY_MINUTES)
            if not any(a <= low - midnight and until - midnight <= b for a, b in self.free(day)):
                return False
            low = until
            day += timedelta(days=1)
        return True

    def free_slots(
        self, days: Sequence[date], first_minute: int, slot_minutes: int, slots: int
    ) -> NDArray[np.bool_]:
        """Which slots of which days are free, for arithmetic on whole arrays.

        Parameters
        ----------
        days
            Dates, in any order.
        first_minute
            Start of slot 0, in minutes after midnight.
        slot_minutes
            Length of a slot in minutes; slot ``j`` starts at ``first_minute + j * slot_minutes``.
        slots
            Number of slots a day.

        Returns
        -------
        numpy bool array, shape [len(days), slots]
            True where the whole slot is free.

        Raises
        ------
        ValueError
            The slots have no length or leave the day.
        """
        if (
            slot_minutes < 1
            or slots < 0
            or first_minute < 0
            or first_minute + slots * slot_minutes > DAY_MINUTES
        ):
            raise ValueError(
                f"{slots} slots of {slot_minutes} minutes from minute {first_minute} don't fit in a day: "
                f"they must lie within 0 to {DAY_MINUTES} minutes and be at least 1 minute long"
            )
        starts = first_minute + slot_minutes * np.arange(slots)
        ends = starts + slot_minutes
        week = np.zeros((len(WEEKDAYS), slots), dtype=np.bool_)
        for weekday, spans in enumerate(self._week):
            for start, end in spans:
                week[weekday] |= (start <= starts) & (ends <= end)
        free: NDArray[np.bool_] = week[[day.weekday() for day in days]] if days else week[:0]
        if self._busy_starts.size:
            for row, day in enumerate(days):
                for start, end in self._taken(day):
                    free[row] &= (ends <= start) | (end <= starts)
        return free
