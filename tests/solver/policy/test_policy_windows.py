from __future__ import annotations

from datetime import date, timedelta

import pytest
from caseloads import small_caseload
from policy_cases import england, made_plan, myshire_policy

from calendars.workdays import WorkingCalendar
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.policy.windows import (
    Limits,
    default_rule,
    first_limits,
    later_limits,
    level_of,
    manager_clause,
    review_due,
    rule_for,
    working_calendar,
)
from solver.schema.base import PlanType
from solver.schema.caseload import Caseload, Plan

CHRISTMAS_CONFERENCE = date(2026, 12, 22)


def first(authority: str, plan: Plan, cal: WorkingCalendar | None = None) -> Limits:
    rule = rule_for(plan, load_policy(authority))
    assert rule is not None
    return first_limits(plan, rule, cal or england())


def later(authority: str, plan: Plan, previous: date, cal: WorkingCalendar | None = None) -> Limits:
    rule = rule_for(plan, load_policy(authority))
    assert rule is not None
    return asked(later_limits(plan, rule, previous, cal or england()))


def asked(limits: Limits | None) -> Limits:
    assert limits is not None
    return limits


def with_windows(*windows: dict[str, object]) -> Policy:
    data = myshire_policy()
    data["meetings"][0]["windows"] = [{"sources": ["T1"], **window} for window in windows]
    return load_policy(data)


def limits_of(policy: Policy, plan: Plan, cal: WorkingCalendar | None = None) -> Limits:
    return first_limits(plan, policy.meetings[0], cal or england())


FIRST_CORE_GROUP = {"applies": "first", "anchor": ["initial_conference"]}
LATER = {"applies": "later", "maximum": ["28 days"]}


@pytest.mark.parametrize(
    ("authority", "source"),
    [
        ("wandsworth", "W1b"),
        ("south-west", "U1"),
        ("barnsley", "B9"),
        ("sefton", "S1"),
        ("carefirst", "WT2023:core-group"),
    ],
)
def test_a_first_core_group_is_due_ten_working_days_after_the_conference(authority: str, source: str) -> None:
    limits = first(authority, made_plan(initial_conference=CHRISTMAS_CONFERENCE))
    # 23, 24, 29, 30, 31 December, then 4 to 8 January: not the weekends, nor 25 and 28 December and 1 January.
    assert limits.due == date(2027, 1, 8)
    assert limits.earliest == date(2026, 12, 23)
    assert limits.sources == (source,)
    assert limits.plan == "plan-1"


@pytest.mark.parametrize(
    ("authority", "plan_type", "due"),
    [
        ("wandsworth", "child_protection", date(2027, 1, 5)),
        ("south-west", "child_protection", date(2026, 12, 22)),
        ("barnsley", "child_protection", date(2026, 12, 22)),
        ("barnsley", "child_in_need", date(2027, 1, 5)),
        ("sefton", "child_protection", date(2026, 12, 22)),
        ("carefirst", "child_protection", date(2026, 12, 22)),
        ("carefirst", "child_in_need", date(2027, 1, 5)),
        ("carefirst", "looked_after", date(2027, 1, 5)),
    ],
)
def test_a_later_meeting_counts_calendar_days_from_the_one_before(
    authority: str, plan_type: PlanType, due: date
) -> None:
    assert later(authority, made_plan(plan_type), date(2026, 11, 24)).due == due


@pytest.mark.parametrize(
    ("authority", "plan_type", "event"),
    [
        ("barnsley", "child_in_need", "plan_start"),
        ("barnsley", "child_in_need", "assessment_due"),
        ("carefirst", "child_in_need", "plan_start"),
        ("carefirst", "child_in_need", "assessment_due"),
        ("carefirst", "looked_after", "plan_start"),
        ("carefirst", "looked_after", "became_looked_after"),
    ],
)
def test_a_first_meeting_outside_child_protection_is_within_six_weeks(
    authority: str, plan_type: PlanType, event: str
) -> None:
    limits = first(authority, made_plan(plan_type, **{event: date(2026, 11, 3)}))
    assert limits.due == date(2026, 12, 15)
    assert limits.earliest == date(2026, 11, 4)


def test_the_start_of_the_plan_comes_before_the_end_of_the_assessment() -> None:
    plan = made_plan("child_in_need", plan_start=date(2026, 11, 3), assessment_due=date(2026, 10, 1))
    assert first("barnsley", plan).due == date(2026, 12, 15)


def test_wandsworths_first_review_is_within_the_assessment() -> None:
    limits = first("wandsworth", made_plan("child_in_need", assessment_due=date(2027, 1, 3)))
    # A Sunday after New Year's Day: the last working day before is 31 December.
    assert limits.due == date(2026, 12, 31)
    assert limits.earliest == date(2026, 10, 28)
    assert limits.target == date(2026, 12, 24)
    assert limits.sources == ("W1a", "WT2023:assessment")


def test_the_assessment_comes_first_even_where_the_plan_has_a_start() -> None:
    plan = made_plan("child_in_need", assessment_due=date(2026, 11, 20), plan_start=date(2026, 9, 1))
    assert first("wandsworth", plan).due == date(2026, 11, 20)


def test_without_an_assessment_wandsworths_first_review_counts_from_the_start_of_the_plan() -> None:
    limits = first("wandsworth", made_plan("child_in_need", plan_start=date(2026, 11, 2)))
    # 60 working days end on Thursday 28 January, three months on Tuesday 2 February: the earlier binds.
    assert limits.due == date(2027, 1, 28)


def test_of_three_months_and_sixty_working_days_the_earlier_binds() -> None:
    plan = made_plan("child_in_need")
    assert later("wandsworth", plan, date(2026, 11, 2)).due == date(2027, 1, 28)
    # With twelve days more that nobody works, sixty working days end after three months.
    removed = [date(2026, 12, day) for day in (*range(7, 12), *range(14, 19), 21, 22)]
    few = WorkingCalendar("ENG", remove=removed)
    assert later("wandsworth", plan, date(2026, 11, 2), few).due == date(2027, 2, 2)


def test_the_south_west_aims_at_ten_calendar_days() -> None:
    limits = first("south-west", made_plan(initial_conference=CHRISTMAS_CONFERENCE))
    # The tenth day is New Year's Day, so the aim moves back; the limit is ten working days.
    assert limits.target == date(2026, 12, 31)
    assert limits.due == date(2027, 1, 8)


def test_without_a_target_a_meeting_aims_three_working_days_before_its_limit() -> None:
    assert first("barnsley", made_plan(initial_conference=CHRISTMAS_CONFERENCE)).target == date(2027, 1, 5)


def test_the_aim_is_an_open_day() -> None:
    cal = england(closures=(date(2027, 1, 5), date(2027, 1, 4)))
    limits = first("barnsley", made_plan(initial_conference=CHRISTMAS_CONFERENCE), cal)
    assert limits.target == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("previous", "closures", "due"),
    [
        (date(2026, 11, 26), (), date(2026, 12, 24)),
        (date(2026, 11, 27), (), date(2026, 12, 24)),
        (date(2026, 11, 27), (date(2026, 12, 24),), date(2026, 12, 23)),
        (date(2026, 11, 30), (), date(2026, 12, 24)),
        (date(2026, 12, 1), (), date(2026, 12, 29)),
        (date(2027, 2, 26), (), date(2027, 3, 25)),
    ],
    ids=["open day", "Christmas", "closure", "observed Boxing Day", "first day open again", "Good Friday"],
)
def test_a_limit_on_a_day_nobody_meets_pulls_back(
    previous: date, closures: tuple[date, ...], due: date
) -> None:
    assert later("barnsley", made_plan(), previous, england(closures=closures)).due == due


def test_a_closure_is_counted_but_not_met_on() -> None:
    closed = england(closures=(date(2026, 12, 23), date(2027, 1, 8)))
    limits = first("barnsley", made_plan(initial_conference=CHRISTMAS_CONFERENCE), closed)
    assert limits.due == date(2027, 1, 7)


def test_a_limit_is_not_pulled_back_to_its_anchor() -> None:
    friday = date(2026, 11, 13)
    limits = later("barnsley", made_plan(every="2 days"), friday)
    assert limits.due == date(2026, 11, 15)
    assert limits.earliest == date(2026, 11, 14)
    assert limits.target == date(2026, 11, 14)


def test_an_overdue_first_core_group_keeps_its_due_date() -> None:
    assert first("sefton", made_plan(initial_conference=date(2026, 9, 1))).due == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("every", "due", "sources"),
    [
        ("21 days", date(2026, 12, 15), ("B9", "plan:every_at_most")),
        ("4 weeks", date(2026, 12, 22), ("B9",)),
        ("6 weeks", date(2026, 12, 22), ("B9",)),
    ],
)
def test_a_plans_own_interval_counts_where_it_is_shorter(
    every: str, due: date, sources: tuple[str, ...]
) -> None:
    limits = later("barnsley", made_plan(every=every), date(2026, 11, 24))
    assert (limits.due, limits.sources) == (due, sources)


def test_a_plans_own_interval_leaves_its_first_meeting_alone() -> None:
    plan = made_plan(every="3 days", initial_conference=CHRISTMAS_CONFERENCE)
    assert first("barnsley", plan).due == date(2027, 1, 8)


def test_a_minimum_opens_the_window_later() -> None:
    policy = with_windows({**FIRST_CORE_GROUP, "minimum": "6 weeks", "maximum": ["8 weeks"]}, LATER)
    limits = limits_of(policy, made_plan(initial_conference=date(2026, 11, 3)))
    assert (limits.earliest, limits.due) == (date(2026, 12, 15), date(2026, 12, 29))


def test_a_minimum_never_opens_the_window_after_its_limit() -> None:
    policy = with_windows({**FIRST_CORE_GROUP, "minimum": "28 days", "maximum": ["28 days"]}, LATER)
    limits = limits_of(policy, made_plan(initial_conference=date(2026, 11, 27)))
    assert (limits.earliest, limits.due) == (date(2026, 12, 24), date(2026, 12, 24))


def test_a_target_is_never_after_the_limit_nor_before_the_window() -> None:
    late = with_windows({**FIRST_CORE_GROUP, "target": "12 days", "maximum": ["6 working days"]}, LATER)
    limits = limits_of(late, made_plan(initial_conference=date(2026, 11, 3)))
    assert limits.target == limits.due == date(2026, 11, 11)
    early = with_windows({**FIRST_CORE_GROUP, "target": "1 day", "maximum": ["8 days"]}, LATER)
    # The day after Friday is no open day: pulled back it would be the conference's own.
    limits = limits_of(early, made_plan(initial_conference=date(2026, 11, 6)))
    assert limits.target == limits.earliest == date(2026, 11, 7)


def test_a_window_counted_back_closes_its_minimum_before_the_event() -> None:
    window = {
        "applies": "first",
        "anchor": ["assessment_due"],
        "direction": "before",
        "minimum": "1 week",
        "target": "10 days",
        "maximum": ["3 weeks", "10 working days"],
    }
    limits = limits_of(with_windows(window, LATER), made_plan(assessment_due=date(2026, 11, 30)))
    assert limits.due == date(2026, 11, 23)
    assert limits.target == date(2026, 11, 20)
    assert limits.earliest == date(2026, 11, 16)


def test_the_first_window_with_an_event_of_the_plan_is_used() -> None:
    policy = with_windows(
        {"applies": "first", "anchor": ["assessment_due"], "maximum": ["5 days"]},
        {"applies": "first", "anchor": ["plan_start", "initial_conference"], "maximum": ["7 days"]},
        LATER,
    )
    assert limits_of(policy, made_plan(initial_conference=date(2026, 11, 3))).due == date(2026, 11, 10)


def test_a_plan_without_an_event_to_count_from_has_no_first_window() -> None:
    with pytest.raises(ValueError, match="plan plan-1: no date that a first core group could be counted"):
        first("barnsley", made_plan(plan_start=date(2026, 11, 3)))


@pytest.mark.parametrize(
    ("authority", "plan_type", "kind"),
    [
        ("wandsworth", "child_in_need", "cin_review"),
        ("wandsworth", "looked_after", None),
        ("south-west", "child_in_need", None),
        ("sefton", "child_in_need", None),
        ("barnsley", "looked_after", None),
        ("carefirst", "child_in_need", "cin_review"),
        ("carefirst", "looked_after", "care_team_meeting"),
    ],
)
def test_no_meeting_is_invented_where_a_policy_is_silent(
    authority: str, plan_type: PlanType, kind: str | None
) -> None:
    rule = rule_for(made_plan(plan_type), load_policy(authority))
    assert (rule.kind if rule else None) == kind


@pytest.mark.parametrize(
    ("plan_type", "kind", "event"),
    [
        ("child_protection", "core_group", "initial_conference"),
        ("child_in_need", "cin_review", "assessment_due"),
        ("looked_after", "care_team_meeting", "became_looked_after"),
    ],
)
def test_a_plans_own_interval_makes_a_rule_where_the_policy_is_silent(
    plan_type: PlanType, kind: str, event: str
) -> None:
    silent = load_policy(myshire_policy(meetings=[]))
    plan = made_plan(plan_type, "5 weeks", **{event: date(2026, 11, 3)})
    rule = rule_for(plan, silent)
    assert rule is not None
    assert rule.kind == kind
    assert rule.school_hours is not None
    assert first_limits(plan, rule, england()).due == date(2026, 12, 8)
    limits = asked(later_limits(plan, rule, date(2026, 11, 10), england()))
    assert limits.due == date(2026, 12, 15)
    assert limits.sources == ("plan:every_at_most",)


def test_a_default_rule_needs_an_interval() -> None:
    with pytest.raises(ValueError, match="no every_at_most"):
        default_rule(made_plan())


def test_a_rule_without_a_later_window_asks_for_no_later_meeting() -> None:
    whole = load_policy("barnsley").meetings[0]
    rule = whole.model_copy(update={"windows": whole.windows[:1]})
    assert later_limits(made_plan(), rule, date(2026, 11, 3), england()) is None


def test_a_plans_own_interval_is_a_later_window_by_itself() -> None:
    whole = load_policy("barnsley").meetings[0]
    rule = whole.model_copy(update={"windows": whole.windows[:1]})
    limits = asked(later_limits(made_plan(every="5 weeks"), rule, date(2026, 11, 10), england()))
    assert limits.due == date(2026, 12, 15)
    assert limits.sources == ("plan:every_at_most",)


@pytest.mark.parametrize(
    ("authority", "kind", "level"),
    [
        ("wandsworth", 0, "essential"),
        ("wandsworth", 1, "essential"),
        ("south-west", 0, "essential"),
        ("barnsley", 0, "essential"),
        ("barnsley", 1, "expected"),
        ("sefton", 0, "expected"),
        ("carefirst", 0, "essential"),
    ],
)
def test_whether_a_meeting_goes_ahead_without_the_social_worker(
    authority: str, kind: int, level: str
) -> None:
    assert level_of(load_policy(authority).meetings[kind], "social_worker") == level


def test_where_a_policy_is_silent_the_layer_says_who_is_needed() -> None:
    rule = load_policy("sefton").meetings[0]
    assert level_of(rule, "interpreter") == "essential"
    assert level_of(rule, "police") == "expected"
    assert level_of(rule, "receiving_worker") == "invited"


def test_without_a_rule_or_a_word_on_the_role_everybody_is_invited() -> None:
    assert level_of(None, "social_worker") == "invited"
    assert level_of(load_policy(myshire_policy()).meetings[0], "social_worker") == "invited"


@pytest.mark.parametrize(
    ("kind", "is_first", "is_complex", "comes"),
    [
        (0, True, False, True),
        (0, False, False, False),
        (0, False, True, True),
        (1, True, False, False),
        (1, True, True, True),
        (1, False, True, True),
    ],
)
def test_wandsworths_manager_comes_to_first_core_groups_and_complex_plans(
    kind: int, is_first: bool, is_complex: bool, comes: bool
) -> None:
    rule = load_policy("wandsworth").meetings[kind]
    clause = manager_clause(rule, first=is_first, complex_plan=is_complex)
    assert (clause is not None) == comes
    assert clause is None or (clause.level, clause.sources) == ("expected", ("W21",))


def test_elsewhere_the_manager_is_not_brought() -> None:
    assert manager_clause(load_policy("barnsley").meetings[0], first=True, complex_plan=True) is None


@pytest.mark.parametrize(
    ("events", "due"),
    [
        # 91 days are Monday 1 February, three months the day after.
        ({"initial_conference": date(2026, 11, 2)}, date(2027, 2, 1)),
        # Three months are Friday 28 May, 91 days Sunday 30 May.
        ({"initial_conference": date(2027, 2, 28)}, date(2027, 5, 28)),
        # Six months are Sunday 1 August, 183 days the Tuesday after.
        ({"initial_conference": date(2026, 11, 2), "last_review": date(2027, 2, 1)}, date(2027, 7, 30)),
        # 183 days are Tuesday 2 March, six months the day after.
        ({"last_review": date(2026, 8, 31)}, date(2027, 2, 26)),
        ({}, None),
        ({"plan_start": date(2026, 11, 2)}, None),
    ],
)
def test_review_conferences(events: dict[str, date], due: date | None) -> None:
    assert review_due(made_plan(**events), load_policy("sefton"), england()) == due


@pytest.mark.parametrize(
    ("last_review", "reviews", "due"),
    [
        (None, (), date(2026, 11, 30)),
        # The first: three months are Saturday 27 February.
        (date(2026, 11, 27), (), date(2027, 2, 26)),
        # The first, held late.
        (date(2026, 12, 4), (), date(2027, 3, 4)),
        # The second.
        (date(2027, 2, 19), (), date(2027, 8, 19)),
        (date(2026, 12, 4), (date(2026, 11, 20), date(2026, 12, 4)), date(2027, 6, 4)),
    ],
    ids=["none yet", "first", "late first", "second", "early second"],
)
def test_looked_after_reviews(last_review: date | None, reviews: tuple[date, ...], due: date) -> None:
    plan = made_plan(
        "looked_after", became_looked_after=date(2026, 11, 2), last_review=last_review, reviews=reviews
    )
    assert review_due(plan, load_policy("barnsley"), england()) == due


def test_a_looked_after_review_six_months_on_in_a_leap_year() -> None:
    plan = made_plan("looked_after", last_review=date(2027, 8, 31))
    assert review_due(plan, load_policy("carefirst"), england()) == date(2028, 2, 29)


def test_children_in_need_have_no_statutory_review() -> None:
    plan = made_plan("child_in_need", plan_start=date(2026, 11, 2), last_review=date(2026, 11, 2))
    assert review_due(plan, load_policy("wandsworth"), england()) is None


def test_the_working_calendar_joins_the_caseload_and_the_policy() -> None:
    changes = {"add": ["2026-12-28"], "remove": ["2026-12-23"], "sources": ["T1"]}
    caseload = Caseload.model_validate(small_caseload())
    cal = working_calendar(caseload, load_policy(myshire_policy(working_days=changes)))
    assert cal.is_working_day(date(2026, 12, 28))
    assert not cal.is_working_day(date(2026, 12, 23))
    assert cal.is_working_day(date(2026, 12, 24))
    assert not cal.is_open_day(date(2026, 12, 24))
    plain = working_calendar(caseload, load_policy("barnsley"))
    assert not plain.is_working_day(date(2026, 12, 28))


@pytest.mark.parametrize("authority", ["wandsworth", "south-west", "barnsley", "sefton", "carefirst"])
def test_from_every_day_of_two_years_the_dates_are_in_order_and_due_on_open_days(authority: str) -> None:
    policy = load_policy(authority)
    cal = england(closures=(date(2026, 12, 24), date(2026, 12, 29), date(2027, 8, 16)))
    for rule in policy.meetings:
        events = {event for window in rule.windows for event in window.anchor}
        for number in range(730):
            day = date(2026, 1, 1) + timedelta(days=number)
            found = [
                first_limits(made_plan(rule.plan_types[0], **{event: day}), rule, cal) for event in events
            ]
            found.append(asked(later_limits(made_plan(rule.plan_types[0]), rule, day, cal)))
            for limits in found:
                assert limits.earliest <= limits.target <= limits.due
                assert cal.is_open_day(limits.due)
