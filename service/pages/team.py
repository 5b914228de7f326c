"""What every page of a team has at hand: who looks, the team, and its calendar as far as that is their business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response

from service.access.authentication import Identity, require
from service.access.rights import Action
from service.api.context import Context, Here, not_found
from service.api.seeing import seen_of
from service.pages.frame import page
from service.store import audit, calendars, caseloads
from service.store.calendars import Standing
from service.store.scope import Principal, Scoped
from service.store.tables import CaseloadVersion, Team
from solver.schema.calendar import Calendar


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team, for whoever looks at a page of it."""

    here: Context
    identity: Identity
    id: str
    name: str
    version: CaseloadVersion | None
    """Of the caseload that came last; ``None`` where none has come."""
    standing: Standing | None
    """The calendar that counts, whole: what is shown of it is `seen`."""
    seen: Calendar | None
    now: datetime
    """Aware, in the team's zone."""

    @property
    def who(self) -> Principal:
        """Who looks."""
        return self.identity.principal

    @property
    def path(self) -> str:
        """Where the team's pages are."""
        return f"/teams/{self.id}"

    @property
    def today(self) -> date:
        """In the team's zone."""
        return self.now.date()

    @property
    def revision(self) -> int:
        """Of the calendar that counts; 0 where there is none."""
        return 0 if self.standing is None else self.standing.revision.number

    @property
    def unpublished(self) -> bool:
        """Whether people haven't been sent what the calendar says by now."""
        return self.standing is not None and self.standing.entry.published != self.revision

    def page(self, request: Request, template: str, *, status: int = 200, **content: Any) -> Response:
        """Fill a page of the team."""
        return page(request, template, identity=self.identity, status=status, team=self, **content)


def team_view(action: Action, *, reads: bool = True, logged: bool = True) -> Callable[..., TeamView]:
    """Dependency of a team's pages: whoever asks may do this action, and sees the team.

    ``view: Annotated[TeamView, Depends(team_view("calendar.read"))]`` for a path with ``{team}`` in it. That they looked at the
    team's calendar is in the audit log, unless the page doesn't read it: one that tells how far a search is, say. Nor is each
    verdict of a meeting that is dragged about on a page that is in it already (``logged``).
    """

    def load(request: Request, team: str, here: Here, who: Principal = Depends(require(action))) -> TeamView:  # noqa: B008
        return view_of(here, request.scope["state"]["identity"], who, team, reads=reads, logged=logged)

    return load


def view_of(
    here: Context, identity: Identity, who: Principal, team: str, *, reads: bool = True, logged: bool = True
) -> TeamView:
    """A team as somebody sees it.

    Raises
    ------
    Problem
        404 if it isn't there or isn't theirs.
    """
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        row = scoped.one(Team, Team.id == team)
        if row is None:
            raise not_found()
        version = caseloads.latest(scoped, team)
        entry = next(iter(calendars.current(scoped, team)), None)
        standing = None if entry is None else here.documents.standing(scoped, entry)
        if standing is not None and reads and logged:
            number = str(standing.revision.number)
            audit.record(scoped, "calendar.read", standing.entry.id, at=here.now(), team=team, after=number)
        if standing is not None:
            zone = standing.caseload.timezone
        elif version is not None:
            zone = here.documents.caseloads.caseload(version).timezone
        else:
            zone = "Europe/London"
    # The auditor's history and the like show nothing of it, and not everybody who may see those may see a calendar.
    seen = None if standing is None or not reads else seen_of(who, standing)
    return TeamView(
        here, identity, team, row.name, version, standing, seen, here.now().astimezone(ZoneInfo(zone))
    )


__all__ = ["TeamView", "team_view", "view_of"]
