"""Published availability: VAVAILABILITY and the AVAILABLE within it (RFC 7953)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import icalendar

from calendars.content_lines import CalendarFileError, Notice
from calendars.reading import line_of
from calendars.recurrence import UnreadableError, length, moment, occurrences
from calendars.recurrence_rules import Budget
from calendars.stretches import Stretch, clipped, instant, joined, without

Kind = Literal["busy", "unavailable", "tentative"]
"""BUSY, BUSY-UNAVAILABLE and BUSY-TENTATIVE of RFC 5545 section 3.2.9."""

KINDS: Final[dict[str, Kind | None]] = {
    "BUSY": "busy",
    "BUSY-UNAVAILABLE": "unavailable",
    "BUSY-TENTATIVE": "tentative",
    "FREE": None,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What time is asked about, and in which zone a time without one is."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def span(self) -> tuple[datetime, datetime]:
        """Naive times that enclose what is asked in any zone."""
        margin = timedelta(days=2)
        return (self.start.replace(tzinfo=None) - margin, self.end.replace(tzinfo=None) + margin)


@dataclass(slots=True)
class _Layer:
    """One VAVAILABILITY: in its range nobody is there, except where it says so."""

    priority: int
    kind: Kind
    busy: list[Stretch]
    free: list[Stretch]


def unavailable(
    components: Iterable[icalendar.Component], asked: Asked, budget: Budget
) -> tuple[dict[Kind, list[Stretch]], list[Notice]]:
    """When somebody is not available, by the VAVAILABILITY components of their calendar.

    A component of higher priority decides alone wherever it reaches (RFC 7953 section 3.1: 1 is the highest, 9 the
    lowest, 0 or none below that). Where several of one priority reach, somebody is available only if all say so: the
    RFC leaves that open, and to be asked at a wrong time is worse.

    Parameters
    ----------
    components
        VAVAILABILITY, with their AVAILABLE.
    asked
        The time asked about.
    budget
        What the file may still cost.

    Returns
    -------
    dict
        Stretches in UTC by their BUSYTYPE; unavailable where none is given.
    list of Notice
        What could not be read. An AVAILABLE that can't be read makes nobody available.

    Raises
    ------
    CalendarFileError
        Something repeats too often.
    """
    notices: list[Notice] = []
    layers = []
    for component in components:
        try:
            layers.append(_layer(component, asked, budget, notices))
        except CalendarFileError:
            raise
        except UnreadableError as error:
            notices.append(Notice(line_of(component), f"this availability is not counted, as {error}"))
        except Exception:
            notices.append(Notice(line_of(component), "this availability can't be read and is not counted"))
    result: dict[Kind, list[Stretch]] = defaultdict(list)
    decided: list[Stretch] = []
    for priority in sorted({layer.priority for layer in layers}):
        same = [layer for layer in layers if layer.priority == priority]
        for layer in same:
            result[layer.kind] += without(layer.busy, [*layer.free, *decided])
        decided = joined([*decided, *(one for layer in same for one in layer.busy)])
    return result, notices


def _layer(component: icalendar.Component, asked: Asked, budget: Budget, notices: list[Notice]) -> _Layer:
    # `Available.start` of icalendar is in UTC whatever was written, so the raw values are read.
    start, end = moment(component, "DTSTART"), moment(component, "DTEND")
    duration = length(component)
    if end is None and start is not None and duration is not None:
        end = start + duration
    begin = asked.start if start is None else max(asked.start, instant(start, asked.zone))
    until = asked.end if end is None else min(asked.end, instant(end, asked.zone))
    kind = KINDS.get(str(component.get("BUSYTYPE", "BUSY-UNAVAILABLE")).upper(), "busy") or "unavailable"
    priority = component.get("PRIORITY")
    number = int(priority) if isinstance(priority, int) and 0 < int(priority) <= 9 else 10
    busy = [(begin, until)] if begin < until else []
    free = _available(component, asked, budget, notices) if busy else []
    return _Layer(number, kind, busy, clipped(free, begin, until))


def _available(
    component: icalendar.Component, asked: Asked, budget: Budget, notices: list[Notice]
) -> list[Stretch]:
    groups: dict[str, list[icalendar.Component]] = defaultdict(list)
    for number, part in enumerate(component.subcomponents):
        if part.name == "AVAILABLE":
            groups[str(part.get("UID", f"without-{number}"))].append(part)
    free: list[Stretch] = []
    for parts in groups.values():
        line = line_of(parts[0])
        try:
            found, more = occurrences(parts, *asked.span(), budget)
            free += [(instant(one.start, asked.zone), instant(one.end, asked.zone)) for one in found]
        except CalendarFileError:
            raise
        except UnreadableError as error:
            notices.append(Notice(line, f"these available times are not counted, as {error}"))
        except Exception:
            notices.append(Notice(line, "these available times can't be read and are not counted"))
        else:
            notices += more
    return free


__all__ = ["KINDS", "Asked", "Kind", "unavailable"]
