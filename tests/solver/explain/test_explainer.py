"""Questions about one meeting: why it is where it is, what else there is, why it isn't at some other time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from explain_cases import chains, explained, possible, some_explainer
from solver_cases import hours, lone, person, plan_of, room

from solver.check import check_calendar
from solver.explain.whole import NOT_LOOKED_INTO, Effort, with_explanations
from solver.plan import plan

Json = dict[str, Any]


@pytest.mark.parametrize("seed", range(15))
def test_a_time_is_possible_just_where_the_problem_can_have_it(seed: int) -> None:
    explainer = some_explainer(seed)
    horizon = explainer.caseload.horizon
    for name, chain in chains(explainer):
        if chain[0].pinned or any(one.pinned for one in chain):
            continue
        focused = explainer.focus.on([name])
        theirs = possible(explainer, focused, chain[0], 0, horizon.start, horizon.end)
        day = chain[0].start.date()
        venues = [venue.id for venue in explainer.caseload.venues]
        for shift, minute in ((0, 600), (1, 720), (3, 840)):
            start = datetime.combine(day + timedelta(days=shift), datetime.min.time()) + timedelta(
                minutes=minute
            )
            for venue in venues:
                told = explainer.not_then(chain[0].id, start, venue, 0)
                if told.possible:
                    assert (start, venue) in theirs
                    assert told.reasons == ()
                else:
                    assert told.reasons
                    # It may be ruled out by what comes before and after it, which is no matter of one time.
                    by_itself = {"series.order", "series.window"}
                    assert (start, venue) not in theirs or {one.rule for one in told.reasons} <= by_itself


@pytest.mark.parametrize("seed", range(15))
def test_alternatives_are_possible_and_the_cheapest_comes_first(seed: int) -> None:
    explainer = some_explainer(seed)
    for name, chain in chains(explainer):
        now = explainer.bench.before((name,))
        if now is None:
            continue
        for i, meeting in enumerate(chain):
            told = explainer.meeting(meeting.id, 0)
            assert [one.total for one in told.alternatives] == sorted(one.total for one in told.alternatives)
            for one in told.alternatives:
                assert one.total == sum(one.costs.values())
                assert (one.start, one.venue) != (meeting.start, meeting.venue)
                assert i == 0 or one.start.date() > chain[i - 1].start.date()
                answer = explainer.not_then(meeting.id, one.start, one.venue, 0)
                assert answer.possible
                assert answer.alternative is not None
                # There the later meetings stay where they can, which is never better than their best.
                assert answer.alternative.total >= one.total


def two_rooms() -> Json:
    """A meeting that may be in either of two rooms; its worker is in the one hall, so the other is further."""
    data = lone(horizon={"start": "2027-01-11", "end": "2027-01-14"})
    data["venues"] = [
        room("room-1", hours=hours("10:00", "11:00")),
        room("room-2", "hill", hours=hours("10:00", "11:00")),
    ]
    return data


class TestWhyHere:
    def test_in_words(self) -> None:
        explainer = explained(two_rooms())
        (meeting,) = explainer.calendar.meetings
        told = explainer.meeting(meeting.id)
        assert told.text == (
            "It is on Mon 11 Jan 2027 at 10:00 in room-1, 3 working days before the last. "
            "It costs convenience 3 there. 8 times and venues are open to it. "
            "The next best costs 9 points more."
        )
        assert [(one.times, one.what) for one in told.narrowing] == [
            (120, "times and venues in its window"),
            (8, "and in a venue that may be used and is open"),
        ]
        assert told.sources == ("made-up",)
        assert [one.text for one in told.alternatives[:2]] == [
            "Mon 11 Jan 2027 at 10:00 in room-2 would cost 9 points more: travel, weekday, room (+9).",
            "Tue 12 Jan 2027 at 10:00 in room-1 would cost 11 points more: 2 working days to spare instead of 3 (+11).",
        ]

    def test_somebody_would_not_come(self) -> None:
        data = two_rooms()
        data["people"].append(person("hv-1", "health_visitor", hours=hours("09:00", "17:00", ["mon"])))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        explainer = explained(data)
        (meeting,) = explainer.calendar.meetings
        told = explainer.meeting(meeting.id)
        tuesday = next(one for one in told.alternatives if one.start.day == 12)
        assert "Person hv-1 (hv-1) would send a report (+900)" in tuesday.text

    def test_there_is_no_other_time(self) -> None:
        data = two_rooms()
        data["horizon"] = {"start": "2027-01-14", "end": "2027-01-14"}
        del data["venues"][1]
        explainer = explained(data)
        told = explainer.meeting(explainer.calendar.meetings[0].id)
        assert told.alternatives == ()
        assert told.text.endswith(
            "No other time and venue is open, everybody else's meetings being where they are."
        )

    def test_a_pinned_one_is_where_it_was_booked(self) -> None:
        data = two_rooms()
        data["booked"] = [
            {"plans": ["plan-1"], "start": "2027-01-12T10:00", "venue": "room-1", "pinned": True}
        ]
        explainer = explained(data)
        told = explainer.meeting(explainer.calendar.meetings[0].id)
        assert told.text == "It is on Tue 12 Jan 2027 at 10:00 in room-1, where it was booked: it is pinned."
        assert told.narrowing == ()

    def test_what_is_late_and_who_is_missing_comes_with_it(self) -> None:
        data = lone()
        data["people"][0]["busy"] = [{"start": "2027-01-01T00:00", "end": "2027-01-19T00:00"}]
        data["people"].append(person("hv-1", "health_visitor", hours={}))
        data["plans"][0]["participants"].append({"person": "hv-1"})
        explainer = explained(data)
        told = explainer.meeting(explainer.calendar.meetings[0].id)
        assert told.breach is not None
        assert [one.rule for one in told.breach.reasons] == ["person.busy"]
        assert [one.person for one in told.exceptions] == ["hv-1"]

    def test_a_meeting_that_is_not_there(self) -> None:
        with pytest.raises(KeyError):
            explained(two_rooms()).meeting("plan-9.core_group.1")


class TestNotThen:
    def at(self, data: Json, start: str, venue: str | None = None) -> tuple[bool, list[str], str]:
        explainer = explained(data)
        told = explainer.not_then(explainer.calendar.meetings[0].id, datetime.fromisoformat(start), venue)
        return told.possible, [one.text for one in told.reasons], told.text

    def test_what_it_would_cost(self) -> None:
        possible_, reasons, text = self.at(two_rooms(), "2027-01-12T10:00", "room-1")
        assert possible_
        assert reasons == []
        assert text.startswith("Tue 12 Jan 2027 at 10:00 in room-1 would cost 71 points more:")

    def test_the_rooms_are_closed(self) -> None:
        possible_, reasons, text = self.at(two_rooms(), "2027-01-12T12:00")
        assert not possible_
        assert text == "plan-1.core_group.1 can't be held on Tue 12 Jan 2027 at 12:00."
        assert reasons == [
            "room-1 is open only Mon to Fri 10:00 to 11:00. room-2 is open only Mon to Fri 10:00 to 11:00."
        ]

    def test_before_the_window(self) -> None:
        data = two_rooms()
        data["horizon"]["end"] = "2027-01-29"
        data["plans"][0]["events"]["initial_conference"] = "2027-01-11"
        _, reasons, _ = self.at(data, "2027-01-11T10:00")
        assert reasons == ["It may be held from Tue 12 Jan 2027 on."]

    def test_on_a_weekend(self) -> None:
        data = two_rooms()
        data["horizon"]["end"] = "2027-01-18"
        _, reasons, _ = self.at(data, "2027-01-16T10:00")
        assert reasons == [
            "There is no day on Sat 16 Jan 2027 on which meetings are held (weekends and bank holidays)."
        ]

    def test_outside_the_horizon(self) -> None:
        _, reasons, _ = self.at(two_rooms(), "2027-03-01T10:00")
        assert reasons == ["The calendar is planned from Mon 11 Jan to Thu 14 Jan 2027."]

    def test_before_the_meeting_before_it(self) -> None:
        explainer = explained(lone())
        second = explainer.calendar.meetings[1]
        told = explainer.not_then(second.id, explainer.calendar.meetings[0].start)
        assert [one.rule for one in told.reasons] == ["series.order"]

    def test_another_meeting_is_asked_to_move(self) -> None:
        data = two_rooms()
        del data["venues"][1]
        data["people"] += [person("sw-2", "social_worker"), person("mother-2", "parent")]
        data["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
        explainer = explained(data)
        first, second = explainer.calendar.meetings
        told = explainer.not_then(first.id, second.start, second.venue)
        assert [(one.rule, one.meetings) for one in told.reasons] == [("venue.overlap", (second.id,))]
        move = next(one for one in told.remedies if one.kind == "move_meeting")
        assert move.meetings == (second.id,)
        assert (move.start, move.venue) == (second.start, second.venue)


class TestWhole:
    def test_the_same_every_time(self) -> None:
        for seed in range(12):
            explainer = some_explainer(seed)
            again = plan(explainer.caseload, explainer.policy, deterministic=2)
            assert again.model_dump_json() == explainer.calendar.model_dump_json()

    def test_every_breach_of_a_plan_has_its_causes(self) -> None:
        for seed in range(40):
            for breach in some_explainer(seed).calendar.breaches:
                assert breach.reasons
                assert breach.sources
                assert len(breach.remedies) <= breach.tried

    def test_no_more_is_looked_into_than_is_allowed(self) -> None:
        explainer = next(
            one
            for one in map(some_explainer, range(40))
            if sum(exception.person is not None for exception in one.calendar.exceptions) > 2
        )
        little = with_explanations(
            explainer.caseload, explainer.policy, explainer.calendar, Effort(1, 1, 1, 1)
        )
        looked = [one for one in little.exceptions if one.looked_into]
        assert len(looked) <= sum(one.looked_into for one in explainer.calendar.exceptions)
        assert sum(breach.tried for breach in little.breaches) <= 1

    def test_of_very_many_breaches_it_is_said_that_nobody_has_looked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        explainer = next(one for one in map(some_explainer, range(40)) if one.calendar.breaches)
        monkeypatch.setattr("solver.explain.whole.CAUSES", 0)
        told = with_explanations(explainer.caseload, explainer.policy, explainer.calendar)
        for breach in told.breaches:
            assert [one.text for one in breach.reasons] == [NOT_LOOKED_INTO]
        assert check_calendar(explainer.caseload, explainer.policy, told).ok
