"""The heat map of people and weeks, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from service.access.rights import Reach, reach
from service.pages.addresses import week_path
from service.pages.team import TeamView
from service.views.names import Names, natural
from service.views.weeks import Month, Week, Weeks
from service.views.workload import TEAM_ROLES, WorkloadRow, build_workload
from service.words import count, long_day, opening
from solver.policy.load import load_policy
from solver.policy.windows import working_calendar
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Fairness

TEAM: Final = "team"
EVERYBODY: Final = "all"
SORTS: Final = {"load": "Most meetings first", "name": "Name"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Somebody's week."""

    meetings: int
    shade: int
    full: str
    """``at`` where a day has as many meetings as they may have, ``over`` where one has more; else empty."""
    path: str
    says: str
    """Its name for those who don't see the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody's weeks, and what they come to."""

    name: str
    role: str
    cells: tuple[Cell, ...]
    total: int
    busiest_week: int
    busiest_day: int
    limit: int | None
    hours: float


@dataclass(frozen=True, slots=True)
class Full:
    """A day on which somebody has as many meetings as they may have, or more."""

    day: date
    name: str
    meetings: int
    limit: int
    path: str

    @property
    def over(self) -> int:
        """Meetings more than they may have."""
        return self.meetings - self.limit


@dataclass(frozen=True, slots=True)
class Table:
    """All of the page."""

    own: bool
    """Whether it is somebody's own weeks alone."""
    rows: tuple[Row, ...]
    months: tuple[Month, ...]
    weeks: tuple[Week, ...]
    this_week: int
    """Index of the column that today is in; outside them there is none of it."""
    meetings: tuple[int, ...]
    """The team's, by week; empty where somebody sees their own alone."""
    full: tuple[Full, ...]
    peak: str
    fairness: str
    roles: tuple[tuple[str, str], ...]
    """Values and words of the filter."""
    role: str
    sort: str


def workload_table(view: TeamView, role: str, sort: str) -> Table | None:
    """Count what somebody may see; ``None`` where there is no calendar.

    Parameters
    ----------
    view
    role
        A role, `TEAM` or `EVERYBODY`; the team for anything else.
    sort
        One of `SORTS`; by load for anything else.
    """
    if view.standing is None or view.seen is None:
        return None
    caseload, calendar = view.standing.caseload, view.seen
    weeks = Weeks(
        calendar.horizon.start,
        calendar.horizon.end,
        working_calendar(caseload, load_policy(caseload.authority)),
    )
    names = Names(caseload)
    found = build_workload(calendar, names, weeks)
    everybody = (*found.team, *found.others)
    own = reach(view.who, "calendar.read") is Reach.OWN
    if own:
        # Who else is at their meetings they know, but not how full anybody's week is.
        everybody = tuple(row for row in everybody if row.person == view.who.person)
        role = EVERYBODY
    roles = _roles(everybody, names)
    role = role if role in {value for value, _ in roles} else TEAM
    sort = sort if sort in SORTS else "load"
    chosen = [row for row in everybody if _is_of(names, row, role)]
    chosen.sort(
        key=lambda row: (-row.total if sort == "load" else 0, natural(row.name.casefold()), row.person)
    )
    return Table(
        own=own,
        rows=tuple(_row(view, row, weeks) for row in chosen),
        months=weeks.months(),
        weeks=weeks.columns,
        this_week=weeks.index_of(view.today),
        meetings=() if own else found.meetings,
        full=tuple(
            sorted(
                (
                    Full(one.day, row.name, one.meetings, row.limit, week_path(view.path, row.person, one.day))
                    for row in chosen
                    if row.limit is not None
                    for one in row.full
                ),
                key=lambda one: (-one.over, one.day, one.name),
            )
        ),
        peak=_peak(chosen, weeks, own=own),
        fairness="" if calendar.fairness is None or own else fairness_words(calendar.fairness),
        roles=roles,
        role=role,
        sort=sort,
    )  # fmt: skip


def fairness_words(fairness: Fairness) -> str:
    """How evenly chairing and taking the minutes are shared, in sentences."""
    proven = ", and it is proven that no more even sharing exists" if fairness.proven else ""
    return (
        f"Chairing and taking the minutes are shared: within one series nobody has more than "
        f"{count(fairness.series_spread, 'turn')} more than somebody else who could have had one{proven}. "
        f"Over the whole team, what people do beyond a fair share is at most {fairness.team_spread:g} turns apart."
    )


def _roles(rows: tuple[WorkloadRow, ...], names: Names) -> tuple[tuple[str, str], ...]:
    there = {names.people[row.person].role for row in rows}
    order = [role for role in ROLE_WORDS if role in there and role not in FAMILY_ROLES]
    return (
        (TEAM, "The team"),
        (EVERYBODY, "Everybody"),
        *((role, opening(ROLE_WORDS[role])) for role in order),
    )


def _is_of(names: Names, row: WorkloadRow, role: str) -> bool:
    own = names.people[row.person].role
    return role == EVERYBODY or (own in TEAM_ROLES if role == TEAM else own == role)


def _row(view: TeamView, row: WorkloadRow, weeks: Weeks) -> Row:
    cells = []
    for column, week in zip(weeks.columns, row.weeks, strict=True):
        full = (
            "" if row.limit is None or week.most < row.limit else "at" if week.most == row.limit else "over"
        )
        says = f"{count(week.meetings, 'meeting')}, week of {long_day(column.monday)}"
        if full == "at":
            says += f", {week.most} on one day, the most they may have"
        elif full:
            says += f", {week.most} on one day, more than the {row.limit} they may have"
        cells.append(
            Cell(week.meetings, week.shade, full, week_path(view.path, row.person, week.busiest or column.monday), says)
        )  # fmt: skip
    return Row(
        row.name, row.role, tuple(cells), row.total, row.busiest_week, row.busiest_day, row.limit, row.hours
    )


def _peak(rows: list[WorkloadRow], weeks: Weeks, *, own: bool) -> str:
    best = max(
        (
            (week.meetings, -index, row.name)
            for row in rows
            for index, week in enumerate(row.weeks)
            if week.meetings
        ),
        default=None,
    )
    if best is None:
        return ""
    number, index, name = best
    whose = "Your fullest week" if own else "The fullest week"
    who = "" if own else f", of {name}"
    return f"{whose} is that of {long_day(weeks.columns[-index].monday)}{who}: {count(number, 'meeting')}."


__all__ = ["EVERYBODY", "SORTS", "TEAM", "Table", "fairness_words", "workload_table"]
