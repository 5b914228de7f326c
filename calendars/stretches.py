"""Stretches of real time, and the wall time they cover.

All are half-open and in UTC until the last step, so that both clock changes are whole: a call that begins in the
hour that comes twice ends after it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Stretch = tuple[datetime, datetime]
"""Start and end, aware and in UTC; or naive wall times, where a function says so."""

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


def instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """The moment that a date or time of a calendar file means, in UTC.

    A date is its midnight, and it and a time without zone are in `zone`. Of a wall time that comes twice the first is
    meant, and one that the clocks skip is read with the offset before the gap (RFC 5545 section 3.3.5).

    Raises
    ------
    OverflowError
        At the ends of the calendar.
    """
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone, fold=0)
    return value.astimezone(UTC)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in order; overlapping and adjacent stretches are one, empty ones are left out."""
    result: list[Stretch] = []
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def without(stretches: Iterable[Stretch], taken_out: Iterable[Stretch]) -> list[Stretch]:
    """The time of the first that is in none of the second, in order."""
    result: list[Stretch] = []
    holes = joined(taken_out)
    first = 0
    for start, end in joined(stretches):
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        here = start
        for number in range(first, len(holes)):
            hole_start, hole_end = holes[number]
            if hole_start >= end:
                break
            if here < hole_start:
                result.append((here, hole_start))
            here = max(here, hole_end)
        if here < end:
            result.append((here, end))
    return result


def clipped(stretches: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """What of the stretches lies between two moments, in their order; empty ones are left out."""
    cut = ((max(start, begin), min(end, until)) for begin, until in stretches)
    return [one for one in cut if one[0] < one[1]]


def wall(stretches: Iterable[Stretch], zone: ZoneInfo) -> list[Stretch]:
    """The naive wall time that stretches in UTC cover, in whole minutes, in order and joined.

    A minute that is partly covered counts. Where the clocks go back, what covers a part of either hour covers that wall
    time; the hour that they skip goes with what covers both sides of it.
    """
    pieces: list[Stretch] = []
    for start, end in stretches:
        before: datetime | None = None
        for begin, until, offset in _by_offset(start, end, zone):
            first = _down((begin + offset).replace(tzinfo=None))
            last = _up((until + offset).replace(tzinfo=None))
            pieces.append((first if before is None else min(first, before), last))
            before = last
    return joined(pieces)


def _by_offset(
    start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The pieces of a stretch between changes of the clocks, each with its offset from UTC."""
    here = start
    while here < end:
        offset = _offset(here, zone)
        until = here
        while until < end and _offset(until, zone) == offset:
            last, until = until, min(until + _DAY, end)
        if _offset(until, zone) != offset:
            until = _change(last, until, offset, zone)
        yield here, until, offset
        here = until


def _change(before: datetime, after: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    """The first whole second, of those between two moments, at which the offset is another."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _down(local: datetime) -> datetime:
    return local.replace(second=0, microsecond=0)


def _up(local: datetime) -> datetime:
    whole = _down(local)
    return whole if whole == local else whole + _MINUTE


__all__ = ["Stretch", "clipped", "instant", "joined", "wall", "without"]
