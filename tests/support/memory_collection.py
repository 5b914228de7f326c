"""A calendar collection in memory, as `service.caldav_push.collection.Collection` has it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from service.caldav_push.collection import ChangedError, CollectionError, Held, UidTakenError


class MemoryCollection:
    """Keeps what was done in ``log``; ``before`` is called before every write or deletion, and may change or break things."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.log: list[tuple[str, str]] = []
        self.before: Callable[[], None] = lambda: None
        self._version: dict[str, int] = {}

    def etag(self, name: str) -> str:
        digest = hashlib.sha256(self.objects[name]).hexdigest()[:8]
        return f'"{self._version.get(name, 0)}-{digest}"'

    def put(self, name: str, data: bytes) -> None:
        """As its owner does."""
        self.objects[name] = data
        self._version[name] = self._version.get(name, 0) + 1

    def etags(self) -> Mapping[str, str]:
        return {name: self.etag(name) for name in self.objects}

    def read(self, names: Sequence[str]) -> Mapping[str, Held]:
        return {name: Held(self.etag(name), self.objects[name]) for name in names if name in self.objects}

    def write(self, name: str, data: bytes, etag: str | None) -> None:
        self.before()
        if (self.etag(name) if name in self.objects else None) != etag:
            raise ChangedError("changed")
        if any(_uid(data) == _uid(held) for other, held in self.objects.items() if other != name):
            raise UidTakenError("taken")
        self.put(name, data)
        self.log.append(("write", name))

    def remove(self, name: str, etag: str) -> None:
        self.before()
        if name not in self.objects:
            return
        if self.etag(name) != etag:
            raise ChangedError("changed")
        del self.objects[name]
        self.log.append(("remove", name))


class Breaking:
    """A ``before`` that fails after so many writes."""

    def __init__(self, after: int) -> None:
        self._left = after

    def __call__(self) -> None:
        if self._left == 0:
            raise CollectionError("the server can't be reached")
        self._left -= 1


def _uid(data: bytes) -> bytes | None:
    lines = data.replace(b"\r\n ", b"").splitlines()
    return next((line for line in lines if line.startswith(b"UID:")), None)
