"""Planning anew and publishing: what would change, who is sent what, once, and what is on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from api_cases import HereDesks, documents
from browsers import Browsing, checked
from caseload_pages import NOW, team_of
from page_visitor import Visitor, fields_of, words
from web_world import TENANT, World, world

from service.api.context import Context
from service.api.publishing import queue_messages
from service.pages.publish_diff import diff_view
from service.store import calendars
from service.store.scope import Scoped, system
from service.store.tables import Audit, CalendarEntry, Message
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

pytestmark = pytest.mark.web
Visit = Callable[[str], Visitor]
MANAGER = "manager@yew.example"
PATH = "/teams/yew/publish"


def planned(team: str = "yew") -> tuple[Caseload, Calendar]:
    """Two plans, really planned; a parent without a mailbox."""
    caseload, calendar = documents(team)
    return Caseload.model_validate_json(caseload), Calendar.model_validate_json(calendar)


def messages(served: World) -> list[Message]:
    with served.store.reading() as session:
        query = Scoped(session, system(TENANT)).select(Message).order_by(Message.id)
        return list(session.scalars(query))


def told(served: World) -> Counter[tuple[str, ...]]:
    """What is in the outbox, but for what differs between two authorities."""
    return Counter(
        (
            one.recipient,
            one.meeting,
            one.method,
            str(one.sequence),
            one.start,
            one.place,
            one.state,
            one.address,
        )
        for one in messages(served)
    )


def published_times(served: World) -> int:
    with served.store.reading() as session:
        query = Scoped(session, system(TENANT)).select(Audit).where(Audit.action == "calendar.publish")
        return len(session.scalars(query).all())


def moved(calendar: Calendar, number: int = 0, **change: object) -> Calendar:
    """The calendar with one meeting a quarter of an hour later."""
    meetings = list(calendar.meetings)
    one = meetings[number]
    later = {"start": one.start + timedelta(minutes=15), "end": one.end + timedelta(minutes=15)}
    meetings[number] = one.model_copy(update=later | change)
    return calendar.model_copy(update={"meetings": tuple(meetings)})


def test_a_diff_in_words_names_no_family() -> None:
    caseload, before = team_of(12)
    after = moved(moved(before, 3), 5, chair="tm-1")
    after = after.model_copy(update={"meetings": after.meetings[:-1]})
    diff = diff_view(before, after, [caseload], now=NOW)
    assert (len(diff.moved), len(diff.added), len(diff.gone), len(diff.otherwise)) == (2, 0, 1, 0)
    assert any(
        "Testmanager Juniper chairs, instead of" in change for row in diff.moved for change in row.changes
    )
    assert {"Parent"} <= {person for row in diff.rows for person in row.people}
    text = repr(diff)
    assert "Person " not in text
    assert "Hidden Street" not in text
    assert "Larch" not in text
    nothing = diff_view(before, before, [caseload], now=NOW)
    assert nothing.empty
    assert nothing.same == len(before.meetings)


def test_before_there_is_anything(served: World, visit: Visit) -> None:
    text = words(visit(MANAGER).get(PATH))
    assert "upload a caseload first" in text
    served.caseload(planned()[0])
    text = words(visit(MANAGER).get(PATH))
    assert "There is no calendar yet" in text
    assert "Plan the meetings" in text


def test_publishing_reserves_what_the_api_does(served: World, visit: Visit, tmp_path: Path) -> None:
    caseload, calendar = planned()
    entry = served.give(caseload, calendar)
    visitor = visit(MANAGER)
    page = visitor.get(PATH)
    assert "Nobody has been sent anything yet" in words(page)
    answer = visitor.post(PATH, fields_of(page, PATH))
    assert answer.status_code == 303
    done = words(visitor.get(answer.headers["Location"]))
    assert "Published" in done
    assert "No mail server is set up" in done
    (tmp_path / "other").mkdir()
    with world(tmp_path / "other") as other:
        other.team("yew")
        other.give(caseload, calendar)
        here = Context(other.store, other.settings, HereDesks(), other.clock.now)
        with other.store.writing() as session:
            scoped = Scoped(session, system(TENANT))
            found = here.documents.standing(
                scoped, scoped.session.scalars(scoped.select(CalendarEntry)).one()
            )
            assert found is not None
            counts = queue_messages(here, scoped, found)
        assert told(served) == told(other)
    assert f"{counts.requests} invites by mail, {counts.letters} letter" in done
    with served.store.reading() as session:
        known = calendars.find(Scoped(session, system(TENANT)), entry)
        assert known is not None
        assert known.published == 1
    text = words(visitor.get(PATH))
    assert "Nothing has changed since then" in text
    assert "Publish and" not in text


def test_a_form_that_is_sent_twice_publishes_once(served: World, visit: Visit) -> None:
    served.give(*planned())
    visitor = visit(MANAGER)
    form = fields_of(visitor.get(PATH), PATH)
    first, second = visitor.post(PATH, form), visitor.post(PATH, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert published_times(served) == 1
    changed = visitor.post(PATH, form | {"resend": "yes"})
    assert changed.status_code == 422
    assert "Nothing was published" in words(changed)
    assert published_times(served) == 1
    assert "publish-form" not in visitor.get(PATH).text


def test_who_looked_at_another_revision_publishes_nothing(served: World, visit: Visit) -> None:
    caseload, calendar = planned()
    entry = served.give(caseload, calendar)
    visitor = visit(MANAGER)
    form = fields_of(visitor.get(PATH), PATH)
    served.revise(entry, moved(calendar))
    answer = visitor.post(PATH, form)
    assert answer.status_code == 412
    assert "Somebody has changed the calendar" in words(answer)
    assert messages(served) == []
    assert fields_of(answer, PATH)["revision"] == "2"


def test_a_calendar_that_breaks_rules_is_not_published(served: World, visit: Visit) -> None:
    caseload, calendar = planned()
    served.give(caseload, moved(calendar, venue="nowhere"))
    visitor = visit(MANAGER)
    answer = visitor.post(PATH, fields_of(visitor.get(PATH), PATH))
    assert answer.status_code == 409
    assert "breaks rules" in words(answer)
    assert messages(served) == []


def test_what_was_refused_is_sent_again_on_request(served: World, visit: Visit) -> None:
    served.give(*planned())
    visitor = visit(MANAGER)
    visitor.post(PATH, fields_of(visitor.get(PATH), PATH))
    with served.store.writing() as session:
        row = session.scalars(
            Scoped(session, system(TENANT)).select(Message).where(Message.address != "").limit(1)
        ).one()
        row.state, row.detail, refused = "refused", "550 no such mailbox", row.id
    text = words(visitor.get("/teams/yew/outbox?show=refused"))
    assert "550 no such mailbox" in text
    page = visitor.get(PATH)
    assert "The mail server refused it" in words(page)
    visitor.post(PATH, fields_of(page, PATH) | {"resend": "yes"})
    assert next(one.state for one in messages(served) if one.id == refused) == "replaced"


def test_letters_are_printed_and_handed_over(served: World, visit: Visit) -> None:
    served.give(*planned())
    visitor = visit(MANAGER)
    visitor.post(PATH, fields_of(visitor.get(PATH), PATH))
    letters = [one for one in messages(served) if not one.address]
    assert {one.recipient for one in letters} == {"mother-2"}
    support = visit("support@yew.example")
    printed = support.get("/teams/yew/outbox/letters")
    assert printed.text.count("publish-letter") == len(letters)
    assert "For Parent (mother-2)" in words(printed)
    page = support.get("/teams/yew/outbox")
    where = "/teams/yew/outbox/given"
    assert support.post(where, fields_of(page, where)).status_code == 422
    form = fields_of(page, where) | {"message": str(letters[0].id)}
    assert support.post(where, form).headers["Location"].endswith("given=1")
    assert "1 message handed over" in words(support.get("/teams/yew/outbox?given=1"))
    states = {one.id: one.state for one in messages(served)}
    assert states[letters[0].id] == "given"
    assert support.get(PATH).status_code == 403
    mail = next(one.id for one in messages(served) if one.address)
    with served.store.writing() as session:
        row = Scoped(session, system(TENANT)).one(Message, Message.id == mail)
        assert row is not None
        row.state = "sent"
    assert support.post(where, form | {"message": str(mail)}).status_code == 409


def test_a_plan_is_asked_for(served: World, visit: Visit) -> None:
    caseload, calendar = planned()
    version = served.caseload(caseload)
    visitor = visit(MANAGER)
    where = "/teams/yew/plan"
    form = fields_of(visitor.get(PATH), where) | {"caseload": version, "how": "fresh", "seconds": "5"}
    bad = visitor.post(where, form | {"seconds": "soon"})
    assert bad.status_code == 422
    assert "Enter a whole number of seconds" in words(bad)
    assert visitor.post(where, form | {"how": "keep"}).status_code == 422
    first, second = visitor.post(where, form), visitor.post(where, form)
    assert first.headers["Location"] == second.headers["Location"]
    # Of a plan nothing is told that was published.
    assert visitor.get(f"{PATH}?done={form['key']}").status_code == 200
    other = visitor.post(where, form | {"seconds": "6"})
    assert other.headers["Location"] != first.headers["Location"]
    entry = served.give(caseload, calendar)
    form = fields_of(visitor.get(PATH), where) | {"caseload": version, "seconds": "5", "fixed": "3"}
    visitor.post(where, form | {"how": "improve"})
    with served.store.reading() as session:
        rows = session.scalars(Scoped(session, system(TENANT)).select(CalendarEntry)).all()
    options = [one.options for one in rows if one.id != entry]
    assert len(options) == 3
    kept = next(one for one in options if "previous" in one)
    assert (kept["previous"], kept["fixed_until"], kept["improve"]) == (entry, "2026-12-10", True)


def test_any_two_are_compared_by_whoever_may_see_them(served: World, visit: Visit) -> None:
    caseload, calendar = team_of(12)
    entry = served.give(caseload, calendar)
    served.revise(entry, moved(calendar, 3))
    served.is_person("worker@yew.example", "sw-2")
    path = f"/teams/yew/compare/{entry}"
    assert "1 meeting moved" in words(visit("auditor@yew.example").get(path))
    assert "1 meeting moved" in words(visit(MANAGER).get(f"{path}?revision=1&with=2"))
    assert "Nothing is otherwise" in words(visit(MANAGER).get(f"{path}?with=2"))
    theirs = visit("worker@yew.example").get(f"{path}?revision=1")
    everybodys = visit(MANAGER).get(f"{path}?revision=1")
    assert "Everything in revision 1" in words(everybodys)
    others = {one.id for one in caseload.plans} - {
        one.id for one in caseload.plans if any(part.person == "sw-2" for part in one.participants)
    }
    assert others
    assert all(f"{one}<" not in theirs.text for one in others)
    assert "Person " not in everybodys.text
    assert visit("manager@oak.example").get(path).status_code == 404
    assert visit(MANAGER).get(f"{path}?with=77").status_code == 404


def test_eight_hundred_invites(served: World, visit: Visit) -> None:
    caseload, calendar = team_of(60)
    mailed = [one.model_copy(update={"email": f"{one.id}@x.example"}) for one in caseload.people]
    served.give(caseload.model_copy(update={"people": tuple(mailed)}), calendar)
    answer = visit(MANAGER).get(PATH)
    assert "recipients, one by one" in words(answer)
    assert "Person " not in answer.text
    assert "Hidden Street" not in answer.text


def test_by_mouse_and_keyboard_and_in_little_room(served: World, browser: Browsing) -> None:
    caseload, calendar = planned()
    entry = served.give(caseload, calendar)
    with browser.page(served, MANAGER) as (page, watched):
        page.goto(PATH)
        checked(page)
        page.get_by_role("button", name="Publish and write").dblclick()
        page.get_by_role("heading", name="Published").wait_for()
        checked(page)
        assert published_times(served) == 1
        served.revise(entry, moved(calendar))
        page.goto(PATH)
        page.get_by_text("1 meeting moved").first.wait_for()
        checked(page)
        page.get_by_role("link", name="See the messages").press("Enter")
        page.get_by_role("heading", name="Messages").wait_for()
        checked(page)
        page.goto("/teams/yew/outbox/letters")
        checked(page)
        watched.expected.append("422")
        page.goto(PATH)
        page.get_by_label("Seconds to search").fill("x")
        page.get_by_role("button", name="Plan", exact=True).press("Enter")
        page.get_by_role("link", name="Enter a whole number of seconds").press("Enter")
        assert page.evaluate("document.activeElement.id") == "plan-seconds"
        checked(page)
    with browser.page(served, MANAGER, scripts=False, width=320) as (page, _):
        for path in (PATH, "/teams/yew/outbox", f"/teams/yew/compare/{entry}"):
            page.goto(path)
            assert page.locator("html").evaluate("one => one.scrollWidth") == 320
        page.goto(PATH)
        page.get_by_label("Seconds to search").fill("1")
        page.get_by_role("button", name="Plan", exact=True).click()
        page.get_by_role("heading", name="Waiting to be planned").wait_for()


def test_what_can_not_be_searched_on_from_is_planned_again(served: World, visit: Visit) -> None:
    caseload, calendar = planned()
    entry = served.give(caseload, calendar, published=True)
    where = "/teams/yew/search-on"
    answer = visit(MANAGER).send(PATH, where, calendar=entry, key="a")
    assert answer.headers["Location"] == f"{PATH}#plan", "people have been sent it"
    assert visit("support@yew.example").send("/teams/yew", where, calendar=entry).status_code == 403
    assert visit("manager@oak.example").send("/teams/oak", where, calendar=entry).status_code == 404
    theirs = visit("manager@oak.example").send("/teams/oak", "/teams/oak/search-on", calendar=entry)
    assert theirs.status_code == 404
