from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from solver.policy.check import check_file, check_text

FOLDER = files("solver") / "policies"
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
MEETING = """
[[meetings]]
kind = "cin_review"
name = "Child in need review"
plan_types = ["child_in_need"]
sources = ["T1"]
"""
WINDOWS = """
[[meetings.windows]]
applies = "first"
anchor = ["plan_start"]
maximum = ["6 weeks"]
sources = ["T1"]

[[meetings.windows]]
applies = "later"
maximum = ["6 weeks"]
sources = ["T1"]
"""
WHOLE = HEAD + MEETING + WINDOWS
TASK = """
[[meetings.tasks]]
kind = "minutes"
title = "Send the minutes"
owner = "chair"
due = "5 days"
sources = ["T1"]
"""


def faults_of(text: str) -> list[tuple[str, str]]:
    return [(fault.path, fault.problem) for fault in check_text(text)]


def window(text: str) -> str:
    return f'\n[[meetings.windows]]\n{text}\nsources = ["T1"]\n'


FIRST = 'applies = "first"\nanchor = ["plan_start"]\n'
LATER = window('applies = "later"\nmaximum = ["6 weeks"]')


@pytest.mark.parametrize("name", ["barnsley", "carefirst", "england", "sefton", "south-west", "wandsworth"])
def test_the_built_in_policies_are_sound(name: str) -> None:
    assert check_text((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) == []


def test_a_small_policy_is_sound() -> None:
    assert check_text(WHOLE) == []
    assert check_text("\ufeff".removeprefix("\ufeff") + WHOLE.replace("\n", "\r\n")) == []


def test_a_file_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "myshire.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace('"cin_review"', '"cin_revew"').encode())
    [fault] = check_file(path)
    assert fault.path == "line 12: meetings[0].kind"
    assert fault.remedy.startswith('Did you mean "cin_review"?')
    assert check_file(str(path)) == [fault]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    [fault] = check_file(tmp_path / "none.toml")
    assert "can't be read" in fault.problem
    path = tmp_path / "latin.toml"
    path.write_bytes(b'id = "x"\nname = "Caf\xe9"\n')
    [fault] = check_file(path)
    assert (fault.path, fault.problem) == ("line 2", "This is not UTF-8 text.")


@pytest.mark.parametrize(
    ("text", "path", "remedy"),
    [
        ("id = \n", "line 1, column 6", "Correct this line"),
        ('id = "x"\nname = Myshire\n', "line 2, column 8", "Correct this line"),
        ('id = "x"\nnation = [\n  "ENG",\n', "line 3", "Look for a quote or a bracket"),
    ],
)
def test_text_that_is_not_toml(text: str, path: str, remedy: str) -> None:
    [fault] = check_text(text)
    assert fault.path == path
    assert fault.problem.startswith("This is not TOML: ")
    assert remedy in fault.remedy


def test_an_empty_file_lacks_everything() -> None:
    assert [path for path, _ in faults_of("")] == [
        f"line 1: {name}" for name in ("id", "name", "version", "effective_from", "source")
    ]


def test_faults_come_in_the_order_of_the_lines() -> None:
    text = WHOLE.replace('maximum = ["6 weeks"]', 'maximum = ["6 weaks"]').replace("T1", "T2", 1)
    lines = [int(re.findall(r"line (\d+)", path)[0]) for path, _ in faults_of(text)]
    assert lines == sorted(lines)
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("windows", "faults"),
    [
        (
            window(FIRST + 'minimum = "8 weeks"\nmaximum = ["6 weeks"]') + LATER,
            [
                (
                    "line 20: meetings[0].windows[0].minimum",
                    "From Fri 2 Jan 2026, the window opens on Fri 27 Feb 2026, after it closes on Fri 13 Feb 2026.",
                )
            ],
        ),
        (
            window(FIRST + 'target = "7 weeks"\nmaximum = ["6 weeks"]') + LATER,
            [
                (
                    "line 20: meetings[0].windows[0].target",
                    "From Fri 2 Jan 2026, the target is on Fri 20 Feb 2026, after the limit on Fri 13 Feb 2026.",
                )
            ],
        ),
        (
            window(FIRST + 'minimum = "4 weeks"\ntarget = "3 weeks"\nmaximum = ["6 weeks"]') + LATER,
            [
                (
                    "line 21: meetings[0].windows[0].target",
                    "From Fri 2 Jan 2026, the target is on Fri 23 Jan 2026, before the window opens on Fri 30 Jan 2026.",
                )
            ],
        ),
        (
            # Twelve days are longer than eight working days only where no bank holiday falls in between.
            window(FIRST + 'target = "12 days"\nmaximum = ["8 working days"]') + LATER,
            [
                (
                    "line 20: meetings[0].windows[0].target",
                    "From Mon 5 Jan 2026, the target is on Sat 17 Jan 2026, after the limit on Thu 15 Jan 2026.",
                )
            ],
        ),
        (
            window(
                'applies = "first"\nanchor = ["assessment_due"]\ndirection = "before"\nminimum = "3 weeks"'
            ).replace("sources", 'maximum = ["2 weeks"]\nsources')
            + LATER,
            [
                (
                    "line 21: meetings[0].windows[0].minimum",
                    "From Fri 2 Jan 2026, the window opens on Fri 19 Dec 2025, after it closes on Fri 12 Dec 2025.",
                )
            ],
        ),
        (
            window(FIRST + 'maximum = ["6 weeks", "50 days", "3 months"]') + LATER,
            [
                (
                    "line 20: meetings[0].windows[0].maximum",
                    "50 days and 42 days are both in days, so only the shorter counts.",
                )
            ],
        ),
        (
            window(FIRST + 'maximum = ["6 weeks"]') * 2 + LATER,
            [
                (
                    "line 25: meetings[0].windows[1].anchor",
                    "windows[0] already counts from this event, so this one never applies.",
                )
            ],
        ),
        (
            window(FIRST + 'maximum = ["6 weeks"]') + LATER * 2,
            [
                (
                    "line 28: meetings[0].windows[2]",
                    "windows[1] already says when later meetings are due, so this one never applies.",
                )
            ],
        ),
        (
            window(FIRST + 'maximum = ["6 weeks"]'),
            [
                (
                    "line 11: meetings[0].windows",
                    "Nothing says when the child in need review after the first is due, so only the first is planned.",
                )
            ],
        ),
    ],
    ids=[
        "minimum after maximum",
        "target after maximum",
        "target before minimum",
        "on some dates only",
        "counted back",
        "two limits in one unit",
        "first twice",
        "later twice",
        "no later",
    ],
)
def test_windows_that_cannot_be_meant(windows: str, faults: list[tuple[str, str]]) -> None:
    assert faults_of(HEAD + MEETING + windows) == faults


def test_a_meeting_that_says_it_is_held_once_needs_no_later_window() -> None:
    assert check_text(HEAD + MEETING + "once = true\n" + window(FIRST + 'maximum = ["6 weeks"]')) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        (
            '\n[[meetings.attendance]]\nroles = ["police"]\nlevel = "expected"\nsources = ["T1"]\n'
            '\n[[meetings.attendance]]\nroles = ["school", "police"]\nlevel = "invited"\nsources = ["T1"]\n',
            (
                "line 34: meetings[0].attendance[1].roles",
                "police is invited here, and attendance[0] already says expected.",
            ),
        ),
        (
            '\n[[meetings.attendance]]\nroles = ["police", "police"]\nlevel = "expected"\nsources = ["T1"]\n',
            ("line 29: meetings[0].attendance[0].roles", "attendance[0] already says so."),
        ),
        (TASK + TASK, ("line 36: meetings[0].tasks[1].kind", "tasks[0] is already of this kind.")),
        (
            TASK + 'warn = "1 week"\n',
            ("line 34: meetings[0].tasks[0].warn", "The reminder always comes after the task is due."),
        ),
        (
            TASK + 'direction = "before"\nwarn = "2 days"\n',
            ("line 35: meetings[0].tasks[0].warn", "The reminder always comes after the task is due."),
        ),
        (
            TASK.replace('due = "5 days"', 'direction = "on"\nwarn = "5 days"'),
            (
                "line 33: meetings[0].tasks[0].warn",
                "A task that is due on the day of the meeting has no reminder.",
            ),
        ),
        (
            TASK + 'only = "last_before_review"\n',
            (
                "line 34: meetings[0].tasks[0].only",
                "Plans with a child in need review have no reviews, so this task never comes up.",
            ),
        ),
        (
            '\n[meetings.not_on_review_day]\nsources = ["T1"]\n',
            (
                "line 28: meetings[0].not_on_review_day",
                "Plans with a child in need review have no reviews, so this never applies.",
            ),
        ),
        (
            '\n[[defaults]]\nkinds = ["cin_review", "core_group"]\n',
            (
                "line 29: defaults[0].kinds",
                "This policy has no [[meetings]] of this kind, so nothing here applies to it.",
            ),
        ),
        (
            '\n[[readings]]\ntext = "No."\nstatus = "out_of_scope"\nsources = ["T1"]\n',
            (
                "line 31: readings[0].sources",
                "This item is out of scope here, and answered elsewhere in the policy.",
            ),
        ),
        (
            '\n[[readings]]\ntext = "Yes."\nstatus = "reported"\nsources = ["T7"]\n',
            ("line 31: readings[0].sources", "Nothing says what this id stands for."),
        ),
        (
            '\n[references.T9]\nitem = "item 9"\n',
            ("line 28: references.T9", "Nothing in the policy answers this item."),
        ),
        (
            (
                '\n[[reviews]]\nplan_type = "looked_after"\nname = "R"\nanchor = "plan_start"\n'
                'first = ["1 month"]\nlater = ["1 month"]\nsources = ["T1"]\n'
            )
            * 2,
            ("line 36: reviews[1]", "reviews[0] is about the same, so this one never applies."),
        ),
        (
            '\n[[deadlines]]\nkind = "d"\ntitle = "D"\nanchor = "plan_start"\ndue = ["1 week"]\nsources = ["T1"]\n'
            * 2,
            ("line 35: deadlines[1]", "deadlines[0] is about the same, so this one never applies."),
        ),
    ],
)
def test_clauses_that_contradict_or_never_apply(added: str, fault: tuple[str, str]) -> None:
    assert faults_of(WHOLE + added) == [fault]


def test_an_event_that_an_earlier_window_has_is_no_fault_beside_another() -> None:
    second = window('applies = "first"\nanchor = ["plan_start", "assessment_due"]\nmaximum = ["8 weeks"]')
    assert faults_of(HEAD + MEETING + window(FIRST + 'maximum = ["6 weeks"]') + second + LATER) == []


def test_a_reminder_before_the_deadline_is_sound() -> None:
    assert faults_of(WHOLE + TASK + 'warn = "3 days"\n') == []
    assert faults_of(WHOLE + TASK + 'direction = "before"\nwarn = "1 week"\n') == []


def test_twelve_days_are_within_eight_working_days_only_with_holidays() -> None:
    assert (
        faults_of(HEAD + MEETING + window(FIRST + 'target = "1 week"\nmaximum = ["8 working days"]') + LATER)
        == []
    )


def part(heading: str, text: str) -> str:
    return f'\n{heading}\n{text}\nsources = ["T1"]\n'


SLOT = part("[[meetings.slots]]", 'name = "health"\nroles = ["midwife", "health_visitor"]')


def test_slots_children_and_chairing_that_can_be_meant() -> None:
    text = WHOLE + SLOT + part("[meetings.child]", 'instead = "advocate"')
    text += part("[[meetings.chairing]]", 'at = "complex"\nchair = ["team_manager", "senior_practitioner"]')
    text += part("[[meetings.chairing]]", 'chair = "social_worker"')
    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (
            part("[[meetings.attendance]]", 'roles = ["midwife"]\nlevel = "invited"') + SLOT,
            "meetings[0].slots[0].roles",
            "attendance[0] already says how much midwife is needed.",
        ),
        (
            SLOT + part("[[meetings.slots]]", 'name = "baby"\nroles = ["midwife"]'),
            "meetings[0].slots[1].roles",
            "slots[0] already says how much midwife is needed.",
        ),
        (
            SLOT + part("[[meetings.slots]]", 'name = "health"\nroles = ["school_nurse"]'),
            "meetings[0].slots[1].name",
            "slots[0] already has this name.",
        ),
        (
            part("[meetings.child]", 'level = "invited"'),
            "meetings[0].child",
            "This says what holds without it: a child who may come is invited.",
        ),
        (
            part("[[meetings.chairing]]", "differ = true") + part("[[meetings.chairing]]", 'at = "first"'),
            "meetings[0].chairing[1].at",
            "chairing[0] comes before it and applies to the same meetings, so this one never does.",
        ),
        (
            part("[[meetings.chairing]]", 'at = "later"')
            + part("[[meetings.chairing]]", 'at = "first"')
            + part("[[meetings.chairing]]", 'at = "always"'),
            "meetings[0].chairing[2].at",
            "chairing[0] comes before it and applies to the same meetings, so this one never does.",
        ),
        (
            part("[meetings.chairing]", 'chair = "parent"'),
            "meetings[0].chairing",
            "Nobody of role parent chairs.",
        ),
        (
            part("[meetings.chairing]", 'minutes = ["interpreter"]'),
            "meetings[0].chairing",
            "Nobody of role interpreter takes the minutes.",
        ),
        (
            part("[meetings.chairing]", 'chair = "anybody"'),
            "meetings[0].chairing.chair",
            "This is not a word of the policy language.",
        ),
    ],
)
def test_slots_children_and_chairing_that_cannot_be_meant(text: str, where: str, problem: str) -> None:
    ((path, told),) = faults_of(WHOLE + text)
    assert re.sub(r"^line \d+: ", "", path) == where
    assert told == problem
