"""Mutants of the rules on people, days and rooms."""

from __future__ import annotations

from datetime import date

import policies
from breaking import breaks, siblings
from scenes import ONE, TWO, Meet, Scene, hours


@breaks("person.overlap", "30 2.2+1.2 hv-1")
def two_meetings_at_once(scene: Scene) -> None:
    scene.meets[3] = Meet(TWO, "2027-02-09T15:30", "room-2")


@breaks("person.overlap", "60 1.2+2.2 hv-1")
def remotely_at_two_meetings(scene: Scene) -> None:
    scene.one("venues", "room-2")["features"].append("hybrid")
    scene.meets[1].but["hv-1"] = "remote"
    scene.meets[3] = Meet(TWO, "2027-02-09T16:00", "room-2", {"hv-1": "remote"})


@breaks("person.overlap", "60 1.2+2.2 hv-2")
def a_deputy_at_two_meetings(scene: Scene) -> None:
    scene.part(1, "teacher-1")["level"] = "expected"
    scene.meets[1].but |= {"teacher-1": "deputy hv-2", "hv-1": "report"}
    scene.meets[3] = Meet(TWO, "2027-02-09T16:00", "room-2", {"hv-1": "deputy hv-2"})


@breaks("person.travel", "45 2.2+1.2 hv-1")
def no_minute_between_two_sites(scene: Scene) -> None:
    scene.meets[3] = Meet(TWO, "2027-02-09T15:00", "room-2")


@breaks("person.travel", "15 2.2+1.2 hv-1")
def no_time_to_travel(scene: Scene) -> None:
    scene.meets[3] = Meet(TWO, "2027-02-09T14:30", "room-2")


@breaks("person.travel", "15 2.1+1.1 hv-1", "15 2.2+1.2 hv-1")
def the_table_says_longer(scene: Scene) -> None:
    scene.data["travel"] = {"hall": {"hill": 315}}


@breaks("person.travel", "30 2.2+1.2 hv-2")
def a_deputy_travels(scene: Scene) -> None:
    scene.meets[1].but["hv-1"] = "deputy hv-2"
    scene.meets[3] = Meet(TWO, "2027-02-09T14:45", "room-2", {"hv-1": "deputy hv-2"})


@breaks("person.hours", "15 1.1 teacher-1", "15 1.2 teacher-1")
def outside_hours(scene: Scene) -> None:
    scene.one("people", "teacher-1")["hours"] = hours("09:00", "16:45")


@breaks("person.hours", "15 1.1 sw-1", "15 1.2 sw-1")
def across_a_lunch_break(scene: Scene) -> None:
    scene.one("people", "sw-1")["hours"] = {"tue": [["09:00", "16:15"], ["16:30", "18:00"]]}


@breaks("person.hours", "15 1.1 hv-1")
def usual_hours_of_a_professional(scene: Scene) -> None:
    del scene.one("people", "hv-1")["hours"]
    scene.meets[0].start = "2027-01-12T16:15"


@breaks("person.hours", "30 1.1 child-1", "30 1.2 child-1")
def a_child_with_hours_of_their_own(scene: Scene) -> None:
    child = {"id": "child-1", "name": "Child 1", "role": "child", "hours": hours("08:00", "16:30")}
    scene.data["people"].append(child)


@breaks("person.busy", "1 1.2 sw-1")
def while_busy(scene: Scene) -> None:
    scene.one("people", "sw-1")["busy"] = [{"start": "2027-02-09T16:59", "end": "2027-02-09T17:30"}]


@breaks("person.busy", "60 1.2 hv-2")
def a_busy_deputy(scene: Scene) -> None:
    scene.one("people", "hv-2")["busy"] = [{"start": "2027-02-08T00:00", "end": "2027-02-12T00:00"}]
    scene.meets[1].but["hv-1"] = "deputy hv-2"


@breaks("person.notice", "1 1.1 teacher-1")
def sooner_than_they_can_be_booked(scene: Scene) -> None:
    scene.one("people", "teacher-1")["notice_working_days"] = 7  # 12 January is the sixth after the 4th
    scene.one("people", "sw-1")["notice_working_days"] = 6


@breaks("person.cap", "1 2.1+1.1 hv-1", "1 2.2+1.2 hv-1")
def too_many_meetings(scene: Scene) -> None:
    scene.one("people", "hv-1")["max_meetings_per_day"] = 1


@breaks("person.cap", "1 2.2+1.2 hv-2")
def too_many_as_a_deputy(scene: Scene) -> None:
    scene.one("people", "hv-2")["max_meetings_per_day"] = 1
    scene.meets[1].but["hv-1"] = scene.meets[3].but["hv-1"] = "deputy hv-2"


@breaks("school.hours", "15 1.2 child-1")
def too_soon_after_school(scene: Scene) -> None:
    scene.meets[1].start = "2027-02-09T15:30"


@breaks("school.hours", "1 1.1 child-1", "1 1.2 child-1")
def too_late_before_school(scene: Scene) -> None:
    scene.one("schools", "school-1")["day"] = {"tue": {"start": "17:29", "end": "20:00"}}


@breaks("school.hours", "15 1.1 child-1", "15 1.2 child-1")
def the_policy_wants_longer(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(school_hours=policies.school_hours(60)))


@breaks("start.grid", "5 1.1 -")
def off_the_grid(scene: Scene) -> None:
    scene.meets[0].start = "2027-01-12T16:05"


@breaks("day.open", "1 1.1 -", "1 2.1 -")
def on_a_closure(scene: Scene) -> None:
    scene.data["closures"] = ["2027-01-12"]


@breaks("day.open", "1 1.1 -", "1 2.1 -")
def on_a_day_the_policy_takes_out(scene: Scene) -> None:
    changes = {
        "remove": (date(2027, 1, 4), date(2027, 1, 12)),
        "add": (date(2027, 1, 9),),
        "sources": ("made-up",),
    }
    scene.policy = policies.make_policy(working_days=changes)


@breaks("day.open", "1 1.1 -", also=("person.hours",))
def on_a_saturday(scene: Scene) -> None:
    scene.meets[0].start = "2027-01-09T16:00"


@breaks("day.open", "1 1.1 -")
def on_a_bank_holiday(scene: Scene) -> None:
    scene.data["horizon"]["start"] = "2027-01-01"
    scene.meets[0] = Meet(ONE, "2027-01-01T16:00", "room-1")
    scene.meets[1] = Meet(ONE, "2027-01-29T16:00", "room-1")


@breaks("day.span", "15 2.2 -")
def when_the_team_is_gone(scene: Scene) -> None:
    scene.plan(2)["participants"] = [{"person": "mother-2"}]
    scene.meets[3].start = "2027-02-09T17:15"


@breaks("time.never", "1 2.1 -", "1 2.2 -")
def at_a_time_that_is_ruled_out(scene: Scene) -> None:
    scene.plan(2)["times"] = {"never": [{"days": ["tue"], "start": "10:59", "end": "12:00"}]}


@breaks("venue.overlap", "15 2.2+1.2 -")
def two_meetings_in_a_room(scene: Scene) -> None:
    scene.meets[1].but["hv-1"] = "deputy hv-2"
    scene.meets[3] = Meet(TWO, "2027-02-09T15:15", "room-1")


@breaks("venue.hours", "15 2.1 -", "15 2.2 -")
def outside_the_rooms_hours(scene: Scene) -> None:
    scene.one("venues", "room-2")["hours"] = hours("10:15", "18:00")


@breaks("venue.busy", "15 2.1 -")
def the_room_is_taken(scene: Scene) -> None:
    scene.one("venues", "room-2")["busy"] = [{"start": "2027-01-12T09:00", "end": "2027-01-12T10:15"}]


@breaks("venue.features", "1 2.1 -", "1 2.2 -")
def the_plan_needs_more(scene: Scene) -> None:
    scene.plan(2)["venue"] = {"needs": ["private", "step_free"]}


@breaks("venue.features", "1 2.1 -", "1 2.2 -")
def the_policy_asks_for_more(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(venue=policies.venue(features=("hybrid",))))


@breaks("venue.private", "1 2.1 -", "1 2.2 -")
def not_private(scene: Scene) -> None:
    scene.one("venues", "room-2")["features"] = []


@breaks("venue.capacity", "1 1.1 -", "1 1.2 -")
def too_small(scene: Scene) -> None:
    scene.part(1, "teacher-1")["remote"] = "yes"
    scene.meets[0].but["teacher-1"] = scene.meets[1].but["teacher-1"] = "remote"
    scene.one("venues", "room-1")["capacity"] = 3


@breaks("venue.capacity", "1 1.1 -", "1 1.2 -")
def too_small_for_those_invited(scene: Scene) -> None:
    scene.part(1, "teacher-1")["level"] = "invited"
    scene.meets[0].but["teacher-1"] = scene.meets[1].but["teacher-1"] = "absent"
    scene.one("venues", "room-1")["capacity"] = 4


@breaks("venue.kind", "1 2.1 -", "1 2.2 -")
def a_kind_the_plan_does_not_allow(scene: Scene) -> None:
    scene.plan(2)["venue"] = {"kinds": ["community", "family_home"]}


@breaks("venue.kind", "1 2.1 -", "1 2.2 -")
def a_kind_the_policy_does_not_allow(scene: Scene) -> None:
    scene.one("venues", "room-2")["kind"] = "nursery"
    scene.policy = policies.make_policy(policies.core_group(venue=policies.venue(kinds=("office",))))


@breaks("venue.only", "1 2.1 -", "1 2.2 -")
def not_the_only_room(scene: Scene) -> None:
    scene.plan(2)["venue"] = {"only": ["room-3", "room-1"]}


@breaks("venue.refused", "1 2.1 -", "1 2.2 -")
def a_refused_room(scene: Scene) -> None:
    scene.plan(2)["venue"] = {"never": ["room-2"]}


@breaks("venue.home", "1 2.1 -", "1 2.2 -")
def a_confidential_room(scene: Scene) -> None:
    scene.one("venues", "room-2")["confidential"] = True


@breaks("venue.home", "1 2.1 -", "1 2.2 -")
def somebody_elses_home(scene: Scene) -> None:
    scene.one("venues", "room-2")["kind"] = "family_home"


@breaks("venue.home", "1 elm.1 -", "1 elm.2 -")
def the_home_of_one_sibling(scene: Scene) -> None:
    siblings(scene)
    scene.one("venues", "room-1")["kind"] = "placement"
    scene.plan(1)["venue"] = {"prefer": ["room-1"]}


@breaks("venue.school", "1 2.1 -", "1 2.2 -")
def at_a_school_of_others(scene: Scene) -> None:
    scene.one("venues", "room-2")["kind"] = "school"
    scene.one("venues", "room-2")["site"] = "east"
