"""What policies check and policies show make of the words for when, and how layers of them are joined."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from policy_cases import myshire_policy

from solver.policy import load_policy
from solver.policy.check import check_text
from solver.policy.load import PolicyError
from solver.policy.model import Policy
from solver.policy.show import show, show_data

HEAD = """\
id = "myshire"
name = "Myshire"
version = "1"
effective_from = 2026-04-01
source = "Myshire guidance"
extends = "england"

[references]
T1 = "item 1"
"""
CORE_GROUP = """
[[meetings]]
kind = "core_group"
name = "Core group"
plan_types = ["child_protection"]
sources = ["T1"]

[[meetings.windows]]
applies = "first"
anchor = ["initial_conference"]
maximum = ["10 working days"]
sources = ["T1"]

[[meetings.windows]]
applies = "later"
maximum = ["28 days"]
sources = ["T1"]
"""
WHOLE = HEAD + CORE_GROUP
"""26 lines and an empty one: the next window is on line 28."""
CIN = CORE_GROUP.replace("core_group", "cin_review").replace("child_protection", "child_in_need")
TODAY = date(2026, 11, 1)


def faults_of(text: str) -> list[tuple[str, str]]:
    return [(fault.path, fault.problem) for fault in check_text(text)]


def window(text: str) -> str:
    return f'\n[[meetings.windows]]\n{text}\nsources = ["T1"]\n'


BIRTH = 'applies = "event"\nanchor = ["birth"]\nmaximum = ["10 days"]'
NEWER = 'applies = "later"\nmaximum = ["21 days"]\neffective_from = 2027-01-01'


@pytest.mark.parametrize(
    "text",
    [
        window(BIRTH),
        window(BIRTH.replace("birth", "other:court-hearing.2")),
        window(BIRTH.replace('"birth"', '"inquorate", "birth"')) + window(BIRTH),
        window(BIRTH + "\neffective_until = 2026-12-31") + window(BIRTH + "\neffective_from = 2027-01-01"),
        window(BIRTH.replace("birth", "next_review") + '\ndirection = "before"\nminimum = "2 days"'),
        window(NEWER),
        window(NEWER) + window(NEWER.replace("2027", "2028")),
        window('applies = "first"\nanchor = ["initial_conference"]\nmaximum = ["12 days"]\nalso = true'),
        window("count_day_zero = true\n" + BIRTH),
    ],
)
def test_what_can_be_said_is_sound(text: str) -> None:
    assert faults_of(WHOLE + text) == []


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        (BIRTH.replace("birth", "brith"), "line 30: meetings[0].windows[2].anchor[0]",
         "This is not a word of the policy language."),
        (BIRTH.replace("birth", "other:a hearing"), "line 30: meetings[0].windows[2].anchor[0]",
         "This is not a word of the policy language."),
        (BIRTH.replace('anchor = ["birth"]\n', ""), "line 28: meetings[0].windows[2]", "An event window has no anchor."),
        (BIRTH + "\nalso = true", "line 28: meetings[0].windows[2]", "An event window always holds beside the others."),
        (BIRTH.replace("event", "first").replace("birth", "next_review"), "line 28: meetings[0].windows[2]",
         "A first window can't count from the next review."),
        (BIRTH + '\nminimum = "2 weeks"', "line 32: meetings[0].windows[2].minimum",
         "From Fri 2 Jan 2026, the window opens on Fri 16 Jan 2026, after it closes on Mon 12 Jan 2026."),
        (BIRTH + "\neffective_from = 2027-01-01\neffective_until = 2026-12-31", "line 28: meetings[0].windows[2]",
         "The window's last day is before its first, 2027-01-01."),
        ('applies = "later"\nmaximum = ["21 days"]', "line 28: meetings[0].windows[2]",
         "windows[1] already says when later meetings are due, so this one never applies."),
        (BIRTH + "\ncount_day_zero = true\n" + 'minimum = "10 days"\ntarget = "11 days"',
         "line 34: meetings[0].windows[2].target",
         "From Fri 2 Jan 2026, the target is on Mon 12 Jan 2026, after the limit on Sun 11 Jan 2026."),
    ],
)  # fmt: skip
def test_each_fault_has_its_line(text: str, path: str, problem: str) -> None:
    assert faults_of(WHOLE + window(text)) == [(path, problem)]


def test_a_slip_in_an_event_is_put_right() -> None:
    (fault,) = check_text(WHOLE + window(BIRTH.replace("birth", "brith")))
    assert fault.remedy.startswith('Did you mean "birth"? It can be "initial_conference", ')
    (fault,) = check_text(WHOLE + window(BIRTH.replace("birth", "hearing")))
    assert fault.remedy.endswith('an event of your own begins with "other:", such as "other:court_hearing".')


def test_windows_that_never_apply() -> None:
    assert faults_of(WHOLE + window(BIRTH) + window(BIRTH)) == [
        ("line 34: meetings[0].windows[3]", "windows[2] says the same already.")
    ]
    assert faults_of(WHOLE + window(NEWER) + window(NEWER)) == [
        (
            "line 34: meetings[0].windows[3]",
            "windows[2] already says when later meetings are due, so this one never applies.",
        )
    ]
    assert faults_of(
        HEAD + CIN.replace("initial_conference", "plan_start") + window(BIRTH.replace("birth", "next_review"))
    ) == [
        (
            "line 30: meetings[0].windows[2].anchor",
            "Plans with a core group have no reviews, so this window never applies.",
        )
    ]


UNTIL_MARCH = WHOLE.replace('applies = "later"', 'applies = "later"\neffective_until = 2027-03-31')


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        (
            UNTIL_MARCH,
            "line 25: meetings[0].windows[1].effective_until",
            "Counting from days after Wed 31 Mar 2027 nothing says when later meetings are due.",
        ),
        (
            UNTIL_MARCH + window(NEWER.replace("2027-01-01", "2027-04-02")),
            "line 32: meetings[0].windows[2].effective_from",
            "Counting from days between Wed 31 Mar 2027 and Fri 2 Apr 2027 nothing says when later meetings are due.",
        ),
        (
            WHOLE.replace('applies = "later"', 'applies = "later"\neffective_from = 2027-04-01'),
            "line 25: meetings[0].windows[1].effective_from",
            "Counting from days before Thu 1 Apr 2027 nothing says when later meetings are due.",
        ),
        (
            WHOLE.replace('applies = "first"', 'applies = "first"\neffective_from = 2027-04-01'),
            "line 19: meetings[0].windows[0].effective_from",
            "Counting from days before Thu 1 Apr 2027 nothing says when the first meeting is due.",
        ),
    ],
)
def test_days_that_no_version_counts_from(text: str, path: str, problem: str) -> None:
    assert faults_of(text) == [(path, problem)]


def test_versions_that_follow_each_other() -> None:
    assert faults_of(UNTIL_MARCH + window(NEWER.replace("2027-01-01", "2027-04-01"))) == []
    assert faults_of(UNTIL_MARCH + window(NEWER)) == []


def test_a_policy_with_such_days_is_not_planned_by() -> None:
    data = myshire_policy()
    data["meetings"][0]["windows"][1]["effective_from"] = "2027-04-01"
    with pytest.raises(PolicyError, match="before Thu 1 Apr 2027 nothing says when later meetings are due"):
        load_policy(data)


class TestLooserThanTheLaw:
    LOOSE = WHOLE.replace("10 working days", "15 days")

    def test_a_first_window(self) -> None:
        (fault,) = check_text(self.LOOSE)
        assert (fault.path, fault.value) == ("line 20: meetings[0].windows[0].maximum", "[1 item]")
        # From Friday 2 January 2026: the tenth working day is the 16th, the fifteenth day the 17th.
        assert fault.problem == (
            "From Fri 2 Jan 2026 this allows until Sat 17 Jan 2026, and the law (WT2023:core-group) until Fri 16 Jan 2026."
        )
        assert 'precedence = "tightest"' in fault.remedy

    def test_no_looser_by_a_day(self) -> None:
        assert faults_of(WHOLE.replace("10 working days", "14 days")) == []
        # 15 days, the first of them the conference's own, end 14 days after it.
        assert faults_of("count_day_zero = true\n" + self.LOOSE) == []

    def test_where_the_tightest_counts_it_may_be_said(self) -> None:
        assert faults_of('precedence = "tightest"\n' + self.LOOSE) == []

    def test_from_another_event_it_is_another_thing(self) -> None:
        assert faults_of(self.LOOSE.replace("initial_conference", "plan_start")) == []

    def test_reviews_and_deadlines(self) -> None:
        review = """
[[reviews]]
plan_type = "child_protection"
name = "Review conference"
anchor = "initial_conference"
first = ["4 months"]
later = ["6 months", "183 days"]
sources = ["T1"]

[[deadlines]]
kind = "initial-conference"
title = "Initial conference"
anchor = "strategy_discussion"
due = ["20 working days"]
sources = ["T1"]
"""
        found = faults_of(WHOLE + review)
        assert [path for path, _ in found] == ["line 32: reviews[0].first", "line 40: deadlines[0].due"]
        assert faults_of('precedence = "tightest"\n' + WHOLE + review) == []

    def test_without_a_layer_there_is_no_law_to_compare_with(self) -> None:
        alone = self.LOOSE.replace('extends = "england"\n', "")
        assert not [path for path, _ in faults_of(alone) if "maximum" in path]


class TestLayers:
    @staticmethod
    def policy(*windows: dict[str, Any], default: dict[str, Any] | None = None, **changes: Any) -> Policy:
        data = myshire_policy(**changes)
        data["meetings"][0]["windows"] += [{"sources": ["T1"], **window} for window in windows]
        if default is not None:
            data["defaults"] = [{"kinds": ["core_group"], "windows": [{"sources": ["T2"], **default}]}]
        return load_policy(data)

    @staticmethod
    def sorts(policy: Policy) -> list[tuple[str, tuple[str, ...], bool]]:
        return [(one.applies, one.sources, one.also) for one in policy.meetings[0].windows]

    def test_event_windows_of_the_defaults_come_after_the_meetings_own(self) -> None:
        default = {"applies": "event", "anchor": ["birth"], "maximum": ["10 days"]}
        other = {"applies": "event", "anchor": ["inquorate"], "maximum": ["5 days"]}
        found = self.sorts(self.policy(other, default=default))
        assert found[2:] == [("event", ("T1",), False), ("event", ("T2",), False)]

    def test_an_event_window_of_the_same_event_replaces_the_defaults(self) -> None:
        default = {"applies": "event", "anchor": ["birth"], "maximum": ["10 days"]}
        found = self.sorts(self.policy(default | {"maximum": ["5 days"]}, default=default))
        assert found[2:] == [("event", ("T1",), False)]

    def test_with_its_own_precedence_the_law_is_replaced(self) -> None:
        assert self.sorts(self.policy(extends="england")) == [
            ("first", ("T1",), False),
            ("later", ("T2",), False),
        ]

    def test_with_the_tightest_the_law_holds_beside_it(self) -> None:
        assert self.sorts(self.policy(extends="england", precedence="tightest")) == [
            ("first", ("T1",), False),
            ("first", ("WT2023:core-group",), True),
            ("later", ("T2",), False),
        ]

    def test_with_the_tightest_reviews_and_deadlines_have_both_limits(self) -> None:
        review = {
            "plan_type": "child_protection", "name": "Review", "anchor": "initial_conference", "first": ["10 weeks"],
            "later": ["5 months"], "sources": ["T1"],
        }  # fmt: skip
        deadline = {
            "kind": "initial-conference", "title": "Conference", "anchor": "strategy_discussion", "due": ["12 days"],
            "sources": ["T1"],
        }  # fmt: skip
        changes: dict[str, Any] = {"extends": "england", "reviews": [review], "deadlines": [deadline]}
        own = self.policy(**changes)
        assert (own.reviews[0].first, own.reviews[0].later) == (("10 weeks",), ("5 months",))
        both = self.policy(**changes, precedence="tightest")
        assert both.reviews[0].first == ("10 weeks", "3 months", "91 days")
        assert both.reviews[0].later == ("5 months", "6 months", "183 days")
        assert both.deadlines[0].due == ("12 days", "15 working days")
        assert both.deadlines[0].sources[0] == "T1"
        assert len(both.deadlines[0].sources) > 1

    def test_day_one_of_the_whole_policy_goes_for_the_laws_windows_too(self) -> None:
        data = myshire_policy(extends="england", count_day_zero=True)
        del data["meetings"][0]["windows"][0]
        windows = load_policy(data).meetings[0].windows
        assert [(one.applies, one.count_day_zero) for one in windows] == [("first", True), ("later", True)]


class TestShown:
    @staticmethod
    def told(*windows: dict[str, Any], **changes: Any) -> list[tuple[str, list[str]]]:
        data = myshire_policy(**changes)
        data["meetings"][0]["windows"] += [{"sources": ["T1"], **window} for window in windows]
        (meeting,) = show_data(load_policy(data), today=TODAY)["meetings"]
        return [(one["text"], [each["text"] for each in one["examples"]]) for one in meeting["windows"]]

    def test_a_window_after_an_event(self) -> None:
        text, examples = self.told({"applies": "event", "anchor": ["birth"], "maximum": ["10 days"]})[2]
        assert text == "One core group, whichever it is, is within 10 days of the birth of the child."
        assert (
            examples[0] == "If the child is born on Mon 2 Nov 2026, one core group is due by Thu 12 Nov 2026."
        )

    def test_a_window_between_two_limits(self) -> None:
        text, examples = self.told(
            {"applies": "event", "anchor": ["plan_start"], "minimum": "6 weeks", "maximum": ["8 weeks"]}
        )[2]
        assert text == (
            "One core group, whichever it is, is within 8 weeks of the start of the plan, and not within 6 weeks of it."
        )
        assert examples[0] == (
            "If the plan starts on Mon 2 Nov 2026, one core group is due by Thu 24 Dec 2026 (Mon 28 Dec 2026 is not a "
            "working day; and held on Mon 14 Dec 2026 at the earliest)."
        )

    def test_a_window_before_the_next_review(self) -> None:
        text, examples = self.told(
            {
                "applies": "event", "anchor": ["next_review"], "direction": "before", "minimum": "1 week",
                "maximum": ["4 weeks"],
            }
        )[2]  # fmt: skip
        assert text == (
            "One core group, whichever it is, is 1 week before the next review, at most 4 weeks before it."
        )
        assert examples[0] == (
            "If the next review is on Mon 2 Nov 2026, one core group is due by Mon 26 Oct 2026 "
            "(and held on Mon 5 Oct 2026 at the earliest)."
        )

    def test_an_event_of_the_authoritys_own(self) -> None:
        text, examples = self.told(
            {"applies": "event", "anchor": ["other:court_hearing"], "maximum": ["3 days"]}
        )[2]
        assert text.endswith("within 3 days of the court hearing.")
        assert examples[0].startswith("If the court hearing is on Mon 2 Nov 2026, one core group is due by")

    def test_versions_with_dates_in_their_time(self) -> None:
        text, examples = self.told(
            {
                "applies": "later",
                "maximum": ["21 days"],
                "effective_from": "2030-06-01",
                "effective_until": "2030-12-31",
            }
        )[2]
        assert text.endswith("(counted from days from Sat 1 Jun 2030 until Tue 31 Dec 2030).")
        assert examples == ["If a core group is held on Mon 3 Jun 2030, the next is due by Mon 24 Jun 2030."]
        text, examples = self.told(
            {"applies": "later", "maximum": ["21 days"], "effective_until": "2020-06-06"}
        )[2]
        assert text.endswith("(counted from days until Sat 6 Jun 2020).")
        assert examples == ["If a core group is held on Fri 5 Jun 2020, the next is due by Fri 26 Jun 2020."]

    def test_a_new_version_of_a_first_window_is_no_fallback(self) -> None:
        newer = {
            "applies": "first", "anchor": ["initial_conference"], "maximum": ["5 days"], "effective_from": "2030-06-01",
        }  # fmt: skip
        other = {"applies": "first", "anchor": ["plan_start"], "maximum": ["5 days"]}
        texts = [text for text, _ in self.told(newer, other)]
        assert [text.split(" is ")[0] for text in texts] == [
            "The first core group", "Every later one", "The first core group", "Without that date, the first core group",
        ]  # fmt: skip

    def test_day_one_and_limits_beside_each_other(self) -> None:
        texts = self.told(
            {"applies": "first", "anchor": ["plan_start"], "maximum": ["5 days"], "also": True},
            count_day_zero=True,
        )
        assert texts[0][0].endswith(
            "of the initial child protection conference (the day counted from is day 1)."
        )
        # The working days from Monday 2 November on: 2 to 6 and 9 to 13.
        assert texts[0][1][0] == (
            "If the conference is on Mon 2 Nov 2026, the first core group is due by Fri 13 Nov 2026."
        )
        assert texts[2][0] == (
            "The first core group is within 5 days of the start of the plan (this holds beside the other limits, and the "
            "earliest counts; the day counted from is day 1)."
        )

    def test_days_kept_free_around_a_review(self) -> None:
        def rule(**clause: int) -> str:
            data = myshire_policy()
            data["meetings"][0]["not_on_review_day"] = {"sources": ["T1"], **clause}
            (meeting,) = show_data(load_policy(data), today=TODAY)["meetings"]
            return next(str(one["text"]) for one in meeting["rules"] if one["heading"] == "Review days")

        assert rule() == "Never on the day of the plan's review."
        assert rule(days_before=3, days_after=1) == (
            "Never on the day of the plan's review, nor on the 3 days before it or the day after it."
        )

    def test_the_tightest_counts(self) -> None:
        text = show(load_policy(myshire_policy(extends="england", precedence="tightest")), today=TODAY)
        assert "Beside it, the tightest limit counting: England: statutory layer" in text
