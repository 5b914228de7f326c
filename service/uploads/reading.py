"""Reading an upload in a process of its own, as seen from the one that answers: started, waited for, killed.

Files from outside are read by libraries that take memory and time as the file has it. What is in them never gets into this
process but as the answer, which is bounded; nothing is written to a disk, and nothing of it to a log.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from threading import BoundedSemaphore
from typing import Any, Final

from service.uploads.parcels import ParcelError, pack, unpack

COMMAND: Final = (sys.executable, "-P", "-m", "service.uploads.child")
AT_ONCE: Final = 2
WAIT: Final = 5.0
"""Seconds that somebody waits for their turn."""
_INHERITED: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""Of the environment: the rest may hold passwords."""
_ENDING: Final = 10.0
"""Seconds that a killed process may take to be gone."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one reading may take."""

    memory_mb: int = 1_000
    """2,000 plans take 180; what takes more than this is no team's."""
    seconds: float = 60.0


class BusyError(Exception):
    """Others' uploads are being read: try again in half a minute."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a reading.

    Attributes
    ----------
    kind
        ``good``; ``faults``; ``other team``; ``nothing``, ``broken``, ``unknown ending`` or ``several`` of the form;
        ``too much`` for the service; ``memory``, ``time``, ``deep`` or ``died`` of the process.
    data
    documents
        ``caseload``, packed with gzip, where it is good; ``csv`` with faults.
    """

    kind: str
    data: dict[str, Any]
    documents: dict[str, bytes]


class Readers:
    """The processes that read, no more than a few at once.

    Parameters
    ----------
    at_once
    bounds
    wait
        Seconds to wait for one's turn.
    command
        What to start; it gets this process's id, megabytes and seconds as arguments.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        bounds: Bounds | None = None,
        *,
        wait: float = WAIT,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._turns = BoundedSemaphore(at_once)
        self._bounds, self._wait, self._command = bounds or Bounds(), wait, command

    def read(
        self, form: bytes, content_type: str, *, team: str, today: date, most: int, before: bytes | None
    ) -> Answer:
        """Read a form with files.

        Parameters
        ----------
        form, content_type
            As they were sent.
        team
            Whose page it was sent from.
        today
            In the team's zone.
        most
            Octets that a caseload may have.
        before
            The document of the caseload that the team has.

        Raises
        ------
        BusyError
        """
        task = {"content_type": content_type, "team": team, "today": today.isoformat(), "most": most}
        documents = {"form": form} | ({} if before is None else {"before": before})
        with self.turn():
            return self._asked(pack(task, documents))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take one of the few turns, as writing a workbook does as well.

        Raises
        ------
        BusyError
        """
        if not self._turns.acquire(timeout=self._wait):
            raise BusyError
        try:
            yield
        finally:
            self._turns.release()

    def _asked(self, parcel: bytes) -> Answer:
        bounds = self._bounds
        arguments = (os.getpid(), bounds.memory_mb, int(bounds.seconds) + 1)
        process = subprocess.Popen(
            [*self._command, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            process_group=0,
        )
        try:
            told, _ = process.communicate(parcel, bounds.seconds)
        except subprocess.TimeoutExpired:
            return Answer("time", {}, {})
        finally:
            _end(process)
        try:
            data, documents = unpack(told)
        except (ParcelError, ValueError):
            return Answer("time" if process.returncode == -signal.SIGXCPU else "died", {}, {})
        return Answer(data.pop("kind"), data, documents)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait(_ENDING)


__all__ = ["AT_ONCE", "Answer", "Bounds", "BusyError", "Readers"]
