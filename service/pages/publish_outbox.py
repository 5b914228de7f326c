"""What is on its way: messages that are due, sent, refused or not known to have arrived, and letters to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.context import Answer, Body, once
from service.api.outbox import handed_over
from service.api.problems import Problem
from service.delivery.addressees import BY_HAND, VENUE
from service.pages.forms import Sent
from service.pages.publish_sending import Called
from service.pages.team import TeamView, team_view
from service.store import audit
from service.store.scope import Scoped
from service.store.tables import Message
from service.views.names import Names
from service.words import moment

router = APIRouter(include_in_schema=False)
_AT_ONCE: Final = 100
STATES: Final = {
    "letters": "Letters to hand over",
    "due": "Mail waiting",
    "refused": "Refused",
    "unknown": "May not have arrived",
    "sent": "Sent",
    "given": "Handed over",
    "replaced": "Not needed any more",
}
"""What is shown, and what each is called: what somebody has to do something about first."""
Reader = Annotated[TeamView, Depends(team_view("message.read", reads=False))]


@dataclass(frozen=True, slots=True)
class Item:
    """A message."""

    id: int
    to: str
    person: str
    """Empty for a room."""
    what: str
    when: str
    cancels: bool
    detail: str
    stamp: datetime
    kept: bool
    """Whether its words are still there to be read."""


@router.get("/teams/{team}/outbox")
def outbox(
    request: Request,
    view: Reader,
    show: Annotated[str, Query(max_length=16)] = "",
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    given: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> Response:
    """Show what is on its way to whom."""
    return _page(request, view, show=show, after=after, given=given)


@router.get("/teams/{team}/outbox/letters")
def letters(request: Request, view: Reader) -> Response:
    """All letters that are due, one to a sheet."""
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        rows = _rows(scoped, view.id, "letters", 0, None)
        for row in rows:
            audit.record(scoped, "message.read", str(row.id), at=view.here.now(), team=view.id)
        called = _called(view)
        written = [(_item(row, view, called), (row.content or b"").decode()) for row in rows]
    through = max((row.id for row in rows), default=0)
    return view.page(request, "publish_letters.html", section="outbox", letters=written, through=through)


@router.post("/teams/{team}/outbox/given")
def give(
    request: Request,
    view: Annotated[TeamView, Depends(team_view("message.settle", reads=False))],
    body: Body,
    form: Sent,
) -> Response:
    """Say that messages were handed over."""
    chosen = [int(one) for one in form.all("message") if one.isascii() and one.isdecimal() and len(one) < 16]
    every = (form.number("through"), form.number("number")) if form.get("all") == "yes" else None
    if not chosen and every is None:
        return _page(
            request,
            view,
            show=form.get("show"),
            refused="Choose the letters that you have handed over",
            status=422,
        )

    def work(scoped: Scoped) -> Answer:
        if every is not None:
            chosen[:] = _every(scoped, view.id, "due" if form.get("show") == "due" else "letters", *every)
        ours = set(scoped.session.scalars(
            scoped.select(Message).where(Message.team == view.id, Message.id.in_(chosen)).with_only_columns(Message.id)
        ))  # fmt: skip
        rows = handed_over(view.here, scoped, [one if one in ours else -1 for one in chosen])
        where = (
            f"{view.path}/outbox?show={'due' if form.get('show') == 'due' else 'letters'}&given={len(rows)}"
        )
        return Answer(None, 303, {"Location": where})

    try:
        return once(view.here, view.who, request, body, None, work)
    except Problem as problem:
        if problem.status != 409:
            raise
        refused = "Somebody else has dealt with one of them since you saw the list. Nothing was changed"
        return _page(request, view, show=form.get("show"), refused=refused, status=409)


def _every(scoped: Scoped, team: str, shown: str, through: int | None, number: int | None) -> list[int]:
    """All that were listed, on however many screens: up to the last of them, and as many as there were.

    Raises
    ------
    Problem
        409 where they aren't as many any more: then not all of what was handed over is still to be handed over.
    """
    rows = _rows(scoped, team, shown, 0, None)
    found = [row.id for row in rows if through is not None and row.id <= through and row.state == "due"]
    if len(found) != number:
        raise Problem("urn:convene:problem:not-due", "Not due", 409)
    return found


def _page(
    request: Request,
    view: TeamView,
    *,
    show: str,
    after: int = 0,
    given: int = 0,
    refused: str = "",
    status: int = 200,
) -> Response:
    with view.here.store.reading() as session:
        scoped = Scoped(session, view.who)
        counts = _counts(scoped, view.id)
        shown = show if show in STATES else next((one for one in STATES if counts[one]), "letters")
        rows = _rows(scoped, view.id, shown, after, _AT_ONCE + 1)
        called = _called(view)
        items = [_item(row, view, called) for row in rows[:_AT_ONCE]]
        whole = _rows(scoped, view.id, shown, 0, None) if shown in ("letters", "due") and items else []
    more = items[-1].id if len(rows) > _AT_ONCE else None
    waiting = [row.id for row in whole if row.state == "due"]
    return view.page(
        request, "publish_outbox.html", status=status, section="outbox", items=items, shown=shown, states=STATES,
        counts=counts, more=more, number=len(waiting), through=max(waiting, default=0),
        given=given, refused=refused, smtp=view.here.settings.smtp,
    )  # fmt: skip


def _counts(scoped: Scoped, team: str) -> Counter[str]:
    ours = scoped.select(Message).where(Message.team == team)
    found = Counter(scoped.session.scalars(ours.with_only_columns(Message.state)).all())
    due = ours.where(Message.state == "due", Message.address == BY_HAND)
    letters_due = len(scoped.session.scalars(due.with_only_columns(Message.id)).all())
    # What is being sent at this moment waits until it is known how that ended.
    found["due"] += found.pop("sending", 0) - letters_due
    found["letters"] = letters_due
    return found


def letters_due(view: TeamView) -> int:
    """How many letters are to be printed and handed over."""
    with view.here.store.reading() as session:
        return _counts(Scoped(session, view.who), view.id)["letters"]


def _rows(scoped: Scoped, team: str, shown: str, after: int, most: int | None) -> Sequence[Message]:
    query = scoped.select(Message).where(Message.team == team, Message.id > after)
    if shown == "letters":
        query = query.where(Message.state == "due", Message.address == BY_HAND)
    elif shown == "due":
        query = query.where(Message.state.in_(("due", "sending")), Message.address != BY_HAND)
    else:
        query = query.where(Message.state == shown)
    return scoped.session.scalars(query.order_by(Message.id).limit(most)).all()


def _called(view: TeamView) -> Callable[[str], str]:
    return str if view.standing is None else Called(Names(view.standing.caseload))


def _item(row: Message, view: TeamView, called: Callable[[str], str]) -> Item:
    return Item(
        id=row.id,
        to=called(row.recipient),
        person="" if row.recipient.startswith(VENUE) else row.recipient,
        what=f"Meeting, ref {row.reference}",
        when=moment(datetime.fromisoformat(row.start)),
        cancels=row.method == "CANCEL",
        detail=row.detail,
        stamp=row.stamp.astimezone(view.now.tzinfo),
        kept=row.content is not None,
    )


__all__ = ["STATES", "letters_due", "router"]
