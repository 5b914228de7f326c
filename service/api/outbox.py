"""Messages of what was published: their states, their mails and letters, and those that somebody has handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from service.access.authentication import require
from service.api.context import Answer, Context, Here, IdempotencyKey, not_found, once
from service.api.context import Body as Raw
from service.api.problems import Problem
from service.api.schemas import Body, Given
from service.delivery.addressees import BY_HAND
from service.store import audit
from service.store.scope import Principal, Scoped
from service.store.tables import Message

router = APIRouter(prefix="/messages", tags=["messages"])
State = Literal["due", "sending", "sent", "given", "refused", "unknown", "replaced"]
_MOST = 500


class MessageGiven(Given):
    """One REQUEST or CANCEL to one recipient."""

    id: int
    team: str
    calendar: str
    revision: int
    recipient: str
    """A person's id, or ``venue:`` and a room's."""
    meeting: str
    method: str
    sequence: int
    way: Literal["mail", "letter"]
    """A letter is for whoever has no mailbox: print it, and say that it was given."""
    state: State
    detail: str
    """What the mail server said last."""
    stamp: datetime


class MessagePage(Given):
    """Some messages, in the order they were reserved."""

    items: list[MessageGiven]
    next: int | None
    """Give it as ``after`` for the next page."""


class HandedOver(Body):
    """Messages that somebody has sent or handed over by other means."""

    messages: list[int] = Field(min_length=1, max_length=_MOST)


@router.get("", response_model=MessagePage)
def list_messages(
    here: Here,
    who: Annotated[Principal, Depends(require("message.read"))],
    state: State | None = None,
    team: Annotated[str | None, Query(max_length=128)] = None,
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> Response:
    """List what is on its way to whom: what is still due (letters to print among it), refused, or not known to have arrived."""
    with here.store.reading() as session:
        scoped = Scoped(session, who)
        query = scoped.select(Message).where(Message.id > after)
        if state is not None:
            query = query.where(Message.state == state)
        if team is not None:
            query = query.where(Message.team == team)
        rows = list(session.scalars(query.order_by(Message.id).limit(limit + 1)))
    items = [_given(row).model_dump(mode="json") for row in rows[:limit]]
    return Answer({"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}).response()


@router.get("/{message}/content", response_class=Response)
def read_content(
    here: Here, message: int, who: Annotated[Principal, Depends(require("message.read"))]
) -> Response:
    """Return a message that is still due: a mail ready to be sent, or the words of a letter."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        row = scoped.one(Message, Message.id == message) if message < 2**53 else None
        if row is None or row.content is None:
            raise not_found()
        audit.record(scoped, "message.read", str(message), at=here.now(), team=row.team)
        letter = row.address == BY_HAND
        name = "letter.txt" if letter else "invite.eml"
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return Response(
            row.content, 200, headers, "text/plain; charset=utf-8" if letter else "message/rfc822"
        )


@router.post(":given", response_model=list[MessageGiven])
def hand_over(
    request: Request,
    here: Here,
    body: Raw,
    asked: HandedOver,
    who: Annotated[Principal, Depends(require("message.settle"))],
    key: IdempotencyKey = None,
) -> Response:
    """Say that messages have been sent or handed over by other means: all of them, or none."""

    def work(scoped: Scoped) -> Answer:
        rows = handed_over(here, scoped, asked.messages)
        return Answer([_given(row).model_dump(mode="json") for row in rows])

    return once(here, who, request, body, key, work)


def handed_over(here: Context, scoped: Scoped, messages: Sequence[int]) -> list[Message]:
    """Write down that messages have been sent or handed over by other means.

    Raises
    ------
    Problem
        404 or 409 where one isn't there or isn't due any more: then the transaction is to be given up.
    """
    rows = []
    for number in dict.fromkeys(messages):
        row = scoped.one(Message, Message.id == number, lock=True) if 0 <= number < 2**53 else None
        if row is None:
            raise not_found()
        if row.state not in ("due", "given"):
            raise Problem(
                "urn:convene:problem:not-due", "Not due", 409,
                f"Message {number} is {row.state}: it isn't waiting to be handed over. Nothing was changed.",
            )  # fmt: skip
        if row.state == "due":
            row.state, row.content = "given", None
            audit.record(scoped, "message.given", str(number), at=here.now(), team=row.team)
        rows.append(row)
    return rows


def _given(row: Message) -> MessageGiven:
    return MessageGiven(
        id=row.id,
        team=row.team,
        calendar=row.calendar,
        revision=row.revision,
        recipient=row.recipient,
        meeting=row.meeting,
        method=row.method,
        sequence=row.sequence,
        way="letter" if row.address == BY_HAND else "mail",
        state=row.state,
        detail=row.detail,
        stamp=row.stamp,
    )


__all__ = ["handed_over", "router"]
