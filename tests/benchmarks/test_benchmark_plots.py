from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from benchmark_results import first_fit, none_in_time, order, outcome, sample

from benchmarks import plots, style
from benchmarks.curves import curves
from benchmarks.growth import points
from benchmarks.record import Result

SAMPLES = (sample(0.5, 900), sample(2.0, 600, 300.0), sample(8.0, 500, 499.0))
RESULTS: list[Result] = [
    first_fit(1, 2000),
    outcome(order(1), 500, seconds=10.5, samples=SAMPLES),
    outcome(order(1, congestion="hard"), 700, bound=690.0, samples=(sample(1.0, 700, 690.0),)),
]
SIZES: list[Result] = [
    result
    for size in (3, 18, 150)
    for result in (
        first_fit(1, 20 * size, size=size),
        outcome(
            order(1, size=size),
            10 * size,
            bound=9.95 * size,
            samples=(sample(size / 100, 10 * size), sample(size / 50, 10 * size, 9.95 * size)),
        ),
    )
]


def texts(document: str) -> list[str]:
    """Every text of a valid SVG document."""
    root = ElementTree.fromstring(document)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return [text for node in root.iter("{http://www.w3.org/2000/svg}text") if (text := node.text)]


def lines(document: str, colour: str) -> list[list[tuple[float, float]]]:
    """Points of the lines of a colour, but for frames, ticks and markers."""
    found = re.findall(rf'<path d="([^"]*)"[^>]*clip-path[^>]*fill: none; [^>]*?stroke: {colour}', document)
    return [
        [(float(x), float(y)) for x, y in re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path)] for path in found
    ]


def test_a_search_has_a_panel_a_congestion_with_labels_and_units() -> None:
    found = texts(plots.search("a team with 150 plans", curves(RESULTS)))
    assert "A team with 150 plans: good is blue meeting orange, soon" in found
    assert {"typical, one run", "hard, one run"} <= set(found)
    assert found.count("time since planning was asked for, s") == 2
    assert {"cost, points (lower is better)", "proven gap (lower is better)"} <= set(found)
    assert {"best calendar", "proven bound", "first fit"} <= set(found)


def test_a_search_draws_the_calendar_falling_and_the_bound_rising() -> None:
    document = plots.search("a team", curves(RESULTS[:2]))
    (best,), (bound,) = lines(document, style.BLUE), lines(document, style.ORANGE)
    heights = [y for _, y in best]
    # The origin of SVG is above: falling costs have rising numbers.
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    rising = [y for _, y in bound]
    assert rising == sorted(rising, reverse=True)
    assert rising[-1] - heights[-1] < 2


def test_growth_draws_each_series_against_the_sizes() -> None:
    document = plots.growth(points(SIZES))
    found = texts(document)
    assert found.count("children with a plan") == 4
    assert {"Time, s (lower is better)", "Peak memory, MB (lower is better)"} <= set(found)
    assert {"Cost by plan, points (lower is better)", "Proven gap after 10 s (lower is better)"} <= set(found)
    assert {"3", "18", "150"} <= set(found)
    drawn = lines(document, plots.COLOURS["typical"])
    assert len(drawn) == 6
    assert all(len(line) == 3 for line in drawn)
    first = drawn[0]
    widths = [math.log(18 / 3), math.log(150 / 18)]
    steps = [first[1][0] - first[0][0], first[2][0] - first[1][0]]
    assert steps[0] / steps[1] == pytest.approx(widths[0] / widths[1], rel=0.01)


def test_what_was_never_reached_is_not_drawn() -> None:
    gone = [none_in_time(1, size=size) for size in (300, 600)]
    drawn = lines(plots.growth(points([*SIZES, *gone])), plots.COLOURS["typical"])
    assert all(len(line) == 3 for line in drawn)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert plots.growth(points(SIZES)) == plots.growth(points(SIZES))
    assert plots.search("a team", curves(RESULTS)) == plots.search("a team", curves(RESULTS))


def test_every_colour_has_another_in_the_dark_and_nothing_tells_the_day() -> None:
    document = plots.search("a team", curves(RESULTS)) + plots.growth(points(SIZES))
    drawn, _, _ = document.partition("@media")
    assert "prefers-color-scheme:dark" in document
    used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", document))
    assert used <= set(style.DARK)
    assert not re.search(r"dc:date|20\d\d-\d\d-\d\d", document)
    assert drawn.count("aria-label") == 1
