from __future__ import annotations

import pytest

from benchmarks.disruption import METHODS, PROTOCOLS, Run, disturb, run_all, table
from solver.generate import generate
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload


@pytest.fixture(scope="module")
def published() -> tuple[Caseload, Policy, Calendar]:
    caseload = generate(8, 3, congestion="easy")
    policy = load_policy(caseload.authority)
    return caseload, policy, plan(caseload, policy, deterministic=2, seed=1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_disturbance_is_of_its_share_and_the_same_for_a_seed(
    published: tuple[Caseload, Policy, Calendar], protocol: str
) -> None:
    caseload, _, calendar = published
    now = disturb(caseload, calendar, protocol, 1)
    assert now == disturb(caseload, calendar, protocol, 1)
    before = {one.id: one.busy for one in (*caseload.people, *caseload.venues)}
    more = [one.id for one in (*now.people, *now.venues) if len(one.busy) > len(before[one.id])]
    rooms = {venue.id for venue in caseload.venues if venue.kind != "virtual"}
    used = {meeting.venue for meeting in calendar.meetings} & rooms
    if protocol.startswith("rooms"):
        assert set(more) <= used
        assert len(more) == round(PROTOCOLS[protocol] * len(used))
    else:
        added = sum(len(one.busy) - len(before[one.id]) for one in (*now.people, *now.venues))
        assert added == round(PROTOCOLS[protocol] * len(calendar.meetings))


def test_every_method_deals_with_a_disturbance(published: tuple[Caseload, Policy, Calendar]) -> None:
    runs = run_all(*published, "times 5 %", 1, 1.0)
    assert sorted(one.method for one in runs) == sorted(METHODS)
    ours = next(one for one in runs if one.method == "repair")
    assert ours.proved
    assert ours.moved == ours.least
    assert all(one.moved >= ours.moved for one in runs if one.late <= ours.late)
    assert all(one.moved >= one.unable > 0 for one in runs)


def test_the_table_has_medians() -> None:
    def run(method: str, moved: int, *, proved: bool) -> Run:
        least = 2 if method == "repair" else None
        return Run("times 5 %", method, 100, 2, moved, least, proved, moved - 2, 0.5, 1000 * moved)

    lines = table(
        [
            run("repair", 2, proved=True),
            run("repair", 4, proved=False),
            run("repair", 3, proved=True),
            run("by weight", 5, proved=False),
        ]
    ).splitlines()
    assert len(lines) == 4
    ours, theirs = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:])
    assert ours[:8] == ["times 5 %", "repair", "3", "100", "2", "3", "2", "2 of 3"]
    assert ours[8:] == ["1 (at most 2)", "0.50 s (at most 0.50 s)", "3,000"]
    assert theirs[5:8] == ["5", "–", "–"]
