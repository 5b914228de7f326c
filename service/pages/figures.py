"""Figures: what inspectors ask for, and how it changes from day to day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.pages import trend_chart
from service.pages.figures_view import figures_page
from service.pages.team import TeamView, team_view
from service.store.scope import Scoped
from service.store.trend import trend

router = APIRouter(include_in_schema=False)


@router.get("/teams/{team}/figures")
def figures(
    request: Request, view: Annotated[TeamView, Depends(team_view("kpi.read", reads=False))]
) -> Response:
    """Show the figures of the whole team. They name nobody, and are the same for everybody."""
    with view.here.store.reading() as session:
        assert view.now.tzinfo is not None, "a page's time is aware"
        points = trend(Scoped(session, view.who), view.id, view.now.tzinfo)
    found = figures_page(view, points)
    return view.page(
        request, "figures.html", section="figures", found=found, size=trend_chart, month=_month,
    )  # fmt: skip


def _month(value: str) -> str:
    """``2026-11`` as November 2026."""
    return f"{date.fromisoformat(f'{value}-01'):%B %Y}"


__all__ = ["router"]
