"""Options for a meeting, in lines of text."""

# ruff: noqa: PLC0415 - words are imported when there is something to tell
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.repair.repair import Repaired
    from solver.schema.calendar import Calendar
    from solver.schema.diff import MeetingChange
    from solver.schema.options import Asked, Missed, Option, Rebooking

MOST_PEOPLE = 8
"""People listed by id; of the others only how many there are."""


def lines_of(
    found: Rebooking, calendar: Calendar, today: date, *, told: bool, at: datetime | None = None
) -> Iterator[str]:
    """Tell the options for one meeting; ``told``: facts were given that might have been against it; ``at``: only then."""
    from service.words import KIND_NAMES, count, day, opening, slack_words

    now = next(one for one in calendar.meetings if one.id == found.meeting)
    yield ""
    yield f"{opening(KIND_NAMES[found.kind])} {found.meeting}"
    spare = slack_words(now.slack_days, now.breach_days)
    yield f"  now {_when(now.start, now.end)}, {now.venue}; due {day(now.window.due)}, {spare}"
    yield f"  Notice counts from {day(today)}. Calendar: revision {found.revision}."
    if told and found.stands:
        yield "  With the facts given it could stay as it is, too."
    if not found.options:
        then = "" if at is None else " at that time"
        yield f"  Nothing is possible{then} with everybody else's meetings where they are."
        for reason in found.reasons:
            yield f"  {reason.text}"
        asked = "" if at is None else f" --at {at:%Y-%m-%dT%H:%M}"
        yield f"  `convene explain CASELOAD CALENDAR {found.meeting}{asked}` says what is against it."
        return
    for option in found.options:
        yield ""
        yield from _option_lines(option, found)
    if found.other_days or found.other_places:
        yield ""
        days = count(found.other_days, "other day")
        places = count(found.other_places, "other start or room", "other starts and rooms")
        yield f"  Besides: {days}, and {places} on the days looked at (--options shows more)."


def _option_lines(option: Option, found: Rebooking) -> Iterator[str]:
    from service.words import count, slack_words

    here = " (where it is)" if (option.start, option.venue) == (found.now.start, found.now.venue) else ""
    yield f"{option.number:>3}  {_when(option.start, option.end)}, {option.venue}{here}"
    yield f"     {slack_words(option.slack_days, option.breach_days)}; {_company(option)}"
    if option.asked:
        soonest = min(one.notice_days for one in option.asked)
        number = count(len(option.asked), "person", "people")
        notice = count(soonest, "working day")
        yield f"     {number} to ask, with {notice} of notice: {_names(option.asked)}"
    else:
        yield "     Nobody has to be asked."
    for change in option.also:
        yield f"     also moves {_change(change)}"
    for change in option.moves_others:
        yield f"     also moves {_change(change)} (of others)"
    worse = [f"{level} {points:,}" for level, points in option.levels.items() if points > 0]
    better = [f"{level} {-points:,}" for level, points in option.levels.items() if points < 0]
    said = [f"worse: {', '.join(worse)}"] if worse else []
    said += [f"better: {', '.join(better)}"] if better else []
    yield f"     {'; '.join(said) or 'neither better nor worse than now'} (points)"
    yield f"     {option.why}"


def _company(option: Option) -> str:
    words = {"report": "sends a report", "absent": "is not there"}
    missing = [f"{one.person} {words[one.status]}" for one in option.attendees if one.status in words]
    missing += [f"{one.person} comes for {one.for_}" for one in option.attendees if one.status == "deputy"]
    return "; ".join(missing) if missing else "everybody comes"


def _change(change: MeetingChange) -> str:
    before, after = change.before, change.after
    if after is None:
        return f"{change.meeting}: cancelled"
    if before is None:
        return f"{change.series}: a new one on {_when(after.start, after.end)}, {after.venue}"
    return f"{change.meeting}: {_when(before.start, before.end)} -> {_when(after.start, after.end)}, {after.venue}"


def _names(asked: Sequence[Asked]) -> str:
    names = [one.person for one in asked]
    more = f" and {len(names) - MOST_PEOPLE} more" if len(names) > MOST_PEOPLE else ""
    return ", ".join(names[:MOST_PEOPLE]) + more


def _when(start: datetime, end: datetime) -> str:
    from service.words import day

    return f"{day(start.date())}, {start:%H.%M} to {end:%H.%M}"


def missed_lines(missed: Sequence[Missed], most: int, lacking: Sequence[str]) -> Iterator[str]:
    """Tell which meetings can't stand, and which series ask for more meetings than there are."""
    from service.words import count, day

    if lacking:
        names = ", ".join(lacking[:MOST_PEOPLE]) + (" …" if len(lacking) > MOST_PEOPLE else "")
        yield f"{count(len(lacking), 'series', 'series')} with too few meetings, which --together holds: {names}"
    if not missed:
        yield "Every meeting can stand as it is."
        return
    yield f"{count(len(missed), 'meeting')} can't stand as {'it is' if len(missed) == 1 else 'they are'}:"
    for one in missed:
        yield f"  {one.meeting}, {day(one.start.date())} {one.start:%H.%M}: {one.reason}"
    if len(missed) > most:
        yield f"The options of the first {most} follow; --together rebooks all of them."


def repaired_lines(done: Repaired) -> Iterator[str]:
    """Tell what had to move, and whether that is proven."""
    from service.words import count

    for one in done.dropped:
        yield f"{one.meeting} can't stand: {one.reason}"
    if not (done.moved or done.dropped):
        yield "Every meeting can stay where it is."
        yield ""
        return
    moved = count(len(done.moved), "meeting")
    proof = "proven: no less would do" if done.proved else "it is not proven that no less would do"
    late = f", {count(done.new_breach_days, 'new breach day')}" if done.new_breach_days else ""
    yield f"{moved} can't stay where {'it is' if len(done.moved) == 1 else 'they are'}{late} ({proof})."
    yield ""
