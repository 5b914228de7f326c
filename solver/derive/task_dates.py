"""When a task is due, and when to remind of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from calendars.intervals import earliest_after, parse_interval
from calendars.workdays import WorkingCalendar
from solver.derive.occasions import Occasion
from solver.derive.standing import day_of
from solver.policy.task_clauses import TaskClause


def due_date(clause: TaskClause, occasion: Occasion, calendar: WorkingCalendar) -> date | None:
    """Return when a task of a meeting is due; ``None`` if it waits for a next meeting that is not planned."""
    due = _counted(clause, clause.due, occasion, calendar)
    if due is None or clause.direction != "before" or "interpreter" not in clause.only:
        return due
    # An interpreter may have to be booked sooner than the policy asks.
    day = day_of(occasion.meeting)
    booked = (calendar.pull_back(calendar.add_working_days(day, -notice)) for notice in occasion.notices)
    return min((due, *booked))


def warn_date(clause: TaskClause, occasion: Occasion, due: date, calendar: WorkingCalendar) -> date | None:
    """Return when to remind of a task, never after it is due; ``None`` where the clause has no reminder."""
    if clause.warn is None:
        return None
    warn = _counted(clause, clause.warn, occasion, calendar)
    return None if warn is None else min(warn, due)


def _counted(
    clause: TaskClause, interval: str | None, occasion: Occasion, calendar: WorkingCalendar
) -> date | None:
    day = day_of(occasion.meeting)
    if interval is None:
        return day
    match clause.direction:
        case "before":
            return calendar.pull_back(parse_interval(interval).before(day, calendar))
        case "before_next":
            if not occasion.following:
                return None
            start = day_of(occasion.following[0])
            return max(day, calendar.pull_back(parse_interval(interval).before(start, calendar)))
        case "after_planning":
            planned = occasion.standing.caseload.horizon.start
            return min(day, limit_after((interval,), planned, calendar))
        case _:
            return limit_after((interval,), day, calendar)


def limit_after(intervals: Sequence[str], day: date, calendar: WorkingCalendar) -> date:
    """Return the earliest of the limits after a day, pulled back to an open day unless that is the day or before."""
    limit = earliest_after([parse_interval(text) for text in intervals], day, calendar)
    pulled = calendar.pull_back(limit)
    return pulled if pulled > day else limit


def repeated(
    chain: Sequence[Occasion],
    clause: TaskClause,
    last_done: date | None,
    end: Callable[[Occasion], date],
    calendar: WorkingCalendar,
) -> Iterator[tuple[Occasion, date]]:
    """Yield the days of a task that is done at least every so often.

    It is due at the first meeting in the calendar, and from then on always at the last meeting before its interval
    would run out. Where no meeting comes by then it is due between meetings, on the last day of the interval; that
    also holds before the first meeting in the calendar, from the last one held before it.

    Parameters
    ----------
    chain : sequence of Occasion
        Of one series.
    clause : TaskClause
        With an ``every``.
    last_done : date or None
        The last meeting that was held before the calendar.
    end : callable
        The last day for which tasks are derived, of an occasion's plans. What is due later is left to the calendar
        that reaches it: another meeting may come before.
    calendar : WorkingCalendar

    Yields
    ------
    Occasion, date
        The meeting at which it is due or, where the day is another, the last meeting before it.
    """
    if not chain:
        return
    first = chain[0]
    if last_done is not None:
        limit = limit_after(clause.every, last_done, calendar)
        if first.standing.caseload.horizon.start <= limit < day_of(first.meeting):
            yield first, limit
    yield first, day_of(first.meeting)
    place, done = 0, day_of(first.meeting)
    while True:
        limit = limit_after(clause.every, done, calendar)
        within = [at for at in range(place + 1, len(chain)) if day_of(chain[at].meeting) <= limit]
        known = within and within[-1] + 1 < len(chain)
        if limit > end(chain[place]) and not known:
            return
        if within:
            place = within[-1]
            done = day_of(chain[place].meeting)
        else:
            done = limit
        yield chain[place], done
