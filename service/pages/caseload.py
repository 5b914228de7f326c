"""The caseload: every plan with its windows and its meetings over the half-year, what is at risk first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.pages.team import TeamView, team_view

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}")
def caseload(request: Request, view: Annotated[TeamView, Depends(team_view("calendar.read"))]) -> Response:
    """Show the caseload."""
    return view.page(request, "caseload.html", section="caseload")


__all__ = ["router"]
