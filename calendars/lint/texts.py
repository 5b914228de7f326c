"""Looking for strings that must not be in a file, however they are written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from calendars.lint.reading import Finding, called

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^(.)")
_WORD = re.compile(r"[^\W_]+")


def texts(lines: list[tuple[int, str]], forbidden: Iterable[str], words: Iterable[str]) -> Iterator[Finding]:
    """Where a forbidden string stands, told by its number in the caller's list."""
    wanted = [(number, _folded(text)) for number, text in enumerate(forbidden, 1)]
    wanted = [(number, text) for number, text in wanted if text]
    whole = {word: number for number, word in enumerate(words, 1)}
    for line, content in lines:
        name = re.match(r"[A-Za-z0-9-]*", content)
        label = called(name.group() if name else "")
        forms = _forms(content)
        plain = "\n".join(_folded(form) for form in forms)
        for number, text in wanted:
            if text in plain:
                yield Finding("forbidden-text", line, f"{label} holds forbidden string {number}")
        if whole:
            for word in sorted({word for form in forms for word in _WORD.findall(form)} & whole.keys()):
                yield Finding("forbidden-text", line, f"{label} holds forbidden word {whole[word]}")


def _forms(content: str) -> set[str]:
    """A content line as every reader might show it."""
    unescaped = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], content)
    caret = _CARET.sub(lambda match: {"n": " ", "'": '"', "^": "^"}.get(match[1], match[0]), unescaped)
    return {content, unescaped, caret, unquote(content), unquote(caret)}


def _folded(text: str) -> str:
    """A text without the differences that a reader does not see: case, width, spacing, marks not shown."""
    usual = unicodedata.normalize("NFKC", text)
    return " ".join("".join(mark for mark in usual if unicodedata.category(mark) != "Cf").casefold().split())


__all__ = ["texts"]
