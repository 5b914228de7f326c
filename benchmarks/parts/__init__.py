"""Times of the parts of planning a team, by pytest-benchmark: ``make bench-parts``. Every timing checks its result."""
