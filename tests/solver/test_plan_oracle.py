"""The solver against brute force: on tiny caseloads it finds, and proves, the least cost there is."""

from __future__ import annotations

import random

import pytest
from any_caseload import any_caseload
from brute import best_calendar
from deep import first
from optima import tiny_best
from solver_cases import read

from solver.check import check_calendar
from solver.check.case import Case
from solver.check.scoring import pupils_in_school_hours
from solver.check.view import View
from solver.plan import plan
from solver.policy.model import Policy
from solver.schema.calendar import Attendee, Calendar, Meeting
from solver.schema.caseload import Caseload

SEEDS = (
    1, 3, 41, 45, 73, 77, 89, 93, 99, 101, 115, 131, 133, 139, 174, 179, 183, 195, 199, 240, 241, 253, 255, 281, 283,
    285, 291, 299, 303, 323, 325, 330, 409, 417, 439, 459, 487, 515, 531, 535, 545, 547, 549, 561, 565, 568, 586, 603,
    605, 610, 631, 633, 637, 643, 645, 664, 665, 671, 681, 682, 683, 685,
)  # fmt: skip
"""Quick ones for brute force that together show every feature (``test_the_seeds_show_everything``)."""
MORE_SEEDS = tuple(seed for seed in range(660) if seed not in SEEDS)
ROUNDS = 30
THERE = ("attending", "remote", "deputy")
FEATURES = frozenset(
    {
        "split", "quorum", "pinned", "pinned against a rule", "deputy", "remote deputy", "travel", "two a day", "cap",
        "three a day", "late", "unheld", "absent", "report", "remote", "joint", "virtual", "kept", "moved", "provisional",
        "notice", "slot", "another of the slot", "in school hours",
    }
)  # fmt: skip


def agree(caseload: Caseload, policy: Policy, best: Calendar, seed: int) -> None:
    found = plan(caseload, policy, deterministic=ROUNDS, seed=seed)
    assert check_calendar(caseload, policy, found).ok
    assert found.cost == best.cost
    assert found.bound == best.cost
    assert found.status == "optimal"
    assert found.gap == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_finds_and_proves_the_optimum(seed: int) -> None:
    agree(*tiny_best(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", first(30, MORE_SEEDS))
def test_finds_and_proves_the_optimum_of_many_more(seed: int) -> None:
    agree(*tiny_best(seed), seed)


def test_the_seeds_show_everything() -> None:
    shown = {feature for seed in SEEDS for feature in features(*tiny_best(seed))}
    assert shown >= FEATURES


def _is_small(data: dict[str, object]) -> bool:
    return data["grid_minutes"] == 60 and len(data["plans"]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [seed for seed in range(300) if _is_small(any_caseload(random.Random(seed)))]
)
def test_finds_the_optimum_whatever_is_in_the_caseload(seed: int) -> None:
    data = any_caseload(random.Random(seed))
    read_or_refused = None
    try:
        read_or_refused = read(data)
    except ValueError as refused:
        said = str(refused)
    if read_or_refused is None:
        # Chance also makes caseloads that validation refuses; then it must say why.
        assert said
        return
    caseload, policy = read_or_refused
    agree(caseload, policy, best_calendar(caseload, policy), seed)


def features(caseload: Caseload, policy: Policy, best: Calendar) -> set[str]:
    """What the optimum had to deal with."""
    virtual = {venue.id for venue in caseload.venues if venue.kind == "virtual"}
    site = {venue.id: venue.site or venue.id for venue in caseload.venues}
    quorate = {rule.kind for rule in policy.meetings if rule.quorum is not None}
    deputies = {person.id: person.deputies for person in caseload.people}
    notice = {person.id for person in caseload.people if person.notice_working_days}
    held: dict[tuple[str, object], list[tuple[Meeting, Attendee]]] = {}
    found = set()
    view = View(Case(caseload, policy), best)
    found |= {"in school hours"} if any(pupils_in_school_hours(one) for one in view.meetings) else set()
    slots = [place for one in view.meetings for place in one.places.values() if place.may_stand_in]
    found |= {"slot"} if slots else set()
    for meeting in best.meetings:
        found |= {"split"} if meeting.sittings else set()
        found |= {"pinned"} if meeting.pinned else set()
        found |= {"joint"} if len(meeting.plans) > 1 else set()
        found |= {"virtual"} if meeting.venue in virtual else set()
        found |= {"late"} if meeting.breach_days else set()
        found |= {"provisional"} if meeting.provisional else set()
        found |= {"quorum"} if meeting.kind in quorate else set()
        for one in meeting.attendees:
            found.add(one.status)
            if one.status == "deputy" and one.remote:
                found.add("remote deputy")
            if one.status == "deputy" and one.person not in deputies[one.for_ or ""]:
                found.add("another of the slot")
            if one.status in THERE and one.person in notice:
                found.add("notice")
            if one.status in THERE:
                held.setdefault((one.person, meeting.start.date()), []).append((meeting, one))
    for there in held.values():
        found |= {name for number, name in ((2, "two a day"), (3, "three a day")) if len(there) >= number}
        rooms = {
            site[meeting.venue] for meeting, one in there if not one.remote and meeting.venue not in virtual
        }
        found |= {"travel"} if len(rooms) > 1 else set()
    if any(breach.meeting is None for breach in best.breaches):
        found.add("unheld")
    if any(exception.kind not in ("report", "absent") for exception in best.exceptions):
        found.add("pinned against a rule")
    if any(person.max_meetings_per_day for person in caseload.people):
        found.add("cap")
    if any(not booked.pinned for booked in caseload.booked):
        found.add("moved" if best.objective.get("stability") else "kept")
    return found
