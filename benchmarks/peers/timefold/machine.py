"""The process that runs Timefold: it takes one problem and answers with the best calendar it found."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from benchmarks.peers.timefold.java import class_path
from benchmarks.peers.timefold.tables import write_problem
from solver.problem.tables import Problem

UNCHECKED: Final = "NO_ASSERT"
"""Timefold's own checks of the score are for tests: they work it out anew after every move."""


@dataclass(frozen=True)
class Row:
    """A meeting that is held, by rows of the problem's tables; ``choices`` as in ``Solution.choice``."""

    series: int
    day: int
    start: int
    venue: int
    choices: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """What Timefold found, and what it thinks of it."""

    rows: tuple[Row, ...]
    broken: int
    """Hard rules broken."""
    cost: int


class Machine:
    """A Java process with the model. It starts at once; within ``with``, and only there, it can be asked.

    Parameters
    ----------
    seed : int
    workers : int
        Processors that the virtual machine uses. The Community Edition tries moves on one; what is left is for compiling and
        clearing memory.
    mode : str
        How strictly Timefold checks itself, by the names of its ``EnvironmentMode``.
    """

    def __init__(self, *, seed: int, workers: int, mode: str = UNCHECKED) -> None:
        # Closed when the process has ended.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [
                "java",
                f"-XX:ActiveProcessorCount={max(1, workers)}",
                "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=50",
                "-cp",
                class_path(),
                "Main",
                str(seed),
                mode,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            if stream is not None:
                stream.close()

    def wait(self) -> None:
        """Wait until everything is loaded that has nothing to do with the problem."""
        self._read("ready")

    def plan(
        self, problem: Problem, *, until: float, moves: int = 0, watch: Callable[[int], None] | None = None
    ) -> Answer:
        """Plan a problem; ``watch`` is told of the costs of better and better calendars as they are found."""
        try:
            write_problem(problem, _stream(self._process.stdin), until=until, moves=moves)
        except BrokenPipeError:
            self._fail()
        rows: list[Row] = []
        while True:
            word, *numbers = self._read()
            if word == "best" and watch is not None:
                watch(numbers[0])
            elif word == "meeting":
                series, day, start, venue, *choices = numbers
                rows.append(Row(series, day, start, venue, tuple(choices)))
            elif word == "end":
                return Answer(tuple(rows), *numbers)

    def _read(self, *expected: str) -> tuple[str, *tuple[int, ...]]:
        line = _stream(self._process.stdout).readline().decode()
        word, *numbers = line.split() or [""]
        if not line or (expected and word not in expected):
            self._fail()
        return word, *map(int, numbers)

    def _fail(self) -> None:
        self._process.kill()
        self._process.wait()
        self._complaints.seek(0, os.SEEK_SET)
        raise RuntimeError(f"Timefold failed:\n{self._complaints.read().decode()[-4000:]}")


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the process has no pipes")
    return stream


def by_series(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Chains by series, in order of their days."""
    chains: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.series, row.day)):
        chains.setdefault(row.series, []).append(row)
    return chains
