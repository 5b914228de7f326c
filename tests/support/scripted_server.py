"""A mail server that follows a script to the letter, for what a library would never answer."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Verb = Literal["hello", "EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"]
SILENCE = "silence"
DROP = "drop"
_USUAL: dict[str, str] = {
    "hello": "220 mail.convene.example",
    "EHLO": "250 mail.convene.example",
    "HELO": "250 mail.convene.example",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "RSET": "250 OK",
    "DATA": "354 go on",
    ".": "250 OK",
    "QUIT": "221 bye",
}


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Answers as usual but for the verbs of its script."""

    daemon_threads = True

    def __init__(self, script: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = _USUAL | script
        self.mails = 0
        """That came in whole."""
        self.ended = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Handler(socketserver.StreamRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        with suppress(OSError):
            verb = "hello"
            while self._answer(verb) and (line := self.rfile.readline()):
                verb = line[:4].decode("latin-1").strip().upper()

    def _answer(self, verb: str) -> bool:
        answer = self.server.answers.get(verb, "500 what?")
        if answer == SILENCE:
            self.server.ended.wait(30)
        if answer in {SILENCE, DROP}:
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        if not answer.startswith("354") or verb != "DATA":
            return verb != "QUIT"
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
        self.server.mails += 1
        return self._answer(".")


@contextmanager
def following(script: dict[str, str]) -> Iterator[ScriptedServer]:
    """Run the server in threads of its own."""
    with ScriptedServer(script) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join(10)
