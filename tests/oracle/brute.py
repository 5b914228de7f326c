"""The best calendar of a tiny caseload, by trying everything.

Every chain of days, every start, every venue and every way to fill the places is tried; what is allowed and what
it costs is asked of the checker, rule by rule. It is bearable, and still exact, because

- what a meeting costs by its start, venue and people does not depend on the meeting before, whose day alone decides
  about the window and the weekday: `Option` and `Chain.link`;
- meetings of different series only meet on one day: so for every day and every set of series that meet on it the best
  way to do so is found once (`Day.best`), and what is left is which series meet on which days (`best_calendar`);
- of two options of one day, start and venue, the one that costs no less and asks for everybody that the other asks for
  is left out: the rules between meetings only ever forbid more where more people are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, product

from builder import Choice, build_calendar, draft_meeting

from solver.check import check_calendar, scoring
from solver.check.case import Case
from solver.check.checker import together_violations
from solver.check.held import Held
from solver.check.places import Place, places_at
from solver.check.report import Finding
from solver.check.rules_attendance import attend_deputy, attend_essential, attend_report, remote_allowed
from solver.check.rules_people import person_busy, person_hours, person_notice, school_hours
from solver.check.rules_series import series_window
from solver.check.series import Series
from solver.check.table import OF_A_MEETING
from solver.check.view import unheld_breach
from solver.policy.model import Policy
from solver.schema.calendar import Attendee, Calendar
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

NEVER = 10**12
"""More than any calendar costs."""
OF_THE_CHAIN = ("series.window", "meeting.")
"""Rules that look at the meeting before, or at what the builder writes: not a matter of one option."""
OF_A_SLOT = ("venue.", "day.", "time.", "start.")
"""Rules that look at the day, the start and the venue alone."""
OPTION_RULES = tuple(
    function for rule, function in OF_A_MEETING if not rule.startswith(OF_THE_CHAIN) and rule != "roles"
)
"""Somebody lawful to chair is found by the builder for any option, and costs nothing."""
SLOT_RULES = tuple(function for rule, function in OF_A_MEETING if rule.startswith(OF_A_SLOT))
PLACE_RULES = (
    person_hours, person_busy, person_notice, school_hours, remote_allowed, attend_essential, attend_deputy, attend_report,
)  # fmt: skip
"""Rules that look at one attendee at a time."""

Key = tuple[int, bool]
"""Which series, and whether its meeting has other places because it is the first."""
State = tuple[date | None, ...]
"""The day of each series' last meeting so far."""
Partial = tuple[int, tuple[Choice, ...]]
"""What some meetings cost, and which they are."""


@dataclass(frozen=True)
class Option:
    """One way to hold a meeting on a day, and what it costs whatever comes before it."""

    choice: Choice
    held: Held
    cost: int


def best_calendar(caseload: Caseload, policy: Policy, *, leave_out: bool = True) -> Calendar:
    """Return a calendar of the least cost. It passes the check.

    Parameters
    ----------
    leave_out : bool
        ``False`` tries also the options that others make needless: for a test that they are.
    """
    case = Case(caseload, policy)
    often = Counter(person for series in case.series.values() for person in who_may_come(case, series))
    shared = frozenset(person for person, times in often.items() if times > 1)
    chains = [Chain(case, series, shared if leave_out else None) for series in case.series.values()]
    reached: dict[State, Partial] = {tuple(None for _ in chains): (0, ())}
    for day in sorted({day for chain in chains for day in chain.days}):
        reached = _after_day(Day(chains, day), reached)
    ends = [
        (cost + sum(chain.end(last) for chain, last in zip(chains, state, strict=True)), choices)
        for state, (cost, choices) in reached.items()
    ]
    cost, choices = min(ends, key=lambda plan: plan[0])
    cost += WEIGHTS["moved"] * sum(not one.pinned for booked in case.booked.values() for one in booked)
    calendar = build_calendar(caseload, policy, choices)
    assert calendar.cost == cost, (calendar.cost, cost)
    report = check_calendar(caseload, policy, calendar)
    assert report.ok, report.violations
    return calendar


def _after_day(day: Day, reached: dict[State, Partial]) -> dict[State, Partial]:
    """Let every set of series meet on a day, and keep the cheapest way to every state."""
    after: dict[State, Partial] = {}
    for state, (cost, choices) in reached.items():
        for meeting in subsets(len(state)):
            found = day.best(state, meeting)
            if found is not None:
                then = tuple(day.date if i in meeting else last for i, last in enumerate(state))
                total = cost + found[0]
                if then not in after or total < after[then][0]:
                    after[then] = (total, choices + found[1])
    return after


def subsets(number: int) -> list[frozenset[int]]:
    """Return every set of some of the first whole numbers."""
    return [frozenset(chosen) for size in range(number + 1) for chosen in combinations(range(number), size)]


def who_may_come(case: Case, series: Series) -> set[str]:
    """Return everyone who could be at a meeting of a series on some day, and perhaps more."""
    found = {case.manager.id} if case.manager is not None else set()
    for member in series.members:
        found |= {child.id for child in member.plan.children}
        found |= {part.person for part in member.plan.participants}
        found |= {member.plan.handover.person} if member.plan.handover is not None else set()
    records = [case.people[person] for person in found if person in case.people]
    return found | {deputy for record in records for deputy in record.deputies}


class Day:
    """The ways in which series meet on one day."""

    def __init__(self, chains: list[Chain], day: date) -> None:
        self.chains = chains
        self.date = day
        self._together: dict[frozenset[Key], Partial | None] = {}

    def best(self, state: State, meeting: frozenset[int]) -> Partial | None:
        """Return the cheapest way for these series to meet, and no other; ``None`` if there is none."""
        links = 0
        for i, chain in enumerate(self.chains):
            link = chain.link(state[i], self.date) if i in meeting else chain.skip(self.date)
            if link is None:
                return None
            links += link
        keys = frozenset((i, self.chains[i].has_other_places(self.date, state[i])) for i in meeting)
        if keys not in self._together:
            self._together[keys] = self._search(sorted(keys))
        found = self._together[keys]
        return None if found is None else (links + found[0], found[1])

    def _search(self, keys: list[Key]) -> Partial | None:
        options = [self.chains[i].options(self.date, is_first=is_first) for i, is_first in keys]
        if not all(options):
            return None
        ahead = [sum(later[0].cost for later in options[i:]) for i in range(len(options) + 1)]
        best: Partial = (NEVER, ())

        def extend(chosen: list[Option], cost: int) -> None:
            nonlocal best
            crowded = sum(scoring.crowded_days(one.held for one in chosen).values())
            if len(chosen) == len(options):
                total = cost + WEIGHTS["workload_day"] * crowded
                if total < best[0]:
                    best = (total, tuple(option.choice for option in chosen))
                return
            for option in options[len(chosen)]:
                if cost + option.cost + ahead[len(chosen) + 1] >= best[0]:
                    return  # and so do those that follow: they cost no less
                longer = [*chosen, option]
                if all(violation.forced for violation in together_violations(one.held for one in longer)):
                    extend(longer, cost + option.cost)

        extend([], 0)
        return None if best[0] == NEVER else best


class Chain:
    """What one series can do.

    Parameters
    ----------
    shared : frozenset of str or None
        Those who may come to meetings of another series too. ``None``: leave no option out.
    """

    def __init__(self, case: Case, series: Series, shared: frozenset[str] | None) -> None:
        self.case = case
        self.series = series
        self.shared = shared
        horizon = case.caseload.horizon
        days = (horizon.start + timedelta(days=i) for i in range((horizon.end - horizon.start).days + 1))
        self.pinned = {booked.start.date() for booked in case.booked[series.id] if booked.pinned}
        self.days = self.pinned | {day for day in days if case.days.is_open(day)}
        self._options: dict[tuple[date, bool], list[Option]] = {}
        self._links: dict[tuple[date | None, date], int | None] = {}

    def end(self, last: date | None) -> int:
        """Return what it costs to hold no meeting after ``last``."""
        unheld = unheld_breach(self.case, self.series, last)
        return 0 if unheld is None else scoring.unheld_points(unheld)

    def skip(self, day: date) -> int | None:
        """Return what it costs not to meet on a day: nothing, but a pinned meeting can't be left out."""
        return None if day in self.pinned else 0

    def link(self, last: date | None, day: date) -> int | None:
        """Return what the days of a meeting and the one before cost; ``None`` if they may not follow each other."""
        if (last, day) not in self._links:
            self._links[last, day] = self._link(last, day)
        return self._links[last, day]

    def _link(self, last: date | None, day: date) -> int | None:
        if day not in self.days:
            return None
        # Of the day's meeting, and of the one before, only the day and whether it is pinned matter here.
        previous = None if last is None else self._held(self._some_choice(last), None)
        held = self._held(self._some_choice(day), previous)
        if not _allowed(held, (series_window,)):
            return None
        return WEIGHTS["breach_day"] * held.breach_days + scoring.resilience(held) + scoring.weekday(held)

    def has_other_places(self, day: date, last: date | None) -> bool:
        """Whether the meeting has other places because it is the first in the calendar."""
        first, later = (
            places_at(self.case, self.series, day, is_first=is_first) for is_first in (True, False)
        )
        return last is None and first != later

    def options(self, day: date, *, is_first: bool) -> list[Option]:
        """Return the ways to hold a meeting on a day, the cheapest first."""
        key = (day, is_first)
        if key not in self._options:
            found = sorted(self._all_options(day, is_first=is_first), key=lambda option: option.cost)
            self._options[key] = found if self.shared is None else _needed(found, self.shared)
        return self._options[key]

    def _all_options(self, day: date, *, is_first: bool) -> Iterator[Option]:
        places = places_at(self.case, self.series, day, is_first=is_first)
        before = None if is_first else self._held(self._some_choice(day), None)
        for start, venue in self._slots(day):
            empty = self._held(Choice(self.series.id, start, venue, ()), before)
            if not _allowed(empty, SLOT_RULES):
                continue
            ways = [
                [
                    way
                    for way in self._ways(place)
                    if _allowed(self._held(Choice(self.series.id, start, venue, (way,)), before), PLACE_RULES)
                ]
                for place in places
            ]
            for filling in product(*ways):
                choice = Choice(self.series.id, start, venue, filling)
                held = self._held(choice, before)
                if _allowed(held, OPTION_RULES):
                    yield Option(choice, held, self._cost(held))

    def _slots(self, day: date) -> Iterator[tuple[datetime, str]]:
        """Every start and venue of a day; on a pinned meeting's day, its own."""
        pinned = [one for one in self.case.booked[self.series.id] if one.pinned and one.start.date() == day]
        if pinned:
            yield from ((one.start, one.venue) for one in pinned)
            return
        opens, closes = self.case.team_day
        grid = self.case.caseload.grid_minutes
        for minute in range(opens - opens % grid, closes, grid):
            for venue in self.case.venues:
                yield datetime.combine(day, time()) + timedelta(minutes=minute), venue

    def _some_choice(self, day: date) -> Choice:
        start, venue = next(self._slots(day))
        return Choice(self.series.id, start, venue, ())

    def _ways(self, place: Place) -> Iterator[Attendee]:
        """Every way to fill a place, allowed or not."""

        def way(status: str, person: str = place.person, *, remote: bool = False) -> Attendee:
            return Attendee.model_validate(
                {
                    "person": person,
                    "level": place.level,
                    "status": status,
                    "for": place.person if status == "deputy" else None,
                    "sitting": place.sitting,
                    "remote": remote,
                }
            )

        yield way("attending")
        yield way("remote", remote=True)
        record = self.case.people.get(place.person)
        for deputy in sorted(place.may_stand_in.union(() if record is None else record.deputies)):
            yield way("deputy", deputy)
            yield way("deputy", deputy, remote=True)
        yield way("report")
        yield way("absent")

    def _held(self, choice: Choice, before: Held | None) -> Held:
        return Held(self.case, self.series, draft_meeting(self.case, self.series, choice, 1), before)

    def _cost(self, held: Held) -> int:
        kept = sum(held.stands_at(one) for one in self.case.booked[self.series.id] if not one.pinned)
        own = (
            scoring.attendance(held) + scoring.family(held) + scoring.travel(held) + scoring.spare_seats(held)
        )
        return own - WEIGHTS["moved"] * kept


def _allowed(held: Held, rules: Iterable[Callable[[Held], Iterator[Finding]]]) -> bool:
    return all(finding.forced for rule in rules for finding in rule(held))


def _needed(options: list[Option], shared: frozenset[str]) -> list[Option]:
    """Leave out every option at which a cheaper one at the same start and venue asks for no more people."""
    kept: dict[tuple[datetime, str], list[frozenset[tuple[object, ...]]]] = {}
    needed = []
    for option in options:
        asks = frozenset(
            (one.person, one.start, one.end, one.is_remote, one.is_forced)
            for one in option.held.presences
            if one.person in shared
        )
        rivals = kept.setdefault((option.choice.start, option.choice.venue), [])
        if not any(rival <= asks for rival in rivals):
            rivals.append(asks)
            needed.append(option)
    return needed
