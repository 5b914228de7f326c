"""Everything that a run needs: a database, the service's processes, a mail server, a case system."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from fault_client import Client
from fault_counts import Counts
from fault_databases import Database, make
from fault_hooks import Receiver, receiving
from fault_mail import Post
from fault_processes import (
    CONVENE,
    MARK,
    WORKER,
    Process,
    descriptors,
    free_port,
    marked,
    parent,
    resident_mb,
    wait_for,
)  # fmt: skip
from mail_server import serving
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from service.access.keys import new_key
from service.store.accounts import Accounts, add_tenant
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Scoped, system
from service.store.tables import Job, Message, WebhookDelivery
from service.store.webhooks import EVENTS

TENANT: Final = "north"
RESTING: Final = 600.0
"""Seconds until everything has come to rest: the first plan on a machine compiles for minutes if it is busy."""
FAKETIME: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
"""Debian's package faketime."""
_MORE_FILES: Final = 12
"""Of a server, than after its first sequence: connections of a pool that have been used since."""
_MORE_MB: Final = 60.0


class World:
    """A service that can be hurt.

    Parameters
    ----------
    database
    counts
    clock
        Whether the service's clock can be put off. Processes are killed at the end then: what puts it off (libfaketime) now
        and then loses the signal that asks them to end.
    """

    def __init__(self, database: Database, counts: Counts, *, clock: bool = False) -> None:
        self.run = uuid4().hex
        self.database, self.counts = database, counts
        self.folder = Path(tempfile.mkdtemp(prefix="convene-faults-"))
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.clock = self.folder / "clock"
        self.can_set_clock = clock
        self.set_clock(0)
        self.post, self.receiver = Post(), Receiver()
        self.store = Store(database.url)
        self.lock = threading.RLock()
        """Held by whoever ends or starts a process."""
        self._stack = ExitStack()
        self._usage: dict[int, tuple[int, float]] = {}
        self._log_read = 0

    def begin(self) -> None:
        """Set everything up."""
        self._stack.enter_context(serving(self.post.server))
        self._stack.enter_context(receiving(self.receiver))
        migrate(self.store)
        keys = []
        with self.store.writing() as session:
            add_tenant(session, TENANT, TENANT, datetime.now(UTC))
            accounts = Accounts(Scoped(session, system(TENANT)), datetime.now(UTC))
            for name in ("first", "second"):
                account, made = accounts.add(name, "integrator", ["*"]), new_key()
                session.flush()
                accounts.add_key(account, made.prefix, made.hash)
                keys.append(made.text)
        self.keys = tuple(keys)
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rpartition(":")[2]
        self.server = Process(
            (*CONVENE, "serve", "--no-worker", "--port", port),
            self.environment(),
            self.folder,
            "server",
            self._answers,
        )
        self.worker = Process(WORKER, self.environment(), self.folder, "worker")
        self.server.start()
        self.worker.start()
        client = self.client(0, "world")
        made_hook = client.post("/v1/webhooks", json={"url": self.receiver.url, "events": list(EVENTS)})
        assert made_hook.status_code == 201, made_hook.text
        self.receiver.secret = made_hook.json()["secret"]

    def environment(self) -> dict[str, str]:
        """Of the service's processes."""
        given = {name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")}
        given |= {
            MARK: self.run,
            "DATABASE_URL": self.database.url,
            "TMPDIR": str(self.temporary),
            "CONVENE_TENANT": TENANT,
            "CONVENE_SMTP_HOST": "127.0.0.1",
            "CONVENE_SMTP_PORT": str(self.post.server.port),
            "CONVENE_SMTP_SECURITY": "none",
            "CONVENE_ALLOW_PRIVATE": "yes",
            "CONVENE_REQUESTS_A_MINUTE": "1000000",
            "CONVENE_MOST_JOBS": "1000",
            "CONVENE_MOST_SECONDS_A_DAY": "10000000",
            "PYTHONWARNINGS": "default",
            "PYTHONFAULTHANDLER": "1",
        }
        if self.can_set_clock:
            given |= {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                # A step of the clock is one of the time of day.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        return given

    def set_clock(self, seconds: int) -> None:
        """Put the service's clock off by so much from now on."""
        after = self.clock.with_suffix(".new")
        after.write_text(f"{seconds:+d}\n")
        after.rename(self.clock)

    def client(self, manager: int, name: str) -> Client:
        """A program that asks as one of two managers."""
        return Client(self.url, self.keys[manager], name, self.counts)

    def restart(self, process: Process) -> None:
        """Kill a process, and start it again."""
        with self.lock:
            process.kill()
            time.sleep(0.1)
            process.start()

    def heal(self) -> None:
        """See that everything runs."""
        with self.lock:
            self.database.disk.free()
            self.database.up()
            self.post.misdeeds.clear()
            self.post.killing = None
            self.receiver.failing = 0
            for process in (self.server, self.worker):
                if not process.is_running:
                    process.start()

    def rest(self) -> list[str]:
        """Wait until there is nothing left to do; what still isn't done after long."""
        left: list[str] = []

        def nothing() -> bool:
            nonlocal left
            with suppress(SQLAlchemyError):
                left = self._left()
                return not left
            return False

        try:
            wait_for(nothing, RESTING, "coming to rest")
        except TimeoutError:
            return [f"not at rest: {', '.join(left)}"]
        return []

    def _left(self) -> list[str]:
        with self.store.reading() as session:
            scoped = Scoped(session, system(TENANT))
            jobs = session.execute(
                scoped.select(Job)
                .where(Job.state.in_(("queued", "leased")))
                .with_only_columns(Job.kind, Job.state, func.count())
                .group_by(Job.kind, Job.state)
            ).all()
            mails = session.scalars(
                scoped.select(Message).where(Message.state.in_(("due", "sending")), Message.address != "")
            ).all()
            due = session.scalars(scoped.select(WebhookDelivery).where(WebhookDelivery.state == "due")).all()
        left = [f"{number} {kind} {state}" for kind, state, number in jobs]
        left += [f"{len(mails)} mails to send"] if mails else []
        return left + ([f"{len(due)} webhooks to tell"] if due else [])

    def usage_flaws(self) -> list[str]:
        """What the server has more of than when it was first looked at, at rest."""
        pid = self.server.pid
        now = descriptors(pid), resident_mb(pid)
        first = self._usage.setdefault(pid, now)
        self.counts.add("looks at the server's files and memory")
        flaws = []
        if now[0] > first[0] + self._pooled_files() + _MORE_FILES:
            flaws.append(f"the server has {now[0]} files open, {first[0]} after its first sequence")
        if now[1] > first[1] + _MORE_MB:
            flaws.append(f"the server has {now[1]:.0f} MB, {first[1]:.0f} after its first sequence")
        return flaws

    def log_flaws(self) -> list[str]:
        """What the server's log calls a fault of its own since it was last looked at: answers 500, which nothing may cause."""
        flaws = []
        with self.server.log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._log_read)
            while line := log.readline():
                if '"event": "fault"' not in line:
                    continue
                told = json.loads(line[line.index("{") :])
                flaws.append(f"a fault of the server: {told['error']} at {' < '.join(told['at'][::-1])}")
            self._log_read = log.tell()
        return flaws

    def _pooled_files(self) -> int:
        """What connections that were opened for many requests at once, and are kept for the next ones, have open."""
        pool = self.store.engine.pool
        assert isinstance(pool, QueuePool)
        # Of SQLite each has the database, its journal and that journal's index.
        return pool.size() * (3 if self.store.engine.dialect.name == "sqlite" else 1)

    def orphans(self) -> list[str]:
        """Processes of this run that nobody looks after: neither those started here, nor what descends from them."""
        ours = {one.pid for one in (self.server, self.worker) if one.is_running}
        return [command for pid, command in marked(self.run).items() if not _descends(pid, ours)]

    def end(self) -> list[str]:
        """End everything; what is left behind."""
        flaws: list[str] = []
        try:
            for process in (self.server, self.worker):
                if self.can_set_clock:
                    process.kill()
                else:
                    process.end()
            with suppress(TimeoutError):
                wait_for(lambda: not marked(self.run), 15, "the end of all processes")
            flaws += [f"a process is left: {command}" for command in marked(self.run).values()]
            flaws += [
                f"a temporary file is left: {one.name}" for one in self.temporary.rglob("*") if one.is_file()
            ]
        finally:
            for pid in marked(self.run):
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
            self.store.close()
            self._stack.close()
            self.database.remove()
            shutil.rmtree(self.folder)
        return flaws

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=20, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


def _descends(pid: int, ours: set[int]) -> bool:
    while pid > 1:
        if pid in ours:
            return True
        pid = parent(pid)
    return False


@contextmanager
def world(name: str, counts: Counts, *, clock: bool = False) -> Iterator[World]:
    """A world on a database of a kind, gone afterwards; what it leaves behind is a violation."""
    made = World(make(name), counts, clock=clock)
    try:
        made.begin()
        yield made
    finally:
        counts.violated(f"{name}, at the end", made.end())
