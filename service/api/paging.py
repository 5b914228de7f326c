"""Lists by the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel

from service.api.context import Answer, Context
from service.api.problems import Problem
from service.store.pages import MOST, CursorError, newest
from service.store.scope import Principal, Scoped
from service.store.tables import Base

After = Annotated[str | None, Query(max_length=300, description="``next`` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def page_of(
    here: Context,
    who: Principal,
    table: type[Base],
    given: Callable[[Any], BaseModel],
    after: str | None,
    limit: int,
    team: str | None,
) -> Response:
    """Answer with a page of what the caller may see of a table.

    Raises
    ------
    Problem
        400 for a cursor that no page has given.
    """
    columns: Any = table
    criteria = () if team is None else (columns.team == team,)
    with here.store.reading() as session:
        try:
            page = newest(Scoped(session, who), table, *criteria, after=after, limit=limit)
        except CursorError:
            raise bad_cursor() from None
        items = [given(row).model_dump(mode="json") for row in page.rows]
    return Answer({"items": items, "next": page.next}).response()


def bad_cursor() -> Problem:
    """A cursor that no page has given."""
    return Problem(
        "urn:convene:problem:bad-cursor", "Bad cursor", 400, "Give ``next`` of the page before, or nothing."
    )


__all__ = ["After", "Limit", "bad_cursor", "page_of"]
