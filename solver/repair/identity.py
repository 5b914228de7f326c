"""Which meeting of the new calendar is which of the old one, where a meeting has moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count

from solver.repair.standing import Kept
from solver.schema.calendar import Meeting


def keep_ids(meetings: Sequence[Meeting], moved: Iterable[Kept], standing: Iterable[str]) -> list[Meeting]:
    """Give meetings that have moved the ids that they had.

    Parameters
    ----------
    meetings : sequence of Meeting
        Of the new calendar; those that stand have their ids already.
    moved : iterable of Kept
        Booked meetings that don't stand. Within a series they keep their order, and as little time as can be lies between
        where each was and where it is now.
    standing : iterable of str
        Ids of the booked meetings that stand, pinned or not.

    Returns
    -------
    list of Meeting
        In the order given. No two have one id.
    """
    taken = set(standing)
    missing: defaultdict[str, list[Kept]] = defaultdict(list)
    for one in moved:
        if one.booked.id is not None and one.booked.id not in taken:
            missing[one.booked.series or ""].append(one)
    fresh: defaultdict[str, list[int]] = defaultdict(list)
    for i, meeting in enumerate(meetings):
        if meeting.id not in taken:
            fresh[meeting.series].append(i)
    new = list(meetings)
    left = []
    for series, places in fresh.items():
        matched = _matched(missing[series], places, meetings)
        for i, name in matched.items():
            new[i] = meetings[i].model_copy(update={"id": name})
            taken.add(name)
        left += [i for i in places if i not in matched]
    for i in left:
        plain = f"{new[i].series}.{new[i].number}"
        others = (f"{plain}.{k}" for k in count(2))
        name = plain if plain not in taken else next(one for one in others if one not in taken)
        new[i] = new[i].model_copy(update={"id": name})
        taken.add(name)
    return new


def _matched(missing: Sequence[Kept], places: Sequence[int], meetings: Sequence[Meeting]) -> dict[int, str]:
    """Match as many as there are of both, in order, with the fewest days between."""
    old = sorted(missing, key=lambda one: one.booked.start)
    new = sorted(places, key=lambda i: meetings[i].start)

    @cache
    def best(i: int, j: int) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        if i == len(old) or j == len(new):
            return 0, 0, ()
        pairs, days, rest = best(i + 1, j + 1)
        apart = abs((old[i].booked.start.date() - meetings[new[j]].start.date()).days)
        both = pairs - 1, days + apart, ((i, j), *rest)
        return min(both, best(i + 1, j), best(i, j + 1), key=lambda one: one[:2])

    return {new[j]: old[i].booked.id or "" for i, j in best(0, 0)[2]}
