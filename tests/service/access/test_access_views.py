from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from caseloads import small_caseload
from ics_cases import calendar, meeting, place, task

from service.access.views import (
    calendar_seen,
    own_plans,
    rebooking_seen,
    visible_meetings,
    without_free_text,
)
from service.store.scope import Principal, Role, system
from solver.schema.calendar import (
    Breach,
    Calendar,
    CalendarException,
    Meeting,
    Notice,
    OpenRebooking,
    PersonWorkload,
    Reason,
    Remedy,
    Window,
)
from solver.schema.caseload import Caseload
from solver.schema.diff import MeetingChange, Slot
from solver.schema.options import Asked, Option, Rebooking

DAY = date(2027, 1, 12)


def who(role: Role, person: str | None = "sw-1") -> Principal:
    return Principal("north", "a", role, frozenset({"t"}), person)


def caseload(**parts: list[dict[str, Any]]) -> Caseload:
    """Plans ``mine`` and ``yours``, siblings, and ``theirs``; the participants of each are given."""
    data = small_caseload()
    (plan,) = [one for one in data["plans"] if one["id"] == "plan-3"]
    data["booked"] = []
    data["plans"] = [
        plan | {
            "id": name, "handover": None, "sibling_group": None if name == "theirs" else "elm",
            "children": [{"id": f"child-{name}", "initials": "XX", "date_of_birth": "2024-01-01"}],
            "participants": parts.get(name, [{"person": "sw-2", "level": "essential"}]),
        }
        for name in ("mine", "yours", "theirs")
    ]  # fmt: skip
    return Caseload.model_validate(data)


def of(name: str, *people: str, start: str = f"{DAY}T10:00", **more: Any) -> Meeting:
    """A meeting of a plan; nobody comes but those named."""
    return meeting(
        1, start, *(place(person) for person in people or ("sw-2",)), id=f"m-{name}", series=f"{name}.cin_review",
        kind="cin_review", plans=(name,), **more,
    )  # fmt: skip


def part(**more: Any) -> list[dict[str, Any]]:
    return [{"person": "sw-1", "level": "expected"} | more]


def seen(document: Caseload, *meetings: Meeting, person: str | None = "sw-1", **more: Any) -> Calendar:
    return visible_meetings(who("worker", person), document, calendar(*meetings, **more))


def ids(found: Calendar) -> list[str]:
    return [one.id for one in found.meetings]


def test_a_worker_sees_meetings_of_their_plans() -> None:
    assert ids(seen(caseload(mine=part()), of("mine"), of("theirs"))) == ["m-mine"]


def test_a_worker_sees_what_they_are_asked_to_and_nothing_more_of_that_plan() -> None:
    deputy = meeting(
        1, f"{DAY}T10:00", place("sw-1", "deputy", **{"for": "sw-2"}), id="m-1", plans=("theirs",)
    )
    replaced = meeting(
        1, f"{DAY}T12:00", place("sw-2", "deputy", **{"for": "sw-1"}), id="m-2", plans=("theirs",)
    )
    assert ids(seen(caseload(), deputy, replaced, of("theirs"))) == ["m-1", "m-2"]


@pytest.mark.parametrize(
    ("more", "sees"),
    [
        ({"from": DAY.isoformat()}, True),
        ({"from": (DAY + timedelta(days=1)).isoformat()}, False),
        ({"until": DAY.isoformat()}, True),
        ({"until": (DAY - timedelta(days=1)).isoformat()}, False),
        ({"meetings": ["cin_review"]}, True),
        ({"meetings": ["core_group"]}, False),
        ({"level": "invited"}, True),
    ],
)
def test_a_part_has_its_days_and_its_kinds_of_meeting(more: dict[str, Any], sees: bool) -> None:
    document = caseload(mine=[{"person": "sw-2", "level": "essential"}, *part(**more)])
    assert bool(seen(document, of("mine")).meetings) is sees


@pytest.mark.parametrize(("day", "sees"), [(DAY, True), (DAY + timedelta(days=1), False)])
def test_whoever_takes_over_sees_what_is_from_that_day_on(day: date, sees: bool) -> None:
    document = caseload()
    (first, *rest) = document.plans
    from solver.schema.caseload import Handover

    first = first.model_copy(update={"handover": Handover(date=day, person="sw-1")})
    assert bool(seen(document.model_copy(update={"plans": (first, *rest)}), of("mine")).meetings) is sees


def test_of_a_sibling_groups_meeting_only_their_own_plan_is_named() -> None:
    joint = of("mine").model_copy(update={"plans": ("mine", "yours")})
    (found,) = seen(caseload(mine=part()), joint).meetings
    assert found.plans == ("mine",)
    asked = joint.model_copy(update={"attendees": (place("sw-1"),)})
    (found,) = seen(caseload(mine=part()), asked).meetings
    assert found.plans == ("mine", "yours")


def test_nobody_in_the_caseloads_sees_nothing() -> None:
    tasks = (task("t", "sw-2", DAY, plans=("mine",)),)
    workload = (PersonWorkload(person="sw-2", meetings=1, minutes=1, busiest_day=1),)
    for person in (None, "stranger"):
        found = seen(caseload(mine=part()), of("mine"), person=person, tasks=tasks, workload=workload)
        assert (found.meetings, found.tasks, found.workload) == ((), (), ())


def test_tasks() -> None:
    tasks = (
        task("1", "sw-1", DAY),
        task("2", "sw-2", DAY, meeting="m-mine"),
        task("3", "sw-2", DAY, meeting="m-theirs"),
        task("4", "sw-2", DAY, plans=("mine",)),
        task("5", "sw-2", DAY, plans=("theirs",)),
        task("6", "sw-2", DAY, meeting="m-theirs", people=("sw-1",)),
        task("7", "sw-2", DAY + timedelta(days=9), plans=("mine",)),
        task("8", "sw-2", DAY, plans=("nowhere",)),
    )
    document = caseload(mine=part(until=DAY.isoformat()))
    found = seen(document, of("mine"), of("theirs"), tasks=tasks)
    assert [one.id for one in found.tasks] == ["1", "2", "4", "6"]


def breach(series: str, of_: str | None, *reasons: Reason, remedies: tuple[Remedy, ...] = ()) -> Breach:
    return Breach(
        series=f"{series}.cin_review",
        meeting=of_,
        due=DAY,
        days=3,
        proved=True,
        reasons=reasons,
        remedies=remedies,
    )


def remedy(*meetings: str) -> Remedy:
    at = datetime(2027, 1, 13, 10)
    return Remedy(kind="move_meeting", text="x", meetings=meetings, start=at, end=at, venue="office-1")


def test_breaches_with_reasons_and_remedies_that_are_about_their_own() -> None:
    plain, own, others = (
        Reason(rule="x", text="x", meetings=of_) for of_ in ((), ("m-mine",), ("m-mine", "m-theirs"))
    )
    breaches = (
        breach("mine", "m-mine", plain, own, others, remedies=(remedy(), remedy("m-theirs"))),
        breach("theirs", "m-theirs", plain),
        breach("elm", None, others),
        breach("theirs", None, plain),
        breach("mine", None, plain),
    )
    found = seen(caseload(mine=part()), of("mine"), of("theirs"), breaches=breaches).breaches
    assert [(one.series, one.meeting, len(one.reasons), len(one.remedies)) for one in found] == [
        ("mine.cin_review", "m-mine", 2, 1),
        ("elm.cin_review", None, 0, 0),
        ("mine.cin_review", None, 1, 0),
    ]


def test_the_rest_of_a_calendar() -> None:
    reason = Reason(rule="x", text="x", meetings=("m-theirs",))
    exceptions = tuple(
        CalendarException(
            meeting=f"m-{name}", person="sw-2", kind="report", reason="At m-theirs.", reasons=(reason,)
        )
        for name in ("mine", "theirs")
    )
    notices = tuple(Notice(kind="x", subject=name, text="x") for name in ("mine", "theirs", "wandsworth"))
    workload = tuple(
        PersonWorkload(person=name, meetings=1, minutes=60, busiest_day=1) for name in ("sw-1", "sw-2")
    )
    names = ("mine", "theirs")
    opened = tuple(
        OpenRebooking(meeting=f"m-{name}", person="sw-2", since="x", because="declined") for name in names
    )
    before = calendar(
        of("mine"), of("theirs"), exceptions=exceptions, notices=notices, workload=workload, rebookings=opened
    )
    found = visible_meetings(who("worker"), caseload(mine=part()), before)
    assert [(one.meeting, one.reason, one.reasons) for one in found.exceptions] == [("m-mine", "", ())]
    assert [one.subject for one in found.notices] == ["mine"]
    assert [one.person for one in found.workload] == ["sw-1"]
    assert [one.meeting for one in found.rebookings] == ["m-mine"]
    assert found.kpis == before.kpis


def test_support_reads_no_sentence() -> None:
    reason = Reason(rule="x", text="Written by somebody.")
    one = CalendarException(
        meeting="m-mine", person="sw-2", kind="report", reason=reason.text, reasons=(reason,)
    )
    before = calendar(
        of("mine"),
        tasks=(
            task("1", "sw-1", DAY, kind="disagreement", title="Settle it: Written by somebody."),
            task("2", "sw-1", DAY, kind="send-minutes", title="Send the minutes"),
        ),
        breaches=(breach("mine", "m-mine", reason, remedies=(remedy(),)),),
        exceptions=(one,),
        notices=(Notice(kind="x", subject="mine", text="Written by somebody."),),
    )  # fmt: skip
    found = without_free_text(before)
    assert "Written by somebody" not in found.model_dump_json()
    assert found.meetings == before.meetings
    assert [one.days for one in found.breaches] == [3]
    assert found.tasks[1] == before.tasks[1]


def option(number: int, *others: str) -> Option:
    at = datetime(2027, 1, 13, 10)
    slot = Slot(start=at, end=at, venue="office-1")
    changes = tuple(
        MeetingChange(
            meeting=f"m-{name}", series=f"{name}.cin_review", kind="cin_review", plans=(name,), before=slot, after=slot,
            slack_before=1, slack_after=1, breach_days_before=0, breach_days_after=0, people=("sw-2",),
        )
        for name in others
    )  # fmt: skip
    asked = Asked(person="sw-2", meetings=("m-mine", *(f"m-{name}" for name in others)), notice_days=1)
    return Option(
        number=number, start=at, end=at, venue="office-1", window=Window(earliest=DAY, due=DAY, target=DAY), breach_days=0,
        slack_days=1, attendees=(place("sw-1"),), attendance=(), asked=(asked,), disruption=1, moves_others=changes,
        also=changes, levels={}, why="Because of somebody.",
    )  # fmt: skip


def rebooking() -> Rebooking:
    at = datetime(2027, 1, 12, 10)
    return Rebooking(
        meeting="m-mine", series="mine.cin_review", kind="cin_review", revision=1, stands=True,
        now=Slot(start=at, end=at, venue="office-1"), options=(option(1), option(2, "theirs"), option(3, "mine")),
        reasons=(Reason(rule="x", text="x", meetings=("m-theirs",)), Reason(rule="y", text="y")),
    )  # fmt: skip


def test_options_of_a_worker_tell_nothing_of_other_plans() -> None:
    document, before = caseload(mine=part()), calendar(of("mine"), of("theirs"))
    found = rebooking_seen(who("worker"), document, before, rebooking())
    assert "theirs" not in found.model_dump_json()
    assert [one.number for one in found.options] == [1, 2, 3]
    assert [bool(one.why) for one in found.options] == [True, False, True]
    assert [len(one.moves_others) for one in found.options] == [0, 0, 1]
    assert [one.asked[0].meetings for one in found.options] == [
        ("m-mine",),
        ("m-mine",),
        ("m-mine", "m-mine"),
    ]
    assert [one.rule for one in found.reasons] == ["y"]


def test_options_of_support_hold_no_sentence() -> None:
    found = rebooking_seen(who("support"), caseload(), calendar(), rebooking())
    assert [one.why for one in found.options] == [""] * 3
    assert found.reasons == ()


@pytest.mark.parametrize("role", ["manager", "integrator", "auditor"])
def test_others_see_the_whole(role: Role) -> None:
    before = calendar(of("mine"), of("theirs"))
    assert calendar_seen(who(role), caseload(), before) is before
    options = rebooking()
    assert rebooking_seen(who(role), caseload(), before, options) is options


def test_the_service_itself_sees_the_whole() -> None:
    before = calendar(of("mine"))
    assert calendar_seen(system("north"), caseload(), before) is before


def test_an_admin_sees_nothing() -> None:
    with pytest.raises(PermissionError):
        calendar_seen(who("admin"), caseload(), calendar())
    with pytest.raises(PermissionError):
        rebooking_seen(who("admin"), caseload(), calendar(), rebooking())


def test_each_role_has_its_view() -> None:
    before = calendar(of("theirs"), notices=(Notice(kind="x", subject="theirs", text="x"),))
    assert calendar_seen(who("worker"), caseload(), before).meetings == ()
    assert calendar_seen(who("support"), caseload(), before).notices[0].text == ""


def test_own_plans() -> None:
    assert own_plans(caseload(mine=part(), theirs=part()), "sw-1") == {"mine", "theirs"}
    assert own_plans(caseload(mine=part()), None) == frozenset()
