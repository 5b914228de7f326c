"""Erasing what is no longer needed: a caseload with everything made of it, or whatever has been over for long.

What was written about it in the audit log stays: it holds ids and digests, and that something was erased is told there too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete

from service.store import audit
from service.store.scope import Scoped
from service.store.tables import (
    Base,
    CalendarEntry,
    CaseloadVersion,
    Event,
    FeedToken,
    Idempotency,
    Incumbent,
    Job,
    Message,
    Rebooking,
    Revision,
    StressResult,
    TaskMark,
)
from solver.schema.caseload import Caseload


class NothingToEraseError(LookupError):
    """There is no such caseload."""


def erase_caseload(scoped: Scoped, team: str, caseload: str, *, at: datetime) -> dict[str, int]:
    """Erase a caseload: every version, every calendar of it and its revisions, options, events, jobs and messages, what
    became of it when it was tried out, and which of its tasks were done.

    Parameters
    ----------
    scoped
        Of the service itself, or of somebody who sees the team.
    team
    caseload
        The document's own id.
    at
        Aware.

    Returns
    -------
    dict
        Rows erased, by table.

    Raises
    ------
    NothingToEraseError
        With nothing changed.
    """
    versions = list(
        scoped.session.scalars(
            scoped.select(CaseloadVersion).where(
                CaseloadVersion.team == team, CaseloadVersion.caseload == caseload
            )
        )
    )
    if not versions:
        raise NothingToEraseError(f"the team {team} has no caseload {caseload}")
    found = [version.id for version in versions]
    calendars = [
        entry.id
        for entry in scoped.session.scalars(
            scoped.select(CalendarEntry).where(CalendarEntry.caseload_version.in_(found))
        )
    ]
    counts: Counter[str] = Counter()
    for table, criteria in (
        # First: a worker that is at one of them writes nothing any more.
        (Job, Job.subject.in_(calendars)),
        (Incumbent, Incumbent.calendar.in_(calendars)),
        (Event, Event.calendar.in_(calendars)),
        (Rebooking, Rebooking.calendar.in_(calendars)),
        (Message, Message.calendar.in_(calendars)),
        (StressResult, StressResult.calendar.in_(calendars)),
        (Revision, Revision.calendar.in_(calendars)),
        (CalendarEntry, CalendarEntry.id.in_(calendars)),
        (CaseloadVersion, CaseloadVersion.id.in_(found)),
    ):
        counts[table.__tablename__] = _gone(scoped, table, criteria)
    own = (TaskMark.tenant == scoped.principal.tenant, TaskMark.team == team, TaskMark.caseload == caseload)
    counts["task_mark"] = _gone(scoped, TaskMark, *own)
    # Answers that are kept to be given again may hold what is erased.
    counts["idempotency"] = _gone(scoped, Idempotency, Idempotency.tenant == scoped.principal.tenant)
    if not _has_caseloads(scoped, team):
        counts["feed_token"] = _gone(
            scoped, FeedToken, FeedToken.tenant == scoped.principal.tenant, FeedToken.team == team
        )
    audit.record(scoped, "caseload.erase", caseload, at=at, team=team, before=versions[-1].digest)
    return {name: number for name, number in counts.items() if number}


def overdue(scoped: Scoped, before: date) -> list[tuple[str, str]]:
    """Teams and ids of the caseloads whose horizon ended before a day, in every version."""
    ends: dict[tuple[str, str], date] = {}
    for version in scoped.session.scalars(scoped.select(CaseloadVersion)):
        key = (version.team, version.caseload)
        end = Caseload.model_validate_json(version.document).horizon.end
        ends[key] = max(end, ends.get(key, end))
    return sorted(key for key, end in ends.items() if end < before)


def _gone(scoped: Scoped, table: type[Base], *criteria: object) -> int:
    done = scoped.session.connection().execute(delete(table).where(*criteria))  # type: ignore[arg-type]
    return int(done.rowcount)


def _has_caseloads(scoped: Scoped, team: str) -> bool:
    rows: Sequence[CaseloadVersion] = list(
        scoped.session.scalars(scoped.select(CaseloadVersion).where(CaseloadVersion.team == team).limit(1))
    )
    return bool(rows)


__all__ = ["NothingToEraseError", "erase_caseload", "overdue"]
