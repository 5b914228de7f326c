from __future__ import annotations

import gzip
import json
import logging
from pathlib import Path

import pytest
from asgi_client import AsgiClient
from fastapi import FastAPI
from folder_feeds import FolderSource
from ics_cases import calendar, family, meeting

from calendars.lint import lint
from service.api.feeds import WithoutTokens, feeds_router
from service.api.problems import BLANK, MEDIA_TYPE, Problem, install
from service.feeds.feed import Subject

ADDRESSES = {
    "/v1/people/mother-1/calendar.ics": Subject("person", "mother-1"),
    "/v1/teams/yew/calendar.ics": Subject("team", "yew"),
    "/v1/venues/room/calendar.ics": Subject("venue", "room"),
}
MOTHER = "/v1/people/mother-1/calendar.ics"


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    (tmp_path / "caseload.json").write_text(family().model_dump_json(by_alias=True))
    (tmp_path / "calendar.json").write_text(calendar(meeting()).model_dump_json(by_alias=True))
    return FolderSource(tmp_path)


@pytest.fixture
def client(source: FolderSource) -> AsgiClient:
    app = FastAPI()
    install(app)
    app.include_router(feeds_router(source), prefix="/v1")

    @app.get("/refused")
    def refused() -> None:
        raise Problem(
            "urn:convene:problem:x", "X", 409, "Do Y.", headers={"Retry-After": "1"}, extra={"a": 1}
        )

    @app.get("/counted")
    def counted(number: int) -> None: ...

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("Person 21")

    return AsgiClient(app)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_good_token_gets_the_feed(client: AsgiClient, source: FolderSource, path: str) -> None:
    token = source.tokens.issue(ADDRESSES[path])
    answer = client.get(path, params={"token": token})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert lint(answer.content, kind="feed", forbidden=[token, "mother"]) == []
    assert answer.content.count(b"BEGIN:VEVENT") == 1
    assert not any("mother" in value or token in value for value in answer.headers.values())


def test_it_is_not_sent_again_until_it_changes(client: AsgiClient, source: FolderSource) -> None:
    token = source.tokens.issue(ADDRESSES[MOTHER])
    first = client.get(MOTHER, params={"token": token})
    has = {"If-None-Match": first.headers["ETag"]}
    again = client.get(MOTHER, params={"token": token}, headers=has)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (
        not {"Content-Type", "Content-Disposition", "Last-Modified", "Content-Encoding"}
        & again.headers.keys()
    )
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(MOTHER, params={"token": token}, headers=since).status_code == 304
    plain = client.get(MOTHER, params={"token": token}, headers=has | {"Accept-Encoding": "identity"})
    assert (plain.status_code, plain.headers["ETag"] != first.headers["ETag"]) == (304, True)


def test_head_is_get_without_its_body(client: AsgiClient, source: FolderSource) -> None:
    token = source.tokens.issue(ADDRESSES[MOTHER])
    for headers in ({}, {"Accept-Encoding": "identity"}, {"If-None-Match": "*"}):
        got = client.get(MOTHER, params={"token": token}, headers=headers)
        head = client.head(MOTHER, params={"token": token}, headers=headers)
        assert head.content == b""
        assert (head.status_code, head.headers) == (got.status_code, got.headers)


def test_packed_content_is_the_content(client: AsgiClient, source: FolderSource) -> None:
    token = source.tokens.issue(ADDRESSES[MOTHER])
    plain = client.get(MOTHER, params={"token": token}, headers={"Accept-Encoding": "identity"})
    packed = client.get(MOTHER, params={"token": token}, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.extensions["raw"]) == plain.content == plain.extensions["raw"]
    assert "Content-Encoding" not in plain.headers


def test_every_refusal_is_that_of_an_address_where_nothing_is(
    client: AsgiClient, source: FolderSource
) -> None:
    tokens = {path: source.tokens.issue(subject) for path, subject in ADDRESSES.items()}
    revoked = source.tokens.issue(Subject("person", "sw-1"))
    source.tokens.revoke(Subject("person", "sw-1"))
    of_nobody = source.tokens.issue(Subject("person", "nobody"))
    refused = [
        client.get("/v1/nothing/at/all"),
        client.get(MOTHER),
        client.get(MOTHER, params={"token": "x"}),
        client.get(MOTHER, params={"token": tokens["/v1/teams/yew/calendar.ics"]}),
        client.get("/v1/people/father-1/calendar.ics", params={"token": tokens[MOTHER]}),
        client.get("/v1/people/nobody/calendar.ics", params={"token": tokens[MOTHER]}),
        client.get("/v1/people/nobody/calendar.ics", params={"token": of_nobody}),
        client.get("/v1/people/sw-1/calendar.ics", params={"token": revoked}),
        client.get("/v1/teams/mother-1/calendar.ics", params={"token": tokens[MOTHER]}),
        client.get("/v1/venues/refuge/calendar.ics", params={"token": tokens[MOTHER]}),
    ]
    assert {(one.status_code, one.content, tuple(sorted(one.headers.items()))) for one in refused} == {
        (404, refused[0].content, tuple(sorted(refused[0].headers.items())))
    }
    assert refused[0].json() == {"type": BLANK, "title": "Not found", "status": 404}
    assert refused[0].headers["Content-Type"] == MEDIA_TYPE
    assert refused[0].headers["Cache-Control"] == "no-store"


def test_a_calendar_that_cannot_be_read_says_nothing_of_anybody(
    client: AsgiClient, source: FolderSource, tmp_path: Path
) -> None:
    token = source.tokens.issue(ADDRESSES[MOTHER])
    (tmp_path / "calendar.json").write_text('{"meetings": "Person 21"}')
    answer = client.get(MOTHER, params={"token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert "Person" not in answer.text
    assert client.get(MOTHER, params={"token": "x"}).status_code == 404


def test_nothing_can_be_written_there(client: AsgiClient, source: FolderSource) -> None:
    token = source.tokens.issue(ADDRESSES[MOTHER])
    answer = client.put(MOTHER, params={"token": token}, content=b"x")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method not allowed")
    assert answer.headers["Content-Type"] == MEDIA_TYPE


def test_the_routes_are_described_without_a_warning(client: AsgiClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    assert {path: list(described[path]) for path in described if path.startswith("/v1")} == {
        f"/v1/{kind}/{{{name}}}/calendar.ics": ["get"]
        for kind, name in (("people", "person"), ("teams", "team"), ("venues", "venue"))
    }


# Problems


def test_a_problem_is_a_document_of_its_type(client: AsgiClient) -> None:
    answer = client.get("/refused")
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.json() == {
        "type": "urn:convene:problem:x", "title": "X", "status": 409, "detail": "Do Y.", "a": 1,
    }  # fmt: skip


def test_what_was_sent_is_not_repeated(client: AsgiClient) -> None:
    answer = client.get("/counted", params={"number": "Person 21"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#/query/number", "detail": "int_parsing"}]
    assert "Person" not in answer.text


def test_a_fault_of_ours_says_nothing(client: AsgiClient) -> None:
    answer = client.get("/broken")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, MEDIA_TYPE)
    assert "Person" not in answer.text


# The log


@pytest.mark.parametrize(
    ("message", "args", "shown"),
    [
        ('"%s %s" %d', ("GET", "/x?a=1&token=s-ecret_1&b=2", 200), '"GET /x?a=1&token=-&b=2" 200'),
        ("GET /x?TOKEN=secret done", (), "GET /x?TOKEN=- done"),
        ("%(path)s", ({"path": "/x?token=secret"},), "/x?token=-"),
        ("nothing here, %d", (3,), "nothing here, 3"),
    ],
)
def test_no_token_is_logged(message: str, args: tuple[object, ...], shown: str) -> None:
    record = logging.LogRecord("log", logging.INFO, "file", 1, message, args, None)
    count = len(record.args or ())
    assert WithoutTokens().filter(record)
    assert record.getMessage() == shown
    assert len(record.args or ()) == count
    assert "secret" not in json.dumps(record.__dict__, default=str)
