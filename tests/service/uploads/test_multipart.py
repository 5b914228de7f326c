"""Forms with files: taken apart, and their token found without taking them apart."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upload_cases import BOUNDARY, CONTENT_TYPE, form

from service.access.multipart import MultipartError, first_field, parts_of


def test_fields_and_files_come_as_they_were_sent() -> None:
    body = form(
        [("C:\\exports\\people.csv", b"a\r\n--b\r\n"), ("", b"")], [("csrf_token", "t"), ("note", "ä")]
    )
    parts = parts_of(body, CONTENT_TYPE)
    assert [(one.name, one.file, one.data) for one in parts] == [
        ("csrf_token", None, b"t"),
        ("note", None, "ä".encode()),
        ("file", "people.csv", b"a\r\n--b\r\n"),
        ("file", "", b""),
    ]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_any_bytes_come_through(contents: list[bytes]) -> None:
    files = [("x.bin", one) for one in contents if BOUNDARY.encode() not in one]
    assert [one.data for one in parts_of(form(files), CONTENT_TYPE)] == [data for _, data in files]


def test_the_token_is_found_in_the_first_field_of_a_part_of_the_body() -> None:
    body = form([("big.xlsx", b"x" * 100_000)], [("csrf_token", "t")])
    assert first_field(body[:1000], CONTENT_TYPE, "csrf_token") == "t"
    assert first_field(body[:100], CONTENT_TYPE, "csrf_token") is None


@pytest.mark.parametrize(
    "body",
    [
        form([], [("note", "x"), ("csrf_token", "t")]),
        form([("big.xlsx", b"x" * 100)], []),
        form([("t", b"t")]).replace(b'name="file"', b'name="csrf_token"'),
        b"",
        b"csrf_token=t",
    ],
)
def test_the_token_is_looked_for_nowhere_else(body: bytes) -> None:
    assert first_field(body, CONTENT_TYPE, "csrf_token") is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", CONTENT_TYPE),
        (b"no form at all", CONTENT_TYPE),
        (form([("a.csv", b"x")])[:-30], CONTENT_TYPE),
        (form([("a.csv", b"x")]), "multipart/form-data"),
        (form([("a.csv", b"x")]), "multipart/form-data; boundary=" + "x" * 10_000),
        (form([("a.csv", b"x")]), "text/plain; boundary=" + BOUNDARY),
        (form([("a.csv", b"x")]).replace(b"form-data", b"attachment"), CONTENT_TYPE),
        (form([("a.csv", b"x")]).replace(b'; name="file"', b""), CONTENT_TYPE),
        (form([("a.csv", b"x")]).replace(b"Content-Type: ", b"Content-Transfer-Encoding: "), CONTENT_TYPE),
        (form([("a" * 3000, b"x")]), CONTENT_TYPE),
        (form([("a.csv", b"x")] * 201), CONTENT_TYPE),
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(MultipartError):
        parts_of(body, content_type)


def test_a_file_name_is_fit_to_be_shown() -> None:
    (part,) = parts_of(form([("../../x\ty\u202e" + "z" * 300 + ".xlsx", b"")]), CONTENT_TYPE)
    assert part.file is not None
    assert part.file.isprintable()
    assert part.file.startswith("x�y�z")
    assert part.file.endswith("zzzzz.xlsx")
    assert len(part.file) <= 120


def test_nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for body in (b"--x\r\nSecret\x01name: y\r\n\r\n", b"Secret", form([("a", b"x")]) + b"Secret"):
            first_field(body, "multipart/form-data; boundary=x", "csrf_token")
            first_field(body, CONTENT_TYPE, "csrf_token")
    assert "Secret" not in caplog.text
    assert not caplog.records
