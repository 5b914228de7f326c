"""A case system's receiver of webhooks, that can fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from service.webhooks.signing import HEADER, verify


@dataclass
class Receiver:
    """What it was told."""

    failing: int = 0
    """How many it answers with 500, every second of them by hanging up."""
    secret: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)
    unsigned: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Listen on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.failing > 0:
                receiver.failing -= 1
                if receiver.failing % 2:
                    self.close_connection = True
                    return
                self.send_response(500)
            else:
                signature = self.headers.get(HEADER, "t=0")
                # The sender's clock is put back in these runs, so its age is not looked at.
                said = int(signature.partition(",")[0].removeprefix("t="))
                if not verify(receiver.secret, body, signature, said):
                    receiver.unsigned += 1
                receiver.told.append(json.loads(body))
                self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Whoever was killed has hung up."""

    server = Listening(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
