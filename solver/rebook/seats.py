"""Who fills the places of a meeting that stands, in a compiled problem, and what a meeting costs by level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engine.filling import is_free
from solver.engine.state import Commits
from solver.problem.tables import BIG, Problem
from solver.schema.calendar import Attendee, Meeting
from solver.score import WEIGHTS

Choice = NDArray[np.int32]
"""Who fills each place of a meeting, see ``solver.engine.filling.fill_places``."""
Row = tuple[int, int, int]
"""Day, start and venue of a meeting in a problem."""
THERE = frozenset({"attending", "remote", "deputy"})


class Points(NamedTuple):
    """Points of one meeting, without what its day decides and without workload."""

    attendance: int
    family: int
    convenience: int


def is_remote(entry: Attendee) -> bool:
    """Whether somebody joins remotely, for themselves or for somebody else."""
    return entry.status == "remote" or (entry.status == "deputy" and entry.remote)


def filled_as(problem: Problem, b: int, meeting: Meeting) -> Choice | None:
    """Find the choice of a block that fills its places as a meeting does; ``None`` where its places are others.

    Parameters
    ----------
    problem : Problem
    b : int
        The block.
    meeting : Meeting
    """
    tab, info = problem.tables, problem.blocks[b]
    entries = {entry.for_ or entry.person: entry for entry in meeting.attendees}
    p0 = int(tab.place_ptr[b])
    o0 = int(tab.option_ptr[p0])
    choice = np.full(len(info.places) + 1, -1, dtype=np.int32)
    if {place.person for place in info.places} != set(entries):
        return None
    for p, place in enumerate(info.places):
        entry = entries[place.person]
        if entry.level != place.level:
            return None
        if entry.status not in THERE:
            continue
        options = range(int(tab.option_ptr[p0 + p]), int(tab.option_ptr[p0 + p + 1]))
        found = [o for o in options if info.actors[int(tab.option_actor[o])] == entry.person]
        if not found:
            return None
        choice[p] = 2 * (found[0] - o0) + int(is_remote(entry))
    return choice


def can_fill(problem: Problem, commits: Commits, b: int, row: Row, choice: Choice) -> bool:
    """Whether everybody whom a choice sends to a meeting is free for it, and it may take part that way."""
    tab = problem.tables
    d, start, venue = row
    a0, o0 = int(tab.actor_ptr[b]), int(tab.option_ptr[int(tab.place_ptr[b])])
    minute, mask = int(tab.start_minute[start]), int(tab.start_actors[start])
    for p, taken in enumerate(choice[: len(problem.blocks[b].places)].tolist()):
        if taken < 0:
            if tab.place_fallback[int(tab.place_ptr[b]) + p] >= BIG:
                return False
            continue
        a = int(tab.option_actor[o0 + taken // 2])
        in_person, remote = _modes(problem, b, venue, taken // 2)
        if not mask >> a & 1 or (remote if taken % 2 else in_person) >= BIG:
            return False
        r = int(tab.actor_res[a0 + a])
        if r < 0 or tab.actor_forced[a0 + a]:
            continue
        begin = minute + int(tab.actor_offset[a0 + a])
        if 0 < int(tab.res_cap[r]) <= int(commits.n[r, d]):
            return False
        if not is_free(commits, r, d, begin, begin + int(tab.actor_length[a0 + a])):
            return False
    return True


def points_of(problem: Problem, b: int, row: Row, choice: Choice) -> Points:
    """Return what a meeting costs by level."""
    tab = problem.tables
    _, start, venue = row
    p0 = int(tab.place_ptr[b])
    o0 = int(tab.option_ptr[p0])
    unit = WEIGHTS["venue_not_preferred"]
    size = int(tab.venue_cost[venue]) % unit
    attendance, convenience = 0, size
    family = int(tab.start_cost[start]) + int(tab.venue_cost[venue]) - size
    for p, taken in enumerate(choice[: len(problem.blocks[b].places)].tolist()):
        if taken < 0:
            attendance += int(tab.place_fallback[p0 + p])
            continue
        attendance += int(tab.option_cost[o0 + taken // 2])
        in_person, remote = _modes(problem, b, venue, taken // 2)
        if taken % 2:
            family += remote
        else:
            convenience += in_person
    return Points(attendance, family, convenience)


def people_of(problem: Problem, b: int, choice: Choice) -> frozenset[str]:
    """Return who comes, in person or remotely."""
    tab, info = problem.tables, problem.blocks[b]
    o0 = int(tab.option_ptr[int(tab.place_ptr[b])])
    return frozenset(
        info.actors[int(tab.option_actor[o0 + taken // 2])]
        for taken in choice[: len(info.places)].tolist()
        if taken >= 0
    )


def comers(meeting: Meeting) -> frozenset[str]:
    """Return who comes to a meeting of a calendar."""
    return frozenset(entry.person for entry in meeting.attendees if entry.status in THERE)


def _modes(problem: Problem, b: int, venue: int, option: int) -> tuple[int, int]:
    tab = problem.tables
    group = int(np.searchsorted(tab.venue_ptr, venue, side="right")) - 1
    p0, p1 = int(tab.place_ptr[b]), int(tab.place_ptr[b + 1])
    options = int(tab.option_ptr[p1]) - int(tab.option_ptr[p0])
    at = int(tab.mode_ptr[b]) + (group - int(tab.group_ptr[b])) * options + option
    return int(tab.mode_in_person[at]), int(tab.mode_remote[at])
