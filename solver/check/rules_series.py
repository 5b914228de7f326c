"""The chain of a series: its windows, its order, what it must hold and what was booked before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from solver.check.held import Held
from solver.check.owed import Reviews, reviews_in
from solver.check.report import Finding
from solver.check.series import held_count
from solver.check.view import View
from solver.check.windows import plan_limits
from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Mark, Window


def series_window(held: Held) -> Iterator[Finding]:
    """A meeting is not before its earliest day, nor after its series' last day, nor uncalled for."""
    limits, previous = held.limits, held.previous
    if limits is None:
        before = held.series.last_meeting if previous is None else previous.day
        if before is None:
            yield Finding(f"{held.id} has no date from which its window could be counted.", (held.id,))
        elif not held.is_pinned:
            text = f"{held.id} is not needed: nothing asks for a meeting after that of {before}."
            yield Finding(text, (held.id,))
        return
    if not limits.imposes and not held.is_pinned:
        last = held.series.last_day
        text = (
            f"{held.id} is not needed: the next is due on {limits.due}, after the series' last day, {last}."
        )
        yield Finding(text, (held.id,))
    if held.day < limits.earliest:
        # A meeting before a pinned one has to leave it its place, so the pin alone excuses only what it brings about.
        pair = (held.id,) if previous is None else (previous.id, held.id)
        is_forced = held.is_pinned and (previous is None or previous.is_pinned)
        days = (limits.earliest - held.day).days
        after = "" if previous is None else f" after {previous.id}"
        text = f"{held.id} is on {held.day}, {days} days before {limits.earliest}, its earliest day{after}."
        yield Finding(text, pair, amount=days, forced=is_forced)
    if held.day > held.series.last_day:
        days = (held.day - held.series.last_day).days
        text = f"{held.id} is on {held.day}, {days} days after {held.series.last_day}, the last day of its series."
        yield Finding(text, (held.id,), amount=days, forced=held.is_pinned)


def series_window_told(held: Held) -> Iterator[Finding]:
    """The meeting says its window and its days of breach as they are."""
    limits, told = held.limits, held.meeting.window
    # A meeting that nothing asks for stands in the window of its own day.
    window = (
        Window(earliest=held.day, due=held.day, target=held.day)
        if limits is None
        else Window(earliest=limits.earliest, due=limits.due, target=limits.target)
    )
    if told != window:
        text = (
            f"{held.id} says its window is {told.earliest} to {told.due}, aiming at {told.target}; "
            f"it is {window.earliest} to {window.due}, aiming at {window.target}."
        )
        yield Finding(text, (held.id,))
    if held.meeting.breach_days != held.breach_days:
        text = (
            f"{held.id} says it is {held.meeting.breach_days} days late and is {held.breach_days} days late."
        )
        yield Finding(text, (held.id,), amount=abs(held.breach_days - held.meeting.breach_days))


def series_late(view: View) -> Iterator[Finding]:
    """Every late meeting is in the breaches, with its due date and its days."""
    listed = Counter(
        (breach.series, breach.meeting, breach.due, breach.days) for breach in view.calendar.breaches
    )
    for breach in view.breaches:
        if breach.meeting is not None and not listed[breach.series, breach.meeting, breach.due, breach.days]:
            text = f"{breach.meeting} was due on {breach.due}, is {breach.days} days late and is not so in the breaches."
            yield Finding(text, (breach.meeting,), amount=breach.days)


def series_complete(view: View) -> Iterator[Finding]:
    """Every meeting that the windows require is there or in the breaches."""
    listed = Counter(
        (breach.series, breach.due, breach.days)
        for breach in view.calendar.breaches
        if breach.meeting is None
    )
    for breach in view.unheld:
        if not listed[breach.series, breach.due, breach.days]:
            text = (
                f"Series {breach.series} needs a further meeting by {breach.due}: it is neither in the calendar "
                f"nor, with {breach.days} days, in the breaches."
            )
            yield Finding(text, amount=max(1, breach.days))
    for series in view.case.series.values():
        for member in series.members:
            if member.plan.events.last_meeting is None and plan_limits(view.case, member, None) is None:
                yield Finding(f"Plan {member.plan.id} has no date from which its meetings could be counted.")


def series_order(view: View) -> Iterator[Finding]:
    """Meetings of a series are on increasing days and count up by one from those held before."""
    for series, chain in view.chains.items():
        number = view.case.series[series].held
        for held in chain:
            number += 1
            if held.meeting.number != number:
                text = f"{held.id} on {held.day} has number {held.meeting.number} instead of {number}."
                yield Finding(text, (held.id,), amount=abs(held.meeting.number - number))
            if held.previous is not None and held.previous.day >= held.day:
                text = f"{held.previous.id} and {held.id} are both on {held.day}, and one series meets once a day."
                is_forced = held.is_pinned and held.previous.is_pinned
                yield Finding(text, (held.previous.id, held.id), forced=is_forced)


def series_review_day(held: Held) -> Iterator[Finding]:
    """No meeting on a review day of its plans, or within the days kept free around it, where the policy says so."""
    for member in held.members:
        clause = member.rule.not_on_review_day
        if clause is None:
            continue
        for review in sorted(set(member.plan.events.reviews)):
            after = (held.day - review).days
            if after == 0:
                text = f"{held.id} is on {held.day}, a review day of plan {member.plan.id}."
            elif -clause.days_before <= after <= clause.days_after:
                relation = "after" if after > 0 else "before"
                text = (
                    f"{held.id} is on {held.day}, {abs(after)} days {relation} a review of plan {member.plan.id}, "
                    "on one of the days that are kept free."
                )
            else:
                continue
            yield Finding(text, (held.id,), forced=held.is_pinned)


def meeting_marks(view: View) -> Iterator[Finding]:
    """A meeting is marked as the first of its kind, and as the last before a review, where it is."""
    reviews = reviews_in(view)
    for chain in view.chains.values():
        for held in chain:
            marks = marks_of(held, chain, reviews)
            if held.meeting.marks != marks:
                told, wanted = (", ".join(one) or "none" for one in (held.meeting.marks, marks))
                yield Finding(f"{held.id} has the marks: {told}; they are: {wanted}.", (held.id,))


def marks_of(held: Held, chain: Sequence[Held], reviews: Reviews) -> tuple[Mark, ...]:
    """Return the marks of a meeting of a chain; a review has none."""
    if held.series.kind in REVIEW_KINDS.values():
        return ()
    marks: list[Mark] = []
    if held is chain[0] and any(held_count(plan) == 0 for plan in held.plans):
        marks.append("first")
    end = held.case.caseload.horizon.end
    for plan in held.plans:
        later = [one.day for one in chain if one.day > held.day and plan in one.plans]
        given = (*plan.events.reviews, *reviews.get(plan.id, ()))
        ahead = [day for day in given if held.day < day <= end]
        if any(all(day >= review for day in later) for review in ahead):
            marks.append("last_before_review")
            break
    return tuple(marks)


def pinned(view: View) -> Iterator[Finding]:
    """Pinned booked meetings stand where they were, and no other says that it is pinned."""
    for series, chain in view.chains.items():
        for booked in view.case.booked[series]:
            if booked.pinned and not any(held.stands_at(booked) for held in chain):
                text = f"The pinned meeting of {series} on {booked.start:%Y-%m-%d at %H:%M} in {booked.venue} is not there."
                yield Finding(text, () if booked.id is None else (booked.id,))
        for held in chain:
            if held.meeting.pinned != held.is_pinned:
                text = f"{held.id} says {'' if held.meeting.pinned else 'not '}pinned and is {'' if held.is_pinned else 'not '}."
                yield Finding(text.replace(" .", " so."), (held.id,))
