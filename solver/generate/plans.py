"""Plans: a family's network, wishes and history put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from solver.generate.draft import Draft
from solver.generate.events import OWN_INTERVAL, History
from solver.generate.families import ChildDraft, Families, Family
from solver.generate.people import DOMAIN
from solver.generate.places import VIRTUAL_ID, Places
from solver.generate.shape import Shape
from solver.schema.base import Level, Role
from solver.schema.caseload import Participant, Plan, Venue, VenueWishes


@dataclass(eq=False)
class Extras:
    """What plans bring into the caseload besides themselves."""

    people: list[Draft] = field(default_factory=list)
    venues: list[Venue] = field(default_factory=list)


class PlanMaker:
    """Turns families into plans."""

    def __init__(
        self,
        rng: Random,
        shape: Shape,
        families: Families,
        places: Places,
        interpreters: list[Draft],
        silent: frozenset[str],
    ) -> None:
        self._rng, self._shape, self._families, self._places = rng, shape, families, places
        self._interpreters, self._silent = interpreters, silent
        self.extras = Extras()

    def plans(self, family: Family, history: History, ids: list[str], *, teams: int) -> list[Plan]:
        """The plans of one family, of the given ids, all with one history."""
        rng = self._rng
        complex_case = rng.random() < 0.12
        split = len(family.parents) == 2 and rng.random() < 0.08
        shared = self._shared_network(
            family, history, complex_case=complex_case, first_team=family.team.area.number == 1
        )
        wishes = self._venue(family, teams)
        minutes = 45 if split else rng.choices((60, 45, 75, 90), weights=(70, 12, 8, 10))[0]
        receiving = rng.choice(family.team.receiving) if rng.random() < 0.04 else None
        plans = []
        for child, ident in zip(family.children, ids, strict=True):
            if split:
                # Both sittings would have to be after school.
                child.attends = "no"
            fields: dict[str, Any] = {
                "id": ident,
                "type": family.kind,
                "children": (child.child(),),
                "events": history.events,
                "minutes": minutes,
                "participants": self._participants(family, child, shared, split=split),
                "venue": wishes,
                "times": family.times,
                "complex": complex_case,
            }
            if family.joint:
                fields["sibling_group"] = f"family-{family.number}"
            if split:
                fields["split"] = {"reason": "The parents must not meet"}
            if receiving is not None:
                day = history.due + timedelta(days=rng.randrange(20, 100))
                fields["handover"] = {"date": day, "person": receiving.id}
            if family.kind in self._silent:
                fields["every_at_most"] = OWN_INTERVAL
            elif family.kind == "child_protection" and rng.random() < 0.03:
                fields["every_at_most"] = "21 days"
            plans.append(Plan.model_validate(fields))
        return plans

    def _partner(self, family: Family, role: Role) -> Draft:
        pool = family.team.partners[role]
        chosen = min(pool, key=lambda person: person.load / person.capacity)
        chosen.load += 1
        return chosen

    def _shared_network(
        self, family: Family, history: History, *, complex_case: bool, first_team: bool
    ) -> list[Participant]:
        """Who works with the whole family."""
        rng, kind = self._rng, family.kind
        protection = kind == "child_protection"
        network = [self._part(family.worker)]
        if not first_team and (complex_case or history.first):
            # The policy would take the first manager of the caseload; other teams bring their own.
            until = None if complex_case else history.due
            network.append(self._part(family.team.manager, level="expected", until=until))
        if complex_case and rng.random() < 0.4:
            network.append(self._part(rng.choice(family.team.seniors), level="invited"))
        if protection and rng.random() < 0.15:
            network.append(self._part(rng.choice(family.team.support), level="invited"))
        chances: tuple[tuple[Role, float, Level | None], ...] = (
            ("family_support", 0.45, None),
            ("mental_health", 0.12, None),
            ("police", 0.15 if protection else 0.02, "invited"),
            ("probation", 0.07, None),
            ("housing", 0.06, "invited"),
        )
        for role, chance, level in chances:
            if rng.random() < chance:
                network.append(self._part(self._partner(family, role), level=level))
        if rng.random() < self._shape.needs_interpreter:
            interpreter = min(self._interpreters, key=lambda person: person.load)
            interpreter.load += 1
            network.append(self._part(interpreter, level="essential"))
        if kind == "looked_after":
            network.append(self._part(self._relative("Carer", "carer", "carer")))
        elif rng.random() < 0.12:
            network.append(self._part(self._relative("Relative", "rel", "family")))
        return network

    def _participants(
        self, family: Family, child: ChildDraft, shared: list[Participant], *, split: bool
    ) -> tuple[Participant, ...]:
        """The family's network and the child's own: health, school, advocate."""
        rng = self._rng
        parents = [
            self._part(parent, sitting=("A", "B")[index] if split else None)
            for index, parent in enumerate(family.parents)
        ]
        own = []
        if child.age < 5:
            own.append(self._part(self._partner(family, "health_visitor")))
        if child.age in (2, 3) and rng.random() < 0.5:
            own.append(self._part(self._partner(family, "early_years")))
        if child.school is not None:
            own.append(self._part(family.team.leads[child.school.school.id]))
            if rng.random() < (0.35 if family.kind == "child_protection" else 0.15):
                own.append(self._part(self._partner(family, "school_nurse")))
        if child.attends != "no" and rng.random() < 0.15:
            own.append(self._part(self._partner(family, "advocate")))
        if child.age >= 12 and rng.random() < 0.1:
            own.append(self._part(self._partner(family, "therapist")))
        professionals = len(shared) + len(own)
        if professionals < 3 and not any(part.person.startswith("fs") for part in shared):
            own.append(self._part(self._partner(family, "family_support")))
        return (shared[0], *parents, *shared[1:], *own)

    def _part(
        self,
        person: Draft,
        *,
        level: Level | None = None,
        until: date | None = None,
        sitting: str | None = None,
    ) -> Participant:
        fields = {"level": level, "until": until, "sitting": sitting}
        given = {name: value for name, value in fields.items() if value is not None}
        return Participant.model_validate({"person": person.id} | given)

    def _relative(self, word: str, prefix: str, role: Role) -> Draft:
        ident, name = self._families.grown_up(word, prefix)
        person = Draft(ident, name, role, email=f"{ident}@family.{DOMAIN}")
        self.extras.people.append(person)
        return person

    def _venue(self, family: Family, teams: int) -> VenueWishes:
        rng, area = self._rng, family.team.area
        prefer: list[str] = []
        never: list[str] = []
        schools = {child.school.venue.id: child.school.venue for child in family.children if child.school}
        never += [ident for ident in schools if rng.random() < self._shape.refuses_school]
        if rng.random() < self._shape.refuses_office and len(area.rooms) > 3:
            # Not the large room, which everybody fits.
            never.append(rng.choice(area.rooms[1:]).id)
        chance = rng.random()
        if family.kind == "looked_after" and chance < 0.4:
            prefer.append(self._own(self._places.placement(family.number)))
        elif chance < 0.08:
            prefer.append(self._own(self._places.home(family.number, rng)))
        elif chance < 0.25:
            prefer += [ident for ident in schools if ident not in never][:1]
        elif chance < 0.35:
            prefer.append(rng.choice([room.id for room in area.rooms if room.id not in never]))
        only: list[str] = []
        if teams > 2:
            # In a whole authority nobody is sent across it: rooms of the area, and the family's own.
            only = [room.id for room in area.rooms if room.id not in never]
            only += [ident for ident in schools if ident not in never] + prefer
            only += [VIRTUAL_ID] if self._shape.virtual else []
        fields = {"needs": family.needs, "never": never, "prefer": prefer, "only": list(dict.fromkeys(only))}
        return VenueWishes.model_validate({name: value for name, value in fields.items() if value})

    def _own(self, venue: Venue) -> str:
        self.extras.venues.append(venue)
        return venue.id
