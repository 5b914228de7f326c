"""Uploading a caseload: the workbook to fill in, every fault at its cell, what would change, and keeping just that."""

from __future__ import annotations

import base64
import binascii
import gzip
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from service.access.multipart import MEDIA_TYPE, MultipartError, parts_of
from service.access.rights import may
from service.api.caseloads import keep
from service.api.context import Body, not_found
from service.pages.team import TeamView, team_view
from service.pages.upload_view import BUSY, REFUSALS, faults_view, files_words
from service.store import audit, caseloads
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion, Team
from service.uploads.changes import from_json
from service.uploads.reading import Answer, BusyError
from service.uploads.sealed import Sight, is_sealed, seal
from service.workbook.excel_out import excel_workbook
from service.workbook.flatten import data_of
from service.workbook.load import WorkbookError
from solver.schema.caseload import Caseload
from solver.schema.load import digest

router = APIRouter(include_in_schema=False)
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AGAIN: Final = "30"
"""Seconds until it is worth trying again."""
_Uploader = Annotated[TeamView, Depends(team_view("caseload.write", reads=False))]
_Reader = Annotated[TeamView, Depends(team_view("caseload.read", reads=False))]


@router.get("/teams/{team}/upload")
def form(request: Request, view: _Uploader, stored: int = 0) -> Response:
    """The form; and after something was stored, that it was."""
    version = view.version
    done = version is not None and version.version == stored and version.created_by == view.who.account
    return _form(request, view, stored=done)


@router.get("/teams/{team}/upload/template.xlsx")
def template(view: _Uploader) -> Response:  # noqa: ARG001 - for whom it is, is all that is asked
    """The workbook to fill in."""
    return _workbook(_template(), "convene-template.xlsx")


@router.get("/teams/{team}/upload/caseload.xlsx")
def present(request: Request, view: _Reader) -> Response:
    """The team's caseload as a workbook, to be corrected and uploaded again."""
    if view.version is None:
        raise not_found()
    with view.here.store.writing() as session:
        audit.record(
            Scoped(session, view.who), "caseload.read", view.version.id, at=view.here.now(), team=view.id
        )
    caseload = view.here.documents.caseloads.caseload(view.version)
    try:
        with view.here.readers.turn():
            content = excel_workbook(data_of(caseload))
    except BusyError:
        return _busy(request, view)
    except WorkbookError:
        text = "This caseload holds something that no cell of a workbook can: take it from the case system again."
        return _form(request, view, fault=text, status=409)
    return _workbook(content, f"caseload-{view.id}-version-{view.version.version}.xlsx")


@router.post("/teams/{team}/upload")
def look(request: Request, view: _Uploader, body: Body) -> Response:
    """Read what was sent: every fault it has, or what it would change. Nothing is stored."""
    content_type = request.headers.get("Content-Type", "")
    if not content_type.lower().startswith(MEDIA_TYPE):
        return _form(request, view, fault=REFUSALS["broken"], status=422)
    before = _before(view)
    try:
        answer = view.here.readers.read(
            body,
            content_type,
            team=view.id,
            today=view.today,
            most=view.here.settings.most_body,
            before=None if before is None or not may(view.who, "caseload.read") else before.document,
        )
    except BusyError:
        return _busy(request, view)
    if answer.kind == "good":
        return _review(request, view, answer, before)
    leaves_out = _leaves_out(body, content_type)
    if answer.kind == "faults":
        found = faults_view(answer.data, answer.documents["csv"])
        more: dict[str, Any] = {"found": found, "leaves_out": leaves_out}
        return view.page(request, "upload_faults.html", status=422, section="upload", **more)
    if answer.kind == "other team":
        text = (
            f"{files_words(answer.data['names'])} is the caseload of the team with the ID “{answer.data['team']}”, and this "
            f"page is that of “{view.id}”. If it is this team’s, correct the Team ID in the sheet Team (in JSON: team.id)."
        )
        return _form(request, view, fault=text, status=422, leaves_out=leaves_out)
    return _form(request, view, fault=REFUSALS[answer.kind], status=422, leaves_out=leaves_out)


@router.post("/teams/{team}/upload/store")
def store(request: Request, view: _Uploader, body: Body) -> Response:
    """Keep what was looked at, if nothing else has come in between."""
    sent = _sent(view, request, body)
    if sent is None:
        text = "Too much time has passed since you looked at it, or you have signed in anew. Choose the file again."
        return _form(request, view, fault=text, status=422)
    caseload = Caseload.model_validate_json(gzip.decompress(sent.content))
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        scoped.one(Team, Team.id == view.id, lock=True)
        last = caseloads.latest(scoped, view.id)
        if last is None or last.digest != digest(caseload):
            if sent.before != ("" if last is None else last.id):
                text = (
                    "Somebody else has uploaded a caseload meanwhile, so what you looked at is not what would change now. "
                    "Nothing was stored. Choose the file again to see what it would change."
                )
                return _form(request, view, fault=text, status=409)
            try:
                last, _ = keep(scoped, caseload, view.here.now())
            except PermissionError:
                raise not_found() from None
        number = last.version
    return Response(None, 303, {"Location": f"{view.path}/upload?stored={number}"})


@dataclass(frozen=True, slots=True)
class _Before:
    """The caseload that the team has."""

    id: str
    digest: str
    document: bytes


def _before(view: TeamView) -> _Before | None:
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        row = caseloads.latest(scoped, view.id)
        if row is None:
            return None
        if may(view.who, "caseload.read"):
            # What would change says what there is.
            audit.record(scoped, "caseload.read", row.id, at=view.here.now(), team=view.id)
        return _Before(row.id, row.digest, row.document)


def _review(request: Request, view: TeamView, answer: Answer, before: _Before | None) -> Response:
    content = answer.documents["caseload"]
    sight = _sight(view, "" if before is None else before.id, int(view.now.timestamp()), content)
    return view.page(
        request,
        "upload_review.html",
        section="upload",
        files=files_words(answer.data["names"]),
        ignored=answer.data["ignored"],
        same=before is not None and before.digest == answer.data["digest"],
        compared=before is None or may(view.who, "caseload.read"),
        changes=from_json(answer.data["changes"]),
        sight=sight,
        content=base64.b64encode(content).decode(),
        seal=seal(sight, view.identity.csrf),
    )


def _leaves_out(body: bytes, content_type: str) -> bool:
    """Whether what Convene doesn't know is to be left out: as it was ticked, so it is for the corrected file."""
    try:
        return any(one.name == "ignore_extra" for one in parts_of(body, content_type))
    except MultipartError:
        return False


def _sent(view: TeamView, request: Request, body: bytes) -> Sight | None:
    """What was sent back, if it is what was looked at."""
    try:
        parts = parts_of(body, request.headers.get("Content-Type", ""))
        fields = {one.name: one.text for one in parts}
        content = base64.b64decode(fields["caseload"], validate=True)
        sight = _sight(view, fields["before"], int(fields["at"][:15]), content)
        good = is_sealed(sight, fields["seal"], view.identity.csrf, view.now)
    except (MultipartError, KeyError, ValueError, binascii.Error):
        return None
    return sight if good else None


def _sight(view: TeamView, before: str, at: int, content: bytes) -> Sight:
    return Sight(view.who.tenant, view.who.account, view.id, before, at, content)


def _form(
    request: Request,
    view: TeamView,
    *,
    fault: str = "",
    stored: bool = False,
    status: int = 200,
    leaves_out: bool = False,
) -> Response:
    version: CaseloadVersion | None = view.version
    more: dict[str, Any] = {"version": version, "fault": fault, "stored": stored, "leaves_out": leaves_out}
    return view.page(request, "upload.html", status=status, section="upload", **more)


def _busy(request: Request, view: TeamView) -> Response:
    response = _form(request, view, fault=BUSY, status=503)
    response.headers["Retry-After"] = _AGAIN
    return response


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, 200, headers, _XLSX)


@cache
def _template() -> bytes:
    return excel_workbook()


__all__ = ["router"]
