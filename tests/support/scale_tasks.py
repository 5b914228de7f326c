"""Tasks for the tests of the executors: top-level functions that any worker can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


class OddError(Exception):
    """An exception that doesn't survive pickling: it needs more than its arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def reverse(payload: bytes) -> bytes:
    return payload[::-1]


def process_id(payload: bytes) -> bytes:
    return str(os.getpid()).encode()


def refuse(payload: bytes) -> bytes:
    if payload == b"bad":
        raise LookupError("no such thing as bad")
    return payload


def refuse_oddly(payload: bytes) -> bytes:
    raise OddError("very", "odd")


def die_at_first(payload: bytes) -> bytes:
    """The payload is a file's path: where there is none yet, it is made, and the worker dies in the middle of its task."""
    path = Path(payload.decode())
    if not path.exists():
        path.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name.encode()


def die(payload: bytes) -> bytes:
    if payload == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    return payload


def die_later_at_first(payload: bytes) -> bytes:
    """A Dask nanny gives a worker up that dies before it has quite started."""
    if not Path(payload.decode()).exists():
        time.sleep(2.0)
    return die_at_first(payload)


def die_later(payload: bytes) -> bytes:
    if payload == b"die":
        time.sleep(2.0)
    return die(payload)


def hang_at_first(payload: bytes) -> bytes:
    """Like ``die_at_first``, but it hangs, for longer than any test may last."""
    path = Path(payload.decode())
    if not path.exists():
        # Whole or not at all, as it may be killed here as well.
        begun = path.with_suffix(".begun")
        begun.write_text(str(os.getpid()))
        begun.rename(path)
        time.sleep(600)
    return path.name.encode()


def wait(payload: bytes) -> bytes:
    """Makes the file ``<payload>.<pid>``, and goes on once there is a file ``go`` beside it."""
    path = Path(payload.decode())
    Path(f"{path}.{os.getpid()}").touch()
    while not path.with_name("go").exists():
        time.sleep(0.01)
    return path.name.encode()


def chatty(payload: bytes) -> bytes:
    """Prints, as libraries do."""
    print("hello from a task")
    os.write(1, b"and from below Python\n")
    return payload


def threads(payload: bytes) -> bytes:
    return os.environ["OMP_NUM_THREADS"].encode()


def slow(payload: bytes) -> bytes:
    """Takes as many seconds as the payload says."""
    time.sleep(float(payload))
    return payload
