"""Jobs of kind ``send``: a team's messages that are due go to the mail server, each once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from service.delivery.addressees import BY_HAND
from service.delivery.issued import Issued, State
from service.delivery.ledger import LedgerError
from service.delivery.settings import PREFIX, Server, SettingsError, read_server
from service.delivery.smtp import Report, send
from service.jobs.queue import LONGEST_WAIT, enqueue, finish, hold
from service.jobs.work import DATABASE_AWAY, AgainError, Work
from service.store import audit
from service.store.engine import Store
from service.store.messages import SentBook
from service.store.scope import Scoped, system
from service.store.tables import Job, Message
from service.store.tenants import tenants

PAUSES: Final = (60, 300, 900, 1800, int(LONGEST_WAIT.total_seconds()))
"""Seconds until a job looks again at what the server put off, or when it could not be reached; the last for ever after."""
MOST_TRIES: Final = 100
"""Jobs one after the other that find nothing but what is put off: four days. A publication begins anew."""
_CHANGED: Final = 20
"""Times that it begins anew because a publication has replaced what was about to go."""
_NO_SERVER: Final = "there is no mail server"
_AWAY_SECONDS: Final = 1.0
_MOST_AWAY_SECONDS: Final = 600.0


class Sending:
    """Sends mail.

    Parameters
    ----------
    environment
        With the settings of the mail server (`service.delivery.settings`). Without one, mail waits to be fetched as files.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    def run(self, work: Work) -> None:
        """Send what is due; see `service.jobs.work.Handler.run`."""
        book = TeamBook(work)
        # Jobs of a team run one at a time: what is still being sent, somebody died at.
        broken = book.recover()
        server = self._server()
        if server is None:
            with work.writing() as scoped:
                finish(scoped.session, work.lease, at=work.now(), detail=_NO_SERVER)
            return
        report = _sent(work, book, server)
        work.check()
        with work.writing() as scoped:
            _end(scoped, work, report, broken)

    def look(self, store: Store, at: datetime) -> None:
        """Queue what other workers, or this one before, had no mail server for; see `service.jobs.work.Looking`."""
        if not self._environment.get(f"{PREFIX}HOST", "").strip():
            return
        with store.reading() as session:
            left = [
                (tenant, team)
                for tenant in tenants(session)
                for team in _left(Scoped(session, system(tenant)))
            ]
        for tenant, team in left:
            with store.writing() as session:
                scoped = Scoped(session, system(tenant))
                # Somebody may have queued it by now. That two do at once does no harm: the second job finds nothing due.
                if team in _left(scoped):
                    enqueue(scoped, "send", team, team, at=at)

    def requeued(self, scoped: Scoped, work: Work, detail: str) -> None:
        """Nothing else changes; see `service.jobs.work.Handler.requeued`."""

    def given_up(self, scoped: Scoped, work: Work, detail: str) -> None:  # noqa: ARG002 - as the protocol has it
        """Look again later: what is due is still due."""
        _look_again(scoped, work)

    def _server(self) -> Server | None:
        if not self._environment.get(f"{PREFIX}HOST", "").strip():
            return None
        try:
            return read_server(self._environment)
        except SettingsError as error:
            raise AgainError(f"the mail server's settings can't be used: {error}", after=60.0) from error


def _left(scoped: Scoped) -> list[str]:
    """The teams with mail that is due and whose last job, of all, found no mail server."""
    due = scoped.session.scalars(
        scoped.select(Message)
        .where(Message.state == "due", Message.address != BY_HAND)
        .with_only_columns(Message.team)
        .distinct()
    )
    found = []
    for team in due:
        jobs = scoped.select(Job).where(Job.kind == "send", Job.subject == team)
        last = scoped.session.scalars(jobs.order_by(Job.finished.desc()).limit(1)).first()
        waiting = scoped.session.scalars(jobs.where(Job.state.in_(("queued", "leased"))).limit(1)).first()
        if waiting is None and last is not None and last.detail == _NO_SERVER:
            found.append(team)
    return found


class TeamBook(SentBook):
    """A team's messages for one job: written only while the job is this worker's."""

    def __init__(self, work: Work, *, sleep: Callable[[float], object] = time.sleep) -> None:
        super().__init__(
            work.store, work.principal, work.lease.team,
            check=lambda scoped: _held(scoped, work),
        )  # fmt: skip
        self._work, self._sleep = work, sleep

    def messages(self, *states: State) -> list[Issued]:
        """All messages in any of these states but letters, which aren't mail."""
        return [one for one in super().messages(*states) if one.address != BY_HAND]

    def end(self, message: Issued, state: State, detail: str = "") -> None:
        """How handing it over ended. The server has answered: that is worth waiting for a database that is away."""
        waited = 0.0
        while True:
            try:
                super().end(message, state, detail)
            except DATABASE_AWAY:
                if waited >= _MOST_AWAY_SECONDS or self._work.ending.is_set():
                    raise
                self._sleep(_AWAY_SECONDS)
                waited += _AWAY_SECONDS
            else:
                return


def _held(scoped: Scoped, work: Work) -> None:
    hold(scoped.session, work.lease)


def _sent(work: Work, book: TeamBook, server: Server) -> Report:
    for _ in range(_CHANGED):
        work.check()
        try:
            return send(
                book,
                server,
                on_step=lambda _: None,
                stop=lambda: work.ending.is_set() or work.lost.is_set(),
                # It is the next job that waits: other teams' mail needn't.
                pauses=(),
            )
        except LedgerError:
            continue  # a publication has replaced one that was about to go
        except SettingsError as error:
            raise AgainError(f"the mail server's settings can't be used: {error}", after=60.0) from error
    raise AgainError("its messages are replaced as fast as they are sent", after=10.0)


def _end(scoped: Scoped, work: Work, report: Report, broken: int) -> None:
    counts = {state: len(report.of(state)) for state in ("sent", "refused", "unknown", "due")}
    counts["unknown"] += broken
    told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
    finish(scoped.session, work.lease, at=work.now(), detail=told)
    if counts["due"]:
        _look_again(scoped, work, progress=bool(counts["sent"]))
    if told:
        audit.record(scoped, "invites.send", work.lease.job, at=work.now(), team=work.lease.team, after=told)


def _look_again(scoped: Scoped, work: Work, *, progress: bool = False) -> None:
    """Queue the next job, unless one is queued already: that one looks at everything that is due."""
    tries = 0 if progress else int(work.lease.payload.get("tries", 0))
    waiting = scoped.select(Job).where(
        Job.kind == "send", Job.subject == work.lease.subject, Job.state == "queued"
    )
    # Locked: nobody begins it before this transaction has ended, and so it sees what this one leaves.
    if (
        tries >= MOST_TRIES
        or scoped.session.scalars(waiting.limit(1).with_for_update(skip_locked=True)).first()
    ):
        return
    at = work.now()
    due = at + timedelta(seconds=PAUSES[min(tries, len(PAUSES) - 1)])
    enqueue(
        scoped, "send", work.lease.subject, work.lease.team, at=at, not_before=due, payload={"tries": tries + 1}
    )  # fmt: skip


__all__ = ["MOST_TRIES", "PAUSES", "Sending", "TeamBook"]
