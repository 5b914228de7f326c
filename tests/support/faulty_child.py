"""A solving process with a fault: ``faulty_child.py WHAT FILE-DESCRIPTOR PARENT``.

Its faults come where the search would have begun, so nothing needs compiling.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import solver.plan
import solver.stress.stress
from service.jobs import child
from solver.events import ProgressEvent
from solver.plan import plan as as_it_is

SECRET = "Robin Example, 1 Made-up Street"


def _killed(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raises(*_: Any, **__: Any) -> None:
    raise ValueError(SECRET)


def _no_room(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device", SECRET)


def _greedy(*_: Any, **__: Any) -> None:
    raise MemoryError


def _hangs(*_: Any, **__: Any) -> None:
    time.sleep(3600)


def _found_then(end: Any) -> Any:
    """Find a calendar, hand it over, and come to an end all the same."""

    def plan(*given: Any, **more: Any) -> None:
        more.pop("deterministic")
        more.pop("on_event")
        best = more.pop("on_best")
        best(as_it_is(*given, deterministic=2, **more))
        end()

    return plan


def _chatty(*given: Any, **more: Any) -> Any:
    """Has something new to tell a thousand times a second, for three seconds."""
    tell, end = more["on_event"], time.monotonic() + 3.0
    cost = 10**6
    while time.monotonic() < end:
        cost -= 1
        tell(ProgressEvent(3.0, "improving", {"breach": cost}, cost, 0.0, 1.0, 1))
        time.sleep(0.001)
    return as_it_is(*given, **more)


def _hungry(*_: Any, **__: Any) -> None:
    """Takes memory for as long as there is any."""
    taken = []
    while True:
        taken.append(bytearray(64 * 1024 * 1024))


def _busy(*_: Any, **__: Any) -> None:
    while True:
        pass


def _deaf(*given: Any, **more: Any) -> Any:
    """Hands a calendar over, and then takes no notice of being asked to stop."""
    return _found_then(_hangs)(*given, **more)


FAULTS = {
    "killed": _killed,
    "raises": _raises,
    "no-room": _no_room,
    "greedy": _greedy,
    "hangs": _hangs,
    "found-then-killed": _found_then(_killed),
    "found-then-raises": _found_then(_raises),
    "deaf": _deaf,
    "chatty": _chatty,
    "hungry": _hungry,
    "busy": _busy,
}

if __name__ == "__main__":
    solver.plan.plan = solver.stress.stress.stress = FAULTS[sys.argv[1]]
    child.main(sys.argv[2:])
