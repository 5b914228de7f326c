"""Asking a desk from elsewhere: a process that is started when it is needed, and again if it dies."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from threading import Lock, Thread
from time import monotonic
from typing import Any, Final, TypeVar

from service.desks import desk
from service.desks.asked import Ask, Made, Papers, PapersMissingError, Take

_T = TypeVar("_T")
SECONDS: Final = 120.0
"""Until an answer is given up: the first one on a machine compiles for most of a minute."""


_LOOK: Final = 0.5
"""Seconds between looks whether the answer is still to come."""


class BusyError(Exception):
    """No answer in time: ask again later. Nothing was changed."""


class Desks:
    """One desk in a process of its own. Calls from several threads take turns there."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    def options(self, papers: Papers, ask: Ask) -> bytes:
        """The options for a meeting, as JSON.

        Raises
        ------
        AskError
        BusyError
        """
        return self._asked(desk.options, papers, ask)

    def take(self, papers: Papers, taken: Take) -> Made:
        """The calendar with an option taken.

        Raises
        ------
        AskError
        BusyError
        """
        return self._asked(desk.take, papers, taken)

    def explain(self, papers: Papers, asked: Ask) -> bytes:
        """Why a meeting is where it is, as JSON.

        Raises
        ------
        AskError
        BusyError
        """
        return self._asked(desk.explain, papers, asked)

    def warm(self, papers: Papers) -> None:
        """Get ready for a calendar; returns at once."""
        self._submit(desk.warm, papers.name, papers)

    def processes(self) -> tuple[int, ...]:
        """The ids of the processes there are at the moment."""
        with self._lock:
            return () if self._pool is None else tuple(_processes(self._pool))

    def close(self) -> None:
        """End the process for good: whoever waits for it, or asks later, is told that there is no answer."""
        with self._lock:
            self._closed = True
        self._end()

    def _end(self) -> None:
        """End the process; the next question starts another one."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)

    def _asked(self, work: Callable[[str, Papers | None, Any], _T], papers: Papers, asked: Any) -> _T:
        for _ in range(2):
            try:
                try:
                    return self._wait(work, papers.name, None, asked)
                except PapersMissingError:
                    return self._wait(work, papers.name, papers, asked)
            except BrokenProcessPool:
                # It was killed: once more with a new one.
                self._end()
        raise BusyError

    def _wait(self, work: Callable[..., _T], *arguments: Any) -> _T:
        asked, until = self._submit(work, *arguments), monotonic() + SECONDS
        while True:
            try:
                return asked.result(timeout=_LOOK)
            except CancelledError:
                raise BusyError from None
            except OutOfTime:
                # Of a process that was ended by us nothing may be heard any more.
                if self._closed:
                    raise BusyError from None
                if monotonic() > until:
                    self._end()
                    raise BusyError from None

    def _submit(self, work: Callable[..., _T], *arguments: Any) -> Future[_T]:
        with self._lock:
            if self._closed:
                raise BusyError
            if self._pool is None:
                # Spawned, so that it has nothing of this process: no connection, no lock, no key.
                self._pool = ProcessPoolExecutor(
                    1, mp_context=get_context("spawn"), initializer=_end_with_parent
                )
            return self._pool.submit(work, *arguments)


def _processes(pool: ProcessPoolExecutor) -> dict[int, SpawnProcess]:
    # The library has no other way to end what doesn't come back before Python 3.14.
    found: dict[int, SpawnProcess] = dict(getattr(pool, "_processes", None) or {})
    return found


def _end_with_parent() -> None:
    """Have this process end when the one that started it does, also where that is killed: nobody would ask it any more."""
    parent = parent_process()
    assert parent is not None, "the desk is started by another process"

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, name="end with parent", daemon=True).start()


def _end(pool: ProcessPoolExecutor) -> None:
    for process in _processes(pool).values():
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


__all__ = ["SECONDS", "BusyError", "Desks"]
