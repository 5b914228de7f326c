"""Who has what already: nobody is given it twice, with time to travel and no more meetings a day than they take."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from solver_cases import Json, lone, person, plan_of, read, room

from solver.check.case import Case
from solver.problem.compile import compile_problem
from solver.problem.uses import Use
from solver.scale.extract import extract
from solver.scale.held import Held
from solver.scale.ledger import Ledger
from solver.schema.base import Span
from solver.schema.caseload import Caseload, Person

DAY = date(2027, 1, 11)
ON = DAY.toordinal()
OTHER = "plan-2.core_group"
OWN = "plan-1.core_group"


def two_plans(**changes: Any) -> Json:
    """Two plans of one social worker, who is all they share besides the rooms."""
    data = lone(
        people=[person("sw-1", "social_worker"), person("mother-1", "parent"), person("mother-2", "parent")],
        plans=[
            plan_of(1, {"person": "sw-1"}, {"person": "mother-1"}),
            plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}),
        ],
    )
    return data | changes


def taken(resource: str, begin: int, site: str = "", *, day: int = ON, minutes: int = 60) -> Use:
    return Use(resource, day, begin, begin + minutes, site)


def ledger_with(caseload: Caseload, *uses: Use) -> Ledger:
    ledger = Ledger(caseload)
    ledger.put(OTHER, [Held(ON, 600, "room-1", ())], list(uses))
    return ledger


def shard_of(caseload: Caseload, policy: Any, plan: str = "plan-1") -> Caseload:
    return extract(caseload, policy, [plan])


def someone(caseload: Caseload, name: str) -> Person:
    return next(one for one in caseload.people if one.id == name)


def is_free(busy: tuple[Span, ...], begin: int, end: int) -> bool:
    midnight = datetime.combine(DAY, time())
    return not any(
        span.start < midnight + timedelta(minutes=end) and midnight + timedelta(minutes=begin) < span.end
        for span in busy
    )


# --- time and travel ---------------------------------------------------------------------------------


TRAVEL: tuple[dict[str, dict[str, int]], ...] = (
    {},
    {"hall": {"hill": 5}},
    {"hill": {"hall": 95}},
    {"hall": {"hill": 5}, "hill": {"hall": 95}},
    {"hall": {"hill": 95}, "hill": {"hall": 5}},
)


@pytest.mark.parametrize("travel", TRAVEL)
@pytest.mark.parametrize("base", [None, "hall", "hill"])
def test_travel_between_any_two_sites_is_kept(travel: dict[str, dict[str, int]], base: str | None) -> None:
    """For every pair of sites, every person's own site, and whichever way the explicit minutes are given."""
    data = two_plans(
        venues=[room("at-hall"), room("at-hill", "hill"), room("home", None), room("other-home", None)],
        travel=travel,
    )
    data["people"][0]["site"] = base
    caseload, policy = read(data)
    case = Case(caseload, policy)
    venues = {venue.id: venue for venue in caseload.venues}
    small = shard_of(caseload, policy)
    assert {venue.id for venue in small.venues} == set(venues)
    for there, here in product(venues, venues):
        site, own_site = (venues[name].site or f"venue:{name}" for name in (there, here))
        ledger = ledger_with(caseload, taken("person:sw-1", 720, site))
        busy = someone(ledger.around(small, [OWN]), "sw-1").busy
        for begin in range(480, 1080, 5):
            begins_late = begin >= 780 and begin - 780 >= case.travel_minutes(
                "sw-1", venues[there], venues[here]
            )
            ends_early = begin + 60 <= 720 and 720 - begin - 60 >= case.travel_minutes(
                "sw-1", venues[here], venues[there]
            )
            lawful = begins_late or ends_early
            if is_free(busy, begin, begin + 60):
                assert lawful, (there, here, begin)
            clash = ledger.in_the_way({OWN}, [taken("person:sw-1", begin, own_site)])
            assert clash == (set() if lawful else {OTHER}), (there, here, begin)


def test_a_shard_leaves_time_for_no_more_than_its_own_sites() -> None:
    """A site that nobody in the shard can go to takes nothing of anybody's time."""
    data = two_plans(venues=[room("room-1"), room("room-2", "hill")], travel={"hall": {"hill": 240}})
    data["people"][0]["site"] = "hall"
    data["plans"][0]["venue"] = {"only": ["room-1"]}
    data["plans"][1]["venue"] = {"only": ["room-1"]}
    caseload, policy = read(data)
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "hall"))
    busy = someone(ledger.around(shard_of(caseload, policy), [OWN]), "sw-1").busy
    # A quarter of an hour for a venue without a site, which no list of sites names.
    assert is_free(busy, 645, 705)
    assert not is_free(busy, 660, 720)


def test_remote_meetings_and_rooms_need_no_travel() -> None:
    caseload, policy = read(two_plans(travel={"hall": {"hill": 95}}))
    ledger = ledger_with(caseload, taken("person:sw-1", 720), taken("venue:room-1", 720))
    around = ledger.around(shard_of(caseload, policy), [OWN])
    for busy in (someone(around, "sw-1").busy, around.venues[0].busy):
        assert busy == (Span(start=datetime(2027, 1, 11, 12), end=datetime(2027, 1, 11, 13)),)
    for resource in ("person:sw-1", "venue:room-1"):
        for begin, clash in ((660, set()), (661, {OTHER}), (720, {OTHER}), (779, {OTHER}), (780, set())):
            assert ledger.in_the_way({OWN}, [taken(resource, begin)]) == clash
        assert ledger.in_the_way({OWN}, [taken(resource, 720, day=ON + 1)]) == set()
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 660, "hall"), taken("venue:room-1", 780)]) == set()


def test_what_was_busy_stays_busy() -> None:
    data = two_plans()
    mine = {"start": "2027-01-12T09:00", "end": "2027-01-12T17:00"}
    data["people"][0]["busy"] = data["venues"][0]["busy"] = [mine]
    caseload, policy = read(data)
    ledger = ledger_with(caseload, taken("person:sw-1", 720), taken("venue:room-1", 720))
    around = ledger.around(shard_of(caseload, policy), [OWN])
    for busy in (someone(around, "sw-1").busy, around.venues[0].busy):
        assert [span.start for span in busy] == [datetime(2027, 1, 12, 9), datetime(2027, 1, 11, 12)]


def test_around_oneself_there_is_nothing() -> None:
    caseload, policy = read(two_plans())
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "hall"), taken("venue:room-1", 720))
    small = shard_of(caseload, policy, "plan-2")
    assert ledger.around(small, [OTHER]) == small
    assert ledger.in_the_way({OTHER}, ledger.uses(OTHER)) == set()


def test_a_new_chain_takes_the_place_of_the_old_one() -> None:
    caseload, policy = read(two_plans())
    ledger = ledger_with(caseload, taken("person:sw-1", 720), taken("venue:room-1", 720))
    ledger.put(OTHER, [Held(ON + 1, 600, "room-1", ())], [taken("person:sw-1", 600, day=ON + 1)])
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 720), taken("venue:room-1", 720)]) == set()
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 600, day=ON + 1)]) == {OTHER}
    assert ledger.chains == {OTHER: [Held(ON + 1, 600, "room-1", ())]}
    assert ledger.uses(OTHER) == [taken("person:sw-1", 600, day=ON + 1)]
    assert ledger.uses(OWN) == []
    around = ledger.around(shard_of(caseload, policy), [OWN])
    assert [span.start.day for span in someone(around, "sw-1").busy] == [12]
    assert around.venues[0].busy == ()


def test_what_pinned_meetings_hold_is_there_before_and_after() -> None:
    caseload, policy = read(two_plans())
    ledger = Ledger(caseload, {OTHER: [taken("person:sw-1", 600, "hall"), taken("venue:room-1", 600)]})
    for chain in ([], [taken("person:sw-1", 900)], []):
        ledger.put(OTHER, [], chain)
        assert ledger.in_the_way({OWN}, [taken("venue:room-1", 630)]) == {OTHER}
        assert ledger.in_the_way({OTHER}, [taken("venue:room-1", 630)]) == set()
        around = ledger.around(shard_of(caseload, policy), [OWN])
        assert not is_free(someone(around, "sw-1").busy, 600, 660)
        assert is_free(someone(around, "sw-1").busy, 900, 960) == (not chain)


def test_days_without_anybody_else_compile_as_they_were() -> None:
    """What is taken on one day is taken there, and nothing else changes."""
    caseload, policy = read(two_plans())
    small = shard_of(caseload, policy)
    ledger = ledger_with(caseload, taken("person:sw-1", 720, "hall"))
    before, after = compile_problem(small, policy), compile_problem(ledger.around(small, [OWN]), policy)
    monday = before.days.index(DAY)
    for d in range(len(before.days)):
        starts = [
            part.tables.start_minute[part.tables.node_lo[1, 0, d] : part.tables.node_hi[1, 0, d]].tolist()
            for part in (before, after)
        ]
        if d == monday:
            # From eleven to two, and no less than a quarter of an hour's way from another room.
            assert sorted(set(starts[0]) - set(starts[1])) == [660, 690, 720, 750, 780]
            starts[0] = [minute for minute in starts[0] if minute in starts[1]]
        assert starts[0] == starts[1]


# --- meetings a day ----------------------------------------------------------------------------------


def capped(most: int) -> tuple[Caseload, Any]:
    data = two_plans()
    data["people"][0]["max_meetings_per_day"] = most
    return read(data)


def test_a_day_on_which_others_have_all_of_it() -> None:
    caseload, policy = capped(1)
    ledger = ledger_with(caseload, taken("person:sw-1", 720))
    one = someone(ledger.around(shard_of(caseload, policy), [OWN]), "sw-1")
    assert one.max_meetings_per_day == 1
    assert not is_free(one.busy, 0, 1)
    assert not is_free(one.busy, 1439, 1440)
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 900)]) == {OTHER}
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 900, day=ON + 1)]) == set()


def test_a_day_on_which_others_have_some_of_it() -> None:
    caseload, policy = capped(3)
    ledger = ledger_with(caseload, taken("person:sw-1", 720), taken("person:sw-1", 800))
    one = someone(ledger.around(shard_of(caseload, policy), [OWN]), "sw-1")
    assert one.max_meetings_per_day == 1
    assert is_free(one.busy, 900, 960)
    uses = [taken("person:sw-1", 900), taken("person:sw-1", 960)]
    assert ledger.in_the_way({OWN}, uses[:1]) == set()
    assert ledger.in_the_way({OWN}, uses) == {OTHER}


def test_nobody_else_has_any_of_it() -> None:
    caseload, policy = capped(2)
    ledger = ledger_with(caseload, taken("venue:room-1", 720))
    one = someone(ledger.around(shard_of(caseload, policy), [OWN]), "sw-1")
    assert (one.max_meetings_per_day, one.busy) == (2, ())
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", begin) for begin in (600, 700, 800)]) == set()


def test_one_s_own_pinned_meetings_count_once() -> None:
    caseload, _ = capped(2)
    own_pinned = taken("person:sw-1", 600)
    ledger = Ledger(caseload, {OWN: [own_pinned]})
    ledger.put(OTHER, [], [taken("person:sw-1", 720)])
    assert ledger.in_the_way({OWN}, [own_pinned]) == set()
    assert ledger.in_the_way({OWN}, [taken("person:sw-1", 900)]) == {OTHER}
    # Somebody held for a pinned meeting in any case may be in its chain as well: that is one meeting.
    ledger.put(OWN, [], [own_pinned])
    assert ledger.in_the_way({OTHER}, [taken("person:sw-1", 800)]) == set()


# --- children ----------------------------------------------------------------------------------------


def test_a_child_without_a_record_is_kept_from_two_meetings_at_once() -> None:
    data = two_plans()
    for plan in data["plans"]:
        plan["children"][0] |= {"id": "child-1", "attends": "yes"}
    caseload, policy = read(data)
    small = shard_of(caseload, policy)
    assert "child-1" not in {one.id for one in small.people}
    ledger = ledger_with(caseload, taken("person:child-1", 720, "hall"))
    around = ledger.around(small, [OWN])
    before, after = compile_problem(small, policy), compile_problem(around, policy)
    assert before.blocks == after.blocks
    child = before.blocks[0].actors.index("child-1")
    monday = before.days.index(DAY)
    for part, away in ((before, []), (after, [660, 690, 720, 750, 780])):
        lo, hi = part.tables.node_lo[1, 0, monday], part.tables.node_hi[1, 0, monday]
        there = part.tables.start_actors[lo:hi] >> np.uint64(child) & np.uint64(1) == 1
        assert sorted(part.tables.start_minute[lo:hi][~there].tolist()) == away
    # Elsewhere there is no such person, and nothing to say of them.
    assert ledger_with(caseload, taken("person:sw-1", 720)).around(small, [OWN]).people[0].id == "sw-1"
    assert len(ledger_with(caseload, taken("person:sw-1", 720)).around(small, [OWN]).people) == len(
        small.people
    )
