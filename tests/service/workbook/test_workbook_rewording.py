"""What checks of the JSON say, as it is said of cells: no check speaks of a field to somebody who fills in a workbook."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from workbooks import GONE, book, faults_in, spoilt

from service.workbook.layout import sheets
from service.workbook.rewording import reworded
from solver.schema import validation

JSON = re.compile(r"`|\{|\[|\]|\bfields?\b|\btrue\b|\bnull\b|\bhorizon\b|double quotes")
KEYS = {step for sheet in sheets() for column in sheet.columns for step in column.path if "_" in step}


def sentences() -> list[str]:
    """Every sentence that a check of a whole caseload may say, with X for what is put into it."""
    found = []
    for path in sorted(Path(validation.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text())
        inner = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
        }
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values
                )
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in inner | docs
            ):
                text = node.value
            else:
                continue
            if re.search(r"[.?]$", text) and " " in text and text[0] not in "`" and "\n" not in text:
                found.append(text)
    return found


def test_the_sentences_are_found() -> None:
    assert len(sentences()) > 90
    assert any("`busy`" in one for one in sentences())


@pytest.mark.parametrize("text", sentences())
def test_no_sentence_speaks_of_json(text: str) -> None:
    said = reworded(text.replace("XX", "X"))
    assert not JSON.search(said), said
    assert not any(re.search(rf"\b{key}\b", said) for key in KEYS), said


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"Team!F2": GONE}, "sheet Policy"),
        ({"Team!H2": "soon"}, "Give a date such as 24/12/2026."),
        ({"Hours!C2": "soon"}, "Give a time of day such as 09:30."),
        ({"Booked!F2": "soon"}, "Give a date and time such as 24/12/2026 09:30."),
        ({"Booked!E2": GONE}, "Give one, or several separated by semicolons."),
        ({"People!I2": "perhaps"}, "Give yes or no, or leave the cell empty."),
        ({"Events!F2": GONE, "Events!G2": 5}, '"Last meeting"'),
    ],
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)  # fmt: skip
def test_remedies_are_in_the_words_of_the_workbook(changes: dict[str, object], remedy: str) -> None:
    faults = faults_in(book(spoilt(changes)))
    assert any(remedy in fault.remedy for fault in faults), faults
    assert not any(re.search(r"[`{]|\[|\]", fault.problem + fault.remedy) for fault in faults)
