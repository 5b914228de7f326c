"""The whole way over HTTP, on both databases: a caseload in, its calendar, published, rebooked, read by its feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta

import icalendar
import pytest
from api_cases import Service, documents
from sqlalchemy import select, update

from service.store import audit
from service.store.engine import Store
from service.store.tables import Job, Message, Revision, WebhookDelivery
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.schema.calendar import Calendar, Task
from solver.schema.caseload import Caseload


@pytest.fixture
def service(store: Store) -> Iterator[Service]:
    made = Service(store)
    yield made
    with store.reading() as session:
        assert list(audit.flaws(session, "north")) == []


def test_a_caseload_is_kept_by_version_and_the_same_again_is_the_same(service: Service) -> None:
    first = service.post("/v1/caseloads", content=documents()[0])
    again = service.post("/v1/caseloads", content=documents()[0])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    data = json.loads(documents()[0])
    data["closures"] = ["2027-02-01"]
    service.house.clock.pass_(timedelta(seconds=1))
    other = service.post("/v1/caseloads", content=json.dumps(data).encode()).json()
    assert other["version"] == 2
    kept = Caseload.model_validate(service.get(f"/v1/caseloads/{other['id']}").json())
    assert [day.isoformat() for day in kept.closures] == ["2027-02-01"]
    listed = service.get("/v1/caseloads?limit=1").json()
    assert [one["version"] for one in listed["items"]] == [2]
    rest = service.get(f"/v1/caseloads?limit=1&after={listed['next']}").json()
    assert ([one["version"] for one in rest["items"]], rest["next"]) == ([1], None)


def test_every_fault_of_a_caseload_is_told_by_pointer_and_no_value_is_repeated(service: Service) -> None:
    data = json.loads(documents()[0])
    data["people"][0]["email"] = "Secret Name, no mailbox"
    data["plans"][0]["participants"][0]["person"] = "nobody-at-all"
    answer = service.post("/v1/caseloads", content=json.dumps(data).encode())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    pointers = {one["pointer"] for one in answer.json()["errors"]}
    assert {"/people/0/email", "/plans/0/participants/0/person"} <= pointers
    assert "Secret Name" not in answer.text
    assert service.get("/v1/caseloads").json()["items"] == []


def test_a_plan_is_asked_for_watched_and_read(service: Service) -> None:
    caseload = service.caseload()
    asked = service.post("/v1/calendars", json={"caseload": caseload, "seconds": 5})
    assert asked.status_code == 202
    where = asked.headers["location"]
    assert service.get(f"{where}/status").json()["state"] == "queued"
    assert service.get(where).status_code == 409
    with service.store.reading() as session:
        (job,) = session.scalars(select(Job)).all()
        assert (job.kind, job.subject, job.state) == ("plan", asked.json()["id"], "queued")
    made = service.calendar()
    read = service.get(f"/v1/calendars/{made}")
    assert read.headers["etag"].startswith('"1-')
    calendar = Calendar.model_validate(read.json())
    caseload_document = Caseload.model_validate_json(documents()[0])
    assert check_calendar(caseload_document, load_policy(caseload_document.authority), calendar).ok
    assert (
        service.get(f"/v1/calendars/{made}", headers={"If-None-Match": read.headers["etag"]}).status_code
        == 304
    )
    events = service.get(f"/v1/calendars/{made}/events").text
    assert [line for line in events.splitlines() if line.startswith("id:")] == ["id: 1", "id: 2"]
    later = service.get(f"/v1/calendars/{made}/events", headers={"Last-Event-ID": "1"}).text
    assert "completed" in later
    assert "queued" not in later
    analysis = service.get(f"/v1/calendars/{made}/analysis").json()
    assert analysis["kpis"]["meetings"] == len(calendar.meetings)
    assert "meetings" not in analysis


def test_publishing_queues_exactly_the_invites_that_changed(service: Service) -> None:
    calendar = service.calendar()
    first = service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    assert first.status_code == 200, first.text
    told = first.json()
    present = [
        place.person
        for one in service.document().meetings
        for place in one.attendees
        if place.status in ("attending", "remote", "deputy")
    ]
    assert told["letters"] == present.count("mother-2")
    assert told["requests"] + told["letters"] == len(present)
    again = service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'}).json()
    assert (again["requests"], again["cancels"], again["unchanged"]) == (0, 0, 0)
    option = service.elsewhere(service.first())
    options = service.options(service.first())
    accepted = service.post(
        f"/v1/rebookings/{options['id']}:accept",
        json={"option": option["number"]},
        headers={"If-Match": '"1"'},
    )
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["meeting"]["start"] == option["start"]
    stale = service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["revision"], stale.headers["etag"]) == (412, 2, '"2"')
    with service.store.writing() as session:
        for row in session.scalars(select(Message)):
            row.state, row.content = "sent", None
    changed = service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"2"'}).json()
    assert changed["requests"] + changed["letters"] == len(option["attendees"])
    with service.store.reading() as session:
        new = session.scalars(select(Message).where(Message.revision == 2)).all()
        assert {row.sequence for row in new} == {1}
        assert {row.meeting for row in new} == {service.first().id}
        sends = session.scalars(select(Job).where(Job.kind == "send")).all()
        assert len(sends) == 2, "the second publication changed nothing"


def test_letters_are_printed_and_handed_over(service: Service) -> None:
    calendar = service.calendar()
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    listed = service.get("/v1/messages?state=due&limit=500", role="support").json()
    letters = [one for one in listed["items"] if one["way"] == "letter"]
    assert {one["recipient"] for one in letters} == {"mother-2"}
    content = service.get(f"/v1/messages/{letters[0]['id']}/content", role="support")
    assert content.headers["content-type"] == "text/plain; charset=utf-8"
    assert "You are asked to a meeting." in content.text
    mail = next(one for one in listed["items"] if one["way"] == "mail")
    assert service.get(f"/v1/messages/{mail['id']}/content").headers["content-type"] == "message/rfc822"
    ids = [one["id"] for one in letters]
    given = service.post("/v1/messages:given", json={"messages": ids}, role="support")
    assert {one["state"] for one in given.json()} == {"given"}
    assert service.post("/v1/messages:given", json={"messages": ids}, role="support").status_code == 200
    assert service.get(f"/v1/messages/{ids[0]}/content").status_code == 404, (
        "it is not kept once it was given"
    )
    rest = service.get("/v1/messages?state=due&limit=500").json()["items"]
    assert {one["way"] for one in rest} == {"mail"}
    with service.store.writing() as session:
        for row in session.scalars(select(Message).where(Message.state == "due")):
            row.state = "sent"
    sent = service.post("/v1/messages:given", json={"messages": [mail["id"]]})
    assert (sent.status_code, sent.json()["type"]) == (409, "urn:convene:problem:not-due")
    assert service.get("/v1/messages?limit=1").json()["next"] is not None
    assert service.get("/v1/messages", role="worker").status_code == 403


def test_whoever_changes_a_calendar_says_which_one_they_have_seen(service: Service) -> None:
    calendar = service.calendar()
    path = f"/v1/calendars/{calendar}:publish"
    assert service.post(path).status_code == 428
    assert service.post(path, headers={"If-Match": "nonsense"}).status_code == 400
    assert service.post(path, headers={"If-Match": '"7"'}).status_code == 412
    assert service.post(path, headers={"If-Match": "*"}).status_code == 200


def test_the_same_request_again_is_done_once_and_answered_alike(service: Service) -> None:
    body = {"caseload": service.caseload(), "seconds": 5}
    key = {"Idempotency-Key": "one-and-only"}
    first = service.post("/v1/calendars", json=body, headers=key)
    for _ in range(9):
        again = service.post("/v1/calendars", json=body, headers=key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replay"] == "true"
        assert again.headers["location"] == first.headers["location"]
    assert len(service.get("/v1/calendars").json()["items"]) == 1
    other = service.post("/v1/calendars", json=body | {"seconds": 6}, headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:convene:problem:idempotency-key-reused"
    elses = service.post("/v1/calendars", json=body, headers=key, role="manager")
    assert elses.status_code == 202
    assert elses.json()["id"] != first.json()["id"], "a key is its owner's"


def test_an_accepted_option_is_answered_alike_though_the_calendar_has_moved_on(service: Service) -> None:
    service.calendar()
    options = service.options(service.first())
    key = {"Idempotency-Key": "accept-1", "If-Match": '"1"'}
    first = service.post(f"/v1/rebookings/{options['id']}:accept", json={"option": 1}, headers=key)
    again = service.post(f"/v1/rebookings/{options['id']}:accept", json={"option": 1}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    late = service.post(
        f"/v1/rebookings/{options['id']}:accept", json={"option": 1}, headers={"If-Match": '"1"'}
    )
    assert late.status_code == 412


def test_a_move_is_tried_then_made_and_stays_where_it_was_put(service: Service) -> None:
    calendar = service.calendar()
    meeting = service.first()
    option = service.elsewhere(meeting)
    there = {"start": option["start"], "venue": option["venue"], "today": "2027-01-04"}
    verdict = service.post(f"/v1/meetings/{meeting.id}/move:check", json=there).json()
    assert verdict["possible"]
    assert verdict["option"]["levels"] == option["levels"]
    assert service.get(f"/v1/calendars/{calendar}/status").json()["revision"] == 1
    night = service.post(f"/v1/meetings/{meeting.id}/move:check", json=there | {"start": "2027-01-12T03:00"})
    assert night.status_code == 200
    assert not night.json()["possible"]
    assert night.json()["reasons"], "and it says why"
    made = service.ask("PATCH", f"/v1/meetings/{meeting.id}", json=there, headers={"If-Match": '"1"'})
    assert made.status_code == 200, made.text
    assert made.headers["etag"] == '"2"'
    assert (made.json()["meeting"]["start"], made.json()["meeting"]["pinned"]) == (option["start"], True)
    read = Calendar.model_validate(service.get(f"/v1/calendars/{calendar}").json())
    version = service.get(f"/v1/calendars/{calendar}/revisions").json()[0]["caseload"]
    caseload = Caseload.model_validate(service.get(f"/v1/caseloads/{version}").json())
    assert check_calendar(caseload, load_policy(caseload.authority), read).ok
    refused = service.post(f"/v1/meetings/{meeting.id}/rebookings", json={"today": "2027-01-04"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:convene:problem:cannot-move")
    diff = service.get(f"/v1/calendars/{calendar}/diff?with=1").json()
    assert [one["meeting"] for one in diff["moved"]] == [meeting.id]


def test_changed_facts_become_a_version_of_the_caseload_with_the_calendar_they_make(service: Service) -> None:
    calendar = service.calendar()
    meeting = service.first()
    day = meeting.start.date().isoformat()
    away = [{"kind": "person_away", "person": "sw-2", "start": day, "end": day}]
    options = service.options(meeting, changes=away)
    assert options["rebooking"]["stands"] is False
    made = service.post(
        f"/v1/rebookings/{options['id']}:accept", json={"option": 1}, headers={"If-Match": '"1"'}
    )
    assert made.status_code == 200, made.text
    revisions = service.get(f"/v1/calendars/{calendar}/revisions").json()
    assert revisions[0]["caseload"] != revisions[1]["caseload"]
    caseload = Caseload.model_validate(service.get(f"/v1/caseloads/{revisions[0]['caseload']}").json())
    (worker,) = [one for one in caseload.people if one.id == "sw-2"]
    assert any(span.start.date().isoformat() == day for span in worker.busy)
    bad = service.post(
        f"/v1/meetings/{meeting.id}/rebookings", json={"changes": [{"kind": "person_away", "person": "x"}]}
    )
    assert (bad.status_code, bad.json()["type"]) == (422, "urn:convene:problem:bad-change")


def test_feeds_are_read_with_a_token_until_it_is_revoked(service: Service) -> None:
    calendar = service.calendar()
    given = service.post("/v1/feeds", json={"kind": "person", "subject": "sw-2"})
    assert given.status_code == 201
    path = given.json()["path"]
    assert service.client.get(path).status_code == 503, "nothing is published yet"
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    feed = service.client.get(path)
    assert feed.status_code == 200
    events = icalendar.Calendar.from_ical(feed.content).events
    expected = [
        one for one in service.document().meetings if any(place.person == "sw-2" for place in one.attendees)
    ]
    assert len(events) == len(expected)
    assert service.client.get(path, headers={"If-None-Match": feed.headers["etag"]}).status_code == 304
    other = path.replace("/sw-2/", "/hv-1/")
    assert service.client.get(other).status_code == 404
    assert service.post("/v1/feeds:revoke", json={"kind": "person", "subject": "sw-2"}).json() == {
        "tokens": 1
    }
    gone = service.client.get(path)
    never = service.client.get(path[:-3] + "abc")
    assert (gone.status_code, gone.content) == (404, never.content)


def test_a_feed_changes_only_for_those_whose_meetings_do(service: Service) -> None:
    calendar = service.calendar()
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    paths = {
        who: service.post("/v1/feeds", json={"kind": "person", "subject": who}).json()["path"]
        for who in ("sw-1", "sw-2")
    }
    before = {who: service.client.get(path).headers["etag"] for who, path in paths.items()}
    options = service.options(service.first())
    number = service.elsewhere(service.first())["number"]
    service.post(
        f"/v1/rebookings/{options['id']}:accept", json={"option": number}, headers={"If-Match": '"1"'}
    )
    assert {who: service.client.get(path).headers["etag"] for who, path in paths.items()} == before, (
        "not published yet"
    )
    service.house.clock.pass_(timedelta(hours=1))
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"2"'})
    after = {who: service.client.get(path).headers["etag"] for who, path in paths.items()}
    assert (after["sw-1"] == before["sw-1"], after["sw-2"] == before["sw-2"]) == (True, False)


def test_answers_are_in_the_calendar_and_a_decline_opens_a_rebooking(service: Service) -> None:
    calendar = service.calendar()
    service.post("/v1/webhooks", json={"url": "https://case.example/in", "events": ["rebooking.opened"]})
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    with service.store.writing() as session:
        for row in session.scalars(select(Message)):
            row.state, row.content = "sent", None
    with service.store.reading() as session:
        sent = {
            row.recipient: row
            for row in session.scalars(select(Message).where(Message.meeting == service.first().id))
        }
    before = service.get(f"/v1/calendars/{calendar}")
    at = service.house.clock.now().isoformat()
    answers = [
        {"uid": sent[who].uid, "attendee": sent[who].address, "answer": answer, "at": at}
        for who, answer in (("sw-2", "declined"), ("hv-1", "accepted"))
    ]
    taken = service.post("/v1/replies", json=answers)
    assert taken.status_code == 200, taken.text
    assert [(one["meeting"], one["person"], one["because"]) for one in taken.json()["open"]] == [
        (service.first().id, "sw-2", "declined")
    ]
    after = service.get(f"/v1/calendars/{calendar}", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200, "the tag tells answers too"
    assert "convene_answers{" in service.get("/metrics", role="admin").text
    read = Calendar.model_validate(after.json())
    (meeting,) = [one for one in read.meetings if one.id == service.first().id]
    said = {place.person: place.answer.status for place in meeting.attendees if place.answer is not None}
    assert said == {"sw-2": "declined", "hv-1": "accepted"}
    assert read.revision == 1
    again = service.post("/v1/replies", json=answers)
    assert service.get(f"/v1/calendars/{calendar}").content == after.content
    assert again.json()["counts"] != taken.json()["counts"]
    options = service.options(service.first(), without=[])
    moved = service.post(
        f"/v1/rebookings/{options['id']}:accept",
        json={"option": service.elsewhere(service.first())["number"]},
        headers={"If-Match": after.headers["etag"]},
    )
    assert moved.status_code == 200, moved.text
    assert service.get(f"/v1/calendars/{calendar}").json()["rebookings"] == []
    with service.store.reading() as session:
        told = [row.body["data"] for row in session.scalars(select(WebhookDelivery))]
    assert [(one["meeting"], one["because"]) for one in told] == [(service.first().id, "declined")]


def test_answers_are_for_a_team_of_the_callers(service: Service) -> None:
    nothing = [
        {"uid": "x", "attendee": "x@convene.example", "answer": "accepted", "at": "2027-01-04T12:00:00Z"}
    ]
    assert service.post("/v1/replies", json=nothing).status_code == 404
    for team in ("t", "u"):
        calendar = service.calendar(team)
        service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    assert service.post("/v1/replies", json=nothing).status_code == 422
    assert service.post("/v1/replies?team=u", json=nothing).status_code == 200
    assert service.post("/v1/replies?team=u", json=nothing, role="manager").status_code == 404
    assert service.post("/v1/replies", json=nothing, role="manager").status_code == 200
    assert service.post("/v1/replies", json=nothing, role="auditor").status_code == 403


def test_availability_replaces_what_its_source_said(service: Service) -> None:
    service.calendar()
    day = service.first().start
    event = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made up//EN\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20270101T000000Z\r\n"
        f"DTSTART:{day:%Y%m%d}T090000\r\nDTEND:{day:%Y%m%d}T170000\r\nSUMMARY:Secret appointment\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    path = "/v1/people/hv-1/availability?source=diary"
    headers = {"Content-Type": "text/calendar"}
    first = service.post(path, content=event.encode(), headers=headers)
    assert first.status_code == 200, first.text
    assert (first.json()["stretches"], first.json()["added"]) == (1, 1)
    document = service.get(f"/v1/caseloads/{first.json()['caseload']}").text
    assert "Secret appointment" not in document
    empty = event[: event.index("BEGIN:VEVENT")] + "END:VCALENDAR\r\n"
    second = service.post(path, content=empty.encode(), headers=headers)
    assert (second.json()["stretches"], second.json()["removed"]) == (0, 1)
    broken = service.post(path, content=b"BEGIN:VCALENDAR", headers=headers)
    assert broken.status_code == 422
    assert (
        service.post("/v1/people/nobody/availability", content=event.encode(), headers=headers).status_code
        == 404
    )


def test_tasks_and_figures_are_of_the_calendars_that_count(service: Service) -> None:
    meeting = service.first()
    owed = [
        Task(
            id=f"t-{day}",
            kind="minutes",
            meeting=meeting.id,
            owner=owner,
            due=date(2027, 2, day),
            source="B1",
            title="Minutes",
        )
        for day, owner in ((9, "sw-2"), (3, "hv-1"), (1, "sw-2"))
    ]
    calendar = service.calendar(document=service.document().model_copy(update={"tasks": tuple(owed)}))
    tasks = service.get("/v1/tasks").json()["items"]
    assert [(one["id"], one["calendar"]) for one in tasks] == [
        ("t-1", calendar),
        ("t-3", calendar),
        ("t-9", calendar),
    ]
    assert [one["id"] for one in service.get("/v1/tasks?owner=sw-2").json()["items"]] == ["t-1", "t-9"]
    assert [one["id"] for one in service.get("/v1/tasks?due_until=2027-02-03").json()["items"]] == [
        "t-1",
        "t-3",
    ]
    assert service.get("/v1/tasks?team=u").json()["items"] == []
    assert service.get("/v1/tasks").json()["next"] is None
    first = service.get("/v1/tasks?limit=2").json()
    rest = service.get(f"/v1/tasks?limit=2&after={first['next']}").json()
    assert [[one["id"] for one in page["items"]] for page in (first, rest)] == [["t-1", "t-3"], ["t-9"]]
    assert rest["next"] is None
    mine = service.get("/v1/tasks?owner=sw-2&limit=1").json()
    (last,) = service.get(f"/v1/tasks?owner=sw-2&limit=1&after={mine['next']}").json()["items"]
    assert (mine["items"][0]["id"], last["id"]) == ("t-1", "t-9")
    for cursor in ("x", "W10", "WyJhIiwiYiJd", last["id"], "W" * 299):
        refused = service.get(f"/v1/tasks?after={cursor}")
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:convene:problem:bad-cursor")
    figures = service.get("/v1/kpis").json()
    assert figures["t"]["kpis"]["meetings"] == len(service.document().meetings)


def test_the_audit_log_tells_who_did_what_and_who_looked(service: Service) -> None:
    calendar = service.calendar()
    service.get(f"/v1/calendars/{calendar}", role="auditor")
    entries = service.get("/v1/audit?limit=200", role="auditor").json()["items"]
    actions = [one["action"] for one in entries]
    assert actions[0] == "audit.read"
    assert {"caseload.write", "calendar.plan", "calendar.read"} <= set(actions)
    read = next(one for one in entries if one["action"] == "calendar.read")
    assert (read["role"], read["subject"], read["team"]) == ("auditor", calendar, "t")
    assert read["request"]
    page = service.get("/v1/audit?limit=2", role="auditor").json()
    rest = service.get(f"/v1/audit?limit=2&before={page['next']}", role="auditor").json()
    assert max(one["number"] for one in rest["items"]) < min(one["number"] for one in page["items"])


def test_another_teams_data_is_not_there(service: Service) -> None:
    mine = service.calendar("t")
    theirs = service.calendar("u")
    assert [one["id"] for one in service.get("/v1/calendars", role="manager").json()["items"]] == [mine]
    for path in (
        theirs,
        f"{theirs}/status",
        f"{theirs}/analysis",
        f"{theirs}/diff?with=1",
        f"{theirs}/revisions",
    ):
        assert service.get(f"/v1/calendars/{path}", role="manager").status_code == 404
    answer = service.post(f"/v1/calendars/{theirs}:publish", headers={"If-Match": "*"}, role="manager")
    never = service.post("/v1/calendars/never-was:publish", headers={"If-Match": "*"}, role="manager")
    assert (answer.status_code, answer.content) == (404, never.content)
    foreign = service.post("/v1/caseloads", content=documents("u")[0], role="manager")
    assert foreign.status_code == 404


def test_webhooks_are_queued_with_what_they_tell(service: Service) -> None:
    hook = service.post(
        "/v1/webhooks", json={"url": "https://case.example/in", "events": ["calendar.published"]}
    )
    assert hook.status_code == 201
    assert "secret" in hook.json()
    assert "secret" not in service.get("/v1/webhooks").json()[0]
    calendar = service.calendar()
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"'})
    with service.store.reading() as session:
        assert [job.kind for job in session.scalars(select(Job)) if job.kind == "webhooks"] == ["webhooks"]
    assert service.ask("DELETE", f"/v1/webhooks/{hook.json()['id']}").status_code == 204
    assert service.get("/v1/webhooks").json() == []
    plain = service.post(
        "/v1/webhooks", json={"url": "http://case.example/in", "events": ["calendar.published"]}
    )
    assert plain.status_code == 422


def test_figures_for_operators_are_of_the_whole_authority(service: Service) -> None:
    service.calendar()
    text = service.get("/metrics", role="admin").text
    assert 'convene_jobs{kind="plan",state="queued"} 1.0' in text
    assert 'convene_calendars{state="completed"} 1.0' in text
    assert service.get("/metrics", role="worker").status_code == 403


def test_figures_for_operators_are_told_without_reading_a_calendar(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.calendar()
    text = service.get("/metrics", role="admin").text
    gap, breaches = service.document().gap, len(service.document().breaches)

    def read(*_: object, **_more: object) -> None:
        pytest.fail("a calendar was read")

    with monkeypatch.context() as reading:
        reading.setattr(Calendar, "model_validate_json", read)
        again = service.get("/metrics", role="admin").text
    assert again == text
    assert f'convene_calendar_gap_ratio{{team="t"}} {float(gap)}' in text
    assert f'convene_calendar_breaches{{team="t"}} {float(breaches)}' in text
    # Of a calendar that an earlier version has made, they are worked out.
    with service.store.writing() as session:
        session.execute(update(Revision).values(counts=None))
    assert service.get("/metrics", role="admin").text == text


def test_life_and_readiness_need_nobody(service: Service) -> None:
    assert service.client.get("/healthz").json() == {"status": "ok"}
    assert service.client.get("/readyz").json() == {"status": "ready"}


def test_a_move_is_undone_and_undone_again_and_nobody_is_asked_twice(service: Service) -> None:
    calendar = service.calendar()
    meeting = service.first()
    option = service.elsewhere(meeting)
    there = {"start": option["start"], "venue": option["venue"], "today": "2027-01-04"}
    nothing = service.post(f"/v1/calendars/{calendar}:undo", headers={"If-Match": '"1"'})
    assert nothing.json()["type"] == "urn:convene:problem:nothing-to-undo"
    service.ask("PATCH", f"/v1/meetings/{meeting.id}", json=there, headers={"If-Match": '"1"'})
    assert service.post(f"/v1/calendars/{calendar}:undo").status_code == 428
    key = {"If-Match": '"2"', "Idempotency-Key": "once"}
    undone = service.post(f"/v1/calendars/{calendar}:undo", headers=key)
    assert undone.json() == {"calendar": calendar, "revision": 3, "meetings": [meeting.id]}
    again = service.post(f"/v1/calendars/{calendar}:undo", headers=key)
    assert (again.content, again.headers["idempotent-replay"]) == (undone.content, "true")
    stale = service.post(f"/v1/calendars/{calendar}:undo", headers={"If-Match": '"2"'})
    assert stale.status_code == 412
    read = Calendar.model_validate(service.get(f"/v1/calendars/{calendar}").json())
    assert read.meetings == service.document().meetings
    versions = service.get("/v1/caseloads").json()["items"]
    # All were given at the same moment of the test's clock.
    last = max(versions, key=lambda one: one["version"])
    latest = Caseload.model_validate(service.get(f"/v1/caseloads/{last['id']}").json())
    assert latest.booked == (), "what is planned from next doesn't have it pinned any more"
    assert service.post(f"/v1/calendars/{calendar}:undo", headers={"If-Match": '"3"'}).status_code == 200
    moved = next(
        one for one in service.get(f"/v1/calendars/{calendar}").json()["meetings"] if one["id"] == meeting.id
    )
    assert (moved["start"], moved["pinned"]) == (option["start"], True)
    # A meeting that is pinned may be moved again by whoever put it there, and isn't rebooked by itself.
    elsewhere = service.ask(
        "PATCH",
        f"/v1/meetings/{meeting.id}",
        json={"start": meeting.start.isoformat(), "venue": meeting.venue, "today": "2027-01-04"},
        headers={"If-Match": '"4"'},
    )
    assert elsewhere.json()["meeting"]["start"] == meeting.start.isoformat(timespec="minutes")
    service.post(f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"5"'})
    told = service.post(f"/v1/calendars/{calendar}:undo", headers={"If-Match": '"5"'})
    assert (told.status_code, told.json()["type"]) == (409, "urn:convene:problem:people-told")
