"""What somebody owes by when, in sentences."""

from __future__ import annotations

from typing import Final

from solver.policy.task_clauses import EscalationClause, TaskClause, TaskCondition
from solver.policy.words import interval_words, limits_words, listed_words, lower_first
from solver.schema.base import ConcernKind, Recipient

_OWNER_WORDS: Final = {
    "social_worker": "Social worker",
    "chair": "Chair",
    "minutes": "Minute-taker",
    "team_manager": "Team manager",
    "agencies": "Each agency",
    "everyone": "Every professional",
    "absent": "Every professional who is not there",
}
_CONDITION_WORDS: Final[dict[TaskCondition, str]] = {
    "first": "first meeting only",
    "later": "not at the first meeting",
    "last_before_review": "last meeting before a review only",
    "complex": "for a plan that is marked complex",
    "child_absent": "for a child who does not come",
    "parent_absent": "for a parent who does not come",
    "professional_absent": "where a professional does not come themselves",
    "remote": "where somebody joins remotely",
    "interpreter": "where an interpreter comes",
    "late": "at a meeting that is late, and at the next after one",
}
_RECIPIENT_WORDS: Final[dict[Recipient, str]] = {
    "social_worker": "the social worker",
    "team_manager": "the team manager",
    "line_manager": "the line manager",
    "conference_chair": "the conference chair",
    "members": "all members",
    "agencies": "the agencies",
    "family": "the family",
    "child": "the child",
}
_NAMES_WORDS: Final = {
    "missing": "it names who is expected and has sent nobody",
    "remote": "it names who joins remotely",
    "next_meeting": "it names the date of the next meeting",
}
_CONCERN_WORDS: Final[dict[ConcernKind, str]] = {
    "disagreement": "a disagreement between agencies",
    "agency_concern": "a concern that an agency is not doing its part",
    "plan_concern": "a concern that the plan does not keep the child safe",
}
_OWN_DATE: Final = "Convene's own date: the document names none"


def title_words(task: TaskClause) -> str:
    """Say what is owed, and to whom."""
    to = f" to {listed_words([_RECIPIENT_WORDS[one] for one in task.recipients])}" if task.recipients else ""
    return task.title + to


def concern_words(kind: ConcernKind) -> str:
    """Say what a concern is about, as within a sentence."""
    return _CONCERN_WORDS[kind]


def escalation_words(clause: EscalationClause) -> str:
    """Say who takes an open concern further, and by when."""
    when = f"within {limits_words(clause.due)} of the day on which it was raised, or sooner where the concern says so"
    if clause.date_from == "convene":
        when += f" ({_OWN_DATE})"
    concern = concern_words(clause.kind)
    owed = f"{_OWNER_WORDS[clause.owner].lower()}, {when}: {lower_first(clause.title)}"
    return f"{concern[:1].upper()}{concern[1:]}: {owed}."


def task_words(task: TaskClause) -> str:
    """Say who owes what by when."""
    match task.direction, task.due:
        case "after", str(due):
            when = f"within {interval_words(due)} after the meeting"
        case "before", str(due):
            when = f"at least {interval_words(due)} before the meeting"
        case "before_next", str(due):
            when = f"at least {interval_words(due)} before the next meeting"
        case "after_planning", str(due):
            when = f"once, within {interval_words(due)} of the day on which the meetings are planned"
        case _ if task.every:
            limits = limits_words(task.every).rstrip(",")
            when = f"at least every {limits}, at the meeting or between meetings where none comes in time"
        case _:
            when = "on the day of the meeting"
    notes = [_CONDITION_WORDS[condition] for condition in task.only]
    if task.warn:
        back = task.direction in ("before", "before_next")
        notes.append(f"reminder {interval_words(task.warn)} {'before' if back else 'after'}")
    if task.each_plan:
        notes.append("one for each child's plan")
    if task.names:
        notes.append(_NAMES_WORDS[task.names])
    if task.date_from == "convene":
        notes.append(_OWN_DATE)
    if notes:
        when += f" ({'; '.join(notes)})"
    return f"{_OWNER_WORDS[task.owner]}, {when}: {lower_first(title_words(task))}."
