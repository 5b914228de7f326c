"""Late and missing: what a manager has to answer for, with reasons and what would help."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.pages.breach_view import attention
from service.pages.team import TeamView, team_view

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/breaches")
def breaches(
    request: Request,
    view: Annotated[TeamView, Depends(team_view("calendar.read"))],
    worker: Annotated[str, Query(max_length=128)] = "",
    reasons: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Show breaches, exceptions and notices. A worker sees those of their plans; support sees no reasons."""
    found = attention(view, worker)
    return view.page(request, "breaches.html", section="breaches", found=found, opened=reasons == "all")


__all__ = ["router"]
