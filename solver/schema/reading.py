"""From bytes to JSON data. Flaws of the text are faults: no JSON, a key twice, NaN, broken characters."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path as FilePath
from typing import Any

from solver.schema.faults import CaseloadError, Fault, Path, show
from solver.schema.findings import Finding

_WORKBOOK = b"PK\x03\x04"
_MOST_DIGITS = 15
"""No number of a caseload comes near it, and Python refuses to read thousands of digits."""
_DEEPEST = 60
"""Steps from the top: a caseload with a policy inline has about ten."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys the text had twice."""

    twice: tuple[str, ...] = ()


class _Unusable:
    """Stands for NaN, an infinity or a huge number until its place in the document is known."""

    def __init__(self, text: str) -> None:
        self.text = text


def read_bytes(source: FilePath | bytes | str) -> bytes:
    """Return the bytes of a file (given by its path) or the bytes given.

    Raises
    ------
    CaseloadError
        The file can't be read.
    """
    if isinstance(source, bytes):
        return source
    path = FilePath(source)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problem, remedy = "There is no such file.", "Give the path of a caseload file."
    except IsADirectoryError:
        problem, remedy = "This is a folder.", "Give the path of a caseload file."
    except PermissionError:
        problem, remedy = "This file may not be read.", "Ask its owner for permission to read it."
    except (OSError, ValueError) as error:
        problem = f"This file can't be read: {getattr(error, 'strerror', None) or error}."
        remedy = "Give the path of a caseload file."
    raise _refusal(str(source), "", problem, remedy)


def parse_json(data: bytes) -> tuple[dict[str, Any], list[Finding]]:
    """Read a JSON object in UTF-8 (or UTF-16 or UTF-32), with or without a byte order mark.

    Returns
    -------
    data
        The object, in which nothing faulty is left: of a key that is there twice the last value, and
        ``None`` for what is not a number.
    findings
        The flaws that leave the rest of the document readable.

    Raises
    ------
    CaseloadError
        The bytes are not a JSON object.
    """
    text = _decode(data)
    findings: list[Finding] = []
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_Unusable, parse_int=_integer)
        if isinstance(value, dict):
            return _clean(value, (), findings), findings
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refusal(
            where,
            _at(text, error.pos),
            f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]}.",
            _remedy(text, error),
        ) from None
    except RecursionError:
        raise _refusal(
            "", "", "This is nested too deeply to be a caseload.", "Give a caseload file."
        ) from None
    raise _refusal(
        "", show(value), "A caseload is one JSON object.", 'Begin with {"format": "convene/1", …}.'
    )


def _decode(data: bytes) -> str:
    if data.startswith(_WORKBOOK):
        remedy = "Turn a workbook into a caseload with `convene import`."
        raise _refusal("", "", "This is a workbook or a zip file, not JSON.", remedy)
    # Windows tools put a byte order mark before UTF-8, and some write UTF-16: no mistake of the author's.
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"Byte {error.start + 1} is not {encoding.removesuffix('-sig').upper()} text."
        raise _refusal(
            f"line {data[: error.start].count(10) + 1}", "", problem, "Save the file as UTF-8."
        ) from None
    if not text.strip():
        raise _refusal("", "", "The file is empty.", 'A caseload begins with {"format": "convene/1", …}.')
    return text


def _refusal(where: str, value: str, problem: str, remedy: str) -> CaseloadError:
    return CaseloadError([Fault(where, value, problem, remedy)])


def _pairs(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        found.twice = tuple(key for key, count in counts.items() if count > 1)
    return found


def _integer(text: str) -> int | _Unusable:
    return int(text) if len(text) <= _MOST_DIGITS else _Unusable(text)


def _at(text: str, position: int) -> str:
    """Show the character at fault alone: what stands around it may be about somebody."""
    return show(text[position]) if position < len(text) else ""


def _remedy(text: str, error: json.JSONDecodeError) -> str:
    rest, before = text[error.pos :], text[: error.pos].rstrip()
    if not rest.strip():
        return "The text ends too early: see that the whole file was copied."
    if rest[0] in "'‘’“”":
        return 'Put names and texts in straight double quotes: "like this".'
    if (rest[0] in "}]" and before.endswith(",")) or (rest[0] == "," and "trailing" in error.msg):
        return "Remove the comma before the closing bracket."
    if rest.startswith(("True", "False", "None")):
        return "Write true, false or null, in small letters."
    if rest.startswith(("//", "/*", "#")):
        return "Remove the comment: JSON has none."
    if "delimiter" in error.msg:
        return "See whether a comma, a colon or a quote is missing before this place."
    return "Correct the text at this place, or write the file again with the program that made it."


def _clean(value: Any, path: Path, findings: list[Finding]) -> Any:
    """Copy the data without what JSON doesn't allow or nobody can use, and say where that was."""

    def report(at: Path, shown: str, problem: str, remedy: str) -> None:
        findings.append(Finding(at, shown, problem, remedy))

    if len(path) > _DEEPEST:
        raise RecursionError
    if isinstance(value, _Object):
        for key in value.twice:
            report((*path, key), "", "This field is given twice.", "Keep one of the two.")
        for key in value:
            if not _whole(key):
                report((*path, key), "", "This name has a broken character.", "Write the name again.")
        return {key: _clean(item, (*path, key), findings) for key, item in value.items() if _whole(key)}
    if isinstance(value, list):
        return [_clean(item, (*path, place), findings) for place, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        value = _Unusable("Infinity")
    if isinstance(value, _Unusable):
        report(path, show(value.text), "This is not a number that can be used.", "Give a plain whole number.")
        return None
    if isinstance(value, str) and not _whole(value):
        report(path, "", "This text has a broken character.", "Write the text again.")
        return None
    return value


def _whole(text: str) -> bool:
    """Whether the text can be written as UTF-8: an escape in JSON can stand for half a character."""
    return text.isascii() or not any(0xD800 <= ord(character) <= 0xDFFF for character in text)
