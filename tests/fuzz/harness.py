"""Run one target of ``fuzz_targets`` under atheris, which grows its inputs by what they reach: see ``make fuzz``.

``python tests/fuzz/harness.py TARGET [libFuzzer's options] CORPUS...`` with ``tests/support`` on the path.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(
    include=["calendars", "service.replies", "icalendar", "recurring_ical_events"]
):
    from fuzz_targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
