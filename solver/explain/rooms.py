"""What rules times out at a venue: rules that keep a meeting out of it, its hours, and other meetings that have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calendars.availability import Availability
from solver.explain.space import NEVER_MEANT, Fact, Space, Times
from solver.explain.words import any_of, hours_words, moment_words, short_list, span_words
from solver.schema.base import Span
from solver.schema.calendar import Reason
from solver.schema.caseload import Plan, Venue

BY_VENUE: Final = ("venue.hours", "venue.busy", "venue.overlap")
"""Rules with a cause for each venue, told together."""


def meant_venues(space: Space) -> Times:
    """[days, 1, venues] whether the meeting may be meant to be in a venue."""
    meant = np.ones((len(space.days), 1, len(space.venues)), dtype=np.bool_)
    for v, venue in enumerate(space.venues):
        for rules, rows in space.refusals[venue.id]:
            if not NEVER_MEANT.isdisjoint(rules):
                meant[rows, :, v] = False
    return meant


def venue_facts(space: Space) -> Iterator[Fact]:
    """Give everything that rules out a venue, by itself."""
    yield from _rule_facts(space)
    for v, venue in enumerate(space.venues):
        yield from _venue_facts(space, v, venue)


def _rule_facts(space: Space) -> Iterator[Fact]:
    blocks: dict[str, Times] = {}
    words: dict[str, dict[int, str]] = {}
    for v, venue in enumerate(space.venues):
        for rules, rows in space.refusals[venue.id]:
            for rule, text in rules.items():
                if rule not in NEVER_MEANT:
                    shape = (len(space.days), 1, len(space.venues))
                    mine = blocks.setdefault(rule, np.zeros(shape, dtype=np.bool_))
                    mine[rows, :, v] = True
                    words.setdefault(rule, {})[v] = text
    clause = space.wanted.series.rule.venue
    sources = clause.sources if clause is not None else ()
    for rule, times in blocks.items():
        yield Fact((rule, "", ""), 106, times, _tell_rule(space, rule, words[rule], sources))


def _accepts(plan: Plan, venue: str) -> bool:
    return not plan.venue.only or venue in plan.venue.only


def _tell_rule(
    space: Space, rule: str, words: dict[int, str], sources: tuple[str, ...]
) -> Callable[[Times], Reason]:
    def tell(alone: Times) -> Reason:
        there: NDArray[np.bool_] = np.asarray(np.broadcast_to(alone, space.shape).any(axis=(0, 1)))
        named = [v for v in words if there[v]] or list(words)
        by_text: dict[str, list[str]] = {}
        for v in named:
            by_text.setdefault(words[v], []).append(space.venues[v].id)
        text = "; nor in ".join(f"{any_of(venues)}: {why}" for why, venues in by_text.items())
        venues = tuple(space.venues[v].id for v in named)
        own = sources if rule in ("venue.features", "venue.kind") else ()
        if rule == "venue.only":
            plans = space.wanted.series.plans
            only = [one.id for one in space.venues if all(_accepts(plan, one.id) for plan in plans)]
            text = f"Only {short_list(only)} will do." if only else "No venue will do for all of its plans."
            return Reason(rule=rule, venues=venues, text=text)
        return Reason(rule=rule, venues=venues, sources=own, text=f"It can't be in {text}.")

    return tell


def _venue_facts(space: Space, v: int, venue: Venue) -> Iterator[Fact]:
    if not space.days:
        return
    first = datetime.combine(space.days[0], time())
    last = datetime.combine(space.days[-1], time()) + timedelta(days=1)
    busy = [one for one in venue.busy if one.start < last and first < one.end]
    if venue.hours is not None:
        words = hours_words(venue.hours)
        text = f"{venue.id} is open only {words}" if words else f"{venue.id} is never open"
        yield from _fact(space, "venue.hours", v, _closed(space, venue, []), text)
    if busy:
        text = f"{venue.id} is closed or taken {short_list([span_words(one) for one in busy])}"
        yield from _fact(space, "venue.busy", v, _closed(space, venue, busy), text)
    if venue.kind != "virtual":
        yield from _taken(space, v, venue)


def _closed(space: Space, venue: Venue, busy: Sequence[Span]) -> NDArray[np.bool_]:
    """[days, starts] at which a venue is outside its hours or, where any are given, within its busy times."""
    grid = space.grid
    hours = None if busy else venue.hours
    free = Availability(hours, [(one.start, one.end) for one in busy])
    slots = free.free_slots(grid.days, grid.start, grid.minutes, grid.slots)
    name = f"explain:{'busy' if busy else 'hours'}:{venue.id}"
    return ~space.free.window(name, 0, space.length, slots)


def _fact(space: Space, rule: str, v: int, blocked: NDArray[np.bool_], text: str) -> Iterator[Fact]:
    if not blocked.any():
        return
    venue = space.venues[v].id

    def tell(_: Times) -> Reason:
        return Reason(rule=rule, venues=(venue,), text=f"{text}.")

    yield Fact((rule, venue, ""), 60, space.at_venue(v, blocked), tell)


def _taken(space: Space, v: int, venue: Venue) -> Iterator[Fact]:
    blocked = np.zeros(space.shape[:2], dtype=np.bool_)
    by_meeting: dict[str, tuple[int, NDArray[np.bool_], str]] = {}
    begin = space.grid.start + np.arange(space.grid.slots) * space.grid.minutes
    end = begin + space.length * space.grid.minutes
    for d, day in enumerate(space.days):
        for one in space.case.taken(f"venue:{venue.id}", day, space.wanted.series.id):
            times = (begin < one.end) & (one.begin < end)
            if times.any():
                blocked[d] |= times
                when = datetime.combine(day, time()) + timedelta(minutes=one.begin)
                by_meeting[one.meeting] = (d, times, f"{one.meeting} on {moment_words(when)}")
    if not by_meeting:
        return

    def tell(alone: Times) -> Reason:
        there = np.broadcast_to(alone, space.shape)[:, :, v]
        named = [name for name, (d, times, _) in by_meeting.items() if (there[d] & times).any()]
        named = named or list(by_meeting)
        words = short_list([by_meeting[name][2] for name in named])
        return Reason(
            rule="venue.overlap",
            venues=(venue.id,),
            meetings=tuple(named),
            text=f"{venue.id} is taken by {words}.",
        )

    yield Fact(("venue.overlap", venue.id, ""), 61, space.at_venue(v, blocked), tell)


def told_together(reasons: Sequence[Reason]) -> Reason:
    """Tell the causes of several venues by one rule as one."""
    if len(reasons) == 1:
        return reasons[0]
    return Reason(
        rule=reasons[0].rule,
        sources=reasons[0].sources,
        venues=tuple(venue for one in reasons for venue in one.venues),
        meetings=tuple(dict.fromkeys(meeting for one in reasons for meeting in one.meetings)),
        days=tuple(sorted({day for one in reasons for day in one.days})),
        alone=any(one.alone for one in reasons),
        text=" ".join(one.text for one in reasons),
    )
