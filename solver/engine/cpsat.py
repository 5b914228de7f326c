"""CP-SAT as it is used everywhere here: one that can be stopped from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ortools.sat.python import cp_model

POLL_SECONDS = 0.1


def solve_model(solver: cp_model.CpSolver, model: cp_model.CpModel, stop: Callable[[], bool]) -> Any:
    """Solve, ending early on request: CP-SAT itself asks nobody.

    Parameters
    ----------
    solver : CpSolver
        With its limits set.
    model : CpModel
    stop : callable
        Whether to end now.

    Returns
    -------
    CpSolverStatus
    """
    done = threading.Event()

    def watch() -> None:
        # A request before the solve has begun is ignored, so it is made until the solve has ended.
        while not done.wait(POLL_SECONDS):
            if stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()
