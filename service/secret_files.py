"""Secrets that the environment holds itself, or names the file of, such as a mounted secret: never an argument of a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def read_secret(given: Mapping[str, str], prefix: str, name: str, faults: list[str]) -> str | None:
    """Return a secret, if one is set.

    Parameters
    ----------
    given
        The settings, by name without prefix; only those that hold something.
    prefix
        Of their names in the environment, for what is said of them.
    name
        Such as ``PASSWORD``; a file of it is named by ``PASSWORD_FILE``.
    faults
        Gets a sentence, without full stop, for each that there is.
    """
    if f"{name}_FILE" not in given:
        return given.get(name)
    if name in given:
        faults.append(f"both {prefix}{name} and {prefix}{name}_FILE are set: set one of them")
    try:
        # A file's last line end is no part of what it holds.
        secret = Path(given[f"{name}_FILE"].strip()).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        faults.append(f"{prefix}{name}_FILE can't be read: name a file of text that holds it alone")
        return None
    if not secret:
        faults.append(f"{prefix}{name}_FILE is empty: it must hold the {name.lower()} alone")
        return None
    return secret


__all__ = ["read_secret"]
