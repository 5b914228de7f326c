"""A compiled problem as the model reads it: named arrays of big-endian integers."""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solver.problem.tables import Problem

INTS: Final = (
    "res_cap",
    "res_soft",
    "travel",
    "allowance",
    "block_series",
    "block_length",
    "block_quorum",
    "actor_ptr",
    "actor_res",
    "actor_offset",
    "actor_length",
    "actor_twin",
    "place_ptr",
    "place_fallback",
    "place_professional",
    "option_ptr",
    "option_actor",
    "option_cost",
    "group_ptr",
    "group_site",
    "mode_ptr",
    "mode_in_person",
    "mode_remote",
    "venue_ptr",
    "venue_res",
    "venue_cost",
    "venue_bit",
    "venue_id",
    "start_minute",
    "start_cost",
    "node_block",
    "node_lo",
    "node_hi",
    "series_same",
    "first_cost",
    "gap_index",
    "gap_cost",
    "end_cost",
    "none_cost",
)
"""Tables that are sent as they are; ``solver/problem/tables.py`` says what is in them."""
MASKS: Final = ("start_actors", "start_venues")


def write_problem(problem: Problem, out: IO[bytes], *, until: float, moves: int) -> None:
    """Write a problem and the limits of the search.

    Parameters
    ----------
    problem : Problem
        Without booked meetings.
    out : binary file
    until : float
        When the search is to end, in seconds of the epoch.
    moves : int
        How many moves may be tried; 0 is any number.
    """
    tables = problem.tables
    sizes = (
        len(problem.series),
        len(problem.days),
        len(tables.res_cap),
        tables.allowance.shape[1],
        tables.soft_cap,
        tables.soft_cost,
        len(problem.venues),
    )
    _write(out, "sizes", sizes, ">i4")
    for name in INTS:
        _write(out, name, getattr(tables, name), ">i4")
    for name in MASKS:
        _write(out, name, getattr(tables, name), ">u8")
    _write(out, "limits", (int(until * 1000), moves), ">i8")
    out.write(b"end\n")
    out.flush()


def _write(out: IO[bytes], name: str, values: ArrayLike, kind: str) -> None:
    array: NDArray[np.integer] = np.ascontiguousarray(values).ravel().astype(kind)
    out.write(f"{name} {array.itemsize} {array.size}\n".encode())
    out.write(array.tobytes())
