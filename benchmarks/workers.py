"""Shards on one and on two Dask workers, and what they take as the authority grows: `python -m benchmarks.workers`.

Every run does the same: two passes over all shards, and the proofs between them, counted in rounds of search. The workers are
processes of this machine, one thread each, behind a scheduler that tasks reach over TCP, as on a cluster. Memory is the peak of
the coordinator and of everything it started, sampled from outside. Calendars are checked as ever.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.memory import MemoryWatch
from benchmarks.runner import conditions
from solver.events import ProgressEvent
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy

WORKERS: Final = (1, 2)


@dataclass(frozen=True)
class Run:
    """One plan.

    Attributes
    ----------
    plans, workers : int
    first, planned : float
        Seconds to the first calendar of the whole, and to the last (without checking and writing).
    cost : int
    bound : float
    peak_mb : float or None
        Of all processes together; ``None`` where it can't be read.
    """

    plans: int
    workers: int
    first: float
    planned: float
    cost: int
    bound: float
    peak_mb: float | None


def measure(plans: int, workers: int, authority: str, rounds: int) -> Run:
    """Plan one authority on a cluster of this machine."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra, and slow to import

    from solver.scale.dask_executor import DaskExecutor  # noqa: PLC0415

    caseload = generate(plans, 1, authority=authority)
    policy = load_policy(caseload.authority)
    known: list[float] = []
    ends: list[float] = []

    def told(event: ProgressEvent) -> None:
        ends.append(time.perf_counter())
        if event.cost is not None:
            known.append(ends[-1])

    with (
        MemoryWatch() as watch,
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        executor = DaskExecutor(client)
        began = time.perf_counter()
        calendar = plan(caseload, policy, seed=1, deterministic=rounds, executor=executor, on_event=told)
        executor.close()
    return Run(
        plans,
        workers,
        known[0] - began,
        ends[-1] - began,
        calendar.cost,
        calendar.bound,
        watch.peak_mb,
    )


def table(runs: Sequence[Run]) -> list[str]:
    """Lines of a Markdown table."""
    lines = [
        "| plans | workers | first calendar | all passes | times as fast | cost | bound | peak memory |",
        "|---:" * 8 + "|",
    ]
    alone = {run.plans: run.planned for run in runs if run.workers == 1}
    for run in runs:
        ratio = f"{alone[run.plans] / run.planned:.2f}" if run.plans in alone else ""
        memory = "" if run.peak_mb is None else f"{run.peak_mb / 1024:.2f} GB"
        lines.append(
            f"| {run.plans:,} | {run.workers} | {run.first:.0f} s | {run.planned:.0f} s | {ratio} | {run.cost:,} "
            f"| {run.bound:,.0f} | {memory} |"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--plans", type=int, nargs="+", default=[1_500, 3_000, 6_000], metavar="N")
    parser.add_argument("--authority", default="wandsworth")
    parser.add_argument("--rounds", type=int, default=20, help="of each shard's searches")
    asked = parser.parse_args(arguments)
    runs = [
        measure(plans, workers, asked.authority, asked.rounds) for plans in asked.plans for workers in WORKERS
    ]
    command = " ".join(["python -m benchmarks.workers", *(sys.argv[1:] if arguments is None else arguments)])
    print(f"`{command}`, {conditions()}.\n")
    print("\n".join(table(runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
