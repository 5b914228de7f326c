"""The audit log, read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import func

from service.access.authentication import require
from service.api.context import Answer, Here
from service.api.schemas import AuditEntry, AuditPage
from service.store import audit
from service.store.pages import MOST
from service.store.scope import Principal, Scoped
from service.store.tables import Audit

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", response_model=AuditPage)
def read_log(
    here: Here,
    who: Annotated[Principal, Depends(require("audit.read"))],
    before: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    subject: Annotated[str | None, Query(max_length=255)] = None,
) -> Response:
    """List who did what when, newest first; reads of families' data are in it too, this one as well."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        query = scoped.select(Audit)
        if before is not None:
            query = query.where(Audit.number < before)
        if subject is not None:
            query = query.where(Audit.subject == subject)
        # What is looked for is kept only where it is known to be an id: what somebody typed may be a name.
        known = subject is not None and bool(session.scalar(query.with_only_columns(func.count())))
        audit.record(scoped, "audit.read", subject if known and subject else "", at=here.now())
        rows = list(session.scalars(query.order_by(Audit.number.desc()).limit(limit + 1)))
        items = [
            AuditEntry.model_validate(row, from_attributes=True).model_dump(mode="json")
            for row in rows[:limit]
        ]
    more = items[-1]["number"] if len(rows) > limit else None
    return Answer({"items": items, "next": more}).response()


__all__ = ["router"]
