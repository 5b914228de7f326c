"""Names that give nothing away: the reference people quote, and the UIDs calendars keep.

Both are codes of our own ids under a key, so that they stay the same across replans and hold no id of a plan,
a family or a person. The key follows from the caseload's and the team's id unless one is given: whoever in
the authority knows those ids can work out which code belongs to which series. It keeps codes unreadable to
people outside, it is no secret among those inside; an authority that wants one gives its own key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from solver.schema.caseload import Caseload

DIGITS: Final = "23456789"
LETTERS: Final = "CDFGHJKMNPQRTVWXY"
"""No vowels, so no words; none that is taken for a digit or another letter, read out or written by hand."""
SHORTEST: Final = 4
_LONGEST: Final = 20
_NAMED: Final = 24
_TAGGED: Final = 16


def default_key(caseload: Caseload) -> bytes:
    """The key that follows from the caseload and its team: the same for every calendar of theirs."""
    return hashlib.sha256(b"\0".join((b"convene", caseload.id.encode(), caseload.team.id.encode()))).digest()


def uid(key: bytes, *parts: str) -> str:
    """A UID for the thing these ids name: 40 hexadecimal digits of an HMAC-SHA256 (RFC 7986 section 5.3).

    The last 16 are a tag of the others, so that whoever has the key knows its own UIDs again (`is_ours`).
    """
    name = _digest(key, "uid", *parts).hex()[:_NAMED]
    return name + _tag(key, name)


def is_ours(key: bytes, uid: str) -> bool:
    """Whether a UID was made with this key, whatever it names: our own meetings in somebody's calendar."""
    return len(uid) == _NAMED + _TAGGED and hmac.compare_digest(
        _tag(key, uid[:_NAMED]).encode(), uid[_NAMED:].encode()
    )


def references(key: bytes, names: Iterable[str]) -> dict[str, str]:
    """A short code for each name, such as ``7F3K``.

    Parameters
    ----------
    key
        Secret of the HMAC.
    names
        All the names of a caseload that must be told apart.

    Returns
    -------
    dict
        Code by name. Four characters, more where two names would share them: then neither is the start of
        the other. The first four always hold a digit and a letter, so a code is never a word, a number or
        anybody's initials.
    """
    codes = {name: _code(key, name) for name in set(names)}
    short: dict[str, str] = {}
    length = SHORTEST
    while len(short) < len(codes):
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for name in codes.keys() - short.keys():
            groups[codes[name][:length]].append(name)
        short |= {group[0]: code for code, group in groups.items() if len(group) == 1}
        length += 1
    return short


def _code(key: bytes, name: str) -> str:
    alphabet = DIGITS + LETTERS
    attempt = 0
    while True:
        rest = int.from_bytes(_digest(key, "reference", str(attempt), name))
        code = ""
        for _ in range(_LONGEST):
            rest, place = divmod(rest, len(alphabet))
            code += alphabet[place]
        head = set(code[:SHORTEST])
        if head & set(DIGITS) and head & set(LETTERS):
            return code
        attempt += 1


def _tag(key: bytes, name: str) -> str:
    return _digest(key, "ours", name).hex()[:_TAGGED]


def _digest(key: bytes, *parts: str) -> bytes:
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    text = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in parts))
    return hmac.digest(key, text, "sha256")


__all__ = ["DIGITS", "LETTERS", "SHORTEST", "default_key", "is_ours", "references", "uid"]
