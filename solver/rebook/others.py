"""An option for a meeting that can't be held in time with everybody else's meetings where they are: the fewest others move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from solver.rebook.accept import RefusedError, with_meetings
from solver.rebook.options import Answer, Desk
from solver.repair.repair import RepairLimits, repair
from solver.schema.base import Span
from solver.schema.calendar import Calendar, Meeting, Score
from solver.schema.caseload import Caseload
from solver.schema.options import Option


@dataclass(frozen=True)
class Others:
    """An option that moves other meetings, and the calendar in which it is accepted.

    Attributes
    ----------
    option : Option
    calendar : Calendar
        The next revision, checked.
    proved : bool
        Whether it is proven that no less disruption would do.
    """

    option: Option
    calendar: Calendar
    proved: bool


def moving_others(
    desk: Desk,
    meeting_id: str,
    *,
    stay: bool,
    now: datetime,
    limits: RepairLimits | None = None,
) -> Others | None:
    """Find the smallest disruption of others by which a meeting can be held.

    Parameters
    ----------
    desk : Desk
    meeting_id : str
        A meeting that can be moved.
    stay : bool
        Whether it may be at the time at which it is.
    now : datetime
        For ``created``.
    limits : RepairLimits, optional

    Returns
    -------
    Others or None
        ``None`` where nothing better is found so, or other meetings can't stand, either, with the facts of now.

    Raises
    ------
    CannotMoveError
    """
    meeting, series = desk.movable(meeting_id)
    calendar = desk.calendar
    without = calendar.model_copy(
        update={"meetings": tuple(one for one in calendar.meetings if one.id != meeting_id)}
    )
    fixed = desk.today - timedelta(days=1)
    caseload = desk.caseload if stay else _barred(desk.caseload, meeting)
    repaired = repair(caseload, desk.policy, without, fixed_until=fixed, limits=limits, now=now)
    done = repaired.calendar
    known = {one.id for one in without.meetings}
    fresh = [one for one in done.meetings if one.series == series and one.id not in known]
    if len(fresh) != 1 or len(done.meetings) != len(calendar.meetings):
        return None
    new = fresh[0]
    before = calendar.objective.get("breach", 0)
    if (
        done.objective.get("breach", 0) > before
        or new.start.date() <= desk.today
        or (not stay and new.start == meeting.start)
    ):
        return None
    ids = {(one.series, one.number): one.id for one in done.meetings} | {(series, new.number): meeting_id}
    try:
        after = with_meetings(desk.caseload, desk.policy, calendar, done.meetings, ids, now=now)
    except RefusedError:
        return None
    held = next(one for one in after.meetings if one.id == meeting_id)
    levels: Score = {
        level: points - calendar.objective.get(level, 0) for level, points in after.objective.items()
    }
    told = desk.telling.tell(meeting_id, calendar.meetings, after.meetings, levels)
    others = {change.meeting for change in told.also if change.series != series}
    option = Option(
        number=1,
        start=held.start,
        end=held.end,
        venue=held.venue,
        window=held.window,
        breach_days=held.breach_days,
        slack_days=held.slack_days,
        attendees=held.attendees,
        attendance=told.attendance,
        asked=told.asked,
        disruption=told.disruption,
        also=tuple(change for change in told.also if change.meeting not in others),
        moves_others=tuple(change for change in told.also if change.meeting in others),
        levels=levels,
        why=f"In time only by moving meetings of others; {_proof(repaired.proved)}.",
    )
    return Others(option, after, repaired.proved)


def needs_others(answer: Answer, calendar: Calendar) -> bool:
    """Whether nothing is as much in time as the meeting is now with everybody else's meetings where they are."""
    found = answer.rebooking
    late = next(one.breach_days for one in calendar.meetings if one.id == found.meeting)
    return not found.options or found.options[0].breach_days > late


def with_others(answer: Answer, others: Others) -> Answer:
    """Put the option that moves meetings of others before those that don't, and are late."""
    found = answer.rebooking
    later = (one.model_copy(update={"number": one.number + 1}) for one in found.options)
    options = (others.option, *later)
    return replace(answer, rebooking=found.model_copy(update={"options": options, "outcome": "others_move"}))


def _proof(proved: bool) -> str:
    return "it is proven that no less disruption would do" if proved else "less might do"


def _barred(caseload: Caseload, meeting: Meeting) -> Caseload:
    """Keep a meeting from its time: somebody essential is busy then, as with this meeting they were anyway."""
    who = next((one.person for one in meeting.attendees if one.level == "essential"), None)
    span = Span(start=meeting.start, end=meeting.end)
    people = tuple(
        one.model_copy(update={"busy": (*one.busy, span)}) if one.id == who else one
        for one in caseload.people
    )
    return caseload.model_copy(update={"people": people})
