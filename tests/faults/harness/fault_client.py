"""A good client: it sends again, with the same key, whatever had no answer, until it has one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any, Final

import httpx
from fault_counts import Counts

PATIENCE: Final = 600.0
"""Seconds until a request is given up."""
_PAUSE: Final = 0.15


class NoAnswerError(AssertionError):
    """A request that never had an answer."""


class Client:
    """One program that uses the API.

    Parameters
    ----------
    url
    key
        Of the API.
    name
        Begins its idempotency keys.
    counts
    """

    def __init__(self, url: str, key: str, name: str, counts: Counts) -> None:
        self._url, self._key, self._name, self._counts = url, key, name, counts
        self._numbers: Iterator[int] = count(1)

    def new_key(self) -> str:
        """An idempotency key that no request has had."""
        return f"{self._name}-{next(self._numbers)}"

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Ask for something that is to be done once."""
        return self.ask("POST", path, **more)

    def ask(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Ask until there is an answer that says what has become of it."""
        given = {"Authorization": f"Bearer {self._key}"} | (headers or {})
        if method != "GET":
            given["Idempotency-Key"] = key or self.new_key()
        until = time.monotonic() + PATIENCE
        while True:
            self._counts.add("requests")
            try:
                with httpx.Client(
                    base_url=self._url, trust_env=False, timeout=httpx.Timeout(60, connect=5)
                ) as client:
                    answer = client.request(method, path, headers=given, **more)
            except httpx.TransportError as error:
                why = "no answer" if not isinstance(error, httpx.ConnectError) else "nobody listens"
            else:
                if answer.status_code < 500 and answer.status_code != 429:
                    if "Idempotent-Replay" in answer.headers:
                        self._counts.add("answers given again")
                    return answer
                why = f"answer {answer.status_code}"
            self._counts.again(why)
            self._counts.add("retries")
            if time.monotonic() > until:
                raise NoAnswerError(f"{method} {path} had no answer for {PATIENCE:g} seconds ({why})")
            time.sleep(_PAUSE)

    def watch(self, path: str) -> tuple[list[int], list[str]]:
        """Follow a calendar's events to their end, however often the line breaks: their numbers and states."""
        numbers: list[int] = []
        states: list[str] = []
        until = time.monotonic() + PATIENCE
        while not states or states[-1] in ("queued", "preparing", "solving"):
            if time.monotonic() > until:
                raise NoAnswerError(f"{path} came to no end")
            headers = {"Authorization": f"Bearer {self._key}"}
            if numbers:
                headers["Last-Event-ID"] = str(numbers[-1])
            self._counts.add("requests")
            try:
                with (
                    httpx.Client(
                        base_url=self._url, trust_env=False, timeout=httpx.Timeout(30, connect=5)
                    ) as client,
                    client.stream("GET", path, headers=headers) as answer,
                ):
                    if answer.status_code != 200:
                        raise httpx.ReadError(f"answer {answer.status_code}")
                    _follow(answer, numbers, states)
            except httpx.TransportError:
                self._counts.again("events broke off")
                self._counts.add("retries")
                time.sleep(_PAUSE)
        return numbers, states


def _follow(answer: httpx.Response, numbers: list[int], states: list[str]) -> None:
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(":")
        if line:
            event[name] = value.strip()
            continue
        if "id" in event:
            numbers.append(int(event["id"]))
            if event.get("event") == "state":
                states.append(httpx.Response(200, content=event["data"]).json()["state"])
        event = {}
