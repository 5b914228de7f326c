"""What the calendar says of itself: ids, its caseload and policy, every meeting's figures, score, bound and breaches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from solver.check.held import Held
from solver.check.report import Finding
from solver.check.scoring import LEVELS
from solver.check.view import View
from solver.check.windows import next_review, slack_days
from solver.schema.base import REVIEW_KINDS
from solver.schema.calendar import Score
from solver.schema.caseload import Caseload
from solver.score import WEIGHTS

TINY = 1e-6


def id_unknown(view: View) -> Iterator[Finding]:
    """Every id in the calendar, and in the booked meetings, is one of the caseload's."""
    case, calendar = view.case, view.calendar
    plans = {plan.id for plan in case.caseload.plans}
    meetings = {meeting.id for meeting in calendar.meetings}

    def unknown(where: str, kind: str, ids: Iterable[str | None], known: Iterable[str]) -> Iterator[Finding]:
        for one in ids:
            if one is not None and one not in known:
                owner = (where,) if where in meetings else ()
                yield Finding(
                    f"{where}: there is no {kind} {one}.", owner, (one,) if kind == "person" else ()
                )

    everyone = case.people.keys() | case.children.keys()
    for meeting in calendar.meetings:
        yield from unknown(meeting.id, "series", [meeting.series], case.series)
        yield from unknown(meeting.id, "plan", meeting.plans, plans)
        yield from unknown(meeting.id, "venue", [meeting.venue], case.venues)
        named = [one for a in meeting.attendees for one in (a.person, a.for_)]
        yield from unknown(meeting.id, "person", [*named, meeting.chair, meeting.minutes], everyone)
    for breach in calendar.breaches:
        yield from unknown("breaches", "series", [breach.series], case.series)
        yield from unknown("breaches", "meeting", [breach.meeting], meetings)
        yield from unknown("breaches", "person", [one for r in breach.reasons for one in r.people], everyone)
    for exception in calendar.exceptions:
        yield from unknown("exceptions", "meeting", [exception.meeting], meetings)
        yield from unknown("exceptions", "person", [exception.person, exception.agree], everyone)
    yield from unknown("tasks", "meeting", [task.meeting for task in calendar.tasks], meetings)
    yield from unknown("workload", "person", [line.person for line in calendar.workload], everyone)
    for booked in case.caseload.booked:
        where = booked.id or "booked"
        yield from unknown(where, "plan", booked.plans, plans)
        yield from unknown(where, "venue", [booked.venue], case.venues)
        yield from unknown(where, "person", [attendee.person for attendee in booked.attendees], everyone)


def id_unique(view: View) -> Iterator[Finding]:
    """No two meetings have one id, and no two tasks."""
    for kind, ids in (
        ("meetings", [meeting.id for meeting in view.calendar.meetings]),
        ("tasks", [task.id for task in view.calendar.tasks]),
    ):
        for one, times in Counter(ids).items():
            if times > 1:
                yield Finding(
                    f"{times} {kind} have the id {one}.",
                    (one,) if kind == "meetings" else (),
                    amount=times - 1,
                )


def meeting_id(held: Held) -> Iterator[Finding]:
    """A meeting has its series' id and its number, or its own id if it was booked with one.

    A number may follow where a booked meeting stands under the id that a new one would have (`id_unique` asks for it).
    """
    booked = held.case.booked[held.series.id]
    stands_at = {one.id for one in booked if one.id is not None and held.stands_at(one)}
    plain = f"{held.series.id}.{held.meeting.number}"
    allowed = stands_at or {plain} | {one.id for one in booked if one.id}
    is_told_apart = (
        not stands_at and held.id.startswith(f"{plain}.") and held.id[len(plain) + 1 :].isdecimal()
    )
    if held.id not in allowed and not is_told_apart:
        yield Finding(f"{held.id} must have the id {' or '.join(sorted(filter(None, allowed)))}.", (held.id,))


def meeting_kind(held: Held) -> Iterator[Finding]:
    """A meeting is of its series' kind."""
    if held.meeting.kind != held.series.kind:
        yield Finding(f"{held.id} is a {held.series.kind} and says {held.meeting.kind}.", (held.id,))


def meeting_plans(held: Held) -> Iterator[Finding]:
    """A meeting is of the plans of its series that have not ended by its day."""
    plans = tuple(plan.id for plan in held.plans)
    if held.meeting.plans != plans:
        told, wanted = ", ".join(held.meeting.plans), ", ".join(plans)
        yield Finding(f"{held.id} on {held.day} says it is of {told}; it is of {wanted}.", (held.id,))


def meeting_slack(held: Held) -> Iterator[Finding]:
    """A meeting's slack is the working days after it up to and including its due date."""
    slack = 0 if held.limits is None else slack_days(held.case, held.day, held.limits.due)
    told = held.meeting.slack_days
    if told != slack:
        text = f"{held.id} says it has {told} working days of slack and has {slack}."
        yield Finding(text, (held.id,), amount=abs(told - slack))


def meeting_provisional(held: Held) -> Iterator[Finding]:
    """A meeting is provisional if it is after the next review of every one of its plans."""
    reviews = [next_review(held.case, plan) for plan in held.plans]
    provisional = bool(reviews) and all(review is not None and review < held.day for review in reviews)
    provisional &= held.series.kind not in REVIEW_KINDS.values()
    if held.meeting.provisional != provisional:
        told = ", ".join("none" if review is None else review.isoformat() for review in reviews)
        text = f"{held.id} on {held.day} says provisional {held.meeting.provisional}; next reviews: {told}."
        yield Finding(text, (held.id,))


def meeting_score(view: View) -> Iterator[Finding]:
    """Every meeting's own share of the score is right, level by level."""
    for held in view.meetings:
        yield from _compare(held.id, held.meeting.score, view.meeting_score(held), (held.id,))


def calendar_objective(view: View) -> Iterator[Finding]:
    """The objective is the score level by level, and the cost its sum."""
    yield from _compare("The calendar", view.calendar.objective, view.score, ())
    if view.calendar.cost != view.cost:
        text = f"The calendar says it costs {view.calendar.cost} and costs {view.cost}."
        yield Finding(text, amount=abs(view.calendar.cost - view.cost))


def _compare(who: str, told: Score, found: Score, meetings: tuple[str, ...]) -> Iterator[Finding]:
    for level in LEVELS:
        says, has = told.get(level, 0), found.get(level, 0)
        if says != has:
            text = f"{who} says {says} points of {level} and has {has}."
            yield Finding(text, meetings, amount=abs(says - has))


def calendar_bound(view: View) -> Iterator[Finding]:
    """The bound is no more than the cost, the gap is theirs, and optimal is said only where they prove it."""
    calendar = view.calendar
    cost, bound, gap = view.cost, calendar.bound, calendar.gap
    if calendar.cost != cost:
        return  # `calendar.objective` reports that, and a bound proves nothing of a false cost
    # Every comparison is the way round that a bound or gap that is not a number fails.
    if not bound <= cost + TINY:
        yield Finding(f"The bound {bound} is more than the cost {cost}.")
    wanted = 0.0 if cost == 0 else (cost - bound) / cost
    if not abs(gap - wanted) <= TINY:
        yield Finding(f"The gap is {gap}; from the bound {bound} and the cost {cost} it is {wanted}.")
    if calendar.status == "optimal" and not bound >= cost - 1 + TINY:
        # Costs are whole numbers: a bound within one point of the cost leaves no room for a better calendar.
        yield Finding(f"The status is optimal, and the bound {bound} leaves room below the cost {cost}.")


def calendar_caseload(view: View) -> Iterator[Finding]:
    """The calendar answers this caseload: its id, its digest and its horizon."""
    told, caseload = view.calendar.caseload, view.case.caseload
    if told.id != caseload.id:
        yield Finding(f"The calendar is of caseload {told.id} and not of {caseload.id}.")
    if told.digest != digest(caseload):
        yield Finding(
            f"The calendar is of a caseload with the digest {told.digest} and not {digest(caseload)}."
        )
    if view.calendar.horizon != caseload.horizon:
        theirs, ours = view.calendar.horizon, caseload.horizon
        yield Finding(f"The horizon is {theirs.start} to {theirs.end} and not {ours.start} to {ours.end}.")
    if view.calendar.format != caseload.format:
        yield Finding(
            f"The calendar's format is {view.calendar.format} and the caseload's {caseload.format}."
        )


def calendar_policy(view: View) -> Iterator[Finding]:
    """The calendar is under this policy, in its version, with the published weights."""
    told, policy = view.calendar.policy, view.case.policy
    if (told.id, told.version) != (policy.id, policy.version):
        yield Finding(f"The policy is {told.id} {told.version} and not {policy.id} {policy.version}.")
    if view.calendar.weights != WEIGHTS:
        wrong = sorted(dict(view.calendar.weights.items() ^ WEIGHTS.items()))
        yield Finding(f"The weights are not those of the score: {', '.join(wrong)}.", amount=len(wrong))


def calendar_breaches(view: View) -> Iterator[Finding]:
    """The breaches are those found and no others, each once, and every one has a reason."""
    found = {(breach.series, breach.meeting, breach.due, breach.days) for breach in view.breaches}
    times = Counter(
        (breach.series, breach.meeting, breach.due, breach.days) for breach in view.calendar.breaches
    )
    for breach in view.calendar.breaches:
        name = breach.meeting or f"the missing meeting of {breach.series}"
        meetings = () if breach.meeting is None else (breach.meeting,)
        if (breach.series, breach.meeting, breach.due, breach.days) not in found:
            text = f"The breaches have {name}, due on {breach.due}, {breach.days} days late: there is no such breach."
            yield Finding(text, meetings, amount=max(1, abs(breach.days)))
        if not breach.reasons:
            yield Finding(f"The breach of {name}, due on {breach.due}, has no reason.", meetings)
    for (series, meeting, due, _), count in times.items():
        if count > 1:
            text = f"The breach of {meeting or series}, due on {due}, is there {count} times."
            yield Finding(text, () if meeting is None else (meeting,), amount=count - 1)


def digest(caseload: Caseload) -> str:
    """Return the SHA-256 of the caseload's canonical JSON, in hexadecimal."""
    data = caseload.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8")).hexdigest()
