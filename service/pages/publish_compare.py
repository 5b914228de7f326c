"""Any two calendars of a team beside each other: what changes from one to the other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.calendars import standing_of
from service.api.context import not_found
from service.api.seeing import seen_of
from service.pages.publish_diff import diff_view
from service.pages.publish_view import looked
from service.pages.team import TeamView, team_view
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.store.tables import Revision

router = APIRouter(include_in_schema=False)
Reader = Annotated[TeamView, Depends(team_view("calendar.read", reads=False))]
Number = Annotated[int | None, Query(ge=1, le=10**9)]


@router.get("/teams/{team}/compare/{calendar}")
def compare(
    request: Request,
    view: Reader,
    calendar: str,
    with_: Annotated[str, Query(alias="with", max_length=64)] = "",
    revision: Number = None,
) -> Response:
    """Show what changes to a revision of a calendar from another one: the one before it, if none is named."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        after = _standing(view, scoped, calendar, revision)
        number = after.revision.number
        before: Standing | None = None
        if with_.isascii() and with_.isdecimal() and len(with_) < 10:
            before = _standing(view, scoped, calendar, int(with_))
        elif with_:
            before = _standing(view, scoped, with_, None)
        elif number > 1:
            before = _standing(view, scoped, calendar, number - 1)
        for one in (after, before):
            if one is not None:
                looked(view, scoped, one)
        query = scoped.select(Revision).where(Revision.calendar == calendar).order_by(Revision.number.desc())
        numbers = list(session.scalars(query.with_only_columns(Revision.number)))
    caseloads = [one.caseload for one in (after, before) if one is not None]
    diff = diff_view(
        None if before is None else seen_of(view.who, before),
        seen_of(view.who, after),
        caseloads,
        now=view.now,
    )
    return view.page(
        request,
        "publish_compare.html",
        section="publish",
        diff=diff,
        after=after,
        before=before,
        numbers=numbers,
    )


def _standing(view: TeamView, scoped: Scoped, calendar: str, revision: int | None) -> Standing:
    found = standing_of(view.here, scoped, calendar, revision)
    if found.entry.team != view.id:
        raise not_found()
    return found


__all__ = ["router"]
