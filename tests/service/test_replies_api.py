"""``POST /v1/replies``: the same answers as from a mailbox, and errors that say what is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from asgi_client import AsgiClient
from fastapi import FastAPI
from reply_cases import (
    NOW,
    SHAPES,
    Shape,
    calendar,
    entry,
    first,
    ics,
    invite,
    mail,
    plain_mail,
    says,
    sent,
    team,
)

from service.api.problems import install
from service.api.replies import MOST_ANSWERS, Conflict, Standing, replies_router
from service.replies.mail import MOST_OCTETS
from service.replies.take import Message, Reader
from solver.schema.calendar import Calendar


class Store:
    """Keeps one calendar in memory; may be changed by somebody else in between."""

    def __init__(self) -> None:
        self.calendar: Calendar | None = calendar()
        self.stored = 0
        self.conflicts = 0

    def standing(self) -> Standing | None:
        return None if self.calendar is None else Standing(team()[0], self.calendar, sent())

    def store(self, before: Calendar, after: Calendar) -> None:
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict
        assert before == self.calendar
        self.calendar = after
        self.stored += 1


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def client(store: Store) -> AsgiClient:
    app = FastAPI()
    install(app)
    app.include_router(replies_router(lambda _: store, lambda: NOW), prefix="/v1")
    return AsgiClient(app)


def post(client: AsgiClient, content: bytes, kind: str) -> Any:
    return client.post("/v1/replies", content=content, headers={"content-type": kind})


def said(**more: Any) -> dict[str, Any]:
    return {
        "uid": invite("sw-1").uid, "attendee": "sw-1@council.example", "answer": "declined",
        "at": "2027-01-04T10:30:00Z", "sequence": 0,
    } | more  # fmt: skip


def answers(client: AsgiClient, *given: dict[str, Any]) -> Any:
    return post(client, json.dumps(given).encode(), "application/json")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mail_and_its_calendar_are_one_answer(client: AsgiClient, store: Store, shape: Shape) -> None:
    one = post(client, mail(says("sw-1", "DECLINED"), shape), "message/rfc822")
    assert one.status_code == 200
    assert one.json()["counts"] == {"taken": 1}
    assert [opened["person"] for opened in one.json()["open"]] == ["sw-1"]
    other = post(client, ics(says("sw-1", "DECLINED"), shape), "text/calendar; charset=utf-8; method=REPLY")
    assert other.json()["counts"] == {"known": 1}
    assert store.stored == 1


def test_what_a_system_says_is_what_a_mail_says(client: AsgiClient, store: Store) -> None:
    found = answers(
        client,
        said(source="case 1"),
        said(
            uid=invite("hv-1").uid,
            attendee="hv-1@health.example",
            answer="delegated",
            to="hv-2@health.example",
        ),
        said(
            uid=invite("mother-1").uid,
            attendee="mother@home.example",
            answer="countered",
            start="2027-01-13T10:00",
        ),
    )
    assert found.status_code == 200
    assert [one["source"] for one in found.json()["outcomes"]] == ["case 1", "answer 2", "answer 3"]
    expected = Reader(team()[0], calendar(), sent(), now=NOW).take(
        [
            Message("a", mail(says("sw-1", "DECLINED"))),
            Message("b", mail(says("hv-1", "DELEGATED", to="hv-2@health.example"))),
            Message("c", mail(says("mother-1", "TENTATIVE", start=datetime(2027, 1, 13, 10)))),
        ]
    )
    assert store.calendar == expected.calendar


def test_a_proposed_time_with_an_offset(client: AsgiClient, store: Store) -> None:
    answers(client, said(start="2027-01-13T11:00:00+01:00", end="2027-01-13T12:00:00+01:00"))
    assert store.calendar is not None
    found = entry(store.calendar, "sw-1").answer
    assert found is not None
    assert (found.status, found.start) == ("declined", datetime(2027, 1, 13, 10))


def test_what_somebody_has_to_look_at_is_told_and_nothing_is_stored(client: AsgiClient, store: Store) -> None:
    found = post(client, plain_mail("mother@home.example"), "message/rfc822").json()
    assert found["outcomes"][0]["kind"] == "written"
    assert found["outcomes"][0]["attention"]
    broken = post(client, b"BEGIN:VCALENDAR\r\n", "text/calendar").json()
    assert broken["outcomes"][0]["kind"] == "unreadable"
    assert store.stored == 0


@pytest.mark.parametrize("conflicts", [1, 2])
def test_others_who_store_at_the_same_time(client: AsgiClient, store: Store, conflicts: int) -> None:
    store.conflicts = conflicts
    assert answers(client, said()).status_code == 200
    assert store.stored == 1


def problem(found: Any, status: int, kind: str) -> dict[str, Any]:
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = found.json()
    assert document["status"] == status
    assert document["type"] == (f"urn:convene:problem:{kind}" if kind else "about:blank")
    assert document["title"]
    assert document["detail"].endswith(".")
    return document


def test_problems(client: AsgiClient, store: Store) -> None:
    problem(post(client, b"x", "text/html"), 415, "media-type")
    problem(client.post("/v1/replies"), 415, "media-type")
    problem(post(client, b" " * (MOST_OCTETS + 1), "message/rfc822"), 413, "too-large")
    store.conflicts = 3
    problem(answers(client, said()), 409, "conflict")
    store.calendar = None
    problem(answers(client, said()), 404, "")
    assert store.stored == 0


def test_too_much_in_pieces_is_not_read_to_its_end(client: AsgiClient) -> None:
    given = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(100):
            given += 1
            yield b" " * 1_000_000

    found = client.post("/v1/replies", content=pieces(), headers={"content-type": "message/rfc822"})
    problem(found, 413, "too-large")


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"{", "#/"),
        (b"{}", "#/"),
        (b"[]", "#/"),
        (json.dumps([said(answer="maybe")]).encode(), "#/0/answer"),
        (json.dumps([said(at="2027-01-04T10:30:00")]).encode(), "#/0/at"),
        (json.dumps([said(sequence=-1)]).encode(), "#/0/sequence"),
        (json.dumps([said(), said(colour="red")]).encode(), "#/1/colour"),
        (json.dumps([said()] * (MOST_ANSWERS + 1)).encode(), "#/"),
    ],
)
def test_answers_that_can_not_be_read(client: AsgiClient, store: Store, content: bytes, pointer: str) -> None:
    document = problem(post(client, content, "application/json"), 422, "invalid-request")
    assert [one["pointer"] for one in document["errors"]] == [pointer]
    assert "sw-1@council.example" not in json.dumps(document), "what was sent isn't repeated"
    assert store.stored == 0


def test_an_attendee_that_is_no_mailbox(client: AsgiClient) -> None:
    found = answers(client, said(attendee="nobody")).json()
    assert found["outcomes"][0]["kind"] == "nobody"


def test_the_meeting_is_named(client: AsgiClient) -> None:
    assert answers(client, said()).json()["outcomes"][0]["meeting"] == first().id
