"""Our own lint of a mail with an invite or a cancellation (RFC 6047), ready to be sent.

It reads the bytes by itself, without the library that wrote them: what that library gets wrong both ways, such as a
header that it folds into something else or line ends that it changes, shows. What is not expected is a fault.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final, Literal
from urllib.parse import unquote

from calendars.lint import lint
from calendars.lint.reading import Component, Property, parse, unfold
from calendars.lint.texts import texts

MailRule = Literal[
    "auto-submitted",
    "calendar",
    "calendar-differs",
    "date",
    "encoding",
    "file-name",
    "forbidden-text",
    "header",
    "line-end",
    "line-length",
    "loads",
    "message-id",
    "method",
    "organiser",
    "recipient",
    "structure",
]
LONGEST_LINE: Final = 998
"""Octets, without CRLF (RFC 5322 section 2.1.1)."""

_TREE: Final = (
    "multipart/mixed",
    "multipart/alternative",
    "text/plain",
    "text/html",
    "text/calendar",
    "application/ics",
)
_ONCE: Final = frozenset({
    "auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to",
})  # fmt: skip
_AT_MOST_ONCE: Final = frozenset({"in-reply-to", "references"})
_OF_PARTS: Final = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
_FILES: Final = {"REQUEST": "invite.ics", "CANCEL": "cancel.ics"}
_MAILBOX: Final = re.compile(r"[^\s<>,;:\"()@]+@([^\s<>,;:\"()@]+)")
_ID: Final = re.compile(r"<[^\s<>@]+@([^\s<>@]+)>")
_DATE: Final = re.compile(
    r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"
)
_PARAM: Final = re.compile(r';\s*([\w*-]+)=("[^"]*"|[^;\s]*)')
_WORD: Final = re.compile(r"=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=", re.IGNORECASE)
_LOADING: Final = re.compile(
    r"<\s*(?:script|link|iframe|object|embed|img|form|base|svg|video|audio)\b"
    r"|\b(?:src|srcset|href|background|action|poster|data)\s*=|\bon[a-z]+\s*=|url\s*\(|@import|http-equiv",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MailFinding:
    """One fault. The text repeats nothing of the mail: findings are logged and shown."""

    rule: MailRule
    part: str
    """``head``, or the type of the part."""
    text: str


@dataclass(slots=True)
class _Part:
    kind: str
    params: dict[str, str]
    headers: list[tuple[str, str]]
    body: bytes
    """Decoded; of a multipart nothing."""

    def value(self, name: str) -> str:
        return next((value for one, value in self.headers if one == name), "")


class _BrokenError(ValueError):
    def __init__(self, rule: MailRule, part: str, text: str) -> None:
        super().__init__(text)
        self.finding = MailFinding(rule, part, text)


def lint_mail(
    data: bytes, *, forbidden: Iterable[str] = (), forbidden_words: Iterable[str] = ()
) -> list[MailFinding]:
    """Every fault of a mail.

    Parameters
    ----------
    data
        The mail as it is sent.
    forbidden
        Strings that must be nowhere in it, as for `calendars.lint.lint`: in no header, as written and as shown, and in
        no part after decoding.
    forbidden_words
        The same for whole words in just this case, such as a child's initials.

    Returns
    -------
    list of MailFinding
        Empty for a mail without fault.
    """
    strings, words = list(forbidden), list(forbidden_words)
    findings = list(_lines(data))
    parts: list[_Part] = []
    try:
        parts += _parts(data)
    except _BrokenError as error:
        # What can't be taken apart is looked through as it is.
        findings.append(error.finding)
        findings += _hits(data.decode("utf-8", errors="replace"), "head", strings, words)
    for part in parts:
        findings += _hidden(part, strings, words)
    if parts:
        findings += _head(parts[0])
        findings += _structure(parts)
    return list(dict.fromkeys(findings))


def _lines(data: bytes) -> Iterator[MailFinding]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data) or not data.endswith(b"\r\n"):
        yield MailFinding("line-end", "head", "a line does not end in CRLF")
    longest = max(map(len, data.split(b"\r\n")))
    if longest > LONGEST_LINE:
        yield MailFinding("line-length", "head", f"a line has {longest} octets, more than {LONGEST_LINE}")
    if b"\0" in data:
        yield MailFinding("encoding", "head", "holds a null octet")


def _parts(data: bytes, where: str = "head") -> Iterator[_Part]:
    """The part that these octets are, and those in it, in order."""
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise _BrokenError("structure", where, "has no empty line after its headers")
    headers = _headers(head, where)
    kind, params = _parameters(next((value for name, value in headers if name == "content-type"), ""))
    part = _Part(kind, params, headers, b"")
    yield part
    if not kind.startswith("multipart/"):
        part.body = _decoded(part, body)
        return
    boundary = params.get("boundary", "")
    if not boundary:
        raise _BrokenError("structure", kind, "has no boundary")
    before, *inner = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if before or len(inner) < 2 or inner.pop().strip(b"\r\n") != b"--":
        raise _BrokenError("structure", kind, "has text outside its parts, or no end")
    for one in inner:
        if not one.startswith(b"\r\n"):
            raise _BrokenError("structure", kind, "its boundary stands in one of its parts")
        yield from _parts(one[2:], kind)


def _headers(head: bytes, where: str) -> list[tuple[str, str]]:
    found = []
    for line in re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon or not re.fullmatch(rb"[!-9;-~]+", name):
            raise _BrokenError("header", where, "a line of its head is no header")
        try:
            found.append((name.decode("ascii").lower(), value.decode("utf-8").strip()))
        except UnicodeDecodeError as error:
            raise _BrokenError("encoding", where, "a header is not UTF-8") from error
    return found


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    kind = value.partition(";")[0].strip().lower()
    return kind, {name.lower(): text.strip('"') for name, text in _PARAM.findall(value)}


def _decoded(part: _Part, body: bytes) -> bytes:
    encoding = part.value("content-transfer-encoding").lower()
    if encoding == "base64":
        try:
            return a2b_base64(body.replace(b"\r\n", b""), strict_mode=True)
        except Base64Error as error:
            raise _BrokenError("encoding", part.kind, "is not base64") from error
    if encoding == "quoted-printable":
        return a2b_qp(body)
    raise _BrokenError("encoding", part.kind, "is neither base64 nor quoted-printable")


def _head(mail: _Part) -> Iterator[MailFinding]:
    names = [name for name, _ in mail.headers]
    for name in sorted(_ONCE | _AT_MOST_ONCE | set(names)):
        number = names.count(name)
        if name not in _ONCE | _AT_MOST_ONCE:
            # Its name may be anything, so it isn't repeated either.
            yield MailFinding("header", "head", f"header {names.index(name) + 1} is not expected")
        elif number > 1 or (name in _ONCE and not number):
            yield MailFinding("header", "head", f"{name} stands there {number} times")
    if mail.value("mime-version") != "1.0":
        yield MailFinding("header", "head", "mime-version is not 1.0")
    if mail.value("auto-submitted") != "auto-generated":
        yield MailFinding("auto-submitted", "head", "is not auto-generated, so that machines may answer it")
    if not _DATE.fullmatch(mail.value("date")):
        yield MailFinding("date", "head", "is no date with its offset")
    sender = _MAILBOX.fullmatch(mail.value("from"))
    own = _ID.fullmatch(mail.value("message-id"))
    if own is None or sender is None or own[1].casefold() != sender[1].casefold():
        yield MailFinding("message-id", "head", "is no id in the domain of the sender")
    replied = {mail.value(name) for name in ("in-reply-to", "references") if name in names}
    if len(replied) > 1 or not all(_ID.fullmatch(one) for one in replied):
        yield MailFinding("message-id", "head", "what it answers is not one id")


def _structure(parts: list[_Part]) -> Iterator[MailFinding]:
    if tuple(part.kind for part in parts) != _TREE:
        yield MailFinding("structure", "head", "its parts are not those of an invite, in their order")
        return
    for part in parts[1:]:
        names = [name for name, _ in part.headers]
        if not set(names) <= _OF_PARTS or len(names) != len(set(names)):
            yield MailFinding("header", part.kind, "has a header that is not expected, or one twice")
    plain, page, calendar, file = parts[2:]
    for part in (plain, page, calendar):
        if part.params.get("charset", "").lower() != "utf-8":
            yield MailFinding("encoding", part.kind, "does not say that it is UTF-8")
    if _LOADING.search(page.body.decode("utf-8", errors="replace")):
        yield MailFinding("loads", page.kind, "loads or links something, or runs a script")
    for part in (calendar, file):
        if part.value("content-transfer-encoding").lower() != "base64":
            yield MailFinding(
                "encoding", part.kind, "is not in base64: its line ends may be changed on the way"
            )
    if calendar.body != file.body:
        yield MailFinding("calendar-differs", file.kind, "is not what the text/calendar part is")
    yield from _calendar(parts[0], calendar, file)


def _calendar(mail: _Part, part: _Part, file: _Part) -> Iterator[MailFinding]:
    """How the calendar part goes with the mail that it is in."""
    for finding in lint(part.body):
        yield MailFinding("calendar", part.kind, f"line {finding.line}: {finding.rule}: {finding.text}")
    calendars, _ = parse(list(unfold(part.body.decode("utf-8", errors="replace"))))
    methods = [prop.value for one in calendars for prop in one.all("METHOD")]
    if methods != [part.params.get("method", "")] or methods[0] not in _FILES:
        yield MailFinding("method", part.kind, "METHOD and that of the header are not one REQUEST or CANCEL")
        return
    given, params = _parameters(file.value("content-disposition"))
    if given != "attachment" or {params.get("filename"), file.params.get("name")} != {_FILES[methods[0]]}:
        yield MailFinding("file-name", file.kind, f"is not attached as {_FILES[methods[0]]}")
    if part.value("content-disposition"):
        yield MailFinding("header", part.kind, "is attached: programs show no buttons then")
    events = [one for whole in calendars for one in whole.children if one.name == "VEVENT"]
    organisers = {_address(one.first("ORGANIZER")) for one in events}
    if organisers != {mail.value("from").casefold()}:
        yield MailFinding("organiser", "head", "From is not the mailbox of the ORGANIZER alone")
    asked = {_asked(one) for one in events}
    if asked != {mail.value("to").casefold()} or not _MAILBOX.fullmatch(mail.value("to")):
        yield MailFinding("recipient", "head", "To is not the mailbox of the one ATTENDEE alone")


def _asked(event: Component) -> str:
    """The mailbox that an event is for; a room is only where nobody else is asked."""
    people = event.all("ATTENDEE")
    if len(people) > 1:
        people = [one for one in people if one.params.get("CUTYPE") != "ROOM"]
    return _address(people[0]) if len(people) == 1 else ""


def _address(prop: Property | None) -> str:
    return "" if prop is None else unquote(prop.value).strip().casefold().removeprefix("mailto:")


def _hidden(part: _Part, strings: list[str], words: list[str]) -> Iterator[MailFinding]:
    """Forbidden strings in what a part shows once it is decoded."""
    for name, value in part.headers:
        for form in (f"{name}: {value}", _plain(value)):
            yield from _hits(form, part.kind, strings, words)
    shown = part.body.decode("utf-8", errors="replace")
    if part.kind in {"text/calendar", "application/ics"}:
        found = lint(part.body, forbidden=strings, forbidden_words=words)
        yield from (
            MailFinding("forbidden-text", part.kind, f"line {one.line}: {one.text}")
            for one in found
            if one.rule == "forbidden-text"
        )
    elif part.kind == "text/html":
        # With its tags, for what stands in an attribute; and without, for what they cut in two.
        for form in (shown, re.sub(r"<[^>]*>", "", shown), re.sub(r"<[^>]*>", " ", shown)):
            yield from _hits(unescape(form), part.kind, strings, words)
    else:
        yield from _hits(shown, part.kind, strings, words)


def _plain(value: str) -> str:
    """A header's value without encoded words (RFC 2047)."""

    def decoded(match: re.Match[str]) -> str:
        raw = match[3].encode()
        try:
            octets = a2b_base64(raw) if match[2].lower() == "b" else a2b_qp(raw, header=True)
            return octets.decode(match[1], errors="replace")
        except (Base64Error, LookupError):
            return match[0]

    # White space between two encoded words is none of the text.
    return _WORD.sub(decoded, re.sub(r"\?=\s+=\?", "?==?", value))


def _hits(text: str, part: str, strings: list[str], words: list[str]) -> Iterator[MailFinding]:
    # As one line that begins with no name: the finding would repeat it.
    for one in texts([(1, f" {text}")], strings, words):
        yield MailFinding("forbidden-text", part, one.text.strip())


__all__ = ["LONGEST_LINE", "MailFinding", "MailRule", "lint_mail"]
