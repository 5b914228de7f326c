"""Webhooks, and what each of them is still to be told."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import func, or_

from service.jobs.queue import LONGEST_WAIT, enqueue
from service.store import audit
from service.store.scope import Scoped, system
from service.store.tables import Job, Webhook, WebhookDelivery

EventName = Literal[
    "calendar.completed",
    "calendar.published",
    "meeting.moved",
    "meeting.rebooked",
    "rebooking.opened",
    "replies.taken",
]
EVENTS: Final[tuple[EventName, ...]] = get_args(EventName)
MOST_ATTEMPTS: Final = 16
"""With pauses that double from ten seconds to an hour: for most of a day."""
_FIRST: Final = timedelta(seconds=10)


def add(scoped: Scoped, url: str, events: list[str], *, at: datetime) -> Webhook:
    """Add a webhook, with a secret that it is told once."""
    row = Webhook(
        tenant=scoped.principal.tenant,
        url=url,
        secret=secrets.token_urlsafe(32),
        events=events,
        created=at,
        created_by=scoped.principal.account,
        disabled=None,
    )
    scoped.add(row)
    audit.record(scoped, "webhook.add", row.id, at=at)
    return row


def announce(scoped: Scoped, event: EventName, team: str, data: dict[str, Any], *, at: datetime) -> int:
    """Queue something to be told, in the transaction of what it tells.

    Parameters
    ----------
    scoped
    event
    team
        Whose data it is about.
    data
        Ids and numbers: what there is to know is read from the API, by whoever may.
    at
        Aware.

    Returns
    -------
    int
        How many webhooks are told.
    """
    whole = Scoped(scoped.session, system(scoped.principal.tenant, scoped.principal.request))
    told = 0
    for hook in scoped.session.scalars(whole.select(Webhook).where(Webhook.disabled.is_(None))):
        if event in hook.events:
            told += 1
            body = {"event": event, "team": team, "at": at.isoformat(), "data": data}
            whole.add(
                WebhookDelivery(
                    webhook=hook.id,
                    event=event,
                    body=body,
                    state="due",
                    next_attempt=at,
                    created=at,
                    took=None,
                )
            )
    if told:
        wake(whole, team, at=at, due=at)
    return told


def wake(scoped: Scoped, team: str, *, at: datetime, due: datetime) -> None:
    """See that a worker looks at what is to be told, no later than when it is due."""
    waiting = scoped.select(Job).where(Job.kind == "webhooks", Job.state == "queued", Job.not_before <= due)
    # Locked: nobody begins it before this transaction has ended, and so it sees what there is to be told.
    if scoped.session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).first() is None:
        enqueue(scoped, "webhooks", scoped.principal.tenant, team, at=at, not_before=due)


def due(scoped: Scoped, now: datetime, limit: int = 50) -> list[tuple[WebhookDelivery, Webhook]]:
    """What is to be told now, the oldest first."""
    query = scoped.select(WebhookDelivery).where(
        WebhookDelivery.state == "due",
        # Nothing waits longer, unless the clock has been put back since.
        or_(WebhookDelivery.next_attempt <= now, WebhookDelivery.next_attempt > now + LONGEST_WAIT),
    )
    rows = scoped.session.scalars(
        query.order_by(WebhookDelivery.created, WebhookDelivery.id).limit(limit)
    ).all()
    hooks = {hook.id: hook for hook in scoped.session.scalars(scoped.select(Webhook))}
    return [(row, hooks[row.webhook]) for row in rows]


def next_due(scoped: Scoped) -> datetime | None:
    """When there is something to be told next."""
    query = scoped.select(WebhookDelivery).where(WebhookDelivery.state == "due")
    found: datetime | None = scoped.session.scalar(
        query.with_only_columns(func.min(WebhookDelivery.next_attempt))
    )
    return found


def settle(scoped: Scoped, delivery: str, *, detail: str, taken: bool, seconds: float, now: datetime) -> None:
    """Write what came of an attempt: told, to be tried again later, or given up."""
    row = scoped.one(WebhookDelivery, WebhookDelivery.id == delivery, lock=True)
    if row is None or row.state != "due":
        return
    row.attempts += 1
    row.detail, row.took = detail, seconds
    if taken:
        row.state = "told"
    elif row.attempts >= MOST_ATTEMPTS:
        row.state = "failed"
    else:
        row.next_attempt = now + min(_FIRST * 2 ** (row.attempts - 1), LONGEST_WAIT)


__all__ = ["EVENTS", "MOST_ATTEMPTS", "EventName", "add", "announce", "due", "next_due", "settle", "wake"]
