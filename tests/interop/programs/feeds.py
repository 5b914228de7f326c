"""A feed over HTTP on loopback: ETag and 304, and a note of what was asked for."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Feed:
    """What is served, and every answer given: the status and the ETag that the client had."""

    content: bytes
    port: int = 0
    answers: list[tuple[int, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed.ics"

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


@contextmanager
def serving(content: bytes) -> Iterator[Feed]:
    """A feed whose `content` can be changed while it is served."""
    feed = Feed(content)

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            had = self.headers.get("If-None-Match")
            status = 304 if had == feed.etag else 200
            if with_body:
                feed.answers.append((status, had))
            self.send_response(status)
            self.send_header("ETag", feed.etag)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            if status == 200:
                self.send_header("Content-Length", str(len(feed.content)))
            self.end_headers()
            if with_body and status == 200:
                self.wfile.write(feed.content)

        def log_message(self, *args: object) -> None:
            """Nothing: what was asked is in `answers`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feed.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
