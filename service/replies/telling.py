"""What became of answers and what is open, as data: what `convene replies --json` and the API give. Names are the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from service.replies.openings import Opening
from service.replies.outcome import Outcome


def outcome_data(one: Outcome) -> dict[str, Any]:
    """One outcome."""
    return {
        "source": one.source,
        "kind": one.kind,
        "meeting": one.meeting,
        "person": one.person,
        "text": one.text,
        "answer": None if one.answer is None else one.answer.model_dump(mode="json"),
        "attention": one.attention,
    }


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many outcomes there are of each kind, most first."""
    return dict(Counter(one.kind for one in outcomes).most_common())


def opening_data(one: Opening, command: Sequence[str]) -> dict[str, Any]:
    """One meeting to look at again; ``command`` asks `convene rebook` for the same options."""
    return {
        "meeting": one.meeting.id,
        "because": [reason.model_dump(mode="json") for reason in one.because],
        "away": [
            {"person": who.person, "start": f"{who.start:%Y-%m-%dT%H:%M}", "end": f"{who.end:%Y-%m-%dT%H:%M}"}
            for who in one.away
        ],
        "options": []
        if one.rebooking is None
        else [option.model_dump(mode="json", by_alias=True) for option in one.rebooking.options],
        "proposals": [
            {
                "person": proposal.person,
                "start": f"{proposal.start:%Y-%m-%dT%H:%M}",
                "end": f"{proposal.end:%Y-%m-%dT%H:%M}",
                "possible": proposal.option is not None,
                "levels": proposal.levels,
                "text": proposal.text,
                "option": None
                if proposal.option is None
                else proposal.option.model_dump(mode="json", by_alias=True),
            }
            for proposal in one.proposals
        ],
        "delegations": [
            {"person": named.person, "to": named.to, "allowed": named.allowed, "text": named.text}
            for named in one.delegations
        ],
        "text": one.text,
        "command": list(command),
    }


__all__ = ["counts", "opening_data", "outcome_data"]
