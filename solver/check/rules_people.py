"""Who can be there: hours, busy times, school, one meeting at a time, travel and meetings a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from solver.check.case import minute_of, minutes_outside, minutes_shared, school_day
from solver.check.held import Held, Presence
from solver.check.report import Finding
from solver.schema.base import format_clock
from solver.schema.caseload import School

SCHOOL_TRAVEL_MINUTES: Final = 30
"""Where the policy names no other."""

_Visit = tuple[Held, Presence]


def person_hours(held: Held) -> Iterator[Finding]:
    """Everyone attending is within their hours."""
    for presence in held.presences:
        start, end = minute_of(presence.start, held.day), minute_of(presence.end, held.day)
        outside = minutes_outside(held.case.hours_of(presence.person), held.day, start, end)
        if outside:
            yield _finding(
                held, presence, f"{outside} minutes outside their hours, {_times(presence)}", outside
            )


def person_busy(held: Held) -> Iterator[Finding]:
    """Everyone attending is outside their busy times."""
    for presence in held.presences:
        for busy in held.case.busy_of(presence.person):
            minutes = minutes_shared(presence.start, presence.end, busy)
            if minutes:
                told = f"while busy from {busy.start:%Y-%m-%d %H:%M} to {busy.end:%Y-%m-%d %H:%M}"
                yield _finding(held, presence, told, minutes)


def person_notice(held: Held) -> Iterator[Finding]:
    """Nobody attends sooner than they can be booked, but at a meeting that is booked already."""
    days, today = held.case.days, held.case.caseload.horizon.start
    if any(booked.start == held.meeting.start for booked in held.case.booked[held.series.id]):
        return
    for presence in held.presences:
        person = held.case.people.get(presence.person)
        if person is not None and person.notice_working_days:
            given = days.working_days(today, held.day)
            missing = person.notice_working_days - given
            if missing > 0:
                told = f"with {given} working days' notice and needs {person.notice_working_days}"
                yield _finding(held, presence, told, missing)


def school_hours(held: Held) -> Iterator[Finding]:
    """A child who attends meets outside the hours of their school, with time to travel."""
    clause = held.series.rule.school_hours
    if clause is not None and clause.wherever_possible:
        return  # that is scored
    travel = SCHOOL_TRAVEL_MINUTES if clause is None else clause.travel_minutes
    for presence in held.presences:
        for school, missing in minutes_in_school(held, presence.person, presence.start, presence.end, travel):
            starts, ends = school_day(school, held.day) or (0, 0)
            told = (
                f"{_times(presence)}, less than {travel} minutes from school {school.id}'s day of "
                f"{format_clock(starts)} to {format_clock(ends)}"
            )
            yield _finding(held, presence, told, missing)


def minutes_in_school(
    held: Held, person: str, start: datetime, end: datetime, travel: int
) -> Iterator[tuple[School, int]]:
    """Give each school that a pupil should be at, or on the way to or from, with the minutes that are missing."""
    # A child with two plans is on roll where either says so.
    entries = held.case.children.get(person, ())
    for name in dict.fromkeys(child.school for child in entries):
        school = None if name is None else held.case.schools.get(name)
        hours = None if school is None else school_day(school, held.day)
        if school is None or hours is None or not held.case.is_pupil_day(school, held.day):
            continue
        begins, ends = minute_of(start, held.day), minute_of(end, held.day)
        missing = min(ends - (hours[0] - travel), hours[1] + travel - begins)
        if missing > 0:
            yield school, missing


def person_overlap(meetings: Iterable[Held]) -> Iterator[Finding]:
    """Nobody is at two meetings at once, as themselves or as a deputy, in person or remotely."""
    for person, visits in _visits(meetings).items():
        for i, (one, here) in enumerate(visits):
            for other, there in visits[i + 1 :]:
                if there.start >= here.end:
                    break
                minutes = int((min(here.end, there.end) - there.start).total_seconds()) // 60
                if minutes > 0 and one is not other:
                    yield Finding(
                        f"{person} is at {one.id} and at {other.id} at once on {there.start:%Y-%m-%d at %H:%M}.",
                        (one.id, other.id),
                        (person,),
                        amount=minutes,
                        forced=here.is_forced and there.is_forced,
                    )


def person_travel(meetings: Iterable[Held]) -> Iterator[Finding]:
    """Between two in-person meetings of one person on one day at different sites there is time to travel."""
    for person, visits in _visits(meetings).items():
        for day in _by_day(visits):
            in_rooms = [(held, here) for held, here in day if not here.is_remote and not held.is_virtual]
            for i, (one, here) in enumerate(in_rooms):
                for other, there in in_rooms[i + 1 :]:
                    if one is other or one.venue is None or other.venue is None or there.start < here.end:
                        continue  # meetings at once are the business of `person_overlap`
                    gap = int((there.start - here.end).total_seconds()) // 60
                    needed = one.case.travel_minutes(person, one.venue, other.venue)
                    if gap < needed:
                        yield Finding(
                            f"{person} has {gap} minutes from {one.id} at {one.venue.id} to {other.id} at "
                            f"{other.venue.id} on {one.day} and needs {needed}.",
                            (one.id, other.id),
                            (person,),
                            amount=needed - gap,
                            forced=here.is_forced and there.is_forced,
                        )


def person_cap(meetings: Iterable[Held]) -> Iterator[Finding]:
    """Nobody exceeds their meetings a day. Deputising counts."""
    for person, visits in _visits(meetings).items():
        record = visits[0][0].case.people.get(person)
        most = None if record is None else record.max_meetings_per_day
        if most is None:
            continue
        for day in _by_day(visits):
            fixed = _ids((held, here) for held, here in day if here.is_forced)
            everything = _ids(day)
            if len(fixed) > most:
                yield _too_many(person, day[0][0].day, fixed, most, forced=True)
            if len(everything) > most and everything != fixed:
                yield _too_many(person, day[0][0].day, everything, most, forced=False)


def _too_many(person: str, day: date, ids: tuple[str, ...], most: int, *, forced: bool) -> Finding:
    text = f"{person} has {len(ids)} meetings on {day} ({', '.join(ids)}) and takes at most {most}."
    return Finding(text, ids, (person,), amount=len(ids) - most, forced=forced)


def _ids(visits: Iterable[_Visit]) -> tuple[str, ...]:
    return tuple({id(held): held.id for held, _ in visits}.values())


def _visits(meetings: Iterable[Held]) -> dict[str, list[_Visit]]:
    """Everybody's meetings in order of start."""
    found: dict[str, list[_Visit]] = {}
    for held in meetings:
        for presence in held.presences:
            found.setdefault(presence.person, []).append((held, presence))
    for visits in found.values():
        visits.sort(key=lambda visit: (visit[1].start, visit[1].end))
    return found


def _by_day(visits: list[_Visit]) -> Iterable[list[_Visit]]:
    days: dict[date, list[_Visit]] = {}
    for held, presence in visits:
        days.setdefault(held.day, []).append((held, presence))
    return days.values()


def _times(presence: Presence) -> str:
    return f"from {presence.start:%H:%M} to {presence.end:%H:%M}"


def _finding(held: Held, presence: Presence, told: str, amount: int) -> Finding:
    text = f"{presence.person} is at {held.id} on {held.day} {told}."
    return Finding(text, (held.id,), (presence.person,), amount, forced=presence.is_forced)
