"""What was made last, so that it needn't be made again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")


class Kept(Generic[_Key, _Made]):
    """Keeps so many things, and of more those that were asked for last. For several threads.

    Parameters
    ----------
    most
        How many.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[_Key, _Made] = OrderedDict()

    def get(self, key: _Key, make: Callable[[], _Made]) -> _Made:
        """Return what is kept under a key, made now if it isn't.

        Parameters
        ----------
        key
            Of all that the thing is made of: what is kept under it is never looked at again.
        make
            Two threads that ask at once may both do so.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


__all__ = ["Kept"]
