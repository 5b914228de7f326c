"""Made-up policies and plans with any windows that the language can say, as chance brings them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import policies
from scenes import base_data

from solver.policy.load import load_policy
from solver.policy.model import Policy, WindowRule
from solver.schema.caseload import Caseload

Json = dict[str, Any]
START = date(2026, 11, 30)
EVENTS = ("initial_conference", "plan_start", "birth", "inquorate", "other:court_hearing")
INTERVALS = (
    "1 day",
    "3 days",
    "5 working days",
    "10 working days",
    "2 weeks",
    "28 days",
    "1 month",
    "60 working days",
)


def any_window(chance: random.Random, applies: str) -> WindowRule:
    """A window of one sort, in order or not."""
    fields: Json = {"applies": applies, "sources": policies.MADE_UP}
    if applies != "later":
        known = (*EVENTS, "next_review") if applies == "event" else EVENTS
        fields["anchor"] = chance.sample(known, chance.choice([1, 1, 2]))
        fields["direction"] = chance.choice(["after", "after", "before"])
    fields["maximum"] = chance.sample(INTERVALS, chance.choice([1, 1, 2]))
    fields["minimum"] = chance.choice([None, None, *INTERVALS])
    fields["target"] = chance.choice([None, None, *INTERVALS])
    fields["also"] = applies != "event" and chance.random() < 0.25
    fields["count_day_zero"] = chance.choice([None, None, True, False])
    if chance.random() < 0.3:
        fields["effective_from"] = START + timedelta(days=chance.randrange(-30, 60))
    if chance.random() < 0.2:
        fields["effective_until"] = START + timedelta(days=60 + chance.randrange(60))
    return WindowRule.model_validate(fields)


def any_windows_policy(chance: random.Random) -> Policy:
    """A policy of core groups with some windows of each sort, and perhaps one that always applies."""
    sorts = ["first", *(chance.choice(["first", "later", "event"]) for _ in range(chance.randrange(5)))]
    windows = [any_window(chance, sort) for sort in sorts]
    for sort, whole in zip(("first", "later"), policies.windows(), strict=True):
        # A version that comes to an end leaves days without a window, which no policy may.
        if any(one.applies == sort for one in windows) or chance.random() < 0.8:
            windows.append(whole)
    clause = policies.not_on_review_day(days_before=chance.choice([0, 2]), days_after=chance.choice([0, 1]))
    rule = policies.core_group(
        windows=tuple(windows), attendance=(), not_on_review_day=chance.choice([None, clause])
    )
    reviews = policies.REVIEWS if chance.random() < 0.6 else ()
    data = policies.make_policy(rule, reviews=reviews).model_dump(mode="json", exclude_none=True)
    return load_policy(data | {"count_day_zero": chance.random() < 0.2})


def any_windows_caseload(chance: random.Random, policy: Policy) -> Caseload:
    """Two plans, perhaps siblings, with some events; whoever is wanted has time nearly always."""
    data = base_data()
    data["authority"] = policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    data["horizon"] = {"start": START.isoformat(), "end": (START + timedelta(days=75)).isoformat()}
    data["closures"] = ["2026-12-29", "2026-12-30", "2026-12-31"]
    if chance.random() < 0.3:
        data["team"]["every_at_most"] = {"core_group": chance.choice(INTERVALS[3:])}
    for plan in data["plans"]:
        plan["events"] = _events(chance)
        plan["every_at_most"] = chance.choice([None, None, *INTERVALS[3:]])
        plan["ends"] = chance.choice(
            [None, None, (START + timedelta(days=chance.randrange(10, 70))).isoformat()]
        )
    if chance.random() < 0.3:
        data["plans"][0]["sibling_group"] = data["plans"][1]["sibling_group"] = "elm"
    data["booked"] = _booked(chance)
    return Caseload.model_validate(data)


def _booked(chance: random.Random) -> list[Json]:
    """Meetings that stand already, some of them pinned, whatever the windows say."""
    days = chance.sample(range(75), chance.choice([0, 0, 1, 3]))
    return [
        {
            "plans": [chance.choice(["plan-1", "plan-2"])],
            "start": f"{START + timedelta(days=day)}T16:00",
            "venue": "room-1",
            "pinned": chance.random() < 0.7,
        }
        for day in days
    ]


def _events(chance: random.Random) -> Json:
    def day(first: int, last: int) -> str:
        return (START + timedelta(days=chance.randrange(first, last))).isoformat()

    events: Json = {"initial_conference": day(-40, 20)}
    for name in ("plan_start", "birth", "inquorate"):
        if chance.random() < 0.5:
            events[name] = day(-40, 60)
    if chance.random() < 0.5:
        events["other"] = {"court_hearing": day(-20, 70)}
    if chance.random() < 0.5:
        events["last_meeting"] = day(-40, 0)
    if chance.random() < 0.4:
        events["reviews"] = sorted({day(-10, 90), day(-10, 90)})
    return events
