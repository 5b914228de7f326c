"""Traffic as managers and their calendar programs make it, sent when it is due whether or not the service keeps up.

The load is open: when each request is due is drawn beforehand, and none waits for another to be answered. How long a request
took is counted from when it was due, so that a service that stalls is charged for everybody who had to wait meanwhile (no
coordinated omission).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import httpx

from benchmarks.load_service import Service
from solver.schema.calendar import Calendar

THINK: Final = 2.0
"""Seconds between two requests of a manager, on average: a page asks for several things at once."""
FEEDS: Final = 10.0
"""Feeds fetched a second, by everybody's calendar programs together."""
MIX: Final = {
    "status": 30,
    "meeting": 20,
    "list of calendars": 8,
    "tasks of four weeks": 8,
    "tasks, a page": 2,
    "whole calendar": 5,
    "whole calendar, unchanged": 5,
    "move:check": 18,
    "rebooking options": 4,
}
"""What managers ask for, by weight."""
UNCHANGED: Final = 0.7
"""Of the programs that fetch a feed: bring the ETag of the one they have."""
KINDS: Final = ("feed", "feed, unchanged", *MIX)
_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Due:
    """A request, and when it is to be sent: seconds from the beginning."""

    at: float
    kind: str
    manager: int
    chance: random.Random


@dataclass
class Seen:
    """What came of it."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    errors: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    answers: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    octets: int = 0
    late: float = 0.0
    """The longest that a request was sent after it was due, since this program was busy: it is in the times."""
    lasted: float = 0.0

    @property
    def count(self) -> int:
        """Requests."""
        return sum(map(len, self.seconds.values()))

    @property
    def faults(self) -> int:
        """Requests that were not answered as they are to be."""
        return sum(map(len, self.errors.values()))


def schedule(managers: int, seconds: float, seed: int, *, times: float = 1.0) -> list[Due]:
    """When who asks for what, drawn beforehand: each manager and all feeds together are a Poisson process."""
    chance = random.Random(seed)
    found: list[Due] = []

    def arrivals(rate: float) -> list[float]:
        at, ats = chance.expovariate(rate), []
        while at < seconds:
            ats.append(at)
            at += chance.expovariate(rate)
        return ats

    for manager in range(managers):
        for at in arrivals(times / THINK):
            (kind,) = chance.choices(list(MIX), list(MIX.values()))
            found.append(Due(at, kind, manager, random.Random(chance.random())))
    for at in arrivals(times * FEEDS):
        kind = "feed, unchanged" if chance.random() < UNCHANGED else "feed"
        found.append(Due(at, kind, 0, random.Random(chance.random())))
    return sorted(found, key=lambda due: due.at)


class Traffic:
    """Sends what is due to a service.

    Parameters
    ----------
    service
    calendar
        What is published there.
    """

    def __init__(self, service: Service, calendar: Calendar) -> None:
        self._service, self._calendar = service, calendar
        self._tags: dict[str, str] = {}
        self._ask: dict[str, Callable[[Due, httpx.AsyncClient], Awaitable[httpx.Response]]] = {
            "feed": self._feed,
            "feed, unchanged": self._feed_unchanged,
            "status": lambda due, client: self._get(due, client, f"{self._path}/status"),
            "meeting": self._meeting,
            "list of calendars": lambda due, client: self._get(due, client, "/v1/calendars"),
            "tasks of four weeks": self._tasks,
            "tasks, a page": lambda due, client: self._get(due, client, "/v1/tasks"),
            "whole calendar": self._whole,
            "whole calendar, unchanged": self._calendar_unchanged,
            "move:check": self._check,
            "rebooking options": self._options,
        }

    @property
    def _path(self) -> str:
        return f"/v1/calendars/{self._service.team.calendar}"

    async def run(self, dues: Sequence[Due]) -> Seen:
        """Send all of it, each when it is due."""
        seen = Seen()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        clients = [
            httpx.AsyncClient(base_url=url, limits=limits, timeout=_PATIENCE, trust_env=False)
            for url in self._service.urls
        ]
        began = time.perf_counter()
        try:
            async with asyncio.TaskGroup() as tasks:
                for number, due in enumerate(dues):
                    await asyncio.sleep(max(0.0, due.at - (time.perf_counter() - began)))
                    seen.late = max(seen.late, time.perf_counter() - began - due.at)
                    tasks.create_task(self._send(due, clients[number % len(clients)], began, seen))
            seen.lasted = time.perf_counter() - began
        finally:
            for client in clients:
                await client.aclose()
        return seen

    async def _send(self, due: Due, client: httpx.AsyncClient, began: float, seen: Seen) -> None:
        try:
            answer = await self._ask[due.kind](due, client)
        except httpx.TransportError as error:
            seen.errors[due.kind].append(type(error).__name__)
        else:
            seen.answers[due.kind].append(answer.status_code)
            seen.octets += len(answer.content)
            if answer.status_code not in _GOOD.get(due.kind, (200,)):
                seen.errors[due.kind].append(str(answer.status_code))
        seen.seconds[due.kind].append(time.perf_counter() - began - due.at)

    def _who(self, due: Due) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._service.team.keys[due.manager]}"}

    async def _get(self, due: Due, client: httpx.AsyncClient, path: str) -> httpx.Response:
        return await client.get(path, headers=self._who(due))

    async def _feed(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        path = due.chance.choice(self._service.team.feeds)
        answer = await client.get(path)
        self._tags[path] = answer.headers.get("ETag", "")
        return answer

    async def _feed_unchanged(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        """Of a feed that was fetched before; `warm` has fetched some."""
        path = due.chance.choice([one for one in self._tags if one != self._path])
        return await client.get(path, headers={"If-None-Match": self._tags[path]})

    async def _tasks(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        until = self._calendar.horizon.start + timedelta(days=28)
        return await self._get(due, client, f"/v1/tasks?due_until={until}")

    async def _whole(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        answer = await self._get(due, client, self._path)
        self._tags[self._path] = answer.headers.get("ETag", "")
        return answer

    async def _calendar_unchanged(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(
            self._path, headers=self._who(due) | {"If-None-Match": self._tags[self._path]}
        )

    async def _meeting(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        return await self._get(due, client, f"/v1/meetings/{due.chance.choice(self._calendar.meetings).id}")

    async def _check(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        """Somewhere else within a week, as somebody drags it there."""
        meeting = due.chance.choice(self._calendar.meetings)
        start = meeting.start + timedelta(
            days=due.chance.randint(-4, 4), minutes=30 * due.chance.randint(-4, 4)
        )
        return await client.post(
            f"/v1/meetings/{meeting.id}/move:check", json={"start": start.isoformat()}, headers=self._who(due)
        )

    async def _options(self, due: Due, client: httpx.AsyncClient) -> httpx.Response:
        meeting = due.chance.choice(self._calendar.meetings)
        return await client.post(f"/v1/meetings/{meeting.id}/rebookings", json={}, headers=self._who(due))


_GOOD: Final = {
    "feed, unchanged": (304,),
    "whole calendar, unchanged": (304,),
    # 409: what has been held, or a start at which there is none, has a reason and no verdict.
    "move:check": (200, 409),
    "rebooking options": (201, 409),
}
