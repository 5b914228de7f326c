"""Where Timefold and Java are on this machine, and the model compiled with them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent / "model"
RELEASE: Final = 17
"""Version of Java that Timefold needs at least."""
UNWANTED: Final = ("logback", "python", "jpyinterpreter", "junit", "mockito", "assertj", "byte-buddy", "test")
"""Jars of the wheel that belong to its bridge from Python and to its tests, or would write a log to standard output."""


def jars() -> list[Path]:
    """Find the jars that come with the wheel, Timefold's own among them; empty where it is not installed."""
    try:
        files = metadata.files("timefold") or []
    except metadata.PackageNotFoundError:
        return []
    found = [Path(str(file.locate())) for file in files if file.suffix == ".jar"]
    return sorted(jar for jar in found if not any(part in jar.name for part in UNWANTED))


def missing() -> str | None:
    """Say what this peer would need and the machine doesn't have, in a sentence; ``None`` where nothing is missing."""
    if not any(jar.name.startswith("timefold-solver-core") for jar in jars()):
        return "Timefold isn't installed: pip install 'convene[bench]'."
    lacking = [tool for tool in ("java", "javac") if shutil.which(tool) is None]
    if lacking:
        return f"There is no {' and no '.join(lacking)}: install a JDK {RELEASE} or later and put it on the PATH."
    return None


def class_path() -> str:
    """The model, compiled if this machine has not done so before, and the jars it needs."""
    return os.pathsep.join([str(_compiled()), *map(str, jars())])


def _compiled() -> Path:
    """The folder of the compiled model: one for each state of its sources and of Timefold."""
    sources = sorted(SOURCES.glob("*.java"))
    name = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    for jar in jars():
        name.update(jar.name.encode())
    root = _cache() / "convene" / "timefold"
    folder = root / name.hexdigest()[:16]
    if folder.exists():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    # Compiled aside and moved there whole: another run may want it at the same time.
    with tempfile.TemporaryDirectory(dir=root) as aside:
        target = Path(aside) / "classes"
        command = ["javac", "--release", str(RELEASE), "-proc:none", "-d", str(target), "-cp"]
        done = subprocess.run(
            [*command, os.pathsep.join(map(str, jars())), *map(str, sources)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the model for Timefold does not compile:\n{done.stderr[-4000:]}")
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():
                raise
    return folder


def _cache() -> Path:
    """The user's cache, or the temporary files where that can't be written to."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            return cache
    except OSError:
        return Path(tempfile.gettempdir())
