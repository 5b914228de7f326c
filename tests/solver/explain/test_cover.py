"""The smallest set of causes: against every subset, and none superfluous."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from solver.explain.cover import minimal_rows, smallest_cover

Bools = np.ndarray[Any, np.dtype[np.bool_]]
MATRICES = arrays.arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 6)))
WEIGHTS = st.lists(st.integers(1, 5), min_size=6, max_size=6)


def covers(blocks: Bools, chosen: tuple[int, ...]) -> bool:
    return bool(blocks[:, list(chosen)].any(axis=1).all())


@given(MATRICES, WEIGHTS)
def test_there_is_none_lighter_and_none_of_it_is_superfluous(blocks: Bools, weights: list[int]) -> None:
    blocks[~blocks.any(axis=1), 0] = True
    causes = range(blocks.shape[1])
    chosen = smallest_cover(blocks, weights[: blocks.shape[1]])
    assert covers(blocks, chosen)
    for left_out in chosen:
        assert not covers(blocks, tuple(one for one in chosen if one != left_out))
    least = min(
        sum(weights[one] for one in subset)
        for size in range(1, len(causes) + 1)
        for subset in combinations(causes, size)
        if covers(blocks, subset)
    )
    assert sum(weights[one] for one in chosen) == least


def test_of_two_that_are_as_light_the_first_is_taken() -> None:
    assert smallest_cover(np.ones((3, 2), dtype=np.bool_), [5, 5]) == (0,)
    assert smallest_cover(np.ones((3, 2), dtype=np.bool_), [6, 5]) == (1,)


def test_nothing_to_rule_out_needs_no_cause() -> None:
    assert smallest_cover(np.zeros((0, 3), dtype=np.bool_), [1, 1, 1]) == ()


@given(MATRICES)
def test_rows_that_others_imply_are_left_out(blocks: Bools) -> None:
    kept = minimal_rows(blocks)
    for row in blocks:
        assert any((one <= row).all() for one in kept)
    for i, one in enumerate(kept):
        assert not any((other <= one).all() for j, other in enumerate(kept) if j != i)
