"""Compiles the search for this machine while nobody waits for it yet, which is some half a minute of a machine's first plan.

A process of its own beside a server or a worker: `convene serve` and `convene worker` start it. Where everything is compiled
already it ends at once; it ends with them in any case, and gives way to whatever else runs. A plan that is asked for meanwhile
waits for it (`ready`): compiling the same beside it would take both twice as long.
"""

# ruff: noqa: PLC0415 - the solver is imported once it is certain that the process ends with its server
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from service.jobs.bounded import end_with

_COMMAND: Final = (sys.executable, "-P", "-m", "service.jobs.warming")
_PLANS: Final = 20
"""Few, but of every kind that a team has."""
_NICE: Final = 15


def start() -> subprocess.Popen[bytes]:
    """Start it beside this process."""
    return subprocess.Popen(
        [*_COMMAND, str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main(arguments: list[str]) -> None:
    """Compile what isn't: ``PARENT``."""
    end_with(int(arguments[0]))
    os.nice(_NICE)
    ready()


def ready(stop: Callable[[], bool] = lambda: False) -> None:
    """Compile what isn't, or wait for another process that is at it.

    Parameters
    ----------
    stop : callable
        Waiting ends when it says so, and nothing is compiled then.
    """
    from solver.engine import cache

    if cache.is_compiled():
        return
    with cache.compiling_alone(stop):
        if stop() or cache.is_compiled():
            return
        from solver.generate import generate
        from solver.plan import plan
        from solver.policy import load_policy

        caseload = generate(_PLANS, 1)
        plan(caseload, load_policy(caseload.authority), deterministic=1)


if __name__ == "__main__":
    main(sys.argv[1:])


__all__ = ["main", "ready", "start"]
