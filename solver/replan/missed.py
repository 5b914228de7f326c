"""Which meetings of a calendar can't stand with the facts of now, and which it lacks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from solver.check import check_calendar
from solver.policy.model import Policy
from solver.replan.options import Desk
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.options import Missed
from solver.series import next_limits

_DERIVED: Final = ("meeting.", "calendar.", "series.", "roles", "tasks", "id.", "pinned")
"""Rules about what follows from where a meeting is and who comes: broken, it is derived anew."""


def missed_meetings(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    barred: Collection[str] = (),
    today: date | None = None,
) -> tuple[Missed, ...]:
    """Find the meetings that can't stay as they are.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now.
    policy : Policy
    calendar : Calendar
    barred : collection of str
        Meetings that must not stay at their time, whatever the facts.
    today : date, optional
        Meetings before it are past. The horizon's first day, if not given.

    Returns
    -------
    tuple of Missed
        In order of start, each with what is against it in the words of the checker. Pinned meetings stand.
    """
    today = today or caseload.horizon.start
    reasons: dict[str, list[str]] = {one: ["It must not stay at its time."] for one in barred}
    for violation in check_calendar(caseload, policy, calendar).violations:
        if not violation.rule.startswith(_DERIVED) or violation.rule == "series.review_day":
            for name in violation.meetings:
                reasons.setdefault(name, []).append(violation.text)
    return tuple(
        Missed(
            meeting=one.id,
            start=one.start,
            venue=one.venue,
            reason=" ".join(dict.fromkeys(reasons[one.id])),
        )
        for one in sorted(calendar.meetings, key=lambda one: one.start)
        if one.id in reasons and not one.pinned and one.start.date() >= today
    )


def lacking_series(desk: Desk) -> tuple[str, ...]:
    """Find the series that ask for meetings which the calendar doesn't have, and doesn't own up to as a breach."""
    known = {(one.series, one.due) for one in desk.calendar.breaches if one.meeting is None}
    found = []
    for name, series in desk.focus.series.items():
        own = desk.focus.meetings[name]
        limits = next_limits(series, own[-1].start.date() if own else None, desk.focus.working)
        if limits is not None and (name, limits.due) not in known:
            found.append(name)
    return tuple(found)
