"""Another room for a meeting at its time, when its own is lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solver.decode import Decoder
from solver.engine.filling import fill_places
from solver.engine.state import empty_solution, fixed_commits, no_prices
from solver.rebook.scan import scan_days
from solver.replan.focus import Focused
from solver.schema.calendar import Meeting


def other_room(focused: Focused, own: Sequence[Meeting], target: int) -> Meeting | None:
    """Put a meeting into the best other room at its time.

    Parameters
    ----------
    focused : Focused
        On its series, with what is known now.
    own : sequence of Meeting
        All meetings of the series.
    target : int
        Position of the meeting.

    Returns
    -------
    Meeting or None
        With those who come to it there, and all else as it was; ``None`` where no other room does.
    """
    problem, tab, meeting = focused.problem, focused.problem.tables, own[target]
    if meeting.start.date() not in problem.days:
        return None
    d, k = problem.days.index(meeting.start.date()), min(target, 1)
    commits = fixed_commits(problem)
    found = scan_days(problem, problem.packed, commits, 0, k, [d])
    minute = meeting.start.hour * 60 + meeting.start.minute
    same = np.nonzero(tab.start_minute[found.rows[:, 1]] == minute)[0]
    if len(same) == 0:
        return None
    # Attendance, family, convenience, then the venue's number.
    rows = found.rows[same]
    at = int(np.lexsort((rows[:, 2], rows[:, 5], rows[:, 4], rows[:, 3]))[0])
    _, start, venue = rows[at, :3].tolist()
    b = int(tab.node_block[k, 0, d])
    places = len(problem.blocks[b].places)
    choice = np.full(places + 1, -1, dtype=np.int32)
    fill_places(problem.packed, commits, no_prices(problem), b, start, venue, d, 0.0, True, choice)
    # Written out as if it were the only one: who comes and where is what counts, its window stays.
    solution = empty_solution(problem)
    solution.n[0] = 1
    solution.rows[0, 0] = (d, start, venue)
    solution.choice[0, 0, :places] = choice[:places]
    decoder = Decoder(focused.caseload, focused.policy, problem, focused.calendar)
    written = decoder.decode(solution, workload=False).meetings[0]
    return meeting.model_copy(
        update={"venue": written.venue, "attendees": written.attendees, "sittings": written.sittings}
    )
