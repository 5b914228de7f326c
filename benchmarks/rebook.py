"""How long the options for one meeting take in a published team calendar: `python -m benchmarks.rebook`.

*Warm*: one desk is kept, as a service that holds a team's calendar does, and asked for meeting after meeting. *Cold*: each
time everything is made anew from the caseload and the calendar in memory. What is compiled on first use doesn't count. Times
are wall times of the library call, with the options written out in full.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from benchmarks.cases import Congestion
from benchmarks.runner import conditions
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.rebook.options import Desk
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload
from solver.schema.options import Rebooking

TARGET: Final = 0.25
"""Seconds that 95 of 100 calls are to stay below."""


@dataclass(frozen=True)
class Timed:
    """Seconds of each call on one calendar, and what they answered.

    Attributes
    ----------
    busy : tuple of float
        Processor time of the warm calls, which other work on the machine hardly touches.
    options : float
        Options shown, on average.
    alone : int
        Meetings that could be held elsewhere, in time and with nobody else's moved, those of its own series included.
    """

    congestion: Congestion
    seed: int
    meetings: int
    warm: tuple[float, ...]
    busy: tuple[float, ...]
    cold: tuple[float, ...]
    options: float
    alone: int


def measure(plans: int, seed: int, congestion: Congestion, authority: str, calls: int, rounds: int) -> Timed:
    """Plan a team and ask for the options of some of its meetings, chosen by chance."""
    caseload = generate(plans, seed, authority=authority, congestion=congestion)
    policy = load_policy(caseload.authority)
    calendar = plan(caseload, policy, deterministic=rounds, seed=1)
    chosen = random.Random(seed).sample(
        [one.id for one in calendar.meetings], min(calls, len(calendar.meetings))
    )
    # Compiles what is compiled on first use.
    Desk(caseload, policy, calendar).options(chosen[0])
    desk = Desk(caseload, policy, calendar)
    warm, busy, answers = _timed(chosen, lambda meeting: desk.options(meeting).rebooking)
    cold, _, again = _timed(chosen, lambda meeting: _from_documents(caseload, policy, calendar, meeting))
    if answers != again:
        raise RuntimeError("a desk that is kept answers otherwise than a new one")
    return Timed(
        congestion,
        seed,
        len(calendar.meetings),
        warm,
        busy,
        cold,
        sum(len(one.options) for one in answers) / len(answers),
        sum(
            bool(one.options) and not one.options[0].also and not one.options[0].breach_days
            for one in answers
        ),
    )


def _from_documents(caseload: Caseload, policy: Policy, calendar: Calendar, meeting: str) -> Rebooking:
    return Desk(caseload, policy, calendar).options(meeting).rebooking


def _timed(
    meetings: Sequence[str], ask: Callable[[str], Rebooking]
) -> tuple[tuple[float, ...], tuple[float, ...], list[Rebooking]]:
    seconds, busy, answers = [], [], []
    for meeting in meetings:
        began, working = time.perf_counter(), time.process_time()
        answers.append(ask(meeting))
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - working)
    return tuple(seconds), tuple(busy), answers


def table(found: Sequence[Timed]) -> list[str]:
    """Lines of a Markdown table."""
    lines = [
        "| congestion | seed | meetings | asked | alone | options "
        "| warm p50 | p95 | max | processor p95 | cold p50 | p95 | max |",
        "|---" * 13 + "|",
    ]
    for one in found:
        shares = (*_shares(one.warm), _shares(one.busy)[1], *_shares(one.cold))
        lines.append(
            f"| {one.congestion} | {one.seed} | {one.meetings} | {len(one.warm)} | {one.alone} | {one.options:.1f} | "
            f"{' | '.join(_milliseconds(share) for share in shares)} |"
        )
    return lines


def _shares(times: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and most."""
    hundredths = quantiles(times, n=100, method="inclusive")
    return hundredths[49], hundredths[94], max(times)


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where 95 of 100 warm calls take longer than they are to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebook", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--authority", default="barnsley")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], metavar="N")
    parser.add_argument(
        "--congestion", nargs="+", choices=["easy", "typical", "hard"], default=["typical", "hard"]
    )
    parser.add_argument("--calls", type=int, default=250, help="meetings asked about on each calendar")
    parser.add_argument("--rounds", type=int, default=3, help="of planning the calendar")
    asked = parser.parse_args(arguments)
    found = [
        measure(asked.plans, seed, congestion, asked.authority, asked.calls, asked.rounds)
        for congestion in asked.congestion
        for seed in asked.seeds
    ]
    command = " ".join(["python -m benchmarks.rebook", *(sys.argv[1:] if arguments is None else arguments)])
    print(f"`{command}`, {conditions()}.\n")
    print("\n".join(table(found)))
    return int(any(_shares(one.warm)[1] > TARGET for one in found))


if __name__ == "__main__":
    sys.exit(main())
