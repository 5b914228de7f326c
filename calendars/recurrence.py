"""The occurrences of events and of other components that recur, within bounds.

``recurring-ical-events`` does the reckoning, with rules that `calendars.recurrence_rules` has looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import icalendar
import recurring_ical_events
from icalendar.prop import vDDDLists, vDDDTypes, vDuration

from calendars.content_lines import Notice
from calendars.reading import line_of
from calendars.recurrence_rules import Budget, Rule

RECURRING: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_DATE_COST: Final = 20
"""Of a date in a list, as `calendars.recurrence_rules` counts."""


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


def times(
    component: icalendar.Component, *, recurring: bool = False
) -> tuple[date | datetime, date | datetime]:
    """Start and end as written (RFC 5545 section 3.6.1): a date without end lasts a day, a time without end no time.

    Parameters
    ----------
    component
        Any that has DTSTART, and DTEND or DURATION or neither.
    recurring
        Whether the end is that of every occurrence: a DURATION in hours is then by the clock on the wall, as whether the
        clocks change during one occurrence says nothing of the others.

    Raises
    ------
    UnreadableError
        There is no start, either is broken, or the length is below zero.
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
        days = duration if recurring else duration - duration % timedelta(days=1)
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
    back, ahead = _reach(components)
    for component in components:
        prepared = _prepared(component, first - back, last + ahead, budget, notices)
        calendar.add_component(prepared)
    query = recurring_ical_events.of(calendar, keep_recurrence_attributes=False)
    return [_occurrence(found) for found in query.between(first, last)], notices


def _occurrence(found: icalendar.Component) -> Occurrence:
    return Occurrence(found, *times(found))


def _reach(components: Iterable[icalendar.Component]) -> tuple[timedelta, timedelta]:
    """How far before and beyond what is asked an occurrence may begin that lasts into it, or was moved into it."""
    back = ahead = timedelta(days=2)
    for component in components:
        start, end = (_naive(value) for value in times(component, recurring=True))
        was = moment(component, "RECURRENCE-ID")
        begin = start if was is None else _naive(was)
        back = max(back, end - start + timedelta(days=2), end - begin + timedelta(days=2))
        ahead = max(ahead, begin - start + timedelta(days=2))
    return back, ahead


def _naive(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, datetime.min.time())


def _prepared(
    component: icalendar.Component, first: datetime, last: datetime, budget: Budget, notices: list[Notice]
) -> icalendar.Event:
    """An event with the times of a component, of whatever kind, and those of its rules that can be followed.

    Parameters
    ----------
    component
        Is not changed.
    first, last
        Naive: what time matters. A rule that began long before is brought forward to it.
    budget, notices
        What the file may still cost; what could not be followed.
    """
    start, end = times(component, recurring=True)
    line = line_of(component)
    event = icalendar.Event()
    for name, value in component.items():
        event[name] = value
    for name in ("RDATE", "EXDATE"):
        given = _listed(component, name)
        lists = [one for one in given if isinstance(one, vDDDLists)]
        if len(lists) < len(given):
            notices.append(Notice(line, f"{name} is no list of dates; the event is read without it"))
        if name in event:
            event[name] = lists
        budget.spend(sum(len(one.dts) for one in lists) * _DATE_COST, line)
    if "EXRULE" in event:
        notices.append(Notice(line, "EXRULE has been given up by the standard and is not followed"))
        del event["EXRULE"]
    rules: list[Rule] = []
    given = _listed(component, "RRULE")
    for value in given:
        rule = Rule.of(value)
        begin = _naive(start)
        if isinstance(rule, Rule) and len(given) == 1:
            begin = rule.brought_forward(begin, first)
        fault = rule if isinstance(rule, str) else rule.charge(begin, last, budget, line)
        if isinstance(rule, Rule) and fault is None:
            rules.append(rule)
        else:
            notices.append(Notice(line, f"{fault}; only the first time is read"))
    if "RRULE" in event:
        event["RRULE"] = [rule.value for rule in rules]
    if len(rules) == 1 and len(given) == 1:
        start, end = _brought_forward(rules[0], start, end, first)
    event["DTSTART"], event["DTEND"] = vDDDTypes(start), vDDDTypes(end)
    event.pop("DURATION", None)
    return event


def _brought_forward(
    rule: Rule, start: date | datetime, end: date | datetime, first: datetime
) -> tuple[date | datetime, date | datetime]:
    """Start and end by the clock on the wall, as many periods of the rule later as are over before `first`."""
    later = rule.brought_forward(_naive(start), first) - _naive(start)
    return start + later, end + later


def _listed(component: icalendar.Component, name: str) -> list[object]:
    value = component.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


__all__ = ["RECURRING", "Occurrence", "UnreadableError", "length", "moment", "occurrences", "times"]
