"""The caseload of one shard: smaller, and meaning the same for its plans as the whole caseload does.

Rules look beyond a plan's own people and rooms in four places, and there the shard keeps what the rule needs: the team's day
spans the hours of every professional of the caseload (RULES ``day.span``); the manager is the caseload's first; a school's
room is for its own pupils if any school of the caseload stands on its site; and a child is on roll wherever any plan says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.days import DEFAULT_DAY
from solver.scale.needs import NeedsIndex
from solver.schema.base import FAMILY_ROLES
from solver.schema.caseload import BookedMeeting, Caseload, Person, Plan, School, Site, Venue, VenueWishes
from solver.series import form_series


class Extractor:
    """Extracts shards from one caseload; what they all look up is worked out once.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    """

    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        self._caseload = caseload
        self._policy = policy
        self._needs = NeedsIndex(caseload, policy)
        self._plans = {plan.id: plan for plan in caseload.plans}
        self._open = working_calendar(caseload, policy).is_open_day
        self._spans = {i: span for i, person in enumerate(caseload.people) if (span := _span(person))}
        starts, ends = zip(*self._spans.values(), strict=True) if self._spans else ((0,), (0,))
        self._day = (min(starts), max(ends))
        self._enrolled: dict[str, dict[str, str]] = {}
        """Child to school to the first plan that says so."""
        self._groups: dict[str, set[str]] = {}
        for plan in caseload.plans:
            self._groups.setdefault(group_of(plan), set()).add(plan.id)
            for child in plan.children:
                if child.school is not None:
                    self._enrolled.setdefault(child.id, {}).setdefault(child.school, plan.id)

    def shard(self, plan_ids: Iterable[str], elsewhere: Collection[str] = ()) -> Caseload:
        """Return the caseload of some of the plans; see `extract`. Sites named in ``elsewhere`` are kept as well."""
        whole = self._caseload
        wanted = frozenset(plan_ids)
        self._refuse(wanted)
        plans = tuple(plan for plan in whole.plans if plan.id in wanted)
        series = form_series(whole.model_copy(update={"plans": plans}), self._policy)
        needs = [self._needs.of(one) for one in series]
        booked = tuple(self._booked(frozenset(one.id for one in series)))
        actors = {name for need in needs for name in need.people}
        asked = {attendee.person for meeting in booked for attendee in meeting.attendees}
        people = self._people(actors | asked | _named(plans))
        rooms = {whole.venues[i].id for need in needs for i in need.venues}
        rooms |= {meeting.venue for meeting in booked}
        rooms |= {name for plan in plans for name in (*plan.venue.only, *plan.venue.prefer)}
        venues = tuple(venue for venue in whole.venues if venue.id in rooms)
        closed = self._closed(wanted, actors, booked)
        kept = {plan.id: plan for plan in (*closed, *(_without_refused(plan, rooms) for plan in plans))}
        schools = self._schools(tuple(kept.values()), venues)
        sites = self._sites(people, schools, venues, elsewhere)
        names = {site.id for site in sites}
        travel = {
            a: {b: minutes for b, minutes in row.items() if b in names}
            for a, row in whole.travel.items()
            if a in names
        }
        return whole.model_copy(
            update={
                "people": people,
                "schools": schools,
                "sites": sites,
                "venues": venues,
                "plans": tuple(kept[plan.id] for plan in whole.plans if plan.id in kept),
                "travel": travel,
                "booked": booked,
                "held": (),
            }
        )

    def _refuse(self, wanted: frozenset[str]) -> None:
        unknown = sorted(wanted - self._plans.keys())
        if unknown:
            raise ValueError(f"no plan of the caseload has the id {unknown[0]}")
        for name in wanted:
            group = group_of(self._plans[name])
            if not self._groups[group] <= wanted:
                raise ValueError(f"the sibling group {group} can't be divided between shards")

    def _booked(self, series: frozenset[str]) -> Iterator[BookedMeeting]:
        """Meetings of the shard's series, and pinned ones of other shards that make a closed day one of the problem's."""
        for meeting in self._caseload.booked:
            if self._needs.series_of(meeting) in series:
                yield meeting
            elif meeting.pinned and not self._open(meeting.start.date()):
                # Days are numbered alike in all shards, so that prices mean the same.
                yield meeting.model_copy(update={"id": None, "series": None, "attendees": ()})

    def _closed(
        self, wanted: frozenset[str], actors: Collection[str], booked: Iterable[BookedMeeting]
    ) -> tuple[Plan, ...]:
        """Plans of other shards, ended before the horizon: they only say where a child is on roll, or name a meeting's plan."""
        children: dict[str, set[str]] = {}
        for actor in actors:
            for school, name in self._enrolled.get(actor, {}).items():
                if not self._enrolled_within(wanted, actor, school):
                    children.setdefault(name, set()).add(actor)
        for name in (name for meeting in booked for name in meeting.plans if name not in wanted):
            if name in self._plans:
                children.setdefault(name, set())
        ended = self._caseload.horizon.start - timedelta(days=1)
        return tuple(
            Plan(
                id=name,
                type=self._plans[name].type,
                children=tuple(
                    child.model_copy(update={"attends": "no"})
                    for child in self._plans[name].children
                    if child.id in who or not who
                ),
                ends=ended,
                minutes=self._plans[name].minutes,
            )
            for name, who in children.items()
        )

    def _enrolled_within(self, wanted: frozenset[str], child_id: str, school: str) -> bool:
        return self._enrolled[child_id][school] in wanted or any(
            child.id == child_id and child.school == school
            for name in wanted
            for child in self._plans[name].children
        )

    def _people(self, wanted: set[str]) -> tuple[Person, ...]:
        """The people wanted and the manager, in order, with those of their deputies who are there, and the team's day."""
        whole = self._caseload.people
        kept = {i for i, person in enumerate(whole) if person.id in wanted}
        manager = next((i for i, person in enumerate(whole) if person.role == "team_manager"), None)
        if manager is not None:
            kept.add(manager)
        names = {whole[i].id for i in kept}
        people = {}
        for i in kept:
            deputies = tuple(name for name in whole[i].deputies if name in names)
            people[i] = (
                whole[i]
                if deputies == whole[i].deputies
                else whole[i].model_copy(update={"deputies": deputies})
            )
        for i in self._span_keepers(kept):
            people[i] = whole[i].model_copy(update={"deputies": (), "busy": (), "site": None})
        return tuple(people[i] for i in sorted(people))

    def _span_keepers(self, kept: Collection[int]) -> Iterator[int]:
        """Professionals outside the shard whose hours the team's day begins and ends with."""
        spans = self._spans
        if not spans:
            return
        for end, limit in enumerate(self._day):
            if not any(spans[i][end] == limit for i in kept if i in spans):
                yield next(i for i, span in spans.items() if span[end] == limit)

    def _schools(self, plans: tuple[Plan, ...], venues: tuple[Venue, ...]) -> tuple[School, ...]:
        on_roll = {child.school for plan in plans for child in plan.children}
        sites = {venue.site for venue in venues if venue.kind in ("school", "nursery")} - {None}
        return tuple(
            school for school in self._caseload.schools if school.id in on_roll or school.site in sites
        )

    def _sites(
        self,
        people: tuple[Person, ...],
        schools: tuple[School, ...],
        venues: tuple[Venue, ...],
        elsewhere: Collection[str],
    ) -> tuple[Site, ...]:
        wanted = {*elsewhere, *(person.site for person in people)}
        wanted |= {school.site for school in schools} | {venue.site for venue in venues}
        return tuple(site for site in self._caseload.sites if site.id in wanted)


def extract(caseload: Caseload, policy: Policy, plan_ids: Iterable[str]) -> Caseload:
    """Return the part of a caseload that some of its plans need.

    Parameters
    ----------
    caseload : Caseload
        Validated.
    policy : Policy
    plan_ids : iterable of str
        Whole sibling groups.

    Returns
    -------
    Caseload
        In the order of the whole. Compiled, its series have the days, starts, costs and people that they have in the whole;
        people and rooms that only one of its series needs are no resources, even if another shard needs them too
        (`solver.scale.partition.shared_ids`). It may hold plans of other shards with a date in ``ends`` before the horizon,
        which have no series.

    Raises
    ------
    ValueError
        A plan is unknown, or a sibling group is divided.
    """
    return Extractor(caseload, policy).shard(plan_ids)


def group_of(plan: Plan) -> str:
    """Return what is never divided: a plan's sibling group, else the plan alone."""
    return plan.sibling_group or plan.id


def _named(plans: tuple[Plan, ...]) -> set[str]:
    """Everyone with a part in the plans, in the horizon or not, and their children."""
    names = {part.person for plan in plans for part in plan.participants}
    names |= {child.id for plan in plans for child in plan.children}
    return names | {plan.handover.person for plan in plans if plan.handover is not None}


def _without_refused(plan: Plan, rooms: Collection[str]) -> Plan:
    """Leave out of a plan's refusals the venues that aren't there anyway."""
    never = tuple(name for name in plan.venue.never if name in rooms)
    if never == plan.venue.never:
        return plan
    wishes: VenueWishes = plan.venue.model_copy(update={"never": never})
    return plan.model_copy(update={"venue": wishes})


def _span(person: Person) -> tuple[int, int] | None:
    """Earliest start and latest end of a professional's hours on any weekday."""
    if person.role in FAMILY_ROLES:
        return None
    spans = [DEFAULT_DAY] if person.hours is None else [one for day in person.hours.values() for one in day]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
