"""The occurrences of events and of other components that recur, within bounds.

``recurring-ical-events`` does the reckoning. Before it does, the rule is looked at: ``dateutil`` below it would count
seconds for years, or look for a 30th of February until the year 9999.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr
from icalendar.prop import vDDDLists, vDDDTypes, vDuration, vRecur

from calendars.content_lines import CalendarFileError, Notice
from calendars.reading import line_of

RECURRING: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE")
MOST_REPEATS: Final = 100_000
"""Of one rule, from its start to the end of what is asked. A call every hour makes as many in eleven years."""

_UNIT: Final = {
    "SECONDLY": 1,
    "MINUTELY": 60,
    "HOURLY": 3600,
    "DAILY": 86_400,
    "WEEKLY": 7 * 86_400,
    "MONTHLY": 28 * 86_400,
    "YEARLY": 365 * 86_400,
}
_COST: Final = {"WEEKLY": 6, "MONTHLY": 6, "YEARLY": 25, "DAILY": 2}
"""Of one period, in about microseconds; 6 where none is given."""
_DAYS: Final = {"WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_SUBDAILY: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_LONG_FILTERS: Final = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_RANGES: Final = {
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
    "INTERVAL": (1, 100_000),
}
_LAST_YEAR: Final = 9999


@dataclass(slots=True)
class Budget:
    """The work that one file may cause, in about microseconds. The same file always costs the same."""

    left: int = 20_000_000

    def spend(self, amount: int, line: int | None) -> None:
        """Take from what is left.

        Raises
        ------
        CalendarFileError
            When nothing is left.
        """
        self.left -= amount
        if self.left < 0:
            raise CalendarFileError(
                "the events repeat too often to be counted",
                "export a shorter span, without what repeats so",
                line=line,
            )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence: its times as the file has them, and the component that they are of."""

    component: icalendar.Component
    start: date | datetime
    end: date | datetime


class UnreadableError(ValueError):
    """A component, or a part of it, that means nothing. The text repeats nothing of the file."""


def moment(component: icalendar.Component, name: str) -> date | datetime | None:
    """The date or time of a property, or ``None`` if it isn't there.

    Raises
    ------
    UnreadableError
        It is broken, or there are two.
    """
    value = component.get(name)
    if value is None:
        return None
    found = value.dt if isinstance(value, vDDDTypes) else None
    if not isinstance(found, date):
        raise UnreadableError(f"{name} is no date or time")
    return found


def length(component: icalendar.Component) -> timedelta | None:
    """The DURATION, or ``None`` if it isn't there.

    Raises
    ------
    UnreadableError
        It is broken or below nothing.
    """
    value = component.get("DURATION")
    if value is None:
        return None
    found = value.dt if isinstance(value, vDDDTypes | vDuration) else None
    if not isinstance(found, timedelta):
        raise UnreadableError("DURATION is no length of time")
    if found < timedelta(0):
        raise UnreadableError("DURATION is below zero")
    return found


def times(component: icalendar.Component) -> tuple[date | datetime, date | datetime]:
    """Start and end as written (RFC 5545 section 3.6.1): a date without end lasts a day, a time without end no time.

    Raises
    ------
    UnreadableError
        There is no start, either is broken, or the end is before the start.
    """
    start = moment(component, "DTSTART")
    if start is None:
        raise UnreadableError("there is no DTSTART")
    end = moment(component, "DTEND")
    if end is None:
        duration = length(component)
        if duration is None:
            duration = timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
        elif not isinstance(start, datetime) and duration % timedelta(days=1):
            start = datetime.combine(start, datetime.min.time())
        # A length in days is by the clock on the wall, one in hours is by real time (RFC 5545 section 3.3.6).
        days = duration - duration % timedelta(days=1)
        return start, _later(start + days, duration - days)
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        # Some programs write the day itself as the end, which means nothing otherwise.
        return start, max(end, start + timedelta(days=1))
    return start, end


def _later(start: date | datetime, amount: timedelta) -> date | datetime:
    if isinstance(start, datetime) and start.tzinfo is not None and amount:
        return (start.astimezone(UTC) + amount).astimezone(start.tzinfo)
    return start + amount


def occurrences(
    components: Sequence[icalendar.Component], first: datetime, last: datetime, budget: Budget
) -> tuple[list[Occurrence], list[Notice]]:
    """The occurrences, between two times, of the components that share one UID.

    Parameters
    ----------
    components
        The one that recurs, and those that replace one of its occurrences (RECURRENCE-ID); or a single one.
    first, last
        Naive. Occurrences in any zone between them are found, and some a little outside of them may be.
    budget
        What the file may still cost.

    Returns
    -------
    list of Occurrence
    list of Notice
        What of the rules could not be followed.

    Raises
    ------
    CalendarFileError
        They repeat too often.
    UnreadableError
        Their times mean nothing.
    """
    notices: list[Notice] = []
    if len(components) == 1 and not any(name in components[0] for name in (*RECURRING, "RECURRENCE-ID")):
        return [Occurrence(components[0], *times(components[0]))], notices
    calendar = icalendar.Calendar()
    stop = last + _moved_forward(components)
    for component in components:
        calendar.add_component(_prepared(component, stop, budget, notices))
    query = recurring_ical_events.of(calendar, keep_recurrence_attributes=False)
    return [_occurrence(found) for found in query.between(first, last)], notices


def _occurrence(found: icalendar.Component) -> Occurrence:
    start, end = found["DTSTART"].dt, found["DTEND"].dt
    return Occurrence(found, start, end)


def _moved_forward(components: Iterable[icalendar.Component]) -> timedelta:
    """How far an occurrence was brought forward at most: the library looks that far beyond what is asked."""
    most = timedelta(0)
    for component in components:
        was, now = moment(component, "RECURRENCE-ID"), moment(component, "DTSTART")
        if was is not None and now is not None:
            most = max(most, _naive(was) - _naive(now) + timedelta(days=2))
    return most


def _naive(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, datetime.min.time())


def _prepared(
    component: icalendar.Component, stop: datetime, budget: Budget, notices: list[Notice]
) -> icalendar.Event:
    """An event with the times of a component, of whatever kind, and those of its rules that can be followed."""
    start, end = times(component)
    line = line_of(component)
    event = icalendar.Event()
    for name, value in component.items():
        event[name] = value
    if not isinstance(end, datetime) and not isinstance(start, datetime):
        event["DTEND"] = vDDDTypes(end)
    for name in ("RDATE", "EXDATE"):
        values = [one for one in _listed(component, name) if isinstance(one, vDDDLists)]
        if len(values) < len(_listed(component, name)):
            notices.append(Notice(line, f"{name} is no list of dates; the event is read without it"))
        if name in event:
            event[name] = values
        budget.spend(sum(len(one.dts) for one in values) * 20, line)
    if "EXRULE" in event:
        notices.append(Notice(line, "EXRULE has been given up by the standard and is not followed"))
        del event["EXRULE"]
    rules = []
    for rule in _listed(component, "RRULE"):
        fault = _fault(rule, start, stop, budget, line)
        if fault:
            notices.append(Notice(line, f"{fault}; only the first time is read"))
        else:
            rules.append(rule)
    if "RRULE" in event:
        event["RRULE"] = rules
    return event


def _listed(component: icalendar.Component, name: str) -> list[object]:
    value = component.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _fault(
    rule: object, start: date | datetime, stop: datetime, budget: Budget, line: int | None
) -> str | None:
    """Why a rule can't be followed, or ``None``; its work is taken from the budget.

    Raises
    ------
    CalendarFileError
        It repeats too often.
    """
    if not isinstance(rule, vRecur):
        return "the rule of its repeats can't be read"
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency not in _UNIT or len(rule.get("FREQ", ())) != 1:
        return "the rule of its repeats can't be read"
    if not _in_range(rule):
        return "the rule of its repeats has a number that means nothing"
    if str((rule.get("RSCALE") or ["GREGORIAN"])[0]).upper() != "GREGORIAN" or "SKIP" in rule:
        return "the rule of its repeats is of another kind of calendar (RFC 7529)"
    if frequency in _SUBDAILY and any(name in rule for name in _LONG_FILTERS):
        return "the rule of its repeats is one that no calendar program makes"
    interval = int((rule.get("INTERVAL") or [1])[0])
    period = timedelta(seconds=_UNIT[frequency] * interval)
    begin = _naive(start)
    repeats = _periods(rule, begin, stop, period) * _each(rule, frequency)
    if repeats > MOST_REPEATS:
        raise CalendarFileError(
            f"an event repeats more than {MOST_REPEATS:,} times",
            "leave it out, or let it end sooner",
            line=line,
        )
    cost = _COST.get(frequency, 6)
    budget.spend(repeats * cost + 200, line)
    if any(str(name).upper().startswith("BY") for name in rule) and not _ever(rule, begin):
        budget.spend((datetime(_LAST_YEAR, 12, 31) - begin) // period * cost, line)
        return "the rule of its repeats is never met"
    return None


def _in_range(rule: vRecur) -> bool:
    for name, (least, most) in _RANGES.items():
        values = rule.get(name, [])
        numbers = [int(value) for value in (values if isinstance(values, list) else [values])]
        if any(not least <= number <= most or (least < 0 and number == 0) for number in numbers):
            return False
        if len(numbers) > 400:
            return False
    return True


def _periods(rule: vRecur, begin: datetime, stop: datetime, period: timedelta) -> int:
    """How many periods of a rule there are until its end or the end of what is asked."""
    until = (rule.get("UNTIL") or [None])[0]
    if isinstance(until, date):
        stop = min(stop, _naive(until) + timedelta(days=1))
    periods = max(0, (stop - begin) // period) + 1
    count = int((rule.get("COUNT") or [0])[0])
    # Without a filter every period is an occurrence, and so is counted.
    if count > 0 and not any(str(name).upper().startswith("BY") for name in rule):
        periods = min(periods, count)
    return periods


def _each(rule: vRecur, frequency: str) -> int:
    """How many times of day an occurrence has, on as many days as a period of the rule may have."""
    product = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        product *= max(1, len(rule.get(name, ())))
    return product if product == 1 else product * _DAYS.get(frequency, 1)


def _ever(rule: vRecur, begin: datetime) -> bool:
    """Whether a rule is met at all. Dates repeat, so one that is met once goes on being met."""
    endless = {name: value for name, value in rule.items() if str(name).upper() not in ("UNTIL", "COUNT")}
    text = vRecur(endless).to_ical().decode()
    return next(iter(rrulestr(text, dtstart=begin)), None) is not None


__all__ = [
    "MOST_REPEATS", "RECURRING", "Budget", "Occurrence", "UnreadableError", "length", "moment", "occurrences", "times",
]  # fmt: skip
