"""What commands print and what the API answers: to a manager what a manager may see, to a stranger nothing at all."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asgi_client import AsgiClient
from click.testing import CliRunner, Result
from fastapi import FastAPI
from folder_feeds import FolderSource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ics_cases import calendar, family, meeting, split_meeting
from privacy_cases import MARK, State
from privacy_oracle import days_and_times, marks_of, sees, telling
from reply_cases import NOW, sent
from reply_cases import calendar as standing
from reply_cases import team as standing_team
from solver_cases import lone, person, plan_of, planned, room

from service.api.feeds import feeds_router
from service.api.problems import install
from service.api.replies import Standing, replies_router
from service.cli.main import cli
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

TODAY = ("--today", "2027-01-04")


@cache
def documents() -> tuple[str, str]:
    """A small team whose every name, mailbox, place and initials hold a mark."""
    data = lone()
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["people"] += [person("hv-1", "health_visitor")]
    data["venues"] += [room("room-2")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
    numbers = iter(range(1000))
    for one in data["people"]:
        one["name"], one["agency"] = (f"Testname zq{next(numbers):03d}x" for _ in range(2))
        one["email"] = f"zq{next(numbers):03d}x@convene.example"
    for one in data["venues"]:
        one["name"], one["address"] = (f"House zq{next(numbers):03d}x" for _ in range(2))
    return json.dumps(data), planned(data, rounds=4).model_dump_json(by_alias=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    caseload, calendar_file = tmp_path / "caseload.json", tmp_path / "calendar.json"
    for path, text in zip((caseload, calendar_file), documents(), strict=True):
        path.write_text(text)
    return caseload, calendar_file


def state() -> State:
    caseload, held = documents()
    return State(Caseload.model_validate_json(caseload), Calendar.model_validate_json(held))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


def test_the_preview_of_one_person_shows_theirs_alone(files: tuple[Path, Path]) -> None:
    told = state()
    people = [one for one in told.caseload.people if sees(told, one.id)]
    assert len(people) >= 4
    for one in people:
        sights = sees(told, one.id).values()
        allowed = {mark for sight in sights for mark in sight.marks} | marks_of(one.name)
        for more in ((), ("--json",)):
            result = run("invites", *files, "--preview", "--person", one.id, *TODAY, *more)
            assert result.exit_code == 0
            found = telling(f"BEGIN:VCALENDAR\r\n{result.output}".encode())
            assert found.marks <= allowed
            assert (found.days, found.times) == days_and_times(*sights)


def test_the_whole_preview_names_ids_alone(files: tuple[Path, Path]) -> None:
    result = run("invites", *files, "--preview", *TODAY)
    assert result.exit_code == 0
    assert "mother-2" in result.output
    assert not MARK.search(result.output)


def test_what_a_run_prints_and_lists_names_ids_alone(files: tuple[Path, Path], tmp_path: Path) -> None:
    printed = run("invites", *files, "-o", tmp_path / "invites", *TODAY)
    as_json = run("invites", *files, "-o", tmp_path / "others", *TODAY, "--json")
    assert printed.exit_code == as_json.exit_code == 0
    kept = (tmp_path / "invites" / "invites.json").read_text()
    assert json.loads(kept)["messages"]
    for text in (printed.output, as_json.output, kept):
        assert not MARK.search(text)
    assert not any(MARK.search(str(path.relative_to(tmp_path))) for path in tmp_path.rglob("*"))


FAULTS: dict[str, dict[str, Any]] = {
    "a name for a mailbox": {"email": "Testname zq900x <zq901x@convene.example>"},
    "no mailbox at all": {"email": "zq900x"},
    "a line break in a mailbox": {"email": "zq900x@convene.example\r\nBcc: zq901x@evil.example"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_of_the_command_repeats_no_mailbox(
    fault: str, files: tuple[Path, Path], tmp_path: Path
) -> None:
    data = json.loads(files[0].read_text())
    next(one for one in data["people"] if one["id"] == "mother-2").update(FAULTS[fault])
    files[0].write_text(json.dumps(data))
    result = run("invites", *files, "-o", tmp_path / "invites", *TODAY)
    assert result.exit_code == 2, result.output
    assert not MARK.search(result.output)
    assert not list(tmp_path.rglob("*.eml"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> AsgiClient:
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "caseload.json").write_text(family().model_dump_json(by_alias=True))
    held = calendar(meeting(), split_meeting(2, "2026-11-24T10:00"))
    (folder / "calendar.json").write_text(held.model_dump_json(by_alias=True))

    class Store:
        def standing(self) -> Standing:
            return Standing(standing_team()[0], standing(), sent())

        def store(self, before: Calendar, after: Calendar) -> None:
            raise AssertionError("nothing here is an answer to anything")

    app = FastAPI()
    install(app)
    app.include_router(feeds_router(FolderSource(folder)), prefix="/v1")
    app.include_router(replies_router(lambda _: Store(), lambda: NOW), prefix="/v1")
    return AsgiClient(app)


WORDS = st.sampled_from(
    ["mother-1", "sw-1", "room", "yew", "nobody", "zq900x", "Person 21", "../../etc", "%00", "ü", ""]
)


def test_who_has_no_token_cannot_tell_who_exists(client: AsgiClient) -> None:
    answers = {
        (answer.status_code, answer.content, tuple(sorted(answer.headers.items())))
        for path in (
            "people/mother-1",
            "people/nobody",
            "teams/yew",
            "teams/oak",
            "venues/refuge",
            "venues/none",
        )
        for token in ("", "?token=", "?token=zq900x", f"?token={'a' * 43}")
        for answer in [client.get(f"/v1/{path}/calendar.ics{token}")]
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(
        ["application/json", "text/calendar", "message/rfc822", "text/plain", "application/json; zq900x"]
    ),
    body=st.one_of(
        st.binary(max_size=60),
        st.lists(st.dictionaries(WORDS, WORDS, max_size=4), max_size=2).map(
            lambda data: json.dumps(data).encode()
        ),
        WORDS.map(lambda word: f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nX:{word} zq901x\r\nEND:VEVENT".encode()),
        st.just(b'[{"uid": "zq902x", "attendee": "zq903x@x.example", "answer": "perhaps", "at": "zq904x"}]'),
    ),
)
def test_an_error_of_the_api_repeats_nothing_that_was_sent(
    client: AsgiClient, kind: str, body: bytes
) -> None:
    answer = client.post("/v1/replies", content=body, headers={"content-type": kind})
    assert answer.status_code != 500
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        # Where a fault is, is told to who sent it, by the names of members that they gave.
        document = answer.json()
        told = json.dumps(document | {"errors": [one["detail"] for one in document.get("errors", ())]})
        assert not MARK.search(told)
        assert "Person 21" not in told
        people = standing_team()[0].people
        assert not any(one.name in answer.text or (one.email or one.name) in answer.text for one in people)
