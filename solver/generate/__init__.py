"""Made-up caseloads: realistic teams of any size and one-off meetings, for demonstrations, tests and benchmarks."""

from __future__ import annotations

from solver.generate.caseload import generate
from solver.generate.one_off import generate_one_off
from solver.generate.shape import Congestion
from solver.generate.write import to_json

__all__ = ["Congestion", "generate", "generate_one_off", "to_json"]
