"""The counts of a run in README.md."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fault_counts import Counts

README: Final = Path(__file__).parents[1] / "README.md"
_BEGIN, _END = "<!-- counts -->", "<!-- end of counts -->"


def write(counts: Counts, arguments: Sequence[str]) -> None:
    """Put the counts between the marks."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=README.parent
    ).stdout.strip()  # fmt: skip
    # Which tests, and how many: not where on this machine.
    command = " ".join(["python -m pytest", *(one for one in arguments if not one.startswith("/"))])
    lines = [
        f"`{command}`, {datetime.now(UTC):%d %B %Y}, commit {commit}:",
        "",
        "| what | how often |",
        "|---|---|",
        *(f"| {name} | {number:,} |" for name, number in counts.rows()),
    ]
    text = README.read_text()
    inside = "\n".join([_BEGIN, "", *lines, "", _END])
    after = re.sub(f"{_BEGIN}.*{_END}", lambda _: inside, text, flags=re.DOTALL)
    if after == text and inside not in text:
        raise ValueError("README.md has no marks between which the counts would go")
    README.write_text(after)
