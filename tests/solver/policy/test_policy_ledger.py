"""Every obligation of the five sources is answered by a clause or a reading of its policy."""

from __future__ import annotations

import pytest

from solver.policy import load_policy
from solver.policy.walk import cited

LEDGER = {
    "wandsworth": "W1a W1b W2 W3 W4 W5 W6 W7 W8 W9a W9b W10 W11 W12a W12b W13 W14 W15 W16 W17 W19 W20 W21",
    "south-west": "U1 U2 U3 U4 U5 U6 U7 U8 U9 U10 U11 U12 U13",
    "barnsley": (
        "B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B17 B18 B19 B20 B21 B22 B23 B24 B25 B26 "
        "B27 B28 B29 B30 B31 B32 B33 B34 B35 B36 B37 B38 B39 B40 B41"
    ),
    "sefton": "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10",
    "carefirst": (
        "C0 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25"
    ),
}
HARD = {
    "wandsworth": "W1a W1b W5 W12b",
    "south-west": "U1 U2 U3",
    "barnsley": "B0 B4 B6 B9 B10 B13 B30",
    "sefton": "S1 S2",
    "carefirst": "C0 C2 C3 C8 C14 C18",
}
"""Items of class a (hard scheduling constraints) in each source."""


def test_the_ledger_has_114_items() -> None:
    assert sum(len(ids.split()) for ids in LEDGER.values()) == 114


@pytest.mark.parametrize("authority", LEDGER)
def test_every_item_of_the_ledger_is_answered(authority: str) -> None:
    answered = set(cited(load_policy(authority)))
    assert set(LEDGER[authority].split()) - answered == set()


@pytest.mark.parametrize("authority", LEDGER)
def test_a_policy_names_no_item_that_its_source_does_not_have(authority: str) -> None:
    own = {source for source in cited(load_policy(authority)) if ":" not in source}
    assert own == set(LEDGER[authority].split())


@pytest.mark.parametrize("authority", HARD)
def test_no_hard_constraint_is_out_of_scope(authority: str) -> None:
    disowned = {
        source
        for reading in load_policy(authority).readings
        if reading.status == "out_of_scope"
        for source in reading.sources
    }
    assert disowned.isdisjoint(HARD[authority].split())


@pytest.mark.parametrize("authority", LEDGER)
def test_an_item_out_of_scope_is_answered_nowhere_else(authority: str) -> None:
    policy = load_policy(authority)
    answers = cited(policy)
    for reading in policy.readings:
        if reading.status == "out_of_scope":
            assert [source for source in reading.sources if len(answers[source]) > 1] == []
