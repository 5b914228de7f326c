"""The guide to writing a policy: its examples are sound, and it names every word of the language."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import get_args

import pytest

from solver.policy.check import check_text
from solver.policy.clause import NEXT_REVIEW, EventName
from solver.policy.meeting_clauses import (
    ChairClause,
    ChildClause,
    ManagerClause,
    ReviewDayClause,
    SchoolHoursClause,
    SlotClause,
    VenueClause,
)
from solver.policy.model import MeetingRule, Policy, Reading, ReviewRule, WindowRule
from solver.policy.task_clauses import TaskClause
from solver.schema.base import MeetingKind, PlanType, Role, VenueKind

TEXT = (files("solver") / "policies" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
HEAD = BLOCKS[0]


def test_the_whole_example_is_sound() -> None:
    assert check_text(HEAD) == []


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_each_part_can_be_added_to_it(block: str) -> None:
    block = block.replace('kinds = ["core_group", "cin_review"]', 'kinds = ["core_group"]')
    data = tomllib.loads(f"[[meetings]]\n{block}")
    single = [part for part in data["meetings"][0].values() if isinstance(part, dict)]
    # The parts of a meeting are shown without their sources, which the text above them asks for.
    added = re.sub(r"(\[meetings\.\w+\][^\n]*\n)", r'\1sources = ["M1"]\n', block) if single else block
    meeting, references = HEAD.split("[references]")
    ids = "".join(f'{name} = "item"\n' for name in set(re.findall(r'"(M\d+)"', added)) - {"M1", "M2"})
    assert check_text(f"{meeting}\n{added}\n[references]\n{references.strip()}\n{ids}") == []


def _windows(row: str) -> str:
    return "\n".join(part for part in re.findall(r"`([a-z_]+ = [^`]+)`", row))


@pytest.mark.parametrize("row", re.findall(r"^\| [a-z].*? \| (`.*) \|$", TEXT, re.MULTILINE))
def test_each_row_of_the_table_of_windows_is_sound(row: str) -> None:
    keys = _windows(row)
    applies = tomllib.loads(keys).get("applies") or ("first" if "anchor" in keys else "later")
    if "applies" not in keys:
        keys += f'\napplies = "{applies}"'
    if "maximum" not in keys:
        keys += '\nmaximum = ["10 working days"]'
    head, _, rest = HEAD.partition("[[meetings.windows]]")
    first, _, later = rest.partition("[[meetings.windows]]")
    later, references = later.split("[references]")
    windows = {"first": first, "later": later}
    # What holds beside the others is put after them, anything else in its place.
    place = "beside" if applies == "event" or "also" in keys else applies
    windows[place] = f'\n{keys}\nsources = ["M1", "M2"]\n'
    text = "[[meetings.windows]]".join([head, *windows.values()])
    assert check_text(f"{text}[references]{references}") == []


@pytest.mark.parametrize(
    "words",
    [
        get_args(Role),
        get_args(VenueKind),
        (*get_args(EventName), NEXT_REVIEW),
        get_args(MeetingKind),
        get_args(PlanType),
    ],
)
def test_the_guide_names_every_word(words: tuple[str, ...]) -> None:
    assert [word for word in words if not re.search(rf"\b{word}\b", TEXT)] == []


@pytest.mark.parametrize(
    "model",
    [
        Policy,
        MeetingRule,
        WindowRule,
        TaskClause,
        ChairClause,
        ManagerClause,
        VenueClause,
        ReviewDayClause,
        ReviewRule,
        SchoolHoursClause,
        SlotClause,
        ChildClause,
        Reading,
    ],
)
def test_the_guide_names_every_key(model: type) -> None:
    optional = {"edition", "nations", "review_meetings"}
    fields = set(model.model_fields) - optional  # type: ignore[attr-defined]
    assert {field for field in fields if not re.search(rf"\b{field}\b", TEXT)} == set()
