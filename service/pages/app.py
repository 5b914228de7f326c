"""The pages put together."""

from __future__ import annotations

from fastapi import FastAPI

from service.pages import caseload, errors, first, meeting, move, rebooking, statics, undo, upload


def install(app: FastAPI, *, listens_on: str) -> None:
    """Add the pages to an application that has the API.

    Parameters
    ----------
    app
    listens_on
        The host it listens on: on loopback there is a development login.
    """
    for router in (
        statics.router,
        first.router_for(listens_on),
        caseload.router,
        meeting.router,
        move.router,
        rebooking.router,
        undo.router,
        upload.router,
    ):
        app.include_router(router)
    errors.install(app)


__all__ = ["install"]
