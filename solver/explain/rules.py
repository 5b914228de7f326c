"""What the policy and the plans themselves rule out: closed days, review days, times that are never possible, a quorum."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from solver.explain.people import Part, absent, why_absent
from solver.explain.space import Fact, Space, Times
from solver.explain.words import counted, days_list, name_of, short_list
from solver.policy.events import days_kept_free
from solver.schema.base import WEEKDAYS, format_clock
from solver.schema.calendar import Reason
from solver.schema.caseload import TimeWindow
from solver.series import Place


def rule_facts(space: Space) -> Iterator[Fact]:
    """Give everything that rules times out whoever comes and wherever it is."""
    yield from _closures(space)
    series = space.wanted.series
    for plan, rule in zip(series.plans, series.rules, strict=True):
        there = [i for i, (_, plans) in enumerate(space.casts) if plan in plans]
        if plan.times.never and there:
            met = space.free.touching(plan.times.never, space.length)[:, :, None] & space.on_days(there)
            text = f"The family of plan {plan.id} can never meet {_windows(plan.times.never)}."
            if met.any():
                yield Fact(("time.never", plan.id, ""), 105, met, _saying("time.never", text))
        kept_free = days_kept_free(plan, rule)
        rows = [i for i in there if space.days[i] in kept_free]
        clause = rule.not_on_review_day
        if rows and clause is not None:
            reviews = [day for day in sorted(plan.events.reviews) if day >= space.days[0]]
            near = (
                ""
                if kept_free <= set(plan.events.reviews)
                else ", nor on the days around it that are kept free"
            )
            day = f"that of plan {plan.id} is on {days_list(reviews or plan.events.reviews)}"
            text = f"No meeting is held on the day of a review{near}; {day}."
            yield Fact(
                ("series.review_day", plan.id, ""), 105, space.on_days(rows),
                _saying("series.review_day", text, clause.sources),
            )  # fmt: skip
    yield from _quorum(space)


def _saying(rule: str, text: str, sources: tuple[str, ...] = ()) -> Callable[[Times], Reason]:
    def tell(_: Times) -> Reason:
        return Reason(rule=rule, sources=sources, text=text)

    return tell


def _closures(space: Space) -> Iterator[Fact]:
    rows = [i for i, day in enumerate(space.days) if not space.case.working.is_open_day(day)]
    if not rows:
        return

    def tell(alone: Times) -> Reason:
        days = space.days_of(alone) or tuple(space.days[i] for i in rows)
        return Reason(rule="day.open", text=f"The authority is closed on {days_list(days)}.")

    yield Fact(("day.open", "", ""), 105, space.on_days(rows), tell)


def _windows(windows: tuple[TimeWindow, ...]) -> str:
    parts = []
    for one in windows:
        names = [day.title() for day in WEEKDAYS if day in one.days]
        days = "on weekdays" if len(names) == 5 and "Sat" not in names else f"on {short_list(names)}"
        parts.append(f"{days} from {format_clock(one.start)} to {format_clock(one.end)}")
    return short_list(parts)


def professional_parts(space: Space) -> list[list[Part]]:
    """For each professional's place, everybody who could fill it: its owner first."""
    rows: dict[Place, list[int]] = {}
    for i, (places, _) in enumerate(space.casts):
        for place in places:
            if not place.family:
                rows.setdefault(place, []).append(i)
    found = []
    for place, on in rows.items():
        asked = np.zeros(len(space.days), dtype=np.bool_)
        asked[on] = True
        found.append([Part(place, one, asked, named=True) for one in who_fills(space, place)])
    return found


def who_fills(space: Space, place: Place) -> list[str]:
    """Everybody who could fill a place, its owner first; deputies who always have a place of their own can't."""
    always = set.intersection(*({one.person for one in places} for places, _ in space.casts))
    stand_ins = place.stand_ins(space.case.people.get(place.person))
    return [place.person, *(one for one in stand_ins if one not in always)]


def _quorum(space: Space) -> Iterator[Fact]:
    clause = space.wanted.series.rule.quorum
    if clause is None:
        return
    parts = professional_parts(space)
    count = np.zeros(space.shape, dtype=np.int64)
    asked = np.zeros(space.shape[0], dtype=np.int64)
    for candidates in parts:
        place = candidates[0].place
        # Whoever can't be missed is counted as there: that they are not is a cause by itself.
        there = place.level == "essential" or place.person in space.wanted.needed
        out = np.full((1, 1, 1), not there)
        for part in candidates:
            out = out & absent(space, part)
        count += ~out & candidates[0].asked[:, None, None]
        asked += candidates[0].asked
    blocks = count < clause.professionals

    def tell(alone: Times) -> Reason:
        times = space.full(alone & blocks)
        most = int(count[times].max(initial=0))
        people = [candidates[0].person for candidates in parts]
        need = f"At least {counted(clause.professionals, 'professional')} or their deputies are needed"
        if not people:
            return Reason(rule="quorum", sources=clause.sources, text=f"{need}, and none is asked.")
        named = short_list([name_of(space.case.people, one) for one in people])
        number = int(asked.max(initial=0))
        text = f"{need}; of the {number} asked ({named}) no more than {most} can come at once."
        why: list[Reason] = []
        for candidates in parts:
            found = [why_absent(space, part, times) for part in candidates]
            if all(found):
                why += [reason for reasons in found for reason in reasons]
        return Reason(
            rule="quorum",
            sources=clause.sources,
            people=tuple(people),
            text=" ".join([text, *(one.text for one in why)]),
        )

    if blocks.any():
        yield Fact(("quorum", "", ""), 103, blocks, tell)
