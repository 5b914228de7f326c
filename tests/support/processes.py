"""Looking at processes, and not waiting for them for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Fails what takes longer, instead of hanging."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def alive(pid: int) -> bool:
    """Whether a process is there, and not just waiting to be reaped."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip()) and not told.stdout.strip().startswith("Z")


def until(what: Callable[[], bool]) -> None:
    """Wait for something to become true; ``at_most`` bounds it."""
    while not what():
        time.sleep(0.02)


def kill_worker(path: Path) -> threading.Thread:
    """Kill the worker that has begun ``scale_tasks.wait`` with this path, then let all such tasks go on."""

    def work() -> None:
        until(lambda: bool(list(path.parent.glob(f"{path.name}.*"))))
        (found,) = path.parent.glob(f"{path.name}.*")
        os.kill(int(found.suffix[1:]), signal.SIGKILL)
        until(lambda: not alive(int(found.suffix[1:])))
        path.with_name("go").touch()

    thread = threading.Thread(target=work)
    thread.start()
    return thread
