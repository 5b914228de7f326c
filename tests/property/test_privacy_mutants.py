"""The checks of the privacy property find a leak: each that is put in on purpose, within a bounded number of cases."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from privacy_cases import State, Story, states, stories
from privacy_checks import faults_of_files, faults_of_preview, faults_of_story
from privacy_mutants import MUTANTS, Mutant

BOUNDED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class FoundError(Exception):
    """The leak was found."""


def told(faults: list[str]) -> None:
    if faults:
        raise FoundError(faults[0])


@BOUNDED
@given(states())
def by_files(state: State) -> None:
    told(faults_of_files(state))


@BOUNDED
@given(states())
def by_preview(state: State) -> None:
    told(faults_of_preview(state))


@BOUNDED
@given(stories())
def by_messages(story: Story) -> None:
    told(faults_of_story(story))


CHECKS = {"files": by_files, "preview": by_preview, "messages": by_messages}


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{one.by}: {one.name}" for one in MUTANTS])
def test_every_leak_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.patch(monkeypatch)
    with pytest.raises(FoundError):
        CHECKS[mutant.by]()
