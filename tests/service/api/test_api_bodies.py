"""Bodies, headers and addresses that nobody should send: refused in words, never a fault, and nothing of them repeated."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from planned_app import PlannedApp
from raw_asgi import Got, ask

from service.api.document import committed
from service.store.engine import Store

Json = Any
SECRET = "Jemima-Puddleduck"
DEEP = 50_000


@pytest.fixture
def app(store: Store) -> PlannedApp:
    return PlannedApp(store)


def headers(app: PlannedApp, media: bytes = b"application/json", **more: bytes) -> list[tuple[bytes, bytes]]:
    found = [(name.lower().encode(), value.encode()) for name, value in app.headers.items()]
    return [
        *found,
        (b"content-type", media),
        *((name.replace("_", "-").encode(), value) for name, value in more.items()),
    ]


def check(got: Got, *expected: int) -> None:
    """A refusal, or an answer; no fault, no echo."""
    assert got.status < 500, got.body
    assert SECRET.encode() not in got.body
    assert all(SECRET not in value for value in got.headers.values())
    if got.status >= 400:
        assert got.headers["content-type"] == "application/problem+json"
        problem = jsonschema_rs.Draft202012Validator(committed()["components"]["schemas"]["Problem"])
        problem.validate(got.json())
    if expected:
        assert got.status in expected, (got.status, got.body[:500])


def post(app: PlannedApp, path: str, body: bytes, method: str = "POST", **more: Any) -> Got:
    length = str(len(body)).encode()
    return ask(app, method, path.encode(), headers(app, content_length=length, **more), [body])


def takers(app: PlannedApp) -> list[tuple[str, str, str, Json]]:
    """Every operation that takes JSON: its name, method, an address of it, and a body that is good for it."""
    found = []
    for path, item in committed()["paths"].items():
        for method, one in item.items():
            examples = (
                one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
            )
            if not examples:
                continue
            where = path
            for name, known in app.known.items():
                where = where.replace(f"{{{name}}}", known[0])
            body = list(examples.values())[-1]["value"]
            if "caseload" in body:
                body = body | {"caseload": app.known["caseload"][0]}
            found.append((one["operationId"], method.upper(), where, body))
    return found


WHOLE: dict[str, bytes] = {
    "nothing": b"",
    "a word": SECRET.encode(),
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "a huge number": b"9" * 5000,
    "a huge exponent": b'{"seconds": 1e999999}',
    "a text": json.dumps(SECRET).encode(),
    "a list": b"[]",
    "an object": b"{}",
    "a key that isn't known": json.dumps({"surprise": SECRET}).encode(),
    "lists in lists": b"[" * DEEP + b"]" * DEEP,
    "lists that don't end": b"[" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "NaN": b'{"seconds": NaN}',
    "infinity": b'{"seconds": Infinity}',
    "a key twice": json.dumps({"caseload": SECRET})[:-1].encode() + b', "caseload": "x"}',
    "no text": b'{"caseload": "\xff\xfe"}',
    "a surrogate as octets": b'{"caseload": "\xed\xa0\x80"}',
    "UTF-16": json.dumps({"caseload": SECRET}).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "ten thousand": json.dumps([{"uid": SECRET}] * 10_000).encode(),
    "a thousand keys": json.dumps({f"key-{n}": SECRET for n in range(1000)}).encode(),
    "a long text": json.dumps({"caseload": SECRET * 20_000}).encode(),
}
PARTS: tuple[Json, ...] = (
    None, True, -1, 10**400, float("nan"), float("inf"), "", SECRET, SECRET * 1000, f"\ud800{SECRET}", f"{SECRET}\0",
    [], {}, {"surprise": SECRET}, [SECRET] * 10_000,
)  # fmt: skip


def spoilt(body: Json) -> Iterator[bytes]:
    """A good body with one of its values put out for another, everywhere."""
    for steps in places(body):
        for part in PARTS:
            yield json.dumps(put(body, steps, part)).encode()


def places(value: Json, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if steps:
        yield steps
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for step, one in inner:
        yield from places(one, (*steps, step))


def put(value: Json, steps: tuple[Any, ...], part: Json) -> Json:
    if not steps:
        return part
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[steps[0]] = put(value[steps[0]], steps[1:], part)
    return changed


def test_bodies_that_are_no_request(app: PlannedApp, subtests: pytest.Subtests) -> None:
    for number, (name, body) in enumerate(WHOLE.items()):
        with subtests.test(name):
            for _, method, path, _ in takers(app):
                check(post(app, path, body, method, if_match=b"*", idempotency_key=b"key-%d" % number))


def test_good_bodies_with_one_thing_wrong(app: PlannedApp) -> None:
    for name, method, path, body in takers(app):
        if name != "store_caseload":
            for spoiling in spoilt(body):
                got = post(app, path, spoiling, method, if_match=b"*")
                # What was taken may be told again to whoever gave it; a refusal repeats nothing.
                assert got.status < 500, (name, spoiling[:300], got.body)
                if got.status >= 400:
                    check(got)


@pytest.mark.slow
def test_good_caseloads_with_one_thing_wrong(app: PlannedApp) -> None:
    (body,) = [body for name, _, _, body in takers(app) if name == "store_caseload"]
    for spoiling in spoilt(body):
        got = post(app, "/v1/caseloads", spoiling)
        assert got.status < 500, (spoiling[:300], got.body)
        if got.status >= 400:
            check(got)


@pytest.mark.parametrize("media", ["text/calendar", "message/rfc822"])
def test_texts_that_are_no_calendars(app: PlannedApp, media: str) -> None:
    for path in ("/v1/people/visitor/availability", "/v1/replies"):
        for body in (
            *WHOLE.values(),
            b"BEGIN:VCALENDAR\r\n" * 20_000,
            b"BEGIN:VEVENT\r\nSUMMARY:" + b"x" * 500_000,
        ):
            check(post(app, path, body, media=media.encode()))


def test_media_that_arent_taken(app: PlannedApp) -> None:
    for name, method, path, body in takers(app):
        for media in (
            b"text/html",
            b"application/xml",
            b"multipart/form-data",
            SECRET.encode(),
            b"",
            b"\xff",
            b"a/b" * 5000,
        ):
            got = post(
                app,
                path,
                json.dumps(body | {"surprise": SECRET} if isinstance(body, dict) else [SECRET]).encode(),
                method,
                media=media,
                if_match=b"*",
            )
            check(got)
            assert got.status >= 400, (name, media)


def test_packed_bodies_are_not_unpacked(app: PlannedApp) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    for encoding in (b"gzip", b"deflate", b"br", b"gzip, gzip", SECRET.encode()):
        check(post(app, "/v1/caseloads", bomb, content_encoding=encoding), 415)
    check(post(app, "/v1/caseloads", bomb), 400, 422)


def test_the_limit_is_to_the_octet_with_a_length_or_without(app: PlannedApp) -> None:
    most = app.service.settings.most_body
    for octets, expected in ((most, (422,)), (most + 1, (413,))):
        body = SECRET.encode() + b" " * (octets - len(SECRET))
        check(post(app, "/v1/caseloads", body), *expected)
        chunks = [body[at : at + 65_536] for at in range(0, octets, 65_536)]
        check(
            ask(app, "POST", b"/v1/caseloads", headers(app, transfer_encoding=b"chunked"), chunks), *expected
        )
    for length in (b"-1", b"1e3", b"0x10", b"9" * 30, b" 7", b"\xb2"):
        check(ask(app, "POST", b"/v1/caseloads", headers(app, content_length=length), [b"{}"]), 400, 413)


def test_a_body_without_end_takes_no_more_memory_than_one_may_have(app: PlannedApp) -> None:
    most = app.service.settings.most_body
    part = b"x" * 65_536
    endless = (part for _ in range(100_000))
    check(post(app, "/v1/caseloads", b"x"), 422)
    tracemalloc.start()
    try:
        # Of what is read, parts and the whole are there at once.
        check(ask_lazily(app, endless), 413)
        assert tracemalloc.get_traced_memory()[1] < 3 * most
    finally:
        tracemalloc.stop()


def ask_lazily(app: PlannedApp, parts: Iterator[bytes]) -> Got:
    class Lazy:
        def __iter__(self) -> Iterator[bytes]:
            return parts

    return ask(app, "POST", b"/v1/caseloads", headers(app, transfer_encoding=b"chunked"), Lazy())


def test_headers_that_nobody_should_send(app: PlannedApp, subtests: pytest.Subtests) -> None:
    calendar = b"/v1/calendars/" + app.known["calendar"][0].encode()
    values = (
        b"", b"\0", b"\x01\x1b[31m", b"\xff\xfe", b"a\tb", SECRET.encode() * 3000, b'"' * 100, b'W/"1"',
        b"\xed\xa0\x80",
    )  # fmt: skip
    for name in (
        b"idempotency-key", b"if-match", b"last-event-id", b"if-none-match", b"accept", b"cookie", b"x-request-id",
    ):  # fmt: skip
        with subtests.test(name.decode()):
            for value in values:
                given = [*headers(app, content_length=b"2"), (name, value)]
                check(ask(app, "POST", calendar + b":publish", given, [b"{}"]))
                check(ask(app, "GET", calendar + b"/events", given))
                check(ask(app, "GET", calendar, given))


def test_authorization_that_is_none(app: PlannedApp) -> None:
    for value in (
        b"",
        b"Bearer",
        b"Bearer \0",
        b"Bearer \xff",
        b"Basic " + SECRET.encode(),
        b"Bearer " + SECRET.encode() * 5000,
    ):
        check(ask(app, "GET", b"/v1/calendars", [(b"authorization", value)]), 401)
    twice = [*headers(app), *headers(app)]
    check(ask(app, "GET", b"/v1/calendars", twice), 401)


WORDS = (
    b"%00",
    b"%ff",
    b"%ed%a0%80",
    b"%2e%2e%2f",
    b"%0d%0aX:%20y",
    b"%F0%9F%98%80",
    b"a" * 3000,
    SECRET.encode(),
    b"%25",
    b"*",
    b"9" * 400,
)


def test_addresses_that_lead_nowhere(app: PlannedApp) -> None:
    places = [
        b"/v1/caseloads/%s", b"/v1/calendars/%s", b"/v1/calendars/%s/status", b"/v1/calendars/%s/events",
        b"/v1/calendars/%s/revisions", b"/v1/meetings/%s", b"/v1/meetings/%s.ics", b"/v1/rebookings/%s",
        b"/v1/people/%s/calendar.ics?token=x", b"/%s", b"/v1/%s",
    ]  # fmt: skip
    for place in places:
        for word in WORDS:
            got = ask(app, "GET", place % word, headers(app))
            check(got, 400, 404, 422)


def test_queries_that_mean_nothing(app: PlannedApp) -> None:
    calendar = app.known["calendar"][0].encode()
    asked = (
        b"/v1/caseloads?team=%s", b"/v1/caseloads?after=%s", b"/v1/caseloads?limit=%s", b"/v1/tasks?owner=%s",
        b"/v1/tasks?due_until=%s", b"/v1/kpis?team=%s", b"/v1/calendars/" + calendar + b"?revision=%s",
        b"/v1/calendars/" + calendar + b"/diff?with=%s", b"/v1/meetings/plan-a.core_group.1?calendar=%s",
        b"/v1/people/visitor/calendar.ics?token=%s", b"/v1/calendars?%s",
    )  # fmt: skip
    for one in asked:
        for word in WORDS:
            check(ask(app, "GET", one % word, headers(app)))
    many = b"&".join(b"team=x%d" % n for n in range(5000))
    check(ask(app, "GET", b"/v1/caseloads?" + many, headers(app)))
    for path in (
        b"/v1/replies?team=%s",
        b"/v1/people/visitor/availability?team=%s",
        b"/v1/people/visitor/availability?source=%s",
        b"/v1/people/%s/availability",
    ):
        for word in WORDS:
            check(
                ask(
                    app,
                    "POST",
                    path % word,
                    headers(app, b"text/calendar", content_length=b"15"),
                    [b"BEGIN:VCALENDAR"],
                )
            )
