"""A desk in a process of its own: the answers of the command line, papers sent once, and a process that may die."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from api_cases import documents

from service.desks import desk
from service.desks.asked import Ask, AskError, Papers, PapersMissingError, Take
from service.desks.pool import BusyError, Desks
from solver.check import check_calendar
from solver.policy.load import load_policy
from solver.rebook.options import Desk
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload

TODAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)


def papers(name: str = "one") -> Papers:
    return Papers(name, *documents())


def caseload() -> Caseload:
    return Caseload.model_validate_json(documents()[0])


def calendar() -> Calendar:
    return Calendar.model_validate_json(documents()[1])


def first(plan: str = "plan-2") -> Meeting:
    return next(one for one in calendar().meetings if one.plans == (plan,))


def test_the_options_are_those_of_the_solver() -> None:
    found = json.loads(desk.options("one", papers(), Ask(first().id, TODAY)))
    policy = load_policy(caseload().authority)
    expected = Desk(caseload(), policy, calendar(), today=TODAY).options(first().id).rebooking
    assert found == json.loads(expected.model_dump_json(by_alias=True))


def test_papers_are_asked_for_once() -> None:
    with pytest.raises(PapersMissingError):
        desk.options("never sent", None, Ask(first().id, TODAY))
    desk.options("sent now", papers("sent now"), Ask(first().id, TODAY))
    assert json.loads(desk.options("sent now", None, Ask(first().id, TODAY)))["options"]


def test_one_start_and_venue_is_that_option_alone() -> None:
    shown = json.loads(desk.options("one", papers(), Ask(first().id, TODAY)))["options"]
    for option in shown[:4]:
        ask = Ask(first().id, TODAY, at=datetime.fromisoformat(option["start"]), venue=option["venue"])
        (alone,) = json.loads(desk.options("one", papers(), ask))["options"]
        assert alone | {"number": 0, "why": ""} == option | {"number": 0, "why": ""}


def test_what_is_taken_keeps_every_rule_and_pins_where_asked() -> None:
    option = json.loads(desk.options("one", papers(), Ask(first().id, TODAY)))["options"][0]
    ask = Ask(first().id, TODAY, at=datetime.fromisoformat(option["start"]), venue=option["venue"])
    plain = desk.take("one", papers(), Take(ask, 1, NOW))
    assert plain.caseload is None
    after = Calendar.model_validate_json(plain.calendar)
    policy = load_policy(caseload().authority)
    assert check_calendar(caseload(), policy, after).ok
    pinned = desk.take("one", papers(), Take(ask, 1, NOW, pin=True))
    assert pinned.caseload is not None
    now = Caseload.model_validate_json(pinned.caseload)
    made = Calendar.model_validate_json(pinned.calendar)
    assert check_calendar(now, policy, made).ok
    (moved,) = [one for one in made.meetings if one.id == first().id]
    assert (moved.start.isoformat(timespec="minutes"), moved.pinned) == (option["start"], True)


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (Ask("no.such.meeting", TODAY), "unknown_meeting"),
        (Ask("", TODAY, changes=({"kind": "nothing"},)), "bad_change"),
        (Ask("", TODAY, changes=({"kind": "person_leaves", "person": "x", "date": "2027-02-01"},)), "bad_change"),
        (Ask("", date(2030, 1, 1)), "cannot_move"),
        (Ask("", TODAY, without=("nobody",)), "no_option"),
        (Ask("", TODAY, without=("sw-2",)), "essential"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_told_by_kind(ask: Ask, kind: str) -> None:
    ask = ask if ask.meeting else Ask(first().id, ask.today, ask.changes, ask.without)
    with pytest.raises(AskError) as error:
        desk.options("one", papers(), ask)
    assert error.value.kind == kind
    assert error.value.text


def test_an_option_that_there_is_not_is_told() -> None:
    with pytest.raises(AskError) as error:
        desk.take("one", papers(), Take(Ask(first().id, TODAY), 999, NOW))
    assert error.value.kind == "no_option"


@pytest.fixture
def desks() -> Iterator[Desks]:
    made = Desks()
    yield made
    made.close()


@pytest.mark.slow
def test_a_process_of_its_own_answers_alike_and_again_after_it_was_killed(desks: Desks) -> None:
    expected = desk.options("one", papers(), Ask(first().id, TODAY))
    assert desks.options(papers(), Ask(first().id, TODAY)) == expected
    (process,) = desks.processes()
    assert process != os.getpid()
    os.kill(process, signal.SIGKILL)
    assert desks.options(papers(), Ask(first().id, TODAY)) == expected
    assert desks.processes() != (process,)
    with pytest.raises(AskError):
        desks.options(papers(), Ask("no.such.meeting", TODAY))
    desks.close()
    assert desks.processes() == ()


@pytest.mark.slow
def test_whoever_waits_when_it_is_closed_is_let_go_and_nothing_starts_anew(desks: Desks) -> None:
    with ThreadPoolExecutor(1) as waiting:
        answer = waiting.submit(desks.options, papers(), Ask(first().id, TODAY))
        while not desks.processes() and not answer.done():
            time.sleep(0.01)
        assert desks.processes(), "it was answered, or broke, before it could be closed"
        desks.close()
        with pytest.raises(BusyError):
            answer.result(timeout=30)
    assert desks.processes() == ()
    with pytest.raises(BusyError):
        desks.options(papers(), Ask(first().id, TODAY))
    assert desks.processes() == ()
