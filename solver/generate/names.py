"""Names, ids and addresses that nobody can take for real ones."""

from __future__ import annotations

from random import Random
from typing import Final

TREES: Final = (
    "Alder", "Ash", "Aspen", "Beech", "Birch", "Box", "Cedar", "Cherry", "Chestnut", "Cypress", "Elder",
    "Elm", "Fir", "Gorse", "Hawthorn", "Hazel", "Holly", "Hornbeam", "Juniper", "Larch", "Lime", "Maple",
    "Medlar", "Mulberry", "Myrtle", "Oak", "Olive", "Pear", "Pine", "Plane", "Poplar", "Quince", "Rowan",
    "Spruce", "Sycamore", "Thorn", "Walnut", "Willow", "Yew",
)  # fmt: skip
LETTERS: Final = "ABCDEFGHIJKLMNOPRSTUVWYZ"
DOMAIN: Final = "example.invalid"
"""Reserved (RFC 2606): no mail to it can reach anybody."""


class Numbering:
    """Ids and names of one kind of person: fixed width, so that none is the beginning of another.

    Parameters
    ----------
    prefix : what ids begin with, ``"sw"`` for ``sw-3``.
    word : what names begin with, ``"Testworker"`` for ``Testworker Alder``.
    count : the most that can be asked for.
    width : fewest digits of an id.
    """

    def __init__(self, prefix: str, word: str, count: int, *, width: int = 1) -> None:
        self._prefix, self._word, self._count = prefix, word, count
        self._width = max(width, len(str(count)))
        self._used = 0

    def next(self) -> tuple[str, str]:
        """The next id and name."""
        index = self._used
        self._used += 1
        number = str(self._used).zfill(self._width)
        if self._count <= len(TREES):
            name = f"{self._word} {TREES[index]}"
        else:
            name = f"{self._word} {TREES[index % len(TREES)]} {number}"
        return f"{self._prefix}-{number}", name


def initials(rng: Random) -> str:
    """Two letters."""
    return rng.choice(LETTERS) + rng.choice(LETTERS)


def address(number: int) -> str:
    """A street that doesn't exist. No address is part of another one's text."""
    return f"No {number}, Example Street"
