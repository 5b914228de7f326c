"""The worker beside a server: started again when it dies, ended with the server."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service import beside
from service.beside import WorkerBeside

SLEEPER = (sys.executable, "-c", "import sys, time; open(sys.argv[1], 'a').write('x'); time.sleep(60)")


def until(holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about")


def test_it_is_started_again_when_it_dies_and_ended_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "FIRST_PAUSE", 0.1)
    starts = tmp_path / "starts"
    worker = WorkerBeside((*SLEEPER, str(starts)))
    try:
        until(lambda: starts.exists() and len(starts.read_text()) == 1)
        first = worker.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: len(starts.read_text()) == 2)
        assert worker.pid != first
    finally:
        worker.end()
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    assert len(starts.read_text()) == 2
