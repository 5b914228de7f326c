"""What can be done about an answer: the options that `convene rebook` has, proposals worked out, deputies allowed or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from reply_cases import NOW, SHAPES, Shape, calendar, data, entry, first, ics, invite, mail, says, sent, team
from solver_cases import hours, lone, person, plan_of, planned, read, room

from service.replies.openings import Opening, Openings, open_meetings
from service.replies.take import Message, Reader
from solver.check import check_calendar
from solver.policy.model import Policy
from solver.rebook.accept import RefusedError
from solver.rebook.options import Desk
from solver.replan.answers import open_rebookings
from solver.replan.changes import apply_changes
from solver.schema.calendar import Answer, Calendar
from solver.schema.caseload import Caseload
from solver.schema.changes import PersonAway

TODAY = date(2027, 1, 4)
PROPOSED = datetime(2027, 1, 13, 10)


def answered(*messages: bytes) -> Calendar:
    reader = Reader(team()[0], calendar(), sent(), now=NOW)
    return reader.take(Message(f"m{k}", one) for k, one in enumerate(messages)).calendar


def openings(found: Calendar, facts: tuple[Caseload, Policy] | None = None, today: date = TODAY) -> Openings:
    return Openings(*(facts or team()), found, today=today, now=NOW)


def worked_out(*messages: bytes, **more: Any) -> Opening:
    found = answered(*messages)
    assert open_meetings(found, today=date(2027, 1, 4)) == (first().id,)
    return openings(found, **more).work_out(first().id, 3)


def test_a_decline_has_the_options_of_rebooking_with_the_person_away() -> None:
    opening = worked_out(mail(says("sw-1", "DECLINED")))
    assert [(one.person, one.start, one.end) for one in opening.away] == [
        ("sw-1", first().start, first().end)
    ]
    caseload, policy = team()
    facts = apply_changes(caseload, [PersonAway(person="sw-1", start=first().start, end=first().end)])
    expected = Desk(facts, policy, answered(mail(says("sw-1", "DECLINED"))), today=TODAY).options(
        first().id, stay=True, n=3
    )
    assert opening.rebooking is not None
    assert opening.rebooking.options == expected.rebooking.options
    assert all(one.start != first().start for one in opening.rebooking.options)
    assert not opening.proposals


@pytest.mark.parametrize("shape", SHAPES)
def test_a_proposed_time_that_is_possible(shape: Shape) -> None:
    for partstat in ("TENTATIVE", "DECLINED"):
        opening = worked_out(mail(says("sw-1", partstat, start=PROPOSED), shape))
        (proposal,) = opening.proposals
        assert (proposal.person, proposal.start, proposal.end) == (
            "sw-1",
            PROPOSED,
            PROPOSED + timedelta(hours=1),
        )
        assert proposal.option is not None
        assert proposal.option.start == PROPOSED
        assert proposal.levels["resilience"] > 0
        assert "4 people to ask; everybody comes" in proposal.text
        assert bool(opening.away) == (partstat == "DECLINED")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (datetime(2027, 1, 12, 10, 10), "whole multiple of 30 minutes"),
        (datetime(2027, 1, 4, 15), "today"),
        (datetime(2026, 12, 1, 10), "today"),
        (datetime(2028, 1, 4, 10), "outside the months that are planned"),
        (datetime(2027, 1, 12, 6), "can't be held on Tue 12 Jan 2027 at 06:00"),
        (datetime(2027, 1, 16, 10), "can't be held on Sat 16 Jan 2027"),
    ],
)
def test_a_proposed_time_that_is_not_possible(start: datetime, words: str) -> None:
    (proposal,) = worked_out(mail(says("sw-1", "TENTATIVE", start=start))).proposals
    assert proposal.option is None
    assert proposal.levels == {}
    assert words in proposal.text


def test_a_proposed_time_that_is_late_says_so() -> None:
    (proposal,) = worked_out(mail(says("sw-1", "TENTATIVE", start=datetime(2027, 2, 15, 10)))).proposals
    assert proposal.option is not None
    assert "It would be 32 days late." in proposal.text
    assert f"It also moves {calendar().meetings[1].id}" in proposal.text


def test_a_proposed_time_at_which_somebody_can_not_come_says_who() -> None:
    caseload, _ = team()
    busy = apply_changes(
        caseload, [PersonAway(person="mother-1", start=PROPOSED, end=PROPOSED + timedelta(hours=1))]
    )
    (proposal,) = worked_out(
        mail(says("sw-1", "TENTATIVE", start=PROPOSED)), facts=(busy, team()[1])
    ).proposals
    assert proposal.option is not None
    assert "mother-1" in proposal.text
    away = apply_changes(
        caseload, [PersonAway(person="sw-1", start=PROPOSED, end=PROPOSED + timedelta(hours=1))]
    )
    (proposal,) = worked_out(
        mail(says("hv-1", "TENTATIVE", start=PROPOSED)), facts=(away, team()[1])
    ).proposals
    assert proposal.option is None
    assert "sw-1" in proposal.text


def test_another_length_is_told() -> None:
    from calendars.reply import Reply
    from service.replies.match import Said

    said = says("sw-1", "TENTATIVE", start=PROPOSED)
    reply = Reply(
        "COUNTER",
        said.issued.uid,
        said.mailbox,
        "TENTATIVE",
        0,
        said.stamp,
        PROPOSED,
        PROPOSED + timedelta(hours=2),
    )
    found = Reader(team()[0], calendar(), sent(), now=NOW).take([Said("x", reply)]).calendar
    (proposal,) = openings(found).work_out(first().id, 1).proposals
    assert "the meeting takes 60 minutes" in proposal.text


DELEGATED = mail(says("hv-1", "DELEGATED", to="hv-2@health.example"))


def test_a_named_deputy_may_come() -> None:
    opening = worked_out(DELEGATED)
    (named,) = opening.delegations
    assert (named.person, named.to, named.allowed) == ("hv-1", "hv-2", True)
    made, done = openings(answered(DELEGATED)).accept_delegations()
    assert [one.to for one in done] == ["hv-2"]
    assert made.revision == 2
    there = entry(made, "hv-2")
    assert (there.status, there.for_, there.answer) == ("deputy", "hv-1", None)
    assert made.rebookings == ()
    assert (made.meetings[0].start, made.meetings[0].venue) == (first().start, first().venue)
    assert check_calendar(*team(), made).ok


def test_somebody_who_sends_somebody_else_is_away() -> None:
    opening = worked_out(DELEGATED)
    assert [one.person for one in opening.away] == ["hv-1"]
    assert opening.rebooking is not None
    assert not opening.rebooking.stands


def test_with_other_facts_the_meeting_may_stay_as_in_rebooking() -> None:
    caseload, policy = team()
    facts = apply_changes(
        caseload, [PersonAway(person="hv-3", start=datetime(2027, 2, 1), end=datetime(2027, 2, 2))]
    )
    said = mail(says("sw-1", "TENTATIVE", start=PROPOSED))
    changed, same = worked_out(said, facts=(facts, policy)).rebooking, worked_out(said).rebooking
    assert changed is not None
    assert same is not None
    assert (changed.options[0].start, changed.options[0].venue) == (first().start, first().venue)
    assert first().start not in [one.start for one in same.options]


def test_two_deputies_are_one_revision() -> None:
    other = calendar().meetings[1].id
    both = (
        DELEGATED,
        ics(replace(says("hv-1", "DELEGATED", to="hv-3@health.example"), issued=invite("hv-1", other))),
    )
    made, decided = openings(answered(*both)).accept_delegations()
    assert [one.allowed for one in decided] == [True, True]
    assert made.revision == 2
    assert (entry(made, "hv-2").for_, entry(made, "hv-3", other).for_) == ("hv-1", "hv-1")
    assert check_calendar(*team(), made).ok


def test_the_deputy_who_was_named_and_no_other() -> None:
    said = mail(says("hv-1", "DELEGATED", to="hv-3@health.example"))
    made, _ = openings(answered(said)).accept_delegations()
    assert entry(made, "hv-3").for_ == "hv-1"


def test_answers_of_the_others_stand_when_a_deputy_comes() -> None:
    made, _ = openings(
        answered(DELEGATED, mail(says("mother-1")), mail(says("sw-1", "DECLINED")))
    ).accept_delegations()
    mother = entry(made, "mother-1").answer
    assert mother is not None
    assert mother.status == "accepted"
    assert [one.person for one in made.rebookings] == ["sw-1"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (mail(says("hv-1", "DELEGATED", to="other@health.example")), "isn't in the caseload"),
        (mail(says("hv-1", "DELEGATED", to="sch-1@school.example")), "sch-1 isn't named as a deputy of hv-1"),
        (mail(says("sw-1", "DELEGATED", to="hv-2@health.example")), "hv-2 isn't named as a deputy of sw-1"),
        (mail(says("hv-1", "DELEGATED")), "isn't in the caseload"),
    ],
)
def test_anybody_else_is_told_and_nothing_is_applied(message: bytes, words: str) -> None:
    (named,) = worked_out(message).delegations
    assert not named.allowed
    assert words in named.text
    found = answered(message)
    after, decided = openings(found).accept_delegations()
    assert after is found
    assert [one.allowed for one in decided] == [False]


def test_a_deputy_who_is_away_can_not_come() -> None:
    caseload, policy = team()
    busy = apply_changes(caseload, [PersonAway(person="hv-2", start=first().start, end=first().end)])
    (named,) = worked_out(DELEGATED, facts=(busy, policy)).delegations
    assert not named.allowed
    assert "hv-2 can't be there for hv-1" in named.text
    assert not openings(answered(DELEGATED), (busy, policy)).accept_delegations()[1][0].allowed


def test_a_deputy_is_not_accepted_where_that_moves_another_meeting() -> None:
    caseload, policy = team()
    other = calendar().meetings[1]
    facts = apply_changes(caseload, [PersonAway(person="sw-1", start=other.start, end=other.end)])
    found = answered(DELEGATED)
    after, (decided,) = openings(found, (facts, policy)).accept_delegations()
    assert after is found
    assert not decided.allowed
    assert "with everything else as it is" in decided.text


def test_a_deputy_whom_the_checker_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RefusedError("That would break rules.")

    monkeypatch.setattr("service.replies.openings.accept", refuse)
    found = answered(DELEGATED)
    after, (decided,) = openings(found).accept_delegations()
    assert after is found
    assert (decided.allowed, decided.text) == (False, "That would break rules.")


def test_nobody_deputises_for_who_is_essential() -> None:
    changed = data()
    next(one for one in changed["people"] if one["id"] == "sw-1")["deputies"] = ["hv-2"]
    said = mail(says("sw-1", "DELEGATED", to="hv-2@health.example"))
    (named,) = worked_out(said, facts=read(changed)).delegations
    assert not named.allowed
    assert "essential" in named.text


def test_a_meeting_that_does_not_move() -> None:
    found = answered(mail(says("sw-1", "DECLINED")))
    pinned = first().model_copy(update={"pinned": True, "attendees": found.meetings[0].attendees})
    opening = openings(found.model_copy(update={"meetings": (pinned, *found.meetings[1:])})).work_out(
        first().id, 3
    )
    assert opening.rebooking is None
    assert "pinned" in opening.text
    past = openings(found, today=date(2027, 1, 20)).work_out(first().id, 3)
    assert "it stays where it was" in past.text


def test_where_nothing_is_in_time_others_move() -> None:
    """One room, an hour a day: the worker who declines is left with the hour that the other plan has."""
    tight = lone(grid_minutes=60, venues=[room("room-1", hours=hours("10:00", "11:00"))])
    tight["people"] += [person("sw-2", "social_worker", site="hall"), person("mother-2", "parent")]
    tight["plans"].append(plan_of(2, {"person": "sw-2"}, {"person": "mother-2"}))
    standing = planned(tight, rounds=4)
    mine, other = (next(one for one in standing.meetings if one.plans == (f"plan-{k}",)) for k in (1, 2))
    day = timedelta(days=1)
    before = PersonAway(
        person="sw-1",
        start=datetime(2027, 1, 4),
        end=datetime.combine(other.start.date(), datetime.min.time()),
    )
    after = PersonAway(person="sw-1", start=before.end + day, end=datetime(2027, 1, 15))
    caseload, policy = read(tight)
    facts = apply_changes(caseload, [before, after])
    declined = Answer(status="declined", at="2027-01-04T10:30:00Z", sequence=0)
    meetings = tuple(
        one.model_copy(
            update={
                "attendees": tuple(
                    who.model_copy(update={"answer": declined}) if who.person == "sw-1" else who
                    for who in one.attendees
                )
            }
        )
        if one.id == mine.id
        else one
        for one in standing.meetings
    )
    found = standing.model_copy(update={"meetings": meetings, "rebookings": open_rebookings(meetings)})
    opening = openings(found, (facts, policy)).work_out(mine.id, 3)
    assert opening.rebooking is not None
    assert opening.rebooking.outcome == "others_move"
    assert [one.meeting for one in opening.rebooking.options[0].moves_others] == [other.id]
