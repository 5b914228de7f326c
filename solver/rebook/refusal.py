"""Why somebody can't be left out of a meeting, in words that name the rule and its source."""

from __future__ import annotations

from solver.explain.causes import attendance_sources
from solver.explain.words import name_of
from solver.rebook.options import Desk
from solver.schema.calendar import Reason
from solver.series import Membership


def essential(desk: Desk, meeting_id: str, person: str) -> Reason | None:
    """Say why a meeting can't be held without somebody; ``None`` where it can.

    Parameters
    ----------
    desk : Desk
    meeting_id : str
        A meeting that can be moved.
    person : str

    Raises
    ------
    ValueError
        The person has no place at the meeting.
    """
    meeting, series_id = desk.movable(meeting_id)
    series = desk.focus.series[series_id]
    first = meeting.id == desk.focus.meetings[series_id][0].id
    places = Membership(desk.caseload).places(series, meeting.start.date(), first=first)
    place = next((one for one in places if one.person == person), None)
    if place is None:
        there = ", ".join(one.person for one in places)
        raise ValueError(f"{person} has no place at {meeting_id}. Those who have: {there}.")
    if place.level != "essential":
        return None
    sources = attendance_sources(series, place)
    name = name_of({one.id: one for one in desk.caseload.people}, person)
    because = f"the policy says so of a {place.role.replace('_', ' ')}" if sources else "the plan says so"
    text = (
        f"{name} is essential at {meeting_id}: {because}, so the meeting can't be held without "
        "them, and nobody deputises for them."
    )
    return Reason(rule="attend.essential", sources=sources, people=(person,), text=text)
