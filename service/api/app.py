"""The application: its routes, and what every request goes through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from time import monotonic

from fastapi import APIRouter, FastAPI

from service.access.authentication import Access
from service.access.limits import Rates
from service.api import (
    audits,
    calendars,
    caseloads,
    events,
    health,
    meetings,
    people,
    problems,
    publishing,
    rebookings,
    reports,
)
from service.api.context import Context
from service.desks.pool import Desks
from service.settings import Settings
from service.store.engine import Store

DESCRIPTION = """\
Plans six months of statutory meetings for children's social care teams.

Give a caseload (`POST /v1/caseloads`), ask for a calendar (`POST /v1/calendars`), watch it (`GET /v1/calendars/{id}/events`),
read it, publish it (`POST /v1/calendars/{id}:publish`); rebook a meeting (`POST /v1/meetings/{id}/rebookings`) and accept an
option. Errors are problem documents (RFC 9457). What changes a calendar takes `If-Match`; what creates something takes
`Idempotency-Key`.
"""


def create_app(
    store: Store,
    settings: Settings,
    *,
    desks: Desks | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    store
        Migrated.
    settings
    desks
        What rebooking is worked out by; a process of the application's own, if not given.
    now
        The clock. Aware.
    """
    here = Context(store, settings, desks or Desks(), now)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        here.desks.close()

    app = FastAPI(
        title="Convene",
        version=version("convene"),
        description=DESCRIPTION,
        lifespan=living,
        docs_url=None,
        redoc_url=None,
    )
    app.state.convene = here
    app.state.access = Access(
        store,
        tenant=settings.tenant,
        https=settings.address.startswith("https:"),
        rates=Rates(settings.requests_a_minute, monotonic),
        now=now,
    )
    problems.install(app)
    routes = APIRouter(prefix="/v1")
    for part in (
        caseloads, calendars, events, publishing, meetings, rebookings, people, reports, audits,
    ):  # fmt: skip
        routes.include_router(part.router)
    app.include_router(routes)
    app.include_router(health.router)
    return app


__all__ = ["create_app"]
