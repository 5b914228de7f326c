"""Changes to a small caseload: what somebody might do otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

from solver.problem.availability import PROFESSIONAL_HOURS
from solver.schema.base import DAY_MINUTES, FAMILY_ROLES, WEEKDAYS, DateRange, Hours, MeetingKind, Span
from solver.schema.caseload import Caseload, Participant, Person, Plan, TimeWindow, Venue

Change = Callable[[Caseload], Caseload]


def all_of(*changes: Change) -> Change:
    """Make several changes, one after the other."""

    def change(caseload: Caseload) -> Caseload:
        for one in changes:
            caseload = one(caseload)
        return caseload

    return change


def with_person(person: Person) -> Change:
    """Put a person's record in the place of the one with their id, or add it."""

    def change(caseload: Caseload) -> Caseload:
        # A small caseload leaves out deputies that none of its series needs.
        there = {one.id for one in caseload.people}
        known = person.model_copy(update={"deputies": tuple(one for one in person.deputies if one in there)})
        people = tuple(known if one.id == person.id else one for one in caseload.people)
        if person.id not in there:
            people = (*people, known)
        return caseload.model_copy(update={"people": people})

    return change


def with_venue(venue: Venue, whole: Caseload) -> Change:
    """Put a venue in the place of the one with its id, or add it, with its site."""

    def change(caseload: Caseload) -> Caseload:
        venues = tuple(venue if one.id == venue.id else one for one in caseload.venues)
        if all(one.id != venue.id for one in venues):
            venues = (*venues, venue)
        sites = caseload.sites
        if venue.site is not None and all(one.id != venue.site for one in sites):
            sites = (*sites, *(one for one in whole.sites if one.id == venue.site))
        # A small caseload doesn't say which venues are refused that its series can't use anyway.
        refusing = {plan.id for plan in whole.plans if venue.id in plan.venue.never}
        plans = tuple(refused(plan, venue.id) if plan.id in refusing else plan for plan in caseload.plans)
        return caseload.model_copy(update={"venues": venues, "sites": sites, "plans": plans})

    return change


def with_plans(update: Callable[[Plan], Plan]) -> Change:
    """Change plans that haven't ended."""

    def change(caseload: Caseload) -> Caseload:
        return caseload.model_copy(update={"plans": tuple(update(plan) for plan in caseload.plans)})

    return change


def refused(plan: Plan, venue: str) -> Plan:
    """Return the plan of a family that refuses a venue."""
    if venue in plan.venue.never:
        return plan
    wishes = plan.venue.model_copy(update={"never": (*plan.venue.never, venue)})
    return plan.model_copy(update={"venue": wishes})


def also_in(like: str, venue: str) -> Change:
    """Have families who want, or only accept, one venue accept another like it as well."""

    def update(plan: Plan) -> Plan:
        wishes = plan.venue
        update = {
            what: (*getattr(wishes, what), venue)
            for what in ("only", "prefer")
            if like in getattr(wishes, what)
        }
        return plan.model_copy(update={"venue": wishes.model_copy(update=update)})

    return with_plans(update)


def without_closure(day: date) -> Change:
    """Open the authority on a day that it is closed."""

    def change(caseload: Caseload) -> Caseload:
        return caseload.model_copy(update={"closures": tuple(one for one in caseload.closures if one != day)})

    return change


def out_of_school(schools: set[str], day: date) -> Change:
    """Let the pupils of these schools off on a day."""

    def change(caseload: Caseload) -> Caseload:
        found = tuple(
            one.model_copy(update={"closed": (*one.closed, day)}) if one.id in schools else one
            for one in caseload.schools
        )
        return caseload.model_copy(update={"schools": found})

    return change


def freed(person: Person, start: datetime, end: datetime, days: DateRange) -> Person:
    """Return somebody who is there from ``start`` to ``end``, whatever else they have on or when they work.

    Parameters
    ----------
    person : Person
    start, end : datetime
        Of one day.
    days : DateRange
        Hours are weekly: on this weekday's other dates within these days they are as before.
    """
    hours = person.hours
    if hours is None and person.role not in FAMILY_ROLES:
        hours = PROFESSIONAL_HOURS
    busy, wider = cut(person.busy, start, end), widened(hours, start, end)
    return person.model_copy(
        update={"busy": (*busy, *_other_weeks(hours, wider, start, days)), "hours": wider}
    )


def opened(venue: Venue, start: datetime, end: datetime, days: DateRange) -> Venue:
    """Return a venue that is open and not taken from ``start`` to ``end``, as ``freed`` does for a person."""
    busy, wider = cut(venue.busy, start, end), widened(venue.hours, start, end)
    more = _other_weeks(venue.hours, wider, start, days)
    return venue.model_copy(update={"busy": (*busy, *more), "hours": wider})


def _other_weeks(
    hours: Hours | None, wider: Hours | None, start: datetime, days: DateRange
) -> Iterator[Span]:
    """Busy times that take wider hours back on the weekday's other dates."""
    if hours is None or wider is None:
        return
    weekday = WEEKDAYS[start.weekday()]
    before, after = hours.get(weekday, ()), wider.get(weekday, ())
    if before == after:
        return
    # What is within the wider hours and not within the hours: the gaps between the stretches of both.
    gaps = []
    for begin, until in after:
        at = begin
        for a, b in sorted(one for one in before if begin <= one[0] and one[1] <= until):
            if at < a:
                gaps.append((at, a))
            at = b
        if at < until:
            gaps.append((at, until))
    day = days.start + timedelta(days=(start.weekday() - days.start.weekday()) % 7)
    while day <= days.end:
        if day != start.date():
            midnight = datetime.combine(day, time())
            for a, b in gaps:
                yield Span(start=midnight + timedelta(minutes=a), end=midnight + timedelta(minutes=b))
        day += timedelta(days=7)


def only_on(day: date, days: DateRange) -> tuple[Span, ...]:
    """Busy times that leave one day free."""
    spans = []
    for first, last in ((days.start, day), (day + timedelta(days=1), days.end + timedelta(days=1))):
        if first < last:
            spans.append(Span(start=datetime.combine(first, time()), end=datetime.combine(last, time())))
    return tuple(spans)


def cut(busy: tuple[Span, ...], start: datetime, end: datetime) -> tuple[Span, ...]:
    """Busy times without what lies between ``start`` and ``end``."""
    rest = []
    for one in busy:
        if one.end <= start or end <= one.start:
            rest.append(one)
            continue
        rest += [Span(start=a, end=b) for a, b in ((one.start, start), (end, one.end)) if a < b]
    return tuple(rest)


def widened(hours: Hours | None, start: datetime, end: datetime) -> Hours | None:
    """Weekly hours that hold ``start`` to ``end`` of that weekday as well."""
    if hours is None:
        return None
    weekday = WEEKDAYS[start.weekday()]
    midnight = datetime.combine(start.date(), time())
    begin = (start - midnight) // timedelta(minutes=1)
    until = min(DAY_MINUTES, (end - midnight) // timedelta(minutes=1))
    spans = sorted([*hours.get(weekday, ()), (begin, until)])
    joined: list[tuple[int, int]] = []
    for one in spans:
        if joined and one[0] <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], one[1]))
        else:
            joined.append(one)
    return {**hours, weekday: tuple(joined)}


def beyond(hours: Hours | None, start: datetime, end: datetime) -> int | None:
    """Minutes that the weekday's hours would have to be longer at one end; ``None`` where there are none to lengthen."""
    spans = () if hours is None else hours.get(WEEKDAYS[start.weekday()], ())
    if not spans:
        return None
    midnight = datetime.combine(start.date(), time())
    begin = (start - midnight) // timedelta(minutes=1)
    until = (end - midnight) // timedelta(minutes=1)
    if any(a <= begin and until <= b for a, b in spans):
        return 0
    return min(
        [until - b for a, b in spans if a <= begin <= b] + [a - begin for a, b in spans if a <= until <= b],
        default=None,
    )


def in_place_of(
    person: str, other: str, day: date, kind: MeetingKind, plans: Collection[str]
) -> Callable[[Plan], Plan]:
    """Have somebody take another's place on one day, in the meetings of one kind of some plans."""

    def update(plan: Plan) -> Plan:
        if plan.id not in plans:
            return plan
        parts: list[Participant] = []
        for part in plan.participants:
            there = (part.from_ is None or part.from_ <= day) and (part.until is None or day <= part.until)
            if part.person != person or not there or (part.meetings and kind not in part.meetings):
                parts.append(part)
                continue
            before, after = day - timedelta(days=1), day + timedelta(days=1)
            if part.from_ is None or part.from_ <= before:
                parts.append(part.model_copy(update={"until": before}))
            today = {"from_": day, "until": day}
            rest = tuple(one for one in part.meetings or get_args(MeetingKind) if one != kind)
            parts.append(part.model_copy(update={**today, "person": other, "meetings": (kind,)}))
            if rest:
                parts.append(part.model_copy(update={**today, "meetings": rest}))
            if part.until is None or after <= part.until:
                parts.append(part.model_copy(update={"from_": after}))
        return plan.model_copy(update={"participants": tuple(parts)})

    return update


def may_join(person: str) -> Callable[[Plan], Plan]:
    """Let somebody take part in the room or remotely, as is needed."""

    def update(plan: Plan) -> Plan:
        parts: list[Any] = [
            part.model_copy(update={"remote": "if_needed"}) if part.person == person else part
            for part in plan.participants
        ]
        return plan.model_copy(update={"participants": tuple(parts)})

    return update


def agreed(venue: str) -> Callable[[Plan], Plan]:
    """Have the family agree to a venue."""

    def update(plan: Plan) -> Plan:
        wishes = plan.venue
        only = (*wishes.only, venue) if wishes.only and venue not in wishes.only else wishes.only
        never = tuple(one for one in wishes.never if one != venue)
        return plan.model_copy(update={"venue": wishes.model_copy(update={"only": only, "never": never})})

    return update


def can_after_all(start: datetime, end: datetime) -> Callable[[Plan], Plan]:
    """Have the family come at a time that they never can."""
    weekday = WEEKDAYS[start.weekday()]
    begin, until = start.hour * 60 + start.minute, end.hour * 60 + end.minute

    def update(plan: Plan) -> Plan:
        never: list[TimeWindow] = []
        for one in plan.times.never:
            if weekday in one.days and begin < one.end and one.start < until:
                days = tuple(day for day in one.days if day != weekday)
                never += [one.model_copy(update={"days": days})] if days else []
                for a, b in ((one.start, begin), (until, one.end)):
                    if a < b:
                        never.append(TimeWindow(days=(weekday,), start=a, end=b))
            else:
                never.append(one)
        return plan.model_copy(update={"times": plan.times.model_copy(update={"never": tuple(never)})})

    return update
