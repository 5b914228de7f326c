"""A calendar after some of its meetings have been put elsewhere: its next revision, checked.

Whatever isn't touched stays as it is: times, venues, who comes, who chairs, ids. Only its share of the workload may change, as
that depends on what else is on a day. Everything that follows from meetings is derived anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from solver.check import CheckReport, check_calendar
from solver.decode import Decoded, Decoder
from solver.engine.order import order_starts
from solver.engine.state import Commits, Solution, empty_solution, fixed_commits
from solver.explain.alone import breach_days_alone
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.problem.tables import Problem
from solver.rebook.options import Found
from solver.rebook.seats import filled_as
from solver.replan.answers import next_revision
from solver.replan.focus import place_of
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.load import digest
from solver.score import WEIGHTS
from solver.series import form_series, series_of
from solver.writer import CalendarWriter, Outcome


class StaleError(ValueError):
    """The calendar isn't the one that the options were made from. Nothing has been changed."""


class RefusedError(ValueError):
    """An option can't be accepted by itself. Nothing has been changed.

    Attributes
    ----------
    report : CheckReport or None
        What the checker found; ``None`` where it didn't come to that.
    """

    def __init__(self, text: str, report: CheckReport | None = None) -> None:
        self.report = report
        super().__init__(text)


def accept(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    found: Found,
    *,
    now: datetime,
    revision: int | None = None,
) -> Calendar:
    """Accept an option.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now: those that the option was found with.
    policy : Policy
    calendar : Calendar
    found : Found
        Of `Desk.options`, on these three.
    now : datetime
        For ``created``.
    revision : int, optional
        Of the calendar that the options were made from.

    Returns
    -------
    Calendar
        The next revision, checked. Its bound is that of the calendar where that is proven of the same caseload, else 0.

    Raises
    ------
    StaleError
        The calendar has another revision by now.
    RefusedError
        With the facts of now other meetings can't stand as they are, either.
    """
    check_revision(calendar, revision)
    series = found.meetings[0].series if found.meetings else None
    own = [one for one in calendar.meetings if one.series != series]
    ids = {(one.series, one.number): one.id for one in own}
    chain = named(
        caseload, policy, [one for one in calendar.meetings if one.series == series], found.meetings
    )
    ids.update({(one.series, one.number): one.id for one in chain})
    return with_meetings(caseload, policy, calendar, (*own, *chain), ids, now=now)


def check_revision(calendar: Calendar, revision: int | None) -> None:
    """Refuse a calendar that isn't of the revision expected, if one is.

    Raises
    ------
    StaleError
    """
    if revision is not None and calendar.revision != revision:
        raise StaleError(
            f"The calendar has changed meanwhile: it is revision {calendar.revision}, and the options were made from "
            f"revision {revision}. Ask for the options again."
        )


def named(
    caseload: Caseload, policy: Policy, own: Sequence[Meeting], chain: Sequence[Meeting]
) -> tuple[Meeting, ...]:
    """Give the meetings of a series the ids that they keep: by their place in the chain, or as they are booked.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    own : sequence of Meeting
        Of the calendar.
    chain : sequence of Meeting
        All meetings of the series as they are to be.
    """
    before = sorted(own, key=lambda one: one.start)
    booked = _booked_ids(caseload, policy, chain)
    names: list[str] = []
    for j, meeting in enumerate(chain):
        plain = f"{meeting.series}.{meeting.number}"
        name = booked.get(j) or (before[j].id if len(before) == len(chain) else plain)
        if name in (*names, *(other for i, other in booked.items() if i != j)):
            name = plain
        names.append(name)
    return tuple(one.model_copy(update={"id": name}) for one, name in zip(chain, names, strict=True))


def _booked_ids(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting]) -> dict[int, str]:
    chains = form_series(caseload, policy)
    at = {
        (chains[s].id, one.start, one.venue): one.id
        for one in caseload.booked
        if one.id is not None and (s := series_of(one, chains)) is not None
    }
    places = enumerate((one.series, one.start, one.venue) for one in meetings)
    return {j: at[place] for j, place in places if place in at}


@dataclass(frozen=True)
class _Whole:
    """A calendar's meetings in the whole compiled problem."""

    problem: Problem
    solution: Solution
    commits: Commits


def with_meetings(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    meetings: Sequence[Meeting],
    ids: Mapping[tuple[str, int], str],
    *,
    now: datetime,
) -> Calendar:
    """Write the next revision of a calendar, with these meetings.

    Parameters
    ----------
    caseload : Caseload
    policy : Policy
    calendar : Calendar
    meetings : sequence of Meeting
        All of them: where each is and who comes counts, the rest is derived.
    ids : mapping
        By series and number.
    now : datetime

    Raises
    ------
    RefusedError
    """
    working = working_calendar(caseload, policy)
    whole = _place(caseload, policy, meetings)
    decoded = Decoder(caseload, policy, whole.problem, working).decode(whole.solution)
    decoded = Decoded(
        tuple(
            one.model_copy(update={"id": ids.get((one.series, one.number), one.id)})
            for one in decoded.meetings
        ),
        decoded.unheld,
        decoded.stability,
    )
    cost = sum(decoded.objective.values())
    same = digest(caseload) == calendar.caseload.digest and calendar.weights == dict(WEIGHTS)
    bound = min(calendar.bound, float(cost)) if same else 0.0
    outcome = Outcome(
        cost=cost,
        bound=bound,
        breach_floor=_breach_floor(calendar) if same else 0,
        optimal=same and bound >= cost,
        stopped=False,
    )
    written = CalendarWriter(caseload, policy, working).write(
        decoded,
        outcome,
        breach_days_alone(whole.problem).__getitem__,
        seed=calendar.seed,
        elapsed=0.0,
        moment=now,
        had={one.id: (one.chair, one.minutes) for one in calendar.meetings},
    )
    written = next_revision(calendar, written)
    report = check_calendar(caseload, policy, written)
    if not report.ok:
        texts = [f"{one.rule}: {one.text}" for one in report.violations[:8]]
        raise RefusedError("\n".join(["That would break rules:", *texts]), report)
    return written


def _breach_floor(calendar: Calendar) -> int:
    """Breach points proven to be unavoidable: those of the calendar, where each of its breaches is."""
    if not all(one.proved for one in calendar.breaches):
        return 0
    return calendar.objective.get("breach", 0)


def _place(caseload: Caseload, policy: Policy, meetings: Sequence[Meeting]) -> _Whole:
    problem = order_starts(compile_problem(caseload, policy))
    whole = _Whole(problem, empty_solution(problem), fixed_commits(problem))
    chains: dict[str, list[Meeting]] = {}
    for meeting in sorted(meetings, key=lambda one: one.start):
        chains.setdefault(meeting.series, []).append(meeting)
    lost = [
        name
        for s, series in enumerate(problem.series)
        for name in _chain(whole, s, chains.get(series.id, ()))
    ]
    lost += [
        one.id
        for name, chain in chains.items()
        if name not in {series.id for series in problem.series}
        for one in chain
    ]
    if lost:
        number = Counter(lost).total()
        raise RefusedError(
            f"With the facts of now {number} other {'meeting' if number == 1 else 'meetings'} can't stand as "
            f"{'it is' if number == 1 else 'they are'}: {', '.join(lost[:8])}{' …' if number > 8 else ''}."
        )
    return whole


def _chain(whole: _Whole, s: int, chain: Sequence[Meeting]) -> list[str]:
    """Put one chain into the solution; returns the ids of the meetings that can't be where they are."""
    problem, tab = whole.problem, whole.problem.tables
    lost = []
    whole.solution.n[s] = len(chain)
    for i, meeting in enumerate(chain):
        row = place_of(problem, whole.commits, s, min(i, 1), meeting)
        choice = None
        if row is not None:
            choice = filled_as(problem, int(tab.node_block[min(i, 1), s, row[0]]), meeting)
        if row is None or choice is None:
            lost.append(meeting.id)
            continue
        places = len(choice) - 1
        whole.solution.rows[s, i] = row
        whole.solution.choice[s, i, :places] = choice[:places]
    return lost
