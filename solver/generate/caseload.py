"""A whole made-up caseload, the same for the same seed on any machine."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from calendars.workdays import WorkingCalendar
from solver.generate.absences import Absences
from solver.generate.draft import least_loaded
from solver.generate.events import CADENCE, Chronicle, History
from solver.generate.families import SIBLING_SHARE, Families, Family
from solver.generate.people import DOMAIN, Staffing, Team, teams_needed
from solver.generate.places import Area, Places
from solver.generate.plans import PlanMaker
from solver.generate.shape import DEFAULT_START, HARD_START, HORIZON_DAYS, SHAPES, Congestion, team_sizes
from solver.schema.base import DateRange, PlanType
from solver.schema.caseload import FORMAT, Caseload, Organiser, Plan
from solver.schema.caseload import Team as TeamRecord

DAY = timedelta(days=1)
MIX: dict[PlanType, int] = {"child_protection": 35, "child_in_need": 45, "looked_after": 20}
"""Plans of each type in a hundred, where the policy covers all."""


def closures(start: date, end: date, nation: str) -> tuple[date, ...]:
    """Days between Christmas and New Year on which the council is closed."""
    calendar = WorkingCalendar(nation)
    days = (start + DAY * n for n in range((end - start).days + 1))
    return tuple(day for day in days if day.month == 12 and day.day > 26 and calendar.is_working_day(day))


def sizes_of_families(rng: Random, plans: int) -> list[int]:
    """Numbers of children on plans: about three in ten children are one of 2 to 4."""
    if plans <= 3:
        return [plans]
    sizes: list[int] = []
    left, siblings = plans, round(plans * SIBLING_SHARE)
    while siblings >= 2:
        size = min(siblings, rng.choices((2, 3, 4), weights=(6, 3, 1))[0])
        sizes.append(size)
        siblings -= size
        left -= size
    sizes += [1] * left
    rng.shuffle(sizes)
    return sizes


def generate(
    plans: int,
    seed: int,
    *,
    authority: str = "wandsworth",
    congestion: Congestion = "typical",
    start: date | None = None,
) -> Caseload:
    """Make up a caseload.

    Parameters
    ----------
    plans : children with an open plan, at least 1. Every 150 or fewer are a team; up to 3 are one family with three series.
    seed : the same seed gives the same caseload, to the byte.
    authority : id of a built-in policy; it decides which types of plan there are and how often they meet.
    congestion : ``"easy"``, ``"typical"`` or ``"hard"`` (two rooms for eight workers, one interpreter, no virtual room …).
    start : first day of the horizon of 182 days; 30 November 2026, or 1 March 2027 for ``"hard"`` (August is in it).

    Raises
    ------
    ValueError
        There are no plans, or the authority or the congestion is unknown.
    """
    if plans < 1:
        raise ValueError("plans must be at least 1")
    if congestion not in SHAPES:
        raise ValueError(f"congestion must be one of {', '.join(SHAPES)}, not {congestion!r}")
    if authority not in CADENCE:
        raise ValueError(f"authority must be one of {', '.join(CADENCE)}, not {authority!r}")
    first = start or (HARD_START if congestion == "hard" else DEFAULT_START)
    return _Generator(plans, seed, authority, congestion, first).caseload()


class _Generator:
    def __init__(self, plans: int, seed: int, authority: str, congestion: Congestion, start: date) -> None:
        self._plans, self._seed, self._authority, self._congestion = plans, seed, authority, congestion
        self._shape = SHAPES[congestion]
        self._start, self._end = start, start + DAY * (HORIZON_DAYS - 1)
        self._closures = closures(start, self._end, "ENG")
        self._calendar = WorkingCalendar("ENG", closures=self._closures)
        self._sizes = team_sizes(plans)
        window = (start, self._end, self._calendar)
        schools = teams_needed(self._sizes)
        # Each part draws from a stream of its own, so that a change to one leaves the others as they were.
        self._places = Places(self._stream("places"), self._shape, *window)
        self._staffing = Staffing(self._stream("people"), self._shape, self._sizes, sum(schools))
        self._families = Families(self._stream("families"), self._shape, plans, start)
        self._chronicle = Chronicle(self._stream("events"), self._shape, authority, *window)
        self._absences = Absences(self._stream("absences"), self._shape, *window)
        self._rng = self._stream("caseload")
        silent = frozenset(MIX) - frozenset(CADENCE[authority])
        self._maker = PlanMaker(
            self._stream("plans"),
            self._shape,
            self._families,
            self._places,
            self._staffing.interpreters,
            silent,
        )
        self._areas = [
            self._places.area(number, size, count)
            for number, (size, count) in enumerate(zip(self._sizes, schools, strict=True), start=1)
        ]
        self._width = max(3, len(str(plans)))
        self._overdue = self._shape.overdue if plans >= 100 else 0

    def _stream(self, name: str) -> Random:
        return Random(f"{self._seed}/{name}")

    def caseload(self) -> Caseload:
        """Everything, put together."""
        teams: list[Team] = []
        plans: list[Plan] = []
        for area in self._areas:
            team = self._staffing.team(area)
            teams.append(team)
            plans += self._plans_of(team, len(plans))
        self._absences.alone(self._staffing.interpreters)
        return self._assemble(teams, plans)

    def _kind(self) -> PlanType:
        covered = CADENCE[self._authority]
        weights = [share if kind in covered else 0 for kind, share in MIX.items()]
        if len(covered) == 1:
            # A few bring their own interval where the policy is silent.
            weights[1] = 2
        return self._rng.choices(list(MIX), weights=weights)[0]

    def _history(self, kind: PlanType) -> History:
        rng = self._rng
        if kind == "child_protection":
            if self._overdue:
                self._overdue -= 1
                return self._chronicle.first_meeting(overdue=True)
            if rng.random() < self._shape.first_meetings:
                return self._chronicle.first_meeting()
        return self._chronicle.running(kind, self._start - DAY * rng.randrange(40, 500))

    def _plans_of(self, team: Team, done: int) -> list[Plan]:
        plans: list[Plan] = []
        windows: dict[str, list[tuple[date, date]]] = {}
        for size in sizes_of_families(self._rng, team.area.plans):
            worker = least_loaded(team.workers)
            worker.load += size
            family = self._families.family(team, worker, self._kind(), size)
            ids = [f"plan-{str(done + len(plans) + n + 1).zfill(self._width)}" for n in range(size)]
            if self._plans <= 3:
                plans += self._one_family(family, ids)
                break
            history = self._history(family.kind)
            windows.setdefault(worker.id, []).append(
                (history.earliest, history.due)
            ) if history.first else None
            plans += self._maker.plans(family, history, ids, teams=len(self._sizes))
        self._absences.team(team, windows)
        return plans

    def _one_family(self, family: Family, ids: list[str]) -> list[Plan]:
        """Up to three children of one family, each with a series of their own."""
        plans: list[Plan] = []
        covered = list(CADENCE[self._authority])
        children = family.children
        for index, (child, ident) in enumerate(zip(children, ids, strict=True)):
            family.kind = covered[index % len(covered)]
            family.joint = False
            family.children = [child]
            history = self._history(family.kind)
            plans += self._maker.plans(family, history, [ident], teams=1)
        return plans

    def _assemble(self, teams: list[Team], plans: list[Plan]) -> Caseload:
        used = {part.person for plan in plans for part in plan.participants}
        used |= {plan.handover.person for plan in plans if plan.handover}
        partners = [p for team in teams for pool in team.partners.values() for p in pool]
        leads = [lead for team in teams for lead in team.leads.values()]
        staff = [person for team in teams for person in team.staff]
        receiving = [person for team in teams for person in team.receiving]
        parents = self._families.made
        asked = [
            p for p in (*receiving, *partners, *leads, *self._staffing.interpreters, *parents) if p.id in used
        ]
        people = [*staff, *asked, *self._maker.extras.people]
        known = {person.id for person in people}
        people += [
            deputy
            for deputy in {d.id: d for person in people for d in person.deputies}.values()
            if deputy.id not in known
        ]
        schools = {child.school for plan in plans for child in plan.children}
        places = [place for area in self._areas for place in area.schools if place.school.id in schools]
        virtual = [self._places.virtual()] if self._shape.virtual else []
        return Caseload.model_validate(
            {
                "format": FORMAT,
                "id": f"generated-{self._congestion}-{self._plans}-{self._seed}",
                "nation": "ENG",
                "authority": self._authority,
                "team": TeamRecord(
                    id="team-example",
                    name="Example Team",
                    organiser=Organiser(name="Example Team meetings", email=f"meetings@council.{DOMAIN}"),
                ),
                "horizon": DateRange(start=self._start, end=self._end),
                "closures": self._closures,
                "people": tuple(person.person() for person in people),
                "schools": tuple(place.school for place in places),
                "sites": tuple(s for area in self._areas for s in self._sites(area))
                + tuple(p.site for p in places),
                "venues": (
                    *(room for area in self._areas for room in area.rooms),
                    *(place.venue for place in places),
                    *virtual,
                    *self._maker.extras.venues,
                ),
                "plans": tuple(plans),
            }
        )

    @staticmethod
    def _sites(area: Area) -> list[object]:
        return [*area.offices, *area.sites]
