"""The policy's rules for when meetings are due, in a sentence each, and what their sources stand for."""

from __future__ import annotations

from dataclasses import dataclass

from solver.policy.model import Policy
from solver.policy.words import PLAN_TYPE_WORDS, listed_words, lower_first, window_words
from solver.schema.calendar import Calendar


@dataclass(frozen=True)
class RuleView:
    """What the policy says of one kind of meeting: sentences, each with its sources."""

    name: str
    plans: str
    windows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SourceView:
    """What an id in square brackets stands for."""

    id: str
    item: str
    document: str


def rule_views(policy: Policy) -> tuple[RuleView, ...]:
    """Every meeting rule of the policy, in its order."""
    views = []
    for rule in policy.meetings:
        firsts = [window for window in rule.windows if window.applies == "first"]
        windows = tuple(
            (
                window_words(window, lower_first(rule.name), fallback=window in firsts[1:]),
                ", ".join(window.sources),
            )
            for window in rule.windows
        )
        plans = listed_words([PLAN_TYPE_WORDS[plan_type] for plan_type in rule.plan_types])
        views.append(RuleView(rule.name, plans, windows))
    return tuple(views)


def source_views(policy: Policy, calendar: Calendar) -> tuple[SourceView, ...]:
    """The sources that the report names, in the policy's order."""
    named = {source for rule in policy.meetings for window in rule.windows for source in window.sources}
    named |= {source for breach in calendar.breaches for source in breach.sources}
    reasons = [reason for one in calendar.breaches for reason in one.reasons]
    reasons += [reason for one in calendar.exceptions for reason in one.reasons]
    named |= {source for reason in reasons for source in reason.sources}
    named |= {source for notice in calendar.notices for source in notice.sources}
    return tuple(
        SourceView(name, reference.item, reference.document or policy.source)
        for name, reference in policy.references.items()
        if name in named
    )
