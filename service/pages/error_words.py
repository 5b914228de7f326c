"""What error pages say: what has happened, whether anything was changed, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.api.problems import Problem
from service.words import count

_NOTHING: Final = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Words:
    """A title and sentences."""

    title: str
    sentences: tuple[str, ...]


_BY_TYPE: Final = {
    "urn:convene:problem:not-from-our-page": Words(
        "This page was out of date",
        (
            "You may have signed in again in another window.",
            f"{_NOTHING} Go back, load the page again, and send it once more.",
        ),
    ),
    "urn:convene:problem:stale-revision": Words(
        "Somebody has changed the calendar",
        ("It has changed since you looked at it.", f"{_NOTHING} Look at it again, then decide again."),
    ),
    "urn:convene:problem:database-away": Words(
        "Convene can’t reach its database",
        (
            "What you sent may not have been saved.",
            "Wait a moment, look whether it was, and send it again if not.",
        ),
    ),
}
"""Problems that are worded for programs."""
_BY_STATUS: Final = {
    400: Words("There is a problem with what you sent", (f"{_NOTHING} Go back and try again.",)),
    403: Words(
        "You can’t do this",
        ("Your account isn’t allowed to.", "Whoever manages accounts at your authority can change that."),
    ),
    404: Words(
        "Page not found",
        (
            "If you typed the address, check that it is right.",
            "If you followed a link, what was there may have gone, or it is another team’s.",
        ),
    ),
    405: Words("Page not found", (f"This address can’t be opened by itself. {_NOTHING}",)),
    408: Words("That took too long", (f"What you sent didn’t arrive in time. {_NOTHING} Try again.",)),
    409: Words("This can’t be done now", (f"{_NOTHING}",)),
    413: Words("That is too large", (f"What you sent is larger than Convene takes. {_NOTHING}",)),
    415: Words(
        "There is a problem with what you sent", (f"It is of a kind that Convene can’t read. {_NOTHING}",)
    ),
    422: Words(
        "There is a problem with what you sent", (f"{_NOTHING} Go back, correct it and send it again.",)
    ),
    429: Words("Too many requests", (f"{_NOTHING}",)),
    503: Words("Convene is busy", (f"{_NOTHING} Wait a moment and try again.",)),
}
_OTHER: Final = Words(
    "Sorry, there is a problem with Convene",
    ("It isn’t your fault. Go back, look whether what you sent was saved, and try again if not.",),
)
_SAY_MORE: Final = frozenset({409, 422, 429})
"""Where only the problem's own words say what is in the way."""
_FOR_PROGRAMS: Final = frozenset({"urn:convene:problem:invalid-request", "about:blank"})
_STALE: Final = "urn:convene:problem:stale-revision"


def words_of(problem: Problem) -> Words:
    """What a page says of a problem."""
    usual = _BY_STATUS.get(problem.status, _OTHER)
    if (known := _BY_TYPE.get(_STALE if problem.status == 412 else problem.type)) is not None:
        return known
    sentences = usual.sentences
    if problem.detail and problem.status in _SAY_MORE and problem.type not in _FOR_PROGRAMS:
        said = problem.detail
        sentences = (said,) if _NOTHING in said else (said, *sentences)
    if problem.status in (429, 503) and (wait := _wait(problem)):
        sentences = (*sentences, wait)
    return Words(usual.title, sentences)


def _wait(problem: Problem) -> str:
    given = problem.headers.get("Retry-After", "")
    if not given.isdecimal():
        return ""
    seconds = int(given)
    if seconds < 120:
        return f"You can try again in {count(seconds, 'second')}."
    if seconds < 7200:
        return f"You can try again in {count(-(-seconds // 60), 'minute')}."
    return f"You can try again in {count(-(-seconds // 3600), 'hour')}."


__all__ = ["Words", "words_of"]
