"""Terms and closed days out of what schools and councils publish."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from calendar_files import ics
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.content_lines import CalendarFileError
from calendars.terms import Terms, read_terms
from calendars.written_dates import written_date, written_dates

AUTUMN = (date(2026, 9, 3), date(2026, 12, 18))
SPRING = (date(2027, 1, 4), date(2027, 3, 25))
SUMMER = (date(2027, 4, 12), date(2027, 7, 21))
OCTOBER = [date(2026, 10, 26) + timedelta(days=k) for k in range(5)]
FEBRUARY = [date(2027, 2, 15) + timedelta(days=k) for k in range(5)]
INSET = date(2026, 9, 3)


def table(*rows: str) -> Terms:
    return read_terms("\n".join(rows).encode())


def days(summary: str, first: str, last_exclusive: str | None = None) -> str:
    end = [] if last_exclusive is None else [f"DTEND;VALUE=DATE:{last_exclusive}"]
    return "\n".join(
        ["BEGIN:VEVENT", f"SUMMARY:{summary}", f"DTSTART;VALUE=DATE:{first}", *end, "END:VEVENT"]
    )


def test_a_row_a_term_and_a_row_a_break() -> None:
    found = table(
        "Name,Start date,End date",
        "Autumn term 2026,03/09/2026,18/12/2026",
        "Autumn half term,26/10/2026,30/10/2026",
        "INSET day,03/09/2026,03/09/2026",
        "Spring term 2027,04/01/2027,25/03/2027",
        "February half-term holiday,15/02/2027,19/02/2027",
        "Summer term 2027,12/04/2027,21/07/2027",
    )
    assert found.terms == (AUTUMN, SPRING, SUMMER)
    assert found.closed == (INSET, *OCTOBER, *FEBRUARY)
    assert found.notices == ()


@pytest.mark.parametrize(
    "rows",
    [
        ("Term;From;To", "Autumn;2026-09-03;2026-12-18", "Spring;2027-01-04;2027-03-25"),
        (
            "event\tfirst day\tlast day",
            "Term 1\t3 Sep 2026\t18 Dec 2026",
            "Term 2\t4 January 2027\t25 March 2027",
        ),
        (
            '"Subject","Start Date","End Date","All Day Event"',
            '"Autumn Term","Thursday 3rd September 2026","Friday 18th December 2026","True"',
            '"Spring Term","Monday 4 January 2027","Thu 25 March 2027","True"',
        ),
        (
            "\ufeffname,dates",
            "Autumn term,3 September to 18 December 2026",
            "Spring term,04/01/2027 – 25/03/2027",
        ),
        (
            "SUMMARY,dtstart,dtend",
            "Autumn term,2026-09-03T00:00:00,20261218",
            "Spring term,04-01-27,25.03.2027",
        ),
        (
            "Academic year,Term,Term starts,Half-term starts,Half-term ends,Term ends",
            "2026/27,Autumn,03/09/2026,,,18/12/2026",
            "2026/27,Spring,04/01/2027,,,25/03/2027",
        ),
        (
            "name,date",
            "Term starts,03/09/2026",
            "Last day of term,18/12/2026",
            "Start of term,04/01/2027",
            "Term ends,25/03/2027",
        ),
    ],
)
def test_headers_and_dates_as_councils_write_them(rows: tuple[str, ...]) -> None:
    assert table(*rows).terms == (AUTUMN, SPRING)


def test_half_terms_in_columns_of_their_own() -> None:
    found = table(
        "Term,Start,Half term from,Half term to,End",
        "Autumn 2026,03/09/2026,26/10/2026,30/10/2026,18/12/2026",
    )
    assert (found.terms, found.closed) == ((AUTUMN,), tuple(OCTOBER))


def test_halves_of_terms() -> None:
    found = table(
        "name,start,end",
        "Autumn term 1st half,03/09/2026,23/10/2026",
        "Autumn term 2nd half,02/11/2026,18/12/2026",
        "Spring 1,04/01/2027,12/02/2027",
    )
    assert found.terms == (
        (date(2026, 9, 3), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
        (date(2027, 1, 4), date(2027, 2, 12)),
    )


def test_first_and_last_days_beside_the_terms_they_are_of() -> None:
    found = table(
        "name,start,end",
        "Autumn term,03/09/2026,18/12/2026",
        "Half term,26/10/2026,30/10/2026",
        "Last day of term,18/12/2026,18/12/2026",
        "School closes for half term,23/10/2026,23/10/2026",
        "School reopens after half term,02/11/2026,02/11/2026",
    )
    assert (found.terms, found.closed) == ((AUTUMN,), tuple(OCTOBER))


def test_holidays_alone_give_the_terms_between_them() -> None:
    found = table(
        "holiday,from,to",
        "Summer holiday 2026,23/07/2026,02/09/2026",
        "October half term,26/10/2026,30/10/2026",
        "Christmas holidays,19/12/2026,03/01/2027",
        "Easter holidays,26/03/2027,11/04/2027",
    )
    assert found.terms == (AUTUMN, SPRING)
    assert found.closed == tuple(OCTOBER)


def test_a_calendar_file_of_a_school() -> None:
    found = read_terms(
        ics(
            days("Term starts", "20260903", "20260904"),
            days("INSET day – school closed to pupils", "20260903", "20260904"),
            days("Half Term", "20261026", "20261031"),
            days("Last day of term", "20261218"),
            days("Sports day", "20261210", "20261211"),
            "BEGIN:VEVENT\nSUMMARY:Assembly\nDTSTART:20261210T090000Z\nDTEND:20261210T093000Z\nEND:VEVENT",
            days("Spring term", "20270104", "20270326"),
        )
        .replace(b"SUMMARY:Spring term", b"SUMMARY:Spring term starts")
        .replace(b"20270326", b"20270105")
        + ics(days("End of term", "20270325"))
    )
    assert found.terms == (AUTUMN, SPRING)
    assert found.closed == (INSET, *OCTOBER)
    assert [str(one) for one in found.notices] == [
        "1 event with a time of day is left out: terms are whole days",
        "line 23: 1 all-day event is neither term nor closed day by name and left out, this first",
    ]


def test_whole_days_written_from_midnight_to_midnight() -> None:
    dates = ("DTSTART;TZID=Europe/London:20260903T000000", "DTEND;TZID=Europe/London:20261219T000000")
    event = "\n".join(["BEGIN:VEVENT", "SUMMARY:Autumn term", *dates, "END:VEVENT"])
    assert read_terms(ics(event)).terms == (AUTUMN,)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("Autumn term,03/09/2026,18/12/2026",), "line 1: no column is called"),
        (("name,start,end",), "the table has no rows"),
        (
            ("name,start,end", "Autumn term,09/13/2026,18/12/2026"),
            "line 2: “Autumn term”: there is no such month: write the day first",
        ),
        (
            ("name,start,end", "Autumn term,31/09/2026,18/12/2026"),
            "line 2: “Autumn term”: there is no such day",
        ),
        (("name,start,end", "Autumn term,soon,18/12/2026"), "line 2: “Autumn term”: this is no date"),
        (
            ("name,start,end", "Autumn term,3 September,18/12/2026"),
            "line 2: “Autumn term”: the date has no year",
        ),
        (
            ("name,start,end", "Autumn term,Monday 3 September 2026,18/12/2026"),
            "line 2: “Autumn term”: 03/09/2026 is a Thursday: correct the date or the day of the week",
        ),
        (
            ("name,start,end", "Autumn term,18/12/2026,03/09/2026"),
            "line 2: “Autumn term” ends before it starts",
        ),
        (
            ("name,start,end", "Autumn term,03/09/2026,03/09/2026"),
            "line 2: “Autumn term” is a term of less than a week",
        ),
        (
            ("name,start,end", "Autumn term,03/09/2026,18/12/2027"),
            "line 2: “Autumn term” lasts 472 days, as no term does",
        ),
        (
            ("name,start,end", "Half term,03/09/2026,20/09/2026"),
            "line 2: “Half term” lasts 18 days, as neither half",
        ),
        (
            ("name,start,end", "Second half term,03/09/2026,15/09/2026"),
            "line 2: “Second half term” may be half of a term or its break",
        ),
        (
            ("name,start,end", "Mystery,03/09/2026,20/09/2026"),
            "line 2: “Mystery” is neither a term, a holiday nor a closed day by its name",
        ),
        (("name,start,end", ",03/09/2026,20/09/2026"), "line 2: the row has no name"),
        (("name,start,end", "Christmas holiday,19/12/2026,03/01/2027"), "the file tells no term"),
        (
            ("name,start,end", "Autumn term,03/09/2026,18/12/2026", "Autumn 1,03/09/2026,23/10/2026"),
            "line 2: “Autumn term” overlaps with “Autumn 1” of line 3",
        ),
        (
            ("name,date", "Term starts,03/09/2026", "Term starts,04/01/2027"),
            "line 2: “Term starts” is the start of a term whose end is not given",
        ),
        (
            ("name,date", "Term ends,03/09/2026"),
            "line 2: “Term ends” is the end of a term whose start is not given",
        ),
        (("name,date", "Term starts,03/09/2026"), "is the start of a term whose end is not given"),
        (
            ("name,date", "First day of half term,26/10/2026"),
            "line 2: “First day of half term” may be of the term or of the holiday",
        ),
        (
            ("name,start,end", "Autumn term,03/09/2026,18/12/2026", "End of term,17/12/2026,17/12/2026"),
            "line 3: “End of term” is neither the first nor the last day of a term that is given",
        ),
        (
            ("school,term,start,end", "A,Autumn,03/09/2026,18/12/2026", "B,Autumn,03/09/2026,18/12/2026"),
            "line 3: the table is of more than one school",
        ),
        (
            ("term,start,end,half term", "Autumn,03/09/2026,18/12/2026,26/10/2026"),
            "line 1: the columns about half-term are not two",
        ),
        (("<html>",), "this is a web page"),
        (
            ("name,start,end", "INSET days,03/09/2026,30/09/2026"),
            "line 2: “INSET days” lasts 28 days, as no closed day does",
        ),
        (
            ("name,start,end", "Summer holiday,03/05/2026,30/09/2026"),
            "line 2: “Summer holiday” lasts 151 days, as no holiday does",
        ),
        (
            ("name,start,end", "Summer term holiday,03/05/2026,30/05/2026"),
            "line 2: “Summer term holiday” may be a term or a holiday",
        ),
        (
            ("name,date", "Term starts and ends,03/05/2026"),
            "line 2: “Term starts and ends” may be a first or a last day",
        ),
        (
            ("name,date", "Term starts,03/09/2026", "Term ends,03/09/2027"),
            "line 3: “Term ends” comes 365 days after the start before it",
        ),
        (
            (
                "name,start,end",
                "Summer holiday,23/07/2026,02/09/2026",
                "Easter holiday,26/03/2027,11/04/2027",
            ),
            "line 3: “Easter holiday” comes 204 days after the holiday before it",
        ),
        (("name,start,end", *["INSET day,03/09/2026,03/09/2026"] * 2001), "there are more than 2,000 rows"),
        (("name,start,end", '"Autumn' + "x" * 140_000), "line 2: this line is no part of a table"),
    ],
)
def test_what_could_be_two_things_is_an_error_that_names_the_row(rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(CalendarFileError) as raised:
        table(*rows)
    assert said in str(raised.value)


def test_an_event_that_repeats_or_has_no_dates() -> None:
    with pytest.raises(CalendarFileError, match="“INSET day” repeats, as no term does"):
        read_terms(ics(days("INSET day", "20260903").replace("END:", "RRULE:FREQ=YEARLY\nEND:")))
    with pytest.raises(CalendarFileError, match="line 4: this event has no dates"):
        read_terms(ics("BEGIN:VEVENT\nSUMMARY:INSET day\nEND:VEVENT"))


@given(st.dates(date(2000, 1, 1), date(2068, 12, 31)))
def test_every_way_of_writing_a_date_gives_the_date(day: date) -> None:
    for form in (
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%d.%m.%y",
        "%A %d %B %Y",
        "%a, %d-%b-%y",
        "%Y%m%d",
        "%Y-%m-%dT00:00:00Z",
    ):
        assert written_date(day.strftime(form)) == day


def test_two_dates_in_one_cell() -> None:
    assert written_dates("26 to 30 October 2026") == (date(2026, 10, 26), date(2026, 10, 30))
    assert written_dates("Mon 26 Oct – Fri 30 Oct 2026") == (date(2026, 10, 26), date(2026, 10, 30))
    assert written_dates("2026-10-26") == (date(2026, 10, 26),) * 2
    for wrong in ("30 to 26 October 2026", "1 Oct – 2 Oct – 3 Oct 2026", "21 December to 3 January 2027"):
        with pytest.raises(ValueError, match="date"):
            written_dates(wrong)


WORDS = [
    "Autumn term",
    "Half term",
    "INSET day",
    "Term starts",
    "Term ends",
    "Christmas holiday",
    "Autumn 1",
    "",
    "x",
    "é",
    '"',
]


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from(WORDS), st.dates(), st.integers(-3, 400)), max_size=6), st.booleans()
)
def test_any_rows_give_terms_in_order_or_one_kind_of_error(
    rows: list[tuple[str, date, int]], as_calendar: bool
) -> None:
    texts = []
    for name, start, length in rows:
        end = date.fromordinal(min(max(1, start.toordinal() + length), date.max.toordinal()))
        texts.append(
            days(name, f"{start:%Y%m%d}", f"{end:%Y%m%d}") if as_calendar else f"{name},{start},{end}"
        )
    try:
        found = read_terms(ics(*texts) if as_calendar else "\n".join(["name,start,end", *texts]).encode())
    except CalendarFileError:
        return
    flat = [day for term in found.terms for day in term]
    assert flat == sorted(flat)
    assert all(any(first <= day <= last for first, last in found.terms) for day in found.closed)


@given(st.binary(max_size=200))
def test_any_bytes_give_terms_or_one_kind_of_error(data: bytes) -> None:
    for given_data in (data, b"name,start,end\n" + data):
        try:
            found = read_terms(given_data)
        except CalendarFileError:
            continue
        assert found.terms
