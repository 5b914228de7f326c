"""`convene serve` and `convene worker` as processes, each watched by its log and gone at the end of its test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from service.access.keys import new_key
from service.store.accounts import Accounts
from service.store.engine import Store
from service.store.migrate import check
from service.store.scope import Scoped, system
from service.store.tenants import tenants

CONVENE: Final = (sys.executable, "-P", "-c", "from service.cli.main import main; main()")
TENANT: Final = "north"
PATIENCE: Final = 120.0
"""Seconds until a test gives up waiting: a machine's first plan compiles for most of a minute."""


def until(holds: Callable[[], Any], what: str) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process is there and hasn't ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Processes that a process has started and that live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid and fields[0] != "Z":
                    found.append(int(entry.name))
    return sorted(found)


@dataclass
class Running:
    """One process of the service, with the leader's part in a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def text(self) -> str:
        """All that it and its worker have written."""
        return self.log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """Where it listens; waits until it does."""

        def told() -> list[str]:
            return [line for line in self.text.splitlines() if line.startswith("Convene listens on ")]

        until(lambda: told() or self.process.poll() is not None, "listening")
        assert told(), self.text
        return told()[0].rpartition(" ")[2]

    def lines(self) -> list[dict[str, Any]]:
        """Its log; anything in it that isn't JSON but for what it says to people is a fault."""
        return [
            json.loads(line)
            for line in self.text.splitlines()
            if not line.startswith(
                ("Convene listens on ", "Open that address ", "The search is being made ready ")
            )
        ]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@dataclass
class Place:
    """A folder, a database and an environment in which processes are started."""

    folder: Path
    environment: dict[str, str]
    started: list[Running] = field(default_factory=list)

    def start(self, *words: str, **more: str) -> Running:
        """Start a command."""
        log = self.folder / f"log-{len(self.started)}"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [*CONVENE, *words], env=self.environment | more, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=written, stderr=written, start_new_session=True,
            )  # fmt: skip
        running = Running(process, log)
        self.started.append(running)
        return running

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*CONVENE, *words], env=self.environment | more, cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database."""
        store = Store(self.environment["DATABASE_URL"])
        try:
            check(store)
            yield store
        finally:
            store.close()

    def key(self, role: str = "integrator", name: str = "") -> str:
        """A new account's key, in a database that is set up."""
        made, now = new_key(), datetime.now(UTC)
        with self.store() as store, store.writing() as session:
            assert TENANT in tenants(session)
            accounts = Accounts(Scoped(session, system(TENANT)), now)
            teams = ["*"] if role in ("integrator", "auditor") else []
            account = accounts.add(name or f"{role}-{len(accounts.all())}", role, teams)
            session.flush()
            accounts.add_key(account, made.prefix, made.hash)
        return made.text

    def end(self) -> None:
        """End whatever still runs, with all that it started."""
        for one in self.started:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.process.wait(PATIENCE)


@contextmanager
def place(folder: Path, url: str | None = None, more: Mapping[str, str] | None = None) -> Iterator[Place]:
    """A place for processes; by default on a database file of its own that isn't there yet."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")}
    environment |= {
        "DATABASE_URL": url or f"sqlite:///{folder / 'convene.sqlite'}",
        "CONVENE_TENANT": TENANT,
        "CONVENE_ALLOW_PRIVATE": "yes",
        **(more or {}),
    }
    made = Place(folder, environment)
    try:
        yield made
    finally:
        made.end()


def client(url: str, key: str) -> httpx.Client:
    """Somebody who asks a service."""
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=PATIENCE
    )
