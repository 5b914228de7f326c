"""What becomes of a calendar that is planned, written in the transaction of the job that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service.jobs import problems
from service.jobs.queue import LostLeaseError
from service.jobs.work import Work
from service.store import audit, calendars, caseloads, incumbents, webhooks
from service.store.scope import Scoped
from service.store.tables import CalendarEntry
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


def set_state(scoped: Scoped, work: Work, state: str, *, problem: dict[str, Any] | None = None) -> None:
    """Change the state of a calendar, and tell those who watch it."""
    entry = _entry(scoped, work)
    data: dict[str, Any] = {}
    if state in calendars.OPEN:
        data["attempt"] = work.lease.attempt
    else:
        _ended(scoped, work, entry, state, problem)
    entry.state = state
    calendars.add_event(scoped, entry, "state", {"state": state, **data}, at=work.now())


def set_progress(scoped: Scoped, work: Work, progress: dict[str, Any]) -> None:
    """Tell how far the search is."""
    entry = _entry(scoped, work)
    entry.progress = progress
    calendars.add_event(scoped, entry, "progress", progress, at=work.now())


def stop_is_asked(scoped: Scoped, work: Work) -> bool:
    """Whether somebody wants the search to end with the best so far."""
    entry = calendars.find(scoped, work.lease.subject)
    return entry is not None and entry.stop_asked


def keep_best(scoped: Scoped, work: Work, cost: int, document: bytes) -> None:
    """Keep a checked calendar, unless a better one is kept already."""
    incumbents.keep(scoped, _entry(scoped, work).id, cost, document, at=work.now())


def end_with_best(scoped: Scoped, work: Work, result: Sequence[bytes] | None) -> None:
    """Make the better of a result and what was kept the calendar's next revision; both have been checked.

    Parameters
    ----------
    scoped, work
    result
        The document, and that of the caseload that it answers where that is another one than was given.
    """
    entry = _entry(scoped, work)
    found = None if result is None else Calendar.model_validate_json(result[0])
    kept = incumbents.kept(scoped, entry.id)
    if kept is not None and (found is None or kept.cost < found.cost):
        found, result = Calendar.model_validate_json(kept.document), None
    if found is None:
        set_state(scoped, work, "stopped", problem=problems.stopped_early())
        return
    version = entry.caseload_version
    if result is not None and len(result) > 1:
        version = caseloads.add_version(scoped, Caseload.model_validate_json(result[1]), at=work.now())[0].id
    _end(scoped, work, entry, found, version, None)


def end_failed(scoped: Scoped, work: Work, problem: Callable[[bool], dict[str, Any]]) -> None:
    """End without a result: with what was kept, if there is anything, else as failed.

    Parameters
    ----------
    scoped, work
    problem
        Why, told whether something was kept.
    """
    entry = _entry(scoped, work)
    kept = incumbents.kept(scoped, entry.id)
    if kept is None:
        set_state(scoped, work, "failed", problem=problem(False))
    else:
        found = Calendar.model_validate_json(kept.document)
        _end(scoped, work, entry, found, entry.caseload_version, problem(True))


def state_of(calendar: Calendar, *, stop_asked: bool) -> str:
    """The state that a calendar ends in.

    ``stopped``: its search was ended before its time, and something better may exist. ``infeasible``: it is proven that not
    everything that the policy requires can be held; the calendar says what, why, and what would help.
    """
    if calendar.status == "stopped" or (stop_asked and calendar.status != "optimal"):
        return "stopped"
    if any(breach.meeting is None and breach.proved for breach in calendar.breaches):
        return "infeasible"
    return "completed"


def _end(
    scoped: Scoped,
    work: Work,
    entry: CalendarEntry,
    found: Calendar,
    version: str,
    problem: dict[str, Any] | None,
) -> None:
    state = "stopped" if problem is not None else state_of(found, stop_asked=entry.stop_asked)
    calendars.add_revision(scoped, entry, found, version, reason="planned", at=work.now())
    entry.progress = {
        "seconds": found.seconds or entry.progress.get("seconds", 0.0),
        "phase": "ended",
        "best": {str(level): points for level, points in found.objective.items()},
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "breaches": len(found.breaches),
    }
    _ended(scoped, work, entry, state, problem)
    entry.state = state
    data = {"state": state, "revision": entry.revision, **entry.progress}
    calendars.add_event(scoped, entry, "state", data, at=work.now())


def _ended(
    scoped: Scoped, work: Work, entry: CalendarEntry, state: str, problem: dict[str, Any] | None
) -> None:
    entry.problem, entry.finished = problem, work.now()
    incumbents.forget(scoped, entry.id)
    after = f"revision {entry.revision}" if entry.revision else None
    told = {"calendar": entry.id, "state": state, "revision": entry.revision}
    webhooks.announce(scoped, "calendar.completed", entry.team, told, at=work.now())
    audit.record(scoped, f"calendar.{state}", entry.id, at=work.now(), team=entry.team, after=after)


def _entry(scoped: Scoped, work: Work) -> CalendarEntry:
    entry = calendars.find(scoped, work.lease.subject, lock=True)
    if entry is None:
        raise LostLeaseError(f"the calendar of job {work.lease.job} is there no more")
    return entry


__all__ = [
    "end_failed",
    "end_with_best",
    "keep_best",
    "set_progress",
    "set_state",
    "state_of",
    "stop_is_asked",
]
