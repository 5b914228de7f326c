"""Caseloads: given, kept by version, read back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.authentication import require
from service.api.context import Answer, Body, Here, IdempotencyKey, not_found, once
from service.api.paging import After, Limit, page_of
from service.api.pointers import pointer, steps_of
from service.api.problems import Problem
from service.api.schemas import CaseloadGiven, CaseloadPage
from service.store import audit, caseloads
from service.store.scope import Principal, Scoped
from service.store.tables import CaseloadVersion
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError, Fault
from solver.schema.load import load_caseload

router = APIRouter(prefix="/caseloads", tags=["caseloads"])
_ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Caseload"}}},
    }
}


@router.post("", status_code=201, response_model=CaseloadGiven, openapi_extra=_ASKED)
def store_caseload(
    request: Request,
    here: Here,
    body: Body,
    who: Annotated[Principal, Depends(require("caseload.write"))],
    key: IdempotencyKey = None,
) -> Response:
    """Keep a caseload, if it can be planned: else every fault it has, each with its place.

    The same content again is the version that is there (200).
    """
    caseload = read_caseload(body)
    if not who.sees_team(caseload.team.id):
        raise not_found()

    def work(scoped: Scoped) -> Answer:
        row, new = keep(scoped, caseload, here.now())
        location = {"Location": f"/v1/caseloads/{row.id}"}
        return Answer(given(row).model_dump(mode="json"), 201 if new else 200, location)

    try:
        return once(here, who, request, body, key, work)
    except PermissionError:
        raise not_found() from None


@router.get("", response_model=CaseloadPage)
def list_caseloads(
    here: Here,
    who: Annotated[Principal, Depends(require("caseload.read"))],
    after: After = None,
    limit: Limit = 50,
    team: Annotated[str | None, Query(max_length=128)] = None,
) -> Response:
    """List every version of every caseload, newest first."""
    return page_of(here, who, CaseloadVersion, given, after, limit, team)


@router.get("/{caseload}", response_model=Caseload)
def read_one(
    here: Here, caseload: str, who: Annotated[Principal, Depends(require("caseload.read"))]
) -> Response:
    """Return the document of a version, whole."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        row = version_of(scoped, caseload)
        audit.record(scoped, "caseload.read", row.id, at=here.now(), team=row.team)
        return Answer(row.document, headers={"ETag": f'"{row.digest[:32]}"'}).response()


def keep(scoped: Scoped, caseload: Caseload, at: datetime) -> tuple[CaseloadVersion, bool]:
    """Keep a caseload, and in the audit log that it was.

    Returns
    -------
    tuple of CaseloadVersion and bool
        The version, and whether it is new.

    Raises
    ------
    PermissionError
        If the team isn't theirs.
    """
    row, new = caseloads.add_version(scoped, caseload, at=at)
    if new:
        audit.record(scoped, "caseload.write", row.id, at=at, team=row.team, after=row.digest)
    return row, new


def version_of(scoped: Scoped, caseload: str) -> CaseloadVersion:
    """Return a version that the caller may see.

    Raises
    ------
    Problem
        404
    """
    row = scoped.one(CaseloadVersion, CaseloadVersion.id == caseload)
    if row is None:
        raise not_found()
    return row


def given(row: CaseloadVersion) -> CaseloadGiven:
    """What is told of a version."""
    return CaseloadGiven(
        id=row.id,
        caseload=row.caseload,
        team=row.team,
        version=row.version,
        digest=row.digest,
        plans=row.plans,
        created=row.created,
    )


def read_caseload(body: bytes) -> Caseload:
    """Validate a caseload.

    Raises
    ------
    Problem
        422 with every fault.
    """
    try:
        return load_caseload(body)
    except CaseloadError as error:
        raise Problem(
            "urn:convene:problem:invalid-caseload",
            "The caseload can't be planned",
            422,
            "Nothing was kept. Each fault says where it is and what would be right.",
            extra={"errors": [fault_given(fault) for fault in error.faults]},
        ) from None


def fault_given(fault: Fault) -> dict[str, str]:
    """A fault without the value that was sent: that may be somebody's."""
    return {"pointer": pointer(steps_of(fault.path)), "detail": f"{fault.problem} {fault.remedy}"}


__all__ = ["fault_given", "given", "keep", "read_caseload", "router", "version_of"]
