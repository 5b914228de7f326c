"""The caseload: every plan with its windows and its meetings over the half-year, what is at risk first."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from jinja2 import Template
from markupsafe import Markup

from service.access.rights import Reach, reach_of
from service.access.views import own_plans
from service.pages.addresses import meeting_path
from service.pages.caseload_filter import BANDS, Choices, asked_for, choices, in_order, ranks, slack_bins
from service.pages.caseload_making import build_rows
from service.pages.caseload_rows import Row, short_day
from service.pages.caseload_standing import situation_of, summary_of
from service.pages.frame import environment
from service.pages.search_on import search_on
from service.pages.team import TeamView, team_view
from service.store.kept import Kept
from service.views.weeks import DAYS, WIDTH, Weeks
from solver.policy.load import load_policy

router = APIRouter(include_in_schema=False)
_KEPT: Final = 24
"""Managers of as many teams find their page ready; some half a megabyte each."""


@router.get("/teams/{team}")
def caseload(request: Request, view: Annotated[TeamView, Depends(team_view("calendar.read"))]) -> Response:
    """Show the caseload."""
    situation = situation_of(view)
    if view.seen is None:
        demo = request.app.state.listens_on_loopback
        return view.page(
            request, "caseload.html", section="caseload", situation=situation, drawn=None, demo=demo
        )
    drawn = drawn_for(view)
    found = asked_for(request.query_params, drawn.choices)
    taken = {row.id for row in drawn.rows if found.takes(row)}
    return view.page(
        request,
        "caseload.html",
        section="caseload",
        situation=situation,
        drawn=drawn,
        filter=found,
        rows=in_order(drawn.rows, found.order),
        taken=taken,
        summary=summary_of(view.seen, drawn.rows),
        search_on=None if view.standing is None else search_on(view, view.standing.entry),
        bins=slack_bins(drawn.rows, drawn.wanted),
        mine=_own(view) is not None,
        bands=BANDS,
        short_day=short_day,
        shown_words=_shown_words(len(taken), len(drawn.rows)),
    )


@dataclass(frozen=True)
class Drawn:
    """A calendar's rows as somebody sees them, each made into text once."""

    team: str
    """Path of its pages."""
    weeks: Weeks
    rows: tuple[Row, ...]
    wanted: int
    """Working days of slack that count as room to postpone."""
    now: tuple[int, int] | None
    """Today's week and weekday; ``None`` outside the weeks."""

    @cached_property
    def choices(self) -> Choices:
        """What can be filtered by."""
        return choices(self.rows)

    @cached_property
    def ranks(self) -> dict[str, str]:
        """Places in every order."""
        return ranks(self.rows)

    @cached_property
    def table(self) -> dict[str, Markup]:
        """Inside of each row of the table."""
        return self._each("table_row")

    @cached_property
    def items(self) -> dict[str, Markup]:
        """Inside of each item of the list."""
        return self._each("list_item")

    @cached_property
    def holidays(self) -> dict[str, int]:
        """Each drawing of school holidays once, with its number."""
        return {
            path: number
            for number, path in enumerate(dict.fromkeys(row.holidays for row in self.rows))
            if path
        }

    @cached_property
    def closed(self) -> str:
        """Path of the days on which nobody meets."""
        day = WIDTH // DAYS
        lefts = (week.index * WIDTH + weekday * day for week in self.weeks.columns for weekday in week.closed)
        return "".join(f"M{left} 0h{day}v38h-{day}z" for left in lefts)

    def address(self, meeting: str) -> str:
        """Of a meeting's page."""
        return meeting_path(self.team, meeting)

    def _each(self, macro: str) -> dict[str, Markup]:
        fill = getattr(_rows().module, macro)
        return {row.id: fill(row, self) for row in self.rows}


def _shown_words(taken: int, of: int) -> str:
    """How many rows are shown; the page's script says it alike."""
    return f"All {of:,} shown" if taken == of else f"{taken:,} of {of:,} shown"


_DRAWN: Final[Kept[Hashable, Drawn]] = Kept(_KEPT)


def drawn_for(view: TeamView) -> Drawn:
    """The rows for whoever looks, kept until the calendar, the day or what has been changes."""
    standing, seen = view.standing, view.seen
    assert standing is not None, "there is a calendar"
    assert seen is not None, "there is a calendar"
    now = view.now.replace(tzinfo=None)
    own = _own(view)
    revision = standing.revision
    key = (
        revision.calendar,
        revision.number,
        hash(revision.document),
        revision.caseload_version,
        reach_of(view.who.role, "calendar.read"),
        None if own is None else view.who.person,
        view.path,
        view.today,
        sum(meeting.start < now for meeting in seen.meetings),
    )

    def make() -> Drawn:
        weeks, rows = build_rows(standing.caseload, load_policy(standing.caseload.authority), seen, now, own)
        index = weeks.index_of(view.today)
        today = (index, min(view.today.weekday(), 5)) if 0 <= index < weeks.count else None
        return Drawn(view.path, weeks, rows, seen.weights.get("slack_days_wanted", 0), today)

    return _DRAWN.get(key, make)


@cache
def _rows() -> Template:
    return environment().get_template("caseload_rows.html", globals={"short_day": short_day})


def _own(view: TeamView) -> frozenset[str] | None:
    """The plans whose facts the viewer may know; ``None`` for all."""
    if reach_of(view.who.role, "calendar.read") is not Reach.OWN:
        return None
    assert view.standing is not None, "there is a calendar"
    return own_plans(view.standing.caseload, view.who.person)


__all__ = ["Drawn", "drawn_for", "router"]
