"""Errors as pages, for whoever looks at them in a browser; programs get the problem documents that they know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, cast
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.access.authentication import Identity
from service.api.problems import Problem
from service.pages.accepting import wants_page
from service.pages.frame import page

_PROGRAMS: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/development/", "/static/")
Handler = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Answer with a page where a page was asked for. After `service.api.problems.install`, whose handlers do the rest."""
    for error in list(app.exception_handlers):
        app.add_exception_handler(error, _paged(cast("Handler", app.exception_handlers[error])))


def is_page(request: Request) -> bool:
    """Whether an address is one of pages, and a browser asks."""
    return not request.url.path.startswith(_PROGRAMS) and wants_page(request)


def _paged(before: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if not is_page(request):
            return await before(request, error)
        if isinstance(error, Problem):
            problem = error
        else:
            status = (
                error.status_code
                if isinstance(error, HTTPException)
                else (await before(request, error)).status_code
            )
            problem = Problem("about:blank", "", status)
        if problem.status == 401:
            where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            wanted = quote(where, safe="") if request.method == "GET" else ""
            return Response(None, 303, {"Location": f"/sign-in?next={wanted}" if wanted else "/sign-in"})
        headers = {name: value for name, value in problem.headers.items() if name in ("Retry-After", "ETag")}
        return page(
            request, "error.html", identity=_identity(request), status=problem.status, headers=headers, problem=problem,
        )  # fmt: skip

    return handle


def _identity(request: Request) -> Identity | None:
    found: Identity | None = request.scope.get("state", {}).get("identity")
    return found


__all__ = ["install", "is_page"]
