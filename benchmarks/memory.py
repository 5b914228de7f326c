"""Peak memory of a process with all that descend from it, sampled from outside through ``/proc``.

A process of its own, with nothing but the standard library: ``python memory.py PID`` samples until something is on its
standard input, then prints the peak in KiB, and nothing where there is no ``/proc``. What the kernel keeps of a process's ended
children is the peak of the largest alone, and nothing of theirs: not enough for a search that shares its work out.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

INTERVAL: Final = 0.2
"""Seconds between two samples: some 2 ms of one core each."""
PROC: Final = Path("/proc")


def parents(proc: Path = PROC) -> Iterator[tuple[int, int]]:
    """Every process, with its parent."""
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it ended just now
                continue
            # The name, in brackets, may hold anything; the state and the parent follow its last bracket.
            yield int(entry.name), int(text.rpartition(")")[2].split()[1])


def tree(root: int, without: int, proc: Path = PROC) -> list[int]:
    """The process ``root`` and all that descend from it, but for ``without`` and what descends from that."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for process, parent in parents(proc):
        children[parent].append(process)
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        if process != without:
            found.append(process)
            waiting += children[process]
    return found


def resident(process: int, proc: Path = PROC) -> tuple[int, int]:
    """What is resident now, and the most that ever was, in KiB; zeros of a process that has ended."""
    try:
        lines = (proc / str(process) / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0, 0
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    now, most = (int(fields.get(name, "0").split()[0]) for name in ("VmRSS", "VmHWM"))
    return now, most


class Peak:
    """The most that a tree of processes had resident at any sample.

    A process's own peak is known to the kernel, so that of a single process is exact. In a sum, pages that processes share
    count once for each: it is never too small but for what comes and goes between two samples.
    """

    def __init__(self, root: int, without: int, proc: Path = PROC) -> None:
        self._root, self._without, self._proc = root, without, proc
        self.kib = 0

    def sample(self) -> None:
        """Look once."""
        found = [resident(process, self._proc) for process in tree(self._root, self._without, self._proc)]
        self.kib = max(self.kib, sum(now for now, _ in found), *(most for _, most in found), 0)


class MemoryWatch:
    """Samples this process's tree from a process of its own while it is open; ``peak_mb`` afterwards."""

    def __init__(self) -> None:
        self.peak_mb: float | None = None

    def __enter__(self) -> Self:
        self._sampler = subprocess.Popen(
            [sys.executable, "-S", "-E", __file__, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A word, not the mere end of input: a worker process forked meanwhile holds a copy of the pipe.
        said, _ = self._sampler.communicate("enough\n")
        self.peak_mb = int(said) / 1024 if said.strip() else None


def main() -> None:
    """Sample the tree of the process named, leaving this one out."""
    if not (PROC / "self" / "stat").exists():
        return
    peak = Peak(int(sys.argv[1]), os.getpid())
    peak.sample()
    while not select.select([sys.stdin], [], [], INTERVAL)[0]:
        peak.sample()
    peak.sample()
    sys.stdout.write(str(peak.kib))


if __name__ == "__main__":
    main()
