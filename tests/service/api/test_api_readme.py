"""What the README tells of problems and events is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import service
from service.api import asking
from service.api.document import PATH
from service.store.webhooks import EVENTS

SOURCE = Path(service.__file__).parent
README = PATH.with_name("README.md").read_text()


def types_in_source() -> set[str]:
    """Written out, or put together from a prefix and a name."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        found |= set(re.findall(r"urn:convene:problem:([a-z]+(?:-[a-z]+)*)", text))
        found |= set(re.findall(r"\{_(?:PROBLEM|KIND)\}([a-z]+(?:-[a-z]+)*)", text))
    return found | {asking._TYPES.get(kind, kind.replace("_", "-")) for kind in asking._TITLES}


def test_every_type_of_problem_is_in_the_table_and_no_other() -> None:
    table = README[README.index("| Type | Status") :]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.M)) == types_in_source()


def test_the_document_names_no_type_that_isnt_there() -> None:
    named = set(re.findall(r"urn:convene:problem:([a-z]+(?:-[a-z]+)*)", PATH.read_text()))
    assert named <= types_in_source()


def test_every_webhook_is_in_its_table() -> None:
    assert set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", README, re.M)) == set(EVENTS)
