"""Tasks that are done, over HTTP: who said so, taking that back, and what a meeting that moves makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from api_cases import Json, Service

from service.store import audit, calendars
from service.store.engine import Store
from service.store.scope import Scoped
from solver.schema.calendar import Calendar, Task


@pytest.fixture
def service(store: Store) -> Iterator[Service]:
    made = Service(store)
    yield made
    with store.reading() as session:
        assert list(audit.flaws(session, "north")) == []


def owed(service: Service) -> Calendar:
    """The calendar, with an interpreter to book for two meetings and something between them."""
    document = service.document()
    one, two = document.meetings[:2]
    tasks = [
        Task(id=name, kind="book-interpreter", meeting=of, owner=owner, due=date(2027, 1, day), source="B1", title="Book")
        for name, of, owner, day in (
            ("a", one.id, "sw-2", 5), ("b", two.id, "hv-1", 6), ("c", None, "sw-2", 7),
        )
    ]  # fmt: skip
    return document.model_copy(update={"tasks": tuple(tasks)})


def moved(service: Service, calendar: str, document: Calendar, **change: Any) -> None:
    """Its first meeting is changed, in a further revision."""
    first = document.meetings[0]
    meetings = (first.model_copy(update=change), *document.meetings[1:])
    after = document.model_copy(update={"meetings": meetings})
    with service.store.writing() as session:
        scoped = Scoped(session, service.house.office.system())
        entry = calendars.find(scoped, calendar, lock=True)
        assert entry is not None
        calendars.add_revision(
            scoped, entry, after, entry.caseload_version, reason="moved", at=service.house.clock.now()
        )


def listed(service: Service, query: str = "") -> dict[str, Json]:
    return {one["id"]: one for one in service.get(f"/v1/tasks{query}").json()["items"]}


def mark(
    service: Service, calendar: str, *tasks: str, verb: str = "mark", match: str = "*", **more: Any
) -> Any:
    headers = {} if verb == "unmark" else {"If-Match": match}
    headers |= more.pop("headers", {})
    body = {"calendar": calendar, "tasks": list(tasks)}
    return service.post(f"/v1/tasks:{verb}", json=body, headers=headers, **more)


def test_a_task_is_marked_listed_with_its_mark_and_taken_back(service: Service) -> None:
    calendar = service.calendar(document=owed(service))
    assert {one["mark"] for one in listed(service).values()} == {None}
    answer = mark(service, calendar, "a", "c", match='"1"', role="support")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["changed"] == ["a", "c"]
    found = listed(service)
    assert found["a"] == told["tasks"][0]
    assert found["a"]["mark"]["role"] == "support"
    assert found["a"]["mark"]["stands"] is True
    assert found["a"]["mark"]["start"] == service.document().meetings[0].start.isoformat(timespec="minutes")
    assert found["c"]["mark"]["start"] is None
    assert (found["b"]["mark"], found["b"]["revision"]) == (None, 1)
    assert set(listed(service, "?done=true")) == {"a", "c"}
    assert set(listed(service, "?done=false")) == {"b"}
    back = mark(service, calendar, "a", "b", verb="unmark").json()
    assert (back["changed"], [one["mark"] for one in back["tasks"]]) == (["a"], [None, None])
    assert set(listed(service, "?done=true")) == {"c"}


def test_the_same_again_changes_nothing_and_a_key_is_answered_alike(service: Service) -> None:
    calendar = service.calendar(document=owed(service))
    first = mark(service, calendar, "a", headers={"Idempotency-Key": "k"})
    service.house.clock.pass_(timedelta(hours=1))
    again = mark(service, calendar, "a", headers={"Idempotency-Key": "k"})
    assert (again.headers["idempotent-replay"], again.json()) == ("true", first.json())
    other = mark(service, calendar, "b", headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:convene:problem:idempotency-key-reused")
    without = mark(service, calendar, "a", role="manager").json()
    assert (without["changed"], without["tasks"][0]["mark"]) == ([], first.json()["tasks"][0]["mark"])
    assert mark(service, calendar, "b", verb="unmark").json()["changed"] == []


def test_what_was_seen_is_said_and_what_has_changed_since_is_refused(service: Service) -> None:
    document = owed(service)
    calendar = service.calendar(document=document)
    body = {"calendar": calendar, "tasks": ["a"]}
    assert service.post("/v1/tasks:mark", json=body).status_code == 428
    moved(service, calendar, document, start=document.meetings[0].start + timedelta(hours=1))
    stale = mark(service, calendar, "a", match='"1"')
    assert (stale.status_code, stale.json()["revision"], stale.headers["etag"]) == (412, 2, '"2"')
    assert listed(service)["a"]["mark"] is None
    assert mark(service, calendar, "a", match='"2"').status_code == 200


@pytest.mark.parametrize(("field", "change"), [("start", "time"), ("venue", "place")])
def test_a_mark_stands_for_the_meeting_as_it_was(service: Service, field: str, change: str) -> None:
    document = owed(service)
    calendar = service.calendar(document=document)
    first = document.meetings[0]
    mark(service, calendar, "a", "b", "c")
    new: Any = first.start + timedelta(days=1) if field == "start" else "room-2"
    assert new != first.venue
    moved(service, calendar, document, **{field: new})
    found = listed(service)
    assert (found["a"]["mark"]["stands"], found["a"]["mark"]["changes"]) == (False, [change])
    assert found["a"]["mark"]["start"] == first.start.isoformat(timespec="minutes"), "what it was done for"
    assert found["b"]["mark"]["stands"]
    assert found["c"]["mark"]["stands"], "it is of no meeting"
    assert set(listed(service, "?done=false")) == {"a"}
    service.house.clock.pass_(timedelta(hours=1))
    again = mark(service, calendar, "a", "b", match='"2"', role="manager").json()
    assert again["changed"] == ["a"]
    assert (again["tasks"][0]["mark"]["stands"], again["tasks"][0]["mark"]["role"]) == (True, "manager")
    back = mark(service, calendar, "a", verb="unmark").json()["tasks"][0]["mark"]
    assert back == found["a"]["mark"], "what was done for another time is told again"


def test_what_was_done_once_the_meeting_had_begun_stands(service: Service) -> None:
    document = owed(service)
    calendar = service.calendar(document=document)
    first = document.meetings[0]
    service.house.clock.pass_(timedelta(days=200))
    mark(service, calendar, "a")
    moved(service, calendar, document, start=first.start + timedelta(minutes=30))
    assert listed(service)["a"]["mark"]["stands"] is True


def test_all_or_none_and_only_of_a_calendar_that_counts(service: Service) -> None:
    calendar = service.calendar(document=owed(service))
    assert mark(service, calendar, "a", "made-up").status_code == 404
    assert mark(service, "0" * 32, "a").status_code == 404
    assert {one["mark"] for one in listed(service).values()} == {None}
    service.house.clock.pass_(timedelta(seconds=1))
    later = service.calendar(document=owed(service))
    assert later != calendar
    assert mark(service, calendar, "a").status_code == 404
    assert mark(service, later, "a").status_code == 200


def test_a_worker_marks_what_they_owe(service: Service) -> None:
    calendar = service.calendar(document=owed(service))
    with service.store.writing() as session:
        service.house.accounts(session).get(service.house.office.accounts["worker"]).person = "sw-2"
    key = service.house.key("worker")
    headers = {"Authorization": f"Bearer {key.text}", "If-Match": "*"}
    own = service.client.request(
        "POST", "/v1/tasks:mark", headers=headers, json={"calendar": calendar, "tasks": ["c"]}
    )
    assert own.status_code == 200, own.text
    seen = service.client.request("GET", "/v1/tasks", headers=headers).json()["items"]
    for task in [one["id"] for one in seen if one["owner"] != "sw-2"]:
        refused = service.client.request(
            "POST", "/v1/tasks:mark", headers=headers, json={"calendar": calendar, "tasks": ["c", task]}
        )
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:convene:problem:not-yours")
    assert service.ask("POST", "/v1/tasks:mark", role="auditor", json={"calendar": calendar, "tasks": ["c"]},
                       headers={"If-Match": "*"}).status_code == 403  # fmt: skip
