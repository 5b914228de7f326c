"""What the caseload's checks say of its JSON, as it is said to somebody who filled in cells: by sheets and headings."""

from __future__ import annotations

import re
from typing import Any, Final

from service.workbook.columns import heading_of

_EVENTS: Final = (
    "initial_conference", "strategy_discussion", "assessment_due", "plan_start", "last_meeting", "became_looked_after",
    "last_review", "birth", "inquorate",
)  # fmt: skip


def reworded(text: str) -> str:
    """Return a sentence about a caseload's JSON as it is said about cells."""
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text


def _heading(match: re.Match[str]) -> str:
    return f'"{heading_of(match[1])}"'


def _sitting(match: re.Match[str]) -> str:
    return f'Give somebody the sitting "{match[1]}", or empty the column "Split reason" in the sheet Plans.'


def _sheet(match: re.Match[str]) -> str:
    return f"add the {match[1]} to the sheet {match[2].capitalize()}"


_WORDS: Final[tuple[tuple[re.Pattern[str], Any], ...]] = (
    (re.compile(r'^The field "[^"]*" is missing\.$'), "This cell is empty, and a value is needed."),
    (re.compile(r"\bThis list is empty\.$"), "There is no row for this, and one is needed."),
    (re.compile(r"^Give at least one\.$"), "Add at least one row."),
    (re.compile(r'^Give "[^"]*": '), "Give "),
    (re.compile(r"^Give an object \{\.\.\.\}.*$"), "Fill in a row of this sheet."),
    (re.compile(r"^Give a list \[\.\.\.\]\.?"), "Give one, or several separated by semicolons."),
    (re.compile(r" or a whole policy \{\.\.\.\}"), ", or write one out in the sheet Policy"),
    (re.compile(r"\bwrite one out under authority\b"), "write one out in the sheet Policy"),
    (re.compile(r'a date such as "[^"]*"'), "a date such as 24/12/2026"),
    (re.compile(r'a local date and time such as "[^"]*"'), "a date and time such as 24/12/2026 09:30"),
    (re.compile(r'a time of day such as "[^"]*"'), "a time of day such as 09:30"),
    (re.compile(r"^Give text in double quotes\.$"), "Fill it in."),
    (re.compile(r"\btext in double quotes\b"), "text"),
    (re.compile(r'or "educated_elsewhere": true'), 'or write "yes" under "Educated elsewhere"'),
    (re.compile(r'^Give somebody "sitting": "([AB])".*$'), _sitting),
    (re.compile(r'give the plan "split": \{"reason": …\}'), 'give the plan a "Split reason" in the sheet Plans'),
    (re.compile(r'Give \{"start": …, "end": …\}'), "Give a start and an end"),
    (re.compile(r"\btrue or false\b"), "yes or no"),
    (re.compile(r"\bleave (the field|it) out\b"), "leave the cell empty"),
    (re.compile(r"\bLeave it out\."), "Leave the cell empty."),
    (re.compile(r"^Leave it out; to keep the time free, add it to the `busy` of the people and the venue\."),
     "Remove the row; to keep the time free, add it to the sheets Busy and Venue busy."),
    (re.compile(r"Or correct `ends`"), 'Or correct "Ends" in the sheet Plans'),
    (re.compile(r"Or give the plan `every_at_most`"), 'Or give the plan an interval under "Every at most" in the sheet Plans'),
    (re.compile(r"by its own `attends`"), 'by its own "Attends" in the sheet Children'),
    (re.compile(r"the child's own `attends`"), '"Attends" in the sheet Children'),
    (re.compile(r"\bwho has no person record\b"), "who has no row in the sheet People"),
    (re.compile(r", without the quotes"), ""),
    (re.compile(r"^(Give the date of the last one.*)\.$"), r"\1 (in the sheet Events)."),
    (re.compile(rf'"({"|".join(_EVENTS)})"'), _heading),
    (re.compile(r'^"(end|until)" (is before|is not after) "(start|from)"'),
     lambda match: f'"{heading_of(match[1])}" {match[2]} "{heading_of(match[3])}"'),
    (re.compile(r"\badd the (\w+) to (people|schools|sites|venues|plans)\b"), _sheet),
    (re.compile(r"\bthe horizon's end\b"), "the last day to plan"),
    (re.compile(r"\bthe horizon's start\b"), "the first day to plan"),
    (re.compile(r"\bThe horizon ends before it starts, on\b"), "The last day to plan is before the first,"),
    (re.compile(r"\bhorizon, which ends on\b"), "time to plan, which ends on"),
    (re.compile(r"\b(the|The) horizon\b"), r"\1 time to plan"),
)  # fmt: skip
"""In this order: later ones see what earlier ones have made."""

__all__ = ["reworded"]
