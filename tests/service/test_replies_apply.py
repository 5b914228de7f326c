"""Whatever the order in which answers come, and however often: the calendar is the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reply_cases import (
    ANSWERED,
    NOW,
    SHAPES,
    Says,
    Shape,
    calendar,
    earlier,
    entry,
    first,
    ics,
    invite,
    mail,
    plain_mail,
    says,
    sent,
    team,
)

from service.replies.apply import apply
from service.replies.match import Said
from service.replies.outcome import Outcome
from service.replies.take import Message, Reader, Taken
from solver.check import check_calendar
from solver.schema.calendar import Answer, Calendar


def take(*messages: bytes, found: Calendar | None = None) -> Taken:
    reader = Reader(team()[0], found or calendar(), sent(), now=NOW)
    return reader.take(Message(f"m{k}", one) for k, one in enumerate(messages))


def kinds(taken: Taken) -> list[str]:
    return [one.kind for one in taken.outcomes]


def test_an_answer_is_in_the_calendar() -> None:
    taken = take(mail(says("mother-1", "TENTATIVE")))
    found = entry(taken.calendar, "mother-1").answer
    assert found is not None
    assert (found.status, found.at, found.sequence) == ("tentative", "2027-01-04T10:30:00Z", 0)
    assert taken.calendar.revision == calendar().revision
    assert taken.calendar.rebookings == ()
    others = [one for one in taken.calendar.meetings[0].attendees if one.person != "mother-1"]
    assert all(one.answer is None for one in others)
    assert taken.calendar.meetings[1:] == calendar().meetings[1:]


def test_the_same_answer_once_more_changes_nothing() -> None:
    once = take(mail(says("sw-1", "DECLINED")))
    again = take(mail(says("sw-1", "DECLINED"), "google"), found=once.calendar)
    assert again.calendar is once.calendar
    assert kinds(again) == ["known"]
    assert again.settled("m0")


def test_the_same_answer_twice_at_once_is_one_that_is_new() -> None:
    assert kinds(take(mail(says("sw-1")), mail(says("sw-1"), "apple"))) == ["taken", "known"]


def test_the_last_answer_counts_whatever_comes_first() -> None:
    now, before = mail(says("sw-1")), mail(earlier(says("sw-1", "DECLINED")))
    one, other = take(now, before), take(before, now)
    assert one.calendar == other.calendar
    assert entry(one.calendar, "sw-1").answer is not None
    assert entry(one.calendar, "sw-1").answer == entry(take(now).calendar, "sw-1").answer
    assert kinds(one) == ["taken", "superseded"]
    assert kinds(other) == ["superseded", "taken"]
    late = take(before, found=one.calendar)
    assert late.calendar is one.calendar
    assert kinds(late) == ["superseded"]


def test_an_essential_persons_decline_opens_a_rebooking_and_their_yes_closes_it() -> None:
    declined = take(mail(says("sw-1", "DECLINED"))).calendar
    assert [(one.meeting, one.person, one.because) for one in declined.rebookings] == [
        (first().id, "sw-1", "declined")
    ]
    assert take(mail(says("hv-1", "DECLINED"))).calendar.rebookings == ()
    yes = mail(says("sw-1", stamp=ANSWERED + timedelta(hours=1)))
    assert take(yes, found=declined).calendar.rebookings == ()


def test_two_answers_with_one_stamp() -> None:
    """Some clients don't write a new stamp when somebody thinks again: the one that asks for more attention counts."""
    yes, no = mail(says("sw-1")), mail(says("sw-1", "DECLINED"))
    assert take(yes, no).calendar == take(no, yes).calendar
    found = entry(take(no, yes).calendar, "sw-1").answer
    assert found is not None
    assert found.status == "declined"


def hand_made(at: str, sequence: int, person: str = "sw-1") -> Outcome:
    answer = Answer(status="accepted", at=at, sequence=sequence)
    return Outcome("m", "taken", "", first().id, person, answer)


def test_the_invite_that_is_answered_comes_before_the_time() -> None:
    """Somebody's clock may be fast."""
    early, late = hand_made("2027-01-04T10:00:00Z", 1), hand_made("2027-01-04T11:00:00Z", 0)
    for one, other in ((early, late), (late, early)):
        assert entry(apply(apply(calendar(), [one]), [other]), "sw-1").answer == early.answer


def test_who_takes_no_part_has_no_answer() -> None:
    people = tuple(
        one.model_copy(update={"status": "report"}) if one.person == "sw-1" else one
        for one in first().attendees
    )
    meeting = first().model_copy(update={"attendees": people})
    found = calendar().model_copy(update={"meetings": (meeting,)})
    assert apply(found, [hand_made("2027-01-04T10:00:00Z", 0)]) is found


def test_what_a_system_says_is_taken_like_a_mail() -> None:
    from calendars.reply import Reply

    said = Said("api", Reply("REPLY", invite("hv-1").uid, "hv-1@health.example", "ACCEPTED", 0, ANSWERED))
    taken = Reader(team()[0], calendar(), sent(), now=NOW).take([said])
    assert taken.calendar == take(mail(says("hv-1"))).calendar


ANSWERS = st.builds(
    Says,
    issued=st.sampled_from([one for one in sent() if one.recipient != "sch-1"]),
    partstat=st.sampled_from(["ACCEPTED", "TENTATIVE", "DECLINED", "DELEGATED", "NEEDS-ACTION"]),
    stamp=st.integers(0, 3).map(lambda hours: ANSWERED + timedelta(hours=hours)),
    start=st.sampled_from([None, None, datetime(2027, 1, 12, 10), datetime(2027, 1, 13, 14)]),
    to=st.sampled_from([None, "hv-2@health.example"]),
    address=st.sampled_from([None, None, None, "stranger@home.example"]),
)
MESSAGES = st.lists(
    st.one_of(
        st.tuples(ANSWERS, st.sampled_from(SHAPES)).map(lambda one: mail(*one)),
        st.tuples(ANSWERS, st.sampled_from(SHAPES)).map(lambda one: ics(*one)),
        st.just(plain_mail("mother@home.example")),
        st.binary(max_size=30),
    ),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(MESSAGES, st.data())
def test_any_order_any_number_of_times(messages: list[bytes], chosen: st.DataObject) -> None:
    whole = take(*messages)
    assert {one.source for one in whole.outcomes} == {f"m{k}" for k in range(len(messages))}, (
        "nothing is dropped"
    )
    order = chosen.draw(
        st.permutations([*messages, *chosen.draw(st.lists(st.sampled_from(messages)))] if messages else [])
    )
    assert take(*order).calendar == whole.calendar
    assert take(*order, found=whole.calendar).calendar is whole.calendar
    cut = chosen.draw(st.integers(0, len(order)))
    assert take(*order[cut:], found=take(*order[:cut]).calendar).calendar == whole.calendar
    caseload, policy = team()
    assert check_calendar(caseload, policy, whole.calendar).ok


NAMES = [one.recipient for one in sent()[:4]]
WHERE = {
    "sw-1": {"sw-1@council.example"},
    "mother-1": {"mother@home.example", "mother+school@home.example"},
    "hv-1": {"hv-1@health.example", "h.visitor@health.example"},
    "sch-1": {"sch-1@school.example"},
}
ADDRESSES = st.sampled_from(
    [*(address for one in WHERE.values() for address in sorted(one)), "x@home.example", "hv-2@health.example"]
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), ADDRESSES, ADDRESSES, st.sampled_from(SHAPES))
def test_nobody_answers_for_somebody_else(invited: str, attendee: str, sender: str, shape: Shape) -> None:
    """Whoever's invite it is, whoever it names and wherever it comes from."""
    found = take(mail(Says(invite(invited), "DECLINED", address=attendee), shape, sender=sender)).calendar
    answered = {one.person for one in found.meetings[0].attendees if one.answer is not None}
    # Family members have a UID of their own; the professionals of a meeting share one.
    shared = {"sw-1", "hv-1", "sch-1"} if invited != "mother-1" else {"mother-1"}
    assert answered == {who for who in shared if attendee in WHERE[who] and sender in WHERE[who]}


@pytest.mark.parametrize("kind", ["known", "taken", "superseded", "older", "automatic", "foreign"])
def test_what_has_a_note_is_left_for_somebody(kind: str) -> None:
    plain = Outcome("m", kind, "")  # type: ignore[arg-type]
    noted = Outcome("m", kind, "", note=True)  # type: ignore[arg-type]
    assert not plain.attention
    assert plain.settled == (kind != "foreign")
    assert noted.attention
    assert not noted.settled
