"""The outer form of a calendar file: bytes to text, text to content lines, content lines to nested components.

Nothing here knows what a property means. Errors and notices never repeat anything of the file, which may hold
personal data; they tell the line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final


class CalendarFileError(ValueError):
    """A calendar file that can't be used.

    Attributes
    ----------
    problem
        What is wrong, in a sentence without full stop. It repeats nothing of the file.
    remedy
        What would be right, likewise; may be empty.
    line
        Of the file as it is, counted from 1, if known.
    """

    def __init__(self, problem: str, remedy: str = "", *, line: int | None = None) -> None:
        where = f"line {line}: " if line is not None else ""
        super().__init__(f"{where}{problem}{': ' if remedy else ''}{remedy}")
        self.problem = problem
        self.remedy = remedy
        self.line = line


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """What was read otherwise than written, or not at all. Repeats nothing of the file."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.line is None else f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an untrusted file is read. Beyond any of them it is refused, never cut off."""

    octets: int = 10_000_000
    components: int = 50_000
    nesting: int = 8
    line: int = 1_000_000
    """Characters of one line that is kept, unfolded."""


@dataclass(slots=True)
class RawComponent:
    """A component as written: its name in capitals, its lines and what is nested in it."""

    name: str
    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Content lines that were kept, unfolded, each with its number in the file."""
    children: list[RawComponent] = field(default_factory=list)


_NAME: Final = re.compile(r"([A-Za-z0-9-]+)[;:]")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_MAGIC: Final = (
    ((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf"), "is packed", "unpack it and give the .ics file inside"),
    ((b"%PDF",), "is a PDF", "export the calendar as iCalendar (.ics)"),
    ((b"\xd0\xcf\x11\xe0",), "is an Office or Outlook file", "save the calendar as iCalendar (.ics)"),
)
_ICS: Final = "give an iCalendar file (.ics), which begins with BEGIN:VCALENDAR"


def text_of(data: bytes, limits: Limits) -> tuple[str, list[Notice]]:
    """The text of a file in UTF-8 or UTF-16 with or without mark, or else as Windows-1252, which is told.

    Raises
    ------
    CalendarFileError
        For a file that is too large, empty, or plainly something else.
    """
    if len(data) > limits.octets:
        raise CalendarFileError(
            f"the file is larger than the {limits.octets:,} bytes that are read",
            "export a shorter span, or only one calendar",
        )
    for starts, problem, remedy in _MAGIC:
        if data.startswith(starts):
            raise CalendarFileError(f"the file {problem}", remedy)
    text, notices = _decoded(data)
    if not text.strip():
        raise CalendarFileError("the file is empty", _ICS)
    if text.lstrip()[:1] == "<":
        raise CalendarFileError(
            "this is a web page or XML, not a calendar",
            "the address may ask for signing in: give the address of the .ics itself",
        )
    if "\0" in text:
        line = len(_BREAK.findall(text, 0, text.index("\0"))) + 1
        raise CalendarFileError("there is a zero byte, as in no calendar file", _ICS, line=line)
    return text, notices


def _decoded(data: bytes) -> tuple[str, list[Notice]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:2] in (b"B\0", b"\0B", b"b\0", b"\0b"):
        coding = (
            "utf-16"
            if data[:1] in (b"\xff", b"\xfe")
            else ("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
        )
        try:
            return data.decode(coding), []
        except UnicodeDecodeError as error:
            raise CalendarFileError("the file is broken UTF-16", "save it again as UTF-8") from error
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        notice = Notice(line, "the file is not UTF-8, as it should be; it was read as Western European text")
        # Every byte means something in Latin-1, which Windows-1252 leaves five bytes out of.
        return data.decode("cp1252" if _is_cp1252(data) else "latin-1"), [notice]


def _is_cp1252(data: bytes) -> bool:
    return not any(byte in data for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with their numbers: LF, CRLF or CR ends them, empty ones are left out (RFC 5545 section 3.1)."""
    number, parts = 0, list[str]()
    for here, line in enumerate(_BREAK.split(text), 1):
        if not line:
            continue
        if line[0] in " \t" and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield number, "".join(parts)
        number, parts = here, [line]
    if parts:
        yield number, "".join(parts)


def components_of(
    text: str, limits: Limits, *, components: frozenset[str] | None, keeps: Callable[[str, str], bool]
) -> tuple[list[RawComponent], list[Notice]]:
    """The VCALENDARs of a text, with what is wanted of them; everything else is dropped unseen.

    Parameters
    ----------
    text
        Of the whole file.
    limits
        How much is read.
    components
        Names in capitals of those to keep within a VCALENDAR; ``None`` keeps all.
    keeps
        Whether to keep a property, by the names of its component and its own, both in capitals.

    Raises
    ------
    CalendarFileError
        Where the file is no nest of components, is cut off, or is beyond a limit.
    """
    calendars: list[RawComponent] = []
    stack: list[RawComponent | None] = []  # None: within what is dropped
    names: list[tuple[str, int]] = []
    seen: Counter[str] = Counter()
    stray = 0
    first_stray: int | None = None
    for number, line in unfolded(text):
        match = _NAME.match(line)
        name = match[1].upper() if match else ""
        if name == "BEGIN":
            kind = line[6:].strip().upper()
            seen["components"] += 1
            _within(limits, seen["components"], len(names) + 1, number)
            component = _opened(kind, number, stack, calendars, components)
            stack.append(component)
            names.append((kind, number))
        elif name == "END":
            kind = line[4:].strip().upper()
            if not names or names[-1][0] != kind:
                raise CalendarFileError(
                    "an END does not match the BEGIN before it",
                    "the file is damaged: export it again",
                    line=number,
                )
            stack.pop()
            names.pop()
        elif not names:
            raise CalendarFileError("there is text outside the calendar", _ICS, line=number)
        elif not name:
            stray += 1
            first_stray = first_stray or number
        elif stack[-1] is not None and keeps(names[-1][0], name):
            if len(line) > limits.line:
                raise CalendarFileError(
                    f"the line is longer than the {limits.line:,} characters that are read",
                    "export a shorter span",
                    line=number,
                )
            stack[-1].lines.append((number, line))
    if names:
        begun = names[-1][1]
        raise CalendarFileError(
            "a BEGIN has no END", "the file was cut off: export or fetch it again", line=begun
        )
    if not calendars:
        raise CalendarFileError("the file holds no calendar", _ICS)
    if stray:
        lines = "1 line was" if stray == 1 else f"{stray} lines were"
        return calendars, [Notice(first_stray, f"{lines} no content line and left out, this first")]
    return calendars, []


def _within(limits: Limits, components: int, nesting: int, line: int) -> None:
    if components > limits.components:
        raise CalendarFileError(
            f"there are more than the {limits.components:,} components that are read",
            "export a shorter span",
            line=line,
        )
    if nesting > limits.nesting:
        raise CalendarFileError(f"components are nested more than {limits.nesting} deep", _ICS, line=line)


def _opened(
    kind: str,
    number: int,
    stack: list[RawComponent | None],
    calendars: list[RawComponent],
    wanted: frozenset[str] | None,
) -> RawComponent | None:
    if not stack:
        if kind != "VCALENDAR":
            what = "contacts" if kind == "VCARD" else "no calendar"
            raise CalendarFileError(f"the file holds {what}", _ICS, line=number)
        calendars.append(RawComponent(kind, number))
        return calendars[-1]
    parent = stack[-1]
    if parent is None or (wanted is not None and kind not in wanted):
        return None
    component = RawComponent(kind, number)
    parent.children.append(component)
    return component


__all__ = ["CalendarFileError", "Limits", "Notice", "RawComponent", "components_of", "text_of", "unfolded"]
