"""The smallest set of causes that together rule out everything: a weighted set cover, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

Matrix = NDArray[np.bool_]
"""[what is to be ruled out, causes]: which cause rules it out."""

DETERMINISTIC: Final = 1.0
"""CP-SAT's deterministic time: covers are tiny once alike rows are one, so this is far more than they take."""


def smallest_cover(blocks: Matrix, weights: Sequence[int]) -> tuple[int, ...]:
    """Find causes of the least total weight that rule out every row; none of them can be left out.

    Parameters
    ----------
    blocks : [rows, causes]
        Every row is ruled out by one cause at least.
    weights : sequence of int
        Positive; of covers of equal weight the one whose causes come first is taken.

    Returns
    -------
    tuple of int
        Causes in order.
    """
    rows = minimal_rows(blocks)
    if not len(rows):
        return ()
    # Causes that alone rule a row out are in every cover.
    needed = rows[rows.sum(axis=1) == 1].any(axis=0)
    rest = rows[~rows[:, needed].any(axis=1)]
    chosen = {int(cause) for cause in np.nonzero(needed)[0]}
    if len(rest):
        chosen |= _solve(rest, weights)
    return tuple(sorted(_irreducible(rows, chosen, weights)))


def minimal_rows(blocks: Matrix) -> Matrix:
    """Rows that matter: each once, and none whose causes include all of another's."""
    rows = _each_once(blocks)
    rows = rows[np.argsort(rows.sum(axis=1), kind="stable")]
    kept: list[int] = []
    for i, row in enumerate(rows):
        if not kept or not (rows[kept] <= row).all(axis=1).any():
            kept.append(i)
    return rows[kept]


def _each_once(rows: Matrix) -> Matrix:
    """Each row once, as they come. Sorting them, as ``numpy.unique`` does, takes far longer."""
    packed = np.packbits(rows, axis=1)
    data, width = packed.tobytes(), packed.shape[1]
    first: dict[bytes, int] = {}
    for i in range(len(rows)):
        first.setdefault(data[i * width : (i + 1) * width], i)
    return rows[list(first.values())]


def _solve(rows: Matrix, weights: Sequence[int]) -> set[int]:
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in weights]
    for row in rows:
        model.add_bool_or([taken[int(cause)] for cause in np.nonzero(row)[0]])
    # Among covers of equal weight the one with the earlier causes: its weights differ by less than one.
    scale = len(weights) * (len(weights) + 1)
    model.minimize(sum((weight * scale + i) * taken[i] for i, weight in enumerate(weights)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = DETERMINISTIC
    solver.parameters.catch_sigint_signal = False
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {i for i, one in enumerate(taken) if solver.boolean_value(one)}
    return {int(cause) for cause in np.nonzero(rows.any(axis=0))[0]}


def _irreducible(rows: Matrix, chosen: set[int], weights: Sequence[int]) -> set[int]:
    """Leave out, the heaviest first, whatever the others rule out without it (Chinneck and Dravnieks 1991)."""
    kept = set(chosen)
    for cause in sorted(chosen, key=lambda one: (-weights[one], -one)):
        rest = sorted(kept - {cause})
        if rest and rows[:, rest].any(axis=1).all():
            kept.discard(cause)
    return kept
