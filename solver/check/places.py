"""Who has a place at a meeting, and on what terms: the membership of section 2 of ``solver/RULES.md``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from solver.check.case import Case
from solver.check.series import Member, Series, held_count
from solver.policy.model import ManagerClause, MeetingRule
from solver.schema.base import FAMILY_ROLES, Level, Remote, Role, SittingId
from solver.schema.caseload import Person

STRENGTH: Final[dict[Level, int]] = {"essential": 2, "expected": 1, "invited": 0}
STRICTNESS: Final[dict[Remote, int]] = {"no": 2, "if_needed": 1, "yes": 0}


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place at a meeting.

    Attributes
    ----------
    sitting : "A", "B" or None
        Of a split meeting; ``None`` is both.
    """

    person: str
    role: Role
    level: Level
    remote: Remote
    sitting: SittingId | None

    @property
    def is_family(self) -> bool:
        """Whether the place is of a family role."""
        return self.role in FAMILY_ROLES


def places_at(case: Case, series: Series, day: date, *, is_first: bool) -> tuple[Place, ...]:
    """Return the places at a meeting of a series on a day, each person once.

    Parameters
    ----------
    is_first : bool
        Whether it is the series' first meeting in the calendar.
    """
    entries: list[Place] = []
    members = series.members_on(day)
    for member in members:
        entries += _children(case, member) + _participants(case, member, day) + _receiving(case, member, day)
    clause = _manager_clause(series, members, is_first=is_first)
    is_manager_there = any(entry.role == "team_manager" for entry in entries)
    if clause is not None and case.manager is not None and not is_manager_there:
        entries.append(_place(case, case.manager, clause.level))
    places: dict[str, Place] = {}
    for entry in entries:
        earlier = places.get(entry.person)
        place = entry if earlier is None else _together(earlier, entry)
        places[entry.person] = place if series.is_split else _of_both_sittings(place)
    return tuple(places.values())


def _children(case: Case, member: Member) -> list[Place]:
    return [
        Place(
            person=child.id,
            role="child",
            level=_policy_level(member.rule, "child") if child.attends == "yes" else "invited",
            remote=_default_remote(case.people.get(child.id)),
            sitting=child.sitting,
        )
        for child in member.plan.children
        if child.attends != "no"
    ]


def _participants(case: Case, member: Member, day: date) -> list[Place]:
    places = []
    for part in member.plan.participants:
        person = case.people.get(part.person)
        has_come = part.from_ is None or part.from_ <= day
        has_left = part.until is not None and part.until < day
        if person is not None and has_come and not has_left:
            level = part.level or _policy_level(member.rule, person.role)
            places.append(_place(case, person, level, part.remote, part.sitting))
    return places


def _receiving(case: Case, member: Member, day: date) -> list[Place]:
    handover = member.plan.handover
    person = case.people.get(handover.person) if handover is not None and handover.date <= day else None
    return [] if person is None else [_place(case, person, "invited")]


def _manager_clause(series: Series, members: tuple[Member, ...], *, is_first: bool) -> ManagerClause | None:
    clause = series.rule.manager
    if clause is None:
        return None
    is_first_of_kind = is_first and any(held_count(member.plan) == 0 for member in members)
    is_complex = any(member.plan.complex for member in members)
    return clause if is_complex or (clause.at == "first" and is_first_of_kind) else None


def _place(
    case: Case, person: Person, level: Level, remote: Remote | None = None, sitting: SittingId | None = None
) -> Place:
    role: Role = "child" if person.id in case.children else person.role
    return Place(person.id, role, level, remote or _default_remote(person), sitting)


def _policy_level(rule: MeetingRule, role: Role) -> Level:
    for clause in rule.attendance:
        if role in clause.roles:
            return clause.level
    return "invited"


def _default_remote(person: Person | None) -> Remote:
    if person is None:
        return "no"
    can_join = person.role not in FAMILY_ROLES if person.remote is None else person.remote
    return "if_needed" if can_join else "no"


def _together(one: Place, other: Place) -> Place:
    """One person's place out of two entries: the strongest level, the strictest remote, a sitting if both agree."""
    return Place(
        person=one.person,
        role=one.role,
        level=max(one.level, other.level, key=lambda level: STRENGTH[level]),
        remote=max(one.remote, other.remote, key=lambda remote: STRICTNESS[remote]),
        sitting=one.sitting if one.sitting == other.sitting else None,
    )


def _of_both_sittings(place: Place) -> Place:
    return Place(place.person, place.role, place.level, place.remote, None)
