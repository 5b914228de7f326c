"""What is made once for all timings."""

from __future__ import annotations

import pytest

from benchmarks.parts.team import Team, make_team
from solver.plan import plan
from solver.schema.calendar import Calendar


@pytest.fixture(scope="session")
def team() -> Team:
    """The team, its prices and everything compiled."""
    return make_team()


@pytest.fixture(scope="session")
def planned(team: Team) -> Calendar:
    """A calendar of the team after one round of search."""
    return plan(team.caseload, team.policy, deterministic=1, workers=1)
