"""One pass over the series of a meeting: all that is possible, in order of how good it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.decode import Decoded, Decoder
from solver.engine.filling import fill_places
from solver.engine.kernels import evaluate_series
from solver.engine.state import empty_solution, fixed_commits, no_prices
from solver.problem.tables import BIG
from solver.rebook.around import Around, Chain, Link
from solver.rebook.ranked import Key, Ranked, Ranking, as_needed
from solver.rebook.scan import Candidates, scan_days
from solver.rebook.seats import Choice, Points, Row, can_fill, comers, filled_as, people_of, points_of
from solver.replan.focus import Focused, place_of
from solver.schema.calendar import Meeting
from solver.score import WEIGHTS

HALF_DAY: Final = 12 * 60
"""Minutes after midnight that divide a day's options."""
FEW: Final = 3
"""Days that are enough, so that none with more breach points is looked at."""


class _Kept(NamedTuple):
    """A meeting of the calendar that can be where it is."""

    row: Row
    cost: int
    choice: Choice
    points: Points
    same: bool
    """Whether everybody's part in it is as it is in the calendar."""


class Pass:
    """One pass over the series of one meeting.

    Parameters
    ----------
    focused : Focused
        On that series alone.
    own : sequence of Meeting
        The series' meetings in the calendar.
    target : int
        Position of the meeting that is moved.
    today : date
    without : frozenset of str
        People who don't come to it.
    stay : bool
        Whether it may stay at its time.
    noticed : mapping
        Day from which somebody who has to be booked ahead can be asked.
    booked : collection of (datetime, str)
        Start and venue of meetings of the series that the caseload itself has booked.
    each : callable
        Points of disruption of one person who is asked about a day.
    at : datetime, optional
        The only start that is looked at.
    venue : str, optional
        The only venue that is looked at.
    """

    def __init__(
        self,
        focused: Focused,
        own: Sequence[Meeting],
        target: int,
        *,
        today: date,
        without: frozenset[str],
        stay: bool,
        noticed: Mapping[str, date],
        booked: Collection[tuple[datetime, str]],
        each: Callable[[date], int],
        at: datetime | None = None,
        venue: str | None = None,
    ) -> None:
        self.target = target
        self._decoder = Decoder(focused.caseload, focused.policy, focused.problem, focused.calendar)
        self._rests: dict[tuple[Link, ...], tuple[Points, int, int]] = {}
        self._problem = focused.problem
        self._tab = focused.problem.tables
        self._own = own
        self._stay = stay
        self._at = at
        self._venue = venue
        self._each = each
        self._booked = booked
        self._k = min(target, 1)
        self._commits = fixed_commits(self._problem)
        self._prices = no_prices(self._problem)
        self._noticed = self._masked(frozenset(), noticed)
        self._packed = self._masked(without, noticed) if without else self._noticed
        self._kept = [self._where(i) for i in range(len(own))]
        first = today.toordinal()
        self._days = [d for d, day in enumerate(self._problem.days) if day.toordinal() > first]
        here = self._kept[target]
        if here is not None and stay and here.row[0] not in self._days:
            self._days.insert(0, here.row[0])
        if at is not None:
            self._days = [d for d in self._days if self._problem.days[d] == at.date()]
        self._chain = Chain(
            self._problem,
            0,
            [None if one is None else (one.row, one.cost) for one in self._kept],
            target,
            sum(one.start.date() < today for one in own),
            self._free(first),
        )

    @property
    def stands(self) -> bool:
        """Whether the meeting could stay as it is, people and all."""
        here = self._kept[self.target]
        return here is not None and here.same

    def _masked(self, without: frozenset[str], noticed: Mapping[str, date]) -> Any:
        """The kernels' tables without some people, and without those who need more notice than a day leaves."""
        problem, tab = self._problem, self._tab
        actors: NDArray[np.uint64] | None = None
        for b, info in enumerate(problem.blocks):
            for a, person in enumerate(info.actors):
                if person not in without and person not in noticed:
                    continue
                if actors is None:
                    actors = tab.start_actors.copy()
                for k in range(2):
                    for d in np.nonzero(tab.node_block[k, 0] == b)[0].tolist():
                        if person in without or problem.days[d] < noticed[person]:
                            lo, hi = int(tab.node_lo[k, 0, d]), int(tab.node_hi[k, 0, d])
                            actors[lo:hi] &= ~np.uint64(1 << a)
        return problem.packed if actors is None else problem.packed._replace(actors=actors)

    def _block(self, position: int, d: int) -> int:
        return int(self._tab.node_block[min(position, 1), 0, d])

    def _filled(self, packed: Any, b: int, row: Row) -> tuple[int, Choice]:
        d, start, venue = row
        choice = np.full(len(self._problem.blocks[b].places) + 1, -1, dtype=np.int32)
        cost = fill_places(packed, self._commits, self._prices, b, start, venue, d, 0.0, True, choice)
        return int(cost), choice

    def _where(self, i: int) -> _Kept | None:
        row = place_of(self._problem, self._commits, 0, min(i, 1), self._own[i])
        if row is None:
            return None
        b = self._block(i, row[0])
        cost, choice = self._filled(self._problem.packed, b, row)
        as_now = filled_as(self._problem, b, self._own[i])
        same = as_now is not None and can_fill(self._problem, self._commits, b, row, as_now)
        if as_now is not None and same:
            choice = as_now
        return _Kept(row, cost, choice, points_of(self._problem, b, row, choice), same)

    def _free(self, today: int) -> dict[int, tuple[Row, int]]:
        """The cheapest meeting of each day that another one of the series could be moved to."""
        days = len(self._problem.days)
        cost, pick = np.empty((2, days)), np.zeros((2, days, 2), dtype=np.int32)
        evaluate_series(self._noticed, self._commits, self._prices, 0, 0.0, True, cost, pick)
        return {
            d: ((d, int(pick[1, d, 0]), int(pick[1, d, 1])), int(cost[1, d]))
            for d in range(days)
            if cost[1, d] < BIG and self._problem.days[d].toordinal() > today
        }

    def rank(self) -> Ranking:
        """Rank what is possible: what is later is left out where there is enough that isn't.

        Where other meetings of the series would have to move, a day counts only if that saves breach or attendance points.
        """
        around = self._chains()
        best: list[Ranked] = []
        by_day: dict[int, tuple[Candidates, NDArray[np.int64], Around]] = {}
        count = 0
        for breach in sorted({one.breach for one in around.values()}):
            days = sorted(d for d, one in around.items() if one.breach == breach)
            found = scan_days(self._problem, self._packed, self._commits, 0, self._k, days)
            for d in days:
                rows = self._allowed(found, d)
                count += len(rows)
                if len(rows):
                    by_day[d] = found, rows, around[d]
                    best.append(self._best(found, rows, around[d]))
            if len(best) >= FEW:
                break
        best = sorted(as_needed(best), key=lambda one: one.key)
        again = None
        if best:
            found, rows, chain = by_day[best[0].day]
            minute = self._tab.start_minute[found.rows[rows, 1]]
            other = rows[(minute < HALF_DAY) != (best[0].key.minute < HALF_DAY)]
            again = self._best(found, other, chain) if len(other) else None
        return Ranking(tuple(best), again, count)

    def _chains(self) -> dict[int, Around]:
        """The rest of the chain for each day: as it is, or repaired where that saves breach days or nothing else is possible."""
        found = {}
        for d in self._days:
            if self._tab.node_block[self._k, 0, d] < 0:
                continue
            one = self._chain.as_it_is(d)
            if one is None or one.breach > 0:
                other = self._chain.repaired(d)
                if other is not None and (one is None or other.breach < one.breach):
                    one = other
            if one is not None:
                found[d] = one
        return found

    def _allowed(self, found: Candidates, d: int) -> NDArray[np.int64]:
        rows: NDArray[np.int64] = np.nonzero(found.rows[:, 0] == d)[0]
        if self._at is not None:
            rows = rows[self._minutes(found, rows) == self._at.hour * 60 + self._at.minute]
        if self._venue is not None:
            names = self._tab.venue_id[found.rows[rows, 2]]
            rows = rows[np.array([self._problem.venues[v] == self._venue for v in names], dtype=np.bool_)]
        now = self._own[self.target].start
        if self._stay or self._problem.days[d] != now.date():
            return rows
        minute = now.hour * 60 + now.minute
        others: NDArray[np.int64] = rows[self._minutes(found, rows) != minute]
        return others

    def _minutes(self, found: Candidates, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Minutes after midnight at which candidates begin."""
        minutes: NDArray[np.int64] = self._tab.start_minute[found.rows[rows, 1]].astype(np.int64)
        return minutes

    def _best(self, found: Candidates, rows: NDArray[np.int64], around: Around) -> Ranked:
        """The best of some candidates of one day."""
        columns = self._keys(found, rows, around)
        at = int(np.lexsort(columns[::-1])[0])
        key = Key(*(int(column[at]) for column in columns))
        d, start, venue = found.rows[rows[at], :3].tolist()
        return Ranked(key, around, (d, start, venue))

    def _keys(
        self, found: Candidates, rows: NDArray[np.int64], around: Around
    ) -> tuple[NDArray[np.int64], ...]:
        table = found.rows[rows].astype(np.int64)
        d = int(table[0, 0])
        minute = self._tab.start_minute[table[:, 1]].astype(np.int64)
        venue = self._tab.venue_id[table[:, 2]].astype(np.int64)
        links = around.links
        if links not in self._rests:
            self._rests[links] = self._rest(around)
        rest, disruption, stability = self._rests[links]
        return (
            np.full(len(rows), around.breach, dtype=np.int64),
            table[:, 3] + rest.attendance,
            self._disrupted(found, rows, d, minute, venue) + disruption,
            table[:, 4] + rest.family,
            np.full(len(rows), around.resilience, dtype=np.int64),
            stability - self._matched(d, minute, venue),
            table[:, 5] + rest.convenience + around.weekdays,
            table[:, 0],
            minute,
            venue,
        )

    def _slot(self, row: Row) -> tuple[datetime, str]:
        d, start, venue = row
        begin = timedelta(minutes=int(self._tab.start_minute[start]))
        return datetime.combine(self._problem.days[d], time()) + begin, self._problem.venues[
            int(self._tab.venue_id[venue])
        ]

    def _rest(self, around: Around) -> tuple[Points, int, int]:
        """Points and disruption of the other meetings, and stability if the meeting matches nothing that is booked."""
        points = [0, 0, 0]
        disruption = 0
        held = set()
        stays = set()
        moved: list[tuple[frozenset[str], date]] = []
        for j, link in enumerate(around.links):
            held.add(self._slot(link.row))
            position = j if j < len(around.before) else j + 1
            if link.kept >= 0:
                kept = self._kept[link.kept]
                assert kept is not None
                stays.add(link.kept)
                points = [a + b for a, b in zip(points, kept.points, strict=True)]
                if not kept.same:
                    disruption += self._refilled(link.kept, kept)
                continue
            b = self._block(position, link.row[0])
            _, choice = self._filled(self._noticed, b, link.row)
            own = points_of(self._problem, b, link.row, choice)
            points = [a + b for a, b in zip(points, own, strict=True)]
            moved.append((people_of(self._problem, b, choice), self._problem.days[link.row[0]]))
        gone = [one for i, one in enumerate(self._own) if i not in stays and i != self.target]
        for i in range(max(len(gone), len(moved))):
            people: frozenset[str] = frozenset()
            days = []
            if i < len(gone):
                people |= comers(gone[i])
                days.append(gone[i].start.date())
            if i < len(moved):
                people |= moved[i][0]
                days.append(moved[i][1])
            disruption += self._each(min(days)) * max(1, len(people))
        stability = WEIGHTS["moved"] * len(set(self._booked) - held)
        return Points(*points), disruption, stability

    def _refilled(self, i: int, kept: _Kept) -> int:
        """Disruption of a meeting that stands, with others there."""
        before = {entry.person: entry for entry in self._own[i].attendees}
        after = people_of(self._problem, self._block(i, kept.row[0]), kept.choice)
        return self._each(self._own[i].start.date()) * len(comers(self._own[i]) ^ after) if before else 0

    def _matched(self, d: int, minute: NDArray[np.int64], venue: NDArray[np.int64]) -> NDArray[np.int64]:
        """Stability points that a candidate earns by standing where a meeting is booked."""
        points = np.zeros(len(minute), dtype=np.int64)
        for start, name in self._booked:
            if start.date() == self._problem.days[d] and name in self._problem.venues:
                here = venue == self._problem.venues.index(name)
                points += WEIGHTS["moved"] * (here & (minute == start.hour * 60 + start.minute))
        return points

    def _disrupted(
        self,
        found: Candidates,
        rows: NDArray[np.int64],
        d: int,
        minute: NDArray[np.int64],
        venue: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Disruption of the meeting itself."""
        own = self._own[self.target]
        b = self._block(self.target, d)
        actors = self._problem.blocks[b].actors
        index = {person: a for a, person in reversed(list(enumerate(actors)))}
        old = [0, 0]
        missing = 0
        for entry in own.attendees:
            if entry.person not in comers(own):
                continue
            if entry.person in index:
                old[int(entry.remote or entry.status == "remote")] |= 1 << index[entry.person]
            else:
                missing += 1
        new = [self._by_person(mask[rows], b) for mask in (found.in_person, found.remote)]
        there, away = np.uint64(old[0]), np.uint64(old[1])
        asked = np.bitwise_count(there | away | new[0] | new[1]).astype(np.int64) + missing
        changed = np.bitwise_count((there ^ new[0]) | (away ^ new[1])).astype(np.int64) + missing
        same = (
            (self._problem.days[d] == own.start.date())
            & (minute == own.start.hour * 60 + own.start.minute)
            & np.array([self._problem.venues[v] == own.venue for v in venue.tolist()])
        )
        each = self._each(min(own.start.date(), self._problem.days[d]))
        people = np.where(same, changed, np.maximum(1, asked)).astype(np.int64)
        return people * each

    def _by_person(self, mask: NDArray[np.uint64], b: int) -> NDArray[np.uint64]:
        """Move the bits of those who are there for somebody to the first of the same person."""
        tab = self._tab
        for a in range(len(self._problem.blocks[b].actors)):
            twin = int(tab.actor_twin[int(tab.actor_ptr[b]) + a])
            if twin != a:
                bit = (mask >> np.uint64(a)) & np.uint64(1)
                mask = (mask & ~np.uint64(1 << a)) | (bit << np.uint64(twin))
        return mask

    def write(self, ranked: Ranked) -> tuple[Decoded, tuple[int, ...], int]:
        """Write out the whole chain of an option.

        Returns
        -------
        decoded : Decoded
        kept : tuple of int
            For each meeting the position in the calendar of the one that stands there; -1: none does.
        at : int
            Position of the meeting that is moved.
        """
        solution = empty_solution(self._problem)
        around = ranked.around
        at = len(around.before)
        rows = [*(link.row for link in around.before), ranked.row, *(link.row for link in around.after)]
        kept = [link.kept for link in around.before] + [-1] + [link.kept for link in around.after]
        solution.n[0] = len(rows)
        for j, row in enumerate(rows):
            b = self._block(j, row[0])
            stands = self._kept[kept[j]] if kept[j] >= 0 else None
            if stands is not None:
                choice = stands.choice
            else:
                _, choice = self._filled(self._packed if j == at else self._noticed, b, row)
            places = len(self._problem.blocks[b].places)
            solution.rows[0, j] = row
            solution.choice[0, j, :places] = choice[:places]
        # Workload depends on everybody else's meetings as well.
        return self._decoder.decode(solution, workload=False), tuple(kept), at
