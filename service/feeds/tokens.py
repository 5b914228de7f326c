"""Tokens of feeds: random, kept as hashes, revocable, each good for one feed."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from service.feeds.feed import Subject
from service.output.files import write_file

FILE: Final = "feed-tokens.json"
_OCTETS: Final = 32
_LONGEST: Final = 200
_NOBODYS: Final = hashlib.sha256(secrets.token_bytes(_OCTETS)).hexdigest()
"""Compared with where a feed has no token, so that this takes no other time."""


class TokenFileError(Exception):
    """The file of tokens can't be read. The text names nobody."""


class FolderTokens:
    """Tokens in a file of a plan's folder, readable by its owner alone.

    There is no token in the file, only hashes: whoever reads it can fetch nothing. They are random and long, so a fast hash
    does.

    Parameters
    ----------
    folder
        Where `FILE` is, or will be with the first token.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def issue(self, subject: Subject) -> str:
        """A new token for a feed. It can't be shown again.

        Raises
        ------
        TokenFileError, OutputError
            If the file can't be read or written.
        """
        token = secrets.token_urlsafe(_OCTETS)
        hashes = self._hashes()
        hashes.setdefault(_key(subject), []).append(_hash(token))
        self._write(hashes)
        return token

    def revoke(self, subject: Subject) -> int:
        """Make every token of a feed worthless; how many there were.

        Raises
        ------
        TokenFileError, OutputError
            If the file can't be read or written.
        """
        hashes = self._hashes()
        gone = hashes.pop(_key(subject), [])
        if gone:
            self._write(hashes)
        return len(gone)

    def accepts(self, subject: Subject, token: str) -> bool:
        """Whether this is a token of this feed.

        Raises
        ------
        TokenFileError
            If the file can't be read.
        """
        given = _hash(token[:_LONGEST])
        good = False
        for known in self._hashes().get(_key(subject)) or [_NOBODYS]:
            good |= hmac.compare_digest(given, known)
        return good

    def _hashes(self) -> dict[str, list[str]]:
        try:
            content: Any = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise TokenFileError(f"{FILE} can't be read") from error
        if not _is_well(content):
            raise TokenFileError(f"{FILE} isn't what was written")
        return dict(content)

    def _write(self, hashes: Mapping[str, list[str]]) -> None:
        write_file(self._path, json.dumps(hashes, indent=1, sort_keys=True).encode() + b"\n")
        self._path.chmod(0o600)


def _is_well(content: Any) -> bool:
    return isinstance(content, dict) and all(
        isinstance(hashes, list) and all(isinstance(one, str) and one.isascii() for one in hashes)
        for hashes in content.values()
    )


def _key(subject: Subject) -> str:
    return f"{subject.kind}:{subject.id}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


__all__ = ["FILE", "FolderTokens", "TokenFileError"]
