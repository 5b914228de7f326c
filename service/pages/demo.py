"""A made-up team, planned at one click: only on one's own machine, where there is a development login."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import IntegrityError

from service.access.authentication import principal_of
from service.access.development import from_our_page, is_loopback, only_from_here
from service.api.calendars import ask_for
from service.api.caseloads import keep
from service.api.context import Context, Here
from service.api.problems import BLANK, Problem
from service.api.schemas import PlanAsked
from service.pages.going import to
from service.pages.signing_in import DEMO_SUBJECT as SUBJECT
from service.pages.signing_in import OPEN, begin_session
from service.store import calendars, credentials
from service.store.accounts import Accounts
from service.store.calendars import OPEN as OPEN_STATES
from service.store.calendars import READY
from service.store.credentials import Holder
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, Team
from solver.schema.caseload import Caseload

TEAM: Final = "demo-team"
PLANS: Final = 150
SECONDS: Final = 3.0
"""Of search: the calendar is there within ten seconds of the click, all in all. A longer search finds a better one."""
_SEED: Final = 1


def router_for(listens_on: str) -> APIRouter:
    """The route; none where others reach the server."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(OPEN), Depends(only_from_here)])
    if is_loopback(listens_on):
        router.add_api_route("/demo", begin, methods=["POST"])
    return router


def begin(request: Request, here: Here) -> Response:
    """Make a demo team up and plan it, unless that was done before; sign its manager in, and show it."""
    from_our_page(request)
    try:
        holder, path = _made(here)
    except IntegrityError:
        # Somebody clicked twice, and the first click has made everything by now.
        holder, path = _made(here)
    response = to(path)
    begin_session(request, holder, response)
    return response


def _made(here: Context) -> tuple[Holder, str]:
    """The demo's manager, and where they look at what there is."""
    today = here.now().astimezone(ZoneInfo("Europe/London")).date()
    with here.store.writing() as session:
        holder = _manager(here, Scoped(session, system(here.settings.tenant)))
        scoped = Scoped(session, principal_of(holder))
        entry = _calendar(scoped) or _asked(here, scoped, caseload_from(today))
        going = f"/solve/{entry.id}#then-go-on" if entry.state in OPEN_STATES else ""
        return holder, f"/teams/{TEAM}{going}"


def caseload_from(today: date) -> Caseload:
    """The demo team's caseload, for the half-year that begins with the next working week."""
    # The generator is imported when it is wanted: a service has no other use for it.
    from solver.generate import generate  # noqa: PLC0415

    monday = today + timedelta(days=-today.weekday() % 7)
    made = generate(PLANS, _SEED, start=monday)
    organiser = made.team.organiser.model_copy(update={"name": "Demo team: meetings"})
    team = made.team.model_copy(update={"id": TEAM, "name": "Demo team", "organiser": organiser})
    return made.model_copy(update={"team": team})


def _manager(here: Context, scoped: Scoped) -> Holder:
    """The account of the demo's manager, made with its team where it isn't there."""
    tenant = here.settings.tenant
    found = credentials.find_subject(scoped.session, tenant, SUBJECT)
    if found is None:
        accounts = Accounts(scoped, here.now())
        if scoped.one(Team, Team.id == TEAM) is None:
            accounts.add_team(TEAM, "Demo team")
            scoped.session.flush()
        accounts.add(SUBJECT, "manager", (TEAM,))
        scoped.session.flush()
        found = credentials.find_subject(scoped.session, tenant, SUBJECT)
    if found is None or found.disabled:
        raise Problem(BLANK, "Not found", 404)
    return found


def _calendar(scoped: Scoped) -> CalendarEntry | None:
    """The demo's calendar, made or in the making; ``None`` where there is none, or it went wrong."""
    counts = calendars.current(scoped, TEAM)
    if counts:
        return counts[0]
    query = scoped.select(CalendarEntry).where(
        CalendarEntry.team == TEAM, CalendarEntry.state.in_(OPEN_STATES | READY)
    )
    return scoped.session.scalars(query.order_by(CalendarEntry.created.desc()).limit(1)).first()


def _asked(here: Context, scoped: Scoped, caseload: Caseload) -> CalendarEntry:
    version, _ = keep(scoped, caseload, here.now())
    return ask_for(here, scoped, PlanAsked(caseload=version.id, seconds=SECONDS, seed=_SEED))


__all__ = ["PLANS", "SECONDS", "TEAM", "caseload_from", "router_for"]
