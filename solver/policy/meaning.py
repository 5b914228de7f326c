"""What a policy says that can't be meant: limits out of order, contradictions, clauses that never apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from calendars.intervals import Interval, parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.model import KindDefaults, MeetingRule, Policy, TaskClause, WindowRule
from solver.policy.walk import cited, clauses
from solver.schema.faults import Path, listed, show
from solver.schema.findings import Finding

_SAMPLE_START: Final = date(2026, 1, 1)
_SAMPLE_DAYS: Final = 2 * 365
"""Two years of days to try limits on: each bank holiday and month end is among them."""


def meaning_findings(own: Policy, whole: Policy) -> list[Finding]:
    """Find what is wrong with the meaning of a policy that the model accepts.

    Parameters
    ----------
    own : Policy
        As it was written.
    whole : Policy
        The same with the layer it extends.
    """
    cal = _sample_calendar(whole)
    found: list[Finding] = []
    parts: list[tuple[Path, MeetingRule | KindDefaults]] = [
        *((("meetings", place), rule) for place, rule in enumerate(own.meetings)),
        *((("defaults", place), default) for place, default in enumerate(own.defaults)),
    ]
    for path, part in parts:
        found.extend(_windows(path, part.windows, cal))
        found.extend(_attendance(path, part))
        found.extend(_tasks(path, part.tasks, cal))
    found.extend(_never_again(whole))
    found.extend(_reviews_missing(own, whole))
    found.extend(_unused_defaults(own))
    found.extend(_twice(own))
    found.extend(_sources(own, whole))
    return found


def _sample_calendar(policy: Policy) -> WorkingCalendar:
    changes = policy.working_days
    nation = policy.nations[0] if policy.nations else "ENG"
    return WorkingCalendar(
        nation, add=changes.add if changes else (), remove=changes.remove if changes else ()
    )


def _sample(cal: WorkingCalendar) -> Iterator[date]:
    """Yield the working days to count from: conferences and meetings are on no other."""
    days = (_SAMPLE_START + timedelta(days=number) for number in range(_SAMPLE_DAYS))
    return (day for day in days if cal.is_working_day(day))


def _words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _windows(path: Path, windows: Sequence[WindowRule], cal: WorkingCalendar) -> Iterator[Finding]:
    said: dict[str, int] = {}
    later: int | None = None
    for place, window in enumerate(windows):
        here = (*path, "windows", place)
        yield from _order(here, window, cal)
        yield from _never_earlier(here, window)
        if window.applies == "later":
            if later is not None:
                yield Finding(
                    here,
                    "",
                    f"windows[{later}] already says when later meetings are due, so this one never applies.",
                    "Put both limits into its maximum: the earlier counts.",
                )
            later = place if later is None else later
        elif all(event in said for event in window.anchor):
            before = said[window.anchor[0]]
            yield Finding(
                (*here, "anchor"),
                show(list(window.anchor)),
                f"windows[{before}] already counts from this event, so this one never applies.",
                "Put both limits into its maximum, where the earlier counts, or count from another event.",
            )
        for event in window.anchor:
            said.setdefault(event, place)


def _order(path: Path, window: WindowRule, cal: WorkingCalendar) -> Iterator[Finding]:
    """Try the limits on two years of dates: the minimum comes first, then the target, then the maximum."""
    minimum = parse_interval(window.minimum) if window.minimum else None
    target = parse_interval(window.target) if window.target else None
    maxima = [parse_interval(text) for text in window.maximum]
    reported: set[str] = set()
    for day in _sample(cal):
        if window.direction == "before":
            opens = max(limit.before(day, cal) for limit in maxima)
            closes = minimum.before(day, cal) if minimum else day
            aim = target.before(day, cal) if target else closes
        else:
            opens = minimum.after(day, cal) if minimum else day
            closes = min(limit.after(day, cal) for limit in maxima)
            aim = target.after(day, cal) if target else closes
        wrong = (
            ("minimum", opens > closes, opens, "the window opens", "after it closes", closes),
            ("target", aim > closes, aim, "the target is", "after the limit", closes),
            ("target", aim < opens, aim, "the target is", "before the window opens", opens),
        )
        for key, applies, first, subject, relation, second in wrong:
            if applies and key not in reported and not (key == "target" and opens > closes):
                reported.add(key)
                yield Finding(
                    (*path, key),
                    show(getattr(window, key)),
                    f"From {_words(day)}, {subject} on {_words(first)}, {relation} on {_words(second)}.",
                    "Put the limits in order: minimum, then target, then maximum.",
                )


def _never_earlier(path: Path, window: WindowRule) -> Iterator[Finding]:
    """Find limits in the same unit, of which only the shortest can ever count."""
    shortest: dict[str, Interval] = {}
    for text in window.maximum:
        limit = _in_days(parse_interval(text))
        other = shortest.get(limit.unit)
        if other is not None:
            yield Finding(
                (*path, "maximum"),
                show(text),
                f"{text} and {other} are both in {limit.unit}, so only the shorter counts.",
                "Keep the shorter one.",
            )
        shortest.setdefault(limit.unit, limit)


def _in_days(interval: Interval) -> Interval:
    return Interval(7 * interval.amount, "days") if interval.unit == "weeks" else interval


def _attendance(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    said: dict[str, int] = {}
    for place, clause in enumerate(part.attendance):
        for role in clause.roles:
            if role in said:
                first = part.attendance[said[role]]
                yield Finding(
                    (*path, "attendance", place, "roles"),
                    show(role),
                    f"{role} is {clause.level} here, and attendance[{said[role]}] already says {first.level}."
                    if clause.level != first.level
                    else f"attendance[{said[role]}] already says so.",
                    "Name each role once.",
                )
            said.setdefault(role, place)


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
            late = (warn.after(day, cal) > due.after(day, cal) for day in _sample(cal))
            late_back = (warn.before(day, cal) > due.before(day, cal) for day in _sample(cal))
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
