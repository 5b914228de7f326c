"""How soon a manager sees the pages of a large team, and what they weigh: `python -m benchmarks.pages`.

The service is the real one, `convene serve` on SQLite; the browser is Chromium on the same machine. Each page is opened with
nothing kept but the session ("first"), then again in the same browser ("again").
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final
from urllib.parse import quote

from benchmarks.load_service import running
from benchmarks.page_visits import CHROMIUM, Visit, chromium, signed_in, verdicts, visits
from benchmarks.runner import conditions
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

PAGES: Final = {
    "caseload": "",
    "caseload, as a list": "?view=list",
    "week": "/week",
    "meeting": "/meetings/{meeting}",
    "workload": "/workload",
    "tasks": "/tasks",
    "late and missing": "/breaches",
    "figures": "/figures",
    "publish": "/publish",
}
"""Path of each page below the team's. One that isn't there is left out."""
MOST_OCTETS: Final = 300_000
"""That the caseload may weigh, with its scripts and styles."""
FIRST_PAINT: Final = 1_000.0
"""Milliseconds, at the median."""
VERDICT: Final = 300.0
"""Milliseconds, of 95 in 100 verdicts."""


@dataclass(frozen=True)
class Measured:
    """A page, opened so many times."""

    page: str
    first: tuple[Visit, ...]
    again: tuple[Visit, ...]


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of moves, in milliseconds."""

    milliseconds: tuple[float, ...]
    first: float
    possible: int


def measure(
    caseload: Caseload, calendar: Calendar, times: int, moves: int
) -> tuple[list[Measured], Verdicts]:
    """Open every page so many times, then try so many moves."""
    found = []
    with running("sqlite", 1, caseload, calendar, 1) as service, chromium() as browser:
        address = service.urls[0]
        kept = signed_in(browser, address, "manager-1")
        team = f"/teams/{caseload.team.id}"
        meeting = quote(calendar.meetings[len(calendar.meetings) // 2].id, safe="")
        paths = {page: team + path.format(meeting=meeting) for page, path in PAGES.items()}
        for page, path in paths.items():
            # One visit doesn't count: what the service reads and compiles on first use.
            if visits(browser, address, kept, path) is None:
                print(f"{page}: there is no such page yet", file=sys.stderr)
                continue
            seen = [pair for _ in range(times) if (pair := visits(browser, address, kept, path)) is not None]
            found.append(Measured(page, tuple(one for one, _ in seen), tuple(one for _, one in seen)))
            print(row(found[-1]), file=sys.stderr)
        told, possible = verdicts(browser, address, kept, team, calendar, moves)
    return found, Verdicts(tuple(told[:-1]), told[-1], possible)


def table(found: Sequence[Measured]) -> list[str]:
    """Lines of a Markdown table: median / 95th percentile, in milliseconds."""
    heads = ("page", "first: kB", "answer", "first paint", "largest paint")
    again = ("again: kB", "answer", "first paint", "largest paint")
    return [f"| {' | '.join((*heads, *again))} |", "|---" * 9 + "|", *(row(one) for one in found)]


def row(one: Measured) -> str:
    """A page's line."""
    return f"| {' | '.join([one.page, *_cells(one.first), *_cells(one.again)])} |"


def _cells(seen: Sequence[Visit]) -> list[str]:
    octets = f"{max(one.octets for one in seen) / 1000:.0f}"
    return [octets, *(_both([getattr(one, name) for one in seen]) for name in ("ttfb", "fcp", "lcp"))]


def _both(times: Sequence[float]) -> str:
    middle, late = shares(times)
    return f"{middle:.0f} / {late:.0f}"


def shares(times: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    if len(times) < 2:
        return (times[0], times[0]) if times else (0.0, 0.0)
    hundredths = quantiles(times, n=100, method="inclusive")
    return hundredths[49], hundredths[94]


def verdict_line(told: Verdicts) -> str:
    """The verdicts in a sentence."""
    middle, late = shares(told.milliseconds)
    return (
        f"Verdict of a move, asked by the page: median {middle:.0f} ms, p95 {late:.0f} ms of {len(told.milliseconds)} "
        f"({told.possible} possible); the first of all {told.first:.0f} ms."
    )


def misses(found: Sequence[Measured], told: Verdicts) -> list[str]:
    """What isn't as it is to be."""
    missed = []
    for one in found:
        if not one.page.startswith("caseload"):
            continue
        if (most := max(visit.octets for visit in one.first)) > MOST_OCTETS:
            missed.append(f"{one.page}: {most:,} octets, to be {MOST_OCTETS:,}")
        if (paint := shares([visit.fcp for visit in one.first])[0]) > FIRST_PAINT:
            missed.append(f"{one.page}: first paint after {paint:.0f} ms, to be {FIRST_PAINT:.0f} ms")
    if (late := shares(told.milliseconds)[1]) > VERDICT:
        missed.append(f"verdict of a move: p95 {late:.0f} ms, to be {VERDICT:.0f} ms")
    return missed


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--authority", default="barnsley")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=20, help="each page is opened, first and again")
    parser.add_argument("--moves", type=int, default=60, help="verdicts that are asked for")
    asked = parser.parse_args(arguments)
    caseload = generate(asked.plans, asked.seed, authority=asked.authority)
    calendar = plan(caseload, load_policy(caseload.authority), deterministic=3, seed=1)
    size = f"{asked.plans} plans, {len(calendar.meetings)} meetings"
    print(size, file=sys.stderr)
    found, told = measure(caseload, calendar, asked.times, asked.moves)
    command = " ".join(["python -m benchmarks.pages", *(sys.argv[1:] if arguments is None else arguments)])
    print(f"`{command}`, {size}, {conditions()}, {_browser()}.\n")
    print("\n".join([*table(found), "", verdict_line(told)]))
    missed = misses(found, told)
    print("\n".join(missed), file=sys.stderr)
    return int(bool(missed))


def _browser() -> str:
    said = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2])


if __name__ == "__main__":
    sys.exit(main())
