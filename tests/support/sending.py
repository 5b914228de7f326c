"""Runs of sending, as a test sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from mail_server import MailServer

from service.delivery.ledger import Ledger
from service.delivery.settings import Server
from service.delivery.smtp import Report, Step, send


class Run:
    """What a run said, and how long it meant to wait."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.slept: list[float] = []
        self.report = Report(())

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def go(
    ledger: Ledger,
    server: MailServer | int,
    *,
    pauses: tuple[float, ...] = (2, 3),
    stop: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> Run:
    run = Run()
    port = server if isinstance(server, int) else server.port
    patient = {"connecting": 5, "answering": 5, "taking": 5, "security": "none"}
    settings = patient | settings
    run.report = send(
        ledger,
        Server("127.0.0.1", port, **settings),
        on_step=run.steps.append,
        stop=stop,
        pauses=pauses,
        sleep=run.sleep,
    )
    return run


def states(ledger: Ledger) -> list[str]:
    return [one.state for one in ledger.messages()]


def details(ledger: Ledger) -> list[str]:
    return [one.detail for one in ledger.messages()]
