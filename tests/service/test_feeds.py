from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from folder_feeds import FolderSource
from hypothesis import given, settings
from hypothesis import strategies as st
from ics_cases import CREATED, calendar, family, meeting, place, split_meeting

from calendars.lint import lint
from service.feeds.answers import answer
from service.feeds.feed import Feed, Subject, feed_of, make_feed
from service.feeds.source import SourceError
from service.output.render import Renderer

WHEN = datetime(2026, 11, 1, 9, 30, 15, tzinfo=UTC)
FEED = make_feed(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", WHEN)
GZIP = f'{FEED.etag[:-1]}-gzip"'
MOTHER = Subject("person", "mother-1")


def feed(subject: Subject, *meetings: object) -> Feed:
    caseload = family()
    made = Renderer(caseload, calendar(*meetings))  # type: ignore[arg-type]
    return feed_of(subject, made, zone=caseload.timezone, last_modified=WHEN)


# What is in a feed


@pytest.mark.parametrize("kind", ["person", "team", "venue"])
def test_a_feed_is_a_file_without_fault(kind: str) -> None:
    subject = Subject(kind, {"person": "sw-1", "team": "yew", "venue": "room"}[kind])  # type: ignore[arg-type]
    content = feed(subject, meeting(1), meeting(2, "2026-11-17T10:00")).content
    assert lint(content, kind="feed") == []
    assert content.count(b"BEGIN:VEVENT") == 2
    assert b"\r\nMETHOD:PUBLISH\r\n" in content


def test_a_room_has_the_meetings_that_are_in_it_and_a_protected_place_has_none() -> None:
    both = meeting(1), meeting(2, "2026-11-17T10:00", venue="refuge")
    assert feed(Subject("venue", "room"), *both).content.count(b"BEGIN:VEVENT") == 1
    assert feed(Subject("venue", "refuge"), *both).content.count(b"BEGIN:VEVENT") == 0


def test_a_person_sees_their_own_sitting_and_nobody_elses() -> None:
    content = feed(MOTHER, split_meeting()).content
    assert lint(content, kind="feed", forbidden=["Person 22", "father", "sw-1", "Testworker"]) == []
    assert b"DTSTART;TZID=Europe/London:20261110T100000" in content


def test_who_has_no_meeting_has_an_empty_feed() -> None:
    content = feed(Subject("person", "tm-1"), meeting()).content
    assert content.count(b"BEGIN:VEVENT") == 0
    assert content.startswith(b"BEGIN:VCALENDAR")


def test_the_tag_is_of_the_content_and_nothing_else() -> None:
    one, same, other = feed(MOTHER, meeting()), feed(MOTHER, meeting()), feed(MOTHER, meeting(2))
    assert one.etag == same.etag != other.etag
    assert make_feed(one.content, WHEN + timedelta(days=1)).etag == one.etag


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        make_feed(b"", datetime(2026, 11, 1))


def test_a_time_is_kept_in_utc_by_the_second() -> None:
    given = datetime(2026, 11, 1, 11, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))
    assert make_feed(b"", given).last_modified == WHEN


# How it is answered


def test_it_is_answered_whole() -> None:
    made = answer(FEED, {})
    assert (made.status, made.body) == (200, FEED.content)
    assert made.headers == {
        "ETag": FEED.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding",
        "Referrer-Policy": "no-referrer",
        "Last-Modified": "Sun, 01 Nov 2026 09:30:15 GMT",
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'attachment; filename="meetings.ics"',
        "Content-Length": str(len(FEED.content)),
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("x-gzip", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=high", False),
        ("*, gzip;q=0", False),
        ("br", False),
    ],
)
def test_it_is_packed_where_that_is_accepted(accepted: str, packed: bool) -> None:
    made = answer(FEED, {"accept-encoding": accepted})
    assert made.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(made.body) if packed else made.body) == FEED.content
    assert made.headers["Content-Length"] == str(len(made.body))
    assert made.headers["ETag"] == (GZIP if packed else FEED.etag)
    assert not packed or made.body[4:8] == bytes(
        4
    )  # no time of packing: the same content gives the same bytes


@pytest.mark.parametrize(
    "tags",
    [
        FEED.etag,
        f"W/{FEED.etag}",
        GZIP,
        f'"other", {FEED.etag}',
        f'W/"other" ,\t{FEED.etag},',
        f', "a,b", W/{GZIP}',
        "*",
        " * ",
    ],
)
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_who_has_it_is_told_so(tags: str, encoding: str) -> None:
    made = answer(FEED, {"if-none-match": tags, "accept-encoding": encoding})
    assert (made.status, made.body) == (304, b"")
    assert made.headers == {
        "ETag": GZIP if encoding else FEED.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding",
        "Referrer-Policy": "no-referrer",
    }


@pytest.mark.parametrize(
    "tags",
    [
        "",
        '"other"',
        FEED.etag.strip('"'),
        f'w/{FEED.etag}, "x"',
        f"{FEED.etag} {FEED.etag}",
        f'"x", *, {FEED.etag}',
        f'"x{FEED.etag}',
        '"' * 9_000,
        ", " * 5_000,
    ],
)
def test_who_has_something_else_or_says_nothing_that_can_be_read_gets_it(tags: str) -> None:
    now = format_datetime(WHEN, usegmt=True)
    # The tag decides where there is one, whatever the time (RFC 9110 section 13.2.2).
    assert answer(FEED, {"if-none-match": tags, "if-modified-since": now}).status == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 01 Nov 2026 09:30:15 GMT", 304),
        ("Sun, 01 Nov 2026 09:30:16 GMT", 304),
        ("Sunday, 01-Nov-26 09:30:15 GMT", 304),
        ("Sun Nov  1 09:30:15 2026", 304),
        ("Sun, 01 Nov 2026 09:30:14 GMT", 200),
        ("yesterday", 200),
        ("", 200),
        ("Sun, 99 Nov 2026 09:30:15 GMT", 200),
    ],
)
def test_without_tags_the_time_counts(since: str, status: int) -> None:
    assert answer(FEED, {"if-modified-since": since}).status == status


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["if-none-match", "if-modified-since", "accept-encoding"]), st.text()))
def test_no_header_breaks_it(headers: dict[str, str]) -> None:
    assert answer(FEED, headers).status in {200, 304}


# A plan's folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    caseload = family()
    (tmp_path / "caseload.json").write_text(caseload.model_dump_json(by_alias=True))
    (tmp_path / "calendar.json").write_text(calendar(meeting()).model_dump_json(by_alias=True))
    return tmp_path


def test_a_feed_of_a_folder_is_that_of_its_files(folder: Path) -> None:
    source = FolderSource(folder)
    for subject in (MOTHER, Subject("team", "yew"), Subject("venue", "room")):
        made = source.feed(subject, source.tokens.issue(subject))
        assert made is not None
        assert made.content == feed(subject, meeting()).content
        newest = max((folder / name).stat().st_mtime for name in ("caseload.json", "calendar.json"))
        assert made.last_modified == datetime.fromtimestamp(int(newest), UTC)


def test_a_feed_follows_its_files(folder: Path) -> None:
    source = FolderSource(folder)
    token = source.tokens.issue(MOTHER)
    before = source.feed(MOTHER, token)
    changed = calendar(meeting(1, "2026-11-10T14:00"), revision=2)
    (folder / "calendar.json").write_text(changed.model_dump_json(by_alias=True))
    os.utime(folder / "calendar.json", ns=(0, 1_900_000_000_000_000_000))
    after = source.feed(MOTHER, token)
    assert before is not None
    assert after is not None
    assert before.etag != after.etag
    assert b"DTSTART;TZID=Europe/London:20261110T140000" in after.content


@pytest.mark.parametrize(
    "subject",
    [
        Subject("person", "nobody"),
        Subject("person", "yew"),
        Subject("team", "mother-1"),
        Subject("venue", "nowhere"),
    ],
)
def test_there_is_no_feed_of_what_is_not_there_even_with_a_token(folder: Path, subject: Subject) -> None:
    source = FolderSource(folder)
    assert source.feed(subject, source.tokens.issue(subject)) is None


def test_without_a_good_token_nothing_is_read(tmp_path: Path) -> None:
    source = FolderSource(tmp_path)  # no files: reading would fail
    assert source.feed(MOTHER, "x") is None
    with pytest.raises(SourceError):
        source.feed(MOTHER, source.tokens.issue(MOTHER))


@pytest.mark.parametrize("content", ["", "{}", '{"format": "Person 21"}'])
def test_files_that_cannot_be_read_say_nothing_of_anybody(folder: Path, content: str) -> None:
    (folder / "calendar.json").write_text(content)
    source = FolderSource(folder)
    with pytest.raises(SourceError) as caught:
        source.feed(MOTHER, source.tokens.issue(MOTHER))
    assert str(caught.value) == "the calendar can't be read"


def test_the_stamp_of_the_content_is_the_calendars() -> None:
    stamp = datetime.fromisoformat(CREATED).strftime("DTSTAMP:%Y%m%dT%H%M%SZ").encode()
    assert stamp in feed(MOTHER, meeting(1, "2026-11-10T10:00", place("mother-1"))).content
