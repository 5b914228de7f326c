"""What slack is worth, and how long it takes to find out: `python -m benchmarks.stress`.

Teams are planned as `convene plan` does, and again with resilience counting for nothing, beginning with the first calendar. Both
live through the same half-years. Seconds are of the processor for one run of the first calendar, everything included.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.cases import Congestion
from benchmarks.runner import conditions
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.schema.stress import Difference, Rates, Spread, Stress
from solver.stress.draws import Draws
from solver.stress.plain import PlainLimits
from solver.stress.simulate import Simulation
from solver.stress.stress import stress

TIMED: Final = 3
"""Runs whose time is taken, after one that compiles what is compiled on first use."""


@dataclass(frozen=True)
class Measured:
    """One team's stress test, and processor seconds of a run."""

    congestion: Congestion
    seed: int
    found: Stress
    seconds: float


def measure(
    plans: int, seed: int, congestion: Congestion, authority: str, runs: int, limits: PlainLimits
) -> Measured:
    """Plan a team and live through it; the limits are of each of the two calendars."""
    caseload = generate(plans, seed, authority=authority, congestion=congestion)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=limits.rounds, seconds=limits.seconds, seed=1)
    simulation = Simulation(caseload, policy, calendar, Rates())
    draws = Draws(caseload, simulation.diary.working, Rates(), 1)
    simulation.run(1, draws.run(1))
    began = time.process_time()
    for number in range(2, 2 + TIMED):
        simulation.run(number, draws.run(number))
    seconds = (time.process_time() - began) / TIMED
    found = stress(caseload, policy, calendar, runs=runs, plain=limits)
    return Measured(congestion, seed, found, seconds)


def table(measured: Sequence[Measured]) -> list[str]:
    """Lines of a Markdown table."""
    heads = (
        "congestion", "seed", "meetings, without", "late as planned", "not as booked", "late", "late without",
        "difference (95 %)", "days late", "without", "price", "saved", "a run",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for one in measured:
        own, comparison = one.found.stressed, one.found.comparison
        assert comparison is not None
        other = comparison.other
        cells = (
            one.congestion,
            f"{one.seed}",
            f"{own.meetings}, {other.meetings}",
            f"{own.late_as_planned}, {other.late_as_planned}",
            f"{own.lost.mean:.1f}",
            _spread(own.late),
            _spread(other.late),
            _difference(comparison.late),
            f"{own.late_days.mean:.0f}",
            f"{other.late_days.mean:.0f}",
            f"{sum(comparison.price.values()):,}",
            f"{-comparison.late_days.mean * one.found.breach_day:,.0f}",
            f"{one.seconds:.1f} s",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _spread(one: Spread) -> str:
    return f"{one.mean:.1f} ({one.low:.0f} to {one.high:.0f})"


def _difference(one: Difference) -> str:
    return f"{one.mean:+.1f} ({one.low:+.1f} to {one.high:+.1f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stress", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--authority", default="barnsley")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], metavar="N")
    parser.add_argument(
        "--congestion", nargs="+", choices=["easy", "typical", "hard"], default=["typical", "hard"]
    )
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0, help="of planning each calendar")
    parser.add_argument("--rounds", type=int, help="of planning each calendar, instead of seconds")
    asked = parser.parse_args(arguments)
    limits = PlainLimits(rounds=asked.rounds, seconds=asked.seconds)
    measured = [
        measure(asked.plans, seed, congestion, asked.authority, asked.runs, limits)
        for congestion in asked.congestion
        for seed in asked.seeds
    ]
    command = " ".join(["python -m benchmarks.stress", *(sys.argv[1:] if arguments is None else arguments)])
    print(f"`{command}`, {conditions()}.\n")
    print("\n".join(table(measured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
