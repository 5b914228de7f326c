"""What people see: the very words, what is withheld, files and feeds."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from api_cases import documents
from browsers import Browsing, checked
from caseload_pages import team_of
from page_visitor import Visitor, fields_of, words
from web_world import TENANT, World

from service.pages.preview_view import withheld
from service.store.scope import Scoped, system
from service.store.tables import Message
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web
Visit = Callable[[str], Visitor]
MANAGER = "manager@yew.example"
PATH = "/teams/yew/preview"
FEED = "/teams/yew/feed"


def planned() -> tuple[Caseload, Calendar]:
    caseload, calendar = documents("yew")
    return Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar)


def invites(answer: httpx.Response) -> list[list[str]]:
    """The lines of each invite of a page, the subject first."""
    found = re.findall(r'<div class="preview-mail">(.*?)</div>', answer.text, re.DOTALL)
    return [
        [words(httpx.Response(200, text=line)) for line in re.findall(r"<p[^>]*>(.*?)</p>", one, re.DOTALL)]
        for one in found
    ]


def test_nothing_yet(served: World, visit: Visit) -> None:
    assert "nothing to be seen" in words(visit(MANAGER).get(PATH))
    assert visit(MANAGER).get(f"{PATH}.ics?person=sw-1").status_code == 404


def test_the_words_are_those_that_go_out(served: World, visit: Visit) -> None:
    served.give(*planned())
    visitor = visit(MANAGER)
    before = invites(visitor.get(f"{PATH}?person=sw-1"))
    letters = invites(visitor.get(f"{PATH}?person=mother-2"))
    assert "Goes out when you publish" in words(visitor.get(f"{PATH}?person=sw-1"))
    publish = "/teams/yew/publish"
    visitor.post(publish, fields_of(visitor.get(publish), publish))
    with served.store.reading() as session:
        query = Scoped(session, system(TENANT)).select(Message).order_by(Message.start)
        rows = {
            one: [row.content or b"" for row in session.scalars(query) if row.recipient == one]
            for one in ("sw-1", "mother-2")
        }
    assert len(before) == len(rows["sw-1"]) > 0
    for lines, mail in zip(before, rows["sw-1"], strict=True):
        text = mail.decode().replace("\r\n", "\n")
        assert f"Subject: {lines[0]}\n" in text
        assert f'filename="{lines[-1].removeprefix("Attached: ")}"' in text
        assert all(" ".join(line.split()) in " ".join(text.split()) for line in lines[1:-1])
    assert len(letters) == len(rows["mother-2"]) > 0
    for lines, letter in zip(letters, rows["mother-2"], strict=True):
        assert [line for line in letter.decode().splitlines() if line] == lines
    text = words(visitor.get(f"{PATH}?person=sw-1"))
    assert "Queued, not sent yet" in text
    with served.store.writing() as session:
        for row in session.scalars(Scoped(session, system(TENANT)).select(Message)):
            row.state = "sent"
    text = words(visitor.get(f"{PATH}?person=sw-1"))
    assert "They have it" in text
    assert "Goes out" not in text


def test_what_is_withheld_is_said_with_the_reason() -> None:
    from service.output.render import Renderer

    caseload, calendar = team_of(12)
    renderer = Renderer(caseload, calendar, key=b"k" * 32)
    people = {one.id: one for one in caseload.people}

    def told(venue: str | None, person_role: str, *, split: bool = False) -> str:
        for meeting in calendar.meetings:
            if (venue is None or meeting.venue == venue) and bool(meeting.sittings) == split:
                for place in meeting.attendees:
                    seen = renderer.view(meeting, place.person)
                    if seen is not None and people[place.person].role == person_role:
                        return " ".join(withheld(caseload, people[place.person], meeting, seen))
        raise AssertionError(venue)

    assert "it is confidential" in told("refuge", "social_worker")
    assert "a family’s home or a placement" in told("home-1", "parent")
    assert "Who else comes" in told("room-2", "parent")
    assert told("room-2", "social_worker") == ""


def test_no_page_names_a_family_or_a_protected_place(served: World, visit: Visit) -> None:
    served.give(*team_of(12))
    for subject in (MANAGER, "support@yew.example"):
        visitor = visit(subject)
        for person in ("", "?person=sw-1", "?person=carer-1", "?person=hv-2"):
            answer = visitor.get(PATH + person)
            assert answer.status_code == 200
            assert not re.search(r"Person \d|Larch|3 Hidden Street|2 Hidden Street|Z\.Z\.", answer.text)
    other = words(visit(MANAGER).get(f"{PATH}?person=carer-2"))
    invited = " ".join(" ".join(lines) for lines in invites(visit(MANAGER).get(f"{PATH}?person=carer-2")))
    assert "Parent (carer-2)" in other
    assert "Testworker" not in invited
    assert "plan-" not in invited


def test_whoever_cannot_be_told_is_told_apart(served: World, visit: Visit) -> None:
    caseload, calendar = team_of(12)
    shared = {"hv-1", "hv-2"}
    people = tuple(
        one.model_copy(update={"email": "shared@x.example"}) if one.id in shared else one
        for one in caseload.people
    )
    served.give(caseload.model_copy(update={"people": people}), calendar)
    text = words(visit(MANAGER).get(f"{PATH}?person=hv-1"))
    assert "others read their mailbox who must not see all of it" in text
    assert "Not sent" in text
    assert "Testvisitor 1: others read" in words(visit(MANAGER).get("/teams/yew/publish"))


def test_the_file_is_a_calendar(served: World, visit: Visit) -> None:
    caseload, calendar = planned()
    served.give(caseload, calendar)
    answer = visit("support@yew.example").get(f"{PATH}.ics?person=sw-1")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sw-1.ics"'
    mine = [one for one in calendar.meetings if any(place.person == "sw-1" for place in one.attendees)]
    assert answer.text.count("BEGIN:VEVENT") == len(mine)
    assert visit(MANAGER).get(f"{PATH}.ics?person=nobody").status_code == 404
    assert visit(MANAGER).get(f"{PATH}?person=nobody").status_code == 404


def test_a_feed_is_granted_shown_once_and_taken_back(served: World, visit: Visit) -> None:
    served.give(*planned(), published=True)
    visitor = visit(MANAGER)
    form = fields_of(visitor.get(f"{FEED}?person=sw-1"), FEED)
    made = visitor.post(FEED, form)
    (address,) = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", made.text)
    assert "BEGIN:VCALENDAR" in httpx.get(address).text
    again = visitor.get(f"{FEED}?person=sw-1")
    assert address.partition("token=")[2] not in again.text
    assert "Addresses that are good now" in words(again)
    back = visitor.post(f"{FEED}/revoke", form)
    assert "1 address can’t be read any more" in words(visitor.get(back.headers["Location"]))
    assert httpx.get(address).status_code == 404


def test_a_worker_has_their_own_feed_and_nobody_elses(served: World, visit: Visit) -> None:
    served.give(*planned(), published=True)
    served.is_person("worker@yew.example", "sw-1")
    worker = visit("worker@yew.example")
    own = worker.get(FEED)
    assert "Your calendar feed" in words(own)
    for path in ("/teams/yew", "/teams/yew/week"):
        assert f'href="{FEED}">Put my meetings into my calendar' in worker.get(path).text
        assert FEED not in visit("support@yew.example").get(path).text
    assert worker.get(f"{FEED}?person=sw-2").status_code == 404
    form = fields_of(own, FEED)
    assert worker.post(FEED, form | {"person": "sw-2"}).status_code == 404
    assert worker.post(FEED, form).status_code == 200
    assert worker.get(PATH).status_code == 403
    assert visit("support@yew.example").get(f"{FEED}?person=sw-1").status_code == 403
    assert visit("auditor@yew.example").get(PATH).status_code == 403


def test_in_a_browser(served: World, browser: Browsing) -> None:
    served.give(*team_of(12), published=True)
    with browser.page(served, MANAGER) as (page, _):
        page.goto(PATH)
        checked(page)
        page.get_by_label("Person").select_option("sw-1")
        page.get_by_role("button", name="Show").press("Enter")
        page.get_by_role("heading", name="Testworker Alder").wait_for()
        checked(page)
        page.get_by_role("link", name="Their calendar feed").click()
        page.get_by_role("button", name="Make a new address").click()
        page.get_by_text("shown this once").wait_for()
        checked(page)
    with browser.page(served, "support@yew.example", width=320, scripts=False) as (page, _):
        for path in (PATH, f"{PATH}?person=carer-1"):
            page.goto(path)
            assert page.locator("html").evaluate("one => one.scrollWidth") == 320
