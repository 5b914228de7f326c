"""Workload: who is at how many meetings in which week."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.pages.team import TeamView, team_view
from service.pages.workload_table import workload_table

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/workload")
def workload(
    request: Request,
    view: Annotated[TeamView, Depends(team_view("calendar.read"))],
    role: Annotated[str, Query(max_length=64)] = "",
    sort: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show who is at how many meetings. A worker sees their own weeks, and nobody else's."""
    table = workload_table(view, role, sort)
    return view.page(request, "workload.html", section="workload", table=table)


__all__ = ["router"]
