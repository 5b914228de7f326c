"""What a policy says that can't be meant: limits out of order, contradictions, clauses that never apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from calendars.intervals import parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.attending import attending_findings
from solver.policy.clause import NEXT_REVIEW
from solver.policy.layers import counting
from solver.policy.model import KindDefaults, MeetingRule, Policy
from solver.policy.task_clauses import TaskClause
from solver.policy.walk import cited, clauses
from solver.policy.window_meaning import sample_calendar, sample_days, window_findings
from solver.schema.faults import Path, listed, show
from solver.schema.findings import Finding


def meaning_findings(own: Policy, whole: Policy) -> list[Finding]:
    """Find what is wrong with the meaning of a policy that the model accepts.

    Parameters
    ----------
    own : Policy
        As it was written.
    whole : Policy
        The same with the layer it extends.
    """
    cal = sample_calendar(whole)
    found: list[Finding] = []
    parts: list[tuple[Path, MeetingRule | KindDefaults]] = [
        *((("meetings", place), rule) for place, rule in enumerate(own.meetings)),
        *((("defaults", place), default) for place, default in enumerate(own.defaults)),
    ]
    for path, part in parts:
        found.extend(window_findings(path, counting(part.windows, own), cal))
        found.extend(attending_findings(path, part))
        found.extend(_tasks(path, part.tasks, cal))
    found.extend(_never_again(whole))
    found.extend(_reviews_missing(own, whole))
    found.extend(_unused_defaults(own))
    found.extend(_twice(own))
    found.extend(_sources(own, whole))
    return found


def _tasks(path: Path, tasks: Sequence[TaskClause], cal: WorkingCalendar) -> Iterator[Finding]:
    said: dict[tuple[str, frozenset[str]], int] = {}
    for place, task in enumerate(tasks):
        here = (*path, "tasks", place)
        key = (task.kind, frozenset(task.recipients))
        if key in said:
            yield Finding(
                (*here, "kind"),
                show(task.kind),
                f"tasks[{said[key]}] is already of this kind.",
                "Give each task of a meeting a kind of its own, or recipients of its own.",
            )
        said.setdefault(key, place)
        if task.warn is not None and task.due is not None:
            warn, due = parse_interval(task.warn), parse_interval(task.due)
            after = task.direction in ("after", "after_planning")
            late = (warn.after(day, cal) > due.after(day, cal) for day in sample_days(cal))
            late_back = (warn.before(day, cal) > due.before(day, cal) for day in sample_days(cal))
            if all(late if after else late_back):
                yield Finding(
                    (*here, "warn"),
                    show(task.warn),
                    "The reminder always comes after the task is due.",
                    "Make warn shorter than due." if after else "Make warn longer than due: both count back.",
                )
        elif task.warn is not None:
            yield Finding(
                (*here, "warn"),
                show(task.warn),
                "A task that is due on the day of the meeting has no reminder.",
                "Leave warn out, or give the task a due interval.",
            )


def _never_again(whole: Policy) -> Iterator[Finding]:
    """Find meetings that end with the first without a word that they are meant to."""
    for place, rule in enumerate(whole.meetings):
        if not rule.once and not any(window.applies == "later" for window in rule.windows):
            yield Finding(
                ("meetings", place, "windows"),
                "",
                f"Nothing says when the {rule.name.lower()} after the first is due, so only the first is planned.",
                'Add a [[meetings.windows]] with applies = "later" and a maximum, such as ["28 days"], '
                "or once = true if there is only one.",
            )


def _reviews_missing(own: Policy, whole: Policy) -> Iterator[Finding]:
    reviewed = {rule.plan_type for rule in whole.reviews}
    for place, rule in enumerate(own.meetings):
        if reviewed.intersection(rule.plan_types):
            continue
        if rule.not_on_review_day is not None:
            yield Finding(
                ("meetings", place, "not_on_review_day"),
                "",
                f"Plans with a {rule.name.lower()} have no reviews, so this never applies.",
                "Leave it out, or add a [[reviews]] for their plan type.",
            )
        for number, window in enumerate(rule.windows):
            if window.anchor == (NEXT_REVIEW,):
                yield Finding(
                    ("meetings", place, "windows", number, "anchor"),
                    show(list(window.anchor)),
                    f"Plans with a {rule.name.lower()} have no reviews, so this window never applies.",
                    "Leave it out, or add a [[reviews]] for their plan type.",
                )
        for number, task in enumerate(rule.tasks):
            if "last_before_review" in task.only:
                yield Finding(
                    ("meetings", place, "tasks", number, "only"),
                    show("last_before_review"),
                    f"Plans with a {rule.name.lower()} have no reviews, so this task never comes up.",
                    "Leave it out, or add a [[reviews]] for their plan type.",
                )


def _unused_defaults(own: Policy) -> Iterator[Finding]:
    """Find defaults for kinds of meeting that an authority doesn't have. (A layer has no meetings.)"""
    kinds = {rule.kind for rule in own.meetings}
    for place, default in enumerate(own.defaults):
        unused = [kind for kind in default.kinds if kind not in kinds]
        if kinds and unused:
            yield Finding(
                ("defaults", place, "kinds"),
                show(unused[0]),
                "This policy has no [[meetings]] of this kind, so nothing here applies to it.",
                f"Leave it out, or choose from {listed(sorted(kinds))}.",
            )


def _twice(own: Policy) -> Iterator[Finding]:
    yield from _repeated("reviews", [rule.plan_type for rule in own.reviews])
    yield from _repeated("deadlines", [deadline.kind for deadline in own.deadlines])
    yield from _repeated("escalations", [clause.kind for clause in own.escalations])


def _repeated(name: str, keys: Sequence[str]) -> Iterator[Finding]:
    for place, key in enumerate(keys):
        if key in keys[:place]:
            problem = f"{name}[{keys.index(key)}] is about the same, so this one never applies."
            yield Finding((name, place), show(key), problem, "Keep one of the two.")


def _sources(own: Policy, whole: Policy) -> Iterator[Finding]:
    for path, clause in clauses(own):
        for source in clause.sources:
            if source not in whole.references:
                yield Finding(
                    (*path, "sources"),
                    show(source),
                    "Nothing says what this id stands for.",
                    f'Add it under [references]: {source} = "where in the document it is".',
                )
    answers = cited(own)
    for name in own.references:
        if name not in answers:
            yield Finding(
                ("references", name),
                "",
                "Nothing in the policy answers this item.",
                "Name it in the sources of a clause, or say in a [[readings]] how it is answered.",
            )
    yield from _disowned(own, answers)


def _disowned(own: Policy, answers: dict[str, list[Path]]) -> Iterable[Finding]:
    """Find items that are called out of scope and yet answered elsewhere."""
    for place, reading in enumerate(own.readings):
        if reading.status == "out_of_scope":
            for source in reading.sources:
                others = [path for path in answers[source] if path != ("readings", place)]
                if others:
                    yield Finding(
                        ("readings", place, "sources"),
                        show(source),
                        "This item is out of scope here, and answered elsewhere in the policy.",
                        "Keep one of the two.",
                    )
