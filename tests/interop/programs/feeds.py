"""The product's feed of the mother over HTTP on loopback, and a note of what was asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from folder_feeds import CALENDAR, CASELOAD, FolderSource
from ics_cases import family
from product import MOTHER, plan_around
from waiting import wait_for

from service.api.feeds import feeds_router
from service.feeds.feed import Subject


@dataclass(frozen=True)
class Answered:
    """One answer to GET."""

    status: int
    had: str | None
    """The ETag that the client said it has."""
    etag: str | None


@dataclass
class Feed:
    """What is served, and every answer that was given."""

    folder: Path
    url: str = ""
    answers: list[Answered] = field(default_factory=list)
    instead: bytes | None = None
    """Served in place of the feed: something spoilt."""

    def publish(self, revision: int) -> None:
        """Serve this revision of the calendar from now on."""
        document = plan_around(revision).model_dump_json(by_alias=True)
        (self.folder / CALENDAR).write_text(document)

    def was_told(self, status: int, had: str | None) -> bool:
        """Whether a client that had this ETag got this answer."""
        return any((one.status, one.had) == (status, had) for one in self.answers)


@contextmanager
def serving(folder: Path) -> Iterator[Feed]:
    """The feed's first revision, served from an empty folder."""
    feed = Feed(folder)
    (folder / CASELOAD).write_text(family().model_dump_json(by_alias=True))
    feed.publish(1)
    source = FolderSource(folder)
    application = FastAPI()
    application.include_router(feeds_router(source), prefix="/v1")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = uvicorn.Config(_noting(application, feed), lifespan="off", log_level="error")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_for(lambda: server.started, "feed server")
            token = source.tokens.issue(Subject("person", MOTHER))
            place = f"http://127.0.0.1:{listening.getsockname()[1]}"
            feed.url = f"{place}/v1/people/{MOTHER}/calendar.ics?token={token}"
            yield feed
        finally:
            server.should_exit = True
            thread.join(20)


def _noting(application: FastAPI, feed: Feed) -> Any:
    """The application, with its answers written down."""

    async def handle(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        asked = dict(scope.get("headers", ()))

        async def note(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and scope["method"] == "GET":
                sent = dict(message["headers"])
                had, etag = asked.get(b"if-none-match"), sent.get(b"etag")
                feed.answers.append(
                    Answered(
                        message["status"], had.decode() if had else None, etag.decode() if etag else None
                    )
                )
            await send(message)

        if feed.instead is None:
            await application(scope, receive, note)
        else:
            await note({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": feed.instead})

    return handle
