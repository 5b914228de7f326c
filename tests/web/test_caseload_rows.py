"""What the caseload's rows are made of: states, orders, filters, and nothing that isn't the viewer's business."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from urllib.parse import parse_qsl

import pytest
from caseload_pages import all_late, rows_of, team_of

from service.access.views import own_plans, visible_meetings
from service.pages.caseload_filter import (
    ORDERS,
    STATES,
    Filter,
    asked_for,
    choices,
    in_order,
    ranks,
    slack_bins,
)
from service.pages.caseload_rows import SEVERITY, Row
from service.store.scope import Principal
from service.views.weeks import WIDTH
from solver.policy.load import load_policy
from solver.series import form_series

CASELOAD, CALENDAR = team_of(40)
WEEKS, ROWS = rows_of(CASELOAD, CALENDAR)


def marks(rows: tuple[Row, ...]) -> Counter[str]:
    return Counter(mark.state for row in rows for mark in row.marks)


# --- states --------------------------------------------------------------------------------------


def test_every_meeting_is_a_mark_and_so_is_what_is_missing() -> None:
    meetings = [mark.meeting for row in ROWS for mark in row.marks if mark.meeting is not None]
    assert sorted(meetings) == sorted(meeting.id for meeting in CALENDAR.meetings)
    expected = Counter(
        "late" if one.breach_days else "none" if not one.slack_days else "tight" if one.slack_days < 3 else "ok"
        for one in CALENDAR.meetings
    )  # fmt: skip
    assert marks(ROWS) == expected + Counter(missing=1)


def test_a_mark_says_what_when_and_how_much_room() -> None:
    texts = {mark.meeting: mark.text for row in ROWS for mark in row.marks}
    by_id = {meeting.id: meeting for meeting in CALENDAR.meetings}
    one = next(m for m in CALENDAR.meetings if m.slack_days == 4 and not m.provisional and not m.pinned)
    assert texts[one.id] == (
        f"{'CIN review' if one.kind == 'cin_review' else one.kind.replace('_', ' ').capitalize()}, "
        f"{one.start:%a} {one.start.day} {one.start:%b} {one.start:%H:%M}, 4 working days to spare"
    )
    assert texts[next(m.id for m in by_id.values() if m.breach_days)].endswith("7 days late")
    assert texts[next(m.id for m in by_id.values() if m.pinned)].endswith(", pinned")
    assert texts[None].startswith("No ")


def test_what_has_been_is_no_risk_any_more() -> None:
    later = datetime(2027, 3, 1, 12)
    _, rows = rows_of(CASELOAD, CALENDAR, now=later)
    been = sum(meeting.start < later for meeting in CALENDAR.meetings)
    assert marks(rows)["past"] == been > 0
    assert marks(rows)["missing"] == 1
    for row in rows:
        assert row.next is None or row.next >= later.date()
    assert sum(one.meetings for one in slack_bins(rows, 3)) == len(CALENDAR.meetings) - been
    _, rows = rows_of(CASELOAD, CALENDAR, now=datetime(2028, 1, 1))
    assert {row.words for row in rows if row.state == "past" and row.kind} == {"None to come"}


def test_plans_without_meetings_say_why() -> None:
    plan = CASELOAD.plans[0]
    policy = {**CASELOAD.authority, "meetings": [r for r in CASELOAD.authority["meetings"] if plan.type not in r["plan_types"]]}  # type: ignore[dict-item]  # fmt: skip
    caseload = CASELOAD.model_copy(update={"authority": policy})
    calendar = CALENDAR.model_copy(update={"meetings": (), "breaches": ()})
    _, rows = rows_of(caseload, calendar)
    (row,) = [row for row in rows if row.id == plan.id]
    assert row.why.startswith("No meetings: the policy sets none for ")
    assert rows[-1].why


def test_bars_and_due_dates_stay_on_the_weeks() -> None:
    for row in ROWS:
        for _, path in row.shapes.bars:
            starts = [float(piece.split()[0]) for piece in path.split("M") if piece]
            assert all(0 <= start < WEEKS.count * WIDTH for start in starts)
        assert all(0 <= mark.week < WEEKS.count for mark in row.marks)


# --- order ---------------------------------------------------------------------------------------


def test_what_is_at_risk_comes_first() -> None:
    severities = [SEVERITY[row.state] for row in ROWS if row.kind]
    assert severities == sorted(severities, reverse=True)
    assert [row.state for row in ROWS[:2]] == ["missing", "late"]
    tight = [-row.worst for row in ROWS if row.state == "tight"]
    assert tight == sorted(tight)


def test_a_row_says_when_its_worst_is() -> None:
    by_series = {row.id: row for row in ROWS}
    for row in ROWS:
        meetings = [one for one in CALENDAR.meetings if one.series == row.id]
        if row.state == "tight":
            least = min(one.slack_days for one in meetings)
            assert row.risky == min(one.start.date() for one in meetings if one.slack_days == least)
            assert row.words == f"{least} day{'s' if least > 1 else ''} to spare"
        elif row.state in ("ok", "past"):
            assert row.risky is None
    late = next(one for one in CALENDAR.meetings if one.breach_days)
    assert by_series[late.series].risky == late.start.date()
    gap = next(one for one in CALENDAR.breaches if one.meeting is None)
    assert by_series[gap.series].risky == gap.due


def test_of_two_equally_late_the_sooner_comes_first() -> None:
    _, rows = rows_of(CASELOAD, all_late(CALENDAR))
    late = [row.risky for row in rows if row.state == "late"]
    assert len(late) > 20
    assert late == sorted(late)  # type: ignore[type-var]


def test_the_other_orders() -> None:
    by_plan = [row.id for row in in_order(ROWS, "plan") if row.id.startswith("plan-")]
    assert by_plan.index("plan-9.cin_review") < by_plan.index("plan-40.core_group")
    workers = [row.worker_name for row in in_order(ROWS, "worker")]
    assert workers == sorted(workers)
    soonest = [row.next for row in in_order(ROWS, "next") if row.next]
    assert soonest == sorted(soonest)


def test_the_script_has_the_same_orders() -> None:
    places = ranks(ROWS)
    for number, (order, _) in enumerate(ORDERS):
        by_rank = sorted(ROWS, key=lambda row: int(places[row.id].split()[number]))
        assert by_rank == in_order(ROWS, order)


# --- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (Filter(worker="sw-1"), lambda row: row.worker == "sw-1"),
        (Filter(worker="-"), lambda row: row.worker is None),
        (Filter(kind="cin_review"), lambda row: row.kind == "cin_review"),
        (Filter(state="late"), lambda row: any(mark.state == "late" for mark in row.marks)),
        (Filter(state="risk"), lambda row: row.state not in ("ok", "past")),
        (Filter(slack="6-10"), lambda row: "6-10" in {mark.band for mark in row.marks}),
        (Filter(q="PLAN-1"), lambda row: any("plan-1" in plan for plan in row.plans)),
        (Filter(q="family 23"), lambda row: row.name == "family-23"),
    ],
)
def test_filters(asked: Filter, holds: object) -> None:
    assert callable(holds)
    taken = [row for row in ROWS if asked.takes(row)]
    assert taken == [row for row in ROWS if holds(row)]
    assert len(taken) < len(ROWS)
    assert asked.narrows


def test_an_address_says_what_is_asked_for_and_no_more() -> None:
    offered = choices(ROWS)
    asked = Filter("plan-1 é&", "sw-2", "core_group", "tight", "3-5", "next", "list")
    assert asked_for(dict(parse_qsl(asked.query()[1:])), offered) == asked
    assert Filter().query() == "?"
    assert asked_for({}, offered) == Filter()
    assert not Filter(order="next", view="list").narrows
    made_up = dict.fromkeys(("worker", "kind", "state", "slack", "order", "view"), "<nonsense>")
    assert asked_for(made_up, offered) == Filter()
    assert len(asked_for({"q": "x" * 1000}, offered).q) == 100


def test_what_can_be_chosen_occurs() -> None:
    offered = choices(ROWS)
    assert {name for name, _ in offered.workers} == {row.worker for row in ROWS}
    assert all(any(Filter(kind=kind).takes(row) for row in ROWS) for kind, _ in offered.kinds)  # type: ignore[arg-type]
    assert {name for name, _ in STATES} - {"risk"} == SEVERITY.keys() - {"past"}


def test_slack_is_counted_as_the_calendar_counts_it() -> None:
    assert {one.name: one.meetings for one in slack_bins(ROWS, 3)} == CALENDAR.kpis.slack_histogram
    assert [one.tone for one in slack_bins(ROWS, 3)] == ["late", "none", "tight", "tight", "ok", "ok", "ok"]


# --- privacy -------------------------------------------------------------------------------------


def seen_by(person: str) -> tuple[frozenset[str], tuple[Row, ...]]:
    who = Principal("authority", "account", "worker", teams=frozenset({"yew"}), person=person)
    own = own_plans(CASELOAD, person)
    return own, rows_of(CASELOAD, visible_meetings(who, CASELOAD, CALENDAR), own=own)[1]


def test_a_worker_finds_their_own_plans_and_meetings_that_they_are_asked_to() -> None:
    own, rows = seen_by("sw-2")
    who = Principal("authority", "account", "worker", teams=frozenset({"yew"}), person="sw-2")
    asked = {plan for one in visible_meetings(who, CASELOAD, CALENDAR).meetings for plan in one.plans}
    shown = {plan for row in rows for plan in row.plans}
    assert own
    assert own <= shown <= own | asked
    assert shown < {plan.id for plan in CASELOAD.plans}


def test_of_a_plan_that_isnt_theirs_a_deputy_finds_the_meeting_alone() -> None:
    own, rows = seen_by("hv-1")
    others = [row for row in rows if own.isdisjoint(row.plans)]
    assert others
    deputy = {
        meeting.id
        for meeting in CALENDAR.meetings
        if any(place.person == "hv-1" and place.status == "deputy" for place in meeting.attendees)
    }
    policy = load_policy(CASELOAD.authority)
    series = {one.id: one for one in form_series(CASELOAD, policy)}
    for row in others:
        assert {mark.meeting for mark in row.marks} <= deputy
        assert row.reviews == ()
        assert row.holidays == ""
        bars = dict(row.shapes.bars)
        assert bars["window"].count("M") == len(
            row.marks
        )  # no window but of the meetings that they are asked to
        assert len(row.marks) <= len([m for m in CALENDAR.meetings if m.series == series[row.id].id])
        assert row.worker is not None, "from the meeting's places"


def test_of_plans_without_meetings_a_worker_finds_their_own() -> None:
    who = Principal("authority", "account", "worker", teams=frozenset({"yew"}), person="sw-2")
    own = own_plans(CASELOAD, "sw-2")
    calendar = visible_meetings(who, CASELOAD, CALENDAR).model_copy(update={"meetings": (), "breaches": ()})
    _, rows = rows_of(CASELOAD, calendar, own=own)
    assert {plan for row in rows for plan in row.plans} == own
    assert {row.why for row in rows} == {"You are asked to none of its meetings."}


def test_nobody_without_a_person_sees_anything() -> None:
    own = own_plans(CASELOAD, None)
    calendar = CALENDAR.model_copy(update={"meetings": (), "breaches": ()})
    assert rows_of(CASELOAD, calendar, own=own)[1] == ()
