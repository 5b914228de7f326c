"""The team's staff and the partner agencies, with their working patterns and who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from solver.generate.draft import WORK_WEEK, Draft, clock, weekly
from solver.generate.names import DOMAIN, Numbering
from solver.generate.places import Area, Locality
from solver.generate.schools import SchoolPlace
from solver.generate.shape import Shape, scaled, school_count, worker_count
from solver.schema.base import Hours, Role

COUNCIL: Final = "Example Council"
HEALTH: Final = "Example Community Health"
LONG_HOLIDAY_DAYS: Final = 21


class Agency(NamedTuple):
    """A partner agency's people of one role. Counts are for 150 plans."""

    role: Role
    prefix: str
    word: str
    """What their names begin with."""
    name: str
    carrying: int
    """How many carry cases for one team alone."""
    deputy: bool = True
    """Whether it keeps one more who only stands in."""
    own: float = 0
    """How many still serve one team only where the team has neighbours."""
    pooled: float = 0
    """How many serve all the neighbouring teams together."""
    wide: bool = False
    """Whether it is the whole authority that is served, rather than one locality."""


AGENCIES: Final = (
    Agency("health_visitor", "hv", "Testvisitor", HEALTH, 3, own=2, pooled=0.4),
    Agency("school_nurse", "sn", "Testnurse", HEALTH, 2, pooled=0.7),
    Agency("midwife", "mw", "Testmidwife", HEALTH, 1, pooled=0.2),
    Agency("early_years", "ey", "Testnursery", "Example Nurseries", 2, own=2),
    Agency("family_support", "fs", "Testsupporter", "Example Family Support", 4, own=4),
    Agency(
        "mental_health", "mh", "Testclinician", "Example Mental Health Trust", 2, deputy=False, pooled=0.4
    ),
    Agency("therapist", "th", "Testtherapist", "Example Therapy", 1, deputy=False, pooled=0.2),
    Agency("advocate", "adv", "Testadvocate", "Example Advocacy", 2, deputy=False, pooled=0.08, wide=True),
    Agency("police", "pol", "Testofficer", "Example Police", 1, pooled=0.2),
    Agency("probation", "prob", "Testprobation", "Example Probation", 1, pooled=0.3),
    Agency("housing", "hou", "Testhousing", "Example Housing", 1, deputy=False, pooled=0.35),
)
COUNCIL_STAFF: Final[tuple[tuple[str, str], ...]] = (
    ("tm", "Testmanager"), ("sp", "Testsenior"), ("bs", "Testadmin"), ("rw", "Testreceiver"),
)  # fmt: skip


@dataclass(eq=False)
class Team:
    """One team, and the partners who serve its families."""

    area: Area
    manager: Draft
    workers: list[Draft]
    seniors: list[Draft]
    support: list[Draft]
    receiving: list[Draft]
    """Workers of other services to whom cases are handed over."""
    partners: dict[Role, list[Draft]] = field(default_factory=dict)
    """Those who carry cases for this team only, by role."""
    shared: dict[Role, list[Draft]] = field(default_factory=dict)
    """Those who carry cases for its neighbours or for the whole authority too, by role."""
    leads: dict[str, Draft] = field(default_factory=dict)
    """Designated safeguarding lead by school id, of every school that its children go to."""
    long_leave: Draft | None = None
    """The worker who will be away for three weeks with nobody to stand in."""

    @property
    def staff(self) -> list[Draft]:
        """Everybody of the team itself."""
        return [self.manager, *self.workers, *self.seniors, *self.support]


class Staffing:
    """Makes up the people of all teams, with ids counted through the whole caseload.

    Parameters
    ----------
    rng, shape : the source of chance and the rates.
    localities : plans of each team, by locality; one team in one locality has everybody to itself.
    interpreters : how many there are, shared by all teams.
    """

    def __init__(self, rng: Random, shape: Shape, localities: list[list[int]], interpreters: int) -> None:
        self._rng, self._shape = rng, shape
        sizes = [size for locality in localities for size in locality]
        teams = len(sizes)
        self._alone = teams == 1
        self._numbers = {prefix: Numbering(prefix, word, 2 * teams) for prefix, word in COUNCIL_STAFF}
        self._numbers["sw"] = Numbering("sw", "Testworker", sum(map(worker_count, sizes)))
        self._numbers["dsl"] = Numbering("dsl", "Testlead", 2 * sum(map(school_count, sizes)))
        for agency in AGENCIES:
            most = sum(self._own(agency, size) + agency.deputy for size in sizes)
            most += sum(scaled(agency.pooled, sum(local)) + agency.deputy for local in localities)
            self._numbers[agency.prefix] = Numbering(agency.prefix, agency.word, most)
        self._numbers["int"] = Numbering("int", "Testinterpreter", interpreters)
        self.interpreters = [self._interpreter() for _ in range(interpreters)]
        """Shared by all teams."""
        self.pools: list[list[Draft]] = []
        """Those who carry cases for several teams, by agency."""

    def team(self, area: Area) -> Team:
        """One team with its partners."""
        two = scaled(2, area.plans)
        seniors = [self._council("sp", "senior_practitioner", area) for _ in range(two)]
        manager = self._council("tm", "team_manager", area)
        manager.deputies.append(seniors[0])
        team = Team(
            area=area,
            manager=manager,
            workers=self._workers(area, seniors),
            seniors=seniors,
            support=[self._council("bs", "business_support", area) for _ in range(two)],
            receiving=[self._council("rw", "receiving_worker", area) for _ in range(two)],
        )
        if self._shape.uncovered_leave:
            team.long_leave = self._rng.choice([worker for worker in team.workers if worker.capacity == 1])
            team.long_leave.deputies.clear()
        for agency in AGENCIES:
            if count := self._own(agency, area.plans):
                team.partners[agency.role] = self._pool(agency, count, area)
        for place in area.schools:
            team.leads[place.school.id] = self._lead(place)
        return team

    def neighbours(self, locality: Locality, teams: list[Team]) -> None:
        """Give a locality's teams the partners and the safeguarding leads that they share."""
        for agency in AGENCIES:
            if not agency.wide:
                self._share(agency, locality.areas[0], locality.plans, teams)
        leads = {ident: lead for team in teams for ident, lead in team.leads.items()}
        for place in locality.schools:
            for team in teams:
                team.leads[place.school.id] = leads[place.school.id]

    def everywhere(self, teams: list[Team]) -> None:
        """Give all teams the partners who work over the whole authority."""
        for agency in AGENCIES:
            if agency.wide:
                self._share(agency, teams[0].area, sum(team.area.plans for team in teams), teams)

    def _share(self, agency: Agency, area: Area, plans: int, teams: list[Team]) -> None:
        if agency.pooled:
            pool = self._pool(agency, scaled(agency.pooled, plans), area)
            self.pools.append(pool)
            for team in teams:
                team.shared[agency.role] = pool

    def _own(self, agency: Agency, plans: int) -> int:
        """How many of an agency's people carry cases for one team only."""
        count = agency.carrying if self._alone else agency.own
        return scaled(count, plans) if count else 0

    def _new(self, prefix: str, role: Role, agency: str, site: str | None) -> Draft:
        ident, name = self._numbers[prefix].next()
        domain = agency.removeprefix("Example ").replace(" ", "-").lower()
        return Draft(ident, name, role, agency, f"{ident}@{domain}.{DOMAIN}", site)

    def _council(self, prefix: str, role: Role, area: Area, office: int = 0) -> Draft:
        person = self._new(prefix, role, COUNCIL, area.offices[office].id)
        person.hours = weekly(clock(9), clock(17, 30))
        return person

    def _workers(self, area: Area, seniors: list[Draft]) -> list[Draft]:
        workers = [
            self._council("sw", "social_worker", area, index % len(area.offices))
            for index in range(worker_count(area.plans))
        ]
        for index, worker in enumerate(workers):
            days = list(WORK_WEEK)
            worker.cap = 4
            # One in four works part-time.
            if index % 4 == 3:
                worker.capacity, worker.cap = 0.85, 3
                days.remove(self._rng.choice(WORK_WEEK))
            worker.hours = weekly(clock(9), clock(17, 30), days)
            if len(workers) >= 4 and "wed" in days:
                # The team meets on Wednesday mornings.
                worker.hours["wed"] = ((clock(11, 30), clock(17, 30)),)
            # A senior practitioner stands in, or the next worker; never in a ring.
            worker.deputies = [seniors[index % len(seniors)], *workers[index + 1 : index + 2]]
        return workers

    def _pool(self, agency: Agency, count: int, area: Area) -> list[Draft]:
        rng = self._rng
        site = area.clinic.id if agency.name == HEALTH else None
        pool = [self._new(agency.prefix, agency.role, agency.name, site) for _ in range(count)]
        for index, person in enumerate(pool):
            person.hours = self._pattern(part_time=index % 2 == 1)
            person.capacity = len(person.hours) / 5
            if rng.random() < self._shape.partner_in_person:
                person.remote = False
        if agency.deputy:
            deputy = self._new(agency.prefix, agency.role, agency.name, site)
            deputy.hours = self._pattern(part_time=False)
            for person in pool:
                if rng.random() < self._shape.partner_deputy:
                    person.deputies.append(deputy)
        return pool

    def _pattern(self, *, part_time: bool) -> Hours:
        start, end = self._rng.choice(
            ((clock(8, 30), clock(16, 30)), (clock(9), clock(17)), (clock(9), clock(17)))
        )
        return weekly(start, end, self._rng.sample(WORK_WEEK, self._rng.choice((3, 4)) if part_time else 5))

    def _lead(self, place: SchoolPlace) -> Draft:
        """A school's safeguarding lead and deputy lead, who work in term time."""
        lead, deputy = (self._new("dsl", "school", place.school.name, place.site.id) for _ in range(2))
        lead.deputies.append(deputy)
        summer_cover = self._rng.random() < self._shape.partner_deputy / 2
        for person in (lead, deputy):
            person.hours = weekly(clock(8, 15), clock(17))
            if self._rng.random() < self._shape.partner_in_person:
                person.remote = False
            for first, last in place.holidays:
                # Somebody can be reached through the summer at some schools.
                if person is lead or not summer_cover or (last - first).days < LONG_HOLIDAY_DAYS:
                    person.leave(first, last)
        return lead

    def _interpreter(self) -> Draft:
        person = self._new("int", "interpreter", "Example Interpreting", None)
        sessions = ((clock(9), clock(13)), (clock(12), clock(17)), (clock(9), clock(17)))
        first, *others = self._rng.sample(WORK_WEEK, self._shape.interpreter_days)
        hours: Hours = {day: (self._rng.choice(sessions),) for day in others}
        # One session a week reaches into the hours after school, when even a team short of rooms has one.
        hours[first] = ((clock(12), clock(17, 30)),)
        person.hours = {day: hours[day] for day in WORK_WEEK if day in hours}
        person.cap = 4
        return person
