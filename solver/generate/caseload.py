"""A whole made-up caseload, the same for the same seed on any machine."""

from __future__ import annotations

from datetime import date
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
    shares,
    team_sizes,
)
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
        Children with an open plan, at least 1: a team for every 150. Up to 3 are one family, each child with
        a series of its own.
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
        # Each part draws from a stream of its own, so that a change to one leaves the others as they were.
        self._rng = self._stream("caseload")
        self._places = Places(self._stream("places"), self._shape, start, self._end, calendar)
        self._staffing = Staffing(self._stream("people"), self._shape, sizes)
        self._families = Families(self._stream("families"), self._shape, plans, start)
        self._chronicle = Chronicle(
            self._stream("history"), self._shape, self._policy, start, calendar, self._days
        )
        self._absences = Absences(self._stream("absences"), self._shape, self._days)
        self._maker = PlanMaker(
            self._stream("plans"),
            self._shape,
            self._families,
            self._places,
            self._staffing.interpreters,
            end=self._end,
            teams=len(sizes),
        )
        self._areas = [self._places.area(number, size) for number, size in enumerate(sizes, start=1)]
        self._width = max(3, len(str(plans)))
        self._made = 0
        self._overdue = self._shape.overdue if plans > FAMILY_PLANS else 0

    def _stream(self, name: str) -> Random:
        return Random(f"{self._seed}/{name}")

    def caseload(self) -> Caseload:
        """Everything, put together."""
        teams: list[Team] = []
        plans: list[Plan] = []
        keep = Commitments()
        for area in self._areas:
            team = self._staffing.team(area)
            teams.append(team)
            made = self._one_family(team, keep) if area.plans <= FAMILY_PLANS else self._plans_of(team, keep)
            if self._shape.room_use is not None:
                self._limit_rooms(area, made, self._shape.room_use)
            self._absences.team(team, keep)
            plans += made
        self._absences.interpreters(self._staffing.interpreters, self._maker.interpreted, keep)
        return self._assemble(teams, plans)

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

    def _limit_rooms(self, area: Area, plans: list[Plan], use: float) -> None:
        intervals = {plan.id: self._chronicle.interval(plan.type, plan.every_at_most) for plan in plans}
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
        area.rooms = rooms.limited(offices, minutes) + area.rooms[len(offices) :]

    @staticmethod
    def _school_rooms(area: Area, plan: Plan) -> set[str]:
        schools = {child.school for child in plan.children}
        return {place.venue.id for place in area.schools if place.school.id in schools}

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
            sites=tuple(s for area in self._areas for s in area.sites)
            + tuple(place.site for place in places),
            venues=(*self._rooms(), *(place.venue for place in places), *virtual, *self._maker.venues),
            plans=tuple(plans),
            travel=travel(self._areas),
        )

    def _rooms(self) -> list[Venue]:
        return [room for area in self._areas for room in area.rooms]

    def _people(self, teams: list[Team], plans: list[Plan]) -> list[Draft]:
        """The teams' staff and everybody else with a part in a plan, then those who only stand in."""
        asked = {part.person for plan in plans for part in plan.participants}
        asked |= {plan.handover.person for plan in plans if plan.handover is not None}
        asked |= {child.id for plan in plans for child in plan.children}
        staff = [person for team in teams for person in team.staff]
        others = [person for team in teams for person in team.receiving]
        others += [person for team in teams for pool in team.partners.values() for person in pool]
        others += [person for team in teams for person in team.leads.values()]
        others += [*self._staffing.interpreters, *self._families.members]
        people = [*staff, *(person for person in others if person.id in asked)]
        known = {person.id for person in people}
        deputies = {deputy.id: deputy for person in people for deputy in person.deputies}
        return [*people, *(deputy for ident, deputy in deputies.items() if ident not in known)]
