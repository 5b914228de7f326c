"""Local wall time and real time, on every day of the year including both clock changes.

Convene plans in wall time. Twice a year that is not real time: when the clocks go forward an hour of wall
time does not exist, and when they go back an hour happens twice. This module is the only one that knows, by
the IANA data of ``zoneinfo``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Occurrence = Literal["first", "second"]
"""Which of the two moments an ambiguous wall time means."""


class NonExistentTimeError(ValueError):
    """A wall time that the clocks skip.

    Attributes
    ----------
    local
        The wall time.
    shifted
        The same moment on a clock that had not been put forward yet, as the clocks then show it: 01:30
        becomes 02:30.
    """

    def __init__(self, local: datetime, zone: ZoneInfo, shifted: datetime) -> None:
        super().__init__(
            f"{local:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go forward then; "
            f"write {shifted:%Y-%m-%d %H:%M} instead"
        )
        self.local = local
        self.shifted = shifted


def load_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as ``Europe/London``.

    Raises
    ------
    ValueError
        There is no such zone.
    """
    try:
        return ZoneInfo(name)
    # zoneinfo looks for a file of that name, so a malformed one fails in the way of the file system.
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone: use an IANA name such as Europe/London") from error


def _offset_rise(local: datetime, zone: ZoneInfo) -> timedelta:
    """How far the offset rises over this wall time: above 0 where it is skipped, below 0 where it comes
    twice.

    Source: PEP 495. ``fold=0`` takes the offset before a change, ``fold=1`` the one after it.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local.isoformat()} carries an offset: give local wall time")
    before = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return before - after


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks ever show this naive wall time."""
    return _offset_rise(local, zone) <= timedelta(0)


def is_ambiguous(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks show this naive wall time twice."""
    return _offset_rise(local, zone) < timedelta(0)


def to_utc(local: datetime, zone: ZoneInfo, *, occurrence: Occurrence = "first") -> datetime:
    """The moment at which the clocks show a wall time.

    Parameters
    ----------
    local
        Naive wall time.
    zone
        Whose clocks.
    occurrence
        Which moment is meant where the clocks show the time twice: the first, still in summer time, as RFC
        5545 section 3.3.5 reads it, unless asked otherwise.

    Returns
    -------
    datetime
        Aware, in UTC.

    Raises
    ------
    NonExistentTimeError
        The clocks skip that time.
    ValueError
        The time already carries an offset.
    """
    rise = _offset_rise(local, zone)
    if rise > timedelta(0):
        raise NonExistentTimeError(local, zone, local + rise)
    return local.replace(tzinfo=zone, fold=0 if occurrence == "first" else 1).astimezone(UTC)


def from_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """The naive wall time that the zone's clocks show at a moment.

    Raises
    ------
    ValueError
        The moment carries no offset.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} carries no offset: give a moment in UTC")
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def elapsed(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """Real time from one naive wall time to another, each at its first occurrence.

    It differs from ``end - start`` only where a clock change lies between them.

    Raises
    ------
    NonExistentTimeError
        The clocks skip one of the two.
    """
    return to_utc(end, zone) - to_utc(start, zone)
