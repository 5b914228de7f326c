"""What the days of a chain cost, against the checker's reading of windows, breaches, slack, spacing and weekdays."""

from __future__ import annotations

import random
from datetime import date

import policies
import pytest
from any_caseload import any_caseload
from brute import Chain
from solver_cases import lone, prepared, read
from tiny import tiny_caseload, tiny_policy

from solver.check.case import Case
from solver.policy.model import Policy, WorkingDayChanges
from solver.problem.tables import BIG, Problem
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError


def agrees(caseload: Caseload, policy: Policy, problem: Problem) -> int:
    """Compare every first day, every gap and every end; returns how many could be."""
    case, tab, possible = Case(caseload, policy), problem.tables, 0
    for s, series in enumerate(problem.series):
        chain = Chain(case, case.series[series.id], None)
        pinned = {d for one, d in problem.pinned if one == s}
        days = list(problem.days)

        def told(value: int | None, between: set[int]) -> int:
            return BIG if value is None or between else value

        assert tab.none_cost[s] == (BIG if pinned else chain.end(None))
        for j, day in enumerate(days):
            if day not in chain.days:
                continue  # closed: only another series has a meeting pinned to it
            before = {d for d in pinned if d < j}
            expected = told(chain.link(None, day), before)
            assert tab.first_cost[s, j] == expected, (series.id, day)
            possible += expected < BIG
            assert tab.end_cost[s, j] == (BIG if any(d > j for d in pinned) else chain.end(day))
            for i, previous in ((i, day) for i, day in enumerate(days[:j]) if day in chain.days):
                expected = told(chain.link(previous, day), {d for d in pinned if i < d < j})
                assert tab.gap_cost[tab.gap_index[s], i, j] == expected, (series.id, previous, day)
                possible += expected < BIG
    return possible


@pytest.mark.parametrize("seed", range(0, 40))
def test_tiny_caseloads(seed: int) -> None:
    caseload, policy = tiny_caseload(seed), tiny_policy(seed)
    assert agrees(caseload, policy, prepared(caseload, policy)) > 0


@pytest.mark.parametrize("seed", range(30))
def test_any_caseload(seed: int) -> None:
    try:
        caseload, policy = read(any_caseload(random.Random(seed)))
    except CaseloadError:
        return
    agrees(caseload, policy, prepared(caseload, policy))


class TestByHand:
    """Conference on 30 December: earliest the 4th (the horizon's first day), target the 11th, due on the 14th."""

    def costs(self, **changes: object) -> dict[str, int]:
        problem = prepared(*read(lone(**changes)))
        return {
            str(day): int(cost) for day, cost in zip(problem.days, problem.tables.first_cost[0], strict=True)
        }

    @pytest.mark.parametrize(
        ("day", "cost"),
        [
            ("2027-01-04", 7),
            ("2027-01-08", 3),
            ("2027-01-11", 0),
            ("2027-01-12", 10 + 1),  # two working days of slack instead of three
            ("2027-01-13", 20 + 2),
            ("2027-01-14", 30 + 3),
            ("2027-01-15", 10_000 + 30 + 4),
            ("2027-01-18", 40_000 + 30 + 7),
        ],
    )
    def test_the_first(self, day: str, cost: int) -> None:
        assert self.costs()[day] == cost

    def test_after_a_meeting_before_the_calendar_the_weekday_counts_too(self) -> None:
        """The last was on Tuesday 15 December: due on Tuesday 12 January, aimed at Thursday the 7th."""
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2026-11-16", "last_meeting": "2026-12-15"}
        problem = prepared(*read(data))
        costs = dict(zip(problem.days, problem.tables.first_cost[0].tolist(), strict=True))
        assert costs[date(2027, 1, 7)] == 4
        assert costs[date(2027, 1, 5)] == 2

    def test_holding_none(self) -> None:
        """From the due date to the day after the horizon there are 44 days, and 28 come on top."""
        problem = prepared(*read(lone()))
        assert problem.tables.none_cost[0] == 10_000 * (44 + 28)

    def test_holding_no_more(self) -> None:
        """After one on 1 February the next is due on 1 March, after the horizon; after the 11th of January on the 8th."""
        problem = prepared(*read(lone()))
        ends = dict(zip(problem.days, problem.tables.end_cost[0].tolist(), strict=True))
        assert ends[date(2027, 2, 1)] == 0
        assert ends[date(2027, 1, 11)] == 10_000 * (19 + 28)

    def test_series_of_one_kind_share_their_gaps(self) -> None:
        data = lone()
        data["plans"] += [data["plans"][0] | {"id": f"plan-{number}"} for number in (2, 3)]
        for number, plan in enumerate(data["plans"], start=1):
            plan["children"] = [plan["children"][0] | {"id": f"child-{number}"}]
        data["plans"][2]["every_at_most"] = "3 weeks"
        problem = prepared(*read(data))
        assert problem.tables.gap_index.tolist() == [0, 0, 1]


def test_a_policy_that_takes_a_working_day_away() -> None:
    """Without 11 January ten working days end on the 15th, and three before that are the 12th."""
    policy = policies.make_policy(
        working_days=WorkingDayChanges(remove=(date(2027, 1, 11),), sources=policies.MADE_UP)
    )
    problem = prepared(*read(lone(policy)))
    assert date(2027, 1, 11) not in problem.days
    costs = dict(zip(problem.days, problem.tables.first_cost[0].tolist(), strict=True))
    assert costs[date(2027, 1, 12)] == 0
    assert costs[date(2027, 1, 15)] == 30 + 3
