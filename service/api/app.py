"""The application: its routes, and what every request goes through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from time import monotonic

from fastapi import APIRouter, Depends, FastAPI

from service.access.authentication import BY_TOKEN, Access, require
from service.access.development import development_router
from service.access.limits import Rates
from service.access.oidc import Keys, Verifier
from service.api import (
    audits,
    calendars,
    caseloads,
    document,
    events,
    granting,
    health,
    hooks,
    meetings,
    metrics,
    middleware,
    outbox,
    people,
    problems,
    publishing,
    rebookings,
    reports,
    tasks,
    undoing,
)
from service.api.answers import answers_of
from service.api.context import Context
from service.api.feeds import feeds_router
from service.api.granting import StoredFeeds
from service.api.replies import replies_router
from service.desks.pool import Desks
from service.pages import app as pages
from service.pages import errors
from service.settings import Settings
from service.store.engine import Store

DESCRIPTION = """\
Plans six months of statutory meetings for children's social care teams.

Give a caseload (`POST /v1/caseloads`), ask for a calendar (`POST /v1/calendars`), watch it (`GET /v1/calendars/{id}/events`),
read it, publish it (`POST /v1/calendars/{id}:publish`); rebook a meeting (`POST /v1/meetings/{id}/rebookings`) and accept an
option. Errors are problem documents (RFC 9457). What changes a calendar takes `If-Match`; what creates something takes
`Idempotency-Key`.
"""
_ADDRESSES_FOR_EACH = 4
"""Accounts that one address may have at work at once, as far as the number of its requests goes."""
_PARTS = (
    caseloads,
    calendars,
    events,
    publishing,
    undoing,
    meetings,
    rebookings,
    people,
    outbox,
    granting,
    tasks,
    reports,
    hooks,
    audits,
)


def create_app(
    store: Store,
    settings: Settings,
    *,
    desks: Desks | None = None,
    listens_on: str = "",
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
    listens_on
        The host it listens on: on loopback there is a development login.
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
        # A redirection to the address with or without a slash would repeat what was asked for.
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.openapi = document.committed  # type: ignore[method-assign]
    app.state.convene = here
    problems.install(app)
    access = Access(
        store,
        verifier=_verifier(settings, now),
        tenant=settings.tenant,
        https=settings.address.startswith("https:"),
        rates=Rates(settings.requests_a_minute, monotonic),
        now=now,
    )
    of_address = _ADDRESSES_FOR_EACH * settings.requests_a_minute
    limits = middleware.Limits(settings.most_body, of_address)
    middleware.install(
        app, access, limits, request_id_header=settings.request_id_header or None, answer=errors.answer
    )
    routes = APIRouter(prefix="/v1")
    for part in _PARTS:
        routes.include_router(part.router)
    routes.include_router(feeds_router(StoredFeeds(here)), dependencies=[Depends(BY_TOKEN)])
    routes.include_router(
        replies_router(lambda request: answers_of(here, request), now),
        dependencies=[Depends(require("reply.write"))],
    )
    app.include_router(routes)
    app.include_router(health.router)
    app.include_router(metrics.router)
    if (login := development_router(access, settings.tenant, listens_on)) is not None:
        app.include_router(login)
    pages.install(app, listens_on=listens_on)
    return app


def _verifier(settings: Settings, now: Callable[[], datetime]) -> Verifier | None:
    """Of the identity provider's tokens, if there is one."""
    if not settings.issuer:
        return None
    return Verifier(settings.issuer, settings.audience, Keys(settings.jwks), now)


__all__ = ["create_app"]
