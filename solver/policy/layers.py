"""What a policy is silent on, from its own defaults and from the layer it extends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from solver.policy.clause import Reference
from solver.policy.meeting_clauses import AttendanceClause, SlotClause
from solver.policy.model import Deadline, KindDefaults, MeetingRule, Policy, Reading, ReviewRule, WindowRule
from solver.policy.task_clauses import TaskClause
from solver.schema.base import REVIEW_KINDS, Role

_T = TypeVar("_T")


def complete(policy: Policy, layer: Policy | None) -> Policy:
    """Put a layer under a policy.

    What a meeting doesn't say comes from the policy's own ``defaults`` for its kind, then from the layer's.
    Nothing is added for a kind of meeting that the policy doesn't have.

    Parameters
    ----------
    policy : Policy
        As it was written.
    layer : Policy or None
        What it extends, already complete itself.
    """
    references = {
        name: reference if reference.document else Reference(item=reference.item, document=policy.source)
        for name, reference in policy.references.items()
    }
    if layer is None:
        return _with_reviews(
            policy.model_copy(
                update={
                    "meetings": tuple(
                        _counting(filled(rule, policy.defaults), policy) for rule in policy.meetings
                    ),
                    "references": references,
                }
            )
        )
    defaults = (*policy.defaults, *layer.defaults)
    meetings = [filled(rule, defaults) for rule in policy.meetings]
    if policy.precedence == "tightest":
        meetings = [_with_layers_windows(rule, layer.defaults) for rule in meetings]
        policy = policy.model_copy(
            update={
                "reviews": tuple(_tightest_review(rule, layer) for rule in policy.reviews),
                "deadlines": tuple(_tightest_deadline(one, layer) for one in policy.deadlines),
            }
        )
    return _with_reviews(
        policy.model_copy(
            update={
                "meetings": tuple(_counting(rule, policy) for rule in meetings),
                "reviews": _joined(policy.reviews, layer.reviews, key=lambda rule: rule.plan_type),
                "deadlines": _joined(policy.deadlines, layer.deadlines, key=lambda deadline: deadline.kind),
                "escalations": _joined(policy.escalations, layer.escalations, key=lambda clause: clause.kind),
                "working_days": policy.working_days or layer.working_days,
                "readings": (*policy.readings, *_not_in(layer.readings, policy.readings)),
                "defaults": (
                    *policy.defaults,
                    *(clause for clause in layer.defaults if clause not in policy.defaults),
                ),
                "references": {**layer.references, **references},
            }
        )
    )


def _with_reviews(policy: Policy) -> Policy:
    """Put what the policy says of its reviews' meetings, and of those it doesn't what the defaults say, apart from the rest."""
    said = {rule.kind: rule for rule in (*policy.review_meetings, *policy.meetings)}
    reviews = []
    for review in policy.reviews:
        kind = REVIEW_KINDS.get(review.plan_type)
        if kind is not None:
            blank = MeetingRule(
                kind=kind, name=review.name, plan_types=(review.plan_type,), sources=review.sources
            )
            reviews.append(filled(said.get(kind, blank), policy.defaults))
    others = tuple(rule for rule in policy.meetings if rule.kind not in REVIEW_KINDS.values())
    return policy.model_copy(update={"meetings": others, "review_meetings": tuple(reviews)})


def filled(rule: MeetingRule, defaults: Iterable[KindDefaults]) -> MeetingRule:
    """Complete a meeting with the defaults for its kind, the first to say something before the next."""
    for default in defaults:
        if rule.kind in default.kinds:
            rule = _over(rule, default)
    return rule


def _over(rule: MeetingRule, default: KindDefaults) -> MeetingRule:
    """Lay a rule over a default: each part is what the rule says, or where it is silent the default."""
    return rule.model_copy(
        update={
            "windows": _windows(rule, default),
            "attendance": (*rule.attendance, *_attendance(rule, default)),
            "slots": (*rule.slots, *_slots(rule, default)),
            "child": rule.child or default.child,
            "tasks": (*rule.tasks, *_tasks(rule, default)),
            "manager": rule.manager or default.manager,
            "venue": rule.venue or default.venue,
            "school_hours": rule.school_hours or default.school_hours,
            "quorum": rule.quorum or default.quorum,
            "chairing": rule.chairing or default.chairing,
            "not_on_review_day": rule.not_on_review_day or default.not_on_review_day,
        }
    )


_SORTS: Final = ("first", "later", "event")


def _windows(rule: MeetingRule, default: KindDefaults) -> tuple[WindowRule, ...]:
    """First windows, then later and event ones: of each sort the rule's if it has any, else the default's.

    Event windows are silent on each other unless they count from the same events. What is held once gets no later window.
    """
    said = {window.applies for window in rule.windows} | ({"later"} if rule.once else set())
    around = {window.anchor for window in rule.windows if window.applies == "event"}
    silent = (
        window
        for window in default.windows
        if (window.anchor not in around if window.applies == "event" else window.applies not in said)
    )
    return _sorted(*rule.windows, *silent)


def _sorted(*windows: WindowRule) -> tuple[WindowRule, ...]:
    return tuple(sorted(windows, key=lambda window: _SORTS.index(window.applies)))


def _with_layers_windows(rule: MeetingRule, defaults: Iterable[KindDefaults]) -> MeetingRule:
    """Put the layer's windows beside the policy's own, where both speak: all hold."""
    windows = list(rule.windows)
    for default in defaults:
        for window in default.windows if rule.kind in default.kinds else ():
            if window not in windows and not (rule.once and window.applies == "later"):
                is_event = window.applies == "event"
                windows.append(window if is_event else window.model_copy(update={"also": True}))
    return rule.model_copy(update={"windows": _sorted(*windows)})


def _tightest_review(own: ReviewRule, layer: Policy) -> ReviewRule:
    other = next((rule for rule in layer.reviews if rule.plan_type == own.plan_type), None)
    if other is None or other.anchor != own.anchor:
        return own
    second = (
        _union(own.second or own.later, other.second or other.later) if own.second or other.second else ()
    )
    return own.model_copy(
        update={
            "first": _union(own.first, other.first),
            "second": second,
            "later": _union(own.later, other.later),
            "sources": _union(own.sources, other.sources),
        }
    )


def _tightest_deadline(own: Deadline, layer: Policy) -> Deadline:
    other = next((one for one in layer.deadlines if one.kind == own.kind), None)
    if other is None or other.anchor != own.anchor:
        return own
    return own.model_copy(
        update={"due": _union(own.due, other.due), "sources": _union(own.sources, other.sources)}
    )


def _union(own: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*own, *other)))


def _counting(rule: MeetingRule, policy: Policy) -> MeetingRule:
    return rule.model_copy(update={"windows": counting(rule.windows, policy)})


def counting(windows: tuple[WindowRule, ...], policy: Policy) -> tuple[WindowRule, ...]:
    """Say in every window that doesn't whether it counts day 0, where the policy does."""
    if not policy.count_day_zero:
        return windows
    return tuple(
        window if window.count_day_zero is not None else window.model_copy(update={"count_day_zero": True})
        for window in windows
    )


def _attendance(rule: MeetingRule, default: KindDefaults) -> list[AttendanceClause]:
    said = _said(rule)
    silent = []
    for clause in default.attendance:
        roles = tuple(role for role in clause.roles if role not in said)
        if roles:
            silent.append(clause.model_copy(update={"roles": roles}))
    return silent


def _slots(rule: MeetingRule, default: KindDefaults) -> list[SlotClause]:
    said = _said(rule)
    left = [(clause, tuple(role for role in clause.roles if role not in said)) for clause in default.slots]
    return [clause.model_copy(update={"roles": roles}) for clause, roles in left if roles]


def _said(rule: MeetingRule) -> set[Role]:
    """Roles of which a meeting says itself how necessary they are."""
    levels = {role for clause in rule.attendance for role in clause.roles}
    return levels | {role for slot in rule.slots for role in slot.roles}


def _tasks(rule: MeetingRule, default: KindDefaults) -> list[TaskClause]:
    said = {task.kind for task in rule.tasks}
    return [task for task in default.tasks if task.kind not in said]


def _not_in(readings: Iterable[Reading], own: Iterable[Reading]) -> list[Reading]:
    said = {source for reading in own for source in reading.sources}
    return [reading for reading in readings if not said.issuperset(reading.sources)]


def _joined(own: tuple[_T, ...], layer: tuple[_T, ...], *, key: Callable[[_T], str]) -> tuple[_T, ...]:
    said = {key(item) for item in own}
    return (*own, *(item for item in layer if key(item) not in said))
