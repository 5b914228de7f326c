"""A service under load: `convene serve` as its users run it, on a database of its own, with a planned team in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import httpx

from benchmarks.memory import PROC, resident, tree
from service.access.keys import new_key
from service.feeds.feed import Subject
from service.store import caseloads, feed_tokens
from service.store.accounts import Accounts, add_tenant
from service.store.calendars import add_revision, create
from service.store.engine import Store
from service.store.migrate import migrate
from service.store.scope import Scoped, system
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

CONVENE: Final = (sys.executable, "-P", "-c", "from service.cli.main import main; main()")
TENANT: Final = "north"
_STARTING: Final = 60.0
_SAMPLE: Final = 0.25
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Team:
    """What is in the database."""

    caseload: str
    """Id of its version."""
    calendar: str
    keys: tuple[str, ...]
    """Of the managers."""
    feeds: tuple[str, ...]
    """Paths with their tokens."""


def fill(store: Store, caseload: Caseload, calendar: Calendar, managers: int) -> Team:
    """Put a planned team into an empty database, with its managers, and a feed for everybody."""
    now = datetime.now(UTC)
    migrate(store)
    keys, feeds = [], []
    with store.writing() as session:
        add_tenant(session, TENANT, TENANT, now)
        scoped = Scoped(session, system(TENANT))
        version, _ = caseloads.add_version(scoped, caseload, at=now)
        entry = create(scoped, version, {}, at=now)
        add_revision(scoped, entry, calendar, version.id, reason="planned", at=now)
        entry.state, entry.finished = "completed", now
        accounts = Accounts(scoped, now)
        for number in range(managers):
            account, made = accounts.add(f"manager-{number + 1}", "manager", [caseload.team.id]), new_key()
            accounts.add_key(account, made.prefix, made.hash)
            keys.append(made.text)
        for person in sorted({one.person for meeting in calendar.meetings for one in meeting.attendees}):
            token = feed_tokens.grant(scoped, caseload.team.id, Subject("person", person), at=now)
            feeds.append(f"/v1/people/{person}/calendar.ics?token={token}")
        return Team(version.id, entry.id, tuple(keys), tuple(feeds))


@dataclass
class Used:
    """Seconds of processor time and most memory, by part of the service."""

    cpu: dict[str, float] = field(default_factory=dict)
    mib: dict[str, float] = field(default_factory=dict)
    load: float = 0.0
    """Of the machine, by whatever else ran there as well: processes that were ready to run, over a minute."""


@dataclass(frozen=True)
class Service:
    """A running one."""

    urls: tuple[str, ...]
    team: Team
    processes: tuple[int, ...]

    @contextmanager
    def watched(self) -> Iterator[Used]:
        """What it uses meanwhile; there when it is over."""
        used, over = Used(), Event()
        before = self._cpu()
        most: defaultdict[str, float] = defaultdict(float)

        def sample() -> None:
            while not over.wait(_SAMPLE):
                now: defaultdict[str, float] = defaultdict(float)
                for part, process in self._parts():
                    now[part] += resident(process)[0] / 1024
                for part, mib in now.items():
                    most[part] = max(most[part], mib)

        sampler = Thread(target=sample)
        sampler.start()
        try:
            yield used
        finally:
            over.set()
            sampler.join()
            after = self._cpu()
            used.cpu = {part: seconds - before.get(part, 0.0) for part, seconds in after.items()}
            used.mib, used.load = dict(most), os.getloadavg()[0]

    def _parts(self) -> Iterator[tuple[str, int]]:
        for root in self.processes:
            for process in tree(root, -1):
                try:
                    command = (PROC / str(process) / "cmdline").read_bytes().replace(b"\0", b" ")
                except OSError:  # it ended just now
                    continue
                yield _part(command), process

    def _cpu(self) -> dict[str, float]:
        found: defaultdict[str, float] = defaultdict(float)
        for part, process in self._parts():
            try:
                text = (PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            found[part] += (int(fields[11]) + int(fields[12])) / _TICKS
        return found


def _part(command: bytes) -> str:
    """Which part of the service a process is, by its command."""
    for mark, part in ((b" serve ", "API"), (b"service.jobs.child", "solve"), (b" worker ", "worker")):
        if mark in command:
            return part
    return "desk"


@contextmanager
def running(kind: str, apis: int, caseload: Caseload, calendar: Calendar, managers: int) -> Iterator[Service]:
    """A service on an empty database of a kind, with as many API processes, filled and published.

    Parameters
    ----------
    kind
        ``sqlite`` or ``postgresql``.
    apis
        More than one on PostgreSQL only; then the worker is a process of its own, as it is in production.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="convene-load-")))
        url = _database(kind, folder, stack)
        store = Store(url)
        stack.callback(store.close)
        team = fill(store, caseload, calendar, managers)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")}
        environment |= {
            "DATABASE_URL": url,
            "CONVENE_TENANT": TENANT,
            # All managers are at one address here.
            "CONVENE_REQUESTS_A_MINUTE": "1000000",
        }
        log = stack.enter_context((folder / "log").open("wb"))

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [*CONVENE, *words], env=environment, cwd=folder, stdin=subprocess.DEVNULL, stderr=log
            )
            stack.callback(_end, process)
            return process

        beside = ("--no-worker",) if apis > 1 else ()
        processes = [start("serve", "--port", "0", *beside) for _ in range(apis)]
        urls = _urls(folder / "log", apis, processes)
        if apis > 1:
            processes.append(start("worker"))
        _publish(urls[0], team)
        yield Service(urls, team, tuple(process.pid for process in processes))


def _database(kind: str, folder: Path, stack: ExitStack) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'convene.sqlite'}"
    # The server is that of the tests, which are on the path for this alone.
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
    from postgres import Server, programs  # noqa: PLC0415

    binaries = programs()
    if binaries is None:
        raise SystemExit("PostgreSQL isn't installed: leave its settings out with --settings")
    # With its own settings: what is written is on disk before a request is answered.
    server = Server(binaries, settings=())
    stack.callback(server.remove)
    server.start()
    server.execute("create database convene")
    return server.url("convene")


def _urls(log: Path, number: int, processes: Sequence[subprocess.Popen[bytes]]) -> tuple[str, ...]:
    """Where the servers listen, once they answer."""

    def told() -> tuple[str, ...]:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        return tuple(line.rpartition(" ")[2] for line in lines if line.startswith("Convene listens on "))

    wait_for(lambda: len(told()) == number or any(one.poll() is not None for one in processes))
    if len(told()) < number:
        raise SystemExit(f"a server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
    for url in told():
        wait_for(lambda url=url: _answers(url))  # type: ignore[misc]
    return told()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _publish(url: str, team: Team) -> None:
    """So that there is something in the feeds."""
    headers = {"Authorization": f"Bearer {team.keys[0]}", "If-Match": '"1"'}
    answer = httpx.post(
        f"{url}/v1/calendars/{team.calendar}:publish", headers=headers, timeout=120, trust_env=False
    )
    if answer.status_code != 200:
        raise SystemExit(f"it could not be published: {answer.status_code} {answer.text[:500]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def solving(service: Service, seconds: float) -> Iterator[None]:
    """Has the team planned anew meanwhile, by the service's own worker."""
    with httpx.Client(base_url=service.urls[0], trust_env=False, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {service.team.keys[0]}"
        made = client.post("/v1/calendars", json={"caseload": service.team.caseload, "seconds": seconds})
        made.raise_for_status()
        path = f"/v1/calendars/{made.json()['id']}"

        def status() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(client.get(f"{path}/status").content)
            return found

        wait_for(lambda: status()["state"] == "solving")
        try:
            yield
            if status()["state"] != "solving":
                raise SystemExit("the search ended before the load did")
        finally:
            client.post(f"{path}:stop")
            wait_for(lambda: status()["state"] not in ("queued", "preparing", "solving"))


def wait_for(what: Callable[[], bool], seconds: float = _STARTING) -> None:
    """Wait for something to become true.

    Raises
    ------
    TimeoutError
    """
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)
