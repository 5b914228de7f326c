"""`convene serve` and `convene worker` as processes: how they begin, how they end, and what becomes of their work."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from job_cases import team, tiny
from service_processes import Place, Running, alive, children, client, place, until
from sqlalchemy import select, text

from service import settings
from service.cli.main import cli
from service.delivery import settings as mail_settings
from service.store.engine import Store
from service.store.tables import Job


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """On a database file that isn't there yet."""
    with place(tmp_path) as made:
        yield made


def asked(http: httpx.Client, caseload: bytes, **options: object) -> str:
    """Ask for a calendar; where it is."""
    given = http.post("/v1/caseloads", content=caseload)
    assert given.status_code in (200, 201), given.text
    made = http.post("/v1/calendars", json={"caseload": given.json()["id"]} | options)
    assert made.status_code == 202, made.text
    return str(made.headers["Location"])


def state(http: httpx.Client, calendar: str) -> str:
    return str(http.get(f"{calendar}/status").json()["state"])


def jobs(here: Place) -> list[Job]:
    with here.store() as store, store.reading() as session:
        return list(session.scalars(select(Job).where(Job.kind == "plan").order_by(Job.created)))


def beside(server: Running) -> int:
    """The worker of a server."""
    until(lambda: _workers(server), "the worker")
    return _workers(server)[0]


def _workers(server: Running) -> list[int]:
    return [pid for pid in children(server.pid) if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_an_empty_folder_is_all_it_needs(here: Place) -> None:
    del here.environment["DATABASE_URL"]
    server = here.start("serve", "--port", "0")
    assert httpx.get(f"{server.url}/readyz", trust_env=False).json() == {"status": "ready"}
    assert (here.folder / "convene.sqlite").is_file()
    worker = beside(server)
    assert server.end() == 0
    assert not alive(worker)
    assert [line for line in server.lines() if line["level"] not in ("info", "debug")] == []
    with sqlite3.connect(here.folder / "convene.sqlite") as database:
        assert database.execute("select id from tenant").fetchall() == [("north",)]


def test_a_key_for_each_step_of_the_help(here: Place) -> None:
    """The first steps that the help names are the ones that lead to an answer."""
    server = here.start("serve", "--port", "0", "--no-worker")
    assert httpx.get(f"{server.url}/openapi.json", trust_env=False).status_code == 200
    assert here.run("accounts", "add", "case-system", "integrator", "--team", "*").returncode == 0
    made = here.run("keys", "new", "case-system")
    (key,) = re.findall(r"convene_\w+_[\w-]+", made.stdout)
    with client(server.url, key) as http:
        assert http.get("/v1/calendars").json() == {"items": [], "next": None}
    assert _workers(server) == []
    assert server.end() == 0


def test_a_port_in_use_is_told(here: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = here.run("serve", "--port", port)
    assert told.returncode == 2
    assert f"127.0.0.1 port {port}" in told.stderr
    assert "--port" in told.stderr


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_settings_that_can_not_be_used_are_told_at_once(here: Place, command: tuple[str, ...]) -> None:
    bad = here.run(*command, CONVENE_SMTP_HOST="mail.example", CONVENE_SMTP_PORT="many")
    assert (bad.returncode, "CONVENE_SMTP_PORT" in bad.stderr) == (2, True)
    bad = here.run(*command, CONVENE_MOST_JOBS="none")
    assert (bad.returncode, "CONVENE_MOST_JOBS" in bad.stderr) == (2, True)


def test_a_worker_without_a_database_says_what_to_do(empty_url: str, tmp_path: Path) -> None:
    with place(tmp_path, empty_url) as here:
        told = here.run("worker")
    assert told.returncode == 2
    assert "convene database migrate" in told.stderr


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_a_later_layout_is_refused(store: Store, tmp_path: Path, command: tuple[str, ...]) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with place(tmp_path, store.url.render_as_string(hide_password=False)) as here:
        told = here.run(*command)
    assert told.returncode == 2
    assert "later version of Convene" in told.stderr


def test_what_is_being_answered_is_answered(here: Place) -> None:
    server = here.start("serve", "--port", "0", "--no-worker")
    port = int(server.url.rpartition(":")[2])
    key, body = here.key(), tiny()
    head = f"POST /v1/caseloads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(head.encode() + body[:100])
        # Whoever asks later is answered later: by then the half of the body has been read.
        assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        until(lambda: _refused(port), "no more connections")
        line.sendall(body[100:])
        assert line.recv(65_536).startswith(b"HTTP/1.1 201 ")
    assert server.process.wait(60) == 0


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGTERM", "Ctrl-C"])
def test_what_is_being_planned_goes_back_to_the_queue(here: Place, how: str) -> None:
    server = here.start("serve", "--port", "0")
    with client(server.url, here.key()) as http:
        calendar = asked(http, team(), seconds=600)
        until(lambda: state(http, calendar) == "solving", "the search")
        worker = beside(server)
        solving = children(worker)
        assert len(solving) == 1
    if how == "Ctrl-C":
        # A terminal sends it to all processes of the command.
        os.killpg(server.pid, signal.SIGINT)
    else:
        server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    until(lambda: not any(map(alive, (worker, *solving))), "the end of all of it")
    (job,) = jobs(here)
    assert (job.state, job.attempts) == ("queued", 0)
    assert "Traceback" not in server.text


@pytest.mark.slow
def test_a_worker_that_dies_comes_back_and_does_the_work(here: Place) -> None:
    server = here.start("serve", "--port", "0")
    url, first = server.url, beside(server)
    os.kill(first, signal.SIGKILL)
    with client(url, here.key()) as http:
        calendar = asked(http, tiny(), rounds=4)
        until(lambda: state(http, calendar) == "completed", "the calendar")
    assert beside(server) != first
    assert [line["code"] for line in server.lines() if line["event"] == "the worker ended"] == [-9]
    assert server.end() == 0


@pytest.mark.slow
def test_no_worker_outlives_its_server(here: Place) -> None:
    server = here.start("serve", "--port", "0")
    with client(server.url, here.key()) as http:
        calendar = asked(http, team(), seconds=600)
        until(lambda: state(http, calendar) == "solving", "the search")
    worker = beside(server)
    solving = children(worker)
    server.process.kill()
    until(lambda: not any(map(alive, (worker, *solving))), "the worker's end")
    (job,) = jobs(here)
    assert job.state == "queued"


@pytest.mark.slow
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_two_servers_and_two_workers_share_a_database(empty_url: str, tmp_path: Path) -> None:
    with place(tmp_path, empty_url) as here:
        # Both at once: one of them sets the database up.
        servers = [here.start("serve", "--port", "0", "--no-worker") for _ in range(2)]
        urls = [server.url for server in servers]
        workers = [here.start("worker") for _ in range(2)]
        key = here.key()
        with client(urls[0], key) as one, client(urls[1], key) as other:
            calendars = [asked(one, team(), seconds=20), asked(one, tiny(), rounds=4)]
            until(lambda: {state(other, path) for path in calendars} <= {"completed"}, "both calendars")
            assert other.get(calendars[1]).content == one.get(calendars[1]).content
        for running in (*servers, *workers):
            assert running.end() == 0
        done = [line for one in workers for line in one.lines() if line["event"] == "job done"]
        assert sorted(line["job"] for line in done if line["kind"] == "plan") == sorted(
            job.id for job in jobs(here)
        )


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_help_names_every_setting(command: str) -> None:
    told = CliRunner().invoke(cli, [command, "--help"]).output
    named = set(re.findall(r"\b(?:CONVENE_[A-Z_]+|DATABASE_URL)\b", told))
    mail = set(re.findall(r"CONVENE_SMTP_[A-Z_]+", mail_settings.__doc__ or ""))
    assert len(mail) > 5
    solving = {"CONVENE_SOLVE_MEMORY_MB", "CONVENE_SOLVE_THREADS"}
    of_worker = {"DATABASE_URL", "CONVENE_TENANT", "CONVENE_ALLOW_PRIVATE"} | solving | mail
    if command == "worker":
        assert named == of_worker
        return

    looked: list[str] = []

    class Environment(dict[str, str]):
        def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
            looked.append(name)
            return default

    settings.read_settings(Environment())
    assert named == set(looked) | mail
