"""What is wrong with an input: where, which value, why, and what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the document down to a value."""

_VALUE_LENGTH = 60
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]*")
_PERSONAL = frozenset({"name", "email", "aliases", "address", "initials"})
"""Fields whose values say who somebody is: a fault shows where they are, not what they say."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    path : str
        Where, such as ``plans[3].participants[1].person``; empty for the document as a whole.
    value : str
        The value there, shortened; empty where there is none or where it is personal.
    problem : str
        What is wrong, in a sentence.
    remedy : str
        What would be right, in a sentence.
    subject : str
        The item of the caseload that the path leads through, such as ``plan plan-88``; empty where there is
        none.
    """

    path: str
    value: str
    problem: str
    remedy: str
    subject: str = ""

    def lines(self) -> tuple[str, str, str]:
        """Return the fault as three lines of text: where, what is wrong, what to do."""
        where = self.path or "the whole document"
        if self.value:
            where += f" = {self.value}"
        if self.subject:
            where += f"  ({self.subject})"
        return where, f"  {self.problem}", f"  {self.remedy}"

    def __str__(self) -> str:
        where, problem, remedy = self.lines()
        return f"{where}: {problem.strip()} {remedy.strip()}"


class CaseloadError(ValueError):
    """A caseload that can't be planned.

    Attributes
    ----------
    faults : tuple of Fault
        Everything wrong with it, in the order of the document; never empty.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = "1 fault in the caseload:" if count == 1 else f"{count} faults in the caseload:"
        return "\n".join([head, *(line for fault in self.faults for line in fault.lines())])


def format_path(path: Path) -> str:
    """Write a path: ``("plans", 3, "id")`` is ``plans[3].id``; a key with odd characters is quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{_quote(step)}]"
    return text


def show(value: Any, path: Path = ()) -> str:
    """Write a value for a fault at `path`: short, and nothing that says who somebody is.

    Lists and objects are counted, not shown.
    """
    if isinstance(value, dict):
        return "{}" if not value else f"{{{_count(len(value), 'field')}}}"
    if isinstance(value, list | tuple):
        return "[]" if not value else f"[{_count(len(value), 'item')}]"
    if value not in (None, "") and any(step in _PERSONAL for step in path):
        return ""
    return _quote(value)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` is most likely a slip of, if one is near."""
    plain = {_plain(candidate): candidate for candidate in known}
    found = get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def listed(words: Sequence[str], most: int = 12) -> str:
    """Write quoted words with commas and a final "or"; beyond `most`, how many more there are."""
    quoted = [f'"{word}"' for word in words[:most]]
    if len(words) > most:
        return f"{', '.join(quoted)} or {len(words) - most} more"
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Suggest the nearest known word, else say `otherwise`."""
    best = nearest(word, known)
    return f'Did you mean "{best}"? {otherwise}' if best is not None else otherwise


def _plain(word: str) -> str:
    return re.sub(r"[\s\-]+", "_", word.strip().lower())


def _quote(value: Any) -> str:
    """JSON text on one line, with whatever can't be printed escaped."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _VALUE_LENGTH else f"{text[: _VALUE_LENGTH - 4]}…{text[-3:]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
