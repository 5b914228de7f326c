"""The compiled problem: what the kernels read.

Words used for the arrays
-------------------------
resource
    A shared person or a bookable room: at most one meeting at a time.
block
    The meetings of one series that have the same places: who may come, on what terms, in which venues.
actor
    Somebody who can fill a place in a block: the person themselves or a deputy.
option
    One actor filling one place. The first option of a place is the person whose place it is.
group
    Venues of a block that are alike for everyone's way of taking part: same site, same kind of remote access.
start
    One candidate day and minute for a meeting of a block.
node
    A day on which a series can meet; all D days of the problem are numbered from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.series import Place, Series

BIG = 1_000_000_000
"""Cost of what cannot be. Above any sum of true costs."""
MAX_ACTORS = 63
"""Actors (and venues) of a block are bits of one 64-bit mask."""

Ints = NDArray[np.int32]


def ints(values: Sequence[int]) -> Ints:
    """Return a table of integers."""
    return np.array(values, dtype=np.int32)


class Tables(NamedTuple):
    """Arrays in the layout the compiled kernels want. Minutes are after midnight; costs are points."""

    grid: int
    span_start: int
    slots: int
    soft_cap: int
    soft_cost: int
    # resources [R]
    res_cap: Ints
    """Most meetings a day; 0 is no cap."""
    res_soft: NDArray[np.int8]
    """1 where a day beyond the soft cap costs convenience."""
    travel: Ints
    """[sites, sites] explicit minutes, -1 where the allowances count."""
    allowance: Ints
    """[R, sites] minutes for this resource to reach a site."""
    # blocks [B], with pointers into the flat arrays below
    block_series: Ints
    block_length: Ints
    block_quorum: Ints
    block_forced: NDArray[np.int8]
    """1 for a pinned meeting: its essential people and its venue are taken as they are."""
    actor_ptr: Ints
    actor_res: Ints
    """Resource, or -1 for somebody no other series needs."""
    actor_offset: Ints
    actor_length: Ints
    actor_forced: NDArray[np.int8]
    actor_twin: Ints
    """First of the block's actors who is the same person: a deputy may be asked for two places, and fills one."""
    place_ptr: Ints
    place_fallback: Ints
    """Cost when nobody fills the place; BIG where that cannot be."""
    place_professional: NDArray[np.int8]
    option_ptr: Ints
    """[places + 1]"""
    option_actor: Ints
    """Index within the block's actors."""
    option_cost: Ints
    group_ptr: Ints
    group_site: Ints
    """-1 for a virtual venue."""
    mode_ptr: Ints
    """[B] start of the block's [groups, options] matrices below."""
    mode_in_person: Ints
    mode_remote: Ints
    venue_ptr: Ints
    """[groups + 1] venues of a group, over all blocks."""
    venue_res: Ints
    venue_cost: Ints
    venue_bit: Ints
    """Bit of ``start_venues`` within the block."""
    venue_id: Ints
    """Index into the problem's venues."""
    # starts
    start_minute: Ints
    start_cost: Ints
    start_actors: NDArray[np.uint64]
    start_venues: NDArray[np.uint64]
    start_bonus_venue: Ints
    """Index into the problem's venues that keeps a booked meeting where it was, or -1."""
    start_bonus: Ints
    start_floor: Ints
    """Least cost of the start, whatever is booked; starts of a node are in this order."""
    # by class (0: first meeting of the series in the calendar, 1: later), series and day
    node_block: Ints
    """[2, series, D] block, or -1 where the series cannot meet."""
    node_lo: Ints
    node_hi: Ints
    """Starts of the node."""
    # chains [series]
    series_same: NDArray[np.int8]
    """1 where both classes are alike."""
    first_cost: Ints
    """[series, D] cost of the chain's first meeting on a day, as far as its window goes."""
    gap_index: Ints
    """[series] row of ``gap_cost``."""
    gap_cost: Ints
    """[gaps, D, D] cost of a meeting on day j after one on day i."""
    end_cost: Ints
    """[series, D] cost of holding no meeting after the one on day i."""
    none_cost: Ints
    """[series] cost of holding none at all."""


@dataclass(frozen=True)
class BlockInfo:
    """What a block stands for in the caseload."""

    series: int
    places: tuple[Place, ...]
    actors: tuple[str, ...]
    """Person ids."""


@dataclass(frozen=True)
class Problem:
    """A caseload compiled under a policy.

    Attributes
    ----------
    tables : Tables
    packed : solver.problem.layout.Packed
        The same in the kernels' layout.
    series : tuple of Series
    blocks : tuple of BlockInfo
    days : tuple of date
        The D days on which anything can be held, in order.
    venues : tuple of str
        Venue ids by index.
    resources : tuple of str
        ``person:<id>`` or ``venue:<id>``.
    pinned : dict
        (series index, day index) to the id of the pinned booked meeting there.
    fixed_commits : list of (resource, day, start, end, site)
        What pinned meetings, and meetings outside the caseload, take of shared resources; nobody else gets it.
    constant : int
        Cost no choice changes (stability points of all booked meetings).
    """

    tables: Tables
    packed: Any
    series: tuple[Series, ...]
    blocks: tuple[BlockInfo, ...]
    days: tuple[date, ...]
    venues: tuple[str, ...]
    resources: tuple[str, ...]
    pinned: dict[tuple[int, int], str | None]
    fixed_commits: tuple[tuple[int, int, int, int, int], ...]
    constant: int
