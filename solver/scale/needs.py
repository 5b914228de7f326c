"""What a series could ever take: everyone who may come to its meetings and every venue it may use.

A superset of what ``compile_problem`` makes of the series, found without laying out days or starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from solver.policy.model import Policy
from solver.problem.venues import VenueRules
from solver.schema.caseload import BookedMeeting, Caseload, Plan
from solver.series import Membership, Place, Series, form_series

ESSENTIAL, EXPECTED, INVITED, DEPUTY = 3, 2, 1, 0
"""How much a series needs somebody, strongest first."""
_NEED = {"essential": ESSENTIAL, "expected": EXPECTED, "invited": INVITED}


@dataclass(frozen=True)
class Needs:
    """What one series could take.

    Attributes
    ----------
    plans : tuple of str
        Ids of the series' plans.
    people : dict
        Person (or child) id to how much they are needed at the most; in order of appearance.
    venues : tuple of int
        Positions in the caseload's venues, increasing.
    """

    plans: tuple[str, ...]
    people: Mapping[str, int]
    venues: tuple[int, ...]


class NeedsIndex:
    """Looks up what any series of one caseload could take.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    """

    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        self._caseload = caseload
        self._policy = policy
        self._membership = Membership(caseload)
        self._venues = _Venues(caseload)
        self._series = form_series(caseload, policy)
        self._ids = frozenset(series.id for series in self._series)
        self._of_plan: dict[str, list[Series]] = {}
        for series in self._series:
            for plan in series.plans:
                self._of_plan.setdefault(plan.id, []).append(series)
        self._pinned: dict[str, set[int]] = {}
        """Series to the rooms its pinned meetings stand in, which no rule takes from them."""
        position = {venue.id: i for i, venue in enumerate(caseload.venues)}
        for meeting in caseload.booked:
            name = self.series_of(meeting) if meeting.pinned else None
            if name is not None:
                self._pinned.setdefault(name, set()).add(position[meeting.venue])

    def all(self) -> tuple[Needs, ...]:
        """Return the needs of every series of the caseload, in its order."""
        return tuple(self.of(series) for series in self._series)

    def series_of(self, meeting: BookedMeeting) -> str | None:
        """Return the id of the series a booked meeting belongs to: ``solver.series.series_of``, without a search."""
        if meeting.series is not None:
            return meeting.series if meeting.series in self._ids else None
        for name in meeting.plans:
            for series in self._of_plan.get(name, ()):
                if meeting.kind in (None, series.kind):
                    return series.id
        return None

    def of(self, series: Series) -> Needs:
        """Return the needs of one series."""
        people: dict[str, int] = {}
        venues = set(self._pinned.get(series.id, ()))
        for places, plans in self._casts(series):
            own = {place.person for place in places}
            for place in places:
                people[place.person] = max(_NEED[place.level], people.get(place.person, DEPUTY))
                for deputy in place.stand_ins(self._membership.people.get(place.person)):
                    if deputy not in own:
                        people.setdefault(deputy, DEPUTY)
            venues.update(self._venues.usable(series, plans, places))
        return Needs(tuple(plan.id for plan in series.plans), people, tuple(sorted(venues)))

    def _casts(self, series: Series) -> Iterator[tuple[tuple[Place, ...], tuple[Plan, ...]]]:
        """Who is there and for whom, in each period of the horizon between two changes."""
        seen = set()
        for day in self._period_starts(series):
            plans = series.plans_on(day)
            for first in (False, True) if series.first else (False,):
                places = self._membership.places(series, day, first=first)
                key = (places, tuple(plan.id for plan in plans))
                if plans and key not in seen:
                    seen.add(key)
                    yield places, plans

    def _period_starts(self, series: Series) -> list[date]:
        horizon = self._caseload.horizon
        days = {horizon.start, *series.changes()}
        return sorted(day for day in days if horizon.start <= day <= horizon.end)


class _Venues:
    """Venues that are alike for every plan that doesn't name them are judged together."""

    def __init__(self, caseload: Caseload) -> None:
        self._rules = VenueRules(caseload)
        self._venues = caseload.venues
        self._position = {venue.id: i for i, venue in enumerate(caseload.venues)}
        self._site_of_school = {school.id: school.site for school in caseload.schools}
        taken = {school.site for school in caseload.schools}
        self._anybody: dict[tuple[object, ...], list[int]] = {}
        self._of_site: dict[str, dict[tuple[object, ...], list[int]]] = {}
        for i, venue in enumerate(caseload.venues):
            alike = (venue.kind, frozenset(venue.features), venue.capacity, venue.confidential)
            school = venue.kind in ("school", "nursery") and venue.site is not None and venue.site in taken
            where = self._of_site.setdefault(venue.site or "", {}) if school else self._anybody
            where.setdefault(alike, []).append(i)

    def usable(self, series: Series, plans: Sequence[Plan], places: Sequence[Place]) -> Iterator[int]:
        """Give the positions of the venues that nothing keeps such a meeting out of."""
        rule = series.rule
        only = next((plan.venue.only for plan in plans if plan.venue.only), None)
        named = {name for plan in plans for name in (*plan.venue.only, *plan.venue.prefer, *plan.venue.never)}
        for name in named if only is None else only:
            i = self._position.get(name)
            if i is not None and self._rules.refusal(self._venues[i], rule, plans, places) is None:
                yield i
        if only is None:
            sites = dict.fromkeys(
                self._site_of_school.get(child.school or "") for plan in plans for child in plan.children
            )
            alike = [self._anybody, *(self._of_site.get(site or "", {}) for site in sites)]
            for members in (members for classes in alike for members in classes.values()):
                unnamed = [i for i in members if self._venues[i].id not in named]
                if unnamed and self._rules.refusal(self._venues[unnamed[0]], rule, plans, places) is None:
                    yield from unnamed
