"""The service's own processes, each known by a mark in its environment, so that none can be left behind unseen."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

CONVENE: Final = (sys.executable, "-P", "-c", "from service.cli.main import main; main()")
WORKER: Final = (sys.executable, str(Path(__file__).with_name("fault_worker.py")))
MARK: Final = "CONVENE_FAULTS_RUN"
STARTING: Final = 60.0
ENDING: Final = 40.0
_PORTS: Final = (15_000, 32_000)
"""Below those that connections are made from."""


class Process:
    """One process that can be killed and started again.

    Parameters
    ----------
    command
    environment
    folder
        It works there, and its log is there.
    name
        Of the log.
    ready
        Whether it has started; asked until it has.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        name: str,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self._command, self._environment, self._folder = tuple(command), dict(environment), folder
        self.log = folder / f"{name}.log"
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=self._folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(lambda: self._ready() or not self.is_running, STARTING, f"start of {self._command[-1]}")
        if not self.is_running:
            raise AssertionError(f"it ended at once: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As the kernel does that has no memory left."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(ENDING)

    def end(self) -> int:
        """As an administrator does; the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            # It then writes into its log what each of its threads is at.
            self._process.send_signal(signal.SIGABRT)
            self._process.wait(ENDING)
            raise AssertionError(
                f"it did not end when it was asked to: {self.log.read_text()[-6000:]}"
            ) from None


def wait_for(what: Callable[[], object], seconds: float, name: str) -> None:
    """Wait for something to become true.

    Raises
    ------
    TimeoutError
    """
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(f"{name} took longer than {seconds:g} seconds")
        time.sleep(0.03)


def marked(run: str) -> dict[int, str]:
    """Every process of a run that lives: pid and command."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            if f"{MARK}={run}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            continue  # it has ended meanwhile
        if state != "Z":
            found[int(folder.name)] = command
    return found


def parent(pid: int) -> int:
    """The parent of a process; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def solving_children(run: str, worker: int) -> list[int]:
    """The processes that plan for a worker."""
    return [
        pid
        for pid, command in marked(run).items()
        if "service.jobs.child" in command and parent(pid) == worker
    ]


def descriptors(pid: int) -> int:
    """How many files a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_mb(pid: int) -> float:
    """What a process has in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def kill(pid: int) -> bool:
    """Kill a process; whether it was there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """A port of this machine that nobody listens on, and that the system gives to nobody who connects.

    Whoever tries to connect to a port from which a server has just gone may be given that very port to connect from.
    """
    for port in random.sample(range(*_PORTS), 200):
        with socket.socket() as asked, suppress(OSError):
            asked.bind(("127.0.0.1", port))
            return port
    raise OSError("there is no free port")
