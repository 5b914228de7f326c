"""Webhooks: where a case system wants to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from service.access.authentication import require
from service.api.context import Answer, Here, IdempotencyKey, not_found, once
from service.api.context import Body as Raw
from service.api.problems import Problem
from service.api.schemas import Body, Given
from service.store import audit, webhooks
from service.store.scope import Principal, Scoped
from service.store.tables import Webhook
from service.store.webhooks import EventName

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
Manager = Annotated[Principal, Depends(require("webhook.manage"))]


class WebhookAsked(Body):
    """Where to tell what."""

    url: str = Field(min_length=8, max_length=2000)
    """https; nothing secret in it: who knows the signature's secret knows that it was us."""
    events: list[EventName] = Field(min_length=1, max_length=20)


class WebhookGiven(Given):
    """A webhook."""

    id: str
    url: str
    events: list[str]
    created: datetime


class WebhookMade(WebhookGiven):
    """A webhook, with its secret: it is told this once."""

    secret: str


@router.post("", status_code=201, response_model=WebhookMade)
def add(
    request: Request, here: Here, body: Raw, asked: WebhookAsked, who: Manager, key: IdempotencyKey = None
) -> Response:
    """Be told of events. Each comes signed (Convene-Signature), at least once, and again until it is answered with 2xx."""
    parts = urlsplit(asked.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and here.settings.allow_private):
        raise Problem(
            "urn:convene:problem:bad-webhook",
            "The webhook can't be used",
            422,
            "The address must begin with https://.",
        )

    def work(scoped: Scoped) -> Answer:
        row = webhooks.add(scoped, asked.url, list(asked.events), at=here.now())
        told = _given(row).model_dump(mode="json") | {"secret": row.secret}
        return Answer(told, 201, {"Location": f"/v1/webhooks/{row.id}"})

    return once(here, who, request, body, key, work)


@router.get("", response_model=list[WebhookGiven])
def list_all(here: Here, who: Manager) -> Response:
    """List the webhooks that are told."""
    with here.store.reading() as session:
        query = (
            Scoped(session, who).select(Webhook).where(Webhook.disabled.is_(None)).order_by(Webhook.created)
        )
        return Answer([_given(row).model_dump(mode="json") for row in session.scalars(query)]).response()


@router.delete("/{webhook}", status_code=204)
def remove(here: Here, webhook: str, who: Manager) -> Response:
    """Tell it nothing any more."""
    with here.store.writing() as session:
        scoped = Scoped(session, who)
        row = scoped.one(Webhook, Webhook.id == webhook, Webhook.disabled.is_(None), lock=True)
        if row is None:
            raise not_found()
        row.disabled = here.now()
        audit.record(scoped, "webhook.remove", webhook, at=here.now())
    return Response(status_code=204)


def _given(row: Webhook) -> WebhookGiven:
    return WebhookGiven(id=row.id, url=row.url, events=row.events, created=row.created)


__all__ = ["router"]
