"""A whole made-up caseload, the same for the same seed on any machine."""

from __future__ import annotations

from datetime import date
from itertools import islice
from random import Random
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.generate import rooms
from solver.generate.absences import Absences, Commitments
from solver.generate.draft import DAY, Draft, least_loaded
from solver.generate.families import Families, Family
from solver.generate.history import OWN_INTERVAL, Chronicle, History
from solver.generate.names import DOMAIN
from solver.generate.people import Staffing, Team
from solver.generate.places import Area, Places, travel
from solver.generate.plans import Case, PlanMaker
from solver.generate.shape import (
    DEFAULT_START,
    FAMILY_PLANS,
    HARD_START,
    HORIZON_DAYS,
    SHAPES,
    Congestion,
    scaled,
    shares,
    team_sizes,
)
from solver.generate.sharing import interpreters_for, neighbourhoods, sessions, weekly_minutes
from solver.policy import load_policy
from solver.schema.base import DateRange, PlanType
from solver.schema.caseload import FORMAT, Caseload, Organiser, Plan, Venue
from solver.schema.caseload import Team as TeamRecord

NATION: Final = "ENG"
MIX: Final[dict[PlanType, float]] = {"child_protection": 0.35, "child_in_need": 0.45, "looked_after": 0.20}
"""Share of the plans of each type, where the policy covers all of them."""
SILENT_SHARE: Final = 0.04
"""Share of child in need plans with an interval of their own, where the policy is silent on them."""
SIBLING_SHARE: Final = 0.30
"""Share of children whose plan is one of a sibling group's."""
OWN_TIGHTER: Final = "21 days"
TIGHTER_SHARE: Final = 0.03
"""Share of child protection plans with an interval of their own."""
OWN_ROOMS_SHARE: Final = 0.7
"""Where rooms are short and shared, the share of its meetings for which a team has rooms of its own."""
FAMILY_AGES: Final = (10, 7, 5)
NOTICE_ESSENTIAL: Final = 10
"""Open days before anything is due of a family that depends on an interpreter's few sessions."""


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
    plans
        Children with an open plan, at least 1. Up to 3 are one family, each child with a series of its own.
        More than 150 are several teams, 45 for 6,000, in localities of two to five neighbours: these share
        civic and community rooms, secondary schools with their safeguarding leads, and partner agencies; all
        share interpreters and advocates.
    seed
        The same seed gives the same caseload, to the byte.
    authority
        Id of a built-in policy: it decides which types of plan there are and how often they are met about.
    congestion
        ``"easy"``, ``"typical"``, or ``"hard"``: two rooms for eight workers, and those for few hours, no
        virtual room, one interpreter a team, a worker away for three weeks without cover, one school with
        many of the children.
    start
        First day of the horizon of 182 days. 30 November 2026 if not given, for ``"hard"`` 1 March 2027, so
        that August lies in it.

    Raises
    ------
    ValueError
        There are no plans, or the congestion is unknown; `solver.policy.PolicyError`: the authority is.
    """
    if plans < 1:
        raise ValueError(f"{plans} plans can't be generated: ask for at least 1")
    if congestion not in SHAPES:
        raise ValueError(f"unknown congestion {congestion!r}: it must be one of {', '.join(SHAPES)}")
    first = start or (HARD_START if congestion == "hard" else DEFAULT_START)
    return _Generator(plans, seed, authority, congestion, first).caseload()


def closures(start: date, end: date, calendar: WorkingCalendar) -> tuple[date, ...]:
    """Working days between Christmas and New Year, on which the council is closed."""
    days = (start + DAY * n for n in range((end - start).days + 1))
    return tuple(day for day in days if day.month == 12 and day.day > 26 and calendar.is_working_day(day))


class _Generator:
    def __init__(self, plans: int, seed: int, authority: str, congestion: Congestion, start: date) -> None:
        self._plans, self._seed, self._congestion = plans, seed, congestion
        self._policy = load_policy(authority)
        self._shape = SHAPES[congestion]
        self._start, self._end = start, start + DAY * (HORIZON_DAYS - 1)
        self._closures = closures(start, self._end, WorkingCalendar(NATION))
        calendar = WorkingCalendar(NATION, closures=self._closures)
        self._days = calendar.open_days(start, self._end)
        sizes = team_sizes(plans)
        localities = neighbourhoods(self._stream("localities"), sizes)
        alone = len(sizes) == 1
        # Each part draws from a stream of its own, so that a change to one leaves the others as they were.
        self._rng = self._stream("caseload")
        self._places = Places(self._stream("places"), self._shape, start, self._end, calendar)
        self._chronicle = Chronicle(
            self._stream("history"), self._shape, self._policy, start, calendar, self._days
        )
        interpreters = scaled(self._shape.interpreters, plans) if alone else self._interpreters()
        self._staffing = Staffing(self._stream("people"), self._shape, localities, interpreters)
        self._families = Families(self._stream("families"), self._shape, plans, start)
        self._absences = Absences(self._stream("absences"), self._shape, self._days)
        self._maker = PlanMaker(
            self._stream("plans"),
            self._shape,
            self._families,
            self._places,
            self._staffing.interpreters,
            end=self._end,
        )
        self._areas = [
            self._places.area(number, size, alone=alone) for number, size in enumerate(sizes, start=1)
        ]
        areas = iter(self._areas)
        self._localities = [
            self._places.locality(list(islice(areas, len(local)))) for local in localities if not alone
        ]
        self._width = max(3, len(str(plans)))
        self._made = 0
        self._intervals: dict[tuple[PlanType, str | None], int] = {}
        self._overdue = self._shape.overdue if plans > FAMILY_PLANS else 0

    def _stream(self, name: str) -> Random:
        return Random(f"{self._seed}/{name}")

    def caseload(self) -> Caseload:
        """Everything, put together."""
        teams = self._teams()
        plans: list[Plan] = []
        keep = Commitments()
        for team in teams:
            area = team.area
            made = self._one_family(team, keep) if area.plans <= FAMILY_PLANS else self._plans_of(team, keep)
            self._limit_rooms(area, made)
            self._absences.team(team, keep)
            plans += made
        self._limit_shared(teams, plans, keep)
        self._absences.interpreters(self._staffing.interpreters, self._maker.interpreted, keep)
        return self._assemble(teams, plans)

    def _teams(self) -> list[Team]:
        """All teams, with the partners whom neighbours and the whole authority share."""
        staffing = self._staffing
        teams = [staffing.team(area) for area in self._areas]
        for locality in self._localities:
            staffing.neighbours(locality, [team for team in teams if team.area.locality is locality])
        if self._localities:
            staffing.everywhere(teams)
        return teams

    def _next_id(self) -> str:
        self._made += 1
        return f"plan-{str(self._made).zfill(self._width)}"

    # --- one team's plans ---

    def _plans_of(self, team: Team, keep: Commitments) -> list[Plan]:
        plans: list[Plan] = []
        for size, kind, worker in self._allocation(team):
            family = self._families.family(team, worker, self._families.ages(size))
            cases = [
                Case(child, history, self._next_id())
                for child, history in zip(family.children, self._histories(family, kind), strict=True)
            ]
            plans += self._maker.plans(family, cases, joint=size > 1)
            self._commit(keep, family, cases)
        return plans

    @staticmethod
    def _commit(keep: Commitments, family: Family, cases: list[Case]) -> None:
        """Note what the worker's leave must respect for this family."""
        for case in cases:
            if case.history.first:
                keep.present(family.worker, case.history.earliest, case.history.due)
            if case.history.every_at_most == OWN_TIGHTER or family.interpreter:
                keep.tied.add(family.worker.id)

    def _allocation(self, team: Team) -> list[tuple[int, PlanType, Draft]]:
        """Size, type and worker of each family, shuffled; loads as even as the workers' hours allow."""
        rng, count = self._rng, team.area.plans
        sizes: list[int] = []
        siblings = round(count * SIBLING_SHARE)
        while siblings >= 2:
            sizes.append(min(siblings, rng.choices((2, 3, 4), weights=(6, 3, 1))[0]))
            siblings -= sizes[-1]
        sizes += [1] * (count - sum(sizes))
        kinds: list[PlanType] = []
        for kind, number in zip(MIX, shares(len(sizes), self._weights()), strict=True):
            kinds += [kind] * number
        rng.shuffle(kinds)
        allocation: list[tuple[int, PlanType, Draft]] = []
        for size, kind in zip(sizes, kinds, strict=True):
            worker = least_loaded(team.workers)
            worker.load += size
            allocation.append((size, kind, worker))
        rng.shuffle(allocation)
        return allocation

    def _weights(self) -> list[float]:
        weights = [share if self._chronicle.covers(kind) else 0.0 for kind, share in MIX.items()]
        if not self._chronicle.covers("child_in_need"):
            weights[list(MIX).index("child_in_need")] = SILENT_SHARE * sum(weights)
        return weights

    def _histories(self, family: Family, kind: PlanType) -> list[History]:
        """One history for brothers and sisters, but for a few whose plan is younger or of another type."""
        rng = self._rng
        shared = self._history(family, kind)
        histories = [shared] * len(family.children)
        if len(histories) > 1 and not shared.first and rng.random() < 0.15:
            other = next((k for k in MIX if k != kind and self._chronicle.covers(k)), kind)
            histories[-1] = self._history(family, rng.choice((kind, other)))
        return histories

    def _history(self, family: Family, kind: PlanType) -> History:
        rng = self._rng
        notice = max(self._shape.least_notice, NOTICE_ESSENTIAL if family.interpreter else 0)
        if not self._chronicle.covers(kind):
            return self._chronicle.running(kind, notice=notice, own=OWN_INTERVAL)
        if kind == "child_protection" and self._overdue:
            self._overdue -= 1
            return self._chronicle.overdue()
        if rng.random() < self._shape.first_meetings:
            return self._chronicle.first(kind, notice=notice)
        tighter = kind == "child_protection" and rng.random() < TIGHTER_SHARE
        own = OWN_TIGHTER if tighter and family.worker is not family.team.long_leave else None
        return self._chronicle.running(kind, notice=notice, own=own)

    def _one_family(self, team: Team, keep: Commitments) -> list[Plan]:
        """Up to three children of one family: plans of different types, each a series of its own."""
        covered = [kind for kind in MIX if self._chronicle.covers(kind)]
        family = self._families.family(team, team.workers[0], list(FAMILY_AGES[: team.area.plans]))
        cases = [
            Case(child, self._history(family, covered[index % len(covered)]), self._next_id())
            for index, child in enumerate(family.children)
        ]
        self._commit(keep, family, cases)
        return self._maker.plans(family, cases, joint=False)

    # --- how little there is ---

    def _interpreters(self) -> int:
        """Interpreters of an authority of several teams."""
        shape = self._shape
        weights = {kind: weight for kind, weight in zip(MIX, self._weights(), strict=True) if weight}
        weekly = {
            kind: 7 / self._chronicle.interval(kind, None if self._chronicle.covers(kind) else OWN_INTERVAL)
            for kind in weights
        }
        return interpreters_for(
            self._plans,
            sum(weights[kind] * weekly[kind] for kind in weights) / sum(weights.values()),
            needing=shape.needs_interpreter,
            days=shape.interpreter_days,
            use=shape.shared_use,
        )

    def _limit_shared(self, teams: list[Team], plans: list[Plan], keep: Commitments) -> None:
        """Leave those who serve several teams little more time than the teams' meetings ask of them."""
        rng, holidays = self._stream("shared"), teams[0].area.schools[0].holidays
        people = [person for pool in self._staffing.pools for person in pool]
        minutes = weekly_minutes(plans, self._interval)
        for person in people:
            person.hours = sessions(rng, minutes.get(person.id, 0) / self._shape.shared_use)
        for pool in self._staffing.pools:
            self._absences.pool(pool, keep, holidays)

    def _interval(self, plan: Plan) -> int:
        """Days between two meetings of a plan."""
        key = plan.type, plan.every_at_most
        if key not in self._intervals:
            self._intervals[key] = self._chronicle.interval(*key)
        return self._intervals[key]

    def _limit_rooms(self, area: Area, plans: list[Plan]) -> None:
        """Where rooms are short, leave the team its rooms for little longer than its meetings take."""
        use = self._shape.room_use
        if use is None:
            return
        intervals = {plan.id: self._interval(plan) for plan in plans}
        own = {venue.id for venue in self._maker.venues}
        elsewhere = frozenset(
            plan.id
            for plan in plans
            if own.intersection(plan.venue.prefer)
            or self._school_rooms(area, plan).difference(plan.venue.never)
        )
        weeks = len(self._days) / 5
        minutes = rooms.demand(plans, intervals, elsewhere) * HORIZON_DAYS / 7 / weeks / use
        offices = area.office_rooms()
        here = minutes if area.locality is None else minutes * OWN_ROOMS_SHARE
        area.rooms = rooms.limited(offices, here) + area.rooms[len(offices) :]
        if area.locality is not None:
            area.locality.room_minutes += minutes - here
            if area is area.locality.areas[-1]:
                area.locality.rooms = rooms.limited(area.locality.rooms, area.locality.room_minutes)

    @staticmethod
    def _school_rooms(area: Area, plan: Plan) -> set[str]:
        schools = {child.school for child in plan.children}
        return {place.venue.id for place in area.schools_near() if place.school.id in schools}

    # --- the whole ---

    def _assemble(self, teams: list[Team], plans: list[Plan]) -> Caseload:
        schools = {child.school for plan in plans for child in plan.children}
        places = [place for area in self._areas for place in area.schools if place.school.id in schools]
        virtual = [self._places.virtual()] if self._shape.virtual else []
        name = "Example Team" if len(teams) == 1 else f"Example Authority, {len(teams)} teams"
        return Caseload(
            format=FORMAT,
            id=f"generated-{self._policy.id}-{self._congestion}-{self._plans}-{self._seed}",
            nation=NATION,
            authority=self._policy.id,
            team=TeamRecord(
                id="example-team",
                name=name,
                organiser=Organiser(name=f"{name}: meetings", email=f"meetings@council.{DOMAIN}"),
            ),
            horizon=DateRange(start=self._start, end=self._end),
            closures=self._closures,
            people=tuple(draft.person() for draft in self._people(teams, plans)),
            schools=tuple(place.school for place in places),
            sites=tuple(site for area in self._areas for site in area.sites)
            + tuple(site for locality in self._localities for site in locality.sites)
            + tuple(place.site for place in places),
            venues=(*self._rooms(), *(place.venue for place in places), *virtual, *self._maker.venues),
            plans=tuple(plans),
            travel=travel(self._areas),
        )

    def _rooms(self) -> list[Venue]:
        own = [room for area in self._areas for room in area.rooms]
        return [*own, *(room for locality in self._localities for room in locality.rooms)]

    def _people(self, teams: list[Team], plans: list[Plan]) -> list[Draft]:
        """The teams' staff and everybody else with a part in a plan, then those who only stand in."""
        asked = {part.person for plan in plans for part in plan.participants}
        asked |= {plan.handover.person for plan in plans if plan.handover is not None}
        asked |= {child.id for plan in plans for child in plan.children}
        staff = [person for team in teams for person in team.staff]
        others = [person for team in teams for person in team.receiving]
        others += [person for team in teams for pool in team.partners.values() for person in pool]
        others += [person for pool in self._staffing.pools for person in pool]
        others += list({lead.id: lead for team in teams for lead in team.leads.values()}.values())
        others += [*self._staffing.interpreters, *self._families.members]
        people = [*staff, *(person for person in others if person.id in asked)]
        known = {person.id for person in people}
        deputies = {deputy.id: deputy for person in people for deputy in person.deputies}
        return [*people, *(deputy for ident, deputy in deputies.items() if ident not in known)]
