"""The pages put together."""

from __future__ import annotations

from fastapi import FastAPI

from service.access.development import is_loopback
from service.access.oidc_browser import sign_in_of
from service.api.context import Context
from service.pages import (
    breaches,
    caseload,
    demo,
    errors,
    figures,
    first_run,
    history,
    meeting,
    mine,
    move,
    preview,
    preview_feed,
    publish,
    publish_compare,
    publish_outbox,
    rebooking,
    signing_in,
    solve,
    statics,
    stress,
    tasks,
    undo,
    upload,
    week,
    workload,
)


def install(app: FastAPI, *, listens_on: str) -> None:
    """Add the pages to an application that has the API.

    Parameters
    ----------
    app
    listens_on
        The host it listens on: on loopback there is a development login.
    """
    here: Context = app.state.convene
    app.state.provider = sign_in_of(here.store, here.settings, here.now)
    app.state.listens_on_loopback = is_loopback(listens_on)
    for router in (
        statics.router,
        first_run.router,
        signing_in.router_for(listens_on),
        demo.router_for(listens_on),
        caseload.router,
        figures.router,
        stress.router,
        breaches.router,
        tasks.router,
        workload.router,
        solve.router,
        publish.router,
        publish_compare.router,
        publish_outbox.router,
        history.router,
        preview.router,
        preview_feed.router,
        week.router,
        meeting.router,
        mine.router,
        move.router,
        rebooking.router,
        undo.router,
        upload.router,
    ):
        app.include_router(router)
    errors.install(app)


__all__ = ["install"]
