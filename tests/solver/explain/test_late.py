"""Why a meeting is late or missing: each case in its exact words, and no cause too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import policies
import pytest
from explain_cases import explained
from solver_cases import hours, lone, person, plan_of, planned, read, room

from solver.explain.explainer import Explainer
from solver.policy.meeting_clauses import AttendanceClause
from solver.schema.calendar import Breach, Reason

Json = dict[str, Any]
OPEN = "from 04 Jan to 14 Jan 2027"


def one_breach(data: Json) -> Breach:
    (breach,) = planned(data).breaches
    assert breach.sources == ("made-up",)
    return breach


def only_reason(data: Json) -> Reason:
    (reason,) = one_breach(data).reasons
    return reason


def away(start: str, end: str) -> list[Json]:
    return [{"start": f"{start}T00:00", "end": f"{end}T00:00"}]


def at(name: str, data: Json) -> Json:
    found: Json = next(one for one in data["people"] if one["id"] == name)
    return found


class TestBreach:
    def test_overdue(self) -> None:
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2026-12-10"}
        reason = only_reason(data)
        assert (reason.rule, reason.people) == ("series.window", ())
        assert reason.text == "It was due by Thu 24 Dec 2026, before the first day planned (Mon 4 Jan 2027)."

    def test_overdue_and_not_held_at_once(self) -> None:
        data = lone()
        data["plans"][0]["events"] = {"initial_conference": "2026-12-10"}
        at("sw-1", data)["busy"] = away("2027-01-04", "2027-01-07")
        breach = one_breach(data)
        assert [reason.rule for reason in breach.reasons] == ["series.window", "person.busy"]
        assert breach.reasons[1].text == (
            "Person sw-1 (sw-1) must be there and is away from Mon 4 Jan to Wed 6 Jan 2027."
        )
        assert breach.proved

    def test_overdue_and_never_held(self) -> None:
        data = lone(venues=[])
        data["plans"][0]["events"] = {"initial_conference": "2026-12-10"}
        assert [reason.text for reason in one_breach(data).reasons] == [
            "It was due by Thu 24 Dec 2026, before the first day planned (Mon 4 Jan 2027).",
            "The caseload has no venue.",
        ]

    def test_no_open_day(self) -> None:
        """Due on the working day after the conference, and that one is closed: there is no day to pull it back to."""
        policy = policies.make_policy(policies.core_group(windows=policies.windows(first="1 working days")))
        data = lone(policy, closures=["2027-01-11"])
        data["plans"][0]["events"] = {"initial_conference": "2027-01-08"}
        breach = one_breach(data)
        assert breach.days == 1
        (reason,) = breach.reasons
        assert (reason.rule, reason.people) == ("day.open", ())
        assert reason.text == ("The authority is closed on 11 Jan 2027.")

    def test_somebody_essential_is_away(self) -> None:
        data = lone()
        at("sw-1", data)["busy"] = away("2027-01-01", "2027-01-19")
        breach = one_breach(data)
        (reason,) = breach.reasons
        assert (breach.days, breach.proved) == (5, True)
        assert (reason.rule, reason.people) == ("person.busy", ("sw-1",))
        assert reason.sources == ("made-up",)
        assert reason.alone
        assert (
            reason.text == "Person sw-1 (sw-1) must be there and is away from Fri 1 Jan to Mon 18 Jan 2027."
        )

    def test_a_later_meeting_is_not_blamed_on_who_comes_to_the_first(self) -> None:
        """The manager comes to the first meeting only, and is away with the worker when the second is due."""
        policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
        data = lone(policy)
        data["people"].append(person("tm-1", "team_manager", busy=away("2027-01-12", "2027-03-01")))
        at("sw-1", data)["busy"] = away("2027-01-12", "2027-02-25")
        assert only_reason(data).people == ("sw-1",)

    def test_the_first_meeting_is_blamed_on_them(self) -> None:
        policy = policies.make_policy(policies.core_group(manager=policies.manager("first", "essential")))
        data = lone(policy)
        data["people"].append(person("tm-1", "team_manager", hours={}))
        assert only_reason(data).people == ("tm-1",)

    def test_who_is_essential_for_a_part_of_the_window_only(self) -> None:
        """sw-2 takes over on 11 January and is never there; sw-1 is away until then. Both are needed to explain it."""
        data = lone()
        at("sw-1", data)["busy"] = away("2027-01-01", "2027-01-11")
        data["people"].append(person("sw-2", "social_worker", hours={}))
        data["plans"][0]["participants"][0]["until"] = "2027-01-10"
        data["plans"][0]["participants"].append({"person": "sw-2", "from": "2027-01-11"})
        breach = one_breach(data)
        assert breach.meeting is None
        assert [reason.people for reason in breach.reasons] == [("sw-1",), ("sw-2",)]

    def test_all_venues_are_refused(self) -> None:
        data = lone(venues=[room("room-1"), room("room-2"), room("room-3", capacity=1)])
        data["plans"][0]["venue"] = {"never": ["room-1", "room-2"]}
        assert [(one.rule, one.venues, one.text) for one in one_breach(data).reasons] == [
            (
                "venue.refused",
                ("room-1", "room-2"),
                "It can't be in room-1 or room-2: the family refused it.",
            ),
            ("venue.capacity", ("room-3",), "It can't be in room-3: it seats 1 and 2 are invited."),
        ]

    def test_all_venues_are_other_peoples(self) -> None:
        data = lone(venues=[room("home-1", kind="family_home"), room("home-2", kind="placement")])
        reason = only_reason(data)
        assert reason.rule == "venue.home"
        assert reason.text == "None of the 2 venues may be used (2 by venue.home)."

    def test_no_venue_has_the_link(self) -> None:
        data = lone(venues=[room("room-1"), {"id": "video", "name": "Video", "kind": "virtual"}])
        data["plans"][0]["participants"] = [
            {"person": "sw-1", "remote": "yes"},
            {"person": "mother-1", "level": "essential"},
        ]
        assert [(one.rule, one.people, one.venues, one.text) for one in one_breach(data).reasons] == [
            (
                "remote.allowed",
                ("sw-1",),
                ("room-1",),
                "Person sw-1 (sw-1) must be there and only joins remotely, and room-1 has no link.",
            ),
            (
                "remote.allowed",
                ("mother-1",),
                ("video",),
                "Parent mother-1 must be there and can't join remotely, as a meeting in video asks for.",
            ),
        ]
        data["venues"][0]["features"].append("hybrid")
        assert not planned(data).breaches

    def test_a_child_at_school(self) -> None:
        policy = policies.make_policy(
            policies.core_group(attendance=(*policies.LEVELS[:1], essential_child(), *policies.LEVELS[1:]))
        )
        data = lone(policy)
        data["schools"] = [
            {
                "id": "s-1",
                "name": "S",
                "day": {"start": "09:00", "end": "16:45"},
                "terms": [{"start": "2027-01-04", "end": "2027-01-18"}],
            }
        ]
        data["plans"][0]["children"][0] |= {"school": "s-1", "attends": "yes"}
        breach = one_breach(data)
        assert breach.days == 5
        (reason,) = breach.reasons
        assert (reason.rule, reason.people) == ("school.hours", ("child-1",))
        assert (
            reason.text
            == "Child child-1 attends and is at school, or on the way (30 minutes are allowed for that)."
        )

    def test_too_few_for_a_quorum(self) -> None:
        data = lone(policies.make_policy(policies.core_group(quorum=policies.quorum(2))))
        data["people"].append(person("hv-1", "health_visitor", busy=away("2027-01-01", "2027-01-19")))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        reason = only_reason(data)
        assert (reason.rule, reason.people) == ("quorum", ("sw-1", "hv-1"))
        assert reason.text == (
            "At least 2 professionals or their deputies are needed; of the 2 asked (Person sw-1 (sw-1) and Person hv-1 "
            "(hv-1)) no more than 1 can come at once. Person hv-1 (hv-1) is away from Fri 1 Jan to Mon 18 Jan 2027."
        )

    def test_times_that_are_never_possible(self) -> None:
        data = lone()
        data["plans"][0]["times"] = {"never": [{"start": "09:00", "end": "17:00"}]}
        reason = only_reason(data)
        assert (reason.rule, reason.text) == (
            "time.never",
            "The family of plan plan-1 can never meet on weekdays from 09:00 to 17:00.",
        )

    def test_a_review_on_the_only_day(self) -> None:
        policy = policies.make_policy(policies.core_group(not_on_review_day=policies.not_on_review_day()))
        data = lone(policy, horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["plans"][0]["events"]["reviews"] = ["2027-01-14"]
        reason = only_reason(data)
        assert (reason.rule, reason.text) == (
            "series.review_day",
            "No meeting is held on the day of a review; that of plan plan-1 is on 14 Jan 2027.",
        )

    def test_the_rooms_are_closed(self) -> None:
        data = lone(venues=[room("room-1", busy=away("2027-01-01", "2027-01-19")), room("room-2", hours={})])
        assert [(one.rule, one.venues, one.text) for one in one_breach(data).reasons] == [
            ("venue.hours", ("room-2",), "room-2 is never open."),
            ("venue.busy", ("room-1",), "room-1 is closed or taken from Fri 1 Jan to Mon 18 Jan 2027."),
        ]

    def test_the_people_it_needs_are_at_other_meetings(self) -> None:
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        at("sw-1", data)["hours"] = hours("10:00", "11:00")
        data["people"].append(person("mother-2", "parent"))
        data["venues"].append(room("room-2", "hill"))
        data["plans"].append(plan_of(2, {"person": "sw-1"}, {"person": "mother-2"}))
        reason = only_reason(data)
        assert (reason.rule, reason.people) == ("person.overlap", ("sw-1",))
        (other,) = reason.meetings
        assert reason.text == (
            "Person sw-1 (sw-1) must be there and is at another meeting, or on the way there or back: "
            f"{other} on Thu 14 Jan 2027 at 10:00."
        )

    def test_the_rooms_it_needs_are_taken(self) -> None:
        data = lone(horizon={"start": "2027-01-14", "end": "2027-01-14"})
        data["venues"][0]["hours"] = hours("10:00", "11:30")
        data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
        closed, taken = one_breach(data).reasons
        assert (closed.rule, closed.text) == ("venue.hours", "room-1 is open only Mon to Fri 10:00 to 11:30.")
        assert (taken.rule, taken.venues, len(taken.meetings)) == ("venue.overlap", ("room-1",), 1)
        assert taken.text == f"room-1 is taken by {taken.meetings[0]} on Thu 14 Jan 2027 at 10:00."

    def test_the_half_of_a_split_meeting_that_somebody_comes_to(self) -> None:
        """The room is open for two sittings from 10:00 or 10:30; the father is to come to the second of them."""
        data = lone(venues=[room("room-1", hours=hours("10:00", "13:00"))])
        data["people"].append(person("father-1", "parent", hours=hours("12:30", "18:00")))
        data["plans"][0]["split"] = {"reason": "r"}
        data["plans"][0]["participants"] = [
            {"person": "sw-1"},
            {"person": "mother-1", "sitting": "A"},
            {"person": "father-1", "sitting": "B", "level": "essential"},
        ]
        causes = [(reason.rule, reason.people) for reason in one_breach(data).reasons]
        assert causes == [("person.hours", ("father-1",)), ("venue.hours", ())]
        # From 12:00 on he can come to the second sitting, though never to the whole.
        at("father-1", data)["hours"] = hours("12:00", "18:00")
        assert not planned(data).breaches


class TestElsewhere:
    """Where the meeting could be in time by itself."""

    def open_on(self, *days: str, end: str = "2027-03-31") -> Json:
        """The room is open on a few days only, and two weeks have to lie between two meetings."""
        rule = policies.core_group(windows=policies.windows(minimum="14 days"))
        data = lone(policies.make_policy(rule), horizon={"start": "2027-01-04", "end": end})
        data["venues"][0]["busy"] = closed_but(["2027-01-04", *days, "2027-04-02"])
        return data

    def test_the_next_one_would_be_later_still(self) -> None:
        """Due by 11 February and held on the 15th: after the 4th the next, on 12 March, would be late by 8 days."""
        breach = one_breach(self.open_on("2027-01-14", "2027-02-04", "2027-02-15", "2027-03-12"))
        assert (breach.days, breach.proved) == (4, True)
        (reason,) = breach.reasons
        assert (reason.rule, reason.alone) == ("series.order", False)
        assert reason.text == (
            "15 times and venues are open to it from Thu 28 Jan to Thu 11 Feb 2027, such as Thu 4 Feb 2027 at 09:00 in "
            "room-1, but the meetings after it would then be due sooner, and no fewer days would be lost in all."
        )
        assert "rebook" not in [one.kind for one in breach.remedies]

    def test_booking_it_again_would_mend_it(self) -> None:
        """The room has been opened since the calendar was planned."""
        data = self.open_on("2027-01-14", "2027-02-15", "2027-03-12")
        before = explained(data)
        data["venues"][0]["busy"] = []
        caseload, policy = read(data)
        (breach,) = before.calendar.breaches
        found = Explainer(caseload, policy, before.calendar).breach(breach)
        (reason,) = found.reasons
        assert reason.rule == "series.complete"
        assert reason.text.endswith("booking it again would mend that.")
        assert found.remedies[0].kind == "rebook"
        assert found.remedies[0].breach_days == 0

    def test_booking_the_one_before_it_again_helps_too(self) -> None:
        """There is no day within four weeks of the one before it, which has another day now, a week later."""
        data = self.open_on("2027-01-05", "2027-02-08", end="2027-02-26")
        before = explained(data)
        data["venues"][0]["busy"] = closed_but(
            ["2027-01-04", "2027-01-05", "2027-01-12", "2027-02-08", "2027-04-02"]
        )
        caseload, policy = read(data)
        (breach,) = before.calendar.breaches
        explainer = Explainer(caseload, policy, before.calendar)
        found = explainer.breach(breach)
        assert [one.rule for one in found.reasons] == ["venue.busy"]
        again = found.remedies[0]
        assert (again.kind, again.start.day, again.breach_days) == ("rebook", 8, 0)
        assert again.meetings == ("plan-1.core_group.1",)
        assert "plan-1.core_group.1 moves to Tue 12 Jan 2027" in again.text


def closed_but(days: list[str]) -> list[Json]:
    """Closed from each of these days to the next, but on the days themselves; the first is closed."""
    begins = [days[0], *(str(date.fromisoformat(day) + timedelta(days=1)) for day in days[1:-1])]
    return [
        {"start": f"{begin}T00:00", "end": f"{end}T00:00"}
        for begin, end in zip(begins, days[1:], strict=True)
        if begin < end
    ]


def essential_child() -> Any:
    return AttendanceClause(roles=("child",), level="essential", sources=policies.MADE_UP)


def pair() -> Json:
    """The worker is there in the mornings, the mother in the afternoons."""
    data = lone()
    at("sw-1", data)["hours"] = hours("09:00", "12:00")
    at("mother-1", data)["hours"] = hours("13:00", "18:00")
    data["plans"][0]["participants"][1]["level"] = "essential"
    data["people"].append(person("hv-1", "health_visitor", hours=hours("09:00", "17:00", ["mon"])))
    data["plans"][0]["participants"].append({"person": "hv-1", "level": "essential"})
    return data


def three() -> Json:
    """Any two of worker, mother and room have a day of the week in common, and all three none."""
    data = lone(venues=[room("room-1", hours=hours("09:00", "17:00", ["mon", "wed"]))])
    at("sw-1", data)["hours"] = hours("09:00", "17:00", ["mon", "tue"])
    at("mother-1", data)["hours"] = hours("09:00", "17:00", ["tue", "wed"])
    data["plans"][0]["participants"][1]["level"] = "essential"
    data["plans"][0]["times"] = {"never": [{"start": "09:00", "end": "10:00"}]}
    return data


def free_worker(data: Json) -> None:
    at("sw-1", data)["hours"] = None


def free_mother(data: Json) -> None:
    at("mother-1", data)["hours"] = None


def open_room(data: Json) -> None:
    data["venues"][0]["hours"] = None


class TestMinimal:
    @pytest.mark.parametrize(
        ("make", "causes"),
        [
            (pair, [("person.hours", ("sw-1",)), ("person.hours", ("mother-1",))]),
            (
                three,
                [("person.hours", ("sw-1",)), ("person.hours", ("mother-1",)), ("venue.hours", ())],
            ),
        ],
    )
    def test_names_all_of_the_causes_and_none_besides(
        self, make: Callable[[], Json], causes: list[tuple[str, tuple[str, ...]]]
    ) -> None:
        breach = one_breach(make())
        assert breach.meeting is None
        assert breach.proved
        assert [(reason.rule, reason.people) for reason in breach.reasons] == causes

    @pytest.mark.parametrize(
        ("make", "cure"),
        [
            (pair, free_worker),
            (pair, free_mother),
            (three, free_worker),
            (three, free_mother),
            (three, open_room),
        ],
    )
    def test_without_any_one_of_them_it_is_possible(
        self, make: Callable[[], Json], cure: Callable[[Json], None]
    ) -> None:
        data = make()
        cure(data)
        assert not planned(data).breaches

    def test_says_what_each_of_them_leaves(self) -> None:
        assert [reason.text for reason in one_breach(three()).reasons] == [
            "Person sw-1 (sw-1) must be there and works only Mon and Tue 09:00 to 17:00.",
            "Parent mother-1 must be there and can come only Tue and Wed 09:00 to 17:00.",
            "room-1 is open only Mon and Wed 09:00 to 17:00.",
        ]
