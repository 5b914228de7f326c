"""Whether the service lives, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from sqlalchemy.exc import SQLAlchemyError

from service.access.authentication import open_to_all
from service.api.context import Answer, Here
from service.api.problems import Problem
from service.api.schemas import Health
from service.store.engine import StoreError
from service.store.migrate import check

router = APIRouter(tags=["operation"])


@router.get("/healthz", dependencies=[Depends(open_to_all("whether the process lives is nobody's data"))])
def alive() -> Health:
    """Answer, as long as the process does."""
    return Health(status="ok")


@router.get(
    "/readyz",
    response_model=Health,
    dependencies=[Depends(open_to_all("whether it can answer is nobody's data"))],
)
def ready(here: Here) -> Response:
    """Tell whether requests can be answered: the database is there, in the layout of this version."""
    try:
        check(here.store)
    except (StoreError, SQLAlchemyError) as error:
        # What is wrong is in the log: the text of a database's error may name its server.
        detail = str(error) if isinstance(error, StoreError) else "The database can't be reached."
        raise Problem(
            "urn:convene:problem:not-ready-to-serve", "Not ready", 503, detail, headers={"Retry-After": "5"}
        ) from None
    return Answer({"status": "ready"}).response()


__all__ = ["router"]
