"""The other end of ``LocalProcesses``: a process that does one task after the other.

A message is one byte for its kind, eight for its length, and its content. Requests are a function's name and a payload; the
answers are that the task has begun, and then its result or its error.
"""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO

FUNCTION, PAYLOAD, BEGUN, RESULT, ERROR = b"F", b"P", b"B", b"R", b"E"
_HEAD = struct.Struct("<cQ")
Task = Callable[[bytes], bytes]


class TaskFailedError(RuntimeError):
    """A task raised an exception that can't be sent from one process to another; its text is here."""


def send(stream: IO[bytes], kind: bytes, content: bytes = b"") -> None:
    """Write a message."""
    stream.write(_HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Read a message.

    Raises
    ------
    EOFError
        The other end is closed.
    """
    kind, length = _HEAD.unpack(_exactly(stream, _HEAD.size))
    return kind, _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def name_of(function: Task) -> str:
    """Return the name by which another process finds a function.

    Raises
    ------
    ValueError
        It isn't a top-level function of a module that can be imported.
    """
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not function:
        raise ValueError(f"{module}.{name} is no top-level function of a module that a worker can import")
    return f"{module}:{name}"


def _function(name: str) -> Task:
    module, _, attribute = name.partition(":")
    found: Task = getattr(importlib.import_module(module), attribute)
    return found


def _listen(source: IO[bytes], requests: SimpleQueue[tuple[str, bytes]]) -> None:
    """Take in requests; when the caller has closed the pipe, or died, end at once, whatever is being done."""
    try:
        while True:
            _, name = receive(source)
            _, payload = receive(source)
            requests.put((name.decode(), payload))
    except (EOFError, OSError):
        os._exit(0)


def _packed(error: Exception) -> bytes:
    """An exception and its traceback; as text where the exception itself doesn't come through."""
    text = "".join(traceback.format_exception(error))
    try:
        content = pickle.dumps((error, text))
        pickle.loads(content)
    except Exception:  # anything may go wrong in somebody else's __reduce__
        content = pickle.dumps((TaskFailedError(f"{type(error).__name__}: {error}"), text))
    return content


def attempt(function: Task, payload: bytes) -> tuple[bytes, bytes]:
    """Do a task; what it raised comes back packed, for `unpacked` on the other side.

    Returns
    -------
    kind : bytes
        ``RESULT`` or ``ERROR``.
    content : bytes
    """
    try:
        return RESULT, function(payload)
    except Exception as error:  # it is the caller's to handle
        return ERROR, _packed(error)


def unpacked(content: bytes, index: int) -> Exception:
    """Return the exception that task ``index`` raised, with the traceback from there as a note."""
    error: Exception
    try:
        error, text = pickle.loads(content)
    except Exception as trouble:  # anything may go wrong in somebody else's __setstate__
        error, text = TaskFailedError(f"its exception can't be read here: {trouble}"), ""
    error.add_note(f"In task {index}:\n{text}")
    return error


def serve() -> None:
    """Do tasks until the caller closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Standard input and output carry the messages; what a library prints goes to standard error.
    with os.fdopen(os.dup(0), "rb") as source, os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        requests: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
        threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
        while True:
            name, payload = requests.get()
            try:
                answer = _answer(name, payload, sink)
                send(sink, *answer)
            except OSError:
                os._exit(0)


def _answer(name: str, payload: bytes, sink: IO[bytes]) -> tuple[bytes, bytes]:
    try:
        function = _function(name)
    except Exception as error:  # importing runs anything
        return ERROR, _packed(error)
    send(sink, BEGUN)
    return attempt(function, payload)
