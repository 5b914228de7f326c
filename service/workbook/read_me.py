"""The first sheet of the workbook: what to do, for somebody who has never seen it."""

from __future__ import annotations

from typing import Final

import xlsxwriter

from service.workbook.cells import EXAMPLE
from service.workbook.layout import sheets

TITLE: Final = "Read me"
SHEETS_NEEDED: Final = frozenset(
    {"Team", "People", "Schools", "Terms", "Sites", "Venues", "Plans", "Events", "Children", "Participants"}
)
"""What nearly every team fills in; the other sheets are for what only some have."""
_STEPS: Final = (
    "Fill in the sheets with a blue tab: Team (one row), then People, Sites, Venues and Schools, then Plans and what belongs "
    "to each. The other sheets are for what only some teams have: leave them empty otherwise.",
    "Give everybody and everything a short id of your own (sw-1, room-1, or the number in the case system) and use it wherever "
    "they are named. Ids have letters, digits, dots, hyphens and underscores, and no spaces.",
    "Point at a heading to see what its column means. Blue headings are needed. Where there is an arrow, choose from the list.",
    "Then upload the file on Convene's page Upload, or run: convene import team.xlsx -o caseload.json. Whatever is wrong is "
    "listed with its cell, all at once, and nothing is taken over until all of it is right.",
)
_RULES: Final = (
    f'The grey row under the headings is an example. It is never read, like every row whose first cell begins with "{EXAMPLE}".',
    "Columns may be in any order, and headings in capitals or not. A column that isn't known is a fault, unless you ask for "
    "extra ones to be left out (a tick on the page; --ignore-extra).",
    "Dates: as Excel has them, or 24/12/2026 (never the month first), or 2026-12-24. Times: 09:30, 9.30 or 9.30 am.",
    "Yes and no: yes, no, y, n, true, false.",
    "Several words or ids in one cell are separated by semicolons.",
    "A text that begins with = + - @ or a quote, or begins or ends with a space, is written in double quotes and read without "
    "them, so that no spreadsheet takes it for a formula.",
    "A formula counts as what it last gave. A cell merged over several rows counts for each of them.",
    "This file is about children and families: keep it where case records are kept, and send it to nobody. No child's name is "
    "needed anywhere in it.",
)


def read_me(workbook: xlsxwriter.Workbook) -> None:
    """Add the sheet to a workbook."""
    page = workbook.add_worksheet(TITLE)
    page.hide_gridlines(2)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    title = workbook.add_format({"bold": True, "font_size": 18})
    head = workbook.add_format({"bold": True, "font_size": 13, "top": 1, "border_color": "#B1B4B6"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    link = workbook.add_format({"font_color": "#1D70B8", "underline": 1, "valign": "top"})
    page.write_string(0, 0, "A team's caseload for Convene", title)
    row = 2
    for heading, lines in (("What to do", _STEPS), ("How it is read", _RULES)):
        page.write_string(row, 0, heading, head)
        page.write_blank(row, 1, None, head)
        row += 1
        for number, line in enumerate(lines, start=1):
            page.write_string(row, 0, f"{number}.", text)
            page.write_string(row, 1, line, text)
            page.set_row(row, 15 * (1 + len(line) // 105))
            row += 1
        row += 1
    page.write_string(row, 0, "The sheets", head)
    page.write_blank(row, 1, None, head)
    for sheet in sheets():
        row += 1
        page.write_url(row, 0, f"internal:'{sheet.title}'!A1", link, sheet.title)
        page.write_string(row, 1, sheet.about, text)
        page.set_row(row, 15 * (1 + len(sheet.about) // 105))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")
