"""Who chairs each meeting and who takes its minutes: the rule ``roles`` of ``solver/RULES.md``.

Meetings are taken in order of start. Of the pairs of chair and minute-taker that the policy allows, the one
is chosen

1. that has chaired and minuted least in this series so far, each in the job they are to do;
2. then that has had the fewest jobs of either sort in this series, so that the two take turns together;
3. then that has had the fewest jobs in the whole team's calendar;
4. then the first by id.

So the proposal depends on the meetings and on nothing else, and the people who come to every meeting of a
series take turns: no two of them ever differ by more than one. Sources: B11, B23, B25, S4 (shared and in
turns), C21 and U6 (the social worker chairs), B33 (families may chair).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Literal

from solver.derive.standing import TAKES_PART, Standing, day_of, in_order, participants_on
from solver.policy.model import ChairClause, Policy
from solver.schema.base import Role
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload

Job = Literal["chair", "minutes"]
JOBS: Final[tuple[Job, ...]] = ("chair", "minutes")

NEVER_CHAIRS: Final[frozenset[Role]] = frozenset({"child", "advocate", "interpreter", "business_support"})
"""They speak for the child or another, put words into another language, or run the meeting for others."""
NEVER_MINUTES: Final[frozenset[Role]] = frozenset({"child", "advocate", "interpreter"})
"""As above, but minutes are a job that business support does."""


@dataclass
class _Load:
    """How often each person has had each job so far."""

    in_series: Counter[tuple[str, Job, str]] = field(default_factory=Counter)
    in_team: Counter[str] = field(default_factory=Counter)

    def rank(self, series: str, chair: str | None, minutes: str | None) -> tuple[int, int, int, str, str]:
        jobs = _jobs(chair, minutes)
        return (
            sum(self.in_series[series, job, person] for job, person in jobs),
            sum(self.in_series[series, job, person] for _, person in jobs for job in JOBS),
            sum(self.in_team[person] for _, person in jobs),
            chair or "",
            minutes or "",
        )

    def add(self, series: str, chair: str | None, minutes: str | None) -> None:
        for job, person in _jobs(chair, minutes):
            self.in_series[series, job, person] += 1
            self.in_team[person] += 1


def _jobs(chair: str | None, minutes: str | None) -> list[tuple[Job, str]]:
    return [(job, person) for job, person in zip(JOBS, (chair, minutes), strict=True) if person is not None]


def assign_roles(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting]) -> tuple[Meeting, ...]:
    """Propose a chair and a minute-taker for every meeting.

    Both take part in the whole meeting, in both sittings of a split one. The chair is a participant with
    ``chairs`` where one comes; else, where the policy says ``social_worker``, the social worker who comes,
    first in the order of places; else a professional in turn. A member of the family is proposed only where
    their own entry says ``chairs``: a policy's ``family_may_chair`` lets a family ask for it, and is no
    reason to send them for it. Minutes go to the social worker or to a professional in turn, likewise.
    Without a clause in the policy both go in turn.

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
    standing = Standing.of(caseload, policy)
    load = _Load()
    chosen: dict[str, Meeting] = {}
    for meeting in in_order(meetings):
        clause = standing.rule_of(meeting).chairing
        differ = clause is not None and clause.differ
        chair, minutes = _choose(
            _may_chair(standing, meeting, clause),
            _may_minute(standing, meeting, clause),
            differ,
            load,
            meeting.series,
        )
        load.add(meeting.series, chair, minutes)
        chosen[meeting.id] = meeting.model_copy(update={"chair": chair, "minutes": minutes})
    return tuple(chosen[meeting.id] for meeting in meetings)


def _choose(
    chairs: Sequence[str], minute_takers: Sequence[str], differ: bool, load: _Load, series: str
) -> tuple[str | None, str | None]:
    nobody: list[str | None] = [None]
    pairs = list(product([*chairs] or nobody, [*minute_takers] or nobody))
    two = [pair for pair in pairs if pair[0] != pair[1]]
    if not two and differ:
        # One person alone: the meeting needs a chair more than a minute-taker.
        two = [(chair, None) for chair, _ in pairs]
    return min(two or pairs, key=lambda pair: load.rank(series, *pair))


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
        or (_social_worker(standing, there) if clause is not None and clause.chair == "social_worker" else [])
        or [person for person in there if not standing.is_family(person)]
    )


def _may_minute(standing: Standing, meeting: Meeting, clause: ChairClause | None) -> list[str]:
    there = [person for person in _there(standing, meeting, NEVER_MINUTES) if not standing.is_family(person)]
    if clause is not None and clause.minutes == "social_worker":
        return _social_worker(standing, there) or there
    return there


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


def _social_worker(standing: Standing, there: Sequence[str]) -> list[str]:
    return [person for person in there if standing.role(person) == "social_worker"][:1]
