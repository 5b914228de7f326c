"""Calendars: asked for, watched, stopped, read by revision, compared."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.authentication import require
from service.access.limits import SolveLimits, allow_solve
from service.api.caseloads import version_of
from service.api.context import Answer, Body, Context, Here, IdempotencyKey, not_found, once, tag
from service.api.paging import After, Limit, page_of
from service.api.problems import Problem
from service.api.schemas import Analysis, CalendarPage, CalendarProgress, PlanAsked, RevisionGiven
from service.api.seeing import seen_of
from service.jobs.queue import enqueue
from service.store import audit, calendars
from service.store.calendars import OPEN, Standing
from service.store.scope import Principal, Scoped
from service.store.tables import CalendarEntry, Revision
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Calendar
from solver.schema.diff import CalendarDiff

router = APIRouter(prefix="/calendars", tags=["calendars"])
Reader = Annotated[Principal, Depends(require("calendar.read"))]
Number = Annotated[int | None, Query(ge=1, le=10**9, description="A revision; the latest, if not given.")]


@router.post("", status_code=202, response_model=CalendarProgress)
def plan(
    request: Request,
    here: Here,
    body: Body,
    asked: PlanAsked,
    who: Annotated[Principal, Depends(require("calendar.plan"))],
    key: IdempotencyKey = None,
) -> Response:
    """Ask for a calendar: a worker plans it, and ``/events`` tells how far it is."""

    def work(scoped: Scoped) -> Answer:
        entry = ask_for(here, scoped, asked)
        location = {"Location": f"/v1/calendars/{entry.id}"}
        return Answer(status_given(entry).model_dump(mode="json"), 202, location)

    return once(here, who, request, body, key, work)


def ask_for(here: Context, scoped: Scoped, asked: PlanAsked) -> CalendarEntry:
    """Queue a plan.

    Raises
    ------
    Problem
        404 if there is no such caseload or calendar, 422 or 429 if it is more than may be asked for.
    """
    if asked.seconds > here.settings.most_seconds:
        raise Problem(
            "urn:convene:problem:too-long",
            "The search would take too long",
            422,
            f"A search may take {here.settings.most_seconds:g} seconds here: ask for fewer.",
        )
    version = version_of(scoped, asked.caseload)
    if asked.previous is not None:
        standing_of(here, scoped, asked.previous)
    limits = SolveLimits(here.settings.most_jobs, here.settings.most_seconds_a_day)
    allow_solve(scoped, limits, asked.seconds, here.now())
    options = asked.model_dump(mode="json", exclude={"caseload"}, exclude_none=True)
    entry = calendars.create(scoped, version, options, at=here.now())
    calendars.add_event(scoped, entry, "state", {"state": "queued"}, at=here.now())
    enqueue(scoped, "plan", entry.id, entry.team, at=here.now())
    audit.record(scoped, "calendar.plan", entry.id, at=here.now(), team=entry.team, before=version.digest)
    return entry


@router.get("", response_model=CalendarPage)
def list_calendars(
    here: Here,
    who: Reader,
    after: After = None,
    limit: Limit = 50,
    team: Annotated[str | None, Query(max_length=128)] = None,
) -> Response:
    """List calendars, made and in the making, newest first."""
    return page_of(here, who, CalendarEntry, status_given, after, limit, team)


@router.get("/{calendar}", response_model=Calendar)
def read_calendar(
    request: Request, here: Here, calendar: str, who: Reader, revision: Number = None
) -> Response:
    """Return a calendar's document: of the revision that stands, or of another. A worker sees their own plans' meetings."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        found = standing_of(here, scoped, calendar, revision)
        seen = seen_of(who, found)
        whole = seen is found.calendar
        # Some megabytes, which needn't be written out anew for those who see all of it.
        document = found.revision.document if whole else seen.model_dump_json(by_alias=True).encode()
        etag = tag(found.revision.number, document)
        if request.headers.get("if-none-match") == etag:
            return Answer(None, 304, {"ETag": etag}).response()
        _looked(here, scoped, found)
    return Answer(document, headers={"ETag": etag}).response()


@router.get("/{calendar}/status", response_model=CalendarProgress)
def read_status(here: Here, calendar: str, who: Reader) -> Response:
    """Tell how far a calendar is."""
    with here.store.reading() as session:
        entry = entry_of(Scoped(session, who), calendar)
        headers = {"ETag": tag(entry.revision)} if entry.revision else {}
        return Answer(status_given(entry).model_dump(mode="json"), headers=headers).response()


@router.get("/{calendar}/revisions", response_model=list[RevisionGiven])
def list_revisions(here: Here, calendar: str, who: Reader) -> Response:
    """List a calendar's revisions, newest first: every one is kept."""
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        entry_of(scoped, calendar)
        query = scoped.select(Revision).where(Revision.calendar == calendar).order_by(Revision.number.desc())
        rows = [
            RevisionGiven(
                number=row.number, reason=row.reason, created=row.created, caseload=row.caseload_version
            ).model_dump(mode="json")
            for row in session.scalars(query)
        ]
    return Answer(rows).response()


@router.get("/{calendar}/analysis", response_model=Analysis)
def analysis(here: Here, calendar: str, who: Reader, revision: Number = None) -> Response:
    """Tell how good a calendar is, what could not be done and why, and what it asks of whom."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        found = standing_of(here, scoped, calendar, revision)
        _looked(here, scoped, found)
    seen = seen_of(who, found)
    fields = {
        "revision", "status", "objective", "cost", "weights", "bound", "gap", "seconds", "breaches", "exceptions", "notices",
        "rebookings", "workload", "fairness", "kpis", "held_kpis",
    }  # fmt: skip
    return Answer(seen.model_dump(mode="json", by_alias=True, include=fields)).response()


@router.get("/{calendar}/diff", response_model=CalendarDiff)
def difference(
    here: Here,
    calendar: str,
    who: Reader,
    with_: Annotated[
        str,
        Query(
            alias="with", max_length=64, description="A revision of this calendar, or another calendar's id."
        ),
    ],
    revision: Number = None,
) -> Response:
    """Tell what changes from another revision, or another calendar, to this one."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        after = standing_of(here, scoped, calendar, revision)
        is_number = with_.isascii() and with_.isdecimal() and len(with_) < 10
        before = (
            standing_of(here, scoped, calendar, int(with_)) if is_number else standing_of(here, scoped, with_)
        )
        _looked(here, scoped, after)
        _looked(here, scoped, before)
    found = diff_calendars(
        seen_of(who, before),
        seen_of(who, after),
    )
    return Answer(found.model_dump_json(by_alias=True).encode()).response()


@router.post("/{calendar}:stop", status_code=202, response_model=CalendarProgress)
def stop(here: Here, calendar: str, who: Annotated[Principal, Depends(require("calendar.plan"))]) -> Response:
    """End the search and keep the best so far. What has ended stays as it is."""
    with here.store.writing() as session:
        entry = ask_to_stop(here, Scoped(session, who), calendar)
        return Answer(status_given(entry).model_dump(mode="json"), 202).response()


def ask_to_stop(here: Context, scoped: Scoped, calendar: str) -> CalendarEntry:
    """Have a search end; whoever has it looks twice a second.

    Raises
    ------
    Problem
        404
    """
    entry = entry_of(scoped, calendar, lock=True)
    if entry.state in OPEN and not entry.stop_asked:
        entry.stop_asked = True
        audit.record(scoped, "calendar.stop", calendar, at=here.now(), team=entry.team)
    return entry


def _looked(here: Context, scoped: Scoped, found: Standing) -> None:
    """Reads of children's plans are in the audit log as well."""
    entry, revision = found.entry, found.revision
    audit.record(
        scoped, "calendar.read", entry.id, at=here.now(), team=entry.team, after=str(revision.number)
    )


def entry_of(scoped: Scoped, calendar: str, *, lock: bool = False) -> CalendarEntry:
    """Return a calendar that the caller may see.

    Raises
    ------
    Problem
        404
    """
    entry = calendars.find(scoped, calendar, lock=lock)
    if entry is None:
        raise not_found()
    return entry


def standing_of(
    here: Context, scoped: Scoped, calendar: str, revision: int | None = None, *, lock: bool = False
) -> Standing:
    """Return a revision of a calendar that the caller may see, the latest if none is named.

    Raises
    ------
    Problem
        404 if there is none; 409 if there is none yet.
    """
    entry = entry_of(scoped, calendar, lock=lock)
    found = here.documents.standing(scoped, entry, revision)
    if found is None:
        if revision is None and entry.state in OPEN:
            raise Problem(
                "urn:convene:problem:not-ready",
                "There is no calendar yet",
                409,
                "It is still being planned: watch its events, or ask for its status.",
            )
        raise not_found()
    return found


def status_given(entry: CalendarEntry) -> CalendarProgress:
    """What is told of how far a calendar is."""
    return CalendarProgress(
        id=entry.id,
        team=entry.team,
        caseload=entry.caseload_version,
        state=entry.state,
        revision=entry.revision,
        published=entry.published,
        progress=entry.progress,
        problem=entry.problem,
        created=entry.created,
        finished=entry.finished,
    )


__all__ = ["ask_for", "ask_to_stop", "entry_of", "router", "standing_of", "status_given"]
