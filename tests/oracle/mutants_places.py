"""Mutants of the rules on who fills which place, and of split meetings."""

from __future__ import annotations

from datetime import datetime, timedelta

import policies
from breaking import breaks, split_first, with_attendees, with_second_sitting
from scenes import TWO, Meet, Scene, attendee, edit, edit_attendee

from solver.schema.calendar import Calendar, Sitting


@breaks("remote.allowed", "1 1.1 mother-1")
def remote_where_that_is_not_wanted(scene: Scene) -> None:
    scene.meets[0].but["mother-1"] = "remote"


@breaks("remote.allowed", "1 1.1 teacher-1", "1 1.2 teacher-1")
def in_the_room_where_that_is_not_wanted(scene: Scene) -> None:
    scene.part(1, "teacher-1")["remote"] = "yes"


@breaks("remote.allowed", "1 2.1 hv-1")
def remote_without_the_equipment(scene: Scene) -> None:
    scene.meets[2].but["hv-1"] = "remote"


@breaks("remote.allowed", "1 2.1 sw-2")
def in_a_virtual_room(scene: Scene) -> None:
    scene.one("people", "mother-2")["remote"] = True
    scene.meets[2] = Meet(TWO, "2027-01-12T10:00", "video", {"hv-1": "remote", "mother-2": "remote"})


@breaks("remote.allowed", "1 1.1 hv-2")
def a_deputy_who_should_come(scene: Scene) -> None:
    scene.part(1, "hv-1")["remote"] = "no"
    scene.meets[0].but["hv-1"] = "remote deputy hv-2"


@breaks("attend.essential", "1 1.1 sw-1", also=("attend.report",))
def an_essential_person_stays_away(scene: Scene) -> None:
    scene.meets[0].but["sw-1"] = "absent"


@breaks("attend.essential", "1 1.1 sw-1", also=("attend.deputy",))
def an_essential_person_sends_a_deputy(scene: Scene) -> None:
    scene.one("people", "sw-1")["deputies"] = ["sw-2"]
    scene.meets[0].but["sw-1"] = "deputy sw-2"


@breaks("attend.place", "1 1.1 teacher-1")
def a_place_left_out(scene: Scene) -> Calendar:
    return with_attendees(scene, lambda listed: listed[:-1])


@breaks("attend.place", "1 1.1 teacher-1")
def a_place_filled_twice(scene: Scene) -> Calendar:
    return with_attendees(scene, lambda listed: (*listed, listed[-1]))


@breaks("attend.place", "1 1.1 tm-1")
def somebody_without_a_place(scene: Scene) -> Calendar:
    return with_attendees(scene, lambda listed: (*listed, attendee("tm-1", "invited", "attending")))


@breaks("attend.place", "1 1.1 hv-1")
def another_level(scene: Scene) -> Calendar:
    return edit_attendee(scene.calendar(), 0, "hv-1", level="invited")


@breaks("attend.place", "1 1.1 hv-1")
def a_sitting_of_a_whole_meeting(scene: Scene) -> Calendar:
    return edit_attendee(scene.calendar(), 0, "hv-1", sitting="A")


@breaks("attend.place", "1 1.1 hv-1")
def remote_in_the_room(scene: Scene) -> Calendar:
    return edit_attendee(scene.calendar(), 0, "hv-1", remote=True)


@breaks("attend.place", "1 1.1 hv-1")
def attends_for_somebody(scene: Scene) -> Calendar:
    return edit_attendee(scene.calendar(), 0, "hv-1", for_="teacher-1")


@breaks("attend.place", "1 1.1 tm-1")
def the_manager_comes_to_the_first(scene: Scene) -> Calendar:
    scene.policy = policies.make_policy(policies.core_group(manager=policies.manager("first")))
    return with_attendees(scene, lambda listed: listed[:-1])


@breaks("attend.deputy", "1 1.1 hv-3")
def not_a_deputy_of_theirs(scene: Scene) -> None:
    scene.meets[0].but["hv-1"] = "deputy hv-3"


@breaks("attend.deputy", "1 1.1 hv-2")
def a_deputy_of_somebody_invited(scene: Scene) -> None:
    scene.part(1, "hv-1")["level"] = "invited"
    scene.meets[0].but["hv-1"] = "deputy hv-2"


@breaks("attend.deputy", "1 1.1 hv-2")
def a_deputy_with_a_place(scene: Scene) -> None:
    scene.plan(1)["participants"].append({"person": "hv-2", "level": "invited"})
    scene.meets[0].but |= {"hv-1": "deputy hv-2", "hv-2": "absent"}


@breaks("attend.deputy", "1 1.1 hv-2", "1 1.1 hv-2")
def a_deputy_of_two(scene: Scene) -> None:
    scene.meets[0].but |= {"hv-1": "deputy hv-2", "teacher-1": "deputy hv-2"}


@breaks("attend.report", "1 1.1 mother-1")
def a_parents_report(scene: Scene) -> None:
    scene.meets[0].but["mother-1"] = "report"


@breaks("attend.report", "1 1.1 hv-1")
def a_report_of_somebody_invited(scene: Scene) -> None:
    scene.part(1, "hv-1")["level"] = "invited"
    scene.meets[0].but["hv-1"] = "report"


@breaks("attend.report", "1 1.1 hv-1")
def an_expected_professional_stays_away(scene: Scene) -> None:
    scene.meets[0].but["hv-1"] = "absent"


@breaks("attend.report", "1 1.1 hv-1")
def a_report_without_an_exception(scene: Scene) -> Calendar:
    scene.meets[0].but["hv-1"] = "report"
    return scene.calendar(exceptions=())


@breaks("attend.report", "1 1.1 child-1")
def an_absence_without_an_exception(scene: Scene) -> Calendar:
    scene.meets[0].but["child-1"] = "absent"
    return scene.calendar(exceptions=())


@breaks("quorum", "1 2.1 -")
def too_few_professionals(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(quorum=policies.quorum(3)))
    scene.meets[2].but["mother-2"] = "absent"
    scene.plan(2)["participants"].append({"person": "teacher-1", "level": "invited"})
    scene.meets[2].but["teacher-1"] = "absent"


@breaks("roles", "1 1.1 hv-1")
def the_chair_stays_away(scene: Scene) -> Calendar:
    scene.meets[0].but["hv-1"] = "report"
    return edit(scene.calendar(), 0, chair="hv-1")


@breaks("roles", "1 1.1 tm-1")
def a_chair_from_elsewhere(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, chair="tm-1")


@breaks("roles", "1 1.1 mother-1")
def a_parent_chairs(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, chair="mother-1")


@breaks("roles", "1 1.1 mother-1")
def a_parent_takes_minutes(scene: Scene) -> Calendar:
    scene.policy = policies.make_policy(
        policies.core_group(chairing=policies.chairing(family_may_chair=True))
    )
    return edit(scene.calendar(), 0, minutes="mother-1")


@breaks("roles", "1 1.1 sw-1")
def one_for_both(scene: Scene) -> Calendar:
    scene.policy = policies.make_policy(policies.core_group(chairing=policies.chairing(differ=True)))
    return edit(scene.calendar(), 0, minutes="sw-1")


@breaks("roles", "1 1.1 sw-1")
def no_chair(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, chair=None)


@breaks("roles", "1 1.1 sw-1")
def no_minutes(scene: Scene) -> Calendar:
    return edit(scene.calendar(), 0, minutes=None)


@breaks("roles", "1 1.1 hv-1+sw-1")
def another_than_the_policys_chair(scene: Scene) -> Calendar:
    rule = policies.core_group(chairing=policies.chairing(chair="social_worker"))
    scene.policy = policies.make_policy(rule)
    return edit(scene.calendar(), 0, chair="hv-1", minutes="sw-1")


@breaks("roles", "1 1.2 sw-1+teacher-1")
def the_second_role_although_the_first_is_there(scene: Scene) -> Calendar:
    later = policies.chairing(at="later", chair=("team_manager", "school", "social_worker"))
    scene.policy = policies.make_policy(policies.core_group(chairing=(policies.chairing(at="first"), later)))
    for meet in scene.meets:
        meet.chair = "teacher-1" if meet.start == "2027-02-09T16:00" else None
    return edit(scene.calendar(), 1, chair="sw-1", minutes="hv-1")


@breaks("roles", "1 1.1 hv-1+sw-1")
def another_than_the_policys_minute_taker(scene: Scene) -> Calendar:
    rule = policies.core_group(chairing=policies.chairing(minutes="social_worker"))
    scene.policy = policies.make_policy(rule)
    for meet in scene.meets:
        meet.chair = "hv-1"
    return edit(scene.calendar(), 0, minutes="hv-1")


@breaks("attend.deputy", "1 1.1 hv-3")
def a_deputy_of_no_slot(scene: Scene) -> None:
    scene.policy = policies.make_policy(policies.core_group(slots=(policies.slot("health_visitor"),)))
    scene.meets[0].but["hv-1"] = "deputy hv-3"


@breaks("split", "1 1.1 -")
def too_short_a_break(scene: Scene) -> Calendar:
    return with_second_sitting(scene, timedelta(minutes=-15))


@breaks("split", "1 1.1 -")
def too_long_a_break(scene: Scene) -> Calendar:
    return with_second_sitting(scene, timedelta(minutes=15))


@breaks("split", "1 1.1 mother-1+father-1", "1 1.2 mother-1+father-1")
def both_parents_at_once(scene: Scene) -> None:
    split_first(scene)
    scene.part(1, "father-1")["sitting"] = "A"


@breaks("split", "1 1.1 mother-1+father-1", "1 1.2 mother-1+father-1")
def a_parent_in_both_sittings(scene: Scene) -> None:
    split_first(scene)
    del scene.part(1, "father-1")["sitting"]


@breaks("split", "1 1.1 -")
def sittings_of_a_whole_meeting(scene: Scene) -> Calendar:
    start, end = datetime(2027, 1, 12, 16), datetime(2027, 1, 12, 17)
    halves = (Sitting(id="A", start=start, end=end), Sitting(id="B", start=start, end=end))
    return edit(scene.calendar(), 0, sittings=halves)
