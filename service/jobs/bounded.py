"""What a process that works for another one begins with: it ends when that one does, and takes no more than it may."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Final

_NICE: Final = 15
"""Answers to people come first."""
_PR_SET_PDEATHSIG: Final = 1


def end_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended before that was said


def limit(memory_mb: int, cpu_seconds: int, nice: int = _NICE) -> None:
    """Bound what this process may take of the machine, and keep what it holds off the disk."""
    os.nice(nice)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        # Private memory: the address space that libraries reserve and never touch doesn't count.
        (resource.RLIMIT_DATA, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, cpu_seconds),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


__all__ = ["end_with", "limit"]
