"""A database that goes away in the middle of a request: the answer says to send it again, and nothing of the database."""

from __future__ import annotations

import pytest
from api_cases import Service
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.store import calendars
from service.store.engine import Store

WORDS = "connection to server at database.authority.example failed"


ERRORS = (
    OperationalError("select", {}, Exception(WORDS)),
    InterfaceError("select", {}, Exception(WORDS)),
    PoolTimeoutError(WORDS),
)


@pytest.mark.parametrize("error", ERRORS)
def test_it_is_503_and_tells_how_to_send_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_: object, **__: object) -> None:
        raise error

    service = Service(store)
    monkeypatch.setattr(calendars, "find", away)
    answer = service.get("/v1/calendars/c/status")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["type"] == "urn:convene:problem:database-away"
    assert "Idempotency-Key" in answer.json()["detail"]
    assert "authority.example" not in answer.text


@pytest.mark.parametrize("error", ERRORS)
def test_a_stream_that_has_begun_ends_and_goes_on_when_it_is_asked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_: object, **__: object) -> None:
        raise error

    service = Service(store)
    path = f"/v1/calendars/{service.calendar()}/events"
    with monkeypatch.context() as patch:
        patch.setattr(calendars, "events", away)
        broken = service.get(path)
    assert (broken.status_code, broken.text) == (200, "")
    whole = service.get(path)
    assert [line for line in whole.text.splitlines() if line.startswith("id:")] == ["id: 1", "id: 2"]
