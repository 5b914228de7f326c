"""The solving process as its worker sees it: started, listened to, stopped, killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self

from service.jobs.child import STOP

COMMAND: Final = (sys.executable, "-P", "-m", "service.jobs.child")
_ENDING: Final = 10.0
"""Seconds that a killed process may take to be gone."""


class DiedError(Exception):
    """The process ended before it had said what came of it.

    Attributes
    ----------
    detail
        How, in words for people.
    """

    def __init__(self, code: int) -> None:
        self.detail = _how(code)
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be planned, but for the documents."""

    seconds: float
    seed: int
    rounds: int | None
    threads: int
    moment: str
    """ISO 8601, aware: for the calendar's ``created``."""
    memory_mb: int
    cpu_seconds: int
    fixed_until: str | None = None
    """With a calendar before."""
    improve: bool = False
    """With a calendar before."""


@dataclass(frozen=True, slots=True)
class StressTask:
    """What is to be tried out, but for the documents."""

    runs: int
    memory_mb: int
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the process said."""

    kind: str
    data: dict[str, Any]
    documents: tuple[bytes, ...] = ()


class Solving:
    """A process that solves. Use it as a context manager: it is gone at the end, in whatever way that comes.

    Parameters
    ----------
    task
    caseload
        The document.
    before
        The document of a calendar that stands: this one is its next revision.
    start
        The document of a calendar to search on from.
    calendar
        The document of one to try out.
    command
        What to start; it gets a file descriptor and this process's id as arguments.
    """

    def __init__(
        self,
        task: Task | StressTask,
        caseload: bytes,
        *,
        before: bytes | None = None,
        start: bytes | None = None,
        calendar: bytes | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        given = {"caseload": caseload, "before": before, "start": start, "calendar": calendar}
        documents = {name: one for name, one in given.items() if one is not None}
        header = {"task": asdict(task), "documents": list(documents)}
        self._first = [json.dumps(header).encode(), *documents.values()]
        self._command = command
        self._connection: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._connection = Connection(ours.detach())
            try:
                self._process = subprocess.Popen(
                    [*self._command, str(theirs.fileno()), str(os.getpid())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    # So that what it may have started ends with it.
                    process_group=0,
                )
            except BaseException:
                self._connection.close()
                raise
        with suppress(OSError):  # it has died, as `receive` finds
            for one in self._first:
                self._connection.send_bytes(one)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it, if it hasn't ended, and all that it started."""
        assert self._process is not None
        assert self._connection is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._connection.close()
        self._process.wait(_ENDING)

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def receive(self, seconds: float) -> Told | None:
        """Wait for what it says next; ``None`` if that is nothing for so long.

        Raises
        ------
        DiedError
        """
        assert self._connection is not None
        try:
            if not self._connection.poll(seconds):
                return None
            data = json.loads(self._connection.recv_bytes())
            kind, documents = data.pop("kind"), data.pop("documents")
            return Told(kind, data, tuple(self._connection.recv_bytes() for _ in range(documents)))
        except (EOFError, OSError):
            assert self._process is not None
            raise DiedError(self._process.wait(_ENDING)) from None

    def stop(self) -> None:
        """Ask it to end the search and to give the best so far."""
        assert self._connection is not None
        with suppress(OSError):  # it has died, as `receive` finds
            self._connection.send_bytes(STOP)


def _how(code: int) -> str:
    if code == -signal.SIGKILL:
        return "the process that plans was killed, as a machine does that has no memory left"
    if code == -signal.SIGXCPU:
        return "the process that plans took more processor time than it may"
    if code < 0:
        return f"the process that plans ended by signal {-code}"
    return f"the process that plans ended with code {code}"


__all__ = ["COMMAND", "DiedError", "Solving", "StressTask", "Task", "Told"]
