"""What the page of a calendar that was tried out tells, to each viewer what is their business."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from service.access.rights import Reach, reach
from service.api.seeing import seen_of
from service.pages.addresses import meeting_path
from service.pages.team import TeamView
from service.report.stress import Plot, build_plot, stress_view
from service.store import stress_results
from service.store.stress_results import WAITING
from service.store.tables import Job, StressResult
from service.stress_words import figure, share_words, spread_words
from service.views.attention import meeting_words, unheld_words
from solver.schema.stress import Late, Stress

State = Literal["none", "waiting", "running", "failed", "done"]
MOST_WEAK: Final = 12
SILENT: Final = timedelta(seconds=20)
"""After which it is strange that nobody has begun."""


@dataclass(frozen=True, slots=True)
class Weak:
    """A meeting that is late, or not held, more often than others."""

    what: str
    path: str
    """Its page; empty where there is none."""
    start: datetime | None
    late: int
    """Runs in which it is."""
    days: str
    """Late then, on average."""
    planned_late: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A result."""

    revision: int
    stale: bool
    made: datetime
    runs: int
    summary: tuple[str, ...]
    plot: Plot
    spread: tuple[tuple[int, int], ...]
    """Late meetings, and runs with so many: what the picture shows."""
    tables: dict[str, object]
    """As the report has them; see `service.report.stress`."""
    weak: tuple[Weak, ...] | None
    """``None`` for those who don't see the whole team's meetings."""


@dataclass(frozen=True, slots=True)
class StressPage:
    """All of the page."""

    state: State
    revision: int
    asked: int
    """The revision that waits, runs or has failed."""
    nobody: bool
    """It seems that no worker is running."""
    detail: str
    """Why it failed."""
    done: int
    """Runs of the one that is at it."""
    runs: int
    """That it is asked to do."""
    stopping: bool
    """Somebody has asked to stop it."""
    stopped: bool
    """The last one was stopped before its end."""
    may_ask: bool
    found: Found | None

    @property
    def open(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in ("waiting", "running")


def sees_all(view: TeamView) -> bool:
    """Whether the viewer sees every meeting of the team, and what is written about each."""
    return reach(view.who, "calendar.read") in (Reach.TEAM, Reach.TENANT)


def stress_page(view: TeamView, job: Job | None, result: StressResult | None) -> StressPage | None:
    """Put it together; ``None`` where there is no calendar.

    Parameters
    ----------
    view
    job
        The last one of the calendar that counts.
    result
        The last one of it.
    """
    if view.standing is None:
        return None
    state: State = "none" if result is None else "done"
    if job is not None and job.state in WAITING:
        state = "running" if job.state == "leased" else "waiting"
    elif job is not None and job.state == "failed":
        state = "failed"
    stale = result is None or result.revision != view.revision
    return StressPage(
        state=state,
        revision=view.revision,
        asked=0 if job is None else int(job.payload["revision"]),
        nobody=state == "waiting" and job is not None and view.now - job.created > SILENT,
        detail=job.detail if job is not None and state == "failed" else "",
        done=0 if job is None or state != "running" else stress_results.runs_done(job),
        runs=0 if job is None else int(job.payload.get("runs", 0)),
        stopping=job is not None and state == "running" and stress_results.is_to_stop(job),
        stopped=job is not None and job.state == "cancelled" and stale,
        may_ask=stale and state not in ("waiting", "running"),
        found=None if result is None or state in ("waiting", "running") else _found(view, result),
    )


def _found(view: TeamView, result: StressResult) -> Found:
    assert view.standing is not None
    found = Stress.model_validate_json(result.document)
    tables = stress_view(view.standing.caseload, found)
    whole = sees_all(view)
    if not whole:
        # Of people, rooms and families that aren't theirs.
        tables["causes"] = ()
    return Found(
        revision=result.revision,
        stale=result.revision != view.revision,
        made=result.created.astimezone(view.now.tzinfo),
        runs=len(found.stressed.runs),
        summary=tuple(_summary(found)),
        plot=build_plot(found),
        spread=tuple(sorted(Counter(len(run.late) for run in found.stressed.runs).items())),
        tables=tables,
        weak=tuple(_weak(view, found)) if whole else None,
    )


def _summary(found: Stress) -> list[str]:
    own = found.stressed
    saved = (
        ""
        if own.saved_percent is None
        else f" {share_words(own.saved_percent)} % of these are still put where they are in time."
    )
    return [
        f"{figure(own.in_time_percent.mean)} % of the meetings are held in time, on average (in nine runs of ten "
        f"{figure(own.in_time_percent.low)} to {figure(own.in_time_percent.high)} %).",
        f"{figure(own.lost.mean)} times in a run a meeting can’t be held as booked, of {own.meetings:,} planned.{saved}",
        f"Late or not held in the end: {spread_words(own.late)}. As planned, without anything happening, "
        f"{own.late_as_planned:,} {'is' if own.late_as_planned == 1 else 'are'} late or missing.",
    ]  # fmt: skip


def _weak(view: TeamView, found: Stress) -> list[Weak]:
    assert view.standing is not None
    meetings = {one.id: one for one in seen_of(view.who, view.standing).meetings}
    late: dict[str, list[Late]] = defaultdict(list)
    for run in found.stressed.runs:
        for one in run.late:
            late[one.meeting].append(one)
    often = sorted(late.items(), key=lambda one: (-len(one[1]), -sum(each.days for each in one[1]), one[0]))
    weak = []
    for name, times in often[:MOST_WEAK]:
        meeting, first = meetings.get(name), times[0]
        words = meeting_words(meeting) if meeting else unheld_words(first.series, first.kind)
        weak.append(
            Weak(
                what=words,
                path=meeting_path(view.path, name) if meeting else "",
                start=None if meeting is None else meeting.start,
                late=len(times),
                days=figure(sum(one.days for one in times) / len(times)),
                planned_late=any(one.cause is None for one in times),
            )
        )
    return weak


__all__ = ["Found", "StressPage", "Weak", "sees_all", "stress_page"]
