"""Tiny made-up caseloads for `brute.best_calendar`: few open days, an hourly grid, two or three series.

`tiny_caseload(seed)` is always the same for a seed. Its policy is inline, and `tiny_policy(seed)` is that policy. In
the even ones a calendar without a breach was planted first, and busy times kept off it (`is_planted`); the odd ones are
as chance made them, and may have none.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import policies

from solver.check.case import Case
from solver.check.windows import next_window
from solver.policy.model import MeetingRule, Policy, WorkingDayChanges
from solver.schema.caseload import Caseload

Json = dict[str, Any]

START = date(2027, 1, 4)
"""A Monday; the next bank holiday is Good Friday."""
WEEK = ("mon", "tue", "wed", "thu", "fri")
TERM = {"start": "2027-01-04", "end": "2027-02-12"}


def is_planted(seed: int) -> bool:
    """Whether the seed's caseload surely has a calendar without a breach."""
    return seed % 2 == 0


def tiny_policy(seed: int) -> Policy:
    """The policy of a seed."""
    chance = random.Random(f"policy {seed}")
    windows = policies.windows(
        first=chance.choice(["8 working days", "12 days"]),
        later=chance.choice([("3 weeks",), ("14 days",), ("3 weeks", "12 working days")]),
        minimum=chance.choice([None, "5 working days", "7 days"]),
        target=chance.choice([None, "2 weeks", "8 working days"]),
    )
    common: Json = {
        "windows": (policies.before("assessment_due"), *windows) if chance.random() < 0.3 else windows,
        "quorum": chance.choice([None, None, policies.quorum(2), policies.quorum(1)]),
        "manager": chance.choice(
            [None, None, policies.manager("first", "invited"), policies.manager("complex")]
        ),
        "venue": chance.choice([None, None, policies.venue(features=("step_free",))]),
        "school_hours": chance.choice([None, policies.school_hours(0), policies.school_hours(60)]),
        "chairing": chance.choice(
            [None, policies.chairing(differ=True), policies.chairing(family_may_chair=True)]
        ),
        "not_on_review_day": chance.choice([None, policies.not_on_review_day()]),
    }
    more = random.Random(f"attendance {seed}")
    if more.random() < 0.4:
        common["slots"] = (policies.slot("health_visitor", "school", count=more.choice([1, 1, 2])),)
    if more.random() < 0.3:
        common["child"] = policies.child(
            from_age=more.choice([None, 4, 12]), level=more.choice(["expected", "invited"])
        )
    if more.random() < 0.3:
        common["school_hours"] = policies.school_hours(30, wherever_possible=True)
    rules: list[MeetingRule] = [policies.core_group(**common)]
    if chance.random() < 0.6:
        rules.append(policies.cin_review(**(common | {"quorum": None})))
    changes: Json = {"reviews": policies.REVIEWS if chance.random() < 0.5 else ()}
    if chance.random() < 0.2:
        taken = START + timedelta(days=7 * chance.randrange(4) + chance.randrange(5))
        changes["working_days"] = WorkingDayChanges(remove=(taken,), sources=policies.MADE_UP)
    return policies.make_policy(*rules, id=f"tiny-{seed}", **changes)


def tiny_caseload(seed: int) -> Caseload:
    """The caseload of a seed."""
    policy = tiny_policy(seed)
    draft = _Draft(random.Random(f"caseload {seed}"), seed)
    data = draft.make(policy)
    if policy.meetings[0].slots:
        for plan in data["plans"]:
            _fill_slots(plan)
    if is_planted(seed):
        _plant(data, policy, draft.chance)
    elif seed % 3 == 0:
        for one in data["people"]:
            if one["id"] in ("hv-1", "teacher-1"):
                one["notice_working_days"] = seed % 7 + 3
    return Caseload.model_validate(data)


def _fill_slots(plan: Json) -> None:
    """Let the slots say how much a health visitor or a teacher is needed, and put another health visitor on the plan."""
    for part in plan["participants"]:
        if part["person"] in ("hv-1", "teacher-1") and part.get("level") == "expected":
            del part["level"]
    if any(part["person"] == "hv-1" for part in plan["participants"]):
        plan["participants"].append({"person": "hv-3"})


def _week(spans: list[list[str]], days: tuple[str, ...] = WEEK) -> Json:
    return dict.fromkeys(days, spans)


class _Draft:
    """A caseload in the making, as JSON data."""

    def __init__(self, chance: random.Random, seed: int) -> None:
        self.chance = chance
        self.seed = seed
        self.days = 4 * 7
        self.end = START + timedelta(days=self.days - 1)

    def some(self, likely: float) -> bool:
        return self.chance.random() < likely

    def make(self, policy: Policy) -> Json:
        open_days = self._open_days()
        every_day = [START + timedelta(days=i) for i in range(self.days)]
        plans = self._plans()
        people = self._people(open_days)
        data: Json = {
            "format": "convene/1",
            "id": f"tiny-{self.seed}",
            "nation": "ENG",
            "authority": policy.model_dump(mode="json", by_alias=True, exclude_none=True),
            "team": {
                "id": "tiny",
                "name": "Tiny team",
                "organiser": {"name": "Tiny", "email": "t@convene.example"},
            },
            "horizon": {"start": START.isoformat(), "end": self.end.isoformat()},
            "grid_minutes": 60,
            "closures": [d.isoformat() for d in every_day if d not in open_days and d.weekday() < 5],
            "people": people,
            "schools": [
                {
                    "id": "school-1",
                    "name": "School 1",
                    "site": "hill",
                    "day": {"start": "09:00", "end": "15:00"},
                    "terms": [TERM],
                    "closed": [open_days[0].isoformat()] if self.some(0.5) else [],
                }
            ],
            "sites": [
                {"id": "hall", "name": "Hall", "travel_minutes": self.chance.choice([10, 20])},
                {"id": "hill", "name": "Hill", "travel_minutes": self.chance.choice([15, 40])},
            ],
            "venues": self._venues(),
            "plans": plans,
            "travel": {"hall": {"hill": 25}} if self.some(0.3) else {},
        }
        types = {plan_type for rule in policy.meetings for plan_type in rule.plan_types}
        with_series = [plan for plan in plans if plan["type"] in types or plan["every_at_most"]]
        data["booked"] = self._booked(with_series, open_days) if with_series and self.some(0.5) else []
        return data

    def _open_days(self) -> list[date]:
        """Two days of every week."""
        weekdays = [sorted(self.chance.sample(range(5), 2)) for _ in range(self.days // 7)]
        return [START + timedelta(days=7 * week + i) for week, pair in enumerate(weekdays) for i in pair]

    def _people(self, open_days: list[date]) -> list[Json]:
        def person(name: str, role: str, **fields: Any) -> Json:
            return {"id": name, "name": f"Person {name}", "role": role, **fields}

        afternoon = _week([["13:00", "17:00"]])
        people = [
            person("sw-1", "social_worker", site="hall", hours=afternoon),
            person(
                "sw-2",
                "social_worker",
                site="hall",
                hours=_week([["13:00", "15:00"], ["15:00", "17:00"]]),
            ),
            person("tm-1", "team_manager", hours=afternoon),
            person(
                "hv-1",
                "health_visitor",
                hours=afternoon,
                deputies=["hv-2", "hv-3"][: self.chance.randint(0, 2)],
            ),
            person("hv-2", "health_visitor", hours=afternoon, remote=self.some(0.5)),
            person("hv-3", "health_visitor", hours=afternoon, site="hill"),
            person("teacher-1", "school", site="hill", hours=_week([["12:00", "17:00"]])),
            person("mother-1", "parent", remote=self.some(0.5)),
            person("father-1", "parent", hours=_week([["08:00", "16:00"]], WEEK[:4])),
            person("mother-2", "parent"),
        ]
        if self.some(0.3):
            people[0]["max_meetings_per_day"] = 1
        if self.some(0.2):
            people.append(person("child-1", "child", hours=_week([["08:00", "16:00"]])))
        for one in people:
            if self.some(0.3):
                one["busy"] = [
                    self._busy(self.chance.choice(open_days)) for _ in range(self.chance.randint(1, 3))
                ]
            elif one["role"] in ("health_visitor", "school", "parent") and self.some(0.5):
                away = self.chance.sample(open_days, self.chance.randint(3, 7))
                one["busy"] = [{"start": f"{day}T12:00", "end": f"{day}T17:00"} for day in away]
        return people

    def _busy(self, day: date) -> Json:
        start = self.chance.choice([12, 13, 14, 15])
        return {"start": f"{day}T{start}:00", "end": f"{day}T{start + self.chance.choice([1, 2, 5])}:30"}

    def _venues(self) -> list[Json]:
        venues: list[Json] = [
            {
                "id": "room-1",
                "name": "Room 1",
                "kind": "office",
                "site": "hall",
                "capacity": self.chance.choice([4, 6, 20]),
                "features": ["private", "step_free", *(["hybrid"] if self.some(0.7) else [])],
            },
            {
                "id": "room-2",
                "name": "Room 2",
                "kind": self.chance.choice(["school", "community", "family_home"]),
                "site": self.chance.choice(["hill", None]),
                "capacity": 8,
                "features": ["private", "step_free"] if self.some(0.8) else ["step_free"],
                "hours": _week([["13:00", "18:00"]]) if self.some(0.5) else None,
            },
        ]
        if self.some(0.3):
            venues.append({"id": "video", "name": "Video", "kind": "virtual", "features": ["step_free"]})
        return venues

    def _plans(self) -> list[Json]:
        plans = [self._plan(number) for number in range(1, self.chance.choice([2, 2, 3, 3]) + 1)]
        if self.some(0.4):
            plans[0]["sibling_group"] = plans[1]["sibling_group"] = "elm"
            plans[1]["type"] = plans[0]["type"]
            plans[1]["events"] |= {"initial_conference": "2026-12-21"}
            for one, other in ((plans[0], plans[1]), (plans[1], plans[0])):
                if "split" in one and "split" not in other:
                    _part_in_two(other, "expected")
        return plans

    def _plan(self, number: int) -> Json:
        chance = self.chance
        parent = f"mother-{1 + number % 2}"
        others = [
            {"person": "hv-1", "remote": chance.choice([None, None, "yes"])},
            {"person": "teacher-1", "level": chance.choice(["expected", "invited"])},
            {"person": parent, "remote": chance.choice([None, "if_needed"])},
        ]
        plan: Json = {
            "id": f"plan-{number}",
            "type": chance.choice(["child_protection"] * 5 + ["child_in_need"] * 2 + ["looked_after"]),
            "children": [self._child(number)],
            "participants": [
                {"person": "sw-1" if self.some(0.7) else "sw-2"},
                *chance.sample(others, chance.randint(1, 2)),
            ],
            "events": {"initial_conference": "2026-12-30", "plan_start": "2026-12-21"},
            "every_at_most": chance.choice([None, "3 weeks"]),
            "complex": self.some(0.2),
        }
        if self.some(0.5):
            plan["events"] |= {
                "last_meeting": chance.choice(["2026-12-17", "2026-12-22", "2026-12-31", "2026-12-08"])
            }
        if self.some(0.3):
            plan["events"]["reviews"] = [(START + timedelta(days=chance.randint(0, 27))).isoformat()]
        for likely, change in self._changes(number):
            if self.some(likely):
                change(plan)
        return plan

    def _child(self, number: int) -> Json:
        child = {
            "id": f"child-{number}",
            "initials": "A.B.",
            "date_of_birth": "2015-05-04",
            "educated_elsewhere": True,
        }
        if self.some(0.5):
            child |= {"attends": self.chance.choice(["yes", "if_possible"]), "school": "school-1"}
            child["educated_elsewhere"] = False
        return child

    def _changes(self, number: int) -> list[tuple[float, Callable[[Json], None]]]:
        chance, room = self.chance, self.chance.choice(["room-1", "room-2"])
        hours = {"days": list(chance.sample(WEEK, 3)), "start": "14:00", "end": "16:00"}

        def change_participant(plan: Json) -> None:
            plan["participants"][-1] |= chance.choice(
                [
                    {"until": (START + timedelta(days=10)).isoformat()},
                    {"from": (START + timedelta(days=8)).isoformat()},
                    {"level": "essential"},
                    {"level": "invited"},
                ]
            )

        return [
            (0.2, lambda plan: plan.update(venue={"prefer": [room]})),
            (0.15, lambda plan: plan.update(venue={"never": [room]})),
            (0.1, lambda plan: plan.update(venue={"only": [room]})),
            (0.1, lambda plan: plan.update(venue={"kinds": ["office", "virtual"]})),
            (0.25, lambda plan: plan.update(times={"prefer": [hours]})),
            (0.2, lambda plan: plan.update(times={"never": [hours]})),
            (
                0.15,
                lambda plan: plan.update(ends=(START + timedelta(days=chance.randint(5, 25))).isoformat()),
            ),
            (0.15, lambda plan: plan.update(handover={"date": "2027-01-14", "person": "hv-3"})),
            (0.3, change_participant),
            (0.12, lambda plan: _part_in_two(plan, chance.choice(["expected", "invited"]))),
        ]

    def _booked(self, plans: list[Json], open_days: list[date]) -> list[Json]:
        booked: Json = {
            "plans": [self.chance.choice(plans)["id"]],
            "start": f"{self.chance.choice(open_days[1:4])}T{self.chance.choice([13, 14, 15])}:00",
            "venue": self.chance.choice(["room-1", "room-2"]),
            "pinned": self.some(0.5),
        }
        if self.some(0.3):
            booked["id"] = "booked-1"
        return [booked]


def _part_in_two(plan: Json, father: str) -> None:
    plan["split"] = {"reason": "Separate sittings"}
    plan["participants"] = [p for p in plan["participants"] if not p["person"].startswith("mother")]
    plan["participants"] += [
        {"person": "mother-1", "sitting": "A"},
        {"person": "father-1", "sitting": "B", "level": father},
    ]


def _plant(data: Json, policy: Policy, chance: random.Random) -> None:
    """Put a meeting wherever a window asks for one, in one room, an hour for each, and keep what forbids it away."""
    _make_plantable(data)
    case = Case(Caseload.model_validate(data), policy)
    hours: dict[date, list[int]] = {}
    for series in case.series.values():
        previous = None
        while (limits := next_window(case, series, previous)) is not None and limits.imposes:
            days = [
                limits.earliest + timedelta(days=i) for i in range((limits.due - limits.earliest).days + 1)
            ]
            free = [d for d in days if case.days.is_open(d) and hours.setdefault(d, [13, 14, 15, 16])]
            previous = chance.choice(free)
            hour = hours[previous].pop(chance.randrange(len(hours[previous])))
            _keep_free(data, f"{previous}T{hour:02d}:00", f"{previous}T{hour + 1:02d}:00")
            for plan in data["plans"]:
                reviews = plan["events"].get("reviews", [])
                plan["events"]["reviews"] = [day for day in reviews if day != previous.isoformat()]


def _make_plantable(data: Json) -> None:
    """Take out what could leave no day, no room or no quorum: the rest of the caseload stays as it is."""
    data["booked"] = [booked for booked in data["booked"] if not booked["pinned"]]
    room = {
        "id": "room-3",
        "name": "Room 3",
        "kind": "office",
        "site": "hall",
        "features": ["private", "step_free"],
    }
    data["venues"].append(room)
    for person in data["people"]:
        person.pop("max_meetings_per_day", None)
    for plan in data["plans"]:
        events, wishes = plan["events"], plan.get("venue", {})
        events["initial_conference"] = "2026-12-30"
        events.pop("assessment_due", None)
        if "last_meeting" in events:
            events["last_meeting"] = "2026-12-31"
        plan["venue"] = {key: wishes[key] for key in ("prefer", "never", "kinds") if key in wishes}
        plan["times"] = {"prefer": plan.get("times", {}).get("prefer", [])}
        if plan.pop("split", None):
            plan["participants"] = [p for p in plan["participants"] if "sitting" not in p]
        others = [p for p in plan["participants"] if p["person"] != "hv-1"]
        plan["participants"] = [*others, {"person": "hv-1", "level": "essential"}]


def _keep_free(data: Json, start: str, end: str) -> None:
    for person in data["people"]:
        person["busy"] = [b for b in person.get("busy", []) if not (b["start"] < end and start < b["end"])]
