"""Where everybody begins: the welcome of a service that nobody uses yet, and the way to one's team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access.authentication import identity_of
from service.api.context import Context, Here
from service.pages.frame import home, page
from service.pages.going import to
from service.pages.signing_in import OPEN, has_development_login
from service.store import calendars
from service.store.accounts import Accounts
from service.store.scope import Principal, Scoped, system
from service.store.tables import Team

router = APIRouter(include_in_schema=False, dependencies=[Depends(OPEN)])


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in the list of somebody's teams."""

    id: str
    name: str
    planned: date | None
    """When its calendar was made; ``None``: it has none."""


@router.get("/")
async def start(request: Request, here: Here) -> Response:
    """Send everybody to where they begin."""
    identity = await identity_of(request)
    if identity is None:
        fresh = has_development_login(request) and not await run_in_threadpool(_has_accounts, here)
        return page(request, "welcome.html") if fresh else to("/sign-in")
    teams = await run_in_threadpool(_teams, here, identity.principal)
    if len(teams) == 1:
        return to(home(identity.principal, teams[0].id))
    return page(request, "teams.html", identity=identity, teams=teams)


def _has_accounts(here: Context) -> bool:
    with here.store.reading() as session:
        return bool(Accounts(Scoped(session, system(here.settings.tenant)), here.now()).all())


def _teams(here: Context, who: Principal) -> list[TeamLine]:
    if who.role == "admin":
        return []  # teams are what they make, and no business of theirs
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        zone = ZoneInfo("Europe/London")
        made = {entry.team: entry.finished or entry.created for entry in calendars.current(scoped)}
        planned = {team: at.astimezone(zone).date() for team, at in made.items()}
        rows = session.scalars(scoped.select(Team).order_by(Team.name, Team.id))
        return [TeamLine(row.id, row.name, planned.get(row.id)) for row in rows]


__all__ = ["router"]
