"""The manager's report: one self-contained HTML file, from a caseload, its policy and its calendar."""

from service.report.render import render_report

__all__ = ["render_report"]
