"""How the published plots look: one set of colours for light, one for dark, and the same bytes from the same figures."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any, Final

from matplotlib.figure import Figure

PAPER: Final = "#ffffff"
INK: Final = "#1f2328"
FAINT: Final = "#d0d7de"
MUTED: Final = "#59636e"
BLUE: Final = "#0067b8"
ORANGE: Final = "#bc4c00"
GREEN: Final = "#1a7f37"
DARK: Final = {
    PAPER: "#0d1117",
    INK: "#e6edf3",
    FAINT: "#30363d",
    MUTED: "#9198a1",
    BLUE: "#58a6ff",
    ORANGE: "#f0883e",
    GREEN: "#3fb950",
}
"""What each colour becomes where the reader's system is dark."""
LONG: Final = re.compile(r"(?<![\w.#])-?\d+\.\d{3,}")
"""A number with more places than can be seen: a hundredth of a point is enough."""
SETTINGS: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "convene",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "figure.facecolor": PAPER,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.8,
}


def svg(figure: Figure, title: str) -> str:
    """The figure as an SVG document that is the same for the same figure, and readable in light and in dark."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    head, mark, rest = buffer.getvalue().partition("<defs>")
    named = head.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
    short = LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), rest)
    return f"{named}<style>{_dark_rules()}</style>\n {mark}{short}"


def _dark_rules() -> str:
    # Colours are in style attributes, which only an important rule overrides; readers without media queries stay light.
    rules = "".join(
        f'[style*="{name}: {light}"]{{{name}:{dark}!important}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
