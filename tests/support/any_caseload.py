"""Small made-up caseloads with anything in them that a caseload may have, as chance brings it.

``any_caseload(chance)`` is JSON data that passes validation, whatever ``chance`` draws: half-day workers, deputies for several
people, parents who must not meet, schools, meetings that already stand (on and off the grid, on Sundays, on top of each
other), joint siblings whose plans end on different days. Nothing is planted: there may be no lawful calendar without
breaches, and mostly there is none.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import policies

from solver.policy.model import Policy

Json = dict[str, Any]
WEEK = ("mon", "tue", "wed", "thu", "fri")
START = date(2027, 1, 4)
MINUTES = {15: (30, 45, 60), 20: (40, 60), 30: (30, 60, 90), 60: (60,)}


def any_caseload(chance: random.Random) -> Json:
    """Data of a caseload; ``chance`` is anything with the methods of ``random.Random``."""
    return _Maker(chance).make()


def any_policy(chance: random.Random) -> Policy:
    """A policy with some of the clauses that a policy may have."""

    def some(likely: float, clause: Any) -> Any:
        return clause if chance.random() < likely else None

    windows = policies.windows(
        first=chance.choice(["5 working days", "10 working days", "2 weeks"]),
        later=chance.choice(["2 weeks", "3 weeks", "20 working days", ("1 months", "20 working days")]),
        minimum=chance.choice([None, "3 days", "5 working days"]),
        target=chance.choice([None, "8 days", "9 working days"]),
    )
    common: Json = {
        "windows": (policies.before("assessment_due"), *windows) if chance.random() < 0.2 else windows,
        "quorum": some(0.3, policies.quorum(chance.choice([1, 2, 3]))),
        "manager": some(
            0.4,
            policies.manager(
                chance.choice(["first", "complex"]), chance.choice(["essential", "expected", "invited"])
            ),
        ),
        "venue": some(0.2, policies.venue(features=("step_free",))),
        "school_hours": some(
            0.5, policies.school_hours(chance.choice([0, 20, 60]), wherever_possible=chance.random() < 0.3)
        ),
        "chairing": some(
            0.5,
            tuple(
                policies.chairing(
                    at=at,
                    chair=chance.choice(["rota", "social_worker", ("team_manager", "health_visitor")]),
                    minutes=chance.choice(["rota", "rota", "social_worker"]),
                    differ=chance.random() < 0.5,
                    family_may_chair=chance.random() < 0.5,
                )
                for at in chance.choice([("always",), ("first", "complex", "later"), ("complex",)])
            ),
        ),
        "not_on_review_day": some(0.4, policies.not_on_review_day()),
        "slots": some(0.4, (policies.slot("health_visitor", "school", count=chance.choice([1, 2])),)) or (),
        "child": some(
            0.4,
            policies.child(
                from_age=chance.choice([None, 3, 8, 15]),
                level=chance.choice(["expected", "invited"]),
                instead=chance.choice([None, "advocate"]),
            ),
        ),
    }
    rules = [policies.core_group(**common)]
    if chance.random() < 0.5:
        rules.append(policies.cin_review(**(common | {"quorum": None, "manager": None})))
    reviews = policies.REVIEWS if chance.random() < 0.5 else ()
    return policies.make_policy(*rules, reviews=reviews, nations=("ENG", "SCT"))


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.grid = chance.choice([15, 20, 30, 60])
        self.length = chance.choice([1, 10, 26, 40, 60])
        self.days = [START + timedelta(days=i) for i in range(self.length)]

    def some(self, likely: float) -> bool:
        return self.chance.random() < likely

    def make(self) -> Json:
        chance = self.chance
        policy = any_policy(chance)
        people = self._people()
        venues = self._venues()
        plans = [
            self._plan(number, people, venues) for number in range(1, chance.choice([1, 2, 3, 4, 6]) + 1)
        ]
        if len(plans) > 1 and self.some(0.4):
            plans[0]["sibling_group"] = plans[1]["sibling_group"] = "elm"
            if self.some(0.7):
                plans[1]["type"] = plans[0]["type"]
            for one, other in ((plans[0], plans[1]), (plans[1], plans[0])):
                if "split" in one and "split" not in other:
                    other["split"] = one["split"]
        types = {kind for rule in policy.meetings for kind in rule.plan_types}
        going = [
            plan
            for plan in plans
            if (plan["type"] in types or plan.get("every_at_most"))
            and (plan.get("ends") is None or plan["ends"] >= START.isoformat())
        ]
        data: Json = {
            "format": "convene/1",
            "id": "any",
            "nation": chance.choice(["ENG", "SCT"]),
            "authority": policy.model_dump(mode="json", by_alias=True, exclude_none=True),
            "team": {"id": "t", "name": "Team", "organiser": {"name": "Team", "email": "t@convene.example"}},
            "horizon": {"start": START.isoformat(), "end": self.days[-1].isoformat()},
            "grid_minutes": self.grid,
            "closures": sorted(
                {chance.choice(self.days).isoformat() for _ in range(chance.choice([0, 0, 1, 6]))}
            ),
            "people": people,
            "schools": [self._school("ash", "hill"), self._school("oak", None)],
            "sites": [
                {"id": "hall", "name": "Hall", "travel_minutes": chance.choice([0, 15])},
                {"id": "hill", "name": "Hill", "travel_minutes": chance.choice([10, 45])},
            ],
            "venues": venues,
            "plans": plans,
            "travel": chance.choice(
                [
                    {},
                    {},
                    {"hall": {"hill": 5}},
                    {"hill": {"hall": 90}},
                    {"hall": {"hill": 5}, "hill": {"hall": 90}},
                ]
            ),
            "booked": self._booked(going, venues),
        }
        if policy.reviews and self.some(0.5):
            self._reviews(plans)
        return data

    def _reviews(self, plans: list[Json]) -> None:
        """Some reviews are to be planned, and some people come to these or to core groups alone."""
        for plan in plans:
            events = plan["events"]
            if plan["type"] == "child_protection" and (
                "initial_conference" in events or "last_review" in events
            ):
                plan["schedule_review"] = self.some(0.7)
                plan["review_minutes"] = self.chance.choice([None, self.grid * 2])
            for part in plan["participants"]:
                if self.some(0.15):
                    part["meetings"] = [self.chance.choice(["core_group", "review_conference"])]

    def _school(self, name: str, site: str | None) -> Json:
        return {
            "id": name,
            "name": name,
            "site": site,
            "day": self.chance.choice(
                [
                    {"start": "09:00", "end": "15:10"},
                    {day: {"start": "08:40", "end": "15:00"} for day in WEEK[:4]},
                ]
            ),
            "terms": [
                {"start": "2027-01-04", "end": "2027-02-12"},
                {"start": "2027-02-22", "end": "2027-04-01"},
            ],
            "closed": ["2027-01-15"],
        }

    def _hours(self) -> Json | None:
        chance = self.chance
        kind = chance.randrange(6)
        if kind < 3:
            return None
        if kind == 3:
            return {day: [["08:00", "12:30"], ["13:00", "18:00"]] for day in WEEK}
        days = chance.sample(WEEK, chance.randint(1, 4))
        return {day: [chance.choice([["09:00", "13:00"], ["12:10", "17:20"]])] for day in days}

    def _busy(self) -> list[Json]:
        spans = []
        for _ in range(self.chance.choice([0, 0, 0, 1, 3])):
            begin = datetime.combine(self.chance.choice(self.days), datetime.min.time())
            begin += timedelta(minutes=self.chance.choice([0, 540, 605, 720, 900]))
            end = begin + timedelta(minutes=self.chance.choice([30, 95, 240, 4320, 14400]))
            spans.append({"start": begin.isoformat()[:16], "end": end.isoformat()[:16]})
        return spans

    def _people(self) -> list[Json]:
        chance = self.chance
        roles = [
            ("sw-1", "social_worker"), ("sw-2", "social_worker"), ("tm-1", "team_manager"), ("hv-1", "health_visitor"),
            ("hv-2", "health_visitor"), ("dsl-1", "school"), ("pol-1", "police"), ("int-1", "interpreter"),
            ("mum-1", "parent"), ("mum-2", "parent"), ("dad-1", "parent"), ("carer-1", "carer"), ("gran-1", "family"),
        ]  # fmt: skip
        people: list[Json] = []
        for name, role in roles:
            family = role in ("parent", "carer", "family")
            people.append(
                {
                    "id": name,
                    "name": f"Person {name}",
                    "role": role,
                    "site": chance.choice([None, "hall", "hill"]),
                    "hours": None if family and self.some(0.6) else self._hours(),
                    "busy": self._busy(),
                    "remote": chance.choice([None, True, False]),
                    "max_meetings_per_day": chance.choice([None, None, None, 1, 2]),
                    "line_manager": None if family or name == "tm-1" else chance.choice([None, "tm-1"]),
                    "notice_working_days": chance.choice([None, None, None, 2, 8]),
                    "deputies": []
                    if family or self.some(0.5)
                    else chance.sample([n for n in ("hv-2", "dsl-1", "pol-1", "sw-2") if n != name], 2),
                }
            )
        # No circles of deputies: whoever stands in for somebody has nobody to stand in.
        deputies = {deputy for one in people for deputy in one["deputies"]}
        for one in people:
            if one["id"] in deputies:
                one["deputies"] = []
        if self.some(0.4):
            people.append(
                {"id": "child-1", "name": "Child 1", "role": "child", "remote": chance.choice([None, True])}
            )
            people[-1]["hours"] = chance.choice([None, {day: [["08:00", "17:30"]] for day in WEEK}])
        return people

    def _venues(self) -> list[Json]:
        chance = self.chance
        venues = [
            {
                "id": f"room-{number}",
                "name": f"Room {number}",
                "kind": chance.choice(["office", "office", "community", "school", "family_home"]),
                "site": chance.choice(["hall", "hall", "hill", None]),
                "capacity": chance.choice([None, 4, 7, 12]),
                "features": [
                    feature
                    for feature, likely in (("private", 0.9), ("hybrid", 0.6), ("step_free", 0.6))
                    if self.some(likely)
                ],
                "hours": self._hours(),
                "busy": self._busy(),
                "confidential": self.some(0.1),
            }
            for number in range(1, chance.choice([1, 2, 3]) + 1)
        ]
        if self.some(0.3):
            venues.append({"id": "video", "name": "Video", "kind": "virtual", "features": ["step_free"]})
        return venues

    def _plan(self, number: int, people: list[Json], venues: list[Json]) -> Json:
        chance = self.chance
        rooms = [venue["id"] for venue in venues]
        others = [one["id"] for one in people if one["id"] not in ("sw-1", "child-1", "mum-1", "dad-1")]
        participants: list[Json] = [{"person": "sw-1" if self.some(0.7) else "pol-1"}]
        for name in chance.sample(others, chance.randint(0, 5)):
            participants.append(
                {
                    "person": name,
                    "level": chance.choice([None, None, "essential", "expected", "expected", "invited"]),
                    "remote": chance.choice([None, None, "yes", "no", "if_needed"]),
                }
            )
            if self.some(0.2):
                cut = chance.choice(self.days)
                participants[-1] |= {chance.choice(["from", "until"]): cut.isoformat()}
        if participants[0]["person"] == "pol-1":
            participants = participants[:1] + [one for one in participants[1:] if one["person"] != "pol-1"]
            participants[0]["level"] = "essential"
        if self.some(0.4):
            self._ask_by_slot(participants)
        plan: Json = {
            "id": f"plan-{number}",
            "type": chance.choice(["child_protection", "child_protection", "child_in_need", "looked_after"]),
            "children": [self._child(number)],
            "events": self._events(),
            "participants": participants,
            "complex": self.some(0.2),
            "every_at_most": chance.choice([None, None, "3 weeks"]),
            "minutes": chance.choice(MINUTES[self.grid]),
        }
        if number > 1 and self.some(0.15) and any(one["id"] == "child-1" for one in people):
            participants.append(
                {"person": "child-1", "level": chance.choice(["essential", "expected", None])}
            )
        if self.some(0.15):
            plan["split"] = {"reason": "Two sittings"}
            participants += [
                {"person": "mum-1", "sitting": "A", "level": chance.choice([None, "essential"])},
                {"person": "dad-1", "sitting": "B"},
            ]
            plan["children"][0]["sitting"] = chance.choice([None, "A", "B"])
            plan["participants"] = [one for one in participants if one["person"] not in ("mum-2",)]
        elif self.some(0.5):
            participants.append({"person": "mum-1"})
        wishes: Json = {}
        if self.some(0.2):
            wishes["prefer"] = [chance.choice(rooms)]
        if self.some(0.1):
            wishes["only"] = [chance.choice(rooms)]
        elif self.some(0.15):
            wishes["never"] = [chance.choice(rooms)]
        plan["venue"] = wishes
        window = {"days": chance.sample(WEEK, 3), "start": "10:00", "end": chance.choice(["12:00", "15:30"])}
        plan["times"] = chance.choice([{}, {}, {"prefer": [window]}, {"never": [window]}])
        if self.some(0.2):
            plan["ends"] = (START + timedelta(days=chance.choice([-3, 2, 9, 20, 33]))).isoformat()
        if self.some(0.15) and not any(one["person"] == "hv-2" for one in participants):
            plan["handover"] = {"date": chance.choice(self.days).isoformat(), "person": "hv-2"}
        return plan

    @staticmethod
    def _ask_by_slot(participants: list[Json]) -> None:
        """Let the policy say, by slot if it has any, how much a health visitor and a school are needed."""
        for name in ("hv-1", "dsl-1"):
            known = [part for part in participants if part["person"] == name]
            for part in known:
                part.pop("level", None)
            if not known:
                participants.append({"person": name})

    def _child(self, number: int) -> Json:
        chance = self.chance
        number = 1 if number > 1 and self.some(0.1) else number
        return {
            "id": f"child-{number}",
            "initials": "A.B.",
            "date_of_birth": f"201{number}-05-04",
            "school": chance.choice([None, "ash", "oak"]),
            "attends": chance.choice(["no", "no", "yes", "if_possible"]),
            "educated_elsewhere": True,
        }

    def _events(self) -> Json:
        chance = self.chance
        conference = START + timedelta(days=chance.choice([-26, -10, -5, -5, -1, min(6, self.length - 1)]))
        events: Json = {
            "initial_conference": conference.isoformat(),
            "plan_start": conference.isoformat(),
            "became_looked_after": conference.isoformat(),
        }
        if self.some(0.5):
            last = START - timedelta(days=chance.choice([2, 6, 13, 20, 31]))
            early = (last - timedelta(days=40)).isoformat()
            events = dict.fromkeys(events, early) | {"last_meeting": last.isoformat()}
            if self.some(0.3):
                events["held"] = chance.choice([1, 4])
        if self.some(0.3):
            events["assessment_due"] = min(self.days[-1], START + timedelta(days=20)).isoformat()
        if self.some(0.4):
            events["reviews"] = sorted({chance.choice(self.days).isoformat() for _ in range(2)})
        return events

    def _booked(self, plans: list[Json], venues: list[Json]) -> list[Json]:
        chance = self.chance
        booked: list[Json] = []
        taken: set[tuple[str, date]] = set()
        for _ in range(chance.choice([0, 0, 1, 2, 4]) if plans else 0):
            plan = chance.choice(plans)
            day = chance.choice(self.days)
            group = plan.get("sibling_group", plan["id"])
            if (group, day) in taken or plan.get("ends", "9999") < day.isoformat():
                continue
            taken.add((group, day))
            minute = chance.choice([540, 600, 600, 660, 700, 965, 1140])
            booked.append(
                {
                    "plans": [plan["id"]],
                    "start": f"{day}T{minute // 60:02d}:{minute % 60:02d}",
                    "venue": chance.choice(venues)["id"],
                    "pinned": self.some(0.6),
                }
            )
            if self.some(0.3):
                booked[-1]["id"] = f"booked-{len(booked)}"
        return booked
