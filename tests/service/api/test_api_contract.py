"""What a client relies on: pages while things are added, streams that go on elsewhere, preconditions, doing things once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from api_cases import Service, documents
from service_process import add_integrator, serving

from service.store import calendars
from service.store.engine import Store
from service.store.scope import Scoped, system
from service.store.tables import CalendarEntry, Event


@pytest.fixture
def service(store: Store) -> Service:
    return Service(store)


def give(service: Service, number: int) -> str:
    """Another version of the caseload; two of them in the same second."""
    data = json.loads(documents()[0])
    data["closures"] = [f"2027-02-{number:02}"]
    service.house.clock.pass_(timedelta(seconds=number % 2))
    answer = service.post("/v1/caseloads", content=json.dumps(data).encode())
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_pages_lose_nothing_and_repeat_nothing_while_others_add(service: Service) -> None:
    before = [give(service, number) for number in range(1, 9)]
    found: list[str] = []
    after, number = "", 9
    while True:
        page = service.get(f"/v1/caseloads?limit=3{after}").json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
        service.house.clock.pass_(timedelta(seconds=1))
        give(service, number)
        number += 1
    assert sorted(found) == sorted(before), "what came later is newer than the first page"


REFUSED = (
    (None, 428, "precondition-required"),
    ('"7"', 412, "stale-revision"),
    ('"0"', 412, "stale-revision"),
    ("1", 400, "bad-precondition"),
    ('W/"1"', 400, "bad-precondition"),
    ('"1", "2"', 400, "bad-precondition"),
    ('"one"', 400, "bad-precondition"),
    ('"', 400, "bad-precondition"),
    ("", 400, "bad-precondition"),
)


def test_what_was_seen_is_said_by_everything_that_changes_a_calendar(
    service: Service, subtests: pytest.Subtests
) -> None:
    calendar = service.calendar()
    meeting = service.first()
    option = service.elsewhere(meeting)
    options = service.options(meeting)["id"]
    there = {"start": option["start"], "venue": option["venue"], "today": "2027-01-04"}
    asked = (
        ("POST", f"/v1/calendars/{calendar}:publish", {}),
        ("POST", f"/v1/rebookings/{options}:accept", {"option": 1}),
        ("PATCH", f"/v1/meetings/{meeting.id}", there),
    )
    for given, status, kind in REFUSED:
        headers = {} if given is None else {"If-Match": given}
        for method, path, body in asked:
            with subtests.test(method=method, given=given):
                answer = service.ask(method, path, json=body, headers=headers)
                assert answer.status_code == status, (path, answer.text)
                assert answer.json()["type"] == f"urn:convene:problem:{kind}"
                if status == 412:
                    assert (answer.headers["etag"], answer.json()["revision"]) == ('"1"', 1)
                assert service.get(f"/v1/calendars/{calendar}/status").json()["revision"] == 1


@pytest.mark.parametrize("given", ['"1"', ' "1" ', "*"])
def test_whoever_saw_the_revision_that_there_is_may_change_it(service: Service, given: str) -> None:
    calendar = service.calendar()
    answer = service.ask("POST", f"/v1/calendars/{calendar}:publish", json={}, headers={"If-Match": given})
    assert answer.status_code == 200, answer.text
    assert service.get(f"/v1/calendars/{calendar}/status").json()["revision"] == 1


def test_an_address_with_a_slash_too_many_is_none_and_sends_nobody_elsewhere(service: Service) -> None:
    answer = service.get("/v1/calendars/")
    assert (answer.status_code, answer.headers.get("location")) == (404, None)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_text_that_a_database_cant_keep_is_no_fault(service: Service) -> None:
    assert service.get("/v1/caseloads?team=%00").status_code in (200, 422)
    answer = service.post("/v1/feeds", json={"kind": "team", "subject": "t", "team": "\0"})
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.slow
def test_the_same_request_ten_times_at_once_is_done_once(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    key = {"Authorization": f"Bearer {add_integrator(store)}"}
    with serving(database_url, tmp_path / "service", "--no-worker") as address:
        version = httpx.post(
            f"{address}/v1/caseloads", content=documents()[0], headers=key, timeout=60
        ).json()["id"]

        def ask(_: int) -> httpx.Response:
            headers = key | {"Idempotency-Key": "one"}
            return httpx.post(
                f"{address}/v1/calendars", json={"caseload": version}, headers=headers, timeout=60
            )

        with ThreadPoolExecutor(10) as threads:
            answers = list(threads.map(ask, range(10)))
        listed = httpx.get(f"{address}/v1/calendars", headers=key, timeout=60).json()["items"]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replay" in answer.headers for answer in answers) == 9
    assert [one["id"] for one in listed] == [answers[0].json()["id"]]
    store.close()


@pytest.mark.slow
def test_a_stream_goes_on_at_another_server_where_it_broke_off(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    key = {"Authorization": f"Bearer {add_integrator(store)}"}

    def tell(state: str) -> None:
        with store.writing() as session:
            scoped = Scoped(session, system("authority"))
            entry = scoped.one(CalendarEntry, CalendarEntry.id == calendar, lock=True)
            assert entry is not None
            entry.state = state
            calendars.add_event(scoped, entry, "state", {"state": state}, at=entry.created)

    first = serving(database_url, tmp_path / "first", "--no-worker")
    second = serving(database_url, tmp_path / "second", "--no-worker")
    with first as one, second as other:
        version = httpx.post(f"{one}/v1/caseloads", content=documents()[0], headers=key, timeout=60).json()[
            "id"
        ]
        calendar = httpx.post(
            f"{one}/v1/calendars", json={"caseload": version}, headers=key, timeout=60
        ).json()["id"]
        path = f"/v1/calendars/{calendar}/events"
        tell("preparing")
        seen: list[str] = []
        with httpx.stream("GET", f"{one}{path}", headers=key, timeout=60) as stream:
            for line in stream.iter_lines():
                seen += [line] if line.startswith("id:") else []
                if len(seen) == 2:
                    break
        assert seen == ["id: 1", "id: 2"]
        tell("solving")
        tell("failed")
        rest = httpx.get(f"{other}{path}", headers=key | {"Last-Event-ID": "2"}, timeout=60).text
    assert [line for line in rest.splitlines() if line.startswith("id:")] == ["id: 3", "id: 4"]
    with store.reading() as session:
        scoped = Scoped(session, system("authority"))
        assert len(session.scalars(scoped.select(Event)).all()) == 4, "nothing else was told"
    store.close()
