"""Runs shared out between processes: a batch is a task from bytes to bytes, and the same whoever does it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import Final

from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.scale.executor import Executor
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.stress import Rates
from solver.stress.draws import Draws
from solver.stress.simulate import Lived, Simulation

BATCH: Final = 5
"""Fewest runs of a task."""
TASKS: Final = 64
"""Most tasks, each of which holds the caseload and the calendar."""


def batches(runs: int) -> int:
    """Return how many tasks so many runs are."""
    return -(-runs // _size(runs))


def _size(runs: int) -> int:
    return max(BATCH, -(-runs // TASKS))


def live_through(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    rates: Rates,
    *,
    seed: int,
    runs: int,
    executor: Executor,
) -> Iterator[Sequence[Lived]]:
    """Live through a calendar so many times.

    Yields
    ------
    sequence of Lived
        A batch of runs each time, as batches end: in any order.
    """
    numbers, size = range(1, runs + 1), _size(runs)
    payloads = [
        pickle.dumps((caseload, policy, calendar, rates, seed, tuple(numbers[at : at + size])))
        for at in range(0, runs, size)
    ]
    for _, content in executor.run(live_batch, payloads):
        yield pickle.loads(content)


def live_batch(payload: bytes) -> bytes:
    """Do the runs of one batch."""
    caseload, policy, calendar, rates, seed, numbers = pickle.loads(payload)
    simulation = Simulation(caseload, policy, calendar, rates)
    draws = Draws(caseload, working_calendar(caseload, policy), rates, seed)
    return pickle.dumps([simulation.run(number, draws.run(number)) for number in numbers])
