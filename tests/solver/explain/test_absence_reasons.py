"""Why somebody who is expected does not come, and why no deputy does: each case in its exact words."""

from __future__ import annotations

from typing import Any

import policies
from solver_cases import hours, inline, lone, person, plan_of, planned, room

from solver.explain.absences import NO_LINE_MANAGER

Json = dict[str, Any]


def away(start: str, end: str) -> list[Json]:
    return [{"start": f"{start}T00:00", "end": f"{end}T00:00"}]


def at(name: str, data: Json) -> Json:
    found: Json = next(one for one in data["people"] if one["id"] == name)
    return found


class TestAbsence:
    def why(self, data: Json) -> list[str]:
        told = []
        for one in planned(data).exceptions:
            if one.kind == "report":
                assert one.reason.endswith(f" {NO_LINE_MANAGER}")
            if one.kind in ("report", "absent"):
                told.append(one.reason.removesuffix(f" {NO_LINE_MANAGER}"))
        return told

    def test_a_report_names_the_line_manager_who_has_to_agree(self) -> None:
        data = self.visited(busy=away("2027-01-14", "2027-01-15"), line_manager="lead-1")
        data["people"].append(person("lead-1", "other"))
        (exception,) = planned(data).exceptions
        assert exception.agree == "lead-1"
        assert exception.reason == (
            "Person hv-1 (hv-1) is away or busy then; no deputy is named. "
            "Their line manager Person lead-1 (lead-1) has to agree to a written report."
        )

    def test_too_late_to_be_booked(self) -> None:
        # From Monday 4 January, the 14th is the eighth working day.
        def with_notice(working_days: int) -> Json:
            data = self.visited(notice_working_days=working_days)
            closed = [f"2027-01-{day:02}" for day in range(4, 14)]
            return data | {"horizon": {"start": "2027-01-04", "end": "2027-01-14"}, "closures": closed}

        assert self.why(with_notice(9)) == [
            "Person hv-1 (hv-1) can't be booked for a day before 15 January 2027; no deputy is named."
        ]
        assert self.why(with_notice(8)) == []

    def test_nobody_else_of_the_slot_can_come(self) -> None:
        rule = policies.core_group(slots=(policies.slot("health_visitor"),))
        data = self.visited(hours={})
        data["authority"] = inline(policies.make_policy(rule))
        data["plans"][0]["participants"].append({"person": "hv-2"})
        at("hv-2", data)["busy"] = away("2027-01-14", "2027-01-15")
        assert self.why(data) == [
            "Person hv-1 (hv-1) does not work at that time; Person hv-2 (hv-2) is away or busy then."
        ]

    def visited(self, **visitor: Any) -> Json:
        """One meeting at which a health visitor is expected, on a day on which there is no choice."""
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["venues"][0]["hours"] = hours("10:00", "11:00")
        data["people"].append(person("hv-1", "health_visitor", **visitor))
        data["people"].append(person("hv-2", "health_visitor"))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        return data

    def test_away(self) -> None:
        data = self.visited(busy=away("2027-01-14", "2027-01-15"))
        assert self.why(data) == ["Person hv-1 (hv-1) is away or busy then; no deputy is named."]

    def test_does_not_work_then(self) -> None:
        data = self.visited(hours=hours("12:00", "17:00"))
        assert self.why(data) == ["Person hv-1 (hv-1) does not work at that time; no deputy is named."]

    def test_nor_can_the_deputy(self) -> None:
        data = self.visited(hours={}, deputies=["hv-2"])
        at("hv-2", data)["busy"] = away("2027-01-14", "2027-01-15")
        assert self.why(data) == [
            "Person hv-1 (hv-1) does not work at that time; the deputy Person hv-2 (hv-2) is away or busy then."
        ]

    def test_the_deputy_is_there_for_themselves(self) -> None:
        data = self.visited(hours={}, deputies=["hv-2"])
        data["plans"][0]["participants"].append({"person": "hv-2"})
        assert self.why(data) == [
            "Person hv-1 (hv-1) does not work at that time; the deputy Person hv-2 (hv-2) is at the meeting already."
        ]

    def test_joins_by_a_link_that_the_room_has_not(self) -> None:
        data = self.visited()
        data["plans"][0]["participants"][-1]["remote"] = "yes"
        assert self.why(data) == [
            "Person hv-1 (hv-1) joins remotely only, and room-1 has no link; no deputy is named."
        ]

    def test_at_another_meeting(self) -> None:
        data = self.visited()
        data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
        data["venues"].append(room("room-2", "hill", hours=hours("10:00", "11:00")))
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
        (reason,) = self.why(data)
        assert reason.startswith("Person hv-1 (hv-1) is at meeting plan-")
        assert reason.endswith(".core_group.1 then; no deputy is named.")

    def test_has_enough_meetings_that_day(self) -> None:
        data = self.visited(max_meetings_per_day=1)
        data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
        data["venues"].append(room("room-2", hours=hours("14:00", "15:00")))
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}, {"person": "hv-1"}))
        assert self.why(data) == [
            "Person hv-1 (hv-1) could not get there from another meeting that day, or has enough meetings that day; "
            "no deputy is named."
        ]

    def test_a_child_at_school(self) -> None:
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["schools"] = [
            {
                "id": "s-1",
                "name": "S",
                "day": {"start": "09:00", "end": "15:30"},
                "terms": [{"start": "2027-01-04", "end": "2027-02-26"}],
            }
        ]
        data["venues"][0]["hours"] = hours("10:00", "11:00")
        data["plans"][0]["children"][0] |= {"school": "s-1", "attends": "yes"}
        assert self.why(data) == ["Child child-1 is at school then."]

    def test_a_parent_has_no_deputy_to_be_missed(self) -> None:
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        at("mother-1", data)["busy"] = away("2027-01-14", "2027-01-15")
        assert self.why(data) == ["Parent mother-1 is away or busy then."]
