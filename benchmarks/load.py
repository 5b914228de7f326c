"""How soon the service answers a team's managers, alone and while a worker plans: `python -m benchmarks.load`.

The service is the real one: `convene serve` with its own processes, over sockets of this machine. The client shares its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from benchmarks.load_service import Used, running, solving
from benchmarks.load_traffic import KINDS, Seen, Traffic, schedule
from benchmarks.runner import conditions
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

SETTINGS: Final = {
    "sqlite": ("sqlite", 1),
    "postgresql": ("postgresql", 1),
    "postgresql-2": ("postgresql", 2),
}
"""Database and API processes, by name."""
WORDS: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "postgresql-2": "PostgreSQL, 2 API processes"}
TARGETS: Final = {"move:check": 0.3, "status": 0.1, "feed": 0.1, "feed, unchanged": 0.1}
"""Seconds that 95 of 100 requests are to stay below."""
_WARM: Final = 6.0
"""Seconds of traffic that don't count: what is read and compiled on first use."""


@dataclass(frozen=True)
class Measured:
    """One setting under load."""

    setting: str
    solve: bool
    seen: Seen
    used: Used


def measure(
    setting: str, caseload: Caseload, calendar: Calendar, managers: int, seconds: float, times: float
) -> list[Measured]:
    """Load a service, then load it again while its worker plans the team anew."""
    kind, apis = SETTINGS[setting]
    found = []
    with running(kind, apis, caseload, calendar, managers) as service:
        traffic = Traffic(service, calendar)
        # Feeds first: whoever has one can ask whether it has changed.
        warm = [due for due in schedule(managers, _WARM, 0) if not due.kind.endswith("unchanged")]
        asyncio.run(traffic.run(warm))
        dues = schedule(managers, seconds, 1, times=times)
        with service.watched() as used:
            seen = asyncio.run(traffic.run(dues))
        found.append(Measured(setting, False, seen, used))
        with solving(service, 4 * seconds + 120), service.watched() as used:
            seen = asyncio.run(traffic.run(dues))
        found.append(Measured(setting, True, seen, used))
    return found


def latencies(found: Sequence[Measured]) -> list[str]:
    """Lines of a Markdown table: one a kind of request, one column a setting."""
    heads = [WORDS[one.setting] + (", a solve running" if one.solve else "") for one in found]
    lines = [f"| request | sent | {' | '.join(heads)} |", "|---" * (len(heads) + 2) + "|"]
    for kind in KINDS:
        cells = [
            " / ".join(f"{1000 * share:.0f}" for share in shares(one.seen.seconds[kind])) for one in found
        ]
        lines.append(f"| {kind} | {len(found[0].seen.seconds[kind])} | {' | '.join(cells)} |")
    return lines


def usage(found: Sequence[Measured]) -> list[str]:
    """Lines of a Markdown table: what each setting was given, and used."""
    lines = [
        "| service | solve | requests | a second | errors | MB a second | API, cores | desk, cores | API memory | "
        "desk memory | worker memory | solve memory | sent late by | load of the machine |",
        "|---" * 14 + "|",
    ]
    for one in found:
        seen, used = one.seen, one.used
        memory = " | ".join(
            f"{used.mib[part]:.0f} MB" if part in used.mib else "–"
            for part in ("API", "desk", "worker", "solve")
        )
        lines.append(
            f"| {WORDS[one.setting]} | {'yes' if one.solve else 'no'} | {seen.count:,} | {seen.count / seen.lasted:.0f} | "
            f"{seen.faults} | {seen.octets / seen.lasted / 1e6:.1f} | {used.cpu.get('API', 0) / seen.lasted:.2f} | "
            f"{used.cpu.get('desk', 0) / seen.lasted:.2f} | {memory} | {1000 * seen.late:.0f} ms | {used.load:.1f} |"
        )
    return lines


def shares(times: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th and 99th percentile."""
    if len(times) < 2:
        return (times[0],) * 3 if times else (0.0,) * 3
    hundredths = quantiles(times, n=100, method="inclusive")
    return hundredths[49], hundredths[94], hundredths[98]


def misses(found: Sequence[Measured]) -> list[str]:
    """What is not as it is to be: errors, and targets that were missed."""
    told = []
    for one in found:
        where = WORDS[one.setting] + (", a solve running" if one.solve else "")
        for kind, errors in one.seen.errors.items():
            if errors:
                told.append(f"{where}: {kind}: {dict(Counter(errors))}")
        for kind, target in TARGETS.items():
            if (late := shares(one.seen.seconds[kind])[1]) > target:
                told.append(f"{where}: {kind}: p95 {1000 * late:.0f} ms, to be {1000 * target:.0f} ms")
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a target is missed or a request failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--authority", default="barnsley")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--managers", type=int, default=50)
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of load on each setting, alone and with a solve"
    )
    parser.add_argument("--times", type=float, default=1.0, help="this many times the traffic")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    asked = parser.parse_args(arguments)
    caseload = generate(asked.plans, asked.seed, authority=asked.authority)
    calendar = plan(caseload, load_policy(caseload.authority), deterministic=3, seed=1)
    print(f"{asked.plans} plans, {len(calendar.meetings)} meetings", file=sys.stderr)
    found: list[Measured] = []
    for setting in asked.settings:
        found += measure(setting, caseload, calendar, asked.managers, asked.seconds, asked.times)
        print("\n".join([*latencies(found[-2:]), *usage(found[-2:])]), file=sys.stderr)
    command = " ".join(["python -m benchmarks.load", *(sys.argv[1:] if arguments is None else arguments)])
    print(f"`{command}`, {conditions()}.\n")
    print("\n".join([*latencies(found), "", *usage(found)]))
    missed = misses(found)
    print("\n".join(missed), file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
