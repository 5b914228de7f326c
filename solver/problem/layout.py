"""One flat integer array for the kernels.

Numba hands every array of a tuple to every function it calls, field by field: with the tables as they are that made compiling
take half a minute. All integers therefore lie in one array, and ``at[NAME] + index`` finds them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.problem.tables import Ints, Tables

NAMES = (
    "res_cap",
    "res_soft",
    "travel",
    "allowance",
    "block_length",
    "block_quorum",
    "block_forced",
    "actor_ptr",
    "actor_res",
    "actor_offset",
    "actor_length",
    "actor_forced",
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
    "start_bonus_venue",
    "start_bonus",
    "start_floor",
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
(
    RES_CAP,
    RES_SOFT,
    TRAVEL,
    ALLOWANCE,
    BLOCK_LENGTH,
    BLOCK_QUORUM,
    BLOCK_FORCED,
    ACTOR_PTR,
    ACTOR_RES,
    ACTOR_OFFSET,
    ACTOR_LENGTH,
    ACTOR_FORCED,
    ACTOR_TWIN,
    PLACE_PTR,
    PLACE_FALLBACK,
    PLACE_PROFESSIONAL,
    OPTION_PTR,
    OPTION_ACTOR,
    OPTION_COST,
    GROUP_PTR,
    GROUP_SITE,
    MODE_PTR,
    MODE_IN_PERSON,
    MODE_REMOTE,
    VENUE_PTR,
    VENUE_RES,
    VENUE_COST,
    VENUE_BIT,
    VENUE_ID,
    START_MINUTE,
    START_COST,
    START_BONUS_VENUE,
    START_BONUS,
    START_FLOOR,
    NODE_BLOCK,
    NODE_LO,
    NODE_HI,
    SERIES_SAME,
    FIRST_COST,
    GAP_INDEX,
    GAP_COST,
    END_COST,
    NONE_COST,
    GRID,
    SPAN_START,
    SLOTS,
    SOFT_CAP,
    SOFT_COST,
    SERIES,
    DAYS,
    SITES,
) = range(len(NAMES) + 8)


class Packed(NamedTuple):
    """The tables in one array.

    Attributes
    ----------
    ints : [n] int32
        All integer tables, each raveled.
    at : [names + 8] int64
        Where each table begins; then the eight sizes and constants from ``GRID`` on themselves.
    actors, venues : [starts] uint64
        Masks of each start.
    """

    ints: Ints
    at: NDArray[np.int64]
    actors: NDArray[np.uint64]
    venues: NDArray[np.uint64]


def pack(tables: Tables) -> Packed:
    """Lay the tables out for the kernels."""
    parts = [np.ascontiguousarray(getattr(tables, name)).ravel().astype(np.int32) for name in NAMES]
    begins = np.concatenate([[0], np.cumsum([len(part) for part in parts])])[:-1].tolist()
    constants = [
        tables.grid,
        tables.span_start,
        tables.slots,
        tables.soft_cap,
        tables.soft_cost,
        tables.node_block.shape[1],
        tables.node_block.shape[2],
        tables.allowance.shape[1],
    ]
    return Packed(
        np.concatenate(parts),
        np.array([*begins, *constants], dtype=np.int64),
        tables.start_actors,
        tables.start_venues,
    )
