"""The times that no cause rules out are exactly those at which the compiled problem can hold the meeting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
from explain_cases import chains, possible, some_explainer

from solver.explain.causes import Causes
from solver.explain.edits import with_plans
from solver.explain.explainer import Explainer
from solver.explain.people import LONG
from solver.explain.space import Fact, Wanted
from solver.policy.model import MeetingRule, Policy
from solver.schema.base import WEEKDAYS
from solver.schema.calendar import Meeting
from solver.schema.caseload import Caseload, Person, Venue

Changed = tuple[Callable[[Caseload], Caseload] | None, Policy | None]


def causes_of(explainer: Explainer, name: str, i: int) -> Causes:
    """All that rules out times of a meeting over the whole horizon."""
    horizon = explainer.caseload.horizon
    return Causes(explainer.case, Wanted(explainer.focus.series[name], i == 0, horizon.start, horizon.end))


def without_booked(found: set[tuple[datetime, str]], chain: list[Meeting]) -> set[tuple[datetime, str]]:
    """Leave out starts of booked meetings, which need no notice any more, and days of pinned ones."""
    booked, pinned = {one.start for one in chain}, {one.start.date() for one in chain if one.pinned}
    return {one for one in found if one[0] not in booked and one[0].date() not in pinned}


@pytest.mark.parametrize("seed", range(25))
def test_agrees_with_the_compiled_problem(seed: int) -> None:
    explainer = some_explainer(seed)
    horizon = explainer.caseload.horizon
    for name, chain in chains(explainer):
        focused = explainer.focus.on([name])
        for i in sorted({0, len(chain) - 1}):
            ours = {(one.start, one.venue) for one in causes_of(explainer, name, i).open_times()}
            theirs = possible(explainer, focused, chain[i], min(i, 1), horizon.start, horizon.end)
            assert without_booked(ours, chain) == without_booked(theirs, chain)


def everywhere(
    whole: Caseload, change: Callable[[Caseload], Caseload] | None
) -> Callable[[Caseload], Caseload]:
    """A change to a small caseload with all venues, also those that its series can't use as things are."""

    def suppose(caseload: Caseload) -> Caseload:
        wishes = {plan.id: plan.venue for plan in whole.plans}
        plans = tuple(
            plan.model_copy(update={"venue": wishes[plan.id]}) if plan.participants else plan
            for plan in caseload.plans
        )
        places = {"venues": whole.venues, "sites": whole.sites, "schools": whole.schools, "plans": plans}
        full = caseload.model_copy(update=places)
        return full if change is None else change(full)

    return suppose


@pytest.mark.parametrize("seed", range(40))
def test_the_causes_of_a_breach_rule_everything_out_and_none_is_superfluous(seed: int) -> None:
    explainer = some_explainer(seed)
    for breach in explainer.calendar.breaches:
        causes = explainer.late(breach).causes
        if causes is None or causes.open_times():
            continue
        chosen = [causes.space.full(causes.facts[i].blocks) for i in causes.chosen()]
        assert not (causes.inside & ~np.logical_or.reduce(chosen or [~causes.inside])).any()
        for i in range(len(chosen)):
            rest = chosen[:i] + chosen[i + 1 :]
            assert (causes.inside & ~np.logical_or.reduce(rest or [~causes.inside])).any()
        told = [reason for reason in causes.reasons() if reason.alone]
        assert bool(told) == any(causes.only_by(i) for i in causes.chosen())


def on_people(update: Callable[[Person], Person]) -> Callable[[Caseload], Caseload]:
    return lambda caseload: caseload.model_copy(
        update={"people": tuple(update(one) for one in caseload.people)}
    )


def on_venues(update: Callable[[Venue], Venue]) -> Callable[[Caseload], Caseload]:
    return lambda caseload: caseload.model_copy(
        update={"venues": tuple(update(one) for one in caseload.venues)}
    )


def under(policy: Policy, **update: object) -> Policy:
    def changed(rules: tuple[MeetingRule, ...]) -> tuple[MeetingRule, ...]:
        return tuple(one.model_copy(update=update) for one in rules)

    return policy.model_copy(
        update={"meetings": changed(policy.meetings), "review_meetings": changed(policy.review_meetings)}
    )


def removed(explainer: Explainer, fact: Fact) -> Changed | None:
    """The caseload or the policy without one fact; ``None`` where it can't be taken back without others."""
    rule, about, which = fact.key
    grid = explainer.case.grid
    always = dict.fromkeys(WEEKDAYS, ((grid.start, grid.start + grid.slots * grid.minutes),))

    def person(one: Person) -> Person:
        if one.id != about:
            return one
        if rule == "person.busy":
            busy = tuple(
                span
                for span in one.busy
                if (
                    f"{span.start.isoformat()}/{span.end.isoformat()}" != which
                    if which
                    else span.end - span.start >= LONG
                )
            )
            return one.model_copy(update={"busy": busy})
        without: dict[str, dict[str, object]] = {
            "person.hours": {"hours": always},
            "person.notice": {"notice_working_days": None},
            "person.cap": {"max_meetings_per_day": None},
        }
        return one.model_copy(update=without[rule])

    def venue(one: Venue) -> Venue:
        if rule == "venue.capacity":
            return one.model_copy(update={"capacity": None})
        if one.id != about:
            return one
        return one.model_copy(update={"hours": None} if rule == "venue.hours" else {"busy": ()})

    if rule in ("person.busy", "person.hours", "person.notice", "person.cap"):
        return on_people(person), None
    if rule in ("venue.hours", "venue.busy", "venue.capacity"):
        return on_venues(venue), None
    if rule == "quorum":
        return None, under(explainer.policy, quorum=None)
    if rule == "series.review_day":
        return None, under(explainer.policy, not_on_review_day=None)
    if rule == "time.never":
        return with_plans(
            lambda one: (
                one.model_copy(update={"times": one.times.model_copy(update={"never": ()})})
                if one.id == about
                else one
            )
        ), None
    wanted: dict[str, dict[str, object]] = {"venue.refused": {"never": ()}, "venue.only": {"only": ()}}
    wishes = wanted.get(rule)
    if wishes is None:
        return None
    return with_plans(lambda one: one.model_copy(update={"venue": one.venue.model_copy(update=wishes)})), None


@pytest.mark.parametrize("seed", range(100, 125))
def test_without_a_fact_just_the_times_open_that_it_alone_rules_out(seed: int) -> None:
    explainer = some_explainer(seed)
    horizon = explainer.caseload.horizon
    for name, chain in chains(explainer):
        causes = causes_of(explainer, name, 0)
        before = {(one.start, one.venue) for one in causes.open_times()}
        several = sum(one.rule == "series.review_day" for one in causes.facts) > 1
        for i, fact in enumerate(causes.facts):
            changed = removed(explainer, fact)
            # A family's wishes decide costs and homes as well, and one policy has the review days of all plans.
            if changed is None or (several and fact.rule == "series.review_day"):
                continue
            suppose = everywhere(explainer.caseload, changed[0])
            focused = explainer.focus.on([name], suppose=suppose, policy=changed[1])
            after = possible(explainer, focused, chain[0], 0, horizon.start, horizon.end)
            expected = before | {(one.start, one.venue) for one in causes.only_by(i)}
            if fact.rule == "venue.only":
                # A home is somebody else's once it isn't named.
                assert without_booked(after, chain) <= without_booked(expected, chain)
            else:
                assert without_booked(after, chain) == without_booked(expected, chain), fact.key
