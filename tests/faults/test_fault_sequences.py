"""What people do, with faults at times that a seed draws: what was accepted is there, and nobody was told a thing twice."""

from __future__ import annotations

import pytest
from fault_driver import Sequence
from fault_kinds import GENTLE, STEPS_OF_TIME
from fault_world import World
from processes import at_most


def play(world: World, seed: int, steps: int, only: frozenset[str] | None = None) -> None:
    with at_most(1800):
        flaws = Sequence(world, seed, steps=steps, only=only).run()
    world.counts.violated(f"{world.database.name}, seed {seed}", flaws)
    assert flaws == []


@pytest.mark.slow
def test_a_sequence_of_a_few_steps(hurt: World) -> None:
    play(hurt, 7, 1)


@pytest.mark.faults
def test_a_clock_that_steps_back(clocked: World, request: pytest.FixtureRequest) -> None:
    for seed in range(501, 502 + request.config.getoption("--sequences", default=10) // 4):
        play(clocked, seed, 5, STEPS_OF_TIME)


@pytest.mark.faults
def test_many_sequences(hurt: World, request: pytest.FixtureRequest) -> None:
    flaws: list[str] = []
    for seed in range(101, 101 + request.config.getoption("--sequences", default=10)):
        # Every second one leaves the server alive: what it has open and in memory is compared with what it had before.
        only = GENTLE if seed % 2 else None
        try:
            play(hurt, seed, 5, only)
        except AssertionError as error:
            flaws.append(f"{seed}: {error}")
            hurt.heal()
    assert flaws == []
