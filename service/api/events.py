"""What happens to a calendar in the making, as server-sent events: stored ones, so that any process can tell them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.access.authentication import require
from service.api.calendars import entry_of
from service.api.context import Context, Here
from service.api.problems import AWAY
from service.store import calendars
from service.store.calendars import OPEN
from service.store.scope import Principal, Scoped
from service.store.tables import Event

router = APIRouter(prefix="/calendars", tags=["calendars"])
LOOK_SECONDS: Final = 0.5
"""Between two looks at what has happened."""
RETRY_MILLISECONDS: Final = 2000
"""After which a browser that lost the line comes again."""


def _watcher(
    here: Here, calendar: str, who: Annotated[Principal, Depends(require("calendar.read"))]
) -> Principal:
    """Whoever may watch: looked at before the answer begins, which can't become a 404 any more."""
    with here.store.reading() as session:
        entry_of(Scoped(session, who), calendar)
    return who


@router.get("/{calendar}/events", response_class=EventSourceResponse)
async def watch(
    request: Request,
    here: Here,
    calendar: str,
    who: Annotated[Principal, Depends(_watcher)],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20)] = None,
) -> AsyncIterable[ServerSentEvent]:
    """Tell what happens to a calendar as it happens, from its beginning or from after the last event seen, until it is made."""
    after = (
        int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdecimal() else 0
    )
    while not await request.is_disconnected():
        try:
            found, going = await run_in_threadpool(_since, here, who, calendar, after)
        except AWAY:
            # The answer has begun and can't become another one: whoever watches comes again, after what they saw last.
            return
        for event in found:
            after = event.number
            yield ServerSentEvent(
                data=event.data | {"at": event.at.isoformat()},
                event=event.kind,
                id=str(event.number),
                retry=RETRY_MILLISECONDS,
            )
        if not going and not found:
            return
        await asyncio.sleep(LOOK_SECONDS if not found else 0)


def _since(here: Context, who: Principal, calendar: str, after: int) -> tuple[list[Event], bool]:
    """What has happened since, and whether more will."""
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        entry = entry_of(scoped, calendar)
        return calendars.events(scoped, calendar, after), entry.state in OPEN


__all__ = ["LOOK_SECONDS", "router"]
