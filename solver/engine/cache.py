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
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from numba.core import config

_HERE = Path(__file__).parent
SOURCES = (
    # All whose kernels are called from kernels of another file, and the one that `is_compiled` asks for.
    *(_HERE / f"{name}.py" for name in ("company", "filling", "kernels", "lookup", "moves")),
    *(_HERE.parent / "problem" / f"{name}.py" for name in ("layout", "tables")),
)
_LOOK_SECONDS: Final = 0.2


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


@contextmanager
def compiling_alone(stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Let one process of this machine compile at a time: whoever comes meanwhile waits here, and finds it done.

    Parameters
    ----------
    stop : callable
        Waiting ends when it says so. The body is entered nevertheless, as where no file can be written or locked.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            lock = Path(config.CACHE_DIR) / "compiling.lock"  # type: ignore[attr-defined]
            # The lock is the open file's: it ends with it, and with the process however that ends.
            held = stack.enter_context(lock.open("ab"))
            while not (_locked(held.fileno()) or stop()):
                time.sleep(_LOOK_SECONDS)
        yield


def _locked(file: int) -> bool:
    with suppress(ImportError):
        import fcntl  # noqa: PLC0415 - not everywhere

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
