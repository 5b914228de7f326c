"""Where compiled kernels are kept: one folder for each installation and each state of its sources.

Numba recompiles a function when its own file has changed, not when a function it calls has: kernels of two versions would
be mixed, and read each other's arrays. So the folder is named by a digest of all sources that kernels are made of. Numba
also compiles anew what lies elsewhere or was put there again, so these are part of the name as well: what is in the folder
can then be used, and `is_compiled` doesn't take another installation's kernels for ours.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from numba.core import config

_HERE = Path(__file__).parent
SOURCES = (
    # All whose kernels are called from kernels of another file, and the one that `is_compiled` asks for.
    *(_HERE / f"{name}.py" for name in ("company", "filling", "kernels", "lookup", "moves")),
    *(_HERE.parent / "problem" / f"{name}.py" for name in ("layout", "tables")),
)


def digest() -> str:
    """Digest of the kernels' sources, of where they lie and of when they were put there."""
    found = hashlib.sha256(str(_HERE).encode())
    for path in SOURCES:
        found.update(f"\0{path.stat().st_mtime_ns}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def use_own_folder() -> Path:
    """Have numba keep this version's kernels in a folder of their own; returns it.

    Below ``NUMBA_CACHE_DIR`` where that is set, else in the user's cache, else (not writable) in the temporary files.
    """
    base = (
        os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    )
    for root in (Path(base), Path(tempfile.gettempdir())):
        folder = root / "convene" / "kernels" / digest()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        return folder
    return Path(config.CACHE_DIR)  # type: ignore[attr-defined]


def is_compiled() -> bool:
    """Whether this machine has compiled these kernels before."""
    return any(Path(config.CACHE_DIR).rglob("moves.work-*.nbi"))  # type: ignore[attr-defined]
