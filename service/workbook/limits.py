"""How much of a file is read at the most: beyond anything a team or an authority has, below what harms a machine."""

from __future__ import annotations

from typing import Final

from service.workbook.load import WorkbookError
from solver.schema.faults import Fault

FILE_BYTES: Final = 100_000_000
"""Of a workbook as it is, and of a folder's files together."""
UNPACKED_BYTES: Final = 200_000_000
"""Of what is packed in a workbook: 20,000 plans have 108 million."""
MEMBERS: Final = 2_000
"""Files packed in a workbook."""
CELLS: Final = 5_000_000
"""Of all sheets, the empty ones between others counted."""
COLUMNS: Final = 1_000
TEXT: Final = 32_767
"""Characters in a cell: what Excel allows."""


def refusal(where: str, problem: str, remedy: str) -> WorkbookError:
    """Return the error of a file that isn't read any further."""
    return WorkbookError([Fault(where, "", problem, remedy)])


def too_large(where: str, what: str) -> WorkbookError:
    """Return the error of a file that holds more than is read."""
    return refusal(
        where,
        f"This holds more than {what}.",
        "Remove what is not part of the caseload, or split it by team.",
    )
