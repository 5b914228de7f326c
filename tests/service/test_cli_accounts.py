from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from starlette.datastructures import Headers

from service.access.authentication import Access
from service.access.keys import parse
from service.cli.main import cli
from service.store.audit import flaws
from service.store.engine import Store
from service.store.tables import ApiKey, Audit


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command on an empty database, and expects an exit code."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("CONVENE_TENANT", raising=False)

    def go(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return go


@pytest.fixture
def office(run: Any) -> Any:
    """With an authority, a team and a program's account."""
    run("tenants", "add", "authority", "Made-up Borough")
    run("teams", "add", "oak", "Oak")
    run("accounts", "add", "case-system", "integrator", "--team", "*")
    return run


def listed(run: Any, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(what, "list", "--json").stdout)
    return found


def role_of(database_url: str, key: str) -> str | None:
    """Who a key signs in, as a running service would have it."""
    from service.api.problems import Problem

    store = Store(database_url)
    try:
        identity = Access(store).identify(Headers({"Authorization": f"Bearer {key}"}), {}, "")
    except Problem:
        return None
    finally:
        store.close()
    return None if identity is None else identity.principal.role


def test_from_an_empty_database_to_a_key_that_signs_in(office: Any, database_url: str) -> None:
    made = office("keys", "new", "case-system")
    key = made.stdout.strip()
    assert parse(key) is not None
    assert "shown this once" in made.stderr
    assert role_of(database_url, key) == "integrator"
    (kept,) = listed(office, "keys")
    assert (kept["prefix"], kept["subject"], kept["state"], kept["scopes"]) == (
        key.split("_")[1], "case-system", "good", [],
    )  # fmt: skip
    assert kept["last_used"] is not None


def test_a_secret_is_shown_once_and_kept_nowhere(office: Any, database_url: str) -> None:
    key = office("keys", "new", "case-system").stdout.strip()
    secret = key.rpartition("_")[2]
    shown = "".join(
        office(what, "list", *more).output for what in ("keys", "accounts") for more in ((), ("--json",))
    )
    assert secret not in shown
    store = Store(database_url)
    with store.reading() as session:
        row = session.scalars(select(ApiKey)).one()
        assert secret not in (row.hash, row.prefix)
        assert all(secret not in str(vars(entry)) for entry in session.scalars(select(Audit)))
        assert list(flaws(session, "authority")) == []
    store.close()


def test_scopes_and_days(office: Any) -> None:
    given = json.loads(
        office(
            "keys",
            "new",
            "case-system",
            "--scope",
            "rebooking.*",
            "--scope",
            "calendar.read",
            "--days",
            "30",
            "--json",
        ).stdout
    )
    assert given["scopes"] == ["calendar.read", "rebooking.*"]
    lasts = datetime.fromisoformat(given["expires"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < lasts <= timedelta(days=30)
    assert parse(given["key"]) is not None


def test_a_scope_that_means_nothing_is_refused_with_those_that_do(office: Any) -> None:
    refused = office(
        "keys", "new", "case-system", "--scope", "calendar.burn", "--scope", "audit.read", code=2
    )
    assert "calendar.burn, audit.read means nothing" in refused.stderr
    assert "rebooking.*" in refused.stderr
    assert "Nothing was written" in refused.stderr
    assert listed(office, "keys") == []


def test_rotation(office: Any, database_url: str) -> None:
    old = office("keys", "new", "case-system", "--scope", "calendar.read").stdout.strip()
    made = office("keys", "rotate", old.split("_")[1], "--overlap", "1")
    new = made.stdout.strip()
    assert "is good until" in made.stderr
    assert [role_of(database_url, key) for key in (old, new)] == ["integrator"] * 2
    assert [kept["scopes"] for kept in listed(office, "keys")] == [["calendar.read"]] * 2
    now = json.loads(office("keys", "rotate", new, "--overlap", "0", "--json").stdout)["key"]
    assert [role_of(database_url, key) for key in (old, new, now)] == ["integrator", None, "integrator"]


def test_a_key_is_revoked_by_its_prefix_or_the_whole_of_it(office: Any, database_url: str) -> None:
    one, two = (office("keys", "new", "case-system").stdout.strip() for _ in range(2))
    assert office("keys", "revoke", one).stdout == f"Revoked {one.split('_')[1]}\n"
    office("keys", "revoke", two.split("_")[1])
    assert [role_of(database_url, key) for key in (one, two)] == [None, None]
    assert {kept["state"] for kept in listed(office, "keys")} == {"revoked"}
    assert "is over" in office("keys", "rotate", one, code=2).stderr


def test_disabling_an_account_ends_its_keys(office: Any, database_url: str) -> None:
    key = office("keys", "new", "case-system").stdout.strip()
    office("accounts", "disable", "case-system")
    assert role_of(database_url, key) is None
    assert [kept["state"] for kept in listed(office, "keys")] == ["disabled"]
    (account,) = listed(office, "accounts")
    assert account["disabled"] is not None
    assert "is disabled" in office("keys", "new", account["id"], code=2).stderr


def test_tables_for_people(office: Any) -> None:
    office("accounts", "add", "somebody", "worker", "--team", "oak", "--person", "sw-1")
    header, *rows = office("accounts", "list").stdout.splitlines()
    assert header.split() == ["id", "subject", "role", "teams", "person", "disabled"]
    assert [row.split()[1:] for row in rows] == [
        ["case-system", "integrator", "*", "–", "–"],
        ["somebody", "worker", "oak", "sw-1", "–"],
    ]
    assert office("teams", "list").stdout.splitlines()[1].split() == ["oak", "Oak"]
    assert office("keys", "list").stdout == "There are none.\n"


FAULTS = [
    (("accounts", "add", "x", "manager"), "a manager needs a team"),
    (("accounts", "add", "x", "manager", "--team", "elm"), "no team elm: add it with convene teams add"),
    (("accounts", "add", "case-system", "auditor", "--team", "*"), "an account of this subject already"),
    (("accounts", "disable", "nobody"), "no such account: convene accounts list"),
    (("keys", "new", "nobody"), "no such account"),
    (("keys", "revoke", "nobody"), "no such key: convene keys list"),
    (("keys", "rotate", "convene_"), "no such key"),
    (("tenants", "add", "authority", "Again"), "an authority authority already"),
    (("tenants", "add", "a b", "Bad"), "letters, digits"),
    (("teams", "add", "oak", "Again"), "a team oak already"),
    (("accounts", "list", "--tenant", "elsewhere"), "no such authority: add it with convene tenants add"),
    (("keys", "list", "--tenant", "elsewhere"), "no such authority"),
]


@pytest.mark.parametrize(("words", "told"), FAULTS, ids=[" ".join(words) for words, _ in FAULTS])
def test_faults_say_what_to_do_and_change_nothing(office: Any, words: tuple[str, ...], told: str) -> None:
    before = [listed(office, what) for what in ("teams", "accounts", "keys")]
    refused = office(*words, code=2)
    assert told in refused.stderr
    assert refused.stderr.endswith("Nothing was written.\n")
    assert [listed(office, what) for what in ("teams", "accounts", "keys")] == before


def test_a_database_that_is_not_there_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    result = CliRunner().invoke(cli, ["accounts", "list"])
    assert (result.exit_code, "convene database migrate" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://user:hunter2@127.0.0.1/x", "SQLite or PostgreSQL"),
        ("nonsense hunter2", "DATABASE_URL isn't one"),
        ("postgresql://user:hunter2@127.0.0.1:1/x?connect_timeout=2", "can't be used"),
    ],
)
def test_a_database_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    result = CliRunner().invoke(cli, ["keys", "list"])
    assert result.exit_code == 2
    assert told in result.stderr
    assert "hunter2" not in result.output


def test_each_authority_has_its_own(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office("tenants", "add", "south", "South")
    assert listed(office, "accounts") != []
    monkeypatch.setenv("CONVENE_TENANT", "south")
    assert listed(office, "accounts") == []
    assert "no such account" in office("keys", "new", "case-system", code=2).stderr
