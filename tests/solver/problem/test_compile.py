"""From documents to arrays: who can fill what, where, at which starts, and what it costs there."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import policies
import pytest
from solver_cases import Json, hours, inline, lone, person, plan_of, prepared, read, room, some_problem

from solver.problem.blocks import CompileError
from solver.problem.compile import compile_problem
from solver.problem.layout import NAMES, pack
from solver.problem.tables import BIG, Problem


def compiled(data: Json) -> Problem:
    return compile_problem(*read(data))


def starts_on(problem: Problem, day: str, *, series: int = 0, first: bool = True) -> list[int]:
    """Minutes of the starts of a node."""
    tab, d = problem.tables, problem.days.index(date.fromisoformat(day))
    k = 0 if first else 1
    if tab.node_block[k, series, d] < 0:
        return []
    minutes = tab.start_minute[tab.node_lo[k, series, d] : tab.node_hi[k, series, d]]
    return [int(minute) for minute in minutes]


def modes(problem: Problem, who: str) -> list[tuple[int, int]]:
    """Cost in person and remotely of somebody's first option, by group of venues of block 0."""
    tab, info = problem.tables, problem.blocks[0]
    o0, o1 = int(tab.option_ptr[tab.place_ptr[0]]), int(tab.option_ptr[tab.place_ptr[1]])
    actor = info.actors.index(who)
    option = next(o for o in range(o0, o1) if tab.option_actor[o] == actor) - o0
    base = [int(tab.mode_ptr[0]) + g * (o1 - o0) + option for g in range(int(tab.group_ptr[1]))]
    return [(int(tab.mode_in_person[at]), int(tab.mode_remote[at])) for at in base]


class TestStarts:
    def test_where_everyone_essential_and_a_room_are_free(self) -> None:
        data = lone(venues=[room("room-1", hours=hours("08:00", "11:00"))])
        data["people"][0]["hours"] = hours("10:00", "17:00")
        problem = compiled(data)
        assert starts_on(problem, "2027-01-12") == [600]
        # Who is but expected does not stand in the way of a start.
        data["people"][1]["hours"] = {}
        assert starts_on(compiled(data), "2027-01-12") == [600]

    def test_not_before_the_team_starts_nor_after_it_ends(self) -> None:
        """The mother is free at any time, and nobody of the team before 09:00 or after 17:00."""
        data = lone(plans=[plan_of(1, {"person": "mother-1"})])
        starts = starts_on(compiled(data), "2027-01-12")
        assert (starts[0], starts[-1], len(starts)) == (540, 960, 15)

    def test_not_at_times_that_are_never_possible(self) -> None:
        data = lone()
        data["plans"][0]["times"] = {"never": [{"days": ["tue"], "start": "10:15", "end": "16:45"}]}
        problem = compiled(data)
        assert starts_on(problem, "2027-01-12") == [540]
        assert len(starts_on(problem, "2027-01-13")) == 15

    def test_the_familys_wish_is_charged_outside_its_windows(self) -> None:
        data = lone()
        data["plans"][0]["times"] = {"prefer": [{"days": ["tue"], "start": "10:00", "end": "11:30"}]}
        problem = compiled(data)
        tab, d = problem.tables, problem.days.index(date(2027, 1, 12))
        at = range(int(tab.node_lo[0, 0, d]), int(tab.node_hi[0, 0, d]))
        kind = [int(tab.start_minute[i]) for i in at if tab.start_cost[i] == 0]
        assert kind == [600, 630]
        assert {int(tab.start_cost[i]) for i in at} == {0, 40}

    def test_none_on_a_closure_nor_on_a_review_day_nor_after_the_last_day(self) -> None:
        clause = policies.not_on_review_day()
        data = lone(
            policies.make_policy(policies.core_group(not_on_review_day=clause)), closures=["2027-01-12"]
        )
        data["plans"][0] |= {"ends": "2027-01-14"}
        data["plans"][0]["events"]["reviews"] = ["2027-01-13"]
        problem = compiled(data)
        assert date(2027, 1, 12) not in problem.days
        assert starts_on(problem, "2027-01-13") == []
        assert starts_on(problem, "2027-01-14")
        assert starts_on(problem, "2027-01-15") == []

    def test_a_split_meeting_takes_its_room_for_both_sittings_and_the_time_between(self) -> None:
        """Two hours and, on a grid of 20 minutes, 40 between them: from 09:00 to 14:20 at the latest."""
        data = lone(grid_minutes=20, plans=[plan_of(1, {"person": "sw-1"}, split={"reason": "r"})])
        data["plans"][0]["participants"] += [
            {"person": "mother-1", "sitting": "A"},
            {"person": "father-1", "sitting": "B"},
        ]
        data["people"].append(person("father-1", "parent", hours=hours("12:00", "13:00")))
        problem = compiled(data)
        starts = starts_on(problem, "2027-01-12")
        assert (starts[0], starts[-1]) == (540, 17 * 60 - 160)
        tab = problem.tables
        assert int(tab.block_length[0]) == 160
        spans = list(zip(tab.actor_offset[:3].tolist(), tab.actor_length[:3].tolist(), strict=True))
        assert dict(zip(problem.blocks[0].actors, spans, strict=True)) == {
            "sw-1": (0, 160), "mother-1": (0, 60), "father-1": (100, 60),
        }  # fmt: skip
        # He is free for the second sitting of the meeting that starts at 10:20, and of no other.
        d = problem.days.index(date(2027, 1, 12))
        bit = problem.blocks[0].actors.index("father-1")
        at = range(int(tab.node_lo[0, 0, d]), int(tab.node_hi[0, 0, d]))
        free = [int(tab.start_minute[i]) for i in at if int(tab.start_actors[i]) >> bit & 1]
        assert free == [620]


class TestModes:
    @pytest.mark.parametrize(
        ("remote", "costs"),
        [
            # In the room on the hill, in the hybrid room in the hall, at the virtual meeting.
            ("no", [(6, BIG), (3, BIG), (BIG, BIG)]),
            ("if_needed", [(6, BIG), (3, 30), (BIG, 30)]),
            ("yes", [(BIG, BIG), (BIG, 0), (BIG, 0)]),
        ],
    )
    def test_a_parents(self, remote: str, costs: list[tuple[int, int]]) -> None:
        video = {"id": "video", "name": "Video", "kind": "virtual"}
        data = lone(venues=[room("room-1", "hill"), room("room-2", "hall", "hybrid"), video])
        data["plans"][0]["participants"][1]["remote"] = remote
        assert modes(compiled(data), "mother-1") == costs

    def test_a_professionals(self) -> None:
        data = lone(
            venues=[room("room-1", "hall", "hybrid"), room("room-2", "hill", "hybrid"), room("room-3", None)]
        )
        # sw-1 is based in the hall; a venue without a site is 15 minutes away.
        assert modes(compiled(data), "sw-1") == [(0, 10), (6, 10), (3, BIG)]

    def test_a_venue_that_an_essential_person_cannot_join_is_no_venue_of_any_start(self) -> None:
        data = lone(venues=[room("room-1"), room("room-2", "hill", "hybrid")])
        data["plans"][0]["participants"][0]["remote"] = "yes"
        problem = compiled(data)
        assert {problem.venues[v] for v in used_venues(problem)} == {"room-2"}


def used_venues(problem: Problem) -> set[int]:
    tab = problem.tables
    masks = int(np.bitwise_or.reduce(tab.start_venues, initial=np.uint64(0)))
    return {int(tab.venue_id[v]) for v in range(len(tab.venue_id)) if masks >> int(tab.venue_bit[v]) & 1}


class TestDeputies:
    def test_only_for_expected_places_and_never_with_a_place_of_their_own(self) -> None:
        data = lone()
        data["people"] += [
            person("hv-1", "health_visitor", deputies=["hv-2", "hv-3"]),
            person("hv-2", "health_visitor"),
            person("hv-3", "health_visitor"),
        ]
        data["people"][0]["deputies"] = ["hv-2"]
        data["plans"][0]["participants"] += [{"person": "hv-1"}, {"person": "hv-3", "level": "invited"}]
        assert sorted(compiled(data).blocks[0].actors) == ["hv-1", "hv-2", "hv-3", "mother-1", "sw-1"]
        data["plans"][0]["participants"][2]["level"] = "invited"
        assert sorted(compiled(data).blocks[0].actors) == ["hv-1", "hv-3", "mother-1", "sw-1"]

    def test_one_for_two_places_is_one_person(self) -> None:
        data = lone()
        data["people"] += [
            person("hv-1", "health_visitor", deputies=["hv-3"]),
            person("hv-2", "health_visitor", deputies=["hv-3"]),
            person("hv-3", "health_visitor"),
        ]
        data["plans"][0]["participants"] += [{"person": "hv-1"}, {"person": "hv-2"}]
        problem = compiled(data)
        actors = problem.blocks[0].actors
        assert Counter(actors) == {"sw-1": 1, "mother-1": 1, "hv-1": 1, "hv-2": 1, "hv-3": 2}
        assert problem.tables.actor_twin[:6].tolist() == [actors.index(actor) for actor in actors]


class TestBlocks:
    def test_one_for_each_set_of_places(self) -> None:
        data = lone()
        data["people"].append(person("hv-1", "health_visitor"))
        data["plans"][0]["participants"].append(
            {"person": "hv-1", "from": "2027-01-12", "until": "2027-01-20"}
        )
        problem = compiled(data)
        assert [len(info.places) for info in problem.blocks] == [2, 3]
        by_day = dict(zip(problem.days, problem.tables.node_block[1, 0].tolist(), strict=True))
        assert [by_day[date(2027, 1, day)] for day in (11, 12, 20, 21)] == [0, 1, 1, 0]
        assert problem.tables.series_same[0] == 1

    def test_a_first_meeting_of_other_people_is_another_class(self) -> None:
        policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
        data = lone(policy)
        data["people"].append(person("tm-1", "team_manager", hours=hours("10:00", "11:00")))
        problem = compiled(data)
        assert problem.tables.series_same[0] == 0
        assert starts_on(problem, "2027-01-12", first=True) == [600]
        assert len(starts_on(problem, "2027-01-12", first=False)) == 15

    def test_shared_people_and_rooms_are_resources_and_no_others(self) -> None:
        data = lone()
        video = {"id": "video", "name": "Video", "kind": "virtual"}
        data["venues"] += [room("room-2"), video]
        data["people"] += [
            person("mother-2", "parent"),
            person("hv-1", "health_visitor", max_meetings_per_day=3),
        ]
        data["plans"][0]["participants"].append({"person": "hv-1"})
        data["plans"].append(
            plan_of(
                2, {"person": "sw-1"}, {"person": "mother-2"}, {"person": "hv-1"}, venue={"never": ["room-2"]}
            )
        )
        problem = compiled(data)
        assert set(problem.resources) == {"person:sw-1", "person:hv-1", "venue:room-1"}
        caps = dict(zip(problem.resources, problem.tables.res_cap.tolist(), strict=True))
        soft = dict(zip(problem.resources, problem.tables.res_soft.tolist(), strict=True))
        assert caps == {"person:sw-1": 0, "person:hv-1": 3, "venue:room-1": 0}
        assert soft == {"person:sw-1": 1, "person:hv-1": 0, "venue:room-1": 0}

    def test_as_many_people_as_there_are_bits(self) -> None:
        data = lone(venues=[room("room-1")])
        data["people"] += [person(f"other-{i}", "other") for i in range(61)]
        data["plans"][0]["participants"] += [{"person": f"other-{i}"} for i in range(61)]
        problem = compiled(data)
        assert len(problem.blocks[0].actors) == 63
        assert int(problem.tables.start_actors.max()) == 2**63 - 1
        data["people"].append(person("other-61", "other"))
        data["plans"][0]["participants"].append({"person": "other-61"})
        with pytest.raises(CompileError, match="64 people"):
            compiled(data)


class TestPinned:
    def booked(self, *more: Json, **changes: Any) -> Problem:
        start = {"plans": ["plan-1"], "start": "2027-01-12T10:00", "venue": "room-1", "pinned": True}
        data = lone(booked=[start | changes, *more])
        data["people"].append(person("mother-2", "parent"))
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
        return compiled(data)

    def test_is_the_one_start_of_its_day(self) -> None:
        problem = self.booked()
        assert starts_on(problem, "2027-01-12") == [600]
        assert len(starts_on(problem, "2027-01-12", series=1)) > 1

    def test_holds_its_room_and_its_essential_people(self) -> None:
        problem = self.booked()
        d = problem.days.index(date(2027, 1, 12))
        held = {problem.resources[r]: (day, begin, end) for r, day, begin, end, _ in problem.fixed_commits}
        assert held == {"venue:room-1": (d, 600, 660), "person:sw-1": (d, 600, 660)}

    def test_no_chain_goes_round_it(self) -> None:
        problem = self.booked()
        tab, d = problem.tables, problem.days.index(date(2027, 1, 12))
        gap = tab.gap_cost[tab.gap_index[0]]
        assert tab.none_cost[0] == BIG
        assert (tab.first_cost[0, d + 1 :] == BIG).all()
        assert (tab.end_cost[0, :d] == BIG).all()
        assert (gap[:d, d + 1 :] == BIG).all()
        assert tab.none_cost[1] < BIG

    def test_each_unpinned_one_costs_its_move_until_it_is_kept(self) -> None:
        problem = self.booked(pinned=False)
        assert problem.constant == 60
        tab = problem.tables
        (at,) = np.nonzero(tab.start_bonus)
        assert {int(tab.start_minute[i]) for i in at} == {600}
        assert {problem.venues[int(tab.start_bonus_venue[i])] for i in at} == {"room-1"}

    def test_three_pinned_of_one_worker_on_a_day_cost_what_they_must(self) -> None:
        data = lone()
        data["people"] = [person("sw-1", "social_worker")]
        data["plans"] = [plan_of(number, {"person": "sw-1"}) for number in (1, 2, 3, 4)]
        data["booked"] = [
            {"plans": [f"plan-{n}"], "start": f"2027-01-12T{9 + n}:00", "venue": "room-1", "pinned": True}
            for n in (1, 2, 3, 4)
        ]
        assert compiled(data).constant == 2 * 10


class TestOrder:
    @pytest.mark.parametrize("seed", range(6))
    def test_leaves_out_only_what_can_never_be(self, seed: int) -> None:
        """Ordered starts are those of before without the impossible, node by node."""
        caseload, policy, after = some_problem(seed)
        before = compile_problem(caseload, policy)
        for k, s, d in np.ndindex(before.tables.node_block.shape):
            was = _node(before, k, s, d)
            now = _node(after, k, s, d)
            assert now <= was
            lo, hi = int(after.tables.node_lo[k, s, d]), int(after.tables.node_hi[k, s, d])
            floors = after.tables.start_floor[lo:hi] if after.tables.node_block[k, s, d] >= 0 else np.zeros(0)
            assert (floors < BIG).all()
            assert (np.diff(floors) >= 0).all()


def _node(problem: Problem, k: int, s: int, d: int) -> set[tuple[int, int, int]]:
    tab = problem.tables
    if tab.node_block[k, s, d] < 0:
        return set()
    return {
        (int(tab.start_minute[i]), int(tab.start_actors[i]), int(tab.start_venues[i]))
        for i in range(int(tab.node_lo[k, s, d]), int(tab.node_hi[k, s, d]))
    }


class TestLayout:
    def test_every_table_is_where_it_says(self) -> None:
        problem = prepared(*read(lone()))
        packed = pack(problem.tables)
        for name, begin in zip(NAMES, packed.at.tolist(), strict=False):
            table = np.asarray(getattr(problem.tables, name)).ravel()
            assert (packed.ints[begin : begin + len(table)] == table).all()
        sizes = packed.at[len(NAMES) :].tolist()
        tab = problem.tables
        assert sizes[:5] == [tab.grid, tab.span_start, tab.slots, tab.soft_cap, tab.soft_cost]
        assert sizes[5:] == [len(problem.series), len(problem.days), tab.allowance.shape[1]]

    def test_the_same_caseload_compiles_to_the_same_arrays(self) -> None:
        one, two = compiled(lone()), compiled(lone())
        for a, b in zip(one.tables, two.tables, strict=True):
            assert np.array_equal(a, b)


def test_inline_policies_are_read_as_they_are_written() -> None:
    """What the tests plan under is what they say."""
    policy = policies.make_policy(policies.core_group(quorum=policies.quorum(2)))
    _, read_back = read(lone(authority=inline(policy)))
    assert read_back.meetings == policy.meetings
