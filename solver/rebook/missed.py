"""Which meetings of a calendar can't stand with the facts of now, and which it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from solver.check import check_calendar
from solver.policy.model import Policy
from solver.rebook.options import Desk
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.options import Missed
from solver.series import Membership, form_series, next_limits

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
    company = {one.id: _company(one, there) for one, there in _places(caseload, policy, calendar)}
    reasons: dict[str, list[str]] = {one: ["It must not stay at its time."] for one in barred}
    for violation in check_calendar(caseload, policy, calendar).violations:
        if violation.rule.startswith(_DERIVED) and violation.rule != "series.review_day":
            continue
        for name in violation.meetings:
            gone, text = company.get(name, (frozenset(), ""))
            if text:
                reasons.setdefault(name, []).append(text)
            # What is wrong with somebody who isn't asked any more doesn't matter.
            if violation.rule != "attend.place" and not (violation.people and gone >= set(violation.people)):
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


def _places(
    caseload: Caseload, policy: Policy, calendar: Calendar
) -> Iterator[tuple[Meeting, frozenset[str]]]:
    """Give each meeting with those who have a place at it now."""
    series = {one.id: one for one in form_series(caseload, policy)}
    membership = Membership(caseload)
    opened: set[str] = set()
    for meeting in sorted(calendar.meetings, key=lambda one: one.start):
        known = series.get(meeting.series)
        if known is not None:
            places = membership.places(known, meeting.start.date(), first=meeting.series not in opened)
            yield meeting, frozenset(place.person for place in places)
        opened.add(meeting.series)


def _company(meeting: Meeting, there: frozenset[str]) -> tuple[frozenset[str], str]:
    """Who has no place at a meeting any more, and in words who hasn't and who has one now."""
    were = {entry.for_ or entry.person for entry in meeting.attendees}
    gone, new = sorted(were - there), sorted(there - were)
    texts = (
        [f"{', '.join(gone)} {'has' if len(gone) == 1 else 'have'} no place there any more."] if gone else []
    )
    texts += [f"{', '.join(new)} {'has' if len(new) == 1 else 'have'} a place there now."] if new else []
    return frozenset(gone), " ".join(texts)


def lacking_series(desk: Desk) -> tuple[str, ...]:
    """Find the series that ask for meetings which the calendar doesn't have, and doesn't own up to as a breach.

    Those too, one of whose meetings comes later than it is now due.
    """
    known = {(one.series, one.due) for one in desk.calendar.breaches if one.meeting is None}
    found = []
    for name, series in desk.focus.series.items():
        previous: date | None = None
        lacks = False
        for meeting in desk.focus.meetings[name]:
            limits = next_limits(series, previous, desk.focus.working)
            day = meeting.start.date()
            lacks |= limits is not None and limits.due < day and meeting.breach_days == 0
            previous = day
        limits = next_limits(series, previous, desk.focus.working)
        if lacks or (limits is not None and (name, limits.due) not in known):
            found.append(name)
    return tuple(found)
