"""Who did and looked at what: the revisions and the log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from browsers import Browsing, checked
from caseload_pages import team_of
from page_visitor import Visitor, words
from web_world import TENANT, World

import service
from service.pages.history_words import ACTIONS, KINDS, change_words
from service.store import audit
from service.store.accounts import Accounts
from service.store.scope import Principal, Scoped, system
from service.store.tables import Audit

pytestmark = pytest.mark.web
Visit = Callable[[str], Visitor]
PATH = "/teams/yew/history"
_RECORDED = re.compile(r'(?:audit\.record|_audit)\((?:[^"]{0,80}?)"(\w+\.\w+)"')
"""In the source: whoever adds an action has to say what it means."""


def history(served: World) -> None:
    """A calendar, a revision of it, and a log of some length."""
    caseload, calendar = team_of(3)
    entry = served.give(caseload, calendar, published=True)
    served.clock.at += timedelta(hours=2)
    served.revise(entry, calendar)
    with served.store.writing() as session:
        scoped = Scoped(session, system(TENANT))
        audit.record(
            scoped, "calendar.publish", entry, at=served.clock.now(), team="yew", before="0", after="1"
        )
        for number in range(60):
            audit.record(
                scoped,
                "meeting.moved",
                f"plan-{number}.core_group.1",
                at=served.clock.now(),
                team="yew",
                after="2",
            )
        audit.record(scoped, "meeting.moved", "elsewhere", at=served.clock.now(), team="oak")


def test_every_action_that_is_recorded_has_words() -> None:
    found = {
        action
        for path in Path(service.__file__).parent.rglob("*.py")
        for action in _RECORDED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 25
    assert found - set(ACTIONS) == set()
    assert {one for _, actions in KINDS.values() for one in actions} <= set(ACTIONS)


def test_what_changed_in_words() -> None:
    assert change_words("calendar.publish", "0", "3") == "Revision 3"
    assert change_words("calendar.publish", "2", "3") == "Revision 3; before, revision 2"
    assert change_words("invites.send", None, "3 sent, 1 refused") == "3 sent, 1 refused"
    assert change_words("caseload.write", None, "ab" * 32) == ""


def test_nothing_yet(served: World, visit: Visit) -> None:
    text = words(visit("auditor@yew.example").get(PATH))
    assert "Nothing of this kind is in the log" in text
    assert "The log is whole" in text


def test_revisions_and_the_log_by_the_page(served: World, visit: Visit) -> None:
    history(served)
    visitor = visit("manager@yew.example")
    answer = visitor.get(PATH)
    text = words(answer)
    assert "Compare with revision 1" in text
    assert "A meeting was moved" in text
    assert answer.text.count('id="entry-') == 50
    assert "elsewhere" not in answer.text
    assert "Person " not in answer.text
    (earlier,) = re.findall(r'href="([^"]*before=\d+)"', answer.text)
    rest = visitor.get(earlier.replace("&amp;", "&"))
    assert rest.text.count('id="entry-') == 11
    assert "Published" in words(rest)
    assert "Earlier" not in words(rest)


def test_it_is_narrowed_to_kind_person_and_days(served: World, visit: Visit) -> None:
    history(served)
    visitor = visit("manager@yew.example")
    visitor.get("/teams/yew")
    assert "Looked at a calendar" in words(visitor.get(f"{PATH}?kind=reads"))
    assert "Looked at the history" in words(visitor.get(f"{PATH}?kind=reads&who=MANAGER@yew"))
    assert "Nothing of this kind" in words(visitor.get(f"{PATH}?kind=reads&who=somebody-else"))
    assert visitor.get(f"{PATH}?kind=messages").text.count('id="entry-') == 1
    day = served.clock.at.date()
    assert visitor.get(f"{PATH}?kind=meetings&since={day}&until={day}").text.count('id="entry-') == 50
    assert "Nothing of this kind" in words(visitor.get(f"{PATH}?until={day - timedelta(days=1)}"))
    for wrong in ("since=soon", f"since={day}&until={day - timedelta(days=1)}", "until=9999-12-31"):
        assert visitor.get(f"{PATH}?{wrong}").status_code == 422
    assert visitor.get(f"{PATH}?kind=nonsense").status_code == 200


def test_the_spreadsheet_has_no_formula_in_it(served: World, visit: Visit) -> None:
    history(served)
    with served.store.writing() as session:
        accounts = Accounts(Scoped(session, system(TENANT)), served.clock.now())
        account = accounts.add("=cmd()|x", "manager", ("yew",))
        who = Principal(TENANT, account.id, "manager", frozenset({"yew"}))
        audit.record(Scoped(session, who), "meeting.moved", "@sum", at=served.clock.now(), team="yew")
    answer = visit("auditor@yew.example").get(f"{PATH}.csv?kind=meetings")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 61
    assert (rows[0]["Who"], rows[0]["About"], rows[0]["What"]) == ("'=cmd()|x", "'@sum", "Moved a meeting")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_log_that_was_changed_is_told(served: World, visit: Visit) -> None:
    history(served)
    with served.store.writing() as session:
        row = session.scalars(
            Scoped(session, system(TENANT)).select(Audit).where(Audit.action == "calendar.publish")
        ).one()
        row.subject = "another"
    assert "The log isn’t what was written" in words(visit("auditor@yew.example").get(PATH))


def test_it_is_for_managers_and_auditors(served: World, visit: Visit) -> None:
    for role in ("worker", "support", "admin"):
        assert visit(f"{role}@yew.example").get(PATH).status_code == 403
    assert visit("manager@oak.example").get(PATH).status_code == 404


def test_in_a_browser(served: World, browser: Browsing) -> None:
    history(served)
    for width in (1280, 320):
        with browser.page(served, "auditor@yew.example", width=width) as (page, _):
            page.goto(PATH)
            checked(page)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            page.get_by_label("Show").select_option("Who looked at what")
            page.get_by_role("button", name="Show").press("Enter")
            page.get_by_text("Looked at the history").first.wait_for()
            checked(page)
    with browser.page(served, "auditor@yew.example", scripts=False) as (page, _):
        page.goto(PATH)
        page.get_by_role("link", name="Compare with revision 1").click()
        page.get_by_role("heading", name="What changed").wait_for()
