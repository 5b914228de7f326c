from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoilt_files import ALARM, CLEAN, EVENT, FAULTS, HEAD, REQUEST, ROOM, TAIL, WHOLE, ZONE, Spoilt, swap

from calendars.lint import Finding, Kind, Rule, lint


def rules(text: str) -> list[str]:
    return [finding.rule for finding in lint(text.encode())]


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_a_clean_file_has_no_finding(kind: Kind) -> None:
    assert lint(WHOLE[kind].encode(), kind=kind) == []
    assert lint(WHOLE[kind].encode()) == []


@pytest.mark.parametrize("spoilt", FAULTS, ids=[f"{one.rule}: {one.what}" for one in FAULTS])
def test_each_fault_is_found_and_nothing_else(spoilt: Spoilt) -> None:
    assert {finding.rule for finding in lint(spoilt.data, kind=spoilt.kind)} == {spoilt.rule}


def test_every_rule_has_a_fault_above() -> None:
    assert {one.rule for one in FAULTS} | {"forbidden-text"} == set(get_args(Rule))


@pytest.mark.parametrize(("kind", "other"), [(kind, other) for kind in WHOLE for other in WHOLE])
def test_a_file_of_one_kind_is_none_of_another_method(kind: Kind, other: Kind) -> None:
    alike = {kind, other} <= {"publish", "feed"} or {kind, other} <= {"stored", "tasks"}
    found = {finding.rule for finding in lint(WHOLE[kind].encode(), kind=other)}
    assert ("method" in found) is not (alike or kind == other)


def test_empty_and_foreign_files_are_no_calendars() -> None:
    assert "structure" in rules("")
    assert "structure" in rules("<html></html>\r\n")


def test_bare_line_feeds_are_told_line_by_line() -> None:
    found = lint(CLEAN.replace("\r\n", "\n").encode())
    assert [finding.rule for finding in found] == ["line-end"] * CLEAN.count("\r\n")
    assert [finding.line for finding in found] == list(range(1, CLEAN.count("\r\n") + 1))


def test_a_carriage_return_within_a_line_is_found() -> None:
    assert rules(swap("SUMMARY", "DESCRIPTION:a\rb\r\nSUMMARY")) == ["control-character", "line-end"]


def test_an_exception_to_a_recurrence_shares_its_uid() -> None:
    override = EVENT.replace("SUMMARY", "RECURRENCE-ID;TZID=Europe/London:20261110T100000\r\nSUMMARY")
    assert lint((HEAD + ZONE + EVENT + override + TAIL).encode()) == []


def test_a_published_file_may_have_an_alarm() -> None:
    assert lint(swap("END:VEVENT", ALARM + "END:VEVENT").encode()) == []


def test_a_stored_object_has_its_mark_and_the_owners_alarm_whatever_is_in_it() -> None:
    alarm = ALARM.replace("ACTION", "X-OWNERS-OWN:1\r\nACTION")
    marked = swap("SUMMARY", "X-CONVENE-WRITTEN:0123456789abcdef\r\nSUMMARY", "stored")
    assert lint(marked.replace("END:VEVENT", alarm + "END:VEVENT").encode(), kind="stored") == []


def test_a_room_is_invited_beside_the_recipient_or_alone() -> None:
    assert lint(swap("SUMMARY", ROOM + "SUMMARY", "request").encode()) == []
    alone = REQUEST[: REQUEST.index("ATTENDEE")] + ROOM + "END:VEVENT\r\n" + TAIL
    assert lint(alone.encode()) == []


def test_ends_are_compared_as_moments() -> None:
    night = EVENT.replace("20261110T100000", "20261025T003000").replace("20261110T110000", "20261025T013000")
    assert lint((HEAD + ZONE + night + TAIL).encode()) == []


FOURTH_SUNDAY_IS_NOT_LAST = {1997: True, 2026: True, 2060: False, 2199: True}
BEYOND_THE_LAW = {9999: False}


@pytest.mark.parametrize(("year", "wrong"), (FOURTH_SUNDAY_IS_NOT_LAST | BEYOND_THE_LAW).items())
def test_a_zone_is_held_against_the_worlds_in_the_years_of_the_file(year: int, wrong: bool) -> None:
    assert rules(CLEAN.replace(":2026", f":{year}")) == []
    spoilt = swap("19960331", "19960324").replace("-1SU;BYMONTH=3", "4SU;BYMONTH=3")
    assert rules(spoilt.replace(":2026", f":{year}")) == ["timezone-rules"] * wrong


def test_a_folded_line_counts_as_one() -> None:
    text = swap("SUMMARY:Meeting", "SUMMARY:Mee\r\n ting")
    assert lint(text.encode()) == []
    number = text.split("\r\n").index("SUMMARY:Mee") + 1
    found = lint(text.encode(), forbidden=["Meeting, ref"])
    assert found == [Finding("forbidden-text", number, "SUMMARY holds forbidden string 1")]


HIDDEN: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: text.upper(),
    lambda text: text.replace(",", "\\,").replace(";", "\\;"),
    lambda text: text.replace(" ", "\\n"),
    lambda text: text.replace(" ", "^n"),
    lambda text: text.replace(" ", "%20").replace(",", "%2C"),
    lambda text: text.replace(" ", "\r\n  "),
    lambda text: text.replace("a", "\r\n a"),
    lambda text: text.replace("a", "ａ"),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace("a", "\u00ada\u200b"),
]


@pytest.mark.parametrize("hide", HIDDEN)
def test_forbidden_text_is_found_however_it_is_written(hide: Callable[[str], str]) -> None:
    secret = "12 Nowhere Lane, Madeup; ZZ9"
    text = swap("SUMMARY", f"DESCRIPTION:Meeting {hide(secret)} ref\r\nSUMMARY")
    found = [
        finding
        for finding in lint(text.encode(), forbidden=["absent", secret])
        if finding.rule == "forbidden-text"
    ]
    assert [finding.text for finding in found] == ["DESCRIPTION holds forbidden string 2"]
    assert not any("Nowhere" in finding.text for finding in found)


def test_forbidden_text_is_found_in_names_parameters_and_comments() -> None:
    text = swap("ORGANIZER:", 'ORGANIZER;CN="Person 21":').encode()
    found = [finding.text for finding in lint(text, forbidden=["person 21"])]
    assert "ORGANIZER holds forbidden string 1" in found
    assert not any("Person" in text for text in found)


def test_forbidden_words_are_whole_and_in_their_case() -> None:
    for hit in ("of QZ", "QZ's", "(QZ)", "a_QZ", "QZ\\nx"):
        found = lint(swap("SUMMARY", f"DESCRIPTION:{hit}\r\nSUMMARY").encode(), forbidden_words=["XX", "QZ"])
        assert [finding.text for finding in found] == ["DESCRIPTION holds forbidden word 2"]
    for miss in ("of qz", "QZA", "1QZ"):
        assert (
            lint(swap("SUMMARY", f"DESCRIPTION:{miss}\r\nSUMMARY").encode(), forbidden_words=["XX", "QZ"])
            == []
        )


def test_an_empty_forbidden_string_forbids_nothing() -> None:
    assert lint(CLEAN.encode(), forbidden=["", "  "]) == []


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(st.sampled_from(CLEAN.split("\r\n"))).map(lambda lines: "\r\n".join(lines).encode())
)
def test_no_input_breaks_the_lint(data: bytes) -> None:
    assert lint(data, forbidden=["x"], forbidden_words=["X"]) is not None
