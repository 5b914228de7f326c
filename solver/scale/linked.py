"""Other shards of the same authority: families from everywhere who need the same people, to trade places among them.

A shard planned around all others leaves each of them what it has. Whoever needs the same interpreter in two shards can change
places only where both are looked at together, so every other pass is over shards like these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from solver.policy.model import Policy
from solver.scale.extract import group_of
from solver.scale.needs import EXPECTED, NeedsIndex
from solver.schema.caseload import Caseload


class Links:
    """Who needs whom of those that several shards share.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    shared : collection of str
        ``person:<id>`` and ``venue:<id>``, as from ``partition.shared_ids``.
    """

    def __init__(self, caseload: Caseload, policy: Policy, shared: Collection[str]) -> None:
        self._families: dict[str, list[str]] = {}
        family_of = {}
        for plan in caseload.plans:
            self._families.setdefault(group_of(plan), []).append(plan.id)
            family_of[plan.id] = group_of(plan)
        needed: dict[str, dict[str, None]] = {family: {} for family in self._families}
        for needs in NeedsIndex(caseload, policy).all():
            for person, need in needs.people.items():
                if need >= EXPECTED and f"person:{person}" in shared:
                    needed[family_of[needs.plans[0]]][person] = None
        self._demand = Counter(person for people in needed.values() for person in people)
        self._needed = {
            family: sorted(people, key=lambda person: (-self._demand[person], person))
            for family, people in needed.items()
            if people
        }

    def shards(self, turn: int, plans: int) -> tuple[tuple[str, ...], ...]:
        """Return shards of at most so many plans, of families who need the same person.

        Parameters
        ----------
        turn : int
            Families who need several go by another of them each turn.
        plans : int
            Most plans of a shard, unless one family alone has more.

        Returns
        -------
        tuple of tuple of str
            Plan ids. Families who need nobody that others share are in none.
        """
        by_person: dict[str, list[str]] = {}
        for family, people in self._needed.items():
            by_person.setdefault(people[turn % len(people)], []).append(family)
        shards: list[list[str]] = []
        for person in sorted(by_person, key=lambda one: (-self._demand[one], one)):
            for family in by_person[person]:
                members = self._families[family]
                if not shards or len(shards[-1]) + len(members) > plans:
                    shards.append([])
                shards[-1] += members
        return tuple(tuple(shard) for shard in shards)
