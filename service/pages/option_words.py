"""Options for a meeting in words: when and where, what each costs, who has to be asked, what else moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.pages.meeting_view import when_words
from service.pages.meeting_words import Sentences, joined
from service.words import LEVEL_MEANINGS, count, opening, slack_words
from solver.schema.calendar import LEVELS, Score
from solver.schema.diff import MeetingChange
from solver.schema.options import Option, Rebooking

_MISSING: Final = {"report": "sends a written report", "absent": "does not come"}


@dataclass(frozen=True)
class Choice:
    """An option."""

    number: int
    start: datetime
    venue: str
    """Its id."""
    heading: str
    slack: str
    late: bool
    company: str
    asked: str
    others: tuple[str, ...]
    """Each other meeting that moves."""
    costs: str
    why: str

    @property
    def value(self) -> str:
        """What a form sends of it."""
        return f"{self.start:%Y-%m-%dT%H:%M} {self.venue}"

    @property
    def lines(self) -> tuple[str, ...]:
        """All there is to say of it but when and where."""
        return tuple(
            one
            for one in (
                f"{opening(self.slack)}. {self.company}",
                self.asked,
                *self.others,
                self.costs,
                self.why,
            )
            if one
        )


def choices(found: Rebooking, sentences: Sentences) -> tuple[Choice, ...]:
    """The options, best first."""
    return tuple(choice(one, sentences) for one in found.options)


def choice(option: Option, sentences: Sentences) -> Choice:
    """One option."""
    return Choice(
        number=option.number,
        start=option.start,
        venue=option.venue,
        heading=f"{when_words(option.start, option.end)}, {sentences.names.venue(option.venue)}",
        slack=slack_words(option.slack_days, option.breach_days),
        late=option.breach_days > 0,
        company=_company(option, sentences),
        asked=_asked(option, sentences),
        others=tuple(_change(one, sentences) for one in (*option.also, *option.moves_others)),
        costs=cost_words(option.levels),
        why=sentences.text(option.why),
    )


def cost_words(levels: Score) -> str:
    """``Worse: travel, weekdays, workload and room sizes (8 points). Better: …``."""
    worse = [f"{LEVEL_MEANINGS[one]} ({_points(levels[one])})" for one in LEVELS if levels.get(one, 0) > 0]
    better = [f"{LEVEL_MEANINGS[one]} ({_points(-levels[one])})" for one in LEVELS if levels.get(one, 0) < 0]
    said = ([f"Worse: {'; '.join(worse)}."] if worse else []) + (
        [f"Better: {'; '.join(better)}."] if better else []
    )
    return " ".join(said) or "Neither better nor worse than now."


def _points(number: int) -> str:
    return count(number, "point")


def _company(option: Option, sentences: Sentences) -> str:
    names = sentences.names
    missing = [
        f"{names.person(one.person)} {_MISSING[one.status]}"
        for one in option.attendees
        if one.status in _MISSING
    ]
    missing += [
        f"{names.person(one.person)} comes for {names.person(one.for_)}"
        for one in option.attendees
        if one.status == "deputy" and one.for_
    ]
    return f"{opening('; '.join(missing))}." if missing else "Everybody comes."


def _asked(option: Option, sentences: Sentences) -> str:
    if not option.asked:
        return ""
    soonest = min(one.notice_days for one in option.asked)
    who = sentences.people(one.person for one in option.asked)
    return f"{count(len(option.asked), 'person', 'people')} to ask, with {count(soonest, 'working day')} of notice: {who}."


def _change(change: MeetingChange, sentences: Sentences) -> str:
    before, after, names = change.before, change.after, sentences.names
    if after is None:
        return f"Also cancels {change.meeting}."
    there = f"{when_words(after.start, after.end)}, {names.venue(after.venue)}"
    if before is None:
        return f"Also holds a new meeting of {joined(change.plans)} on {there}."
    return f"Also moves {change.meeting} from {when_words(before.start, before.end)} to {there}."


def reasons(found: Rebooking, sentences: Sentences) -> Sequence[str]:
    """Why there is no option."""
    return [sentences.text(one.text) for one in found.reasons]


__all__ = ["Choice", "choice", "choices", "cost_words", "reasons"]
