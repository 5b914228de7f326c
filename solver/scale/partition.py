"""Which plans are planned together: shards that share as few people and rooms as can be.

Families of one social worker are put together first, for the social worker is essential at every meeting. The bundles are then
merged by average linkage: always the two whose plans share most with each other, for their sizes, while they fit into a shard.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from solver.policy.model import Policy
from solver.scale.extract import group_of
from solver.scale.needs import DEPUTY, ESSENTIAL, EXPECTED, INVITED, Needs, NeedsIndex
from solver.schema.caseload import Caseload, Plan

PLANS = 150
"""Most plans of a shard: a team's, which one search plans well."""
WEIGHT: Mapping[int, float] = {ESSENTIAL: 8.0, EXPECTED: 3.0, INVITED: 1.0, DEPUTY: 0.5}
"""What it costs to share somebody between shards, by how much they are needed."""
VENUE_WEIGHT = 2.0
"""The same for a room, shared out among all the rooms that a series may use."""
MOST_LINKS = 400_000
"""Links between bundles worked out at once. What the fewest share comes first: what all share says nothing of who belongs
together."""


@dataclass
class _Bundle:
    """Families that are already together, and the weight of what they use."""

    members: list[int]
    plans: int
    uses: dict[str, float]
    """By resource (``person:<id>`` or ``venue:<id>``)."""

    def joined(self, other: _Bundle) -> _Bundle:
        uses = dict(self.uses)
        for resource, weight in other.uses.items():
            uses[resource] = uses.get(resource, 0.0) + weight
        return _Bundle(self.members + other.members, self.plans + other.plans, uses)


def partition(caseload: Caseload, policy: Policy, *, plans: int = PLANS) -> tuple[tuple[str, ...], ...]:
    """Divide a caseload's plans into shards.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    plans : int
        Most plans of a shard. A larger sibling group is a shard of its own.

    Returns
    -------
    tuple of tuple of str
        Plan ids in the caseload's order, each plan once; shards in the order of their first plans. The same for the same
        caseload.

    Raises
    ------
    ValueError
        ``plans`` is less than 1.
    """
    if plans < 1:
        raise ValueError(f"shards of {plans} plans can't hold anything: at least 1")
    groups: dict[str, list[str]] = {}
    for plan in caseload.plans:
        groups.setdefault(group_of(plan), []).append(plan.id)
    families = list(groups.values())
    uses, workers = _uses(caseload, policy, families)
    singles = [
        _Bundle([i], len(members), used) for i, (members, used) in enumerate(zip(families, uses, strict=True))
    ]
    bundles = _packed(_merged(_by_worker(singles, workers, plans), plans), plans)
    order = {plan.id: i for i, plan in enumerate(caseload.plans)}
    shards = [
        tuple(sorted((name for i in bundle.members for name in families[i]), key=order.__getitem__))
        for bundle in bundles
    ]
    return tuple(sorted(shards, key=lambda shard: order[shard[0]]))


def shared_ids(caseload: Caseload, policy: Policy, shards: Iterable[Iterable[str]]) -> frozenset[str]:
    """Return the people and bookable venues that more than one shard could use.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    shards : iterable of iterable of str
        Plan ids.

    Returns
    -------
    frozenset of str
        ``person:<id>`` (of children too) and ``venue:<id>``, as in ``Problem.resources``.
    """
    shard_of = {name: i for i, shard in enumerate(shards) for name in shard}
    first: dict[str, int] = {}
    shared = set()
    for needs in NeedsIndex(caseload, policy).all():
        if needs.plans[0] in shard_of:
            shard = shard_of[needs.plans[0]]
            for resource in _weights(caseload, needs):
                if first.setdefault(resource, shard) != shard:
                    shared.add(resource)
    return frozenset(shared)


def _weights(caseload: Caseload, needs: Needs) -> dict[str, float]:
    weights = {f"person:{name}": WEIGHT[need] for name, need in needs.people.items()}
    rooms = [venue for i in needs.venues if (venue := caseload.venues[i]).kind != "virtual"]
    for venue in rooms:
        weights[f"venue:{venue.id}"] = VENUE_WEIGHT / len(rooms)
    return weights


def _uses(
    caseload: Caseload, policy: Policy, families: Sequence[Sequence[str]]
) -> tuple[list[dict[str, float]], list[str | None]]:
    """Of each family: the weight of its plans' use of each resource, and its social worker."""
    family_of = {name: i for i, members in enumerate(families) for name in members}
    uses: list[dict[str, float]] = [{} for _ in families]
    for needs in NeedsIndex(caseload, policy).all():
        mine = uses[family_of[needs.plans[0]]]
        for resource, weight in _weights(caseload, needs).items():
            mine[resource] = mine.get(resource, 0.0) + weight
    role = {person.id: person.role for person in caseload.people}
    workers: list[str | None] = [None] * len(families)
    for plan in caseload.plans:
        worker = _worker(plan, role)
        if workers[family_of[plan.id]] is None:
            workers[family_of[plan.id]] = worker
    return uses, workers


def _worker(plan: Plan, role: Mapping[str, str]) -> str | None:
    return next((part.person for part in plan.participants if role.get(part.person) == "social_worker"), None)


def _by_worker(singles: Sequence[_Bundle], workers: Sequence[str | None], plans: int) -> list[_Bundle]:
    """Families of one social worker together, in as many bundles as it takes."""
    bundles: list[_Bundle] = []
    place: dict[str, int] = {}
    for single, worker in zip(singles, workers, strict=True):
        at = None if worker is None else place.get(worker)
        if at is not None and bundles[at].plans + single.plans <= plans:
            bundles[at] = bundles[at].joined(single)
            continue
        if worker is not None:
            place[worker] = len(bundles)
        bundles.append(single)
    return bundles


def _merged(bundles: list[_Bundle], plans: int) -> list[_Bundle]:
    """Merge until nothing that shares anything fits; links are worked out anew each time the bundles have halved."""
    while True:
        fewer = _halved(bundles, plans)
        if len(fewer) == len(bundles):
            return bundles
        bundles = fewer


def _halved(bundles: Sequence[_Bundle], plans: int) -> list[_Bundle]:
    """Merge the most closely linked bundles that fit together, until half as many are left."""
    links = _links(bundles)
    found: dict[int, _Bundle] = dict(enumerate(bundles))

    def entry(a: int, b: int) -> tuple[float, int, int]:
        return -links[a][b] / (found[a].plans * found[b].plans), a, b

    queue = [
        entry(a, b) for a in found for b in links[a] if a < b and found[a].plans + found[b].plans <= plans
    ]
    heapq.heapify(queue)
    latest = len(bundles)
    while queue and 2 * len(found) > len(bundles):
        _, a, b = heapq.heappop(queue)
        if a not in found or b not in found:
            continue
        one, other = found.pop(a), found.pop(b)
        found[latest] = one.joined(other)
        links[latest] = {}
        for near, strength in (*links.pop(a).items(), *links.pop(b).items()):
            if near in found:
                links[latest][near] = links[near][latest] = links[latest].get(near, 0.0) + strength
        for near in links[latest]:
            if found[latest].plans + found[near].plans <= plans:
                heapq.heappush(queue, entry(latest, near))
        latest += 1
    return list(found.values())


def _links(bundles: Sequence[_Bundle]) -> dict[int, dict[int, float]]:
    """How much each bundle shares with each other: the sum over resources of the product of both shares of its use."""
    users: dict[str, list[int]] = {}
    for i, bundle in enumerate(bundles):
        for resource in bundle.uses:
            users.setdefault(resource, []).append(i)
    links: dict[int, dict[int, float]] = {i: {} for i in range(len(bundles))}
    budget = MOST_LINKS
    for resource, near in sorted(users.items(), key=lambda item: (len(item[1]), item[1])):
        budget -= len(near) * (len(near) - 1) // 2
        if budget < 0:
            break
        total = sum(bundles[i].uses[resource] for i in near)
        for a, b in combinations(near, 2):
            strength = bundles[a].uses[resource] * bundles[b].uses[resource] / total
            links[a][b] = links[b][a] = links[a].get(b, 0.0) + strength
    return links


def _packed(bundles: Iterable[_Bundle], plans: int) -> list[_Bundle]:
    """Fill shards up with what shares nothing with them, largest first: fewer shards, and no more is shared."""
    packed: list[_Bundle] = []
    for bundle in sorted(bundles, key=lambda one: (-one.plans, one.members)):
        at = next((i for i, other in enumerate(packed) if other.plans + bundle.plans <= plans), None)
        if at is None:
            packed.append(bundle)
        else:
            packed[at] = packed[at].joined(bundle)
    return packed
