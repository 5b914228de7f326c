"""Why a meeting can't be held at a start and a venue, in words; for whoever tried to put it there."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from service.desks.asked import Ask
from solver.explain.explainer import Explainer
from solver.explain.words import counted
from solver.schema.calendar import Meeting, Reason
from solver.schema.caseload import BookedMeeting, Caseload

_ELSE: Final = Reason(
    rule="series.order", text="It can't be held then and there with all other meetings where they are."
)


def why_not(explainer: Explainer, ask: Ask, at: datetime) -> tuple[Reason, ...]:
    """Say what is against a start and a venue at which there is no option.

    Parameters
    ----------
    explainer
        Of the calendar that was asked about.
    ask
    at
        The start that was asked for.
    """
    caseload = explainer.caseload
    if at.date() <= ask.today:
        text = "A meeting can be moved to tomorrow at the earliest: whoever comes has to be told."
        return (Reason(rule="day.open", text=text),)
    if (at.hour * 60 + at.minute) % caseload.grid_minutes:
        every = counted(caseload.grid_minutes, "minute")
        return (Reason(rule="start.grid", text=f"Meetings begin at whole multiples of {every}."),)
    if ask.venue is not None and all(one.id != ask.venue for one in caseload.venues):
        return (Reason(rule="venue.only", text="There is no such venue."),)
    found = explainer.not_then(ask.meeting, at, ask.venue, 0)
    return found.reasons or (_ELSE,)


def without_pin(caseload: Caseload, meeting: Meeting) -> Caseload:
    """The caseload, as if a meeting hadn't been booked."""

    def same(booked: BookedMeeting) -> bool:
        if booked.id is not None:
            return booked.id == meeting.id
        place = (booked.kind, booked.plans, booked.start, booked.venue)
        return place == (meeting.kind, meeting.plans, meeting.start, meeting.venue)

    kept = tuple(one for one in caseload.booked if not same(one))
    return caseload.model_copy(update={"booked": kept})


__all__ = ["why_not", "without_pin"]
