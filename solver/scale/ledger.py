"""Who and what is taken, over all shards: so that each is planned around all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from solver.problem.uses import Use
from solver.problem.venues import NO_SITE_MINUTES
from solver.scale.held import Held
from solver.schema.base import Span
from solver.schema.caseload import Caseload, Person

DAY_END = 24 * 60


class Ledger:
    """The chains of all series so far, and what they take up.

    Parameters
    ----------
    caseload : Caseload
        The whole.
    held : mapping, optional
        Series id to what its pinned meetings hold in any case.
    """

    def __init__(self, caseload: Caseload, held: Mapping[str, list[Use]] | None = None) -> None:
        self.chains: dict[str, list[Held]] = {}
        self._uses: dict[str, list[Use]] = {}
        self._by_resource: defaultdict[str, defaultdict[int, list[tuple[Use, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._caps = {
            f"person:{person.id}": person.max_meetings_per_day
            for person in caseload.people
            if person.max_meetings_per_day is not None
        }
        self._travel = _TravelTimes(caseload)
        self._held = held or {}
        for series, uses in self._held.items():
            self._enter(series, uses)

    def _enter(self, series: str, uses: Iterable[Use]) -> None:
        for use in uses:
            self._by_resource[use.resource][use.day].append((use, series))

    def put(self, series: str, chain: list[Held], uses: list[Use]) -> None:
        """Set the chain of a series. What its pinned meetings hold stays."""
        for use in self._uses.get(series, []):
            self._by_resource[use.resource][use.day].remove((use, series))
        self.chains[series] = chain
        self._uses[series] = uses
        self._enter(series, uses)

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

    def around(self, shard: Caseload, own: Collection[str]) -> Caseload:
        """Return the shard's caseload with everybody and every room busy where others have them.

        Parameters
        ----------
        shard : Caseload
        own : collection of str
            The shard's series.
        """
        own = frozenset(own)
        sites = [site.id for site in shard.sites]
        people = tuple(self._person(person, own, sites) for person in shard.people)
        venues = tuple(
            venue.model_copy(update={"busy": (*venue.busy, *self._busy(f"venue:{venue.id}", own, sites))})
            for venue in shard.venues
        )
        people += tuple(self._children(shard, own, sites))
        return shard.model_copy(update={"people": people, "venues": venues})

    def _person(self, person: Person, own: Collection[str], sites: list[str]) -> Person:
        resource = f"person:{person.id}"
        busy = self._busy(resource, own, sites)
        cap = person.max_meetings_per_day
        update: dict[str, object] = {}
        if cap is not None:
            others = {day: len(self._meetings(resource, day, own)) for day in self._by_resource[resource]}
            busy += [_span(day, 0, DAY_END) for day, n in others.items() if n >= cap]
            # A cap is the same every day: where others have some of it, nobody here gets more than the rest of it.
            update["max_meetings_per_day"] = cap - max((n for n in others.values() if n < cap), default=0)
        if not busy and not update:
            return person
        return person.model_copy(update={"busy": (*person.busy, *busy), **update})

    def _children(self, shard: Caseload, own: Collection[str], sites: list[str]) -> Iterator[Person]:
        """Give children without a record one that says when meetings of another plan have them, and nothing else."""
        known = {person.id for person in shard.people}
        children = {child.id: child for plan in shard.plans for child in plan.children}
        for name, child in children.items():
            busy = [] if name in known else self._busy(f"person:{name}", own, sites)
            if busy:
                yield Person(id=name, name=child.initials, role="child", busy=tuple(busy))

    def _busy(self, resource: str, own: Collection[str], sites: list[str]) -> list[Span]:
        spans = []
        for day in self._by_resource[resource]:
            for use, _ in self._of_others(resource, day, own):
                away = self._travel.furthest(resource, use.site, sites)
                spans.append(_span(day, max(0, use.begin - away), min(DAY_END, use.end + away)))
        return spans


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

    def furthest(self, person: str, site: str, others: list[str]) -> int:
        """Most minutes to or from any of other sites; a venue without a site of its own may be among them."""
        if not site:
            return 0
        unnamed = self._allowance(person, site) + NO_SITE_MINUTES
        going = (self.between(person, site, other) for other in others)
        coming = (self.between(person, other, site) for other in others)
        return max([unnamed, *going, *coming])

    def _allowance(self, person: str, site: str) -> int:
        if site == self._based.get(person):
            return 0
        return self._allowances.get(site, NO_SITE_MINUTES)


def _span(day: int, begin: int, end: int) -> Span:
    midnight = datetime.combine(date.fromordinal(day), time())
    return Span(start=midnight + timedelta(minutes=begin), end=midnight + timedelta(minutes=end))
