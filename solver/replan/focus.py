"""A few series of a calendar looked at closely, while everybody else's meetings stand where they are.

Rebooking, repair and explanation all ask what some series could do with everything else as it is. The problem compiled for
that is as exact as the whole team's and small: these series, and what all other meetings take up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from calendars.workdays import WorkingCalendar
from solver.decode import Decoded, Decoder
from solver.engine.filling import fill_places, is_free
from solver.engine.order import order_starts
from solver.engine.planned import Plan
from solver.engine.state import Commits, Solution, fixed_commits, no_prices
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.days import local_minute
from solver.problem.tables import BIG, Problem
from solver.problem.uses import Use
from solver.replan.booking import Dropped, book_again
from solver.scale.extract import Extractor, group_of
from solver.scale.pinned import held_by_pinned
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import BookedMeeting, Caseload
from solver.series import Series, form_series, series_of

_THERE = frozenset({"attending", "remote", "deputy"})
NOWHERE = -1
"""Start or venue of a meeting that has none in the problem."""


@dataclass(frozen=True)
class Focused:
    """Some series, compiled with all other meetings in the way.

    Attributes
    ----------
    caseload : Caseload
        Of these series' plans, with their meetings among the booked ones.
    policy : Policy
    calendar : WorkingCalendar
    problem : Problem
        Of exactly these series, with ordered starts.
    today : mapping
        Series index to the meetings that the calendar has, in order, as (day, start, venue) of the problem. A series with one
        that can't stand is left out.
    unable : mapping
        Series index to the ids of its meetings that can't stand where they are, whatever else of these series moves.
    """

    caseload: Caseload
    policy: Policy
    calendar: WorkingCalendar
    problem: Problem
    today: Plan
    unable: Mapping[int, tuple[str, ...]]

    def index(self, series: str) -> int:
        """Return the problem's index of a series."""
        return next(s for s, one in enumerate(self.problem.series) if one.id == series)

    def decode(self, solution: Solution) -> Decoded:
        """Write out the meetings of a solution. Workload isn't charged: it depends on everybody else's meetings as well."""
        decoder = Decoder(self.caseload, self.policy, self.problem, self.calendar)
        return decoder.decode(solution, workload=False)


class Focus:
    """Looks closely at any series of one calendar.

    Parameters
    ----------
    caseload : Caseload
        Of now: what it says may have changed since the calendar was planned. What it has booked counts where it is pinned; for
        the rest the calendar's meetings do.
    policy : Policy
    calendar : Calendar
    fixed_until : date, optional
        Meetings up to and including this day stand, as pinned ones do.

    Attributes
    ----------
    series : dict of str to Series
        Of the caseload.
    meetings : dict of str to list of Meeting
        The calendar's meetings in order, by the series of the caseload that they belong to.
    dropped : tuple of Dropped
        Meetings that the caseload has no place for any more, or has pinned itself.
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, *, fixed_until: date | None = None
    ) -> None:
        # Looked at without the others, another series of its plan would seem to be a booked meeting's.
        chains = form_series(caseload, policy)
        pinned = tuple(_of_series(one, chains) for one in caseload.booked if one.pinned)
        again = book_again(
            caseload.model_copy(update={"booked": pinned}), policy, calendar, fixed_until=fixed_until
        )
        self.caseload = again.caseload
        self.policy = policy
        self.dropped: tuple[Dropped, ...] = again.dropped
        self.working = working_calendar(caseload, policy)
        self.series: dict[str, Series] = {one.id: one for one in chains}
        self.meetings: dict[str, list[Meeting]] = {name: [] for name in self.series}
        self._extractor = Extractor(again.caseload, policy)
        self._sites = {
            venue.id: "" if venue.kind == "virtual" else venue.site or f"venue:{venue.id}"
            for venue in caseload.venues
        }
        self._groups: dict[str, set[str]] = defaultdict(set)
        for plan in caseload.plans:
            self._groups[group_of(plan)].add(plan.id)
        standing = {(one.start, one.venue, plan) for one in pinned for plan in one.plans}
        belongs = {one.id: one.series for one in again.caseload.booked if one.id is not None}
        gone = {one.meeting for one in again.dropped}
        self._uses: dict[str, dict[str, list[Use]]] = defaultdict(dict)
        # Where the calendar doesn't have a pinned meeting yet, it takes up its room and its essential people.
        for name, uses in held_by_pinned(self.caseload, policy).items():
            self._uses[name][""] = uses
        for meeting in sorted(calendar.meetings, key=lambda meeting: meeting.start):
            name = belongs.get(meeting.id) or meeting.series
            own = any((meeting.start, meeting.venue, plan) in standing for plan in meeting.plans)
            if name in self.meetings and (own or meeting.id not in gone):
                self.meetings[name].append(meeting)
                self._uses[name][meeting.id] = self.uses(meeting)

    def uses(self, meeting: Meeting) -> list[Use]:
        """Return what a meeting takes up of people and rooms."""
        day, site = meeting.start.date().toordinal(), self._sites.get(meeting.venue, "")
        sittings = {one.id: (local_minute(one.start), local_minute(one.end)) for one in meeting.sittings}
        whole = (local_minute(meeting.start), local_minute(meeting.end))
        uses = [Use(f"venue:{meeting.venue}", day, *whole, "")] if site else []
        for entry in meeting.attendees:
            if entry.status in _THERE:
                begin, end = sittings.get(entry.sitting, whole) if entry.sitting is not None else whole
                remote = entry.status == "remote" or entry.remote
                uses.append(Use(f"person:{entry.person}", day, begin, end, "" if remote else site))
        return uses

    def standing(self) -> Iterator[tuple[str, str, Use]]:
        """Give what every meeting takes up, with its series and its id (empty: pinned, and not in the calendar)."""
        for name, of_meeting in self._uses.items():
            for meeting, uses in of_meeting.items():
                for use in uses:
                    yield name, meeting, use

    def on(
        self,
        series: Iterable[str],
        without: Collection[str] = (),
        *,
        suppose: Callable[[Caseload], Caseload] | None = None,
        policy: Policy | None = None,
    ) -> Focused:
        """Compile some series, with the meetings of all others where they are.

        Parameters
        ----------
        series : iterable of str
            Ids.
        without : collection of str
            Meetings of other series that are taken out of the way.
        suppose : callable, optional
            Changes the small caseload: what if a person were free, a room larger? Series keep their ids.
        policy : Policy, optional
            Another than the calendar's.

        Raises
        ------
        KeyError
            The caseload has no such series.
        """
        names = tuple(dict.fromkeys(series))
        chosen = [self.series[name] for name in names]
        standing = [
            use
            for name, meeting, use in self.standing()
            if name not in names and (not meeting or meeting not in without)
        ]
        plans = {name for one in chosen for plan in one.plans for name in self._groups[group_of(plan)]}
        caseload = self._extractor.shard(plans, {use.site for use in standing})
        caseload = caseload if suppose is None else suppose(caseload)
        rules = policy or self.policy
        problem = order_starts(compile_problem(caseload, rules, standing=standing, only=names))
        commits = fixed_commits(problem)
        today, unable = {}, {}
        for s, one in enumerate(problem.series):
            rows, cannot = self._today(problem, commits, s, self.meetings[one.id])
            if cannot:
                unable[s] = tuple(cannot)
            else:
                today[s] = tuple(rows)
        return Focused(caseload, rules, working_calendar(caseload, rules), problem, today, unable)

    @staticmethod
    def _today(
        problem: Problem, commits: Commits, s: int, meetings: list[Meeting]
    ) -> tuple[list[tuple[int, int, int]], list[str]]:
        """Meetings of one series as rows of the problem, and the ids of those that can't stand."""
        tab = problem.tables
        rows, cannot = [], []
        before = -1
        for i, meeting in enumerate(meetings):
            row = place_of(problem, commits, s, min(i, 1), meeting)
            if row is not None:
                step = tab.first_cost[s, row[0]] if i == 0 else tab.gap_cost[tab.gap_index[s], before, row[0]]
                row = row if before < 0 < i or step < BIG else None
            if row is None:
                cannot.append(meeting.id)
                before = -1
            else:
                rows.append(row)
                before = row[0]
        return rows, cannot


def _of_series(booked: BookedMeeting, chains: Sequence[Series]) -> BookedMeeting:
    """A booked meeting that says which series it is of."""
    s = series_of(booked, chains)
    return booked if s is None else booked.model_copy(update={"series": chains[s].id})


def place_of(
    problem: Problem, commits: Commits, s: int, k: int, meeting: Meeting
) -> tuple[int, int, int] | None:
    """Find where a meeting stands in a problem.

    Parameters
    ----------
    problem : Problem
    commits : Commits
        What is in the way.
    s : int
        Series.
    k : int
        0 for the first meeting of the series in the calendar, 1 for a later one.
    meeting : Meeting

    Returns
    -------
    (day, start, venue) or None
        ``None`` where it can't be held there: its day, its time, its venue or somebody essential is lacking.
    """
    tab = problem.tables
    day = meeting.start.date()
    d = int(np.searchsorted(np.array([one.toordinal() for one in problem.days]), day.toordinal()))
    if d >= len(problem.days) or problem.days[d] != day:
        return None
    b = int(tab.node_block[k, s, d])
    if b < 0:
        return None
    lo, hi = int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d])
    at = np.nonzero(tab.start_minute[lo:hi] == local_minute(meeting.start))[0]
    first, last = (int(tab.venue_ptr[int(tab.group_ptr[b + j])]) for j in range(2))
    where = [v for v in range(first, last) if problem.venues[int(tab.venue_id[v])] == meeting.venue]
    if len(at) == 0 or not where:
        return None
    start, venue = lo + int(at[0]), where[0]
    if not int(tab.start_venues[start]) >> int(tab.venue_bit[venue]) & 1:
        return None
    room, minute = int(tab.venue_res[venue]), int(tab.start_minute[start])
    forced = tab.block_forced[b] == 1
    if room >= 0 and not forced and not is_free(commits, room, d, minute, minute + int(tab.block_length[b])):
        return None
    choice = np.full(int(tab.place_ptr[b + 1] - tab.place_ptr[b]) + 1, -1, dtype=np.int32)
    cost = fill_places(problem.packed, commits, no_prices(problem), b, start, venue, d, 0.0, True, choice)
    return (d, start, venue) if cost < BIG else None
