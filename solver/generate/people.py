"""The team's staff and the partner agencies, with their working patterns and who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Final

from solver.generate.draft import WORK_WEEK, Draft, weekly
from solver.generate.names import Numbering
from solver.generate.places import Area, SchoolPlace
from solver.generate.shape import Shape, scaled, worker_count
from solver.schema.base import Hours, Role, Weekday

COUNCIL: Final = "Example Council children's services"
HEALTH: Final = "Example Community Health"
DOMAIN: Final = "example.invalid"

PARTNERS: Final[tuple[tuple[Role, str, str, str, int], ...]] = (
    ("health_visitor", "hv", "Testvisitor", HEALTH, 3),
    ("school_nurse", "sn", "Testnurse", HEALTH, 2),
    ("midwife", "mw", "Testmidwife", HEALTH, 1),
    ("early_years", "ey", "Testnursery", "Example Nurseries", 3),
    ("family_support", "fs", "Testsupporter", "Example Family Support", 4),
    ("mental_health", "mh", "Testclinician", "Example Mental Health Trust", 2),
    ("therapist", "th", "Testtherapist", "Example Mental Health Trust", 1),
    ("advocate", "adv", "Testadvocate", "Example Advocacy", 2),
    ("police", "pol", "Testofficer", "Example Police", 2),
    ("probation", "prob", "Testprobation", "Example Probation", 2),
    ("housing", "hou", "Testhousing", "Example Housing", 2),
)
"""Role, id prefix, name, agency and how many serve a team of 150 plans."""
COVERED: Final[frozenset[Role]] = frozenset(
    {"health_visitor", "school_nurse", "midwife", "police", "probation", "family_support", "early_years"}
)
"""Roles whose agency names a deputy."""


@dataclass(eq=False)
class Team:
    """One team, and the partners who serve its families."""

    area: Area
    manager: Draft
    workers: list[Draft]
    seniors: list[Draft]
    support: list[Draft]
    receiving: list[Draft]
    partners: dict[Role, list[Draft]] = field(default_factory=dict)
    leads: dict[str, Draft] = field(default_factory=dict)
    """Designated safeguarding lead by school id."""

    @property
    def staff(self) -> list[Draft]:
        """Everybody whom the council employs."""
        return [self.manager, *self.workers, *self.seniors, *self.support]


class Staffing:
    """Makes up the people of all teams, with ids counted through the whole caseload."""

    def __init__(self, rng: Random, shape: Shape, sizes: list[int], schools: int) -> None:
        self._rng, self._shape = rng, shape
        teams, plans = len(sizes), sum(sizes)
        self._numbers: dict[str, Numbering] = {
            "sw": Numbering("sw", "Testworker", sum(map(worker_count, sizes))),
            "tm": Numbering("tm", "Testmanager", teams),
            "sp": Numbering("sp", "Testsenior", 2 * teams),
            "bs": Numbering("bs", "Testadmin", 2 * teams),
            "rw": Numbering("rw", "Testreceiver", 2 * teams),
            "dsl": Numbering("dsl", "Testlead", 2 * schools),
            "int": Numbering("int", "Testinterpreter", scaled(shape.interpreters, plans)),
        }
        for role, prefix, word, _agency, count in PARTNERS:
            most = sum(self._partner_count(role, count, size) for size in sizes)
            self._numbers[prefix] = Numbering(prefix, word, most)
        self.interpreters = [self._interpreter() for _ in range(scaled(shape.interpreters, plans))]

    def team(self, area: Area) -> Team:
        """One team with its partners."""
        office = area.offices[0].id
        workers = [self._worker(index, area) for index in range(worker_count(area.plans))]
        seniors = [self._council("sp", "senior_practitioner", office) for _ in range(scaled(2, area.plans))]
        for index, worker in enumerate(workers):
            worker.deputies.append(seniors[index % len(seniors)])
            if len(workers) > 1:
                worker.deputies.append(workers[(index + 1) % len(workers)])
        team = Team(
            area=area,
            manager=self._council("tm", "team_manager", office),
            workers=workers,
            seniors=seniors,
            support=[self._council("bs", "business_support", office) for _ in range(scaled(2, area.plans))],
            receiving=[self._council("rw", "receiving_worker", office) for _ in range(scaled(2, area.plans))],
        )
        team.manager.deputies.append(seniors[0])
        for role, prefix, _word, agency, count in PARTNERS:
            team.partners[role] = self._pool(
                role, prefix, agency, self._partner_count(role, count, area.plans), area
            )
        for place in area.schools:
            team.leads[place.school.id] = self._lead(place)
        return team

    def _partner_count(self, role: Role, count: int, plans: int) -> int:
        # An agency with a deputy needs somebody to be it.
        return scaled(count, plans, least=2 if role in COVERED else 1)

    def _new(self, prefix: str, role: Role, agency: str, site: str | None, domain: str) -> Draft:
        ident, name = self._numbers[prefix].next()
        return Draft(ident, name, role, agency, f"{ident}@{domain}.{DOMAIN}", site)

    def _council(self, prefix: str, role: Role, site: str) -> Draft:
        person = self._new(prefix, role, COUNCIL, site, "council")
        person.hours = weekly(9 * 60, 17 * 60 + 30)
        return person

    def _worker(self, index: int, area: Area) -> Draft:
        worker = self._council("sw", "social_worker", area.offices[index % len(area.offices)].id)
        worker.cap = 4
        # One in four works part-time; the team's first never does, so that there is one in a team of one.
        if index % 4 == 3:
            worker.capacity = 0.8
            worker.cap = 3
            off = self._rng.choice(WORK_WEEK)
            worker.hours = weekly(9 * 60, 17 * 60 + 30, tuple(day for day in WORK_WEEK if day != off))
        # The team meets on Wednesday mornings.
        elif area.plans > 40:
            worker.hours = weekly(9 * 60, 17 * 60 + 30) | {"wed": ((11 * 60 + 30, 17 * 60 + 30),)}
        return worker

    def _pool(self, role: Role, prefix: str, agency: str, count: int, area: Area) -> list[Draft]:
        site = area.clinic.id if agency == HEALTH else None
        domain = agency.split()[1].lower()
        pool = [self._new(prefix, role, agency, site, domain) for _ in range(count)]
        for index, person in enumerate(pool):
            person.hours = self._partner_hours(index)
            person.capacity = len(person.hours) / 5
            if self._rng.random() < self._shape.partner_in_person:
                person.remote = False
            if role in COVERED:
                person.deputies.append(pool[(index + 1) % count])
        return pool

    def _partner_hours(self, index: int) -> Hours:
        start, end = self._rng.choice(((8 * 60 + 30, 16 * 60 + 30), (9 * 60, 17 * 60), (9 * 60, 17 * 60)))
        # Every second partner works part-time.
        days = 5 if index % 2 == 0 else self._rng.choice((3, 4))
        chosen: list[Weekday] = self._rng.sample(WORK_WEEK, days)
        return weekly(start, end, tuple(day for day in WORK_WEEK if day in chosen))

    def _lead(self, place: SchoolPlace) -> Draft:
        agency = place.school.name
        leads = [self._new("dsl", "school", agency, place.site.id, place.school.id) for _ in range(2)]
        for lead in leads:
            lead.hours = weekly(8 * 60 + 15, 17 * 60)
            for first, last in place.holidays:
                lead.leave(first, last)
            if self._rng.random() < self._shape.partner_in_person:
                lead.remote = False
        leads[0].deputies.append(leads[1])
        return leads[0]

    def _interpreter(self) -> Draft:
        person = self._new("int", "interpreter", "Example Interpreting", None, "interpreting")
        days: list[Weekday] = self._rng.sample(WORK_WEEK, 3)
        person.hours = {
            day: (self._rng.choice(((9 * 60, 13 * 60), (12 * 60, 17 * 60), (9 * 60, 17 * 60))),)
            for day in WORK_WEEK
            if day in days
        }
        person.cap = 4
        return person


def teams_needed(sizes: list[int]) -> list[int]:
    """How many schools serve each team: 8 to 14 for a whole one."""
    return [max(1, min(14, ceil(size / 13))) if size >= 6 else 2 for size in sizes]
