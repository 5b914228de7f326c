"""No page tells anybody of what isn't theirs: no word of another team, of another authority, of plans that a worker has no part
in, or, to business support, of what is written about families. Looked for in all that an answer is: its text with attributes
and scripts' data, its files, its headers.

Who may ask for what at all is in `tests/service/access/test_access_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from string import Formatter

import httpx
import pytest
from marked_teams import FOREIGN, FREE, OTHER, OWN, REST, Marked, marked_teams, told
from page_states import LEADS_ELSEWHERE, csrf, routes
from web_world import World, world

from service.access.sessions import CSRF_FIELD, cookie_name

pytestmark = pytest.mark.web
Teams = tuple[World, dict[str, Marked]]
UNSEEN = {
    "manager@yew.example": (OTHER, FOREIGN),
    "worker@yew.example": (REST, OTHER, FOREIGN),
    "support@yew.example": (FREE, OTHER, FOREIGN),
    "auditor@yew.example": (OTHER, FOREIGN),
    "admin@yew.example": (REST, FREE, FOREIGN),
    "nobody": (REST, FREE, OTHER, FOREIGN),
}
SEEN = {
    "manager@yew.example": (OWN, REST, FREE),
    "worker@yew.example": (OWN,),
    "support@yew.example": (OWN, REST),
}
"""So that what is looked for can be found."""
FORM = {
    "revision": "1", "key": "k", "seconds": "1", "how": "fresh", "choice": "2027-01-13T10:00 room-1", "start": "2027-01-13T10:00",
    "why": "look", "option": "1", "options": "3",
}  # fmt: skip
VIEWS = (
    "/teams/{team}?view=list", "/teams/{team}/week?on=2027-01-11", "/teams/{team}/tasks?until=2027-06-01",
    "/teams/{team}/preview?person=sw-1", "/teams/{team}/preview?person=carer-" + OTHER + "-1",
    "/teams/{team}/history?kind=reads",
)  # fmt: skip


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    with world(tmp_path_factory.mktemp("marked")) as made:
        yield made, marked_teams(made)


def client(made: World, subject: str) -> httpx.Client:
    cookies = {} if subject == "nobody" else {cookie_name(https=False): made.cookie(subject)}
    return httpx.Client(
        base_url=made.address, cookies=cookies, headers={"Accept": "text/html"}, trust_env=False, timeout=60
    )


def paths(found: dict[str, Marked], route: str) -> Iterator[str]:
    """A route in one's own team, with the ids of everybody, and in the others' with theirs."""
    names = [name for _, name, _, _ in Formatter().parse(route) if name and name != "team"]
    for mark, one in found.items():
        known = found.values() if mark == OWN else (one,)
        choices = [[id_ for other in known for id_ in other.ids[name]] for name in names]
        for chosen in product(*choices):
            yield route.format(team=one.team, **dict(zip(names, chosen, strict=True)))


def leaks(answer: httpx.Response, path: str, words: tuple[str, ...], sent: str = "") -> list[str]:
    """What of these words an answer has that wasn't in what was asked."""
    # What was asked for is known to whoever asked.
    text = told(answer).replace(path, "").replace(sent, "") if sent else told(answer).replace(path, "")
    found = []
    for word in words:
        at = text.find(word)
        if at >= 0 and word not in path:
            found.append(
                f"{answer.request.method} {path} ({answer.status_code}): {text[max(0, at - 80) : at + 40]!r}"
            )
    return found


@pytest.mark.parametrize("subject", UNSEEN)
def test_no_page_tells_of_others(teams: Teams, subject: str) -> None:
    made, found = teams
    wrong, everything = [], ""
    with client(made, subject) as asking:
        for route in (*routes(), *VIEWS, *LEADS_ELSEWHERE):
            if "sign-in" in route:
                continue  # on this machine it offers every account of the authority, on purpose
            for path in paths(found, route):
                answer = asking.get(path)
                assert answer.status_code < 500, (path, answer.status_code)
                wrong += leaks(answer, path, UNSEEN[subject])
                everything += told(answer) if "/yew" in path else ""
    assert wrong == []
    for word in SEEN.get(subject, ()):
        assert word in everything, f"{subject} sees what is theirs"


@pytest.mark.parametrize("subject", UNSEEN)
def test_no_form_tells_of_others(teams: Teams, subject: str) -> None:
    made, found = teams
    wrong, taken = [], 0
    with client(made, subject) as asking:
        token = csrf(asking, "/") or csrf(asking, "/teams/yew")
        for route in routes("POST"):
            if route in ("/sign-out", "/sign-in/development", "/demo"):
                continue
            for path, foreign in product(paths(found, route), (OTHER, FOREIGN)):
                # A form of one's own team that names what is others'.
                ids = {name: values[0] for name, values in found[foreign].ids.items()}
                form = {CSRF_FIELD: token} | FORM | ids | {"task": "x", "message": "1", "person": "sw-1"}
                answer = asking.post(path, data=form)
                assert answer.status_code < 500, (path, answer.status_code)
                wrong += leaks(answer, path, UNSEEN[subject], ids["meeting"])
                taken += answer.status_code < 400 and path.startswith("/teams/yew/")
    assert wrong == []
    assert taken or subject not in ("manager@yew.example", "support@yew.example"), "some are taken"


def test_what_comes_out_is_found(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole calendar for everybody, as a page would give it that forgot whose it is."""
    made, _ = teams
    monkeypatch.setattr("service.pages.team.seen_of", lambda who, standing: standing.calendar)
    for subject, word in (("worker@yew.example", REST), ("support@yew.example", FREE)):
        with client(made, subject) as asking:
            assert leaks(asking.get("/teams/yew/breaches"), "/teams/yew/breaches", (word,))
