"""Sentences about meetings as a page shows them: people and places by the names that a team's screen may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.views.names import Names
from solver.schema.caseload import Caseload

MOST_NAMED = 8
"""People who are listed; of the others only how many there are."""


class Sentences:
    """Puts names in the place of ids.

    Sentences of the solver call a professional by name and id, a family member by role and id, and a venue by its id, which may
    say what it is: on a page none of the ids is wanted.

    Parameters
    ----------
    caseload
    """

    def __init__(self, caseload: Caseload) -> None:
        self.names = Names(caseload)
        people = [one.id for one in caseload.people]
        children = [child.id for plan in caseload.plans for child in plan.children]
        self._people = frozenset((*people, *children))
        self._venues = frozenset(one.id for one in caseload.venues)
        # Names first, so that an id within a name is left alone.
        whole = {one.name for one in caseload.people} | {one.name for one in caseload.venues}
        self._hidden = {one.name: self.names.venue(one.id) for one in caseload.venues} | {
            one.name: self.names.person(one.id) for one in caseload.people
        }
        words = sorted({*whole, *self._people, *self._venues} - {""}, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?P<open> \()?(?<![\w.-])(?P<word>{'|'.join(map(re.escape, words)) or '(?!)'})(?![\w-]|\.\w)(?P<shut>(?(open)\)))"
        )

    def text(self, sentence: str) -> str:
        """A sentence with names."""
        told = self._pattern.sub(lambda found: self._named(found, sentence), sentence)
        return re.sub(r" {2,}", " ", told).replace(" .", ".").replace(" ,", ",")

    def _named(self, found: re.Match[str], sentence: str) -> str:
        word = found["word"]
        if word in self._people:
            if found["open"]:
                return ""
            name = self.names.person(word)
            return "" if sentence[: found.start()].endswith(f"{name} ") else name
        name = self.names.venue(word) if word in self._venues else self._hidden.get(word, word)
        return f" ({name})" if found["open"] else name

    def people(self, ids: Iterable[str]) -> str:
        """People in a list, each once."""
        names = list(dict.fromkeys(self.names.person(one) for one in ids))
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return joined(names[:MOST_NAMED], last=not more) + more


def joined(words: Sequence[str], *, last: bool = True) -> str:
    """``a, b and c``."""
    if len(words) < 2 or not last:
        return ", ".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


__all__ = ["MOST_NAMED", "Sentences", "joined"]
