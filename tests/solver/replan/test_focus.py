"""Some series looked at closely mean what they mean in the whole team, and everybody else is in the way as they are."""

from datetime import timedelta
from functools import cache

import pytest

from solver.engine.incumbent import Incumbent
from solver.generate import generate
from solver.plan import plan
from solver.policy.load import load_policy
from solver.policy.model import Policy
from solver.replan.focus import Focus
from solver.schema.base import Span
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


@cache
def _team() -> tuple[Caseload, Policy, Calendar]:
    caseload = generate(40, seed=5, congestion="hard")
    policy = load_policy(caseload.authority)
    return caseload, policy, plan(caseload, policy, deterministic=3, seed=1)


def test_every_series_stands_where_it_is() -> None:
    focus = Focus(*_team())
    assert len(focus.series) > 10
    for name in focus.series:
        close = focus.on([name])
        assert [one.id for one in close.problem.series] == [name]
        assert close.unable == {}
        assert len(close.today[0]) == len(focus.meetings[name]) > 0


def test_a_series_put_back_costs_what_it_did() -> None:
    """Days, starts, costs and people are those of the whole problem; only workload is everybody's."""
    caseload, policy, calendar = _team()
    focus = Focus(caseload, policy, calendar)
    for name in focus.series:
        close = focus.on([name])
        incumbent = Incumbent(close.problem, 1)
        incumbent.construct_planned(close.today, len(close.problem.days), None)
        decoded = close.decode(incumbent.work)
        before = focus.meetings[name]
        assert [(m.start, m.venue, m.id) for m in decoded.meetings] == [
            (m.start, m.venue, m.id) for m in before
        ]
        for old, new in zip(before, decoded.meetings, strict=True):
            others = ("breach", "attendance", "family", "resilience")
            # Who comes is chosen anew, at the least cost, with everybody else where they are.
            assert sum(new.score[level] for level in others) <= sum(old.score[level] for level in others)


def test_everybody_elses_meetings_are_in_the_way() -> None:
    """Whoever and whatever the series may need is taken where others have it, and nothing else is."""
    caseload, policy, calendar = _team()
    focus = Focus(caseload, policy, calendar)
    for name in list(focus.series)[:6]:
        problem = focus.on([name]).problem
        needed = {f"person:{person}" for block in problem.blocks for person in block.actors}
        needed |= {f"venue:{problem.venues[v]}" for v in problem.tables.venue_id}
        rows = {
            (problem.resources[r], problem.days[d].toordinal(), begin, end)
            for r, d, begin, end, _ in problem.fixed_commits
        }
        expected = {
            (use.resource, use.day, use.begin, use.end)
            for other, meetings in focus.meetings.items()
            if other != name
            for meeting in meetings
            for use in focus.uses(meeting)
            if use.resource in needed
        }
        assert rows == expected != set()


def test_a_meeting_taken_out_of_the_way_leaves_its_time() -> None:
    focus = Focus(*_team())
    first, second, *_ = focus.series
    gone = focus.meetings[second][0]
    with_it, without = focus.on([first]).problem, focus.on([first], without={gone.id}).problem
    freed = len(with_it.fixed_commits) - len(without.fixed_commits)
    assert freed == len({use for use in focus.uses(gone) if use.resource in with_it.resources}) > 0


def test_a_meeting_that_lost_somebody_essential_cannot_stand() -> None:
    caseload, policy, calendar = _team()
    meeting = next(m for m in calendar.meetings if any(a.level == "essential" for a in m.attendees))
    who = next(a.person for a in meeting.attendees if a.level == "essential")
    midnight = meeting.start.replace(hour=0, minute=0)
    away = Span(start=midnight, end=midnight + timedelta(days=1))
    known = {person.id for person in caseload.people}
    if who not in known:
        pytest.fail("nobody essential has a record: choose another seed")
    people = tuple(
        p.model_copy(update={"busy": (*p.busy, away)}) if p.id == who else p for p in caseload.people
    )
    focus = Focus(caseload.model_copy(update={"people": people}), policy, calendar)
    close = focus.on([meeting.series])
    assert close.today == {}
    assert close.unable[0] == (meeting.id,)


def test_fixed_days_pin_what_is_on_them() -> None:
    caseload, policy, calendar = _team()
    until = sorted(m.start for m in calendar.meetings)[len(calendar.meetings) // 2].date()
    focus = Focus(caseload, policy, calendar, fixed_until=until)
    pinned = {
        focus.on([name]).problem.pinned[key]
        for name in focus.series
        for key in focus.on([name]).problem.pinned
    }
    assert pinned == {m.id for m in calendar.meetings if m.start.date() <= until}


def test_meetings_of_nobody_are_told() -> None:
    caseload, policy, calendar = _team()
    gone = caseload.plans[0].id
    smaller = caseload.model_copy(update={"plans": caseload.plans[1:]})
    focus = Focus(smaller, policy, calendar)
    told = {one.meeting for one in focus.dropped}
    assert told == {m.id for m in calendar.meetings if set(m.plans) == {gone}}


def test_an_unknown_series_is_no_series() -> None:
    with pytest.raises(KeyError, match=r"nobody\.core_group"):
        Focus(*_team()).on(["nobody.core_group"])
