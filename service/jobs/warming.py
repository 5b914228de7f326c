"""Compiles the search for this machine while nobody waits for it yet, which is some half a minute of a machine's first plan.

A process of its own beside a server: `convene serve` starts it. Where everything is compiled already it ends at once; it ends
with the server in any case, and gives way to whatever else runs.
"""

# ruff: noqa: PLC0415 - the solver is imported once it is certain that the process ends with its server
from __future__ import annotations

import os
import subprocess
import sys
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
    from solver.engine.cache import is_compiled

    if is_compiled():
        return
    from solver.generate import generate
    from solver.plan import plan
    from solver.policy import load_policy

    caseload = generate(_PLANS, 1)
    plan(caseload, load_policy(caseload.authority), deterministic=1)


if __name__ == "__main__":
    main(sys.argv[1:])


__all__ = ["main", "start"]
