"""A caseload as an Excel workbook or a folder of CSV files, a sheet a list: writing them, and reading them back."""
