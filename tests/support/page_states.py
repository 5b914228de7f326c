"""States that a team can be in when somebody opens its pages, and every page there is, by its route.

`states` puts a team for each state into a world. A page's path is made from its route: ids come from the state, and a route with
an id that a state has nothing for is no page of that state. `PARAMETERS` says where ids come from: a route with a new one is a
fault until it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from string import Formatter
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from api_cases import documents
from caseload_pages import team_of
from fake_searches import FakeSearch, fake_search
from fastapi.routing import iter_route_contexts
from made_calendars import made_calendar
from web_world import TENANT, World

from service.access.sessions import CSRF_FIELD, cookie_name
from service.api.app import create_app
from service.jobs.problems import memory
from service.settings import Settings
from service.store.accounts import Accounts
from service.store.engine import Store
from service.store.scope import Scoped, system
from solver.policy.load import load_policy
from solver.schema.calendar import Breach, Calendar, CalendarException, Reason, Remedy, Task
from solver.schema.caseload import Caseload

EVERYBODY: Final = "manager@all.example"
"""A manager of the teams of all states."""
NAMES: Final = (
    "Wolfeschlegelsteinhausenbergerdorff-Hubertus-Blåfjell-Þorgrímsdóttir-Łukasiewicz-Nguyễn-Ångström",
    "Przemysława Őszentmártoni-Škvorecký née O’Shaughnessy-Fitzwilliam-Cholmondeley-Featherstonehaugh",
    "عبد الرحمن بن محمد بن عبد العزيز آل عبد اللطيف الهاشمي القرشي المكي المدني البغدادي الدمشقي",
    'Li <b>&amp;</b> "Quote" O\'Neill {{ 7 * 7 }} %s ${x} -- with everything that somebody may have typed in',
)
NOT_PAGES: Final = ("/v1/", "/static/", "/development/", "/healthz", "/readyz", "/metrics", "/openapi.json")
LEADS_ELSEWHERE: Final = frozenset({"/sign-in/authority", "/sign-in/authority/return"})
"""Steps of signing in at an identity provider, which `test_first` and its like take."""


@dataclass(frozen=True)
class State:
    """A team in a state."""

    name: str
    team: str
    ids: dict[str, str] = field(default_factory=dict)
    """By the name of the parameter in routes."""
    subject: str = EVERYBODY
    """Who looks."""

    def path(self, route: str) -> str | None:
        """A route's path in this state; ``None`` if the state has nothing for it."""
        known = {"team": self.team} | self.ids
        names = [name for _, name, _, _ in Formatter().parse(route) if name]
        for name in names:
            assert name in PARAMETERS, f"{route}: page_states.py is to say where {{{name}}} comes from"
        return route.format(**known) if set(names) <= set(known) else None

    def seen_by(self, role: str) -> State:
        """The same, as somebody else sees it."""
        return replace(self, name=f"{self.name}, {role}", subject=f"{role}@{self.team}.example")


PARAMETERS: Final = frozenset({"team", "calendar", "meeting", "rebooking"})


@cache
def routes(method: str = "GET") -> tuple[str, ...]:
    """Of every page, or of every form, of the application as it is."""
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/empty.sqlite")
        app = create_app(store, Settings(), listens_on="127.0.0.1")
        found = {
            str(one.path)
            for one in iter_route_contexts(app.routes)
            if method in (one.methods or ()) and not str(one.path).startswith(NOT_PAGES)
        }
        store.close()
    return tuple(sorted(found - LEADS_ELSEWHERE))


def states(world: World) -> dict[str, State]:
    """A world with a team for each state."""
    made = _States(world)
    found = {state.name: state for state in made.all()}
    with world.store.writing() as session:
        accounts = Accounts(Scoped(session, system(TENANT)), world.clock.now())
        accounts.add(EVERYBODY, "manager", tuple(state.team for state in found.values()))
    made.ask_rebooking(found["one plan"])
    return found


@dataclass
class _States:
    world: World

    def all(self) -> Iterator[State]:
        world = self.world
        yield self._team("empty team")
        name = "caseload without calendar"
        yield self._team(name)
        world.caseload(_caseload(6, _id(name)))
        yield self._one()
        yield self._planned("a usual team", 24)
        yield self._planned("150 plans", 150, often=True)
        name = "long names"
        self._add(_id(name), " ".join(NAMES[:2]))
        caseload = long_names(_caseload(6, _id(name)))
        yield self._given(name, caseload, made_calendar(caseload, load_policy(caseload.authority)))
        yield self._planned("all late", 12, change=all_wrong)
        changed = self._planned("unpublished changes", 12, published=True)
        caseload, calendar = team_of(12, changed.team)
        world.revise(changed.ids["calendar"], later(calendar))
        yield changed
        yield self._search("solving")[0]
        state, search = self._search("failed")
        problem = memory(kept=False)
        search.state("failed", problem=problem)
        yield state

    def ask_rebooking(self, state: State) -> None:
        """Have options for a meeting worked out: a page of its own."""
        headers = {"Accept": "text/html"}
        cookies = {cookie_name(https=False): self.world.cookie(EVERYBODY)}
        with httpx.Client(
            base_url=self.world.address, cookies=cookies, headers=headers, trust_env=False
        ) as client:
            path = f"/teams/{state.team}/meetings/{state.ids['meeting']}/rebook"
            answer = client.post(
                path, data={CSRF_FIELD: csrf(client, path), "why": "look", "options": "3"}, timeout=60
            )
            assert answer.status_code == 303, answer.text[-2000:]
            state.ids["rebooking"] = answer.headers["Location"].rpartition("/")[2].partition("?")[0]

    def _team(self, name: str) -> State:
        self._add(_id(name), name.capitalize())
        return State(name, _id(name))

    def _add(self, team: str, name: str) -> None:
        self.world.team(team, name)

    def _given(self, name: str, caseload: Caseload, calendar: Calendar, *, published: bool = False) -> State:
        calendar = with_tasks(calendar)
        entry = self.world.give(caseload, calendar, published=published)
        team = caseload.team.id
        self.world.is_person(f"worker@{team}.example", calendar.meetings[0].attendees[0].person)
        return State(name, team, {"calendar": entry, "meeting": calendar.meetings[0].id})

    def _planned(
        self, name: str, plans: int, *, often: bool = False, published: bool = False,
        change: Callable[[Calendar], Calendar] = lambda calendar: calendar,
    ) -> State:  # fmt: skip
        state = self._team(name)
        caseload, calendar = team_of(plans, state.team, often=often)
        return self._given(name, _named(caseload, name.capitalize()), change(calendar), published=published)

    def _one(self) -> State:
        """Really planned, so that it can be moved and rebooked."""
        state = self._team("one plan")
        caseload, calendar = documents(state.team)
        return self._given(
            state.name, Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar)
        )

    def _search(self, name: str) -> tuple[State, FakeSearch]:
        state = self._team(name)
        search = fake_search(self.world, self.world.caseload(_caseload(6, state.team)))
        search.state("preparing")
        search.state("solving")
        search.found(4.0, 90_000, 20_000.0, 7)
        search.found(21.5, 52_000, 41_000.0, 3)
        return replace(state, ids={"calendar": search.calendar}), search


def csrf(client: httpx.Client, path: str) -> str:
    """What a form of a page sends to show that it is ours."""
    text = client.get(path).text
    _, _, rest = text.partition('<meta name="csrf-token" content="')
    return rest.partition('"')[0]


def long_names(caseload: Caseload) -> Caseload:
    """The caseload with names as long as they come, and ids without a place to break them."""
    text = caseload.model_dump_json(by_alias=True)
    text = text.replace('"plan-', f'"plan-{"0123456789" * 6}-').replace(
        '"family-', f'"family-{"9876543210" * 5}-'
    )
    data = json.loads(text)
    for kind in ("people", "schools", "sites", "venues"):
        for number, one in enumerate(data[kind]):
            one["name"] = NAMES[number % len(NAMES)]
    data["team"]["name"] = NAMES[0]
    return Caseload.model_validate(data)


def all_wrong(calendar: Calendar) -> Calendar:
    """The calendar with every meeting late and somebody missing from each."""
    why = Reason(
        rule="attend.essential", sources=("X2",), people=("sw-1",),
        text="Testworker Alder is essential and on leave until after the due date; no deputy is named, and the rooms are taken.",
    )  # fmt: skip
    start = datetime(2026, 12, 10, 10)
    what = Remedy(
        kind="deputy", text="Name a deputy for Testworker Alder: it can then be held on Thu 10 Dec 2026 at 10:00.",
        people=("sw-1",), start=start, end=start + timedelta(hours=1), venue="room-1",
    )  # fmt: skip
    late = tuple(one.model_copy(update={"slack_days": 0, "breach_days": 3}) for one in calendar.meetings)
    breaches = [
        Breach(
            series=one.series, meeting=one.id, due=one.window.due, days=3, proved=number % 2 == 0, reasons=(why, why),
            remedies=(what, what, what), tried=4, untried=number % 3, looked_into=number % 4 != 0,
        )
        for number, one in enumerate(late)
    ]  # fmt: skip
    exceptions = [
        CalendarException(meeting=one.id, person=one.attendees[-1].person, kind="report", reason=why.text)
        for one in late
    ]
    return calendar.model_copy(
        update={
            "meetings": late,
            "breaches": tuple(breaches),
            "exceptions": tuple(exceptions),
            "status": "infeasible",
        }
    )


def with_tasks(calendar: Calendar) -> Calendar:
    """The calendar with something owed for each of its meetings, and for a concern of each plan."""
    owed = [
        Task(
            id=f"{one.id}.{kind}", kind=kind, meeting=one.id if kind == "minutes" else None, plans=one.plans,
            owner=one.attendees[0].person, due=one.start.date() + timedelta(days=days), source="X5", title=title,
        )
        for one in calendar.meetings
        for kind, days, title in (
            ("minutes", 5, "Send the minutes to everybody who was invited, and to those who were not there"),
            ("disagreement", 10, "Answer what was said against the plan"),
        )
    ]  # fmt: skip
    return calendar.model_copy(update={"tasks": calendar.tasks or tuple(owed)})


def later(calendar: Calendar) -> Calendar:
    """The calendar with its first meetings a day later."""
    day = timedelta(days=1)
    moved = [
        one.model_copy(update={"start": one.start + day, "end": one.end + day, "pinned": True})
        if number < 3
        else one
        for number, one in enumerate(calendar.meetings)
    ]
    return calendar.model_copy(update={"meetings": tuple(moved)})


def _caseload(plans: int, team: str) -> Caseload:
    return team_of(plans, team)[0]


def _named(caseload: Caseload, name: str) -> Caseload:
    return caseload.model_copy(update={"team": caseload.team.model_copy(update={"name": name})})


def _id(name: str) -> str:
    return name.replace(" ", "-")


__all__ = [
    "EVERYBODY",
    "LEADS_ELSEWHERE",
    "NAMES",
    "State",
    "all_wrong",
    "csrf",
    "later",
    "long_names",
    "routes",
    "states",
    "with_tasks",
]
