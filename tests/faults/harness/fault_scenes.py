"""Single faults that a sequence would seldom hit: each scene goes through the moments at which it can happen."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from fault_cases import caseload
from fault_counts import Counts
from fault_databases import Postgresql
from fault_driver import Sequence
from fault_processes import CONVENE, MARK, WORKER, Process, free_port, marked, wait_for
from fault_world import TENANT, World
from sqlalchemy import inspect

from service.store.engine import Store
from service.store.migrate import differences, newest, present
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, Job

_COLD: Final = 1.6
"""Seconds that the first publication of a server that has just started takes at most, or so."""


def killed_publishing(world: World, kills: int) -> list[str]:
    """The server is killed earlier and later in a publication that has something to tell, and asked again."""
    day = Sequence(world, 9_001, only=frozenset())
    day.give_caseload()
    day.plan()
    for number in range(kills):
        day.move()
        with _killed(world, _COLD * (number + 0.5) / kills, "server killed while it publishes"):
            day.published(day.send_publish(day.first))
    day.settle()
    return day.flaws


def killed_taking_a_caseload(world: World, kills: int) -> list[str]:
    """The server is killed while it takes a caseload: it is there once, whole, or not at all."""
    day = Sequence(world, 9_002, only=frozenset())
    for number in range(kills):
        document = caseload(day.team, 2 + number)
        with _killed(world, 0.3 * (number + 0.5) / kills, "server killed while it takes a caseload"):
            day.keep_caseload(day.first.post("/v1/caseloads", content=document))
    if len(day.accepted.caseloads) != kills:
        day.flaws.append(f"{kills} caseloads are {len(day.accepted.caseloads)} versions")
    day.plan()
    day.publish()
    day.settle()
    return day.flaws


class _killed:  # noqa: N801 - a context manager, as the library's are
    def __init__(self, world: World, delay: float, name: str) -> None:
        self._world, self._delay, self._name = world, delay, name

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._happen)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _happen(self) -> None:
        time.sleep(self._delay)
        self._world.restart(self._world.server)
        self._world.counts.fault(self._name)


def two_workers(world: World, plans: int) -> list[str]:
    """Two workers race for jobs: each is begun once."""
    other = Process(WORKER, world.environment(), world.folder, "worker-2")
    teams = [f"race-{number}" for number in range(plans)]
    client = world.client(0, "race")
    versions = [client.post("/v1/caseloads", content=caseload(team)).json()["id"] for team in teams]
    other.start()
    try:
        with ThreadPoolExecutor(plans) as pool:
            answers = list(
                pool.map(
                    lambda one: client.post("/v1/calendars", json={"caseload": one, "rounds": 2}), versions
                )
            )
        flaws = world.rest()
        with world.store.reading() as session:
            scoped = Scoped(session, system(TENANT))
            jobs = session.scalars(scoped.select(Job).where(Job.kind == "plan", Job.team.in_(teams))).all()
            entries = session.scalars(scoped.select(CalendarEntry).where(CalendarEntry.team.in_(teams))).all()
    finally:
        other.end()
    world.counts.add("jobs that two workers raced for", len(jobs))
    flaws += [
        f"a job was begun {one.attempts} times" for one in jobs if (one.attempts, one.state) != (1, "done")
    ]
    flaws += [f"a calendar has {one.revision} revisions" for one in entries if one.revision != 1]
    if len(entries) != len(answers):
        flaws.append(f"{len(entries)} calendars are there, {len(answers)} were asked for")
    return flaws


def server_with_its_worker(world: World) -> list[str]:
    """`convene serve` as people start it is killed while it plans: nothing of it stays, and started again it goes on."""
    run, port = uuid4().hex, free_port()
    environment = world.environment() | {MARK: run}
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{url}/healthz", timeout=20, trust_env=False).status_code == 200
        return False

    server = Process((*CONVENE, "serve", "--port", str(port)), environment, world.folder, "serve", answers)
    client = world.client(0, "beside")
    version = client.post("/v1/caseloads", content=caseload("beside")).json()["id"]
    world.worker.end()
    flaws = []
    try:
        server.start()
        calendar = client.post("/v1/calendars", json={"caseload": version, "rounds": 6}).json()["id"]
        wait_for(lambda: any("service.jobs.child" in one for one in marked(run).values()), 60, "the search")
        server.kill()
        world.counts.fault("server with its worker killed while it plans")
        with suppress(TimeoutError):
            wait_for(lambda: not marked(run), 20, "the end of what it had started")
        flaws += [f"a process outlives its server: {command}" for command in marked(run).values()]
        server.start()
        _, states = client.watch(f"/v1/calendars/{calendar}/events")
        if states[-1] != "completed":
            flaws.append(f"the calendar ended as {states[-1]}")
        if server.end() != 0:
            flaws.append("the server did not end well")
        wait_for(lambda: not marked(run), 20, "the end of the server's processes")
    finally:
        for pid in marked(run):
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        world.worker.start()
    return flaws


def killed_migrating(world: World, kills: int) -> list[str]:
    """A migration is killed earlier and later: the layout is there whole or not at all, and the next one completes it."""
    flaws: list[str] = []
    whole = min(_migrated(world, url, None) for url in _empty(world, 1))
    for number, url in enumerate(_empty(world, kills)):
        # The first half of its time is Python's start.
        _migrated(world, url, whole * (0.5 + 0.5 * (number + 0.5) / kills))
        world.counts.fault("migration killed")
        flaws += _layout(url, {None, newest()})
        _migrated(world, url, None)
        flaws += _layout(url, {newest()})
    return flaws


def _empty(world: World, number: int) -> Iterator[str]:
    for _ in range(number):
        name = f"m{uuid4().hex}"
        if isinstance(world.database, Postgresql):
            world.database.server.execute(f"create database {name}")
            yield world.database.server.url(name)
            world.database.server.execute(f"drop database {name} with (force)")
        else:
            yield f"sqlite:///{world.folder / name}"


def _migrated(world: World, url: str, killed_after: float | None) -> float:
    began = time.monotonic()
    process = subprocess.Popen(
        [*CONVENE, "database", "migrate"], env=world.environment() | {"DATABASE_URL": url}, cwd=world.folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if killed_after is not None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(killed_after)
        process.kill()
        process.wait(30)
    elif (code := process.wait(60)) != 0:
        raise AssertionError(f"the migration ended with {code}")
    return time.monotonic() - began


def _layout(url: str, allowed: set[str | None]) -> Iterator[str]:
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return
    store = Store(url)
    try:
        now = present(store)
        with store.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            found = differences(connection) if now is not None else []
    finally:
        store.close()
    if now not in allowed:
        yield f"the layout is {now}"
    if now is None and tables:
        yield f"a migration that was killed left {tables}"
    if found:
        yield f"the layout is not whole: {found}"


SCENES: Final[dict[str, Callable[[World, bool], list[str]]]] = {
    "killed while publishing": lambda world, long: killed_publishing(world, 8 if long else 1),
    "killed while taking a caseload": lambda world, long: killed_taking_a_caseload(world, 6 if long else 1),
    "two workers": lambda world, long: two_workers(world, 8 if long else 3),
    "server with its worker": lambda world, _: server_with_its_worker(world),
    "killed while migrating": lambda world, long: killed_migrating(world, 12 if long else 2),
}


def play(world: World, name: str, counts: Counts, *, long: bool) -> list[str]:
    """Play a scene; what doesn't hold."""
    flaws = SCENES[name](world, long)
    counts.add("scenes")
    return flaws
