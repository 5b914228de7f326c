"""The VTIMEZONE every client reads right.

``icalendar`` can write one by itself, but with all of a year's changes as dates of one ``RDATE``, which
Thunderbird and ical.js read an hour out. One ``DAYLIGHT`` and one ``STANDARD``, each with a yearly rule, is
what all of them obey, so the zone is written by hand and tested against ``zoneinfo``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

LONDON: Final = "Europe/London"


class UnsupportedZoneError(ValueError):
    """A time zone that no VTIMEZONE is written for."""


def vtimezone(zone: str) -> Timezone:
    """The VTIMEZONE of a zone.

    Parameters
    ----------
    zone
        IANA name. Only ``Europe/London``, the zone of all four nations, is written.

    Returns
    -------
    Timezone
        Good for every date from 1997 on, for as long as the law stands: summer time from 01:00 UTC on the
        last Sunday of March to 01:00 UTC on the last Sunday of October (Summer Time Order 2002; RFC 5545
        section 3.6.5).

    Raises
    ------
    UnsupportedZoneError
        For any other zone.
    """
    if zone != LONDON:
        raise UnsupportedZoneError(
            f'calendar files are written for "{LONDON}" only: set the caseload\'s timezone to it'
        )
    winter, summer = timedelta(0), timedelta(hours=1)
    component = Timezone()
    component.add("tzid", LONDON)
    for change, first, name, before, after in (
        (TimezoneDaylight(), datetime(1996, 3, 31, 1), "BST", winter, summer),
        (TimezoneStandard(), datetime(1996, 10, 27, 2), "GMT", summer, winter),
    ):
        change.add("dtstart", first)
        change.add("tzname", name)
        change.add("tzoffsetfrom", before)
        change.add("tzoffsetto", after)
        change.add("rrule", {"FREQ": "YEARLY", "BYMONTH": first.month, "BYDAY": "-1SU"})
        component.add_component(change)
    return component


__all__ = ["LONDON", "UnsupportedZoneError", "vtimezone"]
