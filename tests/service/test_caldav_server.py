"""Pushing to real servers, and what a client must not do to anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from caldav_servers import ACCOUNTS, NAMES, mailbox, running
from caldav_servers import Server as Real

from calendars.components import Event
from calendars.lint import lint
from calendars.stored import read_stored, same, stored
from service.caldav_push.account import Account, AccountError, read_account
from service.caldav_push.collection import (
    ChangedError,
    CollectionError,
    NotAllowedError,
    UidTakenError,
)
from service.caldav_push.push import Wanted, name_of, push
from service.caldav_push.server import Server, ServerCollection
from service.caldav_push.session import Session
from service.output.identity import uid

KEY = b"k" * 32
ZONE = "Europe/London"
OWNER = mailbox("alex")
DENTIST = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:mine\r\nBEGIN:VEVENT\r\nUID:dentist\r\nDTSTAMP:20260101T000000Z\r\n"
    b"DTSTART:20261110T100000Z\r\nDTEND:20261110T110000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def one(number: int, hour: int = 10, **changes: Any) -> Event:
    start = datetime(2026, 11, 10, hour)
    values: dict[str, Any] = {
        "uid": uid(KEY, "meeting", str(number)),
        "sequence": 0,
        "stamp": datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        "start": start,
        "end": start + timedelta(hours=1),
        "summary": "Meeting, ref 7F3K",
        "organiser": mailbox("team"),
        "location": "Room 4; 1, Made-up Square",
        "description": "You chair.\nTake a pen, and paper; é, 中, 🙂.",
    }
    return Event(**(values | changes))


_OPEN: list[Session] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """No session outlives its test."""
    yield
    while _OPEN:
        _OPEN.pop().close()


@pytest.fixture(params=NAMES)
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Real]:
    with running(request.param, tmp_path) as server:
        yield server


@pytest.fixture
def xandikos(tmp_path: Path) -> Iterator[Real]:
    with running("xandikos", tmp_path) as server:
        yield server


def session(real: Real, account: str = "alex", **changes: Any) -> Session:
    given: dict[str, Any] = {"user": account, "password": ACCOUNTS[account]}
    _OPEN.append(Session(Account(real.url, **(given | changes)), allow_private=True))
    return _OPEN[-1]


def collection(real: Real, url: str, account: str = "alex") -> ServerCollection:
    return Server(url, session(real, account)).collection(url)


def bring(
    real: Real, url: str, *events: Event, attendee: str | None = OWNER, account: str = "alex"
) -> list[str]:
    meetings = [Wanted(event, attendee) for event in events]
    return sorted(step.action for step in push(collection(real, url, account), meetings, zone=ZONE, key=KEY))


# Finding a calendar


def test_a_calendar_is_found_from_the_server_the_account_and_itself(real: Real) -> None:
    url = real.calendar("alex")
    addresses = frozenset({OWNER} if real.name == "xandikos" else set())
    for address, name in (
        (real.url, "work"),
        (real.url, "Work"),
        (real.url.rstrip("/"), "work"),
        (f"{real.url}alex/", "work"),
        (real.home("alex"), "work"),
        (url, None),
        (url.rstrip("/"), None),
    ):
        found = Server(address, session(real)).find(name)
        assert (found.url, found.addresses) == (url, addresses)


def test_a_choice_is_asked_for_and_a_name_that_is_none_told(real: Real) -> None:
    for name in ("work", "home"):
        real.calendar("alex", name)
    server = Server(real.url, session(real))
    with pytest.raises(CollectionError, match=r'choose one of .*"Home", "Work"'):
        server.find()
    with pytest.raises(CollectionError, match=r'no calendar is called so, but .*"Home", "Work"'):
        server.find("play")
    with pytest.raises(CollectionError, match="leave out which"):
        Server(real.home("alex") + "work/", session(real)).find("work")


def test_an_account_without_a_calendar_is_told(tmp_path: Path) -> None:
    with (
        running("radicale", tmp_path) as real,
        pytest.raises(CollectionError, match="no calendar for meetings"),
    ):
        Server(real.url, session(real)).find()


@pytest.mark.parametrize("path", ["alex/nothing/", "alex/nothing/here.ics"])
def test_where_nothing_is_that_is_told(real: Real, path: str) -> None:
    with pytest.raises(CollectionError, match="calendar"):
        Server(real.url + path, session(real)).find()


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"user": "nobody"}, {"user": None, "password": None}]
)
def test_a_wrong_password_is_told_and_not_repeated(real: Real, changes: dict[str, Any]) -> None:
    url = real.calendar("alex")
    for address in (real.url, url):
        with pytest.raises(CollectionError) as caught:
            Server(address, session(real, **changes)).find()
        assert "name and password" in str(caught.value)
        assert not any(word in str(caught.value) for word in ("wrong", "alex", "nobody", "127.0.0.1", "http"))


# Writing


def test_meetings_are_created_updated_deleted_and_kept(real: Real) -> None:
    url = real.calendar("alex")
    real.put("alex", url + "own.ics", DENTIST).raise_for_status()
    own = real.objects("alex", url)["own.ics"]
    assert bring(real, url, one(1), one(2), one(3)) == ["created"] * 3
    first = real.objects("alex", url)
    assert bring(real, url, one(1), one(2), one(3)) == ["kept"] * 3
    assert real.objects("alex", url) == first
    assert bring(real, url, one(1), one(2, hour=14, sequence=1), one(4)) == [
        "created", "deleted", "kept", "updated",
    ]  # fmt: skip
    last = real.objects("alex", url)
    assert last.keys() == {"own.ics", *(name_of(one(number).uid) for number in (1, 2, 4))}
    assert last["own.ics"] == own
    assert last[name_of(one(1).uid)] == first[name_of(one(1).uid)]
    for event in (one(1), one(2, hour=14, sequence=1), one(4)):
        data = last[name_of(event.uid)][1]
        assert lint(data, kind="stored") == []
        assert same(read_stored(data), read_stored(stored(event, zone=ZONE, attendee=OWNER)))


def test_what_its_owner_changed_is_set_back_and_their_alarm_kept(real: Real) -> None:
    url = real.calendar("alex")
    bring(real, url, one(1), attendee=None)
    name = name_of(one(1).uid)
    data = real.objects("alex", url)[name][1]
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"
    theirs = data.replace(b"20261110T1", b"20261111T1").replace(b"END:VEVENT", alarm + b"END:VEVENT")
    real.put("alex", url + name, theirs).raise_for_status()
    assert bring(real, url, one(1), attendee=None) == ["set back"]
    found = read_stored(real.objects("alex", url)[name][1])
    assert not found.edited
    assert len(found.alarms) == 1
    assert bring(real, url, one(1), attendee=None) == ["kept"]


def test_a_uid_that_is_elsewhere_is_left_there(real: Real) -> None:
    url = real.calendar("alex")
    there = DENTIST.replace(b"UID:dentist", b"UID:" + one(1).uid.encode())
    real.put("alex", url + "by-mail.ics", there).raise_for_status()
    before = real.objects("alex", url)
    assert bring(real, url, one(1)) == ["invited"]
    assert real.objects("alex", url) == before


def test_what_is_not_as_it_was_read_is_not_written_over(real: Real) -> None:
    url = real.calendar("alex")
    bring(real, url, one(1))
    name = name_of(one(1).uid)
    etag = real.objects("alex", url)[name][0]
    there = collection(real, url)
    assert there.etags() == {name: etag}
    data = stored(one(1, hour=12), zone=ZONE, attendee=None)
    with pytest.raises(ChangedError):
        there.write(name, data, None)
    with pytest.raises(ChangedError):
        there.write(name, data, '"other"')
    with pytest.raises(ChangedError):
        there.remove(name, '"other"')
    with pytest.raises(UidTakenError):
        there.write("another.ics", data, None)
    there.remove(name, etag)
    there.remove(name, etag)
    with pytest.raises(ChangedError):
        there.write(name, data, etag)
    assert there.etags() == {}
    assert there.read([name]) == {}


def test_calendars_one_after_the_other_leave_the_last_and_what_is_the_owners(real: Real) -> None:
    url = real.calendar("alex")
    real.put("alex", url + "own.ics", DENTIST).raise_for_status()
    own = real.objects("alex", url)["own.ics"]
    chance = Random(7)
    for sequence in range(6):
        events = [
            one(number, chance.randint(8, 17), sequence=sequence)
            for number in chance.sample(range(8), chance.randint(0, 6))
        ]
        attendee = chance.choice([OWNER, None])
        bring(real, url, *events, attendee=attendee)
        found = real.objects("alex", url)
        assert found.pop("own.ics") == own
        assert found.keys() == {name_of(event.uid) for event in events}
        for event in events:
            said = read_stored(found[name_of(event.uid)][1])
            assert same(said, read_stored(stored(event, zone=ZONE, attendee=attendee)))
        assert bring(real, url, *events, attendee=attendee) == ["kept"] * len(events)
    assert_nobody_was_told(real)


# No server sends anything


def assert_nobody_was_told(real: Real) -> None:
    assert real.mail == []
    assert [real.inbox(account) for account in ACCOUNTS] == [{}, {}, {}]


def test_no_message_comes_of_a_push(real: Real) -> None:
    url = real.calendar("alex")
    bring(real, url, one(1), one(2))
    bring(real, url, one(1, hour=14), one(2, location="Room 5"))
    bring(real, url, one(1, hour=14), attendee=None)
    bring(real, url)
    assert_nobody_was_told(real)


def test_an_answer_that_is_kept_is_not_sent_again(xandikos: Real) -> None:
    """xandikos sends the owner's answer when they give it; our update must not be another one."""
    url = xandikos.calendar("alex")
    bring(xandikos, url, one(1))
    name = name_of(one(1).uid)
    data = xandikos.objects("alex", url)[name][1].replace(b"\r\n ", b"")
    accepted = data.replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")
    xandikos.put("alex", url + name, accepted).raise_for_status()
    sent = xandikos.inbox("team")
    assert len(sent) == 1  # by the server, as its owner answered there: so this server does schedule
    for event in (one(1, description="You take the minutes."), one(1, location="Room 5"), one(1, hour=14)):
        assert bring(xandikos, url, event) == ["updated"]
    bring(xandikos, url)
    assert xandikos.inbox("team") == sent
    assert xandikos.mail == []


def test_a_server_that_schedules_whatever_it_is_told_has_nothing_to_schedule(xandikos: Real) -> None:
    url = xandikos.calendar("team")
    xandikos.put("team", url + "x.ics", stored(one(1), zone=ZONE, attendee="quinn@elsewhere.example"))
    assert len(xandikos.mail) == 1  # in the organiser's own calendar, and though SCHEDULE-AGENT=CLIENT
    bring(xandikos, url, one(2), attendee=None, account="team")
    bring(xandikos, url, one(2, hour=12), attendee=None, account="team")
    bring(xandikos, url, attendee=None, account="team")
    assert len(xandikos.mail) == 1


# What a client must not do


def answering(
    *answers: httpx.Response | Callable[[httpx.Request], httpx.Response],
) -> tuple[Session, list[httpx.Request]]:
    """A session whose server answers so, one after the other; and what it was asked."""
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        made = left.pop(0)
        return made(request) if callable(made) else made

    account = Account("https://calendar.example/alex/", "alex", "secret")
    made = Session(account, transport=httpx.MockTransport(answer), resolver=lambda host, port: ["192.0.0.9"])
    return made, asked


MULTISTATUS = (
    '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>{href}</D:href><D:propstat>'
    "<D:prop>{prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
)


def multistatus(href: str, prop: str) -> httpx.Response:
    text = MULTISTATUS.format(href=href, prop=prop)
    return httpx.Response(207, text=text, headers={"Content-Type": "application/xml"})


CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"


def test_the_well_known_address_is_asked_where_the_root_knows_nothing() -> None:
    made, asked = answering(
        httpx.Response(405),
        httpx.Response(301, headers={"Location": "/dav/"}),
        multistatus(
            "/dav/", "<D:current-user-principal><D:href>/dav/alex/</D:href></D:current-user-principal>"
        ),
        multistatus("/dav/alex/", "<C:calendar-home-set><D:href>/dav/cal/</D:href></C:calendar-home-set>"),
        multistatus("/dav/cal/office/", CALENDAR),
        multistatus(
            "/dav/alex/",
            "<C:calendar-user-address-set><D:href>MAILTO:Alex%40x@convene.example</D:href><D:href>/dav/alex/</D:href>"
            "</C:calendar-user-address-set>",
        ),
    )
    found = Server("https://calendar.example/", made).find()
    assert found.url == "https://calendar.example/dav/cal/office/"
    assert found.addresses == {"alex@x@convene.example"}
    assert [request.url.path for request in asked] == [
        "/", "/.well-known/caldav", "/dav/", "/dav/alex/", "/dav/cal/", "/dav/alex/",
    ]  # fmt: skip


def test_a_list_of_tasks_is_no_calendar_to_choose() -> None:
    kinds = "<C:supported-calendar-component-set>{}</C:supported-calendar-component-set>"
    homes = multistatus(
        "/alex/", "<C:calendar-home-set><D:href>/a/</D:href><D:href>/b/</D:href></C:calendar-home-set>"
    )
    made, _ = answering(
        homes,
        multistatus("/a/tasks/", CALENDAR + kinds.format('<C:comp name="VTODO"/>')),
        multistatus("/b/office/", CALENDAR + kinds.format('<C:comp name="VTODO"/><C:comp name="VEVENT"/>')),
    )
    assert Server("https://calendar.example/alex/", made).find().url == "https://calendar.example/b/office/"


@pytest.mark.parametrize(
    "answers",
    [
        [httpx.Response(302, headers={"Location": "https://other.example/alex/"})],
        [httpx.Response(302, headers={"Location": "http://calendar.example/alex/"})],
        [httpx.Response(302, headers={"Location": "https://calendar.example:8443/alex/"})],
        [
            multistatus(
                "/", "<C:calendar-home-set><D:href>https://other.example/</D:href></C:calendar-home-set>"
            )
        ],
    ],
)
def test_a_password_goes_to_no_other_server(answers: list[httpx.Response]) -> None:
    made, asked = answering(*answers)
    with pytest.raises(CollectionError, match="another server"):
        Server("https://calendar.example/alex/", made).find()
    assert len(asked) == 1
    assert "Authorization" not in asked[0].headers


def test_redirects_come_to_an_end() -> None:
    made, asked = answering(*[httpx.Response(302, headers={"Location": "/alex/"})] * 9)
    with pytest.raises(CollectionError):
        Server("https://calendar.example/alex/", made).find()
    assert len(asked) == 5


def test_a_writing_request_is_not_sent_on() -> None:
    made, asked = answering(httpx.Response(307, headers={"Location": "/elsewhere.ics"}))
    with pytest.raises(CollectionError, match="status 307"):
        Server("https://calendar.example/", made).collection("https://calendar.example/c/").write(
            "x", b"", None
        )
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("challenge", "times", "sent"),
    [
        ('Basic realm="x"', 1, "Basic YWxleDpzZWNyZXQ="),
        ('Digest realm="x", nonce="n", qop="auth"', 2, "Digest "),
    ],
)
def test_the_password_is_sent_when_it_is_asked_for_and_as_it_is(
    challenge: str, times: int, sent: str
) -> None:
    refused = httpx.Response(401, headers={"WWW-Authenticate": challenge})
    made, asked = answering(*[refused] * times, multistatus("/alex/", CALENDAR))
    Server("https://calendar.example/alex/", made).find()
    assert "Authorization" not in asked[0].headers
    assert asked[-1].headers["Authorization"].startswith(sent)
    assert "secret" not in asked[-1].headers["Authorization"]


def test_a_token_is_sent_as_one() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return multistatus("/alex/", CALENDAR)

    account = Account("https://calendar.example/alex/", token="t0ken")
    made = Session(account, transport=httpx.MockTransport(answer), resolver=lambda host, port: ["192.0.0.9"])
    Server(account.url, made).find()
    assert asked[0].headers["Authorization"] == "Bearer t0ken"
    assert "t0ken" not in repr(account)


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "169.254.169.254"])
def test_a_private_address_is_refused_unless_it_is_allowed(private: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return multistatus("/alex/", CALENDAR)

    account = Account("http://calendar.example/alex/", "alex", "secret")
    for allowed in (True, False):
        made = Session(
            account,
            allow_private=allowed,
            transport=httpx.MockTransport(answer),
            resolver=lambda host, port: [private],
        )
        if allowed:
            assert Server(account.url, made).find().url == account.url
        else:
            with pytest.raises(CollectionError, match="--allow-private"):
                Server(account.url, made).find()


def test_without_tls_no_password_goes_over_the_internet() -> None:
    account = Account("http://calendar.example/alex/", "alex", "secret")
    made = Session(account, allow_private=True, resolver=lambda host, port: ["192.0.0.9"])
    with pytest.raises(CollectionError, match="must begin with https"):
        Server(account.url, made).find()


def test_another_address_of_the_server_is_tried() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if request.url.host == "2001:4860::1":
            raise httpx.ConnectError("no route", request=request)
        return multistatus("/alex/", CALENDAR)

    account = Account("https://calendar.example/alex/", "alex", "secret")
    made = Session(
        account,
        transport=httpx.MockTransport(answer),
        resolver=lambda host, port: ["2001:4860::1", "192.0.0.9"],
    )
    assert Server(account.url, made).find().url == account.url
    assert asked == ["2001:4860::1", "192.0.0.9"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Alex, sign in</html>", headers={"Content-Type": "text/html"}),
        httpx.Response(207, text="<broken", headers={"Content-Type": "application/xml"}),
        httpx.Response(207, text="<D:multistatus xmlns:D='DAV:'/>", headers={"Content-Type": "text/xml"}),
        httpx.Response(207, content=b""),
        httpx.Response(200, text="plain Alex", headers={"Content-Type": "text/plain"}),
        httpx.Response(500, text="secret of Alex"),
        httpx.Response(429, headers={"Retry-After": "9"}),
        httpx.Response(503, headers={"Retry-After": "9"}),
        httpx.Response(401),
        httpx.Response(403, text="secret of Alex"),
    ],
)
def test_an_answer_that_is_none_is_told_and_not_repeated(
    answer: httpx.Response, caplog: pytest.LogCaptureFixture
) -> None:
    made, _ = answering(answer, answer)
    with caplog.at_level(logging.INFO), pytest.raises(CollectionError) as caught:
        Server("https://calendar.example/alex/", made).find()
    assert not any(word in str(caught.value) for word in ("Alex", "alex", "secret", "calendar.example"))
    assert "Alex" not in caplog.text
    assert "calendar.example" not in caplog.text


def test_an_answer_without_end_is_cut_off() -> None:
    def much(request: httpx.Request) -> httpx.Response:
        return httpx.Response(207, content=(b"x" * 1_000_000 for _ in range(100)))

    made, _ = answering(much)
    with pytest.raises(CollectionError, match="too long"):
        Server("https://calendar.example/alex/", made).find()


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_server_that_fails_is_told_without_its_address(error: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("calendar.example failed", request=request)

    made, _ = answering(fail)
    with pytest.raises(CollectionError, match="server") as caught:
        Server("https://calendar.example/alex/", made).find()
    assert "calendar.example" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (412, "", ChangedError),
        (409, "<C:no-uid-conflict/>", UidTakenError),
        (403, "<C:unique-scheduling-object-resource/>", UidTakenError),
        (403, "<C:allowed-attendee-scheduling-object-change/>", NotAllowedError),
        (412, "<attendee-allowed/>", NotAllowedError),
        (403, "", CollectionError),
        (507, "", CollectionError),
    ],
)
def test_refusals_are_told_apart(status: int, text: str, error: type[Exception]) -> None:
    made, asked = answering(httpx.Response(status, text=text))
    there = Server("https://calendar.example/", made).collection("https://calendar.example/c")
    with pytest.raises(error) as caught:
        there.write("ab.ics", b"x", '"etag"')
    assert type(caught.value) is error
    assert str(asked[0].url).endswith("/c/ab.ics")
    assert asked[0].headers["If-Match"] == '"etag"'


def test_a_deletion_tells_nobody_and_takes_what_was_read() -> None:
    made, asked = answering(httpx.Response(204), httpx.Response(404))
    there = Server("https://calendar.example/", made).collection("https://calendar.example/c/")
    there.remove("x.ics", '"etag"')
    there.remove("x.ics", '"etag"')  # gone by now, as it should be
    assert asked[0].headers["Schedule-Reply"] == "F"
    assert asked[0].headers["If-Match"] == '"etag"'


# Settings


def test_an_account_is_read_from_the_address_and_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pass word\r\n")
    found = read_account(
        "https://al%40ex@calendar.example:8443/a?b#c", {"CONVENE_CALDAV_PASSWORD_FILE": str(secret)}
    )
    assert found == Account("https://calendar.example:8443/a?b", "al@ex", "pass word")
    assert "pass word" not in repr(found)
    found = read_account(
        "https://[2001:db8::1]", {"CONVENE_CALDAV_USER": "alex", "CONVENE_CALDAV_PASSWORD": " x "}
    )
    assert found == Account("https://[2001:db8::1]/", "alex", " x ")
    assert read_account("https://calendar.example", {"CONVENE_CALDAV_TOKEN": "t"}).token == "t"


@pytest.mark.parametrize(
    ("url", "environment", "fault"),
    [
        ("ftp://calendar.example/", {}, "https://"),
        ("calendar.example", {}, "https://"),
        ("https://", {}, "https://"),
        ("https://calendar.example:x/", {}, "can't be read"),
        ("https://alex:topsecret@calendar.example/", {}, "seen by others"),
        ("https://calendar.example/", {"PASSWORD": "topsecret"}, "CONVENE_CALDAV_USER is not set"),
        ("https://alex@calendar.example/", {}, "there is no password"),
        ("https://alex@calendar.example/", {"PASSWORD": "topsecret", "TOKEN": "topsecret"}, "one of them"),
        ("https://alex@calendar.example/", {"PASSWORD": "topsecret", "PASSWORD_FILE": "x"}, "one of them"),
        ("https://alex@calendar.example/", {"PASSWORD_FILE": "/nowhere"}, "can't be read"),
        ("https://calendar.example/", {"CA_FILE": "/nowhere"}, "no certificates"),
    ],
)
def test_settings_that_cannot_be_used_are_told(url: str, environment: dict[str, str], fault: str) -> None:
    with pytest.raises(AccountError, match=fault) as caught:
        read_account(url, {f"CONVENE_CALDAV_{name}": value for name, value in environment.items()})
    assert "topsecret" not in str(caught.value)
