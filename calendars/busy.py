"""When somebody is busy, out of a calendar of theirs that may be anybody's and hold anything.

Only when and how firmly they are busy is kept. What the meetings are about, where and with whom is never parsed: it is
dropped with the lines that hold it (`calendars.reading.read`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
import x_wr_timezone
from icalendar.prop import vDDDTypes, vPeriod

from calendars.content_lines import CalendarFileError, Limits, Notice
from calendars.localtime import load_zone
from calendars.reading import line_of, read
from calendars.recurrence import Occurrence, UnreadableError, occurrences
from calendars.recurrence_rules import Budget
from calendars.stretches import Stretch, clipped, instant, joined, wall, without
from calendars.vavailability import KINDS, Asked, Kind, unavailable
from calendars.zone_names import iana_name

_OUTLOOK: Final = "X-MICROSOFT-CDO-BUSYSTATUS"
_OUTLOOKS: Final[dict[str, Kind | None]] = {
    "FREE": None,
    "WORKINGELSEWHERE": None,
    "TENTATIVE": "tentative",
    "BUSY": "busy",
    "OOF": "unavailable",
}
_COMPONENTS: Final = ("VEVENT", "VFREEBUSY", "VAVAILABILITY", "AVAILABLE")
_PROPERTIES: Final = (
    "METHOD",
    "X-WR-TIMEZONE",
    "UID",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "EXRULE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    _OUTLOOK,
    "FREEBUSY",
    "BUSYTYPE",
    "PRIORITY",
)
_LONGEST: Final = 100_000
"""Characters of one line: EXDATE and FREEBUSY of twenty years are shorter."""


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """One busy stretch, in naive local wall time, end exclusive, and how firmly busy."""

    start: datetime
    end: datetime
    kind: Kind


@dataclass(frozen=True, slots=True)
class BusyTimes:
    """What a calendar says of somebody's time. Nothing else of it is kept."""

    stretches: tuple[Busy, ...]
    """In order. Those of one kind are joined where they touch; those of different kinds may overlap."""
    notices: tuple[Notice, ...] = ()
    """What could not be read, or was read otherwise than written."""
    ours: int = 0
    """Our own meetings found in it, which are not counted."""
    elsewhere: int = 0
    """Times "working elsewhere", which are counted as free."""
    first: date | None = None
    last: date | None = None
    """The dates that the calendar speaks of, where it says so (VFREEBUSY); ``None``: all that was asked."""

    def taken(self, *, tentative: bool = True) -> list[tuple[datetime, datetime]]:
        """Start and end of all that is taken, joined, with what is only tentative or without."""
        return joined((one.start, one.end) for one in self.stretches if tentative or one.kind != "tentative")


@dataclass(slots=True)
class _Found:
    """Gathered while the components are gone through. Stretches are in UTC."""

    asked: Asked
    budget: Budget
    is_ours: Callable[[str], bool]
    events: dict[Kind, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[Kind, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    """Of free/busy and availability, in which several meetings may be one stretch."""
    own: Counter[Stretch] = field(default_factory=Counter)
    """Our meetings that were known by their UID."""
    notices: list[Notice] = field(default_factory=list)
    elsewhere: int = 0
    ranges: list[Stretch] = field(default_factory=list)


def busy_times(
    data: bytes,
    *,
    zone: str,
    start: date,
    end: date,
    is_ours: Callable[[str], bool] = lambda _: False,
    own: Sequence[tuple[datetime, datetime]] = (),
    limits: Limits | None = None,
) -> BusyTimes:
    """The busy stretches of a calendar file.

    Busy are events (VEVENT) unless cancelled, transparent, or free by Outlook's own word; the busy types of VFREEBUSY;
    and what VAVAILABILITY (RFC 7953) leaves of its range. All-day events and times without zone are in `zone`; UTC times
    of a file with X-WR-TIMEZONE recur by the clocks of that zone, as Google means them.

    Parameters
    ----------
    data
        The file as it came.
    zone
        IANA name of the zone of the result.
    start, end
        First and last date asked about.
    is_ours
        Whether a UID is of one of our own meetings: these are left out.
    own
        Our own meetings of this person, in naive local time. Outlook's published calendars give events new UIDs at every
        fetch, and VFREEBUSY has none: for each of these that was not known by its UID, one event with exactly its start and
        end is left out, and its time is taken out of what VFREEBUSY says. That can't tell another meeting at exactly that
        time, nor one of ours that has been moved since.
    limits
        How much of the file is read; the usual, if not given.

    Returns
    -------
    BusyTimes

    Raises
    ------
    CalendarFileError
        The file can't be used, or would be too much work. What is wrong with a single event is a notice instead.
    ValueError
        `zone` is no zone, or `end` is before `start`.
    """
    place = load_zone(zone)
    if end < start:
        raise ValueError(f"{end} is before {start}: give the first date first")
    asked = Asked(
        instant(start, place), instant(datetime.combine(end, time()) + timedelta(days=1), place), place
    )
    file = read(
        data,
        limits=limits or Limits(line=_LONGEST),
        components=_COMPONENTS,
        properties=_PROPERTIES,
    )
    found = _Found(asked, Budget(), is_ours, notices=list(file.notices))
    for calendar in file.calendars:
        _of_calendar(_settled(calendar, found.notices), found)
    return _result(found, own)


def _settled(calendar: icalendar.Calendar, notices: list[Notice]) -> icalendar.Calendar:
    """The calendar with its X-WR-TIMEZONE made its times' own, as far as they have none or UTC."""
    given = calendar.pop("X-WR-TIMEZONE", None)
    if given is None:
        return calendar
    name = iana_name(str(given).strip())
    if name is None:
        notices.append(
            Notice(line_of(calendar), "X-WR-TIMEZONE is no zone that is known; it is not followed")
        )
        return calendar
    ranges = {
        index: event["RECURRENCE-ID"].params["RANGE"]
        for index, event in enumerate(calendar.subcomponents)
        if "RANGE" in getattr(event.get("RECURRENCE-ID"), "params", {})
    }
    try:
        settled: icalendar.Calendar = x_wr_timezone.to_standard(calendar, timezone=ZoneInfo(name))
    except Exception:
        # Its errors are those of dates at the end of the calendar, and name them.
        settled = calendar
        text = "a time of this calendar can't be put into its X-WR-TIMEZONE, which is not followed"
        notices.append(Notice(line_of(calendar), text))
    for index, value in ranges.items():
        # The library makes new values, without the parameter that says "and all that follow".
        settled.subcomponents[index]["RECURRENCE-ID"].params["RANGE"] = value
    return settled


def _of_calendar(calendar: icalendar.Calendar, found: _Found) -> None:
    cancelled = str(calendar.get("METHOD", "")).strip().upper() == "CANCEL"
    events = [part for part in calendar.subcomponents if part.name == "VEVENT"]
    if not cancelled:
        for group in _series(events, found.notices):
            _of_series(group, found)
    for part in calendar.subcomponents:
        if part.name == "VFREEBUSY":
            _of_freebusy(part, found)
    gone, notices = unavailable(
        [part for part in calendar.subcomponents if part.name == "VAVAILABILITY"], found.asked, found.budget
    )
    found.notices += notices
    for kind, stretches in gone.items():
        found.merged[kind] += stretches


def _series(
    events: Iterable[icalendar.Component], notices: list[Notice]
) -> Iterable[list[icalendar.Component]]:
    """Events by what recurs together: one that recurs (or a single one) and what replaces its occurrences.

    Of several with one UID those with the highest SEQUENCE count, and none of these is dropped for being equal.
    """
    groups: dict[str, list[icalendar.Component]] = defaultdict(list)
    for number, event in enumerate(events):
        groups[str(event.get("UID", f"\0{number}"))].append(event)
    for group in groups.values():
        masters = [one for one in group if "RECURRENCE-ID" not in one]
        if len(masters) < 2:
            yield group
            continue
        highest = max(_sequence(one) for one in masters)
        notices += [
            Notice(line_of(one), "an older version of another event; it is not counted")
            for one in masters
            if _sequence(one) < highest
        ]
        newest = [one for one in masters if _sequence(one) == highest]
        yield [newest[0], *(one for one in group if "RECURRENCE-ID" in one)]
        yield from ([one] for one in newest[1:])


def _sequence(event: icalendar.Component) -> int:
    value = event.get("SEQUENCE", 0)
    return int(value) if isinstance(value, int) else 0


def _of_series(group: list[icalendar.Component], found: _Found) -> None:
    ours = found.is_ours(str(group[0].get("UID", "")).strip())
    line = line_of(group[0])
    try:
        many, notices = occurrences(group, *found.asked.span(), found.budget)
        for one in many:
            _of_occurrence(one, found, ours=ours)
    except CalendarFileError:
        raise
    except UnreadableError as error:
        found.notices.append(Notice(line, f"this event is not counted, as {error}"))
    except Exception:
        # Below are three libraries, each with errors of its own for dates that don't go together.
        found.notices.append(Notice(line, "the times of this event can't be read; it is not counted"))
    else:
        found.notices += notices


def _of_occurrence(one: Occurrence, found: _Found, *, ours: bool) -> None:
    start, end = instant(one.start, found.asked.zone), instant(one.end, found.asked.zone)
    if end < start:
        raise UnreadableError("it ends before it starts")
    if end <= found.asked.start or start >= found.asked.end or start == end:
        return
    if ours:
        found.own[start, end] += 1
        return
    kind, elsewhere = _kind(one.component)
    found.elsewhere += elsewhere
    if kind is not None:
        found.events[kind].append((start, end))


def _kind(event: icalendar.Component) -> tuple[Kind | None, bool]:
    """How firmly busy somebody is during an event, if at all; and whether they "work elsewhere"."""
    status = str(event.get("STATUS", "")).strip().upper()
    if status == "CANCELLED":
        return None, False
    outlook = str(event.get(_OUTLOOK, "")).strip().upper()
    if outlook in _OUTLOOKS:
        return _OUTLOOKS[outlook], outlook == "WORKINGELSEWHERE"
    if str(event.get("TRANSP", "")).strip().upper() == "TRANSPARENT":
        return None, False
    return ("tentative" if status == "TENTATIVE" else "busy"), False


def _of_freebusy(component: icalendar.Component, found: _Found) -> None:
    line = line_of(component)
    values = component.get("FREEBUSY", [])
    floating = 0
    for value in values if isinstance(values, list) else [values]:
        if not isinstance(value, vPeriod):
            raise CalendarFileError("FREEBUSY is no list of periods", "export it again", line=line)
        # A type that isn't known is to be taken for BUSY (RFC 5545 section 3.2.9).
        kind = KINDS.get(str(value.params.get("FBTYPE", "BUSY")).upper(), "busy")
        if kind is not None:
            found.merged[kind].append(_period(value, found.asked.zone, line))
            floating += value.start.tzinfo is None
    if floating:
        times = "1 stretch" if floating == 1 else f"{floating} stretches"
        text = f"{times} of this free/busy time without a zone, which there should be; read as local time"
        found.notices.append(Notice(line, text))
    spoken = [_utc(component.get(name)) for name in ("DTSTART", "DTEND")]
    if spoken[0] is not None and spoken[1] is not None:
        found.ranges.append((spoken[0], spoken[1]))


def _period(value: vPeriod, zone: ZoneInfo, line: int | None) -> Stretch:
    try:
        return instant(value.start, zone), instant(value.end, zone)
    except OverflowError:
        raise CalendarFileError(
            "this free/busy time lies at the end of the calendar", "export it again", line=line
        ) from None


def _utc(value: object) -> datetime | None:
    if isinstance(value, vDDDTypes) and isinstance(value.dt, datetime) and value.dt.tzinfo is not None:
        try:
            return value.dt.astimezone(UTC)
        except OverflowError:
            return None
    return None


def _result(found: _Found, own: Sequence[tuple[datetime, datetime]]) -> BusyTimes:
    asked = found.asked
    mine = [(instant(start, asked.zone), instant(end, asked.zone)) for start, end in own]
    left = Counter(mine) - found.own
    ours = sum(found.own.values())
    busy: list[Busy] = []
    for kind in ("busy", "unavailable", "tentative"):
        kept: list[Stretch] = []
        for stretch in found.events[kind]:
            if left[stretch] > 0:
                left[stretch] -= 1
                ours += 1
            else:
                kept.append(stretch)
        kept += without(found.merged[kind], mine)
        whole = joined(clipped(kept, asked.start, asked.end))
        busy += [Busy(start, end, kind) for start, end in wall(whole, asked.zone)]
    first, last = _spoken_of(found)
    return BusyTimes(
        tuple(sorted(busy)), tuple(_told_once(found.notices)), ours, found.elsewhere, first, last
    )


def _spoken_of(found: _Found) -> tuple[date | None, date | None]:
    if not found.ranges:
        return None, None
    start, end = min(one[0] for one in found.ranges), max(one[1] for one in found.ranges)
    if start <= found.asked.start and end >= found.asked.end:
        return None, None
    zone = found.asked.zone
    return start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()


def _told_once(notices: Iterable[Notice]) -> list[Notice]:
    return sorted(set(notices), key=lambda one: (one.line or 0, one.text))


__all__ = ["Busy", "BusyTimes", "busy_times"]
