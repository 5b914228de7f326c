"""People's own calendars in: when they are taken."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from calendars.reading import CalendarFileError
from service.access.authentication import require
from service.access.rights import may_for_person
from service.api.context import Answer, Body, Here, IdempotencyKey, not_found, once
from service.api.problems import Problem
from service.api.schemas import AvailabilityTaken
from service.intake.availability import Target, read_busy, replace_source
from service.output.identity import is_ours
from service.store import audit, calendars, caseloads
from service.store.scope import Principal, Scoped
from service.store.tables import CaseloadVersion, Tenant

router = APIRouter(prefix="/people", tags=["people"])
_ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/calendar": {"schema": {"type": "string", "maxLength": 10_000_000}}},
    }
}


@router.post("/{person}/availability", response_model=AvailabilityTaken, openapi_extra=_ASKED)
def give_availability(
    request: Request,
    here: Here,
    body: Body,
    person: str,
    who: Annotated[Principal, Depends(require("availability.write"))],
    source: Annotated[
        str,
        Query(
            min_length=1,
            max_length=120,
            description="What the calendar is called: it replaces what it said before.",
        ),
    ] = "calendar",
    team: Annotated[str | None, Query(max_length=128)] = None,
    tentative: Annotated[bool, Query(description="Whether what is only tentative counts.")] = True,
    key: IdempotencyKey = None,
) -> Response:
    """Take a person's calendar, and keep of it when they are taken: no titles, no places. The team's caseload gets a version."""
    if not may_for_person(who, "availability.write", person):
        raise not_found()

    def work(scoped: Scoped) -> Answer:
        version = _version(scoped, here, person, team)
        caseload = here.documents.caseloads.caseload(version)
        tenant = scoped.one(Tenant, Tenant.id == who.tenant)
        assert tenant is not None, "whoever signs in is of a tenant"
        standing = next(
            (
                one
                for entry in calendars.current(scoped, version.team)
                if (one := here.documents.standing(scoped, entry))
            ),
            None,
        )
        target = Target("person", person)
        try:
            found = read_busy(
                caseload,
                target,
                body,
                is_ours=lambda uid: is_ours(tenant.key, uid),
                calendar=None if standing is None else standing.calendar,
            )
        except CalendarFileError as error:
            raise Problem(
                "urn:convene:problem:bad-calendar-file",
                "The calendar file can't be read",
                422,
                f"{error} Nothing was changed.",
            ) from None
        changed, told = replace_source(caseload, target, source, found, tentative=tentative)
        row, new = caseloads.add_version(scoped, changed, at=here.now())
        if new:
            audit.record(
                scoped,
                "availability.write",
                person,
                at=here.now(),
                team=row.team,
                before=version.digest,
                after=row.digest,
            )
        body_ = asdict(told) | {"caseload": row.id, "version": row.version}
        body_["notices"] = [asdict(one) for one in told.notices]
        return Answer(_plain(body_))

    return once(here, who, request, body, key, work)


def _version(scoped: Scoped, here: Here, person: str, team: str | None) -> CaseloadVersion:
    """The latest caseload that has the person."""
    for name in caseloads.teams(scoped) if team is None else [team]:
        row = caseloads.latest(scoped, name)
        if row is not None and any(one.id == person for one in here.documents.caseloads.caseload(row).people):
            return row
    raise not_found()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


__all__ = ["router"]
