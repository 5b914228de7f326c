from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from ics_cases import HOME_ADDRESS, PROFESSIONALS, calendar, family, meeting, place, split_meeting, task

from service.output.places import ONLINE, SECURE
from service.output.render import (
    PROFESSIONAL_ROLES,
    TEAM,
    Colleague,
    MeetingView,
    Renderer,
    Room,
)
from solver.schema.base import FAMILY_ROLES, Role
from solver.schema.calendar import Meeting, Sitting
from solver.schema.caseload import Caseload

EVERYONE = ("sw-1", "sw-2", "tm-1", "hv-1", "int-1", "mother-1", "father-1", "child-1", "friend-1")


def see(one: Meeting, person: str, caseload: Caseload | None = None) -> MeetingView:
    view = Renderer(caseload or family(), calendar(one)).view(one, person)
    assert view is not None
    return view


def see_team(one: Meeting, caseload: Caseload | None = None) -> MeetingView:
    view = Renderer(caseload or family(), calendar(one)).view(one, TEAM)
    assert view is not None
    return view


def all_places(**more: object) -> Meeting:
    return meeting(1, "2026-11-10T10:00", *(place(person) for person in EVERYONE), **more)


def test_every_field_of_a_view() -> None:
    one = meeting(
        1, "2026-11-10T10:00", place("sw-1"), place("hv-1"), place("mother-1"), chair="sw-1", minutes="sw-1"
    )
    view = see(one, "sw-1")
    assert view == MeetingView(
        uid=view.uid,
        reference=view.reference,
        summary=f"Meeting, ref {view.reference}",
        start=datetime(2026, 11, 10, 10),
        end=datetime(2026, 11, 10, 11),
        location="Room 4, 1 Made-up Square",
        notes=("You chair.", "You take the minutes."),
        provisional=False,
        sequence=0,
        stamp=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        organiser="yew@convene.example",
        colleagues=(Colleague("Testvisitor Ash", "health_visitor"),),
        part="CHAIR",
    )


@pytest.mark.parametrize("status", ["report", "absent"])
@pytest.mark.parametrize("person", ["hv-1", "mother-1"])
def test_who_does_not_take_part_sees_nothing(status: str, person: str) -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place(person, status))
    renderer = Renderer(family(), calendar(one))
    assert renderer.view(one, person) is None
    assert renderer.views(person) == ()


@pytest.mark.parametrize("stranger", ["father-1", "tm-1", "child-2", "nobody", ""])
def test_who_is_not_asked_or_not_known_sees_nothing(stranger: str) -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place("child-2"), place("nobody"))
    assert Renderer(family(), calendar(one)).view(one, stranger) is None


def test_a_deputy_sees_the_meeting_and_whose_place_it_is_does_not() -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-2", "deputy", **{"for": "sw-1"}), place("mother-1"))
    assert see(one, "sw-2").notes == ("You stand in for a colleague.",)
    assert Renderer(family(), calendar(one)).view(one, "sw-1") is None


def test_professionals_share_a_uid_and_family_have_their_own() -> None:
    one = all_places()
    uids = {person: see(one, person).uid for person in EVERYONE}
    shared = {uids[person] for person in PROFESSIONALS}
    assert len(shared) == 1
    assert see_team(one).uid in shared
    own = [uids[person] for person in EVERYONE if person not in PROFESSIONALS]
    assert len({*own, *shared}) == len(own) + 1


def test_uids_outlive_time_place_and_people() -> None:
    before, after = all_places(), all_places(venue="home")
    moved = after.model_copy(
        update={"start": before.start + timedelta(days=1), "end": before.end + timedelta(days=1)}
    )
    for person in ("sw-1", "mother-1"):
        assert see(before, person).uid == see(moved, person).uid
    later = meeting(2, "2026-11-10T10:00", place("mother-1"))
    assert see(later, "mother-1").uid != see(before, "mother-1").uid


def test_another_key_gives_other_codes() -> None:
    one = all_places()
    ours, theirs = (
        Renderer(family(), calendar(one), key=key).view(one, "mother-1") for key in (None, b"secret")
    )
    assert ours is not None
    assert theirs is not None
    assert ours.uid != theirs.uid
    assert ours.reference != theirs.reference


def test_the_reference_is_the_series_and_the_sequence_the_revision() -> None:
    first, second = meeting(1), meeting(2, "2026-12-08T10:00")
    other = meeting(1, "2026-12-09T10:00", id="plan-9.cin_review.1", series="plan-9.cin_review")
    renderer = Renderer(family(), calendar(first, second, other, revision=4))
    views = renderer.views("sw-1")
    assert [view.start.day for view in views] == [10, 8, 9]
    assert views[0].reference == views[1].reference == renderer.reference("plan-21.core_group")
    assert views[2].reference != views[0].reference
    assert {view.sequence for view in views} == {3}


def test_a_sitting_is_seen_alone() -> None:
    one = split_meeting()
    ten = datetime(2026, 11, 10, 10)
    first, second = (
        (ten, ten + timedelta(hours=1)),
        (ten + timedelta(minutes=90), ten + timedelta(minutes=150)),
    )
    for person, span in {
        "mother-1": first,
        "int-1": first,
        "father-1": second,
        "tm-1": second,
        "sw-1": (first[0], second[1]),
        "hv-1": (first[0], second[1]),
    }.items():
        view = see(one, person)
        assert (view.start, view.end) == span
    team = see_team(one)
    assert (team.start, team.end) == (first[0], second[1])


def test_a_sitting_without_a_time_is_refused_without_naming_anybody() -> None:
    half = Sitting(id="A", start=datetime(2026, 11, 10, 10), end=datetime(2026, 11, 10, 11))
    one = split_meeting().model_copy(update={"sittings": (half,)})
    with pytest.raises(ValueError, match="sitting has no time") as caught:
        see(one, "father-1")
    assert "father-1" not in str(caught.value)
    assert "plan-21" not in str(caught.value)


def test_a_sitting_in_a_meeting_that_is_not_split_means_nothing() -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place("mother-1", sitting="B"))
    assert see(one, "mother-1").end == one.end


def test_professionals_see_each_other_and_family_see_no_one() -> None:
    one = all_places()
    names = {colleague.name for colleague in see(one, "sw-1").colleagues}
    assert names == {"Testworker Box", "Testmanager Oak", "Testvisitor Ash", "Interpreter 7"}
    for person in ("mother-1", "father-1", "child-1", "friend-1"):
        assert see(one, person).colleagues == ()
    assert {colleague.name for colleague in see_team(one).colleagues} == names | {"Testworker Yew"}


def test_colleagues_are_those_who_come() -> None:
    one = meeting(
        1,
        "2026-11-10T10:00",
        place("sw-1"),
        place("hv-1", "report"),
        place("tm-1", "absent"),
        place("int-1", "remote"),
    )
    assert [colleague.name for colleague in see(one, "sw-1").colleagues] == ["Interpreter 7"]


def test_colleagues_of_the_other_sitting_are_not_seen() -> None:
    one = split_meeting()
    assert {colleague.name for colleague in see(one, "int-1").colleagues} == {
        "Testworker Yew",
        "Testvisitor Ash",
    }
    assert {colleague.name for colleague in see(one, "tm-1").colleagues} == {
        "Testworker Yew",
        "Testvisitor Ash",
    }
    assert len(see(one, "sw-1").colleagues) == 3


@pytest.mark.parametrize(
    ("venue", "location"),
    [
        ("room", "Room 4, 1 Made-up Square"),
        ("home", SECURE),
        ("placement", SECURE),
        ("refuge", SECURE),
        ("twin", SECURE),
        ("video", ONLINE),
        ("unknown", SECURE),
    ],
)
def test_a_place_is_told_only_where_it_is_safe(venue: str, location: str) -> None:
    one = all_places(venue=venue)
    assert {see(one, person).location for person in EVERYONE} == {location}
    assert see_team(one).location == location


@pytest.mark.parametrize(
    "venue",
    [
        {"name": "Room 5", "address": "Annex, 12 Nowhere Lane, Madeup, ZZ9 9ZZ"},
        {"name": "Room 5", "address": "12\u00a0NOWHERE lane.\r\nMadeup (ZZ9 9ZZ)"},
        {"name": "Opposite the Garden  Room"},
        {"name": "garden_room"},
        {"name": "Gar\u00adden\u200b Room"},
        {"name": "Flat of person 22"},
        {"name": "Room 5", "address": "ask person-21@convene.example"},
        {"name": "\r\n", "address": ""},
    ],
)
def test_a_place_that_names_a_protected_one_or_a_family_is_withheld(venue: dict[str, str]) -> None:
    usual = family()
    extra = {"id": "extra", "kind": "community", **venue}
    caseload = family(venues=[*(one.model_dump() for one in usual.venues), extra])
    assert see(all_places(venue="extra"), "sw-1", caseload).location == SECURE


@pytest.mark.parametrize("name", ["Gardening Room", "Room 99", "Person 2 Hall", "Nowhere Lane Library"])
def test_a_place_that_only_sounds_like_one_is_told(name: str) -> None:
    caseload = family(
        venues=[
            *(one.model_dump() for one in family().venues),
            {"id": "extra", "kind": "community", "name": name},
        ]
    )
    assert see(all_places(venue="extra"), "mother-1", caseload).location == name


def test_who_joins_remotely_is_told_online_and_no_room() -> None:
    one = meeting(
        1,
        "2026-11-10T10:00",
        place("sw-1"),
        place("hv-1", "remote"),
        place("sw-2", "deputy", remote=True, **{"for": "tm-1"}),
    )
    assert see(one, "hv-1").location == see(one, "sw-2").location == ONLINE
    assert see(one, "sw-1").location == see_team(one).location == "Room 4, 1 Made-up Square"


def test_a_provisional_meeting_says_so() -> None:
    view = see(all_places(provisional=True, chair="mother-1"), "mother-1")
    assert view.provisional
    assert view.notes == ("You chair.", "This meeting may not be needed.")
    assert see_team(all_places(provisional=True)).notes == ("This meeting may not be needed.",)


def test_a_view_says_nothing_about_the_case() -> None:
    one = split_meeting(venue="home", provisional=True)
    forbidden = (
        "Person",
        "QZ",
        "VZ",
        "plan-21",
        "grove",
        "core",
        "group",
        "protect",
        "council",
        "Health",
        "mother",
        HOME_ADDRESS,
        "Yew Child",
    )
    for person in ("mother-1", "father-1"):
        text = repr(see(one, person))
        assert [word for word in forbidden if word.lower() in text.lower()] == []
    assert "Person" not in repr(see_team(one))
    assert HOME_ADDRESS not in repr(see_team(one))


def test_every_role_is_a_professional_a_family_members_or_other() -> None:
    assert set(get_args(Role)) == PROFESSIONAL_ROLES | FAMILY_ROLES | {"other"}
    assert not PROFESSIONAL_ROLES & FAMILY_ROLES


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ("sw-1", "worker"),
        ("tm-1", "manager"),
        ("hv-1", "partner"),
        ("mother-1", None),
        ("friend-1", None),
        ("nobody", None),
    ],
)
def test_a_task_tells_its_kind_and_owner_in_neutral_words(owner: str, told: str | None) -> None:
    one = task("plan-21.core_group.1/agree-plan", owner, date(2026, 11, 24), meeting="plan-21.core_group.1")
    renderer = Renderer(family(), calendar(meeting(), tasks=(one,)))
    view = renderer.task(one)
    assert view.owner == told
    assert view.summary == f"Task, ref {renderer.reference('plan-21.core_group')}"
    assert view.due == date(2026, 11, 24)


def test_a_known_kind_of_task_is_told_and_its_title_never() -> None:
    one = task("t-1", "sw-1", date(2026, 11, 24), kind="send-minutes", meeting="plan-21.core_group.1")
    view = Renderer(family(), calendar(meeting(), tasks=(one,))).task(one)
    assert view.summary.startswith("Minutes, ref ")
    assert "QZ" not in repr(view)
    assert "protection" not in repr(view)


def test_a_task_without_a_meeting_has_a_reference_of_its_own() -> None:
    tasks = tuple(task(f"t-{number}", "sw-1", date(2026, 11, 24)) for number in (1, 2))
    renderer = Renderer(family(), calendar(meeting(), tasks=tasks))
    codes = {renderer.task(one).reference for one in tasks} | {renderer.reference("plan-21.core_group")}
    assert len(codes) == 3


@pytest.mark.parametrize(
    ("created", "hour"),
    [("2026-11-01T09:30:00Z", 9), ("2026-11-01T09:30:00", 9), ("2026-11-01T09:30:00+01:00", 8)],
)
def test_the_stamp_is_the_calendars_making_in_utc(created: str, hour: int) -> None:
    one = meeting()
    view = Renderer(family(), calendar(one, created=created)).view(one, "sw-1")
    assert view is not None
    assert view.stamp == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)


def test_a_calendar_made_at_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="created must be a time"):
        Renderer(family(), calendar(created="yesterday"))


def test_a_room_is_told_when_it_is_taken_and_nothing_else() -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place("hv-1"), place("mother-1"), chair="sw-1")
    renderer = Renderer(family(), calendar(one))
    (view,) = renderer.views(Room("room"))
    assert (view.start, view.end, view.part) == (one.start, one.end, "NON-PARTICIPANT")
    assert (view.colleagues, view.roles, view.notes) == ((), (), ())
    assert view.uid == see(one, "sw-1").uid, "its booking is the meeting that professionals have"
    assert renderer.views(Room("video")) == ()
    assert renderer.views(Room("nowhere")) == ()


@pytest.mark.parametrize("venue", ["home", "placement", "refuge", "twin"])
def test_a_protected_place_has_no_calendar_of_its_own(venue: str) -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), venue=venue)
    assert Renderer(family(), calendar(one)).views(Room(venue)) == ()


def with_mailbox(**of_the_plan: object) -> Caseload:
    usual = family()
    rooms = [{**one.model_dump(), "email": f"{one.id}@rooms.example"} for one in usual.venues]
    plans = [{**one.model_dump(by_alias=True), **of_the_plan} for one in usual.plans]
    return family(venues=rooms, plans=plans)


@pytest.mark.parametrize(
    ("venue", "person", "status", "seen"),
    [
        ("room", "sw-1", "attending", "room@rooms.example"),
        ("room", "sw-1", "remote", None),
        ("room", "mother-1", "attending", None),
        ("refuge", "sw-1", "attending", None),
        ("twin", "sw-1", "attending", None),
        ("video", "sw-1", "attending", None),
    ],
)
def test_a_rooms_mailbox_is_for_professionals_who_are_told_the_room(
    venue: str, person: str, status: str, seen: str | None
) -> None:
    one = meeting(1, "2026-11-10T10:00", place(person, status), venue=venue)
    assert see(one, person, with_mailbox()).room == seen


def test_a_family_sees_roles_where_its_plans_say_so_and_never_names() -> None:
    one = meeting(
        1, "2026-11-10T10:00", place("sw-1"), place("sw-2"), place("hv-1", "report"), place("mother-1")
    )
    assert see(one, "mother-1").roles == ()
    told = see(one, "mother-1", with_mailbox(family_sees_roles=True))
    assert told.roles == ("social_worker",)
    assert told.colleagues == ()
    assert see(one, "sw-1", with_mailbox(family_sees_roles=True)).roles == ()


def test_a_family_does_not_see_the_roles_of_the_other_sitting() -> None:
    renderer = Renderer(with_mailbox(family_sees_roles=True), calendar(split_meeting()))
    (mother,) = renderer.views("mother-1")
    (father,) = renderer.views("father-1")
    assert set(mother.roles) == {"social_worker", "health_visitor", "interpreter"}
    assert set(father.roles) == {"social_worker", "health_visitor", "team_manager"}


@pytest.mark.parametrize(
    ("level", "chair", "part"),
    [
        ("essential", None, "REQ-PARTICIPANT"),
        ("expected", None, "REQ-PARTICIPANT"),
        ("invited", None, "OPT-PARTICIPANT"),
        ("invited", "hv-1", "CHAIR"),
    ],
)
def test_the_part_that_somebody_is_asked_to_take(level: str, chair: str | None, part: str) -> None:
    one = meeting(1, "2026-11-10T10:00", place("sw-1"), place("hv-1", level=level), chair=chair)
    assert see(one, "hv-1").part == part


def test_what_no_server_may_schedule() -> None:
    usual = meeting(1, "2026-11-10T10:00", place("sw-1"), place("mother-1"))
    assert not see(usual, "sw-1").restricted
    assert see(usual, "mother-1").restricted
    assert see(meeting(1, "2026-11-10T10:00", place("sw-1"), venue="refuge"), "sw-1").restricted
    assert see(split_meeting(), "sw-1").restricted
    apart = meeting(1, "2026-11-10T10:00", place("sw-1", "remote"), place("mother-1"), venue="refuge")
    assert (see(apart, "sw-1").location, see(apart, "sw-1").restricted) == (ONLINE, True)
