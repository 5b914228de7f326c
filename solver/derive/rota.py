"""Who chairs each meeting and who takes its minutes: the rule ``roles`` of ``solver/RULES.md``.

Whoever may do either job at a meeting is worked out here; ``solver.derive.turns`` shares the jobs out among them.
Sources: B11, B23, B25, S4 (shared and in turns), C21 and U6 (the social worker chairs), B33 (families may chair).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from solver.derive.standing import TAKES_PART, Standing, by_series, day_of, in_order, participants_on
from solver.derive.turns import Duties, Job, share_out
from solver.policy.meeting_clauses import ChairClause
from solver.policy.model import Policy
from solver.schema.base import Role
from solver.schema.calendar import Meeting
from solver.schema.caseload import BookedMeeting, Caseload

Had = tuple[str | None, str | None]
"""Who chairs a meeting and who takes its minutes, as things are."""
NOBODY: Final[Mapping[str, Had]] = MappingProxyType({})
NEVER_CHAIRS: Final[frozenset[Role]] = frozenset({"child", "advocate", "interpreter", "business_support"})
"""They speak for the child or another, put words into another language, or run the meeting for others."""
NEVER_MINUTES: Final[frozenset[Role]] = frozenset({"child", "advocate", "interpreter"})
"""As above, but minutes are a job that business support does."""


def assign_roles(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Propose a chair and a minute-taker for every meeting.

    Both take part in the whole meeting, in both sittings of a split one. Who has them already, where a booked meeting of the
    caseload stands as it was, keeps them as long as they may. Else the chair is a participant with ``chairs`` where one
    comes; else the first who comes of the roles that the policy names, first in the order of places; else a professional in
    turn. A member of the family is proposed only where their own entry says ``chairs``: a policy's ``family_may_chair``
    lets a family ask for it, and is no reason to send them for it. Minutes go to the roles that the policy names or to a
    professional in turn, likewise. Without a clause in the policy both go in turn.

    Chair and minute-taker are two people wherever two are there. With one alone, that one does both unless
    the policy says that they ``differ``; then nobody minutes.

    Parameters
    ----------
    caseload, policy
    meetings
        In any order; roles that they carry already are not looked at.

    Returns
    -------
    tuple of Meeting
        In the order given; ``chair`` and ``minutes`` are ``None`` where nobody who comes qualifies.
    """
    return propose_roles(caseload, policy, meetings)[0]


def propose_roles(
    caseload: Caseload, policy: Policy, meetings: Sequence[Meeting], had: Mapping[str, Had] | None = None
) -> tuple[tuple[Meeting, ...], bool]:
    """Do as `assign_roles`, and say whether it is proven that no series could have more even turns.

    Whoever had a job at a meeting (``had``, by its id) keeps it as those of a booked meeting do.
    """
    done, proven = share_out(duties_of(Standing.of(caseload, policy), meetings, had=had or {}))
    with_roles = (
        meeting.model_copy(
            update={"chair": done.get((meeting.id, "chair")), "minutes": done.get((meeting.id, "minutes"))}
        )
        for meeting in meetings
    )
    return tuple(with_roles), proven


def duties_of(
    standing: Standing,
    meetings: Sequence[Meeting],
    *,
    keep: bool = True,
    had: Mapping[str, Had] = NOBODY,
) -> list[Duties]:
    """Return the jobs of meetings with everybody who may do them, in order of start.

    Parameters
    ----------
    keep : bool
        Whether who was to do them at a booked meeting that stands is the only one.
    had : mapping
        By meeting, chair and minute-taker who are the only ones likewise.
    """
    booked: dict[tuple[datetime, str], list[BookedMeeting]] = {}
    for one in standing.caseload.booked:
        booked.setdefault((one.start, one.venue), []).append(one)
    openings = {chain[0].id for chain in by_series(meetings).values()}
    found = []
    for meeting in in_order(meetings):
        clause = clause_of(standing, meeting, opens=meeting.id in openings)
        differ = clause is not None and clause.differ
        chairs = _may_chair(standing, meeting, clause)
        # Who alone has to chair and must not do both is passed over for the minutes.
        spared = chairs[0] if differ and len(chairs) == 1 else None
        minute_takers = _may_minute(standing, meeting, clause, spared)
        kept = had.get(meeting.id) or (_kept(booked, meeting) if keep else None)
        if kept is not None:
            chair, minutes = kept
            chairs = [chair] if chair is not None and chair in chairs else chairs
            if minutes is not None and minutes in minute_takers and not (differ and chairs == [minutes]):
                minute_takers = [minutes]
        found.append(_duties(meeting, chairs, minute_takers, differ=differ))
    return found


def _duties(meeting: Meeting, chairs: Sequence[str], minute_takers: Sequence[str], *, differ: bool) -> Duties:
    two = any(chair != taker for chair in chairs for taker in minute_takers)
    if two and len(chairs) == 1:
        minute_takers = [taker for taker in minute_takers if taker != chairs[0]]
    elif two and len(minute_takers) == 1:
        chairs = [chair for chair in chairs if chair != minute_takers[0]]
    if not two and chairs and differ:
        # One person alone: the meeting needs a chair more than a minute-taker.
        minute_takers = []
    may: dict[Job, tuple[str, ...]] = {
        "chair": tuple(sorted(chairs)),
        "minutes": tuple(sorted(minute_takers)),
    }
    return Duties(meeting.id, meeting.series, may, apart=two)


def clause_of(standing: Standing, meeting: Meeting, *, opens: bool) -> ChairClause | None:
    """Return the clause that says who runs a meeting: the first that applies to it.

    Parameters
    ----------
    opens : bool
        Whether it is the first of its series in the calendar.
    """
    first = opens and standing.has_first(meeting)
    holds = {
        "always": True,
        "first": first,
        "later": not first,
        "complex": any(plan.complex for plan in standing.plans_of(meeting)),
    }
    return next((clause for clause in standing.rule_of(meeting).chairing if holds[clause.at]), None)


def _kept(booked: Mapping[tuple[datetime, str], Sequence[BookedMeeting]], meeting: Meeting) -> Had | None:
    """Find whose jobs these are at the booked meeting that this one still is: several virtual ones may be at one place."""
    return next(
        (
            (one.chair, one.minutes)
            for one in booked.get((meeting.start, meeting.venue), ())
            if one.series in (None, meeting.series)
            and one.kind in (None, meeting.kind)
            and set(one.plans).intersection(meeting.plans)
        ),
        None,
    )


def _may_chair(standing: Standing, meeting: Meeting, clause: ChairClause | None) -> list[str]:
    there = _there(standing, meeting, NEVER_CHAIRS)
    day = day_of(meeting)
    asked = {
        part.person
        for plan in standing.plans_of(meeting)
        for part in participants_on(plan, day)
        if part.chairs
    }
    return (
        [person for person in there if person in asked]
        or (_of_roles(standing, there, clause.chair_roles) if clause is not None else [])
        or [person for person in there if not standing.is_family(person)]
    )


def _may_minute(
    standing: Standing, meeting: Meeting, clause: ChairClause | None, spared: str | None
) -> list[str]:
    there = [person for person in _there(standing, meeting, NEVER_MINUTES) if not standing.is_family(person)]
    others = [person for person in there if person != spared]
    return (_of_roles(standing, others, clause.minutes_roles) if clause is not None else []) or there


def _there(standing: Standing, meeting: Meeting, never: frozenset[Role]) -> list[str]:
    """People who take part in the whole meeting and whose role allows the job, own places before deputies."""
    there = [
        entry
        for entry in meeting.attendees
        if entry.status in TAKES_PART
        and not (meeting.sittings and entry.sitting)
        and standing.role(entry.person) not in never
    ]
    return [entry.person for entry in sorted(there, key=lambda entry: entry.status == "deputy")]


def _of_roles(standing: Standing, there: Sequence[str], roles: Sequence[Role]) -> list[str]:
    """Return who comes first of those present, by the order of the roles and then of the places."""
    return next(
        ([person] for role in roles for person in there if standing.role(person) == role),
        [],
    )
