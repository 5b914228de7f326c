"""Who and what is taken, over all shards: so that each is planned around all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from solver.problem.uses import Use
from solver.problem.venues import NO_SITE_MINUTES
from solver.scale.held import Held
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS


class Ledger:
    """The chains of all series so far, and what they take up.

    Parameters
    ----------
    caseload : Caseload
        The whole.
    held : mapping, optional
        Series id to what its pinned meetings hold in any case.

    Attributes
    ----------
    chains : dict of str to list of Held
        By series.
    costs : dict of str to int
        Of each chain, without workload.
    sites : tuple of str
        Where anybody may be.
    """

    def __init__(self, caseload: Caseload, held: Mapping[str, list[Use]] | None = None) -> None:
        self.chains: dict[str, list[Held]] = {}
        self.costs: dict[str, int] = {}
        self.sites = tuple(site.id for site in caseload.sites)
        self._uses: dict[str, list[Use]] = {}
        self._by_resource: defaultdict[str, defaultdict[int, list[tuple[Use, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._caps = {
            f"person:{person.id}": person.max_meetings_per_day
            for person in caseload.people
            if person.max_meetings_per_day is not None
        }
        self._workers = [
            f"person:{person.id}" for person in caseload.people if person.role == "social_worker"
        ]
        # A chain's cost is less by as much for every booked meeting that it keeps.
        self._moved = WEIGHTS["moved"] * sum(not meeting.pinned for meeting in caseload.booked)
        self._travel = _TravelTimes(caseload)
        self._held = held or {}
        for series, uses in self._held.items():
            self._enter(series, uses)

    def _enter(self, series: str, uses: Iterable[Use]) -> None:
        for use in uses:
            self._by_resource[use.resource][use.day].append((use, series))

    def put(self, series: str, chain: list[Held], uses: list[Use], cost: int) -> None:
        """Set the chain of a series. What its pinned meetings hold stays."""
        self.take_out(series)
        self.chains[series] = chain
        self.costs[series] = cost
        self._uses[series] = uses
        self._enter(series, uses)

    def take_out(self, series: str) -> None:
        """Forget the chain of a series, if it has one."""
        for use in self._uses.pop(series, []):
            self._by_resource[use.resource][use.day].remove((use, series))
        self.chains.pop(series, None)
        self.costs.pop(series, None)

    def cost(self) -> int:
        """What all chains cost, workload and the booked meetings that they moved included."""
        crowded = 0
        for resource in self._workers:
            for uses in self._by_resource.get(resource, {}).values():
                meetings = {(owner, use.begin) for use, owner in uses}
                crowded += max(0, len(meetings) - WEIGHTS["workload_meetings_a_day"])
        return sum(self.costs.values()) + self._moved + WEIGHTS["workload_day"] * crowded

    def uses(self, series: str) -> list[Use]:
        """What a series takes up."""
        return self._uses.get(series, [])

    def in_the_way(self, series: Collection[str], uses: Iterable[Use]) -> set[str]:
        """Return who has already taken some of what ``series`` would use: time, or what there is of meetings a day."""
        uses = list(uses)
        return {
            owner
            for use in uses
            for other, owner in self._of_others(use.resource, use.day, series)
            if self._clash(use, other)
        } | self._crowded(series, uses)

    def _of_others(self, resource: str, day: int, own: Collection[str]) -> Iterator[tuple[Use, str]]:
        return ((use, owner) for use, owner in self._by_resource[resource][day] if owner not in own)

    def _crowded(self, series: Collection[str], uses: Iterable[Use]) -> set[str]:
        """Return whose meetings leave too few of somebody's day."""
        own: defaultdict[tuple[str, int], set[tuple[int, int]]] = defaultdict(set)
        for use in uses:
            if use.resource in self._caps:
                own[use.resource, use.day].add((use.begin, use.end))
        found: set[str] = set()
        for (resource, day), spans in own.items():
            for use, owner in self._by_resource[resource][day]:
                if owner in series and use in self._held.get(owner, ()):
                    spans.add((use.begin, use.end))
            others = self._meetings(resource, day, series)
            if len(spans) + len(others) > self._caps[resource]:
                found.update(owner for owner, _ in others)
        return found

    def _meetings(self, resource: str, day: int, own: Collection[str]) -> set[tuple[str, int]]:
        """Meetings that others have somebody at on a day; somebody may be at one for two reasons."""
        return {(owner, use.begin) for use, owner in self._of_others(resource, day, own)}

    def _clash(self, a: Use, b: Use) -> bool:
        first, second = (a, b) if a.begin <= b.begin else (b, a)
        gap = second.begin - first.end
        if gap < 0:
            return True
        return bool(a.site and b.site) and gap < self._travel.between(a.resource, first.site, second.site)

    def standing(self, shard: Caseload, own: Collection[str]) -> list[Use]:
        """Return what others have of everybody and every room in a shard, in a fixed order.

        Parameters
        ----------
        shard : Caseload
        own : collection of str
            The shard's series.
        """
        own = frozenset(own)
        wanted = [f"person:{person.id}" for person in shard.people]
        wanted += [f"person:{child.id}" for plan in shard.plans for child in plan.children]
        wanted += [f"venue:{venue.id}" for venue in shard.venues]
        found = {
            use
            for resource in wanted
            if resource in self._by_resource
            for day in self._by_resource[resource]
            for use, _ in self._of_others(resource, day, own)
        }
        return sorted(found)


class _TravelTimes:
    """Minutes between sites, as RULES ``person.travel`` has them."""

    def __init__(self, caseload: Caseload) -> None:
        self._explicit = caseload.travel
        self._allowances = {site.id: site.travel_minutes for site in caseload.sites}
        self._based = {f"person:{person.id}": person.site for person in caseload.people}

    def between(self, person: str, a: str, b: str) -> int:
        if a == b:
            return 0
        for one, other in ((a, b), (b, a)):
            minutes = self._explicit.get(one, {}).get(other)
            if minutes is not None:
                return minutes
        return self._allowance(person, a) + self._allowance(person, b)

    def _allowance(self, person: str, site: str) -> int:
        if site == self._based.get(person):
            return 0
        return self._allowances.get(site, NO_SITE_MINUTES)
