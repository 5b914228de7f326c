"""How fairly chairing and taking the minutes are shared, within each series and over the team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from solver.derive.rota import duties_of
from solver.derive.standing import Standing
from solver.derive.turns import Job, are_proven_even, fair_shares, widest_spread
from solver.policy.model import Policy
from solver.schema.calendar import Fairness, Meeting
from solver.schema.caseload import Caseload


def fairness(
    caseload: Caseload, policy: Policy, meetings: Sequence[Meeting], *, proven: bool | None = None
) -> Fairness:
    """Work out the figures of a calendar's chairs and minute-takers.

    Parameters
    ----------
    caseload, policy
    meetings
        With their chairs and minute-takers (`solver.derive.rota`).
    proven : bool, optional
        Whether turns are known to be as even as can be; if not given, that is found out.
    """
    standing = Standing.of(caseload, policy)
    anybody = duties_of(standing, meetings, keep=False)
    done: dict[tuple[str, Job], str] = {}
    for meeting in meetings:
        if meeting.chair is not None:
            done[meeting.id, "chair"] = meeting.chair
        if meeting.minutes is not None:
            done[meeting.id, "minutes"] = meeting.minutes
    has = Counter(done.values())
    beyond = [has[person] - share for person, share in fair_shares(anybody).items()]
    return Fairness(
        series_spread=widest_spread(anybody, done),
        proven=are_proven_even(duties_of(standing, meetings), done) if proven is None else proven,
        team_spread=round(max(beyond) - min(beyond), 1) if beyond else 0.0,
    )
