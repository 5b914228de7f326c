"""Thunderbird obeys our invites: its own message pane, its own buttons, its own answer by mail.

It runs without a screen in a fresh profile. See `thunderbird.py` for how it is driven.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from feeds import serving
from mails import calendar_of, mail
from product import (
    MAILBOX,
    ROOM,
    Story,
    moment,
    published,
    starts,
    story,
    story_of_a_professional,
    taken_and_moved,
)
from recording import Seen
from sink import Sink, sink
from thunderbird import Thunderbird
from waiting import wait_for

from calendars.reply import Reply, read_replies

pytestmark = [
    pytest.mark.interop,
    pytest.mark.client("Thunderbird", only="thunderbird"),
    pytest.mark.skipif(shutil.which("thunderbird") is None, reason="thunderbird is not installed"),
]
NUMBERS = count(1)
ANSWERS = {"imipAcceptButton", "imipTentativeButton", "imipDeclineButton"}


@pytest.fixture(scope="module")
def post() -> Iterator[Sink]:
    with sink() as found:
        yield found


@pytest.fixture(scope="module")
def program(post: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thunderbird]:
    running = Thunderbird(tmp_path_factory.mktemp("thunderbird"), MAILBOX, post.port)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def empty(program: Thunderbird, post: Sink, seen: Seen) -> Thunderbird:
    """With nothing in its calendar, and nothing sent."""
    program.clear()
    post.mails.clear()
    seen(version=program.version)
    return program


@pytest.fixture
def told() -> Story:
    """Messages about a meeting that it has never heard of: it asks back about one that was deleted."""
    return story(next(NUMBERS))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def times(event: dict[str, Any]) -> tuple[datetime, datetime]:
    return utc(event["start"]), utc(event["end"])


def accept(program: Thunderbird, post: Sink, told: Story) -> dict[str, Any]:
    """The event after the first invite was accepted, and the answer has left."""
    program.show(told.mails[0])
    program.press("imipAcceptButton")
    wait_for(lambda: post.mails, "answer")
    (event,) = wait_for(program.events, "event")
    return event


def answer(post: Sink, number: int, told: Story) -> Reply:
    """What the product reads from an answer that was sent, which is then in the calendar."""
    wait_for(lambda: len(post.mails) >= number, f"answer {number}")
    mail = post.mails[number - 1]
    (reply,) = read_replies(calendar_of(mail))
    assert isinstance(reply, Reply)
    assert (reply.method, reply.attendee, reply.note) == ("REPLY", MAILBOX, False)
    held = told.answer(mail, number - 1)
    assert held is not None
    assert (held.status, held.sequence) == (reply.partstat.lower(), number - 1)
    return reply


@pytest.mark.shows("REQUEST")
def test_an_invite_is_shown_and_accepted(empty: Thunderbird, post: Sink, told: Story, seen: Seen) -> None:
    shown = empty.show(told.mails[0])
    assert set(shown.buttons) >= ANSWERS
    assert f"Title: {told.first.summary} " in shown.body
    assert "When: Friday, March 26, 2027, 10:00 – 11:00 AM" in shown.body
    assert empty.events() == [], "nothing is added by showing it"

    empty.press("imipAcceptButton")
    reply = answer(post, 1, told)
    (event,) = wait_for(empty.events, "event")
    assert times(event) == (moment(told.first.start), moment(told.first.end))
    assert (event["uid"], event["sequence"], event["zone"]) == (told.uid, 0, "Europe/London")
    assert (event["title"], event["location"]) == (told.first.summary, told.first.location)
    assert (event["privacy"], event["alarms"]) == ("PRIVATE", 0)
    assert event["attendees"] == [[f"mailto:{MAILBOX}", "ACCEPTED"]]
    assert (reply.uid, reply.sequence, reply.partstat) == (told.uid, 0, "ACCEPTED")
    seen(
        "REQUEST",
        f'"{shown.bar}" with Accept, Tentative, Decline; accepted, it is in the calendar at '
        f"{event['start'][:16]} local, and a REPLY with our UID, SEQUENCE {reply.sequence} and "
        f"PARTSTAT={reply.partstat} leaves by SMTP, which our reader puts into the calendar",
    )


@pytest.mark.shows("REQUEST")
@pytest.mark.parametrize(
    ("button", "status"), [("imipTentativeButton", "TENTATIVE"), ("imipDeclineButton", "DECLINED")]
)
def test_an_invite_is_answered_otherwise(
    empty: Thunderbird, post: Sink, told: Story, seen: Seen, button: str, status: str
) -> None:
    empty.show(told.mails[0])
    empty.press(button)
    reply = answer(post, 1, told)
    assert (reply.uid, reply.partstat) == (told.uid, status)
    seen("REQUEST", f"{status.lower()}: the REPLY says so")


@pytest.mark.shows("REQUEST")
def test_an_invite_with_a_room_is_accepted_for_oneself(empty: Thunderbird, post: Sink, seen: Seen) -> None:
    told = story_of_a_professional(next(NUMBERS))
    shown = empty.show(told.mails[0])
    assert set(shown.buttons) >= ANSWERS
    empty.press("imipAcceptButton")
    reply = answer(post, 1, told)
    assert (reply.uid, reply.partstat) == (told.uid, "ACCEPTED")
    (event,) = wait_for(empty.events, "event")
    mailboxes = {(f"mailto:{MAILBOX}", "ACCEPTED"), (f"mailto:{ROOM}", "ACCEPTED")}
    assert {tuple(one) for one in event["attendees"]} == mailboxes
    seen("REQUEST", "with a room's mailbox beside: the REPLY is the person's alone")


@pytest.mark.shows("update")
def test_an_update_moves_the_meeting(empty: Thunderbird, post: Sink, told: Story, seen: Seen) -> None:
    accept(empty, post, told)
    shown = empty.show(told.mails[1])
    assert set(shown.buttons) >= ANSWERS
    # The new time, then the one it replaces.
    assert (
        "When: Tuesday, March 30, 2027, 2:00 – 3:00 PMFriday, March 26, 2027, 10:00 – 11:00 AM" in shown.body
    )
    empty.press("imipAcceptButton")
    reply = answer(post, 2, told)
    (event,) = empty.events()
    assert times(event) == (moment(told.moved.start), moment(told.moved.end))
    assert (event["uid"], event["sequence"]) == (told.uid, 1)
    assert (reply.uid, reply.sequence, reply.partstat) == (told.uid, 1, "ACCEPTED")
    seen(
        "update",
        f'"{shown.bar}", old and new time shown; accepted, the one event is at {event["start"][:16]} local, and the '
        f"REPLY has SEQUENCE {reply.sequence}",
    )


@pytest.mark.shows("update")
def test_an_update_reaches_who_took_the_published_file(
    empty: Thunderbird, post: Sink, tmp_path: Path, seen: Seen
) -> None:
    """The file has a SEQUENCE of its own: were it above that of a later update, the update would be ignored."""
    content, update, moved = taken_and_moved()
    file = tmp_path / "mine.ics"
    file.write_bytes(content)
    assert empty.import_file(file) == {"read": 1, "added": 1}
    shown = empty.show(update)
    assert set(shown.buttons) >= ANSWERS
    empty.press("imipAcceptButton")
    wait_for(lambda: post.mails, "answer")
    (event,) = empty.events()
    assert times(event) == (moment(moved.start), moment(moved.end))
    seen("update", "also of a meeting that was taken from the published file")


@pytest.mark.shows("stale update")
def test_a_stale_update_changes_nothing(empty: Thunderbird, post: Sink, told: Story, seen: Seen) -> None:
    accept(empty, post, told)
    empty.show(told.mails[1])
    empty.press("imipAcceptButton")
    answer(post, 2, told)
    before = empty.events()
    shown = empty.show(told.mails[0])
    assert not ANSWERS & set(shown.buttons)
    assert empty.events() == before
    assert len(post.mails) == 2
    seen("stale update", f'"{shown.bar}", no button to answer, the event stays')


@pytest.mark.shows("CANCEL")
def test_a_cancel_removes_the_meeting(empty: Thunderbird, post: Sink, told: Story, seen: Seen) -> None:
    accept(empty, post, told)
    shown = empty.show(told.mails[2])
    assert shown.buttons == ("imipDeleteButton",)
    empty.press("imipDeleteButton")
    wait_for(lambda: not empty.events(), "empty calendar")
    assert len(post.mails) == 1, "nobody answers a CANCEL"
    seen("CANCEL", f'"{shown.bar}" with Delete; pressed, the event is gone, and nothing is sent')


@pytest.mark.shows("CANCEL")
def test_who_is_invited_again_after_a_cancel_can_accept(
    empty: Thunderbird, post: Sink, told: Story, seen: Seen
) -> None:
    accept(empty, post, told)
    empty.show(told.mails[2])
    empty.press("imipDeleteButton")
    wait_for(lambda: not empty.events(), "empty calendar")
    shown = empty.show(told.mails[3])
    assert set(shown.buttons) >= ANSWERS
    question = empty.press_and_confirm("imipAcceptButton")
    wait_for(lambda: len(post.mails) == 2, "answer")
    (event,) = wait_for(empty.events, "event")
    assert times(event) == (moment(told.moved.start), moment(told.moved.end))
    assert event["sequence"] == 3
    seen("CANCEL", f'invited again later, it asks "{question}"; yes, and the event is back')


@pytest.mark.shows("PUBLISH")
def test_a_published_file_is_imported(empty: Thunderbird, tmp_path: Path, seen: Seen) -> None:
    file = tmp_path / "mine.ics"
    file.write_bytes(published())
    assert empty.import_file(file) == {"read": 6, "added": 6}
    events = empty.events()
    assert sorted(utc(event["start"]) for event in events) == starts()
    assert all(not event["attendees"] and not event["alarms"] for event in events)
    assert empty.import_file(file) == {"read": 6, "added": 0}
    assert len(empty.events()) == 6
    seen(
        "PUBLISH",
        "imported as by its import tab, all six around both clock changes at the right times; none twice",
    )


@pytest.mark.shows("feed")
def test_a_feed_is_subscribed_to(empty: Thunderbird, tmp_path: Path, seen: Seen) -> None:
    with serving(tmp_path) as feed:
        empty.subscribe(feed.url)
        wait_for(lambda: len(empty.events("Feed")) == 6, "feed of six")
        assert sorted(utc(event["start"]) for event in empty.events("Feed")) == starts()
        first = feed.answers[0].etag
        assert first
        empty.refresh()
        wait_for(lambda: feed.was_told(304, first), "304")
        assert len(empty.events("Feed")) == 6

        feed.publish(2)
        empty.refresh()
        wait_for(lambda: feed.was_told(200, first), "fetch of the new feed")
        moved = wait_for(
            lambda: sorted(utc(event["start"]) for event in empty.events("Feed")) == starts(2),
            "moved meeting",
        )
        assert moved
        assert len(empty.events("Feed")) == 6
    seen(
        "feed",
        "subscribed over HTTP; If-None-Match with our ETag gets 304; a changed feed moves the one meeting",
    )


@pytest.mark.shows("spoilt file")
def test_a_spoilt_invite_is_no_invite(empty: Thunderbird, post: Sink, told: Story, seen: Seen) -> None:
    cut = told.request.replace(b"END:VEVENT\r\n", b"")
    shown = empty.show(mail(cut, "REQUEST"))
    assert (shown.bar, shown.buttons) == (None, ())
    unknown = empty.show(told.mails[2])
    assert unknown.buttons == (), "there is nothing to delete"
    assert empty.events() == []
    seen("spoilt file", "VEVENT without END: no bar at all; CANCEL of an unknown UID: no button")


@pytest.mark.shows("spoilt file")
def test_what_it_does_not_mind_our_lint_does(empty: Thunderbird, told: Story, seen: Seen) -> None:
    """Why the lint exists: an end before its start is shown, and can be accepted."""
    backwards = told.request.replace(b"20270326T110000", b"20270326T090000")
    assert backwards != told.request
    shown = empty.show(mail(backwards, "REQUEST"))
    assert set(shown.buttons) >= ANSWERS
    seen("spoilt file", "doesn't mind an end before the start: our lint does")
