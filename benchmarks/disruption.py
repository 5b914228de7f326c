"""Repair against a proven minimum: a published calendar is disturbed, and what moves is counted.

`python -m benchmarks.disruption`. The protocol follows that of minimal-perturbation timetabling: a share of the times in use
becomes invalid, or a share of the rooms goes, and as much of the timetable as can be has to stay (Müller, Rudová and Barták,
Minimal Perturbation Problem in Course Timetabling, PATAT 2004; Phillips, Walker, Ehrgott and Ryan, Integer programming for
minimal perturbation problems in university course timetabling, Annals of Operations Research 2017).
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any, Final

from solver.check import check_calendar
from solver.decode import Decoder
from solver.engine.order import order_starts
from solver.engine.state import no_prices
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.problem.compile import compile_problem
from solver.repair.complete import Completion
from solver.repair.disruption import Disruption, not_standing
from solver.repair.repair import RepairLimits, repair
from solver.repair.standing import disruption_problem, fits, kept_meetings, late_already
from solver.replan.booking import book_again
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

Json = dict[str, Any]

PROTOCOLS: Final = {
    "times 1 %": 0.01,
    "times 5 %": 0.05,
    "times 21 %": 0.21,
    "rooms 25 %": 0.25,
}
"""What happens, and to what share."""
METHODS: Final = ("repair", "by weight", "first come")


@dataclass(frozen=True)
class Run:
    """What one method made of one disturbance.

    Attributes
    ----------
    meetings
        Published.
    unable
        Meetings that can't stand whatever else moves.
    moved
        Meetings that don't stand afterwards.
    least
        Fewest that don't stand in any calendar with as few new breach days, as far as proven; ``None`` where nothing is.
    proved
        Whether the method proved that it needs so many; only a repair proves anything.
    late
        Breach days of the calendar after, less those of the one before.
    seconds
        Of processor time, until what must move was known, for a repair; else until the calendar was.
    cost
        Points of the calendar after; ``None`` where the method has only an arrangement of meetings.
    """

    protocol: str
    method: str
    meetings: int
    unable: int
    moved: int
    least: int | None
    proved: bool
    late: int
    seconds: float
    cost: int | None


def disturb(caseload: Caseload, calendar: Calendar, protocol: str, seed: int) -> Caseload:
    """Return the caseload after one disturbance.

    Times: so many of the meetings, drawn by chance, can't be at their times any more, as somebody is busy then without whom they
    can't be held (where everybody can be missed, the room is). Rooms: so many of those that the calendar uses close for good.
    """
    chance = random.Random(f"{protocol} {seed}")
    share = PROTOCOLS[protocol]
    data: Json = caseload.model_dump(mode="json", by_alias=True)
    people = {one["id"]: one for one in data["people"]}
    venues = {one["id"]: one for one in data["venues"] if one["kind"] != "virtual"}
    if protocol.startswith("rooms"):
        used = sorted({meeting.venue for meeting in calendar.meetings} & set(venues))
        first, last = data["horizon"]["start"], data["horizon"]["end"]
        for name in chance.sample(used, round(share * len(used))):
            venues[name]["busy"] = [{"start": f"{first}T00:00", "end": f"{last}T23:45"}]
        return Caseload.model_validate(data)
    for meeting in chance.sample(calendar.meetings, round(share * len(calendar.meetings))):
        needed = [
            one.person for one in meeting.attendees if one.level == "essential" and one.person in people
        ]
        who = people[chance.choice(needed)] if needed else venues.get(meeting.venue)
        if who is not None:
            span = {"start": meeting.start.isoformat()[:16], "end": meeting.end.isoformat()[:16]}
            who["busy"] = [*who["busy"], span]
    return Caseload.model_validate(data)


def run_all(
    caseload: Caseload, policy: Policy, calendar: Calendar, protocol: str, seed: int, seconds: float
) -> list[Run]:
    """Let every method deal with one disturbance."""
    now = disturb(caseload, calendar, protocol, seed)
    before = sum(breach.days for breach in calendar.breaches)
    found: list[Run] = []

    def note(method: str, after: Calendar, spent: float, least: int | None, *, proved: bool) -> None:
        assert check_calendar(after_caseload, policy, after).ok
        gone = len(not_standing(calendar, after.meetings))
        late = sum(breach.days for breach in after.breaches) - before
        found.append(
            Run(
                protocol, method, len(calendar.meetings), unable, gone, least, proved, late, spent, after.cost
            )
        )

    first, unable = first_come(now, policy, calendar, protocol)
    phases: list[tuple[str, float]] = []
    began = time.process_time()
    repaired = repair(
        now,
        policy,
        calendar,
        measure="meetings",
        limits=RepairLimits(seconds=seconds),
        on_event=lambda event: phases.append((event.phase, time.process_time() - began)),
    )
    known = next(at for phase, at in phases if phase == "present calendar")
    after_caseload = repaired.caseload
    least = repaired.least_disruption if repaired.least_breach_days == repaired.new_breach_days else None
    note("repair", repaired.calendar, known, least, proved=repaired.proved)
    began = time.process_time()
    after_caseload = book_again(now, policy, calendar).caseload
    weighed = plan(after_caseload, policy, seconds=seconds, seed=seed)
    note("by weight", weighed, time.process_time() - began, None, proved=False)
    return [*found, first]


def first_come(now: Caseload, policy: Policy, calendar: Calendar, protocol: str) -> tuple[Run, int]:
    """Leave what can stand, and put each series with a meeting that can't wherever that moves least, in order of the day."""
    began = time.process_time()
    again = book_again(now, policy, calendar).caseload
    problem = order_starts(compile_problem(again, policy))
    weights = Disruption(calendar, now.horizon.start, working_calendar(now, policy), "meetings")
    kept = kept_meetings(problem, again, weights.of_booked)
    late = late_already(problem, again, calendar)
    ranked, _ = disruption_problem(problem, kept, late)
    whole = Completion(ranked)
    able: dict[int, list[tuple[int, int, int]]] = {s: [] for s in range(len(problem.series))}
    lost: dict[int, int] = {}
    unable = 0
    for one in sorted(kept, key=lambda one: one.booked.start):
        k = 1 if able[one.series] else 0
        where = one.at[k]
        row = None if where is None else (one.day, *where)
        if row is None or not fits(ranked, whole.commits, no_prices(ranked), one.series, k, row):
            unable += 1
            lost.setdefault(one.series, one.day)
        else:
            able[one.series].append(row)
    waiting = [s for s in able if s in lost or not whole.as_meant(s, tuple(able[s]))]
    for s in sorted(waiting, key=lambda s: (lost.get(s, 0), s)):
        whole.cheapest(s)
    working = working_calendar(now, policy)
    decoded = Decoder(again, policy, problem, working).decode(whole.solution, workload=False)
    late_after = sum(one.breach_days for one in decoded.meetings) + sum(one.days for one in decoded.unheld)
    return (
        Run(
            protocol,
            "first come",
            len(calendar.meetings),
            unable,
            len(not_standing(calendar, decoded.meetings)),
            None,
            proved=False,
            late=late_after - sum(breach.days for breach in calendar.breaches),
            seconds=time.process_time() - began,
            cost=None,
        ),
        unable,
    )


def table(runs: Sequence[Run]) -> str:
    """Write the medians as Markdown, a line a protocol and method."""
    head = ["protocol", "method", "runs", "meetings", "can't stand", "moved", "proven least", "proved"]
    head += ["new breach days", "processor time", "cost"]
    lines = [head, ["---"] * len(head)]
    for protocol in PROTOCOLS:
        for method in METHODS:
            mine = [one for one in runs if (one.protocol, one.method) == (protocol, method)]
            if not mine:
                continue
            least = [one.least for one in mine if one.least is not None]
            cost = [one.cost for one in mine if one.cost is not None]
            ours = method == "repair"
            lines.append(
                [
                    protocol,
                    method,
                    str(len(mine)),
                    f"{median(one.meetings for one in mine):,.0f}",
                    f"{median(one.unable for one in mine):g}",
                    f"{median(one.moved for one in mine):g}",
                    f"{median(least):g}" if ours and least else "–",
                    f"{sum(one.proved for one in mine)} of {len(mine)}" if ours else "–",
                    f"{median(one.late for one in mine):g} (at most {max(one.late for one in mine)})",
                    f"{median(one.seconds for one in mine):.2f} s (at most {max(one.seconds for one in mine):.2f} s)",
                    f"{median(cost):,.0f}" if cost else "–",
                ]
            )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the series that was asked for; prints each result as it comes, and the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disruption", description=__doc__)
    parser.add_argument("--plans", type=int, default=150)
    parser.add_argument("--authority", default="barnsley")
    parser.add_argument("--congestion", choices=("easy", "typical", "hard"), default="typical")
    parser.add_argument("--teams", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--protocols", nargs="+", choices=list(PROTOCOLS), default=list(PROTOCOLS))
    parser.add_argument(
        "--publish", type=float, default=20.0, help="Seconds for the calendar that is published."
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="Seconds for each repair.")
    options = parser.parse_args(arguments)
    versions = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numba", "numpy"))
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"
    )
    runs: list[Run] = []
    for team in options.teams:
        caseload = generate(options.plans, team, authority=options.authority, congestion=options.congestion)
        policy = load_policy(caseload.authority)
        calendar = plan(caseload, policy, seconds=options.publish, seed=team)
        for protocol in options.protocols:
            for seed in options.seeds:
                for one in run_all(caseload, policy, calendar, protocol, seed, options.seconds):
                    runs.append(one)
                    print(f"team {team}, seed {seed}: {one}", flush=True)
    print("\n" + table(runs))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
