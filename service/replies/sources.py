"""Where answers lie: files, folders and maildirs; a mailbox on a server is in `service.replies.imap`.

Reading changes nothing. A message is marked as read only after the calendar with its answer was written, and only if
nobody has to look at it, so that what is left unread is what somebody has to see. A run that is broken off reads the
same messages again, which does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

from service.replies.mail import MOST_OCTETS
from service.replies.take import Message

ENDINGS: Final = (".ics", ".eml", ".vcs")
"""Of the files in a folder that are read."""
_SEEN: Final = "S"


class SourceError(Exception):
    """Messages can't be fetched; the text says why and what to do."""


class Source(Protocol):
    """Some messages."""

    def messages(self) -> Iterator[Message]:
        """Give each message that nobody has read.

        Raises
        ------
        SourceError
        """

    def settle(self, sources: Collection[str]) -> tuple[str, ...]:
        """Mark messages as read; returns those that could not be.

        Parameters
        ----------
        sources
            Of messages that were given.
        """


class Files:
    """Files that somebody saved, and folders of them. They are left as they are.

    Parameters
    ----------
    paths
        Of a folder, files that end in ``.ics``, ``.eml`` or ``.vcs`` count; the others are told in `passed_over`.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self.passed_over: list[Path] = []

    def messages(self) -> Iterator[Message]:
        """Give each file once, those of a folder by name."""
        for path in dict.fromkeys(self._files()):
            yield Message(str(path), _read(path))

    def settle(self, sources: Collection[str]) -> tuple[str, ...]:  # noqa: ARG002 - nothing is marked
        """Leave the files as they are."""
        return ()

    def _files(self) -> Iterator[Path]:
        for path in self._paths:
            if not path.is_dir():
                yield path
                continue
            if (path / "cur").is_dir() and (path / "new").is_dir():
                raise SourceError(f"{path} is a maildir: name it with --maildir")
            for inside in sorted(path.iterdir()):
                if inside.suffix.lower() in ENDINGS:
                    yield inside
                elif not inside.name.startswith("."):
                    self.passed_over.append(inside)


class Maildir:
    """A folder of mails as mail servers keep it: those that aren't flagged as seen are read.

    Parameters
    ----------
    path
        Holds ``new`` and ``cur``.
    """

    def __init__(self, path: Path) -> None:
        if not all((path / name).is_dir() for name in ("new", "cur")):
            raise SourceError(f"{path} is no maildir: it has to hold the folders new and cur")
        self._path = path

    def messages(self) -> Iterator[Message]:
        """Give the mails in ``new``, and those in ``cur`` without the flag; by name, which is by age."""
        found = [one for name in ("new", "cur") for one in (self._path / name).iterdir()]
        for path in sorted(found, key=lambda one: one.name):
            if path.name.startswith(".") or _SEEN in _flags(path.name) or not path.is_file():
                continue
            try:
                data = _read(path)
            except SourceError:
                if path.exists():
                    raise
                continue  # another program has moved it: it is there next time
            yield Message(f"{path.parent.name}/{path.name}", data)

    def settle(self, sources: Collection[str]) -> tuple[str, ...]:
        """Flag mails as seen, which moves them to ``cur``."""
        failed = []
        for source in sources:
            path = self._path / source
            flags = "".join(sorted({*_flags(path.name), _SEEN}))
            target = self._path / "cur" / f"{path.name.partition(':')[0]}:2,{flags}"
            try:
                path.rename(target)
            except OSError:
                failed.append(source)
        return tuple(failed)


def _flags(name: str) -> str:
    return name.partition(":2,")[2]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_OCTETS + 1)
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}") from error


__all__ = ["ENDINGS", "Files", "Maildir", "Source", "SourceError"]
