"""No byte that leaves for A holds what A must not see, whatever the caseload, the calendar, and what becomes of it.

What may be told is worked out once more by ``privacy_oracle``, without the renderer. That each person is told of just
their own times and safe places is asserted with it: who is told nothing learns nothing.
"""

from __future__ import annotations

from collections import Counter

import pytest
from deep import deep
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from privacy_cases import State, Story, states, stories
from privacy_checks import faults_of_files, faults_of_preview, faults_of_story
from privacy_oracle import PROFESSIONAL

from service.output.render import PROFESSIONAL_ROLES, TEAM, Renderer

# A caseload takes many draws; that isn't the input's fault.
LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]
SOME_AND_MANY = [25, pytest.param(120, marks=pytest.mark.slow), deep(500)]


def test_the_renderer_takes_the_same_roles_for_professionals() -> None:
    assert PROFESSIONAL_ROLES == PROFESSIONAL


@pytest.mark.parametrize("examples", SOME_AND_MANY)
def test_files_feeds_and_objects_hold_what_their_reader_may_see_and_no_more(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=LARGE)
    @given(states())
    def holds(state: State) -> None:
        assert faults_of_files(state) == []

    holds()


@pytest.mark.parametrize("examples", SOME_AND_MANY)
def test_messages_tell_who_reads_them_what_they_may_see_and_no_more(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=LARGE)
    @given(stories())
    def holds(story: Story) -> None:
        assert faults_of_story(story) == []

    holds()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("examples", [60, deep(200)])
def test_messages_that_waited_tell_what_may_be_told_by_now(examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=LARGE,
    )
    @given(stories(broken=True))
    def holds(story: Story) -> None:
        assert faults_of_story(story) == []

    holds()


@settings(max_examples=60, deadline=None, suppress_health_check=LARGE)
@given(states())
def test_the_preview_shows_what_each_will_see(state: State) -> None:
    assert faults_of_preview(state) == []


@settings(max_examples=60, deadline=None, suppress_health_check=LARGE)
@given(states())
def test_family_members_events_cannot_be_matched_with_anybodys(state: State) -> None:
    renderer = Renderer(state.caseload, state.calendar)
    uids: Counter[str] = Counter()
    for person in state.caseload.people:
        if person.role not in PROFESSIONAL:
            uids.update(view.uid for view in renderer.views(person.id))
    assert all(number == 1 for number in uids.values())
    shared = {view.uid for view in renderer.views(TEAM)}
    for person in state.caseload.people:
        if person.role in PROFESSIONAL:
            shared |= {view.uid for view in renderer.views(person.id)}
    assert not shared & uids.keys()
    assert len(shared) == len(state.calendar.meetings)


@settings(max_examples=60, deadline=None, suppress_health_check=LARGE)
@given(states(), st.data())
def test_what_becomes_of_one_sitting_changes_nothing_for_the_other(state: State, data: st.DataObject) -> None:
    parted = [one for one in state.calendar.meetings if one.sittings]
    assume(parted)
    one = data.draw(st.sampled_from(parted))
    here = {at.person for at in one.attendees if at.sitting == "A"}
    kept = tuple(at for at in one.attendees if at.sitting != "B")
    second = one.sittings[1].model_copy(update={"start": one.sittings[1].end.replace(hour=19)})
    second = second.model_copy(update={"end": second.start.replace(hour=20)})
    other = one.model_copy(
        update={"attendees": kept, "sittings": (one.sittings[0], second), "end": second.end, "minutes": None}
    )
    before = one.model_copy(update={"minutes": None})
    seen = []
    for version in (before, other):
        meetings = tuple(version if each.id == one.id else each for each in state.calendar.meetings)
        renderer = Renderer(state.caseload, state.calendar.model_copy(update={"meetings": meetings}))
        seen.append([renderer.view(version, person) for person in sorted(here)])
    assert seen[0] == seen[1]
