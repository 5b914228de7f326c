"""The whole application over a made-up authority, with a small planned calendar, asked without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from access_cases import House, bearer
from asgi_client import AsgiClient
from solver_cases import lone, person, plan_of, planned, room

from service.access.keys import NewKey
from service.api.app import create_app
from service.desks import desk
from service.desks.asked import Ask, Made, Papers, Take
from service.desks.pool import Desks
from service.settings import Settings
from service.store import calendars
from service.store.engine import Store
from service.store.scope import Scoped
from service.store.tables import CaseloadVersion
from solver.schema.calendar import Calendar, Meeting

Json = dict[str, Any]


class HereDesks(Desks):
    """A desk in this process: the same work without starting another one."""

    def options(self, papers: Papers, ask: Ask) -> bytes:
        return desk.options(papers.name, papers, ask)

    def take(self, papers: Papers, taken: Take) -> Made:
        return desk.take(papers.name, papers, taken)

    def explain(self, papers: Papers, asked: Ask) -> bytes:
        return desk.explain(papers.name, papers, asked)

    def warm(self, papers: Papers) -> None:
        """There is nothing to get ready."""


@cache
def documents(team: str = "t") -> tuple[bytes, bytes]:
    """A caseload of two plans, everybody with a mailbox but ``mother-2``, and its calendar."""
    data = lone()
    data["id"] = f"caseload-{team}"
    data["team"]["id"] = team
    data["people"] += [
        person("sw-2", "social_worker", site="hall"),
        person("mother-2", "parent"),
        person("hv-1", "health_visitor"),
    ]
    data["venues"] += [room("room-2")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
    for one in data["people"]:
        if one["id"] != "mother-2":
            one["email"] = f"{one['id']}@convene.example"
    calendar = planned(data, rounds=6)
    return json.dumps(data).encode(), calendar.model_dump_json(by_alias=True).encode()


@dataclass
class Service:
    """The application, and keys of every role of the first team."""

    store: Store
    settings: Settings = field(default_factory=lambda: Settings(tenant="north"))
    house: House = field(init=False)
    client: AsgiClient = field(init=False)
    keys: dict[str, NewKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house = House(self.store)
        app = create_app(self.store, self.settings, desks=HereDesks(), now=self.house.clock.now)
        self.app = app
        self.client = AsgiClient(app)

    def ask(
        self,
        method: str,
        path: str,
        *,
        role: str = "integrator",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Ask as somebody."""
        if role not in self.keys:
            self.keys[role] = self.house.key(role)
        return self.client.request(method, path, headers=bearer(self.keys[role]) | (headers or {}), **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def caseload(self, team: str = "t") -> str:
        """Give the caseload; the id of its version."""
        answer = self.post("/v1/caseloads", content=documents(team)[0])
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    def calendar(self, team: str = "t", document: Calendar | None = None) -> str:
        """Ask for a calendar, and have it planned as a worker would; its id."""
        answer = self.post("/v1/calendars", json={"caseload": self.caseload(team), "rounds": 6})
        assert answer.status_code == 202, answer.text
        found = str(answer.json()["id"])
        with self.store.writing() as session:
            scoped = Scoped(session, self.house.office.system())
            entry = calendars.find(scoped, found, lock=True)
            assert entry is not None
            version = scoped.one(CaseloadVersion, CaseloadVersion.id == entry.caseload_version)
            assert version is not None
            entry.state = "completed"
            made = document or self.document(team)
            calendars.add_revision(
                scoped, entry, made, version.id, reason="planned", at=self.house.clock.now()
            )
            calendars.add_event(scoped, entry, "state", {"state": "completed"}, at=self.house.clock.now())
        return found

    @staticmethod
    def document(team: str = "t") -> Calendar:
        """The calendar that was planned."""
        return Calendar.model_validate_json(documents(team)[1])

    def first(self, plan: str = "plan-2", team: str = "t") -> Meeting:
        """The first meeting of a plan."""
        return next(one for one in self.document(team).meetings if one.plans == (plan,))

    def options(self, meeting: Meeting, **more: Any) -> Json:
        """Options for a meeting elsewhere."""
        answer = self.post(f"/v1/meetings/{meeting.id}/rebookings", json={"today": "2027-01-04"} | more)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def elsewhere(self, meeting: Meeting) -> Json:
        """An option at another time."""
        found = self.options(meeting)["rebooking"]["options"]
        option: Json = next(one for one in found if datetime.fromisoformat(one["start"]) != meeting.start)
        return option
