"""Made-up caseloads: realistic teams of any size, for demonstrations, tests and benchmarks."""

from __future__ import annotations

from solver.generate.caseload import generate
from solver.generate.shape import Congestion
from solver.generate.write import to_json

__all__ = ["Congestion", "generate", "to_json"]
