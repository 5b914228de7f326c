"""A worker beside a server: the same command as anywhere else, started with the server, again if it dies, ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event, Thread
from typing import Final

import structlog

COMMAND: Final = (
    sys.executable,
    "-P",
    "-c",
    "from service.cli.main import main; main()",
    "worker",
    "--beside",
)
FIRST_PAUSE: Final = 1.0
"""Seconds before it is started again; twice as many each time it dies soon."""
LONGEST_PAUSE: Final = 60.0
_ENDING: Final = 30.0
"""Seconds that it gets to put its work back."""
_log = structlog.get_logger("convene.worker")


class WorkerBeside:
    """A worker in a process of its own."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = (*command, str(os.getpid()))
        self._ending = Event()
        self._process = self._start()
        self._thread = Thread(target=self._keep, name="worker beside", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Of the process at present."""
        return self._process.pid

    def end(self) -> None:
        """End it: what it was at goes back to the queue."""
        self._ending.set()
        self._process.terminate()
        try:
            self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._ending.is_set():
            try:
                code = self._process.wait(timeout=LONGEST_PAUSE)
            except subprocess.TimeoutExpired:
                pause = FIRST_PAUSE
                continue
            if self._ending.is_set():
                return
            _log.error("the worker ended", code=code, again_in_seconds=pause)
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)
            self._process = self._start()


__all__ = ["COMMAND", "WorkerBeside"]
