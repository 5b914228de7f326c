"""What a published calendar leaves standing when the caseload is planned again: its meetings, as booked ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solver.policy.model import Policy
from solver.schema.base import MeetingKind
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import BookedMeeting, Caseload
from solver.series import Series, form_series


@dataclass(frozen=True)
class Dropped:
    """A meeting that can't be booked again.

    Attributes
    ----------
    meeting : str
    reason : str
        A sentence.
    """

    meeting: str
    reason: str


@dataclass(frozen=True)
class BookedAgain:
    """A caseload with what stands.

    Attributes
    ----------
    caseload : Caseload
        With the calendar's meetings among its booked ones.
    dropped : tuple of Dropped
        In the calendar's order.
    """

    caseload: Caseload
    dropped: tuple[Dropped, ...]


def book_again(
    caseload: Caseload, policy: Policy, calendar: Calendar, *, fixed_until: date | None = None
) -> BookedAgain:
    """Book the meetings of a calendar in a caseload, so that planning it again moves them only where it pays.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now: who is available, what was held, which plans there are. What it has booked itself comes first.
    policy : Policy
    calendar : Calendar
        That stands.
    fixed_until : date, optional
        Meetings up to and including this day are pinned, as those are that were pinned before.

    Returns
    -------
    BookedAgain
        Meetings outside the horizon are dropped, and those without a plan, a series or a venue in the caseload any more.
    """
    of_plan: dict[tuple[MeetingKind, str], Series] = {}
    for chain in form_series(caseload, policy):
        for plan in chain.plans:
            of_plan.setdefault((chain.kind, plan.id), chain)
    plans = {plan.id for plan in caseload.plans}
    venues = {venue.id for venue in caseload.venues}
    people = {person.id for person in caseload.people}
    ids = {one.id for one in caseload.booked if one.id is not None}
    taken = {(plan, one.start.date()) for one in caseload.booked if one.pinned for plan in one.plans}
    # Booked without an id, and in the calendar at that very time: that meeting is what has become of it.
    there = {(meeting.start, plan) for meeting in calendar.meetings for plan in meeting.plans}
    booked = [
        one
        for one in caseload.booked
        if one.pinned or one.id is not None or not any((one.start, plan) in there for plan in one.plans)
    ]
    dropped = []
    for meeting in calendar.meetings:
        series = next(
            (of_plan[meeting.kind, plan] for plan in meeting.plans if (meeting.kind, plan) in of_plan), None
        )
        reason = _why_not(meeting, series, caseload, plans, venues)
        if reason is None and meeting.id in ids:
            reason = "The caseload has this meeting booked itself."
        day = meeting.start.date()
        pinned = meeting.pinned or (fixed_until is not None and day <= fixed_until)
        if reason is None and pinned and any((plan, day) in taken for plan in meeting.plans):
            reason = "The caseload has another meeting of the plan pinned on this day."
        if reason is not None or series is None:
            dropped.append(Dropped(meeting.id, reason or "It is of no series."))
            continue
        known = {plan.id for plan in series.plans}
        booked.append(
            BookedMeeting(
                id=meeting.id,
                series=series.id,
                kind=meeting.kind,
                plans=tuple(plan for plan in meeting.plans if plan in known),
                start=meeting.start,
                end=meeting.end,
                venue=meeting.venue,
                pinned=pinned,
                chair=meeting.chair if meeting.chair in people else None,
                minutes=meeting.minutes if meeting.minutes in people else None,
            )
        )
    return BookedAgain(caseload.model_copy(update={"booked": tuple(booked)}), tuple(dropped))


def _why_not(
    meeting: Meeting, series: Series | None, caseload: Caseload, plans: set[str], venues: set[str]
) -> str | None:
    """Say why a meeting can't be booked again; ``None`` if it can."""
    horizon, day = caseload.horizon, meeting.start.date()
    if day < horizon.start:
        return f"It was before {horizon.start}, the first day planned."
    if day > horizon.end:
        return f"It is after {horizon.end}, the last day planned."
    if series is None:
        if plans.isdisjoint(meeting.plans):
            return "None of its plans is in the caseload any more."
        return "Its plans have no meetings of this kind any more."
    if day > series.last_day:
        return f"Its plans end on {series.last_day}."
    if meeting.venue not in venues:
        return f"Its venue {meeting.venue} is not in the caseload any more."
    return None
