"""Jobs of kind ``stress``: a calendar is tried out, in a process of its own, and what came of it is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from service.jobs.queue import cancel, finish, hold
from service.jobs.solving import COMMAND, DiedError, Solving, StressTask, Told
from service.jobs.work import DATABASE_AWAY, AgainError, Work
from service.settings import Settings
from service.store import calendars, stress_results
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion, Job, Revision

MOST_RUNS: Final = 100
"""Of a job, whatever it says."""
MOST_SECONDS: Final = 900.0
"""That one may take."""
_USUAL: Final = Settings()
_LISTEN_SECONDS: Final = 0.1
_LOOK_SECONDS: Final = 0.5
"""Between two looks whether it is to be stopped."""
_log = structlog.get_logger("convene.jobs")


@dataclass(frozen=True)
class _Given:
    """What is to be tried."""

    revision: int
    runs: int
    caseload: bytes
    calendar: bytes


class Stressing:
    """Tries calendars out.

    Parameters
    ----------
    memory_mb
        What the process may take.
    most_seconds
        How long it may take.
    command
        How it is started.
    monotonic
        Seconds from any origin.
    """

    def __init__(
        self,
        *,
        memory_mb: int = _USUAL.solve_memory_mb,
        most_seconds: float = MOST_SECONDS,
        command: Sequence[str] = COMMAND,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory_mb, self._most_seconds, self._command = memory_mb, most_seconds, command
        self._monotonic = monotonic

    def run(self, work: Work) -> None:
        """Try a calendar out; see `service.jobs.work.Handler.run`."""
        given = _begin(work)
        if given is None:
            return
        task = StressTask(given.runs, self._memory_mb, int(self._most_seconds) + 1)
        solving = Solving(task, given.caseload, calendar=given.calendar, command=self._command)
        began = looked = self._monotonic()
        with solving:
            while True:
                work.check()
                try:
                    said = solving.receive(_LISTEN_SECONDS)
                except DiedError as error:
                    raise AgainError(error.detail) from error
                if said is not None and _take(work, given, said):
                    return
                at = self._monotonic()
                if at - began > self._most_seconds:
                    _failed(work, "it took longer than it may")
                    return
                if at - looked > _LOOK_SECONDS:
                    looked = at
                    if _stopped(work):
                        return

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:
        """See `service.jobs.work.Handler.requeued`: the job itself says all."""

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:
        """See `service.jobs.work.Handler.given_up`: the job itself says all."""


def _begin(work: Work) -> _Given | None:
    """Read what is to be done; ``None`` if there is nothing to do any more, and the job has ended."""
    number = int(work.lease.payload["revision"])
    with work.writing() as scoped:
        row = scoped.one(Revision, Revision.calendar == work.lease.subject, Revision.number == number)
        if row is None:
            finish(scoped.session, work.lease, at=work.now(), detail="there is nothing to try any more")
            return None
        job = hold(scoped.session, work.lease)
        if stress_results.is_to_stop(job):
            # Asked of an attempt that came to nothing.
            cancel(scoped.session, work.lease, at=work.now())
            return None
        stress_results.tell_runs(job, 0)
        version = scoped.one(CaseloadVersion, CaseloadVersion.id == row.caseload_version)
        assert version is not None, "a revision has its caseload"
        runs = max(1, min(MOST_RUNS, int(work.lease.payload["runs"])))
        return _Given(number, runs, version.document, row.document)


def _take(work: Work, given: _Given, said: Told) -> bool:
    """Take something in; whether that was the end."""
    match said.kind:
        case "runs":
            # Told again with the next ones, should the database be away.
            with suppress(*DATABASE_AWAY), work.writing() as scoped:
                stress_results.tell_runs(hold(scoped.session, work.lease), int(said.data["done"]))
            return False
        case "result":
            with work.writing() as scoped:
                finish(scoped.session, work.lease, at=work.now())
                # Not while its caseload is being erased.
                if calendars.find(scoped, work.lease.subject, lock=True) is not None:
                    stress_results.keep(
                        scoped, work.lease.subject, given.revision, said.documents[0], at=work.now()
                    )
        case "invalid" | "beyond":
            _failed(work, "the caseload can’t be planned as it is")
        case "fault" if said.data["transient"]:
            raise AgainError(
                f"the process that plans came upon an error of the machine ({said.data['place']})"
            )
        case "fault":
            _log.error("calendar not tried out", job=work.lease.job, place=said.data["place"])
            is_memory = said.data["what"] == "memory"
            _failed(
                work,
                "it took more memory than it may" if is_memory else "an error in the service broke it off",
            )
        case _:
            return False
    return True


def _stopped(work: Work) -> bool:
    """End the job if somebody has asked for that; whether it has ended."""
    try:
        with work.reading() as scoped:
            job = scoped.one(Job, Job.id == work.lease.job)
            if job is None or not stress_results.is_to_stop(job):
                return False
        with work.writing() as scoped:
            cancel(scoped.session, work.lease, at=work.now())
    except DATABASE_AWAY:
        return False
    return True


def _failed(work: Work, detail: str) -> None:
    with work.writing() as scoped:
        finish(scoped.session, work.lease, at=work.now(), failed=True, detail=detail)


__all__ = ["MOST_RUNS", "MOST_SECONDS", "Stressing"]
