"""What a possible meeting is made of, and who and what is free at its starts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.one_shot.building import Maybe
from benchmarks.peers.one_shot.chain import Time
from benchmarks.peers.one_shot.patterns import Flags, Pattern, Patterns, Starts
from benchmarks.peers.one_shot.windows import Windows
from solver.problem.tables import Problem


@dataclass
class Way:
    """One way to fill a place: a person of the block, or nobody.

    Attributes
    ----------
    option
        Within the block; ``None`` for nobody.
    comes
        Whether it is taken.
    points
        Cost by group of venues, in person or remotely as is cheaper; without an entry where it is impossible.
    in_person
        Groups in which that is in person.
    away
        Whether the person joins remotely where they would usually come, since they could not travel.
    """

    option: int | None
    comes: Maybe
    points: dict[int, int]
    in_person: set[int] = field(default_factory=set)
    away: cp_model.IntVar | None = None
    resource: int = -1


@dataclass
class Use:
    """One way of taking up a resource's time: where ``on`` holds, from ``offset`` slots after the start."""

    series: int
    number: int
    on: Maybe
    time: Time
    offset: int
    length: int


@dataclass
class Visit:
    """Somebody at a site in person: where all of ``when`` hold and ``away`` doesn't."""

    use: Use
    site: int
    when: tuple[Maybe, ...]
    away: cp_model.IntVar | None


@dataclass
class Block:
    """A possible meeting with the places of one block.

    Attributes
    ----------
    venues, groups
        Literals of which one holds where ``on`` does.
    places
        The ways to fill each place.
    """

    block: int
    on: Maybe
    venues: dict[int, Maybe] = field(default_factory=dict)
    groups: dict[int, Maybe] = field(default_factory=dict)
    places: list[list[Way]] = field(default_factory=list)


class Possible:
    """The starts of a block, and who and what is free at them."""

    def __init__(self, problem: Problem, windows: Windows, starts: Starts) -> None:
        tab = problem.tables
        self.costs = tab.start_cost[starts.row]
        self.patterns = Patterns(
            starts, windows.days, windows.weekdays, windows.day_slots, problem.tables.slots
        )
        self._masks = (tab.start_actors[starts.row], tab.start_venues[starts.row])
        self._known: dict[tuple[bool, int], Pattern | None] = {}
        self.sometimes = [int(np.bitwise_or.reduce(mask)) for mask in self._masks]
        self.always = [int(np.bitwise_and.reduce(mask)) for mask in self._masks]

    def pattern(self, bit: int, *, room: bool) -> Pattern | None:
        """When an actor (or a venue) of the block is free; ``None`` for always."""
        if (room, bit) not in self._known:
            free: Flags = (self._masks[room] >> np.uint64(bit) & np.uint64(1)).astype(np.bool_)
            self._known[room, bit] = self.patterns.find(free)
        return self._known[room, bit]
