"""Trying a calendar out: what would be held in time as things go. A worker does it; one try of a calendar at a time."""

from __future__ import annotations

from typing import Final

from service.access.limits import SolveLimits, allow_solve
from service.api.context import Context
from service.jobs.queue import enqueue
from service.store import audit, calendars, stress_results
from service.store.scope import Scoped

RUNS: Final = 20
"""Of a try."""
SECONDS: Final = 60.0
"""Of the authority's search time that a try counts for, however long it takes."""


def ask_to_try(here: Context, scoped: Scoped, calendar: str) -> bool:
    """Queue a try of a calendar's present revision; whether there is a new one.

    Who asks while one waits or runs, or where this revision has been tried already, asks for nothing more: the same calendar
    meets the same fate again.

    Parameters
    ----------
    here
    scoped
        Writing, of somebody who may plan.
    calendar
        Theirs to see, with a revision.

    Raises
    ------
    Problem
        429 where the authority has no room for it.
    """
    # Two who ask at once: the second finds the first one's job.
    entry = calendars.find(scoped, calendar, lock=True)
    if entry is None or not entry.revision:
        return False
    job = stress_results.last_job(scoped, calendar)
    if job is not None and job.state in stress_results.WAITING:
        return False
    result = stress_results.kept(scoped, calendar)
    if result is not None and result.revision == entry.revision:
        return False
    limits = SolveLimits(here.settings.most_jobs, here.settings.most_seconds_a_day)
    allow_solve(scoped, limits, SECONDS, here.now())
    payload = {"revision": entry.revision, "runs": RUNS, "seconds": SECONDS}
    enqueue(scoped, stress_results.KIND, entry.id, entry.team, at=here.now(), payload=payload)
    number = str(entry.revision)
    audit.record(scoped, "calendar.stress", entry.id, at=here.now(), team=entry.team, before=number)
    return True


def ask_to_stop_trying(here: Context, scoped: Scoped, calendar: str) -> bool:
    """Stop the try of a calendar, whichever revision it is of; whether there is one.

    What it has found by then isn't kept, and its seconds stay counted: fewer runs would say something else with the same words.

    Parameters
    ----------
    here
    scoped
        Writing, of somebody who may plan.
    calendar
        Theirs to see.
    """
    entry = calendars.find(scoped, calendar, lock=True)
    if entry is None or not stress_results.ask_to_stop(scoped, calendar, at=here.now()):
        return False
    audit.record(scoped, "calendar.stress-stop", entry.id, at=here.now(), team=entry.team)
    return True


__all__ = ["RUNS", "SECONDS", "ask_to_stop_trying", "ask_to_try"]
