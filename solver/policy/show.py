"""A policy as a practice lead reads it: sentences, worked dates, and where the document says so."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from calendars.workdays import WorkingCalendar
from solver.policy.examples import Example, policy_calendar, review_examples, sample_days, window_examples
from solver.policy.layers import filled
from solver.policy.load import load_policy
from solver.policy.model import MeetingRule, Policy, WindowRule
from solver.policy.task_words import escalation_words, task_words
from solver.policy.walk import cited, sources_of
from solver.policy.windows import DEFAULT_KINDS, DEFAULT_NAMES, SLACK_WANTED
from solver.policy.words import (
    LEVEL_WORDS,
    PLAN_TYPE_WORDS,
    ROLE_WORDS,
    STATUS_WORDS,
    chair_words,
    child_words,
    day_words,
    event_words,
    limits_words,
    listed_words,
    lower_first,
    manager_words,
    review_day_words,
    review_words,
    school_words,
    slot_words,
    venue_words,
    window_words,
)
from solver.schema.base import Level

WIDTH: Final = 100
_NO_BREAK: Final = "\u00a0"
_DATE: Final = re.compile(r"(?:[A-Z][a-z]{2} )?[0-9]{1,2} [A-Z][a-z]{2}\b(?: [0-9]{4})?")
Json = dict[str, Any]
_LEVELS: Final[tuple[Level, ...]] = ("essential", "expected", "invited")
_STATUSES: Final = ("enforced", "scored", "derived_task", "reported", "out_of_scope")


def show(policy: Policy, *, today: date) -> str:
    """Write a policy as plain text, with dates worked out from ``today`` on.

    Parameters
    ----------
    policy : Policy
        Complete with the layer it extends, as `load_policy` returns it.
    today : date
        The worked dates begin on the next working day, before the next Christmas and before the next Easter.
    """
    return "\n".join(_lines(show_data(policy, today=today))) + "\n"


def show_data(policy: Policy, *, today: date) -> Json:
    """Return what `show` writes, as JSON data."""
    cal = policy_calendar(policy)
    days = sample_days(today, cal)
    layer = load_policy(policy.extends) if policy.extends else None
    return {
        "id": policy.id,
        "name": policy.name,
        "version": policy.version,
        "effective_from": policy.effective_from.isoformat(),
        "edition": policy.edition.isoformat() if policy.edition else None,
        "source": policy.source,
        "extends": {"id": layer.id, "name": layer.name, "version": layer.version} if layer else None,
        "precedence": policy.precedence,
        "layer": not policy.meetings,
        "meetings": [_meeting(rule, days, cal) for rule in policy.meetings or _of_layer(policy)],
        "review_meetings": [
            _meeting(rule, days, cal) for rule in (policy.review_meetings if policy.meetings else ())
        ],
        "reviews": [
            {
                "name": review.name,
                "plan_type": review.plan_type,
                "text": review_words(review),
                "sources": list(review.sources),
                "examples": [_example(each) for each in review_examples(review, policy, days, cal)],
            }
            for review in policy.reviews
        ],
        "deadlines": [
            {
                "kind": deadline.kind,
                "text": f"{deadline.title} within {limits_words(deadline.due)} of "
                f"{event_words(deadline.anchor)}.",
                "sources": list(deadline.sources),
            }
            for deadline in policy.deadlines
        ],
        "escalations": [
            {"kind": clause.kind, "text": escalation_words(clause), "sources": list(clause.sources)}
            for clause in policy.escalations
        ],
        "working_days": _working_days(policy),
        "readings": [
            {"status": reading.status, "text": reading.text, "sources": list(reading.sources)}
            for reading in policy.readings
        ],
        "references": _references(policy),
    }


def _of_layer(policy: Policy) -> list[MeetingRule]:
    """Make of a layer's defaults the meetings they come to where an authority's policy is silent."""
    found = []
    for plan_type, kind in DEFAULT_KINDS.items():
        parts = [default for default in policy.defaults if kind in default.kinds]
        sources = tuple(dict.fromkeys(source for part in parts for source in sources_of(part)))
        if sources:
            name = DEFAULT_NAMES[kind]
            blank = MeetingRule(kind=kind, name=name, plan_types=(plan_type,), sources=sources)
            found.append(filled(blank, parts))
    return found


def _meeting(rule: MeetingRule, days: Sequence[date], cal: WorkingCalendar) -> Json:
    name = lower_first(rule.name)
    return {
        "kind": rule.kind,
        "name": rule.name,
        "plan_types": list(rule.plan_types),
        "sources": list(rule.sources),
        "windows": [
            {
                "applies": window.applies,
                "text": window_words(window, name, fallback=_is_fallback(window, rule)),
                "sources": list(window.sources),
                "examples": [_example(each) for each in window_examples(rule, window, days, cal)],
            }
            for window in rule.windows
        ],
        "attendance": {
            level: [
                {"role": role, "sources": list(clause.sources)}
                for clause in rule.attendance
                if clause.level == level
                for role in clause.roles
            ]
            for level in _LEVELS
        },
        "rules": list(_rules(rule)),
        "tasks": [
            {"kind": task.kind, "text": task_words(task), "sources": list(task.sources)}
            for task in rule.tasks
        ],
    }


def _is_fallback(window: WindowRule, rule: MeetingRule) -> bool:
    """Whether a first window is for plans that have no event of the one before it, and no version of it."""
    plain = [one for one in rule.windows if one.applies == "first" and not one.also]
    before = plain[: plain.index(window)] if window in plain else []
    return bool(before) and not any(set(one.anchor) & set(window.anchor) for one in before)


def _rules(rule: MeetingRule) -> Iterator[Json]:
    """Yield the clauses that a meeting has at most one of, each under its heading."""
    sentences = (
        ("How often", rule if rule.once else None, "There is one, and no later one."),
        ("Children", rule.child, rule.child and child_words(rule.child)),
        ("Team manager", rule.manager, rule.manager and manager_words(rule.manager)),
        ("Where", rule.venue, rule.venue and venue_words(rule.venue)),
        (
            "School hours",
            rule.school_hours,
            rule.school_hours and school_words(rule.school_hours),
        ),
        (
            "Quorum",
            rule.quorum,
            rule.quorum and f"At least {rule.quorum.professionals} professionals take part.",
        ),
        (
            "Review days",
            rule.not_on_review_day,
            rule.not_on_review_day and review_day_words(rule.not_on_review_day),
        ),
    )
    for slot in rule.slots:
        yield {
            "heading": f"{slot.name.replace('_', ' ').replace('-', ' ').capitalize()} representative",
            "text": f"{slot_words(slot)[:1].upper()}{slot_words(slot)[1:]}",
            "sources": list(slot.sources),
        }
    for heading, clause, text in sentences:
        if clause is not None:
            yield {"heading": heading, "text": text, "sources": list(clause.sources)}
    if rule.chairing:
        yield {
            "heading": "Chair and minutes",
            "text": chair_words(rule.chairing),
            "sources": list(dict.fromkeys(source for clause in rule.chairing for source in clause.sources)),
        }


def _example(example: Example) -> Json:
    limits = example.limits
    return {
        "counted_from": example.counted_from.isoformat(),
        "earliest": limits.earliest.isoformat() if limits else None,
        "target": limits.target.isoformat() if limits else None,
        "due": example.due.isoformat(),
        "text": example.text,
    }


def _working_days(policy: Policy) -> Json | None:
    changes = policy.working_days
    if changes is None:
        return None
    return {
        "add": [day.isoformat() for day in changes.add],
        "remove": [day.isoformat() for day in changes.remove],
        "sources": list(changes.sources),
    }


def _references(policy: Policy) -> list[Json]:
    """List what the ids stand for that the policy cites, those of its own document first."""
    answers = cited(policy.model_copy(update={"defaults": ()}))
    return [
        {"id": name, "document": reference.document, "item": reference.item}
        for name, reference in sorted(
            policy.references.items(), key=lambda item: item[1].document != policy.source
        )
        if name in answers
    ]


def _lines(data: Json) -> Iterator[str]:
    yield data["name"]
    yield "=" * len(data["name"])
    effective = day_words(date.fromisoformat(data["effective_from"]))
    yield f"Policy {data['id']}, version {data['version']}, in force from {effective}."
    yield from _wrapped(f"Document: {data['source']}.")
    if data["extends"]:
        layer = data["extends"]
        where = (
            "Where it is silent" if data["precedence"] == "own" else "Beside it, the tightest limit counting"
        )
        yield from _wrapped(f"{where}: {layer['name']} ({layer['id']}, version {layer['version']}).")
    yield from _wrapped(
        "In square brackets: the item of the document that says so; they are listed at the end. The day "
        "counted from is day 0. A limit on a day when nobody meets moves back to the last day before. Where "
        f"no aim is named, a meeting aims at {SLACK_WANTED} working days before its limit, so that it can "
        "still be held in time if it has to be postponed."
    )
    for meeting in data["meetings"]:
        yield from _meeting_lines(meeting, where=", where a policy is silent" if data["layer"] else "")
    if data["reviews"]:
        yield from _heading("Statutory reviews")
        for review in data["reviews"]:
            yield from _item(f"{review['name']}. {review['text']}", review["sources"])
            yield from _example_lines(review["examples"])
    for meeting in data["review_meetings"]:
        yield from _meeting_lines(meeting, where=", where one is planned")
    if data["deadlines"]:
        yield from _heading("Deadlines that are reported")
        for deadline in data["deadlines"]:
            yield from _item(deadline["text"], deadline["sources"])
    if data["escalations"]:
        yield from _heading("Disagreements and concerns")
        for clause in data["escalations"]:
            yield from _item(clause["text"], clause["sources"])
    if data["working_days"]:
        yield from _heading("Working days")
        for key, words in (("add", "Also worked"), ("remove", "Not worked")):
            dates = [day_words(date.fromisoformat(day)) for day in data["working_days"][key]]
            if dates:
                yield from _item(f"{words}: {listed_words(dates)}.", data["working_days"]["sources"])
    if data["readings"]:
        yield from _heading("What else the document says")
        for status in _STATUSES:
            for reading in data["readings"]:
                if reading["status"] == status:
                    yield from _item(f"{STATUS_WORDS[status]}: {reading['text']}", reading["sources"])
    yield from _reference_lines(data["references"])


def _meeting_lines(meeting: Json, *, where: str) -> Iterator[str]:
    plans = listed_words([PLAN_TYPE_WORDS[plan_type] for plan_type in meeting["plan_types"]])
    yield from _heading(f"{meeting['name']}, for {plans}{where}")
    yield from _wrapped(f"[{', '.join(meeting['sources'])}]")
    if meeting["windows"]:
        yield "  When"
    for window in meeting["windows"]:
        yield from _item(window["text"], window["sources"], indent=4)
        yield from _example_lines(window["examples"])
    yield "  Who"
    for level in _LEVELS:
        entries = meeting["attendance"][level]
        if entries:
            yield f"    {LEVEL_WORDS[level]}."
            by_sources: dict[str, list[str]] = {}
            for entry in entries:
                by_sources.setdefault(", ".join(entry["sources"]), []).append(ROLE_WORDS[entry["role"]])
            for sources, roles in by_sources.items():
                yield from _item(listed_words(roles), [sources], indent=6)
    for rule in meeting["rules"]:
        yield f"  {rule['heading']}"
        yield from _item(rule["text"], rule["sources"], indent=4)
    if meeting["tasks"]:
        yield "  Tasks"
        for task in meeting["tasks"]:
            yield from _item(task["text"], task["sources"], indent=4)


def _example_lines(examples: Iterable[Json]) -> Iterator[str]:
    for example in examples:
        yield from _wrapped(example["text"], indent=6)


def _reference_lines(references: Sequence[Json]) -> Iterator[str]:
    if not references:
        return
    yield from _heading("Where it says so")
    width = max(len(reference["id"]) for reference in references)
    for document in dict.fromkeys(reference["document"] for reference in references):
        yield from _wrapped(document)
        for reference in references:
            if reference["document"] == document:
                yield from _wrapped(f"{reference['id']:<{width}}  {reference['item']}", 4, 6 + width)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "-" * min(len(text), WIDTH)


def _item(text: str, sources: Iterable[str], indent: int = 2) -> Iterator[str]:
    return _wrapped(f"{text} [{', '.join(sources)}]", indent)


def _wrapped(text: str, indent: int = 2, hang: int | None = None) -> Iterator[str]:
    """Break a text into lines, but not within a date."""
    whole = _DATE.sub(lambda match: match[0].replace(" ", _NO_BREAK), text)
    for line in textwrap.wrap(
        whole,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2 if hang is None else hang),
        break_on_hyphens=False,
    ):
        yield line.replace(_NO_BREAK, " ")
