"""Week after week: planned again with new facts, a team's calendar moves only what it must."""

from __future__ import annotations

import random

import pytest
from deep import first
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from rolling import EVENTS, Team

WEEKS = 26
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


class Weeks(RuleBasedStateMachine):
    """Each step is a week: some events, then the next calendar, of which `Team` checks all that has to hold."""

    @initialize(
        plans=st.integers(4, 8), seed=st.integers(1, 40), congestion=st.sampled_from(["easy", "typical"])
    )
    def publish(self, plans: int, seed: int, congestion: str) -> None:
        self.team = Team(plans, seed, congestion)  # type: ignore[arg-type]

    @rule(
        events=st.lists(st.sampled_from(sorted(EVENTS)), max_size=3),
        chance=st.randoms(use_true_random=False),
        fixed_days=st.sampled_from([None, 0, 4]),
    )
    def a_week_goes_by(self, events: list[str], chance: random.Random, fixed_days: int | None) -> None:
        for event in events:
            self.team.happens(event, chance)
        found = self.team.next_week(fixed_days=fixed_days)
        note(f"{events}: {found.moved}, {found.disruption} of at least {found.least_disruption}")


TestAFewWeeks = Weeks.TestCase
TestAFewWeeks.settings = settings(
    max_examples=4, stateful_step_count=4, deadline=None, suppress_health_check=QUIET
)


@pytest.mark.slow
class TestHalfAYear(Weeks.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=8, stateful_step_count=WEEKS, deadline=None, suppress_health_check=QUIET)


@pytest.mark.slow
@pytest.mark.deep
class TestManyHalfYears(Weeks.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(
        max_examples=25, stateful_step_count=WEEKS, deadline=None, suppress_health_check=QUIET
    )


def half_a_year(seed: int) -> Team:
    chance = random.Random(seed)
    team = Team(14, seed, "easy" if seed % 3 == 0 else "typical")
    for _ in range(WEEKS):
        for event in chance.choices(sorted(EVENTS), k=chance.choice([0, 1, 1, 2, 3])):
            team.happens(event, chance)
        team.next_week(fixed_days=chance.choice([None, 4]))
    return team


@pytest.mark.slow
@pytest.mark.parametrize("seed", first(3, range(1, 11)))
def test_half_a_year_of_mondays(seed: int, record_property: pytest.RecordProperty) -> None:
    team = half_a_year(seed)
    assert len(team.moved) == WEEKS
    assert sum(team.moved) > 0
    assert team.unproved == 0
    record_property("moved_per_week", sum(team.moved) / WEEKS)
    print(f"seed {seed}: {len(team.calendar.meetings)} meetings, moved by week {team.moved}")
