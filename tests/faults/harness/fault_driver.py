"""Sequences of what people do, drawn by a seed, with faults at times that the seed draws as well."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Final

import httpx
from fault_cases import busy, caseload
from fault_checks import failed_jobs, kept, lawful, sent, shown, sound, told
from fault_kinds import WHILE_ASKING, WHILE_PLANNING, WHILE_PUBLISHING, at_fault, possible
from fault_model import Accepted
from fault_world import World

_ROUNDS: Final = 6
_AT_ONCE: Final = 10
_MOST_RESENDS: Final = 5
Json = dict[str, Any]


class Sequence:
    """One team's day.

    Parameters
    ----------
    world
    seed
    steps
        Between the first publication and the last.
    only
        Kinds of faults; all that there are if not given.
    """

    def __init__(
        self, world: World, seed: int, *, steps: int = 5, only: frozenset[str] | None = None
    ) -> None:
        self.world, self.seed, self._steps, self._only = world, seed, steps, only
        self.chance = random.Random(seed)
        self.team = f"team-{seed}"
        self.first, self.second = (world.client(one, f"{self.team}-{one}") for one in (0, 1))
        self.accepted = Accepted(self.team)
        self.flaws: list[str] = []

    def run(self) -> list[str]:
        """All of it; what doesn't hold at its end."""
        self.give_caseload()
        self.plan()
        self.publish()
        for _ in range(self._steps):
            step: Callable[[], None] = self.chance.choice((
                self.rebook, self.rebook, self.move, self.move, self.publish, self.take_availability, self.give_caseload,
                self.ten_at_once, self.two_publish, self.two_move,
            ))  # fmt: skip
            step()
        self.publish()
        self.settle()
        self.world.counts.add("sequences")
        return self.flaws

    # What people do

    def give_caseload(self) -> None:
        document = caseload(self.team, self.chance.choice((2, 2, 3)))
        with self._fault(WHILE_ASKING, 0.3):
            answer = self.first.post("/v1/caseloads", content=document)
        self.keep_caseload(answer)

    def plan(self) -> None:
        version = list(self.accepted.caseloads)[-1]
        asked: Json = {"caseload": version, "rounds": _ROUNDS, "seed": 1 + self.seed}
        with self._fault(WHILE_PLANNING, 3):
            answer = self.first.post("/v1/calendars", json=asked)
            self._planned(answer)
            numbers, states = self.first.watch(f"/v1/calendars/{self.accepted.calendar}/events")
        if numbers != list(range(1, len(numbers) + 1)):
            self.flaws.append(f"the events that were watched are numbered {numbers}")
        self.world.counts.add(f"plans {states[-1]}")
        self._keep_revision()

    def publish(self) -> None:
        with self._fault(WHILE_PUBLISHING, 0.8):
            self.published(self.send_publish(self.first))
            if self.chance.random() < 0.5:
                self.flaws += self.world.rest()

    def rebook(self) -> None:
        with self._fault(WHILE_ASKING, 1.5):
            rebooking = self._options(self.first)
            options = rebooking["rebooking"]["options"]
            if options:
                number = 1 + self.chance.randrange(min(4, len(options)))
                answer = self.first.post(
                    f"/v1/rebookings/{rebooking['id']}:accept", json={"option": number}, headers=self._match()
                )
                self._changed(answer, "meeting.rebooked")

    def move(self) -> None:
        with self._fault(WHILE_ASKING, 1.5):
            for meeting, place in self._elsewhere()[:1]:
                self._changed(self._move(self.first, meeting, place), "meeting.moved")

    def take_availability(self) -> None:
        with self._fault(WHILE_ASKING, 0.5):
            answer = self.first.post(
                f"/v1/people/hv-1/availability?team={self.team}",
                content=busy(self.team, 1 + self.chance.randrange(26)),
            )
        if self._fine(answer, 200):
            name = answer.json()["caseload"]
            self.accepted.caseloads[name] = self.first.get(f"/v1/caseloads/{name}").content

    def ten_at_once(self) -> None:
        """The same request ten times at once, with one key: it is done once, and answered alike."""
        key = self.first.new_key()
        kind = self.chance.choice(("publish", "move", "rebooking"))
        places = self._elsewhere() if kind == "move" else []
        meeting = self._meeting()

        def ask(_: int) -> httpx.Response:
            if kind == "publish":
                return self.send_publish(self.first, key)
            if kind == "move" and places:
                return self._move(self.first, *places[0], key)
            return self.first.post(
                f"/v1/meetings/{meeting}/rebookings",
                params={"calendar": self.accepted.calendar},
                json={},
                key=key,
            )

        with (
            self._fault(("server killed", "database stopped (fast)", "disk full"), 0.8),
            ThreadPoolExecutor(_AT_ONCE) as pool,
        ):
            answers = list(pool.map(ask, range(_AT_ONCE)))
        self.world.counts.add("the same request ten times at once")
        if len({(one.status_code, one.content) for one in answers}) > 1:
            told_ = sorted({f"{one.status_code} {one.text[:120]}" for one in answers})
            self.flaws.append(f"the same request ({kind}) ten times was answered in several ways: {told_}")
        if kind == "publish":
            self.published(answers[0])
        elif kind == "move" and places:
            self._changed(answers[0], "meeting.moved")
        else:
            self._asked(self.first, answers[0])

    def two_publish(self) -> None:
        with self._fault(WHILE_PUBLISHING, 0.8), ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(self.send_publish, (self.first, self.second)))
        self.world.counts.add("two managers published at once")
        for one in answers:
            self.published(one)

    def two_move(self) -> None:
        """Two managers move different meetings, or one, having seen the same revision: one of them is told to look again."""
        places = self._elsewhere(most=2)
        if len(places) < 2:
            return
        with (
            self._fault(("server killed", "database stopped (immediate)"), 1.0),
            ThreadPoolExecutor(2) as pool,
        ):
            answers = list(pool.map(self._move, (self.first, self.second), *zip(*places, strict=True)))
        self.world.counts.add("two managers moved a meeting at once")
        if sorted(one.status_code for one in answers) != [200, 412]:
            self.flaws.append(f"two moves at once were answered {[one.status_code for one in answers]}")
        for one in answers:
            self._changed(one, "meeting.moved")

    # How it is done

    def _fault(self, names: tuple[str, ...], within: float) -> AbstractContextManager[None]:
        chosen = [one for one in possible(self.world, names) if self._only is None or one in self._only]
        draws = self.chance.random(), self.chance.uniform(0, within), self.chance.randrange(2**31)
        name = self.chance.choice(chosen) if chosen and draws[0] < 0.75 else None
        return at_fault(self.world, name, draws[1], draws[2])

    def _match(self) -> dict[str, str]:
        return {"If-Match": f'"{self.accepted.latest[self.accepted.calendar]}"'}

    def _meeting(self) -> str:
        calendar = httpx.Response(200, content=self._document()).json()
        return str(self.chance.choice(calendar["meetings"])["id"])

    def _document(self) -> bytes:
        calendar = self.accepted.calendar
        return self.accepted.revisions[calendar, self.accepted.latest[calendar]]

    def _options(self, client: Any) -> Json:
        meeting = self._meeting()
        answer = client.post(
            f"/v1/meetings/{meeting}/rebookings", params={"calendar": self.accepted.calendar}, json={}
        )
        return self._asked(client, answer)

    def _asked(self, client: Any, answer: httpx.Response) -> Json:
        if answer.status_code == 409 or not self._fine(answer, 201):
            # Such as a meeting that was moved: it is pinned.
            return {"id": "", "rebooking": {"options": []}}
        given: Json = answer.json()
        self.accepted.did("rebooking.ask")
        again = client.get(f"/v1/rebookings/{given['id']}")
        if again.json() != given:
            self.flaws.append("a rebooking is read otherwise than it was answered")
        self.accepted.rebookings[given["id"]] = again.content
        return given

    def _elsewhere(self, most: int = 1) -> list[tuple[str, Json]]:
        """Meetings, and where else each could be held."""
        found: dict[str, Json] = {}
        for _ in range(4):
            rebooking = self._options(self.first)["rebooking"]
            if rebooking["options"] and rebooking["meeting"] not in found:
                option = self.chance.choice(rebooking["options"][:5])
                found[rebooking["meeting"]] = {"start": option["start"], "venue": option["venue"]}
            if len(found) == most:
                break
        return list(found.items())

    def _move(self, client: Any, meeting: str, place: Json, key: str | None = None) -> httpx.Response:
        answer: httpx.Response = client.ask(
            "PATCH", f"/v1/meetings/{meeting}", params={"calendar": self.accepted.calendar}, json=place,
            headers=self._match(), key=key,
        )  # fmt: skip
        return answer

    def send_publish(self, client: Any, key: str | None = None, **params: Any) -> httpx.Response:
        answer: httpx.Response = client.post(
            f"/v1/calendars/{self.accepted.calendar}:publish", headers=self._match(), key=key, params=params
        )
        return answer

    # What is kept of the answers

    def _fine(self, answer: httpx.Response, *wanted: int) -> bool:
        if answer.status_code in wanted:
            return True
        asked = f"{answer.request.method} {answer.request.url.path}"
        self.flaws.append(f"{asked} was answered {answer.status_code} {answer.text[:200]}")
        return False

    def keep_caseload(self, answer: httpx.Response) -> None:
        if self._fine(answer, 200, 201):
            name = answer.json()["id"]
            if answer.status_code == 201:
                self.accepted.did("caseload.write")
            self.accepted.caseloads[name] = self.first.get(f"/v1/caseloads/{name}").content

    def _planned(self, answer: httpx.Response) -> None:
        if self._fine(answer, 202):
            self.accepted.did("calendar.plan")
            self.accepted.calendars.append(answer.json()["id"])

    def _keep_revision(self, number: int = 1) -> bytes:
        calendar = self.accepted.calendar
        document = self.first.get(f"/v1/calendars/{calendar}", params={"revision": number}).content
        self.accepted.revisions[calendar, number] = document
        self.accepted.latest[calendar] = max(number, self.accepted.latest.get(calendar, 0))
        return document

    def _changed(self, answer: httpx.Response, action: str) -> None:
        """A new revision, or none because somebody else was first or the place is taken."""
        if not self._fine(answer, 200, 409, 412) or answer.status_code != 200:
            self.world.counts.add(f"changes answered {answer.status_code}")
            return
        self.accepted.did(action)
        given = answer.json()
        document = httpx.Response(200, content=self._keep_revision(given["revision"])).json()
        if given["meeting"] is not None and given["meeting"] not in document["meetings"]:
            self.flaws.append(f"revision {given['revision']} has not the meeting that was answered")
        self.world.counts.add("revisions accepted")

    def published(self, answer: httpx.Response) -> None:
        if self._fine(answer, 200):
            self.accepted.did("calendar.publish")
            self.world.counts.add("publications accepted")

    # The end

    def settle(self) -> None:
        """Bring all up again, wait, and see what holds."""
        world = self.world
        world.heal()
        self.flaws += world.rest()
        self.flaws += sent(world, self.accepted)
        for _ in range(_MOST_RESENDS):
            answer = self.send_publish(self.first, resend=True)
            self.published(answer)
            self.flaws += world.rest()
            if answer.status_code != 200 or not answer.json()["requests"] + answer.json()["cancels"]:
                break
        else:
            self.flaws.append("there is no end to what is sent again")
        world.set_clock(0)
        for found in (
            kept(world, self.first, self.accepted), lawful(world, self.accepted),
            sent(world, self.accepted, counted=False), shown(world, self.accepted), told(world), failed_jobs(world),
            sound(world), world.orphans(), world.usage_flaws(), world.log_flaws(),
        ):  # fmt: skip
            self.flaws += found
