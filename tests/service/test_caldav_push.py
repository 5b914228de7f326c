from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ics_cases import calendar, family, meeting, place, split_meeting
from memory_collection import Breaking, MemoryCollection

from calendars.components import Event
from calendars.lint import lint
from calendars.stored import read_stored, same, stored
from service.caldav_push.collection import CollectionError, NotAllowedError
from service.caldav_push.push import PushStoppedError, Step, Wanted, name_of, push
from service.caldav_push.wanted import wanted
from service.output.events import event_of
from service.output.identity import default_key, uid
from service.output.render import Renderer
from solver.schema.base import Role

KEY = b"k" * 32
ZONE = "Europe/London"
OWNER = "alex@convene.example"
DENTIST = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:mine\r\nBEGIN:VEVENT\r\nUID:dentist\r\nDTSTAMP:20260101T000000Z\r\n"
    b"DTSTART:20261110T100000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
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
        "organiser": "yew@convene.example",
        "location": "Room 4",
    }
    return Event(**(values | changes))


def bring(collection: MemoryCollection, *events: Event, attendee: str | None = OWNER) -> dict[str, list[str]]:
    """Push, and the UIDs by what was done; nothing is done a second time."""
    steps = push(collection, [Wanted(event, attendee) for event in events], zone=ZONE, key=KEY)
    found: dict[str, list[str]] = {}
    for step in steps:
        found.setdefault(step.action, []).append(step.uid)
    return found


@pytest.fixture
def mine() -> MemoryCollection:
    collection = MemoryCollection()
    collection.put("dentist.ics", DENTIST)
    return collection


def test_what_is_missing_is_created_and_stands_as_it_should(mine: MemoryCollection) -> None:
    first, second = one(1), one(2)
    assert bring(mine, first, second) == {"created": sorted([first.uid, second.uid])}
    assert mine.objects == {
        "dentist.ics": DENTIST,
        name_of(first.uid): stored(first, zone=ZONE, attendee=OWNER),
        name_of(second.uid): stored(second, zone=ZONE, attendee=OWNER),
    }


def test_a_second_push_does_nothing(mine: MemoryCollection) -> None:
    bring(mine, one(1), one(2))
    mine.log.clear()
    # Made again at another time, with a higher sequence, it is no other meeting.
    again = [one(number, sequence=3, stamp=datetime(2026, 11, 5, tzinfo=UTC)) for number in (1, 2)]
    assert bring(mine, *again) == {"kept": sorted(event.uid for event in again)}
    assert mine.log == []


def test_what_changed_is_updated_what_is_gone_deleted_and_the_rest_not_touched(
    mine: MemoryCollection,
) -> None:
    bring(mine, one(1), one(2), one(3))
    mine.log.clear()
    moved = one(2, hour=14, sequence=1)
    assert bring(mine, one(1), moved) == {
        "kept": [one(1).uid], "updated": [moved.uid], "deleted": [one(3).uid],
    }  # fmt: skip
    assert sorted(mine.log) == [("remove", name_of(one(3).uid)), ("write", name_of(moved.uid))]
    assert mine.objects[name_of(moved.uid)] == stored(moved, zone=ZONE, attendee=OWNER)
    assert mine.objects["dentist.ics"] == DENTIST


def test_a_meeting_that_becomes_restricted_loses_who_comes(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    assert bring(mine, one(1), attendee=None) == {"updated": [one(1).uid]}
    assert b"convene.example" not in mine.objects[name_of(one(1).uid)]


def test_what_its_owner_moved_is_set_back_and_their_alarm_and_answer_kept(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    name = name_of(one(1).uid)
    theirs = (
        mine.objects[name]
        .replace(b"\r\n ", b"")
        .replace(b"London:20261110T10", b"London:20261110T11")
        .replace(b"London:20261110T11", b"London:20261110T12", 1)
        .replace(b"END:VEVENT", b"BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT")
    )
    mine.put(name, theirs)
    assert bring(mine, one(1)) == {"set back": [one(1).uid]}
    found = read_stored(mine.objects[name])
    assert found.said == read_stored(stored(one(1), zone=ZONE, attendee=OWNER)).said
    assert len(found.alarms) == 1
    assert bring(mine, one(1)) == {"kept": [one(1).uid]}


def test_what_the_team_moved_as_well_is_no_change_of_its_owners(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    name = name_of(one(1).uid)
    mine.put(name, mine.objects[name].replace(b"OPAQUE", b"TRANSPARENT"))
    assert bring(mine, one(1, hour=12)) == {"updated": [one(1).uid]}


def test_what_its_owner_took_from_a_file_of_ours_is_made_ours(mine: MemoryCollection) -> None:
    data = stored(one(1), zone=ZONE, attendee=None).replace(b"X-CONVENE-WRITTEN", b"X-OTHER")
    mine.put(name_of(one(1).uid), data)
    assert bring(mine, one(1), attendee=None) == {"updated": [one(1).uid]}
    assert bring(mine, one(1), attendee=None) == {"kept": [one(1).uid]}


def test_what_its_owner_deleted_is_created_again(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    del mine.objects[name_of(one(1).uid)]
    assert bring(mine, one(1)) == {"created": [one(1).uid]}


def test_an_alarm_alone_is_no_reason_to_write(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    name = name_of(one(1).uid)
    alarm = b"BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    mine.put(name, mine.objects[name].replace(b"END:VEVENT", alarm + b"END:VEVENT"))
    mine.log.clear()
    assert bring(mine, one(1)) == {"kept": [one(1).uid]}
    assert mine.log == []


def invited(event: Event) -> bytes:
    """As a mail program stores an accepted invite."""
    who = (
        b"ORGANIZER:mailto:yew@convene.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:alex@convene.example\r\n"
    )
    return DENTIST.replace(b"UID:dentist", b"UID:" + event.uid.encode()).replace(
        b"SUMMARY:", who + b"SUMMARY:"
    )


@pytest.mark.parametrize("name", [name_of(one(1).uid), "of-the-mail-program.ics"])
def test_what_came_by_an_invite_is_left_to_the_mails(mine: MemoryCollection, name: str) -> None:
    mine.put(name, invited(one(1)))
    before = dict(mine.objects)
    assert bring(mine, one(1)) == {"invited": [one(1).uid]}
    # Nor is it taken away: the CANCEL does that.
    bring(mine)
    assert mine.objects == before


@pytest.mark.parametrize(
    "data",
    [
        b"no calendar",
        DENTIST,
        DENTIST.replace(b"VEVENT", b"VTODO").replace(b"UID:dentist", b"UID:" + one(1).uid.encode()),
    ],
)
def test_what_stands_in_its_place_is_not_touched(mine: MemoryCollection, data: bytes) -> None:
    mine.put(name_of(one(1).uid), data)
    assert bring(mine, one(1)) == {"blocked": [one(1).uid]}
    assert bring(mine) == {}  # as of one of our tasks, which somebody put there
    assert mine.objects[name_of(one(1).uid)] == data
    assert mine.log == []


def test_what_another_key_made_is_not_ours(mine: MemoryCollection) -> None:
    other = Wanted(one(1, uid=uid(b"other", "meeting", "1")), OWNER)
    push(mine, [other], zone=ZONE, key=b"other")
    assert bring(mine, one(2)) == {"created": [one(2).uid]}
    assert bring(mine) == {"deleted": [one(2).uid]}
    assert name_of(other.event.uid) in mine.objects


def test_a_dry_run_says_what_would_be_done(mine: MemoryCollection) -> None:
    bring(mine, one(1), one(2))
    mine.log.clear()
    steps = push(
        mine, [Wanted(one(1, hour=15), OWNER), Wanted(one(3), OWNER)], zone=ZONE, key=KEY, dry_run=True
    )
    assert mine.log == []
    assert {(step.action, step.uid) for step in steps} == {
        ("updated", one(1).uid),
        ("deleted", one(2).uid),
        ("created", one(3).uid),
    }


def test_a_meeting_that_cannot_be_written_stops_it_before_anything_is_done(mine: MemoryCollection) -> None:
    with pytest.raises(ValueError, match="must end after its start"):
        bring(mine, one(1), one(2, end=datetime(2026, 11, 10, 9)))
    assert mine.log == []


# Others at work in the same calendar, and servers that fail


@pytest.mark.parametrize("after", range(4))
def test_a_push_that_broke_off_goes_on(mine: MemoryCollection, after: int) -> None:
    bring(mine, one(1), one(2))
    mine.log.clear()
    mine.before = Breaking(after)
    events = one(1, hour=12), one(3), one(4)  # four things to do: one is gone
    with pytest.raises(CollectionError if after == 0 else PushStoppedError) as caught:
        bring(mine, *events)
    if isinstance(caught.value, PushStoppedError):
        assert str(caught.value) == "the server can't be reached"
        assert len(caught.value.steps) == after == len(mine.log)
    mine.before = lambda: None
    bring(mine, *events)
    assert len(mine.log) == 4
    assert bring(mine, *events) == {"kept": sorted(event.uid for event in events)}


def test_what_changes_meanwhile_is_looked_at_again(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    name = name_of(one(1).uid)
    alarm = b"BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"

    def meanwhile() -> None:
        mine.before = lambda: None
        mine.put(name, mine.objects[name].replace(b"END:VEVENT", alarm + b"END:VEVENT"))

    mine.before = meanwhile
    assert bring(mine, one(1, hour=12)) == {"updated": [one(1).uid]}
    assert len(read_stored(mine.objects[name]).alarms) == 1


def test_what_was_done_before_something_changed_is_told_as_done(mine: MemoryCollection) -> None:
    bring(mine, one(1), one(2))
    last = max(name_of(one(1).uid), name_of(one(2).uid))

    def meanwhile() -> None:
        mine.before = lambda: None
        mine.put(last, mine.objects[last])

    mine.before = meanwhile
    assert bring(mine, one(1, hour=12), one(2, hour=12)) == {"updated": sorted([one(1).uid, one(2).uid])}


def test_what_appears_meanwhile_is_not_overwritten(mine: MemoryCollection) -> None:
    name = name_of(one(1).uid)

    def meanwhile() -> None:
        mine.before = lambda: None
        mine.put(name, invited(one(1)))

    mine.before = meanwhile
    assert bring(mine, one(1)) == {"invited": [one(1).uid]}
    assert mine.objects[name] == invited(one(1))


def test_whoever_keeps_changing_it_wins(mine: MemoryCollection) -> None:
    bring(mine, one(1))
    name = name_of(one(1).uid)
    mine.before = lambda: mine.put(name, mine.objects[name])
    with pytest.raises(PushStoppedError, match="keeps changing"):
        bring(mine, one(1, hour=12))


class Strict(MemoryCollection):
    """Lets nobody write over a meeting of another organiser's, as xandikos does."""

    def write(self, name: str, data: bytes, etag: str | None) -> None:
        if etag is not None and b"ORGANIZER" in self.objects[name]:
            raise NotAllowedError("not allowed")
        super().write(name, data, etag)


def test_a_server_that_lets_an_attendee_change_nothing_gets_it_anew() -> None:
    strict = Strict()
    bring(strict, one(1))
    strict.log.clear()
    assert bring(strict, one(1, hour=12)) == {"updated": [one(1).uid]}
    assert strict.log == [("remove", name_of(one(1).uid)), ("write", name_of(one(1).uid))]
    strict.before = Breaking(1)
    with pytest.raises(CollectionError):
        bring(strict, one(1, hour=14))
    strict.before = lambda: None
    assert bring(strict, one(1, hour=14)) == {"created": [one(1).uid]}


# Any calendars one after the other, and an owner who does as they like between

Actions = st.lists(
    st.tuples(
        st.sampled_from(["move", "alarm", "delete", "own", "invite", "answer", "rename"]), st.integers(0, 5)
    ),
    max_size=4,
)
Calendars = st.lists(
    st.tuples(
        st.dictionaries(
            st.integers(0, 5), st.tuples(st.integers(8, 17), st.sampled_from(["Room 4", "Room 5"])), max_size=6
        ),
        st.sampled_from([OWNER, None]),
        Actions,
        st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


def act(collection: MemoryCollection, action: str, number: int) -> None:
    """What the owner does."""
    event = one(number)
    name = name_of(event.uid)
    held = collection.objects.get(name)
    if action == "own":
        collection.put(f"own-{number}.ics", DENTIST.replace(b"dentist", b"own-%d" % number))
    elif action == "invite":
        if held is None:
            collection.put(f"mail-{number}.ics", invited(event))
    elif held is None:
        return
    elif action == "delete":
        del collection.objects[name]
    else:
        old, new = {
            "move": (b"DTSTART;TZID=Europe/London:20261110T", b"DTSTART;TZID=Europe/London:20261109T"),
            "alarm": (b"END:VEVENT", b"BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"),
            "answer": (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=TENTATIVE"),
            "rename": (b"SUMMARY:Meeting", b"SUMMARY:Boring"),
        }[action]  # fmt: skip
        rewritten = icalendar.Calendar.from_ical(held.replace(b"\r\n ", b"").replace(old, new))
        collection.put(name, rewritten.to_ical())


@settings(max_examples=60, deadline=None)
@given(Calendars)
def test_after_any_calendars_exactly_the_last_ones_meetings_are_there_and_what_is_the_owners(
    calendars: list[tuple[dict[int, tuple[int, str]], str | None, list[tuple[str, int]], int | None]],
) -> None:
    collection = MemoryCollection()
    for number, (meetings, attendee, actions, breaks) in enumerate(calendars):
        for action, which in actions:
            act(collection, action, which)
        theirs = {
            name: (collection.etag(name), data)
            for name, data in collection.objects.items()
            if not _made_by_us(name)
        }
        events = [
            one(which, hour, location=location, sequence=number)
            for which, (hour, location) in meetings.items()
        ]
        if breaks is not None:
            collection.before = Breaking(breaks)
            with suppress(CollectionError, PushStoppedError):
                bring(collection, *events, attendee=attendee)
            collection.before = lambda: None
        bring(collection, *events, attendee=attendee)
        by_mail = {read_stored(data).uid for name, (_, data) in theirs.items() if name.startswith("mail-")}
        expected = {name_of(event.uid): event for event in events if event.uid not in by_mail}
        assert {
            name: (collection.etag(name), data)
            for name, data in collection.objects.items()
            if not _made_by_us(name)
        } == theirs
        assert expected.keys() == {name for name in collection.objects if _made_by_us(name)}
        for name, event in expected.items():
            data = collection.objects[name]
            assert lint(data, kind="stored") == []
            assert same(read_stored(data), read_stored(stored(event, zone=ZONE, attendee=attendee)))
        collection.log.clear()
        bring(collection, *events, attendee=attendee)
        assert collection.log == []


def _made_by_us(name: str) -> bool:
    return not name.startswith(("own-", "mail-"))


# Out of what its owner may see


def views_of(person: str, *meetings: Any, **changes: Any) -> tuple[list[Wanted], Renderer]:
    caseload = family(**changes)
    renderer = Renderer(caseload, calendar(*meetings))
    owner = next(one for one in caseload.people if one.id == person)
    return list(wanted(renderer.views(person), owner, frozenset())), renderer


def with_mailbox(person: str, role: Role = "social_worker", **more: Any) -> dict[str, Any]:
    people = family().model_dump(mode="json", by_alias=True)["people"]
    changed = {"email": f"{person}@convene.example", "role": role} | more
    return {"people": [entry | changed if entry["id"] == person else entry for entry in people]}


def test_a_professionals_meeting_in_a_room_names_them_alone() -> None:
    [found], renderer = views_of("sw-1", meeting(), **with_mailbox("sw-1"))
    assert found == Wanted(event_of(renderer.views("sw-1")[0]), "sw-1@convene.example")


@pytest.mark.parametrize(
    ("person", "made"),
    [
        ("hv-1", split_meeting()),
        ("sw-1", meeting(1, "2026-11-10T10:00", place("sw-1"), venue="home")),
        ("sw-1", meeting(1, "2026-11-10T10:00", place("sw-1"), venue="placement")),
        ("sw-1", meeting(1, "2026-11-10T10:00", place("sw-1"), venue="refuge")),
        ("sw-1", meeting(1, "2026-11-10T10:00", place("sw-1"), venue="twin")),
        ("mother-1", meeting()),
        ("friend-1", meeting(1, "2026-11-10T10:00", place("friend-1"))),
    ],
)
def test_of_a_restricted_meeting_a_server_gets_nobody(person: str, made: Any) -> None:
    role = {"mother-1": "parent", "friend-1": "other", "hv-1": "health_visitor"}.get(person, "social_worker")
    [found], _ = views_of(person, made, **with_mailbox(person, role))  # type: ignore[arg-type]
    assert found.attendee is None
    data = stored(found.event, zone=ZONE, attendee=found.attendee)
    assert b"ORGANIZER" not in data
    assert b"mailto:" not in data


def test_who_has_no_mailbox_is_not_named() -> None:
    [found], _ = views_of("sw-1", meeting())
    assert found.attendee is None


@pytest.mark.parametrize("addresses", [{"yew@convene.example", "sw-1@convene.example"}, set()])
def test_whoever_is_the_organiser_to_the_server_is_not_named(addresses: set[str]) -> None:
    mail = "yew@convene.example" if not addresses else "sw-1@convene.example"
    caseload = family(**with_mailbox("sw-1", email=mail))
    owner = next(one for one in caseload.people if one.id == "sw-1")
    views = Renderer(caseload, calendar(meeting())).views("sw-1")
    assert [found.attendee for found in wanted(views, owner, addresses)] == [None]


@pytest.mark.parametrize(
    ("addresses", "right"),
    [
        (set(), True),
        ({"sw-1@convene.example"}, True),
        ({"other@convene.example", "sw.one@convene.example"}, True),
        ({"sw-2@convene.example"}, False),
    ],
)
def test_nobodys_meetings_go_to_somebody_else(addresses: set[str], right: bool) -> None:
    changes = with_mailbox("sw-1", email="SW-1@convene.example", aliases=["Sw.One@convene.example"])
    caseload = family(**changes)
    owner = next(one for one in caseload.people if one.id == "sw-1")
    views = Renderer(caseload, calendar(meeting())).views("sw-1")
    if right:
        assert len(wanted(views, owner, addresses)) == 1
    else:
        with pytest.raises(CollectionError, match="other mailboxes than sw-1's"):
            wanted(views, owner, addresses)


def test_the_key_is_the_caseloads(mine: MemoryCollection) -> None:
    meetings, _ = views_of("sw-1", meeting())
    [step] = push(mine, meetings, zone=ZONE, key=default_key(family()))
    assert step == Step("created", meetings[0].event.uid)
    assert push(mine, [], zone=ZONE, key=default_key(family())) == (Step("deleted", step.uid),)
