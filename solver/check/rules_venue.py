"""Where a meeting is: the room's hours, its fitness for the family, and one meeting at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from solver.check.case import minutes_outside, minutes_shared
from solver.check.held import Held
from solver.check.report import Finding
from solver.schema.base import HOME_KINDS, PRIVATE_KINDS
from solver.schema.caseload import Venue


def venue_overlap(meetings: Iterable[Held]) -> Iterator[Finding]:
    """No venue but a virtual one holds two meetings at once."""
    by_venue: dict[str, list[Held]] = {}
    for held in meetings:
        if held.venue is not None and not held.is_virtual:
            by_venue.setdefault(held.venue.id, []).append(held)
    for venue, users in by_venue.items():
        users.sort(key=attrgetter("meeting.start"))
        for i, one in enumerate(users):
            for other in users[i + 1 :]:
                if other.meeting.start >= one.meeting.end:
                    break
                shared = min(one.meeting.end, other.meeting.end) - other.meeting.start
                minutes = int(shared.total_seconds()) // 60
                if minutes > 0:
                    yield Finding(
                        f"{one.id} and {other.id} are both in {venue} on {other.day} at {other.meeting.start:%H:%M}.",
                        (one.id, other.id),
                        amount=minutes,
                        forced=one.is_pinned and other.is_pinned,
                    )


def venue_hours(held: Held) -> Iterator[Finding]:
    """The meeting is within the venue's hours."""
    outside = 0 if held.venue is None else minutes_outside(held.venue.hours, held.day, held.start, held.end)
    if outside:
        told = f"from {held.meeting.start:%H:%M} to {held.meeting.end:%H:%M}, {outside} minutes outside its hours"
        yield _finding(held, told, outside)


def venue_busy(held: Held) -> Iterator[Finding]:
    """The meeting is outside the venue's busy times."""
    for busy in () if held.venue is None else held.venue.busy:
        minutes = minutes_shared(held.meeting.start, held.meeting.end, busy)
        if minutes:
            told = f"which is busy from {busy.start:%Y-%m-%d %H:%M} to {busy.end:%Y-%m-%d %H:%M}"
            yield _finding(held, told, minutes)


def venue_features(held: Held) -> Iterator[Finding]:
    """The venue has every feature that a plan needs and the policy asks for."""
    if held.venue is not None:
        clause = held.series.rule.venue
        needed = {feature for plan in held.plans for feature in plan.venue.needs}
        needed.update(() if clause is None else clause.features)
        missing = sorted(needed.difference(held.venue.features))
        if missing:
            yield _finding(held, f"which lacks {', '.join(missing)}", amount=len(missing))


def venue_private(held: Held) -> Iterator[Finding]:
    """The venue is private, or of a kind that is private by nature."""
    venue = held.venue
    if venue is not None and "private" not in venue.features and venue.kind not in PRIVATE_KINDS:
        yield _finding(held, "which is not private")


def seats_needed(held: Held) -> int:
    """Count those with a place who are to be in the room, whether or not they come."""
    return sum(place.remote != "yes" for place in held.places.values())


def venue_capacity(held: Held) -> Iterator[Finding]:
    """The venue seats everyone who is invited to the room."""
    if held.venue is not None and held.venue.capacity is not None:
        missing = seats_needed(held) - held.venue.capacity
        if missing > 0:
            told = f"which seats {held.venue.capacity}, {missing} fewer than are invited"
            yield _finding(held, told, amount=missing)


def venue_kind(held: Held) -> Iterator[Finding]:
    """The venue's kind is allowed by the policy and by every plan."""
    if held.venue is not None:
        clause = held.series.rule.venue
        allowed = [plan.venue.kinds for plan in held.plans] + [() if clause is None else clause.kinds]
        if any(kinds and held.venue.kind not in kinds for kinds in allowed):
            yield _finding(held, f"whose kind, {held.venue.kind}, is not allowed")


def venue_only(held: Held) -> Iterator[Finding]:
    """Where a plan has a list of the only venues, the venue is in it."""
    for plan in held.plans:
        if held.venue is not None and plan.venue.only and held.venue.id not in plan.venue.only:
            yield _finding(held, f"but plan {plan.id} can only use {', '.join(plan.venue.only)}")


def venue_refused(held: Held) -> Iterator[Finding]:
    """No plan has refused the venue."""
    for plan in held.plans:
        if held.venue is not None and held.venue.id in plan.venue.never:
            yield _finding(held, f"which plan {plan.id} has refused")


def venue_home(held: Held) -> Iterator[Finding]:
    """A home, a placement or a confidential venue is only for those who all name it."""
    venue = held.venue
    if venue is not None and (venue.kind in HOME_KINDS or venue.confidential) and not _all_name(held, venue):
        yield _finding(
            held, "which is a home, a placement or confidential, and not named by all of its plans"
        )


def venue_school(held: Held) -> Iterator[Finding]:
    """A school's or nursery's room is only for its own children, or for those who all name it."""
    venue = held.venue
    if venue is None or venue.kind not in ("school", "nursery") or venue.site is None:
        return
    schools = held.case.schools_at(venue.site)
    on_roll = any(child.school in schools for plan in held.plans for child in plan.children)
    if schools and not on_roll and not _all_name(held, venue):
        yield _finding(
            held, "in a school where no child of its plans is on roll, and not named by all of them"
        )


def _all_name(held: Held, venue: Venue) -> bool:
    return all(venue.id in plan.venue.only or venue.id in plan.venue.prefer for plan in held.plans)


def _finding(held: Held, told: str, amount: int = 1) -> Finding:
    text = f"{held.id} on {held.day} is in {held.meeting.venue}, {told}."
    return Finding(text, (held.id,), amount=amount, forced=held.is_pinned)
