"""Planning anew, and publishing: what would change for whom, before anybody is sent anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.calendars import ask_for, entry_of
from service.api.context import Answer, Body, not_found, once
from service.api.problems import Problem
from service.api.publishing import publish_calendar
from service.api.schemas import PlanAsked
from service.pages.forms import Fault, Form, Sent
from service.pages.publish_view import SOON_DAYS, answered, publish_view
from service.pages.search_on import begin_search_on
from service.pages.solve_view import breach_words
from service.pages.team import TeamView, team_view
from service.store.pages import CursorError
from service.store.scope import Scoped

router = APIRouter(include_in_schema=False)
_MOST_KEY: Final = 64
_REUSED: Final = ":idempotency-key-reused"
Planner = Annotated[TeamView, Depends(team_view("calendar.plan"))]
Publisher = Annotated[TeamView, Depends(team_view("calendar.publish"))]


@router.get("/teams/{team}/publish")
def show(
    request: Request,
    view: Planner,
    calendar: Annotated[str | None, Query(max_length=64)] = None,
    done: Annotated[str | None, Query(max_length=_MOST_KEY)] = None,
    after: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Show what publishing would change, the calendars that were made, and the form for a new one."""
    return _page(request, view, calendar=calendar, done=done, after=after)


@router.post("/teams/{team}/plan")
def plan(request: Request, view: Planner, body: Body, form: Sent) -> Response:
    """Have a calendar planned, and go where it can be watched."""
    asked, faults = _asked(view, form)
    if asked is None:
        return _page(request, view, faults=faults, form=form, status=422)

    def work(scoped: Scoped) -> Answer:
        entry = ask_for(view.here, scoped, asked)
        if entry.team != view.id:
            raise not_found()
        return Answer(None, 303, {"Location": f"{view.path}/solve/{entry.id}"})

    try:
        try:
            return once(view.here, view.who, request, body, _key(form), work)
        except Problem as problem:
            if not problem.type.endswith(_REUSED):
                raise
            # They went back and asked for something else: that is another plan.
            return once(view.here, view.who, request, body, None, work)
    except Problem as problem:
        if problem.status not in (422, 429):
            raise
        fault = Fault("plan-seconds", problem.detail)
        return _page(request, view, faults=[fault], form=form, status=problem.status)


@router.post("/teams/{team}/search-on")
def go_on(request: Request, view: Planner, body: Body, form: Sent) -> Response:
    """Have a calendar searched on from, and go where that can be watched."""

    def work(scoped: Scoped) -> Answer:
        entry = begin_search_on(view, scoped, form.get("calendar")[:64])
        where = f"{view.path}/publish#plan" if entry is None else f"{view.path}/solve/{entry.id}"
        return Answer(None, 303, {"Location": where})

    try:
        return once(view.here, view.who, request, body, _key(form), work)
    except Problem as problem:
        if problem.status not in (422, 429) or problem.type.endswith(_REUSED):
            raise
        return _page(request, view, faults=[Fault("plan-seconds", problem.detail)], status=problem.status)


@router.post("/teams/{team}/publish")
def publish(request: Request, view: Publisher, body: Body, form: Sent) -> Response:
    """Publish what was looked at; what has changed meanwhile is shown instead."""
    calendar, revision, key = form.get("calendar")[:64], form.number("revision"), _key(form)

    def work(scoped: Scoped) -> Answer:
        if entry_of(scoped, calendar).team != view.id:
            raise not_found()
        told = publish_calendar(view.here, scoped, calendar, revision, resend=form.get("resend") == "yes")
        where = {"Location": f"{view.path}/publish?done={key}&calendar={calendar}"}
        return Answer(told.model_dump(mode="json"), 303, where)

    if revision is None or key is None:
        return _page(request, view, calendar=calendar or None, refused="incomplete", status=422)
    try:
        return once(view.here, view.who, request, body, key, work)
    except Problem as problem:
        if problem.status not in (409, 412) and not problem.type.endswith(_REUSED):
            raise
        refused = "stale" if problem.status == 412 else problem.type.rpartition(":")[2]
        rules = problem.extra.get("errors", [])
        return _page(request, view, calendar=calendar, refused=refused, rules=rules, status=problem.status)


def _page(
    request: Request,
    view: TeamView,
    *,
    calendar: str | None = None,
    done: str | None = None,
    after: str | None = None,
    faults: list[Fault] | None = None,
    form: Form | None = None,
    refused: str = "",
    rules: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        told = None if not done else answered(scoped, done)
        try:
            found = publish_view(view, scoped, calendar=calendar, after=after)
        except CursorError:
            raise not_found() from None
        if found is None:
            raise not_found()
    return view.page(
        request, "publish.html", status=status, section="publish", publish=found, faults=faults or [], form=form or Form(),
        refused=refused, rules=rules or [], done=told,
        breach_words=breach_words, soon_days=SOON_DAYS,
    )  # fmt: skip


def _key(form: Form) -> str | None:
    key = form.get("key")
    return (
        key
        if key.isascii() and key.replace("-", "").replace("_", "").isalnum() and len(key) <= _MOST_KEY
        else None
    )


def _asked(view: TeamView, form: Form) -> tuple[PlanAsked | None, list[Fault]]:
    """What is asked for, or what is wrong with it."""
    faults = []
    seconds, fixed = form.number("seconds"), form.number("fixed") if form.get("fixed") else 0
    most = int(view.here.settings.most_seconds)
    how = form.get("how", "fresh")
    if seconds is None or not 1 <= seconds <= most:
        faults.append(Fault("plan-seconds", f"Enter a whole number of seconds from 1 to {most:,}"))
    if how not in ("fresh", "keep", "improve"):
        faults.append(Fault("plan-how", "Choose what may move"))
    keeps = how != "fresh"
    if keeps and view.standing is None:
        faults.append(
            Fault("plan-how", "There is no calendar yet that could be kept to: choose a new calendar")
        )
    if keeps and (fixed is None or fixed > 366):
        faults.append(Fault("plan-fixed", "Enter a whole number of days from 0 to 366"))
    caseload = form.get("caseload")
    if not 1 <= len(caseload) <= 64:
        faults.append(Fault("plan-caseload", "Choose a caseload"))
    if faults:
        return None, faults
    assert seconds is not None
    until = view.today + timedelta(days=fixed) if keeps and fixed else None
    return PlanAsked(
        caseload=caseload, seconds=seconds, previous=view.standing.entry.id if keeps and view.standing else None,
        fixed_until=until, improve=how == "improve",
    ), []  # fmt: skip


__all__ = ["router"]
