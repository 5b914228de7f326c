"""Answers into a calendar: the last one of each person counts, whatever the order in which they come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from service.replies.outcome import Outcome
from solver.replan.answers import PRESENT, open_rebookings
from solver.schema.calendar import Answer, AnswerStatus, Calendar, Meeting

_RANK: Final[dict[AnswerStatus, int]] = {
    "accepted": 0, "tentative": 1, "countered": 2, "delegated": 3, "declined": 4,
}  # fmt: skip
"""Of two answers with one stamp, as some clients send them, the one that asks for more attention counts."""


def apply(calendar: Calendar, outcomes: Iterable[Outcome]) -> Calendar:
    """Put answers into a calendar.

    Parameters
    ----------
    calendar : Calendar
    outcomes : iterable of Outcome
        Those with an answer count.

    Returns
    -------
    Calendar
        Of the same revision: nothing about the plan has changed. What is to be rebooked follows from the answers that now
        stand. The same answers once more change nothing, and neither does their order.
    """
    said: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for one in outcomes:
        if one.answer is not None and one.meeting is not None and one.person is not None:
            said[one.meeting, one.person].append(one.answer)
    meetings = tuple(_answered(meeting, said) for meeting in calendar.meetings)
    rebookings = open_rebookings(meetings)
    if meetings == calendar.meetings and rebookings == calendar.rebookings:
        return calendar
    return calendar.model_copy(update={"meetings": meetings, "rebookings": rebookings})


def answer_in(calendar: Calendar, meeting: str, person: str) -> Answer | None:
    """The answer that stands of somebody to a meeting; ``None`` where there is none."""
    for one in calendar.meetings:
        if one.id == meeting:
            return next((e.answer for e in one.attendees if e.person == person and e.status in PRESENT), None)
    return None


def _answered(meeting: Meeting, said: dict[tuple[str, str], list[Answer]]) -> Meeting:
    if not any((meeting.id, entry.person) in said for entry in meeting.attendees):
        return meeting
    attendees = tuple(
        entry.model_copy(update={"answer": _latest(entry.answer, said.get((meeting.id, entry.person), []))})
        if entry.status in PRESENT
        else entry
        for entry in meeting.attendees
    )
    return meeting.model_copy(update={"attendees": attendees})


def _latest(known: Answer | None, found: list[Answer]) -> Answer | None:
    return max((*found, *([] if known is None else [known])), key=_last, default=None)


def _last(answer: Answer) -> tuple[int, str, int, str]:
    return answer.sequence, answer.at, _RANK[answer.status], answer.model_dump_json()


__all__ = ["answer_in", "apply"]
