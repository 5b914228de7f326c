"""Runs orders, each in a fresh process, and says what machine and versions they ran on.

Nothing heavy is imported here: a process started from a large one can be charged its parent's peak memory.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from benchmarks.kept import ROOT, Entry, Kept, digest
from benchmarks.record import Missing, Order, Outcome, Result

PACKAGES: Final = ("ortools", "numba", "numpy", "pydantic")
RESULT: Final[TypeAdapter[Result]] = TypeAdapter(Result)
WARM_UP: Final = {
    "case": "37 plans",
    "size": 37,
    "congestion": "hard",
    "method": "convene",
    "seconds": 8.0,
    "without": (),
}
"""A run that calls every kernel: too large for CP-SAT whole, too tight for no breach."""
GRACE: Final = 1_800.0
"""Seconds beyond three times its limit that a run may take to start, write and be checked before it is ended."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(order: Order) -> Result:
    """Run one order in a process of its own. One that fails, or doesn't end, is a result like any other."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        # A group of its own, so that the processes that it started end with it.
        start_new_session=True,
    )
    try:
        said, wrong = child.communicate(order.model_dump_json(), timeout=3 * order.seconds + GRACE)
    except subprocess.TimeoutExpired:
        return Missing(order=order, why="failed", note="did not end")
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if child.returncode != 0:
        return Missing(order=order, why="failed", note=wrong[-4000:] or f"ended with {child.returncode}")
    return RESULT.validate_json(said)


class Runs:
    """Runs orders one after the other: two at a time would share the cores and the figures.

    Parameters
    ----------
    kept
        Where every result is kept.
    resume
        Take the results that are kept of the same sources instead of running again.
    execute
        Runs one order.
    say
        Told of every result in a line.
    """

    def __init__(
        self,
        kept: Kept,
        *,
        resume: bool,
        execute: Callable[[Order], Result] = run,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
    ) -> None:
        self._kept, self._resume = kept, resume
        self._execute, self._say = execute, say
        self._conditions: dict[str, None] = {}
        self._warm: set[str] = set()

    def run(self, orders: Sequence[Order]) -> list[Result]:
        """Run the orders, or take what is kept of them."""
        results = []
        for number, order in enumerate(orders, start=1):
            sources = digest(order.method)
            entry = self._kept.find(order, sources) if self._resume else None
            if entry is None:
                began = time.monotonic()
                self._warm_up(order, sources)
                entry = Entry(sources=sources, conditions=conditions(), result=self._execute(order))
                self._kept.add(entry)
                took = f"ran {time.monotonic() - began:.0f} s"
            else:
                took = "kept"
            self._conditions[entry.conditions] = None
            results.append(entry.result)
            self._say(f"[{number}/{len(orders)}, {took}] {order.words}: {verdict(entry.result)}")
        return results

    @property
    def conditions(self) -> str:
        """The conditions of all results so far, in a line; where they differ, all that held of any."""
        parts = (part for one in self._conditions for part in one.split(", "))
        return ", ".join(dict.fromkeys(parts))

    def _warm_up(self, order: Order, sources: str) -> None:
        """Compilation is cached by the first run of these sources; it is paid here and not in the figures."""
        if sources not in self._warm:
            self._warm.add(sources)
            self._execute(order.model_copy(update=WARM_UP))


def verdict(result: Result) -> str:
    """How a run ended, in a line."""
    if isinstance(result, Missing):
        return result.words
    lawful = "lawful" if not result.violations else f"NOT LAWFUL: {result.violations}"
    return f"cost {result.cost:,}, {result.seconds:.1f} s, {lawful}"


def conditions() -> str:
    """The date, the machine and the versions, in one line."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty= with changes"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    ).stdout.strip()
    parts = [
        date.today().isoformat(),
        f"{cores()} cores",
        _processor(),
        f"Python {platform.python_version()}",
        *(f"{package} {version(package)}" for package in PACKAGES),
        *([f"commit {commit}"] if commit else []),
    ]
    return ", ".join(parts)


def faults(results: Iterable[Result]) -> list[str]:
    """What must not be: our own runs without a calendar, and any calendar that is not lawful."""
    return [
        f"{one.order.words}: {verdict(one)}"
        for one in results
        if (one.violations if isinstance(one, Outcome) else one.order.method == "convene")
    ]


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        line.partition(":")[2].strip()
        for line in (cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else ())
        if line.startswith("model name")
    )
    return next(names, platform.machine())
