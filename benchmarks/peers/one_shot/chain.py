"""One series' chain of possible meetings: on which days, at what time of day, and what its windows make of that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.one_shot.building import Builder, Maybe
from benchmarks.peers.one_shot.held import Held
from benchmarks.peers.one_shot.patterns import Numbers, Starts, stretches
from benchmarks.peers.one_shot.windows import Window, Windows
from solver.problem.tables import Problem
from solver.score import WEIGHTS

Number = cp_model.LinearExpr | int


@dataclass
class Time:
    """When a possible meeting is.

    Attributes
    ----------
    present
        Whether it is held.
    day
        Calendar day from the problem's first.
    slot
        Of the day.
    start
        ``day`` and ``slot`` as one number.
    weekdays
        Literal by weekday.
    held
        The meeting in the hint.
    starts
        Where it can be.
    """

    present: Maybe
    day: cp_model.IntVar
    slot: cp_model.IntVar
    start: cp_model.IntVar
    weekdays: dict[int, cp_model.IntVar]
    held: Held | None
    starts: Starts
    hinted_day: int = 0
    follows: Maybe = None
    """Whether another meeting is needed after it."""
    last: bool = False
    """No further meeting is ever needed after it."""
    next_window: list[Number] = field(default_factory=list)
    next_hint: Window | None = None


class ChainBuilder:
    """Builds the chains of a problem.

    Parameters
    ----------
    limit
        Cost that calendars have to beat: what costs more by itself is left out.
    """

    def __init__(self, build: Builder, problem: Problem, windows: Windows, limit: int) -> None:
        self._build, self._problem, self._windows = build, problem, windows
        self._limit = limit
        self.late = min(limit // WEIGHTS["breach_day"], 2 * int(windows.days[-1]) + 365)

    def chain(self, s: int, held: Sequence[Held], starts: Sequence[Starts], *, exact: bool) -> list[Time]:
        """Build the times of a series' meetings.

        Parameters
        ----------
        held
            Its meetings in the hint.
        starts
            Possible starts of the first meeting and of later ones.
        exact
            Allow as many meetings as a chain ever needs, not just as many as is usual.
        """
        window = self._windows.first(s)
        spans = self._windows.spans(s, self.late)
        if window is None or not spans:
            return []
        if not exact:
            spans = spans[: max(self._windows.usual(s), len(held), 1)]
        times: list[Time] = []
        for k, span in enumerate(spans):
            now = held[k] if k < len(held) else None
            first = span.first if now is None else min(span.first, now.day)
            last = int(np.searchsorted(self._windows.days, span.last, side="right")) - 1
            here = starts[min(k, 1)].between(first, last)
            before = times[-1] if times else None
            if not len(here.row) or (before is not None and before.last):
                break
            times.append(self._time(s, now, here, before, window))
        self._finish(s, times[-1])
        return times

    def _time(self, s: int, held: Held | None, starts: Starts, before: Time | None, window: Window) -> Time:
        build, days = self._build, self._windows.days
        usable = np.unique(starts.day)
        minutes = self._windows.day_slots * days[starts.day] + starts.slot
        at = len(minutes) - 1 if held is None else int(np.nonzero(starts.row == held.start)[0][0])
        hinted, slot = int(days[starts.day[at]]), int(starts.slot[at])
        time = Time(
            present=None,
            day=build.among(_runs(days[usable]), hinted),
            slot=build.whole(int(starts.slot.min()), int(starts.slot.max()), slot),
            start=build.among(_runs(minutes), int(minutes[at])),
            weekdays={},
            held=held,
            starts=starts,
            hinted_day=hinted,
        )
        build.cp.add(time.start == self._windows.day_slots * time.day + time.slot)
        self._weekdays(time, usable)
        limits: Sequence[Number] = window.numbers if before is None else before.next_window
        hint = window if before is None else before.next_hint
        self._presence(s, time, before, limits, hint)
        self._window(s, time, before, limits, hint)
        self._next(s, time, usable)
        return time

    def _weekdays(self, time: Time, usable: Numbers) -> None:
        build, windows = self._build, self._windows
        monday = (int(windows.weekdays[0]) - int(windows.days[0])) % 7
        found = np.unique(windows.weekdays[usable]).tolist()
        today = (time.hinted_day + monday) % 7
        time.weekdays = {w: build.literal(w == today) for w in found}
        literals = list(time.weekdays.values())
        build.cp.add_exactly_one(literals)
        week = build.whole(0, int(windows.days[-1]) // 7 + 1, (time.hinted_day + monday - today) // 7)
        of_week = cp_model.LinearExpr.weighted_sum(literals, found)
        build.cp.add(time.day + monday == 7 * week + of_week)

    def _presence(
        self, s: int, time: Time, before: Time | None, limits: Sequence[Number], hint: Window | None
    ) -> None:
        """A meeting that is needed is held, or is missing for good."""
        build = self._build
        if before is None:
            cost = int(self._problem.tables.none_cost[s])
            if cost <= self._limit:
                time.present = build.literal(time.held is not None)
                none = build.literal(time.held is None, cost)
                build.cp.add_exactly_one([time.present, none])
            return
        if WEIGHTS["breach_day"] * WEIGHTS["unheld_days"] > self._limit:
            time.present = before.follows
            return
        time.present = build.literal(time.held is not None)
        missing = self._missing(s, before, limits, hint, value=time.held is None)
        if before.follows is None:
            build.cp.add_exactly_one([time.present, missing])
        else:
            build.cp.add(time.present + missing == before.follows)

    def _missing(
        self, s: int, before: Time, limits: Sequence[Number], hint: Window | None, *, value: bool
    ) -> cp_model.IntVar:
        """Whether the meeting after one is not held though it is needed: a breach of its days, and more."""
        build, ends = self._build, self._windows.last(s)
        value = value and before.held is not None and hint is not None
        missing = build.literal(value, WEIGHTS["breach_day"] * WEIGHTS["unheld_days"])
        overdue = ends + 1 - hint.due if value and hint is not None else 0
        days = build.whole(0, max(overdue, 2 * ends + 1), overdue, WEIGHTS["breach_day"])
        build.when(build.cp.add(days >= ends + 1 - limits[0]), missing)
        return missing

    def _window(
        self, s: int, time: Time, before: Time | None, limits: Sequence[Number], hint: Window | None
    ) -> None:
        """Breach, spacing, slack and weekday."""
        build, present, day = self._build, time.present, time.day
        here = time.hinted_day if time.held is not None and hint is not None else None
        due, target, earliest, *roomy = limits
        far = 2 * int(self._windows.days[-1]) + 800
        away = abs(here - hint.target) if here is not None and hint is not None else 0
        spacing = build.whole(0, far, away, WEIGHTS["spacing_day"])
        build.when(build.cp.add(spacing >= day - target), present)
        build.when(build.cp.add(spacing >= target - day), present)
        for q, enough in enumerate(roomy):
            short = here is not None and hint is not None and here > hint.roomy[q]
            lacking = build.literal(short, WEIGHTS["slack_day"])
            build.when(build.cp.add(day <= enough), present, lacking.negated())
        if self.late:
            late = max(0, here - hint.due) if here is not None and hint is not None else 0
            days = build.whole(0, max(self.late, late), late, WEIGHTS["breach_day"])
            build.when(build.cp.add(days >= day - due), present)
        else:
            build.when(build.cp.add(day <= due), present)
        if before is not None:
            build.when(build.cp.add(day > before.day), present)
            if any(
                one and one.earliest > d + 1
                for d, one in zip(self._windows.days, self._windows.after(s), strict=True)
            ):
                build.when(build.cp.add(day >= earliest), present)
        self._weekday(s, time, before)

    def _weekday(self, s: int, time: Time, before: Time | None) -> None:
        build, present, windows = self._build, time.present, self._windows
        held, previous = time.held is not None, self._problem.series[s].previous
        monday = (int(windows.weekdays[0]) - int(windows.days[0])) % 7
        if before is None and previous is None:
            return
        if before is not None:
            changed = build.literal(
                held and (time.hinted_day - before.hinted_day) % 7 != 0, WEIGHTS["weekday_changed"]
            )
            for w, literal in time.weekdays.items():
                same = [before.weekdays[w]] if w in before.weekdays else []
                build.clause(any_of=[changed, *same], unless_all=[literal, present])
        elif previous is not None:
            other = previous.weekday()
            changed = build.literal(
                held and (time.hinted_day + monday) % 7 != other, WEIGHTS["weekday_changed"]
            )
            for w, literal in time.weekdays.items():
                if w != other:
                    build.clause(any_of=[changed], unless_all=[literal, present])

    def _next(self, s: int, time: Time, usable: Numbers) -> None:
        """The window of the meeting after this one, as numbers that follow from this one's day."""
        build, windows = self._build, self._windows
        after = windows.after(s)
        needy = [d for d in usable.tolist() if after[d] is not None]
        time.last = not needy
        if time.last:
            return
        done = [d for d in usable.tolist() if after[d] is None]
        hinted = after[int(np.searchsorted(windows.days, time.hinted_day))]
        time.next_hint = hinted
        time.follows = time.present
        if done:
            time.follows = build.literal(time.held is not None and hinted is not None)
            good, bad = windows.days[needy], windows.days[done]
            if time.present is not None:
                build.cp.add_implication(time.follows, time.present)
            build.within(time.day, stretches(good, bad), time.follows)
            no_more = cp_model.Domain.from_flat_intervals(stretches(bad, good))
            build.when(
                build.cp.add_linear_expression_in_domain(time.day, no_more),
                time.present,
                time.follows.negated(),
            )
        offsets: dict[int, tuple[int, ...]] = {}
        for d in needy:
            one = after[d]
            if one is not None:
                offsets[d] = tuple(number - int(windows.days[d]) for number in one.numbers)
        tally: defaultdict[int, Counter[tuple[int, ...]]] = defaultdict(Counter)
        for d, offset in offsets.items():
            tally[int(windows.weekdays[d])][offset] += 1
        usual = {w: counts.most_common(1)[0][0] for w, counts in tally.items()}
        odd: dict[int, cp_model.IntVar] = {}
        for d, offset in offsets.items():
            if offset != usual[int(windows.weekdays[d])]:
                day = int(windows.days[d])
                odd[d] = build.literal(day == time.hinted_day)
                build.cp.add(time.day == day).only_enforce_if(odd[d])
                build.cp.add(time.day != day).only_enforce_if(odd[d].negated())
        for q in range(len(next(iter(offsets.values())))):
            terms: list[cp_model.IntVar] = [time.day]
            factors = [1]
            for w, literal in time.weekdays.items():
                if w in usual:
                    terms.append(literal)
                    factors.append(usual[w][q])
            for d, literal in odd.items():
                terms.append(literal)
                factors.append(offsets[d][q] - usual[int(windows.weekdays[d])][q])
            time.next_window.append(cp_model.LinearExpr.weighted_sum(terms, factors))

    def _finish(self, s: int, time: Time) -> None:
        """After the last of the possible meetings no other is needed, or it is missing."""
        if time.last:
            return
        build = self._build
        if WEIGHTS["breach_day"] * WEIGHTS["unheld_days"] > self._limit:
            if time.follows is None:
                build.cp.add_bool_or([])
            else:
                build.cp.add(time.follows == 0)
            return
        value = build.value(time.follows) and time.held is not None
        missing = self._missing(s, time, time.next_window, time.next_hint, value=value)
        build.clause(any_of=[missing], unless_all=[time.follows])


def _runs(numbers: Numbers) -> list[int]:
    """Ends of the stretches of ascending whole numbers."""
    breaks = np.nonzero(np.diff(numbers) > 1)[0]
    begins = np.concatenate([numbers[:1], numbers[breaks + 1]])
    ends = np.concatenate([numbers[breaks], numbers[-1:]])
    return np.stack([begins, ends], axis=1).ravel().tolist()
