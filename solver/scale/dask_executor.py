"""Runs tasks on a Dask cluster (optional extra ``cluster``)."""

from __future__ import annotations

import faulthandler
import importlib
import os
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from solver.scale.executor import ATTEMPTS, STARTING, TICK, TaskLostError
from solver.scale.worker import ERROR, Task, attempt, name_of, unpacked

LARGE = 1_000_000
"""Bytes from which a payload is put on a worker beforehand and doesn't pass through the scheduler's memory."""
PLACING = 10.0
"""Seconds that a worker has to take a payload."""
_STANDARD_ERROR = 2


class NoWorkersError(RuntimeError):
    """The cluster has had no worker for a long time."""


@dataclass(frozen=True)
class _Handed:
    """A task that the cluster has: its future, and that of its payload, which must stay until it is done.

    No worker is given a second one, so that a payload lost with its worker was that of the task at work.
    """

    index: int
    worker: str
    future: Any
    payload: Any


class DaskExecutor:
    """Runs tasks on the workers of a Dask cluster.

    What has begun on a cluster can't be called back: a task that is given up runs on there, so its payload should hold a
    deadline. Workers should have one thread each and a nanny, which starts them again: patience ends a worker's process.

    Parameters
    ----------
    cluster : str or distributed.Client
        Address of a scheduler (``"tcp://host:8786"``), or a client, which `close` leaves open.
    attempts : int
        Workers that a task may lose, with its payload, before it is given up. One whose payload is with the scheduler is
        given up when the scheduler does (``distributed.scheduler.allowed-failures``).

    Raises
    ------
    ImportError
        The extra isn't installed.
    """

    def __init__(self, cluster: Any, *, attempts: int = ATTEMPTS) -> None:
        self._dask = _distributed()
        self._owned = isinstance(cluster, str)
        self._client = self._dask.Client(cluster, set_as_default=False) if self._owned else cluster
        self._attempts = attempts
        self._closed = False

    @property
    def workers(self) -> int:
        """How many tasks the cluster's present workers can run at once."""
        return sum(self._client.nthreads().values())

    def run(
        self, function: Task, payloads: Sequence[bytes], *, patience: float | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Run ``function`` on each payload; see `Executor.run`."""
        name_of(function)
        return self._run(function, payloads, patience)

    def _run(
        self, function: Task, payloads: Sequence[bytes], patience: float | None
    ) -> Iterator[tuple[int, bytes]]:
        if self._closed:
            raise RuntimeError("the executor is closed")
        lost = dict.fromkeys(range(len(payloads)), 0)
        waiting = deque(lost)
        handed: dict[str, _Handed] = {}
        ended: SimpleQueue[str] = SimpleQueue()
        alive = time.monotonic()
        try:
            while waiting or handed:
                workers = self._client.nthreads()
                for worker in _free(workers, handed):
                    if waiting and (
                        task := self._hand(waiting[0], function, payloads[waiting[0]], patience, worker)
                    ):
                        waiting.popleft()
                        handed[task.future.key] = task
                        task.future.add_done_callback(lambda future: ended.put(future.key))
                if workers and handed:
                    alive = time.monotonic()
                elif time.monotonic() - alive > STARTING:
                    raise NoWorkersError(
                        f"no worker of the cluster has taken a task for {STARTING:.0f} seconds"
                    )
                try:
                    task = handed.pop(ended.get(timeout=TICK))
                except Empty:
                    continue
                result = self._result(task)
                if result is not None:
                    yield task.index, result
                    continue
                lost[task.index] += 1
                if lost[task.index] >= self._attempts:
                    raise TaskLostError(task.index, lost[task.index], "its payload went with its worker")
                waiting.appendleft(task.index)
        finally:
            if handed and not self._closed:
                self._client.cancel([task.future for task in handed.values()])

    def _hand(
        self, index: int, function: Task, payload: bytes, patience: float | None, worker: str
    ) -> _Handed | None:
        """Hand a task to a worker; ``None`` if the worker has just gone."""
        there: Any = payload
        if len(payload) >= LARGE:
            try:
                there = self._client.scatter(payload, workers=[worker], hash=False, timeout=PLACING)
            except (OSError, TimeoutError, KeyError):
                return None
        # Without naming the worker: a task that names one which has died waits for it, if no other is there at the time.
        future = self._client.submit(_do, function, there, patience, _here(), pure=False)
        return _Handed(index, worker, future, there)

    def _result(self, task: _Handed) -> bytes | None:
        """Return a task's result; ``None`` where it went with a worker, and is to be done again."""
        try:
            kind, content = task.future.result()
        except CancelledError:
            return None
        except self._dask.KilledWorker as error:
            raise TaskLostError(task.index, error.allowed_failures + 1, str(error)) from error
        if kind == ERROR:
            raise unpacked(content, task.index)
        return bytes(content)

    def close(self) -> None:
        """Leave the cluster; its workers stay. May be called again."""
        if self._owned and not self._closed:
            self._client.close()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _do(
    function: Task, payload: bytes, patience: float | None, caller: tuple[str, int]
) -> tuple[bytes, bytes]:
    """Do a task on a worker; the process ends if it takes longer than ``patience``, whatever it is doing."""
    if patience is None or _here() == caller:
        # A cluster of threads runs in the caller's own process, which must not end.
        return attempt(function, payload)
    faulthandler.dump_traceback_later(patience, exit=True, file=_STANDARD_ERROR)
    try:
        return attempt(function, payload)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _free(workers: dict[str, int], handed: dict[str, _Handed]) -> Iterator[str]:
    """Give the workers that have a thread without a task, once for each."""
    busy = Counter(task.worker for task in handed.values())
    for worker, threads in workers.items():
        yield from [worker] * (threads - busy[worker])


def _here() -> tuple[str, int]:
    return socket.gethostname(), os.getpid()


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise ImportError("a cluster needs the package distributed: pip install convene[cluster]") from error
