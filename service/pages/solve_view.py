"""What the page of a search tells: how far it is, what it has found, and what to do where it came to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from service.access.rights import may
from service.pages.solve_plot import Plot, Point, plot_of, points_of, rows_of
from service.pages.team import TeamView
from service.pages.whom import Whom
from service.store import calendars
from service.store.calendars import OPEN
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, Event, Job
from service.words import count, gap_words
from solver.schema.calendar import LEVELS, ScoreLevel

SILENT: Final = timedelta(seconds=20)
"""After which it is strange that nobody has begun, or has been heard of."""
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Waits:
    """Who has the job, or why nobody has."""

    before: int = 0
    """Plans that are done first."""
    attempt: int = 1
    nobody: bool = False
    """It seems that no worker is running."""
    lost: bool = False
    """The worker that had it hasn't been heard of."""


@dataclass(frozen=True, slots=True)
class SolveView:
    """A search."""

    id: str
    state: str
    open: bool
    heading: str
    stop_asked: bool
    revision: int
    waits: Waits
    seconds: float
    limit: float | None
    """``None`` where it isn't time that ends it."""
    rounds: int | None
    phase: str
    cost: int | None
    levels: tuple[tuple[ScoreLevel, int], ...]
    bound: float | None
    gap: str
    """In a sentence."""
    breaches: int | None
    problem: Mapping[str, Any] | None
    faults: tuple[Mapping[str, str], ...]
    counts: bool
    """Whether the team's pages show it."""
    next: str
    """Where to go when it is done."""
    again: bool
    """Whether it keeps to a calendar that stands."""
    asked_by: str
    asked_at: datetime
    finished: datetime | None
    last: int
    """The number of the last event."""
    points: tuple[Point, ...]
    rows: tuple[Point, ...]
    plot: Plot | None


def solve_view(view: TeamView, scoped: Scoped, entry: CalendarEntry) -> SolveView:
    """How far a calendar is.

    Parameters
    ----------
    view
    scoped
        Of who looks.
    entry
        Theirs to see.
    """
    happened = _events(scoped, entry.id)
    points = points_of(happened)
    options, progress = entry.options, entry.progress
    rounds = options.get("rounds")
    limit = None if rounds is not None else float(options.get("seconds", 60))
    counting = next(iter(calendars.current(scoped, entry.team)), None)
    counts = counting is not None and counting.id == entry.id
    problem = entry.problem
    told_faults = problem is not None and may(view.who, "caseload.read")
    best = progress.get("best") or {}
    cost = progress.get("cost")
    return SolveView(
        id=entry.id,
        state=entry.state,
        open=entry.state in OPEN,
        heading=heading_of(entry.state, entry.revision, stop_asked=entry.stop_asked),
        stop_asked=entry.stop_asked,
        revision=entry.revision,
        waits=_waits(view, scoped, entry) if entry.state in OPEN else Waits(),
        seconds=points[-1].seconds if points else 0.0,
        limit=limit,
        rounds=rounds,
        phase=str(progress.get("phase") or ""),
        cost=cost,
        levels=tuple((level, best[level]) for level in LEVELS if best.get(level)),
        bound=progress.get("bound"),
        gap="" if progress.get("gap") is None else gap_words(progress["gap"], "feasible"),
        breaches=progress.get("breaches"),
        problem=problem,
        # What is wrong with a caseload says what is in it.
        faults=tuple(problem.get("errors", ())) if problem is not None and told_faults else (),
        counts=counts,
        next=view.path if counts else f"{view.path}/publish?calendar={entry.id}",
        again=options.get("previous") is not None,
        asked_by=Whom(scoped)(entry.created_by),
        asked_at=entry.created.astimezone(view.now.tzinfo),
        finished=None if entry.finished is None else entry.finished.astimezone(view.now.tzinfo),
        last=happened[-1].number if happened else 0,
        points=tuple(points),
        rows=tuple(rows_of(points)),
        plot=plot_of(points, limit),
    )


def heading_of(state: str, revision: int, *, stop_asked: bool) -> str:
    """The state of a search in a few words."""
    if state in OPEN and stop_asked:
        return "Stopping"
    if state == "stopped":
        return "Stopped: the best calendar was kept" if revision else "Stopped before there was a calendar"
    return {
        "queued": "Waiting to be planned",
        "preparing": "Getting ready to plan",
        "solving": "Planning",
        "completed": "The calendar is ready",
        "infeasible": "The calendar is ready, but not everything can be held",
        "failed": "Planning failed",
        "invalid": "The caseload can’t be planned",
    }[state]


def breach_words(breaches: int | None) -> str:
    """How many meetings are late or missing."""
    if breaches is None:
        return "Not known yet"
    return f"{count(breaches, 'meeting')} late or not held" if breaches else "Every meeting is held in time"


def _waits(view: TeamView, scoped: Scoped, entry: CalendarEntry) -> Waits:
    query = scoped.select(Job).where(Job.kind == "plan", Job.subject == entry.id)
    job = scoped.session.scalars(query.order_by(Job.created.desc()).limit(1)).first()
    if job is None:
        return Waits()
    if job.state == "leased":
        lost = job.leased_until is not None and job.leased_until + SILENT < view.now
        return Waits(attempt=job.attempts, lost=lost)
    # Other teams' plans count as well, as numbers: who has to wait is told how long the queue is.
    everybody = Scoped(scoped.session, system(view.who.tenant))
    jobs: Sequence[Job] = list(
        scoped.session.scalars(
            everybody.select(Job).where(Job.kind == "plan", Job.state.in_(("queued", "leased")))
        )
    )
    running = [one for one in jobs if one.state == "leased"]
    alive = any(one.leased_until is not None and one.leased_until + SILENT >= view.now for one in running)
    earlier = [one for one in jobs if one.state == "queued" and (one.created, one.id) < (job.created, job.id)]
    waited = view.now - max(job.created, job.not_before)
    return Waits(len(running) + len(earlier), job.attempts + 1, nobody=waited > SILENT and not alive)


def _events(scoped: Scoped, calendar: str) -> list[Event]:
    found: list[Event] = []
    while some := calendars.events(scoped, calendar, found[-1].number if found else 0, _AT_ONCE):
        found += some
        if len(some) < _AT_ONCE:
            break
    return found


__all__ = ["SolveView", "Waits", "breach_words", "heading_of", "solve_view"]
