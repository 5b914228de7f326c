"""The upload page without a browser: who may, what is stored and what is not, what nobody is told."""

from __future__ import annotations

import html
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_client import AsgiClient
from caseloads import small_caseload
from stores import sqlite_store
from upload_cases import CONTENT_TYPE, HereReaders, form, workbook
from web_world import Clock, World
from workbooks import book, spoilt

from service.access import sessions
from service.api.app import create_app
from service.store.accounts import Accounts, add_tenant
from service.store.scope import Scoped, system
from service.store.tables import Audit, CaseloadVersion
from service.uploads.reading import Bounds, Readers
from service.workbook.read import read_bytes
from solver.schema.caseload import Caseload
from solver.schema.load import digest, load_caseload


class House:
    """The application in this process, with somebody who has signed in."""

    def __init__(self, folder: Path) -> None:
        self.store = sqlite_store(folder)
        self.world = World(self.store)
        self.clock: Clock = self.world.clock
        with self.store.writing() as session:
            add_tenant(session, "authority", "Made-up authority", self.clock.now())
        self.world.team("yew", "Yew team")
        self.world.team("oak", "Oak team")
        self.app = create_app(self.store, self.world.settings, now=self.clock.now)
        self.read_by(HereReaders())
        self.client = AsgiClient(self.app)
        self.csrf = ""
        self.headers: dict[str, str] = {}
        self.sign_in("manager@yew.example")

    def read_by(self, readers: Readers) -> None:
        self.app.state.convene = replace(self.app.state.convene, readers=readers)

    def sign_in(self, subject: str) -> None:
        with self.store.writing() as session:
            accounts = Accounts(Scoped(session, system("authority")), self.clock.now())
            account = next(one for one in accounts.all() if one.subject == subject)
            new = sessions.begin(session, account.id, self.clock.now())
        self.csrf = new.csrf
        self.headers = {"Cookie": f"{sessions.cookie_name(https=False)}={new.cookie}", "Accept": "text/html"}

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers=self.headers)

    def send(
        self, *files: tuple[str, bytes], team: str = "yew", csrf: str | None = None, **fields: str
    ) -> httpx.Response:
        given = [("csrf_token", self.csrf if csrf is None else csrf), *fields.items()]
        return self.client.post(
            f"/teams/{team}/upload",
            headers=self.headers | {"Content-Type": CONTENT_TYPE},
            content=form(files, given),
        )

    def store_it(self, looked: httpx.Response, team: str = "yew", **changed: str) -> httpx.Response:
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', looked.text))
        fields = {name: html.unescape(value) for name, value in fields.items()} | changed
        token = fields.pop("csrf_token")
        return self.client.post(
            f"/teams/{team}/upload/store",
            headers=self.headers | {"Content-Type": CONTENT_TYPE},
            content=form([], [("csrf_token", token), *fields.items()]),
        )

    def versions(self) -> list[CaseloadVersion]:
        with self.store.reading() as session:
            scoped = Scoped(session, system("authority"))
            return list(session.scalars(scoped.select(CaseloadVersion).order_by(CaseloadVersion.version)))

    def audited(self) -> list[str]:
        with self.store.reading() as session:
            scoped = Scoped(session, system("authority"))
            return [one.action for one in session.scalars(scoped.select(Audit))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def caseload(**more: Any) -> dict[str, Any]:
    data = small_caseload()
    data["team"]["id"] = "yew"
    return data | more


GOOD = workbook(caseload())
JSON = json.dumps(caseload()).encode()


def test_a_first_caseload_is_looked_at_and_then_stored(house: House) -> None:
    house.read_by(Readers())
    looked = house.send(("team.xlsx", GOOD))
    assert looked.status_code == 200
    assert "The team’s first caseload" in looked.text
    assert house.versions() == []
    stored = house.store_it(looked)
    assert (stored.status_code, stored.headers["Location"]) == (303, "/teams/yew/upload?stored=1")
    (version,) = house.versions()
    assert version.digest == digest(load_caseload(JSON))
    assert "caseload.write" in house.audited()
    page = house.get("/teams/yew/upload?stored=1").text
    assert "version 1, with 3 plans" in page
    assert 'href="/teams/yew/publish"' in page


def test_storing_twice_is_storing_once_and_the_same_again_says_so(house: House) -> None:
    looked = house.send(("team.xlsx", GOOD))
    for _ in range(2):
        assert house.store_it(looked).headers["Location"] == "/teams/yew/upload?stored=1"
    assert len(house.versions()) == 1
    again = house.send(("caseload.json", JSON))
    assert "Nothing would change" in again.text
    assert 'name="seal"' not in again.text


def test_a_second_version_says_what_changes(house: House) -> None:
    house.store_it(house.send(("team.xlsx", GOOD)))
    data = caseload()
    data["plans"][0]["minutes"] = 75
    looked = house.send(("team.xlsx", workbook(data)))
    assert "plan-1: length of meetings" in looked.text
    assert house.store_it(looked).headers["Location"].endswith("stored=2")
    assert [one.version for one in house.versions()] == [1, 2]


def test_faults_are_shown_and_nothing_is_stored(house: House) -> None:
    answer = house.send(
        ("team.xlsx", book(spoilt({"People!C2": "wizard", "People!B3": "<script>alert(1)</script>\x7f"})))
    )
    assert answer.status_code == 422
    assert 'id="people-c2"' in answer.text
    assert "wizard" in answer.text
    assert "<script>alert" not in answer.text
    assert house.versions() == []


def test_what_is_shown_is_escaped(house: House) -> None:
    evil = "<img src=x onerror=alert(1)>"
    answer = house.send(
        (f"{evil}.xlsx".replace('"', ""), book(spoilt({"People!C2": evil, f"{'Wiz'}!A1": evil})))
    )
    assert answer.status_code == 422
    assert "<img" not in answer.text
    assert "&lt;img" in answer.text


def test_just_what_was_looked_at_is_stored(house: House) -> None:
    looked, other = (
        house.send(("team.xlsx", GOOD)),
        house.send(("team.xlsx", workbook(caseload(closures=[])))),
    )
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', other.text))
    for changed in (
        {"caseload": fields["caseload"]},
        {"seal": fields["seal"]},
        {"seal": "0" * 64},
        {"before": "x"},
        {"at": str(int(fields["at"]) + 1)},
        {"at": "x"},
        {"caseload": "%%%"},
        {"caseload": ""},
    ):
        answer = house.store_it(looked, **changed)
        assert answer.status_code == 422, changed
        assert "Choose the file again" in answer.text
    house.clock.at += timedelta(hours=2, seconds=1)
    assert house.store_it(looked).status_code == 422
    assert house.versions() == []


def test_what_somebody_looked_at_is_no_one_elses_and_of_no_other_team(house: House) -> None:
    looked = house.send(("team.xlsx", GOOD))
    house.sign_in("manager@yew.example")
    answer = house.store_it(looked, csrf_token=house.csrf)
    assert answer.status_code == 422
    house.sign_in("manager@oak.example")
    assert house.store_it(looked, csrf_token=house.csrf).status_code == 404
    assert house.store_it(looked, "oak", csrf_token=house.csrf).status_code == 422
    assert house.versions() == []


def test_somebody_elses_upload_in_between_is_told(house: House) -> None:
    looked = house.send(("team.xlsx", GOOD))
    house.world.caseload(Caseload.model_validate(caseload(closures=[])))
    answer = house.store_it(looked)
    assert answer.status_code == 409
    assert "Somebody else has uploaded a caseload meanwhile" in answer.text
    assert len(house.versions()) == 1


def test_another_teams_caseload_is_refused_kindly(house: House) -> None:
    answer = house.send(("team.xlsx", workbook()))
    assert answer.status_code == 422
    assert "team with the ID" in answer.text
    assert "correct the Team ID in the sheet Team" in answer.text


def test_a_form_without_the_pages_token_changes_nothing(house: House) -> None:
    for csrf in ("", "x", "ä"):
        assert house.send(("team.xlsx", GOOD), csrf=csrf).status_code == 403
    house.sign_in("worker@yew.example")
    for answer in (house.get("/teams/yew/upload"), house.send(("team.xlsx", GOOD))):
        assert answer.status_code == 403


def test_nothing_chosen_or_wrongly_is_said_at_the_field(house: House) -> None:
    for files, said in (
        ([("", b"")], "Choose a file"),
        ([("x.docx", b"x")], "Choose an Excel workbook"),
        ([("a.xlsx", b"x"), ("b.xlsx", b"x")], "Only CSV files can be several"),
    ):
        answer = house.send(*files)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'href="#file"' in answer.text
    assert (
        house.client.post(
            "/teams/yew/upload", headers=house.headers | {"X-CSRF-Token": house.csrf}
        ).status_code
        == 422
    )


def test_a_reader_that_dies_or_takes_too_long_is_told_and_logged_by_nothing(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    for readers, said in (
        (Readers(command=(sys.executable, "-c", "raise SystemExit(1)")), "could not be read"),
        (
            Readers(bounds=Bounds(seconds=0.3), command=(sys.executable, "-c", "while True: pass")),
            "takes longer",
        ),
        (Readers(bounds=Bounds(memory_mb=40)), ""),
    ):
        house.read_by(readers)
        answer = house.send(("Secretname.xlsx", GOOD))
        assert answer.status_code == 422
        assert said in answer.text
    out = capsys.readouterr()
    assert "Secretname" not in out.out + out.err
    assert "Alder" not in out.out + out.err


def test_too_many_at_once_are_told_to_wait(house: House) -> None:
    readers = Readers(1, wait=0.05)
    house.read_by(readers)
    with readers.turn():
        answer = house.send(("team.xlsx", GOOD))
        house.world.caseload(Caseload.model_validate(caseload()))
        download = house.get("/teams/yew/upload/caseload.xlsx")
    for one in (answer, download):
        assert (one.status_code, one.headers["Retry-After"]) == (503, "30")
        assert "Wait half a minute" in one.text


def test_the_empty_workbook_and_the_present_caseload_are_workbooks(house: House) -> None:
    empty = house.get("/teams/yew/upload/template.xlsx")
    assert empty.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(empty.content)).namelist()
    assert house.get("/teams/yew/upload/caseload.xlsx").status_code == 404
    house.world.caseload(Caseload.model_validate(caseload()))
    present = house.get("/teams/yew/upload/caseload.xlsx")
    assert present.headers["Content-Disposition"] == 'attachment; filename="caseload-yew-version-1.xlsx"'
    assert digest(read_bytes(present.content, "x.xlsx").caseload) == digest(load_caseload(JSON))
    assert "caseload.read" in house.audited()
    assert "Nothing would change" in house.send(("back.xlsx", present.content)).text


def test_who_may_only_read_gets_the_workbook_and_not_the_page(house: House) -> None:
    house.world.caseload(Caseload.model_validate(caseload()))
    house.sign_in("auditor@yew.example")
    assert house.get("/teams/yew/upload/caseload.xlsx").status_code == 200
    assert house.get("/teams/yew/upload").status_code == 403
    for role in ("worker", "support", "admin"):
        house.sign_in(f"{role}@yew.example")
        assert house.get("/teams/yew/upload/caseload.xlsx").status_code == 403
    house.sign_in("manager@oak.example")
    assert house.get("/teams/yew/upload/caseload.xlsx").status_code == 404


def test_no_name_is_told_of_a_family(house: House) -> None:
    house.store_it(house.send(("team.xlsx", GOOD)))
    data = caseload()
    for one in data["people"]:
        one["agency"] = "Elsewhere"
    looked = house.send(("team.xlsx", workbook(data))).text
    family = [one["name"] for one in data["people"] if one["role"] in ("parent", "carer", "family")]
    assert family
    visible = re.sub(r'value="[^"]*"', "", looked)
    assert not any(name in visible for name in family)
    assert "Testworker Alder" in visible
