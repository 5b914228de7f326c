"""A meeting as its page shows it, from the calendar as far as whoever looks may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from service.pages.meeting_words import Sentences
from service.views.attention import BreachView, ExceptionView, breach_views, exception_views, meeting_words
from service.words import LEVEL_MEANINGS, day, moment, opening, slack_words
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import LEVELS, Attendee, Calendar, Mark, Meeting, Task
from solver.schema.caseload import Caseload

_PRESENT: Final = frozenset({"attending", "remote", "deputy"})
_HOW: Final = {
    "attending": "comes",
    "remote": "joins remotely",
    "deputy": "comes as a deputy",
    "report": "sends a written report",
    "absent": "does not come",
}
_ANSWERS: Final = {
    "accepted": "Accepted",
    "tentative": "May come",
    "declined": "Declined",
    "delegated": "Asks somebody else to come",
    "countered": "Proposes another time",
}
_BECAUSE: Final = {
    "declined": "can’t come",
    "countered": "proposes another time",
    "delegated": "would send somebody else",
}
_MARKS: Final[dict[Mark, str]] = {
    "first": "The first of its kind for the plan.",
    "last_before_review": "The last one before a review.",
}
_LEVELS: Final = {"essential": "Essential", "expected": "Expected", "invited": "Invited"}


@dataclass(frozen=True)
class Seat:
    """One place at a meeting."""

    name: str
    role: str
    level: str
    how: str
    sitting: str
    """When their sitting is, of a split meeting."""
    answer: str


@dataclass(frozen=True)
class Share:
    """What a meeting costs at one level of the score."""

    level: str
    meaning: str
    points: int


@dataclass(frozen=True)
class Picture:
    """Where a meeting lies in its window, on a line of 600."""

    window: tuple[float, float]
    """Where it begins, and how wide it is."""
    target: float
    held: float
    late: bool
    words: str


@dataclass(frozen=True)
class Open:
    """An answer that asks for another time."""

    who: str
    why: str
    since: str
    proposed: str


@dataclass(frozen=True)
class MeetingView:
    """All that the page shows of the meeting itself."""

    meeting: Meeting
    title: str
    when: str
    venue: str
    slack: str
    notes: tuple[str, ...]
    picture: Picture
    seats: tuple[Seat, ...]
    shares: tuple[Share, ...]
    tasks: tuple[tuple[Task, str], ...]
    """Each with whose it is."""
    breach: BreachView | None
    exceptions: tuple[ExceptionView, ...]
    before: Meeting | None
    after: Meeting | None
    opened: tuple[Open, ...]
    past: bool
    """Whether it has begun: it stays where it was."""


def view_meeting(
    caseload: Caseload, seen: Calendar, meeting: Meeting, now: datetime, sentences: Sentences
) -> MeetingView:
    """Make the view.

    Parameters
    ----------
    caseload
        For names and roles alone.
    seen
        As far as whoever looks may see it.
    meeting
        Of it.
    now
        Aware, in the team's zone.
    sentences
    """
    names, zone = sentences.names, ZoneInfo(caseload.timezone)
    chain = sorted(
        (one for one in seen.meetings if one.series == meeting.series), key=lambda one: (one.start, one.id)
    )
    at = next(i for i, one in enumerate(chain) if one.id == meeting.id)
    tasks = sorted(
        (one for one in seen.tasks if one.meeting == meeting.id), key=lambda one: (one.due, one.id)
    )
    part = seen.model_copy(
        update={
            "meetings": (meeting,),
            "exceptions": tuple(one for one in seen.exceptions if one.meeting == meeting.id),
            "breaches": tuple(one for one in seen.breaches if one.meeting == meeting.id),
        }
    )
    return MeetingView(
        meeting=meeting,
        title=meeting_words(meeting),
        when=when_words(meeting.start, meeting.end),
        venue=opening(names.venue(meeting.venue)),
        slack=slack_words(meeting.slack_days, meeting.breach_days),
        notes=tuple(_notes(meeting)),
        picture=_picture(meeting),
        seats=tuple(_seat(meeting, one, sentences, zone) for one in meeting.attendees),
        shares=tuple(
            Share(level, LEVEL_MEANINGS[level], meeting.score[level])
            for level in LEVELS
            if meeting.score.get(level)
        ),
        tasks=tuple((one, opening(names.person(one.owner))) for one in tasks),
        breach=next(iter(breach_views(part)), None),
        exceptions=exception_views(part, names),
        before=chain[at - 1] if at else None,
        after=chain[at + 1] if at + 1 < len(chain) else None,
        opened=tuple(
            Open(
                opening(names.person(one.person)),
                _BECAUSE[one.because],
                moment(_local(one.since, zone)),
                "" if one.start is None else moment(one.start),
            )
            for one in seen.rebookings
            if one.meeting == meeting.id
        ),
        past=meeting.start <= now.replace(tzinfo=None),
    )


def when_words(start: datetime, end: datetime) -> str:
    """``Tue 8 Dec 2026, 14:00 to 15:00``."""
    return f"{moment(start)} to {end:%H:%M}"


def _notes(meeting: Meeting) -> list[str]:
    notes = [_MARKS[mark] for mark in meeting.marks]
    if meeting.pinned:
        notes.append("Pinned: somebody booked it here, and it stays when the calendar is planned again.")
    if meeting.provisional:
        notes.append(
            "Provisional: it is after the next review, when the plan may end, so it may not be needed."
        )
    if meeting.sittings:
        halves = " and ".join(f"{one.start:%H:%M} to {one.end:%H:%M}" for one in meeting.sittings)
        notes.append(f"Held in two sittings, {halves}: not everybody may meet.")
    return notes


def _seat(meeting: Meeting, entry: Attendee, sentences: Sentences, zone: ZoneInfo) -> Seat:
    names = sentences.names
    person = names.people.get(entry.person)
    family = person is None or person.role in FAMILY_ROLES
    how = _HOW[entry.status]
    if entry.status == "deputy" and entry.for_:
        how = f"comes for {names.person(entry.for_)}"
    if entry.remote and entry.status == "deputy":
        how += ", remotely"
    sitting = next((one for one in meeting.sittings if one.id == entry.sitting), None)
    return Seat(
        name=opening(names.person(entry.person)),
        role="" if family or person is None else ROLE_WORDS[person.role],
        level=_LEVELS[entry.level],
        how=opening(how),
        sitting="" if sitting is None else f"{sitting.start:%H:%M} to {sitting.end:%H:%M}",
        answer=_answer(entry, sentences, zone),
    )


def _answer(entry: Attendee, sentences: Sentences, zone: ZoneInfo) -> str:
    answer = entry.answer
    if answer is None:
        return "No answer yet" if entry.status in _PRESENT else ""
    told = f"{_ANSWERS[answer.status]} on {moment(_local(answer.at, zone))}"
    if answer.start is not None:
        told += f": {moment(answer.start)}"
    if answer.to is not None:
        told += f": {sentences.names.person(answer.to)}"
    return told


def _local(stamp: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(zone)


def _picture(meeting: Meeting) -> Picture:
    window, held = meeting.window, meeting.start.date()
    days = (window.earliest, window.due, window.target, held)
    first, last = min(days) - timedelta(days=2), max(days) + timedelta(days=3)
    scale = 600 / (last - first).days

    def x(value: date) -> float:
        return round((value - first).days * scale, 1)

    width = round(x(window.due + timedelta(days=1)) - x(window.earliest), 1)
    late = held > window.due
    where = "after it" if late else "in it"
    words = (
        f"The window is from {day(window.earliest)} to {day(window.due)}, best on {day(window.target)}. "
        f"The meeting is {where}, on {day(held)}: {slack_words(meeting.slack_days, meeting.breach_days)}."
    )
    return Picture(
        (x(window.earliest), max(width, 2)), x(window.target) + scale / 2, x(held) + scale / 2, late, words
    )


__all__ = ["MeetingView", "Open", "Picture", "Seat", "Share", "view_meeting", "when_words"]
