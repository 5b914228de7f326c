"""Plans: a family's network, wishes and histories put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from solver.generate.draft import DAY, Draft, least_loaded
from solver.generate.families import ChildDraft, Families, Family
from solver.generate.history import History
from solver.generate.people import Team
from solver.generate.places import VIRTUAL_ID, Places
from solver.generate.shape import Shape
from solver.schema.base import Level, Remote, Role, SittingId
from solver.schema.caseload import Handover, Participant, Plan, Split, TimeWishes, Venue, VenueWishes

SHARED_CHANCE: Final = 0.35
"""Share of families who have a partner that serves several teams, where the agency has others for each team."""
LATE_DAYS: Final = 10
"""Days after its due date for which a first meeting still has the manager of its own team."""


@dataclass(frozen=True)
class Case:
    """One child of a family with the history of the plan and the id it gets."""

    child: ChildDraft
    history: History
    plan: str


class PlanMaker:
    """Turns families into plans.

    Parameters
    ----------
    rng, shape, families, places : where the rest comes from.
    interpreters : shared by all teams.
    end : last day of the horizon.
    """

    def __init__(
        self,
        rng: Random,
        shape: Shape,
        families: Families,
        places: Places,
        interpreters: list[Draft],
        *,
        end: date,
    ) -> None:
        self._rng, self._shape, self._families, self._places = rng, shape, families, places
        self._interpreters, self._end = interpreters, end
        self.venues: list[Venue] = []
        """Homes and placements so far."""
        self.interpreted: dict[str, list[Draft]] = {}
        """Workers who meet families with an interpreter, by the interpreter's id."""

    def plans(self, family: Family, cases: list[Case], *, joint: bool) -> list[Plan]:
        """The plans of one family.

        Parameters
        ----------
        joint : whether they are one sibling group; else every plan has a series of its own.
        """
        rng = self._rng
        wishes = self._venue(family, cases)
        network = list(self._network(family, cases))
        receiving = rng.choice(family.team.receiving) if rng.random() < 0.04 else None
        handover = min(cases[0].history.due + DAY * rng.randrange(20, 100), self._end)
        minutes = self._minutes(family)
        own_interpreter = self._interpreter(family)
        plans = []
        for case in cases:
            history, child = case.history, case.child
            fields: dict[str, Any] = {}
            if joint:
                fields["sibling_group"] = f"family-{family.number}"
            if family.split:
                fields["split"] = Split(reason="The parents must not meet")
            if receiving is not None:
                fields["handover"] = Handover(date=handover, person=receiving.id)
            if family.times != TimeWishes():
                fields["times"] = family.times
            plans.append(
                Plan(
                    id=case.plan,
                    type=history.kind,
                    children=(child.child(),),
                    events=history.events,
                    ends=self._ends(child, history),
                    complex=family.complex,
                    every_at_most=history.every_at_most,
                    minutes=minutes,
                    participants=(
                        *self._core(family, history),
                        *network,
                        *own_interpreter,
                        *self._own(family, child, history, known=len(network)),
                    ),
                    venue=wishes,
                    **fields,
                )
            )
        return plans

    def _minutes(self, family: Family) -> int:
        if family.split:
            return 45
        after_school = any(child.attends == "yes" for child in family.children)
        # Between the end of school and the end of the day there is no time for a long one.
        weights = (80, 20, 0, 0) if after_school else (70, 12, 8, 10)
        return self._rng.choices((60, 45, 75, 90), weights=weights)[0]

    def _ends(self, child: ChildDraft, history: History) -> date | None:
        """A plan ends at eighteen; a few child in need plans end when the consent or the need does."""
        birthday = child.eighteenth()
        if birthday <= self._end:
            return birthday - DAY
        if history.kind == "child_in_need" and self._rng.random() < 0.06:
            left = (self._end - history.due).days
            return history.due + DAY * self._rng.randrange(max(1, left))
        return None

    def _core(self, family: Family, history: History) -> Iterator[Participant]:
        """The social worker, the parents, and the manager where the policy would bring another team's."""
        rng = self._rng
        yield _part(family.worker)
        chairs = history.kind == "child_in_need" and rng.random() < 0.03
        for index, parent in enumerate(family.parents):
            sitting: SittingId | None = ("A", "B")[index] if family.split else None
            yield _part(parent, sitting=sitting, chairs=chairs and index == 0)
        if family.team.area.number > 1 and (family.complex or history.first):
            # A policy brings the caseload's first manager unless the plan has its own there.
            last = max(history.due, history.earliest) + DAY * LATE_DAYS
            until = None if family.complex else last
            yield _part(family.team.manager, level="expected", until=until)

    def _network(self, family: Family, cases: list[Case]) -> Iterator[Participant]:
        """Who works with the whole family."""
        rng = self._rng
        history = cases[0].history
        kinds = {case.history.kind for case in cases}
        protection = "child_protection" in kinds
        if family.complex and rng.random() < 0.4:
            yield _part(rng.choice(family.team.seniors), level="invited")
        if protection and rng.random() < 0.15:
            yield _part(rng.choice(family.team.support), level="invited")
        chances: tuple[tuple[Role, float, Level | None], ...] = (
            ("family_support", 0.45, None),
            ("mental_health", 0.12, None),
            ("police", 0.15 if protection else 0.02, "invited"),
            ("probation", 0.07, None),
            ("housing", 0.06, "invited"),
        )
        for role, chance, level in chances:
            if rng.random() < chance:
                # Some services have a waiting list.
                waits = role in ("mental_health", "family_support") and rng.random() < 0.1
                from_ = history.due + DAY * rng.randrange(60) if waits else None
                yield self._partner(family, role, level, from_=from_)
        if "looked_after" in kinds:
            yield _part(self._families.relative("Carer", "carer", "carer"))
        elif rng.random() < 0.12:
            yield _part(self._families.relative("Relative", "rel", "family"))

    def _own(
        self, family: Family, child: ChildDraft, history: History, *, known: int
    ) -> Iterator[Participant]:
        """Who works with this child: health, school, advocate."""
        rng = self._rng
        professionals = known
        wanted: tuple[tuple[Role, bool, float], ...] = (
            ("midwife", child.age == 0, 0.15),
            ("health_visitor", child.age < 5, 1.0),
            ("early_years", child.age in (2, 3), 0.5),
            ("school_nurse", child.school is not None, 0.35 if history.kind == "child_protection" else 0.15),
            ("advocate", child.attends != "no", 0.15),
            ("therapist", child.age >= 12, 0.1),
        )
        if child.school is not None:
            professionals += 1
            yield _part(family.team.leads[child.school.school.id])
        for role, applies, chance in wanted:
            if applies and rng.random() < chance:
                professionals += 1
                # A midwife hands over to the health visitor some weeks after the birth.
                until = history.earliest + DAY * rng.randrange(14, 60) if role == "midwife" else None
                yield self._partner(family, role, until=until)
        if professionals < 2:
            # Nobody is met about by a social worker alone.
            yield self._partner(family, "family_support" if child.age < 11 else "school_nurse")

    def _partner(
        self,
        family: Family,
        role: Role,
        level: Level | None = None,
        *,
        from_: date | None = None,
        until: date | None = None,
    ) -> Participant:
        if role not in family.partners:
            family.partners[role] = least_loaded(self._pool(family.team, role))
            family.partners[role].load += 1
        person = family.partners[role]
        remote: Remote | None = None
        if role in ("police", "probation") and person.remote is None and self._rng.random() < 0.3:
            remote = "yes"
        return _part(person, level=level, remote=remote, from_=from_, until=until)

    def _pool(self, team: Team, role: Role) -> list[Draft]:
        own, shared = team.partners.get(role, []), team.shared.get(role, [])
        if own and shared:
            return shared if self._rng.random() < SHARED_CHANCE else own
        return own or shared

    def _interpreter(self, family: Family) -> tuple[Participant, ...]:
        if not family.interpreter:
            return ()
        person = least_loaded(self._interpreters)
        person.load += 1
        self.interpreted.setdefault(person.id, []).append(family.worker)
        return (_part(person, level="essential"),)

    def _venue(self, family: Family, cases: list[Case]) -> VenueWishes:
        rng, shape, area = self._rng, self._shape, family.team.area
        schools = list(dict.fromkeys(case.child.school.venue.id for case in cases if case.child.school))
        never = [ident for ident in schools if rng.random() < shape.refuses_school]
        if (len(area.offices) > 1 or area.locality is not None) and rng.random() < shape.refuses_office:
            office = rng.choice(area.offices)
            never += [room.id for room in area.rooms if room.site == office.id]
        prefer: list[str] = []
        chance, kinds = rng.random(), {case.history.kind for case in cases}
        if "looked_after" in kinds and chance < 0.4:
            prefer.append(self._keep(self._places.placement(family.number, family.needs)))
        elif chance < 0.06 and len(cases) < 3 and not family.split:
            home = self._places.home(family.number, family.needs, confidential=rng.random() < 0.2)
            prefer.append(self._keep(home))
        elif chance < 0.2:
            prefer += [ident for ident in schools if ident not in never][:1]
        elif chance < 0.3:
            prefer.append(rng.choice([room.id for room in area.rooms_near() if room.id not in never]))
        only: list[str] = []
        if area.locality is not None:
            # Nobody is sent across a whole authority.
            near = [*(room.id for room in area.rooms_near()), *schools]
            only = list(dict.fromkeys([ident for ident in near if ident not in never] + prefer))
            if shape.virtual:
                only.append(VIRTUAL_ID)
        return VenueWishes(needs=family.needs, never=tuple(never), prefer=tuple(prefer), only=tuple(only))

    def _keep(self, venue: Venue) -> str:
        self.venues.append(venue)
        return venue.id


def _part(
    person: Draft,
    *,
    level: Level | None = None,
    remote: Remote | None = None,
    from_: date | None = None,
    until: date | None = None,
    sitting: SittingId | None = None,
    chairs: bool = False,
) -> Participant:
    return Participant(
        person=person.id,
        level=level,
        remote=remote,
        from_=from_,
        until=until,
        sitting=sitting,
        chairs=chairs,
    )
