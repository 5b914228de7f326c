"""``POST /replies`` of the API: an answer to an invite, as a mail, as a calendar, or as another system says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Protocol

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from calendars.reply import PartStat, Reply, address_of
from service.api.problems import BLANK, Problem
from service.api.schemas import RepliesTaken
from service.delivery.issued import Issued
from service.output.identity import default_key, is_ours
from service.replies.mail import MOST_OCTETS
from service.replies.match import Said
from service.replies.take import Message, Reader, Taken
from service.replies.telling import counts, outcome_data
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

MOST_ANSWERS: Final = 1_000
"""Of one request."""
TRIES: Final = 3
"""To store answers while others store theirs."""
_PROBLEM: Final = "urn:convene:problem:"
MAIL: Final = "message/rfc822"
CALENDAR: Final = "text/calendar"
JSON: Final = "application/json"

Source = Annotated[str, Field(min_length=1, max_length=200)]


class SystemAnswer(BaseModel):
    """One answer as another system says it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    uid: Annotated[str, Field(min_length=1, max_length=255)]
    """Of the invite."""
    attendee: Annotated[str, Field(max_length=320)]
    """Mailbox that was invited, or another one of theirs."""
    answer: Literal["accepted", "tentative", "declined", "delegated", "countered"]
    at: AwareDatetime
    """When it was answered."""
    sequence: Annotated[int, Field(ge=0, lt=10**9)] | None = None
    """Of the invite that is answered."""
    start: datetime | None = None
    """The time proposed instead: with an offset, or in the team's zone."""
    end: datetime | None = None
    to: Annotated[str, Field(max_length=320)] | None = None
    """Mailbox of whom it was delegated to."""
    source: Source | None = None
    """How the caller calls it; comes back with what became of it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers are put into, as it is stored."""

    caseload: Caseload
    calendar: Calendar
    issued: Sequence[Issued]
    key: bytes | None = None
    """Of the UIDs; by default it follows from the caseload."""


class Conflict(Exception):  # noqa: N818 - what happened, not a fault
    """Somebody else has stored another calendar meanwhile."""


class ReplyStore(Protocol):
    """Where the calendar is kept that answers are put into."""

    def standing(self) -> Standing | None:
        """Give what stands; ``None`` where nothing is published."""

    def store(self, before: Calendar, after: Calendar) -> None:
        """Put a calendar in the place of another.

        Raises
        ------
        Conflict
            If ``before`` is not what stands, with nothing changed.
        """


_ANSWERS: Final = TypeAdapter(Annotated[list[SystemAnswer], Field(min_length=1, max_length=MOST_ANSWERS)])
_PARTSTATS: Final[dict[str, PartStat]] = {
    "accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "delegated": "DELEGATED",
    "countered": "TENTATIVE",
}  # fmt: skip


_TEXT: Final = {"schema": {"type": "string", "minLength": 1}}
_ASKED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "team",
            "in": "query",
            "required": False,
            "description": "Whose calendar; needed where the caller has several teams.",
            "schema": {"type": "string", "maxLength": 128},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/SystemAnswer"},
                    "minItems": 1,
                    "maxItems": MOST_ANSWERS,
                }
            },
            CALENDAR: _TEXT,
            MAIL: _TEXT,
        },
    },
}


def replies_router(
    store_of: Callable[[Request], ReplyStore], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> APIRouter:
    """Answers to invites.

    Parameters
    ----------
    store_of
        Where the calendar is kept that a request's answers go into. May wait, and may raise a `Problem`.
    clock
        In UTC.

    Returns
    -------
    APIRouter
        To be included under the prefix of the API's version, by whoever decides who may call it: what another system says
        is taken at its word.
    """
    router = APIRouter(tags=["replies"])

    @router.post("/replies", response_model=RepliesTaken, openapi_extra=_ASKED)
    async def post_replies(request: Request) -> JSONResponse:
        """Put answers to invites into the calendar: as mails, as calendars (iTIP), or as another system says them."""
        messages = _messages(_media_type(request), await _body(request))
        # Reading and matching take the processor, and the store may wait for a disk.
        store = await run_in_threadpool(store_of, request)
        taken = await run_in_threadpool(_take, store, messages, clock())
        return JSONResponse(_answer(taken), headers={"Cache-Control": "no-store"})

    return router


def _media_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in (MAIL, CALENDAR, JSON):
        raise Problem(
            f"{_PROBLEM}media-type",
            "Media type not supported",
            415,
            f"Send an answer as {MAIL} or {CALENDAR}, or a list of answers as {JSON}.",
        )
    return given


async def _body(request: Request) -> bytes:
    """The body, or no more of it than tells that it is too large."""
    length = request.headers.get("content-length", "")
    body = bytearray()
    if not (re.fullmatch(r"[0-9]{1,15}", length) and int(length) > MOST_OCTETS):
        async for part in request.stream():
            body += part
            if len(body) > MOST_OCTETS:
                break
        else:
            return bytes(body)
    detail = f"At most {MOST_OCTETS:,} bytes are read: send less at once."
    raise Problem(f"{_PROBLEM}too-large", "Content too large", 413, detail)


def _messages(kind: str, body: bytes) -> list[Message | Said]:
    if kind != JSON:
        return [Message("the request", body)]
    try:
        answers = _ANSWERS.validate_json(body)
    except ValidationError as error:
        # The framework's words may repeat what was sent; where it was is enough to put it right.
        errors = [
            {"pointer": "#/" + "/".join(str(step) for step in one["loc"]), "detail": str(one["type"])}
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        detail = f"Send a JSON list of 1 to {MOST_ANSWERS:,} answers, each with uid, attendee, answer and at: see errors."
        extra = {"errors": errors[:50]}
        raise Problem(f"{_PROBLEM}invalid-request", "Bad request", 422, detail, extra=extra) from None
    return [_said(f"answer {number}", one) for number, one in enumerate(answers, 1)]


def _said(source: str, one: SystemAnswer) -> Said:
    to = address_of(one.to) if one.to is not None else None
    counter = one.start is not None or one.answer == "countered"
    return Said(
        one.source or source,
        Reply(
            method="COUNTER" if counter else "REPLY",
            uid=one.uid,
            attendee=address_of(one.attendee),
            partstat=_PARTSTATS[one.answer],
            sequence=one.sequence,
            stamp=one.at.astimezone(UTC),
            start=_utc(one.start),
            end=_utc(one.end),
            delegated_to=() if to is None else (to,),
        ),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is None else moment.astimezone(UTC)


def _take(store: ReplyStore, messages: Sequence[Message | Said], now: datetime) -> Taken:
    for _ in range(TRIES):
        standing = store.standing()
        if standing is None:
            raise Problem(BLANK, "Not found", 404, "Nothing is published yet, so nothing was stored.")
        key = standing.key or default_key(standing.caseload)
        reader = Reader(
            standing.caseload,
            standing.calendar,
            standing.issued,
            now=now,
            ours=lambda uid, key=key: is_ours(key, uid),  # type: ignore[misc]
        )
        taken = reader.take(messages)
        if taken.calendar == standing.calendar:
            return taken
        try:
            store.store(standing.calendar, taken.calendar)
        except Conflict:
            # Whatever stands now, the answers are the same ones.
            continue
        return taken
    detail = "Others are storing theirs at the moment, and nothing was stored: send it again."
    raise Problem(f"{_PROBLEM}conflict", "Conflict", 409, detail, headers={"Retry-After": "1"})


def _answer(taken: Taken) -> dict[str, Any]:
    return {
        "revision": taken.calendar.revision,
        "counts": counts(taken.outcomes),
        "outcomes": [outcome_data(one) for one in taken.outcomes],
        "open": [one.model_dump(mode="json") for one in taken.calendar.rebookings],
    }


__all__ = ["MOST_ANSWERS", "Conflict", "ReplyStore", "Standing", "SystemAnswer", "replies_router"]
