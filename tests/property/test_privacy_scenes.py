"""Cases that must never go wrong, each by itself: what is sent to whom while a made-up family's calendar is revised."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from golden import team
from ics_cases import HOME_ADDRESS, calendar, family, meeting, place, split_meeting
from privacy_cases import State, Story
from privacy_checks import Sent, send
from privacy_oracle import readable, telling

from service.output.ics_files import ics_files
from service.output.render import Renderer
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload


@dataclass
class Posted:
    """What was sent in one state, by recipient and by mailbox."""

    to: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    at: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))

    def words(self, recipient: str) -> str:
        """Every text that a recipient got, decoded."""
        contents = [content for sent in self.to[recipient] for content in (sent.mail, sent.file or b"")]
        return "\n".join(text for content in contents for _, text in readable(content))

    def methods(self, recipient: str) -> list[str]:
        return [sent.issued.method for sent in self.to[recipient]]


def posted(folder: Path, *states: tuple[Caseload, Calendar], broken: tuple[int, ...] = ()) -> list[Posted]:
    """What is sent in each state; every other message waits where the run was broken off."""
    found = []
    for _, messages, _ in send(Story(tuple(State(*one) for one in states), broken), folder):
        post = Posted()
        for sent in messages:
            post.to[sent.issued.recipient].append(sent)
            post.at[sent.issued.address].append(sent)
        found.append(post)
    return found


def with_people(caseload: Caseload, **changes: dict[str, Any]) -> Caseload:
    """The caseload with people changed; an id's ``-`` is written ``_``."""
    named = {name.replace("_", "-"): change for name, change in changes.items()}
    people = tuple(one.model_copy(update=named.get(one.id, {})) for one in caseload.people)
    return caseload.model_copy(update={"people": people})


def with_venue(caseload: Caseload, identity: str, **changes: Any) -> Caseload:
    venues = tuple(one.model_copy(update=changes) if one.id == identity else one for one in caseload.venues)
    return caseload.model_copy(update={"venues": venues})


def one_meeting(*people: str, start: str = "2026-11-10T10:00", revision: int = 1, **more: Any) -> Calendar:
    return calendar(meeting(1, start, *(place(one) for one in people), **more), revision=revision)


def times(found: Posted, recipient: str) -> set[str]:
    return {time for sent in found.to[recipient] for time in telling(sent.mail).times}


def test_neither_family_of_a_split_meeting_learns_of_the_other(tmp_path: Path) -> None:
    [found] = posted(tmp_path, (team(), calendar(split_meeting())))
    assert times(found, "mother-1") == {"1000", "1100"}
    assert times(found, "father-1") == {"1130", "1230"}
    uids = {who: {sent.issued.uid for sent in found.to[who]} for who in ("mother-1", "father-1", "sw-1")}
    assert len(set.union(*uids.values())) == 3
    for who, other in (("mother-1", "father-1"), ("father-1", "mother-1")):
        words = found.words(who)
        for secret in (other, "Person 21", "Person 22", "sitting", "Sitting", *uids[other]):
            assert secret not in words.replace(f"{who}@", "")
    assert "interpreter" in found.words("mother-1")
    assert "interpreter" not in found.words("father-1")
    assert "team manager" not in found.words("mother-1")


def test_moving_one_sitting_sends_nothing_to_the_other(tmp_path: Path) -> None:
    whole = split_meeting()
    later = whole.sittings[1].model_copy(
        update={"start": datetime(2026, 11, 10, 14), "end": datetime(2026, 11, 10, 15)}
    )
    moved = whole.model_copy(update={"sittings": (whole.sittings[0], later), "end": later.end})
    _, then = posted(tmp_path, (team(), calendar(whole)), (team(), calendar(moved, revision=2)))
    assert then.to.keys() == {"sw-1", "hv-1", "tm-1", "father-1", "venue:room"}
    assert times(then, "father-1") == {"1400", "1500"}


def test_taking_one_family_out_tells_the_other_nothing(tmp_path: Path) -> None:
    whole = split_meeting()
    rest = tuple(one for one in whole.attendees if one.person != "father-1")
    _, then = posted(
        tmp_path,
        (team(), calendar(whole)),
        (team(), calendar(whole.model_copy(update={"attendees": rest}), revision=2)),
    )
    assert then.to.keys() == {"father-1"}
    assert then.methods("father-1") == ["CANCEL"]


def test_a_meeting_that_is_split_tells_each_family_their_own_new_time_alone(tmp_path: Path) -> None:
    before = one_meeting("sw-1", "mother-1", "father-1")
    _, then = posted(tmp_path, (team(), before), (team(), calendar(split_meeting(), revision=2)))
    assert times(then, "father-1") == {"1130", "1230"}
    assert not then.to["mother-1"]  # at the same time as before
    assert "Cancelled" not in then.words("father-1")


@pytest.mark.parametrize("venue", ["refuge", "home", "placement", "twin"])
def test_a_place_that_must_not_be_told_is_in_nothing(venue: str, tmp_path: Path) -> None:
    caseload = with_venue(team(), "twin", email="twin@rooms.example")
    caseload = with_venue(caseload, "home", email="home@rooms.example")
    held = one_meeting("sw-1", "mother-1", "friend-1", venue=venue)
    [found] = posted(tmp_path, (caseload, held))
    contents = ics_files(caseload, held)
    everything = "\n".join(found.words(who) for who in found.to) + b"\n".join(contents.values()).decode()
    secrets = (
        "Garden Room",
        "Secret Way",
        "Hidden Close",
        "Placement 9",
        "Nowhere",
        "House of",
        "Side door",
        "rooms.example",
    )
    assert found.to.keys() == {"sw-1", "mother-1", "friend-1"}
    assert not any(secret in everything for secret in secrets)
    assert "LOCATION:See secure link" in everything
    assert not any(name.startswith("rooms/") for name in contents)


def test_an_ordinary_room_at_a_refuges_address_is_not_told_either(tmp_path: Path) -> None:
    caseload = with_venue(team(), "room", address="5, secret way")
    [found] = posted(tmp_path, (caseload, one_meeting("sw-1", "mother-1")))
    assert found.to.keys() == {"sw-1", "mother-1"}
    assert "ecret way" not in found.words("sw-1") + found.words("mother-1")
    assert "Room 4" not in found.words("sw-1") + found.words("mother-1")


def test_a_venue_that_becomes_confidential_is_withdrawn_from_everybody(tmp_path: Path) -> None:
    held = one_meeting("sw-1", "mother-1")
    hidden = with_venue(team(), "room", confidential=True)
    then, now = posted(tmp_path, (team(), held), (hidden, held.model_copy(update={"revision": 2})))
    assert "Room 4" in then.words("mother-1")
    assert now.methods("sw-1") == now.methods("mother-1") == ["REQUEST"]
    assert now.methods("venue:room") == ["CANCEL"]
    for who in now.to:
        for secret in ("Room 4", "Made-up Square"):
            assert secret not in now.words(who)
        assert who == "venue:room" or "room@rooms.example" not in now.words(who)


@pytest.mark.parametrize(
    "name",
    [
        "House of Person 21",
        "Person_21's",
        "ＰＥＲＳＯＮ 21",
        "room of person-21@convene.example",
        "QZ House",
        "VZ's room",
    ],
)
def test_a_venue_called_after_somebody_of_a_family_is_not_told(name: str, tmp_path: Path) -> None:
    caseload = with_people(
        with_venue(team(), "room", name=name), mother_1={"email": "person-21@convene.example"}
    )
    [found] = posted(tmp_path, (caseload, one_meeting("sw-1", "father-1")))
    assert "LOCATION:See secure link" in found.words("father-1")
    assert "LOCATION:See secure link" in found.words("sw-1")


def test_siblings_are_in_nothing_and_one_plan_that_forbids_it_hides_the_roles(tmp_path: Path) -> None:
    usual = team()
    other = usual.plans[0].model_copy(update={
        "id": "plan-22", "family_sees_roles": False,
        "children": (usual.plans[0].children[0].model_copy(update={"id": "child-9", "initials": "XQ"}),),
    })  # fmt: skip
    caseload = usual.model_copy(update={"plans": (*usual.plans, other)})
    joint = one_meeting("sw-1", "mother-1", "father-1", plans=("plan-21", "plan-22"))
    [found] = posted(tmp_path, (caseload, joint))
    for who in found.to:
        assert not any(
            word in found.words(who) for word in ("QZ", "VZ", "XQ", "plan-2", "grove", "2015", "2018")
        )
    assert "social worker" not in found.words("mother-1")


def test_who_is_removed_from_a_meeting_that_moves_learns_the_old_time_alone(tmp_path: Path) -> None:
    before = one_meeting("sw-1", "mother-1", "father-1")
    after = one_meeting("sw-1", "mother-1", start="2026-11-12T15:30", revision=2, venue="placement")
    _, then = posted(tmp_path, (team(), before), (team(), after))
    assert then.methods("father-1") == ["CANCEL"]
    found = telling(then.to["father-1"][0].mail)
    assert (found.days, found.times) == ({"20261110"}, {"1000", "1100"})
    words = then.words("father-1")
    assert not any(
        name in words for name in ("LOCATION", "DESCRIPTION", "Place:", "Room 4", "There:", "With:")
    )


@pytest.mark.parametrize("case", [str, str.upper])
def test_a_mailbox_that_two_read_gets_nothing_that_one_of_them_must_not_see(
    case: Any, tmp_path: Path
) -> None:
    caseload = with_people(team(), father_1={"email": case("mother-1@convene.example")})
    [found] = posted(tmp_path, (caseload, calendar(split_meeting())))
    assert not found.to["mother-1"]
    assert not found.to["father-1"]
    assert found.to["sw-1"]


def test_a_mailbox_that_somebody_else_answers_from_is_one_that_two_read(tmp_path: Path) -> None:
    caseload = with_people(team(), father_1={"aliases": ("mother-1@convene.example",)})
    [found] = posted(tmp_path, (caseload, calendar(split_meeting())))
    assert not found.to["mother-1"]
    assert {sent.issued.address for sent in found.to["father-1"]} == {"father-1@convene.example"}


def test_a_family_that_reads_a_professionals_mailbox_does_not_read_colleagues_there(tmp_path: Path) -> None:
    shared = with_people(
        team(), sw_1={"email": "home@convene.example"}, mother_1={"email": "home@convene.example"}
    )
    [found] = posted(tmp_path, (shared, one_meeting("sw-1", "hv-1", "mother-1")))
    assert not found.at["home@convene.example"]
    assert found.to["hv-1"]


def test_another_mailbox_gets_the_invite_and_the_old_one_nothing_new(tmp_path: Path) -> None:
    moved = one_meeting("sw-1", "mother-1", start="2026-11-12T15:30", revision=2)
    changed = with_people(team(), mother_1={"email": "new@convene.example"})
    _, then = posted(tmp_path, (team(), one_meeting("sw-1", "mother-1")), (changed, moved))
    assert [sent.issued.method for sent in then.at["new@convene.example"]] == ["REQUEST"]
    [old] = then.at["mother-1@convene.example"]
    assert old.issued.method == "CANCEL"
    assert telling(old.mail).times == {"1000", "1100"}
    assert b"new@convene.example" not in old.mail
    assert b"mother-1@convene.example" not in then.at["new@convene.example"][0].mail


def test_a_mailbox_that_is_somebody_elses_by_now_gets_no_cancellation(tmp_path: Path) -> None:
    changed = with_people(
        team(), mother_1={"email": "new@convene.example"}, father_1={"email": "mother-1@convene.example"}
    )
    held = one_meeting("sw-1", "mother-1")
    _, then = posted(tmp_path, (team(), held), (changed, held.model_copy(update={"revision": 2})))
    assert not then.at["mother-1@convene.example"]
    assert [sent.issued.method for sent in then.at["new@convene.example"]] == ["REQUEST"]


def test_an_invite_that_waited_says_who_comes_by_now(tmp_path: Path) -> None:
    before, after = one_meeting("hv-1", "mother-1"), one_meeting("sw-1", "mother-1", revision=2)
    then, now = posted(tmp_path, (team(), before), (team(), after), broken=(0,))
    assert not then.to["mother-1"]
    assert "There: social worker." in now.words("mother-1")
    assert "health visitor" not in now.words("mother-1")


def test_who_leaves_a_meeting_takes_it_out_of_nobody_elses_calendar(tmp_path: Path) -> None:
    shared = with_people(
        team(), sw_1={"email": "duty@convene.example"}, hv_1={"email": "duty@convene.example"}
    )
    before, after = one_meeting("sw-1", "hv-1", "mother-1"), one_meeting("sw-1", "mother-1", revision=2)
    then, now = posted(tmp_path, (shared, before), (shared, after))
    assert {sent.issued.recipient for sent in then.at["duty@convene.example"]} == {"sw-1", "hv-1"}
    assert not any(sent.issued.method == "CANCEL" for sent in now.at["duty@convene.example"])


def secrets_of(caseload: Caseload) -> list[str]:
    people = [text for one in caseload.people for text in (one.name, one.email)]
    return [text for text in (*people, HOME_ADDRESS, "Secret Way", "QZ", "VZ", "child_protection") if text]


BROKEN: list[tuple[str, Caseload, Calendar]] = [
    ("a name for a mailbox", with_people(team(), mother_1={"email": "Person 21 <person-21@convene.example>"}),
     one_meeting("sw-1", "mother-1")),
    ("a mailbox with a line break", with_people(team(), mother_1={"email": "person-21@convene.example\r\nBcc: x@evil.example"}),
     one_meeting("sw-1", "mother-1")),
    ("an organiser that is no mailbox", family(team={
        "id": "yew", "name": "Yew", "organiser": {"name": "Person 21", "email": "Person 21 of QZ"}}),
     one_meeting("sw-1", "mother-1")),
    ("a sitting without a time", team(), calendar(split_meeting().model_copy(update={"sittings": split_meeting().sittings[:1]}))),
    ("a time that the clocks skip", team(), one_meeting("sw-1", "mother-1", start="2027-03-28T01:30")),
    ("a meeting that ends before it begins", team(), one_meeting("sw-1", "mother-1", end=datetime(2026, 11, 10, 9))),
]  # fmt: skip


@pytest.mark.parametrize(("caseload", "held"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_an_error_names_nobody_and_nothing_is_sent(
    caseload: Caseload, held: Calendar, tmp_path: Path
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - which words it may not have is what is asserted
        posted(tmp_path, (caseload, held))
    text = "\n".join(
        str(error) for error in (caught.value, caught.value.__cause__, caught.value.__context__) if error
    )
    assert not any(secret.casefold() in text.casefold() for secret in secrets_of(caseload))
    assert text
    assert not list(tmp_path.rglob("*.eml"))
    assert not list(tmp_path.rglob("*.ics"))


def test_views_are_made_for_one_person_and_nobody_else() -> None:
    held: Meeting = split_meeting()
    renderer = Renderer(team(), calendar(held))
    for stranger in ("nobody", "", "child-2", "sw-2"):
        assert renderer.view(held, stranger) is None
        assert renderer.views(stranger) == ()
