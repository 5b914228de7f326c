"""Jobs of kind ``webhooks``: what is due is told, each to its address, signed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Final

import httpx

from service.guard import GuardedTransport, RefusedError
from service.jobs.queue import finish
from service.jobs.work import Work
from service.store import webhooks
from service.store.scope import Scoped
from service.store.tables import Webhook, WebhookDelivery
from service.webhooks.signing import HEADER, sign

SECONDS: Final = 10.0
"""For an answer: a receiver stores what it is told and answers, and works afterwards."""


class Telling:
    """Tells webhooks.

    Parameters
    ----------
    allow_private
        Whether webhooks may be at addresses of this network, and without TLS.
    transport
        What connects; one that looks at every address first, if not given.
    clock
        Seconds since 1970.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._allow_private, self._given, self._clock = allow_private, transport, clock

    def run(self, work: Work) -> None:
        """Tell all that is due; see `service.jobs.work.Handler.run`."""
        inner = self._given or httpx.HTTPTransport(trust_env=False)
        transport = GuardedTransport(inner, allow_private=self._allow_private)
        with httpx.Client(
            transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False
        ) as client:
            while True:
                work.check()
                with work.reading() as scoped:
                    found = webhooks.due(scoped, work.now())
                if not found:
                    break
                for delivery, hook in found:
                    work.check()
                    self._tell(work, client, delivery, hook)
        with work.writing() as scoped:
            again = webhooks.next_due(scoped)
            finish(scoped.session, work.lease, at=work.now())
            if again is not None:
                webhooks.wake(scoped, work.lease.team, at=work.now(), due=again)

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:
        """Nothing else changes; see `service.jobs.work.Handler.requeued`."""

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:  # noqa: ARG002 - as the protocol has it
        """Look again later: what is due is still due."""
        again = webhooks.next_due(scoped)
        if again is not None:
            webhooks.wake(scoped, work.lease.team, at=work.now(), due=max(again, work.now()))

    def _tell(self, work: Work, client: httpx.Client, delivery: WebhookDelivery, hook: Webhook) -> None:
        body = json.dumps({"id": delivery.id, **delivery.body}, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Convene",
            "Convene-Event": delivery.event,
            "Convene-Delivery": delivery.id,
            HEADER: sign(hook.secret, body, int(self._clock())),
        }
        began = time.monotonic()
        taken, detail = False, ""
        try:
            with client.stream("POST", hook.url, content=body, headers=headers) as answer:
                # What it says beyond its status is nobody's business here.
                taken, detail = answer.is_success, str(answer.status_code)
        except RefusedError:
            detail = "the address may not be connected to"
        except httpx.HTTPError as error:
            detail = type(error).__name__
        with work.writing() as scoped:
            webhooks.settle(
                scoped,
                delivery.id,
                detail=detail,
                taken=taken,
                seconds=time.monotonic() - began,
                now=work.now(),
            )


__all__ = ["SECONDS", "Telling"]
