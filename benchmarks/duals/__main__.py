"""``python -m benchmarks.duals``: how soon each method is how near to the best bound known."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median

from benchmarks.duals.measure import METHODS, Trace, prepare, run

WITHIN = (0.01, 0.003, 0.001)
"""Distances from the best bound known, as shares of it."""
PACKAGES = ("numba", "numpy", "ortools")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked and print one table for each level of congestion."""
    asked = _parser().parse_args(arguments)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {versions}, {platform.machine()}; "
        f"{asked.plans} plans, seeds {asked.seeds}, at most {asked.seconds:g} s of processor time each"
    )
    for congestion in asked.congestion:
        groups: dict[str, list[tuple[Trace, float]]] = {name: [] for name in asked.methods}
        for seed in asked.seeds:
            problem, target = prepare(asked.plans, seed, congestion)
            # What is compiled on first use is not the methods' time.
            for name in asked.methods:
                run(name, problem, target, 1.0)
            traces = [run(name, problem, target, asked.seconds) for name in asked.methods]
            best = max(trace.bound for trace in traces)
            for trace in traces:
                groups[trace.method].append((trace, best))
            ends = ", ".join(
                f"{trace.method} {trace.bound:.1f} ({trace.points[-1].passes} passes, {trace.points[-1].seconds:.1f} s)"
                for trace in traces
            )
            print(
                f"{congestion} seed {seed}, first calendar {target:.0f}: {ends}", file=sys.stderr, flush=True
            )
        print(f"\n{congestion}\n" + "\n".join(table(groups)), flush=True)
    return 0


def table(groups: dict[str, list[tuple[Trace, float]]]) -> list[str]:
    """Lines of a Markdown table: passes and seconds (medians) to within a distance of the best bound known."""
    heads = [f"to {share:.1%}" for share in WITHIN]
    lines = [
        f"| method | {' | '.join(heads)} | short of the best at the end |",
        "|---" * (len(heads) + 2) + "|",
    ]
    for name, runs in groups.items():
        cells = []
        for share in WITHIN:
            points = [trace.reaches(best - share * abs(best)) for trace, best in runs]
            # A method that never gets there ranks after all that do; the median may be such a one.
            passes = median(float("inf") if point is None else point.passes for point in points)
            seconds = median(float("inf") if point is None else point.seconds for point in points)
            cells.append("never" if passes == float("inf") else f"{passes:.0f} passes, {seconds:.2f} s")
        short = median((best - trace.bound) / max(1.0, abs(best)) for trace, best in runs)
        lines.append(f"| {name} | {' | '.join(cells)} | {short:.2%} |")
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duals", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="N")
    parser.add_argument(
        "--congestion", nargs="+", choices=["easy", "typical", "hard"], default=["typical", "hard"]
    )
    parser.add_argument("--methods", nargs="+", choices=[*METHODS], default=[*METHODS], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=40.0, help="processor time of a run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
