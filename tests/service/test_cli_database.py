"""`convene database`: what operators are told, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from api_cases import Service, documents
from click.testing import CliRunner, Result
from sqlalchemy import update

from service.cli.main import cli
from service.store.engine import Store
from service.store.tables import Audit


def run(url: str, *arguments: str | Path, **environment: str) -> Result:
    given = {"DATABASE_URL": url, "CONVENE_TENANT": "north"} | environment
    return CliRunner().invoke(cli, ["database", *map(str, arguments)], env=given, catch_exceptions=False)


def test_an_empty_database_is_set_up_and_then_right(empty_url: str) -> None:
    before = run(empty_url, "check")
    assert before.exit_code == 1
    assert "convene database migrate" in before.stderr
    assert run(empty_url, "migrate").exit_code == 0
    assert "it was" not in run(empty_url, "migrate").stdout
    assert run(empty_url, "check").exit_code == 0


def test_an_audit_log_that_was_changed_is_told(database_url: str) -> None:
    store = Store(database_url)
    service = Service(store)
    service.caseload()
    assert run(database_url, "check").exit_code == 0
    with store.writing() as session:
        session.execute(update(Audit).where(Audit.number == 1).values(subject="something else"))
    store.close()
    found = run(database_url, "check")
    assert found.exit_code == 1
    assert "entry 1" in found.stderr


def test_a_backup_moves_from_one_database_to_another(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    store = Store(database_url)
    Service(store).calendar()
    store.close()
    file = tmp_path / "all.gz"
    assert "rows of" in run(database_url, "backup", file).stdout
    again = run(database_url, "backup", file)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    run(empty_url, "migrate")
    assert run(empty_url, "restore", file).exit_code == 0
    assert run(empty_url, "check").exit_code == 0
    assert run(empty_url, "restore", file).exit_code == 2


def test_erasing_is_asked_about_and_told(database_url: str) -> None:
    store = Store(database_url)
    service = Service(store)
    service.calendar()
    no = CliRunner().invoke(
        cli,
        ["database", "erase", "--team", "t", "--caseload", "caseload-t"],
        env={"DATABASE_URL": database_url, "CONVENE_TENANT": "north"},
        input="n\n",
    )
    assert no.exit_code == 1
    assert len(service.get("/v1/calendars").json()["items"]) == 1
    yes = run(database_url, "erase", "--team", "t", "--caseload", "caseload-t", "--yes")
    assert "1 calendar" in yes.stdout
    assert service.get("/v1/calendars").json()["items"] == []
    store.close()
    assert run(database_url, "erase", "--team", "t", "--caseload", "caseload-t", "--yes").exit_code == 2
    assert "nothing to erase" in run(database_url, "erase", "--ended-days-ago", "0").stdout
    assert run(database_url, "erase").exit_code == 2
    assert run(database_url, "erase", "--ended-days-ago", "0", "--tenant", "south").exit_code == 2


def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    found = run("postgresql://somebody:not-for-the-screen@127.0.0.1:1/none", "check")
    assert found.exit_code == 2
    assert "not-for-the-screen" not in found.output
    assert run("mysql://x/y", "check").exit_code == 2
    assert run("nonsense", "check").exit_code == 2


def test_what_ended_long_ago_is_erased_and_the_rest_stays(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both teams' horizon ends on 26 February 2027; one of them has a later version that ends later."""

    class Day(date):
        @classmethod
        def today(cls) -> Day:
            return cls(2027, 4, 27)

    monkeypatch.setattr("service.cli.database.date", Day)
    store = Store(database_url)
    service = Service(store)
    for team in ("t", "u"):
        service.calendar(team)
    later = json.loads(documents("u")[0])
    later["horizon"]["end"] = "2027-03-26"
    assert service.post("/v1/caseloads", json=later).status_code == 201
    assert "nothing to erase" in run(database_url, "erase", "--ended-days-ago", "61", "--yes").stdout
    assert len(service.get("/v1/calendars").json()["items"]) == 2
    told = run(database_url, "erase", "--ended-days-ago", "59", "--yes")
    assert told.exit_code == 0
    assert "Erased caseload-t of team t: " in told.stdout
    assert "caseload-u" not in told.stdout
    assert [one["team"] for one in service.get("/v1/calendars").json()["items"]] == ["u"]
    store.close()
    assert run(database_url, "check").exit_code == 0
