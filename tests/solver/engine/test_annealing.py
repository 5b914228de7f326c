"""Cycles of annealing: hot where much is to be gained, cold at the end, each longer than the one before."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from solver.engine.annealing import FIRST_LENGTH, HOTTEST, LONGER, Annealing


def cycle(annealing: Annealing) -> list[float]:
    seen = []
    while not annealing.over:
        seen.append(annealing.cool())
    return seen


def test_there_is_no_heat_before_a_cycle_or_after_it() -> None:
    annealing = Annealing(100, 1_000)
    assert annealing.over
    assert annealing.cool() == 0.0
    annealing.begin(10_000.0, math.inf)
    assert not annealing.over
    cycle(annealing)
    assert annealing.cool() == 0.0


def test_a_cycle_cools_down_and_ends_cold() -> None:
    annealing = Annealing(100, 1_000)
    annealing.begin(10_000.0, math.inf)
    heat = cycle(annealing)
    assert len(heat) == FIRST_LENGTH // 1_000
    assert heat[0] > 0.0
    assert all(a >= b for a, b in pairwise(heat))
    assert heat[-1] == 0.0


def test_each_is_longer_than_the_last_as_far_as_there_is_time() -> None:
    annealing = Annealing(100, 1_000)
    lengths = []
    for most in (math.inf, math.inf, 7.0, 0.0):
        annealing.begin(1_000.0, most)
        lengths.append(len(cycle(annealing)))
    assert lengths[1] == pytest.approx(LONGER * lengths[0], abs=1.0)
    assert lengths[2:] == [7, 1]


def test_heat_goes_by_the_gap_of_a_series_up_to_the_hottest() -> None:
    heats = []
    for series, gap in ((100, 1_000.0), (100, 2_000.0), (200, 2_000.0), (1, 1e9)):
        annealing = Annealing(series, 1_000)
        annealing.begin(gap, math.inf)
        heats.append(annealing.cool())
    assert heats[1] == pytest.approx(2 * heats[0])
    assert heats[2] == pytest.approx(heats[0])
    assert heats[3] == HOTTEST


def test_a_cycle_can_be_ended() -> None:
    annealing = Annealing(100, 1_000)
    annealing.begin(1_000.0, math.inf)
    annealing.end()
    assert annealing.over
    assert annealing.cool() == 0.0
