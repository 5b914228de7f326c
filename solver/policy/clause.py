"""What every clause of a policy has: its sources, the events and the intervals that it counts by."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from calendars.intervals import parse_interval
from solver.schema.base import (
    Model,
)
from solver.schema.faults import did_you_mean, listed

EventName = Literal[
    "initial_conference",
    "strategy_discussion",
    "assessment_due",
    "plan_start",
    "became_looked_after",
    "last_review",
    "birth",
    "inquorate",
]
"""The dates of a plan that have a field of their own in the caseload's ``events``."""


NEXT_REVIEW: Final = "next_review"
"""The plan's next review, which follows from its dates and the policy: only event windows count from it."""


OTHER_EVENT: Final = "other:"
"""What an event of the authority's own begins with: ``other:court_hearing`` is ``events.other.court_hearing``."""


_OTHER_NAME: Final = re.compile(r"other:[A-Za-z0-9][A-Za-z0-9_.\-]*")


def _event(value: str) -> str:
    known = (*get_args(EventName), NEXT_REVIEW)
    if value in known or _OTHER_NAME.fullmatch(value):
        return value
    own = 'an event of your own begins with "other:", such as "other:court_hearing".'
    remedy = did_you_mean(value, known, f"It can be {listed(known)}; {own}")
    raise ValueError(f"this is not a word of the policy language: {remedy}")


def _dated_event(value: str) -> str:
    if value == NEXT_REVIEW:
        raise ValueError(
            'the next review is no date that a plan gives: only windows with applies = "event" can count from it'
        )
    return _event(value)


AnchorText = Annotated[str, AfterValidator(_event)]
"""An event that a window counts from: an `EventName`, ``next_review`` or ``other:<name>``."""


EventText = Annotated[str, AfterValidator(_dated_event)]
"""An event that the caseload gives: an `EventName` or ``other:<name>``."""


def _interval(value: str) -> str:
    parse_interval(value)
    return value


IntervalText = Annotated[str, AfterValidator(_interval)]
"""An interval in the words of the policy: "10 working days", "6 weeks", "3 months"."""


Sources = tuple[str, ...]
"""Ids of `policies/ledger.tsv`, or a statutory reference."""


class Clause(Model):
    """Anything a policy says: it carries its sources."""

    sources: Sources = Field(min_length=1)


class Reference(Model):
    """What an id in ``sources`` stands for: the document and the place in it."""

    item: str
    """The item, paragraph or heading, in a few words."""
    document: str = ""
    """The document; empty: the policy's own (filled in on loading)."""


def _reference(value: Any) -> Any:
    return {"item": value} if isinstance(value, str) else value


ReferenceText = Annotated[Reference, BeforeValidator(_reference)]
"""A reference, or just its item where the document is the policy's own."""
