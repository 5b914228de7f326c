"""Living through a calendar: what is lost is rebooked in time where there is slack, by what is known and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from solver_cases import person, plan_of, room
from stress_cases import NOTHING, as_it_turned_out, held_on, lived, on, sick, starts, team

from solver.policy.windows import working_calendar
from solver.schema.stress import Rates
from solver.stress.draws import Draws, Fact
from solver.stress.simulate import Simulation

OFTEN = Rates(
    sick_spells_a_year=12, called_away_percent=4, leave_a_year=6, room_lost_a_year=25, family_cancels_percent=12,
    school_closed_a_year=15,
)  # fmt: skip


def test_without_facts_everything_is_held_as_planned() -> None:
    caseload, policy, calendar = team()
    assert Draws(caseload, working_calendar(caseload, policy), NOTHING, 1).run(1) == ()
    found = lived((caseload, policy, calendar))
    assert found.meetings == tuple(sorted(calendar.meetings, key=lambda one: (one.start, one.id)))
    assert found.run.in_time == found.run.required - len(calendar.breaches)
    assert (found.run.lost, found.run.moved, found.run.asked) == (0, 0, 0)


def test_a_day_of_illness_makes_a_meeting_late_that_has_no_slack() -> None:
    """Due on Thursday 14 January: two working days of notice from then reach the Monday after."""
    found = lived(held_on("2027-01-14T10:00"), sick("sw-1", "2027-01-14"))
    assert starts(found) == ["2027-01-18"]
    (late,) = found.run.late
    assert (late.days, late.held, late.cause, late.subject) == (4, True, "sick", "sw-1")
    assert (found.run.lost, found.run.saved, found.run.moved, found.run.in_time) == (1, 0, 1, 0)


def test_the_same_day_of_illness_costs_nothing_where_there_is_slack() -> None:
    found = lived(held_on("2027-01-11T10:00"), sick("sw-1", "2027-01-11"))
    assert found.run.late == ()
    assert "2027-01-13" <= starts(found)[0] <= "2027-01-14"
    assert (found.run.lost, found.run.saved, found.run.in_time) == (1, 1, 1)


def test_notice_is_as_long_as_the_rates_say() -> None:
    case = held_on("2027-01-11T10:00")
    for days, first in ((0, "2027-01-12"), (1, "2027-01-12"), (3, "2027-01-14"), (4, "2027-01-15")):
        rates = NOTHING.model_copy(update={"rebook_notice_days": days})
        assert starts(lived(case, sick("sw-1", "2027-01-11"), rates=rates))[0] >= first


def test_somebody_who_can_be_missed_is_missed() -> None:
    found = lived(held_on("2027-01-14T10:00"), sick("mother-1", "2027-01-14"))
    assert starts(found) == ["2027-01-14"]
    assert (found.run.lost, found.run.absences) == (0, 1)
    assert [one.status for one in found.meetings[0].attendees if one.person == "mother-1"] == ["absent"]


def test_a_family_that_cancels_is_waited_for() -> None:
    """Known the day before, and with a day of notice: still not on the day on which it can't come."""
    rates = NOTHING.model_copy(update={"rebook_notice_days": 1})
    cancelled = Fact(date(2027, 1, 13), "family", "plan-1", on("2027-01-14"))
    found = lived(held_on("2027-01-14T10:00"), cancelled, rates=rates)
    assert starts(found) == ["2027-01-15"]
    assert [(one.cause, one.subject, one.days) for one in found.run.late] == [("family", "plan-1", 1)]


def test_leave_known_ahead_moves_a_meeting_to_before_it() -> None:
    away = Fact(date(2027, 1, 5), "leave", "sw-1", on("2027-01-13", "2027-01-14", "2027-01-15", "2027-01-18"))
    found = lived(held_on("2027-01-14T10:00"), away)
    assert "2027-01-07" <= starts(found)[0] <= "2027-01-12"
    assert found.run.late == ()


def test_a_lost_room_is_changed_without_moving_anybody() -> None:
    case = held_on("2027-01-14T10:00", venues=[room("room-1"), room("room-2")])
    found = lived(case, Fact(date(2027, 1, 14), "room", "room-1", on("2027-01-14")))
    (meeting,) = found.meetings
    assert (meeting.venue, meeting.start) == ("room-2", case[2].meetings[0].start)
    assert (found.run.rooms_changed, found.run.moved, found.run.asked, found.run.saved) == (1, 0, 0, 1)


def test_a_lost_room_without_another_moves_the_meeting() -> None:
    found = lived(held_on("2027-01-11T10:00"), Fact(date(2027, 1, 11), "room", "room-1", on("2027-01-11")))
    assert "2027-01-13" <= starts(found)[0] <= "2027-01-14"


def test_everybody_elses_meetings_are_in_the_way() -> None:
    """Two plans, one room, open for one hour on some days: the meeting put elsewhere takes no hour that is taken."""
    caseload, policy, calendar = team()
    simulation = Simulation(caseload, policy, calendar, OFTEN)
    facts = Draws(caseload, simulation.diary.working, OFTEN, 5).run(1)
    found = simulation.run(1, facts)
    assert found.run.moved > 10
    taken = set()
    virtual = {venue.id for venue in caseload.venues if venue.kind == "virtual"}
    for meeting in found.meetings:
        if meeting.venue not in virtual:
            assert (meeting.venue, meeting.start) not in taken
            taken.add((meeting.venue, meeting.start))


def test_nothing_is_known_before_it_is_known() -> None:
    """Until a day, what is decided is the same whether or not anything becomes known after it."""
    caseload, policy, calendar = team()
    simulation = Simulation(caseload, policy, calendar, OFTEN)
    facts = Draws(caseload, simulation.diary.working, OFTEN, 2).run(1)
    whole = simulation.run(1, facts)
    decided = sorted({move.day for move in whole.moves})
    assert len(decided) > 8
    for day in decided[::4]:
        part = simulation.run(1, [fact for fact in facts if fact.known <= day])
        assert part.moves == tuple(move for move in whole.moves if move.day <= day)
        assert len(part.moves) < len(whole.moves) or day >= decided[-4]


def test_a_day_of_illness_to_come_is_walked_into() -> None:
    """The day chosen is the one on which the worker falls ill next: had that been known, it would have been another."""
    case = held_on("2027-01-11T10:00")
    first = lived(case, sick("sw-1", "2027-01-11"))
    chosen = starts(first)[0]
    again = lived(case, sick("sw-1", "2027-01-11"), sick("sw-1", chosen))
    assert again.moves[0].after is not None
    assert again.moves[0].after[0].date().isoformat() == chosen
    assert again.run.lost == 2
    assert starts(again)[0] > chosen


def test_past_meetings_never_move() -> None:
    caseload, policy, calendar = team()
    simulation = Simulation(caseload, policy, calendar, OFTEN)
    for number in range(1, 4):
        found = simulation.run(number, Draws(caseload, simulation.diary.working, OFTEN, 4).run(number))
        assert found.moves
        for move in found.moves:
            assert move.before is None or move.before[0].date() >= move.day
            assert move.after is None or move.after[0].date() >= move.day


def test_pinned_meetings_stand_whatever_happens() -> None:
    caseload, policy, calendar = held_on("2027-01-14T10:00")
    pinned = calendar.model_copy(
        update={"meetings": tuple(one.model_copy(update={"pinned": True}) for one in calendar.meetings)}
    )
    found = lived((caseload, policy, pinned), sick("sw-1", "2027-01-14"))
    assert (starts(found), found.moves, found.run.lost) == (["2027-01-14"], (), 0)


def test_a_meeting_with_no_day_left_is_not_held() -> None:
    """Ill from the due date to the end of the horizon, day by day: no day in it is left."""
    days = ("2027-01-14", "2027-01-15", "2027-01-18", "2027-01-19", "2027-01-20")
    case = held_on("2027-01-14T10:00", horizon_end="2027-01-20")
    found = lived(case, sick("sw-1", *days))
    (late,) = found.run.late
    assert (late.held, late.days, late.cause) == (False, 7, "sick")
    assert (found.run.required, found.run.in_time, found.meetings) == (1, 0, ())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_checker_passes_what_was_held(number: int) -> None:
    """In the caseload as everything turned out, with everybody busy who was away."""
    caseload, policy, calendar = team()
    rates = Rates(sick_spells_a_year=5, called_away_percent=2, room_lost_a_year=10, family_cancels_percent=8)
    simulation = Simulation(caseload, policy, calendar, rates)
    facts = Draws(caseload, simulation.diary.working, rates, 11).run(number)
    found = simulation.run(number, facts)
    assert found.run.lost > 0
    written = as_it_turned_out(simulation, facts, found, calendar)
    late = sorted((one.series, one.days) for one in found.run.late if one.held)
    assert late == sorted((one.series, one.breach_days) for one in written.meetings if one.breach_days)
    assert sum(not one.held for one in found.run.late) == sum(one.meeting is None for one in written.breaches)


def test_a_run_leaves_no_trace_in_the_next() -> None:
    caseload, policy, calendar = team()
    simulation = Simulation(caseload, policy, calendar, OFTEN)
    facts = Draws(caseload, simulation.diary.working, OFTEN, 9).run(1)
    first = simulation.run(1, facts)
    assert simulation.run(1, facts) == first
    assert simulation.run(2, ()).meetings == tuple(
        sorted(calendar.meetings, key=lambda one: (one.start, one.id))
    )


def test_a_school_that_closes_takes_its_rooms_and_its_staff() -> None:
    data: dict[str, Any] = {
        "schools": [
            {"id": "school-1", "name": "School", "site": "hill", "day": {"start": "09:00", "end": "15:00"},
             "terms": [{"start": "2026-09-01", "end": "2027-07-20"}]}
        ],
        "people": [
            person("sw-1", "social_worker", site="hall"),
            person("mother-1", "parent"),
            person("dsl-1", "school", site="hill"),
        ],
        "plans": [plan_of(1, {"person": "sw-1"}, {"person": "mother-1"})],
    }  # fmt: skip
    case = held_on("2027-01-14T10:00", **data)
    simulation = Simulation(*case, NOTHING)
    assert simulation.staff == {"school-1": ("dsl-1",)}
    closed = Fact(date(2027, 1, 14), "school", "school-1", on("2027-01-14"))
    assert lived(case, closed).run.lost == 0
