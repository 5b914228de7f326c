"""When a meeting is: the grid, the day, the team's hours and the times a family has ruled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from solver.check.case import minute_of
from solver.check.held import Held
from solver.check.report import Finding
from solver.schema.base import WEEKDAYS, format_clock
from solver.schema.caseload import TimeWindow

SITTING_GAP_MINUTES: Final = 30


def start_grid(held: Held) -> Iterator[Finding]:
    """Starts are on the grid."""
    grid = held.case.caseload.grid_minutes
    off = held.start % grid
    if off:
        yield Finding(
            f"{held.id} starts at {format_clock(held.start)}, {off} minutes after a multiple of {grid} minutes.",
            (held.id,),
            amount=off,
            forced=held.is_pinned,
        )


def day_open(held: Held) -> Iterator[Finding]:
    """Meetings are on open days within the horizon."""
    horizon = held.case.caseload.horizon
    if not horizon.start <= held.day <= horizon.end:
        why = f"is outside the horizon {horizon.start} to {horizon.end}"
    elif not held.case.days.is_open(held.day):
        why = "is a weekend, a bank holiday or a closure"
    else:
        return
    yield Finding(f"{held.id} is on {held.day}, which {why}.", (held.id,), forced=held.is_pinned)


def day_span(held: Held) -> Iterator[Finding]:
    """A meeting lies within the team's day."""
    opens, closes = held.case.team_day
    outside = max(0, opens - held.start) + max(0, held.end - closes)
    if outside:
        yield Finding(
            f"{held.id} is from {held.meeting.start:%H:%M} to {held.meeting.end:%H:%M}, "
            f"{outside} minutes outside the team's day of {format_clock(opens)} to {format_clock(closes)}.",
            (held.id,),
            amount=outside,
            forced=held.is_pinned,
        )


def time_never(held: Held) -> Iterator[Finding]:
    """The meeting overlaps no time that its plans have ruled out."""
    for plan in held.plans:
        for window in plan.times.never:
            minutes = overlap_minutes(held, window)
            if minutes > 0:
                yield Finding(
                    f"{held.id} on {held.day} at {held.meeting.start:%H:%M} takes {minutes} minutes of the time from "
                    f"{format_clock(window.start)} to {format_clock(window.end)} that plan {plan.id} has ruled out.",
                    (held.id,),
                    amount=minutes,
                    forced=held.is_pinned,
                )


def split(held: Held) -> Iterator[Finding]:
    """A split meeting is two sittings with a break between; any other has none. At most one parent in a sitting."""
    meeting = held.meeting
    if not held.series.is_split:
        if meeting.sittings:
            yield Finding(f"{held.id} has sittings, but none of its plans is split.", (held.id,))
        return
    minutes, grid = held.series.minutes, held.case.caseload.grid_minutes
    gap = -(-SITTING_GAP_MINUTES // grid) * grid
    wanted = [("A", held.start, held.start + minutes)]
    wanted += [("B", held.start + minutes + gap, held.start + minutes + gap + minutes)]
    told = [
        (half.id, minute_of(half.start, held.day), minute_of(half.end, held.day)) for half in meeting.sittings
    ]
    if told != wanted or held.end != wanted[1][2]:
        text = ", ".join(
            f"{name} {format_clock(start)} to {format_clock(end)}" for name, start, end in wanted
        )
        yield Finding(f"{held.id} must be two sittings on {held.day}: {text}.", (held.id,))
    for sitting in ("A", "B"):
        parents = [
            presence
            for presence in held.presences
            if (person := held.case.people.get(presence.person)) is not None
            and person.role == "parent"
            and presence.place is not None
            and presence.place.sitting in (None, sitting)
        ]
        if len(parents) > 1:
            names = tuple(presence.person for presence in parents)
            yield Finding(
                f"{held.id} has {len(parents)} parents in sitting {sitting}: {', '.join(names)}.",
                (held.id,),
                names,
                amount=len(parents) - 1,
                forced=all(presence.is_forced for presence in parents),
            )


def meeting_minutes(held: Held) -> Iterator[Finding]:
    """A meeting that is not split lasts as long as the longest of its series' plans says."""
    lasts = held.end - held.start
    wanted = held.series.minutes
    if not held.series.is_split and lasts != wanted:
        yield Finding(
            f"{held.id} lasts {lasts} minutes instead of {wanted}.", (held.id,), amount=abs(lasts - wanted)
        )


def overlap_minutes(held: Held, window: TimeWindow) -> int:
    """Count the minutes of a meeting that lie in a weekly window."""
    if WEEKDAYS[held.day.weekday()] not in window.days:
        return 0
    return max(0, min(held.end, window.end) - max(held.start, window.start))
