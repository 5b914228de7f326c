# Annotations are evaluated as they stand: some name what is made within a test.
from typing import Annotated

import pytest
from access_cases import House
from access_matrix import BY_TEAM, HERE, Ask, Caller, Place, Sample, endpoints, expected, faults, scope_faults
from access_world import NoOptions, api_samples, make_world
from asgi_client import AsgiClient
from fastapi import APIRouter, Depends, FastAPI
from page_samples import page_samples
from stores import NOON

from service.access.authentication import BY_TOKEN, open_to_all, require
from service.access.rights import MATRIX, Reach, reach_of
from service.api.app import create_app
from service.api.problems import Problem
from service.settings import Settings
from service.store.engine import Store
from service.store.scope import Principal

GENEROUS = Settings(requests_a_minute=10**9, tenant="north", most_jobs=10**6)


def test_the_api_is_as_the_matrix_says(store: Store) -> None:
    world = make_world(store)
    app = create_app(store, GENEROUS, desks=NoOptions(), now=lambda: NOON, listens_on="127.0.0.1")
    samples = api_samples(world) | page_samples(world)
    assert "\n".join(faults(AsgiClient(app), endpoints(app), samples, world.callers)) == ""


def test_a_scope_is_for_its_action_alone(store: Store) -> None:
    world = make_world(store)
    app = create_app(store, GENEROUS, desks=NoOptions(), now=lambda: NOON)
    actions = tuple(rule.action for rule in MATRIX if rule.reach("integrator") is not Reach.NO)
    samples = api_samples(world) | page_samples(world)
    assert scope_faults(AsgiClient(app), endpoints(app), samples, world.integrator, actions) == []


def test_what_needs_no_account_gives_nothing_without_its_token(store: Store) -> None:
    world = make_world(store)
    app = create_app(store, GENEROUS, desks=NoOptions(), now=lambda: NOON)
    client = AsgiClient(app)
    feeds = [endpoint for endpoint in endpoints(app) if endpoint.declared is BY_TOKEN]
    assert len(feeds) == 6
    for endpoint in feeds:
        path = endpoint.path.format(person="sw-1", team="t", venue="office-1")
        for caller in (Caller("nobody", "manager", {}), *world.callers):
            for token in ("", "?token=", "?token=x"):
                answer = client.request(endpoint.method, path + token, headers=dict(caller.headers))
                assert answer.status_code == 404


def test_what_the_matrix_says_of_each_place() -> None:
    def words(role: str, action: str, *, all_teams: bool = False) -> list[str]:
        caller = Caller("x", role, {}, all_teams)
        return [expected(caller, action, place, (*Place,)) for place in Place]

    assert words("manager", "calendar.read") == ["fine", "fine", "missing", "missing", "missing"]
    assert words("auditor", "calendar.read", all_teams=True) == ["fine", "fine", "fine", "missing", "missing"]
    assert words("worker", "meeting.read") == ["fine", "missing", "missing", "missing", "missing"]
    assert words("worker", "calendar.publish") == ["forbidden"] * 5
    assert reach_of("attendee", "feed.read") is Reach.OWN


# The machinery finds what is wrong


def bare() -> FastAPI:
    return FastAPI(docs_url=None, redoc_url=None)


def small(*, checks: bool = True, action: str = "calendar.read", leaks: bool = False) -> FastAPI:
    app = bare()

    @app.get("/of/{team}")
    def read(team: str, who: Annotated[Principal, Depends(require(action))]) -> str:
        if checks and not who.sees_team(team):
            raise Problem("about:blank", f"Not found{team if leaks else ''}", 404)
        return team

    return app


SAMPLES = {
    "GET /of/{team}": Sample(
        lambda place: Ask("/of/" + {Place.OWN: "t", Place.OTHER_TEAM: "u"}.get(place, place.name)), BY_TEAM
    )
}


def found_in(store: Store, app: FastAPI) -> str:
    house = House(store)
    client = house.client(app)
    roles = ("manager", "worker", "support", "integrator", "auditor", "admin")
    callers = [
        Caller(role, role, {"Authorization": f"Bearer {house.key(role).text}"}, unseen=("elsewhere",))
        for role in roles
        if role not in ("integrator", "auditor")
    ]
    return "\n".join(faults(client, endpoints(app), SAMPLES, callers))


def test_it_finds_nothing_where_nothing_is_wrong(store: Store) -> None:
    assert found_in(store, small()) == ""


def test_it_finds_data_of_others(store: Store) -> None:
    assert "OTHER_TEAM: manager gets fine, and should get missing" in found_in(store, small(checks=False))


def test_it_finds_what_tells_missing_from_foreign(store: Store) -> None:
    assert "answered otherwise than what isn't there" in found_in(store, small(leaks=True))


def test_it_finds_a_route_without_a_sample(store: Store) -> None:
    app = small()

    @app.get("/more", dependencies=[Depends(require("calendar.read"))])
    def more() -> None: ...

    assert found_in(store, app) == "GET /more has no sample"


def test_it_finds_what_is_open_to_the_wrong_role(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.access import authentication

    monkeypatch.setattr(authentication, "may", lambda principal, action: True)
    assert "admin gets missing, and should get forbidden" in found_in(store, small())


def test_it_finds_a_word_that_gives_something_away(store: Store) -> None:
    app = bare()

    @app.get("/of/{team}")
    def read(team: str, who: Annotated[Principal, Depends(require("kpi.read"))]) -> str:
        if not who.sees_team(team):
            raise Problem("about:blank", "Not found", 404)
        return "elsewhere"

    assert "OWN: manager is told of elsewhere" in found_in(store, app)


def test_a_route_that_declares_nothing_is_a_fault_and_so_is_one_that_declares_twice() -> None:
    app, router = bare(), APIRouter()

    @router.get("/bare")
    def nothing() -> None: ...

    app.include_router(router, prefix="/v1")
    with pytest.raises(AssertionError, match="/v1/bare declares no action"):
        endpoints(app)

    twice = bare()

    @twice.get("/twice", dependencies=[Depends(require("kpi.read")), Depends(open_to_all("x"))])
    def both() -> None: ...

    with pytest.raises(AssertionError, match="/twice declares"):
        endpoints(twice)


def test_a_declaration_counts_wherever_it_stands() -> None:
    app, router = bare(), APIRouter()

    def deep(who: Annotated[Principal, Depends(require("kpi.read"))]) -> Principal:
        return who

    @router.get("/deep")
    def read(who: Annotated[Principal, Depends(deep)]) -> None: ...

    app.include_router(router, prefix="/v1", tags=["x"])
    assert [str(endpoint) for endpoint in endpoints(app)] == ["GET /v1/deep"]
    assert HERE == (Place.OWN,)
