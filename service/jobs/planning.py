"""Jobs of kind ``plan``: a calendar that was asked for is planned, in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from service.jobs import problems
from service.jobs.outcome import end_failed, end_with_best, keep_best, set_progress, set_state, stop_is_asked
from service.jobs.queue import finish
from service.jobs.solving import COMMAND, DiedError, Solving, Task, Told
from service.jobs.work import DATABASE_AWAY, AgainError, EndingError, Work
from service.settings import Settings
from service.store import calendars, incumbents
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion, Revision

WRITING_SECONDS: Final = 900.0
"""What a plan may take beyond its search: compiling on a machine's first plan, writing, explaining, checking."""
ROUNDS_SECONDS: Final = 3600.0
"""What a search by rounds may take."""
GRACE_SECONDS: Final = 60.0
"""Between asking a search that has taken too long to stop, and killing it."""
STOPPING_SECONDS: Final = 15.0
"""What ending a search on request may take, until what was kept before does instead."""
PROGRESS_SECONDS: Final = 0.5
"""Between two events about progress, at first; later a two hundredth of the time gone by."""
SILENCE_SECONDS: Final = 5.0
"""After which progress is told though nothing has changed but the time."""
_USUAL: Final = Settings()
_LISTEN_SECONDS: Final = 0.1
_LOOK_SECONDS: Final = 0.4
_AWAY_SECONDS: Final = 1.0
_MOST_AWAY_SECONDS: Final = 600.0


@dataclass(frozen=True)
class _Given:
    """What is to be planned."""

    caseload: bytes
    before: bytes | None
    start: bytes | None
    options: dict[str, Any]


class Planning:
    """Plans.

    Parameters
    ----------
    threads
        Of the search.
    memory_mb
        What the process that solves may take.
    command
        How it is started.
    monotonic
        Seconds from any origin.
    """

    def __init__(
        self,
        *,
        threads: int = _USUAL.solve_threads,
        memory_mb: int = _USUAL.solve_memory_mb,
        command: Sequence[str] = COMMAND,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threads, self._memory_mb, self._command = threads, memory_mb, command
        self._monotonic = monotonic

    def run(self, work: Work) -> None:
        """Plan a calendar; see `service.jobs.work.Handler.run`."""
        given = self._begin(work)
        if given is None:
            return
        options = given.options
        rounds = options.get("rounds")
        allowed = WRITING_SECONDS + (float(options["seconds"]) if rounds is None else ROUNDS_SECONDS)
        task = Task(
            seconds=float(options["seconds"]),
            seed=int(options.get("seed", 1)),
            rounds=rounds,
            threads=self._threads,
            moment=work.now().isoformat(),
            memory_mb=self._memory_mb,
            # Its threads and what they wait for: a bound for what runs away, not a limit that a search comes near to.
            cpu_seconds=int((allowed + GRACE_SECONDS) * (self._threads + 1)),
            fixed_until=options.get("fixed_until"),
            improve=bool(options.get("improve", False)),
        )
        solving = Solving(task, given.caseload, before=given.before, start=given.start, command=self._command)
        with solving:
            _Watch(work, solving, allowed, self._monotonic).until_ended()

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:  # noqa: ARG002 - the log has the detail
        """See `service.jobs.work.Handler.requeued`."""
        if calendars.find(scoped, work.lease.subject) is not None:
            set_state(scoped, work, "queued")

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:
        """See `service.jobs.work.Handler.given_up`."""
        if calendars.find(scoped, work.lease.subject) is None:
            return
        attempts = work.lease.most_attempts
        end_failed(scoped, work, lambda kept: problems.broken_off(attempts, detail, kept=kept))

    @staticmethod
    def _begin(work: Work) -> _Given | None:
        """Read what is to be done; ``None`` if there is nothing to do any more, and the job has ended."""
        with work.writing() as scoped:
            entry = calendars.find(scoped, work.lease.subject, lock=True)
            if entry is None or entry.state not in calendars.OPEN:
                finish(scoped.session, work.lease, at=work.now(), detail="there is nothing to plan any more")
                return None
            if entry.stop_asked:
                finish(scoped.session, work.lease, at=work.now())
                end_with_best(scoped, work, None)
                return None
            set_state(scoped, work, "preparing")
            version = scoped.one(CaseloadVersion, CaseloadVersion.id == entry.caseload_version)
            assert version is not None, "a calendar has its caseload"
            kept = incumbents.kept(scoped, entry.id)
            return _Given(
                version.document, _before(scoped, entry.options.get("previous")), kept.document if kept else None,
                {"seconds": 60.0, **entry.options},
            )  # fmt: skip


def _before(scoped: Scoped, calendar: str | None) -> bytes | None:
    """The document of a calendar that stands, as it stands now."""
    if calendar is None:
        return None
    entry = calendars.find(scoped, calendar)
    row = entry and scoped.one(Revision, Revision.calendar == entry.id, Revision.number == entry.revision)
    return row.document if row else None


@dataclass
class _Watch:
    """Listens to a process that solves, and writes what it says."""

    work: Work
    solving: Solving
    allowed: float
    monotonic: Callable[[], float]
    state: str | None = None
    best: tuple[int, bytes] | None = None
    progress: dict[str, Any] | None = None
    """What was said, and isn't written yet."""
    told: dict[str, Any] = field(default_factory=dict)
    told_at: float = float("-inf")
    stopped_at: float | None = None

    def until_ended(self) -> None:
        """Go on until the job has ended."""
        began = looked = self.monotonic()
        while True:
            self.work.check()
            try:
                said = self.solving.receive(_LISTEN_SECONDS)
            except DiedError as error:
                self._written()
                raise AgainError(error.detail) from error
            if said is not None and self._take(said):
                return
            at = self.monotonic()
            if at - looked >= _LOOK_SECONDS:
                looked = at
                if self._look(at, at - began):
                    return
            if self.state or self.best or self._progress_is_due(at, at - began):
                self._written()

    def _take(self, said: Told) -> bool:
        """Take something in; whether that was the end."""
        match said.kind:
            case "solving":
                self.state = "solving"
            case "progress":
                self.progress = said.data["progress"]
            case "best":
                self.best = (said.data["cost"], said.documents[0])
            case "result":
                self._end(lambda scoped: end_with_best(scoped, self.work, said.documents))
                return True
            case "invalid":
                found = problems.invalid((path, what, remedy) for path, what, remedy in said.data["faults"])
                self._end(lambda scoped: set_state(scoped, self.work, "invalid", problem=found))
                return True
            case "beyond":
                problem = problems.beyond(said.data["text"])
                self._end(lambda scoped: set_state(scoped, self.work, "invalid", problem=problem))
                return True
            case "fault":
                self._failed(said.data)
                return True
        return False

    def _failed(self, data: dict[str, Any]) -> None:
        self._written()
        if data["transient"]:
            raise AgainError(f"the process that plans came upon an error of the machine ({data['place']})")
        why = problems.memory if data["what"] == "memory" else problems.fault
        self._end(
            lambda scoped: end_failed(scoped, self.work, lambda kept: why(kept=kept)),
            failed=f"{data['what']} {data['place']}".strip(),
        )

    def _look(self, at: float, gone: float) -> bool:
        """See whether the search is to stop; whether that was the end."""
        if self.stopped_at is None:
            if gone > self.allowed or self._asked():
                self.solving.stop()
                self.stopped_at = at
        elif at - self.stopped_at > STOPPING_SECONDS and self._written() and self._end_with_kept():
            return True
        elif at - self.stopped_at > GRACE_SECONDS and gone > self.allowed + GRACE_SECONDS:
            raise AgainError("the process that plans gave no answer in time")
        return False

    def _asked(self) -> bool:
        try:
            with self.work.reading() as scoped:
                return stop_is_asked(scoped, self.work)
        except DATABASE_AWAY:
            return False

    def _end_with_kept(self) -> bool:
        """End with what was kept before, if there is anything and it was the manager who asked."""
        try:
            with self.work.writing() as scoped:
                entry = calendars.find(scoped, self.work.lease.subject, lock=True)
                if entry is None or not entry.stop_asked:
                    return False
                if incumbents.kept(scoped, entry.id) is None:
                    return False
                finish(scoped.session, self.work.lease, at=self.work.now())
                end_with_best(scoped, self.work, None)
                return True
        except DATABASE_AWAY:
            return False

    def _progress_is_due(self, at: float, gone: float) -> bool:
        return self.progress is not None and is_worth_telling(
            self.progress, self.told, since=at - self.told_at, gone=gone
        )

    def _written(self) -> bool:
        """Write what was said; whether it is: while the database is away it stays to be written."""
        if not (self.state or self.best or self.progress):
            return True
        try:
            with self.work.writing() as scoped:
                if self.state:
                    set_state(scoped, self.work, self.state)
                if self.best:
                    keep_best(scoped, self.work, *self.best)
                if self.progress:
                    set_progress(scoped, self.work, self.progress)
        except DATABASE_AWAY:
            self.work.ending.wait(_AWAY_SECONDS)
            return False
        self.told, self.told_at = self.progress or self.told, self.monotonic()
        self.state = self.best = self.progress = None
        return True

    def _end(self, write: Callable[[Scoped], None], failed: str = "") -> None:
        """End the job, as soon as the database is there."""
        began = self.monotonic()
        while True:
            try:
                with self.work.writing() as scoped:
                    finish(
                        scoped.session,
                        self.work.lease,
                        at=self.work.now(),
                        failed=bool(failed),
                        detail=failed,
                    )
                    write(scoped)
            except DATABASE_AWAY:
                if self.monotonic() - began > _MOST_AWAY_SECONDS:
                    raise
                if self.work.ending.wait(_AWAY_SECONDS):
                    raise EndingError from None
            else:
                return


def is_worth_telling(progress: dict[str, Any], told: dict[str, Any], *, since: float, gone: float) -> bool:
    """Whether progress is to be told: not so often that a search of minutes writes thousands of events.

    Parameters
    ----------
    progress, told
        What there is, and what was told last.
    since
        Seconds since then.
    gone
        Seconds since the job began.
    """
    is_news = any(progress[name] != told.get(name) for name in progress if name != "seconds")
    return since >= max(PROGRESS_SECONDS if is_news else SILENCE_SECONDS, gone / 200)


__all__ = ["Planning", "is_worth_telling"]
