from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.lint import Finding, Rule, lint

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Convene//Meetings//EN\r\nMETHOD:PUBLISH\r\n"
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\nDTSTART:19961027T020000\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
EVENT = (
    "BEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20261101T093000Z\r\nSEQUENCE:0\r\nCLASS:PRIVATE\r\n"
    "DTSTART;TZID=Europe/London:20261110T100000\r\nDTEND;TZID=Europe/London:20261110T110000\r\n"
    "SUMMARY:Meeting\\, ref 7F3K\r\nORGANIZER:mailto:yew@convene.example\r\nEND:VEVENT\r\n"
)
TAIL = "END:VCALENDAR\r\n"
CLEAN = HEAD + ZONE + EVENT + TAIL
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
TASK = (
    "BEGIN:VTODO\r\nUID:one\r\nDTSTAMP:20261101T093000Z\r\nCLASS:PRIVATE\r\n"
    "DUE;VALUE=DATE:20261110\r\nEND:VTODO\r\n"
)


def rules(text: str | bytes) -> list[str]:
    return [finding.rule for finding in lint(text if isinstance(text, bytes) else text.encode())]


def swap(old: str, new: str) -> str:
    assert old in CLEAN
    return CLEAN.replace(old, new, 1)


def request(events: str) -> str:
    return HEAD.replace("PUBLISH", "REQUEST") + ZONE + events + TAIL


FAULTS: list[tuple[str, str | bytes]] = [
    ("attendee-in-publish", swap("SUMMARY", "ATTENDEE:mailto:x@convene.example\r\nSUMMARY")),
    ("calendar-uid", swap("METHOD", "UID:random\r\nMETHOD")),
    ("control-character", swap("Meeting\\, ref", "Meet\x07ing")),
    ("control-character", swap("Meeting\\, ref", "Meet\u2028ing")),
    ("control-character", swap("Meeting\\, ref", "Meet\x85ing")),
    ("dtstamp", swap("DTSTAMP:20261101T093000Z\r\n", "")),
    ("dtstamp", swap("DTSTAMP:20261101T093000Z", "DTSTAMP:20261101T093000")),
    ("duplicate-uid", HEAD + ZONE + EVENT + EVENT + TAIL),
    ("encoding", CLEAN.replace("Meeting", "R\xe9union").encode("latin-1")),
    ("end-before-start", swap("20261110T110000", "20261110T090000")),
    ("end-before-start", swap("20261110T110000", "20261110T100000")),
    ("end-before-start", swap("DTEND;TZID=Europe/London:20261110T110000", "DTEND:20261110T095959Z")),
    ("end-before-start", swap("DTEND;TZID=Europe/London:20261110T110000", "DTEND:20261110T110000")),
    ("end-before-start", swap("DTEND;TZID=Europe/London:20261110T110000", "DTEND:tomorrow")),
    ("end-before-start", swap("DTEND;TZID=Europe/London:20261110T110000", "DURATION:-PT1H")),
    ("end-before-start", HEAD + ZONE + TASK.replace("DUE", "DTSTART:20261111T090000\r\nDUE") + TAIL),
    ("line-end", swap("PRIVATE\r\n", "PRIVATE\n")),
    ("line-end", CLEAN.removesuffix("\r\n")),
    ("line-length", swap("SUMMARY:", "SUMMARY:" + "x" * 60)),
    ("line-length", swap("SUMMARY:", "SUMMARY:" + "é" * 30)),
    ("method", swap("METHOD:PUBLISH", "METHOD:publish")),
    ("no-uid", swap("UID:one\r\n", "")),
    ("no-uid", swap("UID:one\r\n", "UID:\r\n")),
    ("not-private", swap("CLASS:PRIVATE\r\n", "")),
    ("not-private", swap("CLASS:PRIVATE", "CLASS:PUBLIC")),
    ("structure", swap("END:VEVENT\r\n", "")),
    ("structure", swap("SUMMARY:", "SUMMARY")),
    ("structure", CLEAN + "X-AFTER:1\r\n"),
    ("structure", EVENT),
    ("timezone", CLEAN.replace(ZONE, "")),
    ("todo-in-invite", request(TASK)),
    ("two-uids", request(EVENT + EVENT.replace("UID:one", "UID:two"))),
    ("valarm-in-invite", request(EVENT.replace("END:VEVENT", ALARM + "END:VEVENT"))),
]


@pytest.mark.parametrize("text", [CLEAN, request(EVENT), HEAD + ZONE + TASK + TAIL])
def test_a_clean_file_has_no_finding(text: str) -> None:
    assert lint(text.encode()) == []


@pytest.mark.parametrize(("rule", "text"), FAULTS)
def test_each_fault_is_found_and_nothing_else(rule: str, text: str | bytes) -> None:
    assert set(rules(text)) == {rule}


def test_every_rule_has_a_fault_above() -> None:
    assert {rule for rule, _ in FAULTS} | {"forbidden-text"} == set(get_args(Rule))


def test_empty_and_foreign_files_are_no_calendars() -> None:
    assert "structure" in rules(b"")
    assert "structure" in rules(b"<html></html>\r\n")


def test_bare_line_feeds_are_told_line_by_line() -> None:
    found = lint(CLEAN.replace("\r\n", "\n").encode())
    assert [finding.rule for finding in found] == ["line-end"] * CLEAN.count("\r\n")
    assert [finding.line for finding in found] == list(range(1, CLEAN.count("\r\n") + 1))


def test_a_carriage_return_within_a_line_is_found() -> None:
    assert rules(swap("Meeting\\, ref", "Meet\ring")) == ["control-character", "line-end"]


def test_an_exception_to_a_recurrence_shares_its_uid() -> None:
    override = EVENT.replace("SUMMARY", "RECURRENCE-ID;TZID=Europe/London:20261110T100000\r\nSUMMARY")
    assert lint(request(EVENT + override).encode()) == []


def test_alarms_and_attendees_have_their_own_places() -> None:
    attendee = EVENT.replace("SUMMARY", "ATTENDEE:mailto:x@convene.example\r\nSUMMARY")
    assert lint(request(attendee).encode()) == []
    assert lint((HEAD + ZONE + EVENT.replace("END:VEVENT", ALARM + "END:VEVENT") + TAIL).encode()) == []


def test_ends_are_compared_as_moments() -> None:
    night = EVENT.replace("20261110T100000", "20261025T003000").replace("20261110T110000", "20261025T013000")
    assert lint((HEAD + ZONE + night + TAIL).encode()) == []


def test_a_folded_line_counts_as_one() -> None:
    text = swap("SUMMARY:Meeting", "SUMMARY:Mee\r\n ting")
    assert lint(text.encode()) == []
    assert text.split("\r\n")[19] == "SUMMARY:Mee"
    found = lint(text.encode(), forbidden=["Meeting, ref"])
    assert found == [Finding("forbidden-text", 20, "SUMMARY holds forbidden string 1")]


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
    text = swap("Meeting\\, ref", f"Meeting {hide(secret)} ref")
    found = [
        finding
        for finding in lint(text.encode(), forbidden=["absent", secret])
        if finding.rule == "forbidden-text"
    ]
    assert [finding.text for finding in found] == ["SUMMARY holds forbidden string 2"]
    assert not any("Nowhere" in finding.text for finding in found)


def test_forbidden_text_is_found_in_names_parameters_and_comments() -> None:
    text = swap("ORGANIZER:", 'ORGANIZER;CN="Person 21":').encode()
    assert [finding.line for finding in lint(text, forbidden=["person 21"])] == [21]


def test_forbidden_words_are_whole_and_in_their_case() -> None:
    for hit in ("of QZ", "QZ's", "(QZ)", "a_QZ", "QZ\\nx"):
        found = lint(swap("Meeting\\, ref", f"Meeting {hit}").encode(), forbidden_words=["XX", "QZ"])
        assert [finding.text for finding in found] == ["SUMMARY holds forbidden word 2"]
    for miss in ("of qz", "QZA", "1QZ"):
        assert lint(swap("Meeting\\, ref", f"Meeting {miss}").encode(), forbidden_words=["XX", "QZ"]) == []


def test_an_empty_forbidden_string_forbids_nothing() -> None:
    assert lint(CLEAN.encode(), forbidden=["", "  "]) == []


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(st.sampled_from(CLEAN.split("\r\n"))).map(lambda lines: "\r\n".join(lines).encode())
)
def test_no_input_breaks_the_lint(data: bytes) -> None:
    assert lint(data, forbidden=["x"], forbidden_words=["X"]) is not None
