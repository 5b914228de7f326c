"""Runs orders, each in a fresh process, and says what machine and versions they ran on.

Nothing heavy is imported here: a process started from a large one can be charged its parent's peak memory.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.record import Order, Outcome

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ortools", "numba", "numpy", "pydantic")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(order: Order) -> Outcome:
    """Run one order.

    Raises
    ------
    RuntimeError
        The run failed; the message holds what it wrote to its standard error.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child"],
        input=order.model_dump_json(),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        name = f"{order.method} on {order.case}, seed {order.seed}"
        raise RuntimeError(f"{name}, failed:\n{done.stderr[-4000:]}")
    return Outcome.model_validate_json(done.stdout)


def run_all(orders: Iterable[Order]) -> Iterator[Outcome]:
    """Run orders one after the other: two at a time would share the cores and the figures."""
    for order in orders:
        yield run(order)


def conditions() -> str:
    """The date, the machine and the versions, in one line."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty=, with changes"],
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


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        line.partition(":")[2].strip()
        for line in (cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else ())
        if line.startswith("model name")
    )
    return next(names, platform.machine())
