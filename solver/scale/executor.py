"""Runs many small tasks: in this process, in others of this machine, or (``dask_executor``) on a cluster.

A task is a top-level function from bytes to bytes that is pure: done twice, it gives the same. So a task whose worker has died
is simply given to another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Protocol, Self

from solver.scale.worker import BEGUN, ERROR, FUNCTION, PAYLOAD, Task, name_of, receive, send, unpacked

ATTEMPTS = 3
"""Workers that a task may lose before it is given up."""
STARTING = 120.0
"""Seconds a worker may take to start and to import a task's module."""
TICK = 0.2
"""Seconds between looks at the clock while tasks run."""
CLOSING = 5.0
"""Seconds an idle worker has to end by itself."""
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from solver.scale.worker import serve; serve()"
)


class TaskLostError(RuntimeError):
    """A task whose workers died, or had to be killed, every time it was tried.

    Attributes
    ----------
    index : int
        Of the task's payload.
    attempts : int
    """

    def __init__(self, index: int, attempts: int, reason: str) -> None:
        self.index = index
        self.attempts = attempts
        self.reason = reason
        super().__init__(f"task {index} was given up after {attempts} attempts: {reason}")

    def __reduce__(self) -> tuple[type[TaskLostError], tuple[int, int, str]]:
        return type(self), (self.index, self.attempts, self.reason)


class Executor(Protocol):
    """Runs tasks on workers, each of which does one at a time in one thread."""

    @property
    def workers(self) -> int:
        """How many tasks can run at once."""

    def run(
        self, function: Task, payloads: Sequence[bytes], *, patience: float | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Run ``function`` on each payload.

        Nothing is begun before the first result is asked for. If the iterator is closed early, or a task fails, tasks that
        haven't ended are given up.

        Parameters
        ----------
        function : callable
            A pure top-level function of a module that workers can import.
        payloads : sequence of bytes
        patience : float, optional
            Seconds after which a task counts as hanging: its worker is killed and the task given to another.

        Yields
        ------
        index : int
            Of the payload.
        result : bytes
            As tasks end, in any order.

        Raises
        ------
        TaskLostError
            A task lost its worker too often.
        Exception
            What a task raised, with the traceback from there as a note.
        """

    def close(self) -> None:
        """End the workers. May be called again."""


class InProcess:
    """Runs tasks in the caller, in order. Patience can't be kept there: a hanging task hangs."""

    @property
    def workers(self) -> int:
        """One."""
        return 1

    def run(
        self, function: Task, payloads: Sequence[bytes], *, patience: float | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Run ``function`` on each payload; see `Executor.run`."""
        del patience
        for index, payload in enumerate(payloads):
            yield index, function(payload)

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Job:
    index: int
    function: str
    payload: bytes


@dataclass(frozen=True)
class _Outcome:
    """How a job ended: with a result, with an error, or (neither) with its worker."""

    worker: _Worker
    index: int
    result: bytes | None = None
    error: Exception | None = None
    reason: str = ""


class _Worker:
    """One process, and the thread here that talks to it: a blocked pipe holds up nobody else."""

    def __init__(self, outcomes: SimpleQueue[_Outcome]) -> None:
        self.since = 0.0
        """When the present task was handed over."""
        self.begun: float | None = None
        """When the process began it."""
        self._outcomes = outcomes
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._doomed = False
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Of the live process, if there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def give(self, job: _Job) -> None:
        """Hand a job over; its outcome will be among the outcomes."""
        self.since, self.begun = time.monotonic(), None
        self._jobs.put(job)

    def late(self, patience: float | None) -> bool:
        """Whether the present task has taken too long."""
        now = time.monotonic()
        if self.begun is None:
            return now - self.since > STARTING
        return patience is not None and now - self.begun > patience

    def kill(self) -> None:
        """End the process, and with it the present job."""
        process = self._process
        if process is not None:
            self._doomed = True
            process.kill()

    def end(self) -> None:
        """End the thread and the process, which is idle."""
        self._jobs.put(None)
        self._thread.join()

    def _talk(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                outcome = self._exchange(job)
            except (EOFError, OSError) as error:
                reason = self._reap() or str(error)
                outcome = _Outcome(self, job.index, reason=reason)
            self._outcomes.put(outcome)
        self._reap(grace=CLOSING)

    def _exchange(self, job: _Job) -> _Outcome:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        send(process.stdin, FUNCTION, job.function.encode())
        send(process.stdin, PAYLOAD, job.payload)
        kind, content = receive(process.stdout)
        if kind == BEGUN:
            self.begun = time.monotonic()
            kind, content = receive(process.stdout)
        if kind == ERROR:
            return _Outcome(self, job.index, error=unpacked(content, job.index))
        return _Outcome(self, job.index, result=content)

    def _started(self) -> subprocess.Popen[bytes]:
        """Return the process, a new one if it has died or was killed since its last job."""
        if self._process is not None and (self._doomed or self._process.poll() is not None):
            self._reap()
        if self._process is None:
            # In a session of its own, Ctrl-C in the terminal reaches the caller only.
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | ONE_THREAD,
                start_new_session=True,
            )
        return self._process

    def _reap(self, grace: float = 0.0) -> str:
        """Make sure that the process is gone; says how it ended."""
        process, self._process, self._doomed = self._process, None, False
        if process is None:
            return ""
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return f"its worker ended with {process.returncode}"


class LocalProcesses:
    """Runs tasks in processes of this machine, which stay alive from one run to the next.

    Parameters
    ----------
    workers : int
        Processes, started when they are first needed.
    attempts : int
        Workers that a task may lose before it is given up.
    """

    def __init__(self, workers: int, *, attempts: int = ATTEMPTS) -> None:
        if workers < 1:
            raise ValueError(f"{workers} workers can't run anything: at least 1")
        self._attempts = attempts
        self._outcomes: SimpleQueue[_Outcome] = SimpleQueue()
        self._workers = tuple(_Worker(self._outcomes) for _ in range(workers))
        self._running: dict[_Worker, int] = {}
        self._busy = False
        self._closed = False

    @property
    def workers(self) -> int:
        """How many processes there are at the most."""
        return len(self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of the processes that are alive."""
        return tuple(pid for worker in self._workers if (pid := worker.pid) is not None)

    def run(
        self, function: Task, payloads: Sequence[bytes], *, patience: float | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """Run ``function`` on each payload; see `Executor.run`. One run at a time."""
        return self._run(name_of(function), payloads, patience)

    def _run(
        self, function: str, payloads: Sequence[bytes], patience: float | None
    ) -> Iterator[tuple[int, bytes]]:
        if self._closed or self._busy:
            raise RuntimeError("the workers are closed" if self._closed else "another run has not ended")
        self._busy = True
        lost = dict.fromkeys(range(len(payloads)), 0)
        waiting = deque(lost)
        idle = list(reversed(self._workers))
        try:
            while waiting or self._running:
                if self._closed:
                    raise RuntimeError("the workers were closed during the run")
                while waiting and idle:
                    worker, index = idle.pop(), waiting.popleft()
                    self._running[worker] = index
                    worker.give(_Job(index, function, payloads[index]))
                outcome = self._next(patience)
                del self._running[outcome.worker]
                idle.append(outcome.worker)
                if outcome.error is not None:
                    raise outcome.error
                if outcome.result is not None:
                    yield outcome.index, outcome.result
                    continue
                lost[outcome.index] += 1
                if lost[outcome.index] >= self._attempts:
                    raise TaskLostError(outcome.index, lost[outcome.index], outcome.reason)
                waiting.appendleft(outcome.index)
        finally:
            self._abandon()
            self._busy = False

    def _next(self, patience: float | None) -> _Outcome:
        """Wait for the next task to end; kill what hangs."""
        while True:
            with suppress(Empty):
                return self._outcomes.get(timeout=TICK)
            for worker in self._running:
                if worker.late(patience):
                    worker.kill()

    def _abandon(self) -> None:
        """Kill what is still running, and wait for it to be gone."""
        for worker in self._running:
            worker.kill()
        while self._running:
            with suppress(Empty):
                self._running.pop(self._outcomes.get(timeout=TICK).worker)
            for worker in self._running:
                # One that was only starting had nothing to kill yet.
                worker.kill()

    def close(self) -> None:
        """End the processes, those at work too."""
        self._closed = True
        self._abandon()
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
