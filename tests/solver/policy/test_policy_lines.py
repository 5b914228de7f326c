from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from solver.policy.lines import line_numbers, line_of
from solver.schema.faults import Path

DOCUMENT = '''\
id = "x"   # [[not.a.header]]

[[meetings]]
name = "A [bracket] in a text"
plan_types = [
  "child_protection",  # ]
  "looked_after",
]
venue = { kinds = ["office"], sources = ["T1"] }

  [[meetings.windows]]
  applies = "first"

[[meetings.windows]]
applies = "later"
title = """
[[meetings]]
applies = "no" \\""" still
"""

[[ meetings ]]
name = 'B\\'  # [ the backslash is a letter here

[meetings.chairing]
chair = "rota"

[meetings.chairing.deeper]
key = 1

[references]
T1 = "one"
"WT2023:review" = "two"
odd.dotted."key" = 3

[references.'CPR:33']
item = "three"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 1),
        (("meetings", 0), 3),
        (("meetings", 0, "name"), 4),
        (("meetings", 0, "plan_types"), 5),
        (("meetings", 0, "plan_types", 1), 5),
        (("meetings", 0, "venue", "kinds", 0), 9),
        (("meetings", 0, "windows", 0), 11),
        (("meetings", 0, "windows", 0, "applies"), 12),
        (("meetings", 0, "windows", 1, "applies"), 15),
        (("meetings", 0, "windows", 1, "missing"), 14),
        (("meetings", 1), 21),
        (("meetings", 1, "name"), 22),
        (("meetings", 1, "chairing", "chair"), 25),
        (("meetings", 1, "chairing", "deeper", "key"), 28),
        (("references", "WT2023:review"), 32),
        (("references", "odd", "dotted", "key"), 33),
        (("references", "CPR:33", "item"), 36),
        (("references", "CPR:33"), 35),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_the_line_of_a_place(path: Path, line: int | None) -> None:
    tomllib.loads(DOCUMENT)
    assert line_of(path, line_numbers(DOCUMENT)) == line
    assert line_of(path, line_numbers(DOCUMENT.replace("\n", "\r\n"))) == line


def _leaves(value: Any, path: Path = ()) -> list[Path]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [leaf for place, item in enumerate(value) for leaf in _leaves(item, (*path, place))]
    return [path]


@pytest.mark.parametrize("name", ["barnsley", "carefirst", "england"])
def test_every_key_of_a_real_policy_stands_on_the_line_that_is_found(name: str) -> None:
    text = (files("solver") / "policies" / f"{name}.toml").read_text(encoding="utf-8")
    lines = line_numbers(text)
    rows = text.split("\n")
    for path in _leaves(tomllib.loads(text)):
        line = line_of(path, lines)
        key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        assert key in rows[(line or 1) - 1]
