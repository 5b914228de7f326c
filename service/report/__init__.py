"""The manager's report: one self-contained HTML file, from a caseload, its policy and its calendar (`render.render_report`)."""
