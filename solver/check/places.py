"""Who has a place at a meeting, and on what terms: the membership of section 2 of ``solver/RULES.md``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from solver.check.case import Case
from solver.check.series import Member, Series, held_count
from solver.policy.meeting_clauses import ManagerClause, SlotClause
from solver.policy.model import MeetingRule
from solver.schema.base import FAMILY_ROLES, Level, Remote, Role, SittingId
from solver.schema.caseload import Child, Participant, Person

STRENGTH: Final[dict[Level, int]] = {"essential": 2, "expected": 1, "invited": 0}
STRICTNESS: Final[dict[Remote, int]] = {"no": 2, "if_needed": 1, "yes": 0}


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place at a meeting.

    Attributes
    ----------
    sitting : "A", "B" or None
        Of a split meeting; ``None`` is both.
    may_stand_in : frozenset of str
        Others of the slot that its owner holds, who have no place of their own.
    """

    person: str
    role: Role
    level: Level
    remote: Remote
    sitting: SittingId | None
    may_stand_in: frozenset[str] = frozenset()

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
    holders: set[str] = set()
    for member in members:
        slots = [_fill(case, member, slot, day, holders) for slot in member.rule.slots]
        entries += _children(member, case, day)
        entries += _participants(case, member, day, slots)
        entries += _receiving(case, member, day)
        holders |= {person for slot in slots for person in slot.held_by}
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


@dataclass(frozen=True, slots=True)
class _Slot:
    """Who of a plan fills a slot: those who hold it, and those it leaves out, who may stand in for them."""

    level: Level
    held_by: frozenset[str]
    left_out: frozenset[str]


def _fill(case: Case, member: Member, slot: SlotClause, day: date, holders: set[str]) -> _Slot:
    """Fill one slot of one plan. `holders` hold a slot of a plan before it."""
    wanted = slot.count
    asked: list[str] = []
    for part in _there(case, member, day):
        if case.people[part.person].role in slot.roles:
            if part.level is None:
                asked.append(part.person)
            elif part.level != "invited":
                wanted -= 1
    held = [person for person in asked if person in holders]
    others = [person for person in asked if person not in holders]
    held += others[: max(0, wanted - len(held))]
    return _Slot(slot.level, frozenset(held), frozenset(asked).difference(held))


def _children(member: Member, case: Case, day: date) -> list[Place]:
    places = []
    for child in member.plan.children:
        level = _child_level(member, child, day)
        if level is not None:
            remote = _default_remote(case.people.get(child.id))
            places.append(Place(child.id, "child", level, remote, child.sitting))
    return places


def _child_level(member: Member, child: Child, day: date) -> Level | None:
    """The level of a child's place; ``None`` where the child has none."""
    if child.attends == "yes":
        return _policy_level(member.rule, "child")
    clause = member.rule.child
    if child.attends == "no":
        return None
    if clause is None:
        return "invited"
    if clause.from_age is not None and _age(child.date_of_birth, day) < clause.from_age:
        return None
    return clause.level


def _age(born: date, day: date) -> int:
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (0 if had_birthday else 1)


def _there(case: Case, member: Member, day: date) -> list[Participant]:
    """Participants of a plan on a day."""
    return [
        part
        for part in member.plan.participants
        if part.person in case.people
        and (part.from_ is None or part.from_ <= day)
        and not (part.until is not None and part.until < day)
    ]


def _participants(case: Case, member: Member, day: date, slots: list[_Slot]) -> list[Place]:
    places = []
    for part in _there(case, member, day):
        person = case.people[part.person]
        level = part.level or _policy_level(member.rule, person.role, member)
        others: frozenset[str] = frozenset()
        if part.level is None:
            if any(person.id in slot.left_out for slot in slots):
                continue
            for slot in slots:
                if person.id in slot.held_by:
                    level, others = slot.level, slot.left_out
        places.append(replace(_place(case, person, level, part.remote, part.sitting), may_stand_in=others))
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


def _policy_level(rule: MeetingRule, role: Role, member: Member | None = None) -> Level:
    stands_in = role == "advocate" and rule.child is not None and rule.child.instead == role
    # They come for a child who does not.
    if stands_in and member is not None and all(child.attends == "yes" for child in member.plan.children):
        return "invited"
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
        may_stand_in=one.may_stand_in | other.may_stand_in,
    )


def _of_both_sittings(place: Place) -> Place:
    return replace(place, sitting=None)
