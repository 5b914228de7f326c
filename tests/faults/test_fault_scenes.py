"""Faults at the very moments that matter: in a publication, a migration, a caseload's arrival, a race for a job."""

from __future__ import annotations

import pytest
from fault_scenes import SCENES, play
from fault_world import World
from processes import at_most

IN_SHORT = ("killed while migrating",)


def played(world: World, name: str, *, long: bool) -> None:
    with at_most(1800):
        flaws = play(world, name, world.counts, long=long)
    world.counts.violated(f"{world.database.name}, {name}", flaws)
    assert flaws == []


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_SHORT)
def test_a_few(hurt: World, name: str) -> None:
    played(hurt, name, long=False)


@pytest.mark.faults
@pytest.mark.parametrize("name", SCENES)
def test_many(hurt: World, name: str) -> None:
    played(hurt, name, long=True)
