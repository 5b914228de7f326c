"""Somebody who is signed in to the pages and has no browser: addresses are asked for, forms are sent as they stand."""

from __future__ import annotations

import re
from html import unescape
from types import TracebackType
from typing import Final

import httpx
from web_world import World

from service.access.sessions import CSRF_FIELD, cookie_name

_FIELD: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Visitor:
    """A session.

    Parameters
    ----------
    world
    subject
        Of the account.
    """

    def __init__(self, world: World, subject: str) -> None:
        self._client = httpx.Client(
            base_url=world.address,
            cookies={cookie_name(https=False): world.cookie(subject)},
            headers={"Accept": "text/html"},
            timeout=30,
        )

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return self._client.get(path)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's forms; of two of a name the last."""
        return {name: unescape(value) for name, value in _FIELD.findall(self.get(path).text)}

    def send(self, form: str, path: str, **fields: str) -> httpx.Response:
        """Send the form of a page to an address: its hidden fields, and these."""
        return self.post(path, self.hidden(form) | fields)

    def post(self, path: str, fields: dict[str, str], accept: str = "text/html") -> httpx.Response:
        """Send fields; the token is among them, or is that of the team's page."""
        team = "/".join(path.split("/")[:3])
        if CSRF_FIELD not in fields:
            fields = {CSRF_FIELD: self.hidden(f"{team}/rebookings")[CSRF_FIELD]} | fields
        return self._client.post(path, data=fields, headers={"Accept": accept})


def fields_of(answer: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of one form of a page, by the address that it is sent to."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', answer.text, re.DOTALL)
    assert form is not None, f"no form for {action}"
    return {name: unescape(value) for name, value in _FIELD.findall(form[0])}


def words(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(_TAGS.sub(" ", answer.text)).split())


__all__ = ["Visitor", "fields_of", "words"]
