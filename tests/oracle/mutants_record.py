"""Mutants of the rules on the chain of a series and on what a calendar says of itself."""

from __future__ import annotations

from datetime import date, datetime

import policies
from breaking import book, breaks, with_attendees, with_bound
from scenes import ONE, TWO, Meet, Scene, attendee, edit

from solver.schema.calendar import Calendar, CalendarException, Window


@breaks("series.window", "1 1.1+1.2 -")
def before_its_earliest(scene: Scene) -> None:
    scene.policy = policies.make_policy(
        policies.core_group(windows=policies.windows(minimum="20 working days", later="5 weeks"))
    )
    scene.meets[1].start = "2027-02-08T16:00"


@breaks("series.window", "1 1.3 -")
def a_meeting_too_many(scene: Scene) -> None:
    scene.meets.append(Meet(ONE, "2027-02-24T16:00", "room-1"))


@breaks("series.window", "6 2.2 -")
def after_the_last_day(scene: Scene) -> None:
    scene.plan(2)["ends"] = "2027-02-03"
    scene.policy = policies.make_policy(policies.core_group(windows=policies.windows(later="3 weeks")))
    scene.meets[0].start, scene.meets[1].start = "2027-01-14T16:00", "2027-02-04T16:00"
    scene.meets[3].start = "2027-02-09T10:00"


@breaks("series.window", "1 1.1 -")
def another_due_date(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    window = calendar.meetings[0].window
    return edit(calendar, 0, window=window.model_copy(update={"due": date(2027, 1, 15)}))


@breaks("series.window", "1 1.1 -")
def another_target(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    window = calendar.meetings[0].window
    return edit(calendar, 0, window=window.model_copy(update={"target": date(2027, 1, 12)}))


@breaks("series.window", "1 1.1 -")
def another_first_day(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    window = calendar.meetings[0].window
    return edit(calendar, 0, window=Window(earliest=date(2026, 12, 31), due=window.due, target=window.target))


@breaks("series.window", "1 1.2 -")
def days_of_breach_hidden(scene: Scene) -> Calendar:
    scene.meets[1].start = "2027-02-12T16:00"
    return edit(scene.calendar(), 1, breach_days=2)


@breaks("series.window", "3 1.2 -")
def a_late_meeting_hidden(scene: Scene) -> Calendar:
    scene.meets[1].start = "2027-02-12T16:00"
    return scene.calendar(breaches=())


@breaks("series.complete", "18 - -")
def a_missing_meeting_hidden(scene: Scene) -> Calendar:
    del scene.meets[3]
    return scene.calendar(breaches=())


@breaks("series.complete", "44 - -")
def no_meeting_at_all(scene: Scene) -> Calendar:
    del scene.meets[2:]
    return scene.calendar(breaches=())


@breaks("series.complete", "18 - -", also=("calendar.breaches",))
def a_missing_meeting_played_down(scene: Scene) -> Calendar:
    del scene.meets[3]
    calendar = scene.calendar()
    breach = calendar.breaches[0]
    return calendar.model_copy(update={"breaches": (breach.model_copy(update={"days": breach.days - 1}),)})


@breaks("series.order", "1 1.1 -", "1 1.2 -", also=("meeting.id",))
def numbers_swapped(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return edit(edit(calendar, 0, number=2), 1, number=1)


@breaks("series.order", "4 2.5 -", "4 2.6 -", also=("meeting.id",))
def not_numbered_on_from_those_held(scene: Scene) -> Calendar:
    scene.plan(2)["events"]["held"] = 4
    return edit(edit(scene.calendar(), 2, number=1), 3, number=2)


@breaks("series.order", "1 1.1+1.2 -", also=("series.window",))
def twice_a_day(scene: Scene) -> None:
    scene.meets[0].start = "2027-01-14T16:00"
    scene.meets.insert(1, Meet(ONE, "2027-01-14T17:00", "room-1"))


@breaks("series.review_day", "1 2.2 -")
def on_a_review_day(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(not_on_review_day=policies.not_on_review_day()))
    scene.plan(2)["events"]["reviews"] = ["2027-01-05", "2027-02-09"]


@breaks("pinned", "1 - -")
def a_pinned_meeting_moved(scene: Scene) -> None:
    book(scene, start="2027-02-09T10:15")


@breaks("pinned", "1 - -")
def a_pinned_meeting_in_another_room(scene: Scene) -> None:
    book(scene, venue="room-1")


@breaks("pinned", "1 1.1 -")
def says_it_is_pinned(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, pinned=True)


@breaks("pinned", "1 2.2 -")
def does_not_say_it_is_pinned(scene: Scene) -> Calendar:
    book(scene)
    return edit(scene.calendar(), 3, pinned=False)


@breaks("meeting.minutes", "15 1.1 -")
def too_short(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, end=datetime(2027, 1, 12, 16, 45))


@breaks("meeting.id", "1 1.7 -")
def an_id_of_its_own(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, id="plan-1.core_group.7")


@breaks("meeting.id", "1 2.2 -")
def not_the_id_it_was_booked_with(scene: Scene) -> Calendar:
    book(scene, id="booked-7")
    return edit(scene.calendar(), 3, id=f"{TWO}.2")


@breaks("meeting.kind", "1 1.1 -")
def of_another_kind(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, kind="cin_review")


@breaks("meeting.plans", "1 1.1 -")
def of_another_plan(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, plans=("plan-1", "plan-2"))


@breaks("meeting.slack", "1 1.1 -")
def more_slack(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, slack_days=3)


@breaks("meeting.provisional", "1 1.2 -")
def not_provisional(scene: Scene) -> Calendar:
    scene.plan(1)["events"]["reviews"] = ["2027-02-08"]
    return edit(scene.calendar(), 1, provisional=False)


@breaks("meeting.marks", "1 1.1 -")
def not_marked_as_the_first(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, marks=())


@breaks("meeting.marks", "1 1.2 -")
def marked_as_the_last_before_no_review(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 1, marks=("last_before_review",))


@breaks("meeting.score", "10 1.1 -")
def a_kinder_score(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return edit(calendar, 0, score=calendar.meetings[0].score | {"resilience": 1})


@breaks("id.unique", "1 1.1 -", also=("meeting.id",))
def one_id_for_two(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 2, id=f"{ONE}.1")


@breaks(
    "id.unknown",
    "1 2.1 -",
    "1 2.2 -",
    also=(
        "calendar.objective",
        "series.complete",
    ),
)
def of_an_unknown_series(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return edit(edit(calendar, 2, series="plan-9.core_group"), 3, series="plan-9.core_group")


@breaks("id.unknown", "1 1.1 -", also=("meeting.plans",))
def of_an_unknown_plan(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, plans=("plan-1", "plan-9"))


@breaks(
    "id.unknown",
    "1 1.1 -",
    also=(
        "meeting.score",
        "calendar.objective",
    ),
)
def in_an_unknown_venue(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, venue="room-9")


@breaks("id.unknown", "1 1.1 nobody", also=("attend.place",))
def with_an_unknown_person(scene: Scene) -> Calendar:
    return with_attendees(scene, lambda listed: (*listed, attendee("nobody", "invited", "absent")))


@breaks("id.unknown", "1 1.1 nobody", also=("roles",))
def an_unknown_chair(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, chair="nobody")


@breaks("id.unknown", "1 - -", also=("calendar.exceptions",))
def an_exception_of_nothing(scene: Scene) -> Calendar:
    exception = CalendarException(meeting="nothing", person=None, kind="report", reason="None.")
    return scene.calendar(exceptions=(exception,))


@breaks("calendar.caseload", "1 - -")
def of_another_caseload(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    scene.one("people", "hv-3")["name"] = "Person 7"
    return calendar


@breaks("calendar.caseload", "1 - -")
def of_another_horizon(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    longer = calendar.horizon.model_copy(update={"end": date(2027, 3, 1)})
    return calendar.model_copy(update={"horizon": longer})


@breaks("calendar.policy", "1 - -")
def under_another_version(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    scene.policy = policies.make_policy(version="2")
    return calendar


@breaks("calendar.policy", "1 - -")
def with_other_weights(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return calendar.model_copy(update={"weights": calendar.weights | {"breach_day": 1}})


@breaks("calendar.objective", "5 - -")
def a_kinder_objective(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return calendar.model_copy(update={"objective": calendar.objective | {"family": 5}})


@breaks("calendar.objective", "1 - -")
def a_lower_cost(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return calendar.model_copy(update={"cost": calendar.cost - 1})


@breaks("calendar.bound", "1 - -")
def a_bound_above_the_cost(scene: Scene) -> Calendar:
    return with_bound(scene, 1.5, "feasible")


@breaks("calendar.bound", "1 - -")
def optimal_without_a_proof(scene: Scene) -> Calendar:
    return with_bound(scene, -2.0, "optimal")


@breaks("calendar.bound", "1 - -")
def a_gap_of_nothing(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    return calendar.model_copy(update={"bound": calendar.cost - 2.0, "status": "feasible"})


@breaks("calendar.bound", "1 - -", "1 - -", "1 - -")
def a_bound_that_is_no_number(scene: Scene) -> Calendar:
    return scene.calendar(bound=float("nan"), gap=float("nan"))


@breaks("calendar.breaches", "3 1.2 -")
def a_breach_that_is_none(scene: Scene) -> Calendar:
    calendar = scene.calendar()
    scene.meets[1].start = "2027-02-12T16:00"
    return calendar.model_copy(update={"breaches": scene.calendar().breaches})


@breaks("calendar.breaches", "1 1.2 -")
def a_breach_without_a_reason(scene: Scene) -> Calendar:
    scene.meets[1].start = "2027-02-12T16:00"
    calendar = scene.calendar()
    return calendar.model_copy(
        update={"breaches": (calendar.breaches[0].model_copy(update={"reasons": ()}),)}
    )


@breaks("calendar.breaches", "1 1.2 -")
def one_breach_twice(scene: Scene) -> Calendar:
    scene.meets[1].start = "2027-02-12T16:00"
    return scene.calendar(breaches=scene.calendar().breaches * 2)


@breaks("calendar.breaches", "1 - -")
def one_missing_meeting_twice(scene: Scene) -> Calendar:
    del scene.meets[3]
    return scene.calendar(breaches=scene.calendar().breaches * 2)


@breaks("calendar.exceptions", "1 1.1 hv-1")
def an_exception_too_many(scene: Scene) -> Calendar:
    exception = CalendarException(meeting=f"{ONE}.1", person="hv-1", kind="report", reason="Ill.")
    return scene.calendar(exceptions=(exception,))


@breaks("calendar.exceptions", "2 1.1 hv-1")
def one_exception_three_times(scene: Scene) -> Calendar:
    scene.meets[0].but["hv-1"] = "report"
    return scene.calendar(exceptions=scene.calendar().exceptions * 3)


@breaks("calendar.exceptions", "1 1.1 hv-1")
def a_report_for_somebody_else_to_agree(scene: Scene) -> Calendar:
    scene.one("people", "hv-1")["line_manager"] = "hv-2"
    scene.meets[0].but["hv-1"] = "report"
    told = scene.calendar().exceptions[0]
    return scene.calendar(exceptions=(told.model_copy(update={"agree": "tm-1"}),))


@breaks("calendar.exceptions", "1 1.1 hv-1")
def an_exception_without_a_reason(scene: Scene) -> Calendar:
    scene.meets[0].but["hv-1"] = "report"
    exceptions = scene.calendar().exceptions
    return scene.calendar(exceptions=(exceptions[0].model_copy(update={"reason": " "}),))


@breaks("calendar.exceptions", "1 1.1 -")
def an_exception_of_a_rule_that_holds(scene: Scene) -> Calendar:
    exception = CalendarException(meeting=f"{ONE}.1", person=None, kind="person.hours", reason="Ill.")
    return scene.calendar(exceptions=(exception,))
