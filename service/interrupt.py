"""Ctrl-C while something long runs: the first asks it to stop, the second aborts the program."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

ABORTED = 130
"""Exit code of a program ended by Ctrl-C, as shells expect it."""


def run_interruptibly(
    work: Callable[[Callable[[], bool]], T], *, on_ask: Callable[[], None], on_abort: Callable[[], None]
) -> T:
    """Run `work` so that Ctrl-C is answered at once, whatever compiled code it is in.

    The work runs in a thread of its own and the main thread waits, because Python runs signal handlers in the
    main thread only, and only between its own instructions. Called from another thread than the main one, it
    just runs the work.

    Parameters
    ----------
    work
        Takes a function that says whether it was asked to stop.
    on_ask
        Called at the first Ctrl-C.
    on_abort
        Called at the second, before the process ends with `ABORTED`.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        return work(asked.is_set)

    def answer(_signal: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            on_abort()
            _end()
        asked.set()
        on_ask()

    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work(asked.is_set))
        except BaseException as error:  # raised again in the main thread
            outcome.set_exception(error)

    before = signal.signal(signal.SIGINT, answer)
    try:
        threading.Thread(target=run, name="work", daemon=True).start()
        while True:
            # Waits in short turns: a wait without a limit can't be interrupted on every platform.
            with suppress(TimeoutError):
                return outcome.result(timeout=0.2)
    finally:
        signal.signal(signal.SIGINT, before)


def _end() -> None:
    for child in multiprocessing.active_children():
        child.kill()
    # A normal exit would wait for compiled code that doesn't know of the request.
    os._exit(ABORTED)
