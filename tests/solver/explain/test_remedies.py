"""Remedies: each of them, put into effect, gives a calendar that the checker passes and that holds the meeting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import policies
import pytest
from explain_cases import explained, passes, some_explainer
from solver_cases import hours, lone, person, plan_of, room

from solver.explain.explainer import Explainer
from solver.schema.calendar import Breach, Meeting, Remedy

Json = dict[str, Any]
LEAVE = [{"start": "2027-01-01T00:00", "end": "2027-01-19T00:00"}]


def only_breach(data: Json) -> tuple[Explainer, Breach]:
    explainer = explained(data)
    (breach,) = explainer.calendar.breaches
    return explainer, explainer.breach(breach)


def kinds(breach: Breach) -> list[str]:
    return [one.kind for one in breach.remedies]


def as_late(days: int) -> Callable[[Meeting], bool]:
    return lambda meeting: meeting.breach_days == days


def with_them(person: str) -> Callable[[Meeting], bool]:
    return lambda meeting: any(
        (one.for_ or one.person) == person and one.status in ("attending", "remote", "deputy")
        for one in meeting.attendees
    )


def sound(explainer: Explainer, breach: Breach) -> None:
    """Fail unless the checker agrees with every remedy of a breach."""
    owed = explainer.owed(breach.series, breach.meeting)
    found = explainer.help_late(owed, explainer.late(breach))
    assert len(found.remedies) == len(found.found) <= found.tried
    for tried in found.found:
        late = tried.remedy.breach_days
        assert late == 0 or late < breach.days
        assert passes(explainer, tried, as_late(late))


@pytest.mark.parametrize("seed", range(60))
def test_whatever_helps_passes_the_check(seed: int) -> None:
    explainer = some_explainer(seed)
    for breach in explainer.calendar.breaches:
        sound(explainer, breach)


def test_some_of_these_calendars_have_something_to_help() -> None:
    helped = {
        remedy.kind
        for seed in range(60)
        for breach in some_explainer(seed).calendar.breaches
        for remedy in some_explainer(seed).breach(breach).remedies
    }
    assert {"free_person", "longer_hours", "another_room", "stand_in", "notice"} <= helped


@pytest.mark.parametrize("seed", range(40))
def test_whatever_brings_somebody_passes_the_check(seed: int) -> None:
    explainer = some_explainer(seed)
    for exception in explainer.calendar.exceptions:
        person = exception.person
        if person is None or exception.kind not in ("report", "absent"):
            continue
        for tried in explainer.help_absent(exception.meeting, person, 4).found:
            assert passes(explainer, tried, with_them(person))


def test_the_easiest_comes_first_and_what_is_in_time_before_what_is_late() -> None:
    data = lone(venues=[room("room-1", hours=hours("09:00", "10:30"))])
    data["people"][0]["hours"] = hours("10:00", "17:00")
    data["people"].append(person("bs-1", "business_support"))
    explainer, breach = only_breach(data)
    sound(explainer, breach)
    assert kinds(breach) == ["longer_hours", "venue_hours", "free_person", "another_room"]
    assert breach.tried == 4
    assert breach.untried == 0
    assert breach.remedies[0].text == (
        "Have Person sw-1 (sw-1) there on Mon 11 Jan 2027 from 09:30 to 10:30, 30 minutes beyond their hours: "
        "it can then be held on Mon 11 Jan 2027 at 09:30 in room-1."
    )


def test_no_more_are_tried_than_may_be() -> None:
    data = lone(venues=[room("room-1", hours=hours("09:00", "10:30"))])
    data["people"][0]["hours"] = hours("10:00", "17:00")
    data["people"].append(person("bs-1", "business_support"))
    explainer = explained(data)
    (breach,) = explainer.calendar.breaches
    found = explainer.breach(breach, 1)
    assert (found.tried, found.untried) == (1, 3)
    assert kinds(found) == ["venue_hours"]
    assert not explainer.breach(breach, 0).looked_into


def test_hours_are_longer_on_that_day_alone() -> None:
    """What is asked for once is granted once: the next meeting, due four weeks later, still has no time."""
    data = lone(venues=[room("room-1", hours=hours("09:00", "10:30", ["fri"]))])
    data["people"][0]["hours"] = hours("10:00", "17:00")
    data["people"].append(person("bs-1", "business_support"))
    explainer, breach = only_breach(data)
    sound(explainer, breach)
    found = explainer.help_late(explainer.owed(breach.series, None), explainer.late(breach)).found
    longer = [one for one in found if one.remedy.kind in ("longer_hours", "venue_hours")]
    assert len(longer) == 2
    for one in longer:
        assert [meeting.number for meeting in one.decoded.meetings] == [1]
        assert len(one.decoded.unheld) == 1


def test_one_room_more_than_can_be_planned_for_is_no_remedy() -> None:
    data = lone(venues=[room(f"room-{number}", busy=LEAVE) for number in range(63)])
    _, breach = only_breach(data)
    assert len(breach.reasons[0].venues) == 63
    assert "free_venue" in kinds(breach)
    assert "another_room" not in kinds(breach)


class TestAnotherMeeting:
    def crowded(self) -> Json:
        """Two plans, one room open for an hour on the day that both are due; the second may meet elsewhere later that day."""
        data = lone(
            horizon={"start": "2027-01-14", "end": "2027-01-14"},
            venues=[room("room-1", hours=hours("10:00", "11:00"))],
        )
        data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
        data["booked"] = [{"plans": ["plan-2"], "start": "2027-01-14T10:00", "venue": "room-1"}]
        return data

    def test_where_it_could_go_nowhere_moving_it_is_no_remedy(self) -> None:
        _, breach = only_breach(self.crowded())
        assert breach.series == "plan-1.core_group"
        assert "move_meeting" not in kinds(breach)
        assert breach.tried > len(breach.remedies)

    def test_it_moves_to_a_place_of_its_own(self) -> None:
        """There is a room for the second plan alone: the calendar as it was published hasn't made use of it."""
        data = self.crowded()
        explainer = explained(data)
        data["venues"].append(room("room-2"))
        data["plans"][0]["venue"] = {"only": ["room-1"]}
        roomier = explained(data)
        explainer = Explainer(roomier.caseload, roomier.policy, explainer.calendar)
        (breach,) = explainer.calendar.breaches
        found = explainer.breach(breach)
        (move,) = [one for one in found.remedies if one.kind == "move_meeting"]
        assert move.meetings == ("plan-2.core_group.1",)
        assert move.text == (
            "Move plan-2.core_group.1: it can then be held on Thu 14 Jan 2027 at 10:00 in room-1; "
            "plan-2.core_group.1 moves to Thu 14 Jan 2027 at 10:00 in room-2."
        )
        assert move.costs["breach"] < 0
        assert move.costs["stability"] > 0

    def test_a_pinned_one_is_not_asked_to_move(self) -> None:
        data = self.crowded()
        data["booked"][0]["pinned"] = True
        _, breach = only_breach(data)
        assert all(one.kind != "move_meeting" for one in breach.remedies)


class TestPeople:
    def test_somebody_else_takes_the_place(self) -> None:
        data = lone()
        data["people"][0]["busy"] = LEAVE
        data["people"].append(person("sw-2", "social_worker", site="hall"))
        explainer, breach = only_breach(data)
        sound(explainer, breach)
        assert kinds(breach) == ["stand_in", "free_person"]
        assert breach.remedies[0].people == ("sw-2", "sw-1")

    def test_somebody_who_is_away_as_well_does_not(self) -> None:
        data = lone()
        data["people"][0]["busy"] = LEAVE
        data["people"].append(person("sw-2", "social_worker", busy=LEAVE))
        _, breach = only_breach(data)
        assert kinds(breach) == ["free_person"]

    def test_shorter_notice(self) -> None:
        data = lone()
        data["people"][0]["notice_working_days"] = 10
        explainer, breach = only_breach(data)
        sound(explainer, breach)
        assert "notice" in kinds(breach)

    def test_a_professional_more_for_the_quorum(self) -> None:
        data = lone(policies.make_policy(policies.core_group(quorum=policies.quorum(2))))
        data["people"].append(person("hv-1", "health_visitor", busy=LEAVE))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        explainer, breach = only_breach(data)
        sound(explainer, breach)
        assert [(one.kind, one.people) for one in breach.remedies] == [("free_person", ("hv-1",))]


class TestAbsence:
    def visited(self, **visitor: Any) -> Json:
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["venues"][0]["hours"] = hours("10:00", "11:00")
        data["people"].append(person("hv-1", "health_visitor", **visitor))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        return data

    def remedies(self, data: Json) -> list[Remedy]:
        explainer = explained(data)
        (exception,) = explainer.calendar.exceptions
        found = explainer.exception(exception)
        assert found.looked_into
        assert found.reasons
        return list(found.remedies)

    def test_a_deputy_is_named_and_the_meeting_stays(self) -> None:
        data = self.visited(hours={})
        data["people"].append(person("hv-2", "health_visitor"))
        deputy, free = self.remedies(data)
        assert (deputy.kind, deputy.people) == ("deputy", ("hv-2", "hv-1"))
        assert deputy.text == (
            "Name Person hv-2 (hv-2) as a deputy for Person hv-1 (hv-1): it stays on Thu 14 Jan 2027 at 10:00 in room-1."
        )
        assert deputy.costs["attendance"] == 240 - 900
        assert (free.kind, free.costs["attendance"]) == ("free_person", -900)

    def test_at_another_time_they_could_come(self) -> None:
        """The family would rather have the morning, which costs less than the report: so it isn't planned like that."""
        rule = policies.core_group()
        data = lone(policies.make_policy(rule), horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["people"].append(person("hv-1", "health_visitor", hours=hours("13:00", "14:00")))
        data["people"][1]["hours"] = hours("09:00", "12:00")
        data["plans"][0]["participants"].append({"person": "hv-1"})
        explainer = explained(data)
        (exception,) = explainer.calendar.exceptions
        assert exception.person == "hv-1"
        found = explainer.exception(exception)
        assert found.reasons == ()
        assert found.remedies[0].kind == "rebook"
        assert found.remedies[0].start.hour == 13
        assert found.remedies[0].costs["attendance"] == 1200 - 900

    def test_a_pinned_meeting_stays_as_it_is(self) -> None:
        data = self.visited(hours={})
        data["booked"] = [
            {"plans": ["plan-1"], "start": "2027-01-14T10:00", "venue": "room-1", "pinned": True}
        ]
        assert self.remedies(data) == []
