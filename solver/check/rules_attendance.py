"""Who fills which place: essential and expected places, deputies, reports, remote joining, quorum, chair and minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from solver.check.held import Held, holder, is_present, joins_remotely
from solver.check.report import Finding
from solver.check.series import held_count
from solver.policy.meeting_clauses import ChairClause
from solver.schema.base import Role
from solver.schema.calendar import Attendee


def remote_allowed(held: Held) -> Iterator[Finding]:
    """Places are filled remotely or in the room as they allow, and the venue offers it.

    Where a pinned meeting's venue goes against the place of somebody essential, the venue decides: that can be excused.
    """
    venue = held.venue
    offers_remote = venue is not None and ("hybrid" in venue.features or held.is_virtual)
    for presence in held.presences:
        allowed = None if presence.place is None else presence.place.remote
        venue_decides = False
        if presence.is_remote and venue is not None and not offers_remote:
            told = f"joins remotely, and {venue.id} has no equipment for that"
        elif not presence.is_remote and held.is_virtual:
            told = f"is not joining remotely, and {held.meeting.venue} is virtual"
        elif presence.is_remote and allowed == "no":
            told = "joins remotely, and the place must be filled in the room"
            venue_decides = held.is_virtual
        elif not presence.is_remote and allowed == "yes":
            told = "is in the room, and the place must be filled remotely"
            venue_decides = not offers_remote
        else:
            continue
        text = f"{presence.person} {told} (meeting {held.id})."
        is_forced = presence.is_forced and venue_decides
        yield Finding(text, (held.id,), (presence.person,), forced=is_forced)


def attend_essential(held: Held) -> Iterator[Finding]:
    """Essential places are attending or remote."""
    for attendee in held.meeting.attendees:
        place = held.place_of(attendee)
        if (
            place is not None
            and place.level == "essential"
            and attendee.status not in ("attending", "remote")
        ):
            text = f"{place.person} is essential at {held.id} and has the status {attendee.status}."
            yield Finding(text, (held.id,), (place.person,))


def attend_place(held: Held) -> Iterator[Finding]:
    """Every place is filled exactly once, and is what it is said to be."""
    filled = Counter(holder(attendee) for attendee in held.meeting.attendees)
    for person, place in held.places.items():
        if filled[person] != 1:
            text = f"{person}'s {place.level} place at {held.id} is filled {filled[person]} times instead of once."
            yield Finding(text, (held.id,), (person,))
    for attendee in held.meeting.attendees:
        wrong = _misstated(held, attendee)
        if wrong:
            yield Finding(f"{attendee.person} at {held.id} {wrong}.", (held.id,), (attendee.person,))


def _misstated(held: Held, attendee: Attendee) -> str:
    place = held.place_of(attendee)
    if place is None:
        return f"fills a place of {holder(attendee)}, who has none"
    if attendee.level != place.level:
        return f"is down as {attendee.level}, and the place is {place.level}"
    if attendee.sitting != place.sitting:
        return f"is down for sitting {attendee.sitting or 'A and B'}, and the place is {place.sitting or 'A and B'}"
    if (attendee.status == "deputy") != (attendee.for_ is not None):
        return f"has the status {attendee.status} and stands in for {attendee.for_ or 'nobody'}"
    if attendee.remote != (is_present(attendee) and joins_remotely(attendee)):
        return f"has the status {attendee.status} and remote {attendee.remote}"
    return ""


def attend_deputy(held: Held) -> Iterator[Finding]:
    """A deputy stands in for one expected person, as their deputy or by their slot, and has no place of their own."""
    deputies = [attendee for attendee in held.meeting.attendees if attendee.status == "deputy"]
    stands_for = Counter(attendee.person for attendee in deputies)
    for attendee in deputies:
        place = held.place_of(attendee)
        absent = None if attendee.for_ is None else held.case.people.get(attendee.for_)
        if place is not None and place.level != "expected":
            told = f"which is {place.level} and not expected"
        elif absent is None or (
            attendee.person not in absent.deputies
            and (place is None or attendee.person not in place.may_stand_in)
        ):
            told = "and is not one of their deputies"
        elif attendee.person in held.places:
            told = "and has a place of their own"
        elif stands_for[attendee.person] > 1:
            told = f"and stands for {stands_for[attendee.person]} people at once"
        else:
            continue
        text = f"{attendee.person} fills the place of {attendee.for_} at {held.id}, {told}."
        yield Finding(text, (held.id,), (attendee.person,))


def attend_report(held: Held) -> Iterator[Finding]:
    """A report is for expected professionals; absent is for expected family and for the invited."""
    for attendee in held.meeting.attendees:
        place = held.place_of(attendee)
        if place is None:
            continue
        is_expected = place.level == "expected"
        may_report = is_expected and not place.is_family
        may_be_absent = place.level == "invited" or (is_expected and place.is_family)
        if (attendee.status == "report" and not may_report) or (
            attendee.status == "absent" and not may_be_absent
        ):
            text = (
                f"{place.person} ({place.role}, {place.level}) at {held.id} has the status {attendee.status}."
            )
            yield Finding(text, (held.id,), (place.person,))


def quorum(held: Held) -> Iterator[Finding]:
    """Enough professionals take part, where the policy says how many."""
    clause = held.series.rule.quorum
    if clause is not None:
        there = sum(p.place is not None and not p.place.is_family for p in held.presences)
        if there < clause.professionals:
            text = f"{held.id} has {there} professionals taking part and needs {clause.professionals}."
            yield Finding(text, (held.id,), amount=clause.professionals - there, forced=held.is_pinned)


def roles(held: Held) -> Iterator[Finding]:
    """Chair and minute-taker attend, are who the policy says, are professionals, and differ where it says so.

    The family may chair where the policy or the place says so. A social worker who takes part throughout can do
    either, so where one does, neither may be left open, but for the minutes where one alone would have to do both.
    """
    meeting, clause = held.meeting, _chair_clause(held)
    present = {presence.person for presence in held.presences}
    asked = _asked_to_chair(held)
    must_differ = clause is not None and clause.differ
    for job, person in (("chairs", meeting.chair), ("takes the minutes of", meeting.minutes)):
        if person is not None and person not in present:
            yield Finding(f"{person} {job} {held.id} and does not take part.", (held.id,), (person,))
        elif person is not None and held.case.is_family(person):
            may_chair = (clause is not None and clause.family_may_chair) or person in asked
            if job != "chairs" or not may_chair:
                yield Finding(f"{person} {job} {held.id} and is of the family.", (held.id,), (person,))
    if must_differ and meeting.chair is not None and meeting.chair == meeting.minutes:
        text = f"{meeting.chair} both chairs {held.id} and takes its minutes."
        yield Finding(text, (held.id,), (meeting.chair,))
    if clause is not None:
        family_chairs = clause.family_may_chair and meeting.chair and held.case.is_family(meeting.chair)
        if meeting.chair not in asked and not family_chairs:
            yield from _of_the_role(held, meeting.chair, clause.chair_roles, "chairs", None)
        spared = meeting.chair if must_differ else None
        yield from _of_the_role(held, meeting.minutes, clause.minutes_roles, "takes the minutes of", spared)
    able = _throughout(held, "social_worker")
    if meeting.chair is None and able:
        yield Finding(f"{held.id} has no chair, and {able[0]} could be.", (held.id,), tuple(able))
    able = [person for person in able if not (must_differ and person == meeting.chair)]
    if meeting.minutes is None and able:
        yield Finding(
            f"{held.id} has nobody for the minutes, and {able[0]} could be.", (held.id,), tuple(able)
        )


def _chair_clause(held: Held) -> ChairClause | None:
    """The first of the policy's clauses on chairing that applies to the meeting."""
    is_first = held.previous is None and any(held_count(plan) == 0 for plan in held.plans)
    is_complex = any(plan.complex for plan in held.plans)
    applies = {"always": True, "first": is_first, "later": not is_first, "complex": is_complex}
    for clause in held.series.rule.chairing:
        if applies[clause.at]:
            return clause
    return None


def _of_the_role(
    held: Held, person: str | None, wanted: tuple[Role, ...], job: str, spared: str | None
) -> Iterator[Finding]:
    """Whoever has a job is of the first role named of which somebody could have it.

    Two jobs are two people's where that can be, so somebody who has the other one already may be passed over.
    """
    other = held.meeting.chair if job != "chairs" else None
    for role in wanted:
        able = [one for one in _throughout(held, role) if one != spared]
        if able:
            if person not in able and able != [other]:
                text = (
                    f"{person or 'Nobody'} {job} {held.id}; {able[0]} is there, and the policy says {role}."
                )
                yield Finding(text, (held.id,), (*([person] if person else []), able[0]))
            return


def _asked_to_chair(held: Held) -> set[str]:
    return {
        part.person
        for plan in held.plans
        for part in plan.participants
        if part.chairs
        and (part.from_ is None or part.from_ <= held.day)
        and (part.until is None or held.day <= part.until)
    }


def _throughout(held: Held, role: Role) -> list[str]:
    """People of a role who take part in the whole meeting."""
    return [
        presence.person
        for presence in held.presences
        if (record := held.case.people.get(presence.person)) is not None
        and record.role == role
        and (presence.place is None or presence.place.sitting is None)
    ]
