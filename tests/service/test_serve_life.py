"""The life of a service, from its start to answers: what its log holds and doesn't, and how its figures move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from mail_server import MailServer, serving
from prometheus_client.parser import text_string_to_metric_families
from service_processes import Place, client, place, until
from solver_cases import lone, person, plan_of, room
from sqlalchemy import func, select

from service.store.tables import Message

MARK = "Quillfeather"
INITIALS = "QXZ"
HOST = "zzmarked.example"
REFUSED = "mother-1"
pytestmark = pytest.mark.slow


def caseload() -> dict[str, Any]:
    """Two plans, with a mark in everything that is somebody's."""
    data = lone(id="caseload-t")
    data["team"] |= {"name": f"Team {MARK}", "organiser": {"name": MARK, "email": f"team@{HOST}"}}
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    data["venues"] += [room("room-2")]
    data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    for one in data["people"]:
        one |= {"name": f"{MARK} {one['id']}", "email": f"{one['id']}@{HOST}"}
    for one in data["venues"]:
        one |= {"name": f"{MARK} {one['id']}", "address": f"1 {MARK} Street"}
    for plan in data["plans"]:
        for child in plan["children"]:
            child["initials"] = INITIALS
    return data


@dataclass
class Life:
    """What was seen of a service from its start to its end."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    secrets: list[str] = field(default_factory=list)
    figures: dict[str, dict[tuple[str, ...], float]] = field(default_factory=dict)
    """Every sample by name and labels, at each stage."""
    sent: int = 0
    refused: int = 0


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Start, ask for all sorts of things, plan, publish, send, answer, end."""
    mail = MailServer(
        on_rcpt=lambda _, __, address: (
            f"550 5.1.1 <{address}> {MARK} is unknown" if REFUSED in address else None
        )
    )
    with serving(mail), place(tmp_path_factory.mktemp("life"), more=_mail(mail)) as here:
        yield _lived(here, mail)


def _mail(mail: MailServer) -> dict[str, str]:
    return {
        "CONVENE_SMTP_HOST": "127.0.0.1",
        "CONVENE_SMTP_PORT": str(mail.port),
        "CONVENE_SMTP_SECURITY": "none",
    }


def _lived(here: Place, mail: MailServer) -> Life:
    life = Life()
    server = here.start("serve", "--port", "0")
    url = server.url
    key = here.key(name=f"{MARK}@{HOST}")
    life.secrets.append(key.rpartition("_")[2])
    with client(url, key) as http:
        life.figures["empty"] = _figures(http)
        _mistakes(http, life)
        version = http.post("/v1/caseloads", json=caseload()).json()["id"]
        made = http.post(
            "/v1/calendars", json={"caseload": version, "rounds": 4}, headers={"Idempotency-Key": MARK}
        )
        calendar = made.headers["Location"]
        until(lambda: http.get(f"{calendar}/status").json()["state"] == "completed", "the calendar")
        life.figures["planned"] = _figures(http)
        assert b"event: state" in http.get(f"{calendar}/events").content
        assert MARK not in http.get(calendar).text  # ids only: names are in the caseload
        published = http.post(f"{calendar}:publish", headers={"If-Match": '"1"'})
        assert published.status_code == 200, published.text
        until(lambda: not {"due", "sending"} & set(_messages(here)), "the mails")
        states = _messages(here)
        life.sent, life.refused = states.get("sent", 0), states.get("refused", 0)
        assert life.sent == len(mail.accepted) > 0
        life.figures["sent"] = _figures(http)
        _answer(http, here)
        life.figures["answered"] = _figures(http)
        _feeds(http, life)
    assert server.end() == 0
    life.text, life.lines = server.text, server.lines()
    return life


def _mistakes(http: httpx.Client, life: Life) -> None:
    """Requests that are refused, with what is nobody's business in every part of them."""
    for found, status in (
        (http.get(f"/v1/calendars/{MARK}?token={MARK}"), 404),
        (http.get(f"/{MARK}/{MARK}?{MARK}={INITIALS}"), 404),
        (http.get("/v1/calendars", headers={"Authorization": f"Bearer convene_{MARK}_{MARK}"}), 401),
        (http.get("/v1/calendars", params={"limit": MARK}), 422),
        (http.get(f"/v1/people/{MARK}/calendar.ics", params={"token": MARK}), 404),
        (http.post("/v1/caseloads", content=f'{{"id": "{MARK}"'.encode()), 422),
        (http.post("/v1/caseloads", json=caseload() | {"plans": [{"id": MARK}]}), 422),
        (http.post("/v1/calendars", json={"caseload": MARK, "rounds": MARK}), 422),
        (http.request(MARK.upper(), f"/v1/{MARK}"), 404),
        (http.post(f"/v1/people/{MARK}/availability?source={MARK}", content=MARK.encode()), 404),
        (http.post("/v1/replies", content=MARK.encode(), headers={"Content-Type": "text/calendar"}), 404),
    ):
        assert found.status_code in (status, 400, 405), (
            found.request.url.path,
            found.status_code,
            found.text,
        )


def _messages(here: Place) -> dict[str, int]:
    with here.store() as store, store.reading() as session:
        rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
        return dict(iter(rows))


def _answer(http: httpx.Client, here: Place) -> None:
    """Somebody accepts by mail, somebody declines through another system."""
    with here.store() as store, store.reading() as session:
        rows = session.scalars(
            select(Message).where(Message.state == "sent", Message.method == "REQUEST").order_by(Message.id)
        ).all()
        asked = {row.recipient: (row.uid, row.address, row.sequence, row.stamp) for row in rows}
    says = [
        {"uid": uid, "attendee": address, "answer": answer, "sequence": sequence, "source": MARK,
         "at": (stamp + timedelta(minutes=1)).isoformat()}
        for answer, (uid, address, sequence, stamp) in zip(
            ("accepted", "declined"), (asked["sw-1"], asked["sw-2"]), strict=True
        )
    ]  # fmt: skip
    taken = http.post("/v1/replies", json=says)
    assert taken.status_code == 200, taken.text


def _feeds(http: httpx.Client, life: Life) -> None:
    path = http.post("/v1/feeds", json={"kind": "person", "subject": "sw-1"}).json()["path"]
    life.secrets.append(path.partition("token=")[2])
    feed = http.get(path)
    assert feed.status_code == 200
    assert http.get(path, headers={"If-None-Match": feed.headers["ETag"]}).status_code == 304


def _figures(http: httpx.Client) -> dict[tuple[str, ...], float]:
    answer = http.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_log_is_of_lines_of_json_from_start_to_end(life: Life) -> None:
    told = [line["event"] for line in life.lines]
    assert {"request", "worker started", "worker ended", "job begun", "job done"} <= set(told)
    assert {(line["kind"]) for line in life.lines if line["event"] == "job done"} >= {"plan", "send"}
    for line in life.lines:
        assert datetime.fromisoformat(line["timestamp"]).tzinfo in (UTC,)
        assert line["level"] in ("info", "warning", "error")
    requests = [line for line in life.lines if line["event"] == "request"]
    assert len({line["request"] for line in requests}) == len(requests)
    assert {line["status"] for line in requests} >= {200, 202, 304, 401, 404, 422}
    assert {line["route"] for line in requests} >= {"/v1/calendars/{calendar}:publish", "/v1/replies", None}


def test_nothing_of_anybody_is_in_the_log(life: Life) -> None:
    assert len(life.text) > 5_000
    marks = [MARK, INITIALS, HOST, "token=", "source=", "?", *life.secrets]
    assert [mark for mark in marks if mark.casefold() in life.text.casefold()] == []


def test_no_fault_was_told(life: Life) -> None:
    assert [line for line in life.lines if line["level"] == "error"] == []


def test_the_figures_move(life: Life) -> None:
    empty, planned, sent, answered = (life.figures[name] for name in ("empty", "planned", "sent", "answered"))
    assert empty == {("convene_job_wait_seconds",): 0.0}
    assert planned["convene_jobs", "plan", "done"] == 1
    assert planned["convene_calendars", "completed"] == 1
    assert 0 <= planned["convene_calendar_gap_ratio", "t"] <= 1
    assert planned["convene_calendar_breaches", "t"] >= 0
    assert not [key for key in planned if key[0] == "convene_invites"]
    assert sent["convene_invites", "REQUEST", "sent"] == life.sent
    assert sent["convene_invites", "REQUEST", "refused"] == life.refused > 0
    assert sent["convene_jobs", "send", "done"] >= 1
    assert sent["convene_rebookings_open", "t"] == 0
    assert (answered["convene_answers", "accepted"], answered["convene_answers", "declined"]) == (1, 1)
    assert answered["convene_rebookings_open", "t"] == 1


def test_a_key_follows_another_while_the_service_runs(tmp_path: Path) -> None:
    with place(tmp_path) as here:
        server = here.start("serve", "--port", "0", "--no-worker")
        url = server.url
        assert here.run("accounts", "add", "north-system", "integrator", "--team", "*").returncode == 0
        old = json.loads(here.run("keys", "new", "north-system", "--json").stdout)["key"]
        with httpx.Client(base_url=url, trust_env=False) as http:

            def status(key: str) -> int:
                return http.get("/v1/calendars", headers={"Authorization": f"Bearer {key}"}).status_code

            assert status(old) == 200
            told = here.run("keys", "rotate", old.split("_")[1], "--overlap", "2", "--json")
            assert told.returncode == 0
            new = json.loads(told.stdout)["key"]
            assert "is good until" in told.stderr
            assert (status(old), status(new)) == (200, 200)
            newest = json.loads(
                here.run("keys", "rotate", new.split("_")[1], "--overlap", "0", "--json").stdout
            )["key"]
            assert (status(old), status(new), status(newest)) == (200, 401, 200)
            assert here.run("keys", "revoke", old.split("_")[1]).returncode == 0
            assert (status(old), status(newest)) == (401, 200)
            assert here.run("accounts", "disable", "north-system").returncode == 0
            assert status(newest) == 401
        assert server.end() == 0
        assert not any(key.rpartition("_")[2] in server.text for key in (old, new, newest))
