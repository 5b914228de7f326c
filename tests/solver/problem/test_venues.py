"""Which venues a meeting may use, by rule, and how long people travel between them."""

from __future__ import annotations

from typing import Any, ClassVar

import policies
import pytest
from solver_cases import Json, lone, person, plan_of, room

from solver.policy.model import MeetingRule
from solver.problem.travel import Travel
from solver.problem.venues import VenueRules, seats_needed
from solver.schema.caseload import Caseload
from solver.series import Membership, Place, form_series


def refusal(
    venue: Json,
    *wishes: Json,
    rule: MeetingRule | None = None,
    places: tuple[Place, ...] = (),
    **changes: Any,
) -> str | None:
    """Id of the rule that keeps the meeting of one or more plans with these wishes out of a venue."""
    plans = [plan_of(number, venue=wish) for number, wish in enumerate(wishes or ({},), start=1)]
    data = lone(venues=[{"id": "there", "name": "There", "kind": "office"} | venue], plans=plans) | changes
    caseload = Caseload.model_validate(data)
    found = VenueRules(caseload).refusal(
        caseload.venues[0], rule or policies.core_group(), caseload.plans, places
    )
    return None if found is None else found.rule


PRIVATE: Json = {"features": ["private", "step_free"]}
HOME: Json = {"kind": "family_home"}


@pytest.mark.parametrize(
    ("venue", "wishes", "rule"),
    [
        (PRIVATE, [{}], None),
        ({}, [{}], "venue.private"),
        ({"kind": "virtual"}, [{}], None),
        (PRIVATE, [{"needs": ["step_free"]}], None),
        (PRIVATE, [{"needs": ["step_free", "quiet"]}], "venue.features"),
        (PRIVATE, [{}, {"needs": ["quiet"]}], "venue.features"),
        (PRIVATE, [{"kinds": ["school", "office"]}], None),
        (PRIVATE, [{}, {"kinds": ["school"]}], "venue.kind"),
        (PRIVATE, [{"never": ["there"]}], "venue.refused"),
        (PRIVATE, [{"only": ["there"]}, {"only": ["there", "room-9"]}], None),
        (PRIVATE, [{"only": ["there"]}, {"only": ["room-9"]}], "venue.only"),
        (HOME, [{}], "venue.home"),
        (HOME, [{"prefer": ["there"]}], None),
        (HOME, [{"only": ["there"]}, {"prefer": ["there"]}], None),
        (HOME, [{"only": ["there"]}, {}], "venue.home"),
        ({"kind": "placement"}, [{}], "venue.home"),
        (PRIVATE | {"confidential": True}, [{}], "venue.home"),
        (PRIVATE | {"confidential": True}, [{"prefer": ["there"]}], None),
    ],
)
def test_what_the_plans_say(venue: Json, wishes: list[Json], rule: str | None) -> None:
    assert refusal(venue, *wishes) == rule


def test_what_the_policy_says() -> None:
    rule = policies.core_group(venue=policies.venue(kinds=("office",), features=("step_free",)))
    assert refusal(PRIVATE, rule=rule) is None
    assert refusal({"features": ["private"]}, rule=rule) == "venue.features"
    assert refusal(PRIVATE | {"kind": "community"}, rule=rule) == "venue.kind"


@pytest.mark.parametrize(("seats", "rule"), [(None, None), (3, None), (2, "venue.capacity")])
def test_seats_for_all_but_those_who_always_join_remotely(seats: int | None, rule: str | None) -> None:
    """Whether they come or not: the room is booked for those invited."""
    places = tuple(
        Place(f"p-{i}", "other", "invited", remote)
        for i, remote in enumerate(("no", "if_needed", "if_needed", "yes"))
    )
    assert seats_needed(places) == 3
    assert refusal(PRIVATE | {"capacity": seats}, places=places) == rule


class TestSchools:
    hill: ClassVar[Json] = {
        "id": "s-1",
        "name": "S",
        "site": "hill",
        "day": {"start": "09:00", "end": "15:00"},
        "terms": [],
    }

    def at_school(self, *, on_roll: str | None, wishes: Json, **venue: Any) -> str | None:
        other = self.hill | {"id": "s-2", "site": "hall"}
        plan = plan_of(1, venue=wishes)
        plan["children"][0]["school"] = on_roll
        room_there = PRIVATE | {"kind": "school", "site": "hill"} | venue
        return refusal(room_there, schools=[self.hill, other], plans=[plan])

    def test_is_open_to_a_child_on_roll(self) -> None:
        assert self.at_school(on_roll="s-1", wishes={}) is None

    def test_is_closed_to_others(self) -> None:
        assert self.at_school(on_roll="s-2", wishes={}) == "venue.school"
        assert self.at_school(on_roll=None, wishes={}) == "venue.school"

    def test_unless_the_plan_names_it(self) -> None:
        assert self.at_school(on_roll="s-2", wishes={"prefer": ["there"]}) is None

    def test_a_nursery_likewise_and_an_office_not(self) -> None:
        assert self.at_school(on_roll="s-2", wishes={}, kind="nursery") == "venue.school"
        assert self.at_school(on_roll="s-2", wishes={}, kind="office") is None

    def test_one_on_no_schools_site_is_open_to_all(self) -> None:
        assert self.at_school(on_roll="s-2", wishes={}, site=None) is None


class TestTravel:
    def travel(self, table: Json) -> Travel:
        data = lone(travel=table, venues=[room("room-1"), room("room-2", None), room("room-3", None)])
        data["venues"].append({"id": "video", "name": "Video", "kind": "virtual"})
        data["people"].append(person("hv-1", "health_visitor", site="hill"))
        return Travel(Caseload.model_validate(data))

    def test_a_venue_without_a_site_is_one_of_its_own(self) -> None:
        travel = self.travel({})
        assert travel.sites == ["hall", "hill", "venue:room-2", "venue:room-3"]
        assert travel.site_of == {"room-1": 0, "room-2": 2, "room-3": 3, "video": -1}
        assert [travel.allowance("mother-1", site) for site in (0, 1, 2, 3, -1)] == [15, 30, 15, 15, 0]

    def test_nobody_travels_to_where_they_are_based(self) -> None:
        travel = self.travel({})
        assert [travel.allowance("sw-1", site) for site in (0, 1)] == [0, 30]
        assert [travel.allowance("hv-1", site) for site in (0, 1)] == [15, 0]
        assert travel.allowance("child-1", 1) == 30

    @pytest.mark.parametrize(
        ("table", "there", "back"),
        [
            ({}, -1, -1),
            ({"hall": {"hill": 25}}, 25, 25),
            ({"hill": {"hall": 0}}, 0, 0),
            ({"hall": {"hill": 25}, "hill": {"hall": 40}}, 25, 40),
        ],
    )
    def test_minutes_given(self, table: Json, there: int, back: int) -> None:
        minutes = self.travel(table).minutes
        assert (minutes[0, 1], minutes[1, 0]) == (there, back)


def test_everyone_with_a_place_needs_a_seat() -> None:
    data = lone()
    caseload = Caseload.model_validate(data)
    (series,) = form_series(caseload, policies.make_policy())
    assert seats_needed(Membership(caseload).places(series, caseload.horizon.start, first=True)) == 2
