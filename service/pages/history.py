"""Who did and looked at what, when: revisions of the team's calendars, and the audit log."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from service.pages.forms import Fault
from service.pages.history_view import Wanted, history_csv, history_view
from service.pages.history_words import KINDS
from service.pages.team import TeamView, team_view
from service.store.scope import Scoped

router = APIRouter(include_in_schema=False)
_LAST: Final = date(9000, 1, 1)
Reader = Annotated[TeamView, Depends(team_view("audit.read", reads=False))]
Text = Annotated[str, Query(max_length=255)]
Before = Annotated[int | None, Query(ge=1, lt=2**53)]


@router.get("/teams/{team}/history")
def history(
    request: Request,
    view: Reader,
    kind: Text = "changes",
    who: Text = "",
    since: Text = "",
    until: Text = "",
    before: Before = None,
) -> Response:
    """Show who did what."""
    wanted, faults = _wanted(kind, who, since, until, before)
    with view.here.store.writing() as session:
        found = history_view(view, Scoped(session, view.who), wanted)
    days = {name: day.isoformat() for name, day in (("since", wanted.since), ("until", wanted.until)) if day}
    asked = {"kind": wanted.kind, "who": wanted.who, "since": "", "until": ""} | days
    kept = urlencode({name: value for name, value in asked.items() if value})
    return view.page(
        request, "history.html", section="history", history=found, wanted=wanted, asked=asked, kept=kept, kinds=KINDS,
        faults=faults, status=422 if faults else 200,
    )  # fmt: skip


@router.get("/teams/{team}/history.csv")
def export(
    view: Reader, kind: Text = "changes", who: Text = "", since: Text = "", until: Text = ""
) -> Response:
    """The same for a spreadsheet."""
    wanted, _ = _wanted(kind, who, since, until, None)
    with view.here.store.writing() as session:
        content = history_csv(view, Scoped(session, view.who), wanted)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="history-{view.today.isoformat()}.csv"',
    }
    return Response(content, 200, headers, "text/csv; charset=utf-8")


def _wanted(kind: str, who: str, since: str, until: str, before: int | None) -> tuple[Wanted, list[Fault]]:
    faults: list[Fault] = []
    first, last = _day(since, "since", faults), _day(until, "until", faults)
    if first is not None and last is not None and last < first:
        faults.append(Fault("until", "The last day must not be before the first"))
    return Wanted(kind if kind in KINDS else "changes", who.strip(), first, last, before), faults


def _day(text: str, field: str, faults: list[Fault]) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = _LAST
    if day >= _LAST:
        faults.append(Fault(field, "Enter a day such as 2026-12-07"))
        return None
    return day


__all__ = ["router"]
