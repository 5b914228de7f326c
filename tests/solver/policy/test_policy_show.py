from __future__ import annotations

import json
from datetime import date

import pytest
from policy_cases import england, myshire_policy

from solver.policy import builtin_policies, load_policy
from solver.policy.examples import sample_days
from solver.policy.show import WIDTH, show, show_data
from solver.policy.walk import cited

TODAY = date(2026, 11, 1)


def lines(authority: str) -> list[str]:
    """The shown policy with every item on one line, as it reads."""
    joined: list[str] = []
    before = -1
    for line in show(load_policy(authority), today=TODAY).splitlines():
        indent = len(line) - len(line.lstrip())
        if joined and line and indent == before + 2 and joined[-1]:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line.strip())
            before = indent
    return joined


def test_show_barnsley_reads_as_a_practice_lead_would_put_it() -> None:
    text = show(load_policy("barnsley"), today=TODAY)
    for line in (
        "Policy barnsley, version 1, in force from Wed 1 Jan 2025.",
        "  Where it is silent: England: statutory layer (england, version 2023-12).",
        "Core group, for child protection plans",
        "    The first core group is within 10 working days of the initial child protection conference. [B9]",
        "      If the conference is on Mon 2 Nov 2026, the first core group is due by Mon 16 Nov 2026.",
        "    Every later one is within 28 days (4 weeks) of the one before it that was held. [B9]",
        "      If a core group is held on Tue 22 Dec 2026, the next is due by Tue 19 Jan 2027.",
        "    Essential: the meeting is not held without them.",
        "      social worker [B29, B30]",
        "      child [B14]",
        "    Somewhere private, with what the plan's family needs, and nowhere that they refused. [B4]",
        "Child in need meeting, for child in need plans",
        "      social worker [B29, B31]",
        "    B30                   Other responsibilities: no core group without a social worker",
    ):
        assert line in text.splitlines()
    reading = " ".join(text.split())
    for sentence in (
        "If the conference is on Tue 22 Dec 2026, the first core group is due by Fri 8 Jan 2027 "
        "(bank holidays 25 Dec, 28 Dec and 1 Jan are not counted).",
        "If the conference is on Tue 23 Mar 2027, the first core group is due by Thu 8 Apr 2027 "
        "(bank holidays 26 Mar and 29 Mar are not counted).",
        "The professionals take turns to chair and to take the minutes. One person chairs and another takes "
        "the minutes. A family member may chair. [B11, B23, B24, B25, B33]",
        "Minute-taker, within 5 working days after the meeting (reminder 5 days after): give a written copy "
        "of the minutes to the social worker. [B27]",
        "Every professional, once, within 5 working days of the day on which the meetings are planned (Convene's own "
        "date: the document names none): give the dates of your meetings to the line manager. [B18, B39]",
        "A child who attends meets outside the school's day, with 30 minutes to get there or back. "
        "[CONVENE:school-hours]",
    ):
        assert sentence in reading


@pytest.mark.parametrize(
    ("authority", "sentence"),
    [
        (
            "wandsworth",
            "The first child in need review is on or before the day the assessment is due, at most 45 working days "
            "before it. [W1a, WT2023:assessment]",
        ),
        (
            "wandsworth",
            "Without that date, the first child in need review is within 3 months or 60 working days, whichever is "
            "earlier, of the start of the plan. [W1a]",
        ),
        (
            "wandsworth",
            "If a child in need review is held on Mon 2 Nov 2026, the next is due by Thu 28 Jan 2027 (3 months is Tue "
            "2 Feb 2027 and 60 working days is Thu 28 Jan 2027: the earlier counts; bank holidays 25 Dec, 28 Dec and "
            "1 Jan are not counted).",
        ),
        (
            "wandsworth",
            "If the assessment is due on Tue 22 Dec 2026, the first child in need review is due by Tue 22 Dec 2026 "
            "(and held on Tue 20 Oct 2026 at the earliest).",
        ),
        (
            "wandsworth",
            "Team manager Expected at the first meeting, and at every meeting of a plan that is marked complex. [W21] "
            "Where",
        ),
        ("wandsworth", "Team manager Expected at every meeting of a plan that is marked complex. [W21]"),
        (
            "south-west",
            "The first core group is within 10 working days of the initial child protection conference; the aim is "
            "10 days. [U1]",
        ),
        (
            "south-west",
            "the first core group is due by Fri 8 Jan 2027 (bank holidays 25 Dec, 28 Dec and 1 Jan are not counted; "
            "the aim is Thu 31 Dec 2026).",
        ),
        ("south-west", "The social worker chairs; the professionals take turns to take the minutes. [U6]"),
        ("south-west", "Review days Never on the day of the plan's review. [U3]"),
        (
            "sefton",
            "Expected: they come or a deputy does; a report or an absence is an exception. social worker [S5]",
        ),
        (
            "sefton",
            "Each agency, on the day of the meeting (last meeting before a review only): bring the agency's written "
            "report for the review conference. [S7]",
        ),
        (
            "carefirst",
            "The first core group is within 10 working days of the initial child protection conference. "
            "[WT2023:core-group]",
        ),
        ("carefirst", "Care team meeting, for looked-after children's care plans"),
        (
            "carefirst",
            "Kinds of place: office, school, nursery, community venue, family home, placement or virtual.",
        ),
        (
            "carefirst",
            "Social worker, at least 1 working day before the meeting (for a parent who does not come; Convene's own "
            "date: the document names none): ask a parent",
        ),
        (
            "england",
            "Core group, for child protection plans, where a policy is silent",
        ),
        (
            "england",
            "the second within 3 months of the first; every later one within 6 months of the one before.",
        ),
    ],
)
def test_what_each_policy_says(authority: str, sentence: str) -> None:
    assert sentence in " ".join(show(load_policy(authority), today=TODAY).split())


@pytest.mark.parametrize("authority", [*builtin_policies(), "england"])
def test_lines_fit_a_terminal_and_break_no_date(authority: str) -> None:
    for line in show(load_policy(authority), today=TODAY).splitlines():
        assert len(line) <= WIDTH
        assert line == line.rstrip()
        assert not line.endswith((" Jan", " Feb", " Nov", " Dec", "Mon", "Tue"))


@pytest.mark.parametrize("authority", builtin_policies())
def test_every_item_that_is_cited_is_listed_at_the_end(authority: str) -> None:
    policy = load_policy(authority)
    data = show_data(policy, today=TODAY)
    listed = {reference["id"] for reference in data["references"]}
    own = {source for source in cited(policy) if ":" not in source}
    assert own <= listed
    assert all(reference["document"] and reference["item"] for reference in data["references"])


@pytest.mark.parametrize("authority", builtin_policies())
def test_the_data_is_json_and_the_dates_are_in_order(authority: str) -> None:
    data = show_data(load_policy(authority), today=TODAY)
    assert json.loads(json.dumps(data)) == data
    for meeting in data["meetings"]:
        for window in meeting["windows"]:
            assert len(window["examples"]) == 3
            for example in window["examples"]:
                assert example["earliest"] <= example["target"] <= example["due"]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 11, 1), (date(2026, 11, 2), date(2026, 12, 22), date(2027, 3, 23))),
        (date(2026, 12, 22), (date(2026, 12, 22), date(2027, 3, 23))),
        # 22 December 2029 is a Saturday, and 17 March 2028 a Friday that Northern Ireland keeps.
        (date(2029, 12, 23), (date(2029, 12, 24), date(2030, 4, 16), date(2030, 12, 20))),
        (date(2028, 3, 1), (date(2028, 3, 1), date(2028, 4, 11), date(2028, 12, 22))),
    ],
)
def test_the_days_that_are_worked_from(today: date, days: tuple[date, ...]) -> None:
    assert sample_days(today, england()) == days


def test_a_limit_that_moves_back_says_from_where() -> None:
    data = show_data(load_policy("barnsley"), today=date(2026, 11, 27))
    assert data["meetings"][0]["windows"][1]["examples"][0]["text"] == (
        "If a core group is held on Fri 27 Nov 2026, the next is due by Thu 24 Dec 2026 "
        "(Fri 25 Dec 2026 is not a working day)."
    )


def test_st_patricks_day_is_not_good_friday() -> None:
    policy = load_policy(myshire_policy(nations=["NIR"]))
    data = show_data(policy, today=date(2028, 3, 1))
    examples = data["meetings"][0]["windows"][0]["examples"]
    assert [example["counted_from"] for example in examples] == ["2028-03-01", "2028-04-11", "2028-12-22"]


def test_the_rest_of_the_language_is_shown() -> None:
    data = myshire_policy(
        edition="2026-03-01",
        working_days={"add": ["2026-12-28"], "remove": ["2026-12-23", "2026-12-24"], "sources": ["T1"]},
    )
    window = data["meetings"][0]["windows"][1]
    window |= {"minimum": "14 days", "target": "3 weeks"}
    data["meetings"][0] |= {
        "quorum": {"professionals": 3, "sources": ["T1"]},
        "venue": {"features": ["step_free", "quiet"], "sources": ["T1"]},
        "chairing": {"chair": "rota", "minutes": "social_worker", "sources": ["T1"]},
        "manager": {"at": "first", "level": "invited", "sources": ["T1"]},
    }
    text = " ".join(show(load_policy(data), today=TODAY).split())
    for sentence in (
        "Every later one is within 28 days (4 weeks) of the one before it that was held, and not within 14 days "
        "(2 weeks) of it; the aim is 3 weeks. [T2]",
        "At least 3 professionals take part. [T1]",
        "It must have: step free and quiet. [T1]",
        "The social worker takes the minutes; the professionals take turns to chair. [T1]",
        "Invited at the first meeting, and at every meeting of a plan that is marked complex. [T1]",
        "Also worked: Mon 28 Dec 2026. [T1]",
        "Not worked: Wed 23 Dec 2026 and Thu 24 Dec 2026. [T1]",
        # 28 December is worked here; 23 and 24 December are not, and are no bank holidays.
        "If the conference is on Tue 22 Dec 2026, the first core group is due by Mon 11 Jan 2027",
    ):
        assert sentence in text
    assert "Where it is silent" not in text


def test_slots_children_and_who_chairs_when_are_shown() -> None:
    data = myshire_policy()
    source = {"sources": ["T1"]}
    data["meetings"][0] |= {
        "slots": [
            {"name": "health", "roles": ["midwife", "health_visitor"], **source},
            {"name": "child_care", "roles": ["early_years", "school"], "count": 2, **source},
        ],
        "child": {"from_age": 10, "level": "expected", "instead": "advocate", **source},
        "school_hours": {"travel_minutes": 20, "wherever_possible": True, **source},
        "chairing": [
            {"at": "complex", "chair": ["team_manager", "senior_practitioner"], "differ": True, **source},
            {"at": "first", "chair": "social_worker", "minutes": "business_support", **source},
            {"at": "later", "family_may_chair": True, **source},
        ],
    }
    text = " ".join(show(load_policy(data), today=TODAY).split())
    for sentence in (
        "Health representative Midwife or health visitor: one of them comes, or a deputy does. [T1]",
        "Child care representative Early years setting or school: two of them come, or a deputy does. [T1]",
        "A child who may come is asked from the age of 10; one who wants to come always is. A child who may come is "
        "expected. Where a child of the plan does not come, an advocate does; else an advocate is invited. [T1]",
        "A child who is asked meets outside the school's day, with 20 minutes to get there or back, wherever that is "
        "possible. [T1]",
        "At meetings of a plan that is marked complex: The team manager, or else the senior practitioner chairs; the "
        "professionals take turns to take the minutes. One person chairs and another takes the minutes. "
        "At the first meeting: The social worker chairs; the business support takes the minutes. "
        "At later meetings: The professionals take turns to chair and to take the minutes. A family member may chair. [T1]",
    ):
        assert sentence in text
