"""Which chains a caseload needs, who has a place, which window is next: sections 2 and 3 of RULES, counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
import pytest
from solver_cases import lone, person, plan_of

from calendars.workdays import WorkingCalendar
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.schema.caseload import BookedMeeting, Caseload
from solver.series import Membership, Place, Series, form_series, next_limits, provisional_after, series_of

Json = dict[str, Any]
POLICY = policies.make_policy(policies.core_group(), policies.cin_review())
MONDAY = date(2027, 1, 11)


def caseload_of(*plans: Json, people: tuple[Json, ...] = (), **changes: Any) -> Caseload:
    data = lone(POLICY, plans=list(plans), **changes)
    data["people"] += [person("mother-2", "parent"), person("sw-2", "social_worker"), *people]
    return Caseload.model_validate(data)


def one_series(*plans: Json, policy: Policy = POLICY, **changes: Any) -> tuple[Caseload, Series]:
    caseload = caseload_of(*plans, **changes)
    (series,) = form_series(caseload, policy)
    return caseload, series


def sibling(number: int, *participants: Json, **more: Any) -> Json:
    return plan_of(number, *participants, sibling_group="elm", **more)


def days_of(caseload: Caseload, policy: Policy = POLICY) -> WorkingCalendar:
    return working_calendar(caseload, policy)


class TestFormSeries:
    def test_each_plan_has_its_own(self) -> None:
        found = form_series(caseload_of(plan_of(1), plan_of(2, type="child_in_need")), POLICY)
        assert [one.id for one in found] == ["plan-1.core_group", "plan-2.cin_review"]

    def test_siblings_of_one_kind_meet_together(self) -> None:
        _, series = one_series(sibling(1, minutes=60), sibling(2, minutes=90, split={"reason": "r"}))
        assert series.id == "elm.core_group"
        assert [plan.id for plan in series.plans] == ["plan-1", "plan-2"]
        assert series.minutes == 90
        assert series.split

    def test_siblings_of_two_kinds_meet_apart_under_their_own_names(self) -> None:
        found = form_series(caseload_of(sibling(1), sibling(2, type="child_in_need")), POLICY)
        assert [one.id for one in found] == ["plan-1.core_group", "plan-2.cin_review"]

    def test_a_plan_that_ended_before_the_horizon_has_none_and_leaves_its_sibling_alone(self) -> None:
        _, series = one_series(sibling(1, ends="2027-01-03", split={"reason": "r"}), sibling(2))
        assert series.id == "plan-2.core_group"
        assert not series.split

    def test_a_plan_that_ends_on_the_first_day_still_has_one(self) -> None:
        _, series = one_series(plan_of(1, ends="2027-01-04"))
        assert series.last_day == date(2027, 1, 4)

    def test_a_silent_policy_asks_for_none(self) -> None:
        assert form_series(caseload_of(plan_of(1, type="looked_after")), POLICY) == ()

    @pytest.mark.parametrize(
        ("plan_type", "kind"),
        [
            ("child_protection", "core_group"),
            ("child_in_need", "cin_review"),
            ("looked_after", "care_team_meeting"),
        ],
    )
    def test_a_silent_policy_leaves_the_plans_own_interval(self, plan_type: str, kind: str) -> None:
        silent = policies.make_policy(policies.core_group(plan_types=("looked_after",), kind="core_group"))
        if plan_type == "looked_after":
            silent = POLICY
        plan = plan_of(1, type=plan_type, every_at_most="3 weeks", events={"plan_start": "2026-12-30"})
        (series,) = form_series(caseload_of(plan), silent)
        assert series.kind == kind
        limits = next_limits(series, None, days_of(caseload_of(plan)))
        assert limits is not None
        assert limits.due == date(2027, 1, 20)

    def test_held_is_the_largest_over_the_plans(self) -> None:
        last = {"initial_conference": "2026-11-02", "last_meeting": "2026-12-15"}
        _, series = one_series(sibling(1, events=last), sibling(2, events=last | {"held": 4}), sibling(3))
        assert series.held == 4
        assert series.first
        assert series.previous == date(2026, 12, 15)

    def test_last_days(self) -> None:
        _, series = one_series(sibling(1, ends="2027-01-20"), sibling(2, ends="2027-05-01"))
        assert series.last_days == (date(2027, 1, 20), date(2027, 2, 26))
        assert series.last_day == date(2027, 2, 26)
        assert [plan.id for plan in series.plans_on(date(2027, 1, 20))] == ["plan-1", "plan-2"]
        assert [plan.id for plan in series.plans_on(date(2027, 1, 21))] == ["plan-2"]


class TestNextLimits:
    def test_the_first_counts_from_the_conference(self) -> None:
        caseload, series = one_series(plan_of(1))
        limits = next_limits(series, None, days_of(caseload))
        assert limits is not None
        assert (limits.earliest, limits.target, limits.due) == (
            date(2026, 12, 31), date(2027, 1, 11), date(2027, 1, 14),
        )  # fmt: skip

    def test_a_later_one_counts_from_the_one_before(self) -> None:
        caseload, series = one_series(plan_of(1))
        limits = next_limits(series, date(2027, 1, 12), days_of(caseload))
        assert limits is not None
        assert (limits.earliest, limits.target, limits.due) == (
            date(2027, 1, 13), date(2027, 2, 4), date(2027, 2, 9),
        )  # fmt: skip

    def test_none_is_needed_that_would_be_due_after_the_last_day(self) -> None:
        caseload, series = one_series(plan_of(1, ends="2027-02-08"))
        assert next_limits(series, date(2027, 1, 12), days_of(caseload)) is None
        pinned = next_limits(series, date(2027, 1, 12), days_of(caseload), imposing=False)
        assert pinned is not None
        assert pinned.due == date(2027, 2, 9)

    def test_the_plan_that_is_due_first_decides(self) -> None:
        early = {"initial_conference": "2026-11-02", "last_meeting": "2026-12-15"}
        caseload, series = one_series(sibling(1), sibling(2, events=early))
        limits = next_limits(series, None, days_of(caseload))
        assert limits is not None
        assert (limits.plan, limits.due) == ("plan-2", date(2027, 1, 12))

    def test_on_a_tie_the_first_plan_decides(self) -> None:
        caseload, series = one_series(sibling(1), sibling(2))
        limits = next_limits(series, None, days_of(caseload))
        assert limits is not None
        assert limits.plan == "plan-1"

    def test_a_plan_that_ends_sooner_asks_for_nothing_more(self) -> None:
        early = {"initial_conference": "2026-11-02", "last_meeting": "2026-12-15"}
        caseload, series = one_series(sibling(1), sibling(2, events=early, ends="2027-01-11"))
        limits = next_limits(series, None, days_of(caseload))
        assert limits is not None
        assert limits.plan == "plan-1"

    def test_overdue_stays_overdue(self) -> None:
        caseload, series = one_series(plan_of(1, events={"initial_conference": "2026-12-10"}))
        limits = next_limits(series, None, days_of(caseload))
        assert limits is not None
        assert limits.due == date(2026, 12, 24)


class TestPlaces:
    def names(
        self, caseload: Caseload, series: Series, day: date = MONDAY, *, first: bool = False
    ) -> list[str]:
        return [place.person for place in Membership(caseload).places(series, day, first=first)]

    def test_children_then_participants_then_the_handover(self) -> None:
        plan = plan_of(1, {"person": "sw-1"}, {"person": "mother-1"})
        plan["children"][0]["attends"] = "yes"
        plan["handover"] = {"date": "2027-01-11", "person": "sw-2"}
        caseload, series = one_series(plan)
        assert self.names(caseload, series) == ["child-1", "sw-1", "mother-1", "sw-2"]
        assert self.names(caseload, series, date(2027, 1, 10)) == ["child-1", "sw-1", "mother-1"]

    @pytest.mark.parametrize(
        ("attends", "level"), [("no", None), ("if_possible", "invited"), ("yes", "expected")]
    )
    def test_a_childs_level(self, attends: str, level: str | None) -> None:
        plan = plan_of(1)
        plan["children"][0]["attends"] = attends
        caseload, series = one_series(plan)
        found = {one.person: one for one in Membership(caseload).places(series, MONDAY, first=True)}
        assert (found["child-1"].level if "child-1" in found else None) == level

    def test_a_participants_dates_are_inclusive(self) -> None:
        plan = plan_of(1, {"person": "sw-1", "from": "2027-01-11"}, {"person": "sw-2", "until": "2027-01-11"})
        caseload, series = one_series(plan)
        assert self.names(caseload, series) == ["sw-1", "sw-2"]
        assert self.names(caseload, series, date(2027, 1, 10)) == ["sw-2"]
        assert self.names(caseload, series, date(2027, 1, 12)) == ["sw-1"]

    def test_levels_and_links(self) -> None:
        people = (person("int-1", "interpreter"), person("father-1", "parent", remote=True))
        plan = plan_of(
            1,
            {"person": "sw-1"},
            {"person": "mother-1"},
            {"person": "father-1", "level": "invited"},
            {"person": "int-1", "remote": "yes"},
        )
        caseload, series = one_series(plan, people=people)
        places = Membership(caseload).places(series, MONDAY, first=True)
        assert [(one.level, one.remote) for one in places] == [
            ("essential", "if_needed"),
            ("expected", "no"),
            ("invited", "if_needed"),
            ("invited", "yes"),
        ]

    def test_in_two_plans_the_stronger_level_and_the_stricter_link(self) -> None:
        one = sibling(1, {"person": "sw-1", "remote": "yes"}, {"person": "mother-1", "level": "invited"})
        two = sibling(2, {"person": "mother-1", "level": "essential"}, {"person": "sw-1", "level": "invited"})
        caseload, series = one_series(one, two)
        assert Membership(caseload).places(series, MONDAY, first=True) == (
            Place("sw-1", "social_worker", "essential", "if_needed"),
            Place("mother-1", "parent", "essential", "no"),
        )

    def test_in_two_plans_a_sitting_only_if_they_agree(self) -> None:
        split = {"split": {"reason": "r"}}
        one = sibling(
            1, {"person": "mother-1", "sitting": "A"}, {"person": "mother-2", "sitting": "B"}, **split
        )
        two = sibling(2, {"person": "mother-1", "sitting": "A"}, {"person": "mother-2"}, **split)
        caseload, series = one_series(one, two)
        assert [one.sitting for one in Membership(caseload).places(series, MONDAY, first=True)] == ["A", None]

    def test_only_the_plans_that_still_run_bring_people(self) -> None:
        one = sibling(1, {"person": "sw-1"}, ends="2027-01-10")
        two = sibling(2, {"person": "sw-2"})
        caseload, series = one_series(one, two)
        assert self.names(caseload, series, date(2027, 1, 10)) == ["sw-1", "sw-2"]
        assert self.names(caseload, series) == ["sw-2"]


class TestManager:
    @staticmethod
    def there(at: str, *, first: bool, **plan: Any) -> bool:
        policy = policies.make_policy(policies.core_group(manager=policies.manager(at)))
        people = (person("tm-1", "team_manager"), person("tm-2", "team_manager"))
        caseload, series = one_series(plan_of(1, {"person": "sw-1"}, **plan), policy=policy, people=people)
        names = [place.person for place in Membership(caseload).places(series, MONDAY, first=first)]
        assert "tm-2" not in names
        return "tm-1" in names

    def test_comes_to_the_first(self) -> None:
        assert self.there("first", first=True)
        assert not self.there("first", first=False)

    def test_does_not_come_to_the_first_in_the_calendar_that_is_not_the_plans_first(self) -> None:
        held = {"initial_conference": "2026-11-02", "last_meeting": "2026-12-15"}
        assert not self.there("first", first=True, events=held)

    def test_comes_to_every_complex_one(self) -> None:
        assert self.there("first", first=False, complex=True)
        assert self.there("complex", first=False, complex=True)
        assert not self.there("complex", first=True)

    def test_takes_no_second_place(self) -> None:
        policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
        people = (person("tm-1", "team_manager"), person("tm-2", "team_manager"))
        plan = plan_of(1, {"person": "tm-2", "level": "invited"})
        caseload, series = one_series(plan, policy=policy, people=people)
        (place,) = Membership(caseload).places(series, MONDAY, first=True)
        assert (place.person, place.level) == ("tm-2", "invited")


class TestSeriesOf:
    @staticmethod
    def belongs(**booked: Any) -> int | None:
        caseload = caseload_of(sibling(1), sibling(2, type="child_in_need"), plan_of(3, type="looked_after"))
        series = form_series(caseload, POLICY)
        meeting = {"start": "2027-01-11T10:00", "venue": "room-1", "plans": ["plan-1"]} | booked
        return series_of(BookedMeeting.model_validate(meeting), series)

    def test_by_its_plans(self) -> None:
        assert self.belongs() == 0
        assert self.belongs(plans=["plan-2"]) == 1
        assert self.belongs(plans=["plan-3", "plan-2"]) == 1
        assert self.belongs(plans=["plan-3"]) is None

    def test_by_name_first(self) -> None:
        assert self.belongs(series="plan-2.cin_review") == 1
        assert self.belongs(series="plan-3.care_team_meeting") is None

    def test_of_its_kind(self) -> None:
        assert self.belongs(plans=["plan-1", "plan-2"], kind="cin_review") == 1


class TestProvisional:
    policy = policies.make_policy(policies.core_group(), policies.cin_review(), reviews=policies.REVIEWS)

    def after(self, *plans: Json) -> date | None:
        caseload = caseload_of(*plans)
        return provisional_after(
            caseload.plans, self.policy, caseload.horizon.start, days_of(caseload, self.policy)
        )

    def test_after_the_next_review_given(self) -> None:
        events = {"initial_conference": "2026-11-02", "reviews": ["2026-12-01", "2027-02-03", "2027-02-17"]}
        assert self.after(plan_of(1, events=events)) == date(2027, 2, 3)

    def test_after_the_statutory_date_where_none_is_given(self) -> None:
        # Three months and 91 days from the conference: 30 March and 31 March.
        assert self.after(plan_of(1)) == date(2027, 3, 30)

    def test_never_where_the_review_is_past(self) -> None:
        assert self.after(plan_of(1, events={"initial_conference": "2026-09-01"})) is None

    def test_only_after_the_reviews_of_all_its_plans(self) -> None:
        later = plan_of(2, events={"initial_conference": "2026-12-30", "reviews": ["2027-02-03"]})
        assert self.after(plan_of(1), later) == date(2027, 3, 30)

    def test_a_child_in_need_plan_has_no_review(self) -> None:
        assert self.after(plan_of(1), plan_of(2, type="child_in_need")) is None
