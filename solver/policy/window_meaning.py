"""What a policy's windows say that can't be meant, and where they allow more than the statutory layer does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from calendars.intervals import Interval, parse_interval
from calendars.workdays import WorkingCalendar
from solver.policy.counting import count_after, count_before
from solver.policy.model import KindDefaults, MeetingRule, Policy, WindowRule
from solver.policy.words import day_words
from solver.schema.faults import Path, show
from solver.schema.findings import Finding

_SAMPLE_START: Final = date(2026, 1, 1)
_SAMPLE_DAYS: Final = 2 * 365
"""Two years of days to try limits on: each bank holiday and month end is among them."""


def sample_calendar(policy: Policy) -> WorkingCalendar:
    """Build the working days of the first nation that the policy is for."""
    changes = policy.working_days
    nation = policy.nations[0] if policy.nations else "ENG"
    return WorkingCalendar(
        nation, add=changes.add if changes else (), remove=changes.remove if changes else ()
    )


def sample_days(cal: WorkingCalendar) -> Iterator[date]:
    """Yield the working days to count from: conferences and meetings are on no other."""
    days = (_SAMPLE_START + timedelta(days=number) for number in range(_SAMPLE_DAYS))
    return (day for day in days if cal.is_working_day(day))


def window_findings(path: Path, windows: Sequence[WindowRule], cal: WorkingCalendar) -> Iterator[Finding]:
    """Find limits out of order and windows that never apply.

    Parameters
    ----------
    path : Path
        Of what the windows belong to.
    windows : sequence of WindowRule
    cal : WorkingCalendar
    """
    for place, window in enumerate(windows):
        here = (*path, "windows", place)
        yield from _order(here, window, cal)
        yield from _never_earlier(here, window)
        yield from _never_applies(here, window, windows[:place])


def _never_applies(here: Path, window: WindowRule, before: Sequence[WindowRule]) -> Iterator[Finding]:
    """Find a window for which an earlier one of its sort and version always stands."""
    if window.also:
        return
    rivals = [
        (place, one)
        for place, one in enumerate(before)
        if one.applies == window.applies and not one.also and one.effective_from == window.effective_from
    ]
    if window.applies == "event":
        parts = {"sources", "target"}
        same = [at for at, one in rivals if one.model_dump(exclude=parts) == window.model_dump(exclude=parts)]
        if same:
            yield Finding(here, "", f"windows[{same[0]}] says the same already.", "Keep one of the two.")
    elif window.applies == "later":
        if rivals:
            yield Finding(
                here,
                "",
                f"windows[{rivals[0][0]}] already says when later meetings are due, so this one never applies.",
                "Put both limits into its maximum: the earlier counts.",
            )
    else:
        said: dict[str, int] = {}
        for place, one in rivals:
            for event in one.anchor:
                said.setdefault(event, place)
        if all(event in said for event in window.anchor):
            yield Finding(
                (*here, "anchor"),
                show(list(window.anchor)),
                f"windows[{said[window.anchor[0]]}] already counts from this event, so this one never applies.",
                "Put both limits into its maximum, where the earlier counts, or count from another event.",
            )


def version_findings(own: Policy, whole: Policy) -> Iterator[Finding]:
    """Find days from which no version of a window counts: a plan that met then would be asked for nothing.

    Parameters
    ----------
    own : Policy
        As it was written.
    whole : Policy
        The same with the layer it extends.
    """
    rules = {rule.kind: rule for rule in whole.meetings}
    for place, written in enumerate(own.meetings):
        rule = rules.get(written.kind, written)
        for sort in ("first", "later"):
            windows = [window for window in rule.windows if window.applies == sort]
            for gap in _gaps(windows):
                path: Path = ("meetings", place, "windows")
                if gap.beside in written.windows:
                    path = (*path, written.windows.index(gap.beside), gap.key)
                yield Finding(
                    path,
                    "",
                    f"{gap.words} nothing says when {'the first' if sort == 'first' else 'later'} "
                    f"{'meeting is' if sort == 'first' else 'meetings are'} due.",
                    "Leave the date out, or add the window that holds there.",
                )


@dataclass(frozen=True)
class _Gap:
    """Days on which no window is in force, next to one that begins or ends there."""

    words: str
    beside: WindowRule
    key: str


def _gaps(windows: Sequence[WindowRule]) -> Iterator[_Gap]:
    """Find the days that are in none of the windows' times."""
    if not windows:
        return
    by_start = sorted(windows, key=lambda window: window.effective_from or date.min)
    first, last = by_start[0], by_start[0]
    if first.effective_from is not None:
        yield _Gap(f"Counting from days before {day_words(first.effective_from)}", first, "effective_from")
    for window in by_start[1:]:
        end, start = last.effective_until, window.effective_from
        if end is not None and start is not None and start - end > timedelta(days=1):
            words = f"Counting from days between {day_words(end)} and {day_words(start)}"
            yield _Gap(words, window, "effective_from")
        last = max(last, window, key=lambda one: one.effective_until or date.max)
    if last.effective_until is not None:
        yield _Gap(f"Counting from days after {day_words(last.effective_until)}", last, "effective_until")


def _order(path: Path, window: WindowRule, cal: WorkingCalendar) -> Iterator[Finding]:
    """Try the limits on two years of dates: the minimum comes first, then the target, then the maximum."""
    reported: set[str] = set()
    zero = window.count_day_zero
    for day in sample_days(cal):
        if window.direction == "before":
            opens = max(count_before(limit, day, cal, day_zero=zero) for limit in window.maximum)
            closes = count_before(window.minimum, day, cal, day_zero=zero) if window.minimum else day
            aim = count_before(window.target, day, cal, day_zero=zero) if window.target else closes
        else:
            opens = count_after(window.minimum, day, cal, day_zero=zero) if window.minimum else day
            closes = _latest(window, day, cal)
            aim = count_after(window.target, day, cal, day_zero=zero) if window.target else closes
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
                    f"From {day_words(day)}, {subject} on {day_words(first)}, {relation} on {day_words(second)}.",
                    "Put the limits in order: minimum, then target, then maximum.",
                )


def _latest(window: WindowRule, day: date, cal: WorkingCalendar) -> date:
    return min(count_after(limit, day, cal, day_zero=window.count_day_zero) for limit in window.maximum)


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


def looser_findings(own: Policy, layer: Policy, cal: WorkingCalendar) -> Iterator[Finding]:
    """Find limits that allow more than the statutory layer does of the same thing.

    Parameters
    ----------
    own : Policy
        As it was written. Where it says that the tightest limit counts, the layer's holds all the same.
    layer : Policy
        What the law asks for.
    cal : WorkingCalendar
    """
    if own.precedence == "tightest":
        return
    parts: list[tuple[Path, MeetingRule | KindDefaults]] = [
        *((("meetings", place), rule) for place, rule in enumerate(own.meetings)),
        *((("defaults", place), default) for place, default in enumerate(own.defaults)),
    ]
    for path, part in parts:
        kinds = {part.kind} if isinstance(part, MeetingRule) else set(part.kinds)
        law = [window for one in layer.defaults if kinds & set(one.kinds) for window in one.windows]
        for place, window in enumerate(part.windows):
            for other in (one for one in law if _is_about_the_same(window, one)):
                zero = own.count_day_zero if window.count_day_zero is None else window.count_day_zero
                counted = window.model_copy(update={"count_day_zero": zero})
                yield from _looser(
                    (*path, "windows", place, "maximum"),
                    window.maximum,
                    lambda day, counted=counted: _latest(counted, day, cal),  # type: ignore[misc]
                    lambda day, other=other: _latest(other, day, cal),  # type: ignore[misc]
                    other.sources,
                    cal,
                )
    for place, review in enumerate(own.reviews):
        for rule in (one for one in layer.reviews if one.plan_type == review.plan_type):
            pairs = {
                "first": (review.first, rule.first if review.anchor == rule.anchor else ()),
                "second": (review.second, rule.second or rule.later),
                "later": (review.later, rule.later),
            }
            for key, (ours, theirs) in pairs.items():
                yield from _looser_limits(("reviews", place, key), ours, theirs, rule.sources, cal)
    for place, deadline in enumerate(own.deadlines):
        for one in layer.deadlines:
            if (one.kind, one.anchor) == (deadline.kind, deadline.anchor):
                yield from _looser_limits(
                    ("deadlines", place, "due"), deadline.due, one.due, one.sources, cal
                )


def _is_about_the_same(own: WindowRule, other: WindowRule) -> bool:
    same = own.applies == other.applies and own.direction == other.direction == "after"
    return same and not own.also and (own.applies == "later" or bool(set(own.anchor) & set(other.anchor)))


def _looser_limits(
    path: Path, own: Sequence[str], law: Sequence[str], sources: Sequence[str], cal: WorkingCalendar
) -> Iterator[Finding]:
    if not own or not law:
        return
    yield from _looser(
        path,
        own,
        lambda day: min(count_after(text, day, cal) for text in own),
        lambda day: min(count_after(text, day, cal) for text in law),
        sources,
        cal,
    )


def _looser(
    path: Path,
    limits: Sequence[str],
    own: Callable[[date], date],
    law: Callable[[date], date],
    sources: Sequence[str],
    cal: WorkingCalendar,
) -> Iterator[Finding]:
    for day in sample_days(cal):
        ours, theirs = own(day), law(day)
        if ours > theirs:
            yield Finding(
                path,
                show(list(limits)),
                f"From {day_words(day)} this allows until {day_words(ours)}, and the law "
                f"({', '.join(sources)}) until {day_words(theirs)}.",
                'Shorten it, or say precedence = "tightest" for the whole policy, so that both hold.',
            )
            return
