"""The Marionette protocol, as much of it as driving Thunderbird takes.

Mozilla's programs listen on a TCP port when started with ``--marionette``. A message is its length in decimal, a
colon and a JSON array: ``[0, id, command, parameters]`` one way and ``[1, id, error, result]`` back.
"""

from __future__ import annotations

import json
import socket
from typing import Any


class ScriptError(AssertionError):
    """A script failed in the program; the text is the program's own."""


class Marionette:
    """A session in the chrome context: scripts run with the program's own rights, in its main window."""

    def __init__(self, port: int, *, timeout: float = 60) -> None:
        self._stream = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._read = self._stream.makefile("rb")
        self._sent = 0
        self._message()  # Says which program and protocol it is.
        self.capabilities: dict[str, Any] = self._call("WebDriver:NewSession", {})["capabilities"]
        self._call("Marionette:SetContext", {"value": "chrome"})
        self._call("WebDriver:SetTimeouts", {"script": int(timeout * 900)})

    def run(self, body: str, *args: Any) -> Any:
        """The value of an async function's body in JavaScript, which finds `args` under that name."""
        script = (
            "const done = arguments[arguments.length - 1]; const args = Array.from(arguments).slice(0, -1);"
            f"(async () => {{ {body} }})()"
            ".then(value => done({value}), error => done({error: `${error} ${error.stack || ''}`}));"
        )
        result = self._call("WebDriver:ExecuteAsyncScript", {"script": script, "args": args})["value"]
        assert result is not None, "a dialog is in the way"
        if "error" in result:
            raise ScriptError(result["error"])
        return result.get("value")

    def accept_dialog(self) -> str:
        """Say yes to the dialog that is in the way; its text."""
        text: str = self._call("WebDriver:GetAlertText", {})["value"]
        self._call("WebDriver:AcceptAlert", {})
        return text

    def quit(self) -> None:
        """Ask the program to end; it may be gone before it answers."""
        try:
            self._call("Marionette:Quit", {"flags": ["eForceQuit"]})
        except OSError:
            pass
        finally:
            self._read.close()
            self._stream.close()

    def _call(self, command: str, parameters: dict[str, Any]) -> Any:
        self._sent += 1
        message = json.dumps([0, self._sent, command, parameters]).encode()
        self._stream.sendall(b"%d:%b" % (len(message), message))
        kind, number, error, result = self._message()
        assert (kind, number) == (1, self._sent), "an answer to something else"
        if error:
            raise ScriptError(f"{command}: {error['error']}: {error['message']}")
        return result

    def _message(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            digit = self._read.read(1)
            if not digit:
                raise ConnectionResetError("the program closed the connection")
            length += digit
        return json.loads(self._read.read(int(length[:-1])))
